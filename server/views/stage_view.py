"""State → what the host on stage sees (with what comes next, and the time), and what the audience's phones see.

Contestants can read the stage's screen too: nothing in it is secret.
"""

from __future__ import annotations

from ..game import tie_break
from ..game.cue_sheet import NAMES, Cue, cue_sheet
from ..game.flow import next_round, round_is_over
from ..game.order import seat_at
from ..game.rulebook import Text, questions_in
from ..game.state import State
from ..offers.offers import cue_due
from .by_role import projector_view
from .scene_views import View, l10n


def audience_view(state: State, now_ns: int) -> View:
    """The hall's view on a phone."""
    return {**projector_view(state, now_ns), "role": "audience"}


def stage_view(state: State, now_ns: int) -> View:
    """The hall's view, what comes next, and how the show is for time.

    "next": {"part": l10n|null, "seat": int|null, "question": {"position", "of"}|null}; "plan": {"planned_s", "used_s",
    "over_s"}, whole seconds from the line-up on; over_s is below 0 for a show that is ahead of its plan.
    """
    return {
        **projector_view(state, now_ns),
        "role": "stage",
        "next": _next(state),
        "plan": plan(cue_sheet(state, now_ns)),
    }


def _next(state: State) -> View:
    rules = state.round
    if rules is not None and state.scene not in ("final", "standings"):
        of = questions_in(rules, len(state.rulebook.seats))
        if state.goes < of and not round_is_over(state):
            position = state.goes + 1
            by_turn = state.buzz_rules is None and state.order
            seat = seat_at(rules, state.order, position) if by_turn else None
            return _is(rules.title, seat, {"position": position, "of": of})
    return _is(_next_part(state))


def _is(part: Text | None, seat: int | None = None, question: View | None = None) -> View:
    return {"part": l10n(part) if part else None, "seat": seat, "question": question}


def _next_part(state: State) -> Text | None:
    """The title of the part that follows, None after the last."""
    if state.scene == "opening":
        return NAMES["lineup"]
    if state.scene == "final":
        return NAMES["standings"]
    book = state.rulebook
    after = len(book.rounds) + 1 if state.scene == "standings" or state.frozen else len(state.begun)
    cue = cue_due(state, after)
    if cue is not None:
        return book.cues[cue].title
    if state.scene == "standings" or state.frozen:
        return None
    following = next_round(state)
    if following is not None:
        return book.rounds[following].title
    if round_is_over(state) and tie_break.open_ties(state):
        return NAMES["tie"]
    return NAMES["final"]


def plan(cues: tuple[Cue, ...]) -> View:
    """How the show is for time: see `stage_view`."""
    # The opening lasts until the host begins: before it there is no show to be late.
    show = [cue for cue in cues if cue.kind != "opening" and cue.state != "skipped"]
    show = [cue for cue in show if cue.kind != "tie" or cue.used_s]
    over_s = 0
    for cue in show:
        over = cue.used_s - cue.planned_s if cue.planned_s else 0
        over_s += over if cue.state == "done" else max(0, over) if cue.state == "now" else 0
    return {
        "planned_s": sum(cue.planned_s for cue in show),
        "used_s": sum(cue.used_s for cue in show),
        "over_s": over_s,
    }
