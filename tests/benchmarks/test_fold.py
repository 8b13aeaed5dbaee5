"""The benchmark of the fold plays a real contest, of as many rows as it is asked for, and says what it promises."""

from __future__ import annotations

import json

import pytest

from benchmarks import fold
from server import codec
from tests.second_scorer import score


def test_the_long_contest_is_a_whole_one_and_the_second_scorer_agrees_with_it() -> None:
    long = fold.LongContest(2_500)
    long.play()
    assert 2_500 <= len(long.log) < 2_550
    kinds = {codec.event_type(entry.event) for entry in long.log}
    assert {"foul_called", "late_press_seen", "undone", "redone", "corrected", "marks_revealed"} <= kinds
    rows = [
        (
            entry.seq,
            entry.contest_ns,
            codec.event_type(entry.event),
            json.loads(codec.event_to_json(entry.event)),
        )
        for entry in long.log
    ]
    assert score(rows).places


def test_the_result_has_what_the_interface_promises() -> None:
    result = fold.run(300, lambda _: None, runs=1)
    assert result["events"] >= 300 and result["fold_ms"] > 0 and result["command_us"] > 0
    assert result["peer"]["ratio"] > 1 and fold.passed(result)


@pytest.mark.parametrize(
    ("events", "fold_ms", "command_us", "content"),
    [
        (5_000, 149.0, 10, True),
        (5_000, 151.0, 10, False),
        (10_000, 290.0, 10, True),
        (5_000, 20.0, 1_001, False),
    ],
)
def test_a_missed_goal_is_no(events: int, fold_ms: float, command_us: float, content: bool) -> None:
    assert fold.passed({"events": events, "cpu_ms": {"fold": fold_ms}, "command_us": command_us}) is content
