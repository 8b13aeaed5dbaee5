"""情景模拟题: the judges' sheets, from open to closed to revealed; who marks whom, and who does not."""

from __future__ import annotations

from . import commands as c
from . import events as e
from .judging import ONE, sheet_total, trimmed_mean
from .paper import Paper, SealedQuestion
from .refusal import refuse
from .rulebook import Scenario, ScoreSheet, SheetLine
from .state import State, Turn

MOST_FAULTS = 50


def sheet_of(rules: Scenario, question: SealedQuestion) -> ScoreSheet:
    """What a judge fills in: the rulebook's sheet, or else the key points of the question."""
    if rules.sheet is not None:
        return rules.sheet
    return ScoreSheet(tuple(SheetLine(item.text, item.max_cp) for item in question.items))


def masked_judges(state: State, rules: Scenario, seat: int | None) -> tuple[int, ...]:
    """Judges of the contestant's own unit, who do not mark: 回避."""
    if not rules.mask_own_unit or seat is None:
        return ()
    unit = state.rulebook.contestant(seat).unit
    return tuple(judge.number for judge in state.rulebook.judges if judge.unit == unit and unit != "—")


def awaited_judges(state: State, rules: Scenario, turn: Turn) -> tuple[int, ...]:
    """Judges who may mark the scenario in hand and have not submitted."""
    out = {*masked_judges(state, rules, turn.seat), *turn.excused, *(sheet.judge for sheet in turn.sheets)}
    return tuple(judge.number for judge in state.rulebook.judges if judge.number not in out)


def submit_marks(state: State, command: c.SubmitMarks, paper: Paper) -> list[e.Event]:
    """Take a judge's sheet; a later one replaces it until the marking is closed."""
    turn, rules = _scenario_turn(state)
    _may_mark(state, turn, rules, command.judge)
    if turn.marking != "open":
        refuse("评分已经结束，不能再改", "The marking is closed")
    assert turn.question is not None
    sheet = sheet_of(rules, paper[turn.question.id])
    entered = command.marks_cp
    if len(entered) != len(sheet.lines):
        refuse(
            f"需要 {len(sheet.lines)} 项评分，收到 {len(entered)} 项", f"{len(sheet.lines)} marks are needed"
        )
    for number, (value, line) in enumerate(zip(entered, sheet.lines, strict=True), start=1):
        _check_entry(number, value, line, rules.step_cp)
    return [e.MarksSubmitted(command.judge, entered, sheet_total(sheet, entered, rules.max_cp))]


def excuse_judge(state: State, judge: int, reason: str) -> list[e.Event]:
    """The mean is taken without a judge who cannot mark."""
    turn, rules = _scenario_turn(state)
    _may_mark(state, turn, rules, judge)
    if turn.marking != "open":
        refuse("评分已经结束", "The marking is closed")
    if any(sheet.judge == judge for sheet in turn.sheets):
        refuse(f"{judge} 号评委已经提交评分", f"Judge {judge} has submitted")
    return [e.JudgeExcused(judge, reason)]


def close_marking(state: State) -> list[e.Event]:
    """No sheet changes any more. At least one must be in; whether all must, the rulebook says."""
    turn, rules = _scenario_turn(state)
    if turn.marking != "open":
        refuse("评分已经结束", "The marking is closed already")
    if not turn.sheets:
        refuse("还没有评委提交评分", "No judge has submitted yet")
    awaited = awaited_judges(state, rules, turn)
    if rules.missing == "wait" and awaited:
        said = "、".join(str(judge) for judge in awaited)
        refuse(
            f"{said} 号评委还没有提交，请等待或记录缺席",
            f"Judges {said.replace('、', ', ')} have not submitted: wait, or excuse them",
        )
    return [e.MarkingClosed()]


def reveal_marks(state: State) -> list[e.Event]:
    """亮分: all marks at once, and the mean becomes a score entry."""
    turn, rules = _scenario_turn(state)
    if turn.marking != "closed" or turn.seat is None or not turn.sheets:
        refuse("请先结束评分", "Close the marking first")
    totals = {sheet.judge: sheet.total_cp for sheet in turn.sheets}
    mark_cp, board = trimmed_mean(totals, rules.drop, rules.least_to_drop, rules.round_to_cp)
    masked = masked_judges(state, rules, turn.seat)
    missing = (*turn.excused, *awaited_judges(state, rules, turn))
    return [
        e.MarksRevealed(turn.seat, mark_cp, board, masked, tuple(sorted(missing))),
        e.Scored(turn.seat, mark_cp, "marks"),
    ]


def _may_mark(state: State, turn: Turn, rules: Scenario, judge: int) -> None:
    if judge not in {one.number for one in state.rulebook.judges}:
        refuse(f"没有 {judge} 号评委", f"There is no judge {judge}")
    if judge in masked_judges(state, rules, turn.seat):
        refuse("与选手同单位的评委回避，不评分", "A judge of the contestant's own unit does not mark")
    if judge in turn.excused:
        refuse(f"{judge} 号评委已记为缺席", f"Judge {judge} is excused")


def _check_entry(number: int, value: int, line: SheetLine, step_cp: int) -> None:
    match line.kind:
        case "faults":
            most, step = MOST_FAULTS * ONE, ONE
        case "hit":
            most, step = ONE, ONE
        case _:
            most, step = line.max_cp, step_cp
    if not 0 <= value <= most or (value % step and value != most):
        refuse(
            f"第 {number} 项应在 0 到 {most / 100:g} 之间，以 {step / 100:g} 为一档",
            f"Item {number} must be 0 to {most / 100:g} in steps of {step / 100:g}",
        )


def _scenario_turn(state: State) -> tuple[Turn, Scenario]:
    turn, rules = state.turn, state.round
    if not isinstance(rules, Scenario) or turn is None or turn.question is None or turn.done:
        refuse("现在没有情景题", "There is no scenario in hand")
    return turn, rules
