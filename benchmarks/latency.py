"""From the press to what follows from it, in one whole show: verdict, winner's lamp, picture on the screen.

One hub of the shipped firmware in simavr behind a modelled USB link, `run.py serve`, a host who arms and opens through
the HTTP interface, a projector page in Chromium and one more listener. Contacts close cleanly here: a contact that
bounces for some ms is sure by so much later. Everything is counted from the true edge at the pin:

- `edge_to_verdict_ms`: the timing core has given its verdict: `decided_ns`, which is in the verdict's evidence;
- `edge_to_stage_ms`: the stage process has the verdict in hand: the contest time of `verdict_given` in the log;
- `edge_to_published_ms`: it is on disk, and a Socket.IO client of `/projector` has been told;
- `edge_to_lamp_ms`: of all lamps only the winner's is lit, by the simulator's cycles;
- `edge_to_paint_ms`: see `benchmarks.paint`.

Idle first; then while phones reconnect and question sheets are imported (`benchmarks.stress`). All of it runs on this
machine. The simulator stands for hardware: it has real-time priority if the system permits that (`simulator_realtime`).
Phones and browser stand for other machines: they are niced. Nothing else is, the import least of all.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import socketio

from benchmarks.elsewhere import stepping_back
from benchmarks.paint import Screen
from benchmarks.stress import Stress, import_sheet, question_sheet
from firmware.sim.harness import SimulatedBoxes
from tests.browser import CHROMIUM, chromium
from tests.live import Show, free_port, until

GOAL_MS = 25.0  # 99th percentile to the verdict, under load, on one hub
CONFIRMATION_MS = 2.0  # a contact must be down for so long to be a press; see firmware/PROTOCOL.md
LINK = "usb"  # full speed, frames of 1 ms
SEATS = 5
OPEN_LEAD_S = 0.25  # the boxes open 0.2 s after the host's word
MOST_QUESTIONS = 100  # of one round
HOLD_MS = 60
WITHIN_S = 30.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Followed:
    """One press and what followed, on CLOCK_MONOTONIC in ns. paint_page_ns: on the page's clock, None unwatched."""

    arming: str
    edge_ns: int
    lamp_ns: int
    published_ns: int
    paint_page_ns: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """When the core had decided and when the stage process had that in hand, on CLOCK_MONOTONIC in ns."""

    decided_ns: int
    taken_ns: int
    waited: bool  # for a box that did not answer in time


class Listener:
    """A client of the projector's namespace: when it was told of each verdict."""

    def __init__(self, base: str) -> None:
        self.told_ns: dict[str, int] = {}
        self._client = socketio.Client(reconnection=False)
        self._client.on("snapshot", self._hear, namespace="/projector")
        self._client.connect(base, transports=["websocket"], namespaces=["/projector"])

    def _hear(self, view: dict[str, Any]) -> None:
        now_ns = time.monotonic_ns()
        buzz = view["scene"].get("buzz")
        if buzz and buzz["phase"] == "locked":
            self.told_ns.setdefault(buzz["arming"], now_ns)

    def close(self) -> None:
        self._client.disconnect()


class Host:
    """Arms, opens and rules; after each press all that followed from it is waited for."""

    def __init__(self, show: Show, box: SimulatedBoxes, listener: Listener, screen: Screen | None) -> None:
        self._show = show
        self._box = box
        self._listener = listener
        self._screen = screen
        self._token = show.token()
        self._random = Random(1)
        self._questions = 0

    def follow(self, count: int, say: Say) -> list[Followed]:
        """So many presses, one a question."""
        followed = []
        for number in range(1, count + 1):
            followed.append(self._one())
            if number % 20 == 0:
                say(f"{number} of {count} presses")
        return followed

    def _ask(self, kind: str, **fields: Any) -> None:
        status, answer = self._show.command(self._token, kind, **fields)
        if status != 200:
            raise RuntimeError(f"{kind}: {answer}")

    def _one(self) -> Followed:
        if self._questions % MOST_QUESTIONS == 0:
            self._ask("start_round")
        self._questions += 1
        for kind in ("present", "arm", "open"):
            self._ask(kind)
        time.sleep(OPEN_LEAD_S + self._random.uniform(0, 0.1))
        button = self._random.randrange(SEATS)
        lines, told = len(self._box.truth), len(self._listener.told_ns)
        edge = self._box.press({(0, button): 0}, hold_ms=HOLD_MS)[0, button]
        # When the boxes open all lamps are lit; the winner's is the one that stays.
        lamp = self._box.wait_for(
            lambda line: line["type"] == "lamps" and line["mask"] == 1 << button,
            timeout_s=WITHIN_S,
            since=lines,
        )
        until(lambda: len(self._listener.told_ns) > told, "a published verdict", WITHIN_S)
        arming, published_ns = list(self._listener.told_ns.items())[-1]
        paint_ns = self._screen.next_paint() if self._screen else None
        self._ask("rule", result="void")
        return Followed(arming, edge.time_ns, lamp["ns"], published_ns, paint_ns)


