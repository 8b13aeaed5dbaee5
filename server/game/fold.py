"""Event by event to the state: `apply` is the only way a state comes about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import events as e
from . import history, screen, tie_break
from .changed import changed
from .fold_buzz import OF_AN_ARMING, buzz_changes
from .fold_corrections import correct
from .rulebook import TieBreak
from .state import Clock, Entry, Record, Ruling, ScoreEntry, Sheet, State, Turn

Changes = dict[str, Any]
OF_A_GO = frozenset(
    (
        e.QuestionWithdrawn,
        e.QuestionAssigned,
        e.HelpUsed,
        e.RulingStaged,
        e.Ruled,
        e.Scored,
        e.AnswerRevealed,
        e.MarksSubmitted,
        e.JudgeExcused,
        e.MarkingClosed,
        e.MarksRevealed,
        e.MediaPlayed,
        e.MediaStopped,
    )
)


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
        return State(
            event.contest,
            event.rulebook,
            event.slots,
            seq=entry.seq,
            contest_ns=entry.contest_ns,
            rehearsal=event.rehearsal,
            timeline=(("opening", entry.contest_ns),),
        )
    match event:
        case e.Undone():
            return changed(
                history.undone(state, entry.contest_ns), seq=entry.seq, contest_ns=entry.contest_ns
            )
        case e.Redone():
            return changed(
                history.redone(state, entry.contest_ns), seq=entry.seq, contest_ns=entry.contest_ns
            )
    changes: Changes = {"seq": entry.seq, "contest_ns": entry.contest_ns}
    if getattr(event, "STEP", False):
        changes["redo"] = None
        if state.notice is not None:
            changes["notice"] = None
        if not getattr(event, "joined", False):
            changes["before"] = history.not_too_deep(state)
            changes["depth"] = changes["before"].depth + 1
            changes["before_what"] = _name_of(event)
            changes["before_ns"] = entry.contest_ns
            changes["before_seq"] = entry.seq
    changes.update(_changes(state, event, entry))
    if isinstance(event, screen.SILENCES):
        changes.update(screen.silenced(state, event, changes.get("turn", state.turn)))
    return changed(state, **changes)


def _name_of(event: object) -> str:
    """What an undo of this step is called in the texts of `offers`."""
    match event:
        case e.Ruled(result=result) | e.RulingStaged(result=result):
            return f"{'ruled' if isinstance(event, e.Ruled) else 'staged'}.{result}"
        case e.FoulCalled(seat=seat):
            return f"foul.{seat}"
        case _:
            return type(event).__name__


def _changes(state: State, event: object, entry: Entry) -> Changes:
    """What an event changes: of the go in hand, of its arming, or of the whole."""
    kind = type(event)
    if kind in OF_A_GO:
        assert state.turn is not None, f"{kind.__name__} outside a turn"
        return _turn_changes(state, state.turn, event, entry)
    if kind in OF_AN_ARMING:
        assert state.turn is not None, f"{kind.__name__} outside a turn"
        return buzz_changes(state, state.turn, event, entry.contest_ns)
    return _stage_changes(state, event, entry)


def _stage_changes(state: State, event: object, entry: Entry) -> Changes:
    """What becomes of the parts of the state that are not of one go."""
    now_ns = entry.contest_ns
    match event:
        case e.SessionStarted(boot, offset_ns, clocks_held, epoch):
            known = {"boot": boot, "offset_ns": offset_ns, "fence_epoch": epoch}
            return known | (_hold_everything(state) if clocks_held else {})
        case e.CoreJoined(core):
            return {"core": core}
        case e.SceneShown(scene):
            return {
                "scene": scene,
                "turn": None,
                "clock": None,
                "cue": None,
                "timeline": _begun(state, scene, now_ns),
            }
        case e.CueShown(cue):
            return {
                "scene": "cue",
                "cue": cue,
                "turn": None,
                "clock": None,
                "timeline": _begun(state, f"cue.{cue}", now_ns),
            }
        case e.RoundStarted(round_index, order):
            return _start_round(state, round_index, order, now_ns)
        case e.RoundEnded(round_index):
            tie = (
                changed(state.tie, over=True) if state.tie and round_index == state.round_index else state.tie
            )
            begun = state.begun | {round_index}
            return {
                "begun": begun,
                "ended": state.ended | {round_index},
                "tie": tie,
            }
        case e.StakeChosen(seat, points_cp):
            chosen = dict(state.stakes) | {seat: points_cp}
            return {"stakes": tuple(sorted(chosen.items())), "redo": None}
        case e.StakesRevealed():
            return {"stakes_revealed": True, "scene": "stakes"}
        case e.TurnCalled(position, seat):
            turn = Turn(position, seat, first_entry=len(state.entries), go=entry.seq)
            return {"scene": "turn", "goes": position, "turn": turn, "clock": None}
        case e.QuestionPresented():
            return _present(state, event, entry)
        case e.ClockStarted(purpose, total_ns, deadline_ns):
            changes: Changes = {"clock": Clock(purpose, "running", total_ns, deadline_ns, total_ns)}
            if purpose == "prepare" and state.turn is not None:
                changes["turn"] = changed(state.turn, prepared=True)
            return changes
        case e.ClockHeld(remaining_ns):
            assert state.clock is not None
            return {"clock": changed(state.clock, state="held", remaining_ns=remaining_ns)}
        case e.ClockResumed(deadline_ns):
            assert state.clock is not None
            return {"clock": changed(state.clock, state="running", deadline_ns=deadline_ns)}
        case e.ClockExpired():
            assert state.clock is not None
            return {"clock": changed(state.clock, state="expired", remaining_ns=0)}
        case e.BlackoutSet(on):
            return {"blackout": on}
        case e.CoverSet(what):
            return {"cover": what}
        case e.TieRanked(cells):
            assert state.tie is not None
            return {"splits": (*state.splits, cells), "tie": changed(state.tie, over=True)}
        case e.Corrected():
            return correct(state, event, entry)
        case e.PlaceRevealed():
            return {"places": (*state.places, event)}
        case e.Certified(role, name):
            return {"certified": (*state.certified, (role, name))}
    raise TypeError(f"the fold does not know {type(event).__name__}")


def _turn_changes(state: State, turn: Turn, event: object, entry: Entry) -> Changes:
    """What becomes of the go in hand."""
    match event:
        case e.QuestionWithdrawn():
            # What the contestant chose stays; all that was about this question begins anew.
            emptied = Turn(
                turn.position,
                turn.seat,
                turn.stake_cp,
                first_entry=turn.first_entry,
                go=turn.go,
                number=turn.number,
                helped=turn.helped,
                excused=turn.excused,
                assigned_by=turn.assigned_by,
            )
            return {"turn": emptied, "clock": None}
        case e.QuestionAssigned(by, to):
            return {"turn": changed(turn, seat=to, assigned_by=by)}
        case e.HelpUsed():
            return {"turn": changed(turn, helped=turn.helped + 1)}
        case e.RulingStaged(seat, result, points_cp, remaining_ns):
            clock = state.clock
            if clock is not None and remaining_ns is not None:
                clock = changed(clock, state="held", remaining_ns=remaining_ns)
            return {"turn": changed(turn, staged=Ruling(seat, result, points_cp)), "clock": clock}
        case e.Ruled():
            return _rule(state, turn, event, entry)
        case e.Scored(seat, change_cp, cause):
            question_id = turn.question.id if turn.question else None
            score = ScoreEntry(
                entry.seq, entry.contest_ns, seat, change_cp, cause, state.round_index, question_id, turn.go
            )
            return {"entries": state.entries.with_more(score)}
        case e.AnswerRevealed(answer):
            return {"turn": changed(turn, answer=answer)}
        case e.MarksSubmitted(judge, marks_cp, total_cp):
            sheet = Sheet(judge, marks_cp, sum(marks_cp) if total_cp is None else total_cp)
            others = tuple(one for one in turn.sheets if one.judge != judge)
            sheets = tuple(sorted((*others, sheet), key=lambda one: one.judge))
            question_id = turn.question.id if turn.question else None
            return {"turn": changed(turn, sheets=sheets, sheets_for=question_id), "redo": None}
        case e.JudgeExcused(judge):
            return {"turn": changed(turn, excused=(*turn.excused, judge))}
        case e.MarkingClosed():
            return {"turn": changed(turn, marking="closed"), "clock": None}
        case e.MarksRevealed(seat, mark_cp, board, masked, missing):
            revealed = changed(
                turn, marking="revealed", mark_cp=mark_cp, board=board, masked=masked, missing=missing
            )
            record = _record(state, turn, entry, seat, "marks", mark_cp)
            return {"turn": revealed, "records": state.records.with_more(record)}
        case e.MediaPlayed():
            return {"turn": changed(turn, media="playing", media_ns=entry.contest_ns)}
        case e.MediaStopped():
            return {"turn": screen.stopped(turn)}
    raise TypeError(f"the fold does not know {type(event).__name__}")


def _begun(state: State, part: str, now_ns: int) -> tuple[tuple[str, int], ...]:
    """The timeline with a part of the cue sheet that begins now; a scoreboard between belongs to what it follows."""
    if part == "scoreboard" or state.timeline[-1][0] == part:
        return state.timeline
    return (*state.timeline, (part, now_ns))


def _start_round(state: State, round_index: int, order: tuple[int, ...], now_ns: int) -> Changes:
    is_tie = isinstance(state.rulebook.round_at(round_index), TieBreak)
    return {
        "scene": "round_title",
        "round_index": round_index,
        "order": order,
        "goes": 0,
        "turn": None,
        "clock": None,
        "cue": None,
        "begun": state.begun | {round_index},
        "ended": state.ended - {round_index},
        "stakes": (),
        "stakes_revealed": False,
        "tie": tie_break.tie_for(state, order) if is_tie else None,
        "timeline": _begun(state, "tie" if is_tie else f"round.{round_index}", now_ns),
    }


def _present(state: State, event: e.QuestionPresented, entry: Entry) -> Changes:
    turn = state.turn
    if turn is not None and not turn.done and turn.question is None and turn.position == event.position:
        shown = changed(turn, stake_cp=event.stake_cp, question=event.question, number=event.number)
        if turn.sheets_for != event.question.id:
            shown = changed(shown, sheets=(), sheets_for=None)
    else:
        shown = Turn(
            event.position,
            event.seat,
            event.stake_cp,
            event.question,
            first_entry=len(state.entries),
            go=entry.seq,
            number=event.number,
        )
    changes: Changes = {
        "scene": "turn",
        "goes": event.position,
        "turn": shown,
        "clock": None,
        "used": state.used.with_one(event.question.id),
    }
    if event.question.media is not None:
        changes["media_shown"] = state.media_shown | {event.question.media.file}
    return changes


def _rule(state: State, turn: Turn, event: e.Ruled, entry: Entry) -> Changes:
    ruling = Ruling(event.seat, event.result, event.points_cp)
    record = _record(state, turn, entry, event.seat, event.result, event.points_cp)
    changes: Changes = {"records": state.records.with_more(record), "clock": None}
    if state.tie is not None and not state.tie.over:
        changes["tie"], _ = tie_break.after_ruling(
            state, event.seat, event.result, event.points_cp, settled=not event.then
        )
        if tie_break.asked_again(state, event.result):
            changes["goes"] = state.goes - 1
    if event.then:
        phase = "audience" if event.then == "audience" else "idle"
        buzz = changed(type(turn.buzz)(fouls=turn.buzz.fouls), phase=phase)
        heard = (*turn.heard, event.seat) if event.seat is not None else turn.heard
        changes["turn"] = changed(
            turn, attempts=(*turn.attempts, ruling), heard=heard, staged=None, buzz=buzz
        )
    else:
        changes["turn"] = changed(turn, ruling=ruling, staged=None)
    return changes


def _record(state: State, turn: Turn, entry: Entry, seat: int | None, result: str, points_cp: int) -> Record:
    question_id = turn.question.id if turn.question else None
    return Record(
        entry.seq,
        turn.go,
        state.round_index,
        turn.position,
        seat,
        result,
        points_cp,
        turn.stake_cp,
        question_id,
    )


def _hold_everything(state: State) -> Changes:
    """After a reboot: clocks stand at the last instant the log knows, a live arming is interrupted."""
    turn, clock = state.turn, state.clock
    if turn and turn.buzz.live:
        buzz = changed(turn.buzz, phase="interrupted", arming=None)
        return {"turn": changed(turn, buzz=buzz), "clock": None}
    if clock and clock.state == "running":
        clock = changed(clock, state="held", remaining_ns=clock.left_ns(state.contest_ns))
    return {"clock": clock}
