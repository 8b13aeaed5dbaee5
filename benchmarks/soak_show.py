"""A show of twelve hours at speed: `run.py bench soak`. Does memory grow, does a descriptor leak, does anything start again?

One show in one log, whole finals one after the other, by what the host and the judges are offered; 120 questions an hour, with
presses, marks, undone steps and corrections. Meanwhile phones and stage pages come and go, people sign in, somebody asks
for the health and the views. At the end of each hour all visitors leave, and what each process then holds is written down.
The first hours warm up; growth is from there to the end.
"""

from __future__ import annotations

import csv
import math
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

from benchmarks import processes, soak_player
from benchmarks.load_crowd import Crowd, build
from benchmarks.load_servers import Ours
from benchmarks.soak_player import QUESTIONS_A_LAP, Player
from tests.live import ROOT

QUESTIONS_AN_HOUR = 120
LEAST_SLICES = 5
SHORT = 15  # questions
WARM_SHARE = 0.25  # of the show
GOAL_GROWTH = 0.05
SPARE_FILES = 2  # a connection that is just being closed, say
REST_S = 1.5
WAVE_PHONES, WAVE_PAGES, WAVE_STAY_S = 60, 6, 1.0
REST_WITHIN_S = 45.0
HEALTH_EVERY_S = 0.25
SIGN_IN_EVERY = 12  # waves
PATCHES = {"patches": True}
CLOCK_EVERY_S = 0.5

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """What one process held at the end of an hour, with no visitor there. `born`: tells it from another of its id."""

    memory_kib: int
    files: int
    threads: int
    born: int


def run(hours: float, say: Say, rest_s: float = REST_WITHIN_S) -> dict[str, Any]:
    """Play it. Returns the object that `run.py bench soak --json` prints; `passed` judges it.

    rest_s: at the end of each hour, at most: the garbage is collected where there is a pause, and not each 20 s.
    """
    slices = max(LEAST_SLICES, round(hours))
    wanted = round(hours * QUESTIONS_AN_HOUR)
    laps = max(1, math.ceil(wanted / QUESTIONS_A_LAP))
    # A lap has a hundred questions of compulsory and of buzz-in; a short soak has one short lap.
    size = (soak_player.TURNS, soak_player.BUZZES) if wanted > SHORT else (1, SHORT)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder)
        (data / "contest.toml").write_text(soak_player.contest(laps, *size), encoding="utf-8")
        _import(data, soak_player.questions(laps, *size))
        show = stack.enter_context(Ours(data, "--contest", str(data / "contest.toml")))
        program = build(data)
        player = Player(show)
        total: Counter[str] = Counter()
        held = []
        for hour in range(slices):
            with Visitors(program, show) as visitors:
                more = player.play(_share(wanted, slices, hour))
            total.update(visitors.counts)
            held.append(_at_rest(show, rest_s))
            say(f"part {hour + 1} of {slices}: {player.counts['questions']} questions, {_brief(held[-1])}")
            if not more:
                break
        health = show.show.get("/healthz")
        printed = [line for line in show.show.printed if "Traceback" in line or "starting it again" in line]
    return {
        "hours": hours,
        "minutes_taken": round((time.monotonic() - began_s) / 60, 1),
        "played": {**player.counts, "events": health["revision"]},
        "visited": dict(total),
        "processes": judged(held),
        "complaints": printed,
        "health": health["status"],
        "goals": {"growth": GOAL_GROWTH, "more_files": SPARE_FILES},
    }


def _share(wanted: int, slices: int, number: int) -> int:
    """How many of the questions come in that part."""
    return wanted * (number + 1) // slices - wanted * number // slices


def passed(result: dict[str, Any]) -> bool:
    """Whether every process is the one it was, holds no more files, and has grown by less than the goal."""
    rows = result["processes"]
    return bool(rows) and not result["complaints"] and all(not row["amiss"] for row in rows)


def judged(held: Sequence[dict[str, Held]]) -> list[dict[str, Any]]:
    """A row a process: its growth from the end of the warm-up to the end of the show."""
    warm = max(1, math.ceil(len(held) * WARM_SHARE))
    names = sorted({name for one in held for name in one})
    return [_row(name, [one.get(name) for one in held], warm) for name in names]


