"""Who may give which command: one table. What stands in no row is nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .identity import Identity

HOST = ("host",)
BOTH = ("host", "operator")

MAY: dict[str, tuple[str, ...]] = {
    # The course of the show
    "show": BOTH,
    "show_cue": HOST,
    "start_round": HOST,
    "end_round": HOST,
    "start_tie_break": HOST,
    "call_turn": HOST,
    "present": HOST,
    "replace_question": HOST,
    "assign": HOST,
    "choose_stake": ("host", "desk"),
    "reveal_stakes": HOST,
    "use_help": HOST,
    "start_clock": HOST,
    "hold_clock": HOST,
    "resume_clock": HOST,
    "arm": HOST,
    "open": HOST,
    "cancel_arming": HOST,
    "begin": HOST,
    # Rulings and marks
    "rule": HOST,
    "reveal_ruling": HOST,
    "pass_to_audience": HOST,
    "settle_tie": HOST,
    "settle_places": HOST,
    "reveal_answer": HOST,
    "submit_marks": ("judge",),
    "excuse_judge": HOST,
    "close_marking": ("host", "judge"),
    "reveal_marks": HOST,
    "reveal_place": HOST,
    "change_ruling": HOST,
    "credit_contestant": HOST,
    "void_question": HOST,
    "set_score": HOST,
    "certify": HOST,
    "undo": HOST,
    "redo": HOST,
    # Picture, sound, boxes
    "set_blackout": BOTH,
    "cover": BOTH,
    "play_media": HOST,
    "stop_media": HOST,
    "lamp_test": BOTH,
    "simulate_press": HOST,
    # Displays and consoles
    "display_set": BOTH,
    "display_do": BOTH,
    "display_show": BOTH,
    "display_forget": BOTH,
    "mute": BOTH,
    "control": HOST,
    "log_seen": HOST,
    # Who is signed in
    "session_ticket": HOST,
    "session_ticket_void": HOST,
    "session_revoke": HOST,
    "session_revoke_others": HOST,
    "address_code": HOST,
}
"""Type of a command → the roles that may give it."""

ONLY: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {
    ("operator", "show"): {"scene": ("opening", "lineup")},
    ("operator", "cover"): {"what": ("hold", "")},
}
"""(role, command) → field → the values it may have; a slide of the operator's gives nothing away and decides nothing."""
CHIEF_ALONE = frozenset({"close_marking"})
"""Of the judges, the chief judge's alone."""
OWN = {"submit_marks": "judge", "choose_stake": "desk"}
"""Command → the role for which the number in it comes from the sign-in, never from the page."""


def may(who: Identity, kind: Any, message: Mapping[str, Any], chief: int | None) -> bool:
    """True when that command may be given by `who`; chief: the number of the chief judge."""
    if not isinstance(kind, str) or who.role not in MAY.get(kind, ()):
        return False
    if who.role == "judge" and kind in CHIEF_ALONE and (chief is None or who.judge != chief):
        return False
    if OWN.get(kind) == who.role and who.number is None:
        return False  # a desk that anybody may look in at
    values = ONLY.get((who.role, kind), {})
    return all(message.get(field) in allowed for field, allowed in values.items())
