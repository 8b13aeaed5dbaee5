"""抢答题: arm, open, foul, verdict, and what follows a wrong answer or presses too close to call.

Who was first is not decided here: the timing core's verdict says it, with its evidence. The rules say what follows.
Every report names its arming; one for an arming that is over changes nothing, so a late press of the last
question never reaches the next.
"""

from __future__ import annotations

from dataclasses import replace

from . import commands as c
from . import events as e
from . import lots
from .refusal import refuse
from .rulebook import NS_PER_S, BuzzIn, TieBreak
from .state import Buzz, State, Turn

# Boxes open this long after the host's word, so that every lamp and the timing core know the instant beforehand.
OPEN_LEAD_NS = 200_000_000
ANSWERED = ("right", "partial", "wrong", "timeout")


def points_cp(rules: BuzzIn, stake: int, result: str) -> int:
    """Centipoints for a ruling; not beginning or finishing in time counts as wrong unless the rulebook says else."""
    timeout = rules.wrong_cp if rules.timeout_cp is None else rules.timeout_cp
    return {"right": stake, "wrong": rules.wrong_cp, "timeout": timeout}.get(result, 0)


def allowed_results(rules: BuzzIn, buzz: Buzz) -> tuple[str, ...]:
    """A winner can be ruled right, wrong or late; without one the question can only be closed."""
    match buzz.phase:
        case "locked":
            return ("right", *(("partial",) if rules.partial else ()), "wrong", "timeout", "void")
        case "nobody":
            return ("unanswered", "void")
        case "audience":
            return ("audience", "void")
        case _:
            return ("void",)


def may_press(state: State, turn: Turn) -> tuple[int, ...]:
    """Seats that take part in the next arming of the question in hand.

    Never: who answered it wrong, who lost it by a foul, who has used up the chances of the round, and, after
    presses too close to call or in a tie-break, who is not among the tied.
    """
    rules = state.buzz_rules
    assert rules is not None
    out = {foul.seat for foul in turn.buzz.fouls if foul.then != "press"}
    out |= {one.seat for one in turn.attempts if one.seat is not None} | set(turn.heard)
    if rules.chances:
        won = [one.seat for one in state.records if _counts_as_chance(state, one.round_index, one.result)]
        out |= {seat for seat in state.rulebook.seats if won.count(seat) >= rules.chances}
    seats = turn.buzz.among or (state.tie.seats if state.tie else state.rulebook.seats)
    return tuple(seat for seat in seats if seat not in out)


def _counts_as_chance(state: State, round_index: int, result: str) -> bool:
    return round_index == state.round_index and result in ANSWERED


def arm(state: State, now_ns: int) -> list[e.Event]:
    """Begin an arming; its presses are fouls until it opens. Where people press while the question is read, it opens."""
    turn, rules = _buzz_turn(state)
    if turn.buzz.phase not in ("idle", "too_close", "interrupted", "nobody"):
        refuse("已经处于抢答中", "The boxes are armed already")
    if turn.buzz.phase == "too_close" and "press_again" not in rules.too_close:
        refuse("规则不允许再抢一次，请按规则裁决", "The rules do not let them press again: settle the tie")
    seats = may_press(state, turn)
    if not seats:
        refuse("没有可以抢答的选手，请作废本题", "Nobody is left to press: void the question")
    arming = f"{state.contest}-{state.armings + 1}"
    armed: list[e.Event] = [e.Armed(arming, seats, now_ns, rules.foul_then != "press")]
    return [*armed, _opened(rules, arming, now_ns + OPEN_LEAD_NS)] if rules.opens == "reading" else armed


def open_boxes(state: State, now_ns: int) -> list[e.Event]:
    """Open the boxes a moment from now, or after the count, for as long as the rulebook waits for a press."""
    turn, rules = _buzz_turn(state)
    if turn.buzz.phase != "armed" or turn.buzz.arming is None:
        refuse("请先「准备抢答」", "Arm the boxes first")
    lead_ns = rules.countdown_seconds * NS_PER_S if rules.opens == "countdown" else OPEN_LEAD_NS
    return [_opened(rules, turn.buzz.arming, now_ns + lead_ns)]


def _opened(rules: BuzzIn, arming: str, open_ns: int) -> e.Opened:
    return e.Opened(arming, open_ns, open_ns + rules.nobody_seconds * NS_PER_S)


def cancel(state: State) -> list[e.Event]:
    """End a live arming without a verdict."""
    turn, _ = _buzz_turn(state)
    if not turn.buzz.live or turn.buzz.arming is None:
        refuse("现在没有抢答可以取消", "There is no arming to cancel")
    return [e.ArmingEnded(turn.buzz.arming, "cancelled")]


def begin(state: State, now_ns: int) -> list[e.Event]:
    """The winner has begun to answer in time: the finishing clock runs."""
    turn, rules = _buzz_turn(state)
    if turn.buzz.phase != "locked" or state.clock is None or state.clock.purpose != "begin" or turn.staged:
        refuse("现在不是开始作答的时候", "Nobody is about to begin an answer")
    total_ns = rules.finish_seconds * NS_PER_S
    return [e.ClockStarted("finish", total_ns, now_ns + total_ns)]


