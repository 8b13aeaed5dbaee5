"""What an author's page sends, made a question: lenient with what can be mended, plain about what cannot."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from question_bank import messages
from question_bank.question import (
    TRUE_FALSE_OPTIONS,
    KeyPoint,
    Problem,
    Question,
    prompt_key,
    to_dict,
    validate,
)

TEXTS = (
    *("id", "round", "form", "prompt", "answer", "explanation", "area", "level", "source", "media", "alt"),
    *("brief", "source_date", "language", "transcript", "pool"),
)
LISTS = ("options", "variants", "tags")
OPTION_FORMS = ("single", "multiple", "listening")
LARGEST_LIST = 100
LONGEST_TEXT = 20_000
_NUMBER = re.compile(r"[0-9]{1,6}")
_POINTS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
NO_NUMBER = -1  # validate turns it away, in the words of its field


class BadDraft(ValueError):
    """What was sent is no draft at all: no page of ours sends it."""


def version_of(question: Question) -> str:
    """Changes with anything in a question; what an author's page hands back to say which one it had before it."""
    text = json.dumps(to_dict(question), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def read_draft(sent: Any) -> Question:
    """The question of a page's draft, as far as it goes: a draft, of nobody yet. Raises BadDraft.

    sent: the fields of a question as JSON; key points as {"text", "points"} with points as they were typed,
    `value` and `time_s` as typed. Full-width figures are taken. Without an id it gets one made of its prompt.
    """
    if not isinstance(sent, Mapping):
        raise BadDraft("a draft is a JSON object")
    texts = {name: _text(sent.get(name, ""), name) for name in TEXTS}
    lists = {name: _list(sent.get(name, []), name) for name in LISTS}
    if texts["form"] == "true_false":
        lists["options"] = TRUE_FALSE_OPTIONS
    texts["language"] = texts["language"] or "zh"
    texts["pool"] = texts["pool"] or "show"
    question = Question(
        **texts,
        options=lists["options"],
        variants=lists["variants"],
        tags=lists["tags"],
        key_points=_key_points(sent.get("key_points", [])),
        value=_number(sent.get("value", ""), "value"),
        time_s=_number(sent.get("time_s", ""), "time_s"),
        status="draft",
    )
    return question if question.id else replace(question, id=made_id(question))


def made_id(question: Question) -> str:
    """The id of a question that was given none: the same prompt in the same round always gets the same one."""
    return "q" + hashlib.sha256(f"{question.round}\n{prompt_key(question.prompt)}".encode()).hexdigest()[:12]


def problems_of(question: Question) -> list[dict[str, str]]:
    """Everything wrong with a question, ready for the page: {"field", "zh", "en"}, in the order of the fields."""
    return [said(_plainer(problem)) for problem in validate(question)]


def _plainer(problem: Problem) -> Problem:
    """Nothing chosen yet is no wrong choice: it is said as a field that is still empty."""
    nothing = not problem.found and problem.code in ("answer", "answer_letters", "choice", "value")
    return replace(problem, code="empty", allowed="") if nothing else problem


def said(problem: Problem) -> dict[str, str]:
    """One problem in words, to stand beside its field."""
    texts = {"field": problem.field}
    for language, between, end in (("zh", "；", "。"), ("en", "; ", ".")):
        wrong = messages.what(problem.code, problem.allowed, language)
        mend = messages.mend(problem.code, problem.allowed, language)
        text = f"{wrong}{between}{mend}{end}"
        texts[language] = text[:1].upper() + text[1:]
    return texts


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise BadDraft(f"'{name}' is a text of at most {LONGEST_TEXT} characters")
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def _list(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > LARGEST_LIST:
        raise BadDraft(f"'{name}' is a list of at most {LARGEST_LIST} texts")
    texts = [_text(one, name) for one in value]
    # Blank lines at the end were never meant; one between two options is a mistake that must be said.
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _key_points(value: Any) -> tuple[KeyPoint, ...]:
    if not isinstance(value, list) or len(value) > LARGEST_LIST:
        raise BadDraft("'key_points' is a list")
    points = []
    for one in value:
        if not isinstance(one, Mapping):
            raise BadDraft("a key point is an object with 'text' and 'points'")
        text, typed = _text(one.get("text", ""), "key_points"), _figures(one.get("points", ""))
        if text or typed:
            points.append(KeyPoint(text, _points_cp(typed)))
    return tuple(points)


def _figures(value: Any) -> str:
    """A number as typed: full-width figures and the full-width point of a Chinese keyboard are meant as usual ones."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadDraft("a number is sent as it was typed")
    wide = {ord(w): n for w, n in zip("０１２３４５６７８９．。", "0123456789..", strict=True)}
    return str(value).strip()[:20].translate(wide)


def _points_cp(typed: str) -> int:
    if not _POINTS.fullmatch(typed):
        return NO_NUMBER
    whole, _, rest = typed.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def _number(value: Any, name: str) -> int | None:
    typed = _figures(value)
    if not typed:
        return None
    return int(typed) if _NUMBER.fullmatch(typed) else NO_NUMBER
