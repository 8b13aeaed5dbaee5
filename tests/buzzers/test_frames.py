"""The codec of the box protocol: shared vectors, what the checksum promises, and noise of every kind."""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzers import frames
from buzzers.frames import Decoder, Event, Hello, Lamps, Message, Ping, Pong, encode
from buzzers.framing import (
    MAX_PAYLOAD_BYTES,
    MAX_WIRE_BYTES,
    FrameError,
    cobs_decode,
    cobs_encode,
    crc16,
    frame,
    unframe,
)

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parent.parent / "vectors" / "frames.json").read_text("utf-8")
)
PROTOCOL = Path(__file__).resolve().parents[2] / "firmware" / "PROTOCOL.md"

CLASSES: tuple[Any, ...] = frames._CLASSES


@st.composite
def messages(draw: st.DrawFn) -> Message:
    cls = draw(st.sampled_from(CLASSES))
    message: Message = cls(*(draw(st.integers(0, (1 << 8 * size) - 1)) for size in cls.LAYOUT))
    return message


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_message_vectors(vector: dict[str, Any]) -> None:
    message = getattr(frames, vector["message"])(**vector["fields"])
    wire = bytes.fromhex(vector["wire"])
    assert encode(message) == wire
    assert Decoder().feed(wire) == [message]


@pytest.mark.parametrize("vector", VECTORS["version_1_0"], ids=lambda vector: vector["name"])
def test_frames_of_version_1_0_lack_the_later_fields(vector: dict[str, Any]) -> None:
    """They are understood, the missing fields are zero, and one byte less is not understood."""
    wire = bytes.fromhex(vector["wire"])
    (message,) = Decoder().feed(wire)
    expected = getattr(frames, vector["message"])(**vector["fields"])
    assert message == expected
    later = [field.name for field in fields(message) if field.name not in vector["fields"]]
    assert later and not any(getattr(message, name) for name in later)
    opened = unframe(wire[:-1])
    assert opened is not None
    decoder = Decoder()
    assert decoder.feed(frame(opened[0], opened[1][:-1])) == []
    assert decoder.unknown == 1


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda vector: vector["name"])
def test_frame_vectors(vector: dict[str, Any]) -> None:
    wire = bytes.fromhex(vector["wire"])
    assert frame(vector["type"], bytes.fromhex(vector["payload"])) == wire
    assert len(wire) <= MAX_WIRE_BYTES
    decoder = Decoder()
    assert decoder.feed(wire) == []
    assert (decoder.unknown, decoder.crc_errors) == (1, 0)


@pytest.mark.parametrize("vector", VECTORS["damaged"], ids=lambda vector: vector["name"])
def test_damaged_vectors(vector: dict[str, Any]) -> None:
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex(vector["wire"])) == []
    assert (decoder.unknown, decoder.crc_errors) == (0, 1)


def test_the_document_shows_real_frames() -> None:
    text = PROTOCOL.read_text("utf-8")
    shown = [vector for vector in VECTORS["messages"] if f"`{vector['wire']}`" in text]
    assert {vector["message"] for vector in shown} == {
        *("Identify", "Ping", "Ack", "Lamps", "Hello", "Event", "Sync", "Stamp"),
    }


def test_the_document_lists_every_type_and_field() -> None:
    text = PROTOCOL.read_text("utf-8")
    for cls in CLASSES:
        row = next(line for line in text.splitlines() if line.startswith(f"| {cls.TYPE:02x} |"))
        sizes = [
            int(word.rstrip(" ,|")[1:]) // 8
            for word in row.split()
            if word.rstrip(" ,|") in ("u8", "u16", "u24", "u32", "u48")
        ]
        assert tuple(sizes) == cls.LAYOUT, cls
        for field in fields(cls):
            assert field.name in row, (cls, field.name)


def test_the_document_has_the_version_of_the_code() -> None:
    first = PROTOCOL.read_text("utf-8").splitlines()[0]
    assert first.endswith(f"version {frames.PROTOCOL_MAJOR}.{frames.PROTOCOL_MINOR}")


def test_crc_check_value() -> None:
    assert crc16(b"123456789") == 0x29B1
    assert crc16(b"") == 0xFFFF


