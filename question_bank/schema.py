"""The tables of DATA/bank.db and the steps from any older version to this one."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from question_bank import messages

VERSION_TABLE = "schema_version"
QUESTIONS_TABLE = "questions"


class BankError(Exception):
    """The bank file cannot be used. `text` says why and what to do, in Chinese or English."""

    def __init__(self, code: str, path: str = "", found: str = "", allowed: str = "") -> None:
        self.code, self.path, self.found, self.allowed = code, path, found, allowed
        super().__init__(self.text("en"))

    def text(self, language: str = "zh") -> str:
        """One line for people."""
        wrong = messages.what(self.code, self.allowed, language)
        mend = messages.mend(self.code, self.allowed, language)
        if language == "zh":
            return f"{self.path}：{wrong}" + (f"（{self.found}）" if self.found else "") + f"；{mend}"
        return f"{self.path}: {wrong}" + (f" ({self.found})" if self.found else "") + f"; {mend}"


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


# MIGRATIONS[n] takes a bank of version n to version n + 1. Never edit an entry that has shipped: append one.
MIGRATIONS: tuple[Callable[[Database], None], ...] = (_create_questions, _add_media)


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
