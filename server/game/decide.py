"""Command → events, or a refusal that says why. The one door through which a contest changes."""

from __future__ import annotations

from . import buzz_in, compulsory, corrections, flow, history, risk, rulings, scenario, screen, tie_break
from . import commands as c
from . import events as e
from .flow import go_is_open, round_is_over
from .paper import Paper
from .refusal import Refused, refuse
from .rulings import allowed_results
from .state import State

__all__ = ["Refused", "allowed_results", "decide", "go_is_open", "round_is_over"]


def decide(state: State, command: c.Command, now_ns: int, paper: Paper, chance: int) -> list[e.Event]:
    """What happens when `command` is asked at contest time `now_ns`.

    Args:
        state: the contest as it stands; not changed.
        command: who asked is settled before; the rules decide only whether it can be done now.
        now_ns: contest time, not before `state.contest_ns`.
        paper: the sealed questions by id; read only for what this very command presents or reveals.
        chance: a fresh random number of 128 bits; recorded where a lot is drawn with it, else without effect.
    Returns:
        The events to be logged, in order. Empty for what changes nothing of the contest: a lamp test, and reports
        of the machine that are no news.
    Raises:
        Refused: with the reason in both languages; nothing changes.
    """
    if isinstance(command, c.MachineCommand):
        return _machine(state, command, now_ns)
    if state.frozen and not _only_shows(command):
        refuse("成绩已经确认，不能再改", "The result is certified: nothing changes any more")
    if state.cover and not isinstance(command, _UNDER_A_SLIDE):
        refuse("画面还盖着，请先恢复画面", "A slide lies over the show: lift it first")
    turn = state.turn
    if turn is not None and turn.staged and isinstance(command, _SETTLED_BY_STAGING):
        refuse("裁定待公布，请先公布或撤销", "A ruling waits: reveal it or undo it first")
    match command:
        case c.Show(scene):
            return flow.show(state, scene)
        case c.ShowCue(cue):
            return flow.show_cue(state, cue)
        case c.StartRound(index):
            return flow.start_round(state, index, chance)
        case c.EndRound(reason, index):
            return flow.end_round(state, index, reason)
        case c.StartTieBreak():
            return flow.start_tie_break(state)
        case c.CallTurn():
            return flow.call_turn(state)
        case c.Present(points, number):
            return flow.present(state, points, number, paper, now_ns)
        case c.ReplaceQuestion(reason):
            return flow.replace_question(state, reason)
        case c.Assign(seat):
            return risk.assign(state, seat)
        case c.ChooseStake(seat, points):
            return risk.choose(state, seat, points)
        case c.RevealStakes():
            return risk.reveal(state)
        case c.UseHelp():
            return compulsory.use_help(state)
        case c.StartClock():
            return flow.start_clock(state, now_ns)
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
        case c.SettleTie(how, seat):
            return buzz_in.settle_tie(state, how, seat, chance)
        case c.PassToAudience():
            return buzz_in.pass_to_audience(state)
        case c.Rule(result, part_cp):
            return rulings.rule(state, result, part_cp, now_ns)
        case c.RevealRuling():
            return rulings.reveal_ruling(state)
        case c.RevealAnswer():
            return flow.reveal_answer(state, paper)
        case c.SubmitMarks():
            return scenario.submit_marks(state, command, paper)
        case c.ExcuseJudge(judge, reason):
            return scenario.excuse_judge(state, judge, corrections.check_reason(reason))
        case c.CloseMarking():
            return scenario.close_marking(state)
        case c.RevealMarks():
            return scenario.reveal_marks(state)
        case c.SettlePlaces(how, order):
            return tie_break.settle_places(state, how, order, chance)
        case c.ChangeRuling():
            return corrections.change_ruling(state, command)
        case c.CreditContestant():
            return corrections.credit(state, command)
        case c.VoidQuestion():
            return corrections.void_question(state, command)
        case c.SetScore():
            return corrections.set_score(state, command)
        case c.RevealPlace():
            return flow.reveal_place(state)
        case c.Certify(role, name):
            return flow.certify(state, role, name)
        case c.SetBlackout(on):
            if state.blackout == on:
                refuse("画面已经是这样", "The screen is that already")
            return [e.BlackoutSet(on)]
        case c.Cover(what):
            return screen.cover(state, what)
        case c.PlayMedia():
            return screen.play_media(state)
        case c.StopMedia():
            return screen.stop_media(state)
        case c.Undo(step):
            return _undo(state, step, now_ns)
        case c.Redo():
            return _redo(state, now_ns)
        case c.LampTest():
            if state.buzz.live:
                refuse("抢答进行中，不能测试灯光", "The boxes are armed: no lamp test now")
            return []  # nothing of the contest: the lamps are told once it is allowed


_SETTLED_BY_STAGING = (c.HoldClock, c.ResumeClock, c.ReplaceQuestion, c.UseHelp, c.Begin)
"""What makes no sense any more once a ruling waits; a new ruling replaces it."""
_CORRECTIONS = (c.ChangeRuling, c.CreditContestant, c.VoidQuestion, c.SetScore)
_UNDER_A_SLIDE = (
    c.Cover,
    c.SetBlackout,
    c.LampTest,
    c.Undo,
    c.Redo,
    c.SubmitMarks,
    c.ChooseStake,
    *_CORRECTIONS,
)
"""What goes on while a slide lies over the show: putting right, and what contestants and judges hand in.

No step of the show: the hall would miss it, or the slide would vanish by itself.
"""


def _only_shows(command: c.Command) -> bool:
    """True for what changes a screen and nothing of the result."""
    if isinstance(command, c.Show):
        return command.scene in ("scoreboard", "standings")
    return isinstance(command, c.SetBlackout | c.Cover | c.LampTest | c.ShowCue)


def _undo(state: State, step: int | None, now_ns: int) -> list[e.Event]:
    if state.before is None:
        refuse("没有可以撤销的步骤", "There is no step to undo")
    if step is not None and step != state.before_seq:
        refuse("刚刚又有新的一步，请看清再撤销", "Another step came in between: look again before you undo")
    screen.must_stay_still(state, history.undone(state, now_ns))
    return [e.Undone(state.before_what)]


def _redo(state: State, now_ns: int) -> list[e.Event]:
    if state.redo is None:
        refuse("没有可以重做的步骤", "There is no step to redo")
    if state.redo_what == "Armed" and state.redo.buzz.live:
        refuse("抢答不能重做，请重新准备抢答", "An arming cannot be redone: arm again")
    screen.must_stay_still(state, history.redone(state, now_ns))
    return [e.Redone(state.redo_what)]


def _machine(state: State, command: c.MachineCommand, now_ns: int) -> list[e.Event]:
    match command:
        case c.Tick():
            clock = state.clock
            due = clock and clock.state == "running" and clock.deadline_ns <= now_ns
            # The end of an open arming is the timing core's to say: a press may still be under way.
            return [e.ClockExpired()] if due and clock and clock.purpose != "open" else []
        case c.ReportRefusal(arming):
            return buzz_in.interrupted(state) if state.buzz.arming == arming else []
        case c.StartSession(boot, offset_ns, rebooted, epoch):
            return [e.SessionStarted(boot, offset_ns, rebooted, epoch)]
        case c.ReportFoul():
            return buzz_in.foul(state, command)
        case c.ReportVerdict():
            return buzz_in.verdict(state, command)
        case c.ReportLatePress():
            return buzz_in.late_press(state, command)
        case c.ReportCore(core):
            return [] if core == state.core else [e.CoreJoined(core), *buzz_in.interrupted(state)]
