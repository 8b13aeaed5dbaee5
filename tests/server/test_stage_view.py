"""What the host on stage sees: the hall's picture, what comes next, and how the show is for time."""

from __future__ import annotations

from typing import Any

from server.game import commands as c
from server.game.round_rules import BuzzIn, Compulsory, Text, TieBreak
from server.game.rulebook import FreeCue
from server.views.by_role import projector_view
from server.views.stage_view import audience_view, stage_view
from tests.game.cases import NAME, buzzing, contest, scored
from tests.game.play import Play, book

FIRST, LAST = Text("第一轮", "Round one"), Text("抢答", "Buzz-in")


def seen(play: Play) -> dict[str, Any]:
    return stage_view(play.state, play.now_ns)


def following(play: Play) -> tuple[str | None, int | None, tuple[int, int] | None]:
    """(part, seat, (position, of)) of what comes next."""
    after = seen(play)["next"]
    question = after["question"]
    return (
        after["part"] and after["part"]["zh"],
        after["seat"],
        question and (question["position"], question["of"]),
    )


def test_both_are_the_halls_view_under_another_name() -> None:
    play = buzzing(BuzzIn(NAME, questions=2))
    hall = projector_view(play.state, play.now_ns)
    assert audience_view(play.state, play.now_ns) == {**hall, "role": "audience"}
    stage = seen(play)
    assert {key: stage[key] for key in hall} == {**hall, "role": "stage"}
    assert set(stage) - set(hall) == {"next", "plan"}


def test_what_comes_next_through_a_whole_show() -> None:
    play = contest(Compulsory(FIRST, turns=1), BuzzIn(LAST, questions=1), seats=2)
    assert following(play) == ("选手亮相", None, None)
    play.do(c.Show("lineup"))
    assert following(play) == ("第一轮", None, None)
    play.do(c.StartRound())
    assert following(play) == ("第一轮", 1, (1, 2))
    play.do(c.CallTurn())
    assert following(play) == ("第一轮", 2, (2, 2)), "the one in hand is on the screen already"
    play.do(c.Present(), c.Rule("right"), c.CallTurn(), c.Present())
    assert following(play) == ("抢答", None, None)
    play.do(c.Rule("wrong"), c.Show("scoreboard"))
    assert following(play) == ("抢答", None, None)
    play.do(c.StartRound())
    assert following(play) == ("抢答", None, (1, 1)), "whoever is first"
    play.do(c.Present(), c.Rule("void"))
    assert following(play) == ("公布名次", None, None)
    play.do(c.Show("final"))
    assert following(play) == ("最终名次与确认", None, None)
    play.do(c.RevealPlace(), c.RevealPlace(), c.Show("standings"))
    assert following(play) == (None, None, None)


def test_a_tie_that_has_to_be_broken_comes_next() -> None:
    rules = TieBreak(Text("加赛题", "Tie-break"))
    assert following(scored((10, 10), tie_break=rules)) == ("加赛", None, None)
    assert following(scored((10, 5), tie_break=rules)) == ("公布名次", None, None)


def test_a_free_cue_comes_next_in_its_place() -> None:
    cue = FreeCue(Text("领导致辞", "Speech"))
    play = Play(book(Compulsory(FIRST, turns=1), cues=(cue,)))
    play.do(c.Show("lineup"))
    assert following(play) == ("领导致辞", None, None)
    play.do(c.ShowCue(0))
    assert following(play) == ("第一轮", None, None)


def test_the_plan_begins_with_the_line_up_and_says_when_the_show_is_late() -> None:
    first = Compulsory(FIRST, turns=1, planned_seconds=600)
    play = contest(first, BuzzIn(LAST, questions=1, planned_seconds=900), seats=2)
    planned_s = 120 + 600 + 900 + 180 + 120
    play.after(7200)
    assert seen(play)["plan"] == {"planned_s": planned_s, "used_s": 0, "over_s": 0}, (
        "the doors are not open yet"
    )
    play.do(c.Show("lineup"))
    play.after(100)
    assert seen(play)["plan"] == {"planned_s": planned_s, "used_s": 100, "over_s": 0}
    play.do(c.StartRound())
    assert seen(play)["plan"]["over_s"] == -20, "20 s were left of the line-up"
    play.after(700)
    assert seen(play)["plan"] == {"planned_s": planned_s, "used_s": 800, "over_s": 80}
    play.do(c.EndRound("时间"), c.EndRound("时间", 1))
    assert seen(play)["plan"]["planned_s"] == planned_s - 900, "a round that is left out is not in the plan"
