"""Moodle XML: reading it.

Source: docs.moodle.org, "Moodle XML format". Parsed as a stream by defusedxml: no document type, no entities, no
outside references, bounded depth; one question is in memory at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from question_bank.formats.choices import Answer, Number, choice, number, numbers, percent, words
from question_bank.formats.moodle_xml_write import write
from question_bank.formats.parsed import (
    Collector,
    Defaults,
    Finding,
    Item,
    Parsed,
    Unreadable,
    category_area,
    decode,
    line,
    risk_value,
)
from question_bank.formats.plain_text import AUTO, HTML, MARKDOWN, PLAIN, to_plain
from question_bank.question import TRUE_FALSE_OPTIONS, excerpt

__all__ = ["read", "write"]

MOST_DEPTH = 30
_CHUNK = 1 << 16
_KINDS = {
    "html": HTML,
    "plain_text": PLAIN,
    "moodle_auto_format": AUTO,
    "markdown": MARKDOWN,
    "wiki_like": AUTO,
}
_LEFT_OUT = {
    "matching": "left_out_matching",
    "match": "left_out_matching",
    "description": "left_out_description",
    "cloze": "left_out_cloze",
    "multianswer": "left_out_cloze",
}
_STOCK = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback", "hint")


def read(data: bytes | str, defaults: Defaults) -> Parsed:
    """The questions of a Moodle XML file. Raises Unreadable."""
    text = decode(data)
    # Moodle takes a file with blank lines before its head; XML does not.
    blank = len(text) - len(text.lstrip())
    reader = _Reader(Collector(defaults))
    stream = _Stream(reader.question)
    parser = DefusedXMLParser(target=stream, forbid_dtd=True)
    above = text.count("\n", 0, blank)
    stream.line = lambda: int(parser.parser.CurrentLineNumber) + above
    try:
        for start in range(blank, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(
            Finding("fmt_xml_entities", line=stream.line(), found=type(error).__name__)
        ) from error
    except (ParseError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        # A lone half of a character pair cannot even be handed to the parser: a ValueError.
        at = error.position[0] + above if isinstance(error, ParseError) else None
        raise Unreadable(Finding("fmt_xml", line=at, allowed=excerpt(error, 80))) from error
    return reader.collector.finish()


class _Stream:
    """Target of the parser: hands each <question> of <quiz> over when it is whole, and forgets it."""

    def __init__(self, take: Callable[[Element, int], None]) -> None:
        self._take = take
        self._depth = 0
        self._tree: TreeBuilder | None = None
        self._began = 0
        self.line: Callable[[], int] = lambda: 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable(Finding("fmt_depth", line=self.line(), allowed=str(MOST_DEPTH)))
        if self._depth == 1 and tag != "quiz":
            raise Unreadable(Finding("fmt_not_quiz", line=self.line(), found=excerpt(tag)))
        if self._depth == 2 and tag == "question":
            self._tree, self._began = TreeBuilder(), self.line()
        if self._tree is not None:
            self._tree.start(tag, attributes)

    def end(self, tag: str) -> None:
        if self._tree is not None:
            self._tree.end(tag)
            if self._depth == 2:
                question = self._tree.close()
                self._tree = None
                self._take(question, self._began)
        self._depth -= 1

    def data(self, text: str) -> None:
        if self._tree is not None:
            self._tree.data(text)

    def close(self) -> None:
        """Nothing is left to hand over."""


def _text(element: Element | None) -> str:
    """The characters of the <text> in an element, or of the element itself where it has none."""
    if element is None:
        return ""
    inner = element.find("text")
    return (
        "".join((element if inner is None else inner).itertext())
        if inner is not None or not len(element)
        else ""
    )


def _flag(element: Element, tag: str) -> bool | None:
    """A yes or no as Moodle writes it, None where the tag is missing."""
    found = element.findtext(tag)
    return None if found is None else found.strip().lower() in ("true", "1")


class _Reader:
    """Reads one <question> after the other; a category holds for those after it."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self._area = ""

    def question(self, element: Element, at: int) -> None:
        """One <question>."""
        kind = element.get("type", "").strip().lower()
        if kind == "category":
            self._area, above = category_area(_text(element.find("category")))
            self.collector.counts["not_kept_order"] += bool(above)
            return
        item = self.collector.item(at, line(_text(element.find("name"))))
        if kind in _LEFT_OUT:
            told = _text(element.find("questiontext"))
            item.left_out(_LEFT_OUT[kind], re.sub(r"<[^<>]*>", " ", told[:400]).strip(), column="form")
        elif kind in _READERS:
            self._read(item, element, _READERS[kind])
        else:
            item.left_out("left_out_type", kind, column="form")

    def _read(self, item: Item, element: Element, reader: Callable[[_Asked], dict[str, Any]]) -> None:
        asked = _Asked(item, element)
        prompt = asked.text(element.find("questiontext"), "prompt")
        asked.zh = bool(re.search(r"[㐀-鿿]", prompt))
        asked.explanation = asked.text(element.find("generalfeedback"), "explanation")
        fields = reader(asked)
        told = (_text(part).strip() for part in element.iterfind("answer/feedback"))
        item.feedback([re.sub(r"<[^<>]*>", " ", text[:400]).strip() for text in told if text])
        if not fields:
            return
        self._count(element, item.name, prompt)
        tags = [line(_text(tag)) for tag in element.iterfind("tags/tag")]
        self.collector.keep(
            item,
            given_id=line(element.findtext("idnumber") or ""),
            area=self._area,
            tags=tags,
            prompt=prompt,
            value=risk_value(item, self.collector.defaults, _grade(item, element)),
            **{"explanation": asked.explanation, **fields},
        )

    def _count(self, element: Element, name: str, prompt: str) -> None:
        """What many questions have and no bank of ours keeps is told once for the file."""
        given_id = line(element.findtext("idnumber") or "")
        if name and name not in (given_id, line(prompt)):
            self.collector.counts["not_kept_titles"] += 1
        hidden = _flag(element, "hidden")
        if hidden or any(_text(part).strip() for tag in _STOCK for part in element.iterfind(tag)):
            self.collector.counts["not_kept_settings"] += 1


