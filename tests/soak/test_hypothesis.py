"""Ten thousand contests of fifty steps that Hypothesis chooses and, where one breaks, makes as short as it can."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.game.contests import Contests

RUNS = int(os.environ.get("RULES_SOAK_RUNS", "10000"))


@pytest.fixture(scope="module", autouse=True)
def covered() -> Iterator[None]:
    """Says at the end what was covered, and that it was as much as was asked for."""
    yield
    found = Contests.covered
    print(f"\nHypothesis: {found.runs:,} contests, {found.accepted.total():,} commands accepted, ", end="")
    print(f"{found.refused.total():,} refused; checked: {dict(found.checks)}")
    assert found.runs >= RUNS


TestContests = Contests.TestCase
TestContests.settings = settings(
    max_examples=RUNS,
    stateful_step_count=50,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
