"""The public events of a log, for feeds: an allow-list of types and fields; judges' sheets and evidence stay in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .event_log import EventLog

PUBLIC: dict[str, tuple[str, ...]] = {
    "scene_shown": ("scene",),
    "cue_shown": ("cue",),
    "round_started": ("round_index", "order", "seed"),
    "round_ended": ("round_index", "reason"),
    "turn_called": ("position", "seat"),
    "question_presented": ("position", "seat", "stake_cp", "question", "number"),
    "question_withdrawn": ("question_id", "reason"),
    "question_assigned": ("by", "to"),
    "stakes_revealed": ("stakes",),
    "help_used": ("seat",),
    "clock_started": ("purpose", "total_ns", "deadline_ns"),
    "clock_held": ("remaining_ns",),
    "clock_resumed": ("deadline_ns",),
    "clock_expired": (),
    "armed": ("arming", "seats"),
    "opened": ("arming", "open_ns", "close_ns"),
    "foul_called": ("arming", "seat", "early_ns", "points_cp", "then"),
    "verdict_given": ("arming", "outcome", "seats", "lead_ns", "lead_uncertainty_ns", "presses"),
    "arming_ended": ("arming", "why"),
    "tie_settled": ("arming", "seat", "how", "seed"),
    "passed_to_audience": (),
    "ruled": ("seat", "result", "points_cp", "then"),
    "scored": ("seat", "change_cp", "cause"),
    "answer_revealed": ("answer",),
    "marking_closed": (),
    "marks_revealed": ("seat", "mark_cp", "board", "masked", "missing"),
    "tie_ranked": ("cells", "how", "seed"),
    "corrected": ("what", "record", "result", "seat", "points_cp", "by", "reason", "changes"),
    "place_revealed": ("place", "seats"),
    "certified": ("role", "name"),
    "media_played": (),
    "media_stopped": (),
    "undone": ("what",),
    "redone": ("what",),
}
MOST_EVENTS = 1000


def public_events(path: Path, after: int) -> list[dict[str, Any]]:
    """Public events with a sequence above `after`, oldest first, at most MOST_EVENTS."""
    log = EventLog(path, readonly=True)
    try:
        found = []
        for row in log.rows(after):
            if row.type in PUBLIC:
                body = json.loads(row.body)
                fields = {name: body.get(name) for name in PUBLIC[row.type]}
                if str(fields.get("what", "")).startswith("staged."):
                    fields["what"] = "staged"  # which ruling it was, the hall was never told
                found.append({"seq": row.seq, "contest_ns": row.contest_ns, "type": row.type, **fields})
                if len(found) == MOST_EVENTS:
                    break
        return found
    finally:
        log.close()
