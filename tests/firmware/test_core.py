"""The firmware's core on the host: frames by the shared vectors, debouncing by tables, the link step by step."""

from __future__ import annotations

import ctypes
import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from buzzers.frames import (
    FLAG_HELD_AT_BOOT,
    FLAG_RESENT,
    KIND_PRESS,
    KIND_RELEASE,
    Ack,
    Event,
    Hello,
    Identify,
    Lamps,
    LampsAt,
    LampTest,
    Message,
    Ping,
    Pong,
    Restart,
    Stamp,
    encode,
)
from buzzers.framing import frame
from tests.firmware.core import KINDS, TICKS_PER_US, CReceiver, Debouncer, HostBox

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
FRAMES: dict[str, Any] = json.loads((VECTORS / "frames.json").read_text("utf-8"))
TABLES: list[dict[str, Any]] = json.loads((VECTORS / "debounce.json").read_text("utf-8"))["tables"]


def of_kind(messages: list[Message], kind: type[Any]) -> list[Any]:
    return [message for message in messages if isinstance(message, kind)]


def receive(core: ctypes.CDLL, wire: bytes) -> tuple[list[bytes], int]:
    """Bodies that the C receiver takes out of these bytes, and its count of errors."""
    receiver = CReceiver()
    core.frame_receiver_init(ctypes.byref(receiver))
    bodies = []
    for byte in wire:
        length = core.frame_receive(ctypes.byref(receiver), byte)
        if length:
            bodies.append(bytes(receiver.bytes[:length]))
    return bodies, receiver.errors


@pytest.mark.parametrize(
    "vector", FRAMES["messages"] + FRAMES["version_1_0"] + FRAMES["frames"], ids=lambda vector: vector["name"]
)
def test_c_reads_and_writes_the_vectors(core: ctypes.CDLL, vector: dict[str, Any]) -> None:
    wire = bytes.fromhex(vector["wire"])
    bodies, errors = receive(core, wire)
    assert (len(bodies), errors) == (1, 0)
    body = ctypes.create_string_buffer(bodies[0], 64)
    out = ctypes.create_string_buffer(69)
    length = core.frame_encode(body, len(bodies[0]), out)
    assert out.raw[:length] == wire
    if "payload" in vector:
        assert bodies[0] == bytes((len(bodies[0]), vector["type"])) + bytes.fromhex(vector["payload"])


@pytest.mark.parametrize("vector", FRAMES["damaged"], ids=lambda vector: vector["name"])
def test_c_refuses_the_damaged_vectors(core: ctypes.CDLL, vector: dict[str, Any]) -> None:
    assert receive(core, bytes.fromhex(vector["wire"])) == ([], 1)


def test_c_crc_check_value(core: ctypes.CDLL) -> None:
    assert core.frame_crc(b"123456789", 9) == 0x29B1


def test_c_receiver_survives_noise_and_finds_the_next_frame(core: ctypes.CDLL) -> None:
    chance = random.Random(7)
    good = encode(Lamps(5))
    for _ in range(300):
        noise = bytes(chance.randrange(256) for _ in range(chance.randrange(200)))
        bodies, _errors = receive(core, noise + b"\0" + good)
        assert bodies[-1] == bytes((3, 4, 5))


@pytest.mark.parametrize("start_ticks", [0, 2**32 - 20_000, 2**40 + 17])
@pytest.mark.parametrize("scan_us", [None, 50, 700, 30_000])
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["name"])
def test_debounce_tables(
    core: ctypes.CDLL, table: dict[str, Any], scan_us: int | None, start_ticks: int
) -> None:
    """The same events however often the main loop looks, and across a wrap of the low 32 bits."""
    debouncer = Debouncer(core, start_ticks)
    next_scan_us = scan_us or table["until_us"]
    for at_us, down in [*table["steps"], (table["until_us"], None)]:
        while next_scan_us < at_us:
            debouncer.advance(start_ticks + next_scan_us * TICKS_PER_US)
            next_scan_us += scan_us or table["until_us"]
        if down is not None:
            debouncer.snapshot(start_ticks + at_us * TICKS_PER_US, down)
    debouncer.advance(start_ticks + table["until_us"] * TICKS_PER_US)
    got = [
        (
            KINDS[event.kind],
            event.input,
            (event.tick - start_ticks) / TICKS_PER_US,
            event.confirm_ticks / TICKS_PER_US,
        )
        for event in debouncer.events
    ]
    wanted = [tuple(row[:4]) for row in table["events"]]
    assert (sorted(got) if table.get("order") == "any" else got) == wanted
    assert debouncer.buttons.spikes == table.get("spikes", 0)
    for event, row in zip(debouncer.events, table["events"], strict=True):
        same_mask = row[4]["same_mask"] if len(row) > 4 else 0
        assert (event.same_mask, event.flags) == (same_mask, 1 if same_mask else 0)


