"""What the hall will see after the host's next action, reckoned beforehand: for the host's eyes, never logged.

It may hold what nobody else may know yet (an answer about to be revealed), so it goes into the host's view alone.
"""

from __future__ import annotations

from ..game import commands as c
from ..game.decide import Refused, decide
from ..game.fold import apply
from ..game.paper import Paper
from ..game.state import Entry, State
from ..offers.offers import offers
from .by_role import projector_view
from .scene_views import View

UNFORESEEN = (c.Arm, c.Open, c.SettleTie, c.SettlePlaces)
"""What these lead to hangs on presses, a lot, or somebody's decision: there is only waiting to be seen, or a guess."""
NO_CHANCE = 0


def next_view(state: State, paper: Paper, now_ns: int) -> View | None:
    """The projector's view after the action that hangs on Space; None where there is none or it cannot be known.

    now_ns: contest time. Clocks that the action starts stand in the view as they are at that instant.
    """
    offer = next(iter(offers(state)), None)
    if offer is None or offer.key != "Space" or offer.asks or isinstance(offer.command, UNFORESEEN):
        return None
    now_ns = max(now_ns, state.contest_ns)
    try:
        events = decide(state, offer.command, now_ns, paper, NO_CHANCE)
    except Refused:
        return None  # a deadline has just passed; the next state says what comes then
    after = state
    for event in events:
        after = apply(after, Entry(after.seq + 1, now_ns, event))
    return projector_view(after, now_ns)
