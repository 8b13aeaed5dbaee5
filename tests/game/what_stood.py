"""What an undo must come back to: the parts of a state that are compared, and those that it cannot bring back."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from server.game.state import Buzz, State

KEPT = {"seq", "contest_ns", "blackout", "armings", "boot", "offset_ns", "core", "stakes"}
MARKS = {"redo", "redo_what", "redo_ns", "before", "before_what", "before_ns", "before_seq"}
COMPARED = tuple(one.name for one in fields(State) if one.name not in KEPT | MARKS | {"clock", "turn"})


def over_with_it(stood: State, step: str) -> bool:
    """True for an arming that was live before `step`, and is over with its undo: no step to stop at."""
    return stood.buzz.live and stood.before_what == "Armed" and step != "Corrected"


def with_buzz_and_clock(state: State, other: State) -> State:
    """`state` with the arming and the clock of `other`."""
    turn = replace(state.turn, buzz=other.turn.buzz) if state.turn and other.turn else state.turn
    return replace(state, turn=turn, clock=other.clock)


def stack_of(state: State) -> list[tuple[State, int]]:
    """The states before each step of `state`, the oldest first."""
    found: list[tuple[State, int]] = []
    while state.before is not None:
        found.append((state.before, state.before_ns))
        state = state.before
    return found[::-1]


def bare(state: State) -> Any:
    """The go without what an undo may not take away (sheets) and cannot bring back (a live arming)."""
    turn = state.turn
    if turn is None:
        return None
    buzz = turn.buzz
    if buzz.live:
        buzz = Buzz(fouls=buzz.fouls, among=buzz.among)
    return replace(turn, buzz=buzz, sheets=(), sheets_for=None)
