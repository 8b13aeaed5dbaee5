"""What comes out of modelled races: counts that can be added up over stages and processes, and the result made of them.

A verdict is *clear* if it names one winner and waited for nobody in vain; *clear_wrong* if that is not who truly was
first. *Too close* is a tie; *first_ruled_out* one that leaves out the true first. *Waited*: a verdict that names a box
which did not answer in time or lost its clock. *Refused*: the links are too slow to be used. *Undecided*: no press could
be said to belong to the arming. *Coverage*: the share of all dated presses whose true instant lies within `time_ns` ±
`uncertainty_ns`.

The peers judge the same races: *arrival order* takes the press that the deciding thread takes first, *receipt time* the
one whose reading thread had it first, by the host's clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.model_stage import Played, Race

GAPS_US = (0, 1, 4, 10, 30, 100, 300, 1_000, 3_000, 10_000, 20_001)


@dataclass(slots=True)
class Tally:
    """Counts of races, presses and peers' mistakes, and how often each uncertainty (in µs) occurred."""

    counts: Counter[str] = field(default_factory=Counter)
    uncertainties_us: Counter[int] = field(default_factory=Counter)
    settled_us: Counter[int] = field(default_factory=Counter)  # of a box, 10 s after plugging in

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.uncertainties_us.update(other.uncertainties_us)
        self.settled_us.update(other.settled_us)

    def take(self, race: Race) -> None:
        """Counts one race."""
        self.counts["races"] += 1
        self.counts[judge(race)] += 1
        first = race.order[0]
        self.counts["arrival_wrong"] += min(race.presses, key=lambda press: press.taken_ns) is not first
        self.counts["receipt_wrong"] += min(race.presses, key=lambda press: press.read_ns) is not first
        for press in race.presses:
            if press.dated is None:
                self.counts["undated"] += 1
                continue
            self.counts["dated"] += 1
            self.counts["held"] += abs(press.dated.time_ns - press.true_ns) <= press.dated.uncertainty_ns
            self.uncertainties_us[press.dated.uncertainty_ns // 1000] += 1


def judge(race: Race) -> str:
    """What the verdict of a race was worth."""
    verdict, first = race.verdict, race.order[0].seat
    if verdict is None:
        return "refused" if race.refused else "undecided"
    if verdict.missing:
        return "waited"
    if verdict.outcome == "winner":
        return "clear_right" if verdict.seats == (first,) else "clear_wrong"
    return "tied" if first in verdict.seats else "first_ruled_out"


@dataclass(slots=True)
class Figures:
    """Everything counted: by transport, and by the gap between the first two presses."""

    by_transport: dict[str, Tally] = field(default_factory=dict)
    by_gap: dict[int, Tally] = field(default_factory=dict)  # by the place in GAPS_US

    def take(self, played: Played) -> None:
        tally = self.by_transport.setdefault(played.setting.name, Tally())
        for settled_ns in played.settled_ns:
            if settled_ns is not None:
                tally.settled_us[settled_ns // 1000] += 1
        for race in played.races:
            tally.take(race)
            first, second, *_ = race.order
            gap_us = (second.true_ns - first.true_ns) / 1000
            self.by_gap.setdefault(bisect_right(GAPS_US, gap_us) - 1, Tally()).take(race)

    def add(self, other: Figures) -> None:
        for name, tally in other.by_transport.items():
            self.by_transport.setdefault(name, Tally()).add(tally)
        for place, tally in other.by_gap.items():
            self.by_gap.setdefault(place, Tally()).add(tally)

    def result(self) -> dict[str, Any]:
        """The figures as one JSON object, times in µs, shares of 1."""
        total = Tally()
        for tally in self.by_transport.values():
            total.add(tally)
        counts = total.counts
        return {
            **_verdicts(counts),
            "coverage": counts["held"] / counts["dated"] if counts["dated"] else 0.0,
            "median_uncertainty_us": percentile(total.uncertainties_us, 50),
            "peers": {
                "arrival_order": {"wrong": counts["arrival_wrong"]},
                "receipt_time": {"wrong": counts["receipt_wrong"]},
            },
            "first_ruled_out": counts["first_ruled_out"],
            "outside_bound": counts["dated"] - counts["held"],
            "by_gap": [
                {
                    "gap_us": f"{GAPS_US[place]}-{min(GAPS_US[place + 1], 20_000)}",
                    **_verdicts(tally.counts),
                    "too_close_share": _share(tally.counts),
                    "arrival_order_wrong": tally.counts["arrival_wrong"],
                    "receipt_time_wrong": tally.counts["receipt_wrong"],
                }
                for place, tally in sorted(self.by_gap.items())
            ],
            "by_transport": {
                name: {
                    **_verdicts(tally.counts),
                    "too_close_share": _share(tally.counts),
                    "outside_bound": tally.counts["dated"] - tally.counts["held"],
                    "median_uncertainty_us": percentile(tally.uncertainties_us, 50),
                    "p99_uncertainty_us": percentile(tally.uncertainties_us, 99),
                    "uncertainty_after_10_s_us": percentile(tally.settled_us, 50),
                }
                for name, tally in sorted(self.by_transport.items())
            },
        }


def _verdicts(counts: Counter[str]) -> dict[str, int]:
    return {
        "races": counts["races"],
        "clear": counts["clear_right"] + counts["clear_wrong"],
        "clear_wrong": counts["clear_wrong"],
        "too_close": counts["tied"] + counts["first_ruled_out"],
        "waited": counts["waited"],
        "refused": counts["refused"],
        "undecided": counts["undecided"],
    }


def _share(counts: Counter[str]) -> float | None:
    """Of the races that were decided, how many were too close to call."""
    decided = counts["clear_right"] + counts["clear_wrong"] + counts["tied"] + counts["first_ruled_out"]
    return round((counts["tied"] + counts["first_ruled_out"]) / decided, 4) if decided else None


def percentile(counted: Counter[int], percent: float) -> int | None:
    """The smallest value that `percent` of the counted do not exceed; None if there is none."""
    left = sum(counted.values()) * percent / 100
    for value in sorted(counted):
        left -= counted[value]
        if left <= 0:
            return value
    return None


def passed(result: dict[str, Any]) -> bool:
    """Whether no clear verdict was wrong, no tie left out the true first, and every bound held."""
    return not any(result[name] for name in ("clear_wrong", "first_ruled_out", "outside_bound"))


def summed(parts: Iterable[Figures]) -> Figures:
    total = Figures()
    for part in parts:
        total.add(part)
    return total
