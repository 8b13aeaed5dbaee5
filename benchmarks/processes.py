"""What a process costs, read from Linux itself: processor time, memory, open files. Standard library only."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

CPUCLOCK_SCHED = 2  # of the kernel's clock ids: all threads of a process, those that have ended included
PROC = Path("/proc")


def cpu_ns(pid: int) -> int:
    """Processor time of a process so far, all its threads, user and system. Raises OSError when it is gone."""
    # The clock id that clock_getcpuclockid(3) makes of a process: finer than the 10 ms of /proc/PID/stat.
    return time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED)


def memory_kib(pid: int) -> dict[str, int]:
    """{"pss": its share of what it has in memory, "rss": all of that, "own": what no other process has}.

    Raises OSError when it is gone.
    """
    text = (PROC / str(pid) / "smaps_rollup").read_text()
    found = {name: int(kib) for name, kib in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    own = found["Private_Clean"] + found["Private_Dirty"]
    return {"pss": found["Pss"], "rss": found["Rss"], "own": own}


def open_files(pid: int) -> int:
    """How many descriptors it holds. Raises OSError when it is gone."""
    return len(os.listdir(PROC / str(pid) / "fd"))


def threads(pid: int) -> int:
    """Raises OSError when it is gone."""
    return len(os.listdir(PROC / str(pid) / "task"))


def started(pid: int) -> int:
    """When it was started, in ticks since the boot: with the id it tells one process from another of that id."""
    stat = (PROC / str(pid) / "stat").read_text()
    return int(stat.rpartition(")")[2].split()[19])


def keep_to(pid: int, processor: int) -> None:
    """Let a process, with all threads that it has, run on one of our processors alone; `processor` counts from 0 and wraps."""
    ours = sorted(os.sched_getaffinity(0))
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {ours[processor % len(ours)]})
