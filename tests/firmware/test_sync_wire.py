"""Three boxes on one sync wire in the simulator: their stamps of every pulse against the cycles at which it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from buzzers.frames import FLAG_OWN_PULSE, Sync, SyncPulse
from firmware.sim.harness import SimulatedBoxes
from tests.firmware.host import Host

PPM = (-2_000.0, 0.0, 150.0)
PULSES = 12


class Trio:
    """Three boxes and their hosts."""

    def __init__(self, boxes: SimulatedBoxes, hosts: list[Host]) -> None:
        self.boxes = boxes
        self.hosts = hosts

    def syncs(self, number: int) -> list[Sync]:
        """What this box has told of the wire so far."""
        return [message for message in self.hosts[number].messages if isinstance(message, Sync)]

    def pulse(self, number: int, token: int) -> None:
        """Let this box pulse when none is deaf any more, and wait until all have told of it."""
        self.hosts[number].listen(0.012)
        boot = self.hosts[number].link.boot
        assert boot is not None
        seen = [len(self.syncs(box)) for box in range(len(self.hosts))]
        self.hosts[number].send(SyncPulse(boot, token))
        for box, host in enumerate(self.hosts):
            host.until(lambda box=box: len(self.syncs(box)) > seen[box])  # type: ignore[misc]

    def falls(self) -> list[int]:
        """Host times at which a box has begun to pull, from the simulator's own account."""
        return [line["ns"] for line in self.boxes.truth if line["type"] == "wire" and line["low"]]


@pytest.fixture
def trio(built: str) -> Iterator[Trio]:
    with ExitStack() as stack:
        boxes = stack.enter_context(
            SimulatedBoxes(3, ppm=PPM, links=("direct", "usb", "ftdi:1"), wire=True, seed=17)
        )
        hosts = [stack.enter_context(Host(port)) for port in boxes.ports]
        for host in hosts:
            host.identify()
            host.pong()  # its link is open for certain
        yield Trio(boxes, hosts)


def test_all_stamp_the_same_instant_to_a_tick(trio: Trio) -> None:
    for number in range(PULSES):
        trio.pulse(number % 3, 0x100 + number)
    for box in range(3):
        syncs = trio.syncs(box)
        assert [sync.count for sync in syncs] == list(range(1, PULSES + 1))
        assert [sync.token for sync in syncs] == [
            0x100 + number if number % 3 == box else 0 for number in range(PULSES)
        ]
        assert [sync.flags for sync in syncs] == [
            FLAG_OWN_PULSE if number % 3 == box else 0 for number in range(PULSES)
        ]
        trio.boxes.wait_for(lambda _line: len(trio.falls()) == PULSES)
        for sync, fell_ns in zip(syncs, trio.falls(), strict=True):
            assert abs(sync.tick - trio.boxes.ticks_at(box, fell_ns)) <= 1


def test_a_pulse_is_short(trio: Trio) -> None:
    trio.pulse(0, 1)
    low = trio.boxes.wait_for(lambda line: line["type"] == "wire" and line["low"])
    high = trio.boxes.wait_for(lambda line: line["type"] == "wire" and not line["low"])
    assert 20_000 < high["ns"] - low["ns"] < 60_000


def test_presses_on_all_boxes_lie_right_on_the_time_of_one(trio: Trio) -> None:
    """The use of it: the pulse before a press carries it from one box's clock to another's, a few ms on."""
    for box in range(3):
        trio.pulse(1, box)
        truth = trio.boxes.press({(0, 0): 0, (1, 1): 400, (2, 2): 150}, hold_ms=25)
        for number, host in enumerate(trio.hosts):
            host.until(lambda host=host, box=box: len(host.releases()) == box + 1)  # type: ignore[misc]
            press = host.presses()[-1]
            pulse_tick = trio.syncs(number)[-1].tick
            nominal_ns = (press.tick - pulse_tick) * 500 / (1 + PPM[number] * 1e-6)
            true_ns = truth[number, number].time_ns - trio.falls()[-1]
            assert -1_500 <= nominal_ns - true_ns <= 8_000


def test_a_busy_wire_leaves_the_buttons_alone(trio: Trio) -> None:
    """Pulses as fast as the hosts can ask: stamps of presses stay within what is promised."""
    hello = trio.hosts[2].link.hello
    assert hello is not None
    for round_ in range(4):
        for number in (0, 1):
            boot = trio.hosts[number].link.boot
            assert boot is not None
            trio.hosts[number].send(*[SyncPulse(boot, 9)] * 200)
        truth = trio.boxes.press({(2, 3): 0, (2, 5): 6}, hold_ms=25)
        for host in trio.hosts:
            host.poll()
        trio.hosts[2].until(lambda round_=round_: len(trio.hosts[2].releases()) == 2 * (round_ + 1))  # type: ignore[misc]
        for press in trio.hosts[2].presses()[-2:]:
            late_ns = (press.tick - trio.boxes.ticks(2, truth[2, press.input].cycle)) * 500
            assert -500 <= late_ns <= hello.resolution_ns
    ticks = [sync.tick for sync in trio.syncs(2)]
    assert len(ticks) > 4
    assert all(after - before >= 8_000 for before, after in pairwise(ticks))
