"""What a disk holds after the power was cut at some point of a recorded run: the other half of layer/fault_layer.c.

What was synced is there; of what was written since the file's last sync anything may be there: all, nothing, some of the
writes, or some of their sectors. A name that is new, changed or gone is sure once its folder has been synced.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

HEAD = struct.Struct("<IB3xQQII")
MAGIC = 0x7A17F00D
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Record:
    """One call. `kind`: as in fault_layer.c; `made`: an O that made the file."""

    kind: str
    inode: int
    offset: int
    data: bytes
    made: bool


def records(trace: Path) -> Iterator[Record]:
    """The trace of a run, which may have been killed while it wrote one."""
    data, at = trace.read_bytes(), 0
    while at + HEAD.size <= len(data):
        magic, kind, inode, offset, length, made = HEAD.unpack_from(data, at)
        if magic != MAGIC:
            at = data.find(struct.pack("<I", MAGIC), at + 1)
            if at < 0:
                return
            continue
        end = at + HEAD.size + length
        if end > len(data):
            return
        yield Record(chr(kind), inode, offset, data[at + HEAD.size : end], bool(made))
        at = end


@dataclass
class _File:
    """`disk`: what is sure; `waiting`: writes (offset, bytes) and truncations (size, None) since."""

    disk: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    written: bytearray = field(default_factory=bytearray)

    def put(self, offset: int, data: bytes | None) -> None:
        self.waiting.append((offset, data))
        _apply(self.written, offset, data)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


class Disk:
    """A folder's files as a run goes on. `start`: what lay there when it began."""

    def __init__(self, start: dict[str, bytes]) -> None:
        self._names = {name: _File(bytearray(data), written=bytearray(data)) for name, data in start.items()}
        self._sure = dict(self._names)
        self._moves: list[tuple[str, str, _File | None]] = []  # kind, name, file or None
        self._inodes: dict[int, _File] = {}

    def feed(self, record: Record) -> None:
        """Take the next call."""
        if record.kind == "O":
            name = record.data.decode()
            if record.made or name not in self._names:
                self._names[name] = _File()
                self._moves.append(("put", name, self._names[name]))
            self._inodes[record.inode] = self._names[name]
        elif record.kind in "RU":
            name, _, to = record.data.decode().partition("\0")
            file = self._names.pop(name, None)
            self._moves.append(("drop", name, None))
            if record.kind == "R" and file is not None:
                self._names[to] = file
                self._moves[-1] = ("move", f"{name}\0{to}", file)
        elif record.kind == "D":
            self._sure, self._moves = dict(self._names), []
        elif file := self._inodes.get(record.inode):
            if record.kind == "W":
                file.put(record.offset, record.data)
            elif record.kind == "T":
                file.put(record.offset, None)
            elif record.kind == "S":
                for offset, data in file.waiting:
                    _apply(file.disk, offset, data)
                file.waiting = []
            elif record.kind == "F":
                file.waiting = []  # the pages count as clean now, and are not on the disk

    def written(self, name: str) -> bytes:
        """All that was ever written to a file, on disk or not."""
        return bytes(self._names[name].written) if name in self._names else b""

    def cut(self, chance: Random) -> dict[str, bytes]:
        """What could be found after the power was cut now."""
        names = dict(self._sure)
        for kind, name, file in self._moves[: chance.randint(0, len(self._moves))]:
            if kind == "put" and file is not None:
                names[name] = file
            elif kind == "move" and file is not None:
                old, _, new = name.partition("\0")
                names.pop(old, None)
                names[new] = file
            else:
                names.pop(name, None)
        how = chance.choice(("all", "none", "some", "sectors", "first"))
        return {name: _after(file, how, chance) for name, file in names.items() if not name.endswith("-shm")}


def _after(file: _File, how: str, chance: Random) -> bytes:
    content = bytearray(file.disk)
    waiting = file.waiting
    if how == "first":
        waiting = waiting[: chance.randint(0, len(waiting))]
    for offset, data in waiting:
        if how == "none" or (how in ("some", "sectors") and chance.random() < 0.4):
            continue
        if data is None or how != "sectors":
            _apply(content, offset, data)
            continue
        at = offset
        while at < offset + len(data):
            end = min(offset + len(data), (at // SECTOR + 1) * SECTOR)
            if chance.random() < 0.7:
                _apply(content, at, data[at - offset : end - offset])
            at = end
    return bytes(content)
