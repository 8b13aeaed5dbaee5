"""Reads a running log again, as a stranger would: whether what was acknowledged is still on the disk, in both copies."""

from __future__ import annotations

import contextlib

from ..event_log import EventLog
from .file import ROWS, open_readonly
from .journal import journal_path, transaction_of
from .rows import LogDamaged, Row

# Little at a time: while this thread computes, each message that the event loop sends may wait for it.
NEWEST = 20  # rows that are read again each time
PART = 40  # older rows in turn: a final of 3,000 is read again every twenty seconds
BYTES = 16 * 1024  # of the journal in turn
CACHE_KIB = 64


class LogCheck:
    """Looks at one log again and again, at a part of what is old each time. Writes nothing; one thread at a time."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._row = 0  # rows up to here have had their turn
        self._at = 0  # bytes of the journal likewise
        self._paper: dict[str, str] | None = None

    def look(self) -> None:
        """Raises LogDamaged for what is not as it was written, sqlite3.Error and OSError for what cannot be read."""
        log = self._log
        if not log.is_in_place():
            raise LogDamaged(f"{log.path} or its journal was moved, removed or changed by another program")
        end, size = log.end, log.journal_size
        self._look_at_database(*end)
        self._look_at_journal(size)

    def _look_at_database(self, last_seq: int, head: str) -> None:
        path = self._log.path
        with contextlib.closing(open_readonly(path)) as connection:
            # It is closed at once: pages that it would keep are memory taken for nothing, the more the longer the log.
            connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise LogDamaged(f"{path}: {str(verdict).splitlines()[0]}")
            found = connection.execute(
                f"{ROWS} WHERE seq <= ? ORDER BY seq DESC LIMIT ?", (last_seq, NEWEST)
            ).fetchall()
            for seq, values in zip(range(last_seq, max(0, last_seq - NEWEST), -1), found, strict=False):
                row = Row(*values)
                if row.hash != head or not row.follows(seq, row.prev_hash):
                    raise LogDamaged(f"{path}: row {seq} is not as it was written")
                head = row.prev_hash
            if len(found) < min(last_seq, NEWEST):
                raise LogDamaged(f"{path}: some of its last rows are missing")
            after = self._row
            self._look_at_older(
                [
                    Row(*values)
                    for values in connection.execute(
                        f"{ROWS} WHERE seq > ? ORDER BY seq LIMIT ?", (self._row, PART)
                    )
                ],
                last_seq,
            )
            part = (after, self._row or last_seq)
            commands = connection.execute(
                "SELECT id, revision FROM commands WHERE revision > ? AND revision <= ?", part
            )
            if dict(commands) != self._log.commands.between(*part):
                raise LogDamaged(f"{path}: its ids of commands are not as they were written")
            if self._row:
                return
            paper = dict(connection.execute("SELECT question_id, body FROM paper"))
        if self._paper is None:
            self._paper = paper
        if paper != self._paper:
            raise LogDamaged(f"{path}: its paper is not as it was written")

    def _look_at_older(self, rows: list[Row], last_seq: int) -> None:
        """The next part of the rows; begins anew after the last."""
        for seq, row in enumerate(rows, start=self._row + 1):
            if not row.follows(seq, row.prev_hash):
                raise LogDamaged(f"{self._log.path}: row {seq} is not as it was written")
        self._row = self._row + len(rows) if len(rows) == PART else 0
        if self._row >= last_seq:
            self._row = 0

    def _look_at_journal(self, size: int) -> None:
        """The last bytes of the journal, and the next part of the older ones."""
        path = journal_path(self._log.path)
        with path.open("rb") as file:
            begins = max(0, size - BYTES)
            file.seek(begins)
            tail = file.read(size - begins)
            file.seek(self._at)
            part = file.read(min(BYTES, size - self._at))
            part += b"" if part.endswith(b"\n") else file.readline()
        if size and not tail.endswith(b"\n"):
            raise LogDamaged(f"{path}: its last line has no end")
        lines = tail.split(b"\n")[1 if begins else 0 : -1] + part.split(b"\n")[:-1]
        if any(transaction_of(line) is None for line in lines):
            raise LogDamaged(f"{path}: a line is not as it was written")
        self._at += len(part)
        if self._at >= size:
            self._at = 0
