"""Clock synchronisation: the true time must lie inside the published bound, whatever the link does."""

import math
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzers.clocksync import BUCKET_NS, TRUST_EXCHANGES, WINDOW_NS, ClockSync

MS = 1_000_000
TICK_HZ = 2_000_000
START_NS = 5_000_000_000_000
RESOLUTION_NS = 500

Delay = Callable[[Random, int], int]  # (random, time in ns) -> delay in ns


def direct(random: Random, now_ns: int) -> int:
    return 60_000 + int(random.expovariate(1 / 80_000))


def usb(random: Random, now_ns: int) -> int:
    """Bytes wait for the next frame of 1 ms."""
    return (MS - now_ns % MS) + 100_000 + int(random.expovariate(1 / 50_000))


def ftdi(random: Random, now_ns: int) -> int:
    """The latency timer of 16 ms runs freely."""
    return (16 * MS - now_ns % (16 * MS)) + 100_000


def slow(random: Random, now_ns: int) -> int:
    return 9 * MS + int(random.random() * MS)


def none(random: Random, now_ns: int) -> int:
    """Nothing but the time itself: then only what is assumed of the clock keeps the bound open."""
    return int(random.random() * 1_000)


def stalled(random: Random, now_ns: int) -> int:
    """Now and then the host is away for 15 ms."""
    return direct(random, now_ns) + (15 * MS if random.random() < 0.1 else 0)


class TrueClock:
    """A box whose rate is off by ppm, wanders slowly up and down and flutters; all within what is assumed."""

    def __init__(
        self,
        ppm: float,
        wander_ppm: float = 0.0,
        period_s: float = 20.0,
        flutter_ppm: float = 0.0,
        turns_per_s: float = 6.0,
    ) -> None:
        self._ppm = ppm
        self._wander_ppm = wander_ppm
        self._period_s = period_s
        self._flutter_ppm = flutter_ppm
        self._flutter_turn = 2 * math.pi * turns_per_s

    def ticks(self, host_ns: int) -> int:
        """The tick that the box shows at a host time; the integral of its rate."""
        elapsed_s = (host_ns - START_NS) / 1e9
        turn = 2 * math.pi / self._period_s
        wandered_s = self._wander_ppm * 1e-6 * (1 - math.cos(turn * elapsed_s)) / turn
        fluttered_s = self._flutter_ppm * 1e-6 * math.sin(self._flutter_turn * elapsed_s) / self._flutter_turn
        box_s = elapsed_s * (1 + self._ppm * 1e-6) + wandered_s + fluttered_s
        return 1_000_000 + math.floor(box_s * TICK_HZ)


def converse(
    sync: ClockSync,
    box: TrueClock,
    there: Delay,
    back: Delay,
    seconds: float,
    random: Random,
    every_ms: float = 50,
) -> int:
    """Exchanges pings for a while; where the host's clock is afterwards."""
    now_ns = START_NS
    while now_ns < START_NS + seconds * 1e9:
        sent_ns = now_ns
        rx_ns = sent_ns + there(random, sent_ns)
        tx_ns = rx_ns + int(random.random() * 2 * MS)
        received_ns = tx_ns + back(random, tx_ns)
        # A stamp may be as late as the resolution, an answer may leave a little after its stamp.
        assert sync.add_exchange(sent_ns, box.ticks(rx_ns), box.ticks(tx_ns), received_ns)
        if random.random() < 0.3:
            stamp_ns = received_ns + int(random.random() * 5 * MS)
            assert sync.add_stamp(box.ticks(stamp_ns), stamp_ns + back(random, stamp_ns))
        now_ns = received_ns + int(every_ms * MS * random.uniform(0.8, 1.2))
        check(sync, box, now_ns - int(random.random() * 3_000 * MS) if now_ns > START_NS + 3e9 else now_ns)
    return now_ns


