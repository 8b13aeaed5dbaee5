"""The bank file: questions in, questions out, over one SQLite file that closes cleanly."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlite_utils import Database

from question_bank import records, rows, schema, search
from question_bank.question import InvalidQuestion, Question, is_hidden, prompt_key, validate
from question_bank.records import Use
from question_bank.rows import Indexed, Outline
from question_bank.schema import BankError

__all__ = ["Bank", "BankError", "DuplicateQuestion", "Indexed", "Outline", "Use"]

_BUSY_TIMEOUT_MS = 5_000
_CACHE_KIB = 32 * 1024
_ROW_COLUMNS = (*rows.COLUMNS, "prompt_key", "content_hash")
_INSERT = (
    f"INSERT INTO {schema.QUESTIONS_TABLE} ({', '.join(_ROW_COLUMNS)})"
    f" VALUES ({', '.join(f':{name}' for name in _ROW_COLUMNS)})"
)
_UPDATE = f"UPDATE {schema.QUESTIONS_TABLE} SET {', '.join(f'{name} = :{name}' for name in _ROW_COLUMNS)} WHERE id = :id"


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
            self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
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
            self._index()
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()

    @contextlib.contextmanager
    def _writing(self) -> Generator[None, None, None]:
        """A transaction, or the one that is under way."""
        if self._db.conn.in_transaction:
            yield
        else:
            with self.transaction():
                yield

    def add(self, question: Question) -> None:
        """Keep one more question. Raises InvalidQuestion or DuplicateQuestion, and then keeps nothing."""
        self.add_many([_sound(question)])

    def add_all(self, questions: Iterable[Question]) -> None:
        """`add` for each, all or none."""
        with self.transaction():
            self.add_many(map(_sound, questions))

    def add_many(self, questions: Iterable[Question]) -> int:
        """Keep questions that `validate` has found sound just now; returns how many. All or none.

        Takes part in a transaction that is under way. Raises DuplicateQuestion.
        """
        count = 0
        with self._writing():
            # After this, what the triggers note is what is added here, and that is indexed from the value in hand:
            # to read a hundred thousand rows back would take half as long again.
            self._index()
            for question in questions:
                try:
                    self._db.conn.execute(_INSERT, rows.to_row(question))
                except sqlite3.IntegrityError as error:
                    raise self._duplicate(question) from error
                self._insert_words(None, question)
                count += 1
            self._db.conn.execute(f"DELETE FROM {search.STALE_TABLE}")
        return count

    def replace(self, question: Question) -> None:
        """Put a question in the place of the kept one of its id, whose uses stay.

        Raises LookupError where there is none, InvalidQuestion, DuplicateQuestion for the prompt of another question,
        BankError where the kept one is sealed.
        """
        with self._writing():
            self._changeable(question.id)
            self._put(question)

    def set_status(self, question_id: str, status: str, reviewer: str | None = None) -> Question:
        """Give a question a status, and a reviewer where one is named; returns it. Raises as `replace` does."""
        with self._writing():
            kept = self._changeable(question_id)
            changed = replace(kept, status=status, reviewer=kept.reviewer if reviewer is None else reviewer)
            self._put(changed)
        return changed

    def remove(self, question_id: str) -> bool:
        """Take a question out. Returns whether there was one. A sealed one can be taken out, too."""
        with self._writing():
            cursor = self._db.conn.execute(
                f"DELETE FROM {schema.QUESTIONS_TABLE} WHERE id = ?", [question_id]
            )
            return cursor.rowcount > 0

    def get(self, question_id: str) -> Question | None:
        """The question of that id, or None. Raises BankError when the stored row is damaged."""
        return next(self._select("WHERE q.id = ?", [question_id]), None)

    def all(self, *, round: str | None = None) -> list[Question]:
        """Every question (of one round), by id. Raises BankError when a stored row is damaged.

        A sealed question comes without its texts: see `question.is_hidden`.
        """
        where, arguments = ("", []) if round is None else ("WHERE q.round = ?", [round])
        return list(self._select(f"{where} ORDER BY q.id", arguments))

    def count(self, *, round: str | None = None) -> int:
        """How many questions (of one round) there are."""
        where, arguments = ("1 = 1", []) if round is None else ("round = ?", [round])
        return int(self._db.table(schema.QUESTIONS_TABLE).count_where(where, arguments))

    def with_prompt(self, prompt: str) -> str | None:
        """The id of the question that reads the same as `prompt`, or None."""
        found = self._db.execute(
            f"SELECT id FROM {schema.QUESTIONS_TABLE} WHERE prompt_key = ?", [prompt_key(prompt)]
        ).fetchone()
        return None if found is None else str(found[0])

    def search(
        self,
        text: str = "",
        *,
        round: str | None = None,
        form: str | None = None,
        area: str | None = None,
        level: str | None = None,
        status: str | None = None,
        tag: str | None = None,
        language: str | None = None,
        pool: str | None = None,
        author: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[list[Question], int]:
        """The questions that hold every word of `text` and are of what else is named, and how many they are in all.

        Words are apart by blanks; one may be one Chinese character. They stand in the order in which they came in.
        With limit 0 they are only counted. A sealed question is found by its round, form, area and so on alone.
        Raises BankError when a stored row is damaged.
        """
        chosen = {"round": round, "form": form, "area": area, "level": level, "status": status}
        chosen |= {"tag": tag, "language": language, "pool": pool, "author": author}
        self._reindex()
        expression = search.match(
            text, [(name, value) for name, value in chosen.items() if value is not None]
        )
        table = search.TABLE
        where, arguments = ("", []) if expression is None else (f"WHERE {table} MATCH ?", [expression])
        # Without a condition SQLite would read the whole index to count its rows.
        counted = f"{table} {where}" if expression else schema.QUESTIONS_TABLE
        total = int(self._db.execute(f"SELECT count(*) FROM {counted}", arguments).fetchone()[0])
        page = f"SELECT rowid AS n, id FROM {table} {where} ORDER BY rowid LIMIT ? OFFSET ?"
        found = self._select(
            f"JOIN ({page}) AS page ON page.id = q.id ORDER BY page.n", [*arguments, limit, offset]
        )
        return (list(found) if limit else []), total

    def iterate(self, **filters: str | None) -> Iterator[Question]:
        """Every question, by id, one at a time: memory stays small. Filters are those of `search` but tag.

        Raises BankError when a stored row is damaged, TypeError for an unknown filter. Do not write meanwhile.
        """
        where, arguments = search.where(filters)
        return self._select(f"{where} ORDER BY q.id", arguments)

    def outlines(self, **filters: str | None) -> Iterator[Outline]:
        """`iterate` without the texts, which is many times as fast: what a draw needs."""
        where, arguments = search.where(filters)
        names = ", ".join(f"q.{name}" for name in rows.OUTLINE_COLUMNS)
        sql = f"SELECT {names} FROM {schema.QUESTIONS_TABLE} AS q INDEXED BY {schema.OUTLINE_INDEX} {where}"
        return map(Outline._make, self._db.conn.execute(sql, arguments))

    def groups(self, **filters: str | None) -> Iterator[tuple[tuple[Any, ...], str, list[str]]]:
        """Ids that a draw without tags cannot tell apart: ((round, form, value, level, area, language), status, ids)."""
        return records.groups(self._db, filters)

    def index(self) -> Iterator[Indexed]:
        """What tells every question apart, in no order, hidden ones too; a hundred thousand in half a second."""
        sql = f"SELECT {', '.join(Indexed._fields)} FROM {schema.QUESTIONS_TABLE}"
        return map(Indexed._make, self._db.conn.execute(sql))

    def statistics(self) -> dict[str, Any]:
        """Counts over the whole bank: see `records.statistics`."""
        return records.statistics(self._db)

    def record_use(self, question_ids: Iterable[str], contest: str, kind: str, at: str) -> None:
        """Note that questions were drawn for a contest, kind show | rehearsal, at a wall time (ISO 8601).

        A second call for the same contest and kind changes nothing. Raises ValueError for another kind.
        """
        with self._writing():
            records.record_use(self._db, question_ids, contest, kind, at)

    def record_result(self, question_id: str, contest: str, result: str, seat: int | None = None) -> None:
        """Note an answer, right | wrong | none, by a seat. Raises ValueError, LookupError without a use."""
        with self._writing():
            records.record_result(self._db, question_id, contest, result, seat)

    def uses(self, question_id: str) -> list[Use]:
        """Every use of a question, oldest first."""
        return records.uses(self._db, question_id)

    def used_ids(self, kind: str | None = "show") -> set[str]:
        """The ids of all questions that were used (None: at a show or a rehearsal)."""
        return records.used_ids(self._db, kind)

    def log_access(self, who: str, what: str, detail: str = "") -> None:
        """Write one line into the access log, at once. No secret belongs into any of the three."""
        with self._writing():
            records.log_access(self._db, who, what, detail)

    def access(self, limit: int = 200) -> list[dict[str, str]]:
        """The newest lines of the access log, newest first: {"at", "who", "what", "detail"}."""
        return records.access(self._db, limit)

    def hide(self, question_ids: Iterable[str]) -> None:
        """Mark questions sealed and take all that they ask and answer out of the file, down to its bytes.

        Round, form, value, area, level, tags, language, pool, author and media names stay. Whoever calls keeps the
        questions elsewhere first. Raises LookupError for an unknown id, BankError for one that is hidden already,
        InvalidQuestion where four eyes did not see it.
        """
        ids = list(question_ids)
        blank = ", ".join(f"{name} = ''" for name in rows.SECRET_TEXTS)
        empty = ", ".join(f"{name} = '[]'" for name in rows.SECRET_LISTS)
        # Freed pages are overwritten, also those of the search index, which is dropped and made anew.
        self._db.execute("PRAGMA secure_delete = ON")
        with self.transaction():
            for question_id in ids:
                self.set_status(question_id, "sealed")
                # A blank keeps the key apart from that of every prompt, which has none.
                self._db.conn.execute(
                    f"UPDATE {schema.QUESTIONS_TABLE} SET {blank}, {empty}, prompt_key = 'sealed ' || id WHERE id = ?",
                    [question_id],
                )
            self._db.execute(f"DROP TABLE {search.TABLE}")
            for statement in search.CREATE_INDEX:
                self._db.execute(statement)
            self._db.execute(
                f"INSERT OR IGNORE INTO {search.STALE_TABLE} SELECT id FROM {schema.QUESTIONS_TABLE}"
            )
        self._db.conn.execute("VACUUM")

    def restore(self, questions: Iterable[Question]) -> None:
        """Put hidden questions back whole, with the status they carry. All or none.

        Raises LookupError where one is not there, BankError where one is not hidden, InvalidQuestion,
        DuplicateQuestion where its prompt has been taken meanwhile.
        """
        with self.transaction():
            for question in questions:
                kept = self.get(question.id)
                if kept is None:
                    raise LookupError(question.id)
                if not is_hidden(kept):
                    raise BankError("not_sealed", str(self.path), question.id)
                self._put(question)

    def _put(self, question: Question) -> None:
        try:
            self._db.conn.execute(_UPDATE, rows.to_row(_sound(question)))
        except sqlite3.IntegrityError as error:
            raise self._duplicate(question, "prompt") from error

    def _changeable(self, question_id: str) -> Question:
        kept = self.get(question_id)
        if kept is None:
            raise LookupError(question_id)
        if is_hidden(kept):
            raise BankError("sealed_kept", str(self.path), question_id)
        return kept

    def _duplicate(self, question: Question, field: str = "") -> DuplicateQuestion:
        if field != "prompt" and self.get(question.id) is not None:
            return DuplicateQuestion(question.id, "id", question.id)
        return DuplicateQuestion(question.id, "prompt", self.with_prompt(question.prompt) or "?")

    def _select(self, rest: str, arguments: Sequence[Any]) -> Iterator[Question]:
        """The questions of `rows.SELECT` with more SQL behind it. Raises BankError for a damaged row."""
        for row in self._db.conn.execute(f"{rows.SELECT} {rest}", arguments):
            try:
                yield rows.from_row(row)
            except ValueError as error:
                raise BankError("bank_damaged", str(self.path), f"{row[0]}: {error}") from error

    def _reindex(self) -> None:
        """Take in what other programs changed since; the bank's own changes are in."""
        if self._db.execute(f"SELECT 1 FROM {search.STALE_TABLE} LIMIT 1").fetchone():
            with self.transaction():
                """The transaction itself makes the index anew at its end."""

    def _index(self) -> None:
        """Make the index of every changed question anew, within the transaction that changed it."""
        stale = [row[0] for row in self._db.execute(f"SELECT id FROM {search.STALE_TABLE}")]
        if not stale:
            return
        conn, table = self._db.conn, search.TABLE
        kept: dict[str, int] = {}
        if conn.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            # All reads first: each read of the index writes out what was added before, at great cost.
            for question_id in stale:
                expression = search.match("", [("id", question_id)])
                for (number,) in conn.execute(
                    f"SELECT rowid FROM {table} WHERE {table} MATCH ?", [expression]
                ):
                    kept[question_id] = number
            conn.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(n,) for n in kept.values()])
        for question_id in stale:
            question = self.get(question_id)
            if question is not None:
                self._insert_words(kept.get(question_id), question)
        conn.execute(f"DELETE FROM {search.STALE_TABLE}")

    def _insert_words(self, number: int | None, question: Question) -> None:
        self._db.conn.execute(
            f"INSERT INTO {search.TABLE} (rowid, id, words, facets) VALUES (?, ?, ?, ?)",
            [number, question.id, search.words(question), search.facets(question)],
        )


def _sound(question: Question) -> Question:
    if problems := validate(question):
        raise InvalidQuestion(question.id, problems)
    return question


def _create_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BankError("bank_create", str(path), error.strerror or str(error)) from error
