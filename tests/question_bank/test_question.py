"""A question says everything that is wrong with it, and survives its way through JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank import messages
from question_bank.model import first_refused
from question_bank.question import (
    TRUE_FALSE_OPTIONS,
    InvalidQuestion,
    KeyPoint,
    Question,
    content_hash,
    format_points,
    from_dict,
    prompt_key,
    refused_character,
    to_dict,
    validate,
)
from tests.question_bank.makers import scenario, single

TRUE_FALSE = single(form="true_false", options=TRUE_FALSE_OPTIONS, answer="对")
ORAL = single(form="oral", options=(), answer="二")
RISK = single(round="risk", value=20)
MULTIPLE = single(form="multiple", answer="AC")
FILL_IN = single(form="fill_in", options=(), answer="二", variants=("贰", "2"))
SOUND = f"q-{'0' * 32}.ogg"
LISTENING = single(
    form="listening", media=SOUND, alt="一段来电", transcript="您好，\n我要报修。", language="en"
)
DICTATION = single(
    form="listening", options=(), answer="6071", variants=("六零七一",), media=SOUND, alt="来电"
)
FULL = scenario(
    brief="您是一位老人。\n语气急。",
    tags=("投诉", "5G 套餐"),
    time_s=180,
    source_date="2024-02-29",
    pool="rehearsal",
    author="甲",
    reviewer="乙",
    status="reviewed",
    value=20,
)
SOUND_ONES = [
    *(single(), scenario(), TRUE_FALSE, ORAL, RISK, MULTIPLE, FILL_IN, LISTENING, DICTATION, FULL),
    *(single(source_date="2024"), single(source_date="2024-05"), single(time_s=5), single(value=100)),
    *(single(author="甲"), single(status="reviewed"), single(status="retired", author="甲")),
]


@pytest.mark.parametrize("question", SOUND_ONES)
def test_sound_questions_have_no_problems_and_survive_json(question: Question) -> None:
    assert validate(question) == []
    assert from_dict(json.loads(json.dumps(to_dict(question)))) == question


WRONG = [
    (single(id=""), "id", "id"),
    (single(id="题1"), "id", "id"),
    (single(id="a" * 41), "id", "id"),
    (single(round="final"), "round", "choice"),
    (single(form="essay"), "form", "choice"),
    (single(round="scenario"), "form", "form_round"),
    (scenario(round="buzz_in"), "form", "form_round"),
    (single(prompt=""), "prompt", "empty"),
    (single(prompt="长" * 501), "prompt", "too_long"),
    (single(prompt=" 有空格"), "prompt", "untrimmed"),
    (single(prompt="反\u202e转"), "prompt", "character"),
    (single(prompt="零\u200b宽"), "prompt", "character"),
    (single(prompt="铃\a声"), "prompt", "character"),
    (single(area="法律\n法规"), "area", "newline"),
    (single(area=""), "area", "empty"),
    (single(level="最高"), "level", "choice"),
    (single(options=("甲",), answer="A"), "options", "options_count"),
    (single(options=tuple("甲乙丙丁戊己庚")), "options", "options_count"),
    (single(options=("甲", "乙", "甲 ")), "option_c", "option_twice"),
    (single(options=("甲", "", "丙")), "option_b", "empty"),
    (single(options=("A. 甲", "乙", "丙")), "option_a", "option_letter"),
    (single(options=("甲", "Ｂ、乙", "丙")), "option_b", "option_letter"),
    (single(answer="D"), "answer", "answer"),
    (single(answer="b"), "answer", "answer"),
    (single(answer=""), "answer", "answer"),
    (single(answer="AB"), "answer", "answer"),
    (single(key_points=(KeyPoint("多余", 100),)), "key_points", "must_be_empty"),
    (dataclasses.replace(TRUE_FALSE, options=("对", "不对")), "options", "options_fixed"),
    (dataclasses.replace(TRUE_FALSE, answer="A"), "answer", "answer"),
    (dataclasses.replace(ORAL, answer=""), "answer", "empty"),
    (dataclasses.replace(ORAL, options=("甲",)), "options", "must_be_empty"),
    (dataclasses.replace(RISK, value=15), "value", "value"),
    (dataclasses.replace(RISK, value=None), "value", "value"),
    (single(value=0), "value", "value"),
    (single(value=101), "value", "value"),
    (single(form="multiple", answer=""), "answer", "answer_letters"),
    (single(form="multiple", answer="CA"), "answer", "answer_letters"),
    (single(form="multiple", answer="AA"), "answer", "answer_letters"),
    (single(form="multiple", answer="ABC"), "answer", "answer_letters"),
    (single(form="multiple", answer="AD"), "answer", "answer_letters"),
    (single(form="multiple", options=("甲",), answer="A"), "options", "options_count"),
    (dataclasses.replace(FILL_IN, answer=""), "answer", "empty"),
    (dataclasses.replace(FILL_IN, options=("甲", "乙")), "options", "must_be_empty"),
    (dataclasses.replace(FILL_IN, variants=("2", "２")), "variants", "variant_twice"),
    (dataclasses.replace(FILL_IN, variants=("二 ",)), "variants", "variant_twice"),
    (dataclasses.replace(FILL_IN, variants=("a\nb",)), "variants", "newline"),
    (
        dataclasses.replace(FILL_IN, variants=tuple("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋")),
        "variants",
        "too_many",
    ),
    (single(variants=("二",)), "variants", "must_be_empty"),
    (dataclasses.replace(LISTENING, variants=("乙",)), "variants", "must_be_empty"),
    (dataclasses.replace(LISTENING, answer="AB"), "answer", "answer"),
    (dataclasses.replace(LISTENING, media="", alt=""), "media", "listening_media"),
    (dataclasses.replace(LISTENING, media=f"q-{'0' * 32}.png"), "media", "listening_media"),
    (single(transcript="您好"), "transcript", "must_be_empty"),
    (single(brief="您是客户"), "brief", "must_be_empty"),
    (scenario(brief="长" * 1001), "brief", "too_long"),
    (single(tags=("投诉、举报",)), "tags", "tag_sign"),
    (single(tags=("5g", "５Ｇ")), "tags", "tag_twice"),
    (single(tags=("",)), "tags", "empty"),
    (single(tags=("长" * 21,)), "tags", "too_long"),
    (single(tags=tuple("一二三四五六七八九十百")), "tags", "too_many"),
    (single(time_s=4), "time_s", "time_s"),
    (single(time_s=1801), "time_s", "time_s"),
    (single(source_date="2023-02-29"), "source_date", "source_date"),
    (single(source_date="2024-5"), "source_date", "source_date"),
    (single(source_date="0024"), "source_date", "source_date"),
    (single(source_date="2０２４"), "source_date", "source_date"),
    (single(language="fr"), "language", "choice"),
    (single(pool="private"), "pool", "choice"),
    (single(status="new"), "status", "choice"),
    (single(status="reviewed", author="甲"), "reviewer", "reviewer_missing"),
    (single(status="used", author="Li Na", reviewer="li na"), "reviewer", "four_eyes"),
    (scenario(answer="有"), "answer", "must_be_empty"),
    (scenario(key_points=()), "key_points", "key_points_count"),
    (scenario(key_points=(KeyPoint("一", 1999),)), "key_points", "points_sum"),
    (scenario(key_points=(KeyPoint("一", 2000), KeyPoint("二", 0))), "key_points", "points"),
    (scenario(key_points=(KeyPoint("", 2000),)), "key_points", "empty"),
]


@pytest.mark.parametrize(("question", "field", "code"), WRONG)
def test_each_mistake_is_named_with_its_place_and_its_mending(
    question: Question, field: str, code: str
) -> None:
    problems = validate(question)
    assert (field, code) in [(p.field, p.code) for p in problems]
    problem = next(p for p in problems if p.code == code)
    for language in messages.LANGUAGES:
        assert messages.mend(code, problem.allowed, language) in problem.text(language)
        assert problem.field in problem.text(language)


def test_all_mistakes_come_at_once() -> None:
    question = single(id="?", prompt="", answer="Z", area="", level="")
    assert {p.field for p in validate(question)} == {"id", "prompt", "answer", "area", "level"}


def test_from_dict_names_missing_unknown_and_mistyped_fields_together() -> None:
    data: dict[str, Any] = to_dict(single())
    del data["source"]
    data |= {"points": 10, "value": True, "options": "甲乙", "key_points": [{"text": "一", "points_cp": 1.5}]}
    with pytest.raises(InvalidQuestion) as caught:
        from_dict(data)
    assert {(p.field, p.code) for p in caught.value.problems} == {
        ("source", "missing_key"),
        ("points", "unknown_key"),
        ("value", "type"),
        ("options", "type"),
        ("key_points", "type"),
    }


def test_json_of_an_older_release_is_read() -> None:
    data = to_dict(single())
    for name in list(data)[list(data).index("media") :]:
        del data[name]
    assert from_dict(data) == single()


def test_the_content_of_a_question_does_not_change_with_where_it_stands() -> None:
    reviewed = single(author="甲", reviewer="乙", status="reviewed", pool="rehearsal")
    assert content_hash(reviewed) == content_hash(single())
    for changed in (
        single(answer="A"),
        single(tags=("新",)),
        single(time_s=20),
        single(options=("甲", "乙", "丁")),
    ):
        assert content_hash(changed) != content_hash(single())


def test_the_canonical_text_stays_what_it_was() -> None:
    # Commitments that were published are made of it: another byte here, and nobody can verify them any more.
    digest = "fdc35eb7637a1611da77746c9199d3e9f73ba8a6d6a0f02b11dda6a0d43c668a"
    assert content_hash(FULL) == digest


@settings(database=None)
@given(st.text(max_size=30))
def test_the_fast_look_for_refused_characters_finds_the_same(text: str) -> None:
    assert first_refused(text) == next((c for c in text if refused_character(c)), None)


def test_from_dict_refuses_sound_types_with_unsound_content() -> None:
    with pytest.raises(InvalidQuestion, match="level"):
        from_dict(to_dict(single()) | {"level": "超级"})


def test_prompts_are_compared_as_heard() -> None:
    assert prompt_key("５Ｇ 是什么？") == prompt_key("5g是什么?")
    assert prompt_key("4G是什么？") != prompt_key("5G是什么？")


def test_messages_show_hostile_text_without_its_effect() -> None:
    text = validate(single(id="\u202egnp"))[0].text()
    assert "\u202e" not in text and "<U+202E>" in text


@settings(database=None)
@given(st.integers(min_value=0, max_value=200_000))
def test_points_are_written_exactly(points_cp: int) -> None:
    whole, _, decimals = format_points(points_cp).partition(".")
    assert int(whole) * 100 + int(decimals.ljust(2, "0")) == points_cp
    assert not decimals.endswith("0")


def test_every_message_has_both_languages_and_the_same_blanks() -> None:
    for code in messages.CODES:
        for speak in (messages.what, messages.mend):
            zh, en = speak(code, "<allowed>", "zh"), speak(code, "<allowed>", "en")
            assert zh and en and zh.isascii() <= (zh == "<allowed>")
            assert ("<allowed>" in zh) == ("<allowed>" in en)
