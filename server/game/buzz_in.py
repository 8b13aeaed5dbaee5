"""抢答题: arm, open, foul, verdict, and what a ruling is worth.

Who was first is not decided here: the timing core's verdict says it, with its evidence. The rules say what follows.
Every report names its arming; one for an arming that is over changes nothing, so a late press of the last
question never reaches the next.
"""

from __future__ import annotations

from . import commands as c
from . import events as e
from .refusal import refuse
from .rulebook import NS_PER_S, BuzzIn
from .state import Buzz, State, Turn

# Boxes open this long after the host's word, so that every lamp and the timing core know the instant beforehand.
OPEN_LEAD_NS = 200_000_000


def points_cp(rules: BuzzIn, result: str) -> int:
    """Centipoints for a ruling; not beginning or finishing in time counts as wrong."""
    return {"right": rules.right_cp, "wrong": rules.wrong_cp, "timeout": rules.wrong_cp}.get(result, 0)


def allowed_results(buzz: Buzz) -> tuple[str, ...]:
    """A winner can be ruled right, wrong or late; without one the question can only be closed."""
    if buzz.phase == "locked":
        return ("right", "wrong", "timeout", "void")
    return ("unanswered", "void") if buzz.phase == "nobody" else ("void",)


def may_press(state: State, turn: Turn) -> tuple[int, ...]:
    """Seats that take part in the next arming: after a tie only the tied; never who committed a foul."""
    fouled = {foul.seat for foul in turn.buzz.fouls}
    seats = turn.buzz.among or state.rulebook.seats
    return tuple(seat for seat in seats if seat not in fouled)


def arm(state: State, now_ns: int) -> list[e.Event]:
    """Begin an arming; its presses are fouls until it opens."""
    turn = _buzz_turn(state)
    if turn.buzz.phase not in ("idle", "too_close", "interrupted", "nobody"):
        refuse("已经处于抢答中", "The boxes are armed already")
    seats = may_press(state, turn)
    if not seats:
        refuse("没有可以抢答的选手，请作废本题", "Nobody is left to press: void the question")
    return [e.Armed(f"{state.contest}-{state.armings + 1}", seats, now_ns)]


def open_boxes(state: State, now_ns: int) -> list[e.Event]:
    """Open the boxes a moment from now, for as long as the rulebook waits for a press."""
    turn, rules = _buzz_turn(state), state.round
    assert isinstance(rules, BuzzIn)
    if turn.buzz.phase != "armed" or turn.buzz.arming is None:
        refuse("请先「准备抢答」", "Arm the boxes first")
    open_ns = now_ns + OPEN_LEAD_NS
    return [e.Opened(turn.buzz.arming, open_ns, open_ns + rules.nobody_seconds * NS_PER_S)]


def cancel(state: State) -> list[e.Event]:
    """End a live arming without a verdict."""
    turn = _buzz_turn(state)
    if not turn.buzz.live or turn.buzz.arming is None:
        refuse("现在没有抢答可以取消", "There is no arming to cancel")
    return [e.ArmingEnded(turn.buzz.arming, "cancelled")]


def begin(state: State, now_ns: int) -> list[e.Event]:
    """The winner has begun to answer in time: the finishing clock runs."""
    turn, rules = _buzz_turn(state), state.round
    assert isinstance(rules, BuzzIn)
    if turn.buzz.phase != "locked" or state.clock is None or state.clock.purpose != "begin":
        refuse("现在不是开始作答的时候", "Nobody is about to begin an answer")
    total_ns = rules.finish_seconds * NS_PER_S
    return [e.ClockStarted("finish", total_ns, now_ns + total_ns)]


def foul(state: State, report: c.ReportFoul) -> list[e.Event]:
    """A foul press costs its points and the seat; the others go on."""
    turn = _live_turn(state, report.arming)
    if turn is None:
        # Known only after the verdict: for the record, without effect.
        press = e.PressSeen(report.seat, None, 0, "foul")
        return late_press(state, c.ReportLatePress(report.arming, press, report.evidence))
    if report.seat not in turn.buzz.eligible:
        return []
    rules = state.round
    assert isinstance(rules, BuzzIn)
    called: list[e.Event] = [e.FoulCalled(report.arming, report.seat, report.early_ns, report.evidence)]
    if rules.foul_cp:
        called.append(e.Scored(report.seat, rules.foul_cp, "foul"))
    return called


def verdict(state: State, report: c.ReportVerdict) -> list[e.Event]:
    """The timing core's word, taken once for each arming."""
    if _live_turn(state, report.arming) is None:
        return []
    return [
        e.VerdictGiven(
            report.arming,
            report.outcome,
            report.seats,
            report.lead_ns,
            report.lead_uncertainty_ns,
            report.presses,
            report.evidence,
        )
    ]


def late_press(state: State, report: c.ReportLatePress) -> list[e.Event]:
    """Recorded for the photo finish while its question is in hand; without effect."""
    turn = state.turn
    if (
        turn is None
        or turn.buzz.arming != report.arming
        or turn.buzz.phase not in ("locked", "too_close", "nobody")
    ):
        return []
    return [e.LatePressSeen(report.arming, report.press, report.evidence)]


def interrupted(state: State) -> list[e.Event]:
    """A fault ends a live arming; the host arms again."""
    arming = state.buzz.arming
    return [e.ArmingEnded(arming, "interrupted")] if state.buzz.live and arming else []


def _buzz_turn(state: State) -> Turn:
    turn = state.turn
    if not isinstance(state.round, BuzzIn) or turn is None or turn.question is None or turn.done:
        refuse("现在没有抢答题", "There is no buzz-in question in hand")
    return turn


def _live_turn(state: State, arming: str) -> Turn | None:
    turn = state.turn
    if turn is None or turn.done or turn.buzz.arming != arming or not turn.buzz.live:
        return None
    return turn