def run(presses: int, load_presses: int, phones: int, say: Say, browser: bool = True) -> dict[str, Any]:
    """The whole show. Returns the object that `run.py bench latency --json` prints; `passed` judges it."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contest = data / "contest.toml"
        contest.write_text(_contest(presses + load_presses), encoding="utf-8")
        import_sheet(data, question_sheet(data / "questions.xlsx", ""))
        box = stack.enter_context(SimulatedBoxes(1, links=LINK, realtime=True))
        hall = free_port()
        boxes = f"serial:{box.ports[0]}"
        show = stack.enter_context(Show(data, "--contest", str(contest), boxes=boxes, audience_port=hall))
        until(lambda: show.get("/healthz")["boxes"][0]["state"] == "up", "the box is up", WITHIN_S)
        screen = None
        if browser:
            program = stepping_back(CHROMIUM, data)
            screen = Screen(stack.enter_context(chromium(program)), show.base)
        listener = Listener(show.base)
        stack.callback(listener.close)
        host = Host(show, box, listener, screen)
        say("idle")
        if screen:
            screen.exchange()
        load_idle = os.getloadavg()[0]
        idle = host.follow(presses, say)
        if screen:
            screen.exchange()
        say(f"{phones} phones reconnect, sheets are imported")
        with Stress(f"http://127.0.0.1:{hall}", data, phones) as stress:
            stress.under_way()
            busy = host.follow(load_presses, say)
            load_busy = os.getloadavg()[0]
        if screen:
            screen.exchange()
        verdicts = _verdicts(data / "contest.db")
    mapping = {"paint_clock_error_ms": screen.error_ms} if screen else {}
    return {
        **_told(idle, verdicts, screen),
        "loadavg_1min": load_idle,
        "load": {**_told(busy, verdicts, screen), "loadavg_1min": load_busy, "description": stress.told},
        "goal_ms": GOAL_MS,
        "firmware_confirmation_ms": CONFIRMATION_MS,
        "link": LINK,
        "simulator_realtime": box.truth[0]["realtime"],
        "processors": os.cpu_count(),
        **mapping,
    }


def passed(result: dict[str, Any]) -> bool:
    """Whether the goal is met."""
    slowest: float = result["load"]["edge_to_verdict_ms"]["p99"]
    return slowest < GOAL_MS


def _contest(questions: int) -> str:
    rounds = math.ceil(questions / MOST_QUESTIONS)
    seats = "".join(f'[[contestant]]\nname = "选手 {seat}"\n' for seat in range(1, SEATS + 1))
    return (
        f'title = "延迟测量"\n{seats}'
        + f'[[round]]\nkind = "buzz_in"\nquestions = {MOST_QUESTIONS}\n' * rounds
    )


def _verdicts(log: Path) -> dict[str, Verdict]:
    """By arming, from the log of the show."""
    with closing(sqlite3.connect(log)) as database:
        rows = database.execute("SELECT type, contest_ns, body FROM events ORDER BY seq").fetchall()
    bodies = [(kind, contest_ns, json.loads(body)) for kind, contest_ns, body in rows]
    offset_ns = next(body["offset_ns"] for kind, _, body in bodies if kind == "session_started")
    return {
        body["arming"]: Verdict(
            body["evidence"]["decided_ns"], contest_ns - offset_ns, bool(body["evidence"]["final"]["missing"])
        )
        for kind, contest_ns, body in bodies
        if kind == "verdict_given"
    }


def _told(
    followed: Sequence[Followed], verdicts: dict[str, Verdict], screen: Screen | None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "presses": len(followed),
        "edge_to_verdict_ms": _spread([verdicts[one.arming].decided_ns - one.edge_ns for one in followed]),
        "edge_to_lamp_ms": _spread([one.lamp_ns - one.edge_ns for one in followed]),
    }
    if screen:
        painted = [
            screen.host_ns(one.paint_page_ns) - one.edge_ns
            for one in followed
            if one.paint_page_ns is not None
        ]
        told["edge_to_paint_ms"] = _spread(painted)
    return told | {
        "edge_to_stage_ms": _spread([verdicts[one.arming].taken_ns - one.edge_ns for one in followed]),
        "edge_to_published_ms": _spread([one.published_ns - one.edge_ns for one in followed]),
        "waited_in_vain": sum(verdicts[one.arming].waited for one in followed),
    }


def _spread(values_ns: Sequence[int]) -> dict[str, float]:
    """Percentiles by nearest rank, and the longest of all."""
    ordered = sorted(values_ns)

    def rank(share: float) -> float:
        return round(ordered[math.ceil(share * len(ordered)) - 1] / 1e6, 2)

    return {"p50": rank(0.5), "p99": rank(0.99), "max": rank(1)}
