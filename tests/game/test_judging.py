"""The panel's mark."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.game.judging import divide_half_up, trimmed_mean


@pytest.mark.parametrize(
    ("marks_cp", "drop", "mean_cp"),
    [
        ({1: 1750}, 1, 1750),
        ({1: 1700, 2: 1800}, 1, 1750),
        ({1: 1700, 2: 1800, 3: 100}, 1, 1700),
        ({1: 1000, 2: 1050, 3: 1100, 4: 0, 5: 2000}, 1, 1050),
        ({1: 1000, 2: 1000, 3: 1050, 4: 0, 5: 2000}, 1, 1017),  # 10.1666… half up is 10.17
        ({1: 1000, 2: 1050}, 0, 1025),
        ({1: 1, 2: 2}, 0, 2),  # 0.015 half up is 0.02
    ],
)
def test_mean(marks_cp: dict[int, int], drop: int, mean_cp: int) -> None:
    assert trimmed_mean(marks_cp, drop)[0] == mean_cp


def test_equal_marks_drop_one_each() -> None:
    _, board = trimmed_mean({1: 1500, 2: 1500, 3: 1500}, 1)
    assert [mark.dropped for mark in board] == ["low", None, "high"]


def test_no_marks_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no marks"):
        trimmed_mean({}, 1)


@given(st.integers(0, 10**6), st.integers(1, 50))
def test_half_up_is_half_up(total: int, count: int) -> None:
    exact = Fraction(total, count)
    assert abs(divide_half_up(total, count) - exact) <= Fraction(1, 2)
    if exact % 1 == Fraction(1, 2):
        assert divide_half_up(total, count) > exact


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 2000), min_size=1), st.integers(0, 3))
def test_the_mean_lies_among_what_counted(marks_cp: dict[int, int], drop: int) -> None:
    mean_cp, board = trimmed_mean(marks_cp, drop)
    counted = [mark.mark_cp for mark in board if mark.dropped is None]
    assert counted and min(counted) <= mean_cp <= max(counted)
    assert sum(mark.dropped == "low" for mark in board) == sum(mark.dropped == "high" for mark in board)
