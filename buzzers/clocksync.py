"""Ticks of a box -> time of the host, with a bound that holds and not merely an average that is likely. No IO.

What is known. The host sends a ping at `sent`, the box notes its tick on receipt and its tick as it answers, the
host has the answer at `received`. Messages take time but never negative time, hence for every exchange

    sent <= host(rx_ticks)          and          host(tx_ticks) <= received

and that is all we rely on: not on the two ways being alike, not on a typical delay. Whatever a USB frame, a
latency timer or a stalled host adds makes the bound wider, never wrong.

Projecting. Between two instants the box's clock runs at a mean rate. From pairs of such inequalities follows an
interval for that rate (the longer the pair is apart the narrower), never wider than `PRIOR_PPM` around nominal.
The rate is not constant: it may drift by `WANDER_PPM_PER_S` and flutter by `FLUTTER_PPM` about that, so bounds on
it widen with their age. Each inequality is projected to the tick asked for with the rate interval; the largest
lower and the smallest upper bound remain. The estimate is their midpoint, the uncertainty half their distance.
An inequality that is behind another by more than their ages can make up for is dropped: few are ever kept.

If they cross, the assumptions are broken (the host was suspended, the box misbehaves): everything is forgotten,
and the clock is not trusted until it has proved itself again.

Figures: ceramic resonators were measured 2,021 ppm off nominal, about 10 ppm a degree, 8 ppm restless at constant
temperature; crystals are tens of ppm off. Memory and time of a query are bounded by the number of buckets.
"""

from collections import deque
from copy import copy
from dataclasses import dataclass
from math import floor

WINDOW_NS = 30_000_000_000
BUCKET_NS = 1_000_000_000
PRIOR_PPM = 5_000.0
WANDER_PPM_PER_S = 1.0
FLUTTER_PPM = 8.0
TRUST_EXCHANGES = 5
TRUST_UNCERTAINTY_NS = 20_000_000
BEHIND_NS = 50_000  # an inequality this far behind another is never the better one while both are young
KEPT = 8

# Host ns per nominal ns of a box that is too fast and too slow by PRIOR_PPM.
SLOWEST, FASTEST = 1 / (1 + PRIOR_PPM * 1e-6), 1 / (1 - PRIOR_PPM * 1e-6)

Point = tuple[int, int]  # (ticks of the box, time of the host in ns)


@dataclass(slots=True)
class _Bucket:
    """The tightest inequalities of a second."""

    index: int
    lower: Point | None = None
    upper: Point | None = None


