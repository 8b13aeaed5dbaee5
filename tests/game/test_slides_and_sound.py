"""A slide over the show, and the sound or film of a question: beside the course, kept by an undo, never unseen."""

from __future__ import annotations

import pytest

from server.game import commands as c
from server.media import may_be_seen
from server.offers.offers import offers
from server.offers.tools import tools
from server.views.by_role import projector_view
from server.views.scene_views import scene_below, scene_view

from .play import Play, book, rules, with_media


def ids(play: Play) -> list[str]:
    """The buttons of the course and the tools, the next action first."""
    return [one.id for one in (*offers(play.state), *tools(play.state))]


def presented(*kinds: str | None, clock: str = "host") -> Play:
    """The first compulsory question stands on the screen."""
    play = with_media(Play(book(rules("compulsory", clock=clock), rules("buzz_in", questions=2))), *kinds)
    play.do(c.StartRound(), c.CallTurn(), c.Present())
    return play


def buzzing(opens: str = "host") -> Play:
    """The first question of a buzz-in round, with a sound."""
    play = with_media(Play(book(rules("buzz_in", questions=2, opens=opens))), "audio")
    play.do(c.StartRound(), c.Present())
    return play


def media_of(play: Play) -> dict[str, object]:
    found = projector_view(play.state, play.now_ns)["scene"]["question"]["media"]
    assert isinstance(found, dict)
    return found


# The slide


def test_a_slide_lies_over_the_show_and_is_lifted_to_what_was_there() -> None:
    play = presented(None)
    before = projector_view(play.state, play.now_ns)
    assert before["cover"] is None and before["scene"]["name"] == "question"
    play.do(c.Cover("hold"))
    view = projector_view(play.state, play.now_ns)
    assert (view["cover"], view["scene"]) == ("hold", {"name": "hold"})
    assert scene_below(play.state) == before["scene"]
    assert ids(play)[0] == "lift" and len(offers(play.state)) == 1
    play.do(offers(play.state)[0].command)
    assert projector_view(play.state, play.now_ns)["scene"] == before["scene"]


def test_one_key_lays_a_slide_and_lifts_it_and_the_other_takes_its_place() -> None:
    play = Play()
    for key, then in (("p", "hold"), ("i", "rules"), ("i", ""), ("i", "rules"), ("p", "hold"), ("p", "")):
        play.do(next(one.command for one in tools(play.state) if one.key == key))
        assert play.state.cover == then


def test_the_rules_slide_is_of_every_round_before_the_first_and_then_of_the_round_in_hand() -> None:
    play = Play()
    play.do(c.Cover("rules"))
    before = scene_view(play.state)
    assert [block["title"]["zh"] for block in before["blocks"]] == [
        "必答题",
        "情景模拟题",
        "抢答题",
        "风险题",
    ]
    assert all(1 < len(block["lines"]) <= 3 for block in before["blocks"])
    assert not any("其余听主持人" in line["zh"] for block in before["blocks"] for line in block["lines"])
    play.do(c.Cover(""), c.StartRound(), c.Cover("rules"))
    (block,) = scene_view(play.state)["blocks"]
    assert block["lines"] == projector_view(play.state, 0)["round"]["rules"]


def test_no_step_of_the_show_is_taken_under_a_slide() -> None:
    play = presented(None)
    play.do(c.Cover("hold"))
    for command in (
        c.StartClock(),
        c.Rule("right"),
        c.ReplaceQuestion("坏题"),
        c.Show("scoreboard"),
        c.Cover("hold"),
    ):
        assert "画面" in play.refused(command)
    assert "没有这一页" in play.refused(c.Cover("picture"))
    assert not {"void", "scoreboard", "replace_question"} & set(ids(play))


def test_what_is_put_right_or_handed_in_goes_on_under_a_slide() -> None:
    play = presented(None)
    play.do(c.Rule("right"), c.Cover("hold"), c.SetBlackout(True), c.SetBlackout(False))
    play.do(c.ChangeRuling(play.state.records[0].seq, "wrong", "听错了"))
    assert play.score(1) == 100
    play.do(c.Undo())
    assert play.score(1) == 110 and play.state.cover == "hold", "an undo leaves the slide where it lies"
    play.do(c.Redo())
    assert play.score(1) == 100 and play.state.cover == "hold"


def test_no_slide_over_a_clock_that_runs_or_boxes_that_are_live() -> None:
    play = presented(None)
    play.do(c.StartClock())
    assert "计时" in play.refused(c.Cover("hold")) and "hold" not in ids(play)
    play.do(c.HoldClock(), c.Cover("rules"))
    play = buzzing()
    play.do(c.Arm())
    assert "抢答" in play.refused(c.Cover("rules")) and "rules" not in ids(play)


def test_no_undo_makes_a_clock_run_under_a_slide() -> None:
    play = presented(None)
    play.do(c.StartClock(), c.HoldClock(), c.Cover("hold"))
    assert "时钟" in play.refused(c.Undo()) and "undo" not in ids(play)
    play.do(c.Cover(""), c.Undo(), c.HoldClock(), c.ResumeClock(), c.Undo(), c.Cover("hold"))
    assert "时钟" in play.refused(c.Redo()) and "redo" not in ids(play)
    play.do(c.Cover(""), c.Redo())
    assert play.state.clock is not None and play.state.clock.state == "running"


