"""The part of `run.py bench bank` that runs in a fresh process: searches and draws over a bank, as one JSON object.

Called as `python -m benchmarks.bank_work BANK WORD...`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles
from typing import Any

from question_bank.bank import Bank
from question_bank.blueprint import Line
from question_bank.draw import Groups, draw_lines

RUNS = 5
DRAWS = 9
# A usual final: rounds for five contestants, spare questions, wishes as an organiser has them.
LINES = (
    Line("1", "compulsory", 10, spare=5, levels=("中级", "高级"), max_per_area=2),
    Line("2", "buzz_in", 20, spare=5, max_per_area=4),
    *(Line(f"3/{value}", "risk", 5, spare=2, value=value) for value in (10, 20, 30)),
)


def main(path: str, words: list[str]) -> dict[str, Any]:
    """{"search_ms": {...}, "draw_ms": {...}, "peak_rss_mb"}: of searches the first 50 hits and the count of all."""
    found = 0
    with Bank(path, create=False) as bank:
        first = _timed(partial(bank.search, words[0]))
        searches = []
        for _ in range(RUNS):
            for word in words:
                searches.append(_timed(partial(bank.search, word)))
                found += searches[-1].result[1]
        draws = [_timed(partial(_draw, bank, f"{seed:064x}")) for seed in range(DRAWS)]
    return {
        "search_ms": {
            "words": len(words),
            "first": round(first.ms, 1),
            "median": round(median(one.ms for one in searches), 2),
            "p95": _p95(one.ms for one in searches),
            "cpu_p95": _p95(one.cpu_ms for one in searches),
            "worst": round(max(one.ms for one in searches), 1),
            "found": found // RUNS,
        },
        "draw_ms": {
            "median": round(median(one.ms for one in draws), 1),
            "cpu_median": round(median(one.cpu_ms for one in draws), 1),
            "worst": round(max(one.ms for one in draws), 1),
        },
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1),
    }


@dataclass(frozen=True, slots=True)
class _Timed:
    ms: float
    cpu_ms: float
    result: Any


def _p95(values: Iterable[float]) -> float:
    return round(quantiles(values, n=20)[-1], 2)


def _draw(bank: Bank, seed: str) -> None:
    pool = Groups(tagged=False)
    for sort, _, ids in bank.groups():
        pool.add_alike(sort, ids)
    draw_lines(pool, LINES, seed)


def _timed(work: Callable[[], Any]) -> _Timed:
    begun, cpu = time.perf_counter(), time.process_time()
    result = work()
    return _Timed((time.perf_counter() - begun) * 1000, (time.process_time() - cpu) * 1000, result)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2:])))