def check(sync: ClockSync, box: TrueClock, true_ns: int) -> int:
    """The uncertainty at a true time; the truth must lie inside, but for the tick's own resolution."""
    time_ns, uncertainty_ns = sync.host_time(box.ticks(true_ns))
    assert abs(true_ns - time_ns) <= uncertainty_ns + RESOLUTION_NS
    assert sync.lower_bound(box.ticks(true_ns)) == pytest.approx(time_ns - uncertainty_ns, abs=2)
    assert sync.upper_bound(box.ticks(true_ns)) == pytest.approx(time_ns + uncertainty_ns, abs=2)
    return uncertainty_ns


@pytest.mark.parametrize("ppm", [-5000, -2200, 0, 137, 5000])
@pytest.mark.parametrize(
    ("there", "back", "limit_us"),
    [
        (direct, direct, 200),
        (usb, usb, 800),
        (usb, ftdi, 1_500),
        (ftdi, ftdi, 9_000),
        (direct, slow, 5_000),
        (slow, direct, 5_000),
        (stalled, stalled, 200),
    ],
)
def test_the_truth_is_always_inside_and_the_bound_is_useful(
    ppm: float, there: Delay, back: Delay, limit_us: int
) -> None:
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    box = TrueClock(ppm * 0.998, wander_ppm=1.5, flutter_ppm=5)
    end_ns = converse(sync, box, there, back, 10, Random(ppm))
    assert sync.trusted
    assert sync.resets == 0
    assert check(sync, box, end_ns) < limit_us * 1_000
    low, high = sync.rate_ppm()
    assert low <= -ppm * 0.998 + 30
    assert high >= -ppm * 0.998 - 30


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    ppm=st.floats(-4900, 4900),
    wander_ppm=st.floats(0, 3),
    flutter_ppm=st.floats(0, 8),
    ways=st.tuples(*2 * [st.sampled_from([direct, usb, ftdi, slow, stalled])]),
    every_ms=st.sampled_from([5, 50, 400]),
)
def test_whatever_the_clock_and_the_link_the_truth_is_inside(
    seed: int, ppm: float, wander_ppm: float, flutter_ppm: float, ways: tuple[Delay, Delay], every_ms: float
) -> None:
    # A sine of amplitude 3 ppm and 20 s wanders by at most 3 * 2 pi / 20 = 0.94 ppm/s.
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    box = TrueClock(ppm, wander_ppm, 20, flutter_ppm)
    end_ns = converse(sync, box, *ways, 2 if every_ms == 5 else 12, Random(seed), every_ms)
    assert sync.resets == 0
    for past_ms in (0, 1, 10, 100, 1_000, 1_900):
        check(sync, box, end_ns - past_ms * MS)
    for ahead_ms in (1, 100, 3_000):
        check(sync, box, end_ns + ahead_ms * MS)


@pytest.mark.parametrize("turns_per_s", [0.3, 1, 2, 40])
@pytest.mark.parametrize("seed", range(3))
def test_on_a_link_without_delay_the_clock_may_still_do_all_it_is_allowed(
    seed: int, turns_per_s: float
) -> None:
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    box = TrueClock(1_000, wander_ppm=3, flutter_ppm=7.9, turns_per_s=turns_per_s)
    end_ns = converse(sync, box, none, none, 15, Random(seed), every_ms=700)
    for past_ms in range(0, 3_000, 50):
        check(sync, box, end_ns - past_ms * MS)


def test_without_exchanges_the_bound_grows_with_time() -> None:
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    box = TrueClock(100)
    end_ns = converse(sync, box, direct, direct, 5, Random(1))
    now, later, much_later = (check(sync, box, end_ns + seconds * 10**9) for seconds in (0, 2, 60))
    assert now < later < much_later


def test_nothing_is_known_before_the_first_exchange() -> None:
    sync = ClockSync(TICK_HZ)
    assert not sync.trusted
    assert sync.add_stamp(5, 10)
    with pytest.raises(ValueError, match="no exchange"):
        sync.host_time(5)
    with pytest.raises(ValueError, match="tick_hz"):
        ClockSync(0)


