"""The presses in the log of a contest or a rehearsal, arming by arming, for `replayed_box`. Reads, and writes nothing."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from buzzers.driver import BoxesError
from buzzers.press import Press
from buzzers.verdict import JudgedPress

Part = Literal["early", "judged", "late"]  # surely before open; in the verdict; known only after it


@dataclass(slots=True)
class RecordedArming:
    """One arming as it was. Times: ns of the clock of the host that recorded it."""

    arm_ns: int
    open_ns: int | None = None
    ordered_ns: int | None = None  # when the open was scheduled
    decided_ns: int | None = None
    horizon_ns: int | None = None  # the verdict waited for watermarks later than this; None: nobody pressed
    presses: dict[Press, Part] = field(default_factory=dict)

    def add(self, press: Press, part: Part) -> None:
        self.presses.setdefault(press, part)


@dataclass(frozen=True, slots=True)
class Recording:
    """The armings of a log in their order: the first is number 1."""

    path: Path
    armings: tuple[RecordedArming, ...]

    def presses(self) -> list[Press]:
        return [press for arming in self.armings for press in arming.presses]


def read_recording(path: Path, seats: int) -> Recording:
    """The armings of the log at `path`. Raises BoxesError: no such log, nothing to replay, or a seat above `seats`."""
    if not path.is_file():
        raise BoxesError(f"replay: there is no log {path}")
    armings: dict[str, RecordedArming] = {}
    row, offset_ns = "row 1", 0
    try:
        for seq, contest_ns, kind, body in _rows(path):
            row = f"row {seq} ({kind})"
            event = json.loads(body)
            if kind == "session_started":
                offset_ns = int(event["offset_ns"])
            else:
                _take(armings, kind, event, contest_ns, offset_ns)
    except sqlite3.Error as error:
        raise BoxesError(f"replay: {path} is no contest log ({error})") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BoxesError(f"replay: {path}: {row} cannot be read ({error!r}): see run.py verify") from error
    recording = Recording(path, tuple(armings.values()))
    if not recording.presses():
        raise BoxesError(
            f"replay: nobody pressed in {path}: choose the log of a contest with a buzz-in round"
        )
    highest = max(press.seat for press in recording.presses())
    if highest > seats:
        raise BoxesError(f"replay: seat {highest} pressed in {path}, but this show has seats 1 to {seats}")
    return recording


def _rows(path: Path) -> list[tuple[int, int, str, str]]:
    kinds = ("session_started", "armed", "opened", "foul_called", "verdict_given", "late_press_seen")
    query = f"SELECT seq, contest_ns, type, body FROM events WHERE type IN ({','.join('?' * len(kinds))}) ORDER BY seq"
    address = f"{path.resolve().as_uri()}?mode=ro"
    # Without side files beside it nobody is writing to it: then it may lie on a medium that takes none.
    if not path.with_name(f"{path.name}-wal").exists():
        address += "&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return connection.execute(query, kinds).fetchall()


def _take(
    armings: dict[str, RecordedArming], kind: str, event: dict[str, Any], contest_ns: int, offset_ns: int
) -> None:
    name = event["arming"]
    if kind == "armed":
        armings[name] = RecordedArming(int(event["armed_ns"]) - offset_ns)
        return
    arming = armings[name]
    if kind == "opened":
        arming.open_ns = int(event["open_ns"]) - offset_ns
        arming.ordered_ns = contest_ns - offset_ns
    elif kind == "foul_called":
        arming.add(Press.from_json(event["evidence"]), "early")
    elif kind == "verdict_given":
        _take_verdict(arming, event["evidence"])
    else:
        arming.add(Press.from_json(event["evidence"]), "late")


def _take_verdict(arming: RecordedArming, evidence: dict[str, Any]) -> None:
    if arming.open_ns is None:
        raise ValueError("a verdict of an arming that was not opened")
    armed = evidence.get(
        "armed"
    )  # logs of former versions do not have it; then the log's own instants must do
    if armed and arming.ordered_ns is not None:
        arming.ordered_ns += armed["open_ns"] - arming.open_ns
        arming.arm_ns, arming.open_ns = armed["arm_ns"], armed["open_ns"]
    arming.decided_ns = int(evidence["decided_ns"])
    judged = [JudgedPress.from_json(press) for press in evidence["presses"]]
    counted = [one.press.latest_ns for one in judged if one.status in ("first", "tied", "after")]
    arming.horizon_ns = min(counted, default=None)
    for one in judged:
        early = one.status == "foul" or one.press.latest_ns < arming.open_ns
        arming.add(one.press, "early" if early else "judged")
