"""风险题: the order of turns, the stakes, and what a ruling is worth."""

from __future__ import annotations

from .refusal import refuse
from .rulebook import Risk
from .standings import scores
from .state import State


def order(state: State) -> tuple[int, ...]:
    """Seats from the lowest score to the highest, ties by seat."""
    totals = scores(state)
    return tuple(sorted(totals, key=lambda seat: (totals[seat], seat)))


def stake(rules: Risk, points: int | None) -> int:
    """The stake in centipoints for the value chosen, in whole points."""
    value_cp = (points or 0) * 100
    if value_cp not in rules.values_cp:
        allowed = "、".join(str(value // 100) for value in rules.values_cp)
        refuse(f"请先选择分值（{allowed}）", f"Choose a value first ({allowed.replace('、', ', ')})")
    return value_cp


def points_cp(stake_cp: int, result: str) -> int:
    """Right gains the stake, wrong and time out lose it, declined and void cost nothing."""
    return {"right": stake_cp, "wrong": -stake_cp, "timeout": -stake_cp}.get(result, 0)