@pytest.mark.parametrize("seed", range(40))
def test_any_bounce_of_20_ms_makes_one_press_at_its_first_edge(core: ctypes.CDLL, seed: int) -> None:
    chance = random.Random(seed)
    debouncer = Debouncer(core)
    at, down = 1000, 1
    edges = []
    while at < 1000 + 40_000:
        edges.append((at, down))
        at, down = at + chance.randrange(10, 9_000), 1 - down
    edges.append((1000 + 40_000, 1))
    for at, down in edges:
        if down != debouncer.buttons.down:
            debouncer.snapshot(at, down)
        debouncer.advance(at)
        assert debouncer.safe_tick(at) == (1000 if not debouncer.events else at)
    debouncer.advance(400_000)
    assert [(KINDS[event.kind], event.tick) for event in debouncer.events] == [("press", 1000)]


def test_safe_tick_is_never_wrong_and_never_goes_back(core: ctypes.CDLL) -> None:
    """Whatever the contacts do: no press is decided with a stamp before a safe tick that was given earlier."""
    chance = random.Random(3)
    for _ in range(60):
        debouncer = Debouncer(core)
        at, safe, seen = 0, 0, 0
        for _ in range(200):
            at += chance.choice([7, 300, 2_500, 9_000, 60_000])
            debouncer.snapshot(at, chance.randrange(64))
            debouncer.advance(at)
            for event in debouncer.events[seen:]:
                assert event.kind == KIND_RELEASE or event.tick >= safe
            seen = len(debouncer.events)
            now_safe = debouncer.safe_tick(at)
            assert safe <= now_safe <= at
            safe = now_safe


def test_held_at_boot_is_marked(core: ctypes.CDLL) -> None:
    debouncer = Debouncer(core, start_ticks=500, down=0b10)
    debouncer.advance(50_000)
    assert [(event.input, event.tick, event.flags) for event in debouncer.events] == [
        (1, 500, FLAG_HELD_AT_BOOT)
    ]


def open_box(core: ctypes.CDLL) -> HostBox:
    box = HostBox(core)
    box.run(2_000)
    box.send(Identify())
    box.run(5_000)
    box.messages.clear()
    return box


def press(box: HostBox, mask: int, hold_us: int = 30_000) -> None:
    box.contacts(mask)
    box.run(hold_us)
    box.contacts(0)
    box.run(25_000)


def test_hello_at_start_each_second_and_when_asked(core: ctypes.CDLL) -> None:
    box = HostBox(core)
    assert len(of_kind(box.run(5_000), Hello)) == 1
    assert len(of_kind(box.run(3_000_000), Hello)) == 3
    box.send(Identify())
    assert len(of_kind(box.run(5_000), Hello)) == 1
    assert of_kind(box.run(1_500_000), Hello) == []


def test_a_host_of_another_major_gets_a_hello_and_nothing_else(core: ctypes.CDLL) -> None:
    box = HostBox(core)
    box.run(2_000)
    box.send(Identify(major=2))
    press(box, 1)
    assert {type(message) for message in box.messages} == {Hello}


