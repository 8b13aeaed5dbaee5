"""The log's database file: how it is opened, read as far as it can be, written anew, and put aside."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .journal import Transaction, journal_path, line_of, transactions
from .notes import notes_path
from .rows import Content, Row

ROWS = "SELECT seq, contest_ns, wall_time, type, body, prev_hash, hash FROM events"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
SIDE_FILES = ("-wal", "-shm")
BUSY_S = 5.0
CACHE_KIB = (
    512  # of the writer, which only appends: SQLite's own 2 MB would fill in the course of a long show
)


def open_readonly(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing; also for a medium on which SQLite could not make its side files."""
    address = path.resolve().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, check_same_thread=False, timeout=BUSY_S)
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


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or create the database, each commit to be on disk when it returns. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=BUSY_S)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        _make_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    there = {name for (name,) in connection.execute(TABLES)}
    if {"events", "commands", "paper"} <= there:
        return
    import sqlite_utils  # takes long to load, and a stage that comes up again finds its tables made

    database = sqlite_utils.Database(connection)
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


def store(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """Put a transaction's rows into the tables, within a transaction of the caller's."""
    rows = [
        (row.seq, row.contest_ns, row.wall_time, row.type, row.body, row.prev_hash, row.hash)
        for row in transaction.rows
    ]
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.executemany("INSERT INTO paper VALUES (?, ?)", transaction.paper)
    if transaction.command is not None:
        connection.execute("INSERT INTO commands VALUES (?, ?)", (transaction.command, rows[-1][0]))


@dataclass(slots=True)
class Found:
    """What is in a database. `problem`: why it must be written anew, None for a sound one or none at all."""

    content: Content
    problem: str | None = None
    exists: bool = True


def found_in(connection: sqlite3.Connection) -> Found:
    """Everything that can be read through this connection, past damaged places too."""
    content, problems = Content(), []
    try:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict[0] != "ok":
            problems.append(str(verdict[0]).splitlines()[0])
    except sqlite3.DatabaseError as error:
        problems.append(str(error))
    tables = set() if problems else {row[0] for row in connection.execute(TABLES)}
    if not problems and "events" not in tables:
        foreign = tables - {"commands", "paper"}
        return Found(
            content, "no such table: events" if foreign else None
        )  # none at all: the power failed early
    for order in ("ASC", "DESC"):  # a bad place in the middle is come at from both sides
        try:
            known = {row.seq for row in content.rows}
            for row in connection.execute(f"{ROWS} ORDER BY seq {order}"):
                if row[0] not in known:
                    content.rows.append(Row(*row))
        except sqlite3.DatabaseError as error:
            problems.append(str(error))
            continue
        break
    content.rows.sort(key=lambda row: row.seq)
    for table, into in (("commands", content.commands), ("paper", content.paper)):
        try:
            if problems or table in tables:
                into.update(connection.execute(f"SELECT * FROM {table}"))
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            problems.append(str(error))
    return Found(content, problems[0] if problems else None)


def read_database(path: Path) -> Found:
    """What the file at `path` holds, its write-ahead log included. Raises OSError where it cannot be opened at all.

    Where SQLite cannot read it in place (a read-only disk), a copy of it is read.
    """
    if not path.exists():
        return Found(Content(), exists=False)
    try:
        with contextlib.closing(open_readonly(path)) as connection:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            return found_in(connection)
    except sqlite3.OperationalError:
        with tempfile.TemporaryDirectory(prefix="firstpress-") as folder:
            copy = Path(shutil.copyfile(path, Path(folder) / path.name))
            wal = path.with_name(f"{path.name}-wal")
            if wal.exists():
                shutil.copyfile(wal, copy.with_name(wal.name))
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                return found_in(connection)
    except sqlite3.DatabaseError as error:
        return Found(Content(), str(error))


def write_database(path: Path, content: Content) -> None:
    """Write a log anew, whole or not at all; what stood there has been put aside. Raises OSError, sqlite3.Error."""
    fresh = path.with_name(f"{path.name}.new")
    for left in (fresh, fresh.with_name(f"{fresh.name}-journal")):  # of a try that was cut off
        left.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        _make_tables(connection)
        connection.execute("BEGIN")
        for transaction in transactions(content):
            store(connection, transaction)
        connection.execute("COMMIT")
    fresh.replace(path)
    sync_folder(path.parent)


def write_journal(path: Path, content: Content, sound: bytes = b"", rows: int = 0) -> None:
    """Write a journal anew, whole or not at all; it may begin with `sound`, which holds so many rows. Raises OSError."""
    fresh = path.with_name(f"{path.name}.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sound)
        for transaction in transactions(content, rows):
            file.write(line_of(transaction))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names of files that are new or renamed on disk."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def stamp() -> str:
    """For the names of files that are put aside."""
    return f"{datetime.now():%Y%m%d-%H%M%S}"


def unused(path: Path) -> Path:
    """`path`, or the same with a number behind where there is one already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free


def put_damaged_aside(path: Path) -> Path:
    """Rename a damaged file, and with a database the side file that belongs to it. Returns its new name."""
    aside = unused(path.with_name(f"{path.name}.damaged-{stamp()}"))
    path.rename(aside)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        wal.rename(aside.with_name(f"{aside.name}-wal"))
    path.with_name(f"{path.name}-shm").unlink(
        missing_ok=True
    )  # an index of the other, made again when missing
    return aside


def keep_damaged(path: Path) -> Path:
    """A second name for a damaged file, which it keeps when a sound one takes its first. Raises OSError."""
    aside = unused(path.with_name(f"{path.name}.damaged-{stamp()}"))
    try:
        os.link(path, aside)
    except OSError:  # a stick with a file system that has one name a file
        shutil.copyfile(path, aside)
    return aside


def put_aside(path: Path) -> Path:
    """Rename a whole contest, its journal with it; never delete it. The write-ahead log is folded in first.

    Returns where the log is now. The journal goes first: were the power to fail in between, the contest would go on
    and not come back from the dead.
    """
    if path.exists():
        with contextlib.suppress(sqlite3.DatabaseError):  # a damaged one is kept as it is
            fold_in(path)
    now = stamp()
    aside = unused(path.with_name(f"{path.stem}-{now}.db"))
    journal = journal_path(path)
    if journal.exists():
        journal.rename(journal_path(aside))
    if path.exists():
        path.rename(aside)
        for side in SIDE_FILES:
            left = path.with_name(path.name + side)
            if left.exists():
                left.rename(aside.with_name(aside.name + side))
    notes_path(path).unlink(missing_ok=True)  # of a log that is no longer played
    sync_folder(path.parent)
    return aside


def fold_in(path: Path) -> None:
    """Bring the write-ahead log into the log itself, so that this one file is all of it. Raises sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
