"""A score change told to a hall of phones: `run.py bench load`. How soon the last one has it, and what that costs.

Ours is a whole show (`run.py serve`, simulated boxes, the audience's process) whose host changes a score by the HTTP
interface. Stock is Flask-SocketIO 5 on eventlet with plain `socketio.emit` (`benchmarks.load_stock`), told by HTTP as
well. The phones are the same: a client in C (`benchmarks/load_client`) that takes WebSockets only and agrees to no
compression, which spares the stock server most of what a browser would cost it. Zero is the moment at which the server
has the change to send: the time that it puts into the message. It lies after the fsync of ours and after the HTTP of both;
`from_command_ms` counts from the host's command on.

Each hall gets servers of its own, so that memory is what that hall costs. All of it runs on this machine: the phones take
processor time beside the server, but give way to it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import socketio

from benchmarks import load_figures as figures
from benchmarks import load_redis, load_stage, processes
from benchmarks.load_crowd import Broadcast, Crowd, build
from benchmarks.load_figures import JUDGED_AT, Heard, Measured, Run, failings
from benchmarks.load_servers import Ours, Server, Stock
from benchmarks.load_stage import Size
from tests.live import until

CLIENTS = (1, 200, 1_000, 3_000)
RUNS = 3
BROADCASTS = 20  # a run
SETTLE_S = 1.0
PAUSE_S = 0.05
WITHIN_S = 20.0
PATCHES = {"patches": True}

Say = Callable[[str], None]


def run(
    clients: Sequence[int],
    say: Say,
    runs: int = RUNS,
    broadcasts: int = BROADCASTS,
    stage: Size | None = None,
    redis_phones: int = 0,
) -> dict[str, Any]:
    """Measure each hall with both servers. Returns the object that `run.py bench load --json` prints.

    stage: also stage pages beside a hall of that size. redis_phones: also so many phones of each of two audience
    processes that share a show by way of Redis.
    """
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), say, runs, broadcasts)
        ours, stock = [], []
        for count in clients:
            ours.append(bench.ours(count, PATCHES))
            stock.append(bench.stock(count, "snapshot"))
        judged = JUDGED_AT if JUDGED_AT in clients else max(clients)
        ours_there = next(row for row in ours if row["clients"] == judged)
        stock_there = next(row for row in stock if row["clients"] == judged)
        whole, small = bench.ours(judged, {}), bench.stock(judged, "patch")
        beside = load_stage.run(bench.program, Path(folder), bench.view, say, stage) if stage else {}
        shared = load_redis.run(bench, redis_phones) if redis_phones else []
    return {
        "ours": ours,
        "stock": stock,
        "ours_with_snapshots": whole,
        "stock_with_patches": small,
        "ratios": {
            "as_shipped": figures.ratio(ours_there, stock_there),
            "same_patch": figures.ratio(ours_there, small),
            "same_snapshot": figures.ratio(whole, stock_there),
        },
        "stage_under_load": beside,
        **({"redis": shared} if shared else {}),
        "processors": os.cpu_count(),
        "loadavg_1min": os.getloadavg()[0],
        "goals": _goals(),
    }


def passed(result: dict[str, Any]) -> bool:
    """Whether everything came and the ratios are what was promised."""
    return not failings(result)


def _goals() -> dict[str, float]:
    return {
        "cpu_ratio": figures.GOAL_CPU,
        "complete_ratio": figures.GOAL_COMPLETE,
        "stage_p99_ms": figures.GOAL_STAGE_MS,
        "stage_times_below_stock": figures.GOAL_STAGE,
    }


class Bench:
    """What all halls of one measurement share: the load client, and what the stock server sends."""

    def __init__(self, folder: Path, say: Say, runs: int, broadcasts: int) -> None:
        self.program = build(folder)
        self.view: dict[str, Any] = {}  # what the hall sees, for the stock server to send
        self._patch: dict[str, Any] = {}
        self._folder = folder
        self.say = say
        self.runs = runs
        self.broadcasts = broadcasts
        self._shows = 0

    def folder_of_a_show(self) -> Path:
        """A fresh one."""
        self._shows += 1
        return self._folder / f"show-{self._shows}"

    def ours(self, count: int, auth: dict[str, Any]) -> figures.Row:
        self.say(f"ours, {count:,} phones{'' if auth else ', whole snapshots'}")
        with Ours(self.folder_of_a_show()) as show:
            show.ask("show", scene="scoreboard")
            show.change()
            self._learn(show)
            return self._measure(show, count, auth).row()

    def stock(self, count: int, event: str) -> figures.Row:
        self.say(f"stock, {count:,} phones, its {event} as ours")
        with Stock(event, self.view if event == "snapshot" else self._patch) as server:
            return self._measure(server, count, {}).row()

    def _learn(self, show: Ours) -> None:
        """What a phone of ours is sent, for the stock server to send the same."""
        if not self.view:
            self.view, self._patch = sent_to_a_phone(show)

    def _measure(self, server: Server, count: int, auth: dict[str, Any]) -> Measured:
        found = Measured(count)
        pid = server.hall_pid()
        time.sleep(SETTLE_S)
        before = processes.memory_kib(pid)
        with Crowd(self.program, server.hall_port, count, auth=auth) as hall:
            found.connect_ms = hall.all_in()["connect_ms"]
            time.sleep(SETTLE_S)
            after = processes.memory_kib(pid)
            found.pss_kib, found.rss_kib = after["pss"] - before["pss"], after["rss"] - before["rss"]
            hall.report()  # what came while they came in is not counted
            for _ in range(self.runs):
                self._run(server, hall, found)
        return found

    def _run(self, server: Server, hall: Crowd, found: Measured) -> None:
        cpu, others = server.cpu_ns()
        asked = {}
        for _ in range(self.broadcasts):
            revision, asked_ns = server.change()
            asked[revision] = asked_ns
            hall.has(revision, WITHIN_S)
            time.sleep(PAUSE_S)
        cpu_after, others_after = server.cpu_ns()
        report = hall.report()
        nobody = [revision for revision in asked if revision not in report.broadcasts]
        found.amiss += report.amiss() + len(nobody) * found.clients
        heard = [
            _heard(report.broadcasts[one], server.offset_ns, asked_ns)
            for one, asked_ns in asked.items()
            if one not in nobody
        ]
        if not heard:
            raise RuntimeError("not one of the changes came to anybody")
        found.bytes = round(sum(one.bytes for one in report.broadcasts.values()) / len(report.broadcasts))
        found.runs.append(Run(tuple(heard), cpu_after - cpu, others_after - others))


def sent_to_a_phone(show: Ours) -> tuple[dict[str, Any], dict[str, Any]]:
    """The view and the patch that one change of a score brings, without what counts revisions and time."""
    found: dict[str, dict[str, Any]] = {}
    with closing_client() as phone:
        for event in ("snapshot", "patch"):
            phone.on(event, partial(_keep, found, event), namespace="/audience")
        phone.connect(
            f"http://127.0.0.1:{show.hall_port}",
            namespaces=["/audience"],
            transports=["websocket"],
            auth=PATCHES,
        )
        until(lambda: "snapshot" in found, "a phone's snapshot")
        show.change()
        until(lambda: "patch" in found, "a phone's patch")
    view, patch = found["snapshot"], found["patch"]
    clock = ("revision", "contest_ns")
    return (
        {name: value for name, value in view.items() if name not in clock},
        {
            "epoch": patch["epoch"],
            "set": [[path, value] for path, value in patch["set"] if path[0] not in clock],
            "unset": patch["unset"],
        },
    )


def _keep(found: dict[str, dict[str, Any]], event: str, content: dict[str, Any], *_: Any) -> None:
    found[event] = content


@contextmanager
def closing_client() -> Iterator[Any]:
    """A client of Socket.IO in Python, disconnected at the end."""
    client = socketio.Client(reconnection=False)
    try:
        yield client
    finally:
        client.disconnect()


def _heard(one: Broadcast, offset_ns: int, asked_ns: int) -> Heard:
    zero_ns = one.stamp_ns - offset_ns
    return Heard(one.p50_ns - zero_ns, one.p99_ns - zero_ns, one.last_ns - zero_ns, one.last_ns - asked_ns)
