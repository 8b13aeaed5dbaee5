"""Races judged by the real timing core, with the shipped firmware in simavr, against the true instants of the edges.

Five seats, either on one box ("hub") or on five boxes of one button each, behind a modelled link or on a sync wire.
In each race everybody presses, with contacts that bounce: the gap between the first two is drawn log-uniformly from
1 µs to 20 ms, and so is what the other three come after the second. Who is when is drawn anew. The core runs as it does
in a show (lamps, pings and acknowledgements are on the line), and answers on its stream.

The truth is the simulator's: the cycle at which it changed the pin. `race_figures` says how a verdict is held to it.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import race_figures as figures
from benchmarks.collector import Collector
from benchmarks.race_figures import Race
from firmware.sim.harness import CYCLES_PER_TICK, SimulatedBoxes
from tests.buzzers.helpers import MS, running_service

SEATS = (1, 2, 3, 4, 5)
SHORTEST_US, LONGEST_US = 1.0, 20_000.0
OPEN_IN_MS = 4
SETTLED_MS = 3  # between open and the first press: more than any uncertainty that has settled
HOLD_MS = 30
REST_MS = 8 + 20 + 5  # bounce of the release, its debouncing, a little more
SESSION_RACES = 200  # then boxes and core start anew: other phases of the USB frames, other boots
LATE_S = 0.5  # presses that came in after the verdict are told within this
SETTLE_S = 10.0  # for the clocks of boxes that are compared with each other

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """What the buttons are on. ppm: how far off the crystal of each box is."""

    name: str
    link: str
    ppm: tuple[float, ...]
    wire: bool = False

    @property
    def single(self) -> bool:
        return len(self.ppm) > 1

    def place(self, seat: int) -> tuple[int, int]:
        """(box, input) of a seat's button."""
        return (seat - 1, 0) if self.single else (0, seat - 1)

    def boxes(self, ports: Sequence[str]) -> str:
        """The value of the core's --boxes."""
        if self.single:
            return "serial:" + ",".join(f"{port}={seat}" for port, seat in zip(ports, SEATS, strict=True))
        return f"serial:{ports[0]}={'+'.join(map(str, SEATS))}"


HUB = Setup("hub", "usb", (-1_700.0,))
SKEWED = (-2_000.0, -40.0, 0.0, 35.0, 1_500.0)
LINKS = (
    Setup("usb", "usb", SKEWED),
    Setup("ftdi:1", "ftdi:1", SKEWED),
    Setup("sync wire", "usb", SKEWED, wire=True),
)


@dataclass(slots=True)
class Played:
    """The races of one setup, and how the simulator kept up."""

    races: list[Race] = field(default_factory=list)
    too_late: int = 0  # races that were repeated, since the simulator had pressed before the boxes were open
    realtime: bool = True  # whether the simulator had real-time priority: a box never waits for a processor

    def told(self) -> dict[str, Any]:
        return {
            **figures.judged(self.races),
            **figures.amiss(self.races),
            "lags": figures.lags(self.races),
            "simulator_too_late": self.too_late,
            "simulator_realtime": self.realtime,
        }


