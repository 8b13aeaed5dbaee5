"""The sync wire: boxes that share one are compared by it, to microseconds, whatever their USB does. No IO.

One box, the leader, pulls the wire low now and then; every box on it, the leader included, stamps that edge by its
timer's input capture. The leader's clock is the time on the wire. A pulse that two boxes have stamped is a *pair* of
ticks of the same instant, and from pairs follows where any tick of the follower lies on the leader's clock.

Which stamps belong to one pulse is told by host time: pulses are tens of milliseconds apart, and every stamp is known
on the host's clock to within a millisecond or two. A spike on the wire has no stamp of the leader's own pulse, so it
makes no pair; if it falls together with one, the pair does not fit the others and is left out.

What is not known, and is stated with every time: half a tick a stamp; and between the pulse and the press the two clocks may run
apart by what their rate is uncertain (the flutter and drift of `clocksync`, for two clocks).
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from math import ceil

from buzzers.clocksync import FLUTTER_PPM, WANDER_PPM_PER_S

STAMPS_KEPT = 8  # of one box, while the leader's own is not known yet
PULSES_KEPT = 16
PAIRS_KEPT = 64
BASE_NS = 400_000_000  # the rate comes from a pair at least this much older
LONGEST_BASE_NS = 4_000_000_000
FRESH_NS = 1_000_000_000  # a press that is further from every pulse is not dated by the wire
TRUST_PAIRS = 4
MISFITS = 3  # so many in a row, and the pairs before are what does not hold
DEAF_PULSES = 12  # nobody else has heard so many: another box may have the wire that the others share


@dataclass(frozen=True, slots=True)
class Capture:
    """An edge of the wire as one box stamped it: on its own clock, and between which host times that was."""

    clock: str
    clock_ns: int
    earliest_ns: int
    latest_ns: int


@dataclass(frozen=True, slots=True)
class WireTime:
    """A tick of a box on the wire's time."""

    wire: str
    wire_ns: int
    uncertainty_ns: int


@dataclass(slots=True)
class _Follower:
    """One box against the leader: pairs (its ns, the leader's ns), oldest first."""

    pairs: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=PAIRS_KEPT))
    misfits: int = 0


