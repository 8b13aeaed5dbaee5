"""The second scorer finds each lie in a log, and names its row."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.game.hand_written import BUZZ, COMPULSORY, SCENARIO, Log
from tests.second_scorer import Disagreement, score
from tests.second_scorer_log import main, rows_of


def one_right(points: int = 1000, scored: int | None = 1000, seat: int = 1) -> Log:
    log = Log(COMPULSORY)
    log.ask(1)
    log.ruled(seat, "right", points)
    if scored is not None:
        log.scored(1, scored, "right")
    log.add("clock_held", remaining_ns=1)
    return log


def _foul_lie() -> Log:
    log = Log({**BUZZ, "fouls_cp": [0, -2000]})
    log.ask(None)
    log.add("armed", arming="a", seats=[1, 2, 3], armed_ns=0)
    log.foul(1, 0)
    log.foul(1, 0)
    return log


def _marks_lie(mark: int, board: str, masked: tuple[int, ...] = ()) -> Log:
    log = Log({**SCENARIO, "drop": 0}, judges="AXX")
    log.ask(1)
    for judge, own in enumerate((2000, 1000, 1100), 1):
        log.sheet(judge, own)
    log.reveal(1, mark, board, masked)
    return log


def _correction_lie() -> Log:
    log = Log(COMPULSORY)
    log.ask(1)
    record = log.rule(1, "right", 1000)
    log.corrected("void", record, 0, [[1, -900]])
    return log


def _set_otherwise() -> Log:
    log = Log(COMPULSORY)
    log.corrected("score", None, 9000, [[2, -900]], seat=2)
    return log


def _ruled_twice() -> Log:
    log = one_right()
    log.rule(1, "right", 1000)
    return log


def _not_the_first() -> Log:
    log = Log(BUZZ)
    log.ask(None)
    log.press(1)
    log.rule(2, "right", 1000)
    return log


def _answers_again() -> Log:
    log = Log(BUZZ)
    log.ask(None)
    log.press(1)
    log.rule(1, "wrong", -1000, then="others")
    log.press(1)
    return log


def _points_of_a_tie_break() -> Log:
    log = Log(COMPULSORY)
    log.round(1)
    log.ask(None)
    log.press(1)
    log.ruled(1, "right", 0)
    log.scored(1, 1000, "right")
    return log


def _wrong_tie_order() -> Log:
    log = Log(COMPULSORY)
    log.round(1)
    log.ask(None)
    log.press(1)
    log.ruled(1, "wrong", 0)
    log.add("tie_ranked", cells=[[1], [2, 3]], how="sudden_death", joined=True)
    return log


LIES = {
    "a changed entry": (one_right(scored=1100), r"row 5, scored: scored seat 1 \+11 .* come to seat 1 \+10"),
    "a missing entry": (one_right(scored=None), r"row 5, clock_held: a score entry is missing.*seat 1 \+10"),
    "a ruling worth too much": (one_right(points=2000, scored=2000), r"worth \+10 here, not \+20"),
    "a ruling on another seat": (one_right(seat=2), "seat 2 was ruled on, but seat 1 answers"),
    "a second foul that costs as the first": (_foul_lie(), r"foul 2 of seat 1 in this round costs -20"),
    "a changed mean": (_marks_lie(1051, "2:1000 3:1100", (1,)), r"mark of seat 1 is \+10.5, not \+10.51"),
    "a judge of the own unit who counts": (
        _marks_lie(1367, "1:2000 2:1000 3:1100"),
        r"mark of seat 1 is \+10.5, not \+13.67",
    ),
    "a changed mark on the board": (_marks_lie(1050, "2:900 3:1200", (1,)), "the board says"),
    "a correction that keeps something": (
        _correction_lie(),
        r"comes to \{1: -1000\}, the row says \{1: -900\}",
    ),
    "a score set to another than was said": (_set_otherwise(), r"comes to \{2: -1000\}"),
    "a question ruled on twice": (_ruled_twice(), "ruled on before"),
    "one who was not first answers": (_not_the_first(), "seat 2 was ruled on, but seat 1 answers"),
    "the wrong answerer may press again": (_answers_again(), "seat 1 has answered this question"),
    "points of a tie-break in the score": (_points_of_a_tie_break(), "the facts come to nothing"),
    "a tie broken the other way round": (_wrong_tie_order(), "the rulings come to"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found_and_the_row_is_named(lie: str) -> None:
    log, text = LIES[lie]
    with pytest.raises(Disagreement, match=text):
        log.result()


def test_a_surplus_entry_and_one_that_is_missing_at_the_very_end() -> None:
    log = Log(COMPULSORY)
    log.scored(2, 100, "right")
    with pytest.raises(Disagreement, match=r"row 3, scored: .*the facts come to nothing"):
        log.result()
    log = Log(COMPULSORY)
    log.ask(1)
    log.ruled(1, "right", 1000)
    with pytest.raises(Disagreement, match="missing"):
        log.result()


def test_a_log_file_is_read_and_a_changed_row_in_it_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "contest.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (seq, contest_ns, wall_time, type, body)")
        for seq, at, kind, body in one_right().rows:
            database.execute("INSERT INTO events VALUES (?, ?, '', ?, ?)", (seq, at, kind, json.dumps(body)))
        database.execute("CREATE TABLE paper (question_id, body)")
    assert score(rows_of(path)) == one_right().result()
    assert main([str(path)]) == 0 and "1. seat 1: 110.00" in capsys.readouterr().out
    with sqlite3.connect(path) as database:
        database.execute("""UPDATE events SET body = replace(body, '1000', '3000') WHERE type = 'scored'""")
    database.close()
    assert main([str(path)]) == 1 and "row 5, scored" in capsys.readouterr().out
