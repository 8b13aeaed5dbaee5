"""Log files for the second scorer: `python -m tests.second_scorer_log LOG` prints places and scores of one."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .second_scorer import Disagreement, Row, score


def rows_of(path: Path) -> list[Row]:
    """The rows of a log file, in order; the file is opened for reading only."""
    found = _read(path, "SELECT seq, contest_ns, type, body FROM events ORDER BY seq")
    return [(seq, at, kind, json.loads(body)) for seq, at, kind, body in found]


def key_points_of(path: Path) -> dict[str, list[int]]:
    """What the key points of each question are worth at most, in centipoints: beside the log, not in it."""
    found = _read(path, "SELECT question_id, body FROM paper")
    return {question: [item["max_cp"] for item in json.loads(body)["items"]] for question, body in found}


def _read(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def main(argv: Sequence[str]) -> int:
    """Print places and scores of a log file, or the first row that is wrong (status 1)."""
    path = Path(argv[0])
    try:
        result = score(rows_of(path), key_points_of(path))
    except Disagreement as error:
        print(error)
        return 1
    for place, seat in result.places:
        print(f"{place}. seat {seat}: {float(result.scores[seat]):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
