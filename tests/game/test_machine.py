"""Random contests hold what must always hold: some hundred runs here, ten thousand in `run.py test rules-soak`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from server.game import buzz_in, compulsory, history, judging, scenario, standings
from server.game.refusal import Refused
from server.game.rulebook import Text
from tests.game.contests import Contests
from tests.game.coverage import Coverage
from tests.game.machine import Broken, run

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is such a thing: the rules are tested here, not the disk."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


TestContests = Contests.TestCase
TestContests.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_contests_at_random_without_a_disk() -> None:
    coverage = Coverage()
    for seed in range(80):
        run(seed, 50, coverage)
    assert coverage.checks["undone"] > 1000 and coverage.checks["redone"] > 500
    assert coverage.accepted.total() > 2000 and coverage.refused.total() > 2000


def test_contests_at_random_through_the_referee_with_repeats_and_restarts(folder: Path) -> None:
    coverage = Coverage()
    for seed in range(10_000, 10_020):
        place = folder / str(seed)
        place.mkdir()
        run(seed, 50, coverage, place)
    assert coverage.checks["repeated"] > 5 and coverage.checks["restarted"] > 20


def _broken(seeds: range) -> str:
    """What the first run that breaks says, "" when none does."""
    for seed in seeds:
        try:
            run(seed, 50, Coverage())
        except Broken as error:
            return str(error).split("\n")[0]
    return ""


MUTANTS: dict[str, tuple[object, str, object, str]] = {
    "a late answer costs nothing": (buzz_in, "points_cp", lambda rules, stake, result: 0, "is worth"),
    "a mean that is rounded down": (judging, "divide_half_up", lambda total, count: total // count, "not"),
    "nobody is of the own unit": (
        scenario,
        "masked_judges",
        lambda state, rules, seat: (),
        "marks_revealed",
    ),
    "an undo that loses sheets": (
        history,
        "_with_sheets",
        lambda target, now: target,
        "sheet|marks_revealed",
    ),
    "an undo that stops no clock": (history, "_stopped", lambda clock, at_ns: clock, "on the clock"),
    "a tie that stays a tie": (
        standings,
        "cells_of",
        lambda state, totals: [(seat,) for seat in sorted(totals, key=lambda one: -totals[one])],
        "places",
    ),
    "a refusal in one language": (
        compulsory,
        "refuse",
        lambda zh, en: (_ for _ in ()).throw(Refused(Text(en, en))),
        "both languages",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_engine_is_found_out(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, wrong, told = MUTANTS[mutant]
    monkeypatch.setattr(module, name, wrong)
    assert re.search(told, _broken(range(400)))
