"""What version 1.1 of the protocol added, step by step on the host; and that a host of 1.0 sees none of it."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import pytest

from buzzers.frames import (
    FAULT_CONTACT,
    FAULT_FLASH,
    FAULT_SYNC_WIRE,
    FEATURE_SYNC_WIRE,
    FEATURE_UART,
    FLAG_OWN_PULSE,
    PING_SHORT,
    PONG_WIRE_BYTES,
    Event,
    Hello,
    Identify,
    Ping,
    Pong,
    Stamp,
    Sync,
    SyncPulse,
    encode,
)
from buzzers.framing import frame
from tests.firmware.core import TICKS_PER_US, HostBox
from tests.firmware.test_core import of_kind, open_box

DEAF_US = 4_000


def test_hello_tells_what_is_new(core: ctypes.CDLL) -> None:
    (hello,) = of_kind(HostBox(core).run(5_000), Hello)
    assert (hello.major, hello.minor, hello.order_ticks) == (1, 1, 1)
    assert hello.features == FEATURE_SYNC_WIRE | FEATURE_UART
    assert hello.self_test == 0


def test_faults_stay_for_the_whole_boot(core: ctypes.CDLL) -> None:
    core.host_faults(FAULT_FLASH | FAULT_SYNC_WIRE)
    box = HostBox(core)
    core.host_faults(0)
    hellos = of_kind(box.run(2_500_000), Hello)
    assert {hello.self_test for hello in hellos} == {FAULT_FLASH | FAULT_SYNC_WIRE}


def test_a_button_that_is_down_at_the_start_is_a_fault(core: ctypes.CDLL) -> None:
    box = HostBox(core)
    box.contacts(0b10)
    core.box_init()
    box.contacts(0)
    hellos = of_kind(box.run(2_500_000), Hello)
    assert {hello.self_test for hello in hellos} == {FAULT_CONTACT}


def test_a_short_ping_is_answered_by_a_stamp(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.contacts(1)
    edge = box.now
    box.run(500)
    box.send(Ping(0x1234_5678, 2_000, PING_SHORT))
    asked = box.now
    (stamp,) = of_kind(box.run(1_400, step_ticks=100), Stamp)
    assert (stamp.token, stamp.boot, stamp.last_seq) == (0x5678, box.boot, 0)
    assert stamp.tx_tick - stamp.rx_behind == asked
    assert stamp.rx_behind >= 2_000
    assert stamp.tx_tick - stamp.safe_behind == edge


@pytest.mark.parametrize(("minor", "wire_bytes"), [(0, 50), (1, PONG_WIRE_BYTES)])
def test_a_pong_fills_a_packet_of_an_ftdi(core: ctypes.CDLL, minor: int, wire_bytes: int) -> None:
    """Zeros that mean nothing go before it; not towards a host of version 1.0."""
    box = HostBox(core)
    box.run(2_000)
    box.send(Identify(1, minor))
    box.run(5_000)
    box.wire = b""
    box.send_bytes(frame(Ping.TYPE, bytes((7, 0, 0, 0, 0, 0))))  # as a host of 1.0 sends it
    (pong,) = of_kind(box.run(5_000), Pong)
    assert len(box.wire) == wire_bytes
    assert box.wire.lstrip(b"\0") == encode(pong)
    assert box.decoder.crc_errors == 0


def test_answers_and_events_take_turns(core: ctypes.CDLL) -> None:
    """A host that pings without a pause gets its events all the same, and the edge of the sync wire."""
    box = open_box(core)
    box.contacts(0b111)
    core.host_sync_falls()
    news = []
    for token in range(1, 40):
        box.send(Ping(token))
        news += box.run(400, step_ticks=100)
    kinds = [type(message) for message in news]
    assert kinds.count(Event) == 3
    assert kinds.count(Sync) == 1
    assert kinds.count(Pong) > 5


def test_a_pulse_is_stamped_and_told(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(SyncPulse(box.boot, 0xBEEF))
    sent = box.now
    (sync,) = of_kind(box.run(2_000, step_ticks=100), Sync)
    assert (sync.boot, sync.count, sync.token, sync.flags) == (box.boot, 1, 0xBEEF, FLAG_OWN_PULSE)
    assert sent < sync.tick <= sent + 100
    assert core.host_sync_pulses() == 1


def test_the_pulse_of_another_box_has_no_token(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(SyncPulse(box.boot, 5))
    box.run(10_000)
    core.host_sync_falls()
    fell = box.now
    sync = of_kind(box.run(2_000), Sync)[-1]
    assert sync == Sync(box.boot, fell, 2, 0, 0)


def test_a_pulse_for_another_boot_is_none(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(SyncPulse(box.boot ^ 1, 5))
    assert of_kind(box.run(10_000), Sync) == []
    assert core.host_sync_pulses() == 0


def test_noise_on_the_wire_is_bounded(core: ctypes.CDLL) -> None:
    """Edges without end: one is told every 4 ms, and a button is as quick as ever."""
    box = open_box(core)
    start = box.now
    box.contacts(1)
    for _ in range(700):
        core.host_sync_falls()
        box.send(SyncPulse(box.boot, 1))
        box.run(150, step_ticks=100)
    syncs = of_kind(box.messages, Sync)
    assert 20 <= len(syncs) <= 105_000 // DEAF_US + 1
    gaps_us = [(after.tick - before.tick) / TICKS_PER_US for before, after in pairwise(syncs)]
    assert min(gaps_us) >= DEAF_US
    assert [sync.count for sync in syncs] == list(range(1, len(syncs) + 1))
    (press,) = {event.tick for event in of_kind(box.messages, Event)}
    assert press == start


def test_edges_while_nobody_listens_show_as_a_gap(core: ctypes.CDLL) -> None:
    """They are counted and not told; the next one that is told is fresh."""
    box = open_box(core)
    box.run(2_500_000)  # the link closes
    for _ in range(3):
        core.host_sync_falls()
        box.run(20_000)
    box.send(Identify())
    assert of_kind(box.run(20_000), Sync) == []
    core.host_sync_falls()
    (sync,) = of_kind(box.run(2_000), Sync)
    assert sync.count == 4
