"""The append-only log in SQLite: committed and synced before anybody hears of it, each row hashed onto the last.

Tables (DATA/contest.db): `events` one row an event; `commands` the answer given to each accepted command id,
written in the same transaction; `paper` the drawn questions with their answers, written once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

FIRST_HASH = "0" * 64


class LogDamaged(Exception):
    """The log does not hold together; the text names the first bad row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `events` as it is stored."""

    seq: int
    contest_ns: int
    wall_time: str
    type: str
    body: str
    prev_hash: str
    hash: str


def row_hash(prev_hash: str, seq: int, contest_ns: int, wall_time: str, kind: str, body: str) -> str:
    """SHA-256 over the row and the hash before it: JSON of the list, UTF-8, no blanks."""
    text = json.dumps(
        [prev_hash, seq, contest_ns, wall_time, kind, body], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _open_readonly(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing; also for a medium on which SQLite could not make its side files."""
    address = path.resolve().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, check_same_thread=False)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(f"{path.name}-wal").exists():
            raise
        connection = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except sqlite3.DatabaseError:
        pass  # no database at all: whoever asks for the rows says so
    return connection


class EventLog:
    """One contest's log. Raises sqlite3.Error from `append` when it cannot be made durable: nothing is stored then."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """Open or create the log at `path`. Raises sqlite3.Error; LogDamaged when it is not a log."""
        self.path = path
        if readonly:
            if not path.is_file():
                raise LogDamaged(f"{path}: there is no such log")
            self._connection = _open_readonly(path)
        else:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._make_tables()
        try:
            last = self._connection.execute(
                "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise LogDamaged(f"{path}: not a contest log ({error})") from error
        self.last_seq: int = last[0] if last else 0
        self.head: str = last[1] if last else FIRST_HASH

    def _make_tables(self) -> None:
        database = sqlite_utils.Database(self._connection)
        database["events"].create(  # type: ignore[union-attr]
            {
                "seq": int,
                "contest_ns": int,
                "wall_time": str,
                "type": str,
                "body": str,
                "prev_hash": str,
                "hash": str,
            },
            pk="seq",
            not_null={"contest_ns", "wall_time", "type", "body", "prev_hash", "hash"},
            if_not_exists=True,
        )
        database["commands"].create({"id": str, "revision": int}, pk="id", if_not_exists=True)  # type: ignore[union-attr]
        database["paper"].create({"question_id": str, "body": str}, pk="question_id", if_not_exists=True)  # type: ignore[union-attr]

    def append(
        self,
        events: Sequence[tuple[int, str, str, str]],
        command_id: str | None = None,
        paper: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Store events (contest_ns, wall_time, type, body) in one transaction, on disk when this returns."""
        seq, head = self.last_seq, self.head
        rows = []
        for contest_ns, wall_time, kind, body in events:
            seq += 1
            after = row_hash(head, seq, contest_ns, wall_time, kind, body)
            rows.append((seq, contest_ns, wall_time, kind, body, head, after))
            head = after
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            connection.executemany("INSERT INTO paper VALUES (?, ?)", paper)
            if command_id is not None:
                connection.execute("INSERT INTO commands VALUES (?, ?)", (command_id, seq))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self.last_seq, self.head = seq, head

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every row with a sequence above `after`, in order."""
        query = "SELECT seq, contest_ns, wall_time, type, body, prev_hash, hash FROM events WHERE seq > ? ORDER BY seq"
        try:
            for row in self._connection.execute(query, (after,)):
                yield Row(*row)
        except sqlite3.DatabaseError as error:
            raise LogDamaged(f"{self.path}: cannot be read to its end ({error})") from error

    def checked_rows(self) -> Iterator[Row]:
        """Every row in order; raises LogDamaged at the first that does not follow from the one before."""
        head, expected = FIRST_HASH, 1
        for row in self.rows():
            if row.seq != expected:
                raise LogDamaged(f"{self.path}: row {expected} is missing (found {row.seq})")
            try:
                right = row_hash(head, row.seq, row.contest_ns, row.wall_time, row.type, row.body)
            except TypeError:
                right = ""  # bytes where a text was: SQLite keeps whatever is put into a column
            if row.prev_hash != head or row.hash != right:
                raise LogDamaged(f"{self.path}: row {row.seq} ({row.type}) was changed after it was written")
            head, expected = row.hash, expected + 1
            yield row

    def revision_of(self, command_id: str) -> int | None:
        """The revision after an accepted command, None when that id was never accepted."""
        row = self._connection.execute("SELECT revision FROM commands WHERE id = ?", (command_id,)).fetchone()
        return int(row[0]) if row else None

    def paper(self) -> dict[str, str]:
        """Question id → JSON of the sealed question."""
        return dict(self._connection.execute("SELECT question_id, body FROM paper"))

    def close(self) -> None:
        self._connection.close()
