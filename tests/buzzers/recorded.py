"""Shared by the tests of replays: plays armings in time that the test moves, and writes them down as a show's log does."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from buzzers.core import Core
from buzzers.driver import Driver, Live, Marked, Pressed
from buzzers.press import Press
from buzzers.recording import Recording
from buzzers.stream import Client, Line
from tests.buzzers.test_core import MS, START, Recorder

LEAD_NS = 200 * MS  # how long before it the open is scheduled
MARK_EVERY_NS = 5 * MS


@dataclass(frozen=True)
class Planned:
    """A press for a fake box. when_ns: after open if by_open, else after arm; known to ± around_ns; told after delay_ns."""

    seat: int
    when_ns: int
    around_ns: int = 20_000
    box: str = "one"
    delay_ns: int = 2 * MS
    by_open: bool = True
    clock: str = ""  # the box's own unless one is given


@dataclass(frozen=True)
class Scene:
    """One arming: opened gap_ns after arm, or cancelled where that is None."""

    presses: tuple[Planned, ...] = ()
    gap_ns: int | None = 1_000 * MS
    close_ns: int = 3_000 * MS
    seats: tuple[int, ...] = (1, 2, 3, 4, 5)
    fouls_lock: bool = True


class Play:
    """A core whose clock the test moves, with two fake boxes or with a recording; every message that came of it."""

    def __init__(self, recording: Recording | None = None, start_ns: int = START, contest: str = "c") -> None:
        self.now_ns = start_ns
        self.client, self.driver = Recorder(), Recorder()
        self.said: list[str] = []
        self.rows: list[tuple[int, str, dict[str, Any]]] = []  # (now_ns, type, body)
        self.core = Core("c0", 5, lambda: [cast(Driver, self.driver)], lambda: self.now_ns)
        self.boxes = () if recording else ("one", "two")
        if recording:
            self.core.replay(recording, self.said.append)
        for box in self.boxes:
            self.core.take(Live(cast(Driver, self.driver), box, 1))
        self._contest, self._armings, self._sequence, self._heard = contest, 0, 0, 0
        self._pending: list[tuple[int, Press]] = []  # (when it is told, press)
        self._marked_ns = 0
        self._decided = False
        self._order(type="hello", protocol=1, after=None)

    def scene(self, scene: Scene) -> list[dict[str, Any]]:
        """Plays one arming to its end; what the core said of it."""
        self._armings += 1
        name, before = f"{self._contest}-{self._armings}", len(self.client.sent)
        arm_ns, self._decided = self.now_ns, False
        self.rows.append(
            (self.now_ns, "armed", {"arming": name, "armed_ns": arm_ns, "seats": list(scene.seats)})
        )
        told = {"arming": name, "seats": list(scene.seats), "arm_ns": arm_ns}
        self._order(type="arm", **told, fouls_lock=scene.fouls_lock)
        gap_ns = scene.gap_ns if scene.gap_ns is not None else 1_000 * MS
        open_ns = arm_ns + gap_ns
        for planned in scene.presses:
            at_ns = max(arm_ns, planned.when_ns + (open_ns if planned.by_open else arm_ns))
            self._pending.append((at_ns + planned.delay_ns, self._press(planned, at_ns)))
        self._run_to(max(arm_ns, open_ns - LEAD_NS))
        if scene.gap_ns is None:
            self._order(type="cancel", arming=name)
            self.rows.append((self.now_ns, "arming_ended", {"arming": name, "why": "cancelled"}))
        else:
            instants = {"arming": name, "open_ns": open_ns, "close_ns": open_ns + scene.close_ns}
            self.rows.append((self.now_ns, "opened", instants))
            self._order(type="open", **instants)
        self._run_to(open_ns + scene.close_ns + 1_500 * MS)
        return self.client.sent[before:]

    def _press(self, planned: Planned, at_ns: int) -> Press:
        self._sequence += 1
        clock = planned.clock or f"{planned.box}/1"
        return Press(
            planned.seat,
            planned.box,
            clock,
            at_ns - 5,
            8_000,
            at_ns,
            planned.around_ns,
            self._sequence,
            "hardware",
        )

    def _run_to(self, until_ns: int) -> None:
        while self.now_ns < until_ns:
            self._boxes_speak()
            self.core.tick()
            if self.core.replayed is not None:
                due_ns = self.core.replayed.due_ns(self.core.arbiter.horizon_ns())
                assert due_ns is None or due_ns > self.now_ns, "the core would go round and round"
            self._write_down()
            times = [until_ns, self.core.deadline_ns(), *(when_ns for when_ns, _ in self._pending)]
            times += [self._marked_ns + MARK_EVERY_NS] if self.boxes else []
            self.now_ns = max(self.now_ns + 1, min(times))

    def _boxes_speak(self) -> None:
        due = sorted((one for one in self._pending if one[0] <= self.now_ns), key=lambda one: one[0])
        self._pending = [one for one in self._pending if one[0] > self.now_ns]
        for _, press in due:
            self.core.take(Pressed(cast(Driver, self.driver), press))
        if self.now_ns >= self._marked_ns + MARK_EVERY_NS:
            self._marked_ns = self.now_ns
            for box in self.boxes:
                promised = [press.earliest_ns for _, press in self._pending if press.box == box]
                self.core.take(Marked(box, min([self.now_ns - 3 * MS, *promised])))

    def _order(self, **order: Any) -> None:
        self.core.take(Line(cast(Client, self.client), json.dumps(order).encode()))
        self._write_down()

    def _write_down(self) -> None:
        """As the server does: what is known after the verdict changes nothing."""
        for message in self.client.sent[self._heard :]:
            kind, body = message["type"], {"arming": message.get("arming")}
            if kind == "verdict":
                self._decided = True
                evidence = {
                    key: value for key, value in message.items() if key not in ("seq", "type", "arming")
                }
                self.rows.append((self.now_ns, "verdict_given", {**body, "evidence": evidence}))
            elif kind == "late_press" or (kind == "foul" and self._decided):
                self.rows.append((self.now_ns, "late_press_seen", {**body, "evidence": message["press"]}))
            elif kind == "foul":
                self.rows.append((self.now_ns, "foul_called", {**body, "evidence": message["press"]}))
        self._heard = len(self.client.sent)


def write_log(path: Path, rows: Sequence[tuple[int, str, dict[str, Any]]], offset_ns: int = 0) -> Path:
    """A log with these rows: (host ns, type, body), stored in contest time."""
    started: tuple[int, str, dict[str, Any]] = (0, "session_started", {"offset_ns": offset_ns})
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, contest_ns, wall_time, type, body, prev_hash, hash)"
    )
    for now_ns, kind, body in [started, *rows]:
        moved = {
            key: value + offset_ns if key in ("armed_ns", "open_ns", "close_ns") else value
            for key, value in body.items()
        }
        given = moved if kind != "session_started" else body
        connection.execute(
            "INSERT INTO events VALUES (NULL, ?, '-', ?, ?, '-', '-')",
            (now_ns + offset_ns, kind, json.dumps(given)),
        )
    connection.commit()
    connection.close()
    return path


def came_out(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What must be the same in a replay.

    Of several presses of a seat before open, the one that was told first is called the foul: not which one it was.
    """
    verdicts = [one for one in messages if one["type"] == "verdict"]
    late = [one["press"] for one in messages if one["type"] == "late_press"]
    judged = [
        _told(press, verdict["armed"]["open_ns"]) for verdict in verdicts for press in verdict["presses"]
    ]
    members = ("outcome", "seats", "lead_ns", "lead_uncertainty_ns")
    return {
        "fouls": sorted(one["press"]["seat"] for one in messages if one["type"] == "foul"),
        "verdicts": [{name: verdict[name] for name in members} for verdict in verdicts],
        "judged": sorted(judged),
        "late": sorted(_told(press, 0) for press in late),
    }


def _told(press: dict[str, Any], open_ns: int) -> tuple[Any, ...]:
    if press["time_ns"] + press["uncertainty_ns"] < open_ns:
        return (press["seat"], "early", 0, 0)
    counted = press["status"] in ("first", "tied", "after")
    return (press["seat"], press["status"], press["uncertainty_ns"], press["lag_ns"] if counted else 0)