def flipped(data: bytes, *bits: int) -> bytes:
    out = bytearray(data)
    for bit in bits:
        out[bit >> 3] ^= 1 << (bit & 7)
    return bytes(out)


def test_crc_has_distance_four_over_a_whole_frame() -> None:
    """The CRC is linear: an error goes unseen if the exclusive-or of its bits' effects is zero, whatever the data."""
    blank = bytes(MAX_WIRE_BYTES)
    effects = [crc16(flipped(blank, bit)) ^ crc16(blank) for bit in range(8 * MAX_WIRE_BYTES)]
    effects += [1 << bit for bit in range(16)]
    assert 0 not in effects
    assert len(set(effects)) == len(effects)
    # Three: every effect has an odd number of factors in common with x + 1, so that no two make up a third.
    present = set(effects)
    assert not any(one ^ other in present for one, other in combinations(effects, 2))


@pytest.mark.parametrize("message", [Lamps(5), Ping(0x01000000, 0), Event(1, 2, 1, 3, 4, 5, 6, 7, 8)])
def test_every_one_and_two_bit_error_on_the_wire_is_detected(message: Message) -> None:
    """All of them, those in the delimiter too: a frame after it proves that two frames joined are no frame."""
    wire = encode(message)
    bits = range(8 * len(wire))
    for error in [*((bit,) for bit in bits), *combinations(bits, 2)]:
        decoder = Decoder()
        got = decoder.feed(flipped(wire, *error) + b"\0" + encode(Lamps(1)))
        assert got == [Lamps(1)], error
        assert decoder.crc_errors >= 1


@given(st.binary(max_size=253))
def test_cobs_round_trip(data: bytes) -> None:
    encoded = cobs_encode(data)
    assert 0 not in encoded
    assert len(encoded) == len(data) + 1
    assert cobs_decode(encoded) == data


@given(st.lists(messages(), max_size=8), st.data())
def test_any_messages_in_any_pieces(sent: list[Message], data: st.DataObject) -> None:
    wire = b"".join(encode(message) for message in sent)
    decoder, got = Decoder(), []
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        got += decoder.feed(wire[:size])
        wire = wire[size:]
    assert got == sent
    assert (decoder.frames, decoder.crc_errors, decoder.garbage_bytes) == (len(sent), 0, 0)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_noise_never_raises_and_never_fills_memory(pieces: list[bytes]) -> None:
    decoder = Decoder()
    fed = 0
    for piece in pieces:
        decoder.feed(piece)
        fed += len(piece)
        assert decoder.pending_bytes <= MAX_WIRE_BYTES
        assert decoder.garbage_bytes <= fed
    decoder.feed(b"\0")
    assert decoder.feed(encode(Lamps(3))) == [Lamps(3)]


def test_a_flood_without_delimiter_is_one_error() -> None:
    decoder = Decoder()
    for _ in range(1000):
        assert decoder.feed(b"\x55" * 100) == []
    assert decoder.pending_bytes == 0
    assert decoder.feed(b"\0" + encode(Lamps(1))) == [Lamps(1)]
    assert (decoder.crc_errors, decoder.garbage_bytes) == (1, 100_000)


def test_a_later_minor_may_append() -> None:
    longer = frame(Lamps.TYPE, bytes((0b11, 1, 2, 3)))
    shorter = frame(Ping.TYPE, bytes(5))
    decoder = Decoder()
    assert decoder.feed(longer + shorter + frame(0x30, b"new")) == [Lamps(0b11)]
    assert decoder.unknown == 2


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(FrameError, match="mask"):
        encode(Lamps(256))
    with pytest.raises(FrameError, match="token"):
        encode(Ping(-1))
    with pytest.raises(FrameError, match="at most 62"):
        frame(1, bytes(63))


def test_every_message_fits_a_frame() -> None:
    for cls in CLASSES:
        assert sum(cls.LAYOUT) <= MAX_PAYLOAD_BYTES
    assert len({cls.TYPE for cls in CLASSES}) == len(CLASSES)


def test_box_id_is_eight_hex_digits() -> None:
    hello = Hello(1, 0, 0xA1B2, *[0] * 13)
    assert hello.box_id == "0000a1b2"
    assert Pong(*[0] * 15).token == 0
