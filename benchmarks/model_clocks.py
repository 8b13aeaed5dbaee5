"""Modelled clocks of boxes: the true tick at every host time, with drift, temperature, flutter and steps. No IO."""

from bisect import bisect_right
from math import floor
from random import Random

TICK_HZ = 2_000_000
DRIFT_PPM = 4_980.0  # with flutter and warming a clock stays within ±5,000
LOST_OVERFLOW_NS = 32_768_000  # a timer of 16 bits at 2 MHz that misses one overflow
KINDS = ("crystal", "resonator", "drifting")


class TrueClock:
    """The ticks of one box. Its rate is piecewise linear: base + temperature + flutter, in ppm of the host's."""

    def __init__(
        self,
        base_ppm: float,
        start_ns: int,
        end_ns: int,
        random: Random,
        ramp_ppm_per_s: float = 0.0,
        flutter_ppm: float = 0.0,
        first_ticks: int = 0,
    ) -> None:
        self._jumps: list[tuple[int, int]] = []  # (host time, ns counted beside it)
        self.base_ppm = base_ppm
        self._first_ticks = first_ticks
        self._at: list[float] = []  # host ns, relative to start
        self._box: list[float] = []  # box ns there
        self._rate: list[float] = []  # box ns per host ns there, and its change per host ns
        self._slope: list[float] = []
        self._start_ns = start_ns
        at = box = warmth = 0.0
        slope = ramp_ppm_per_s
        turn_s = random.uniform(5, 30)  # how long the temperature goes one way
        turn_at = turn_s * 1e9
        while at <= end_ns - start_ns:
            span = min(random.expovariate(1 / 0.25e9) + 1e6, turn_at - at)
            rate = 1 + (base_ppm + warmth + random.choice((-1, 1)) * flutter_ppm) * 1e-6
            self._at.append(at)
            self._box.append(box)
            self._rate.append(rate)
            self._slope.append(slope * 1e-15)
            box += span * rate + slope * 1e-15 * span * span / 2
            warmth += slope * span * 1e-9
            at += span
            if at >= turn_at:
                slope, turn_at = -slope, at + turn_s * 1e9

    def box_ns(self, host_ns: float) -> float:
        """Nominal ns that the box has counted at a host time, with fractions."""
        at = host_ns - self._start_ns
        i = max(bisect_right(self._at, at) - 1, 0)
        span = at - self._at[i]
        box = self._box[i] + span * self._rate[i] + self._slope[i] * span * span / 2
        return box + sum(jump_ns for at_ns, jump_ns in self._jumps if host_ns >= at_ns)

    def jump(self, at_ns: int, jump_ns: int) -> None:
        """At host time at_ns the box counts jump_ns more than goes by on the host's clock (or, negative, less)."""
        self._jumps.append((at_ns, jump_ns))

    def ticks(self, host_ns: float) -> int:
        return self._first_ticks + floor(self.box_ns(host_ns) * (TICK_HZ / 1e9))


def make_clock(kind: str, random: Random, start_ns: int, end_ns: int) -> TrueClock:
    """A clock of one of `KINDS`: a crystal, a ceramic resonator that is being warmed, or anything within ±5,000 ppm."""
    first_ticks = int(random.random() * 3_600 * TICK_HZ)
    if kind == "crystal":
        base, ramp, flutter = random.uniform(-60, 60), random.uniform(0, 0.03), 0.05
    elif kind == "resonator":
        # 10 ppm a °C, up to 0.1 °C a second; ±8 ppm at constant temperature.
        base, ramp, flutter = (
            random.gauss(-2_200, 150),
            random.choice((0, random.random(), 1)),
            random.uniform(4, 8),
        )
    elif kind == "drifting":
        base = random.choice((random.uniform(-DRIFT_PPM, DRIFT_PPM), -DRIFT_PPM, DRIFT_PPM))
        ramp, flutter = 0.0, random.uniform(0, 8)
    else:
        raise ValueError(f"no clock is called {kind!r}")
    ramp *= random.choice((-1, 1))
    return TrueClock(base, start_ns, end_ns, random, ramp, flutter, first_ticks)
