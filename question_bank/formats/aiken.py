"""Aiken, one-line choices: reading and writing it.

Source: docs.moodle.org, "Aiken format". Beyond it are read: full-width punctuation, "answer" in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from question_bank.formats.choices import Answer, choice
from question_bank.formats.parsed import (
    MOST_TEXT,
    Collector,
    Defaults,
    Finding,
    Item,
    Parsed,
    Written,
    decode,
    line,
    unwritten,
)
from question_bank.question import OPTION_LETTERS, TRUE_FALSE_OPTIONS, Question

_OPTION = re.compile(r"([A-Z])[.)．）、][ \t\u3000]*(.*)")
_ANSWER = re.compile(r"ANSWER[ \t]*[:：](.*)", re.IGNORECASE)
_LETTER = re.compile(r"([A-Z])(?:[.)．）、\s].*)?", re.IGNORECASE)
_TRUE_FALSE = (("对", "错"), ("正确", "错误"), ("true", "false"), ("t", "f"))


def read(data: bytes | str, defaults: Defaults) -> Parsed:
    """The questions of an Aiken file. Raises Unreadable."""
    collector = Collector(defaults)
    item: Item | None = None
    prompt = ""
    options: list[str] = []
    for number, text in enumerate(decode(data).split("\n"), start=1):
        text = text.strip()
        if not text:
            continue
        if len(text) > MOST_TEXT:
            collector.item(number).problem("fmt_text_size", text, allowed=str(MOST_TEXT))
            item = None
        elif match := _ANSWER.fullmatch(text):
            if item is None:
                collector.item(number).problem("fmt_aiken_start", text)
            elif item.sound:
                _finish(collector, item, prompt, options, match[1].strip())
            item = None
        elif match := _OPTION.fullmatch(text):
            due = chr(ord("A") + len(options)) if len(options) < 26 else "ANSWER"
            if item is None:
                collector.item(number).problem("fmt_aiken_start", text)
            elif match[1] != due and item.sound:
                item.problem("fmt_aiken_letters", text, column="options", allowed=due)
            options.append(line(match[2]))
        else:
            if item is not None and item.sound:
                item.problem("fmt_aiken_open", prompt)
            item, prompt, options = collector.item(number), line(text), []
    if item is not None and item.sound:
        item.problem("fmt_aiken_open", prompt)
    return collector.finish()


def _finish(collector: Collector, item: Item, prompt: str, options: list[str], answer: str) -> None:
    letters = "".join(chr(ord("A") + i) for i in range(min(len(options), 26)))
    match = _LETTER.fullmatch(answer)
    if match is None or match[1].upper() not in letters:
        item.problem("fmt_aiken_answer", answer, column="answer", allowed=letters or "A")
        return
    right = ord(match[1].upper()) - ord("A")
    if _is_true_false(options):
        word = TRUE_FALSE_OPTIONS[right]
        collector.keep(item, form="true_false", prompt=prompt, options=TRUE_FALSE_OPTIONS, answer=word)
        return
    fields = choice(item, [Answer(text, 100 * (i == right)) for i, text in enumerate(options)], single=True)
    if fields:
        collector.keep(item, prompt=prompt, **fields)


def _is_true_false(options: list[str]) -> bool:
    return tuple(option.casefold().rstrip(".。") for option in options) in _TRUE_FALSE


def write(questions: Iterable[Question]) -> Written:
    """The single choices and true/false questions as an Aiken file in UTF-8; the notes say what it cannot hold."""
    blocks: list[str] = []
    notes: list[Finding] = []
    written: list[Question] = []
    for place, question in enumerate(questions, start=1):
        code, column, found = _lost(question)
        if code:
            notes.append(Finding(code, place, None, column, found, name=question.id))
        if code in ("", "not_written_newlines", "not_written_media"):
            written.append(question)
            blocks.append(_block(question))
    return Written("\n".join(blocks).encode("utf-8"), (*notes, *unwritten(written, {})))


def _lost(question: Question) -> tuple[str, str, str]:
    """(code, column, found) of what cannot be written; ("", "", "") for nothing."""
    if question.form not in ("single", "true_false"):
        return "not_written_form", "form", question.form
    prompt = line(question.prompt)
    if _OPTION.fullmatch(prompt) or _ANSWER.fullmatch(prompt):
        # The format has no escape: this line would be read as an option.
        return "not_written_text", "prompt", prompt[:40]
    if question.media:
        return "not_written_media", "media", question.media
    return ("not_written_newlines", "prompt", prompt[:40]) if "\n" in question.prompt else ("", "", "")


def _block(question: Question) -> str:
    answer = question.answer
    if question.form == "true_false":
        answer = OPTION_LETTERS[TRUE_FALSE_OPTIONS.index(answer)]
    options = [f"{letter}) {text}" for letter, text in zip(OPTION_LETTERS, question.options, strict=False)]
    return "\n".join([line(question.prompt), *options, f"ANSWER: {answer}", ""])
