"""The JSON of Open Trivia DB: reading and writing it.

Source: opentdb.com/api_config.php: response codes, and four encodings of every string: HTML references (default),
application/x-www-form-urlencoded, RFC 3986, Base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

from question_bank.formats.choices import Answer, choice
from question_bank.formats.parsed import (
    MOST_TEXT,
    Collector,
    Defaults,
    Finding,
    Item,
    Parsed,
    Unreadable,
    Written,
    decode,
    line,
    unwritten,
)
from question_bank.formats.plain_text import PLAIN, to_plain
from question_bank.question import OPTION_LETTERS, TRUE_FALSE_OPTIONS, Question, excerpt

_TEXTS = ("type", "difficulty", "category", "question", "correct_answer")
_NEEDED = ("type", "question", "correct_answer", "incorrect_answers")
_CODES = {
    0: "success",
    1: "no results",
    2: "invalid parameter",
    3: "token not found",
    4: "token empty",
    5: "rate limit",
}
_LEVELS = {"easy": "初级", "medium": "中级", "hard": "高级"}
_DIFFICULTIES = {"初级": "easy", "中级": "medium", "高级": "hard", "技师": "hard", "高级技师": "hard"}
_URL = re.compile(r"(?:[A-Za-z0-9_.~+-]|%[0-9A-Fa-f]{2})*")
_BASE64_TYPES = {base64.b64encode(word).decode("ascii") for word in (b"multiple", b"boolean")}
# Their terms ask for it (CC BY-SA 4.0).
SOURCE = "Open Trivia Database, opentdb.com, CC BY-SA 4.0"


def read(data: bytes | str, defaults: Defaults) -> Parsed:
    """The questions of an answer of the interface, or of a list of its results. Raises Unreadable."""
    results = _results(decode(data))
    decoder = _decoder(results)
    collector = Collector(defaults)
    for result in results:
        item = collector.item(None)
        fields = _decoded(item, result, decoder)
        if fields is not None:
            _read(collector, item, fields)
    return collector.finish()


def _results(text: str) -> list[Any]:
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise Unreadable(Finding("fmt_depth", allowed="1000")) from error
    except ValueError as error:
        at = getattr(error, "lineno", None)
        raise Unreadable(Finding("fmt_json", line=at, allowed=excerpt(error, 80))) from error
    if isinstance(data, dict):
        code = data.get("response_code", 0)
        if code != 0:
            told = _CODES.get(code, "") if isinstance(code, int) else ""
            raise Unreadable(Finding("fmt_trivia_code", found=f"{excerpt(code)} {told}".strip()))
        data = data.get("results")
    if not isinstance(data, list):
        raise Unreadable(Finding("fmt_not_trivia"))
    return data


def _strings(results: list[Any]) -> list[str]:
    found = []
    for result in results:
        if isinstance(result, dict):
            values = [result.get(name) for name in _TEXTS[2:]]
            wrong = result.get("incorrect_answers")
            found += [v for v in values + (wrong if isinstance(wrong, list) else []) if isinstance(v, str)]
    return found


def _decoder(results: list[Any]) -> Callable[[str], str]:
    """How the strings of this file are encoded: the file does not say, its strings do."""
    types = {
        result.get("type")
        for result in results
        if isinstance(result, dict)
        if isinstance(result.get("type"), str)
    }
    if types and types <= _BASE64_TYPES:
        return _from_base64
    strings = _strings(results)
    if all(map(_URL.fullmatch, strings)) and any("%" in text or "+" in text for text in strings):
        # RFC 3986 writes a blank as %20 and no "+"; the older form writes "+" and never %20.
        plus = any("+" in text for text in strings)
        return lambda text: (unquote_plus if plus else unquote)(text, errors="strict")
    return html.unescape


def _from_base64(text: str) -> str:
    return base64.b64decode(text.encode("ascii"), validate=True).decode("utf-8")


def _decoded(item: Item, result: Any, decoder: Callable[[str], str]) -> dict[str, Any] | None:
    """The decoded strings of one question, or None when it is wrong, which `item` then says."""
    wrong = result.get("incorrect_answers") if isinstance(result, dict) else None
    sound = (
        isinstance(result, dict)
        and all(isinstance(result.get(name), str) for name in _NEEDED[:3])
        and isinstance(wrong, list)
        and all(isinstance(text, str) for text in wrong)
    )
    if not sound or not isinstance(wrong, list):
        item.problem("fmt_trivia_item", result, allowed=", ".join(_NEEDED))
        return None
    if not item.within(len(wrong)):
        return None
    texts = {name: result[name] for name in _TEXTS if isinstance(result.get(name), str)}
    for text in (*texts.values(), *wrong):
        if len(text) > MOST_TEXT:
            item.problem("fmt_text_size", text, allowed=str(MOST_TEXT))
            return None
    try:
        fields: dict[str, Any] = {name: decoder(text) for name, text in texts.items()}
        fields["incorrect_answers"] = [decoder(text) for text in wrong]
    except (ValueError, binascii.Error) as error:  # not the encoding that the rest of the file is in
        item.problem("fmt_trivia_item", excerpt(error), allowed=", ".join(_NEEDED))
        return None
    return fields


def _read(collector: Collector, item: Item, fields: Mapping[str, Any]) -> None:
    prompt = to_plain(fields["question"], PLAIN, item, "prompt")
    level = collector.defaults.level
    if not level and fields.get("difficulty") in _LEVELS:
        level = _LEVELS[fields["difficulty"]]
        collector.counts["not_kept_difficulty"] += 1
    shared = {
        "area": fields.get("category", ""),
        "level": level,
        "source": collector.defaults.source or SOURCE,
        "prompt": prompt,
    }
    right, wrong = line(fields["correct_answer"]), [line(text) for text in fields["incorrect_answers"]]
    if fields["type"] == "boolean":
        if {right.lower(), *(text.lower() for text in wrong)} != {"true", "false"}:
            item.problem("fmt_no_right", right, column="answer")
            return
        word = TRUE_FALSE_OPTIONS[right.lower() != "true"]
        collector.keep(item, form="true_false", options=TRUE_FALSE_OPTIONS, answer=word, **shared)
    elif fields["type"] == "multiple":
        # The file has the right answer first; the screen must not. The order is mixed, the same at every import.
        texts = sorted(
            [right, *wrong],
            key=lambda text: hashlib.sha256(f"{prompt}\n{text}".encode("utf-8", "replace")).digest(),
        )
        answers = [Answer(text, 100 * (text == right)) for text in texts]
        if made := choice(item, answers, single=True):
            collector.keep(item, **made, **shared)
    else:
        item.left_out("left_out_type", fields["type"], column="form")


def write(questions: Iterable[Question]) -> Written:
    """The single choices and true/false questions as Open Trivia DB would give them, HTML references and all."""
    results = []
    notes: list[Finding] = []
    written: list[Question] = []
    for place, question in enumerate(questions, start=1):
        if question.form not in ("single", "true_false"):
            notes.append(Finding("not_written_form", place, None, "form", question.form, name=question.id))
            continue
        if question.media:
            notes.append(Finding("not_written_media", place, None, "media", question.media, name=question.id))
        written.append(question)
        results.append(_result(question))
    data = json.dumps({"response_code": 0, "results": results}, ensure_ascii=False, indent=1)
    return Written(data.encode("utf-8"), (*notes, *unwritten(written, dict.fromkeys(("area", "level")))))


def _result(question: Question) -> dict[str, Any]:
    options = ["True", "False"] if question.form == "true_false" else list(question.options)
    at = (TRUE_FALSE_OPTIONS if question.form == "true_false" else OPTION_LETTERS).index(question.answer)
    return {
        "type": "boolean" if question.form == "true_false" else "multiple",
        "difficulty": _DIFFICULTIES.get(question.level, "medium"),
        "category": html.escape(question.area),
        "question": html.escape(question.prompt),
        "correct_answer": html.escape(options[at]),
        "incorrect_answers": [html.escape(text) for i, text in enumerate(options) if i != at],
    }
