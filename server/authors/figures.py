"""What the bank holds by area and level, what a contest needs of it, and how its questions did: counted by SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from question_bank.blueprint import Entry, Line, Plan
from question_bank.question import LEVELS, ROUNDS

from ..game.rulebook import Rulebook
from ..paper import draw as paper_draw

MOST_AREAS = 200
MOST_CHOICES = 500
_WISHES = ("levels", "areas", "forms", "tags", "languages")
_ENTRIES = """
SELECT id, round, form, value, level, area, language, tags, status, pool,
       EXISTS (SELECT 1 FROM uses WHERE question_id = questions.id AND kind = 'show')
  FROM questions"""
STATES = ("ready", "draft", "sealed", "used", "retired", "rehearsal")
_COUNTS = """
WITH shown AS (
  SELECT question_id,
         MAX(kind = 'show') AS in_show,
         COUNT(*) AS times,
         SUM(result = 'right') AS right_,
         SUM(result = 'wrong') AS wrong_,
         SUM(result = 'none') AS none_
    FROM uses GROUP BY question_id)
SELECT area, level, round, value, status, pool, COALESCE(in_show, 0), COUNT(*),
       COALESCE(SUM(times), 0), COALESCE(SUM(right_), 0), COALESCE(SUM(wrong_), 0), COALESCE(SUM(none_), 0)
  FROM questions LEFT JOIN shown ON shown.question_id = questions.id
 GROUP BY 1, 2, 3, 4, 5, 6, 7"""


@dataclass(slots=True)
class Tally:
    """Questions by how they stand, and what became of them when they were asked."""

    states: Counter[str]
    times: int = 0
    right: int = 0
    wrong: int = 0
    none: int = 0

    def to_json(self) -> dict[str, Any]:
        """For the page."""
        asked = {"times": self.times, "right": self.right, "wrong": self.wrong, "none": self.none}
        return {"states": {state: self.states[state] for state in STATES}, **asked}


def connect(path: Path) -> sqlite3.Connection:
    """The bank's file for reading alone. Raises sqlite3.Error."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)


def figures(
    path: Path, rulebook: Rulebook | None, plan: Plan | None = None, *, round_: str | None = None
) -> dict[str, Any]:
    """Everything the page of figures shows; with a round, areas and levels count that round alone.

    {"total", "all": tally, "needs": [{"round", "value", "needed", "spare", "ready", "draft", "short", "short_spare"}],
    a need has "wish" too: None, or what [paper] of the contest file asks of such questions
    "areas": [{"area", "levels": {level: tally}, "all": tally}], "left_out": areas beyond the first 200}
    Raises sqlite3.Error.
    """
    everything, by_area = Tally(Counter()), dict[str, dict[str, Tally]]()
    pools: dict[tuple[str, int | None], Counter[str]] = {}
    with closing(connect(path)) as db:
        rows = db.execute(_COUNTS).fetchall()
    for area, level, kind, value, status, pool, in_show, count, *asked in rows:
        state = state_of(status, pool, bool(in_show))
        pools.setdefault((kind, value if kind == "risk" else None), Counter())[state] += count
        if round_ in (None, kind):
            levels = by_area.setdefault(area, {})
            for tally in (
                everything,
                levels.setdefault(level, Tally(Counter())),
                levels.setdefault("", Tally(Counter())),
            ):
                tally.states[state] += count
                tally.times, tally.right, tally.wrong, tally.none = (
                    known + more
                    for known, more in zip(
                        (tally.times, tally.right, tally.wrong, tally.none), asked, strict=True
                    )
                )
    ranked = sorted(by_area, key=lambda area: (-sum(by_area[area][""].states.values()), area))
    return {
        "total": sum(everything.states.values()),
        "all": everything.to_json(),
        "needs": needs(rulebook, pools) + wishes(path, rulebook, plan) if rulebook else [],
        "areas": [
            {
                "area": area,
                "levels": {
                    level: by_area[area][level].to_json() for level in LEVELS if level in by_area[area]
                },
                "all": by_area[area][""].to_json(),
            }
            for area in ranked[:MOST_AREAS]
        ],
        "left_out": max(0, len(ranked) - MOST_AREAS),
    }


def state_of(status: str, pool: str, in_show: bool) -> str:
    """How a question stands for a show: only one that is reviewed, in the show's pool and never shown is ready."""
    if status in ("sealed", "retired"):
        return status
    if status == "used" or in_show:
        return "used"
    if pool != "show":
        return "rehearsal"
    return "ready" if status == "reviewed" else "draft"


