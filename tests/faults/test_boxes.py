"""Boxes and cables that fail in the middle of things: no press is lost in silence, none counts twice."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from buzzers.box_session import BoxSession
from buzzers.frames import KIND_PRESS, Decoder, Event, Hello, Lamps, Pong, encode
from buzzers.framing import MAX_WIRE_BYTES, frame
from buzzers.seating import PortSeats, Seating
from tests.buzzers.helpers import MS, Desk, FakeBox, StreamClient, fake_boxes, running_service, wait_for

EVENT_BYTES = len(encode(Event(1, 1, KIND_PRESS, 0, 0, 0, 0, 0, 1)))
FUZZED = 1_000_000
POOL = 20_000  # different ones, that meet each other in any order


@contextlib.contextmanager
def plugged_in(folder: Path, count: int) -> Iterator[list[tuple[FakeBox, Desk]]]:
    """So many boxes, each with its driver."""
    pairs = []
    with contextlib.ExitStack() as ending:
        for number in range(count):
            box = FakeBox(uid=number + 1, link=folder / f"tty{number}")
            ending.enter_context(fake_boxes(box))
            desk = Desk(box.port)
            ending.callback(desk.driver.join, 2)
            ending.callback(desk.driver.stop)
            pairs.append((box, desk))
        yield pairs


@pytest.mark.parametrize("first_cut", range(0, EVENT_BYTES + 1, 8))
def test_the_cable_is_pulled_at_any_byte_of_a_press(tmp_path: Path, first_cut: int) -> None:
    cuts = range(first_cut, min(first_cut + 8, EVENT_BYTES + 1))
    with plugged_in(tmp_path, len(cuts)) as pairs:
        for _, desk in pairs:
            desk.wait_state("up")
        for (box, _), cut in zip(pairs, cuts, strict=True):
            box.pull_the_cable_in_a_press(0, cut)
        for _, desk in pairs:
            desk.wait_state("down")
        for box, _ in pairs:
            box.plug()
        for box, desk in pairs:
            wait_for(lambda desk=desk: len(desk.presses()) == 1, "the press")  # type: ignore[misc]
            wait_for(lambda box=box: 1 in box.acks, "its acknowledgement")  # type: ignore[misc]
        assert [len(desk.presses()) for _, desk in pairs] == [1] * len(cuts)


def test_a_cable_that_cuts_the_power_loses_the_press_and_says_so(tmp_path: Path) -> None:
    box = FakeBox(link=tmp_path / "tty")
    with fake_boxes(box), running_service(tmp_path / "s", "--boxes", f"serial:{box.port}") as service:
        client = StreamClient(service.path)
        client.expect_boxes(lambda boxes: boxes[0]["state"] == "up")
        open_ns = client.arm_and_open("a1")
        time.sleep(max(0, open_ns + 5 * MS - time.monotonic_ns()) / 1e9)
        box.pull_the_cable_in_a_press(2, EVENT_BYTES // 2)
        box.restart()
        client.expect_boxes(lambda boxes: boxes[0]["state"] == "down")
        box.plug()
        client.expect_boxes(lambda boxes: boxes[0]["state"] == "up")
        box.press(1)
        verdict = client.expect("verdict")
        assert verdict["seats"] == [2]
        assert verdict["final"] == {"why": "waited", "missing": ["a1b2c3d4"]}  # what it had may never come
        client.close()


def babble(box: FakeBox, done: threading.Event, draw: random.Random) -> None:
    """As much nonsense as the line takes: noise, whole frames nobody asked for, events that were never pressed."""
    os.set_blocking(box._master, False)
    while not done.is_set():
        noise = draw.randbytes(draw.randrange(400))
        forged = encode(
            Event(
                box.boot,
                draw.randrange(2**32),
                draw.randrange(256),
                draw.randrange(256),
                2**40,
                0,
                255,
                255,
                0,
            )
        )
        with contextlib.suppress(BlockingIOError):
            os.write(box._master, noise + b"\0" + forged + frame(draw.randrange(256), noise[:60]))


def test_a_babbling_box_takes_nothing_from_the_others(tmp_path: Path) -> None:
    good, bad = FakeBox(uid=1), FakeBox(uid=2)
    done = threading.Event()
    noise = threading.Thread(target=babble, args=(bad, done, random.Random(4)))
    with (
        fake_boxes(good, bad),
        running_service(tmp_path / "s", "--boxes", f"serial:{good.port}=1+2+3,{bad.port}=4+5") as service,
    ):
        client = StreamClient(service.path)
        client.expect_boxes(lambda boxes: all(box["state"] == "up" for box in boxes))
        noise.start()
        try:
            before_kib = rss_kib(service.process.pid)
            for round_ in range(5):
                open_ns = client.arm_and_open(f"a{round_}", seats=(1, 2, 3))
                time.sleep(max(0, open_ns + 5 * MS - time.monotonic_ns()) / 1e9)
                pressed_ns = good.press(round_ % 3)
                verdict = client.expect("verdict")
                assert verdict["seats"] == [round_ % 3 + 1]
                assert set(verdict["final"]["missing"]) <= {"00000002"}
                assert (
                    verdict["decided_ns"] - pressed_ns < 3_000 * MS
                )  # patience is a second; the machine may be slow
                client.send("ack", seq=10**9)
            assert rss_kib(service.process.pid) - before_kib < 30_000
        finally:
            done.set()
            noise.join()
        client.close()


def rss_kib(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def damaged(draw: random.Random, good: list[bytes]) -> bytes:
    """One frame as a bad line, or a hostile box, might deliver it."""
    chosen = bytearray(draw.choice(good))
    kind = draw.randrange(6)
    if kind == 0:
        for _ in range(draw.randrange(1, 9)):
            chosen[draw.randrange(len(chosen))] ^= 1 << draw.randrange(8)
    elif kind == 1:
        del chosen[draw.randrange(len(chosen)) :]
    elif kind == 2:
        at = draw.randrange(len(chosen))
        chosen[at:at] = draw.randbytes(draw.randrange(1, 20))
    elif kind == 3:
        return draw.randbytes(draw.randrange(1, 90))
    elif kind == 4:
        return bytes(chosen) * draw.randrange(2, 4)
    else:  # whole, and nonsense
        return frame(
            draw.choice((0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x01)), draw.randbytes(draw.randrange(60))
        )
    return bytes(chosen)


def test_a_million_fuzzed_frames() -> None:
    draw = random.Random(20261122)
    hello = Hello(1, 1, 0xA1B2C3D4, 7, 1, 1, 1, 6, 6, 2_000_000, 7_000, 2_000, 20_000, 32, 8, 0)
    pong = Pong(1, 7, 1_000, 1_100, 1_100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    event = Event(7, 1, KIND_PRESS, 1, 900, 4_000, 0, 0, 1)
    good = [encode(message) for message in (hello, pong, event)]
    session = BoxSession(PortSeats(Seating(5), "port"), draw)
    session.identified()
    decoder = Decoder()
    pool = [damaged(draw, good) for _ in range(POOL)]
    lived_kib = 0
    for round_ in range(FUZZED // 1000):
        for message in decoder.feed(b"".join(draw.choices(pool, k=1000))):
            session.receive(message, time.monotonic_ns())
        assert decoder.pending_bytes <= MAX_WIRE_BYTES
        # Whatever it was, the frame after the next delimiter is read again.
        assert decoder.feed(b"\0" + encode(Lamps(round_ % 64)))[-1] == Lamps(round_ % 64)
        if round_ == 100:
            lived_kib = rss_kib(os.getpid())
    assert rss_kib(os.getpid()) - lived_kib < 10_000
    assert decoder.frames > FUZZED // 20 and decoder.crc_errors > FUZZED // 20
