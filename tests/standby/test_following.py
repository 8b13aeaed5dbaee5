"""A standby follows a running show over cut, slow and lossy wires and restarts; it takes nothing that does not fit."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import codec
from server.event_log import FIRST_HASH, EventLog, Row, row_hash
from server.game.events import BlackoutSet
from server.standby.copy import Copy, NotAContinuation
from tests.live import until
from tests.standby.machines import FIRST, SECOND, Laptop, Network, Standby, full, go_on, network, rows_of


@pytest.fixture(scope="module")
def net() -> Iterator[Network]:
    with network() as made:
        yield made


@pytest.fixture(scope="module")
def show(net: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    with Laptop(net, FIRST, tmp_path_factory.mktemp("first")) as running:
        yield running


def test_it_follows_through_cuts_slow_wires_and_restarts(net: Network, show: Laptop, tmp_path: Path) -> None:
    net.mend()
    host, token = show.token(), show.token("standby")
    go_on(show, host, 20)
    with Standby(net, SECOND, tmp_path / "b", show, token) as standby:
        revision = show.get("/healthz")["revision"]
        standby.until_whole(revision)
        assert (tmp_path / "b" / "auth.json").read_bytes() == (show.data / "auth.json").read_bytes()
        live = {"address": standby.base, "state": "live", "behind": 0}
        until(lambda: show.get("/api/v1/views/host", host)["standby"] == live, "a standby on the console")

        net.cut(FIRST, SECOND)
        revision = go_on(show, host, 10)
        lost = standby.until_status(lambda told: told["link"] == "down", "a link that is down", 8)
        assert lost["why"] and lost["here"] < revision
        counting = standby.until_status(lambda told: told["behind_s"] >= 4, "seconds that count up", 8)
        assert counting["link"] == "down"
        rim = until(
            lambda: (one := show.get("/api/v1/views/host", host)["standby"])["state"] == "lost" and one,
            "a standby that is lost on the console",
        )
        assert rim["behind"] == 10
        net.mend()
        standby.until_whole(revision)

        net.slow(300)
        revision = go_on(show, host, 4 if not full() else 60)
        standby.until_whole(revision)
        net.slow(50, loss=0.05)
        revision = go_on(show, host, 4 if not full() else 100)
        standby.until_whole(revision, 30)
        net.mend()

        show.kill("server.stage_process")
        until(lambda: show.ready(), "a stage that is back", 20)
        revision = go_on(show, host, 2)
        standby.until_whole(revision)
    with Standby(net, SECOND, tmp_path / "b", show, token) as standby:
        revision = go_on(show, host, 2)
        standby.until_whole(revision)
    assert rows_of(tmp_path / "b")[:revision] == rows_of(show.data)[:revision]


@pytest.mark.skipif(not full(), reason="in full only: run.py test standby")
def test_it_refuses_what_is_no_continuation_and_says_what_to_do(
    net: Network, show: Laptop, tmp_path: Path
) -> None:
    net.mend()
    token = show.token("standby")
    other = EventLog(tmp_path / "contest.db")
    other.append([(0, "then", "contest_created", '{"contest":"another"}')])
    other.close()
    with Standby(net, SECOND, tmp_path, show, token) as standby:
        assert standby.process.wait(20) == 2
    said = "".join(standby.printed)
    assert "holds another contest (another)" in said and "add --new" in said
    with Standby(net, SECOND, tmp_path, show, token, "--new") as standby:
        standby.until_whole(show.get("/healthz")["revision"])
        # A show takes one standby; a second one says so and waits.
        with Standby(net, SECOND, tmp_path / "third", show, token, "--port", "8001") as third:
            third.until_status(lambda told: "another standby" in told["why"], "a second one that waits")
    aside = [path for path in tmp_path.glob("contest-*.db") if EventLog(path, readonly=True).last_seq == 1]
    assert len(aside) == 1, list(tmp_path.iterdir())


def test_a_row_that_was_tampered_with_is_not_taken(tmp_path: Path) -> None:
    """The chain of every row is reckoned anew, whatever the other side says."""

    def rows(count: int, seq: int = 0, head: str = FIRST_HASH) -> list[Row]:
        found = []
        for number in range(seq + 1, seq + count + 1):
            body = codec.event_to_json(BlackoutSet(number % 2 == 0))
            after = row_hash(head, number, number * 10, "wall", "blackout_set", body)
            found.append(Row(number, number * 10, "wall", "blackout_set", body, head, after))
            head = after
        return found

    copy = Copy(tmp_path, rehearsal=False)
    copy.take(rows(5), {3: "host:abcdefgh", 5: "host:ijklmnop"}, {"q1": "{}"})
    assert (copy.seq, copy.paper) == (5, {"q1": "{}"})
    right = rows(3, copy.seq, copy.head)
    for spoilt in (
        [right[0], right[2]],
        [replace(right[0], body='{"on":false}')],
        [replace(right[0], hash="0" * 64)],
        rows(1, copy.seq, "1" * 64),
    ):
        with pytest.raises(NotAContinuation, match="--new"):
            copy.take(spoilt, {})
        assert copy.seq == 5
    copy.take(right, {})
    copy.close()
    log = EventLog(tmp_path / "contest.db", readonly=True)
    assert [log.revision_of(name) for name in ("host:abcdefgh", "host:ijklmnop", "host:never---")] == [
        3,
        5,
        None,
    ]
    assert len(list(log.checked_rows())) == 8
    log.close()


def test_only_a_standby_may_have_what_it_follows(net: Network, show: Laptop) -> None:
    net.mend()
    message = {
        "standby": "0" * 32,
        "version": "0.1.0",
        "seq": 0,
        "head": "0" * 64,
        "port": 8000,
        "name": "auth.json",
    }
    tokens = {"none": None, "host": show.token(), "judge": show.token("judge", judge=1)}
    for path in ("hello", "poll", "file", "drain"):
        for token in tokens.values():
            with pytest.raises(urllib.error.HTTPError) as refused:
                show.open(f"/api/v1/replication/{path}", json.dumps(message).encode(), token)
            assert refused.value.code in (401, 403)
            refused.value.close()
    token = show.token("standby")
    for name in (
        "contest.db",
        "../a/auth.json",
        "bank.db",
        "fence.json",
        "tls/authority.key",
        "media/../auth.json",
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            show.open("/api/v1/replication/file", json.dumps({**message, "name": name}).encode(), token)
        assert refused.value.code == 404
        refused.value.close()
    # Anybody may say that another rules; without the proof nothing comes of it.
    claim = {"epoch": 99, "address": "http://10.0.0.9:8000", "proof": "0" * 64}
    with pytest.raises(urllib.error.HTTPError) as refused:
        show.open("/api/v1/replication/fence", json.dumps(claim).encode(), tokens["host"])
    assert refused.value.code == 403
    refused.value.close()
    status, _ = show.command(tokens["host"] or "", "set_blackout", on=True)
    assert status == 200
