"""GIFT: files as the description has them, what is not kept is told, and round trips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import FORMATS, Defaults, Parsed, Unreadable
from question_bank.question import Question
from tests.question_bank.formats.strategies import questions

GIFT = FORMATS["gift"]
HERE = Path(__file__).parent
DEFAULTS = Defaults(round="buzz_in", area="常识", level="初级")


def read(text: str | bytes, defaults: Defaults = DEFAULTS) -> Parsed:
    return GIFT.read(text, defaults)


def one(text: str) -> Question:
    """The only question of a sound text."""
    parsed = read(text)
    assert parsed.problems == []
    (draft,) = parsed.questions
    return draft.question


def codes(parsed: Parsed, number: int) -> list[str]:
    return [note.code for note in parsed.notes if note.number == number]


def test_a_file_of_all_kinds_comes_in_and_every_loss_is_told() -> None:
    parsed = read((HERE / "network.gift").read_bytes())
    assert parsed.problems == []
    by_number = {draft.number: draft.question for draft in parsed.questions}
    vlan = by_number[1]
    assert (vlan.id, vlan.form, vlan.answer, vlan.area) == ("gift-vlan", "single", "B", "交换技术")
    assert vlan.options == ("8 位", "12 位", "16 位")
    assert vlan.explanation == "2¹² > 4000，其中 0 和 4095 保留。"
    assert (vlan.tags, vlan.language) == (("VLAN", "以太网"), "zh")
    assert codes(parsed, 1) == ["not_kept_feedback"]
    arp = by_number[2]
    assert arp.prompt.endswith("hardware address is called _____ on a local network.")
    assert (arp.answer, arp.language) == ("B", "en")
    assert (by_number[3].form, by_number[3].answer) == ("multiple", "AB")
    assert codes(parsed, 3) == ["not_kept_weight"]
    assert (by_number[4].form, by_number[4].answer) == ("single", "B")
    assert codes(parsed, 4) == ["not_kept_weight", "not_kept_feedback"]
    assert (by_number[5].answer, by_number[5].options) == ("错", ("对", "错"))
    assert codes(parsed, 5) == ["not_kept_feedback"]
    assert by_number[6].answer == "对"
    assert (by_number[7].form, by_number[7].answer, by_number[7].variants) == ("fill_in", "86", ("+86",))
    assert codes(parsed, 7) == ["not_kept_partial", "not_kept_wildcard", "not_kept_feedback"]
    assert (by_number[8].answer, by_number[8].explanation) == ("1844", "Accepted: 1843 to 1845.")
    assert by_number[9].answer == "3.141 to 3.142"
    assert by_number[9].explanation == "A number between the two.\nAccepted: 3.141 to 3.142."
    assert codes(parsed, 10) == ["not_kept_partial", "not_kept_range", "not_kept_feedback"]
    assert (codes(parsed, 11), codes(parsed, 12)) == (["left_out_matching"], ["left_out_essay"])
    assert (by_number[13].form, by_number[13].answer[:12]) == ("oral", "It sends the")
    assert codes(parsed, 13) == ["kept_essay"]
    assert codes(parsed, 14) == ["left_out_description"]
    escapes = by_number[15]
    assert escapes.prompt == "Which of {1, 2} solves x = 4: 2 ~ ?\nAnswer with #."
    assert escapes.options == ("2 = 4 : 2 \\ # {} ~", "1 -> 2")
    assert escapes.area == "A/B 口"
    assert codes(parsed, 16) == ["left_out_several_right"]
    assert sorted(by_number) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 15]
    told = {note.code: note.found for note in parsed.notes if note.number is None}
    assert told == {"not_kept_order": "2", "not_kept_titles": "11"}


def test_notes_say_which_question_and_where_it_stands() -> None:
    parsed = read((HERE / "network.gift").read_bytes())
    note = next(note for note in parsed.notes if note.code == "left_out_matching")
    assert (note.number, note.name) == (11, "Matching")
    lines = (HERE / "network.gift").read_text(encoding="utf-8-sig").split("\n")
    assert lines[(note.line or 0) - 1].startswith("::Matching::")
    assert note.text("zh").startswith("第 11 题（Matching），第 ")
    assert "left out" in note.text("en")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("An open brace {=a ~b", "fmt_braces", 1),
        ("\n\nTwo pairs {=a} and {=b}", "fmt_braces", 3),
        ("Wrong way round }=a{", "fmt_braces", 1),
        ("A blank line inside {\n=a\n\n~b}", "fmt_braces", 1),
        ("No right one {~a ~b}", "fmt_no_right", 1),
        ("One answer {~%100%a}", "fmt_few_answers", 1),
        ("No number {#about five}", "fmt_number", 1),
        ("No number {#1..x}", "fmt_number", 1),
        ("Endless {#1e999999999}", "fmt_number", 1),
        ("Not a number {#nan}", "fmt_number", 1),
        ("Half matched {=a->b =c}", "fmt_matching", 1),
        ("Too much {~%500%a =b}", "fmt_weight", 1),
        ("A stand-in \ufdd1 {=a ~b}", "character", 1),
    ],
)
def test_what_is_no_gift_is_a_problem_with_its_line(text: str, code: str, line: int) -> None:
    parsed = read(text)
    assert [(p.code, p.line) for p in parsed.problems if p.number == 1] == [(code, line)]
    assert parsed.questions == []


def test_what_the_schema_cannot_hold_is_left_out_not_refused() -> None:
    seven = (
        "Seven {=1 ~2 ~3 ~4 ~5 ~6 ~7}\n\nLong {="
        + "x" * 121
        + " ~b}\n\n[html]<img src='a.png'>{T}\n\nFine {T}"
    )
    parsed = read(seven)
    assert parsed.problems == []
    assert [draft.number for draft in parsed.questions] == [4]
    assert codes(parsed, 1) == ["left_out_options_count"]
    assert codes(parsed, 2) == ["left_out_too_long"]
    assert codes(parsed, 3) == ["not_kept_picture", "left_out_empty"]


def test_defaults_fill_what_the_file_does_not_say() -> None:
    defaults = Defaults("risk", "线路", "技师", "zh", "《手册》", "Li", "rehearsal", 20)
    (draft,) = read("The sun rises in the east.{T}", defaults).questions
    question = draft.question
    assert (question.round, question.area, question.level, question.language) == (
        "risk",
        "线路",
        "技师",
        "zh",
    )
    assert (question.source, question.author, question.pool, question.value) == (
        "《手册》",
        "Li",
        "rehearsal",
        20,
    )
    assert question.status == "draft"
    assert draft.question.id == ""


def test_text_formats() -> None:
    assert one("[html]<p>Is 10<sup>3</sup>&nbsp;&lt; 2?</p>{F}").prompt == "Is 10³ < 2?"
    assert one("[plain]Is <b> a tag?{T}").prompt == "Is <b> a tag?"
    assert one("Is a<b and b>c?{T}").prompt == "Is a<b and b>c?"
    assert one("Is <em>this</em> it?{T}").prompt == "Is this it?"
    assert codes(read("[markdown]Is **this** it?{T}"), 1) == ["not_kept_markdown"]
    assert codes(read("[markdown]Is this it?{T}"), 1) == []
    assert one("[html]x{=[plain]<a> ~[html]<b>c</b>}").options == ("<a>", "c")


def test_other_encodings() -> None:
    text = "太阳从东方升起。{T}"
    for data in (
        text.encode("utf-8-sig"),
        text.encode("gb18030"),
        text.encode("utf-16"),
        text.replace("\n", "\r\n").encode(),
    ):
        (draft,) = read(data).questions
        assert draft.question.prompt == "太阳从东方升起。"


def test_an_id_that_does_not_fit_is_told() -> None:
    parsed = read("// [id:问题 1] [tag:%s]\nx{T}" % ("长" * 21))
    assert parsed.questions[0].question.id == ""
    assert codes(parsed, 1) == ["not_kept_id", "not_kept_tags"]


FORMS = ("single", "multiple", "true_false", "fill_in", "oral")


@settings(max_examples=60, deadline=None)
@given(st.lists(questions(FORMS), max_size=3))
def test_what_gift_can_hold_comes_back(written: list[Question]) -> None:
    out = GIFT.write(written)
    parsed = read(out.data)
    assert parsed.problems == []
    lost = {(note.number, note.column) for note in out.notes}
    back = [draft.question for draft in parsed.questions]
    assert len(back) == len(written)
    for number, (before, after) in enumerate(zip(written, back, strict=True), start=1):
        if (number, "tags") in lost:
            before, after = replace(before, tags=()), replace(after, tags=())
        if (number, "variants") in lost:
            before, after = replace(before, variants=()), replace(after, variants=())
        assert replace(after, level=before.level, language="zh") == before


PIECES = ["{", "}", "=", "~", "#", "####", "::", "%50%", "->", "\\", "//", "$CATEGORY:", "1..5", "3:2", "T"]
PIECES += ["[html]", "<b>", "&lt;", "a", "题", "*", "%", "[tag:", "]", "-", ".", "<!--", "</"]
PIECES += ["\n", "\n\n", " "]


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.text(), st.binary(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_no_text_makes_the_reader_fail(data: str | bytes) -> None:
    try:
        parsed = read(data)
    except Unreadable as error:
        assert error.problem.text("zh") and error.problem.text("en")
        return
    for finding in parsed.problems + parsed.notes:
        assert finding.text("zh") and finding.text("en")
        assert "\n" not in finding.text("zh")


def test_scenarios_and_listening_are_named_as_not_written() -> None:
    base = one("x{T}")
    listening = replace(
        base, id="l1", form="listening", options=(), answer="hi", media="q-" + "0" * 32 + ".wav"
    )
    out = GIFT.write([replace(base, id="t1", source="《民法典》第 1 条"), listening])
    assert [(note.code, note.number, note.name) for note in out.notes] == [
        ("not_written_form", 2, "l1"),
        ("not_written_fields", None, ""),
    ]
    assert out.notes[1].allowed == "round, level, source"