def test_ping_is_held_and_stamped(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(Ping(77, 6_000))
    asked = box.now
    (pong,) = of_kind(box.run(10_000, step_ticks=100), Pong)
    assert pong.token == 77
    assert pong.rx_tick == asked
    assert asked + 6_000 <= pong.tx_tick <= asked + 6_300
    assert asked < pong.safe_tick <= pong.tx_tick


def test_a_newer_ping_replaces_one_that_waits(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(Ping(1, 40_000))
    box.run(2_000)
    box.send(Ping(2, 0))
    assert [pong.token for pong in of_kind(box.run(30_000), Pong)] == [2]


@pytest.mark.parametrize(("minor", "kind"), [(0, Pong), (1, Stamp)])
def test_the_box_beats_irregularly(core: ctypes.CDLL, minor: int, kind: type[Pong | Stamp]) -> None:
    """With a stamp, or towards a host of version 1.0, which knows none, with a pong."""
    box = open_box(core)
    beats = []
    for _ in range(20):
        box.send(Identify(1, minor))
        news = box.run(1_000_000)
        assert {type(message) for message in news} == {Hello, kind}
        beats += [beat.tx_tick for beat in of_kind(news, kind) if beat.token == 0]
    gaps_us = [(after - before) / 2 for before, after in pairwise(beats)]
    assert len(beats) > 100
    assert min(gaps_us) > 60_000
    assert len(set(gaps_us)) > len(gaps_us) // 2


def test_events_are_sent_again_until_acknowledged(core: ctypes.CDLL) -> None:
    box = open_box(core)
    press(box, 0b100)
    box.run(200_000)
    events = of_kind(box.messages, Event)
    firsts = [event for event in events if not event.flags & FLAG_RESENT]
    assert [(event.seq, event.kind, event.input) for event in firsts] == [
        (1, KIND_PRESS, 2),
        (2, KIND_RELEASE, 2),
    ]
    assert len(events) > 4
    assert {(event.seq, event.tick) for event in events} == {(event.seq, event.tick) for event in firsts}
    box.send(Ack(box.boot, 2))
    box.run(5_000)
    box.messages.clear()
    box.run(400_000)
    assert of_kind(box.messages, Event) == []
    pong = box.pong()
    assert (pong.queued, pong.last_seq, pong.resends) == (0, 2, len(events) - 2)


def test_wrong_acknowledgements_are_ignored(core: ctypes.CDLL) -> None:
    box = open_box(core)
    press(box, 1)
    box.send(Ack(box.boot ^ 1, 2), Ack(box.boot, 3), Ack(box.boot, 0))
    box.run(300_000)
    assert box.pong().queued == 2


def test_full_queue_keeps_the_oldest_and_counts(core: ctypes.CDLL) -> None:
    box = open_box(core)
    for number in range(40):
        press(box, 1 << number % 6)
        box.send(Identify())  # so that the link stays open
    box.run(20_000)
    pong = box.pong()
    # 12 presses and 12 releases fill three quarters; then 8 presses more. Of 80 events 48 found no room.
    assert (pong.queued, pong.last_seq, pong.overflows) == (32, 32, 48)
    received: dict[int, Event] = {}
    while len(received) < 32:
        for event in of_kind(box.run(100_000), Event):
            received[event.seq] = event
        box.send(Ack(box.boot, max(received)))
    assert sorted(received) == list(range(1, 33))
    assert received[1].kind == KIND_PRESS
    assert [received[seq].kind for seq in range(25, 33)] == [KIND_PRESS] * 8


def test_no_more_than_the_window_is_under_way(core: ctypes.CDLL) -> None:
    box = HostBox(core)
    for number in range(8):
        press(box, 1 << number % 6)
    box.send(Identify())
    events = of_kind(box.run(40_000), Event)
    assert [event.seq for event in events] == list(range(1, 9))
    box.send(Ack(box.boot, 5))
    assert [event.seq for event in of_kind(box.run(40_000), Event)] == list(range(9, 14))


def test_pong_promises_only_what_is_queued(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.contacts(1)
    edge = box.now
    box.run(1_000)
    box.send(Ping(1))
    (early,) = of_kind(box.run(900, step_ticks=50), Pong)
    assert (early.safe_tick, early.last_seq, early.held) == (edge, 0, 0)
    box.run(3_000)
    box.send(Ping(2))
    late = of_kind(box.run(3_000), Pong)[-1]
    assert late.safe_tick > edge
    assert (late.last_seq, late.held) == (1, 1)


def test_hello_comes_soon_after_a_link_that_was_open_for_long(core: ctypes.CDLL) -> None:
    box = open_box(core)
    for _ in range(20 * 60):  # more than 2^31 ticks
        box.send(Ping(1))
        box.run(1_000_000, step_ticks=100_000)
    box.messages.clear()
    assert len(of_kind(box.run(4_500_000, step_ticks=20_000), Hello)) in (3, 4)


def test_lamps_now_later_and_tested(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(Lamps(0b101))
    box.run(1_000)
    assert core.host_lamps() == 0b101
    start = box.now
    box.send(
        LampsAt(box.boot, start + 20_000, 0b001),
        LampsAt(box.boot, start + 10_000, 0b010),
        LampsAt(box.boot ^ 1, start + 12_000, 0b111111),
    )
    seen: list[tuple[int, int]] = []
    for _ in range(300):
        box.run(50, step_ticks=100)
        if not seen or seen[-1][1] != core.host_lamps():
            seen.append((box.now - start, core.host_lamps()))
    assert seen == [(100, 0b101), (10_000, 0b010), (20_000, 0b001)]
    box.send(LampsAt(box.boot, box.now + 4_000, 0b111), Lamps(0b1000))
    box.run(10_000)
    assert core.host_lamps() == 0b1000
    box.send(LampTest(400))
    lit = set()
    for _ in range(45):
        box.run(10_000)
        lit.add(core.host_lamps())
    assert lit == {1, 2, 4, 8}
    assert core.host_lamps() == 0b1000


def test_lamps_blink_without_a_host(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(Lamps(0b11))
    box.run(1_500_000)
    assert core.host_lamps() == 0b11
    seen = []
    for _ in range(600):
        box.run(10_000)
        seen.append(core.host_lamps())
    assert set(seen) == {0b11, 0, 0b111111}
    assert 15 < seen.count(0b111111) < 45
    box.send(Identify())
    box.run(1_000)
    assert core.host_lamps() == 0b11


def test_unknown_frames_are_counted_and_longer_ones_understood(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send_bytes(frame(0x3F, b"later") + frame(0x04, b"") + frame(0x04, bytes((0b110, 99, 98))) + b"\1\2\0")
    pong = box.pong()
    assert (pong.unknown, pong.crc_errors, pong.lamps) == (2, 1, 0b110)


def test_restart_needs_boot_and_key(core: ctypes.CDLL) -> None:
    box = open_box(core)
    box.send(Restart(box.boot ^ 1), Restart(box.boot, 1))
    box.run(1_000)
    before = core.host_watchdog_fed()
    box.run(1_000)
    assert core.host_watchdog_fed() > before
    box.send(Restart(box.boot))
    box.run(1_000)
    before = core.host_watchdog_fed()
    box.run(1_000)
    assert core.host_watchdog_fed() == before
