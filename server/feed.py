"""The public events of a log, for feeds: an allow-list of types and fields; judges' sheets and evidence stay in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .event_log import EventLog

PUBLIC: dict[str, tuple[str, ...]] = {
    "scene_shown": ("scene",),
    "round_started": ("round_index", "order"),
    "turn_called": ("position", "seat"),
    "question_presented": ("position", "seat", "stake_cp", "question"),
    "clock_started": ("purpose", "total_ns", "deadline_ns"),
    "clock_held": ("remaining_ns",),
    "clock_resumed": ("deadline_ns",),
    "clock_expired": (),
    "armed": ("arming", "seats"),
    "opened": ("arming", "open_ns", "close_ns"),
    "foul_called": ("arming", "seat", "early_ns"),
    "verdict_given": ("arming", "outcome", "seats", "lead_ns", "lead_uncertainty_ns", "presses"),
    "arming_ended": ("arming", "why"),
    "ruled": ("seat", "result", "points_cp"),
    "scored": ("seat", "change_cp", "cause"),
    "answer_revealed": ("answer",),
    "marking_closed": (),
    "marks_revealed": ("seat", "mark_cp", "board"),
    "place_revealed": ("place", "seats"),
    "undone": ("what",),
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
                fields = {name: body[name] for name in PUBLIC[row.type]}
                found.append({"seq": row.seq, "contest_ns": row.contest_ns, "type": row.type, **fields})
                if len(found) == MOST_EVENTS:
                    break
        return found
    finally:
        log.close()
