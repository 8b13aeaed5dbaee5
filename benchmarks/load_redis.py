"""Two audience processes behind a Redis server, beside one: do two hold twice as many phones? `run.py bench load --redis`.

The show's own audience process publishes to a Redis server, `run.py audience` takes from there; a fleet of phones at each.
Each audience process stands for one small machine: it has one processor, and shares it with its own phones. The stage, the
timing core and Redis run wherever there is room. What is compared is how many phones have a change within 100 ms.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import processes
from benchmarks.load_crowd import Crowd
from benchmarks.load_servers import Ours
from tests.live import ROOT, free_port, until

if TYPE_CHECKING:
    from benchmarks.load import Bench

WITHIN_NS = 100_000_000
WAIT_S = 20.0
PAUSE_S = 0.1
PATCHES = {"patches": True}


def run(bench: Bench, phones: int) -> list[dict[str, Any]]:
    """A row each: one process with `phones`, one with twice as many, two with `phones` each."""
    return [
        _measure(bench, [phones], redis=False),
        _measure(bench, [2 * phones], redis=False),
        _measure(bench, [phones, phones], redis=True),
    ]


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Debian's redis-server on a free loopback port; its address. Raises RuntimeError when there is none."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("there is no redis-server; install Debian's package of that name")
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    call = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(call, stdout=subprocess.DEVNULL) as process:
        try:
            until(lambda: _answers(port), "a Redis server that answers", WAIT_S)
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def _further(url: str) -> Iterator[tuple[int, int]]:
    """`run.py audience`: (port, id of the process that serves) of one that has the show."""
    port = free_port()
    call = [
        sys.executable,
        "-m",
        "server.cli",
        "audience",
        "--redis",
        url,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with subprocess.Popen(call, cwd=ROOT) as process:
        try:
            until(lambda: _serves(port), "a further audience process", WAIT_S)
            yield port, _child(process.pid)
        finally:
            process.terminate()


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/audience", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _child(pid: int) -> int:
    """The process that a command of ours has started, or the command itself where it has none."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


def _measure(bench: Bench, fleets: Sequence[int], redis: bool) -> dict[str, Any]:
    total = sum(fleets)
    bench.say(f"{total:,} phones, {len(fleets)} audience process{'es behind Redis' if redis else ''}")
    with ExitStack() as stack:
        folder = bench.folder_of_a_show()
        url = stack.enter_context(redis_server(folder.with_suffix(".redis"))) if redis else None
        show = stack.enter_context(Ours(folder, *(["--redis", url] if url else [])))
        halls = [(show.hall_port, show.hall_pid())]
        if url:
            halls.append(stack.enter_context(_further(url)))
        show.ask("show", scene="scoreboard")
        crowds = [
            stack.enter_context(Crowd(bench.program, port, count, auth=PATCHES, raw=True))
            for (port, _), count in zip(halls, fleets, strict=True)
        ]
        for processor, (crowd, (_, pid)) in enumerate(zip(crowds, halls, strict=True)):
            processes.keep_to(pid, processor)
            processes.keep_to(crowd.pid, processor)
        for crowd in crowds:
            crowd.all_in()
        time.sleep(1)
        for crowd in crowds:
            crowd.report()
        return {
            "processes": len(fleets),
            "phones": total,
            **_told(bench, show, crowds, [pid for _, pid in halls]),
        }


def _told(bench: Bench, show: Ours, crowds: Sequence[Crowd], pids: Sequence[int]) -> dict[str, Any]:
    before = [processes.cpu_ns(pid) for pid in pids]
    asked = []
    for _ in range(bench.runs * bench.broadcasts):
        revision, _ = show.change()
        asked.append(revision)
        for crowd in crowds:
            crowd.has(revision, WAIT_S)
        time.sleep(PAUSE_S)
    spent = [processes.cpu_ns(pid) - then for pid, then in zip(pids, before, strict=True)]
    reports = [crowd.report() for crowd in crowds]
    amiss = sum(report.amiss() for report in reports)
    complete, soon, middle = [], [], []
    for revision in asked:
        heard = [report.broadcasts.get(revision) for report in reports]
        found = [one for one in heard if one is not None]
        amiss += sum(crowd.clients for crowd, one in zip(crowds, heard, strict=True) if one is None)
        if not found:
            continue
        zero_ns = found[0].stamp_ns - show.offset_ns
        complete.append(max(one.last_ns for one in found) - zero_ns)
        middle.append(max(one.p50_ns for one in found) - zero_ns)
        soon.append(sum(sum(at_ns - zero_ns <= WITHIN_NS for at_ns in one.arrivals_ns) for one in found))
    deliveries = [len(asked) * crowd.clients for crowd in crowds]
    return {
        "p50_ms": round(median(middle) / 1e6, 1),
        "complete_ms": round(median(complete) / 1e6, 1),
        "phones_within_100_ms": round(median(soon)),
        "complete_within_100_ms_share": round(sum(one <= WITHIN_NS for one in complete) / len(complete), 2),
        "cpu_us_per_delivery": [
            round(one / 1000 / count, 2) for one, count in zip(spent, deliveries, strict=True)
        ],
        "amiss": amiss,
    }
