"""Why a reviewer sent a question back: kept in DATA/author-notes.db until the question is approved, and then forgotten."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE = "author-notes.db"
LONGEST = 500
_TABLE = """CREATE TABLE IF NOT EXISTS notes (
  id INTEGER PRIMARY KEY, question_id TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL,
  version TEXT NOT NULL, at TEXT NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Note:
    """What one reviewer said of one version of a question. `at`: wall time, ISO 8601 with its zone."""

    question_id: str
    author: str
    text: str
    version: str
    at: str


class Notes:
    """The notes of a data folder. What they say may give an answer away: readable by their owner only, wiped when deleted."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE

    def add(self, note: Note) -> None:
        """Keep one more. Raises sqlite3.Error."""
        with self._open() as db:
            db.execute(
                "INSERT INTO notes (question_id, author, text, version, at) VALUES (?, ?, ?, ?, ?)",
                (note.question_id, note.author, note.text, note.version, note.at),
            )

    def of(self, question_id: str) -> list[Note]:
        """What was said of a question, oldest first."""
        return self._rows("WHERE question_id = ? ORDER BY id", (question_id,))

    def newest(self) -> dict[str, Note]:
        """Question id → the last thing said of it."""
        return {note.question_id: note for note in self._rows("ORDER BY id", ())}

    def forget(self, question_id: str) -> None:
        """Delete all that was said of a question, from the file too."""
        if self._path.exists():
            with self._open() as db:
                db.execute("DELETE FROM notes WHERE question_id = ?", (question_id,))

    def _rows(self, where: str, arguments: tuple[str, ...]) -> list[Note]:
        if not self._path.exists():
            return []
        with self._open() as db:
            return [
                Note(*row)
                for row in db.execute(
                    f"SELECT question_id, author, text, version, at FROM notes {where}", arguments
                )
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(self._path, timeout=5)) as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute(_TABLE)
            with db:
                yield db


def forget(data: Path, question_ids: Iterable[str]) -> None:
    """Wipe what was said of these questions: for whoever seals them. Raises sqlite3.Error."""
    notes = Notes(data)
    for question_id in question_ids:
        notes.forget(question_id)
