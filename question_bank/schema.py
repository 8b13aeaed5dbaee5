"""The tables of DATA/bank.db and the steps from any older version to this one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

from sqlite_utils import Database

from question_bank import search
from question_bank.bank_error import BankError as BankError
from question_bank.question import InvalidQuestion, content_hash, unchecked

VERSION_TABLE = "schema_version"
QUESTIONS_TABLE = "questions"
OUTLINE_INDEX = "questions_outline"


def _create_questions(db: Database) -> None:
    db.table(QUESTIONS_TABLE).create(
        {
            "id": str,
            "round": str,
            "form": str,
            "prompt": str,
            "prompt_key": str,
            "options": str,
            "answer": str,
            "key_points": str,
            "explanation": str,
            "value": int,
            "area": str,
            "level": str,
            "source": str,
        },
        pk="id",
        not_null={
            "id",
            "round",
            "form",
            "prompt",
            "prompt_key",
            "options",
            "answer",
            "key_points",
            "explanation",
        }
        | {"area", "level", "source"},
        strict=True,
    )
    db.table(QUESTIONS_TABLE).create_index(["prompt_key"], unique=True)
    db.table(QUESTIONS_TABLE).create_index(["round", "value"])


def _add_media(db: Database) -> None:
    for column in ("media", "alt"):
        db.table(QUESTIONS_TABLE).add_column(column, str, not_null_default="")


_SINCE_3 = {
    "variants": "[]",
    "brief": "",
    "tags": "[]",
    "source_date": "",
    "language": "zh",
    "transcript": "",
}
_SINCE_3 |= {"pool": "show", "author": "", "reviewer": "", "status": "draft", "content_hash": ""}


def _add_workflow(db: Database) -> None:
    """The fields and tables of version 3: search, use, access, seals. All plain SQL, so that any tool may read them."""
    questions = db.table(QUESTIONS_TABLE)
    for column, default in _SINCE_3.items():
        questions.add_column(column, str, not_null_default=default)
    questions.add_column("time_s", int)
    for row in list(questions.rows):
        # What cannot be read stays as it is; the bank names it when it is asked for.
        with contextlib.suppress(InvalidQuestion, ValueError):
            data = {k: v for k, v in row.items() if k not in ("prompt_key", "content_hash")}
            for column in ("options", "key_points", "variants", "tags"):
                data[column] = json.loads(data[column])
            db.execute(
                f"UPDATE {QUESTIONS_TABLE} SET content_hash = ? WHERE id = ?",
                [content_hash(unchecked(data)), row["id"]],
            )
    questions.create_index(["status", "pool"])
    # Holds all that a draw reads, so that a hundred thousand questions are drawn from without reading their texts;
    # what a draw tells questions apart by stands first, in the order in which `Bank.groups` asks for it.
    db.execute(
        f"CREATE INDEX {OUTLINE_INDEX} ON {QUESTIONS_TABLE} (round, form, value, level, area, language, status, pool,"
        " id, tags, media, content_hash)"
    )
    for statement in search.CREATE:
        db.execute(statement)
    db.execute(f"INSERT INTO {search.STALE_TABLE} SELECT id FROM {QUESTIONS_TABLE}")
    db.execute(
        "CREATE TABLE uses (id INTEGER PRIMARY KEY, question_id TEXT NOT NULL, contest TEXT NOT NULL,"
        " kind TEXT NOT NULL CHECK (kind IN ('show', 'rehearsal')), at TEXT NOT NULL,"
        " result TEXT CHECK (result IN ('right', 'wrong', 'none')), seat INTEGER) STRICT"
    )
    db.table("uses").create_index(["question_id", "contest"])
    db.execute(
        "CREATE TABLE access_log (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL,"
        " what TEXT NOT NULL, detail TEXT NOT NULL) STRICT"
    )
    db.execute(
        "CREATE TABLE seals (pool_hash TEXT PRIMARY KEY, seed_hash TEXT NOT NULL, contest TEXT NOT NULL,"
        " at TEXT NOT NULL, questions INTEGER NOT NULL, unsealed_at TEXT) STRICT"
    )


# MIGRATIONS[n] takes a bank of version n to version n + 1. Never edit an entry that has shipped: append one.
MIGRATIONS: tuple[Callable[[Database], None], ...] = (_create_questions, _add_media, _add_workflow)


def version(db: Database) -> int:
    """The schema version of an open bank; 0 for an empty file. Raises BankError for a foreign database."""
    if VERSION_TABLE in db.table_names():
        rows = list(db.table(VERSION_TABLE).rows)
        if len(rows) == 1 and isinstance(rows[0].get("version"), int):
            return int(rows[0]["version"])
        raise BankError("bank_damaged", found=VERSION_TABLE)
    if db.table_names():
        raise BankError("bank_foreign")
    return 0


def migrate(db: Database, migrations: tuple[Callable[[Database], None], ...] = MIGRATIONS) -> int:
    """Bring an open bank to the newest version, in one transaction; returns that version.

    Raises BankError when the file was written by a newer release.
    """
    newest = len(migrations)
    if version(db) == newest:
        return newest
    # IMMEDIATE: of two processes that open a new bank together, the second waits and then finds it done.
    db.execute("BEGIN IMMEDIATE")
    try:
        found = version(db)
        if found > newest:
            raise BankError("bank_newer", found=str(found), allowed=str(newest))
        for step in migrations[found:]:
            step(db)
        if found == 0:
            db.table(VERSION_TABLE).create({"version": int}, strict=True)
            db.table(VERSION_TABLE).insert({"version": newest})
        else:
            db.execute(f"UPDATE {VERSION_TABLE} SET version = ?", [newest])
    except BaseException:
        db.rollback()
        raise
    db.commit()
    return newest
