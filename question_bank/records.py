"""What happened to the questions of a bank: where they were used and how they were answered, and who opened what."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from question_bank import schema, search

USE_KINDS = ("show", "rehearsal")
RESULTS = ("right", "wrong", "none")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a question. kind: show | rehearsal. at: wall time, ISO 8601. result: right | wrong | none | None."""

    question_id: str
    contest: str
    kind: str
    at: str
    result: str | None
    seat: int | None


_USE = ", ".join(f.name for f in fields(Use))


def groups(
    db: Database, filters: Mapping[str, str | None]
) -> Iterator[tuple[tuple[Any, ...], str, list[str]]]:
    """`Bank.groups`: the index stands in this order, so that nothing has to be sorted."""
    where, arguments = search.where(filters)
    sort = "q.round, q.form, q.value, q.level, q.area, q.language, q.status"
    sql = (
        f"SELECT {sort}, group_concat(q.id, char(10)) FROM {schema.QUESTIONS_TABLE} AS q"
        f" INDEXED BY {schema.OUTLINE_INDEX} {where} GROUP BY {sort}"
    )
    return ((row[:6], row[6], row[7].split("\n")) for row in db.conn.execute(sql, arguments))


def now() -> str:
    """The wall time in UTC, ISO 8601 to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def record_use(db: Database, question_ids: Iterable[str], contest: str, kind: str, at: str) -> None:
    """Note that questions were drawn for a contest; once for each contest and kind. Raises ValueError for a kind."""
    if kind not in USE_KINDS:
        raise ValueError(f"the kind of a use must be one of {USE_KINDS}, got {kind!r}")
    for question_id in question_ids:
        db.execute(
            "INSERT INTO uses (question_id, contest, kind, at) SELECT ?, ?, ?, ? WHERE NOT EXISTS"
            " (SELECT 1 FROM uses WHERE question_id = ? AND contest = ? AND kind = ?)",
            [question_id, contest, kind, at, question_id, contest, kind],
        )


def record_result(db: Database, question_id: str, contest: str, result: str, seat: int | None) -> None:
    """Note how a question was answered. The use of that contest takes it, that of its show before that of its
    rehearsal; further answers get rows of their own.

    Raises ValueError for an unknown result and LookupError where the question was not used in that contest.
    """
    if result not in RESULTS:
        raise ValueError(f"a result must be one of {RESULTS}, got {result!r}")
    rows = db.execute(
        "SELECT id, kind, at, result FROM uses WHERE question_id = ? AND contest = ?"
        " ORDER BY kind <> 'show', result IS NOT NULL, id",
        [question_id, contest],
    ).fetchall()
    if not rows:
        raise LookupError(f"question {question_id} was not used in {contest}")
    use, kind, at, told = rows[0]
    if told is None:
        db.execute("UPDATE uses SET result = ?, seat = ? WHERE id = ?", [result, seat, use])
    else:
        db.execute(
            "INSERT INTO uses (question_id, contest, kind, at, result, seat) VALUES (?, ?, ?, ?, ?, ?)",
            [question_id, contest, kind, at, result, seat],
        )


def uses(db: Database, question_id: str) -> list[Use]:
    """Every use of a question, oldest first."""
    rows = db.execute(f"SELECT {_USE} FROM uses WHERE question_id = ? ORDER BY at, id", [question_id])
    return [Use(*row) for row in rows]


def used_ids(db: Database, kind: str | None) -> set[str]:
    """The ids of all questions with a use (of a kind)."""
    where, arguments = ("", []) if kind is None else (" WHERE kind = ?", [kind])
    return {row[0] for row in db.execute(f"SELECT DISTINCT question_id FROM uses{where}", arguments)}


def log_access(db: Database, who: str, what: str, detail: str) -> None:
    """Write one line into the access log, with the time of now."""
    db.execute(
        "INSERT INTO access_log (at, who, what, detail) VALUES (?, ?, ?, ?)", [now(), who, what, detail]
    )


def access(db: Database, limit: int) -> list[dict[str, str]]:
    """The newest lines of the access log, newest first: {"at", "who", "what", "detail"}."""
    rows = db.execute("SELECT at, who, what, detail FROM access_log ORDER BY id DESC LIMIT ?", [limit])
    return [dict(zip(("at", "who", "what", "detail"), row, strict=True)) for row in rows]


def statistics(db: Database) -> dict[str, Any]:
    """Counts over the whole bank, from SQL alone.

    {"total", "round", "form", "risk", "area", "level", "status", "pool", "language": {word: count},
    "area_level": {area: {level: count}}, "uses": {kind: uses}, "used": questions used at a show,
    "results": {"right", "wrong", "none": answers}, "right_rate": right of right and wrong or None,
    "results_by_area", "results_by_level": {word: {"right", "wrong", "none", "right_rate"}}}. Rehearsals do not count
    as results.
    """
    counts: dict[str, Any] = {"total": db.execute("SELECT count(*) FROM questions").fetchone()[0]}
    for name in ("round", "form", "area", "level", "status", "pool", "language"):
        counts[name] = _counted(db, f"SELECT {name}, count(*) FROM questions GROUP BY 1 ORDER BY min(rowid)")
    counts["area"] = dict(sorted(counts["area"].items()))
    counts["risk"] = {
        str(value): count
        for value, count in db.execute(
            "SELECT value, count(*) FROM questions WHERE round = 'risk' GROUP BY 1 ORDER BY 1"
        )
    }
    counts["area_level"] = {}
    for area, level, count in db.execute(
        "SELECT area, level, count(*) FROM questions GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        counts["area_level"].setdefault(area, {})[level] = count
    counts["uses"] = _counted(
        db, "SELECT kind, count(DISTINCT question_id || char(10) || contest) FROM uses GROUP BY 1"
    )
    counts["used"] = len(used_ids(db, "show"))
    given = (
        "FROM uses JOIN questions AS q ON q.id = uses.question_id WHERE kind = 'show' AND result IS NOT NULL"
    )
    counts["results"] = _rated(_counted(db, f"SELECT result, count(*) {given} GROUP BY 1"))
    counts["right_rate"] = counts["results"].pop("right_rate")
    for name in ("area", "level"):
        by_word: dict[str, dict[str, int]] = {}
        for word, result, count in db.execute(
            f"SELECT q.{name}, result, count(*) {given} GROUP BY 1, 2 ORDER BY 1"
        ):
            by_word.setdefault(word, {})[result] = count
        counts[f"results_by_{name}"] = {word: _rated(results) for word, results in by_word.items()}
    return counts


def _counted(db: Database, sql: str) -> dict[str, int]:
    return dict(db.execute(sql).fetchall())


def _rated(results: dict[str, int]) -> dict[str, Any]:
    whole = {result: results.get(result, 0) for result in RESULTS}
    judged = whole["right"] + whole["wrong"]
    return {**whole, "right_rate": round(whole["right"] / judged, 4) if judged else None}
