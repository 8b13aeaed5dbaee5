"""Puts the checksum of the flash image into a linked firmware, where its self-test looks for it.

    python3 seal.py firstpress.elf

The image is what the ELF loads into flash. CRC-16 as in the frames (PROTOCOL.md, 2) over all of it but the two bytes
of ``flash_seal``, which then hold it. Standard library only.
"""

from __future__ import annotations

import binascii
import struct
import sys
from pathlib import Path

SEAL = b"flash_seal"
FLASH_END = 0x800000
"""Addresses from here on are no flash: the linker counts RAM from there."""

LOAD = 1
SYMBOLS = 2


def seal(elf: bytes) -> bytes:
    """``elf`` with its checksum filled in; ValueError if it has no place for one."""
    segments, sections = _headers(elf)
    loads = sorted(
        (physical, offset, size)
        for kind, offset, _virtual, physical, size in segments
        if kind == LOAD and size and physical < FLASH_END
    )
    image = bytearray()
    for physical, offset, size in loads:
        image += b"\xff" * (physical - len(image)) + elf[offset : offset + size]
    at = _address(elf, sections)
    crc = binascii.crc_hqx(bytes(image[:at] + image[at + 2 :]), 0xFFFF)
    for physical, offset, size in loads:
        if physical <= at < physical + size:
            place = offset + at - physical
            return elf[:place] + crc.to_bytes(2, "little") + elf[place + 2 :]
    raise ValueError("the checksum's place is not in flash")


def _headers(elf: bytes) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Program headers (type, offset, virtual, physical, size in file) and whole section headers of a 32-bit ELF."""
    if elf[:6] != b"\x7fELF\x01\x01":
        raise ValueError("not a little-endian 32-bit ELF")
    program_at, section_at = struct.unpack_from("<II", elf, 28)
    program_size, programs, section_size, sections = struct.unpack_from("<HHHH", elf, 42)
    return (
        [struct.unpack_from("<5I", elf, program_at + n * program_size) for n in range(programs)],
        [struct.unpack_from("<10I", elf, section_at + n * section_size) for n in range(sections)],
    )


def _address(elf: bytes, sections: list[tuple[int, ...]]) -> int:
    for _name, kind, _flags, _address, offset, size, link, *_ in sections:
        if kind != SYMBOLS:
            continue
        names = sections[link][4]
        for at in range(offset, offset + size, 16):
            name, value = struct.unpack_from("<II", elf, at)
            if elf[names + name :].startswith(SEAL + b"\0"):
                return int(value)
    raise ValueError(f"no symbol {SEAL.decode()}")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_bytes(seal(path.read_bytes()))
