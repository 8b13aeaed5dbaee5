"""More edges than the box can take note of: what it loses must neither make a press nor release a button."""

from __future__ import annotations

import ctypes
import random

import pytest

from buzzers.frames import FLAG_LATE, FLAG_RESENT, KIND_PRESS, KIND_RELEASE, Event
from firmware.sim.harness import SimulatedBox
from tests.firmware.core import TICKS_PER_US, HostBox
from tests.firmware.host import Host
from tests.firmware.test_core import of_kind, open_box, press


def test_lost_snapshots_are_counted_and_marked(core: ctypes.CDLL) -> None:
    box = open_box(core)
    for _ in range(35):
        box.contacts(0b10)
        box.contacts(0)
    box.contacts(0b100)
    box.run(10_000)
    event = of_kind(box.messages, Event)[-1]
    assert (event.input, event.kind, event.flags & FLAG_LATE) == (2, KIND_PRESS, FLAG_LATE)
    assert box.pong().edges_lost == 7


def toggle(box: HostBox, edges: int, first: int = 1, step_ticks: int = 6) -> None:
    """Input 0 changes that often while the main loop does not get to look."""
    for n in range(edges):
        box.contacts((n + first) & 1)
        box.now += step_ticks
        box.core.host_set_now(ctypes.c_uint64(box.now))


@pytest.mark.parametrize("quiet_us", [2_500, 40_000])
def test_lost_edges_make_no_press_of_a_contact_that_is_up(core: ctypes.CDLL, quiet_us: int) -> None:
    box = open_box(core)
    box.contacts(0)
    toggle(box, 64)  # with the one before: the last that is kept is down, the one that goes up is lost
    box.now += quiet_us * TICKS_PER_US
    box.run(100_000)
    assert of_kind(box.messages, Event) == []
    pong = box.pong()
    assert (pong.edges_lost, pong.held) == (1, 0)
    press(box, 1)
    assert [event.kind for event in of_kind(box.messages, Event) if not event.flags & FLAG_RESENT] == [
        KIND_PRESS,
        KIND_RELEASE,
    ]


def test_lost_edges_release_no_button_that_is_down(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.contacts(1)
    box.run(30_000)
    box.contacts(1)
    toggle(box, 64, first=0)  # the last that is kept is up, the one that goes down is lost
    box.now += 40_000 * TICKS_PER_US
    box.run(100_000)
    assert {event.kind for event in of_kind(box.messages, Event)} == {KIND_PRESS}
    assert box.pong().held == 1


def test_a_contact_that_stays_down_through_lost_edges_is_a_late_press(core: ctypes.CDLL) -> None:
    box = open_box(core)
    toggle(box, 67)
    box.run(10_000)
    (event,) = of_kind(box.messages, Event)
    assert (event.kind, event.flags & FLAG_LATE) == (KIND_PRESS, FLAG_LATE)


def test_no_ghost_remains_on_the_chip(box: SimulatedBox, host: Host) -> None:
    """Chatter faster than the chip's ring of snapshots can be emptied, ending open, at a dozen speeds."""
    for trial in range(12):
        chance = random.Random(trial)
        step_us = chance.choice([3, 4, 5, 6, 7, 8])
        at_us, steps = 0.0, []
        for edge in range(chance.randrange(66, 200) * 2):
            steps.append((0, edge % 2 == 0, at_us))
            at_us += step_us * chance.uniform(0.7, 1.5)
        last = box.edges(steps)[-1]
        assert not last.down
        settled = box.ticks(last.cycle) + 60_000 * TICKS_PER_US
        host.until(lambda settled=settled: (host.link.safe_tick or 0) > settled)  # type: ignore[misc]
        assert (host.pong().held, host.presses()) == (0, [])
    assert host.pong().edges_lost > 0
