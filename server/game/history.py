"""Undo and redo: back to before a step and forward again, but for what neither may take away.

Kept: blackout, the slide that lies over the show, a question's sound that plays, the count of armings, judges' sheets
and secret choices handed in since. Put right: a clock that ran
then stands where it stood at that moment (and runs on from there where the step was to stop or to start it); an
arming that was live then is over, so the host arms again. A correction touches neither clock nor arming, and neither does
taking it back.
"""

from __future__ import annotations

from .changed import changed
from .screen import kept_playing
from .state import Buzz, Clock, State, Turn

KEPT = 400  # steps that can always be taken back: some forty questions
DEEPEST = 2 * KEPT


def not_too_deep(state: State) -> State:
    """`state`, with no more than its last KEPT steps to go back to once there are DEEPEST.

    Each state of the past holds its own score entries and questions used: kept for ever, a day of them would grow with
    the square of its length.
    """
    if state.redo is not None:
        # What could be redone before this step never can again; kept, it would hold each past that was ever taken back.
        state = changed(state, redo=None)
    if state.depth < DEEPEST:
        return state
    past = [state]
    while len(past) <= KEPT and past[-1].before is not None:
        past.append(past[-1].before)
    kept = changed(past.pop(), before=None, depth=0)
    for one in reversed(past):
        kept = changed(one, before=kept, depth=kept.depth + 1)
    return kept


def undone(state: State, now_ns: int) -> State:
    """The state before the last step of `state`; it remembers `state` for a redo."""
    before = state.before
    assert before is not None
    if state.before_what == "Corrected":
        restored = _restored(before, state, state.clock, state.turn)
        return changed(restored, redo=state, redo_what=state.before_what, redo_ns=now_ns)
    if before.buzz.live and before.before_what == "Armed" and before.before is not None:
        before = before.before  # an arming that is over anyway is no step of its own
    clock = _stopped(before.clock, state.before_ns)
    if state.before_what == "ClockHeld":
        clock = _running(clock, now_ns)
    return changed(_restored(before, state, clock), redo=state, redo_what=state.before_what, redo_ns=now_ns)


def redone(state: State, now_ns: int) -> State:
    """The state that the last undo left."""
    after = state.redo
    assert after is not None
    if after.before_what == "Corrected":
        return _restored(after, state, state.clock, state.turn)
    clock = _stopped(after.clock, state.redo_ns)
    if after.before_what in ("ClockStarted", "ClockResumed"):
        clock = _running(clock, now_ns)
    return _restored(after, state, clock)


def _restored(target: State, state: State, clock: Clock | None, arming: Turn | None = None) -> State:
    """`target` as it can stand now. `arming`: the go whose live arming goes on, where this is no step of the go."""
    turn = target.turn
    if turn and state.turn and turn.go == state.turn.go and turn.marking == "open":
        turn = _with_sheets(turn, state.turn)
    if turn and arming and turn.go == arming.go:
        turn = changed(turn, buzz=arming.buzz)
    elif turn and turn.buzz.live:
        turn, clock = changed(turn, buzz=Buzz(fouls=turn.buzz.fouls, among=turn.buzz.among)), None
    if turn:
        turn = kept_playing(turn, state.turn)
    stakes = target.stakes
    if target.round_index == state.round_index and not target.stakes_revealed:
        stakes = tuple(sorted((dict(target.stakes) | dict(state.stakes)).items()))
    return changed(
        target,
        turn=turn,
        clock=clock,
        stakes=stakes,
        blackout=state.blackout,
        cover=state.cover,
        armings=state.armings,
        boot=state.boot,
        offset_ns=state.offset_ns,
        fence_epoch=state.fence_epoch,
        core=state.core,
    )


def _with_sheets(target: Turn, now: Turn) -> Turn:
    """`target` with the sheets handed in since, where they are for the same question."""
    if not now.sheets or (target.sheets and target.sheets_for != now.sheets_for):
        return target
    if target.question is not None and target.question.id != now.sheets_for:
        return target
    both = {sheet.judge: sheet for sheet in (*target.sheets, *now.sheets)}
    sheets = tuple(both[judge] for judge in sorted(both))
    return changed(target, sheets=sheets, sheets_for=now.sheets_for)


def _stopped(clock: Clock | None, at_ns: int) -> Clock | None:
    if clock is None or clock.state != "running":
        return clock
    left_ns = clock.left_ns(at_ns)
    return changed(clock, state="held" if left_ns else "expired", remaining_ns=left_ns)


def _running(clock: Clock | None, now_ns: int) -> Clock | None:
    if clock is None or clock.state != "held" or not clock.remaining_ns:
        return clock
    return changed(clock, state="running", deadline_ns=now_ns + clock.remaining_ns)
