"""Accepted commands in memory, and the look that a running show takes at its own log: a part of what is old each time."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.event_log import EventLog
from server.log.answered import PAGE, Answered
from server.log.check import PART, LogCheck
from server.log.rows import LogDamaged

ROWS = 3 * PART + 7
LOOKS = 2 * (ROWS // PART + 2)  # every row has its turn, wherever it begins


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    log = EventLog(tmp_path / "contest.db")
    for number in range(ROWS):
        command = None if number % 7 == 3 else f"host:{number}"
        log.append([(number, "wall", "event", "{}")], command, [("q1", "{}")] if number == 0 else [])
    return log


def looked(check: LogCheck) -> None:
    for _ in range(LOOKS):
        check.look()


def changed(path: Path, deed: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(deed).rowcount == 1


def test_a_log_as_it_was_written_is_looked_at_for_ever(log: EventLog) -> None:
    with contextlib.closing(log):
        check = LogCheck(log)
        looked(check)
        log.append([(ROWS, "wall", "event", "{}")] * 3, "judge 1:a")
        looked(check)


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM commands WHERE revision = 1",
        f"DELETE FROM commands WHERE revision = {PART + 2}",
        f"DELETE FROM commands WHERE revision = {ROWS}",
        "UPDATE commands SET id = 'another' WHERE revision = 61",
        "UPDATE commands SET revision = 60 WHERE id = 'host:60'",
        "INSERT INTO commands (id, revision) VALUES ('never', 60)",
        "UPDATE events SET body = '[]' WHERE seq = 70",
        "UPDATE paper SET body = '[]'",
    ],
)
def test_what_somebody_changed_in_it_is_found(log: EventLog, deed: str) -> None:
    with contextlib.closing(log):
        check = LogCheck(log)
        looked(check)
        changed(log.path, deed)
        with pytest.raises(LogDamaged):
            looked(check)


def test_accepted_ids_are_known_after_a_restart_too(log: EventLog) -> None:
    log.close()
    with contextlib.closing(EventLog(log.path)) as again:
        assert again.revision_of("host:60") == 61 and again.revision_of("host:3") is None
        changed(log.path, "DELETE FROM commands WHERE id = 'host:60'")
        with pytest.raises(LogDamaged):
            looked(LogCheck(again))


@given(st.lists(st.text(max_size=12), unique=True, max_size=40), st.integers(1, 4))
def test_whatever_an_id_is_made_of_it_is_found_with_its_revision(ids: list[str], step: int) -> None:
    names = [f"before {number}" for number in range(PAGE - 20)] + [f"account:{one}" for one in ids]
    wanted = {name: step * (number + 1) for number, name in enumerate(names)}
    answered = Answered()
    for name, revision in wanted.items():
        answered.add(name, revision)
    for name in [*names[::50], *names[-50:]]:
        assert answered.get(name) == wanted[name]
    for stranger in ("account", "before", 'before 0" 1', "0", "\n", ""):
        assert answered.get(stranger) is None
    last = step * len(names)
    assert answered.between(0, last) == wanted == Answered(reversed(wanted.items())).between(0, last)
    assert answered.between(5, last - 3) == {name: at for name, at in wanted.items() if 5 < at <= last - 3}
