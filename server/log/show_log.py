"""Which log is played: the show's or a rehearsal's. One cannot become the other; a show's can be proved empty."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..event_log import EventLog, LogDamaged, Row
from ..game.state import State

PREPARES = ("contest_created", "session_started", "core_joined")
"""The events that come about by starting the show, without anybody touching the console."""


class WrongLog(Exception):
    """A rehearsal's log where the show's should be, or the other way round: one line, saying how to mend it."""


def log_path(data: Path, rehearsal: bool) -> Path:
    """Where the log of the show, or of its rehearsal, lies in the data folder."""
    return data / ("rehearsal.db" if rehearsal else "contest.db")


def is_rehearsal(log: EventLog) -> bool:
    """What the first event of a log says; logs of before rehearsals were known are of shows. Raises LogDamaged."""
    first = next(iter(log.rows()), None)
    if first is None:
        return False
    try:
        return bool(json.loads(first.body).get("rehearsal", False))
    except (ValueError, AttributeError) as error:
        raise LogDamaged(f"{log.path}: row 1 ({first.type}) cannot be read ({error})") from error


def must_be(log: EventLog, rehearsal: bool) -> None:
    """Raises WrongLog if the log is not of the kind wanted, LogDamaged. Reads its first row only."""
    if log.last_seq == 0 or is_rehearsal(log) == rehearsal:
        return
    if rehearsal:
        raise WrongLog(
            f"{log.path} is the log of a show, and a rehearsal must not write to it; "
            "move it away, or put it aside with --rehearsal --new"
        )
    raise WrongLog(
        f"{log.path} is the log of a rehearsal and cannot become the show's; "
        "move it away, or put it aside with --new to begin the show"
    )


def must_be_at(path: Path, rehearsal: bool) -> None:
    """The same of a log that nobody has opened yet; writes nothing. One that cannot be read is for others to mend."""
    if not path.exists():
        return
    try:
        log = EventLog(path, readonly=True)
    except (LogDamaged, sqlite3.Error):
        return
    try:
        must_be(log, rehearsal)
    except LogDamaged:
        return
    finally:
        log.close()


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Whether nothing but its preparation is in a log. `problem`: what keeps it from being proved, with `first`, the row."""

    counts: dict[str, int]  # event type → how many
    score_entries: int
    problem: str | None = None
    first: Row | None = None

    def to_json(self) -> dict[str, Any]:
        first = self.first and {
            "seq": self.first.seq,
            "type": self.first.type,
            "wall_time": self.first.wall_time,
        }
        proof = {"empty": self.problem is None, "types": self.counts, "score_entries": self.score_entries}
        return {**proof, **({"problem": self.problem, "first": first} if self.problem else {})}


def emptiness(rows: Sequence[Row], state: State) -> Emptiness:
    """Looks at every row of a log whose chain was checked, and at the state it folds to."""
    counts = dict(Counter(row.type for row in rows))
    entries = len(state.entries)
    if state.rehearsal:
        first = rows[0]
        return Emptiness(counts, entries, f"{_named(first)} says that this is the log of a rehearsal", first)
    for row in rows:
        if row.type not in PREPARES:
            return Emptiness(counts, entries, f"{_named(row)} is the first that is not preparation", row)
    if entries:
        return Emptiness(counts, entries, f"{entries} score entries stand in it")
    return Emptiness(counts, entries)


def _named(row: Row) -> str:
    return f"row {row.seq} ({row.type}, {row.wall_time})"
