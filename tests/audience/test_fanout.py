"""The fan-out by itself: frames, order, who is spared, who is cut; without a network."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import socketio

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet says that it is deprecated
    import eventlet
    from eventlet.semaphore import Semaphore

from server.delivery.fanout import BEHIND_S, MOST_OF_ALL, MOST_WAITING, TURN_EVERY, FanOut, Line, framed

NAMESPACE = "/audience"


class Wire:
    """Stands in for a socket: takes so many bytes, then is full."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.room = room
        self.taken = b""
        self.cut = False

    def send(self, data: bytes, _: int = 0) -> int:
        if self.cut:
            raise BrokenPipeError
        if not self.room:
            raise BlockingIOError
        part = data[: self.room]
        self.room -= len(part)
        self.taken += part
        return len(part)

    def sendall(self, data: bytes) -> None:
        while data:
            try:
                data = data[self.send(data) :]
            except BlockingIOError:
                eventlet.sleep(0)

    def shutdown(self, _: int) -> None:
        self.cut = True

    def messages(self) -> list[Any]:
        """What has arrived, whole messages only."""
        rest, found = self.taken, []
        while len(rest) >= 2:
            size, start = rest[1], 2
            if size == 126:
                size, start = int.from_bytes(rest[2:4], "big"), 4
            if len(rest) < start + size:
                break
            text = rest[start : start + size].decode()
            found.append(json.loads(text.partition(",")[2]))
            rest = rest[start + size :]
        return found


class Client:
    """One client of engine.io as far as the fan-out looks at it."""

    def __init__(self, fan_out: FanOut, server: socketio.Server, number: int, wire: Wire) -> None:
        self.wire = wire
        self.sid = f"eio-{number}"
        self.queue = eventlet.queue.Queue()
        self.closed = self.closing = False
        web_socket = SimpleNamespace(socket=wire)
        self.lock = Semaphore()
        self.line = Line(self, self.queue, web_socket, self.lock, wire)
        fan_out._lines[self.sid] = self.line
        self.connection = fan_out.connect(self.sid, NAMESPACE)

    def drain(self) -> None:
        """What its own green thread would do."""
        while not self.queue.empty():
            self.wire.sendall(framed(self.queue.get().encode()))

    @property
    def got(self) -> list[Any]:
        return [content for _, content in self.wire.messages()]


@pytest.fixture
def fan_out() -> FanOut:
    return FanOut()


@pytest.fixture
def server(fan_out: FanOut, monkeypatch: pytest.MonkeyPatch) -> socketio.Server:
    server = socketio.Server(async_mode="eventlet", client_manager=fan_out)
    fan_out.initialize()
    clients = fan_out._lines

    def queued(wire: str, packet: Any) -> None:
        clients[wire].queue.put(packet)

    monkeypatch.setattr(server, "_send_eio_packet", queued)
    return server


Join = Callable[..., Client]


@pytest.fixture
def join(fan_out: FanOut, server: socketio.Server) -> Iterator[Join]:
    made: list[Client] = []

    def make(room: int = 1 << 30) -> Client:
        made.append(Client(fan_out, server, len(made), Wire(room)))
        return made[-1]

    yield make


def test_frames_are_as_the_standard_has_them() -> None:
    # RFC 6455, 5.7: "Hello" unmasked; and the two longer forms of a length.
    assert framed("Hello") == bytes.fromhex("810548656c6c6f")
    assert framed("x" * 125)[:2] == b"\x81\x7d" and framed("x" * 126)[:4] == b"\x81\x7e\x00\x7e"
    assert framed("x" * 65_535)[:4] == b"\x81\x7e\xff\xff"
    assert framed("x" * 65_536)[:10] == b"\x81\x7f" + (65_536).to_bytes(8, "big")
    assert framed("先")[1] == 3


def test_it_is_the_frame_that_stock_makes(server: socketio.Server) -> None:
    from eventlet.websocket import RFC6455WebSocket

    stock = RFC6455WebSocket(None, {"PATH_INFO": "/"})
    for text in ("", "4", "Hello", "先声" * 40, "x" * 70_000):
        assert stock._pack_message(text) == framed(text)


def test_one_encoding_reaches_all_at_once(fan_out: FanOut, server: socketio.Server, join: Join) -> None:
    clients = [join() for _ in range(3)]
    server.emit("view", {"n": 1}, namespace=NAMESPACE)
    assert [client.wire.messages() for client in clients] == [[["view", {"n": 1}]]] * 3
    assert all(client.queue.empty() for client in clients)
    server.emit("view", ({"n": 2}, "more"), namespace=NAMESPACE, to=clients[1].connection)
    assert clients[1].wire.messages()[-1] == ["view", {"n": 2}, "more"]
    assert len(clients[0].got) == 1


def test_what_waits_is_never_overtaken(fan_out: FanOut, server: socketio.Server, join: Join) -> None:
    slow, quick = join(room=0), join()
    for number in range(3):
        server.emit("view", number, namespace=NAMESPACE)
    assert quick.got == [0, 1, 2] and slow.got == [] and slow.queue.qsize() == 3
    slow.wire.room = 1 << 30  # there is room, but older ones wait
    server.emit("view", 3, namespace=NAMESPACE)
    slow.drain()
    server.emit("view", 4, namespace=NAMESPACE)
    assert slow.got == [0, 1, 2, 3, 4]