class SyncWire:
    """All boxes that can share a wire. Used by the threads of their drivers.

    stamp_ns: the tick of the boxes' clocks; how far two stamps of one pulse may be apart.
    """

    def __init__(self, stamp_ns: int = 500) -> None:
        self._stamp_ns = stamp_ns
        self._lock = threading.Lock()
        self._boxes: dict[str, str] = {}  # box -> its clock now; in the order in which they came
        self._leader: str | None = None
        self._pulsed_ns = 0
        self._unheard = 0
        self._pulses: deque[Capture] = deque(maxlen=PULSES_KEPT)
        self._waiting: dict[str, deque[Capture]] = {}
        self._followers: dict[str, _Follower] = {}

    def join(self, box: str, clock: str) -> None:
        """The box has a wire, and counts on this clock from now on."""
        with self._lock:
            if self._boxes.get(box) == clock:
                return
            self._drop_clock(self._boxes.get(box))
            self._boxes[box] = clock
            if self._leader == box:
                self._begin_anew(box)

    def leave(self, box: str) -> None:
        """The box does not answer any more."""
        with self._lock:
            self._drop_clock(self._boxes.pop(box, None))
            if self._leader == box:
                self._begin_anew(None)

    def pulse_due(self, box: str, now_ns: int, every_ns: int) -> bool:
        """Whether the box is to pulse the wire now; it is asked again and again. One box alone needs no pulses."""
        with self._lock:
            if len(self._boxes) < 2 or box not in self._boxes:
                return False
            if self._leader is None or self._unheard >= DEAF_PULSES:
                self._begin_anew(self._next_leader())
            if box != self._leader or now_ns - self._pulsed_ns < every_ns:
                return False
            self._pulsed_ns = now_ns
            self._unheard += 1
            return True

    def heard(self, capture: Capture, own: bool) -> None:
        """A box has stamped an edge of the wire; own: of its own pulse."""
        with self._lock:
            leader = self._boxes.get(self._leader or "")
            if own:
                if capture.clock != leader:
                    return  # of a leader that has been replaced
                self._pulses.append(capture)
                for clock, captures in self._waiting.items():
                    for other in [one for one in captures if _same_instant(one, capture)]:
                        captures.remove(other)
                        self._pair(clock, other, capture)
            elif capture.clock != leader and capture.clock in self._boxes.values():
                pulse = next((one for one in reversed(self._pulses) if _same_instant(one, capture)), None)
                if pulse is not None:
                    self._pair(capture.clock, capture, pulse)
                else:
                    self._waiting.setdefault(capture.clock, deque(maxlen=STAMPS_KEPT)).append(capture)

    def time_of(self, clock: str, clock_ns: int) -> WireTime | None:
        """An instant of a box's clock on the wire's time, or None if the wire does not tell."""
        with self._lock:
            leader = self._boxes.get(self._leader or "")
            if leader is None or not self._followers:
                return None
            if clock == leader:
                return WireTime(leader, clock_ns, 0)
            follower = self._followers.get(clock)
            if follower is None or len(follower.pairs) < TRUST_PAIRS or follower.misfits:
                return None
            known = self._project(follower, clock_ns)
            return None if known is None else WireTime(leader, *known)

    def uncertainty_ns(self, box: str) -> int | None:
        """Of a press of this box right at its latest pulse; None: the wire does not date its presses."""
        with self._lock:
            clock = self._boxes.get(box, "")
            follower = self._followers.get(clock)
        if follower is None or not follower.pairs:
            return 0 if self._leader == box and self._followers else None
        found = self.time_of(clock, follower.pairs[-1][0])
        return None if found is None else found.uncertainty_ns

    # -- how ----------------------------------------------------------------------------------------------

    def _next_leader(self) -> str | None:
        boxes = list(self._boxes)
        if not boxes:
            return None
        at = boxes.index(self._leader) + 1 if self._leader in boxes else 0
        return boxes[at % len(boxes)]

    def _begin_anew(self, leader: str | None) -> None:
        """With another leader, or on another clock of it, nothing of the time before holds."""
        self._leader = leader
        self._unheard = 0
        self._pulses.clear()
        self._waiting.clear()
        self._followers.clear()

    def _drop_clock(self, clock: str | None) -> None:
        if clock is not None:
            self._followers.pop(clock, None)
            self._waiting.pop(clock, None)

    def _pair(self, clock: str, capture: Capture, pulse: Capture) -> None:
        self._unheard = 0
        follower = self._followers.setdefault(clock, _Follower())
        known = self._project(follower, capture.clock_ns)
        if known is not None and abs(known[0] - pulse.clock_ns) > known[1] + self._stamp_ns:
            follower.misfits += 1
            if follower.misfits < MISFITS:
                return
            follower.pairs.clear()
        follower.misfits = 0
        follower.pairs.append((capture.clock_ns, pulse.clock_ns))

    def _project(self, follower: _Follower, clock_ns: int) -> tuple[int, int] | None:
        """(the leader's ns, ± ns) of an instant of the follower's clock, from the pulse next to it."""
        if not follower.pairs:
            return None
        near = min(follower.pairs, key=lambda pair: abs(pair[0] - clock_ns))
        distance_ns = clock_ns - near[0]
        far = next((pair for pair in follower.pairs if BASE_NS <= near[0] - pair[0] <= LONGEST_BASE_NS), None)
        if far is None or abs(distance_ns) > FRESH_NS:
            return None
        base_ns = near[0] - far[0]
        rate = (near[1] - far[1]) / base_ns
        # The mean rate between the two pulses is known to the ticks; now it may be another by what two clocks wander.
        wander_ppm = WANDER_PPM_PER_S * (base_ns + abs(distance_ns)) / 2e9
        doubt = self._stamp_ns / base_ns + 2 * (2 * FLUTTER_PPM + wander_ppm) * 1e-6
        return near[1] + round(distance_ns * rate), self._stamp_ns + ceil(abs(distance_ns) * doubt)


def _same_instant(one: Capture, other: Capture) -> bool:
    return one.earliest_ns <= other.latest_ns and other.earliest_ns <= one.latest_ns
