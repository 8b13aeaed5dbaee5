"""Every form of question can be played: shown without its answer, judged by the host, revealed whole."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from question_bank import media_files
from question_bank.bank import Bank
from question_bank.question import FORM_WORDS, TRUE_FALSE_OPTIONS, Question
from server.event_log import EventLog
from server.game import commands as c
from server.game.paper import SealedQuestion
from server.paper.draw import seal
from server.referee import Referee
from server.rule_text.phrases import FORMS, form_name
from server.supervisor import Show, prepare
from server.views.by_role import desk_view, projector_view
from server.views.host_view import Rim, host_view
from server.views.stage_view import audience_view
from tests.question_bank.makers import scenario, single

SOUND = f"q-{'5' * 32}.wav"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
QUESTIONS = [
    single(1, round="compulsory", form="multiple", options=("甲项", "乙项", "丙项", "丁项"), answer="ABD"),
    single(2, round="compulsory", form="fill_in", options=(), answer="秘密甲", variants=("秘密乙", "秘密丙")),
    single(
        3,
        round="compulsory",
        form="listening",
        options=("丑项", "寅项"),
        answer="B",
        media=SOUND,
        alt="一段来电",
        transcript="秘密的话",
    ),
    single(4, round="compulsory", form="listening", options=(), answer="秘密丁", media=SOUND, alt="一段来电"),
    single(5, round="compulsory", form="true_false", options=TRUE_FALSE_OPTIONS, answer="错"),
    single(6, round="compulsory", form="oral", options=(), answer="秘密戊", variants=("秘密己",)),
]
REVEALED = {
    "q1": (["A", "B", "D"], "A. 甲项；B. 乙项；D. 丁项"),
    "q2": ([], "秘密甲"),
    "q3": (["B"], "B. 寅项"),
    "q4": ([], "秘密丁"),
    "q5": (["B"], "错"),
    "q6": ([], "秘密戊"),
}
CONTEST = """title = "决赛"
tie_break = "none"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[round]]
kind = "compulsory"
turns = 3
reserve = 0
by_form = {multiple = 20, listening = 15}
"""


def test_each_is_shown_judged_and_revealed(tmp_path: Path) -> None:
    (tmp_path / "contest.toml").write_text(CONTEST, encoding="utf-8")
    data = tmp_path / "data"
    (data / media_files.FOLDER).mkdir(parents=True)
    (data / media_files.FOLDER / SOUND).write_bytes(WAV)
    with Bank(data / "bank.db") as bank:
        bank.add_all(QUESTIONS)
    prepare(Show(data, contest_file=tmp_path / "contest.toml"))
    referee = Referee(EventLog(data / "contest.db"), lambda: 0, lambda: "now")
    assert referee.submit(c.StartRound()).accepted
    worth = {}
    for _ in QUESTIONS:
        assert referee.submit(c.CallTurn()).accepted and referee.submit(c.Present()).accepted
        turn = referee.state.turn
        assert turn is not None and turn.question is not None
        question = QUESTIONS[int(turn.question.id[1:]) - 1]
        keys, text = REVEALED[question.id]
        for view in (
            projector_view(referee.state, 0),
            audience_view(referee.state, 0),
            desk_view(referee.state, 0, 1),
        ):
            assert "秘密" not in json.dumps(view, ensure_ascii=False)
        shown = projector_view(referee.state, 0)["scene"]["question"]
        assert (shown["form"], len(shown["options"])) == (question.form, len(question.options))
        worth[question.form] = shown["points"]
        secret = host_view(referee.state, 0, referee.paper, Rim())["secret"]
        assert (secret["keys"], secret["answer"]) == (keys, text)
        assert secret["variants"] == list(question.variants) and secret["transcript"] == question.transcript
        assert referee.submit(c.StartClock()).accepted and referee.submit(c.Rule("right")).accepted
        assert referee.submit(c.RevealAnswer()).accepted
        answer = projector_view(referee.state, 0)["scene"]["answer"]
        assert (answer["keys"], answer["text"]) == (keys, text)
        assert "秘密的话" not in json.dumps(projector_view(referee.state, 0), ensure_ascii=False)
    assert worth == {"multiple": 20, "listening": 15, "fill_in": 10, "true_false": 10, "oral": 10}


def test_questions_in_english_ask_true_or_false() -> None:
    question = single(form="true_false", options=TRUE_FALSE_OPTIONS, answer="错", language="en")
    kept = seal(question)
    assert kept.public.options == ("True", "False")
    assert (kept.answer.text, kept.answer.keys) == ("False", ("B",))
    both = seal(single(form="multiple", answer="AC", language="en"))
    assert both.answer.text == "A. 甲; C. 丙"


def test_a_scenario_keeps_the_role_for_the_host() -> None:
    kept = seal(scenario(brief="您是客户"))
    assert kept.brief == "您是客户" and kept.public.items == 3 and not kept.answer.text


@pytest.mark.parametrize("question", [QUESTIONS[1], scenario(brief="您是客户")])
def test_papers_of_older_releases_are_read(question: Question) -> None:
    kept = json.loads(msgspec.json.encode(seal(question)))
    for name in ("variants", "brief", "transcript"):
        del kept[name]
    read = msgspec.json.decode(json.dumps(kept), type=SealedQuestion)
    assert (read.variants, read.brief, read.transcript) == ((), "", "")
    assert read.public == seal(question).public


def test_the_rules_have_a_word_for_every_form() -> None:
    assert {form: form_name(form)[0] for form in FORM_WORDS} == FORM_WORDS
    assert set(FORMS) == set(FORM_WORDS)
