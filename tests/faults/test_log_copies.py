"""Two copies of the log: whatever is damaged, cut off or gone in one of them comes back from the other at the start."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from server.event_log import EventLog, LogDamaged
from server.log.file import put_aside, put_damaged_aside
from server.log.journal import journal_path, reading_of
from server.log.rows import Row

PAPER = [(f"q{number}", "secret " * 60) for number in range(10)]
ROWS = 120


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "contest.db"
    write(path, ROWS)
    return path


def write(path: Path, rows: int) -> None:
    with contextlib.closing(EventLog(path)) as log:
        for number in range(rows):
            body = '{"text": "' + "啊" * (number % 40) + '"}'
            log.append([(number, "wall", "event", body)], f"id-{number}", [] if log.last_seq else PAPER)


def rows_of(path: Path) -> list[Row]:
    with contextlib.closing(EventLog(path, readonly=True)) as log:
        return list(log.checked_rows())


def is_whole(path: Path, rows: list[Row]) -> list[str]:
    """The log opens with exactly these rows in both copies, and takes the next. Returns what was done to it."""
    with contextlib.closing(EventLog(path)) as log:
        assert list(log.checked_rows()) == rows
        assert log.commands.between(0, len(rows)) == {f"id-{row.seq - 1}": row.seq for row in rows}
        assert list(log.paper().items()) == PAPER
        log.append([(1, "wall", "event", "{}")], f"id-{len(rows)}")
        did = [deed.text for deed in log.mended]
    journal = reading_of(journal_path(path).read_bytes())
    assert journal.content.rows == rows_of(path) and len(journal.content.rows) == len(rows) + 1
    assert journal.lines[-1][1] == journal.size
    return did


def scribbled(path: Path, at: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(Random(1).randbytes(length))


def asides(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir() if "damaged" in one.name or "torn" in one.name)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "the last page of the database": lambda path: scribbled(path, path.stat().st_size - 4096, 4096),
    "the first page of the database": lambda path: scribbled(path, 0, 4096),
    "a page amid the database": lambda path: scribbled(path, 4096 * 4, 4096),
    "some letters in the database": lambda path: scribbled(path, path.stat().st_size - 700, 30),
    "half of the database": lambda path: os.truncate(path, path.stat().st_size // 2),
    "nothing of the database": lambda path: os.truncate(path, 0),
    "the database is gone": Path.unlink,
    "the last page of the journal": lambda path: scribbled(
        journal_path(path), journal_path(path).stat().st_size - 4096, 4096
    ),
    "the journal's first line": lambda path: scribbled(journal_path(path), 60, 9),
    "half of the journal": lambda path: os.truncate(
        journal_path(path), journal_path(path).stat().st_size // 2
    ),
    "the journal's last letter": lambda path: os.truncate(
        journal_path(path), journal_path(path).stat().st_size - 1
    ),
    "nothing of the journal": lambda path: os.truncate(journal_path(path), 0),
    "the journal is gone": lambda path: journal_path(path).unlink(),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_one_damaged_copy_is_made_whole_from_the_other(path: Path, what: str) -> None:
    rows = rows_of(path)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    DAMAGES[what](path)
    damaged = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    did = is_whole(path, rows)
    assert did or what == "the journal is gone", "a line says what was done"
    changed = [name for name in before if name in damaged and damaged[name] != before[name]]
    kept = b"".join((path.parent / name).read_bytes() for name in asides(path))
    for name in changed:
        if what.startswith(("the last page", "the first", "a page", "some", "the journal's first")):
            assert damaged[name][-200:] in kept, "what was damaged is put aside, never deleted"
    with contextlib.closing(EventLog(path)) as log:
        assert log.mended == [], "and all is well at the next start"


@pytest.mark.parametrize("frames", [1, 3])
def test_a_dropped_frame_of_the_write_ahead_log_is_noticed(path: Path, frames: int) -> None:
    """SQLite drops a bad last frame, and all that follow, without a word."""
    log = EventLog(path)
    for number in range(ROWS, ROWS + 6):
        log.append([(number, "wall", "event", "{}")], f"id-{number}")
    wal = path.with_name("contest.db-wal")
    copy = path.parent / "cut"
    copy.mkdir()
    for file in (path, wal, journal_path(path)):
        (copy / file.name).write_bytes(file.read_bytes())
    log.close()
    rows = rows_of(path)
    torn = copy / "contest.db-wal"
    scribbled(torn, torn.stat().st_size - frames * (4096 + 24) + 100, 50)
    with sqlite3.connect(copy / "contest.db") as connection:
        (found,) = connection.execute("SELECT count(*) FROM events").fetchone()
    connection.close()
    assert found < len(rows), "the damage costs SQLite rows, and it says nothing"
    assert any("taken from the journal" in line for line in is_whole(copy / "contest.db", rows))


def test_what_both_copies_lost_needs_hands(path: Path) -> None:
    """A log that is cut short must not go on as if nothing had been."""
    rows = rows_of(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE events SET body = '{}' WHERE seq = 100")
    connection.close()
    lines = journal_path(path).read_bytes().split(b"\n")
    journal_path(path).write_bytes(b"\n".join([*lines[:99], b"0" * 40, *lines[100:]]))
    before = {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    with pytest.raises(LogDamaged, match=r"row 100 \(event\) was changed"):
        EventLog(path)
    with contextlib.closing(EventLog(path, come_up=True)) as log:
        assert [row.seq for row in log.checked_rows()] == [row.seq for row in rows[:99]], (
            "the last good state"
        )
        assert log.trouble is not None and log.trouble.kind == "damaged"
        assert list(log.paper().items()) == PAPER
        assert not log.recover(), "a person must look at it"
        with pytest.raises(OSError, match="row 100"):
            log.append([(1, "wall", "event", "{}")])
    after = {
        one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file() and "-" not in one.name
    }
    assert {name: before[name] for name in after} == after, "nothing was written"


def test_bad_places_in_both_copies_are_made_up_for_by_each_other(path: Path) -> None:
    rows = rows_of(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE events SET body = '{}' WHERE seq = 100")
    connection.close()
    lines = journal_path(path).read_bytes().split(b"\n")
    journal_path(path).write_bytes(b"\n".join([*lines[:30], b"0" * 40, *lines[31:]]))
    is_whole(path, rows)


SHORT_JOURNALS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "without its end": lambda lines: lines[:80],
    "a bad line, and sound ones behind": lambda lines: [*lines[:4], b"0" * 40, *lines[5:]],
    "a bad first line": lambda lines: [b"0" * 40, *lines[1:]],
}


@pytest.mark.parametrize("step", ["put_damaged_aside", "write_database", "write_journal"])
@pytest.mark.parametrize("kind", SHORT_JOURNALS)
def test_the_power_fails_in_the_middle_of_mending(
    path: Path, kind: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only the damaged database held must not be gone when it was put aside and nothing was written yet."""
    rows = rows_of(path)
    with sqlite3.connect(path) as connection:
        if kind.startswith("a bad"):
            connection.execute("UPDATE events SET body = '{}' WHERE seq > 100")
    connection.close()
    with path.open("r+b") as file:
        file.seek(36)
        file.write(b"\0\0\0\5")  # free pages that are not there: damaged, and every row can be read
    lines = SHORT_JOURNALS[kind](journal_path(path).read_bytes().splitlines(keepends=False))
    journal_path(path).write_bytes(b"".join(line + b"\n" for line in lines))

    def cut(*_: object) -> None:
        if step == "put_damaged_aside":
            put_damaged_aside(path)
        raise SystemExit("the power")

    monkeypatch.setattr(f"server.log.mend.{step}", cut)
    with contextlib.suppress(SystemExit):
        EventLog(path)
    monkeypatch.undo()
    is_whole(path, rows)


