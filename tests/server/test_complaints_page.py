"""docs/complaints.md names tests: they exist, every complaint names one, and no test of a complaint is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "complaints.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
COMPLAINTS = ("tests/game/test_complaints.py", "tests/server/test_complaints_of_the_stage.py")


def named_in(file: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)\(", (ROOT / file).read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    assert name in named_in(file)


def test_every_complaint_names_a_test() -> None:
    assert len(ROWS) >= 25
    assert [row for row in ROWS if "::test_" not in row] == []


@pytest.mark.parametrize("file", COMPLAINTS)
def test_no_test_of_a_complaint_is_left_out(file: str) -> None:
    assert named_in(file) - {name for where, name in NAMED if where == file} == set()
