"""GIFT, the text format of Moodle: writing it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from question_bank.formats.parsed import Finding, Written, area_path, unwritten
from question_bank.question import OPTION_LETTERS, Question

_SPECIAL = re.compile(r"[\\:#={}~]")
_MARKED = re.compile(r"\[(?:html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%-?\d")
_KEPT = dict.fromkeys(("area", "tags", "explanation", "variants"))


def write(questions: Iterable[Question]) -> Written:
    """The questions as a GIFT file in UTF-8, texts marked [plain]; what it cannot hold is in the notes.

    Oral questions become essays with the answer as general feedback.
    """
    lines: list[str] = []
    notes: list[Finding] = []
    written: list[Question] = []
    area = None
    for place, question in enumerate(questions, start=1):
        found, section = _section(question)
        if question.media and section:
            found.append(("not_written_media", "media", question.media))
        notes += [Finding(code, place, None, column, text, name=question.id) for code, column, text in found]
        if not section:
            continue
        written.append(question)
        if question.area != area:
            area = question.area
            # Moodle takes back no other escape in a category.
            lines += ["$CATEGORY: " + area_path(area).replace("\\", "\\\\"), ""]
        # In a comment "\\]" is "]", and there is no way to write the two.
        notes += [
            Finding("not_written_text", place, None, "tags", tag, name=question.id)
            for tag in question.tags
            if "\\" in tag
        ]
        tags = [f"[tag:{_in_brackets(tag)}]" for tag in question.tags if "\\" not in tag]
        marks = [f"[id:{question.id}]", *tags]
        lines += [
            f"// {' '.join(marks)}",
            f"::{_escaped(question.id)}::[plain]{_escaped(question.prompt)}{section}",
            "",
        ]
    return Written("\n".join(lines).encode("utf-8"), (*notes, *unwritten(written, _KEPT)))


def _section(question: Question) -> tuple[list[tuple[str, str, str]], str]:
    """(what is not written: code, column, found; the braces with all that is in them, "" for a form it lacks)."""
    feedback = f"\t####{_text(question.explanation)}\n" if question.explanation else ""
    found: list[tuple[str, str, str]] = []
    if question.form in ("single", "multiple"):
        answers = [_option(question, i) for i in range(len(question.options))]
    elif question.form == "true_false":
        answers = ["TRUE" if question.answer == "对" else "FALSE"]
    elif question.form == "fill_in":
        answers, found = _words(question)
    elif question.form == "oral":
        answers = []
        feedback = f"\t####{_text(question.answer)}\n"
        for column in ("explanation", "variants"):
            if getattr(question, column):
                found.append(("not_written_text", column, str(getattr(question, column))[:40]))
    else:
        return [("not_written_form", "form", question.form)], ""
    return found, "{\n" + "".join(f"\t{answer}\n" for answer in answers) + feedback + "}"


def _option(question: Question, index: int) -> str:
    text = _text(question.options[index])
    right = OPTION_LETTERS[index] in question.answer
    if question.form == "single":
        # A weight of its own keeps a text such as "%50% of all" from being read as one.
        if right:
            return f"=%100%{text}" if text.startswith("%100%") else f"={text}"
        return f"~%0%{text}" if _WEIGHT.match(text) else f"~{text}"
    count = len(question.answer)
    share = f"{100 / count:.5f}".rstrip("0").rstrip(".")
    return f"~%{share}%{text}" if right else f"~%-100%{text}"


def _words(question: Question) -> tuple[list[str], list[tuple[str, str, str]]]:
    texts = (question.answer, *question.variants)
    if "->" in question.answer:
        # "=" and "->" together mean a matching question; one answer alone can do without "=".
        return [f"%100%{_word(question.answer)}"], [
            ("not_written_text", "variants", text) for text in question.variants
        ]
    kept = [text for text in texts if "->" not in text]
    lost = [("not_written_text", "variants", text) for text in texts if "->" in text]
    return [f"=%100%{_word(text)}" for text in kept], lost


def _text(text: str) -> str:
    return f"[plain]{_escaped(text)}" if _MARKED.match(text) else _escaped(text)


def _word(text: str) -> str:
    """An answer that is typed: Moodle takes a bare * for any text."""
    return _text(text.replace("*", "\\*"))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n")


def _in_brackets(text: str) -> str:
    return text.replace("]", "\\]")
