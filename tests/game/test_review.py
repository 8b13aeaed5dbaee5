"""What a hostile reading of the rules found: each case stuck a host, wronged a contestant, or showed what did not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server import codec
from server.game import commands as c
from server.game.round_rules import BuzzIn, Compulsory, Risk, Scenario, TieBreak
from server.game.rulebook import FreeCue
from server.offers.corrections import corrections, course
from server.offers.offers import offers
from server.views.by_role import desk_view, projector_view
from tests.game.cases import (
    NAME,
    answered,
    begun,
    buzzing,
    contest,
    last_arming,
    opened,
    places,
    scored,
    turn_of,
)
from tests.game.play import Play, book, rules


def offered(play: Play) -> list[str]:
    return [one.id for one in offers(play.state)]


# -- another question ------------------------------------------------------------------------------------------


def test_another_question_never_takes_the_one_of_a_later_contestant() -> None:
    play = begun(Compulsory(NAME, turns=1, reserve=0), seats=2)
    play.do(c.CallTurn(), c.Present())
    assert "没有备用题" in play.refused(c.ReplaceQuestion("有误"))
    play = begun(Compulsory(NAME, turns=1, reserve=1), seats=2)
    play.do(c.CallTurn(), c.Present(), c.ReplaceQuestion("有误"), c.Present(), c.Rule("right"))
    play.do(c.CallTurn(), c.Present())
    assert "没有备用题" in play.refused(c.ReplaceQuestion("有误"))
    assert play.do(c.Rule("right")).turn is not None and play.scores() == [110, 110]


def test_another_buzz_question_is_one_in_reserve() -> None:
    play = begun(BuzzIn(NAME, questions=2, reserve=0))
    play.do(c.Present())
    assert "没有备用题" in play.refused(c.ReplaceQuestion("有误"))


def test_another_risk_question_leaves_those_that_others_chose_in_secret() -> None:
    play = begun(Risk(NAME, sealed=True), seats=2)
    play.do(c.ChooseStake(1, 30), c.ChooseStake(2, 30), c.RevealStakes(), c.CallTurn(), c.Present())
    assert "没有备用题" in play.refused(c.ReplaceQuestion("有误"))
    play.do(c.Rule("right"), c.CallTurn(), c.Present(), c.Rule("right"))
    assert play.scores() == [130, 130]


def test_another_risk_question_is_left_where_only_one_value_can_be_chosen() -> None:
    play = begun(Risk(NAME, values_cp=(1000,), may_decline=False), seats=2)
    play.do(c.CallTurn(), c.Present(10))
    assert "没有备用题" in play.refused(c.ReplaceQuestion("有误"))


def test_the_chosen_value_stands_when_the_question_is_replaced() -> None:
    play = begun(Risk(NAME), seats=3)
    play.do(c.CallTurn(), c.Present(10), c.ReplaceQuestion("有误"))
    assert offered(play) == ["present"]
    assert projector_view(play.state, 0)["scene"]["points"] == 10
    assert "已经选定" in play.refused(c.Present(30))
    assert "不能裁定" in play.refused(c.Rule("declined"))
    play.do(offers(play.state)[0].command, c.Rule("wrong"))
    assert play.scores() == [90, 100, 100]


def test_the_value_of_a_question_handed_on_stands_when_it_is_replaced() -> None:
    play = begun(Risk(NAME, sealed=True, may_assign=True), seats=3)
    play.do(c.ChooseStake(1, 30), c.ChooseStake(2, 0), c.ChooseStake(3, 10), c.RevealStakes())
    play.do(c.CallTurn(), c.Present(), c.Assign(2), c.ReplaceQuestion("有误"), c.Present(), c.Rule("wrong"))
    assert play.scores() == [100, 70, 100]


def test_help_is_paid_once_when_the_question_is_replaced() -> None:
    play = begun(Compulsory(NAME, help_cp=-1000, reserve=1), seats=2)
    play.do(c.CallTurn(), c.Present(), c.UseHelp(), c.ReplaceQuestion("有误"), c.Present())
    assert "已经求助" in play.refused(c.UseHelp())
    assert play.scores() == [90, 100]


# -- tie-breaks ------------------------------------------------------------------------------------------------


def test_a_void_question_of_a_tie_break_in_turn_is_asked_again() -> None:
    play = scored((10, 10, 10), tie_break=TieBreak(NAME, method="in_turn"))
    play.do(c.StartTieBreak())
    for result in ("right", "void", "right"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    assert turn_of(play).seat == 2 and places(play) == {1: 1, 2: 1, 3: 1}
    play.do(c.CallTurn(), c.Present(), c.Rule("wrong"))
    assert turn_of(play).seat == 3 and places(play) == {1: 1, 2: 1, 3: 3}


def test_a_foul_that_voids_a_tie_break_question_does_not_end_its_pass() -> None:
    press = BuzzIn(NAME, foul_then="void", wrong_cp=0, fouls_cp=(0,))
    play = scored((10, 10, 0), tie_break=TieBreak(NAME, method="questions", questions=2, buzz=press))
    play.do(c.StartTieBreak(), c.Present())
    opened(play).press(1)
    play.do(c.Rule("right"), c.Present(), c.Arm())
    play.foul(1)
    assert play.state.tie is not None and not play.state.tie.over and places(play) == {1: 1, 2: 1, 3: 3}
    play.do(c.Present())
    opened(play).verdict("nobody", ())
    play.do(c.Rule("unanswered"))
    assert places(play) == {1: 1, 2: 2, 3: 3}


@pytest.mark.parametrize("score_cp, then", [(20_000, "final"), (9_000, "final")])
def test_a_correction_that_breaks_the_tie_ends_its_tie_break(score_cp: int, then: str) -> None:
    play = scored((10, 10, 5), tie_break=TieBreak(NAME))
    play.do(c.StartTieBreak(), c.SetScore(1, score_cp, "计分有误"))
    assert offered(play) == [then]


def test_a_correction_that_draws_in_a_third_has_the_tie_break_anew() -> None:
    play = scored((10, 10, 5), tie_break=TieBreak(NAME))
    play.do(c.StartTieBreak(), c.SetScore(3, 11_000, "计分有误"))
    assert offered(play) == ["start_tie_break"]
    play.do(c.StartTieBreak())
    assert play.state.tie is not None and play.state.tie.seats == (1, 2, 3)


def test_an_answer_to_a_tie_that_is_none_any_more_ranks_nobody() -> None:
    play = scored((10, 10, 5), tie_break=TieBreak(NAME))
    play.do(c.StartTieBreak(), c.Present(), c.SetScore(1, 20_000, "计分有误"))
    opened(play).press(2)
    play.do(c.Rule("right"))
    assert play.state.splits == () and play.scores() == [200, 110, 105]


# -- corrections -----------------------------------------------------------------------------------------------


def _result(*cues: FreeCue) -> Play:
    book = contest(Compulsory(NAME, turns=1), seats=3).state.rulebook
    play = Play(replace(book, cues=cues))
    play.do(c.StartRound())
    for result in ("right", "wrong", "wrong"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    play.do(c.SetScore(3, 10_500, "加分"), c.Show("final"))
    return play


def test_a_correction_during_an_award_takes_places_and_signature_back() -> None:
    play = _result(FreeCue(NAME, "award", 2))
    play.do(*[c.RevealPlace()] * 3, c.Show("standings"), c.Certify("host", "李雷"), c.ShowCue(0))
    play.do(c.SetScore(2, 90_000, "漏记"))
    assert play.state.certified == () and play.state.places == ()
    assert "还没有全部公布" in play.refused(c.Show("standings"))
    assert play.state.scene == "cue"  # the screen does not move before the host means it to


def test_a_correction_between_two_places_has_all_of_them_anew() -> None:
    play = _result()
    play.do(c.RevealPlace(), c.Show("scoreboard"), c.SetScore(2, 90_000, "漏记"), c.Show("final"))
    play.do(*[c.RevealPlace()] * 3)
    assert [one.seats for one in play.state.places] == [(3,), (1,), (2,)]


def test_a_question_ruled_void_can_be_credited_and_ruled_right() -> None:
    play = buzzing(BuzzIn(NAME))
    record = play.do(c.Rule("void")).records[-1].seq
    play.do(c.CreditContestant(record, 2, "先按的是 2 号"), c.ChangeRuling(record, "right", "答案正确"))
    assert play.score(2) == 110


def test_a_ruling_changed_to_void_can_be_changed_back_but_a_voided_question_cannot() -> None:
    play = begun(Compulsory(NAME))
    record = play.do(c.CallTurn(), c.Present(), c.Rule("right")).records[-1].seq
    play.do(c.ChangeRuling(record, "void", "题目有误"), c.ChangeRuling(record, "right", "题目无误"))
    assert play.score(1) == 110
    play.do(c.VoidQuestion(record, "题目有误"))
    assert play.score(1) == 100 and "已经作废" in play.refused(c.ChangeRuling(record, "right", "x"))
    assert [one.id for one in corrections(play.state)] == ["set_score"]


def test_who_is_said_to_have_answered_wrong_cannot_press_again() -> None:
    play = answered(buzzing(BuzzIn(NAME, tries=0)), 1, "wrong")
    play.do(c.CreditContestant(play.state.records[-1].seq, 2, "答题的是 2 号"), c.Arm())
    assert play.state.buzz.eligible == (3, 4, 5)


def test_the_screen_shows_the_ruling_as_it_was_put_right() -> None:
    play = begun(Compulsory(NAME))
    record = play.do(c.CallTurn(), c.Present(), c.Rule("wrong")).records[-1].seq
    play.do(c.ChangeRuling(record, "right", "答案正确"))
    said = projector_view(play.state, 0)["scene"]["ruling"]
    assert said == {"seat": 1, "result": "right", "points": 10}
    play.do(c.Undo())
    assert projector_view(play.state, 0)["scene"]["ruling"]["result"] == "wrong"


def test_the_screen_shows_the_mark_as_it_was_put_right() -> None:
    play = begun(Scenario(NAME, mask_own_unit=False))
    play.do(c.CallTurn(), c.Present(), c.SubmitMarks(1, (400, 600, 500)), c.CloseMarking(), c.RevealMarks())
    play.do(c.ChangeRuling(play.state.records[-1].seq, "marks", "复议", "评委1", 1600))
    assert projector_view(play.state, 0)["scene"]["mark"] == 16 and play.score(1) == 116


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "一\n二", "\u202e反"])
def test_texts_that_nothing_can_show_stay_out_of_the_log(text: str) -> None:
    play = begun(Compulsory(NAME))
    assert "无法显示" in play.refused(c.SetScore(1, 0, text))
    assert "无法显示" in play.refused(c.SetScore(1, 0, "有误", text))
    assert "无法显示" in play.refused(c.EndRound(text))
    play.do(c.SetScore(1, 0, "张　三代记", "张　三"))
    assert play.score(1) == 0


@pytest.mark.parametrize(
    "message",
    [
        {"type": "set_score", "seat": 1, "score_cp": 10**13, "reason": "x"},
        {"type": "end_round", "reason": "x" * 501},
        {"type": "show", "scene": "\udfff"},
        {"type": "settle_places", "how": "chief", "order": [1] * 101},
        {"type": "settle_places", "how": "chief", "order": [-(10**13)]},
    ],
)
def test_commands_beyond_any_use_are_malformed(message: dict[str, object]) -> None:
    with pytest.raises(codec.BadCommand):
        codec.host_command(message)


# -- the course of the show ------------------------------------------------------------------------------------


def test_after_the_signatures_every_cue_leads_back_to_the_standings() -> None:
    play = _result(FreeCue(NAME, "award", 2), FreeCue(NAME, "speech", 2))
    play.do(*[c.RevealPlace()] * 3, c.Show("standings"), c.Certify("host", "李雷"))
    play.do(c.Certify("chief_judge", "韩梅"), c.ShowCue(0))
    assert offered(play) == ["show_cue", "standings"]
    play.do(offers(play.state)[0].command)
    assert offered(play) == ["standings"]
    assert play.do(offers(play.state)[0].command).scene == "standings"
    play.do(c.Show("scoreboard"))
    assert play.do(offers(play.state)[0].command).scene == "standings"


def test_skipping_a_later_round_leaves_the_screen_alone() -> None:
    play = contest(*[Compulsory(NAME, turns=1)] * 2, seats=2)
    play.do(c.StartRound())
    for _ in (1, 2):
        play.do(c.CallTurn(), c.Present(), c.Rule("right"))
    before = projector_view(play.state, 0)["scene"]
    play.do(c.EndRound("时间不够", 1))
    assert projector_view(play.state, 0)["scene"] == before
    play.do(c.Show("scoreboard"), c.Show("final"))


def test_a_skipped_round_can_be_held_after_all() -> None:
    play = contest(*[Compulsory(NAME, turns=1)] * 2, seats=2)
    play.do(c.EndRound("等人", 0), c.StartRound())
    assert play.state.round_index == 1
    for _ in (1, 2):
        play.do(c.CallTurn(), c.Present(), c.Rule("right"))
    jump = next(one for one in course(play.state) if one.id == "jump")
    play.do(jump.command, c.CallTurn(), c.Present(), c.Rule("right"), c.EndRound("时间到"))
    assert play.state.round_index == 0
    assert "已经进行过" in play.refused(c.StartRound(0))
    assert "已经进行过" in play.refused(c.StartRound(1))
    assert not [one for one in course(play.state) if one.id == "jump"]


def test_a_scenario_that_no_judge_will_mark_can_be_closed() -> None:
    play = begun(Scenario(NAME, mask_own_unit=False))
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    play.do(*[c.ExcuseJudge(judge.number, "不在场") for judge in play.state.rulebook.judges])
    play.after(120)
    assert offered(play) == ["void"]
    play.do(offers(play.state)[0].command)
    assert offered(play) == ["call_turn"]


def test_no_secret_choices_in_a_round_that_was_ended() -> None:
    play = begun(Risk(NAME, sealed=True), seats=2)
    assert desk_view(play.state, 0, 1)["stake"]["values"] == [10, 20, 30, 0]
    play.do(c.EndRound("时间不够"))
    assert desk_view(play.state, 0, 1)["stake"] is None
    assert "已经结束" in play.refused(c.ChooseStake(1, 10))


@pytest.mark.parametrize(
    "outcome, seats", [("winner", ()), ("winner", (1, 2)), ("too_close", (1,)), ("", (1,))]
)
def test_a_verdict_that_makes_no_sense_gives_nobody_the_floor(outcome: str, seats: tuple[int, ...]) -> None:
    play = opened(buzzing(BuzzIn(NAME)))
    play.do(c.ReportVerdict(last_arming(play), outcome, seats, None, None, (), {}))
    assert play.state.buzz.phase == "interrupted" and offered(play) == ["arm"]


def test_an_older_log_masks_no_judge() -> None:
    book = {"kind": "scenario", "title": {"zh": "情景", "en": "Scenario"}}
    assert codec._round(book).mask_own_unit is False
    assert codec._round({**book, "mask_own_unit": True}).mask_own_unit is True


def test_nobody_is_called_while_a_question_for_all_is_exchanged() -> None:
    play = Play(book(rules("buzz_in")))
    play.do(c.StartRound(), c.Present(), c.ReplaceQuestion("印错了"))
    assert play.state.turn is not None and play.state.turn.question is None
    assert projector_view(play.state, 0)["scene"] == {"name": "round_title"}
    play.do(c.Present())
    assert projector_view(play.state, 0)["scene"]["name"] == "question"
