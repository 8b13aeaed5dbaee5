"""Codec of the box protocol (firmware/PROTOCOL.md): framing, checksum, and one dataclass a message. No IO.

On the wire a frame is ``COBS(body) C0 C1 C2 00``. The body is ``length type payload``; the three C bytes
carry the CRC-16 of the *encoded* bytes, so that bit errors on the wire meet the checksum as they are and are
not multiplied by the unstuffing first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

PROTOCOL_MAJOR = 1
PROTOCOL_MINOR = 0

MAX_BODY_BYTES = 64
MAX_PAYLOAD_BYTES = MAX_BODY_BYTES - 2
MAX_WIRE_BYTES = MAX_BODY_BYTES + 1 + 3 + 1
"""COBS adds one byte to a body this short, then three for the checksum and the delimiter."""

TICK_BITS = 48
RESTART_KEY = 0x54455352
"""``RSET`` as the box sees it, so that no stray frame restarts a box."""

KIND_PRESS = 1
KIND_RELEASE = 2

FLAG_SAME_TICK = 1 << 0
"""Other inputs changed in the same snapshot: this box cannot tell which of them was first."""
FLAG_RESENT = 1 << 1
"""This copy of the event is not the first one sent."""
FLAG_HELD_AT_BOOT = 1 << 2
"""The button was down when the box started: the tick is that of the start, the true edge is older."""
FLAG_LATE = 1 << 3
"""Snapshots were lost just before: the true first edge may be older than the tick."""

RESET_POWER_ON = 1 << 0
RESET_EXTERNAL = 1 << 1
RESET_BROWN_OUT = 1 << 2
RESET_WATCHDOG = 1 << 3


class FrameError(ValueError):
    """A message cannot be encoded: a field is outside its range."""


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
        table.append(value)
    return tuple(table)


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16 of ``data``: polynomial 0x1021, start 0xFFFF, not reflected (check value 0x29B1).

    The polynomial has distance 4 up to 32,751 bits (Koopman's tables list it as 0x8810): any one, two or
    three flipped bits in a frame of ours are detected.
    """
    value = 0xFFFF
    for byte in data:
        value = ((value << 8) & 0xFFFF) ^ _CRC_TABLE[(value >> 8) ^ byte]
    return value


def cobs_encode(data: bytes) -> bytes:
    """``data`` (at most 253 bytes) without zero bytes, one byte longer; no delimiter appended."""
    if len(data) > 253:
        raise FrameError(f"{len(data)} bytes are too long for a frame")
    return b"".join(bytes((len(run) + 1,)) + run for run in data.split(b"\0"))


def cobs_decode(data: bytes) -> bytes | None:
    """The inverse of `cobs_encode`, or None where ``data`` is no such encoding."""
    if not data or 0 in data:
        return None
    runs = []
    at = 0
    while at < len(data):
        end = at + data[at]
        if end > len(data):
            return None
        runs.append(data[at + 1 : end])
        at = end
    return b"\0".join(runs)


@dataclass(frozen=True, slots=True)
class Identify:
    """host to box: who are you? Also tells the box the host's protocol version. Answered by `Hello`."""

    TYPE: ClassVar[int] = 0x01
    LAYOUT: ClassVar[tuple[int, ...]] = (1, 1)
    major: int = PROTOCOL_MAJOR
    minor: int = PROTOCOL_MINOR


@dataclass(frozen=True, slots=True)
class Ping:
    """host to box: answered by `Pong` with the same token (not 0), no earlier than ``hold_ticks`` later."""

    TYPE: ClassVar[int] = 0x02
    LAYOUT: ClassVar[tuple[int, ...]] = (4, 2)
    token: int
    hold_ticks: int = 0


@dataclass(frozen=True, slots=True)
class Ack:
    """host to box: every event of this boot up to and including ``seq`` has arrived and may be forgotten."""

    TYPE: ClassVar[int] = 0x03
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 4)
    boot: int
    seq: int


