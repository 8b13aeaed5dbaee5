"""Questions as rows of the bank's table and back; a row that somebody damaged is told from one that is sound."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple

from question_bank.question import (
    InvalidQuestion,
    Question,
    canonical_data,
    check_workflow,
    from_dict,
    is_hidden,
    prompt_key,
    to_dict,
    unchecked,
)

COLUMNS = tuple(f.name for f in fields(Question))
JSON_COLUMNS = ("options", "key_points", "variants", "tags")
SELECT = f"SELECT {', '.join(f'q.{name}' for name in COLUMNS)}, q.content_hash FROM questions AS q"
# What a sealed question still shows, so that the bank can be counted and searched: nothing of what it asks.
SECRET_TEXTS = ("prompt", "answer", "explanation", "source", "alt", "brief", "transcript", "content_hash")
SECRET_LISTS = ("options", "key_points", "variants")


@lru_cache(maxsize=50_000)
def _tags(column: str) -> tuple[str, ...]:
    return tuple(json.loads(column))


class Outline(NamedTuple):
    """What a draw needs of a question, without its texts. content_hash: SHA-256 of its canonical JSON, hexadecimal."""

    id: str
    round: str
    form: str
    value: int | None
    area: str
    level: str
    language: str
    tags_json: str
    status: str
    pool: str
    media: str
    content_hash: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, read out of their JSON only now: most draws ask for none."""
        return _tags(self.tags_json)


class Indexed(NamedTuple):
    """What an import compares a question by. prompt_key as stored: of a sealed question no prompt's."""

    id: str
    prompt_key: str
    content_hash: str
    pool: str
    author: str
    reviewer: str
    status: str


OUTLINE_COLUMNS = tuple("tags" if name == "tags_json" else name for name in Outline._fields)


def to_row(question: Question) -> dict[str, Any]:
    """The question as a row of the table, the two made columns `prompt_key` and `content_hash` included."""
    row = to_dict(question)
    digest = hashlib.sha256(canonical_data(row)).hexdigest()
    for column in JSON_COLUMNS:
        row[column] = json.dumps(row[column], ensure_ascii=False)
    row["prompt_key"] = prompt_key(question.prompt)
    row["content_hash"] = digest
    return row


def from_row(row: Sequence[Any]) -> Question:
    """The question of a row of `SELECT`. Raises InvalidQuestion or ValueError when the row is damaged.

    A row whose hash fits is what the bank wrote and checked then; any other is checked anew in full.
    """
    data = dict(zip(COLUMNS, row[:-1], strict=True))
    for column in JSON_COLUMNS:
        data[column] = json.loads(data[column])
    question = unchecked(data)
    if is_hidden(question):
        return question
    if hashlib.sha256(canonical_data(data)).hexdigest() != row[-1]:
        return from_dict(data)
    if problems := check_workflow(question):
        raise InvalidQuestion(question.id, problems)
    return question
