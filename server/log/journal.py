"""The log's second copy: a text file beside the database that only grows, a line a transaction, synced each time.

A line: 32 hex digits of the SHA-256 of the rest, a blank, and {"rows": [[seq, contest_ns, wall_time, type, body,
prev_hash, hash], ...], "command": id or null, "paper": [[question id, body as stored], ...]}. A line that was torn or
changed is known by its checksum, which SQLite's last page is not.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from .rows import Content, Row

SUM = 32  # hex digits
AT_ONCE = 1 << 20  # bytes of a read


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one accepted command stores."""

    rows: tuple[Row, ...]
    command: str | None = None
    paper: tuple[tuple[str, str], ...] = ()


class _Line(msgspec.Struct):
    rows: list[tuple[int, int, str, str, str, str, str]]
    command: str | None = None
    paper: list[tuple[str, str]] = []


_decode = msgspec.json.Decoder(_Line).decode


def journal_path(log: Path) -> Path:
    """Where the journal of a log lies: contest.db → contest.journal."""
    return log.with_suffix(".journal")


def line_of(transaction: Transaction) -> bytes:
    """A transaction as its line."""
    content: dict[str, Any] = {
        "rows": [
            [row.seq, row.contest_ns, row.wall_time, row.type, row.body, row.prev_hash, row.hash]
            for row in transaction.rows
        ],
        "command": transaction.command,
    }
    if transaction.paper:
        content["paper"] = [list(one) for one in transaction.paper]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return _sum(text) + b" " + text + b"\n"


def _sum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:SUM].encode()


def transaction_of(line: bytes) -> Transaction | None:
    """What a line (without its end) stands for; None for one that is torn or was changed."""
    text = line[SUM + 1 :]
    if line[:SUM] != _sum(text) or line[SUM : SUM + 1] != b" ":
        return None
    try:
        read = _decode(text)
    except msgspec.DecodeError:
        return None
    return Transaction(tuple(Row(*row) for row in read.rows), read.command, tuple(read.paper))


@dataclass(slots=True)
class Reading:
    """What a journal's bytes hold: all that is legible, and of each line before the first bad one where it ends."""

    content: Content
    lines: list[tuple[Transaction, int]]
    size: int


def reading_of(data: bytes) -> Reading:
    """Read a journal, past bad lines too."""
    content, lines, at, sound = Content(), [], 0, True
    for line in data.split(b"\n"):
        end = at + len(line) + 1
        transaction = transaction_of(line) if end <= len(data) else None  # no line end: torn
        sound &= transaction is not None
        if transaction is not None:
            add(content, transaction)
            if sound:
                lines.append((transaction, end))
        at = end
    return Reading(content, lines, len(data))


def add(content: Content, transaction: Transaction) -> None:
    """Put a transaction behind what a log holds."""
    content.rows.extend(transaction.rows)
    content.paper.update(transaction.paper)
    if transaction.command is not None and transaction.rows:
        content.commands[transaction.command] = transaction.rows[-1].seq


def transactions(content: Content, after: int = 0) -> Iterator[Transaction]:
    """A log as transactions, a row each: which rows were one is not known from the database. The paper is with row 1."""
    names = {revision: command_id for command_id, revision in content.commands.items()}
    for row in content.rows[after:]:
        paper = tuple(content.paper.items()) if row.seq == 1 else ()
        yield Transaction((row,), names.get(row.seq), paper)


class Journal:
    """A journal open for writing. Every method raises OSError; nothing was promised then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self._file).st_size
        self.tail = b""
        """The last line that this object wrote."""

    def append(self, lines: Iterable[bytes]) -> None:
        """Write these lines behind the last and wait until they are on disk."""
        data = b"".join(lines)
        at, left = self.size, memoryview(data)
        while left:  # a write may be short of what was asked
            written = os.pwrite(self._file, left, at)
            at, left = at + written, left[written:]
        os.fdatasync(self._file)
        self.size, self.tail = at, data

    def retract(self, size: int) -> None:
        """Take away what stands behind byte `size`."""
        os.ftruncate(self._file, size)
        os.fsync(self._file)
        self.size, self.tail = size, b""

    def read(self, at: int = 0, most: int | None = None) -> bytes:
        """Bytes from `at` on, also when the file has lost its name."""
        parts, left = [], most if most is not None else os.fstat(self._file).st_size - at
        while left > 0 and (part := os.pread(self._file, min(left, AT_ONCE), at)):
            parts.append(part)
            at, left = at + len(part), left - len(part)
        return b"".join(parts)

    def is_in_place(self) -> bool:
        """Whether its name still leads to this file, and nobody else changed its length."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        here = os.fstat(self._file)
        return (there.st_ino, there.st_dev) == (here.st_ino, here.st_dev) and here.st_size == self.size

    def close(self) -> None:
        os.close(self._file)
