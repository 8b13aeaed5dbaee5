"""Races over modelled links: `python -m benchmarks.model_races --races N --seed S`, no hardware and no waiting.

Virtual time, but the real timing core: every press is dated by `buzzers.box_session`, every race is decided by
`buzzers.arbiter`. What the transports, hosts, clocks and boxes do is modelled (`transports`, `model_clocks`,
`model_box`), and so the truth is known. `model_figures` says what is counted. Exit status 1 if a clear verdict was
wrong or a bound did not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any

from benchmarks.model_figures import Figures, passed, summed
from benchmarks.model_stage import Setting, Stage

LINKS = ("direct", "native_usb", "ch340", "ftdi_1ms")  # those that the product accepts
HOSTS = {"": {}, "+loaded": {"loaded": True}, "+asymmetric": {"asymmetric": True}}
STAGE_RACES = 3_000  # of one stage, where there are so many
AT_ONCE = 60  # presses of one box in a moment; a session keeps 64
SECONDS = (12, 40)  # how long a stage lasts
DEFAULT_RACES = 1_000_000


def setting_of(index: int, random: Random) -> Setting:
    """What the stage of this number has; all kinds take turns."""
    name, kind, options = SETTINGS[index % len(SETTINGS)]
    if kind == "mixed":
        return Setting(name, tuple(random.choice(LINKS) for _ in range(5)), **options)
    if kind == "hub":
        return Setting(name, (random.choice(LINKS),), **options)
    return Setting(name, (kind,) * 5, **options)


def _settings() -> list[tuple[str, str, dict[str, bool]]]:
    """(name, links, options) of every kind of stage."""
    kinds = [(kind + host, kind, options) for kind in (*LINKS, "mixed") for host, options in HOSTS.items()]
    return [
        *kinds,
        ("mixed+steps", "mixed", {"steps": True}),
        ("mixed+steps+loaded", "mixed", {"steps": True, "loaded": True}),
        ("hub", "hub", {}),
        ("hub+steps+loaded", "hub", {"steps": True, "loaded": True}),
        ("ftdi_16ms", "ftdi_16ms", {}),
    ]


SETTINGS = _settings()


def play(seed: int, share: tuple[int, int]) -> Figures:
    """Plays one stage: share is (its number, its races). What comes out depends on nothing else."""
    index, races = share
    random = Random(f"{seed}/{index}")
    setting = setting_of(index, random)
    stage = Stage(setting, random, random.uniform(*SECONDS))
    quiet = index // len(SETTINGS) % 2 == 0  # every other one of a kind is left alone at first
    figures = Figures()
    figures.take(stage.play(races, AT_ONCE // 5 if setting.hub else AT_ONCE, quiet))
    return figures


def shares(races: int) -> list[tuple[int, int]]:
    """(number of the stage, its races), at least one stage of every kind where there are races enough."""
    stages = min(races, max(len(SETTINGS), round(races / STAGE_RACES)))
    return [(index, races * (index + 1) // stages - races * index // stages) for index in range(stages)]


def run(races: int, seed: int, jobs: int) -> dict[str, Any]:
    """Runs the races on `jobs` processes; the same seed gives the same figures on any number of them.

    Returns the JSON object of `Figures.result` and the seed. Raises ValueError if races or jobs is below 1.
    """
    if races < 1 or jobs < 1:
        raise ValueError("at least one race and one process")
    one = partial(play, seed)
    if jobs == 1:
        figures = summed(map(one, shares(races)))
    else:
        # Processes of their own from the start: a fork of a process with threads or an event loop may hang.
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            figures = summed(pool.map(one, shares(races)))
    return {**figures.result(), "seed": seed}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_races", description=__doc__)
    parser.add_argument("--races", type=int, default=DEFAULT_RACES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments = parser.parse_args(argv)
    result = run(arguments.races, arguments.seed, arguments.jobs)
    print(json.dumps(result) if arguments.json else table(result))
    return 0 if passed(result) else 1


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    head = {name: value for name, value in result.items() if not isinstance(value, dict | list)}
    lines = [f"{name:>22} {value}" for name, value in head.items()]
    lines += [f"{name:>22} {peer['wrong']} wrong" for name, peer in result["peers"].items()]
    for title, rows in (
        ("gap of the first two", {row["gap_us"] + " µs": row for row in result["by_gap"]}),
        ("transport", result["by_transport"]),
    ):
        columns = [name for name in next(iter(rows.values())) if name != "gap_us"]
        lines += ["", f"{title:>22} " + " ".join(columns)]
        for name, row in rows.items():
            cells = (f"{'-' if row[c] is None else row[c]:>{len(c)}}" for c in columns)
            lines.append(f"{name:>22} " + " ".join(cells))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