def _row(name: str, held: Sequence[Held | None], warm: int) -> dict[str, Any]:
    there = [one for one in held if one is not None]
    amiss = []
    if len({one.born for one in there}) > 1 or len(there) < len(held):
        amiss.append("restarted")
    # Of the first and the last few parts the middle one: a collection of garbage comes when it comes.
    after = there[warm - 1 :]
    few = max(1, min(3, len(after) // 3))
    first = median(one.memory_kib for one in after[:few])
    last = median(one.memory_kib for one in after[-few:])
    growth = last / first - 1
    if growth >= GOAL_GROWTH:
        amiss.append("memory")
    if median(one.files for one in after[-few:]) - median(one.files for one in after[:few]) > SPARE_FILES:
        amiss.append("files")
    return {
        "process": name,
        "first_kib": round(first),
        "last_kib": round(last),
        "growth": round(growth, 4),
        "files": [there[0].files, there[-1].files],
        "threads": [there[0].threads, there[-1].threads],
        "memory_kib": [one.memory_kib for one in there],
        "amiss": amiss,
    }


def _brief(held: dict[str, Held]) -> str:
    return ", ".join(
        f"{name.split('.')[-1]} {one.memory_kib:,} KiB {one.files} files" for name, one in held.items()
    )


def _at_rest(show: Ours, within_s: float) -> dict[str, Held]:
    """What each process holds once the visitors are gone, their lines are closed and the garbage has been collected."""
    collected = _collections(show)
    files: dict[str, int] = {}
    end_s = time.monotonic() + within_s
    while True:
        time.sleep(REST_S)
        pids = show.show.children()
        now = {name: processes.open_files(pid) for name, pid in pids.items()}
        done = all(after > before for before, after in zip(collected, _collections(show), strict=True))
        if (now == files and done) or time.monotonic() > end_s:
            break
        files = now
    return {
        name: Held(
            processes.memory_kib(pid)["own"], now[name], processes.threads(pid), processes.started(pid)
        )
        for name, pid in pids.items()
    }


def _collections(show: Ours) -> list[int]:
    """How often each process that says so in its health has collected all its garbage."""
    health = [show.show.get("/healthz"), show.hall_health()]
    return [one["collections"]["all"] for one in health if "collections" in one]


def _import(data: Path, rows: Sequence[Sequence[str]]) -> None:
    sheet = data / "questions.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "bank",
        "import",
        "--replace",
        "--data",
        str(data),
        str(sheet),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the questions of the soak were not taken in: {done.stdout}{done.stderr}")


class Visitors:
    """People and machines that come, look, and go, from `with` to its end. `counts` says how many of what there were."""

    def __init__(self, program: Path, show: Ours) -> None:
        self.counts: Counter[str] = Counter()
        self._program = program
        self._show = show
        self._over = threading.Event()
        self._failed: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._watched, args=(work,), daemon=True)
            for work in (self._pages, self._health)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        if self._failed is not None and error is None:
            raise self._failed

    def _watched(self, work: Callable[[], None]) -> None:
        try:
            while not self._over.is_set():
                work()
        except (RuntimeError, OSError) as failed:
            self._failed = failed

    def _pages(self) -> None:
        """A wave of phones and one of stage pages; each sees some changes and is gone without a word."""
        show = self._show.show
        self.counts["waves"] += 1
        cookie = ""
        if self.counts["waves"] % SIGN_IN_EVERY == 1:
            status, cookie = show.sign_in("host", show.passphrases["host"])
            if status != 303:
                raise RuntimeError(f"the host could not sign in: {status}")
            self.counts["sign_ins"] += 1
        with ExitStack() as stack:

            def come(port: int, count: int, namespace: str, *headers: str) -> None:
                crowd = Crowd(
                    self._program,
                    port,
                    count,
                    namespace,
                    auth=PATCHES,
                    headers=headers,
                    clock_every_s=CLOCK_EVERY_S,
                )
                crowds.append(stack.enter_context(crowd))

            crowds: list[Crowd] = []
            come(self._show.hall_port, WAVE_PHONES, "/audience")
            come(show.port, WAVE_PAGES, "/projector")
            if cookie:
                come(show.port, 1, "/host", f"Cookie: {cookie}")
            for crowd in crowds:
                crowd.all_in()
                self.counts["pages"] += crowd.clients
            self._over.wait(WAVE_STAY_S)
            for crowd in crowds:
                report = crowd.report()
                self.counts["clock_messages"] += report.clocks
                self.counts["messages"] += sum(one.seen for one in report.broadcasts.values())
                # A console is told of boxes and phones, too, so that it may hear one revision twice.
                self.counts["amiss"] += report.lost + report.reordered + report.closed

    def _health(self) -> None:
        show = self._show.show
        for path in ("/healthz", "/api/v1/views/projector", "/api/v1/views/audience", "/projector"):
            try:
                show.open(path).read()
            except urllib.error.HTTPError as error:
                with error:
                    raise RuntimeError(f"{path}: {error.code}") from error
            self.counts["requests"] += 1
            self._over.wait(HEALTH_EVERY_S)