def foul(state: State, report: c.ReportFoul) -> list[e.Event]:
    """A foul press: what it costs, and what becomes of the seat and of the question."""
    turn = _live_turn(state, report.arming)
    if turn is None:
        # Known only after the verdict: for the record, without effect.
        press = e.PressSeen(report.seat, None, 0, "foul")
        return late_press(state, c.ReportLatePress(report.arming, press, report.evidence))
    buzz, rules = turn.buzz, state.buzz_rules
    again = any(one.seat == report.seat and one.arming == report.arming for one in buzz.fouls)
    if report.seat not in buzz.eligible or again or rules is None:
        return []
    before = state.fouls.count((state.round_index, report.seat))
    cost_cp = rules.fouls_cp[min(before, len(rules.fouls_cp) - 1)] if state.tie is None else 0
    called: list[e.Event] = [
        e.FoulCalled(report.arming, report.seat, report.early_ns, report.evidence, cost_cp, rules.foul_then)
    ]
    if cost_cp:
        called.append(e.Scored(report.seat, cost_cp, "foul"))
    if rules.foul_then in ("void", "audience"):
        called.append(e.ArmingEnded(report.arming, "cancelled"))
    if rules.foul_then == "void":
        called.append(e.Ruled(None, "void", 0, joined=True))
    return called


def verdict(state: State, report: c.ReportVerdict) -> list[e.Event]:
    """The timing core's word, taken once for each arming."""
    turn = _live_turn(state, report.arming)
    if turn is None:
        return []
    count = {"winner": (1,), "nobody": (0,), "too_close": range(2, 100)}.get(report.outcome, ())
    sound = len(report.seats) in count and set(report.seats) <= set(turn.buzz.eligible)
    if turn.buzz.phase != "open" or not sound:
        return interrupted(
            state
        )  # it names who may not press, or comes before the open: nobody gets the floor
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


def settle_tie(state: State, how: str, seat: int | None, chance: int) -> list[e.Event]:
    """Presses too close to call are settled in a way that the rulebook allows."""
    turn, rules = _buzz_turn(state)
    buzz = turn.buzz
    if buzz.phase != "too_close" or buzz.arming is None:
        refuse("现在没有无法区分的抢答", "There is nothing too close to call")
    if how not in rules.too_close or how == "press_again":
        allowed = ", ".join(rules.too_close)
        refuse("规则不允许这样裁决", f"The rules do not settle it that way (they allow: {allowed})")
    match how:
        case "draw":
            seed = lots.seed_of(chance)
            return [e.TieSettled(buzz.arming, lots.drawn(buzz.tied, seed)[0], how, seed)]
        case "chief":
            if seat not in buzz.tied:
                said = "、".join(str(one) for one in buzz.tied)
                refuse(f"请在 {said} 号中指定", f"Name one of the seats {said.replace('、', ', ')}")
            assert seat is not None
            return [e.TieSettled(buzz.arming, seat, how)]
        case _:
            return [e.TieSettled(buzz.arming, best_estimate(buzz), how)]


def best_estimate(buzz: Buzz) -> int:
    """The tied seat whose press was the earliest by the best estimate. Refused where two are equal."""
    lags = sorted(
        (one.lag_ns, one.seat) for one in buzz.order if one.seat in buzz.tied and one.lag_ns is not None
    )
    if not lags or (len(lags) > 1 and lags[0][0] == lags[1][0]):
        refuse(
            "最佳估计也无法区分，请用其他方式裁决", "The best estimates are equal too: settle it otherwise"
        )
    return lags[0][1]


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


def pass_to_audience(state: State) -> list[e.Event]:
    """Nobody pressed, and the rulebook lets the hall answer."""
    turn, rules = _buzz_turn(state)
    if turn.buzz.phase != "nobody" or rules.nobody_then != "audience":
        refuse("现在不能交给现场观众", "This question does not go to the audience now")
    return [e.PassedToAudience()]


def after_failure(state: State, turn: Turn, rules: BuzzIn, seat: int | None) -> str:
    """What a wrong answer leads to: "others" may still press, "audience", or "" when the question is settled."""
    if isinstance(state.round, TieBreak) and state.round.method == "sudden_death":
        return ""
    more = rules.tries == 0 or len(turn.attempts) + 1 < rules.tries
    if more and any(one != seat for one in left_after_tie(state, turn)):
        return "others"
    return "audience" if rules.then == "audience" else ""


def left_after_tie(state: State, turn: Turn) -> tuple[int, ...]:
    """Who may press once the tie of this arming, if there was one, no longer narrows the field."""
    return may_press(state, replace(turn, buzz=replace(turn.buzz, among=())))


def _buzz_turn(state: State) -> tuple[Turn, BuzzIn]:
    turn, rules = state.turn, state.buzz_rules
    if rules is None or turn is None or turn.question is None or turn.done:
        refuse("现在没有抢答题", "There is no buzz-in question in hand")
    return turn, rules


def _live_turn(state: State, arming: str) -> Turn | None:
    turn = state.turn
    if turn is None or turn.done or turn.buzz.arming != arming or not turn.buzz.live:
        return None
    return turn
