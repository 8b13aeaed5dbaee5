"""How late a stamp may be, and that the order of two presses on one box is never wrong: hundreds of them, on a line that
is never quiet. The gaps at which two presses share a tick are what `order_ticks` leaves open.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import pytest

from buzzers.frames import FLAG_SAME_TICK, Ack, Event, Ping, encode
from firmware.sim.harness import SimulatedBox
from tests.firmware.host import Host

ROUNDS = 20
WORST_US = 6.0
"""The longest interrupt of the firmware and the way into the next one, 90 cycles in the simulator, rounded up."""
TELLS_APART_US = 6.0
"""Two presses this far apart are never in one snapshot: the first interrupt has long looked at the port."""


@dataclass(frozen=True)
class Pair:
    """Two presses: the earlier and the later one, how far apart they truly were, and their stamps."""

    gap_us: float
    first: Event
    second: Event


def traffic(host: Host, kind: str) -> bytes:
    """What a host sends all the time: frames that are answered, or delimiters, the longest interrupt, in a row."""
    boot = host.link.boot
    assert boot is not None
    if kind == "frames":
        return encode(Ack(boot, 0)) * 12 + encode(Ping(9))
    return bytes(150) + encode(Ping(7)) if kind == "delimiters" else b""


def play(box: SimulatedBox, host: Host, kind: str, chance: random.Random) -> tuple[list[float], list[Pair]]:
    """Press all six buttons in pairs 1 to 12 µs apart, again and again: delays of the stamps in µs, and the pairs."""
    late_us: list[float] = []
    pairs: list[Pair] = []
    load = traffic(host, kind)
    for _ in range(ROUNDS):
        seen = len(host.presses())
        inputs = chance.sample(range(6), 6)
        offsets: dict[int, float] = {}
        at_us = 0.0
        for place, button in enumerate(inputs):
            offsets[button] = at_us
            at_us += chance.uniform(1, 12) if place % 2 == 0 else chance.uniform(100, 900)
        truth = box.press_soon(offsets, hold_ms=25)
        limit = time.monotonic() + 20
        while len(host.presses()) < seen + 6 or len(host.releases()) < len(host.presses()):
            assert time.monotonic() < limit
            if load or not host.poll():
                host.send_bytes(load or encode(Ping(1)))
            host.poll()
        edges = truth()
        events = {event.input: event for event in host.presses()[seen:]}
        assert len(events) == 6
        late_us += [(events[n].tick - box.ticks(edges[n].cycle)) / 2 for n in inputs]
        for first, second in zip(inputs[::2], inputs[1::2], strict=True):
            gap_us = (edges[second].cycle - edges[first].cycle) / 16
            pairs.append(Pair(gap_us, events[first], events[second]))
    return late_us, pairs


@pytest.mark.parametrize("kind", ["quiet", "frames", "delimiters"])
def test_stamps_are_early_enough_and_never_in_the_wrong_order(
    box: SimulatedBox, host: Host, kind: str
) -> None:
    late_us, pairs = play(box, host, kind, random.Random(kind))
    assert len(late_us) == 6 * ROUNDS
    assert min(late_us) >= -0.5
    assert max(late_us) <= WORST_US
    hello = host.link.hello
    assert hello is not None
    assert hello.order_ticks == 1
    assert hello.resolution_ns >= WORST_US * 1000
    for pair in pairs:
        same = bool(pair.first.flags & pair.second.flags & FLAG_SAME_TICK)
        assert same == (pair.first.tick == pair.second.tick)
        assert same or pair.second.tick - pair.first.tick >= hello.order_ticks, pair
        if same:
            assert pair.gap_us < TELLS_APART_US
            assert pair.first.same_mask >> pair.second.input & 1
    assert host.pong().edges_lost == 0
    if kind == "quiet":
        ties = sum(bool(pair.first.flags & FLAG_SAME_TICK) for pair in pairs)
        assert ties <= len(pairs) // 10
