"""The two servers of `run.py bench load`: a whole show of ours, and the stock server; each can be told to broadcast a change."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from benchmarks import processes
from tests.live import ROOT, Show, free_port, until

AUDIENCE = "server.audience.process"
STAGE = "server.stage_process"
BASE_CP = 10_000
STEP_CP = 500
WITHIN_S = 30.0


class Server(Protocol):
    """What a measurement asks of a server. `offset_ns`: its clock minus CLOCK_MONOTONIC."""

    hall_port: int
    offset_ns: int

    def hall_pid(self) -> int:
        """The process that serves the phones."""

    def change(self) -> tuple[int, int]:
        """Have a score change sent to everybody: (its revision, CLOCK_MONOTONIC in ns before it was asked for)."""

    def cpu_ns(self) -> tuple[int, int]:
        """Processor time so far: of the process that serves the phones, and of all its others."""


class Ours:
    """`run.py serve` with simulated boxes; the host works by the HTTP interface."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.hall_port = free_port()
        self.show = Show(data, *arguments, audience_port=self.hall_port)
        self._changes = 0

    def __enter__(self) -> Self:
        self.show.__enter__()
        try:
            until(self._hall_answers, "the audience's process answers", WITHIN_S)
            self._token = self.show.token()
            self.offset_ns = contest_offset_ns(self.show.data / "contest.db")
            self._pids = self.show.children()
        except BaseException:
            self.show.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.show.__exit__(kind, error, trace)

    def _hall_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.hall_port}/audience", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def hall_pid(self) -> int:
        return self._pids[AUDIENCE]

    def hall_health(self) -> dict[str, Any]:
        """What the audience's process says of itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.hall_port}/healthz", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """A command of the host. Raises RuntimeError when the rules refuse it."""
        status, answer = self.show.command(self._token, kind, **fields)
        if status != 200:
            raise RuntimeError(f"{kind}: {answer}")
        found: dict[str, Any] = answer
        return found

    def change(self) -> tuple[int, int]:
        self._changes += 1
        seat = 1 + self._changes % 5
        score_cp = BASE_CP + self._changes // 5 % 40 * STEP_CP + STEP_CP
        asked_ns = time.monotonic_ns()
        return int(self.ask("set_score", seat=seat, score_cp=score_cp, reason="测量")["revision"]), asked_ns

    def cpu_ns(self) -> tuple[int, int]:
        hall = processes.cpu_ns(self.hall_pid())
        return hall, sum(processes.cpu_ns(pid) for pid in self._pids.values()) - hall


def contest_offset_ns(log: Path) -> int:
    """Contest time minus CLOCK_MONOTONIC, as the last start of the show has it in its log."""
    with closing(sqlite3.connect(log)) as database:
        (body,) = database.execute(
            "SELECT body FROM events WHERE type = 'session_started' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    return int(json.loads(body)["offset_ns"])


class Stock:
    """`benchmarks.load_stock` in a process of its own. content: what it sends, as `event`; its time and revision it adds."""

    offset_ns = 0

    def __init__(self, event: str, content: dict[str, Any]) -> None:
        self.hall_port = free_port()
        self._base = f"http://127.0.0.1:{self.hall_port}"
        self._view = {"event": event, "content": content}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "benchmarks.load_stock", str(self.hall_port)], cwd=ROOT
        )
        try:
            until(self._answers, "the stock server answers", WITHIN_S)
            self._post("/view", self._view)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._base}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _post(self, path: str, content: Any) -> dict[str, Any]:
        request = urllib.request.Request(self._base + path, json.dumps(content).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def hall_pid(self) -> int:
        return self._process.pid

    def change(self) -> tuple[int, int]:
        """(revision, when it was asked for). A crowd that connects fills its backlog of 50: who is turned away asks again."""
        end_s = time.monotonic() + WITHIN_S
        while True:
            asked_ns = time.monotonic_ns()
            try:
                return int(self._post("/change", {})["revision"]), asked_ns
            except (ConnectionResetError, urllib.error.URLError):
                if time.monotonic() > end_s:
                    raise
                time.sleep(0.05)

    def cpu_ns(self) -> tuple[int, int]:
        return processes.cpu_ns(self._process.pid), 0
