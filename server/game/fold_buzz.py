"""The fold's part that is about one arming: from armed to open to locked."""

from __future__ import annotations

from typing import Any

from . import events as e
from .changed import changed
from .rulebook import NS_PER_S, BuzzIn
from .state import Buzz, Clock, Foul, State, Turn

OF_AN_ARMING = frozenset(
    (
        e.Armed,
        e.Opened,
        e.FoulCalled,
        e.VerdictGiven,
        e.TieSettled,
        e.PassedToAudience,
        e.LatePressSeen,
        e.ArmingEnded,
    )
)
PHASES = {"winner": "locked", "too_close": "too_close", "nobody": "nobody"}


def buzz_changes(state: State, turn: Turn, event: object, now_ns: int) -> dict[str, Any]:
    """What an event of an arming changes. Raises TypeError for one that the fold does not know."""
    buzz, rules = turn.buzz, state.buzz_rules
    assert rules is not None, f"{type(event).__name__} where nobody presses"
    changes: dict[str, Any] = {}
    match event:
        case e.Armed(arming, seats, armed_ns, fouls_lock):
            buzz = Buzz("armed", arming, seats, armed_ns, fouls_lock, fouls=buzz.fouls, among=buzz.among)
            changes = {"armings": state.armings + 1, "clock": None}
        case e.Opened(_, open_ns, close_ns):
            buzz = changed(buzz, phase="open", open_ns=open_ns, close_ns=close_ns)
            total_ns = close_ns - open_ns
            changes = {"clock": Clock("open", "running", total_ns, close_ns, total_ns)}
        case e.FoulCalled():
            buzz, changes = _foul(state, buzz, rules, event)
        case e.VerdictGiven():
            buzz = _verdict(buzz, event)
            changes = {"clock": _answering(rules, now_ns) if buzz.phase == "locked" else None}
        case e.TieSettled(_, seat, how, seed):
            buzz = changed(buzz, phase="locked", winner=seat, settled_how=how, seed=seed)
            changes = {"clock": _answering(rules, now_ns)}
        case e.PassedToAudience():
            buzz, changes = changed(buzz, phase="audience"), {"clock": None}
        case e.LatePressSeen(press=press):
            buzz = _late_press(buzz, press)
        case e.ArmingEnded(_, why):
            phase = (
                "audience" if buzz.phase == "audience" else "interrupted" if why == "interrupted" else "idle"
            )
            buzz, changes = changed(buzz, phase=phase, arming=None), {"clock": None}
        case _:
            raise TypeError(f"the fold does not know {type(event).__name__}")
    return {**changes, "turn": changed(turn, buzz=buzz)}


def _answering(rules: BuzzIn, now_ns: int) -> Clock:
    """The clock of who has won the buzz: to begin by, or at once to finish by."""
    purpose, seconds = (
        ("begin", rules.begin_seconds) if rules.begin_seconds else ("finish", rules.finish_seconds)
    )
    total_ns = seconds * NS_PER_S
    return Clock(purpose, "running", total_ns, now_ns + total_ns, total_ns)


def _foul(state: State, buzz: Buzz, rules: BuzzIn, event: e.FoulCalled) -> tuple[Buzz, dict[str, Any]]:
    cost_cp = rules.fouls_cp[0] if event.points_cp is None else event.points_cp
    left = buzz.eligible
    if event.then != "press":
        left = tuple(one for one in left if one != event.seat)
    foul = Foul(event.arming, event.seat, event.early_ns, cost_cp, event.then)
    buzz = changed(buzz, fouls=(*buzz.fouls, foul), eligible=left)
    if event.then == "audience":
        buzz = changed(buzz, phase="audience")
    changes: dict[str, Any] = {"fouls": (*state.fouls, (state.round_index, event.seat))}
    return buzz, changes


def _verdict(buzz: Buzz, event: e.VerdictGiven) -> Buzz:
    final = event.evidence.get("final", {})
    tied = event.seats if event.outcome == "too_close" else ()
    return changed(
        buzz,
        phase=PHASES[event.outcome],
        winner=event.seats[0] if event.outcome == "winner" else None,
        tied=tied,
        among=tied or buzz.among,
        lead_ns=event.lead_ns,
        lead_uncertainty_ns=event.lead_uncertainty_ns,
        order=event.presses,
        final_why=final.get("why"),
        final_missing=tuple(final.get("missing", ())),
    )


def _late_press(buzz: Buzz, press: e.PressSeen) -> Buzz:
    buzz = changed(buzz, order=tuple(sorted((*buzz.order, press), key=_on_the_axis)))
    ahead = buzz.lead_ns is None or (press.lag_ns is not None and press.lag_ns < buzz.lead_ns)
    if press.status == "after" and buzz.winner is not None and ahead and buzz.settled_how is None:
        # The verdict was final before anybody else had pressed: this press tells by how much.
        buzz = changed(buzz, lead_ns=press.lag_ns, lead_uncertainty_ns=press.uncertainty_ns)
    return buzz


def _on_the_axis(press: e.PressSeen) -> tuple[bool, int]:
    """Sort key: by lag, those without one at the end."""
    return (press.lag_ns is None, press.lag_ns or 0)
