"""Ten thousand random contests of fifty steps: `run.py test rules-soak`. It prints what they covered.

RULES_SOAK_RUNS and RULES_SOAK_SEED change how many, and from which seed on; a run that breaks names its seed, and
`python -m tests.soak.test_rules SEED` plays that one again.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from server import codec
from server.game.commands import Command
from tests.game.coverage import Coverage
from tests.game.machine import Broken, run

RUNS = int(os.environ.get("RULES_SOAK_RUNS", "10000"))
FIRST = int(os.environ.get("RULES_SOAK_SEED", "1"))
STEPS = 50
BATCH = 100
ON_A_LOG = 10  # every tenth run goes through a referee with a log in memory
MEMORY = Path("/dev/shm")


def play(seed: int, coverage: Coverage, folder: Path) -> None:
    """One run; the seed says all of it, the log included."""
    if seed % ON_A_LOG:
        run(seed, STEPS, coverage)
        return
    place = folder / str(seed)
    place.mkdir()
    run(seed, STEPS, coverage, place)
    shutil.rmtree(place)


def batch(first: int, count: int) -> tuple[Coverage, list[str]]:
    """What some runs covered, and what broke in them."""
    coverage, broken = Coverage(), []
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        for seed in range(first, first + count):
            try:
                play(seed, coverage, Path(name))
            except Broken as error:
                broken.append(str(error))
    return coverage, broken


def test_ten_thousand_contests() -> None:
    covered, broken, began = Coverage(), list[str](), time.monotonic()
    firsts = range(FIRST, FIRST + RUNS, BATCH)
    counts = [min(BATCH, FIRST + RUNS - first) for first in firsts]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as processes:
        for coverage, found in processes.map(batch, firsts, counts):
            covered.add(coverage)
            broken += found
    print(f"\n{covered.runs:,} runs, {covered.steps:,} steps in {time.monotonic() - began:.0f} s")
    _tell("checked", covered.checks)
    _tell("accepted", covered.accepted)
    _tell("refused", covered.refused)
    _tell("events", covered.events)
    _tell("settings", covered.settings)
    kinds = Counter(text.split("\n")[0] for text in broken)
    assert not broken, f"{len(broken)} runs broke, {list(kinds)[:10]}; the first:\n{broken[0]}"
    missing = {
        "events": codec.EVENTS.keys() - covered.events.keys(),
        "accepted": {kind.__name__ for kind in get_args(Command)} - covered.accepted.keys(),
    }
    assert RUNS < 10_000 or not any(missing.values()), f"never seen: {missing}"


def _tell(title: str, counted: Counter[str]) -> None:
    said = "  ".join(f"{name} {count:,}" for name, count in sorted(counted.items()))
    print(f"{title} ({len(counted)}): {said}")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        try:
            play(int(sys.argv[1]), Coverage(), Path(folder))
        except Broken as error:
            sys.exit(str(error))
