"""Codec of the box protocol (firmware/PROTOCOL.md): one dataclass a message, and the decoder of a stream. No IO."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from buzzers.framing import MAX_WIRE_BYTES, FrameError, frame, unframe

PROTOCOL_MAJOR = 1
PROTOCOL_MINOR = 1

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

FEATURE_SYNC_WIRE = 1 << 0
"""`Hello.features`: the box pulses and stamps a wire that it shares with others (`SyncPulse`, `Sync`)."""
FEATURE_UART = 1 << 1
"""`Hello.features`: its bytes pass a UART at the baud rate of the protocol, whatever comes after that."""

FAULT_FLASH = 1 << 0
"""`Hello.self_test`: the program in flash is not the one that was built."""
FAULT_IDENTITY = 1 << 1
"""What was written to EEPROM does not read back: at the next start the box may be another one."""
FAULT_CONTACT = 1 << 2
"""A contact was closed at the start: a held button, or a short."""
FAULT_SYNC_WIRE = 1 << 3
"""The sync wire was low at the start: a short, or another box pulls it down."""

PING_SHORT = 1 << 0
"""`Ping.flags`: answer with a `Stamp`."""
PONG_WIRE_BYTES = 62
"""From minor 1 on a `Pong` and the zeros before it: as many as make an FTDI send at once."""

FLAG_OWN_PULSE = 1 << 0
"""`Sync.flags`: this box gave the pulse, and ``token`` is that of the command."""


@dataclass(frozen=True, slots=True)
class Identify:
    """host to box: who are you? Also tells the box the host's protocol version. Answered by `Hello`."""

    TYPE: ClassVar[int] = 0x01
    LAYOUT: ClassVar[tuple[int, ...]] = (1, 1)
    major: int = PROTOCOL_MAJOR
    minor: int = PROTOCOL_MINOR


@dataclass(frozen=True, slots=True)
class Ping:
    """host to box: answered by `Pong` with the same token (not 0), no earlier than ``hold_ticks`` later.

    ``flags``: with PING_SHORT the answer is a `Stamp`, if the box knows it (its minor is 1 or more).
    """

    TYPE: ClassVar[int] = 0x02
    LAYOUT: ClassVar[tuple[int, ...]] = (4, 2, 1)
    FIELDS_1_0: ClassVar[int] = 2
    token: int
    hold_ticks: int = 0
    flags: int = 0


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
class SyncPulse:
    """host to box: pulse the sync wire now. Ignored unless ``boot`` is right. Seen by all as `Sync`."""

    TYPE: ClassVar[int] = 0x08
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 2)
    boot: int
    token: int


@dataclass(frozen=True, slots=True)
class Hello:
    """box to host: who I am; sent at start, each second while no host speaks, and as answer to `Identify`.

    ``uid`` stays for the life of the box; ``boot`` differs after every reset; ``acked_seq`` is the highest
    event sequence a host has acknowledged in this boot, where a host that comes later starts. Since 1.1:
    ``order_ticks``: two presses of this box whose ticks differ by at least that are in the right order (0: no
    promise, go by ``resolution_ns``); ``features``: FEATURE bits; ``self_test``: FAULT bits, 0 all well.
    """

    TYPE: ClassVar[int] = 0x41
    LAYOUT: ClassVar[tuple[int, ...]] = (1, 1, 4, 2, 1, 1, 1, 1, 1, 4, 4, 2, 2, 1, 1, 4, 1, 1, 1)
    FIELDS_1_0: ClassVar[int] = 16
    """How many of the fields version 1.0 sends; those after them have defaults."""
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
    order_ticks: int = 0
    features: int = 0
    self_test: int = 0

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
class Stamp:
    """box to host: what a `Pong` says of time, in so few bytes that they pass every adapter in one packet.

    ``token``: the low half of the ping's; 0: sent by the box itself. The ping was received ``rx_behind`` ticks
    before ``tx_tick`` (0 if there was none), the safe tick lies ``safe_behind`` ticks before it. ``last_seq``: the low half.
    """

    TYPE: ClassVar[int] = 0x45
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 2, 6, 3, 3, 2)
    token: int
    boot: int
    tx_tick: int
    rx_behind: int
    safe_behind: int
    last_seq: int


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


@dataclass(frozen=True, slots=True)
class Sync:
    """box to host: the sync wire fell at ``tick``. Never acknowledged nor repeated.

    ``count``: pulses stamped in this boot, modulo 65536: a gap shows those whose message was lost.
    ``token``: that of the command with FLAG_OWN_PULSE in ``flags``, else 0.
    """

    TYPE: ClassVar[int] = 0x44
    LAYOUT: ClassVar[tuple[int, ...]] = (2, 6, 2, 2, 1)
    boot: int
    tick: int
    count: int
    token: int
    flags: int


Message = (
    Identify
    | Ping
    | Ack
    | Lamps
    | LampsAt
    | LampTest
    | Restart
    | SyncPulse
    | Hello
    | Pong
    | Stamp
    | Event
    | Sync
)

_CLASSES: tuple[Callable[..., Message], ...] = (
    Identify,
    Ping,
    Ack,
    Lamps,
    LampsAt,
    LampTest,
    Restart,
    SyncPulse,
    Hello,
    Pong,
    Stamp,
    Event,
    Sync,
)


def _by_type() -> dict[int, Any]:
    classes: tuple[Any, ...] = _CLASSES
    return {cls.TYPE: cls for cls in classes}


_BY_TYPE = _by_type()


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
    if cls is None:
        return None
    values = []
    at = 0
    for size in cls.LAYOUT:
        if at + size > len(payload):
            break
        values.append(int.from_bytes(payload[at : at + size], "little"))
        at += size
    if len(values) < getattr(cls, "FIELDS_1_0", len(cls.LAYOUT)):
        return None
    message: Message = cls(*values)
    return message


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
