"""A question bank of a hundred thousand: how long its import, a search and a draw take, and in how much memory.

An honest CSV file is made of random words and taken in by the command an organiser types; meanwhile the memory of that
process and of all it starts is added up. Then a fresh process searches and draws (benchmarks/bank_work.py). Each time is
taken by the clock and by the processor; the goals are held against the processor's, of all processes together, which
other work on the machine does not lengthen.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from question_bank.question import LEVELS, RISK_VALUES, prompt_key
from question_bank.template_examples import AREAS

ROOT = Path(__file__).resolve().parent.parent
GOAL_IMPORT_S = 60
GOAL_RSS_MB = 300
GOAL_SEARCH_MS = 50
GOAL_DRAW_MS = 200
SEARCHES = 50
SEED = 6
_SAMPLE_S = 0.05
# Characters that make words which nobody says but which read, index and search like Chinese ones.
_CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后"
    "多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由"
    "其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意"
    "建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知"
)
_HEADER = (
    "题号", "环节", "题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "分值", "知识领域", "等级", "标签",
)  # fmt: skip
Say = Callable[[str], None]


def run(questions: int, say: Say) -> dict[str, Any]:
    """Measure everything. Returns the object that `run.py bench bank --json` prints.

    Raises RuntimeError where the import or the search does not come to its end.
    """
    with tempfile.TemporaryDirectory(prefix="firstpress-bench-") as folder:
        sheet, data = Path(folder) / "questions.csv", Path(folder) / "data"
        say(f"writing {questions:,} questions as CSV")
        words = write_sheet(sheet, questions)
        say("importing them")
        taken = _import(sheet, data, questions, say)
        say(f"searching for {len(words)} words, and drawing")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.bank_work", str(data / "bank.db"), *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-2000:])
        return {
            "questions": questions,
            "sheet_mb": round(sheet.stat().st_size / 1e6, 1),
            "bank_mb": round((data / "bank.db").stat().st_size / 1e6, 1),
            "import": taken,
            **json.loads(done.stdout),
            "goals": {
                "import_s": GOAL_IMPORT_S,
                "rss_mb": GOAL_RSS_MB,
                "search_p95_ms": GOAL_SEARCH_MS,
                "draw_ms": GOAL_DRAW_MS,
            },
        }


def passed(result: dict[str, Any]) -> bool:
    """Whether every goal was met."""
    return bool(
        result["import"]["cpu_s"] < GOAL_IMPORT_S
        and result["import"]["progress_lines"] > 0
        and max(result["import"]["peak_rss_mb"], result["peak_rss_mb"]) < GOAL_RSS_MB
        and result["search_ms"]["cpu_p95"] < GOAL_SEARCH_MS
        and result["search_ms"]["found"] > 0
        and result["draw_ms"]["cpu_median"] < GOAL_DRAW_MS
    )


def write_sheet(path: Path, count: int) -> list[str]:
    """An honest question sheet of `count` rows. Returns SEARCHES two-character words, common ones and rare ones."""
    random = Random(SEED)
    words = sorted({"".join(random.sample(_CHARACTERS, 2)) for _ in range(2_000)})
    random.shuffle(words)
    # As in a language, few words are said all the time and most of them seldom.
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(words))))

    def text(length: int) -> str:
        return "".join(random.choices(words, cum_weights=weights, k=length))

    seen: set[str] = set()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEADER)
        for number in range(count):
            prompt = text(12)
            while prompt_key(prompt) in seen:
                prompt = text(12)
            seen.add(prompt_key(prompt))
            round_ = ("必答题", "抢答题", "风险题")[number % 3]
            value = str(RISK_VALUES[number // 3 % 3]) if round_ == "风险题" else ""
            kind = (f"b{number:06}", round_, "单选题", prompt + "？")
            options = (text(3) + "甲", text(3) + "乙", text(3) + "丙", text(3) + "丁", random.choice("ABCD"))
            rest = (text(10) + "。", value, random.choice(AREAS), random.choice(LEVELS), text(1))
            writer.writerow((*kind, *options, *rest))
    step = len(words) // SEARCHES
    return words[:: max(step, 1)][:SEARCHES]


def _import(sheet: Path, data: Path, questions: int, say: Say) -> dict[str, Any]:
    """`run.py bank import` of the sheet: seconds, and the most memory that it and its children held at one time."""
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "bank",
        "import",
        str(sheet),
        "--data",
        str(data),
        "--json",
    ]
    begun, cpu_before_s = time.perf_counter(), _children_cpu_s()
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        memory = _Memory(process.pid)
        memory.start()
        reader = threading.Thread(target=_told, args=(process.stderr, lines, say), daemon=True)
        reader.start()
        report = process.stdout.read()
        status = process.wait()
        wall_s = time.perf_counter() - begun
        memory.end()
        reader.join()
    if status != 0 or json.loads(report)["added"] != questions:
        raise RuntimeError(f"the import ended with status {status}: {' | '.join(lines[-5:])}")
    return {
        "wall_s": round(wall_s, 1),
        "cpu_s": round(_children_cpu_s() - cpu_before_s, 1),
        "questions_a_second": round(questions / wall_s),
        "peak_rss_mb": round(memory.peak_bytes / 1e6, 1),
        "progress_lines": len(lines),
    }


def _children_cpu_s() -> float:
    """Seconds of the processor that children which have ended, and theirs, have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _told(stream: Any, lines: list[str], say: Say) -> None:
    for line in stream:
        lines.append(line.rstrip())
        say(f"  {line.rstrip()}")


class _Memory(threading.Thread):
    """Adds up the resident memory of a process and its descendants, twenty times a second, and keeps the most."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.peak_bytes = 0

    def run(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            self.peak_bytes = max(self.peak_bytes, sum(map(_resident_bytes, _tree(self._pid))))

    def end(self) -> None:
        """Stop, and wait for the last figure."""
        self._over.set()
        self.join()


def _tree(pid: int) -> list[int]:
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    except OSError:  # it has ended meanwhile, and has no children any more
        return found
    return found


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):  # it has ended meanwhile, and holds nothing
        return 0
    return pages * 4096
