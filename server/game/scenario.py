"""情景模拟题: the judges' sheets, from open to closed to revealed."""

from __future__ import annotations

from . import commands as c
from . import events as e
from .judging import trimmed_mean
from .paper import Paper
from .refusal import refuse
from .rulebook import Scenario
from .state import State, Turn


def submit_marks(state: State, command: c.SubmitMarks, paper: Paper) -> list[e.Event]:
    """Take a judge's sheet; a later one replaces it until the marking is closed."""
    turn, rules = _scenario_turn(state)
    if command.judge not in {judge.number for judge in state.rulebook.judges}:
        refuse(f"没有 {command.judge} 号评委", f"There is no judge {command.judge}")
    if turn.marking != "open":
        refuse("评分已经结束，不能再改", "The marking is closed")
    assert turn.question is not None
    items = paper[turn.question.id].items
    if len(command.marks_cp) != len(items):
        refuse(f"需要 {len(items)} 项评分，收到 {len(command.marks_cp)} 项", f"{len(items)} marks are needed")
    for number, (mark_cp, item) in enumerate(zip(command.marks_cp, items, strict=True), start=1):
        if not 0 <= mark_cp <= item.max_cp or mark_cp % rules.step_cp:
            refuse(
                f"第 {number} 项应在 0 到 {item.max_cp / 100:g} 之间，以 {rules.step_cp / 100:g} 为一档",
                f"Item {number} must be 0 to {item.max_cp / 100:g} in steps of {rules.step_cp / 100:g}",
            )
    return [e.MarksSubmitted(command.judge, command.marks_cp)]


def close_marking(state: State) -> list[e.Event]:
    """No sheet changes any more. At least one must be in."""
    turn, _ = _scenario_turn(state)
    if turn.marking != "open":
        refuse("评分已经结束", "The marking is closed already")
    if not turn.sheets:
        refuse("还没有评委提交评分", "No judge has submitted yet")
    return [e.MarkingClosed()]


def reveal_marks(state: State) -> list[e.Event]:
    """亮分: all marks at once, and the mean becomes a score entry."""
    turn, rules = _scenario_turn(state)
    if turn.marking != "closed" or turn.seat is None:
        refuse("请先结束评分", "Close the marking first")
    mark_cp, board = trimmed_mean({sheet.judge: sheet.total_cp for sheet in turn.sheets}, rules.drop)
    return [e.MarksRevealed(turn.seat, mark_cp, board), e.Scored(turn.seat, mark_cp, "marks")]


def _scenario_turn(state: State) -> tuple[Turn, Scenario]:
    turn, rules = state.turn, state.round
    if not isinstance(rules, Scenario) or turn is None or turn.question is None or turn.done:
        refuse("现在没有情景题", "There is no scenario in hand")
    return turn, rules
