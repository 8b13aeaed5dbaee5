"""比分更正: a ruling put right, credited to another, a question voided, a score set. Nothing is deleted."""

from __future__ import annotations

from . import commands as c
from . import events as e
from .refusal import refuse
from .rulebook import BuzzIn, RoundRules, Scenario, TieBreak
from .rulings import JUDGED, worth_cp
from .standings import scores
from .state import Record, State

LONGEST = 200  # letters of a reason
LARGEST_CP = 1_000_000


def check_reason(reason: str, by: str = "") -> str:
    """The reason as it is recorded. Refused when there is none: a correction is explained or not made."""
    said = reason.strip()
    if not said or len(said) > LONGEST or len(by) > LONGEST:
        refuse(f"请写明原因（1 到 {LONGEST} 个字）", f"Give the reason, in 1 to {LONGEST} letters")
    check_letters(said + by)
    return said


def check_letters(text: str) -> None:
    """Refuse what no screen, no sheet and no log file can show: control characters and broken letters."""
    if not text.replace("\u3000", " ").isprintable():
        refuse(
            "文字里有无法显示的字符，请重新输入", "There are characters that cannot be shown: type it again"
        )


def change_ruling(state: State, command: c.ChangeRuling) -> list[e.Event]:
    """Another result for a ruling; the difference becomes an entry."""
    reason, record = check_reason(command.reason, command.by), _record(state, command.record)
    rules = state.rulebook.round_at(record.round_index)
    assert rules is not None
    if isinstance(rules, Scenario):
        return _change_mark(record, command, reason)
    if record.result == "declined" or command.result not in _possible(rules):
        refuse(
            f"这一条不能改判为「{command.result}」，可以直接设定分数",
            f"This cannot be ruled '{command.result}'; the score can be set instead",
        )
    if record.seat is None and command.result in JUDGED:
        refuse("这一题没有答题人，请先改记到选手", "Nobody answered this one: credit a contestant first")
    points = worth_cp(rules, record.stake_cp, command.result, command.points_cp)
    if (command.result, points) == (record.result, record.points_cp):
        refuse("裁定已经是这样", "It is ruled that already")
    changes = _changes((record.seat, points - record.points_cp))
    return [_corrected("ruling", record, command.result, record.seat, points, command.by, reason, changes)]


def _possible(rules: RoundRules) -> tuple[str, ...]:
    """What a ruling of such a round can be: what could have been ruled then."""
    part = ("partial",) if getattr(rules, "partial", False) else ()
    nobody = ("unanswered",) if isinstance(rules, BuzzIn) else ()
    return ("right", *part, "wrong", "timeout", "void", *nobody)


def _change_mark(record: Record, command: c.ChangeRuling, reason: str) -> list[e.Event]:
    """The chief judge settles a dispute over a panel's mark."""
    points = command.points_cp
    if record.result != "marks" or command.result != "marks" or record.seat is None:
        refuse("情景题只能更正评委评分", "Of a scenario only the mark can be put right")
    if points is None or not 0 <= points <= record.stake_cp:
        refuse(f"评分应在 0 到 {record.stake_cp / 100:g} 之间", f"A mark is 0 to {record.stake_cp / 100:g}")
    if points == record.points_cp:
        refuse("评分已经是这样", "The mark is that already")
    changes = _changes((record.seat, points - record.points_cp))
    return [_corrected("ruling", record, "marks", record.seat, points, command.by, reason, changes)]


def credit(state: State, command: c.CreditContestant) -> list[e.Event]:
    """The same ruling for another contestant: its points go over."""
    reason, record = check_reason(command.reason, command.by), _record(state, command.record)
    if command.seat not in state.rulebook.seats or command.seat == record.seat:
        refuse("请选择另一位选手", "Choose another contestant")
    changes = _changes((record.seat, -record.points_cp), (command.seat, record.points_cp))
    return [
        _corrected(
            "credit", record, record.result, command.seat, record.points_cp, command.by, reason, changes
        )
    ]


def void_question(state: State, command: c.VoidQuestion) -> list[e.Event]:
    """Take back every entry of a settled question: rulings, fouls, help, marks, earlier corrections."""
    reason, record = check_reason(command.reason, command.by), _record(state, command.record)
    if state.turn is not None and state.turn.go == record.go and not state.turn.done:
        refuse("这一题还没有结束，请直接裁定作废", "This question is still in hand: rule it void")
    sums: dict[int, int] = {}
    for entry in state.entries:
        if entry.go == record.go:
            sums[entry.seat] = sums.get(entry.seat, 0) - entry.change_cp
    changes = _changes(*sums.items())
    return [_corrected("void", record, "void", record.seat, 0, command.by, reason, changes)]


def set_score(state: State, command: c.SetScore) -> list[e.Event]:
    """A score as it shall be; the difference becomes an entry."""
    reason = check_reason(command.reason, command.by)
    if command.seat not in state.rulebook.seats:
        refuse(f"没有 {command.seat} 号选手", f"There is no seat {command.seat}")
    if abs(command.score_cp) > LARGEST_CP:
        refuse("分数超出范围", "That score is out of range")
    change = command.score_cp - scores(state)[command.seat]
    if change == 0:
        refuse("分数已经是这样", "The score is that already")
    changes = _changes((command.seat, change))
    return [e.Corrected("score", None, None, command.seat, command.score_cp, command.by, reason, changes)]


def _record(state: State, seq: int) -> Record:
    record = next((one for one in state.records if one.seq == seq), None)
    if record is None:
        refuse(f"没有第 {seq} 号裁定", f"There is no ruling with number {seq}")
    if isinstance(state.rulebook.round_at(record.round_index), TieBreak):
        refuse("加赛的裁定请用撤销更正", "Put a tie-break's ruling right by undoing it")
    if record.voided:
        refuse("这一题已经作废", "This question is void already")
    return record


def _changes(*parts: tuple[int | None, int]) -> tuple[tuple[int, int], ...]:
    return tuple((seat, change) for seat, change in parts if seat is not None and change)


def _corrected(
    what: str,
    record: Record,
    result: str,
    seat: int | None,
    points: int,
    by: str,
    reason: str,
    changes: tuple[tuple[int, int], ...],
) -> e.Corrected:
    return e.Corrected(what, record.seq, result, seat, points, by, reason, changes)
