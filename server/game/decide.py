"""Command → events, or a refusal that says why. The one door through which a contest changes."""

from __future__ import annotations

from . import buzz_in, compulsory, risk, scenario
from . import commands as c
from . import events as e
from .paper import Paper
from .refusal import Refused, refuse
from .rulebook import NS_PER_S, BuzzIn, Compulsory, Risk, Scenario, questions_in
from .standings import places_to_reveal
from .state import State, Turn

SCENES = ("opening", "lineup", "scoreboard", "final", "standings")

__all__ = ["Refused", "decide"]


def decide(state: State, command: c.Command, now_ns: int, paper: Paper) -> list[e.Event]:
    """What happens when `command` is asked at contest time `now_ns`.

    Args:
        state: the contest as it stands; not changed.
        command: who asked is settled before; the rules decide only whether it can be done now.
        now_ns: contest time, not before `state.contest_ns`.
        paper: the sealed questions by id; read only for what this very command presents or reveals.
    Returns:
        The events to be logged, in order. Empty for what changes nothing of the contest: a lamp test, and reports
        of the machine that are no news.
    Raises:
        Refused: with the reason in both languages; nothing changes.
    """
    match command:
        case c.Show(scene):
            return _show(state, scene)
        case c.StartRound():
            return _start_round(state)
        case c.CallTurn():
            return _call_turn(state)
        case c.Present(points):
            return _present(state, points, paper)
        case c.StartClock():
            return _start_clock(state, now_ns)
        case c.HoldClock():
            if state.clock is None or state.clock.state != "running" or state.clock.purpose == "open":
                refuse("没有正在走的答题时钟", "No answering clock is running")
            return [e.ClockHeld(state.clock.left_ns(now_ns))]
        case c.ResumeClock():
            if state.clock is None or state.clock.state != "held":
                refuse("没有停住的时钟", "No clock is held")
            return [e.ClockResumed(now_ns + state.clock.remaining_ns)]
        case c.Arm():
            return buzz_in.arm(state, now_ns)
        case c.Open():
            return buzz_in.open_boxes(state, now_ns)
        case c.CancelArming():
            return buzz_in.cancel(state)
        case c.Begin():
            return buzz_in.begin(state, now_ns)
        case c.Rule(result):
            return _rule(state, result)
        case c.RevealAnswer():
            return _reveal_answer(state, paper)
        case c.SubmitMarks():
            return scenario.submit_marks(state, command, paper)
        case c.CloseMarking():
            return scenario.close_marking(state)
        case c.RevealMarks():
            return scenario.reveal_marks(state)
        case c.RevealPlace():
            return _reveal_place(state)
        case c.SetBlackout(on):
            if state.blackout == on:
                refuse("画面已经是这样", "The screen is that already")
            return [e.BlackoutSet(on)]
        case c.Undo(step):
            if state.before is None:
                refuse("没有可以撤销的步骤", "There is no step to undo")
            if step is not None and step != state.before_seq:
                refuse(
                    "刚刚又有新的一步，请看清再撤销",
                    "Another step came in between: look again before you undo",
                )
            return [e.Undone(state.before_what)]
        case c.LampTest():
            if state.buzz.live:
                refuse("抢答进行中，不能测试灯光", "The boxes are armed: no lamp test now")
            return []  # nothing of the contest: the lamps are told once it is allowed
        case c.Tick():
            clock = state.clock
            due = clock and clock.state == "running" and clock.deadline_ns <= now_ns
            # The end of an open arming is the timing core's to say: a press may still be under way.
            return [e.ClockExpired()] if due and clock and clock.purpose != "open" else []
        case c.ReportRefusal(arming):
            return buzz_in.interrupted(state) if state.buzz.arming == arming else []
        case c.StartSession(boot, offset_ns, rebooted):
            return [e.SessionStarted(boot, offset_ns, rebooted)]
        case c.ReportFoul():
            return buzz_in.foul(state, command)
        case c.ReportVerdict():
            return buzz_in.verdict(state, command)
        case c.ReportLatePress():
            return buzz_in.late_press(state, command)
        case c.ReportCore(core):
            return [] if core == state.core else [e.CoreJoined(core), *buzz_in.interrupted(state)]


def go_is_open(state: State) -> bool:
    """True while a question or call stands that has not been settled."""
    return state.turn is not None and not state.turn.done


def round_is_over(state: State) -> bool:
    """True when every go of the round is settled (and before the first round)."""
    rules = state.round
    if rules is None:
        return True
    return state.goes >= questions_in(rules, len(state.rulebook.seats)) and not go_is_open(state)


def _must_not_be_open(state: State) -> None:
    if go_is_open(state):
        refuse("这一题还没有裁定", "The question in hand has no ruling yet")


def _show(state: State, scene: str) -> list[e.Event]:
    if scene not in SCENES:
        refuse(f"没有「{scene}」这个画面", f"There is no scene '{scene}'")
    _must_not_be_open(state)
    if scene == "final" and not (
        state.round_index == len(state.rulebook.rounds) - 1 and round_is_over(state)
    ):
        refuse("还有环节没有结束，不能公布名次", "Rounds are left: no final standings yet")
    if scene == "standings" and len(state.places) < len(places_to_reveal(state)):
        refuse("名次还没有全部公布", "Not all places are revealed yet")
    return [e.SceneShown(scene)]


