"""The README of the bank says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import question_bank
from question_bank import columns, draw, tables
from question_bank.importers import parse_key_points
from question_bank.question import FORM_WORDS, ROUND_WORDS

README = (Path(question_bank.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_every_column_and_every_word_is_documented() -> None:
    for column in columns.COLUMNS:
        if not re.fullmatch("option_[b-e]", column.field):
            row = next(
                line for line in README.splitlines() if column.zh in line and f"`{column.field}`" in line
            )
            assert ("| yes |" in row) == column.required
    for words in (ROUND_WORDS, FORM_WORDS):
        for code, word in words.items():
            assert f"{word} `{code}`" in README


def test_the_bounds_are_documented() -> None:
    assert f"{tables.MAX_FILE_BYTES // 2**20} MB" in README
    assert f"{tables.MAX_UNPACKED_BYTES // 2**20} MB" in README
    assert f"{tables.MAX_ROWS:,} questions" in README
    assert f"{tables.MAX_CELL_CHARACTERS:,} characters" in README
    assert f"`{draw.METHOD}`" in README


def test_the_example_of_key_points_is_one() -> None:
    block = next(b for b in re.findall(r"```\n(.*?)```", README, re.S) if "核实" in b)
    points, wrong = parse_key_points(block)
    assert wrong == [] and sum(p.points_cp for p in points) == 2000


def test_the_example_in_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    block = re.findall(r"```python\n(.*?)```", README, re.S)[0]
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    assert getattr(names["first"], "round", None) == "buzz_in"