@dataclass(frozen=True, slots=True)
class Lamps:
    """host to box: show this mask now (bit n = lamp of input n) and forget every scheduled one."""

    TYPE: ClassVar[int] = 0x04
    LAYOUT: ClassVar[tuple[int, ...]] = (1,)
    mask: int


@dataclass(frozen=True, slots=True)
class LampsAt:
    """host to box: show this mask at box time ``tick``; at once if that is past."""

    TYPE: ClassVar[int] = 0x05
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 6, 1)
    boot: int
    tick: int
    mask: int


@dataclass(frozen=True, slots=True)
class LampTest:
    """host to box: light the lamps one after the other, then all, for ``duration_ms``; then as before."""

    TYPE: ClassVar[int] = 0x06
    LAYOUT: ClassVar[tuple[int, ...]] = (2,)
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Restart:
    """host to box: restart through the watchdog. Ignored unless ``boot`` and ``key`` are right."""

    TYPE: ClassVar[int] = 0x07
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 4)
    boot: int
    key: int = RESTART_KEY


@dataclass(frozen=True, slots=True)
class Hello:
    """box to host: who I am; sent at start, each second while no host speaks, and as answer to `Identify`.

    ``uid`` stays for the life of the box; ``boot`` differs after every reset; ``acked_seq`` is the highest
    event sequence a host has acknowledged in this boot, where a host that comes later starts.
    """

    TYPE: ClassVar[int] = 0x41
    LAYOUT: ClassVar[tuple[int, ...]] = (1, 1, 4, 2, 1, 1, 1, 1, 1, 4, 4, 2, 2, 1, 1, 4)
    major: int
    minor: int
    uid: int
    boot: int
    reset_cause: int
    firmware_major: int
    firmware_minor: int
    inputs: int
    lamps: int
    tick_hz: int
    resolution_ns: int
    press_us: int
    release_us: int
    queue_events: int
    window_events: int
    acked_seq: int

    @property
    def box_id(self) -> str:
        """The uid as eight lower-case hexadecimal digits."""
        return f"{self.uid:08x}"


@dataclass(frozen=True, slots=True)
class Pong:
    """box to host: answer to `Ping`; with token 0 sent by the box itself at irregular intervals.

    ``rx_tick``: the delimiter of the ping was received (for token 0: equal to tx_tick). ``tx_tick``: the
    first byte of this frame left not before it. ``safe_tick``: every press whose first edge lies before it
    has a sequence of at most ``last_seq``. ``held``, ``lamps``: masks, bit n = input n. Counters saturate.
    """

    TYPE: ClassVar[int] = 0x42
    LAYOUT: ClassVar[tuple[int, ...]] = (4, 2, 6, 6, 6, 4, 1, 1, 1, 2, 2, 2, 2, 2, 2)
    token: int
    boot: int
    rx_tick: int
    tx_tick: int
    safe_tick: int
    last_seq: int
    held: int
    lamps: int
    queued: int
    overflows: int
    edges_lost: int
    crc_errors: int
    resends: int
    unknown: int
    spikes: int


@dataclass(frozen=True, slots=True)
class Event:
    """box to host: a button went down or up; sent again until acknowledged.

    ``tick``: first edge. ``confirm_ticks``: how long after it the box was sure (stops at 65535).
    ``same_mask``: the other inputs that changed in the same snapshot. ``edges``: edges seen until then.
    """

    TYPE: ClassVar[int] = 0x43
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 4, 1, 1, 6, 2, 1, 1, 1)
    boot: int
    seq: int
    kind: int
    input: int
    tick: int
    confirm_ticks: int
    flags: int
    same_mask: int
    edges: int


Message = Identify | Ping | Ack | Lamps | LampsAt | LampTest | Restart | Hello | Pong | Event

_CLASSES: tuple[Callable[..., Message], ...] = (
    Identify,
    Ping,
    Ack,
    Lamps,
    LampsAt,
    LampTest,
    Restart,
    Hello,
    Pong,
    Event,
)


