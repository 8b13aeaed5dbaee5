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

If they cross, the assumptions are broken (the host was suspended, the box misbehaves): everything is forgotten,
and the clock is not trusted until it has proved itself again.

Figures: ceramic resonators were measured 2,021 ppm off nominal, about 10 ppm a degree, 8 ppm restless at constant
temperature; crystals are tens of ppm off. Memory and time of a query are bounded by the number of buckets.
"""

from collections import deque
from dataclasses import dataclass
from math import floor

WINDOW_NS = 30_000_000_000
BUCKET_NS = 1_000_000_000
PRIOR_PPM = 5_000.0
WANDER_PPM_PER_S = 1.0
FLUTTER_PPM = 8.0
TRUST_EXCHANGES = 5
TRUST_UNCERTAINTY_NS = 20_000_000

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
        self._slack_ns = slack_ns
        self._ns_per_tick = 1e9 / tick_hz
        self._bucket_ticks = max(1, tick_hz * BUCKET_NS // 1_000_000_000)
        self._keep_buckets = WINDOW_NS // BUCKET_NS
        self._buckets: deque[_Bucket] = deque()
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
        held_ns = self.nominal_ns(tx_ticks - rx_ticks) * SLOWEST - self._slack_ns
        round_trip_ns = host_received_ns - host_sent_ns
        if tx_ticks < rx_ticks or held_ns > round_trip_ns:
            self._reset("an answer that took no time")
            return False
        self._learn((rx_ticks, host_sent_ns - self._slack_ns), (tx_ticks, host_received_ns))
        wire_ns = round(round_trip_ns - held_ns)
        self.best_round_trip_ns = min(self.best_round_trip_ns or wire_ns, wire_ns)
        self._exchanges += 1
        if self._contradicts():
            self._reset("its clock and ours no longer agree")
            return False
        return True

    def add_stamp(self, tx_ticks: int, host_received_ns: int) -> bool:
        """Learns from a stamp that the box sent unasked: it cannot have left after it arrived."""
        if self._buckets:
            self._learn(None, (tx_ticks, host_received_ns))
            if self._contradicts():
                self._reset("its clock and ours no longer agree")
                return False
        return True

    def host_time(self, ticks: int) -> tuple[int, int]:
        """(time_ns, uncertainty_ns) of a tick: the true host time lies within the uncertainty, both ends included.

        Raises ValueError before the first exchange.
        """
        earliest_ns, latest_ns = self._bounds(ticks)
        time_ns = (earliest_ns + latest_ns) // 2
        return time_ns, latest_ns - time_ns

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

    def forget(self) -> None:
        """Starts anew: what was learnt so far does not hold."""
        self._buckets.clear()
        self._exchanges = 0
        self._rate_low, self._rate_high = SLOWEST, FASTEST
        self.best_round_trip_ns = None

    def _reset(self, problem: str) -> None:
        self.forget()
        self.resets += 1
        self.last_problem = problem

    def _bounded(self) -> bool:
        return any(bucket.lower for bucket in self._buckets) and any(bucket.upper for bucket in self._buckets)

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
        earliest = [
            known[1] + self._least_span_ns(known[0], ticks)
            for bucket in self._buckets
            if (known := bucket.lower) is not None
        ]
        latest = [
            known[1] - self._least_span_ns(ticks, known[0])
            for bucket in self._buckets
            if (known := bucket.upper) is not None
        ]
        if not earliest or not latest:
            raise ValueError("no exchange yet")
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
