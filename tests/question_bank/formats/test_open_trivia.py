"""Open Trivia DB: its four encodings, its response codes, hostile JSON, and round trips."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import FORMATS, Defaults, Unreadable
from question_bank.question import OPTION_LETTERS, Question
from tests.question_bank.formats.strategies import questions

TRIVIA = FORMATS["open_trivia"]
HERE = Path(__file__).parent
ITEM = {
    "type": "multiple",
    "difficulty": "easy",
    "category": "History",
    "question": "Who? Why &amp; when?",
    "correct_answer": "x",
    "incorrect_answers": ["y", "z"],
}


@pytest.mark.parametrize("encoding", ["html", "url_legacy", "url3986", "base64"])
def test_each_encoding_gives_the_same_questions(encoding: str) -> None:
    parsed = TRIVIA.read((HERE / f"trivia_{encoding}.json").read_bytes(), Defaults())
    assert parsed.problems == []
    choice, yes_no = [draft.question for draft in parsed.questions]
    assert choice.prompt == "Don't forget that π = 3.14 & doesn't equal 3. Which \"tag\" is <b>?"
    assert set(choice.options) == {"bold & strong", "italic", "50% grey", "a+b"}
    assert choice.options[OPTION_LETTERS.index(choice.answer)] == "bold & strong"
    assert (choice.area, choice.level, choice.language) == ("Science: Computers", "初级", "en")
    assert "CC BY-SA 4.0" in choice.source
    assert (yes_no.form, yes_no.answer, yes_no.options, yes_no.level) == (
        "true_false",
        "对",
        ("对", "错"),
        "高级",
    )
    assert [(note.code, note.found) for note in parsed.notes] == [("not_kept_difficulty", "2")]


def test_the_right_answer_does_not_always_stand_first_and_the_order_is_the_same_each_time() -> None:
    items = [{**ITEM, "question": f"Question {number}?"} for number in range(30)]
    first, again = (TRIVIA.read(json.dumps(items), Defaults()).questions for _ in range(2))
    assert first == again
    assert {draft.question.answer for draft in first} == {"A", "B", "C"}


def test_a_given_level_wins_over_difficulty() -> None:
    parsed = TRIVIA.read(json.dumps([ITEM]), Defaults(level="技师", source="Quiz night"))
    assert (parsed.questions[0].question.level, parsed.questions[0].question.source) == ("技师", "Quiz night")
    assert parsed.notes == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"response_code": 5, "results": []}', "fmt_trivia_code"),
        (b'{"response_code": [], "results": []}', "fmt_trivia_code"),
        (b"{", "fmt_json"),
        (b"[" * 100_000, "fmt_depth"),
        (b'{"a":' * 100_000, "fmt_depth"),
        (b"[" + b"9" * 5000 + b"]", "fmt_json"),
        (b'"text"', "fmt_not_trivia"),
        (b'{"results": {}}', "fmt_not_trivia"),
        (b"\xff\xff\xff", "encoding"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(data: bytes, code: str) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable) as caught:
        TRIVIA.read(data, Defaults())
    assert caught.value.problem.code == code
    assert "\n" not in caught.value.problem.text("zh")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"question": None}, "fmt_trivia_item"),
        ({"incorrect_answers": "y"}, "fmt_trivia_item"),
        ({"incorrect_answers": [1]}, "fmt_trivia_item"),
        ({"incorrect_answers": []}, "fmt_few_answers"),
        ({"type": "boolean"}, "fmt_no_right"),
        ({"question": "x" * 20_001}, "fmt_text_size"),
    ],
)
def test_a_wrong_question_is_a_problem(changes: dict[str, Any], code: str) -> None:
    parsed = TRIVIA.read(json.dumps([{**ITEM, **changes}]), Defaults())
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.questions == []


def test_an_unknown_type_and_a_wrong_answer_that_is_right_are_left_out() -> None:
    parsed = TRIVIA.read(
        json.dumps([{**ITEM, "type": "text"}, {**ITEM, "incorrect_answers": ["x", "y"]}]), Defaults()
    )
    assert (parsed.problems, parsed.questions) == ([], [])
    codes = [(note.number, note.code) for note in parsed.notes if note.number]
    assert codes == [(1, "left_out_type"), (2, "left_out_several_right")]


@settings(max_examples=60, deadline=None)
@given(st.lists(questions(("single", "true_false")), max_size=3))
def test_what_it_can_hold_comes_back(written: list[Question]) -> None:
    written = [replace(question, area="法律法规") for question in written]
    parsed = TRIVIA.read(TRIVIA.write(written).data, Defaults())
    assert parsed.problems == []
    back = [draft.question for draft in parsed.questions]
    assert len(back) == len(written)
    for before, after in zip(written, back, strict=True):
        assert (after.prompt, after.form, after.area) == (before.prompt, before.form, before.area)
        assert sorted(after.options) == sorted(before.options)
        assert right(after) == right(before)


def right(question: Question) -> str:
    if question.form == "true_false":
        return question.answer
    return question.options[OPTION_LETTERS.index(question.answer)]


SCALAR = (
    st.none() | st.integers() | st.text() | st.sampled_from(["multiple", "boolean", "True", "bXVsdGlwbGU="])
)
VALUE = SCALAR | st.lists(SCALAR, max_size=3)
RESULT = st.dictionaries(st.sampled_from([*ITEM]), VALUE) | st.fixed_dictionaries(dict.fromkeys(ITEM, VALUE))
FILE = st.dictionaries(
    st.sampled_from(["results", "response_code", "x"]), VALUE | st.lists(RESULT | SCALAR, max_size=3)
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(FILE.map(json.dumps), st.lists(RESULT, max_size=3).map(json.dumps), st.text(), st.binary()))
def test_no_data_makes_the_reader_fail(data: str | bytes) -> None:
    try:
        parsed = TRIVIA.read(data, Defaults())
    except Unreadable as error:
        assert error.problem.text("zh")
        return
    for finding in parsed.problems + parsed.notes:
        assert finding.text("zh") and "\n" not in finding.text("en")
