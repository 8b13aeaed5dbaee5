"""The append-only log in SQLite: committed and synced before anybody hears of it, each row hashed onto the last.

Tables (DATA/contest.db): `events` one row an event; `commands` the answer given to each accepted command id,
written in the same transaction; `paper` the drawn questions with their answers, written once. Beside it lies the same
once more (DATA/contest.journal, see log/journal.py), synced before the commit; log/mend.py makes the two agree.
"""

from __future__ import annotations

import errno
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .log.answered import Answered
from .log.file import ROWS, open_for_writing, open_readonly, store, sync_folder
from .log.journal import Journal, Transaction, journal_path, line_of
from .log.mend import Deed, mend, read_both
from .log.rows import FIRST_HASH, Content, LogDamaged, Row, chained, row_hash

__all__ = ["FIRST_HASH", "EventLog", "LogDamaged", "LogFailed", "Row", "Trouble", "row_hash", "trouble_of"]

ROOM_BYTES = 256 * 1024  # what a disk must take before it is trusted again: more than one command ever stores
FULL = (errno.ENOSPC, errno.EDQUOT)
READONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing can be stored. `kind`: "full" | "readonly" | "io" | "damaged" | "gone"; `detail`: the system's words."""

    kind: str
    detail: str


class LogFailed(OSError):
    """A command could not be stored; nothing of it is in the log."""


def trouble_of(error: Exception) -> Trouble:
    """What an error of the disk or of SQLite means."""
    name = getattr(error, "sqlite_errorname", "") or ""
    number = error.errno if isinstance(error, OSError) else None
    if number in FULL or name.startswith("SQLITE_FULL"):
        kind = "full"
    elif number in READONLY or name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        kind = "readonly"
    elif isinstance(error, LogDamaged) or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        kind = "damaged"
    elif number == errno.ENOENT or name.startswith("SQLITE_CANTOPEN"):
        kind = "gone"
    else:
        kind = "io"
    return Trouble(kind, str(error))


def _say(line: str) -> None:
    print(f"firstpress: {line}", file=sys.stderr, flush=True)


