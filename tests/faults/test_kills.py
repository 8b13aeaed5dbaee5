"""SIGKILL at random moments of a running final: nothing acknowledged is lost or done twice, and the screens come back."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import pytest

from server.event_log import EventLog
from server.log.journal import journal_path, reading_of
from server.referee import load
from server.views.by_role import projector_view
from tests.faults.driver import Driver
from tests.live import Show, until

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
PARTS = 10 if FULL else 1
POINTS = 100 if FULL else 8
BACK_WITHIN_S = 5.0 if FULL else 15.0  # the short form shares two cores with other tests; its median must do
LONGEST_WAIT_S = 0.35
# The supervisor counts how often it had to start its processes: it dies before it has had enough.
TREE_EVERY = 12 if FULL else 5
SHORT = ("contest_ns", "clock")  # of a view: what time alone moves


def kill_later(show: Show, chance: Random, tree: bool) -> threading.Timer:
    """SIGKILL for the stage, now and then for the timing core, or for all of the show, in a moment."""
    module = "buzzers.service" if chance.random() < 0.1 else "server.stage_process"

    def kill() -> None:
        if tree:
            show.process.kill()
        else:
            # It may be just being started again.
            with contextlib.suppress(ProcessLookupError, KeyError, subprocess.CalledProcessError):
                show.kill(module)

    timer = threading.Timer(chance.uniform(0.0, LONGEST_WAIT_S), kill)
    timer.start()
    return timer


@pytest.mark.parametrize("part", range(PARTS))
def test_a_final_killed_at_random_points_loses_and_doubles_nothing(tmp_path: Path, part: int) -> None:
    chance = Random(part if FULL else time.time_ns())
    data = tmp_path / "data"
    with contextlib.ExitStack() as running:
        first = running.enter_context(Show(data, "--audience-port", "0"))
        driver = Driver(first, first.token(), chance)

        def start_again() -> Show:
            running.close()
            with contextlib.closing(EventLog(data / "contest.db", readonly=True)) as log:
                driver.check(log)
            return running.enter_context(Show(data, "--audience-port", "0", port=first.port))

        driver.start_again = start_again
        for point in range(1, POINTS + 1):
            timer = kill_later(driver.show, chance, point % TREE_EVERY == 0)
            while timer.is_alive():
                driver.step()
            driver.step()
        show = driver.show
        until(lambda: show.get("/healthz")["status"] == "ok", "all well at the end")
        seen = show.get("/api/v1/views/projector")
        with contextlib.closing(EventLog(data / "contest.db", readonly=True)) as log:
            state = load(log)
            driver.check(log)
    expected = projector_view(state, seen["contest_ns"])
    if expected["revision"] == seen["revision"]:  # else a clock ran out in between
        assert {key: seen[key] for key in expected if key not in SHORT} == {
            key: value for key, value in expected.items() if key not in SHORT
        }
    with contextlib.closing(EventLog(data / "contest.db")) as log:
        rows = driver.check(log)
    journal = reading_of(journal_path(data / "contest.db").read_bytes())
    assert journal.content.rows == rows, "both copies are the same"
    away = driver.away_s
    print(
        f"{POINTS} kills, {len(driver.accepted)} commands, {len(rows)} rows; "
        f"back in {statistics.median(away):.2f} s, at most {max(away):.2f} s",
        file=sys.stderr,
    )
    assert len(driver.accepted) > POINTS and len(away) >= POINTS // 3
    assert max(away) < BACK_WITHIN_S, f"the screens were away for {max(away):.1f} s"
    assert statistics.median(away) < 5.0
