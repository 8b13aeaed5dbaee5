"""The modelled clocks do what is said of them, and no more than the timing core is told to expect."""

from itertools import pairwise
from random import Random

import pytest

from benchmarks.model_clocks import KINDS, TICK_HZ, TrueClock, make_clock
from buzzers.clocksync import FLUTTER_PPM, PRIOR_PPM, WANDER_PPM_PER_S

S = 1_000_000_000
START_NS = 20_000 * S
END_NS = START_NS + 60 * S


def rates_ppm(clock: TrueClock, every_ns: int) -> list[float]:
    """Mean rates between instants that far apart, beyond nominal."""
    times = range(START_NS, END_NS, every_ns)
    return [((clock.box_ns(b) - clock.box_ns(a)) / (b - a) - 1) * 1e6 for a, b in pairwise(times)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_clock_stays_within_what_the_core_assumes(kind: str) -> None:
    furthest = 0.0
    for seed in range(25):
        clock = make_clock(kind, Random(seed), START_NS, END_NS)
        slow = rates_ppm(clock, 1 * S)
        furthest = max(furthest, *(abs(rate) for rate in rates_ppm(clock, 100_000_000)))
        # Two means over a second each, one after the other, share the flutter's doubt twice.
        assert max(abs(b - a) for a, b in pairwise(slow)) <= WANDER_PPM_PER_S + 2 * FLUTTER_PPM
        assert all(b > a for a, b in pairwise([clock.ticks(at) for at in range(START_NS, END_NS, S // 50)]))
    assert furthest <= PRIOR_PPM
    assert furthest > {"crystal": 30, "resonator": 2_000, "drifting": 4_900}[kind]


def test_a_warming_resonator_wanders_by_1_ppm_a_second_and_comes_back() -> None:
    clock = TrueClock(-2_200, START_NS, END_NS, Random(1), ramp_ppm_per_s=1.0)
    steps = [b - a for a, b in pairwise(rates_ppm(clock, S))]
    assert max(steps) == pytest.approx(1, abs=0.01)
    assert min(steps) == pytest.approx(-1, abs=0.01)
    assert -2_235 < min(rates_ppm(clock, S)) < max(rates_ppm(clock, S)) < -2_165


def test_flutter_goes_to_both_ends() -> None:
    rates = rates_ppm(TrueClock(100, START_NS, END_NS, Random(2), flutter_ppm=8), 1_000_000)
    assert min(rates) == pytest.approx(92, abs=0.01)
    assert max(rates) == pytest.approx(108, abs=0.01)


def test_a_step_adds_to_all_that_follows_and_to_nothing_before() -> None:
    clock, stepped = (TrueClock(0, START_NS, END_NS, Random(3)) for _ in range(2))
    stepped.jump(START_NS + 5 * S, 2 * S)
    stepped.jump(START_NS + 8 * S, -S)
    for at_s, jumped_s in ((4, 0), (5, 2), (7, 2), (8, 1), (20, 1)):
        at_ns = START_NS + at_s * S
        assert stepped.ticks(at_ns) - clock.ticks(at_ns) == jumped_s * TICK_HZ


def test_an_unknown_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="sundial"):
        make_clock("sundial", Random(1), START_NS, END_NS)