def test_trust_takes_several_exchanges() -> None:
    sync = ClockSync(TICK_HZ)
    for n in range(TRUST_EXCHANGES):
        assert not sync.trusted
        sync.add_exchange(START_NS + n * MS, n * 2_000 + 500, n * 2_000 + 500, START_NS + n * MS + MS // 2)
    assert sync.trusted


def test_a_step_of_the_clock_is_noticed_and_forgotten_about() -> None:
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    box = TrueClock(100)
    converse(sync, box, direct, direct, 3, Random(2))
    # The host was suspended: its clock stood still for two seconds while that of the box went on.
    away_ticks = 2 * TICK_HZ
    sent_ns = START_NS + 4_000 * MS
    ticks = box.ticks(sent_ns + 100_000) + away_ticks
    assert not sync.add_exchange(sent_ns, ticks, ticks + 10, sent_ns + 300_000)
    assert not sync.trusted
    assert (sync.resets, sync.best_round_trip_ns) == (1, None)
    for n in range(TRUST_EXCHANGES):
        at_ns = sent_ns + (n + 1) * 50 * MS
        ticks = box.ticks(at_ns + 100_000) + away_ticks
        assert sync.add_exchange(at_ns, ticks, ticks + 10, at_ns + 300_000)
    assert sync.trusted
    time_ns, uncertainty_ns = sync.host_time(box.ticks(sent_ns) + away_ticks)
    assert abs(time_ns - sent_ns) <= uncertainty_ns + RESOLUTION_NS


@pytest.mark.parametrize(
    ("rx_ticks", "tx_ticks"),
    [(1_000, 900), (1_000, 1_000_000)],
    ids=["answered before it was asked", "held for longer than the exchange took"],
)
def test_an_impossible_exchange_is_not_believed(rx_ticks: int, tx_ticks: int) -> None:
    sync = ClockSync(TICK_HZ)
    assert not sync.add_exchange(START_NS, rx_ticks, tx_ticks, START_NS + MS)
    assert sync.last_problem == "an answer that took no time"


def test_a_stamp_that_came_before_it_was_sent_is_noticed() -> None:
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    end_ns = converse(sync, TrueClock(0), direct, direct, 2, Random(3))
    assert not sync.add_stamp(TrueClock(0).ticks(end_ns + 50 * MS), end_ns)
    assert not sync.trusted


@given(st.lists(st.tuples(*4 * [st.integers(0, 2**48)]), max_size=40))
def test_nonsense_neither_raises_nor_is_trusted_for_long(exchanges: list[tuple[int, int, int, int]]) -> None:
    sync = ClockSync(TICK_HZ)
    for exchange in exchanges:
        if sync.add_exchange(*exchange):
            time_ns, uncertainty_ns = sync.host_time(exchange[2])
            assert uncertainty_ns >= 0
            assert time_ns - uncertainty_ns <= exchange[3]
        assert sync.add_stamp(exchange[1], exchange[3]) in (True, False)


def test_memory_is_bounded_by_the_window() -> None:
    sync = ClockSync(TICK_HZ, RESOLUTION_NS)
    for n in range(10_000):
        at_ns = START_NS + n * 5 * MS
        ticks = n * 5 * 2_000
        sync.add_exchange(at_ns, ticks + 100, ticks + 120, at_ns + 100_000)
    assert len(sync._buckets) <= WINDOW_NS // BUCKET_NS
    assert sync.uncertainty_ns() < 60_000


def test_stamps_that_outlive_every_exchange_do_not_keep_the_clock_trusted() -> None:
    clock = ClockSync(TICK_HZ, RESOLUTION_NS)
    for n in range(10):
        at_ns = n * 100 * MS
        clock.add_exchange(at_ns, (at_ns + MS) // 500, (at_ns + 2 * MS) // 500, at_ns + 4 * MS)
    assert clock.trusted
    later_ns = at_ns + WINDOW_NS + BUCKET_NS
    assert clock.add_stamp(later_ns // 500, later_ns + 2 * MS)
    assert not clock.trusted, "nothing bounds it from below any more"
