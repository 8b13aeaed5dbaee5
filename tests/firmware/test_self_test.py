"""The box looks at itself when it starts: each fault is made in the simulator and must be named in HELLO."""

from __future__ import annotations

from pathlib import Path

import pytest

from buzzers.frames import FAULT_CONTACT, FAULT_FLASH, FAULT_IDENTITY, FAULT_SYNC_WIRE
from firmware.seal import seal
from firmware.sim.harness import SimulatedBox
from tests.firmware.host import Host


def elf_of(built: str) -> bytes:
    return (Path(built) / "firstpress.elf").read_bytes()


def start(box: SimulatedBox) -> int:
    with Host(box.port) as host:
        return host.identify().self_test


def test_a_healthy_box_reports_nothing(built: str) -> None:
    with SimulatedBox() as box:
        assert start(box) == 0


@pytest.mark.parametrize("bit", [0, 7])
def test_a_changed_bit_in_flash_is_found(built: str, tmp_path: Path, bit: int) -> None:
    """In the vector of an interrupt that is never taken, so that the program runs as before."""
    elf = bytearray(elf_of(built))
    elf[vector_offset(elf, 1)] ^= 1 << bit
    changed = tmp_path / "changed.elf"
    changed.write_bytes(elf)
    with SimulatedBox(elf=changed) as box:
        assert start(box) == FAULT_FLASH


def vector_offset(elf: bytes | bytearray, number: int) -> int:
    """Where in the file the vector of this interrupt is: .text begins with them, four bytes each."""
    first_load = int.from_bytes(elf[28:32], "little")
    return int.from_bytes(elf[first_load + 4 : first_load + 8], "little") + 4 * number


def test_the_seal_is_what_the_box_reckons_and_sealing_again_changes_nothing(built: str) -> None:
    elf = elf_of(built)
    assert seal(elf) == elf
    changed = bytearray(elf)
    changed[vector_offset(elf, 1)] ^= 1
    assert seal(bytes(changed)) != bytes(changed)
    with pytest.raises(ValueError, match="ELF"):
        seal(b"no")


def test_the_hex_file_carries_the_seal_too(built: str) -> None:
    image = bytearray()
    for line in (Path(built) / "firstpress.hex").read_text("ascii").split():
        size, address, kind = int(line[1:3], 16), int(line[3:7], 16), line[7:9]
        if kind == "00":
            assert address == len(image)
            image += bytes.fromhex(line[9 : 9 + 2 * size])
    elf = elf_of(built)
    text_at = vector_offset(elf, 0)
    assert elf[text_at : text_at + 4_096] == image[:4_096]
    assert b"\xff\xff" not in image[-2:]


def test_an_eeprom_that_keeps_nothing_is_found(built: str) -> None:
    with SimulatedBox(worn_eeprom=True) as box:
        assert start(box) == FAULT_IDENTITY


def test_a_held_button_is_found_and_forgotten_at_the_next_start(built: str) -> None:
    with SimulatedBox() as box:
        box.edges([(3, True, 0)])
        box.reset()
        assert start(box) == FAULT_CONTACT
        box.edges([(3, False, 0)])
        box.reset()
        assert start(box) == 0


def test_a_wire_that_is_pulled_down_is_found(built: str) -> None:
    with SimulatedBox() as box:
        box.command("wire 0")
        box.reset()
        assert start(box) == FAULT_SYNC_WIRE
        box.command("wire 1")
        box.reset()
        assert start(box) == 0
