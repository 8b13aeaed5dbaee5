"""Moodle XML: writing it."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from question_bank.formats.parsed import Finding, Written, area_path, unwritten
from question_bank.question import OPTION_LETTERS, Question, format_points

_KEPT = dict.fromkeys(("area", "tags", "explanation", "variants"))


def write(questions: Iterable[Question]) -> Written:
    """The questions as a Moodle XML file in UTF-8, texts as plain text; what it cannot hold is in the notes.

    Oral questions and scenarios become essays, their answers, key points and role briefs grader information.
    """
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    notes: list[Finding] = []
    written: list[Question] = []
    area = None
    for place, question in enumerate(questions, start=1):
        if question.form == "listening":
            notes.append(Finding("not_written_form", place, None, "form", question.form, name=question.id))
            continue
        if question.media:
            notes.append(Finding("not_written_media", place, None, "media", question.media, name=question.id))
        written.append(question)
        if question.area != area:
            area = question.area
            parts.append(
                f'  <question type="category">\n    <category>{_text(area_path(area))}</category>\n  </question>\n'
            )
        parts.append(_question(question))
    parts.append("</quiz>\n")
    kept = {**_KEPT, "key_points": None, "brief": None}
    return Written("".join(parts).encode("utf-8"), (*notes, *unwritten(written, kept)))


def _question(question: Question) -> str:
    kind, body = _BODIES[question.form](question)
    lines = [
        f"<name>{_text(question.id)}</name>",
        f'<questiontext format="plain_text">{_text(question.prompt)}</questiontext>',
        f'<generalfeedback format="plain_text">{_text(question.explanation)}</generalfeedback>',
        f"<defaultgrade>{question.value or 1}</defaultgrade>",
        f"<idnumber>{escape(question.id)}</idnumber>",
        *body,
    ]
    if question.tags:
        lines.append(f"<tags>{''.join(f'<tag>{_text(tag)}</tag>' for tag in question.tags)}</tags>")
    return (
        f"  <question type={quoteattr(kind)}>\n"
        + "".join(f"    {part}\n" for part in lines)
        + "  </question>\n"
    )


def _multichoice(question: Question) -> tuple[str, list[str]]:
    single = question.form == "single"
    share = f"{100 / len(question.answer):.5f}".rstrip("0").rstrip(".")
    answers = [
        _answer(share if letter in question.answer else "0" if single else "-100", text)
        for letter, text in zip(OPTION_LETTERS, question.options, strict=False)
    ]
    head = [f"<single>{str(single).lower()}</single>", "<shuffleanswers>false</shuffleanswers>"]
    return "multichoice", [*head, "<answernumbering>ABCD</answernumbering>", *answers]


def _truefalse(question: Question) -> tuple[str, list[str]]:
    right = question.answer == "对"
    return "truefalse", [_answer("100" if right else "0", "true"), _answer("0" if right else "100", "false")]


def _shortanswer(question: Question) -> tuple[str, list[str]]:
    answers = [_answer("100", text.replace("*", "\\*")) for text in (question.answer, *question.variants)]
    return "shortanswer", ["<usecase>0</usecase>", *answers]


def _essay(question: Question) -> tuple[str, list[str]]:
    parts = [question.answer, *question.variants, question.brief]
    parts += [f"{point.text} | {format_points(point.points_cp)}" for point in question.key_points]
    told = "\n".join(filter(None, parts))
    return "essay", [
        "<responseformat>plain</responseformat>",
        f'<graderinfo format="plain_text">{_text(told)}</graderinfo>',
    ]


def _answer(share: str, text: str) -> str:
    return f'<answer fraction="{share}" format="plain_text">{_text(text)}</answer>'


def _text(text: str) -> str:
    # Two code points that are no characters, and that XML cannot hold in any way.
    return f"<text>{escape(text.translate({0xFFFE: None, 0xFFFF: None}))}</text>"


_BODIES = {
    "single": _multichoice,
    "multiple": _multichoice,
    "true_false": _truefalse,
    "fill_in": _shortanswer,
    "oral": _essay,
    "scenario": _essay,
}