def _start_round(state: State) -> list[e.Event]:
    _must_not_be_open(state)
    if not round_is_over(state):
        refuse("本环节还有题目", "This round is not over yet")
    index = state.round_index + 1
    if index >= len(state.rulebook.rounds):
        refuse("所有环节都已结束", "All rounds are over")
    rules = state.rulebook.rounds[index]
    order = risk.order(state) if isinstance(rules, Risk) else state.rulebook.seats
    return [e.RoundStarted(index, order)]


def _call_turn(state: State) -> list[e.Event]:
    rules = state.round
    if rules is None or isinstance(rules, BuzzIn):
        refuse("本环节不按席位轮流", "This round has no turns by seat")
    _must_not_be_open(state)
    position = state.goes + 1
    if position > questions_in(rules, len(state.order)):
        refuse("本环节已经结束", "This round is over")
    return [e.TurnCalled(position, state.order[(position - 1) % len(state.order)])]


def _present(state: State, points: int | None, paper: Paper) -> list[e.Event]:
    rules, turn = state.round, state.turn
    match rules:
        case None:
            refuse("还没有开始环节", "No round has begun")
        case BuzzIn():
            _must_not_be_open(state)
            position, seat, stake_cp = state.goes + 1, None, rules.right_cp
            if position > rules.questions:
                refuse("本环节已经结束", "This round is over")
        case _:
            if turn is None or turn.done or turn.question is not None:
                refuse("请先请出选手", "Call a contestant first")
            position, seat = turn.position, turn.seat
            match rules:
                case Compulsory():
                    stake_cp = rules.right_cp
                case Scenario():
                    stake_cp = rules.max_cp
                case Risk():
                    stake_cp = risk.stake(rules, points)
    value_cp = stake_cp if isinstance(rules, Risk) else None
    slot = next(state.free_slots(value_cp), None)
    if slot is None:
        refuse("这一类的题目已经用完", "No such question is left")
    return [e.QuestionPresented(position, seat, stake_cp, paper[slot.question_id].public)]


def _start_clock(state: State, now_ns: int) -> list[e.Event]:
    turn, rules = state.turn, state.round
    if turn is None or turn.question is None or turn.done or state.clock is not None:
        refuse("现在没有可以开始的时钟", "There is no clock to start now")
    match rules:
        case Compulsory() | Risk():
            purpose, seconds = "answer", rules.seconds
        case Scenario():
            if turn.marking != "open":
                refuse("评分已经结束", "The marking is closed")
            purpose, seconds = "perform", rules.seconds
        case _:
            refuse("抢答题的时钟随抢答开始", "In a buzz-in round the clock starts with the buzz")
    return [e.ClockStarted(purpose, seconds * NS_PER_S, now_ns + seconds * NS_PER_S)]


def _rule(state: State, result: str) -> list[e.Event]:
    turn, rules = state.turn, state.round
    if turn is None or rules is None or turn.done:
        refuse("现在没有可裁定的题目", "There is nothing to rule on now")
    allowed = allowed_results(state, turn)
    if result not in allowed:
        said = "、".join(allowed) or "无"
        refuse(
            f"现在不能裁定「{result}」（可以：{said}）",
            f"Cannot rule '{result}' now (can: {', '.join(allowed)})",
        )
    seat = turn.buzz.winner if isinstance(rules, BuzzIn) else turn.seat
    match rules:
        case Compulsory():
            points_cp = compulsory.points_cp(rules, result)
        case BuzzIn():
            points_cp = buzz_in.points_cp(rules, result)
        case Risk():
            points_cp = risk.points_cp(turn.stake_cp, result)
        case Scenario():
            points_cp = 0
    ruled: list[e.Event] = []
    if turn.buzz.live and turn.buzz.arming:
        ruled.append(e.ArmingEnded(turn.buzz.arming, "cancelled"))
    ruled.append(e.Ruled(seat, result, points_cp))
    if points_cp and seat is not None:
        ruled.append(e.Scored(seat, points_cp, result))
    return ruled


def allowed_results(state: State, turn: Turn) -> tuple[str, ...]:
    """The rulings that can be given on the go in hand."""
    match state.round:
        case Compulsory() if turn.question:
            return ("right", "wrong", "timeout", "void")
        case BuzzIn() if turn.question:
            return buzz_in.allowed_results(turn.buzz)
        case Risk(may_decline=may_decline):
            if turn.question:
                return ("right", "wrong", "timeout", "void")
            return ("declined",) if may_decline else ()
        case Scenario() if turn.question:
            return ("void",)
    return ()


def _reveal_answer(state: State, paper: Paper) -> list[e.Event]:
    turn = state.turn
    if turn is None or turn.question is None or turn.ruling is None:
        refuse("裁定之后才能公布答案", "The answer can be revealed after the ruling")
    if turn.answer is not None:
        refuse("答案已经公布", "The answer is revealed already")
    if turn.question.form == "scenario":
        refuse("情景题没有标准答案", "A scenario has no answer to reveal")
    return [e.AnswerRevealed(paper[turn.question.id].answer)]


def _reveal_place(state: State) -> list[e.Event]:
    if state.scene != "final":
        refuse("请先进入名次公布画面", "Go to the final standings first")
    groups = places_to_reveal(state)
    if len(state.places) >= len(groups):
        refuse("名次已全部公布", "All places are revealed")
    place, seats = groups[len(state.places)]
    return [e.PlaceRevealed(place, seats)]