class EventLog:
    """One contest's log. Raises LogFailed from `append` when it cannot be made durable: nothing is stored then.

    After any failure its files are closed and nothing more is taken until `recover` has opened and compared them
    again: a sync that failed once tells nothing by succeeding later. `append` and `recover` may be called from any
    thread.
    """

    def __init__(self, path: Path, *, readonly: bool = False, come_up: bool = False) -> None:
        """Open or create the log at `path`, and mend it. readonly: the database alone, as it is.

        come_up: where the disk takes nothing, hold what can be read and be in trouble, rather than raise.
        Raises OSError, sqlite3.Error; LogDamaged when it is not a log.
        """
        self.path = path
        self.on_append: list[Callable[[tuple[Row, ...], str | None], None]] = []
        """Called as tell(rows, command_id) after each commit, in the thread that appends."""
        self.trouble: Trouble | None = None
        self.mended: list[Deed] = []
        """What was done to the files since this object is there."""
        self.watched = False  # somebody else sees to it that `recover` is called
        self.commit_since_ns: int | None = None  # monotonic; while a commit waits for the disk
        self.commands = Answered()
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._journal: Journal | None = None
        self._identity = (0, 0)
        self._held: Content | None = None  # what could be read, while the database is not open
        self._needs_hands = False
        self._readonly = readonly
        self.end = (0, FIRST_HASH)
        if readonly:
            self._open_readonly()
            return
        try:
            content, self.mended = mend(path)
            self._open()
        except (OSError, sqlite3.Error, LogDamaged) as error:
            if not come_up:
                raise
            content = read_both(path).content
            if not content.rows:
                raise
            self._held = content
            self._needs_hands = isinstance(error, LogDamaged)
            self._fail(trouble_of(error))
        for deed in self.mended:
            _say(deed.text)
        self.commands = Answered(content.commands.items())
        self.end = content.end

    def _open_readonly(self) -> None:
        if not self.path.is_file():
            raise LogDamaged(f"{self.path}: there is no such log")
        self._connection = open_readonly(self.path)
        try:
            last = self._connection.execute(
                "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise LogDamaged(f"{self.path}: not a contest log ({error})") from error
        if last:
            self.end = (last[0], last[1])

    def _open(self) -> None:
        """Open both files for writing; they agree."""
        self._connection = open_for_writing(self.path)
        self._journal = Journal(journal_path(self.path))
        sync_folder(self.path.parent)  # the names of files that are new
        self._identity = self._there()

    def _there(self) -> tuple[int, int]:
        there = self.path.stat()
        return there.st_ino, there.st_dev

    def append(
        self,
        events: Sequence[tuple[int, str, str, str]],
        command_id: str | None = None,
        paper: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Store events (contest_ns, wall_time, type, body) in one transaction, on disk when this returns."""
        if self.trouble is not None and (self.watched or not self.recover()):
            raise LogFailed(self.trouble.detail if self.trouble else "the log is being mended")
        with self._lock:
            if self._connection is None or self._journal is None or self.trouble is not None:
                raise LogFailed(self.trouble.detail if self.trouble else "the log is closed")
            rows = chained(events, self.last_seq, self.head)
            if not rows:
                return
            transaction = Transaction(rows, command_id, tuple(paper))
            self.commit_since_ns = time.monotonic_ns()
            try:
                self._commit(self._connection, self._journal, transaction)
            except (OSError, sqlite3.Error) as error:
                self._fail(trouble_of(error))
                raise LogFailed(str(error)) from error
            except BaseException as error:
                self._fail(Trouble("io", repr(error)))
                raise
            finally:
                self.commit_since_ns = None
            # The end comes last: who compares the file with what is known up to there must find both alike.
            if command_id is not None:
                self.commands.add(command_id, rows[-1].seq)
            self.end = (rows[-1].seq, rows[-1].hash)
            for tell in self.on_append:
                try:
                    tell(rows, command_id)
                except Exception:  # who listens cannot undo what is on disk
                    traceback.print_exc(file=sys.stderr)

    @staticmethod
    def _commit(connection: sqlite3.Connection, journal: Journal, transaction: Transaction) -> None:
        """Both or none. The journal comes first: the database is what others read."""
        size = journal.size
        try:
            connection.execute("BEGIN IMMEDIATE")
            store(connection, transaction)
            journal.append([line_of(transaction)])
            connection.execute("COMMIT")
        except BaseException:
            try:
                journal.retract(size)
            except OSError as error:
                _say(
                    f"{journal.path.name} could not be shortened again ({error}); it is when the disk is back"
                )
            raise

    def fail(self, trouble: Trouble) -> None:
        """Take nothing more until `recover` has succeeded; for whoever watches the disk."""
        with self._lock:
            if self.trouble is None:
                self._fail(trouble)

    def _fail(self, trouble: Trouble) -> None:
        _say(f"{self.path}: nothing can be stored ({trouble.kind}: {trouble.detail})")
        self.trouble = trouble
        if self._connection is not None:
            try:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                self._connection.close()
            except sqlite3.Error as error:
                _say(f"{self.path}: closed with an error ({error})")
            self._connection = None

    def recover(self) -> bool:
        """Try to be in order again: write to the disk, open both files anew, compare and mend them. True: all is well."""
        with self._lock:
            if self.trouble is None:
                return True
            if self._readonly or self._needs_hands:
                return False
            try:
                try_disk(self.path.parent)
                _, did = mend(self.path, self.end, self._journal)
                if self._journal is not None:
                    self._journal.close()
                    self._journal = None
                self._open()
            except (OSError, sqlite3.Error, LogDamaged) as error:
                now = trouble_of(error)
                if now != self.trouble:
                    _say(f"{self.path}: still nothing can be stored ({now.kind}: {now.detail})")
                self.trouble = now
                return False
            for deed in did:
                _say(deed.text)
            self.mended += did
            self.trouble = self._held = None
            _say(f"{self.path}: in order again, {self.last_seq} rows")
            return True

    @property
    def last_seq(self) -> int:
        """The last row's sequence, 0 for none."""
        return self.end[0]

    @property
    def head(self) -> str:
        """The last row's hash."""
        return self.end[1]

    @property
    def journal_size(self) -> int:
        """Bytes of the journal that are written and synced."""
        journal = self._journal
        return journal.size if journal is not None else 0

    def is_in_place(self) -> bool:
        """Whether the files that are written to are still those with their names. Raises OSError."""
        with self._lock:
            if self._journal is None:
                return False
            try:
                return self._there() == self._identity and self._journal.is_in_place()
            except FileNotFoundError:
                return False

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every row with a sequence above `after`, in order."""
        if self._held is not None:
            yield from self._held.rows[after:]
            return
        if self._connection is None:
            raise LogDamaged(f"{self.path}: is closed")
        try:
            for row in self._connection.execute(f"{ROWS} WHERE seq > ? ORDER BY seq", (after,)):
                yield Row(*row)
        except sqlite3.DatabaseError as error:
            raise LogDamaged(f"{self.path}: cannot be read to its end ({error})") from error

    def checked_rows(self) -> Iterator[Row]:
        """Every row in order; raises LogDamaged at the first that does not follow from the one before."""
        head, expected = FIRST_HASH, 1
        for row in self.rows():
            if row.seq != expected:
                raise LogDamaged(f"{self.path}: row {expected} is missing (found {row.seq})")
            if not row.follows(expected, head):
                raise LogDamaged(f"{self.path}: row {row.seq} ({row.type}) was changed after it was written")
            head, expected = row.hash, expected + 1
            yield row

    def revision_of(self, command_id: str) -> int | None:
        """The revision after an accepted command, None when that id was never accepted. The writer asks no disk."""
        if not self._readonly:
            return self.commands.get(command_id)
        assert self._connection is not None
        row = self._connection.execute("SELECT revision FROM commands WHERE id = ?", (command_id,)).fetchone()
        return int(row[0]) if row else None

    def paper(self) -> dict[str, str]:
        """Question id → JSON of the sealed question."""
        if self._held is not None:
            return dict(self._held.paper)
        if self._connection is None:
            raise LogDamaged(f"{self.path}: is closed")
        return dict(self._connection.execute("SELECT question_id, body FROM paper"))

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            if self._journal is not None:
                self._journal.close()
            self._connection = self._journal = None


def try_disk(folder: Path) -> None:
    """Write as much as any command stores, wait until it is on disk, and take it away again. Raises OSError."""
    probe = folder / ".room"
    try:
        journal = Journal(probe)
        try:
            journal.append([b"\0" * ROOM_BYTES])
        finally:
            journal.close()
    finally:
        probe.unlink(missing_ok=True)
