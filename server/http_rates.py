"""How fast strangers may ask the stage over HTTP: what is above waits, and what would wait long is refused. Pure."""

from __future__ import annotations

from collections import OrderedDict

from .limits import Bucket, Doors, here, machine

OF_MACHINE = (20.0, 600.0)  # (a second, at once): a page with its files takes some fifty
LONGEST_WAIT_S = 2.0
MOST_MACHINES = 2_000  # watched at once


class Asks:
    """What each machine may ask. This one, and those that somebody has signed in from, as `doors` knows, ask as they like."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._of: OrderedDict[str, Bucket] = OrderedDict()

    def wait_s(self, address: str, now_ns: int) -> float | None:
        """How long one more request has to wait; None where that is too long, and nothing is taken."""
        if here(address) or self._doors.knows(address):
            return 0.0
        name = machine(address)
        bucket = self._of.setdefault(name, Bucket(*OF_MACHINE))
        self._of.move_to_end(name)
        if len(self._of) > MOST_MACHINES:
            self._of.popitem(last=False)
        bucket.take(now_ns, 0.0)  # brings it up to date
        wait_s = max(0.0, (1.0 - bucket.level) / bucket.rate)
        if wait_s > LONGEST_WAIT_S:
            return None
        bucket.level -= 1.0
        return wait_s
