"""What a trace of Chromium says of a page's frames, and what the benchmarks of frames and paint are content with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks import cli, frames, to_paint
from benchmarks.trace import Trace, Window
from tests.display.pages import fixtures

PAGE = {"pid": 7, "tid": 1}


def mark(name: str, at_ms: float) -> dict[str, Any]:
    return {**PAGE, "ph": "I", "cat": "blink.user_timing", "name": name, "ts": at_ms * 1000}


def task(
    at_ms: float, ms: float, own_ms: float, *, commits: bool = False, thread: int = 1
) -> list[dict[str, Any]]:
    where = {"pid": 7, "tid": thread, "ph": "X", "cat": "timeline"}
    made = {**where, "name": "RunTask", "ts": at_ms * 1000, "dur": ms * 1000, "tdur": own_ms * 1000}
    commit = {**where, "name": "Commit", "ts": (at_ms + ms / 2) * 1000, "dur": 100}
    return [made, commit] if commits else [made]


def shown(at_ms: float, state: str, number: int) -> list[dict[str, Any]]:
    where = {"pid": 7, "tid": 2, "name": "PipelineReporter", "cat": "frame", "id2": {"local": str(number)}}
    begun = {**where, "ph": "b", "ts": (at_ms - 9) * 1000, "args": {"frame_reporter": {"state": state}}}
    return [begun, {**where, "ph": "e", "ts": at_ms * 1000, "args": {}}]


def recorded() -> Trace:
    events = [
        mark("a begins", 100),
        *task(101, 4, 3),
        *task(106, 2, 2, commits=True),
        *task(107, 50, 50, thread=3),  # not the page's own
        *task(120, 8, 5, commits=True),
        *task(140, 3, 3),
        *task(170, 2, 1, commits=True),
        *shown(116, "STATE_PRESENTED_ALL", 1),
        *shown(133, "STATE_DROPPED", 2),
        *shown(150, "STATE_PRESENTED_ALL", 1),
        mark("a ends", 200),
        *task(201, 9, 9, commits=True),
    ]
    return Trace(json.dumps({"traceEvents": events}).encode())


def test_a_frame_costs_all_that_the_pages_thread_did_since_the_last_one() -> None:
    window = recorded().window("a begins", "a ends")
    assert [(frame.wall_ms, frame.own_ms) for frame in window.frames] == [
        (6.0, 5.0),
        (8.0, 5.0),
        (3.0, 3.0),  # done long before the next picture: it delayed none
        (2.0, 1.0),
    ]
    assert (window.intervals_ms, window.dropped) == ([34.0], 1)


def test_a_message_is_followed_to_its_frame_and_to_the_screen() -> None:
    trace = recorded()
    assert trace.marks("a ") == ["a begins", "a ends"]
    assert trace.after("a begins") == (8.0, 16.0)


def test_a_recording_without_a_mark_is_none() -> None:
    with pytest.raises(RuntimeError, match="no mark"):
        Trace(json.dumps({"traceEvents": task(1, 1, 1)}).encode())


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert frames.percentile([*range(1, 21)], 95) == 19
    assert (frames.percentile([3.14], 95), frames.percentile([], 95)) == (3.1, 0.0)


def test_a_transition_is_told_by_all_its_laps() -> None:
    window = recorded().window("a begins", "a ends")
    row = frames.row_of("a → b", [window, window])
    assert (row["frames"], row["worked"], row["slow"], row["change_ms"]) == (78, 6, 0, 5.0)
    assert (row["p95_ms"], row["wall_p95_ms"]) == (5.0, 6.0), "of 78 frames the 75th: 70 asked for nothing"
    with pytest.raises(RuntimeError, match="drew nothing"):
        frames.row_of("a → b", [Window([], [], 0)])


def test_the_show_of_the_benchmark_is_made_of_pictures_that_there_are() -> None:
    there = {path.stem for path in fixtures("projector")}
    assert set(frames.SHOW) <= there
    names = {f"{before} → {after}" for before, after in zip(frames.SHOW, frames.SHOW[1:], strict=False)}
    assert names >= frames.TRAVELS and len(names) == len(frames.SHOW) - 1


@pytest.mark.parametrize(("worst_ms", "median_ms", "status"), [(16.6, 16.6, 0), (16.7, 16.7, 1)])
def test_the_goals(
    worst_ms: float,
    median_ms: float,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = {"worst_transition_p95_ms": worst_ms}
    monkeypatch.setattr(frames, "run", lambda laps, say: result)
    assert cli.main(["frames", "--json"]) == status
    painted = {"as_it_is": {"to_frame_ms": {"median": median_ms}}}
    monkeypatch.setattr(to_paint, "run", lambda runs, say: painted)
    assert cli.main(["paint", "--json"]) == status
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [result, painted]
