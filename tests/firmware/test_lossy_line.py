"""Nothing is lost or doubled over a line that drops, repeats, corrupts and pauses: the core against the host's link."""

from __future__ import annotations

import ctypes
import random

import pytest

from buzzers.frames import KIND_PRESS, Decoder, Event, Identify, encode
from buzzers.link import BoxLink
from tests.firmware.core import HostBox

STEP_US = 500


class LossyLine:
    """Both directions of a line between a box of the core and a host's `BoxLink`; every piece meets its chance."""

    def __init__(self, box: HostBox, chance: random.Random, trouble: str) -> None:
        self.box = box
        self.chance = chance
        self.trouble = trouble
        self.link = BoxLink()
        self.decoder = Decoder()
        self.events: list[Event] = []
        self._paused = 0
        self._kept: list[bytes] = []
        self._seen = 0

    def pieces(self, data: bytes) -> list[bytes]:
        """What becomes of this piece on its way; later, in the case of a pause."""
        if self.trouble == "pause":
            self._kept.append(data)
            return []
        if not data or self.chance.random() > 0.3:
            return [data]
        if self.trouble == "drop":
            return [data[: self.chance.randrange(len(data))]]
        if self.trouble == "repeat":
            return [data] * 2
        damaged = bytearray(data)
        damaged[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        return [bytes(damaged)]

    def step(self) -> None:
        """Half a millisecond of the box, then whatever has come is taken and acknowledged."""
        self.box.run(STEP_US)
        data, self._seen = self.box.wire[self._seen :], len(self.box.wire)
        pieces = self.pieces(data)
        if self._paused:
            self._paused -= 1
        else:
            pieces, self._kept = self._kept + pieces, []
            self._paused = self.chance.randrange(400) if self.trouble == "pause" else 0
        for piece in pieces:
            for message in self.decoder.feed(piece):
                self.events += self.link.receive(message)
        ack = self.link.next_ack()
        if ack is not None:
            self.to_box(encode(ack))

    def to_box(self, data: bytes) -> None:
        """The host sends; pauses do not touch this direction, or the box would rightly close the link."""
        for piece in [data] if self.trouble == "pause" else self.pieces(data):
            self.box.send_bytes(piece)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("trouble", ["drop", "repeat", "corrupt", "pause"])
def test_every_event_comes_exactly_once(core: ctypes.CDLL, trouble: str, seed: int) -> None:
    chance = random.Random(f"{trouble} {seed}")
    box = HostBox(core)
    line = LossyLine(box, chance, trouble)
    pressed: list[tuple[int, int]] = []
    down = 0
    for number in range(12_000):
        if number % 200 == 0:
            line.to_box(b"\0" + encode(Identify()))
        if number > 400 and number % 130 == 0 and number < 10_000:
            button = chance.randrange(6)
            pressed.append((button, box.now))
            down = 1 << button
            box.contacts(down)
        elif down and number % 130 == 60:
            down = 0
            box.contacts(0)
        line.step()
    # One that was lost comes after its successors: the link hands on what it has.
    events = sorted(line.events, key=lambda event: event.seq)
    assert [event.seq for event in events] == list(range(1, 2 * len(pressed) + 1))
    presses = [event for event in events if event.kind == KIND_PRESS]
    assert [(event.input, event.tick) for event in presses] == pressed
    box.send(Identify())
    pong = box.pong()
    assert (pong.queued, pong.overflows) == (0, 0)
    assert len(pressed) > 60
    if trouble == "repeat":
        assert line.link.duplicates > 10
    else:
        assert pong.resends > 10
