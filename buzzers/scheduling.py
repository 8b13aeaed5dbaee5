"""Before others for the processor: priority of the timing core, memory that stays, no garbage collection.

All of it where the system allows, and none of it is needed: what is not allowed costs latency, never a verdict,
since presses are stamped before they come here. `Scheduling` says what is in force and how to allow the rest.
"""

import contextlib
import ctypes
import gc
import os
import resource
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIFO = 10  # low among real-time priorities: the kernel's own threads stay above it
NICE = -10
LONGEST_RUN_S = 5  # of processor time without waiting; whoever computes longer has gone astray and is ended
TIMER_SLACK_NS = 1_000  # the kernel may wake a sleeper 50 µs late unless it is told otherwise
COLLECT_NS = 10_000_000_000
ENOUGH_LOCKED = 4 << 30  # address space: below such a limit a later allocation could fail
PR_SET_TIMERSLACK = 29
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
CAP_IPC_LOCK = 14
STATUS = Path("/proc/self/status")

PRIORITY_REMEDY = (
    "计时进程以普通优先级运行：在 /etc/security/limits.conf 加一行「用户名 - rtprio 10」后重新登录，"
    "或在 systemd 单元里写 LimitRTPRIO=10 · the timing core has no real-time priority: add the line "
    "'USER - rtprio 10' to /etc/security/limits.conf and log in again, or LimitRTPRIO=10 to the systemd unit"
)
MEMORY_REMEDY = (
    "内存没有锁定：在 /etc/security/limits.conf 加一行「用户名 - memlock unlimited」后重新登录，"
    "或在 systemd 单元里写 LimitMEMLOCK=infinity · memory is not locked: add the line 'USER - memlock unlimited' "
    "to /etc/security/limits.conf and log in again, or LimitMEMLOCK=infinity to the systemd unit"
)


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What is in force in this process. `why_not`: how to allow what is not, Chinese and English."""

    priority: str  # "fifo 10" | "nice -10" | "normal"
    memory_locked: bool
    gc: str  # "frozen"
    timer_slack_ns: int | None  # None: as the system has it
    why_not: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "priority": self.priority,
            "memory_locked": self.memory_locked,
            "gc": self.gc,
            "timer_slack_ns": self.timer_slack_ns,
            "why_not": list(self.why_not),
        }


def raise_priority() -> str:
    """Raises the calling thread and all that it will start. Returns what they have: "fifo 10", for one.

    All threads of the process, not the readers alone: one that holds the interpreter's lock and is kept from the
    processor holds the readers up as well. They mostly wait; one that computes for seconds without waiting would
    keep a core from all others, so the kernel ends the process then, and it is started anew.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):  # AttributeError: not Linux
        resource.setrlimit(
            resource.RLIMIT_RTTIME, (LONGEST_RUN_S * 1_000_000, (LONGEST_RUN_S + 1) * 1_000_000)
        )
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO))
        return f"fifo {FIFO}"
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        return f"nice {NICE}"
    return "normal"


def prepare() -> Scheduling:
    """Does all that the system allows for this process; before its threads are started."""
    memory_locked = (
        may_lock(resource.getrlimit(resource.RLIMIT_MEMLOCK)[0], _capabilities()) and _lock_memory()
    )
    slack_ns = TIMER_SLACK_NS if _call("prctl", PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0) else None
    gc.collect()
    gc.freeze()
    gc.disable()
    priority = raise_priority()
    why_not = [] if priority.startswith("fifo") else [PRIORITY_REMEDY]
    if not memory_locked:
        why_not.append(MEMORY_REMEDY)
    return Scheduling(priority, memory_locked, "frozen", slack_ns, tuple(why_not))


def may_lock(limit_bytes: int, capabilities: int) -> bool:
    """Whether all memory can be locked without a later allocation failing for it."""
    unlimited = limit_bytes == resource.RLIM_INFINITY or limit_bytes >= ENOUGH_LOCKED
    return unlimited or bool(capabilities >> CAP_IPC_LOCK & 1)


class Collector:
    """Collects garbage, which otherwise never happens, when nothing is under way."""

    def __init__(self, clock: Callable[[], int], collect: Callable[[], object] = gc.collect) -> None:
        self._clock = clock
        self._collect = collect
        self._collected_ns = clock()

    def idle(self) -> None:
        """To be called at moments when nothing is awaited; collects now and then."""
        now_ns = self._clock()
        if now_ns - self._collected_ns >= COLLECT_NS:
            self._collect()
            self._collected_ns = self._clock()


def _capabilities() -> int:
    """The effective ones of this process, a bit each; 0 where that cannot be read."""
    with contextlib.suppress(OSError):
        for line in STATUS.read_text(encoding="utf-8").splitlines():
            if line.startswith("CapEff:"):
                return int(line.split()[1], 16)
    return 0


def _lock_memory() -> bool:
    # On fault: a page stays once it was used, but the stacks of all threads need not be there in full.
    return _call("mlockall", MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)


def _call(function: str, *arguments: int) -> bool:
    """Calls into the C library; whether it succeeded."""
    try:
        called = getattr(ctypes.CDLL(None), function)
    except (OSError, AttributeError):
        # No Linux: there is no such function.
        return False
    return bool(called(*(ctypes.c_ulong(argument) for argument in arguments)) == 0)
