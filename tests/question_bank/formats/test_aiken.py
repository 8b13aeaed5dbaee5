"""Aiken: files as the description has them, clear words for broken ones, and round trips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import FORMATS, Defaults, Unreadable
from question_bank.question import Question
from tests.question_bank.formats.strategies import questions

AIKEN = FORMATS["aiken"]
HERE = Path(__file__).parent
DEFAULTS = Defaults(area="常识", level="初级")


def test_the_file_of_the_description_and_one_in_chinese() -> None:
    parsed = AIKEN.read((HERE / "course.aiken.txt").read_bytes(), DEFAULTS)
    assert (parsed.problems, parsed.notes) == ([], [])
    first, second, third, fourth = [draft.question for draft in parsed.questions]
    assert first.prompt == "What is the correct answer to this question?"
    assert first.options == (
        "Is it this one?",
        "Maybe this answer?",
        "Possibly this one?",
        "Must be this one!",
    )
    assert (first.form, first.answer, first.language) == ("single", "D", "en")
    assert (second.options, second.answer, second.language) == (("网络层", "传输层", "数据链路层"), "B", "zh")
    assert (third.form, third.options, third.answer) == ("true_false", ("对", "错"), "对")
    assert (fourth.options, fourth.answer) == (("可以", "不可以"), "B")
    assert [draft.line for draft in parsed.questions] == [1, 8, 14, 18]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("A question with too few answers\nA) Only answer\nANSWER: A", "fmt_few_answers", 1),
        ("A) Question not started", "fmt_aiken_start", 1),
        ("\nANSWER: A", "fmt_aiken_start", 2),
        ("Started, not finished\nA) x\nB) y\n\nNext one", "fmt_aiken_open", 1),
        ("On two\nlines\nA) x\nB) y\nANSWER: A", "fmt_aiken_open", 1),
        ("A gap\nA) x\nC) y\nANSWER: A", "fmt_aiken_letters", 1),
        ("No such letter\nA) x\nB) y\nANSWER: C", "fmt_aiken_answer", 1),
        ("Two letters\nA) x\nB) y\nANSWER: AB", "fmt_aiken_answer", 1),
        ("No options\nANSWER: A", "fmt_aiken_answer", 1),
        ("x" * 20_001, "fmt_text_size", 1),
    ],
)
def test_a_broken_question_is_named_with_its_line(text: str, code: str, line: int) -> None:
    problem = AIKEN.read(text, DEFAULTS).problems[0]
    assert (problem.code, problem.line) == (code, line)
    assert problem.text("zh").count("\n") == 0 and problem.text("en")


def test_more_options_than_the_bank_holds_are_left_out() -> None:
    options = "\n".join(f"{letter}. choice {letter}" for letter in "ABCDEFG")
    parsed = AIKEN.read(f"Seven\n{options}\nANSWER: G\n\nTwo\nA. x\nB. y\nANSWER: B\n", DEFAULTS)
    assert [draft.question.prompt for draft in parsed.questions] == ["Two"]
    assert [(note.code, note.number) for note in parsed.notes] == [("left_out_options_count", 1)]


def test_what_aiken_cannot_hold_is_named() -> None:
    (draft,) = AIKEN.read("Q\nA. x\nB. y\nANSWER: B", DEFAULTS).questions
    base = replace(draft.question, id="a1")
    out = AIKEN.write(
        [
            replace(base, prompt="one\ntwo"),
            replace(base, id="a2", form="oral", options=(), answer="z"),
            replace(base, id="a3", prompt="A. Lincoln was born in"),
        ]
    )
    assert [(note.code, note.number, note.name) for note in out.notes][:3] == [
        ("not_written_newlines", 1, "a1"),
        ("not_written_form", 2, "a2"),
        ("not_written_text", 3, "a3"),
    ]
    assert out.data.decode() == "one two\nA) x\nB) y\nANSWER: B\n"


@settings(max_examples=60, deadline=None)
@given(st.lists(questions(("single", "true_false")), max_size=3))
def test_what_aiken_can_hold_comes_back(written: list[Question]) -> None:
    out = AIKEN.write(written)
    gone = {note.number for note in out.notes if note.code == "not_written_text"}
    parsed = AIKEN.read(out.data, DEFAULTS)
    assert parsed.problems == []
    kept = [q for number, q in enumerate(written, start=1) if number not in gone]
    back = [draft.question for draft in parsed.questions]
    assert [(q.form, q.options, q.answer) for q in back] == [(q.form, q.options, q.answer) for q in kept]
    assert ["".join(q.prompt.split()) for q in back] == ["".join(q.prompt.split()) for q in kept]


PIECES = ["A) ", "B. ", "C、", "ANSWER: A", "ANSWER:", "\n", "\n\n", "x", "题", "\r", "A", "：", "）", " "]


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.text(), st.binary(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_no_text_makes_the_reader_fail(data: str | bytes) -> None:
    try:
        parsed = AIKEN.read(data, DEFAULTS)
    except Unreadable as error:
        assert error.problem.text("zh")
        return
    for finding in parsed.problems + parsed.notes:
        assert finding.text("zh") and finding.text("en")
