"""The log keeps what was acknowledged, shows what was changed, and a repeated command is answered, not applied."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.contest.file import PRESET, read_contest
from server.event_log import EventLog, LogDamaged
from server.game import commands as c
from server.game.paper import Slot
from server.referee import Referee, create_contest, load
from server.stage import wall_time
from tests.game.play import sealed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "contest.db"
    log = EventLog(path)
    questions = {f"q{number}": sealed(f"q{number}", "compulsory") for number in range(10)}
    slots = tuple(Slot(0, key) for key in questions)
    create_contest(log, "test", read_contest(PRESET), slots, questions, "seed", wall_time())
    log.close()
    return path


@pytest.fixture
def log(path: Path) -> Iterator[EventLog]:
    log = EventLog(path)
    yield log
    log.close()


def referee_of(log: EventLog) -> Referee:
    return Referee(log, lambda: 5, wall_time)


def start(referee: Referee) -> None:
    for command in (c.StartRound(), c.CallTurn(), c.Present(), c.Rule("right")):
        assert referee.submit(command).accepted


def test_the_log_is_synchronous_and_append_only_in_form(log: EventLog) -> None:
    assert log._connection is not None
    pragma = log._connection.execute("PRAGMA synchronous").fetchone()[0]
    assert pragma == 2, "FULL"
    assert log._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_another_reader_sees_what_was_acknowledged(log: EventLog, path: Path) -> None:
    referee = referee_of(log)
    start(referee)
    other = EventLog(path, readonly=True)
    assert load(other) == referee.state
    assert other.head == log.head
    other.close()


def test_a_repeated_command_is_answered_and_not_applied(log: EventLog) -> None:
    referee = referee_of(log)
    first = referee.submit(c.StartRound(), "command-1")
    again = referee.submit(c.StartRound(), "command-1")
    assert first.accepted and again.accepted and again.repeated and again.revision == first.revision
    assert referee.state.round_index == 0
    # Also after a restart, with nothing in memory.
    assert referee_of(log).submit(c.StartRound(), "command-1").repeated


def test_a_repeated_refusal_stays_a_refusal(log: EventLog) -> None:
    referee = referee_of(log)
    assert not referee.submit(c.CallTurn(), "command-2").accepted
    assert referee.submit(c.StartRound()).accepted
    assert not referee.submit(c.CallTurn(), "command-2").accepted
    assert referee.submit(c.CallTurn(), "command-3").accepted


def test_no_answer_stands_in_the_log_before_its_reveal(log: EventLog) -> None:
    referee = referee_of(log)
    start(referee)
    assert not any("SECRET" in row.body for row in log.rows())
    referee.submit(c.RevealAnswer())
    assert sum("SECRET" in row.body for row in log.rows()) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE events SET body = replace(body, '1000', '9000') WHERE type = 'scored'", r"row 6 \(scored\)"),
        ("UPDATE events SET contest_ns = contest_ns + 1 WHERE seq = 3", r"row 3"),
        ("UPDATE events SET wall_time = 'x' WHERE seq = 1", r"row 1"),
        ("DELETE FROM events WHERE seq = 4", r"row 4 is missing"),
    ],
)
def test_any_change_to_any_row_is_found_and_named(log: EventLog, path: Path, change: str, says: str) -> None:
    start(referee_of(log))
    connection = sqlite3.connect(path)
    assert connection.execute(change).rowcount == 1
    connection.commit()
    connection.close()
    with pytest.raises(LogDamaged, match=says):
        load(EventLog(path, readonly=True))


def test_nothing_is_acknowledged_that_cannot_be_stored(log: EventLog) -> None:
    referee = referee_of(log)
    before = referee.state
    log.watched = True  # somebody else looks after the disk
    assert log._connection is not None
    log._connection.execute("PRAGMA query_only = ON")
    answer = referee.submit(c.StartRound(), "command-4")
    assert not answer.accepted and answer.reason is not None and "磁盘" in answer.reason.zh
    assert referee.state is before and referee.log_failed
    assert not referee.submit(c.StartRound(), "command-4").accepted, "nothing is tried on files in doubt"
    assert log.recover(), "opened anew and compared"
    assert referee.submit(c.StartRound(), "command-4").accepted, (
        "the same command works once the disk is back"
    )
    assert referee.log_failed is None


def test_a_file_that_is_no_log_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with pytest.raises(LogDamaged, match=r"x\.db"):
        EventLog(file, readonly=True)
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(LogDamaged, match="not a contest log"):
        EventLog(file, readonly=True)
