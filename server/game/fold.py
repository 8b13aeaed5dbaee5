"""Event by event to the state: `apply` is the only way a state comes about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from . import events as e
from .rulebook import NS_PER_S, BuzzIn
from .state import Buzz, Clock, Entry, Foul, Ruling, ScoreEntry, Sheet, State, Turn


def fold(entries: Iterable[Entry]) -> State:
    """The state after all `entries`; the first must be ContestCreated.

    Raises ValueError when there is nothing to fold or the log does not begin with a contest.
    """
    state: State | None = None
    for entry in entries:
        state = apply(state, entry)
    if state is None:
        raise ValueError("an empty log has no state")
    return state


def apply(state: State | None, entry: Entry) -> State:
    """The state after one more entry."""
    event = entry.event
    if state is None:
        if not isinstance(event, e.ContestCreated):
            raise ValueError(f"a log begins with ContestCreated, not with {type(event).__name__}")
        return State(event.contest, event.rulebook, event.slots, seq=entry.seq, contest_ns=entry.contest_ns)
    after = _undo(state, entry.contest_ns) if isinstance(event, e.Undone) else _change(state, event, entry)
    if e.is_step(event):  # type: ignore[arg-type]
        after = replace(
            after,
            before=state,
            before_what=_name_of(event, state),
            before_ns=entry.contest_ns,
            before_seq=entry.seq,
        )
    return replace(after, seq=entry.seq, contest_ns=entry.contest_ns)


def _name_of(event: object, state: State) -> str:
    """What an undo of this step is called in `texts.UNDO`."""
    match event:
        case e.Ruled(result=result):
            return f"ruled.{result}"
        case e.FoulCalled(seat=seat):
            return f"foul.{seat}"
        case _:
            return type(event).__name__


def _change(state: State, event: object, entry: Entry) -> State:
    now_ns = entry.contest_ns
    turn = state.turn
    match event:
        case e.SessionStarted(boot, offset_ns, clocks_held):
            after = replace(state, boot=boot, offset_ns=offset_ns)
            return _hold_everything(after, state.contest_ns) if clocks_held else after
        case e.CoreJoined(core):
            return replace(state, core=core)
        case e.SceneShown(scene):
            return replace(state, scene=scene, turn=None, clock=None)
        case e.RoundStarted(round_index, order):
            return replace(
                state,
                scene="round_title",
                round_index=round_index,
                order=order,
                goes=0,
                turn=None,
                clock=None,
            )
        case e.TurnCalled(position, seat):
            called = Turn(position, seat, first_entry=len(state.entries))
            return replace(state, scene="turn", goes=position, turn=called, clock=None)
        case e.QuestionPresented(position, seat, stake_cp, question):
            shown = Turn(position, seat, stake_cp, question, first_entry=len(state.entries))
            return replace(
                state, scene="turn", goes=position, turn=shown, clock=None, used=state.used | {question.id}
            )
        case e.ClockStarted(purpose, total_ns, deadline_ns):
            return replace(state, clock=Clock(purpose, "running", total_ns, deadline_ns, total_ns))
        case e.ClockHeld(remaining_ns):
            assert state.clock is not None
            return replace(state, clock=replace(state.clock, state="held", remaining_ns=remaining_ns))
        case e.ClockResumed(deadline_ns):
            assert state.clock is not None
            return replace(state, clock=replace(state.clock, state="running", deadline_ns=deadline_ns))
        case e.ClockExpired():
            assert state.clock is not None
            return replace(state, clock=replace(state.clock, state="expired", remaining_ns=0))
        case e.BlackoutSet(on):
            return replace(state, blackout=on)
        case e.PlaceRevealed():
            return replace(state, places=(*state.places, event))
    assert turn is not None, f"{type(event).__name__} outside a turn"
    match event:
        case e.Armed() | e.Opened() | e.FoulCalled() | e.VerdictGiven() | e.LatePressSeen() | e.ArmingEnded():
            return _buzz(state, turn, event, now_ns)
        case e.Ruled(seat, result, points_cp):
            ruled = replace(turn, ruling=Ruling(seat, result, points_cp))
            return replace(state, turn=ruled, clock=None)
        case e.Scored(seat, change_cp, cause):
            question_id = turn.question.id if turn.question else None
            score = ScoreEntry(entry.seq, now_ns, seat, change_cp, cause, state.round_index, question_id)
            return replace(state, entries=(*state.entries, score))
        case e.AnswerRevealed(answer):
            return replace(state, turn=replace(turn, answer=answer))
        case e.MarksSubmitted(judge, marks_cp):
            others = tuple(sheet for sheet in turn.sheets if sheet.judge != judge)
            sheets = tuple(sorted((*others, Sheet(judge, marks_cp)), key=lambda sheet: sheet.judge))
            return replace(state, turn=replace(turn, sheets=sheets))
        case e.MarkingClosed():
            return replace(state, turn=replace(turn, marking="closed"), clock=None)
        case e.MarksRevealed(_, mark_cp, board):
            revealed = replace(turn, marking="revealed", mark_cp=mark_cp, board=board)
            return replace(state, turn=revealed)
    raise TypeError(f"the fold does not know {type(event).__name__}")


def _buzz(state: State, turn: Turn, event: object, now_ns: int) -> State:
    buzz, clock, rules = turn.buzz, state.clock, state.round
    assert isinstance(rules, BuzzIn)
    match event:
        case e.Armed(arming, seats, armed_ns):
            buzz = Buzz("armed", arming, seats, armed_ns, fouls=buzz.fouls, among=buzz.among)
            state, clock = replace(state, armings=state.armings + 1), None
        case e.Opened(_, open_ns, close_ns):
            buzz = replace(buzz, phase="open", open_ns=open_ns, close_ns=close_ns)
            clock = Clock("open", "running", close_ns - open_ns, close_ns, close_ns - open_ns)
        case e.FoulCalled(arming, seat, early_ns):
            foul = Foul(arming, seat, early_ns, rules.foul_cp)
            left = tuple(one for one in buzz.eligible if one != seat)
            buzz = replace(buzz, fouls=(*buzz.fouls, foul), eligible=left)
        case e.VerdictGiven(outcome=outcome, seats=seats):
            final = event.evidence.get("final", {})
            buzz = replace(
                buzz,
                phase={"winner": "locked", "too_close": "too_close", "nobody": "nobody"}[outcome],
                winner=seats[0] if outcome == "winner" else None,
                tied=seats if outcome == "too_close" else (),
                among=seats if outcome == "too_close" else buzz.among,
                lead_ns=event.lead_ns,
                lead_uncertainty_ns=event.lead_uncertainty_ns,
                order=event.presses,
                final_why=final.get("why"),
                final_missing=tuple(final.get("missing", ())),
            )
            begin_ns = rules.begin_seconds * NS_PER_S
            clock = (
                Clock("begin", "running", begin_ns, now_ns + begin_ns, begin_ns)
                if outcome == "winner"
                else None
            )
        case e.LatePressSeen(press=press):
            buzz = replace(buzz, order=tuple(sorted((*buzz.order, press), key=_on_the_axis)))
            ahead = buzz.lead_ns is None or (press.lag_ns is not None and press.lag_ns < buzz.lead_ns)
            if press.status == "after" and buzz.winner is not None and ahead:
                # The verdict was final before anybody else had pressed: this press tells by how much.
                buzz = replace(buzz, lead_ns=press.lag_ns, lead_uncertainty_ns=press.uncertainty_ns)
        case e.ArmingEnded(_, why):
            buzz = replace(buzz, phase="interrupted" if why == "interrupted" else "idle", arming=None)
            clock = None
    return replace(state, turn=replace(turn, buzz=buzz), clock=clock)


def _on_the_axis(press: e.PressSeen) -> tuple[bool, int]:
    """Sort key: by lag, those without one at the end."""
    return (press.lag_ns is None, press.lag_ns or 0)


def _undo(state: State, now_ns: int) -> State:
    """Back to before the last step, but for what no undo may take away.

    Kept: blackout, the count of armings, judges' sheets handed in since. Put right: a clock that ran then
    stands where it stood at that moment (and runs on from there where the step was to stop it); an arming that
    was live then is over, so the host arms again.
    """
    before = state.before
    assert before is not None
    if before.buzz.live and before.before_what == "Armed" and before.before is not None:
        before = before.before  # an arming that is over anyway is no step of its own
    turn, clock = before.turn, before.clock
    if turn and state.turn and turn.question == state.turn.question and turn.marking == "open":
        turn = replace(turn, sheets=state.turn.sheets)
    if turn and turn.buzz.live:
        turn, clock = replace(turn, buzz=Buzz(fouls=turn.buzz.fouls, among=turn.buzz.among)), None
    if clock and clock.state == "running":
        left_ns = clock.left_ns(state.before_ns)
        clock = replace(clock, state="held" if left_ns else "expired", remaining_ns=left_ns)
        if state.before_what == "ClockHeld" and left_ns:
            clock = replace(clock, state="running", deadline_ns=now_ns + left_ns)
    return replace(
        before,
        turn=turn,
        clock=clock,
        blackout=state.blackout,
        armings=state.armings,
        boot=state.boot,
        offset_ns=state.offset_ns,
        core=state.core,
    )


def _hold_everything(state: State, last_ns: int) -> State:
    """After a reboot: clocks stand at the last instant the log knows, a live arming is interrupted."""
    turn, clock = state.turn, state.clock
    if turn and turn.buzz.live:
        return replace(
            state, turn=replace(turn, buzz=replace(turn.buzz, phase="interrupted", arming=None)), clock=None
        )
    if clock and clock.state == "running":
        clock = replace(clock, state="held", remaining_ns=clock.left_ns(last_ns))
    return replace(state, clock=clock)
