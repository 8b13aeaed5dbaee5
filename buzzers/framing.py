"""Framing of the box protocol (firmware/PROTOCOL.md, section 2): COBS, with the checksum outside it. No IO.

On the wire a frame is ``COBS(body) C0 C1 C2 00``. The body is ``length type payload``; the three C bytes
carry the CRC-16 of the *encoded* bytes, so that bit errors on the wire meet the checksum as they are and are
not multiplied by the unstuffing first.
"""

from __future__ import annotations

MAX_BODY_BYTES = 64
MAX_PAYLOAD_BYTES = MAX_BODY_BYTES - 2
MAX_WIRE_BYTES = MAX_BODY_BYTES + 1 + 3 + 1
"""COBS adds one byte to a body this short, then three for the checksum and the delimiter."""


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


def frame(kind: int, payload: bytes) -> bytes:
    """A whole frame, delimiter included, of any type and payload (at most 62 bytes; else `FrameError`)."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise FrameError(f"payload of {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} fit")
    encoded = cobs_encode(bytes((len(payload) + 2, kind)) + payload)
    crc = crc16(encoded)
    return encoded + bytes((0x80 | crc >> 14, 0x80 | crc >> 7 & 0x7F, 0x80 | crc & 0x7F, 0))


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
