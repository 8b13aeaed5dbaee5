"""The ruling on the go in hand: what may be said, what it is worth, and when it becomes public."""

from __future__ import annotations

from . import buzz_in, compulsory, risk, tie_break
from . import events as e
from .refusal import refuse
from .rulebook import BuzzIn, Compulsory, Risk, RoundRules, Scenario, TieBreak
from .state import State, Turn

JUDGED = ("right", "partial", "wrong", "timeout")
"""Results that somebody judged; the others only say what happened."""


def allowed_results(state: State, turn: Turn) -> tuple[str, ...]:
    """The rulings that can be given on the go in hand."""
    rules, buzz_rules = state.round, state.buzz_rules
    if turn.done:
        return ()
    if buzz_rules is not None:
        return buzz_in.allowed_results(buzz_rules, turn.buzz) if turn.question else ()
    match rules:
        case Compulsory() if turn.question:
            return ("right", *(("partial",) if rules.partial else ()), "wrong", "timeout", "void")
        case Risk():
            if turn.question:
                return ("right", "wrong", "timeout", "void")
            if turn.stake_cp:
                return ()  # the value was chosen for a question that was withdrawn: it gets another
            declined = rules.sealed and dict(state.stakes).get(turn.seat or 0) == 0
            return ("declined",) if (rules.may_decline and not rules.sealed) or declined else ()
        case Scenario() if turn.question:
            return ("void",)
        case TieBreak() if turn.question:
            return ("right", "wrong", "timeout", "void")
    return ()


def worth_cp(rules: RoundRules, stake: int, result: str, part_cp: int | None) -> int:
    """What a ruling is worth, in centipoints. Refused for a partial answer outside 0 and the stake."""
    if result == "partial":
        if part_cp is None or not 0 < part_cp < stake:
            refuse(
                f"部分得分应大于 0、小于 {stake / 100:g}",
                f"A part of the points is more than 0 and less than {stake / 100:g}",
            )
        return part_cp
    if part_cp is not None:
        refuse("只有部分得分要写分数", "Only a partial answer takes points")
    match rules:
        case Compulsory():
            return compulsory.points_cp(rules, stake, result)
        case BuzzIn():
            return buzz_in.points_cp(rules, stake, result)
        case Risk():
            return risk.points_cp(stake, result)
        case TieBreak():
            return tie_break.points_cp(rules, result)
        case Scenario():
            return 0


def rule(state: State, result: str, part_cp: int | None, now_ns: int) -> list[e.Event]:
    """Rule on the go in hand; where the rulebook stages rulings, it waits for its reveal."""
    turn, rules = state.turn, state.round
    if turn is None or rules is None or turn.done:
        refuse("现在没有可裁定的题目", "There is nothing to rule on now")
    allowed = allowed_results(state, turn)
    if result not in allowed:
        refuse(
            f"现在不能裁定「{result}」（可以：{'、'.join(allowed) or '无'}）",
            f"Cannot rule '{result}' now (can: {', '.join(allowed) or 'nothing'})",
        )
    seat = turn.seat
    if state.buzz_rules is not None:
        seat = turn.buzz.winner if result in JUDGED else None
    points = worth_cp(rules, turn.stake_cp, result, part_cp)
    if state.rulebook.staged and result in JUDGED:
        clock = state.clock
        left_ns = clock.left_ns(now_ns) if clock and clock.state == "running" else None
        return [e.RulingStaged(seat, result, points, left_ns)]
    return _settle(state, turn, seat, result, points)


def reveal_ruling(state: State) -> list[e.Event]:
    """Make the ruling that waits public."""
    turn = state.turn
    if turn is None or turn.staged is None:
        refuse("没有待公布的裁定", "No ruling waits to be revealed")
    staged = turn.staged
    return _settle(state, turn, staged.seat, staged.result, staged.points_cp)


def _settle(state: State, turn: Turn, seat: int | None, result: str, points: int) -> list[e.Event]:
    rules, settled = state.buzz_rules, []
    then = ""
    if rules is not None and result in ("wrong", "timeout"):
        then = buzz_in.after_failure(state, turn, rules, seat)
    if turn.buzz.live and turn.buzz.arming:
        settled.append(e.ArmingEnded(turn.buzz.arming, "cancelled"))
    ruled: list[e.Event] = [*settled, e.Ruled(seat, result, points, then)]
    if state.tie is not None:
        _, cells = tie_break.after_ruling(state, seat, result, points, settled=not then)
        if cells and not state.tie.over:
            assert state.rulebook.tie_break is not None
            ruled.append(e.TieRanked(cells, state.rulebook.tie_break.method, joined=True))
    elif points and seat is not None:
        ruled.append(e.Scored(seat, points, result))
    return ruled
