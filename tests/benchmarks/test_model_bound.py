"""The hard bound in every modelled transport, on every clock and host: the truth lies inside it. And the modelled box."""

from itertools import pairwise
from random import Random

import pytest

from benchmarks.model_box import CONFIRM_NS, RESOLUTION_NS, TICK_NS, Agenda, ModelBox, Seats, TruePress
from benchmarks.model_clocks import KINDS as CLOCKS
from benchmarks.model_clocks import make_clock
from benchmarks.transports import KINDS as LINKS
from benchmarks.transports import Host, make_link
from buzzers.box_session import Loss, Mark
from buzzers.clocksync import ClockSync
from buzzers.driver import Pace
from buzzers.frames import Message, Ping, Pong, Stamp
from buzzers.press import Press

MS = 1_000_000
S = 1_000_000_000
START_NS = 20_000 * S


def make_box(link: str, clock: str, seed: int, loaded: bool = False, slower: str = "") -> ModelBox:
    """A box that has just been plugged in; what its session finds is kept in `found`."""
    random = Random(f"{link}/{clock}/{seed}/{loaded}/{slower}")
    true_clock = make_clock(clock, random, START_NS, START_NS + 20 * S)
    agenda = Agenda()
    box = ModelBox(
        uid=0x5E0001,
        seats=Seats(1, 5),
        link=make_link(link, random, true_clock.base_ppm, slower),
        clock=true_clock,
        host=Host(random, loaded, START_NS, START_NS + 20 * S),
        agenda=agenda,
        random=random,
        told=lambda box, found: None,
    )
    box.plug_in(START_NS)
    return box


def misses(box: ModelBox, seconds: float, random: Random) -> tuple[int, int]:
    """(how many instants were dated, of how many the true time lay outside), the latest ones and some older."""
    dated = missed = 0
    while box.agenda.now_ns < START_NS + seconds * S:
        box.agenda.run_until(max(box.agenda.now_ns, START_NS) + 11 * MS)
        clock = box.session.clock
        if clock is None or not clock.trusted:
            continue
        for age_ns in (0, 1 * MS, int(random.random() * 200 * MS)):
            true_ns = box.agenda.now_ns - age_ns
            late_ns = random.uniform(0, RESOLUTION_NS - TICK_NS)
            time_ns, uncertainty_ns = clock.host_time(box.clock.ticks(true_ns + late_ns))
            dated += 1
            missed += abs(time_ns - true_ns) > uncertainty_ns + RESOLUTION_NS
    return dated, missed


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("link", LINKS)
def test_the_truth_lies_inside_the_bound(link: str, clock: str) -> None:
    for seed, (loaded, slower) in enumerate(
        [(False, ""), (True, ""), (False, "down"), (False, "up"), (True, "up")]
    ):
        box = make_box(link, clock, seed, loaded, slower)
        box.agenda.run_until(START_NS)
        if seed % 2:
            box.set_pace(Pace.ARMED)
        dated, missed = misses(box, 2.5, Random(seed))
        assert dated > 100
        assert missed == 0
        assert box.session.clock_resets == 0


def test_a_bound_that_is_too_narrow_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = ClockSync.host_time

    def halved(self: ClockSync, ticks: int) -> tuple[int, int]:
        time_ns, uncertainty_ns = stated(self, ticks)
        return time_ns, uncertainty_ns // 2

    monkeypatch.setattr(ClockSync, "host_time", halved)
    missed = [misses(make_box("native_usb", "drifting", n, slower="up"), 2, Random(n))[1] for n in range(4)]
    assert sum(missed) > 20


def test_the_box_answers_no_earlier_than_asked_and_stamps_unasked_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = make_box("direct", "crystal", 7)
    holds: dict[int, int] = {}
    held: list[int] = []
    beats: list[int] = []
    receive, next_ping = box.session.receive, box.session.next_ping

    def heard(message: Message, received_ns: int) -> list[Press | Mark | Loss]:
        if isinstance(message, Stamp | Pong):
            behind = message.rx_behind if isinstance(message, Stamp) else message.tx_tick - message.rx_tick
            if message.token:
                held.append(behind - holds[message.token])
            else:
                beats.append(message.tx_tick)
        return receive(message, received_ns)

    def asked(hold: bool) -> Ping:
        ping = next_ping(hold)
        holds[ping.token] = ping.hold_ticks
        return ping

    monkeypatch.setattr(box.session, "receive", heard)
    monkeypatch.setattr(box.session, "next_ping", asked)
    box.agenda.run_until(START_NS + 5 * S)
    assert min(held) >= 0
    assert max(held) < 2_000  # 1 ms: another answer was being sent
    assert max(holds.values()) > 3_000
    gaps_ms = [(later - earlier) * TICK_NS / MS for earlier, later in pairwise(beats)]
    assert 63 < min(gaps_ms) < 75
    assert 115 < max(gaps_ms) < 129


def test_a_press_is_stamped_late_by_less_than_the_resolution_and_told_after_2_ms() -> None:
    found: list[Press] = []
    told_ns: list[int] = []
    box = make_box("direct", "drifting", 8)

    def told(box: ModelBox, one: Press | Mark | Loss) -> None:
        if isinstance(one, Press):
            found.append(one)
            told_ns.append(box.agenda.now_ns)

    box.told = told
    presses = [TruePress(n, 1 + n % 5, START_NS + 3 * S + n * 50 * MS) for n in range(40)]
    for press in presses:
        box.agenda.at(press.true_ns, box.press, press)
    box.agenda.run_until(START_NS + 6 * S)
    assert [one.seat for one in found] == [press.seat for press in presses]
    late_ns = [
        one.clock_ns - box.clock.ticks(press.true_ns) * TICK_NS
        for one, press in zip(found, presses, strict=True)
    ]
    assert min(late_ns) >= 0
    assert 0.8 * RESOLUTION_NS < max(late_ns) <= RESOLUTION_NS
    assert all(at - press.true_ns > CONFIRM_NS for at, press in zip(told_ns, presses, strict=True))
    assert all(
        abs(one.time_ns - press.true_ns) <= one.uncertainty_ns
        for one, press in zip(found, presses, strict=True)
    )


def test_presses_of_one_race_on_one_box_are_stamped_in_their_order_or_at_once() -> None:
    box = make_box("direct", "crystal", 9)
    ticks: dict[int, int] = {}
    box.told = lambda box, one: ticks.update({one.sequence: one.clock_ns}) if isinstance(one, Press) else None
    start_ns = START_NS + 3 * S
    gaps_ns = [1_000, 2_000, 4_000, 5_000, 11_000, 30_000]
    for n, gap_ns in enumerate(gaps_ns):
        for seat, true_ns in ((2, start_ns + n * 10 * MS), (1, start_ns + n * 10 * MS + gap_ns)):
            box.agenda.at(true_ns, box.press, TruePress(n, seat, true_ns))
    box.agenda.run_until(start_ns + S)
    apart_ns = [ticks[2 * n + 2] - ticks[2 * n + 1] for n in range(len(gaps_ns))]
    assert all(apart == 0 or apart >= 2_500 for apart in apart_ns)
    assert min(apart_ns) == 0
    assert all(apart > 0 for apart, gap_ns in zip(apart_ns, gaps_ns, strict=True) if gap_ns > RESOLUTION_NS)