class ClockSync:
    """The clock of one box since one start of it; after a restart of the box make a new one.

    tick_hz: nominal ticks a second. slack_ns: how much earlier than the true instant a tick may be (its
    resolution); the lower bounds are moved by it. Ticks are unwrapped counts and never go back.
    """

    def __init__(self, tick_hz: int, slack_ns: int = 0) -> None:
        if tick_hz <= 0:
            raise ValueError(f"tick_hz must be positive, got {tick_hz}")
        self.tick_hz = tick_hz
        self.resets = 0
        self.last_problem: str | None = None
        self.best_round_trip_ns: int | None = None
        self.former: ClockSync | None = None  # as it was before what led to the last reset
        self._slack_ns = slack_ns
        self._ns_per_tick = 1e9 / tick_hz
        self._bucket_ticks = max(1, tick_hz * BUCKET_NS // 1_000_000_000)
        self._keep_buckets = WINDOW_NS // BUCKET_NS
        self._buckets: deque[_Bucket] = deque()
        self._lowers: list[Point] = []  # inequalities that may bound the present, oldest first
        self._uppers: list[Point] = []
        self._exchanges = 0
        self._latest_ticks = 0
        self._width_ns = 0  # between the bounds of the latest tick
        # Bounds of the slow rate at the latest tick, host ns per nominal box ns.
        self._rate_low, self._rate_high = SLOWEST, FASTEST

    @property
    def trusted(self) -> bool:
        """Whether enough exchanges agree, and closely enough, for presses to be dated with it."""
        enough = self._exchanges >= TRUST_EXCHANGES and self._width_ns <= 2 * TRUST_UNCERTAINTY_NS
        return enough and self._bounded()  # stamps sent unasked may have outlived every exchange

    def nominal_ns(self, ticks: int) -> int:
        """The time on the box's own clock, in ns at its nominal rate."""
        return ticks * 1_000_000_000 // self.tick_hz

    def add_exchange(self, host_sent_ns: int, rx_ticks: int, tx_ticks: int, host_received_ns: int) -> bool:
        """Learns from a ping and its answer. False if it contradicted what was known: all was forgotten then."""
        before = copy(self)
        held_ns = self.nominal_ns(tx_ticks - rx_ticks) * SLOWEST - self._slack_ns
        round_trip_ns = host_received_ns - host_sent_ns
        if tx_ticks < rx_ticks or held_ns > round_trip_ns:
            self._reset("an answer that took no time", before)
            return False
        self._learn((rx_ticks, host_sent_ns - self._slack_ns), (tx_ticks, host_received_ns))
        wire_ns = round(round_trip_ns - held_ns)
        self.best_round_trip_ns = min(self.best_round_trip_ns or wire_ns, wire_ns)
        self._exchanges += 1
        if self._contradicts():
            self._reset("its clock and ours no longer agree", before)
            return False
        return True

    def add_stamp(self, tx_ticks: int, host_received_ns: int) -> bool:
        """Learns from a stamp that the box sent unasked: it cannot have left after it arrived."""
        if self._buckets:
            before = copy(self)
            self._learn(None, (tx_ticks, host_received_ns))
            if self._contradicts():
                self._reset("its clock and ours no longer agree", before)
                return False
        return True

    def host_time(self, ticks: int) -> tuple[int, int]:
        """(time_ns, uncertainty_ns) of a tick: the true host time lies within the uncertainty, both ends included.

        Raises ValueError before the first exchange.
        """
        earliest_ns, latest_ns = self._bounds(ticks)
        time_ns = (earliest_ns + latest_ns) // 2
        return time_ns, latest_ns - time_ns

    def ticks_at(self, host_ns: int) -> int:
        """The tick that the box counts at a host time, as well as we know.

        Raises ValueError before the first exchange.
        """
        ahead_ns = host_ns - self.host_time(self._latest_ticks)[0]
        return self._latest_ticks + round(
            ahead_ns / self._ns_per_tick * 2 / (self._rate_low + self._rate_high)
        )

    def uncertainty_ns(self) -> int:
        """The uncertainty of the latest tick heard of. Raises ValueError before the first exchange."""
        return self.host_time(self._latest_ticks)[1]

    def lower_bound(self, ticks: int) -> int:
        """The earliest host time, ns, that the tick can have had. Raises ValueError before the first exchange."""
        return self._bounds(ticks)[0]

    def upper_bound(self, ticks: int) -> int:
        """The latest host time, ns, that the tick can have had. Raises ValueError before the first exchange."""
        return self._bounds(ticks)[1]

    def rate_ppm(self) -> tuple[float, float]:
        """Bounds of the present rate of the box against the host: +100 is a box that is 100 ppm slow."""
        return (self._rate_low - 1) * 1e6, (self._rate_high - 1) * 1e6

    def _reset(self, problem: str, before: "ClockSync") -> None:
        """Starts anew: what was learnt so far does not hold any more."""
        before.former = None
        self.former = before
        self._buckets = deque()
        self._lowers, self._uppers = [], []
        self._exchanges = 0
        self._rate_low, self._rate_high = SLOWEST, FASTEST
        self.best_round_trip_ns = None
        self.resets += 1
        self.last_problem = problem

    def _bounded(self) -> bool:
        return bool(self._lowers and self._uppers)

    def _contradicts(self) -> bool:
        if self._rate_low > self._rate_high:
            return True
        if not self._bounded():
            return False
        earliest_ns, latest_ns = self._bounds(self._latest_ticks)
        self._width_ns = latest_ns - earliest_ns
        return earliest_ns > latest_ns

    def _learn(self, lower: Point | None, upper: Point) -> None:
        self._age_rate(upper[0])
        index = upper[0] // self._bucket_ticks
        if not self._buckets or self._buckets[-1].index < index:
            self._buckets.append(_Bucket(index))
        while self._buckets[0].index <= index - self._keep_buckets:
            self._buckets.popleft()
        bucket = self._buckets[-1]
        rate = (self._rate_low + self._rate_high) / 2
        if lower is not None and (bucket.lower is None or self._line_ns(bucket.lower, lower, rate) > 0):
            bucket.lower = lower
            self._raise_rate(lower)
        if bucket.upper is None or self._line_ns(bucket.upper, upper, rate) < 0:
            bucket.upper = upper
            self._reduce_rate(upper)
        self._keep(lower, upper)

    def _keep(self, lower: Point | None, upper: Point) -> None:
        """Adds what may bound the present better than what is kept, or may come to."""
        if lower is not None:
            at = lower[0]
            worth = [(known[1] + self._least_span_ns(known[0], at), known) for known in self._lowers]
            self._lowers = _best([*worth, (lower[1], lower)])
        at = upper[0]
        worth = [(self._least_span_ns(at, known[0]) - known[1], known) for known in self._uppers]
        self._uppers = _best([*worth, (-upper[1], upper)])

    def _age_rate(self, ticks: int) -> None:
        """Moves on to a later tick; what was known of the rate is a little less certain there."""
        if ticks > self._latest_ticks:
            drift = WANDER_PPM_PER_S * 1e-6 * (ticks - self._latest_ticks) / self.tick_hz
            self._rate_low = max(self._rate_low - drift, SLOWEST)
            self._rate_high = min(self._rate_high + drift, FASTEST)
            self._latest_ticks = ticks

    def _line_ns(self, known: Point, new: Point, rate: float) -> float:
        """How far `new` lies above the line through `known` at `rate`."""
        return new[1] - known[1] - (new[0] - known[0]) * self._ns_per_tick * rate

    def _raise_rate(self, lower: Point) -> None:
        for past in self._buckets:
            if past.upper is not None and past.upper[0] < lower[0]:
                mean = (lower[1] - past.upper[1]) / ((lower[0] - past.upper[0]) * self._ns_per_tick)
                doubt = self._doubt(self._latest_ticks, past.upper[0], lower[0])
                self._rate_low = max(self._rate_low, mean - doubt)

    def _reduce_rate(self, upper: Point) -> None:
        for past in self._buckets:
            if past.lower is not None and past.lower[0] < upper[0]:
                mean = (upper[1] - past.lower[1]) / ((upper[0] - past.lower[0]) * self._ns_per_tick)
                doubt = self._doubt(self._latest_ticks, past.lower[0], upper[0])
                self._rate_high = min(self._rate_high, mean + doubt)

    def _doubt(self, at: int, start: int, end: int) -> float:
        """How far the slow rate at `at` may differ from the mean rate between `start` and `end` (start < end).

        Drift makes the difference grow with the mean distance of `at` from the span.
        """
        distance = abs(at - (start + end) / 2)
        if start < at < end:
            distance = ((at - start) ** 2 + (end - at) ** 2) / (2 * (end - start))
        return (FLUTTER_PPM + WANDER_PPM_PER_S * distance / self.tick_hz) * 1e-6

    def _bounds(self, ticks: int) -> Point:
        """(earliest_ns, latest_ns) of a tick."""
        if not self._lowers or not self._uppers:
            raise ValueError("no exchange yet")
        earliest = [known[1] + self._least_span_ns(known[0], ticks) for known in self._lowers]
        latest = [known[1] - self._least_span_ns(ticks, known[0]) for known in self._uppers]
        return max(earliest), min(latest)

    def _least_span_ns(self, start: int, end: int) -> int:
        """The least host time that can lie between two ticks; negative if `end` is before `start`."""
        nominal_ns = (end - start) * self._ns_per_tick
        if end > start:
            return floor(
                nominal_ns * max(self._rate_low - self._doubt(self._latest_ticks, start, end), SLOWEST)
            )
        if end < start:
            return floor(
                nominal_ns * min(self._rate_high + self._doubt(self._latest_ticks, end, start), FASTEST)
            )
        return 0


def _best(points: list[tuple[int, Point]]) -> list[Point]:
    """The points that bound the present best, or may come to: (how tightly it does so, point).

    One that is a little behind is kept as well, for an older one loses more as it ages.
    """
    points.sort(reverse=True)
    return [point for tightness, point in points[:KEPT] if tightness > points[0][0] - BEHIND_NS]
