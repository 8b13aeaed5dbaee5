"""Moodle XML: files as the description has them, hostile ones, and round trips."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import FORMATS, Defaults, Parsed, Unreadable
from question_bank.question import KeyPoint, Question
from tests.question_bank.formats.strategies import questions

MOODLE = FORMATS["moodle_xml"]
HERE = Path(__file__).parent
DEFAULTS = Defaults(area="常识", level="初级")


def read(text: str | bytes, defaults: Defaults = DEFAULTS) -> Parsed:
    return MOODLE.read(text, defaults)


def quiz(kind: str, inside: str, prompt: str = "<text>Which?</text>", form: str = "html") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n<question type="{kind}">'
        f'<questiontext format="{form}">{prompt}</questiontext>{inside}</question></quiz>'
    )


def codes(parsed: Parsed, number: int = 1) -> list[str]:
    return [note.code for note in parsed.notes if note.number == number]


def test_a_file_of_all_kinds_comes_in_and_every_loss_is_told() -> None:
    parsed = read((HERE / "course.xml").read_bytes())
    assert parsed.problems == []
    by_number = {draft.number: draft.question for draft in parsed.questions}
    vlan = by_number[1]
    assert (vlan.id, vlan.form, vlan.prompt) == ("net-1", "single", "下列哪一项是 VLAN 标签的字段？")
    assert (vlan.options, vlan.answer) == (("VID", "TTL", "MTU"), "A")
    assert vlan.explanation == "IEEE 802.1Q：2¹² 个编号。"
    assert (vlan.area, vlan.tags, vlan.language) == ("交换技术", ("网络",), "zh")
    assert codes(parsed, 1) == ["not_kept_picture", "not_kept_weight", "not_kept_feedback", "not_kept_grade"]
    assert next(n.found for n in parsed.notes if n.code == "not_kept_picture") == "vlan tag.png 标签"
    assert (by_number[2].form, by_number[2].answer, by_number[2].prompt) == (
        "multiple",
        "AB",
        "a < b: which two?",
    )
    assert (by_number[3].form, by_number[3].answer) == ("true_false", "错")
    assert (by_number[4].form, by_number[4].answer, by_number[4].variants) == (
        "fill_in",
        "no one",
        ("nobody",),
    )
    assert codes(parsed, 4) == ["not_kept_case", "not_kept_partial"]
    assert (by_number[5].answer, by_number[5].explanation) == ("3.14", "Accepted: 3.135 to 3.145.")
    assert codes(parsed, 5) == ["not_kept_units", "not_kept_range"]
    assert (by_number[7].form, by_number[7].answer) == ("oral", "• one\n• two")
    left = {n: codes(parsed, n) for n in (6, 8, 9, 10, 11)}
    assert left == {
        6: ["left_out_matching"],
        8: ["left_out_essay"],
        9: ["left_out_description"],
        10: ["left_out_cloze"],
        11: ["left_out_type"],
    }
    assert [draft.line for draft in parsed.questions][:2] == [5, 18]
    told = {note.code: note.found for note in parsed.notes if note.number is None}
    assert told == {"not_kept_order": "1", "not_kept_settings": "1", "not_kept_titles": "6"}


def test_old_files_name_true_and_false_in_their_own_language() -> None:
    inside = (
        '<answer fraction="100"><text>Wahr</text></answer><answer fraction="0"><text>Falsch</text></answer>'
    )
    assert read(quiz("truefalse", inside)).questions[0].question.answer == "对"
    turned = (
        '<answer fraction="100"><text>false</text></answer><answer fraction="0"><text>true</text></answer>'
    )
    assert read(quiz("truefalse", turned)).questions[0].question.answer == "错"


def test_marks_become_points_in_the_risk_round_only() -> None:
    inside = "<defaultgrade>20.0000000</defaultgrade>" + (
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
    )
    parsed = read(quiz("truefalse", inside), Defaults("risk", "常识", "初级", value=10))
    assert (parsed.questions[0].question.value, codes(parsed)) == (20, [])
    parsed = read(quiz("truefalse", inside))
    assert (parsed.questions[0].question.value, codes(parsed)) == (None, ["not_kept_grade"])


@pytest.mark.parametrize(
    ("kind", "inside", "code"),
    [
        ("multichoice", "", "fmt_few_answers"),
        ("multichoice", '<answer fraction="x"><text>a</text></answer>', "fmt_weight"),
        ("multichoice", "<answer><text>a</text></answer><answer><text>b</text></answer>", "fmt_no_right"),
        ("truefalse", "", "fmt_few_answers"),
        ("shortanswer", "", "fmt_no_right"),
        ("numerical", '<answer fraction="100"><text>many</text></answer>', "fmt_number"),
        ("numerical", "", "fmt_no_right"),
    ],
)
def test_a_wrong_question_is_a_problem_with_its_line(kind: str, inside: str, code: str) -> None:
    parsed = read(quiz(kind, inside))
    assert [(p.code, p.number, p.line) for p in parsed.problems] == [(code, 1, 3)]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "entities that grow": f"<?xml version='1.0'?>{BOMB}]><quiz>&i;</quiz>",
    "an outside file": '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
    "an outside document type": '<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/x.dtd"><quiz/>',
    "a parameter entity": '<!DOCTYPE q [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]><quiz/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_entities_and_document_types_are_refused(name: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(HOSTILE[name])
    assert caught.value.problem.code == "fmt_xml_entities"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("<quiz>" * 100_000, "fmt_depth"),
        ("<a>" * 3, "fmt_not_quiz"),
        ("<quiz>&nbsp;</quiz>", "fmt_xml"),
        ("<quiz><question></quiz>", "fmt_xml"),
        ("", "fmt_xml"),
        ("no xml at all", "fmt_xml"),
        ("<quiz>\x00</quiz>", "fmt_xml"),
        ("<quiz>\ud800</quiz>", "fmt_xml"),
        (b"\xff\xff\xff", "encoding"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line_and_soon(data: str | bytes, code: str) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.problem.code == code
    assert "\n" not in caught.value.problem.text("zh")
    assert time.process_time() - began < 2


def test_markup_without_end_takes_no_time() -> None:
    for piece in ("<a ", "<!--", "</", "<![CDATA[", "&", "<a b='", "<sup>", "<script>"):
        began = time.process_time()
        text = (piece * 20_000)[:19_000].replace("&", "&amp;").replace("<", "&lt;")
        read(quiz("essay", "", f"<text>{text}</text>"))
        assert time.process_time() - began < 1, piece


def test_other_encodings_and_blank_lines_before_the_head() -> None:
    text = quiz("essay", "<graderinfo><text>因为有路由表。</text></graderinfo>", "<text>为什么？</text>")
    for data in (
        text.encode("utf-8-sig"),
        text.replace("UTF-8", "GB2312").encode("gb18030"),
        text.replace("UTF-8", "UTF-16").encode("utf-16"),
        b"\n\n" + text.encode(),
    ):
        (draft,) = read(data).questions
        assert (draft.question.prompt, draft.question.answer) == ("为什么？", "因为有路由表。")
    assert read(b"\n\n" + text.encode()).questions[0].line == 5


def test_bidi_controls_come_through_to_be_refused_by_validation() -> None:
    inside = (
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
    )
    (draft,) = read(quiz("truefalse", inside, "<text>a\u202eb</text>")).questions
    assert "\u202e" in draft.question.prompt


def test_scenarios_become_essays_and_listening_is_named_as_not_written() -> None:
    inside = "<graderinfo><text>x</text></graderinfo>"
    base = replace(read(quiz("essay", inside)).questions[0].question, id="s1")
    points = (KeyPoint("问候", 400), KeyPoint("核实", 1600))
    scenario = replace(
        base, round="scenario", form="scenario", answer="", key_points=points, brief="您很着急。"
    )
    listening = replace(base, id="l1", form="listening", media="q-" + "0" * 32 + ".wav")
    out = MOODLE.write([scenario, listening])
    assert [(note.code, note.number) for note in out.notes] == [
        ("not_written_form", 2),
        ("not_written_fields", None),
    ]
    assert read(out.data).questions[0].question.answer == "您很着急。\n问候 | 4\n核实 | 16"


@settings(max_examples=60, deadline=None)
@given(st.lists(questions(("single", "multiple", "true_false", "fill_in", "oral")), max_size=3))
def test_what_moodle_can_hold_comes_back(written: list[Question]) -> None:
    parsed = read(MOODLE.write(written).data)
    assert parsed.problems == []
    back = [draft.question for draft in parsed.questions]
    assert len(back) == len(written)
    for before, after in zip(written, back, strict=True):
        assert replace(after, level=before.level, language="zh") == before


PIECES = [
    "<quiz>",
    "</quiz>",
    "<question type='multichoice'>",
    "<question type='essay'>",
    "</question>",
    "<text>",
    "</text>",
]
PIECES += [
    "<questiontext format='html'>",
    "</questiontext>",
    "<answer fraction='50'>",
    "</answer>",
    "<![CDATA[<b>",
    "]]>",
]
PIECES += [
    "<question type='numerical'>",
    "<question type='shortanswer'>",
    "&lt;",
    "x",
    "题",
    "\n",
    "<tags><tag>",
    "<!DOCTYPE x>",
]


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.lists(st.sampled_from(PIECES)).map("".join),
        st.lists(st.sampled_from(PIECES)).map(lambda some: "<quiz>" + "".join(some)),
        st.tuples(
            st.sampled_from(
                ["multichoice", "truefalse", "shortanswer", "numerical", "essay", "cloze", "category"]
            ),
            st.lists(
                st.tuples(
                    st.sampled_from(["100", "50", "0", "-5", "x", ""]),
                    st.text(st.characters(codec="utf-8"), max_size=5),
                )
            ),
            st.text(max_size=9),
        ).map(
            lambda made: quiz(
                made[0],
                "".join(f"<answer fraction='{f}'><text>{t}</text></answer>" for f, t in made[1]),
                made[2],
            )
        ),
    )
)
def test_no_text_makes_the_reader_fail(data: str | bytes) -> None:
    try:
        parsed = read(data)
    except Unreadable as error:
        assert error.problem.text("zh")
        return
    for finding in parsed.problems + parsed.notes:
        assert finding.text("zh") and "\n" not in finding.text("en")
