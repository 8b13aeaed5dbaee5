"""Audience processes on several machines behind a real Redis server: late ones, its death and return, its absence."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet says that it is deprecated
    import eventlet
    from eventlet.queue import LightQueue

import pytest
import redis
from flask_socketio import SocketIO
from hypothesis import given, settings
from hypothesis import strategies as st

from server import cli
from server.audience.channel import understood
from server.audience.process import keep_publishing
from server.door.limits import BadMessage
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


RUBBISH: tuple[bytes, ...] = (
    b"", b"rubbish", b"\x00\xff\xfe", b"null", b"17", b'"method"', b"[]", b'["method"]', b"{}", b"NaN",
    b'{"method":"emit"}'[:-1], b"[" * 100_000, b'{"method":' * 5_000, b'{"method":"emit","method":"emit"}',
    b"x" * 5_000_000, b'{"method":17}', b"1" * 10_000,
)  # fmt: skip


def emit(event: Any = "feed", data: Any = None, **more: Any) -> bytes:
    """A message as python-socketio publishes it."""
    message = {
        "method": "emit",
        "event": event,
        "data": data,
        "namespace": "/audience",
        "host_id": "another",
        **more,
    }
    return json.dumps(message).encode()


def malformed(share: dict[str, Any]) -> list[bytes]:
    """Messages of the right outside: each with something in it that is none of ours."""
    view = share["view"]
    wrong_shares: list[Any] = [
        None, 17, "text", [], {}, {**share, "type": "view"}, {**share, "more": 1},
        {key: value for key, value in share.items() if key != "view"},
        {**share, "from": None}, {**share, "from": "x" * 5_000}, {**share, "contest_ns": 1.5}, {**share, "contest_ns": None},
        {**share, "contest_ns": True}, {**share, "stale": 0}, {**share, "muted": "yes"}, {**share, "media": {}},
        {**share, "media": ["../../etc/passwd"]}, {**share, "media": [17]}, {**share, "source": "file:///etc/passwd"},
        {**share, "source": 17}, {**share, "standby": "http://192.0.2.7"},
        {**share, "standby": {"address": "javascript:alert(1)"}},
        {**share, "standby": {"address": "http://192.0.2.7:8000", "more": {"deep": 1}}}, {**share, "view": []},
        {**share, "view": {"revision": 666}}, {**share, "view": {**view, "role": "host"}},
        {**share, "view": {**view, "revision": "666"}},
        {**share, "view": {**view, "epoch": None}}, {**share, "view": {**view, "scene": "question"}},
        {**share, "view": {**view, "scene": {"name": 17}}}, {**share, "view": {**view, "seats": None}},
        {**share, "view": {**view, "seats": [17]}}, {**share, "view": {**view, "seats": [{"seat": "1", "name": "x"}]}},
        {**share, "view": {**view, "clock": 5}}, {**share, "view": {**view, "text": "x" * 400_000}},
        {**share, "view": {**view, "list": list(range(30_000))}},
    ]  # fmt: skip
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    wrong_shares.append({**share, "view": {**view, "deep": deep}})
    ours = ("snapshot", "patch", "stale", "display", "do", "standby", "beat", "connect", "disconnect")
    return [
        *RUBBISH,
        *(emit(data=[one]) for one in wrong_shares),
        emit(data=share), emit(data=[share, share]), emit(data=None),
        *(emit(event, [{"revision": 666, "stale": True, "address": "http://192.0.2.66"}]) for event in ours),
        *(emit(event, ["x"]) for event in (None, 17, "", "x" * 300, ["snapshot"])),
        emit("notice", ["x"], room=17), emit("notice", ["x"], room={"a": 1}), emit("notice", ["x"], skip_sid=17),
        emit("notice", ["x"], binary=True), emit("notice", "x", binary=True),
    ]  # fmt: skip


def test_rubbish_on_the_channel_shows_nothing_and_ends_nothing(
    stub: Stub, near: Process, far: Process, redis_server: RedisServer
) -> None:
    """By a real Redis server, to both kinds of process: a line in the log each, until there are too many of them."""
    stub.show(revision=1)
    client: Any = redis.Redis.from_url(redis_server.url)
    with Phone(near.port) as here, Phone(far.port) as there, client.pubsub() as listener:
        for phone in (here, there):
            phone.sees("revision", 1)
        listener.subscribe("flask-socketio")

        def feed() -> Any:
            got = listener.get_message(ignore_subscribe_messages=True, timeout=1)
            return json.loads(got["data"]) if got else None

        share = until(feed, "what the show says of itself")["data"][0]
        understood(emit(data=[share]))  # which is well: what follows differs from it in one thing each
        bad = malformed(share)
        known = {
            process: len([line for line in process.printed if "(redis)" in line]) for process in (near, far)
        }
        for raw in bad:
            with pytest.raises(BadMessage):
                understood(raw)
            client.publish("flask-socketio", raw)
        client.publish("flask-socketio", emit("notice", [{"zh": "请就座"}]))
        for phone in (here, there):
            assert phone.heard("notice") == {"zh": "请就座"}, "what comes after it is heard"
        stub.show(revision=2)
        for phone, process in ((here, near), (there, far)):
            phone.sees("revision", 2)
            told = {event for event, _ in phone.events}
            # One that has just come may be told that the stage was silent for a while; the rubbish says 666 in all it says.
            assert told <= {"snapshot", "patch", "display", "beat", "notice", "stale"}, told
            assert "666" not in json.dumps(phone.events)
            assert process.health()["redis"] == "ok"
            lines = [line for line in process.printed if "(redis)" in line][known[process] :]
            # Five and a count in ten seconds, and ten seconds may end in the middle of it.
            assert 1 <= len(lines) <= 12 < len(bad) and all(len(line) < 400 for line in lines), lines
            assert not any("Traceback" in line or "rror in pubsub" in line for line in process.printed)
    client.close()


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.data())
def test_any_bytes_are_understood_or_refused(raw: bytes, data: st.DataObject) -> None:
    share: dict[str, Any] = {
        "type": "share", "from": "x", "view": None, "contest_ns": 1, "stale": False, "muted": False, "media": [],
        "source": None, "standby": None,
    }  # fmt: skip
    whole = emit(data=[share])
    at = data.draw(st.integers(0, len(whole)))
    for one in (raw, whole[:at] + raw + whole[at:], whole[:at] + raw[:3] + whole[at + 3 :]):
        try:
            understood(one)
        except BadMessage as error:
            assert len(str(error)) < 400


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


def test_other_machines_are_told_before_the_phones_here_are_served() -> None:
    """A thousand phones take a while: who is farther away must not wait for them."""
    done: list[str] = []
    changed, wake = LightQueue(1), LightQueue(1)

    def send() -> None:  # as the one green thread that publishes
        while True:
            wake.get()
            done.append("other machines")

    threads = [
        eventlet.spawn(send),
        eventlet.spawn(
            keep_publishing, changed, lambda: done.append("phones here"), lambda: wake.put_nowait(None)
        ),
    ]
    for _ in range(3):
        changed.put(None)
        eventlet.sleep(0.01)
    for thread in threads:
        thread.kill()
    assert done == ["other machines", "phones here"] * 3
