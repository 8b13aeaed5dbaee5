"""The measuring of a long show: what grows, leaks or starts again is found, and a short one is played whole."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from benchmarks import processes, soak_player, soak_show
from benchmarks.soak_show import Held
from server.contest.file import read_contest
from server.game.rulebook import questions_in

MS = 1_000_000
FULL = os.environ.get("FIRSTPRESS_FULL") == "1"


def silent(_: str) -> None:
    """Progress nobody reads."""


def held(
    memory: list[int], files: list[int] | None = None, born: list[int] | None = None
) -> list[dict[str, Held]]:
    files, born = files or [10] * len(memory), born or [1] * len(memory)
    return [{"stage": Held(*row)} for row in zip(memory, files, [3] * len(memory), born, strict=True)]


@pytest.mark.parametrize(
    ("hours", "amiss"),
    [
        (held([80, 99, 100, 100, 101, 100, 102, 101, 103, 104, 104, 104]), []),
        (held([80, 99, 100, 101, 101, 102, 103, 104, 105, 106, 107, 108]), ["memory"]),
        (held([100] * 12, [9, 14, 12, 12, 12, 13, 12, 15, 12, 12, 19, 12]), []),
        (held([100] * 12, [9, 12, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16]), ["files"]),
        (held([100] * 12, born=[1] * 7 + [2] * 5), ["restarted"]),
        ([*held([100] * 11), {}], ["restarted"]),
    ],
)
def test_what_grows_leaks_or_starts_again_is_found(hours: list[dict[str, Held]], amiss: list[str]) -> None:
    (row,) = soak_show.judged(hours)
    assert row["amiss"] == amiss
    assert soak_show.passed({"processes": [row], "complaints": []}) is (not amiss)


def test_the_contest_of_twelve_hours_has_questions_enough(tmp_path: Path) -> None:
    laps = 7
    (tmp_path / "contest.toml").write_text(soak_player.contest(laps), encoding="utf-8")
    book = read_contest(tmp_path / "contest.toml")
    asked = sum(questions_in(rules, soak_player.SEATS) for rules in book.rounds)
    assert asked == laps * soak_player.QUESTIONS_A_LAP >= 12 * soak_show.QUESTIONS_AN_HOUR
    ids = [row[0] for row in soak_player.questions(laps)]
    assert len(set(ids)) == len(ids) > asked
    with pytest.raises(ValueError, match="at most 7"):
        soak_player.contest(8)


@pytest.mark.skipif(not FULL, reason="in full only: run.py test benchmarks")
def test_a_short_soak_plays_and_finds_nothing_amiss() -> None:
    found = soak_show.run(0.1, silent, rest_s=2)
    assert found["played"]["questions"] == 12
    assert {row["process"] for row in found["processes"]} >= {"buzzers.service", "server.stage_process"}
    for row in found["processes"]:
        # So short a show is all warm-up: what its memory does is told by a long one.
        assert set(row["amiss"]) <= {"memory"} and row["growth"] < 0.5, row
    assert found["visited"]["pages"] > 60 and found["visited"]["amiss"] == 0 and found["complaints"] == []


def test_processor_time_and_memory_are_this_process_own() -> None:
    before, began = processes.cpu_ns(os.getpid()), time.process_time_ns()
    sum(range(3_000_000))
    spent, known = processes.cpu_ns(os.getpid()) - before, time.process_time_ns() - began
    assert abs(spent - known) < 0.2 * known + 5 * MS
    found = processes.memory_kib(os.getpid())
    assert 0 < found["own"] <= found["pss"] <= found["rss"]
    with open(os.devnull):
        assert processes.open_files(os.getpid()) > 3
    assert processes.started(os.getpid()) == processes.started(os.getpid()) > 0
