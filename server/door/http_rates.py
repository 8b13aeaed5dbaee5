"""How fast strangers may ask the stage over HTTP: what is above waits, and what would wait long is refused. Pure."""

from __future__ import annotations

from collections import OrderedDict

from .limits import Bucket, Doors
from .machines import here, machine, network

OF_MACHINE = (20.0, 600.0)  # (a second, at once): a page with its files takes some fifty
OF_NETWORK = (100.0, 3_000.0)  # of strangers in one /64 of IPv6: one laptop, or all tablets of a hall at once
LONGEST_WAIT_S = 2.0
MOST_MACHINES = 2_000  # watched at once; as many networks


class Asks:
    """What each machine may ask. This one, and those that somebody has signed in from, as `doors` knows, ask as they like."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._of: OrderedDict[str, Bucket] = OrderedDict()
        self._in: OrderedDict[str, Bucket] = OrderedDict()

    def wait_s(self, address: str, now_ns: int) -> float | None:
        """How long one more request has to wait; None where that is too long, and nothing is taken."""
        if here(address) or self._doors.knows(address):
            return 0.0
        buckets = (
            _watched(self._of, machine(address), OF_MACHINE),
            _watched(self._in, network(address), OF_NETWORK),
        )
        for bucket in buckets:
            bucket.take(now_ns, 0.0)  # brings it up to date
        wait_s = max(0.0, *((1.0 - bucket.level) / bucket.rate for bucket in buckets))
        if wait_s > LONGEST_WAIT_S:
            return None
        for bucket in buckets:
            bucket.level -= 1.0
        return wait_s


def _watched(buckets: OrderedDict[str, Bucket], name: str, rate: tuple[float, float]) -> Bucket:
    bucket = buckets.setdefault(name, Bucket(*rate))
    buckets.move_to_end(name)
    if len(buckets) > MOST_MACHINES:
        buckets.popitem(last=False)
    return bucket
