"""Pages that are the buzzer of a seat: who holds which seat, probes out, answers on to the timing core. No sockets here.

A probe goes out with the host's time kept under its token; the answer brings the ticks of the page's clock and the
presses that were not yet acknowledged. What it says of time is judged in `buzzers/web_box.py` alone.
"""

from __future__ import annotations

import random
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

IDLE_S = 0.2
LIVE_S = 0.05  # between two probes while an arming runs
AGAIN_NS = 10_000_000  # a page that says "pressed" is probed at once, but not more often than this
LATE_NS = 2_000_000_000  # an answer this late teaches nothing
SILENT_NS = 3_000_000_000
PROBES = 16  # under way to one page
PRESSES = 32  # of one answer; the timing core refuses more
MOST_TICKS = 2**53
PAGE_ID = re.compile("[0-9a-f]{16,64}")
REMEMBERED = 64  # replaced pages


@dataclass(slots=True)
class _Holder:
    """The page that holds a seat; `connection` is the socket it has now."""

    seat: int
    page: str
    connection: str
    answered_ns: int
    probed_ns: int = 0
    probes: dict[int, int] = field(default_factory=dict)  # token → when it was sent
    heard: bool = False  # the timing core waits for it


class WebBuzzers:
    """The seats that are held by pages.

    Args:
        tell: called as tell(connection, event, *content) to send something to a page.
        forward: takes an order for the timing core; False when it cannot be reached. Then the page says it again.
        monotonic_ns: the host's clock, which is the timing core's as well.
    """

    def __init__(
        self,
        tell: Callable[..., None],
        forward: Callable[[dict[str, Any]], bool],
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._tell = tell
        self._forward = forward
        self._monotonic_ns = monotonic_ns
        self._holders: dict[int, _Holder] = {}
        self._replaced: deque[str] = deque(maxlen=REMEMBERED)
        self._token = 0

    def join(self, seat: int, page: Any, connection: str) -> None:
        """A page of that seat has connected. The newest page holds the seat; one that lost it does not get it back."""
        if not isinstance(page, str) or not PAGE_ID.fullmatch(page):
            return
        if page in self._replaced:
            self._tell(connection, "replaced")
            return
        before = self._holders.get(seat)
        if before is not None and before.page != page:
            self._replaced.append(before.page)
            self._tell(before.connection, "replaced")
        self._holders[seat] = _Holder(seat, page, connection, self._monotonic_ns())

    def leave(self, connection: str) -> None:
        """A socket has closed."""
        holder = self._of(connection)
        if holder is not None:
            del self._holders[holder.seat]
            self._gone(holder)

    def pressed(self, connection: str) -> None:
        """The page has a press to tell: asks for it at once."""
        holder = self._of(connection)
        if holder is not None and self._monotonic_ns() - holder.probed_ns >= AGAIN_NS:
            self._probe(holder)

    def answer(self, connection: str, message: Any) -> None:
        """An answer {"token", "ticks", "presses": [[sequence, ticks], ...]}; whatever is not of that form is dropped."""
        received_ns = self._monotonic_ns()
        holder = self._of(connection)
        if holder is None or not isinstance(message, dict) or not isinstance(message.get("token"), int):
            return
        sent_ns = holder.probes.pop(message["token"], None)
        ticks, presses = message.get("ticks"), message.get("presses")
        if sent_ns is None or not _is_tick(ticks) or not _are_presses(presses):
            return
        holder.answered_ns, holder.heard = received_ns, True
        times = {"sent_ns": sent_ns, "ticks": ticks, "received_ns": received_ns}
        self._forward({"type": "web", "seat": holder.seat, "page": holder.page, **times, "presses": presses})

    def taken(self, ack: dict[str, Any]) -> None:
        """The timing core has presses in hand up to "seq", and knows the page's clock to "uncertainty_us" (or null)."""
        holder = self._holders.get(ack["seat"])
        if holder is not None and holder.page == ack["page"]:
            known = {"seq": ack["seq"], "uncertainty_us": ack["uncertainty_us"]}
            self._tell(holder.connection, "taken", known)

    def probe(self) -> None:
        """Probes every page, and gives up those that have been silent for too long until they answer again."""
        now_ns = self._monotonic_ns()
        for holder in list(self._holders.values()):
            if holder.heard and now_ns - holder.answered_ns > SILENT_NS:
                self._gone(holder)
            self._probe(holder)

    def pause_s(self, live: bool) -> float:
        """How long to wait for the next `probe`; uneven, so that no rhythm of a radio hides its shortest delay."""
        return (LIVE_S if live else IDLE_S) * random.uniform(0.8, 1.2)

    def _probe(self, holder: _Holder) -> None:
        now_ns = self._monotonic_ns()
        holder.probes = {token: sent for token, sent in holder.probes.items() if now_ns - sent < LATE_NS}
        if len(holder.probes) < PROBES:
            self._token += 1
            holder.probes[self._token] = holder.probed_ns = now_ns
            self._tell(holder.connection, "probe", self._token)

    def _gone(self, holder: _Holder) -> None:
        if holder.heard:
            holder.heard = False
            self._forward({"type": "web_gone", "seat": holder.seat, "page": holder.page})

    def _of(self, connection: str) -> _Holder | None:
        return next((one for one in self._holders.values() if one.connection == connection), None)


def _is_tick(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_TICKS


def _are_presses(value: Any) -> bool:
    if not isinstance(value, list) or len(value) > PRESSES:
        return False
    if not all(isinstance(one, list) and len(one) == 2 and all(map(_is_tick, one)) for one in value):
        return False
    return all(earlier < later for earlier, later in pairwise([0, *(one[0] for one in value)]))