def test_an_old_folder_gets_its_journal(path: Path) -> None:
    rows = rows_of(path)
    journal_path(path).unlink()
    assert is_whole(path, rows) == []


def test_another_contest_beside_the_journal_is_taken_as_it_is(path: Path, tmp_path: Path) -> None:
    """Who puts a file there meant it; the journal of the other is kept."""
    other = tmp_path / "other" / "contest.db"
    other.parent.mkdir()
    with contextlib.closing(EventLog(other)) as log:
        log.append([(7, "wall", "another", "{}")])
    path.write_bytes(other.read_bytes())
    with contextlib.closing(EventLog(path)) as log:
        assert [row.type for row in log.checked_rows()] == ["another"]
    assert [name for name in asides(path) if name.startswith("contest.journal.damaged")]


def test_new_puts_both_copies_aside_together(path: Path) -> None:
    rows = rows_of(path)
    aside = put_aside(path)
    assert not path.exists() and not journal_path(path).exists()
    assert rows_of(aside) == rows and reading_of(journal_path(aside).read_bytes()).content.rows == rows
    again = put_aside(aside)
    assert again != aside and rows_of(again) == rows


def test_a_wrong_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    path.write_bytes(b"not a database" * 500)
    with pytest.raises(LogDamaged, match="not a contest log"):
        EventLog(path)
    assert path.read_bytes() == b"not a database" * 500
