"""GIFT, the text format of Moodle: reading it.

Source: docs.moodle.org, "GIFT format", with its rules on escapes, weights, feedback, categories, text formats,
and ids and tags in comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from question_bank.formats.choices import Answer, Number, choice, number, numbers, percent, words
from question_bank.formats.gift_write import write
from question_bank.formats.parsed import (
    Collector,
    Defaults,
    Item,
    Parsed,
    category_area,
    decode,
    line,
)
from question_bank.formats.plain_text import AUTO, HTML, MARKDOWN, PLAIN, to_plain

__all__ = ["read", "write"]

# An escaped character waits in a code point that no text may hold until the markup around it has been read.
_ESCAPED = dict(zip(":#={}~n", map(chr, range(0xFDD0, 0xFDD7)), strict=True))
_LITERAL = str.maketrans({stand_in: "\n" if char == "n" else char for char, stand_in in _ESCAPED.items()})
_STAND_IN = re.compile("[\ufdd0-\ufddf]")
_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_MARKED = re.compile(r"\[(html|moodle|plain|markdown)\]")
_KINDS = {"html": HTML, "moodle": AUTO, "plain": PLAIN, "markdown": MARKDOWN}
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,10})?)%")
_COMMENT_FIELD = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.){1,200})\]")
_TRUE, _FALSE = ("T", "TRUE"), ("F", "FALSE")


def read(data: bytes | str, defaults: Defaults) -> Parsed:
    """The questions of a GIFT file. Raises Unreadable."""
    collector = Collector(defaults)
    area = ""
    for first, lines in _blocks(decode(data)):
        comments = [text for text in map(str.strip, lines) if text.startswith("//")]
        kept = ["" if text.strip().startswith("//") else text for text in lines]
        while kept and not kept[0].strip():
            kept.pop(0)
            first += 1
        if kept and kept[0].strip().startswith("$CATEGORY:"):
            path = kept.pop(0).strip().removeprefix("$CATEGORY:")
            area, above = category_area(_ESCAPE.sub(r"\1", path))
            if above:
                collector.counts["not_kept_order"] += 1
        text = "\n".join(kept).strip()
        if text:
            _read_question(collector, first, text, "\n".join(comments), area)
    return collector.finish()


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, lines) of every run of lines that are not blank."""
    lines: list[str] = []
    for at, text_line in enumerate(text.split("\n"), start=1):
        if text_line.strip():
            lines.append(text_line)
        elif lines:
            yield at - len(lines), lines
            lines = []
    if lines:
        yield text.count("\n") + 2 - len(lines), lines


def _read_question(collector: Collector, first: int, text: str, comments: str, area: str) -> None:
    item = collector.item(first)
    if odd := _STAND_IN.search(text):
        item.problem("character", odd[0])
        return
    text = _ESCAPE.sub(lambda match: "\\" if match[1] == "\\" else _ESCAPED[match[1]], text)
    if text.startswith("::") and (end := text.find("::", 2)) > 0:
        item.name = line(text[2:end].translate(_LITERAL))
        text = text[end + 2 :].strip()
    if "{" not in text and "}" not in text:
        item.left_out("left_out_description", text.translate(_LITERAL))
        return
    start, finish = text.find("{"), text.find("}")
    if start < 0 or finish < start or "{" in text[start + 1 :] or "}" in text[finish + 1 :]:
        item.problem("fmt_braces", text.translate(_LITERAL))
        return
    before, section, after = text[:start], text[start + 1 : finish].strip(), text[finish + 1 :]
    kind, prompt = _marked(before if not after.strip() else f"{before}_____{after}", AUTO)
    section, mark, general = section.rpartition("####") if "####" in section else (section, "", "")
    reader = _Answers(item, kind)
    prompt = reader.plain(prompt, kind, "prompt")
    explanation = reader.text(general, "explanation") if mark else ""
    fields = reader.fields(section.strip(), explanation, zh=bool(re.search(r"[㐀-鿿]", prompt)))
    if not fields or not item.sound:
        return
    given_id, tags = _comment_fields(comments)
    if item.name and item.name not in (given_id, prompt):
        collector.counts["not_kept_titles"] += 1
    fields = {"explanation": explanation, **fields}
    collector.keep(item, given_id=given_id, area=area, tags=tags, prompt=prompt, **fields)


def _marked(text: str, kind: str) -> tuple[str, str]:
    """(how it is written, the text) of a text that may begin with [html] or the like."""
    text = text.strip()
    match = _MARKED.match(text)
    return (_KINDS[match[1]], text[match.end() :]) if match else (kind, text)


def _comment_fields(comments: str) -> tuple[str, list[str]]:
    found = [(m[1], m[2].replace("\\]", "]").strip()) for m in _COMMENT_FIELD.finditer(comments)]
    ids = [text for name, text in found if name == "id"]
    return (ids[0] if ids else ""), [text for name, text in found if name == "tag"]


