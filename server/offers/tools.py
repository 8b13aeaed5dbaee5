"""The buttons that are always at hand, apart from the course of the show: undo, slides, sound, lamps."""

from __future__ import annotations

from collections.abc import Callable

from ..game import commands as c
from ..game import history, screen
from ..game.decide import allowed_results, go_is_open
from ..game.refusal import Refused
from ..game.rulebook import Text
from ..game.state import State
from .goes import play_is_next, play_offer
from .offers import Offer
from .texts import RESULTS, SLIDES, lift_label, step_label, undo_label

KEYS = {"hold": "p", "rules": "i"}
"""Slide → its key, which lays it over the show and lifts it."""


def tools(state: State) -> list[Offer]:
    """What is always at hand, in an order that never changes."""
    found = [*_undo(state), _blackout(state), *_slides(state)]
    below = not state.cover  # a slide lies over what follows
    if below and not go_is_open(state) and state.scene not in ("scoreboard", "final", "standings"):
        found.append(Offer("scoreboard", c.Show("scoreboard"), Text("记分牌", "Scoreboard"), "s", "neutral"))
    found += _media(state)
    if not state.buzz.live:
        found.append(Offer("lamp_test", c.LampTest(), Text("灯光测试", "Lamp test"), "l", "neutral"))
    turn = state.turn
    if below and turn and not turn.done and "void" in allowed_results(state, turn):
        found.append(Offer("void", c.Rule("void"), RESULTS["void"], "v", "danger"))
    return found


def _undo(state: State) -> list[Offer]:
    found = []
    if state.before is not None and not state.frozen and _may_come(state, history.undone):
        what = undo_label(state)
        label = Text(f"撤销：{what.zh}", f"Undo: {what.en}")
        found.append(Offer("undo", c.Undo(state.before_seq), label, "u", "neutral"))
    redoable = state.redo is not None and not (state.redo_what == "Armed" and state.redo.buzz.live)
    if redoable and _may_come(state, history.redone):
        what = step_label(state.redo_what)
        found.append(Offer("redo", c.Redo(), Text(f"重做：{what.zh}", f"Redo: {what.en}"), "y", "neutral"))
    return found


def _may_come(state: State, come_to: Callable[[State, int], State]) -> bool:
    """True where an undo or redo makes no clock run under a slide."""
    if not state.cover:
        return True  # spared: a whole state made for nothing, with each view
    try:
        screen.must_stay_still(state, come_to(state, state.contest_ns))
    except Refused:
        return False
    return True


def _blackout(state: State) -> Offer:
    on = not state.blackout
    label = Text("黑屏", "Blackout") if on else Text("恢复画面", "Bring the picture back")
    return Offer("blackout", c.SetBlackout(on), label, "Escape", "neutral")


def _slides(state: State) -> list[Offer]:
    """The slides that may be laid over the show now; the key of the one that lies there lifts it."""
    found = []
    for what, key in KEYS.items():
        if what == state.cover:
            found.append(Offer(what, c.Cover(""), lift_label(state), key))
        elif screen.may_cover(state):
            found.append(Offer(what, c.Cover(what), SLIDES[what], key, "neutral"))
    return found


def _media(state: State) -> list[Offer]:
    """Play and stop hang on one key, as on a player."""
    turn = state.turn
    if turn is not None and turn.media == "playing":
        return [Offer("stop_media", c.StopMedia(), Text("停止播放", "Stop playing"), "q", "neutral")]
    if not screen.may_play(state) or play_is_next(state):
        return []
    return [play_offer(state, "q")]