def _by_type() -> dict[int, Any]:
    classes: tuple[Any, ...] = _CLASSES
    return {cls.TYPE: cls for cls in classes}


_BY_TYPE = _by_type()


def frame(kind: int, payload: bytes) -> bytes:
    """A whole frame, delimiter included, of any type and payload (at most 62 bytes; else `FrameError`)."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise FrameError(f"payload of {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} fit")
    encoded = cobs_encode(bytes((len(payload) + 2, kind)) + payload)
    crc = crc16(encoded)
    return encoded + bytes((0x80 | crc >> 14, 0x80 | crc >> 7 & 0x7F, 0x80 | crc & 0x7F, 0))


def encode(message: Message) -> bytes:
    """The frame of ``message``, delimiter included. Raises `FrameError` if a field does not fit."""
    parts = []
    for field, size in zip(fields(message), message.LAYOUT, strict=True):
        value = getattr(message, field.name)
        if not 0 <= value < 1 << 8 * size:
            raise FrameError(f"{type(message).__name__}.{field.name}={value} does not fit {size} bytes")
        parts.append(value.to_bytes(size, "little"))
    return frame(message.TYPE, b"".join(parts))


def _parse(kind: int, payload: bytes) -> Message | None:
    """The message, or None for an unknown type or too short a payload. Extra bytes are a later minor's."""
    cls = _BY_TYPE.get(kind)
    if cls is None or len(payload) < sum(cls.LAYOUT):
        return None
    values = []
    at = 0
    for size in cls.LAYOUT:
        values.append(int.from_bytes(payload[at : at + size], "little"))
        at += size
    message: Message = cls(*values)
    return message


def unframe(wire: bytes) -> tuple[int, bytes] | None:
    """Type and payload of one frame without its delimiter, or None if anything in it is wrong."""
    if not 6 <= len(wire) < MAX_WIRE_BYTES:
        return None
    encoded, (c0, c1, c2) = wire[:-3], wire[-3:]
    if c0 & 0xFC != 0x80 or not c1 & c2 & 0x80:
        return None
    if crc16(encoded) != (c0 & 3) << 14 | (c1 & 0x7F) << 7 | c2 & 0x7F:
        return None
    body = cobs_decode(encoded)
    if body is None or len(body) < 2 or body[0] != len(body):
        return None
    return body[1], body[2:]


class Decoder:
    """Bytes in, messages out; keeps at most one unfinished frame and never raises, whatever it is fed.

    Counters, all monotonic: ``frames`` good ones, ``crc_errors`` frames dropped as damaged, ``garbage_bytes``
    bytes in those, ``unknown`` frames that were whole but of a type or length this version does not know.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.crc_errors = 0
        self.garbage_bytes = 0
        self.unknown = 0
        self._pending = bytearray()
        self._skipping = False

    @property
    def pending_bytes(self) -> int:
        """Bytes held of a frame whose delimiter has not come: never more than `MAX_WIRE_BYTES`."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[Message]:
        """Messages completed by ``data``, in order of arrival."""
        messages: list[Message] = []
        *ended, rest = data.split(b"\0")
        for chunk in ended:
            self._take(chunk)
            message = self._finish()
            if message is not None:
                messages.append(message)
        self._take(rest)
        return messages

    def _take(self, chunk: bytes) -> None:
        if self._skipping:
            self.garbage_bytes += len(chunk)
        elif len(self._pending) + len(chunk) >= MAX_WIRE_BYTES:
            self.garbage_bytes += len(self._pending) + len(chunk)
            self._pending.clear()
            self._skipping = True
        else:
            self._pending += chunk

    def _finish(self) -> Message | None:
        if self._skipping:
            self._skipping = False
            self.crc_errors += 1
            return None
        wire = bytes(self._pending)
        self._pending.clear()
        if not wire:
            return None
        opened = unframe(wire)
        if opened is None:
            self.crc_errors += 1
            self.garbage_bytes += len(wire)
            return None
        message = _parse(*opened)
        if message is None:
            self.unknown += 1
        else:
            self.frames += 1
        return message
