"""What a log holds, wherever it is stored: rows that hash onto each other, ids of accepted commands, the paper.

Also how two copies of one log are made one: `merged` takes the longest sound chain that both together give.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

FIRST_HASH = "0" * 64


class LogDamaged(Exception):
    """The log does not hold together; the text names the first bad row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `events` as it is stored."""

    seq: int
    contest_ns: int
    wall_time: str
    type: str
    body: str
    prev_hash: str
    hash: str

    def follows(self, seq: int, head: str) -> bool:
        """Whether this is row `seq`, unchanged, after a row with the hash `head`."""
        if self.seq != seq or self.prev_hash != head:
            return False
        try:
            right = row_hash(head, seq, self.contest_ns, self.wall_time, self.type, self.body)
        except (TypeError, UnicodeEncodeError):
            return False  # bytes where a text was: SQLite keeps whatever is put into a column
        return self.hash == right


def row_hash(prev_hash: str, seq: int, contest_ns: int, wall_time: str, kind: str, body: str) -> str:
    """SHA-256 over the row and the hash before it: JSON of the list, UTF-8, no blanks."""
    text = json.dumps(
        [prev_hash, seq, contest_ns, wall_time, kind, body], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class Content:
    """A whole log in memory. `commands`: id → revision after it; `paper`: question id → body as it is stored."""

    rows: list[Row] = field(default_factory=list)
    commands: dict[str, int] = field(default_factory=dict)
    paper: dict[str, str] = field(default_factory=dict)

    @property
    def end(self) -> tuple[int, str]:
        """(last sequence, its hash)."""
        return (self.rows[-1].seq, self.rows[-1].hash) if self.rows else (0, FIRST_HASH)


def chain(first: dict[int, Row], second: dict[int, Row]) -> tuple[list[Row], bool]:
    """The rows that follow from each other, each from `first` or else from `second`; and whether the two ever differ."""
    found: list[Row] = []
    head, differ = FIRST_HASH, False
    while True:
        seq = len(found) + 1
        one, other = first.get(seq), second.get(seq)
        differ |= one is not None and other is not None and one != other
        row = next((row for row in (one, other) if row is not None and row.follows(seq, head)), None)
        if row is None:
            return found, differ
        found.append(row)
        head = row.hash


def merged(database: Content, journal: Content) -> Content:
    """The longest sound log that these two copies give together, whatever of each can still be read.

    Where they part, the longer one is taken, of two alike the database. Where they are two contests, the database is:
    no broken disk makes another contest's first row, so a person put that file there.
    """
    ours, theirs = ({row.seq: row for row in one.rows} for one in (database, journal))
    rows, differ = chain(ours, theirs)
    if differ:
        others, _ = chain(theirs, ours)
        same_contest = bool(rows) and bool(others) and rows[0] == others[0]
        if len(others) > len(rows) and (same_contest or not rows):
            rows = others
    found = Content(rows)
    for content, copy in (
        (journal, theirs),
        (database, ours),
    ):  # a body in both is the journal's: it has a checksum
        if not any(copy.get(row.seq) == row for row in rows):
            continue  # of another contest: no row of this one's chain is in it
        found.paper = {**content.paper, **found.paper}
        for command_id, revision in content.commands.items():
            if 0 < revision <= len(rows) and copy.get(revision) == rows[revision - 1]:
                found.commands.setdefault(command_id, revision)
    return found


def until(content: Content, last_seq: int) -> Content:
    """The same log up to and with row `last_seq`."""
    commands = {key: revision for key, revision in content.commands.items() if revision <= last_seq}
    return Content(content.rows[:last_seq], commands, content.paper if last_seq else {})


def is_part(part: Sequence[Row], whole: Sequence[Row]) -> bool:
    """Whether `part` is how `whole` begins."""
    return len(part) <= len(whole) and all(one == other for one, other in zip(part, whole, strict=False))


def chained(events: Iterable[tuple[int, str, str, str]], last_seq: int, head: str) -> tuple[Row, ...]:
    """Events (contest_ns, wall_time, type, body) as rows after row `last_seq` with the hash `head`."""
    rows = []
    for seq, (contest_ns, wall_time, kind, body) in enumerate(events, start=last_seq + 1):
        after = row_hash(head, seq, contest_ns, wall_time, kind, body)
        rows.append(Row(seq, contest_ns, wall_time, kind, body, head, after))
        head = after
    return tuple(rows)
