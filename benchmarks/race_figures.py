"""What comes out of races whose true edges are known: how many verdicts were clear, wrong, too close, and at which gaps.

A verdict is *clear* if it names one winner and waited for nobody in vain, *clear_wrong* if that is not who truly was
first; *first_ruled_out* is a tie without the true first, *waited* a verdict that names a box which did not answer in
time. *Coverage* is the share of all presses whose true instant lies within `time_ns` ± `uncertainty_ns`.

The peers judge the same races by what `recorded_core` noted at the host. *Arrival order*: the box sends once the button
has settled, and the message that is read first wins. *Receipt time*: the box sends at the first edge, and the earliest
reading of the host's clock wins; ours sends when it is sure, so the time until then is taken off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from firmware.sim.harness import CHIP_HZ, Edge

CYCLE_NS = 1e9 / CHIP_HZ
TICK_NS = 500
CLASSES_US = (0, 1, 4, 10, 30, 100, 300, 1_000, 3_000, 10_000, 20_001)
SURE_US = 4.0  # one box owes the right winner from this gap on


@dataclass(slots=True)
class Race:
    """One race: the true edges by seat, and what was said of it."""

    edges: dict[int, Edge]
    verdict: dict[str, Any]
    presses: list[dict[str, Any]] = field(default_factory=list)  # also those told after the verdict
    starts: dict[int, float] = field(default_factory=dict)  # seat: the cycle at which its box's clock started
    arrived_first: int | None = None  # seat
    received_first: int | None = None

    @property
    def order(self) -> list[int]:
        """Seats, as they truly pressed."""
        return sorted(self.edges, key=lambda seat: self.edges[seat].time_ns)

    @property
    def gap_us(self) -> float:
        first, second = self.order[:2]
        return (self.edges[second].time_ns - self.edges[first].time_ns) / 1000

    @property
    def judged(self) -> str:
        """What the verdict was worth: clear, clear_wrong, too_close, first_ruled_out, nobody or waited."""
        seats, first = self.verdict["seats"], self.order[0]
        if self.verdict["final"]["missing"]:
            return "waited"
        return {
            "winner": "clear" if seats == [first] else "clear_wrong",
            "too_close": "too_close" if first in seats else "first_ruled_out",
            "nobody": "nobody",
        }[self.verdict["outcome"]]


def note_arrivals(races: Sequence[Race], record: Path) -> None:
    """Tell each race whom the peers take for the first, by the record of `recorded_core`."""
    came: dict[tuple[int, int], tuple[int, int]] = {}
    for line in record.read_text().splitlines():
        noted = json.loads(line)
        at_edge_ns = noted["received_ns"] - noted["confirm_ticks"] * TICK_NS
        came.setdefault((noted["sequence"], noted["tick"] * TICK_NS), (noted["received_ns"], at_edge_ns))
    for race in races:
        known = {press["seat"]: came[press["sequence"], press["clock_ns"]] for press in race.presses}
        race.arrived_first = min(known, key=lambda seat: known[seat][0], default=None)
        race.received_first = min(known, key=lambda seat: known[seat][1], default=None)


def judged(races: Sequence[Race]) -> dict[str, Any]:
    """The figures of `INTERFACES` for these races, but for the peers."""
    dated = [(press, race.edges[press["seat"]]) for race in races for press in race.presses]
    held = sum(abs(press["time_ns"] - edge.time_ns) <= press["uncertainty_ns"] for press, edge in dated)
    worth = [race.judged for race in races]
    return {
        "races": len(races),
        "clear": worth.count("clear") + worth.count("clear_wrong"),
        "clear_wrong": worth.count("clear_wrong"),
        "too_close": worth.count("too_close") + worth.count("first_ruled_out"),
        "coverage": held / len(dated) if dated else 0.0,
        "median_uncertainty_us": round(median(press["uncertainty_ns"] for press, _ in dated) / 1000, 1),
    }


def amiss(races: Sequence[Race]) -> dict[str, int]:
    """What should not happen, each with its count."""
    worth = [race.judged for race in races]
    return {
        "first_ruled_out": worth.count("first_ruled_out"),
        "nobody": worth.count("nobody"),
        "presses_lost": sum(len(race.edges) - len(race.presses) for race in races),
        "waited": worth.count("waited"),
    }


def peers(races: Sequence[Race]) -> dict[str, dict[str, int]]:
    """Wrong winners of those who do not look at the stamps."""
    return {
        "arrival_order": {"wrong": sum(race.arrived_first != race.order[0] for race in races)},
        "receipt_time": {"wrong": sum(race.received_first != race.order[0] for race in races)},
    }


def by_gap(races: Sequence[Race], with_peers: bool = False) -> list[dict[str, Any]]:
    """One row for each class of the gap between the first two."""
    rows: list[dict[str, Any]] = []
    for low, high in pairwise(CLASSES_US):
        inside = [race for race in races if low <= race.gap_us < high]
        if not inside:
            continue
        figures = judged(inside)
        row: dict[str, Any] = {"gap_us": f"{low}-{min(high, 20_000)}"}
        row |= {name: figures[name] for name in ("races", "clear", "clear_wrong", "too_close")}
        if with_peers:
            row |= {f"{name}_wrong": peer["wrong"] for name, peer in peers(inside).items()}
        rows.append(row)
    return rows


def lags(races: Sequence[Race]) -> dict[str, Any]:
    """How far the stated lag of a press behind the first was off, and how far it might have been by what was stated."""
    errors_ns: list[int] = []
    bounds_ns: list[int] = []
    for race in races:
        first = next((press for press in race.verdict["presses"] if press["lag_ns"] == 0), None)
        for press in race.presses:
            if first is None or press["seat"] == first["seat"]:
                continue
            edge, reference = race.edges[press["seat"]], race.edges[first["seat"]]
            errors_ns.append(abs(press["lag_ns"] - (edge.time_ns - reference.time_ns)))
            bounds_ns.append(press["lag_uncertainty_ns"])
    if not errors_ns:
        return {"lags": 0}
    return {
        "lags": len(errors_ns),
        "outside_bound": sum(error > bound for error, bound in zip(errors_ns, bounds_ns, strict=True)),
        "largest_error_us": round(max(errors_ns) / 1000, 2),
        "median_bound_us": round(median(bounds_ns) / 1000, 1),
    }


def resolution(races: Sequence[Race]) -> dict[str, Any]:
    """How finely one box tells presses apart: what it states, and what the races have shown.

    `stamp_late_us`: the earliest and the latest stamp, counted from the true edge.
    """
    sure = [race.judged for race in races if race.gap_us >= SURE_US]
    close = [race.gap_us for race in races if race.judged == "too_close"]
    clear = [race.gap_us for race in races if race.judged == "clear"]
    presses = [press for race in races for press in race.presses]
    late_ns = [
        press["clock_ns"] - (race.edges[press["seat"]].cycle - race.starts[press["seat"]]) * CYCLE_NS
        for race in races
        for press in race.presses
    ]
    return {
        "stated_resolution_us": max(press["resolution_ns"] for press in presses) / 1000,
        "stated_order_us": max(press["order_ns"] for press in presses) / 1000,
        "stamp_late_us": [round(min(late_ns) / 1000, 2), round(max(late_ns) / 1000, 2)],
        "largest_gap_too_close_us": round(max(close, default=0.0), 2),
        "smallest_gap_clear_us": round(min(clear, default=0.0), 2),
        "wrong_from_4_us_on": sure.count("clear_wrong") + sure.count("first_ruled_out"),
        "too_close_from_4_us_on": sure.count("too_close"),
    }


def passed(result: dict[str, Any]) -> bool:
    """Whether nothing was wrong, nothing was lost, and every bound held."""
    parts = [result["hub"], *result["links"].values()]
    return (
        result["clear_wrong"] == 0
        and result["coverage"] == 1
        and not any(part[name] for part in parts for name in ("first_ruled_out", "nobody", "presses_lost"))
        and not any(part["lags"].get("outside_bound") for part in parts)
    )