def test_half_a_frame_is_finished_before_anything_else(
    fan_out: FanOut, server: socketio.Server, join: Join
) -> None:
    client = join(room=10)
    server.emit("view", "first", namespace=NAMESPACE)
    assert client.got == [] and len(client.wire.taken) == 10 and client.lock.locked()
    server.emit("view", "second", namespace=NAMESPACE)
    assert client.queue.qsize() == 1, "it waits for its turn"
    client.wire.room = 1 << 30
    eventlet.sleep(0.01)
    assert client.got == ["first"] and not client.lock.locked()
    client.drain()
    assert client.got == ["first", "second"]


def test_nobody_writes_past_one_who_waits_for_the_lock(
    fan_out: FanOut, server: socketio.Server, join: Join
) -> None:
    client = join()
    client.lock.acquire()
    waiting = eventlet.spawn(client.lock.acquire)
    eventlet.sleep(0)
    client.lock.release()  # free for a moment, and promised to the one who waits
    server.emit("view", 1, namespace=NAMESPACE)
    assert client.got == [] and client.queue.qsize() == 1
    waiting.wait()


def test_a_dead_connection_stops_nobody(fan_out: FanOut, server: socketio.Server, join: Join) -> None:
    first, dead, last = join(), join(), join()
    dead.wire.cut = True
    server.emit("view", 1, namespace=NAMESPACE)
    assert first.got == last.got == [1]


def test_who_falls_behind_is_spared_and_then_renewed(
    fan_out: FanOut, server: socketio.Server, join: Join
) -> None:
    renewed: list[tuple[str, str]] = []
    fan_out.renew = lambda namespace, connection: renewed.append((namespace, connection))
    slow, quick = join(room=0), join()
    for number in range(50):
        server.emit("patch", number, namespace=NAMESPACE)
    assert slow.queue.qsize() == MOST_WAITING and len(quick.got) == 50
    server.emit("do", "reload", namespace=NAMESPACE)  # an order is nothing that a later one replaces
    assert slow.queue.qsize() == MOST_WAITING + 1
    fan_out.look_after()
    assert renewed == []
    slow.wire.room = 1 << 30
    slow.drain()
    fan_out.look_after()
    assert renewed == [(NAMESPACE, slow.connection)]
    assert slow.got == [0, 1, 2, 3, "reload"]
    server.emit("patch", 51, namespace=NAMESPACE)
    assert slow.got[-1] == 51 and fan_out.counted["spared"] == 50 - MOST_WAITING


def test_who_never_comes_back_is_cut(
    fan_out: FanOut, server: socketio.Server, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 100.0
    monkeypatch.setattr("server.delivery.fanout.time.monotonic", lambda: now_s)
    slow = join(room=0)
    for number in range(10):
        server.emit("snapshot", number, namespace=NAMESPACE)
    now_s += BEHIND_S
    fan_out.look_after()
    assert not slow.wire.cut
    now_s += 1
    fan_out.look_after()
    assert slow.wire.cut and fan_out.counted["cut"] == 1


def test_who_asks_and_never_reads_is_cut(fan_out: FanOut, server: socketio.Server, join: Join) -> None:
    asking, other = join(room=0), join()
    for _ in range(MOST_OF_ALL + 1):
        asking.queue.put("an answer")
    fan_out.look_after()
    assert asking.wire.cut and not other.wire.cut


def test_others_have_their_turns_and_no_older_one_comes_after_a_newer(
    fan_out: FanOut, server: socketio.Server, join: Join
) -> None:
    clients = [join() for _ in range(TURN_EVERY * 2 + 1)]
    turns: list[int] = []

    def other() -> None:
        while len(turns) < 3:
            turns.append(len(clients[-1].got))
            if len(turns) == 1:
                server.emit("view", "newer", namespace=NAMESPACE)
                assert clients[0].got == ["older"], "it waits until the older one is with all"
            eventlet.sleep(0)

    thread = eventlet.spawn(other)
    server.emit("view", "older", namespace=NAMESPACE)
    thread.wait()
    assert turns[0] == 0, "it had its turn before the last client had its message"
    assert all(client.got == ["older", "newer"] for client in clients)


def test_who_comes_in_the_middle_is_not_sent_what_went_before(
    fan_out: FanOut, server: socketio.Server, join: Join
) -> None:
    for _ in range(TURN_EVERY + 1):
        join()
    late: list[Client] = []
    thread = eventlet.spawn(lambda: late.append(join()))
    server.emit("view", "before", namespace=NAMESPACE)
    thread.wait()
    assert late[0].got == []


def test_what_is_not_of_the_one_kind_goes_the_stock_way(
    fan_out: FanOut, server: socketio.Server, join: Join
) -> None:
    client = join()
    client.line.raw = client.line.send = None  # TLS, say
    server.emit("view", 1, namespace=NAMESPACE)
    assert client.got == [] and client.queue.qsize() == 1
    server.emit("view", b"bytes", namespace=NAMESPACE)
    assert client.queue.qsize() == 3, "and so does what is no text: two parts of one event"