class _Answers:
    """Reads what stands in the braces of one question."""

    def __init__(self, item: Item, kind: str) -> None:
        self.item, self.kind = item, kind
        self._feedback: list[str] = []

    def plain(self, text: str, kind: str, column: str) -> str:
        """A text without its escapes and its markup."""
        return to_plain(text.translate(_LITERAL), kind, self.item, column)

    def text(self, text: str, column: str) -> str:
        """A text that may name its own format; else it is written as the question is."""
        kind, text = _marked(text, self.kind)
        return self.plain(text, kind, column)

    def fields(self, section: str, explanation: str, *, zh: bool) -> dict[str, Any]:
        """The fields that follow from the answers; {} when the question is left out or wrong."""
        if not section:
            fields = self._essay(explanation)
        elif section.startswith("#"):
            fields = self._numerical(section[1:], explanation, zh=zh)
        elif "~" in section:
            answers = [self._choice(part) for part in self._parts(section, "~=")]
            fields = choice(self.item, answers, single="=" in section) if self.item.sound else {}
        elif "=" in section and "->" in section:
            self._matching(section)
            fields = {}
        elif section.partition("#")[0].strip().upper() in _TRUE + _FALSE:
            word, _, feedback = section.partition("#")
            self._feedback += filter(None, (part.strip() for part in feedback.split("#")))
            fields = {
                "form": "true_false",
                "options": ("对", "错"),
                "answer": "对" if word.strip().upper() in _TRUE else "错",
            }
        else:
            answers = [self._word(part) for part in self._parts(section, "=")]
            fields = words(self.item, answers) if self.item.sound else {}
        self.item.feedback([text.translate(_LITERAL) for text in self._feedback])
        return fields

    def _parts(self, section: str, marks: str) -> list[str]:
        """The answers, each with the mark in front; what stands before the first mark is one without."""
        parts = re.split(rf"(?=[{marks}])", section)
        kept = [part for part in map(str.strip, parts) if part]
        return kept if self.item.within(len(kept)) else []

    def _split_feedback(self, part: str) -> str:
        text, _, feedback = part.partition("#")
        if feedback.strip():
            self._feedback.append(feedback.strip())
        return text.strip()

    def _weighed(self, part: str, otherwise: float) -> tuple[float, str]:
        """(percentage, rest) of an answer that may begin with its weight."""
        match = _WEIGHT.match(part)
        if not match:
            return otherwise, part
        try:
            return percent(match[1]), part[match.end() :].strip()
        except ValueError:
            self.item.problem("fmt_weight", match[0], column="options")
            return otherwise, part

    def _choice(self, part: str) -> Answer:
        """An option. After "=" only %100% is a weight: any other stands in the text, as Moodle has it."""
        if part.startswith("="):
            text = part[1:].strip().removeprefix("%100%").strip()
            return Answer(self.text(self._split_feedback(text), "options"), 100)
        weight, text = self._weighed(part.removeprefix("~").strip(), 0)
        return Answer(self.text(self._split_feedback(text), "options"), weight)

    def _word(self, part: str) -> Answer:
        """An answer that is typed."""
        weight, text = self._weighed(part.removeprefix("=").strip(), 100)
        return Answer(self.text(self._split_feedback(text), "answer"), weight)

    def _numerical(self, section: str, explanation: str, *, zh: bool) -> dict[str, Any]:
        section, _, wrong = section.partition("~")
        if "#" in wrong:
            self._split_feedback(wrong)
        found = []
        for part in self._parts(section.strip(), "="):
            weight, text = self._weighed(part.removeprefix("=").strip(), 100)
            text = self._split_feedback(text).translate(_LITERAL)
            try:
                found.append(_number(text, weight))
            except ValueError:
                if text.strip() == "*":
                    self.item.note("not_kept_wildcard", text, column="answer")
                else:
                    self.item.problem("fmt_number", text, column="answer")
                    return {}
        if not self.item.sound:
            return {}
        fields, sentence = numbers(self.item, found, zh=zh)
        return {**fields, "explanation": "\n".join(filter(None, (explanation, sentence)))} if fields else {}

    def _essay(self, explanation: str) -> dict[str, Any]:
        if not explanation:
            self.item.left_out("left_out_essay")
            return {}
        self.item.note("kept_essay", explanation, column="answer")
        return {"form": "oral", "answer": explanation, "explanation": ""}

    def _matching(self, section: str) -> None:
        parts = self._parts(section, "=")
        for part in parts:
            if "->" not in part:
                self.item.problem("fmt_matching", part.translate(_LITERAL))
                return
        if self.item.sound:
            told = "; ".join(line(part.removeprefix("=").translate(_LITERAL)) for part in parts)
            self.item.left_out("left_out_matching", told)


def _number(text: str, weight: float) -> Number:
    """3, 3:0.5 or 1..5. Raises ValueError."""
    if ".." in text:
        low, _, high = text.partition("..")
        ends = sorted((number(low), number(high)))
        return Number(ends[0], ends[1], weight)
    middle, _, error = text.partition(":")
    value, margin = number(middle), abs(number(error)) if error.strip() else number("0")
    return Number(value - margin, value + margin, weight, value)
