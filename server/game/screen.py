"""What the screen does beside the course of the show: a slide laid over it, and the sound or film of a question.

Neither is a step: an undo takes back what the contest did, and leaves the slide, and a sound that runs, as they are.
"""

from __future__ import annotations

from typing import Any

from . import events as e
from .changed import changed
from .refusal import refuse
from .state import State, Turn

SLIDES = ("hold", "rules")


def cover(state: State, what: str) -> list[e.Event]:
    """Lay a slide over the show, change it, or lift it; never over boxes that are live or a clock that runs."""
    if what and what not in SLIDES:
        refuse("没有这一页", "There is no such slide")
    if state.cover == what:
        refuse("画面已经是这样", "The screen is that already")
    if what and not may_cover(state):
        refuse("抢答或计时正在进行，不能盖住画面", "Boxes or a clock are running: the hall must see them")
    return [e.CoverSet(what)]


def may_cover(state: State) -> bool:
    """True while nothing runs that the hall must see."""
    return not state.buzz.live and not _clock_runs(state)


def must_stay_still(state: State, after: State) -> None:
    """Refuse what would make a clock run under a slide, where nobody sees it. `after`: how it would stand then."""
    if state.cover and _clock_runs(after):
        refuse("这会让时钟走起来，请先恢复画面", "A clock would run unseen: lift the slide first")


def _clock_runs(state: State) -> bool:
    return state.clock is not None and state.clock.state == "running"


def may_play(state: State) -> bool:
    """True while the question in hand has a sound or film that the host may play now.

    While boxes are armed or open it is silent, but for rounds in which contestants press while the question is read:
    there it is read out by being played.
    """
    turn = state.turn
    if turn is None or turn.question is None or not turn.question.plays or state.cover:
        return False
    return not state.buzz.live or _read_while_open(state)


def play_media(state: State) -> list[e.Event]:
    """Play it from its beginning."""
    turn = state.turn
    if turn is None or turn.question is None or not turn.question.plays:
        refuse("这一题没有声音或视频", "The question in hand has no sound or film")
    if not may_play(state):
        refuse("抢答进行中，不能播放", "The boxes are armed: nothing is played now")
    if turn.media == "playing":
        refuse("已经在播放", "It is playing already")
    return [e.MediaPlayed()]


def stop_media(state: State) -> list[e.Event]:
    """Stop it."""
    if state.turn is None or state.turn.media != "playing":
        refuse("没有正在播放的声音或视频", "Nothing is playing")
    return [e.MediaStopped()]


SILENCES = (e.Armed, e.VerdictGiven, e.RulingStaged, e.Ruled, e.MarksRevealed, e.CoverSet)
"""Events that may silence what plays, beside the host's word: nobody is to listen to both."""


def silenced(state: State, event: object, turn: Turn | None) -> dict[str, Any]:
    """What one of `SILENCES` changes of what plays; `turn` is the go as the event leaves it."""
    if turn is None or turn.media != "playing":
        return {}
    goes_on = isinstance(event, e.Armed) and _read_while_open(state)
    lifted = isinstance(event, e.CoverSet) and not event.what
    return {} if goes_on or lifted else {"turn": stopped(turn)}


def stopped(turn: Turn) -> Turn:
    """The go with what plays stopped."""
    return changed(turn, media="stopped", media_ns=None)


def kept_playing(target: Turn, now: Turn | None) -> Turn:
    """The go that an undo or redo comes to, as silent or loud as it is now: neither starts a sound, nor stops one."""
    same = now is not None and now.go == target.go and now.question == target.question
    if same and now is not None:
        return changed(target, media=now.media, media_ns=now.media_ns)
    return stopped(target) if target.media == "playing" else target


def _read_while_open(state: State) -> bool:
    return state.buzz_rules is not None and state.buzz_rules.opens == "reading"
