"""The fold's part that puts right: a correction adds entries, and its ruling stands otherwise from then on."""

from __future__ import annotations

from typing import Any

from . import events as e
from . import tie_break
from .changed import changed
from .state import NO_RECORDS, Entry, Record, Ruling, ScoreEntry, State, Turn


def correct(state: State, event: e.Corrected, entry: Entry) -> dict[str, Any]:
    """What a correction changes: entries, the rulings as they stand now, and what follows from both."""
    record = next((one for one in state.records if one.seq == event.record), None)
    go, round_index, question_id = 0, state.round_index, None
    records = state.records
    if record is not None:
        go, round_index, question_id = record.go, record.round_index, record.question_id
        if event.what == "void":
            records = NO_RECORDS.with_more(
                *(
                    changed(one, result="void", points_cp=0, corrected=True, voided=True)
                    if one.go == go
                    else one
                    for one in records
                )
            )
        else:
            right = changed(
                record, result=event.result or "", seat=event.seat, points_cp=event.points_cp, corrected=True
            )
            records = NO_RECORDS.with_more(*(right if one is record else one for one in records))
    entries = tuple(
        ScoreEntry(entry.seq, entry.contest_ns, seat, change, "correction", round_index, question_id, go)
        for seat, change in event.changes
    )
    changes: dict[str, Any] = {
        "entries": state.entries.with_more(*entries),
        "records": records,
        "notice": event,
    }
    if state.turn is not None and state.turn.go == go:
        changes["turn"] = _corrected_go(state.turn, [one for one in records if one.go == go])
    tie = state.tie
    if tie is not None and not tie.over and not tie_break.still_tied(changed(state, **changes)):
        changes["tie"] = changed(tie, over=True)  # the correction has decided it, or drawn in others
    # What was revealed may not hold any more: the places are revealed anew, whatever stands on the screen now.
    changes |= {"places": (), "certified": ()}
    if state.scene in ("final", "standings"):
        changes["scene"] = "scoreboard"
    return changes


def _corrected_go(turn: Turn, records: list[Record]) -> Turn:
    """The go in hand as its rulings stand now: the screen shows them, and who is said to have answered cannot press."""
    said = [Ruling(one.seat, one.result, one.points_cp) for one in records]
    tries = len(turn.attempts)
    if turn.mark_cp is not None:
        return changed(turn, mark_cp=said[-1].points_cp)
    ruling = said[tries] if turn.ruling is not None else None
    return changed(turn, attempts=tuple(said[:tries]), ruling=ruling)
