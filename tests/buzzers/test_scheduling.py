"""The timing process takes what the system allows, says what it got, and goes on without the rest."""

import gc
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time

import pytest

from buzzers import scheduling
from buzzers.scheduling import COLLECT_NS, ENOUGH_LOCKED, Collector, may_lock, raise_priority
from tests.buzzers.helpers import ROOT

# A process of its own: what is locked, frozen or raised would stay with the tests.
BARE = """
import json, os, resource
from buzzers.scheduling import prepare
for limit in (resource.RLIMIT_RTPRIO, resource.RLIMIT_NICE):
    resource.setrlimit(limit, (0, 0))
resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print(json.dumps(prepare().to_json()))
"""
PROVE = """
import gc, json, os, resource, threading
from buzzers.scheduling import prepare
said = prepare().to_json()
found = {}
def child():
    found["child"] = os.sched_getscheduler(0)
    found["nice"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
thread = threading.Thread(target=child)
thread.start()
thread.join()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
found["locked_kb"] = int(status["VmLck"].split()[0])
found["slack"] = int(open("/proc/self/timerslack_ns").read())
found["main"] = os.sched_getscheduler(0)
found["longest_us"] = resource.getrlimit(resource.RLIMIT_RTTIME)[0]
found["gc"] = [gc.isenabled(), gc.get_freeze_count() > 0]
print(json.dumps({**said, "found": found}))
"""
STRAY = """
import time
from buzzers import scheduling
scheduling.LONGEST_RUN_S = 1
print(scheduling.prepare().priority, flush=True)
until = time.monotonic() + 8
while time.monotonic() < until:
    pass
"""


def run(code: str) -> dict[str, object]:
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    told: dict[str, object] = json.loads(ended.stdout)
    return told


def test_what_is_said_is_what_is_in_force() -> None:
    told = run(PROVE)
    found = told["found"]
    assert isinstance(found, dict)
    fifo = told["priority"] == "fifo 10"
    assert found["main"] == found["child"] == (os.SCHED_FIFO if fifo else os.SCHED_OTHER)
    assert told["priority"] != "nice -10" or found["nice"] == -10
    assert not fifo or found["longest_us"] == 5_000_000
    assert (found["locked_kb"] > 0) == told["memory_locked"]
    assert told["timer_slack_ns"] == 1_000
    assert found["slack"] == (0 if fifo else 1_000)  # a real-time thread has none at all
    assert told["gc"] == "frozen" and found["gc"] == [False, True]


def test_a_thread_that_goes_astray_does_not_keep_the_core_for_ever() -> None:
    began_s = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", STRAY], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if ended.stdout.startswith("fifo"):
        assert -ended.returncode in (signal.SIGXCPU, signal.SIGKILL)
        assert time.monotonic() - began_s < 7
    else:
        assert ended.returncode == 0  # an ordinary process takes its turn with the others


def test_without_any_right_it_works_and_says_how_to_allow_it() -> None:
    told = run(BARE)
    assert (told["priority"], told["memory_locked"]) == ("normal", False)
    why_not = told["why_not"]
    assert isinstance(why_not, list) and len(why_not) == 2
    assert "rtprio 10" in why_not[0] and "LimitMEMLOCK=infinity" in why_not[1]


def test_a_right_that_is_refused_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    nice: list[tuple[int, int, int]] = []

    def refuse(*_: object) -> None:
        raise PermissionError("not allowed")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", lambda *arguments: nice.append(arguments))
    assert raise_priority() == "nice -10"
    assert nice == [(os.PRIO_PROCESS, threading.get_native_id(), -10)]
    monkeypatch.setattr(os, "setpriority", refuse)
    assert raise_priority() == "normal"


@pytest.mark.parametrize(
    ("limit_bytes", "capabilities", "allowed"),
    [
        (resource.RLIM_INFINITY, 0, True),
        (ENOUGH_LOCKED, 0, True),
        (ENOUGH_LOCKED - 1, 0, False),
        (8 << 20, 1 << scheduling.CAP_IPC_LOCK, True),
        (8 << 20, ~(1 << scheduling.CAP_IPC_LOCK) & 0xFFFF, False),
    ],
)
def test_memory_is_locked_only_where_no_allocation_can_fail_for_it(
    limit_bytes: int, capabilities: int, allowed: bool
) -> None:
    assert may_lock(limit_bytes, capabilities) is allowed


def test_a_function_that_the_system_lacks_is_no_failure() -> None:
    assert scheduling._call("no_such_function", 1) is False


def test_garbage_is_collected_now_and_then_and_only_when_told_that_nothing_is_under_way() -> None:
    times = [0]
    collected: list[int] = []
    collector = Collector(lambda: times[0], lambda: collected.append(times[0]))
    for times[0] in (1, COLLECT_NS - 1, COLLECT_NS, COLLECT_NS + 1, 2 * COLLECT_NS - 1, 2 * COLLECT_NS):
        collector.idle()
    assert collected == [COLLECT_NS, 2 * COLLECT_NS]
    assert gc.isenabled(), "of this process nothing was changed"
