"""Brings the log's two copies to the same: the longest sound chain of both wins, what is damaged is put aside.

Done at every start and, while a show runs, after any trouble with its disk. Nothing is ever deleted.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .file import (
    Found,
    keep_damaged,
    open_for_writing,
    put_damaged_aside,
    read_database,
    stamp,
    store,
    unused,
    write_database,
    write_journal,
)
from .journal import Journal, Reading, journal_path, line_of, reading_of, transactions
from .notes import note
from .rows import FIRST_HASH, Content, LogDamaged, is_part, merged, until


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done to the files, in words. `aside`: the new name of a damaged file that was put aside."""

    text: str
    aside: str | None = None


End = tuple[int, str]
"""The last sequence of a log, and its hash."""


@dataclass(slots=True)
class Copies:
    """What the database holds, what the journal holds (None: there is none), and the log that they give together."""

    found: Found
    reading: Reading | None
    content: Content

    def lost(self) -> str | None:
        """Why this is not all of the log, None where nothing says so."""
        whole = len(self.content.rows)
        for rows in (self.found.content.rows, self.reading.content.rows if self.reading else []):
            another = bool(rows) and rows[0].follows(1, FIRST_HASH) and rows[:1] != self.content.rows[:1]
            later = next((row for row in rows if row.seq > whole), None)
            if later is None or another:
                continue
            if later.seq == whole + 1:
                return f"row {later.seq} ({later.type}) was changed after it was written"
            return f"row {whole + 1} is missing (found {later.seq})"
        if self.found.problem and not (self.reading and self.reading.content.rows):
            return f"not a contest log ({self.found.problem})"
        return None


def read_both(path: Path) -> Copies:
    """Read the log at `path` and its journal; writes nothing. Raises OSError."""
    found = read_database(path)
    try:
        reading = reading_of(journal_path(path).read_bytes())
    except FileNotFoundError:
        return Copies(found, None, merged(found.content, Content()))
    return Copies(found, reading, merged(found.content, reading.content))


def mend(
    path: Path, end: End | None = None, open_journal: Journal | None = None
) -> tuple[Content, list[Deed]]:
    """Make database and journal of the log at `path` sound and alike. Returns its content, and a line for each deed.

    end: where the log ends, known by who wrote it: what stands behind was never acknowledged and is taken away.
    open_journal: a journal that is still open, in case that its name is gone. Raises OSError and sqlite3.Error where
    it cannot be written, LogDamaged where even both copies together are not all of it. What is put aside is noted for
    the console, see log/notes.py.
    """
    copies = read_both(path)
    content = copies.content
    if open_journal is not None:
        content = merged(content, reading_of(open_journal.read()).content)
    if end is not None:
        content = until(content, end[0])
        if content.end != end:
            raise LogDamaged(f"{path} and its journal hold {content.end[0]} of {end[0]} rows")
    elif lost := copies.lost():
        raise LogDamaged(f"{path}: {lost}")
    # The journal first, and at once: from then on it alone is all of the log, whenever the power fails.
    of_journal = _mend_journal(journal_path(path), copies.reading, content)
    did = _mend_database(path, copies.found, content) + of_journal
    note(path, [deed.aside for deed in did if deed.aside])
    return content, did


def _mend_database(path: Path, found: Found, content: Content) -> list[Deed]:
    """Bring the database up to `content`."""
    held, last = found.content, len(content.rows)
    if found.exists and found.problem is None:
        if is_part(held.rows, content.rows) and _holds(held, content):
            missing = last - len(held.rows)
            if not missing:
                return []
            with _writing(path) as connection:
                for transaction in transactions(content, len(held.rows)):
                    store(connection, transaction)
            return [Deed(f"{path.name}: {missing} rows were missing at its end; taken from the journal")]
        if is_part(content.rows, held.rows) and _holds(until(held, last), content):
            with _writing(path) as connection:
                connection.execute("DELETE FROM events WHERE seq > ?", (last,))
                connection.execute("DELETE FROM commands WHERE revision > ?", (last,))
            return [
                Deed(f"{path.name}: {len(held.rows) - last} rows that were never acknowledged are taken away")
            ]
    if not content.rows and not found.exists:
        return []
    was, aside = "was missing", None
    if found.exists:
        aside = put_damaged_aside(path).name
        was = f"was damaged ({found.problem or 'rows changed'}) and is kept as {aside}"
    else:
        _strays(path)
    write_database(path, content)
    return [Deed(f"{path.name} {was}; written anew with {last} rows", aside)]


def _holds(held: Content, content: Content) -> bool:
    """Whether the tables beside the rows are right as far as the rows go."""
    last = len(held.rows)
    return held.paper == (content.paper if last else {}) and held.commands == {
        key: at for key, at in content.commands.items() if at <= last
    }


def _strays(path: Path) -> None:
    """A write-ahead log without its database belongs to none that is written now."""
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        wal.rename(unused(path.with_name(f"{path.name}.damaged-{stamp()}-wal")))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction on the database."""
    with contextlib.closing(open_for_writing(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


def _mend_journal(path: Path, reading: Reading | None, content: Content) -> list[Deed]:
    """Bring the journal up to `content`."""
    if reading is None:
        if not content.rows:
            return []
        write_journal(path, content)  # a folder of before there were journals
        return []
    rows, size = _agreeing(reading, content)
    if reading.size and not size:
        aside = keep_damaged(path)
        write_journal(path, content)
        return [Deed(f"{path.name} was damaged and is kept as {aside.name}; written anew", aside.name)]
    did, lines = [], [line_of(one) for one in transactions(content, rows)]
    if size < reading.size:
        with contextlib.closing(Journal(path)) as journal:
            sound, left = journal.read(0, size), journal.read(size)
        torn = unused(path.with_name(f"{path.name}.torn-{stamp()}"))
        torn.write_bytes(left)
        write_journal(path, content, sound, rows)
        text = f"{path.name}: its last {len(left)} bytes were not sound and are kept as {torn.name}"
        # A power cut tears a line that was never acknowledged. Rows that the database has were whole: that is damage.
        did.append(Deed(text, torn.name if lines else None))
    elif lines:
        with contextlib.closing(Journal(path)) as journal:
            journal.append(lines)
    if lines:
        did.append(Deed(f"{path.name}: {len(lines)} rows were missing at its end; taken from the database"))
    return did


def _agreeing(reading: Reading, content: Content) -> tuple[int, int]:
    """How many rows, in how many bytes, a journal says as `content` does before it is torn or says something else."""
    rows, size = 0, 0
    for transaction, end in reading.lines:
        after = rows + len(transaction.rows)
        known = transaction.command is None or content.commands.get(transaction.command) == after
        paper = all(content.paper.get(key) == body for key, body in transaction.paper)
        if not known or not paper or list(transaction.rows) != content.rows[rows:after]:
            break
        rows, size = after, end
    return rows, size