def test_a_certified_result_may_be_covered() -> None:
    play = Play()
    play.to_round(3).void_round()
    play.do(c.Show("final"))
    while offers(play.state)[0].id == "reveal_place":
        play.do(c.RevealPlace())
    play.do(c.Show("standings"), c.Certify("host", "李想"), c.Certify("chief_judge", "周敏"), c.Cover("hold"))
    assert ids(play)[0] == "lift"
    play.do(c.Cover(""))


# Sound and film


def test_a_sound_plays_from_its_beginning_and_is_stopped() -> None:
    play = presented("audio")
    assert media_of(play) == {
        "kind": "audio",
        "src": "/media/q-00000000000000000000000000000000.png",
        "alt": "说明 compulsory-0-0",
        "state": "ready",
        "since_ns": None,
    }
    assert ids(play)[0] == "play_media", "the question is not whole without it"
    play.after(3).do(c.PlayMedia())
    assert (media_of(play)["state"], media_of(play)["since_ns"]) == ("playing", play.now_ns)
    assert "stop_media" in ids(play) and "已经" in play.refused(c.PlayMedia())
    play.after(2).do(c.StopMedia())
    assert (media_of(play)["state"], media_of(play)["since_ns"]) == ("stopped", None)
    assert ids(play)[0] == "start_clock" and "play_media" in ids(play)
    assert "没有正在播放" in play.refused(c.StopMedia())
    play.after(2).do(c.PlayMedia())
    assert media_of(play)["since_ns"] == play.now_ns


@pytest.mark.parametrize("kind", ["image", None])
def test_a_picture_is_just_there(kind: str | None) -> None:
    play = presented(kind)
    assert "没有声音" in play.refused(c.PlayMedia())
    assert not {"play_media", "stop_media"} & set(ids(play))
    media = scene_view(play.state)["question"]["media"]
    assert media is None if kind is None else (media["kind"], media["state"]) == ("image", "ready")


def test_it_falls_silent_for_a_ruling_a_slide_and_the_boxes() -> None:
    for after in (c.Rule("right"), c.Cover("hold")):
        play = presented("audio")
        play.do(c.PlayMedia(), after)
        assert play.state.turn is not None and play.state.turn.media == "stopped"
    play = buzzing()
    play.do(c.PlayMedia(), c.Arm())
    assert media_of(play)["state"] == "stopped" and "play_media" not in ids(play)
    assert "不能播放" in play.refused(c.PlayMedia())


def test_the_film_of_a_scenario_runs_beside_the_clock_and_ends_with_the_marks() -> None:
    play = with_media(Play(book(rules("scenario"))), "video")
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.PlayMedia(), c.StartClock())
    assert media_of(play)["state"] == "playing"
    for judge in (1, 2, 3):
        play.do(c.SubmitMarks(judge, (100, 200, 300)))
    play.do(c.HoldClock(), c.CloseMarking())
    assert media_of(play)["state"] == "playing"
    play.do(c.RevealMarks())
    assert scene_view(play.state)["name"] == "marks" and media_of(play)["state"] == "stopped"


def test_where_they_press_while_the_question_is_read_it_plays_while_the_boxes_are_open() -> None:
    play = buzzing("reading")
    assert ids(play)[0] == "arm", "first the boxes, then what is read"
    play.do(c.Arm())
    assert play.state.buzz.phase == "open" and ids(play)[0] == "play_media"
    play.do(c.PlayMedia())
    assert media_of(play)["state"] == "playing"
    play.after(1).press(2)
    assert media_of(play)["state"] == "stopped", "the first press ends the reading"


def test_an_undo_neither_starts_a_sound_nor_stops_one() -> None:
    play = presented("video")
    play.do(c.PlayMedia(), c.Rule("right"), c.Undo())
    assert media_of(play)["state"] == "stopped"
    play.do(c.StartClock(), c.PlayMedia(), c.Undo())
    assert media_of(play)["state"] == "playing"
    play.do(c.Undo())
    assert play.state.turn is not None and play.state.turn.question is None
    play.do(c.Redo())
    assert media_of(play)["state"] == "stopped", "the question came back, not its sound"


def test_a_withdrawn_question_takes_its_sound_along() -> None:
    play = presented("audio", None)
    play.do(c.PlayMedia(), c.ReplaceQuestion("坏题"), c.Present())
    assert scene_view(play.state)["question"]["media"] is None


def test_nobody_gets_the_file_of_a_question_before_it_is_presented() -> None:
    play = with_media(Play(book(rules("compulsory"), rules("buzz_in", questions=2))), "image")
    names = [one.public.media.file for one in play.paper.values() if one.public.media is not None]
    assert not any(may_be_seen(play.state, name) for name in names)
    play.do(c.StartRound(), c.CallTurn())
    assert not any(may_be_seen(play.state, name) for name in names)
    play.do(c.Present())
    assert [may_be_seen(play.state, name) for name in names] == [True] + [False] * (len(names) - 1)
    play.do(c.Rule("right"), c.CallTurn())
    assert may_be_seen(play.state, names[0]), "what the hall has seen stays"
    for name in ("photo-1-0123456789ab.png", "logo-0123456789ab.png", "sponsor-8-0123456789ab.webp"):
        assert may_be_seen(play.state, name)
    for name in (
        "",
        "../bank.db",
        "photo-0-0123456789ab.png",
        "sponsor-9-0123456789ab.png",
        names[0] + "/..",
    ):
        assert not may_be_seen(play.state, name)