def needs(rulebook: Rulebook, pools: dict[tuple[str, int | None], Counter[str]]) -> list[dict[str, Any]]:
    """What each round's pool must give for one contest, and what it has."""
    needed: Counter[tuple[str, int | None]] = Counter()
    spare: Counter[tuple[str, int | None]] = Counter()
    for want in paper_draw.needs(rulebook):
        (spare if want.spare else needed)[want.pool] += 1
    asked = sorted({*needed, *spare}, key=lambda pool: (ROUNDS.index(pool[0]), pool[1] or 0))
    return [_need(pool, needed[pool], spare[pool], pools.get(pool, Counter()), None) for pool in asked]


def _need(
    pool: tuple[str, int | None],
    needed: int,
    spare: int,
    has: Counter[str],
    wish: dict[str, list[str]] | None,
) -> dict[str, Any]:
    short = max(0, needed - has["ready"])
    return {
        "round": pool[0],
        "value": pool[1],
        "wish": wish,
        "needed": needed,
        "spare": spare,
        "ready": has["ready"],
        "draft": has["draft"],
        "short": short,
        "short_spare": max(0, needed + spare - has["ready"]) - short,
    }


def wishes(path: Path, rulebook: Rulebook, plan: Plan | None) -> list[dict[str, Any]]:
    """A line for each thing that [paper] asks of a round's questions beyond their number, and for each of its parts."""
    lines: list[Line] = []
    for line in paper_draw.lines_of(rulebook, plan):
        if any(getattr(line, name) for name in _WISHES):
            lines.append(line)
        for part in line.parts:
            narrowed = replace(
                line,
                count=part.count,
                spare=0,
                parts=(),
                levels=(part.level,) if part.level else line.levels,
                areas=(part.area,) if part.area else line.areas,
            )
            lines.append(narrowed)
    if not lines:
        return []
    has = [Counter[str]() for _ in lines]
    with closing(connect(path)) as db:
        for id_, round_, form, value, level, area, language, tags, status, pool, in_show in db.execute(
            _ENTRIES
        ):
            entry = Entry(id_, round_, form, value, level, area, language, tuple(json.loads(tags)))
            for line, counted in zip(lines, has, strict=True):
                if line.takes(entry):
                    counted[state_of(status, pool, bool(in_show))] += 1
    return [
        _need(
            (line.round, line.value),
            line.count,
            line.spare,
            counted,
            {n: list(getattr(line, n)) for n in _WISHES},
        )
        for line, counted in zip(lines, has, strict=True)
    ]


def choices(path: Path) -> dict[str, list[str]]:
    """What there is to filter by: {"areas", "tags", "authors"}, each at most 500, the most frequent first."""
    queries = {
        "areas": "SELECT area, COUNT(*) n FROM questions GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
        "tags": """SELECT tag.value, COUNT(*) n FROM questions, json_each(questions.tags) AS tag
                    GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?""",
        "authors": "SELECT author, COUNT(*) n FROM questions WHERE author <> '' GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
    }
    with closing(connect(path)) as db:
        return {
            name: [str(row[0]) for row in db.execute(sql, (MOST_CHOICES,))] for name, sql in queries.items()
        }


def waiting(path: Path, reviewer: str, returned: set[str], limit: int) -> tuple[list[str], int, int]:
    """Ids that wait for this reviewer, how many there are, and how many drafts are the reviewer's own.

    returned: ids that were sent back and have not changed since: they wait for their author.
    """
    with closing(connect(path)) as db:
        db.execute("CREATE TEMP TABLE back (id TEXT PRIMARY KEY)")
        db.executemany("INSERT INTO back VALUES (?)", [(one,) for one in returned])
        where = "status = 'draft' AND author <> ? AND id NOT IN (SELECT id FROM back)"
        rows = db.execute(
            f"SELECT id FROM questions WHERE {where} ORDER BY id LIMIT ?", (reviewer, limit)
        ).fetchall()
        total = db.execute(f"SELECT COUNT(*) FROM questions WHERE {where}", (reviewer,)).fetchone()[0]
        own = db.execute(
            "SELECT COUNT(*) FROM questions WHERE status = 'draft' AND author = ?", (reviewer,)
        ).fetchone()[0]
    return [str(row[0]) for row in rows], int(total), int(own)
