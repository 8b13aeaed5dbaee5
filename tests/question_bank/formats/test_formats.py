"""The registry of formats: which file is in which, and HTML as plain text."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import FORMATS, Defaults, Parsed, alias, sniff
from question_bank.formats.parsed import Item, area_path, category_area
from question_bank.formats.plain_text import AUTO, HTML, PLAIN, to_html, to_plain
from tests.question_bank.formats.strategies import texts

HERE = Path(__file__).parent


def plain(text: str, kind: str = HTML) -> tuple[str, list[str]]:
    """(text, codes of what is told)."""
    item = Item(Parsed(), 1, 1)
    return to_plain(text, kind, item, "prompt"), [note.code for note in item.parsed.notes]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("network.gift", "gift"),
        ("course.aiken.txt", "aiken"),
        ("course.xml", "moodle_xml"),
        ("trivia_html.json", "open_trivia"),
        ("trivia_base64.json", "open_trivia"),
    ],
)
def test_files_are_told_by_what_is_in_them(name: str, expected: str) -> None:
    head = (HERE / name).read_bytes()[:65536]
    assert sniff(Path(name), head) == expected
    if expected != "moodle_xml":
        assert sniff(Path("file.txt"), head) == expected
    assert FORMATS[expected].endings


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.csv", b"ANSWER: A"),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.json", b'{"format": "firstpress-questions", "questions": [{"correct_answer": 1}]}'),
        ("a.json", b"{}"),
        ("a.xml", b"<html><body></body></html>"),
        ("a.txt", b"just words"),
        ("a.docx", b"{=a}"),
        ("a.txt", b""),
    ],
)
def test_what_is_none_of_these_is_left_to_others(name: str, head: bytes) -> None:
    assert sniff(Path(name), head) is None


def test_names_that_people_use() -> None:
    assert [
        alias(word) for word in ("GIFT", "moodle-xml", "Moodle", "OpenTDB", "open-trivia", "Aiken", "word")
    ] == [
        "gift",
        "moodle_xml",
        "moodle_xml",
        "open_trivia",
        "open_trivia",
        "aiken",
        None,
    ]


def test_the_registry_loads_no_reader() -> None:
    code = "import sys, question_bank.formats; print([m for m in sys.modules if 'defusedxml' in m or 'formats.gift' in m])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[2]
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("html", "expected", "codes"),
    [
        ("<p>Testing <b>one</b>&nbsp;two</p>\n<p>three</p>", "Testing one two\nthree", []),
        ("a<br>b<BR/>c", "a\nb\nc", []),
        ("10<sup>3</sup> H<sub>2</sub>O x<sup>ab</sup> y<sup>k", "10³ H₂O x^(ab) y^k", []),
        ("<ul><li>one<li>two</ul><ol><li>a</li><li>b</li></ol>", "• one\n• two\n1. a\n2. b", []),
        ("<table><tr><td>a<td>b</tr><tr><td>c</td><td>d</table>", "a | b\nc | d", ["not_kept_table"]),
        ("<pre>a\n  b</pre>", "a\nb", []),
        ("if a<b then c > d", "if a<b then c > d", []),
        ("<script>alert('<b>')</script>x<style>p{}</style>", "x", ["not_kept_script"]),
        ("<img src='@@PLUGINFILE@@/a%20b.png'>see", "see", ["not_kept_picture"]),
        ("<s>no</s> <a href='http://x.example'>yes</a>", "no yes", ["not_kept_struck", "not_kept_link"]),
        ("so\u00adft&#8203;", "soft", ["not_kept_invisible"]),
        ("\\(x^2\\)", "\\(x^2\\)", ["not_kept_tex"]),
        ("<!-- note --><o:p></o:p><!DOCTYPE html>&lt;b&gt;", "<b>", []),
        ("x" * 20_001, "", ["left_out_too_long"]),
    ],
)
def test_html_becomes_text_and_what_it_cannot_say_is_told(html: str, expected: str, codes: list[str]) -> None:
    assert plain(html) == (expected, codes)


def test_text_that_may_be_html() -> None:
    assert plain("a<br>b\nc &amp; d", AUTO) == ("a\nb\nc & d", [])
    assert plain("R&D; x <y>", AUTO) == ("R&D; x <y>", [])
    assert plain("<b>&amp;", PLAIN) == ("<b>&amp;", [])


@settings(max_examples=60, deadline=None)
@given(texts(80))
def test_text_written_as_html_comes_back(text: str) -> None:
    expected = " ".join(text.replace("\u00a0", " ").split(" "))
    back, _ = plain(to_html(text))
    assert "".join(back.split()) == "".join(expected.split())


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "</",
                "<p",
                "<b>",
                "<sup>",
                "<!--",
                "-->",
                "&",
                "&#0;",
                "&#xD800;",
                ";",
                "'",
                '"',
                "=",
                "/",
                "a",
                "<ol>",
                "<li>",
                "<td>",
            ]
        )
    ).map("".join)
)
def test_no_html_makes_it_fail(html: str) -> None:
    plain(html)
    plain(html, AUTO)


def test_html_takes_linear_time() -> None:
    for piece in (
        "<",
        "<!--",
        "<a ",
        "&",
        "<sup>",
        "<a b='",
        "</",
        "<script></",
        "<ol><li>",
        "<a b='>",
        "<p a =",
        "< ",
    ):
        began = time.process_time()
        plain((piece * 20_000)[:20_000])
        assert time.process_time() - began < 1, piece


def test_categories_become_areas_and_back() -> None:
    assert category_area("$course$/top/网络/交换技术") == ("交换技术", "网络")
    assert category_area("tom/dick/harry") == ("harry", "tom/dick")
    assert category_area("$system$/top") == ("", "")
    for area in ("法律法规", "A/B 口", "top", "x: y"):
        assert category_area(area_path(area)) == (area, "")


HUGE = {
    "gift": [
        "x{" + "=a" * 500_000 + "}",
        "x{~a" + "#" * 1_000_000 + "}",
        "{" * 1_000_000,
        "// [tag:" + "\\\\" * 500_000 + "\nx{~a",
        "x{#" + "9" * 900_000 + "}",
    ],
    "aiken": ["x\n" + "A) y\n" * 200_000, "A) " * 500_000, "ANSWER: " * 200_000],
    "open_trivia": [
        '[{"type":"multiple","question":"x","correct_answer":"y","incorrect_answers":['
        + '"z",' * 300_000
        + '"z"]}]'
    ],
    "moodle_xml": [
        "<quiz><question type='multichoice'>" + "<answer fraction='100'/>" * 40_000 + "</question></quiz>"
    ],
}


@pytest.mark.parametrize("name", HUGE)
def test_one_huge_question_takes_no_time(name: str) -> None:
    for text in HUGE[name]:
        began = time.process_time()
        parsed = FORMATS[name].read(text, Defaults(area="x", level="初级"))
        assert parsed.questions == []
        assert parsed.problems or parsed.notes
        assert time.process_time() - began < 2, text[:40]
