"""The bank file: questions in, questions out, over one SQLite file that closes cleanly."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Generator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlite_utils import Database

from question_bank import schema
from question_bank.question import InvalidQuestion, Question, from_dict, prompt_key, to_dict, validate
from question_bank.schema import BankError

__all__ = ["Bank", "BankError", "DuplicateQuestion"]

_BUSY_TIMEOUT_MS = 5_000


class DuplicateQuestion(ValueError):
    """The bank already has a question of that id or of that prompt. `with_id` is the one it has."""

    def __init__(self, question_id: str, field: str, with_id: str) -> None:
        self.question_id, self.field, self.with_id = question_id, field, with_id
        super().__init__(f"{question_id}: the bank already holds this {field} (question {with_id})")


class Bank:
    """The questions kept in one file. Use it as a context manager, in the thread that opened it.

    The file holds every answer: it is created readable by its owner only.
    Raises BankError when the file is not a bank, is damaged, or comes from a newer release.
    """

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self.path = Path(path)
        if not self.path.exists():
            if not create:
                raise BankError("bank_missing", str(self.path))
            _create_private(self.path)
        try:
            self._db = Database(self.path)
        except sqlite3.Error as error:
            raise BankError("bank_unusable", str(self.path), str(error)) from error
        try:
            self._db.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
            schema.migrate(self._db)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise BankError("bank_unusable", str(self.path), str(error)) from error
        except BaseException as error:
            self._db.close()
            if isinstance(error, BankError):
                raise BankError(error.code, str(self.path), error.found, error.allowed) from error
            raise

    def __enter__(self) -> Bank:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """All of the block or nothing of it. Other writers wait from its first line on. Does not nest."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()

    def add(self, question: Question) -> None:
        """Keep one more question. Raises InvalidQuestion or DuplicateQuestion, and then keeps nothing."""
        if problems := validate(question):
            raise InvalidQuestion(question.id, problems)
        try:
            self._db.table(schema.QUESTIONS_TABLE).insert(_to_row(question))
        except sqlite3.IntegrityError as error:
            raise self._duplicate(question) from error

    def remove(self, question_id: str) -> bool:
        """Take a question out. Returns whether there was one."""
        there = self.get(question_id) is not None
        self._db.execute(f"DELETE FROM {schema.QUESTIONS_TABLE} WHERE id = ?", [question_id])
        return there

    def add_all(self, questions: Iterable[Question]) -> None:
        """`add` for each, all or none."""
        with self.transaction():
            for question in questions:
                self.add(question)

    def get(self, question_id: str) -> Question | None:
        """The question of that id, or None. Raises BankError when the stored row is damaged."""
        rows = self._db.table(schema.QUESTIONS_TABLE).rows_where("id = ?", [question_id])
        return next((self._from_row(row) for row in rows), None)

    def all(self, *, round: str | None = None) -> list[Question]:
        """Every question (of one round), by id. Raises BankError when a stored row is damaged."""
        where, arguments = ("1 = 1", []) if round is None else ("round = ?", [round])
        rows = self._db.table(schema.QUESTIONS_TABLE).rows_where(where, arguments, order_by="id")
        return [self._from_row(row) for row in rows]

    def count(self, *, round: str | None = None) -> int:
        """How many questions (of one round) there are."""
        where, arguments = ("1 = 1", []) if round is None else ("round = ?", [round])
        return int(self._db.table(schema.QUESTIONS_TABLE).count_where(where, arguments))

    def with_prompt(self, prompt: str) -> str | None:
        """The id of the question that reads the same as `prompt`, or None."""
        rows = self._db.table(schema.QUESTIONS_TABLE).rows_where(
            "prompt_key = ?", [prompt_key(prompt)], select="id"
        )
        return next((str(row["id"]) for row in rows), None)

    def statistics(self) -> dict[str, Any]:
        """Counts: {"total", "round": {}, "form": {}, "risk": {"10": n, ...}, "area": {}, "level": {}}."""
        questions = self.all()
        return {
            "total": len(questions),
            "round": dict(Counter(q.round for q in questions)),
            "form": dict(Counter(q.form for q in questions)),
            "risk": {str(v): n for v, n in sorted(Counter(q.value for q in questions if q.value).items())},
            "area": dict(sorted(Counter(q.area for q in questions).items())),
            "level": dict(Counter(q.level for q in questions)),
        }

    def _duplicate(self, question: Question) -> DuplicateQuestion:
        if self.get(question.id) is not None:
            return DuplicateQuestion(question.id, "id", question.id)
        return DuplicateQuestion(question.id, "prompt", self.with_prompt(question.prompt) or "?")

    def _from_row(self, row: dict[str, Any]) -> Question:
        data = {k: v for k, v in row.items() if k != "prompt_key"}
        try:
            data["options"] = json.loads(data["options"])
            data["key_points"] = json.loads(data["key_points"])
            return from_dict(data)
        except ValueError as error:
            raise BankError("bank_damaged", str(self.path), f"{row.get('id')}: {error}") from error


def _to_row(question: Question) -> dict[str, Any]:
    row = to_dict(question)
    row["prompt_key"] = prompt_key(question.prompt)
    row["options"] = json.dumps(row["options"], ensure_ascii=False)
    row["key_points"] = json.dumps(row["key_points"], ensure_ascii=False)
    return row


def _create_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BankError("bank_create", str(path), error.strerror or str(error)) from error
