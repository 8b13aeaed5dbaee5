"""A question as a value: what it is made of, what makes it valid, and how it travels as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from question_bank.model import (
    FORM_WORDS,
    FORMS,
    LANGUAGE_WORDS,
    LANGUAGES,
    LEVELS,
    MAX_CHARACTERS,
    MAX_KEY_POINTS,
    MAX_TAGS,
    MAX_VARIANTS,
    OPTION_LETTERS,
    POOL_WORDS,
    POOLS,
    RISK_VALUES,
    ROUND_WORDS,
    ROUNDS,
    SCENARIO_POINTS_CP,
    STATUS_WORDS,
    STATUSES,
    TRUE_FALSE_OPTIONS,
    InvalidQuestion,
    KeyPoint,
    Problem,
    Question,
    excerpt,
    format_points,
    prompt_key,
    refused_character,
    takes_letters,
)
from question_bank.rules import check_workflow, validate

__all__ = [
    "FORMS",
    "FORM_WORDS",
    "LANGUAGES",
    "LANGUAGE_WORDS",
    "LEVELS",
    "MAX_CHARACTERS",
    "MAX_KEY_POINTS",
    "MAX_TAGS",
    "MAX_VARIANTS",
    "OPTION_LETTERS",
    "POOLS",
    "POOL_WORDS",
    "RISK_VALUES",
    "ROUNDS",
    "ROUND_WORDS",
    "SCENARIO_POINTS_CP",
    "STATUSES",
    "STATUS_WORDS",
    "TRUE_FALSE_OPTIONS",
    "WORKFLOW_FIELDS",
    "InvalidQuestion",
    "KeyPoint",
    "Problem",
    "Question",
    "canonical",
    "canonical_data",
    "check_workflow",
    "content_hash",
    "excerpt",
    "format_points",
    "from_dict",
    "is_hidden",
    "prompt_key",
    "refused_character",
    "takes_letters",
    "to_dict",
    "unchecked",
    "validate",
]

WORKFLOW_FIELDS = ("pool", "author", "reviewer", "status")
"""Fields that say where a question stands, not what it asks: they change without the question becoming another one."""

_NAMES = tuple(f.name for f in fields(Question))
_CONTENT = tuple(sorted(name for name in _NAMES if name not in WORKFLOW_FIELDS))
_NEEDED = tuple(f.name for f in fields(Question) if f.default is MISSING)
_LISTS = ("options", "variants", "tags")
_NUMBERS = ("value", "time_s")
_TYPE_NAMES = {
    **dict.fromkeys(_LISTS, "list[str]"),
    **dict.fromkeys(_NUMBERS, "int | null"),
    "key_points": "list[{text: str, points_cp: int}]",
}


def to_dict(question: Question) -> dict[str, Any]:
    """The question as JSON-ready data: lists for tuples, key points as {"text", "points_cp"}."""
    data = {name: getattr(question, name) for name in _NAMES}
    for name in _LISTS:
        data[name] = list(data[name])
    data["key_points"] = [{"text": p.text, "points_cp": p.points_cp} for p in question.key_points]
    return data


def from_dict(data: Mapping[str, Any]) -> Question:
    """The question of `to_dict`, or of an older release's, which lacks fields that have a default.

    Raises InvalidQuestion with every problem: fields, types, content.
    """
    question = unchecked(data)
    if problems := validate(question):
        raise InvalidQuestion(excerpt(question.id), problems)
    return question


def unchecked(data: Mapping[str, Any]) -> Question:
    """`from_dict` that looks at fields and types, not at content. Raises InvalidQuestion."""
    name = excerpt(data.get("id", "?"))
    problems = [Problem(key, "missing_key", "") for key in _NEEDED if key not in data]
    problems += [
        Problem(excerpt(key), "unknown_key", excerpt(key), ", ".join(_NAMES))
        for key in data
        if key not in _NAMES
    ]
    for key in _NAMES:
        if key in data and not _type_fits(key, data[key]):
            problems.append(Problem(key, "type", excerpt(data[key]), _TYPE_NAMES.get(key, "str")))
    if problems:
        raise InvalidQuestion(name, problems)
    values = dict(data)
    for key in _LISTS:
        values[key] = tuple(data.get(key, ()))
    values["key_points"] = tuple(KeyPoint(p["text"], p["points_cp"]) for p in data["key_points"])
    return Question(**values)


def canonical(question: Question) -> bytes:
    """What a question asks, byte for byte: JSON in UTF-8 of all its fields but `WORKFLOW_FIELDS`, keys in order.

    Two questions are the same question when these are equal. Hashes and commitments are made of it.
    """
    return canonical_data(to_dict(question))


def canonical_data(data: Mapping[str, Any]) -> bytes:
    """`canonical` of what `to_dict` gave."""
    content = {name: data[name] for name in _CONTENT}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(question: Question) -> str:
    """SHA-256 of `canonical`, in hexadecimal."""
    return hashlib.sha256(canonical(question)).hexdigest()


def is_hidden(question: Question) -> bool:
    """Whether the bank holds no more than the outline of this question, because it is sealed in a paper."""
    return question.status == "sealed" and not question.prompt


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _type_fits(key: str, value: object) -> bool:
    if key in _NUMBERS:
        return value is None or _is_int(value)
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if key == "key_points":
        return isinstance(value, list) and all(
            isinstance(v, dict)
            and set(v) == {"text", "points_cp"}
            and isinstance(v["text"], str)
            and _is_int(v["points_cp"])
            for v in value
        )
    return isinstance(value, str)
