"""The firmware itself, cycle by cycle in the simulator, talked to over its serial port.

The simulator leaves out the 4 to 7 cycles of the chip's interrupt response: on a real chip stamps are up to 0.5 µs later.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from buzzers.frames import (
    FLAG_RESENT,
    FLAG_SAME_TICK,
    RESET_EXTERNAL,
    RESET_POWER_ON,
    RESET_WATCHDOG,
    Ack,
    Event,
    Hello,
    Lamps,
    LampsAt,
    Restart,
    Stamp,
    encode,
)
from firmware.sim.harness import SimulatedBox, SimulatorError
from tests.firmware.host import Host

TICK_US = 0.5
LATEST_US = 7


def late_us(box: SimulatedBox, event: Event, cycle: int) -> float:
    """How long after the true edge the stamp lies."""
    return (event.tick - box.ticks(cycle)) * TICK_US


def test_hello_identifies_the_box(host: Host) -> None:
    hello = host.link.hello
    assert hello is not None
    assert (hello.major, hello.minor, hello.inputs, hello.lamps) == (1, 1, 6, 6)
    assert (hello.tick_hz, hello.reset_cause) == (2_000_000, RESET_POWER_ON)
    assert hello.uid not in (0, 0xFFFFFFFF)


def test_stamps_lie_within_the_stated_resolution(box: SimulatedBox, host: Host) -> None:
    hello = host.link.hello
    assert hello is not None
    chance = random.Random(11)
    delays = []
    for _ in range(8):
        seen = len(host.presses())
        inputs = chance.sample(range(6), 5)
        truth = box.press({button: chance.uniform(0, 3000) for button in inputs}, hold_ms=30)
        host.until(lambda seen=seen: len(host.presses()) >= seen + 5)  # type: ignore[misc]
        host.until(lambda: len(host.releases()) == len(host.presses()))
        for event in host.presses()[seen:]:
            delays.append(late_us(box, event, truth[event.input].cycle))
    assert len(delays) == 40
    assert min(delays) >= -TICK_US
    assert max(delays) <= hello.resolution_ns / 1000
    assert sorted(delays)[20] < 1


def test_stamps_hold_while_the_line_is_busy(box: SimulatedBox, host: Host) -> None:
    """Bytes in both directions all the time: their interrupts may delay a stamp, but not past the resolution."""
    hello = host.link.hello
    assert hello is not None
    for number in range(6):
        seen = len(host.presses())
        truth = box.press({number: 0, (number + 1) % 6: 37.3}, hold_ms=25)
        limit = time.monotonic() + 8
        while len(host.presses()) < seen + 2:
            assert time.monotonic() < limit
            host.ping()
            host.ping()
            host.poll()
        for event in host.presses()[seen:]:
            assert -TICK_US <= late_us(box, event, truth[event.input].cycle) <= hello.resolution_ns / 1000
        host.until(lambda: len(host.releases()) == len(host.presses()))
    assert host.pong().crc_errors == 0


@pytest.mark.parametrize("distance_us", [4, 6, 15, 800])
def test_two_presses_come_in_the_right_order(box: SimulatedBox, host: Host, distance_us: float) -> None:
    for first, second in ((5, 0), (0, 5), (3, 2)):
        seen = len(host.presses())
        box.press({first: 0, second: distance_us}, hold_ms=25)
        host.until(lambda seen=seen: len(host.presses()) >= seen + 2)  # type: ignore[misc]
        by_tick = sorted(host.presses()[seen:], key=lambda event: event.tick)
        assert [event.input for event in by_tick] == [first, second]
        assert by_tick[0].tick < by_tick[1].tick
        host.until(lambda: len(host.releases()) == len(host.presses()))


def test_presses_closer_than_an_interrupt_are_never_in_the_wrong_order(box: SimulatedBox, host: Host) -> None:
    for distance_us in (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0):
        seen = len(host.presses())
        box.press({4: 0, 1: distance_us}, hold_ms=25)
        host.until(lambda seen=seen: len(host.presses()) >= seen + 2)  # type: ignore[misc]
        events = {event.input: event for event in host.presses()[seen:]}
        same = bool(events[4].flags & FLAG_SAME_TICK)
        assert same == bool(events[1].flags & FLAG_SAME_TICK)
        assert (events[4].tick == events[1].tick) if same else (events[4].tick < events[1].tick)
        assert same or distance_us > 0
        host.until(lambda: len(host.releases()) == len(host.presses()))


@pytest.mark.parametrize("bounce_ms", [3.0, 20.0])
def test_bounce_makes_one_press_and_one_release(box: SimulatedBox, host: Host, bounce_ms: float) -> None:
    for seed in range(1, 5):
        truth = box.press({seed: 0}, hold_ms=80, bounce=seed, bounce_ms=bounce_ms)
        host.until(lambda seed=seed: len(host.releases()) >= seed)  # type: ignore[misc]
        assert -TICK_US <= late_us(box, host.presses()[-1], truth[seed].cycle) <= LATEST_US
    edges = sum(line["type"] == "edge" for line in box.truth)
    assert edges > 4 * 6
    assert [event.input for event in host.presses()] == [1, 2, 3, 4]
    assert len(host.releases()) == 4
    assert (host.pong().held, host.pong().spikes) == (0, 0)


@pytest.mark.parametrize("width_us", [100, 500, 999])
def test_a_spike_makes_no_press(box: SimulatedBox, host: Host, width_us: float) -> None:
    box.edges([(2, True, 0), (2, False, width_us)])
    host.until(lambda: host.pong().spikes == 1)
    assert host.events == []


def test_a_spike_shorter_than_the_interrupt_disturbs_nothing(box: SimulatedBox, host: Host) -> None:
    """It is gone before it is looked at; a press right after it is stamped as ever."""
    edges = box.edges([(2, True, 0), (2, False, 0.2), (2, True, 40), (2, False, 30_000)])
    host.until(lambda: len(host.releases()) == 1)
    (press,) = host.presses()
    assert -TICK_US <= late_us(box, press, edges[2].cycle) <= LATEST_US


def test_lost_acknowledgements_cause_the_same_event_again(box: SimulatedBox, host: Host) -> None:
    host.acknowledge = False
    box.press({3: 0}, hold_ms=400)
    copies: list[Event] = []

    def three() -> bool:
        copies[:] = [message for message in host.messages if isinstance(message, Event) and message.seq == 1]
        return len(copies) >= 3

    host.until(three)
    assert len({(event.tick, event.input, event.kind, event.boot) for event in copies}) == 1
    assert [bool(event.flags & FLAG_RESENT) for event in copies[:3]] == [False, True, True]
    assert len(host.presses()) == 1
    host.acknowledge = True
    host.until(lambda: host.pong().queued == 0 and host.link.received_seq >= 1)
    assert host.pong().resends >= 2


def test_corrupt_bytes_are_survived_and_counted(host: Host) -> None:
    chance = random.Random(5)
    before = host.pong()
    for _ in range(20):
        good = bytearray(encode(Lamps(0b111)))
        good[chance.randrange(len(good) - 1)] ^= 1 << chance.randrange(8)
        host.send_bytes(bytes(chance.randrange(256) for _ in range(150)) + b"\0" + bytes(good))
        host.listen(0.005)
    host.send_bytes(b"\0")
    after = host.pong()
    assert after.crc_errors > before.crc_errors + 15
    assert after.lamps == 0
    host.send(Lamps(0b1))
    host.until(lambda: host.pong().lamps == 1)


def test_pong_gives_a_consistent_account_of_time(box: SimulatedBox, host: Host) -> None:
    last_safe = 0
    for hold_ticks in (0, 1, 700, 5000, 49_000, 50_000, 60_000, 65_535):
        pong = host.answer(host.ping(hold_ticks))
        assert hold_ticks <= pong.tx_tick - pong.rx_tick < hold_ticks + 4000
        assert last_safe < pong.safe_tick <= pong.tx_tick
        last_safe = pong.safe_tick
    beats = {m.tx_tick for m in host.listen(0.5) if isinstance(m, Stamp) and m.token == 0}
    assert len(beats) >= 3


@pytest.mark.parametrize(("cause", "bit"), [("external", RESET_EXTERNAL), ("power", RESET_POWER_ON)])
def test_a_reset_gives_a_new_boot_and_the_same_box(
    box: SimulatedBox, host: Host, cause: str, bit: int
) -> None:
    before = host.link.hello
    assert before is not None
    box.press({0: 0}, hold_ms=30)
    host.until(lambda: len(host.presses()) == 1)
    box.reset(cause)
    host.until(lambda: host.link.resets == 1)
    after = host.link.hello
    assert after is not None
    assert (after.uid, after.reset_cause, after.acked_seq) == (before.uid, bit, 0)
    assert after.boot != before.boot
    host.identify()
    box.press({1: 0}, hold_ms=30)
    host.until(lambda: len(host.presses()) == 2)
    assert (host.presses()[-1].boot, host.presses()[-1].seq) == (after.boot, 1)


def test_the_watchdog_restarts_a_box_that_hangs(box: SimulatedBox, host: Host) -> None:
    before = host.link.hello
    assert before is not None
    host.send(Restart(before.boot))
    host.until(lambda: host.link.resets == 1)
    after = host.link.hello
    assert after is not None
    assert (after.uid, after.reset_cause) == (before.uid, RESET_WATCHDOG)
    assert after.boot != before.boot
    # Its hello and the simulator's report travel apart: either may come first.
    box.wait_for(lambda line: line["type"] == "reset" and line["cause"] == RESET_WATCHDOG)


def test_lamps_now_and_at_a_time(box: SimulatedBox, host: Host) -> None:
    host.send(Lamps(0b100001))
    host.until(lambda: box.lamps_now() == 0b100001)
    boot = host.link.boot
    assert boot is not None
    due = host.pong().tx_tick + 200_000
    host.send(LampsAt(boot, due, 0b011110))
    host.until(lambda: box.lamps_now() == 0b011110)
    _mask, cycle = box.lamps()[-1]
    assert 0 <= (box.ticks(cycle) - due) * TICK_US < 500


def test_a_box_without_host_blinks_and_says_hello(box: SimulatedBox) -> None:
    box.wait_for(lambda line: line["type"] == "lamps" and line["mask"] == 0b111111)
    box.wait_for(lambda line: line["type"] == "lamps" and line["mask"] == 0)
    with Host(box.port) as late:
        assert any(isinstance(message, Hello) for message in late.listen(1.3))


def test_events_wait_for_a_host_and_for_the_next_one(box: SimulatedBox) -> None:
    box.press({2: 0, 3: 500}, hold_ms=30)
    box.wait_for(lambda line: line["type"] == "done")
    with Host(box.port) as first:
        first.acknowledge = False
        first.identify()
        first.until(lambda: len(first.presses()) == 2)
        boot = first.link.boot
        assert boot is not None
        first.send(Ack(boot, 1))
        first.until(lambda: first.pong().queued == 3)
    with Host(box.port) as second:
        assert second.identify().acked_seq == 1
        second.until(lambda: len(second.releases()) == 2)
        assert [event.seq for event in sorted(second.events, key=lambda event: event.seq)] == [2, 3, 4]


def test_the_id_outlives_the_power_and_differs_between_boxes(built: str, tmp_path: Path) -> None:
    uids = []
    boots = []
    for eeprom in ("one", "one", "two"):
        with SimulatedBox(eeprom=tmp_path / eeprom) as box, Host(box.port) as host:
            hello = host.identify()
            uids.append(hello.uid)
            boots.append(hello.boot)
    assert uids[0] == uids[1] != uids[2]
    assert len(set(boots)) == 3


def test_a_skewed_crystal_counts_faster(built: str) -> None:
    rates = []
    for ppm in (0, 20_000):
        with SimulatedBox(ppm=ppm) as box:
            edges = box.edges([(0, True, 0), (0, False, 200_000)])
            rates.append((edges[1].cycle - edges[0].cycle) / 200_000)
            assert abs((edges[1].time_ns - edges[0].time_ns) - 200_000_000) < 1000
    assert rates[0] == pytest.approx(16, rel=1e-5)
    assert rates[1] == pytest.approx(16.32, rel=1e-5)


def test_the_simulator_refuses_what_it_does_not_understand(box: SimulatedBox) -> None:
    box.command("press 9 +0")
    with pytest.raises(SimulatorError, match="input must be"):
        box.wait_for(lambda line: line["type"] == "done")


def test_the_firmware_is_small(built: str) -> None:
    """Sixteen kilobytes, half of the flash."""
    lines = (Path(built) / "firstpress.hex").read_text("ascii").split()
    data = sum(int(line[1:3], 16) for line in lines if line[7:9] == "00")
    assert 4000 < data < 16_384
