"""The figures of `run.py bench load`, made of what was counted. No IO."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

JUDGED_AT = 1_000  # clients
GOAL_CPU = 0.25  # of the stock server's processor time a delivery, at most
GOAL_COMPLETE = 0.5  # of its time to the last phone, less than
GOAL_STAGE_MS = 5.0  # 99th percentile, server to the socket of a stage page, under load; less than
GOAL_STAGE = 20.0  # times below the stock server's, at least
GOAL_SHARED = 0.98  # of twice the phones that one audience process serves within 100 ms, by two of them
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """One broadcast, in ns from the moment at which the server had it to send; `asked_ns`: from its trigger on."""

    p50_ns: int
    p99_ns: int
    complete_ns: int
    asked_ns: int


@dataclass(frozen=True, slots=True)
class Run:
    """Some broadcasts to one hall. `cpu_ns`: of the process that serves it; `others_ns`: of all others of that server."""

    heard: tuple[Heard, ...]
    cpu_ns: int
    others_ns: int = 0


@dataclass(slots=True)
class Measured:
    """All runs of one server with one hall."""

    clients: int
    runs: list[Run] = field(default_factory=list)
    amiss: int = 0  # whatever kept it from being: each client, each revision, once and in order
    bytes: int = 0  # of a message
    pss_kib: int = 0  # what the hall added to the serving process
    rss_kib: int = 0
    connect_ms: float = 0.0

    def row(self) -> Row:
        """The row of the table: medians of the runs, which are medians of their broadcasts."""
        complete = [_ms([heard.complete_ns for heard in run.heard]) for run in self.runs]
        return {
            "clients": self.clients,
            "p50_ms": self._median("p50_ns"),
            "p99_ms": self._median("p99_ns"),
            "complete_ms": round(median(complete), 2),
            "cpu_us_per_delivery": round(median(self._cpu_us(run.cpu_ns, run) for run in self.runs), 2),
            "kib_per_client": round(self.pss_kib / self.clients, 1),
            "rss_kib_per_client": round(self.rss_kib / self.clients, 1),
            "complete_runs_ms": [min(complete), max(complete)],
            "worst_ms": round(max(heard.complete_ns for run in self.runs for heard in run.heard) / 1e6, 2),
            "from_command_ms": self._median("asked_ns"),
            "all_cpu_us_per_delivery": round(
                median(self._cpu_us(run.cpu_ns + run.others_ns, run) for run in self.runs), 2
            ),
            "bytes": self.bytes,
            "broadcasts": sum(len(run.heard) for run in self.runs),
            "amiss": self.amiss,
            "connect_ms": self.connect_ms,
        }

    def _median(self, name: str) -> float:
        return round(median(_ms([getattr(heard, name) for heard in run.heard]) for run in self.runs), 2)

    def _cpu_us(self, spent_ns: int, run: Run) -> float:
        return spent_ns / 1000 / (len(run.heard) * self.clients)


def _ms(values_ns: Sequence[int]) -> float:
    return round(median(values_ns) / 1e6, 2)


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank. Raises ValueError without any."""
    if not values:
        raise ValueError("a percentile of nothing")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread_ms(values_ns: Sequence[int]) -> dict[str, float]:
    """{"p50_ms", "p99_ms", "max_ms"}."""
    return {
        name: round(percentile(values_ns, share) / 1e6, 3)
        for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99), ("max_ms", 1.0))
    }


def ratio(ours: Row, stock: Row) -> Row:
    """How much of what the stock server takes we take, for the same hall."""
    return {
        "clients": ours["clients"],
        "cpu": round(ours["cpu_us_per_delivery"] / stock["cpu_us_per_delivery"], 3),
        "complete": round(ours["complete_ms"] / stock["complete_ms"], 3),
    }


def of_clients(rows: Sequence[Row], clients: int) -> Row | None:
    return next((row for row in rows if row["clients"] == clients), None)


def failings(result: dict[str, Any]) -> list[str]:
    """What keeps the result from being what was promised, one line each; none: it is."""
    found = [
        f"{row['amiss']} messages lost, doubled or out of order with {row['clients']:,} clients"
        for row in result["ours"]
        if row["amiss"]
    ]
    for name, one in result["ratios"].items():
        if one["clients"] < JUDGED_AT:
            continue  # what a small hall costs is mostly what costs the same without anybody
        if one["cpu"] > GOAL_CPU:
            found.append(
                f"{name}: {one['cpu']} of the stock server's processor time a delivery, not {GOAL_CPU}"
            )
        if one["complete"] >= GOAL_COMPLETE:
            found.append(
                f"{name}: complete in {one['complete']} of its time, not in less than {GOAL_COMPLETE}"
            )
    stage = result["stage_under_load"]
    if stage and stage["judged"]:
        if stage["p99_ms"] >= GOAL_STAGE_MS:
            found.append(
                f"stage pages: {stage['p99_ms']} ms at the 99th percentile, not under {GOAL_STAGE_MS}"
            )
        if stage["stock_p99_ms"] < GOAL_STAGE * stage["p99_ms"]:
            found.append(
                f"stage pages: not {GOAL_STAGE:g} times below the stock server's {stage['stock_p99_ms']} ms"
            )
    return found + _shared_failings(result.get("redis", []))


def _shared_failings(rows: Sequence[Row]) -> list[str]:
    """Of one audience process with a hall, one with twice that hall, and two with a hall each."""
    found = [
        f"redis: {row['amiss']} messages lost, doubled or out of order in {row['processes']} processes"
        for row in rows
        if row["amiss"]
    ]
    if rows and rows[-1]["phones_within_100_ms"] < GOAL_SHARED * 2 * rows[0]["phones_within_100_ms"]:
        found.append(
            f"redis: two processes serve {rows[-1]['phones_within_100_ms']:,} phones within 100 ms, "
            f"not twice the {rows[0]['phones_within_100_ms']:,} of one"
        )
    return found