def _grade(item: Item, element: Element) -> float | None:
    text = (element.findtext("defaultgrade") or "").strip()
    try:
        return float(number(text)) if text else None
    except ValueError:
        item.note("not_kept_grade", text, column="value")
        return None


class _Asked:
    """One question while its answers are read. explanation: its general feedback, plain."""

    def __init__(self, item: Item, element: Element) -> None:
        self.item, self.element = item, element
        questiontext = element.find("questiontext")
        told = "" if questiontext is None else questiontext.get("format", "")
        self.kind = _KINDS.get(told, HTML)
        self.explanation = ""
        self.zh = False

    def text(self, element: Element | None, column: str) -> str:
        """The text of an element as plain text, in the format that it or the question names; files are noted."""
        if element is None:
            return ""
        written = _text(element)
        for file in element.iterfind("file"):
            name = file.get("name", "")
            # One that the text shows is noted there.
            if not name or name not in unquote(written):
                self.item.note("not_kept_picture", name or "file", column=column)
        return to_plain(written, _KINDS.get(element.get("format", ""), self.kind), self.item, column)

    def answers(self) -> list[tuple[Element, float]]:
        """(element, percentage) of each <answer>."""
        found: list[tuple[Element, float]] = []
        elements = self.element.findall("answer")
        for element in elements if self.item.within(len(elements)) else ():
            told = element.get("fraction", element.findtext("fraction") or "0")
            try:
                found.append((element, percent(told)))
            except ValueError:
                self.item.problem("fmt_weight", told, column="options")
        return found


def _multichoice(asked: _Asked) -> dict[str, Any]:
    answers = [Answer(asked.text(element, "options"), share) for element, share in asked.answers()]
    single = _flag(asked.element, "single")
    return choice(asked.item, answers, single=single is not False) if asked.item.sound else {}


def _truefalse(asked: _Asked) -> dict[str, Any]:
    answers = asked.answers()
    told = [line(_text(element)).lower() for element, _ in answers]
    if not asked.item.sound:
        return {}
    if len(answers) != 2:
        asked.item.problem("fmt_few_answers", len(answers), column="options")
        return {}
    # Old files have the words of their own language here, true first.
    true = 1 if told[0] == "false" or told[1] == "true" else 0
    right = [share > 0 for _, share in answers]
    if right[0] == right[1]:
        asked.item.problem("fmt_no_right", column="answer")
        return {}
    return {
        "form": "true_false",
        "options": TRUE_FALSE_OPTIONS,
        "answer": TRUE_FALSE_OPTIONS[not right[true]],
    }


def _shortanswer(asked: _Asked) -> dict[str, Any]:
    if _flag(asked.element, "usecase"):
        asked.item.note("not_kept_case", column="answer")
    # Moodle keeps these answers as plain text, whatever the question is written in.
    answers = [Answer(to_plain(_text(e), PLAIN, asked.item, "answer"), share) for e, share in asked.answers()]
    return words(asked.item, answers) if asked.item.sound else {}


def _numerical(asked: _Asked) -> dict[str, Any]:
    found = []
    for element, share in asked.answers():
        told = line(_text(element) or element.text or "")
        if told in ("", "*"):
            if share > 0:
                asked.item.note("not_kept_wildcard", told or "*", column="answer")
            continue
        try:
            value, margin = number(told), abs(number((element.findtext("tolerance") or "").strip() or "0"))
        except ValueError:
            asked.item.problem("fmt_number", told, column="answer")
            return {}
        found.append(Number(value - margin, value + margin, share, value))
    if asked.element.find("units") is not None:
        told = " ".join(line(unit.text or "") for unit in asked.element.iterfind("units/unit/unit_name"))
        asked.item.note("not_kept_units", told, column="answer")
    if not asked.item.sound:
        return {}
    fields, sentence = numbers(asked.item, found, zh=asked.zh)
    return {**fields, "explanation": "\n".join(filter(None, (asked.explanation, sentence)))} if fields else {}


def _essay(asked: _Asked) -> dict[str, Any]:
    answer = asked.text(asked.element.find("graderinfo"), "answer")
    explanation = asked.explanation if answer else ""
    answer = answer or asked.explanation
    if not answer:
        asked.item.left_out("left_out_essay", column="answer")
        return {}
    asked.item.note("kept_essay", answer, column="answer")
    return {"form": "oral", "answer": answer, "explanation": explanation}


_READERS: dict[str, Callable[[_Asked], dict[str, Any]]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "essay": _essay,
}
