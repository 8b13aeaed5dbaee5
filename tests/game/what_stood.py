"""What an undo must come back to, but for what it cannot bring back; and what must hold of the screen."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from server.game.paper import Paper
from server.game.state import Buzz, State

KEPT = {"seq", "contest_ns", "blackout", "cover", "armings", "boot", "offset_ns", "core", "stakes"}
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


def screen_trouble(state: State, paper: Paper) -> str:
    """What runs under a slide, sounds and must not, or is given out too early; "" where all is well."""
    turn, reading = state.turn, state.buzz_rules is not None and state.buzz_rules.opens == "reading"
    if state.cover and (state.buzz.live or (state.clock is not None and state.clock.state == "running")):
        return "a clock or an arming runs under a slide"
    if turn is not None and turn.media == "playing":
        if turn.question is None or not turn.question.plays:
            return "what has no sound plays"
        if state.cover or (state.buzz.live and not reading):
            return "a sound plays while it must not"
    public = [paper[one].public for one in state.used]
    files = {one.media.file for one in public if one.media is not None}
    return "" if files == state.media_shown else "other files are out than those of presented questions"


def bare(state: State) -> Any:
    """The go without what an undo may not take away (sheets, what plays) and cannot bring back (a live arming)."""
    turn = state.turn
    if turn is None:
        return None
    buzz = turn.buzz
    if buzz.live:
        buzz = Buzz(fouls=buzz.fouls, among=buzz.among)
    return replace(turn, buzz=buzz, sheets=(), sheets_for=None, media="ready", media_ns=None)
