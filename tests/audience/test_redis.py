"""Audience processes on several machines behind a real Redis server: late ones, its death and return, its absence."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask_socketio import SocketIO

from server import cli
from tests.live import free_port, until

from .phones import Phone, Process, Stub
from .redis_server import RedisServer

STALE_WITHIN_S = 3.0


@dataclass(frozen=True)
class Machines:
    """A Redis server, the show's own audience process, and one that shares nothing with the show but that server."""

    redis: RedisServer
    near: Process
    far: Process
    media: Path


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, shared_stub: Stub) -> Iterator[Machines]:
    media = tmp_path_factory.mktemp("media")
    with RedisServer(tmp_path_factory.mktemp("redis")) as redis:
        feed = ("--feed", str(shared_stub.path), "--media", str(media))
        with (
            Process(*feed, FIRSTPRESS_REDIS=redis.url) as near,
            Process(FIRSTPRESS_REDIS=redis.url) as far,
        ):
            yield Machines(redis, near, far, media)


@pytest.fixture
def stub(shared_stub: Stub, machines: Machines) -> Stub:
    until(
        lambda: all(one.health()["connections"] == 0 for one in (machines.near, machines.far)), "nobody there"
    )
    shared_stub.begin_anew()
    return shared_stub


@pytest.fixture
def redis_server(machines: Machines) -> RedisServer:
    return machines.redis


@pytest.fixture
def near(machines: Machines) -> Process:
    return machines.near


@pytest.fixture
def far(machines: Machines) -> Process:
    return machines.far


def test_phones_of_two_processes_see_the_same(stub: Stub, near: Process, far: Process) -> None:
    stub.show(revision=1, score=5)
    with Phone(near.port) as here, Phone(far.port) as there:
        for phone in (here, there):
            phone.sees("revision", 1)
        stub.show(revision=2, score=6)
        for phone in (here, there):
            phone.sees("revision", 2)
            assert phone.heard("patch")["set"] == [[["revision"], 2], [["score"], 6]], "patches there as here"
        there.say('42/audience,5["clock"]')
        answer = there.heard("ack")[0]
        assert abs(answer["contest_ns"] - time.monotonic_ns()) < 50_000_000 and answer["stale"] is False
        assert far.health()["deliveries"]["direct"] > 0 and far.health()["redis"] == "ok"
        stub.say({"type": "muted", "on": True})
        until(lambda: there.hear(0.02).heard("display")["muted"], "the mute, too")


def test_who_comes_late_has_it_all_within_two_seconds(
    stub: Stub, near: Process, redis_server: RedisServer
) -> None:
    stub.show(revision=4)
    until(lambda: near.health()["redis"] == "ok", "the first one publishes")
    with Process(FIRSTPRESS_REDIS=redis_server.url) as late, Phone(late.port) as phone:
        phone.sees("revision", 4, seconds=2)


def test_redis_dies_and_returns(stub: Stub, near: Process, far: Process, redis_server: RedisServer) -> None:
    stub.show(revision=1)
    with Phone(near.port) as here, Phone(far.port) as there:
        for phone in (here, there):
            phone.sees("revision", 1)
        redis_server.kill()
        stub.show(revision=2)
        here.sees("revision", 2, seconds=1)
        there.told_stale(True, STALE_WITHIN_S)
        assert near.health()["status"] == "ok" and near.health()["redis"] == "lost"
        assert far.health()["status"] == "stale"
        redis_server.start()  # empty: nothing was kept
        there.sees("revision", 2, seconds=5)
        there.told_stale(False)
        assert not here.closed and not there.closed
        assert ("stale", {"stale": True}) not in here.events
    for process in (near, far):
        lines = "".join(process.printed)
        assert "the Redis server is away" in lines and "the Redis server is back" in lines
        assert redis_server.password not in lines


def test_a_show_without_its_redis_server_goes_on(own_stub: Stub) -> None:
    url = f"redis://127.0.0.1:{free_port()}"
    with Process("--feed", str(own_stub.path), FIRSTPRESS_REDIS=url) as near, Phone(near.port) as phone:
        for revision in range(1, 30):
            own_stub.show(revision=revision)
            phone.sees("revision", revision, seconds=1)


def test_the_stage_is_silent_and_remote_phones_are_told(stub: Stub, near: Process, far: Process) -> None:
    stub.show(revision=1)
    with Phone(far.port) as there:
        there.sees("revision", 1)
        stub.beats = False
        there.told_stale(True, 2 * STALE_WITHIN_S)
        stub.beats = True
        there.told_stale(False)


def test_what_flask_socketio_itself_emits_arrives_the_quick_way(
    stub: Stub, near: Process, far: Process, redis_server: RedisServer
) -> None:
    """The channel is Flask-SocketIO's message queue and no protocol of our own."""
    stub.show(revision=1)
    with Phone(near.port) as here, Phone(far.port) as there:
        for phone in (here, there):
            phone.sees("revision", 1)
        before = far.health()["deliveries"]["direct"]
        script = SocketIO(message_queue=redis_server.url, async_mode="threading")
        script.emit("notice", {"zh": "请就座"}, namespace="/audience")
        for phone in (here, there):
            assert phone.heard("notice") == {"zh": "请就座"}
        assert far.health()["deliveries"]["direct"] > before
        script.server.manager.redis.close()


def test_nothing_but_emits_is_taken_from_the_channel(
    stub: Stub, near: Process, redis_server: RedisServer
) -> None:
    stub.show(revision=1)
    with Phone(near.port) as phone:
        phone.sees("revision", 1)
        script = SocketIO(message_queue=redis_server.url, async_mode="threading")
        script.server.manager._publish(
            {"method": "close_room", "room": "everybody", "namespace": "/audience"}
        )
        script.server.manager._publish({"method": "emit"})
        script.server.manager._publish({"no": "method"})
        script.server.manager.redis.close()
        stub.beats = False
        phone.told_stale(True, 4)  # it is still in the room of all


def test_pictures_are_fetched_from_the_show_once(stub: Stub, far: Process, machines: Machines) -> None:
    name, hidden = f"q-{'1' * 32}.png", f"q-{'2' * 32}.png"
    for one in (name, hidden):
        (machines.media / one).write_bytes(b"\x89PNG picture")
    stub.say({"type": "media", "names": [name]})
    stub.show(revision=50)
    until(lambda: far.health()["revision"] == 50, "the view, and with it what may be seen")
    address = f"http://127.0.0.1:{far.port}/media/"
    with urllib.request.urlopen(address + name, timeout=10) as answer:
        assert answer.read() == b"\x89PNG picture"
    (machines.media / name).unlink()
    with urllib.request.urlopen(address + name, timeout=10) as answer:
        assert answer.read() == b"\x89PNG picture", "it has it by itself now"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(address + hidden, timeout=10)


def test_the_command_wants_an_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FIRSTPRESS_REDIS", raising=False)
    assert cli.main(["audience"]) == 2
    assert "--redis redis://HOST:6379" in capsys.readouterr().err
