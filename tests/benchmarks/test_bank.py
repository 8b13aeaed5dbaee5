"""The benchmark of the question bank, on a few hundred questions: what it measures and when its answer is no."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import bank, cli
from question_bank.importers import import_file


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return bank.run(400, lambda _: None)


def test_everything_is_measured(result: dict[str, Any]) -> None:
    assert result["questions"] == 400 and result["search_ms"]["words"] == bank.SEARCHES
    assert result["import"]["wall_s"] > 0 and result["import"]["cpu_s"] > 0
    # An interpreter alone takes more than this; the figure is of the whole tree of processes.
    assert result["import"]["peak_rss_mb"] > 20 and result["peak_rss_mb"] > 20
    assert 0 < result["search_ms"]["median"] <= result["search_ms"]["p95"] <= result["search_ms"]["worst"]
    assert result["search_ms"]["found"] > 0 and result["draw_ms"]["median"] > 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("import", "cpu_s"), 61.0),
        (("import", "progress_lines"), 0),
        (("import", "peak_rss_mb"), 301.0),
        (("peak_rss_mb",), 301.0),
        (("search_ms", "cpu_p95"), 51.0),
        (("search_ms", "found"), 0),
        (("draw_ms", "cpu_median"), 201.0),
    ],
)
def test_each_goal_that_is_missed_makes_the_answer_no(
    result: dict[str, Any], path: tuple[str, ...], value: float
) -> None:
    good = copy.deepcopy(result)
    good["import"]["progress_lines"] = 1
    assert bank.passed(good)
    part = good
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    assert not bank.passed(good)


def test_the_sheet_is_honest_and_always_the_same(tmp_path: Path) -> None:
    words = bank.write_sheet(tmp_path / "a.csv", 50)
    assert bank.write_sheet(tmp_path / "b.csv", 50) == words and len(set(words)) == bank.SEARCHES
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert all(len(word) == 2 for word in words)
    assert len(list(csv.reader((tmp_path / "a.csv").read_text("utf-8").splitlines()))) == 51
    report = import_file(None, tmp_path / "a.csv", check=True)
    assert (report.errors, report.near, report.added) == ((), (), 50)


def test_the_command_prints_json_and_fails_by_its_goals(
    result: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bank, "run", lambda questions, say: {**result, "questions": questions})
    monkeypatch.setattr(bank, "passed", lambda result: result["questions"] == 7)
    assert cli.main(["bank", "--questions", "7", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 7
    assert cli.main(["bank", "--questions", "8"]) == 1
