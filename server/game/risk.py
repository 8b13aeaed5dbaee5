"""风险题: values and secret choices, handing a question to a rival, what a ruling is worth, and what hangs on it."""

from __future__ import annotations

from . import events as e
from .refusal import refuse
from .rulebook import Risk
from .standings import scores, standings_for
from .state import State


def stake(rules: Risk, points: int | None) -> int:
    """The stake in centipoints for the value chosen, in whole points."""
    value_cp = (points or 0) * 100
    if value_cp not in rules.values_cp:
        allowed = "、".join(str(value // 100) for value in rules.values_cp)
        refuse(f"请先选择分值（{allowed}）", f"Choose a value first ({allowed.replace('、', ', ')})")
    return value_cp


def stake_in_hand(state: State, rules: Risk, points: int | None) -> int:
    """The stake of the go in hand: said now, said before for a question withdrawn, or chosen in secret."""
    assert state.turn is not None
    value_cp = state.turn.stake_cp  # of a question that was withdrawn: the choice stands, whoever answers
    if not rules.sealed and not value_cp:
        return stake(rules, points)
    value_cp = value_cp or dict(state.stakes).get(state.turn.seat or 0, 0)
    if value_cp == 0:
        refuse("该选手选择了放弃", "This contestant chose to decline")
    if points is not None and points * 100 != value_cp:
        refuse("分值已经选定，不能再改", "The value is chosen and stands")
    return value_cp


def points_cp(stake_cp: int, result: str) -> int:
    """Right gains the stake, wrong and time out lose it, declined and void cost nothing."""
    return {"right": stake_cp, "wrong": -stake_cp, "timeout": -stake_cp}.get(result, 0)


def choose(state: State, seat: int, points: int) -> list[e.Event]:
    """A contestant's secret choice; a later one replaces it until they are revealed."""
    rules = _sealed_round(state)
    if seat not in state.order:
        refuse(f"没有 {seat} 号选手", f"There is no seat {seat}")
    if points == 0 and rules.may_decline:
        return [e.StakeChosen(seat, 0)]
    return [e.StakeChosen(seat, stake(rules, points))]


def reveal(state: State) -> list[e.Event]:
    """All secret choices at once."""
    _sealed_round(state)
    chosen = dict(state.stakes)
    missing = [seat for seat in state.order if seat not in chosen]
    if missing:
        said = "、".join(str(seat) for seat in missing)
        refuse(f"{said} 号还没有选择分值", f"Seats {said.replace('、', ', ')} have not chosen")
    return [e.StakesRevealed(tuple((seat, chosen[seat]) for seat in state.order))]


def assign(state: State, seat: int) -> list[e.Event]:
    """Hand the question in hand to a rival, before the clock runs."""
    turn, rules = state.turn, state.round
    if not isinstance(rules, Risk) or not rules.may_assign:
        refuse("本环节不能指定对手作答", "A question cannot be handed on in this round")
    if turn is None or turn.question is None or turn.done or turn.seat is None:
        refuse("现在没有可以指定的题目", "There is no question in hand")
    if turn.assigned_by is not None:
        refuse("这一题已经指定过对手", "This question was handed on already")
    if state.clock is not None or turn.staged:
        refuse("计时已经开始，不能再指定", "The clock has started: too late to hand it on")
    if seat not in state.rulebook.seats or seat == turn.seat:
        refuse("请指定另一位选手", "Name another contestant")
    return [e.QuestionAssigned(turn.seat, seat)]


def outlook(state: State, seat: int, stake_cp: int) -> tuple[int, int]:
    """The places (if right, if wrong) that follow for `seat` when `stake_cp` is at stake now."""
    found = []
    for change in (stake_cp, -stake_cp):
        totals = scores(state)
        totals[seat] += change
        found.append(next(row.place for row in standings_for(state, totals) if row.seat == seat))
    return found[0], found[1]


def _sealed_round(state: State) -> Risk:
    rules = state.round
    if not isinstance(rules, Risk) or not rules.sealed:
        refuse("本环节没有保密选分", "There are no secret choices in this round")
    if state.round_index in state.ended:
        refuse("本环节已经结束", "This round is over")
    if state.stakes_revealed:
        refuse("选分已经公布", "The choices are revealed already")
    return rules
