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
from tests.standby.machines import FIRST, SECOND, Laptop, Network, Standby, go_on, kill_all, network, rows_of

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


def test_one_that_was_dead_and_alone_says_so_and_is_fenced_when_the_wire_is_back(
    net: Network, tmp_path: Path
) -> None:
    """Switched off during the take-over, switched on while nothing reaches it: it cannot know, and says that it could not ask."""
    net.mend()
    with Laptop(net, FIRST, tmp_path / "a") as old:
        host = old.token()
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby")) as new:
            new.until_whole(go_on(old, host, 2))
            kill_all([old])
            net.cut(FIRST, SECOND)
            assert not new.take_over()["old_stopped"]
            new.kill("server.stage_process")  # whom it has to tell outlives its own restarts
            new.until_show()
            with Laptop(net, FIRST, tmp_path / "a") as again:
                assert again.get("/healthz")["fence"]["state"] == "rules"
                assert again.get("/api/v1/views/host", host)["standby"] == {
                    "address": new.base,
                    "state": "unasked",
                    "behind": None,
                }
                assert "could not be asked whether it has taken over" in "".join(again.printed)
                assert again.command(host, "set_blackout", on=True)[0] == 200
                net.mend()
                until(lambda: again.get("/healthz")["fence"]["state"] == "fenced", "the fence", 12)
                assert again.command(host, "set_blackout", on=False)[0] == 409
                until(lambda: "knows that the show is here now" in "".join(new.printed), "its word", 12)


@pytest.mark.parametrize("by", ["asking", "being told"])
def test_each_way_alone_fences_one_that_was_dead(net: Network, tmp_path: Path, by: str) -> None:
    """It asks whom it remembers; who took over tells whom it took over from. Either is enough."""
    net.mend()
    with Laptop(net, FIRST, tmp_path / "a") as old:
        host = old.token()
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby")) as new:
            new.until_whole(go_on(old, host, 2))
            kill_all([old])
            new.take_over()
            before = rows_of(old.data)
            forget(old.data if by == "being told" else new.data, "follower" if by == "being told" else "peer")
            if by == "asking":
                new.kill("server.stage_process")
                new.until_show()
            with Laptop(net, FIRST, tmp_path / "a") as again:
                if by == "asking":
                    assert again.get("/healthz")["fence"]["state"] == "fenced"
                    assert rows_of(old.data) == before
                else:
                    until(lambda: again.get("/healthz")["fence"]["state"] == "fenced", "the fence", 12)
                assert again.command(host, "set_blackout", on=False)[0] == 409


def forget(data: Path, what: str) -> None:
    """Take out of fence.json where the other machine is."""
    path = data / "fence.json"
    kept = json.loads(path.read_text())
    for one in kept.values():
        one[what] = ""
    path.write_text(json.dumps(kept))


def test_an_order_without_a_standby_says_so(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "server.cli", "standby", "--take-over", "--data", str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 2 and "no standby runs on" in done.stderr
