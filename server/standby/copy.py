"""The copy of a running show's log on a second machine: each row is checked before it is kept.

Beside the referee the only one that writes a log, and never on the same machine at the same time: the folder is locked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .. import codec
from ..event_log import FIRST_HASH, EventLog, LogDamaged, Row, row_hash
from ..log.show_log import is_rehearsal, log_path

Part = tuple[list[Row], str | None]
"""The rows of one transaction and the id of the command that made them."""


class NotAContinuation(Exception):
    """What the other machine has is not what this one has with more behind it; the text says how to mend it."""


def paper_digest(paper: Mapping[str, str]) -> str:
    """One hash over the paper table, as it is stored."""
    return hashlib.sha256(json.dumps(sorted(paper.items()), ensure_ascii=False).encode()).hexdigest()


class Copy:
    """The log of a standby.

    Raises LogDamaged where what is there already does not hold together, OSError, sqlite3.Error.
    """

    def __init__(self, data: Path, rehearsal: bool) -> None:
        self.path = log_path(data, rehearsal)
        self._log: EventLog | None = None
        self.seq, self.head, self.contest, self.wall_time = 0, FIRST_HASH, "", ""
        self.paper: dict[str, str] = {}
        if self.path.exists():
            self._open()

    def _open(self) -> EventLog:
        kept = self._log = EventLog(self.path)
        for row in kept.checked_rows():
            if row.seq == 1:
                self.contest = str(json.loads(row.body).get("contest", ""))
            self.wall_time = row.wall_time
        self.seq, self.head, self.paper = kept.last_seq, kept.head, kept.paper()
        return kept

    def must_be_of(self, contest: str, rehearsal: bool) -> None:
        """Raises NotAContinuation where this log belongs to another contest."""
        if self.seq == 0:
            return
        assert self._log is not None
        if self.contest != contest or is_rehearsal(self._log) != rehearsal:
            raise NotAContinuation(
                f"{self.path} holds another contest ({self.contest}) than the running show ({contest}); "
                "put it aside and begin with a fresh copy: add --new"
            )

    def take(
        self, rows: Sequence[Row], commands: Mapping[int, str], paper: Mapping[str, str] | None = None
    ) -> None:
        """Check rows that follow the last one here, and keep them; on disk when this returns.

        commands: revision → id of the command that led to it. paper: the paper table, to come with the first row.
        Raises NotAContinuation when the chain does not hold, ValueError for a row that is none of ours; what came
        before it stays. OSError, sqlite3.Error when the disk refuses.
        """
        head, seq = self.head, self.seq
        for row in rows:
            right = row_hash(head, row.seq, row.contest_ns, row.wall_time, row.type, row.body)
            if row.seq != seq + 1 or row.prev_hash != head or row.hash != right:
                raise NotAContinuation(
                    f"row {row.seq} ({row.type}) does not follow from row {seq} of {self.path}; "
                    "put this copy aside and begin with a fresh one: add --new"
                )
            codec.event_from_json(row.type, row.body)
            head, seq = row.hash, row.seq
        log = self._log or self._open()
        for part, command_id in parts(rows, commands):
            events = [(row.contest_ns, row.wall_time, row.type, row.body) for row in part]
            first = part[0].seq == 1 and paper is not None
            log.append(events, command_id, paper=list(paper.items()) if first and paper else ())
            if log.head != part[-1].hash:
                raise LogDamaged(f"{self.path}: row {part[-1].seq} was stored otherwise than it came")
            if part[0].seq == 1:
                self.contest = str(json.loads(part[0].body).get("contest", ""))
                self.paper = dict(paper or {})
            self.seq, self.head, self.wall_time = log.last_seq, log.head, part[-1].wall_time

    def close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


def parts(rows: Sequence[Row], commands: Mapping[int, str]) -> Iterator[Part]:
    """Rows as the transactions that they came in: all rows of one share their instant, and a command ends one."""
    part: list[Row] = []
    for row in rows:
        if part and (row.contest_ns, row.wall_time) != (part[-1].contest_ns, part[-1].wall_time):
            yield part, None
            part = []
        part.append(row)
        if row.seq in commands:
            yield part, commands[row.seq]
            part = []
    if part:
        yield part, None