def run(
    races: int, seed: int, say: Say, link_races: int | None = None, settle_s: float = SETTLE_S
) -> dict[str, Any]:
    """`races` on one hub, and `link_races` (default: a tenth) on single boxes for each link.

    Returns the object that `run.py bench races --truth simavr --json` prints; `figures.passed` judges it.
    """
    rng = Random(seed)
    link_races = max(1, races // 10) if link_races is None else link_races
    hub = play(HUB, races, rng, say, settle_s)
    links = {setup.name: play(setup, link_races, rng, say, settle_s) for setup in LINKS}
    singles = [race for played in links.values() for race in played.races]
    return {
        "truth": "simavr",
        "seed": seed,
        **figures.judged([*hub.races, *singles]),
        "peers": figures.peers(singles),
        "hub": {
            **hub.told(),
            "resolution": figures.resolution(hub.races),
            "by_gap": figures.by_gap(hub.races),
        },
        "links": {
            name: {
                **played.told(),
                "peers": figures.peers(played.races),
                "by_gap": figures.by_gap(played.races, with_peers=True),
            }
            for name, played in links.items()
        },
    }


def play(setup: Setup, count: int, rng: Random, say: Say, settle_s: float) -> Played:
    """`count` races on this setup."""
    played = Played()
    while len(played.races) < count:
        say(f"{setup.name}: {len(played.races)} of {count} races")
        _session(setup, min(SESSION_RACES, count - len(played.races)), rng, settle_s, played)
    return played


def _session(setup: Setup, count: int, rng: Random, settle_s: float, played: Played) -> None:
    """Adds `count` races, with boxes and a timing core of their own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        boxes = stack.enter_context(
            SimulatedBoxes(
                len(setup.ppm),
                links=setup.link,
                ppm=setup.ppm,
                wire=setup.wire,
                seed=rng.randrange(1, 1 << 32),
                realtime=True,
            )
        )
        played.realtime &= boxes.truth[0]["realtime"]
        record = folder / "arrivals"
        core = stack.enter_context(
            running_service(
                folder / "core.sock",
                *("--boxes", setup.boxes(boxes.ports), "--seats", str(len(SEATS))),
                *("--record", str(record)),
                module="benchmarks.recorded_core",
            )
        )
        told = stack.enter_context(Collector(core.path))
        told.all_up(len(setup.ppm))
        time.sleep(settle_s if setup.single else 0)
        races: list[Race] = []
        while len(races) < count:
            race = _race(setup, boxes, told, rng, f"race-{len(races) + played.too_late}")
            if race is None:
                played.too_late += 1
            else:
                races.append(race)
        time.sleep(LATE_S)
        for race in races:
            race.presses = told.presses(race.verdict["arming"])
        figures.note_arrivals(races, record)
        _note_starts(setup, boxes, races)
        played.races += races


def _note_starts(setup: Setup, boxes: SimulatedBoxes, races: list[Race]) -> None:
    """Tell each race at which cycle the clock of each seat's box had started."""
    starts: dict[int, float] = {}
    for seat, edge in races[0].edges.items():
        box, _ = setup.place(seat)
        starts[seat] = edge.cycle - boxes.ticks(box, edge.cycle) * CYCLES_PER_TICK
    for race in races:
        race.starts = starts


def _race(setup: Setup, boxes: SimulatedBoxes, told: Collector, rng: Random, name: str) -> Race | None:
    """One race; None if the simulator was so far behind that somebody pressed before the boxes were open."""
    order = rng.sample(SEATS, len(SEATS))
    second_us = _log_uniform(rng)
    offsets_us = [0.0, second_us, *(second_us + _log_uniform(rng) for _ in order[2:])]
    open_ns = told.arm_and_open(name, SEATS, OPEN_IN_MS)
    _sleep_until(open_ns + SETTLED_MS * MS)
    made = boxes.press(
        {setup.place(seat): us for seat, us in zip(order, offsets_us, strict=True)},
        hold_ms=HOLD_MS,
        bounce=rng.randrange(1, 1 << 16),
    )
    edges = {seat: made[setup.place(seat)] for seat in SEATS}
    verdict = told.verdict(name)
    instants_ns = [edge.time_ns for edge in edges.values()]
    _sleep_until(max(instants_ns) + (HOLD_MS + REST_MS) * MS)
    return Race(edges, verdict) if min(instants_ns) > open_ns else None


def _log_uniform(rng: Random) -> float:
    return math.exp(rng.uniform(math.log(SHORTEST_US), math.log(LONGEST_US)))


def _sleep_until(at_ns: int) -> None:
    time.sleep(max(0, at_ns - time.monotonic_ns()) / 1e9)
