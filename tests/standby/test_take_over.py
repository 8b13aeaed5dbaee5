"""Take-over: planned, of a dead one, over a cut wire; nothing twice, nothing lost in silence, one machine rules in the end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import until
from tests.standby.machines import FIRST, SECOND, Laptop, Network, Standby, go_on, network, rows_of

WITHIN_S = 10.0


@pytest.fixture(scope="module")
def net() -> Iterator[Network]:
    with network() as made:
        yield made


def sessions_of(show: Laptop | Standby) -> list[int]:
    """The epoch that each start of a session has in the log."""
    from server.event_log import EventLog

    log = EventLog(show.data / "contest.db", readonly=True)
    try:
        return [json.loads(row.body).get("epoch", 0) for row in log.rows() if row.type == "session_started"]
    finally:
        log.close()


def test_a_planned_take_over_loses_nothing_and_the_old_one_rules_no_more(
    net: Network, tmp_path: Path
) -> None:
    net.mend()
    command_id = uuid.uuid4().hex
    with Laptop(net, FIRST, tmp_path / "a") as old:
        host, token = old.token(), old.token("standby")
        go_on(old, host, 4)
        net.slow(100)
        with Standby(net, SECOND, tmp_path / "b", old, token) as new:
            new.until_whole(old.get("/healthz")["revision"])
            # Accepted a moment before: nobody waits for the copy.
            status, first = old.command(host, "set_blackout", command_id, on=True)
            assert status == 200 and first["accepted"]
            began = time.monotonic()
            new.signal(signal.SIGUSR1)
            new.until_show()
            assert time.monotonic() - began < WITHIN_S
            told = new.taken
            assert told is not None
            assert (told["complete"], told["old_stopped"], told["epoch"]) == (True, True, 1)
            assert told["revision"] == first["revision"] and "nothing is missing" in told["text"]
            net.mend()
            again = new.command(host, "set_blackout", command_id, on=True)
            assert again[0] == 200 and again[1]["repeated"] and again[1]["revision"] == first["revision"]
            assert sessions_of(new) == [0, 1]
            status, refused = old.command(host, "set_blackout", on=False)
            assert (
                status == 409 and new.base in refused["reason"]["en"] and new.base in refused["reason"]["zh"]
            )
            assert old.command(host, "set_blackout", command_id, on=True)[1]["repeated"]  # what was, was
            assert old.get("/healthz")["status"] == "blocked"
            assert new.command(host, "set_blackout", on=False)[0] == 200
            assert f"run.py standby {new.base}" in "".join(old.printed)
            before = rows_of(old.data)
            old.kill("server.stage_process")
            until(lambda: old.ready(), "the old stage again", 20)
            assert old.get("/api/v1/views/host", host)["fence"] == {
                "epoch": 0,
                "state": "fenced",
                "address": new.base,
            }
            assert old.command(host, "set_blackout", on=False)[0] == 409
            assert rows_of(old.data) == before  # not one row, so that it can follow
            old.__exit__(None, None, None)
            with Standby(net, FIRST, old.data, new, new.token("standby")) as back:
                back.until_whole(new.get("/healthz")["revision"])
                assert back.statuses[-1]["epoch"] == 1


def test_an_order_without_a_standby_says_so(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "server.cli", "standby", "--take-over", "--data", str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 2 and "no standby runs on" in done.stderr
