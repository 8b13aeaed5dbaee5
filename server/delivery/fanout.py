"""A broadcast, framed once for all who get it and written straight to their sockets; a slow one never delays another.

Stock python-socketio puts each message into a queue of each client and wakes a green thread for each: 55 to 65 µs a
delivery, here about 13. A client whose socket is full, or that has anything waiting, goes the stock way, so that order is kept
and nothing is lost; one that falls behind is spared the views in between and gets the newest when it is back.

All inner parts of python-engineio, python-socketio and eventlet that this relies on are in `Line.of` and `FanOut.set_server`;
tests/audience/test_contract.py holds them to their shape, and where one is not as expected the stock way is gone.
"""

from __future__ import annotations

import _socket
import socket
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in stage_process.py
    import eventlet
    from eventlet.greenio import GreenSocket
    from eventlet.websocket import RFC6455WebSocket

from engineio import packet as engineio_packet
from socketio import Manager
from socketio import packet as socketio_packet

TURN_EVERY = 200  # deliveries between two turns of everything else
MOST_WAITING = 4  # messages that wait for one client: from then on it is spared what a newer view replaces
MOST_OF_ALL = 256  # messages that wait for one client, of any kind: it is cut
BEHIND_S = 15.0  # a client that cannot catch up for so long is cut
LOOK_EVERY_S = 0.1  # after those that are behind
REPLACED = frozenset({"snapshot", "patch"})
"""Events of which a newer one makes an older one needless."""

DONT_WAIT = socket.MSG_DONTWAIT
TEXT_FRAME = 0x81  # RFC 6455, 5.2: one whole message of text, unmasked


def framed(text: str) -> bytes:
    """The WebSocket frame of a message from a server."""
    content = text.encode()
    size = len(content)
    if size < 126:
        head = bytes((TEXT_FRAME, size))
    elif size < 65_536:
        head = bytes((TEXT_FRAME, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((TEXT_FRAME, 127)) + size.to_bytes(8, "big")
    return head + content


@dataclass(eq=False, slots=True)
class Line:
    """One client's connection. `raw` None: it is not of the one kind that may be written to past its queue (TLS, say)."""

    client: Any  # engineio.Socket
    queue: Any  # of the client: what waits for its green thread
    web_socket: Any
    lock: Any  # held by whoever writes a frame
    raw: Any
    behind_s: float | None = None  # since when it is spared views
    spared: set[tuple[str, str]] = field(
        default_factory=set
    )  # (namespace, connection) to which a view is owed
    send: Any = field(init=False)  # raw's own, None where raw is
    waiting: Any = field(init=False)  # the messages in the queue

    def __post_init__(self) -> None:
        self.send, self.waiting = (self.raw.send, self.queue.queue) if self.raw is not None else (None, ())

    @classmethod
    def of(cls, client: Any, web_socket: Any) -> Self:
        """What is known of a connection."""
        lock = getattr(web_socket, "_sendlock", None)
        green: Any = getattr(web_socket, "socket", None)
        plain = (
            type(web_socket) is RFC6455WebSocket
            and not web_socket.extensions
            and type(green) is GreenSocket
            and isinstance(green.fd, _socket.socket)  # eventlet has a copy of the socket module
            and not hasattr(green.fd, "do_handshake")
            and hasattr(lock, "balance")
            and isinstance(getattr(client.queue, "queue", None), deque)
        )
        return cls(client, client.queue, web_socket, lock, green.fd if plain else None)

    @property
    def idle(self) -> bool:
        """True when nothing waits and nobody is writing, nor about to."""
        return bool(self.queue.empty() and (self.raw is None or self.lock.balance > 0))

    def write(self, frame: bytes) -> int:
        """Write as much of a frame as goes without waiting. How much that was; raises OSError for a dead connection."""
        assert self.raw is not None
        try:
            written: int = self.raw.send(frame, DONT_WAIT)
            return written
        except BlockingIOError:
            return 0

    def finish(self, rest: bytes) -> None:
        """Write the rest of a frame that has begun, in a green thread: until then nobody else writes."""
        self.lock.acquire(blocking=False)
        eventlet.spawn(self._finish, rest)

    def _finish(self, rest: bytes) -> None:
        try:
            self.web_socket.socket.sendall(rest)
        except OSError:
            self.cut()  # half a frame is out: nothing can follow it
        finally:
            self.lock.release()

    def cut(self) -> None:
        """End the connection as if its cable were pulled; its own green threads tidy up."""
        green = getattr(self.web_socket, "socket", None)
        try:
            if green is not None:
                green.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is gone already


@dataclass(slots=True)
class _Job:
    """One message on its way to many."""

    namespace: str
    event: str
    packet: Any
    frame: bytes
    to: list[tuple[str, str]]  # (connection, connection of engine.io)


class FanOut(Manager):  # type: ignore[misc]
    """The client manager of a server, as `SocketIO(..., client_manager=FanOut())`; each `emit` goes this way.

    `renew`, set by the owner, is called as renew(namespace, connection) for a client that is back and wants the newest view.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.renew: Callable[[str, str], None] = lambda *_: None
        self.counted = {"direct": 0, "queued": 0, "spared": 0, "cut": 0}
        self._lines: dict[str, Line] = {}
        self._behind: set[Line] = set()
        self._jobs: deque[_Job] = deque()
        self._running = False

    def set_server(self, server: Any) -> None:
        """Called by the server; from now on each of its WebSockets is known here."""
        super().set_server(server)
        modules: Any = getattr(server.eio, "_async", None)
        plain = modules.get("websocket") if isinstance(modules, dict) else None
        if plain is None:
            print(
                "firstpress: this engine.io is not the one that was tested: broadcasts go the slow way",
                file=sys.stderr,
            )
            return

        def web_socket(handler: Any, eio: Any) -> Any:
            client = getattr(handler, "__self__", None)

            def noticed(one: Any) -> Any:
                if client is None or not hasattr(client, "queue"):
                    return handler(one)
                line = self._lines[client.sid] = Line.of(client, one)
                try:
                    return handler(one)
                finally:
                    self._lines.pop(client.sid, None)
                    self._behind.discard(line)

            return plain(noticed, eio)

        server.eio._async = {**modules, "websocket": web_socket}

    @property
    def idle(self) -> bool:
        """True when nothing is on its way from here."""
        return not self._running

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """As of any manager. Who is there now gets it, in the order of the calls, also where this returns before."""
        room = to or room
        if callback is not None:
            super().emit(event, data, namespace, room, skip_sid, callback, **options)
            return
        if namespace not in self.rooms:
            return
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        people: Iterable[tuple[str, str]] = self.get_participants(namespace, room)
        receivers = [one for one in people if one[0] not in skipped]
        if not receivers:
            return  # before a large view is encoded for nobody
        parts = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        encoded = self.server.packet_class(
            socketio_packet.EVENT, namespace=namespace, data=[event, *parts]
        ).encode()
        if not isinstance(encoded, str):
            super().emit(
                event, data, namespace, room, skip_sid, None, **options
            )  # with bytes in it: none of ours
            return
        message = engineio_packet.Packet(engineio_packet.MESSAGE, encoded)
        self._jobs.append(_Job(namespace, event, message, framed(message.encode()), receivers))
        self._work()

    def _work(self) -> None:
        """Deliver what there is, one message after the other: nobody ever gets an older one after a newer."""
        if self._running:
            return  # whoever does it will come to ours
        self._running = True
        try:
            while self._jobs:
                job = self._jobs.popleft()
                frame, size, lines, sent = job.frame, len(job.frame), self._lines, 0
                for count, (connection, wire) in enumerate(job.to, 1):
                    line = lines.get(wire)
                    if (
                        line is not None
                        and line.send is not None
                        and line.behind_s is None
                        and not line.waiting
                        and line.lock.balance > 0
                        and not line.client.closed
                        and not line.client.closing
                    ):
                        # The way of nearly all of a thousand, with no call but the one that writes.
                        try:
                            written = line.send(frame, DONT_WAIT)
                        except BlockingIOError:
                            written = 0
                        except OSError:
                            continue  # gone; its own green thread is about to notice
                        if written == size:
                            sent += 1
                        elif written:
                            sent += 1
                            line.finish(frame[written:])
                        else:
                            self._deliver(job, connection, wire)
                    else:
                        self._deliver(job, connection, wire)
                    if count % TURN_EVERY == 0:
                        eventlet.sleep(0)
                self.counted["direct"] += sent
        finally:
            self._running = False

    def _deliver(self, job: _Job, connection: str, wire: str) -> None:
        line = self._lines.get(wire)
        if line is None:
            self.server._send_eio_packet(wire, job.packet)
            return
        if line.client.closed or line.client.closing:
            return
        if line.behind_s is not None and job.event in REPLACED:
            line.spared.add((job.namespace, connection))
            self.counted["spared"] += 1
            return
        if line.raw is not None and line.idle:
            try:
                written = line.write(job.frame)
            except OSError:
                return  # gone; its own green thread is about to notice
            if written:
                self.counted["direct"] += 1
                if written < len(job.frame):
                    line.finish(job.frame[written:])
                return
        waiting = line.queue.qsize()
        if waiting >= MOST_WAITING and job.event in REPLACED:
            line.behind_s = time.monotonic()
            line.spared.add((job.namespace, connection))
            self._behind.add(line)
            self.counted["spared"] += 1
        elif waiting >= MOST_OF_ALL:
            self._cut(line)
        else:
            self.counted["queued"] += 1
            self.server._send_eio_packet(wire, job.packet)

    def _cut(self, line: Line) -> None:
        self.counted["cut"] += 1
        self._behind.discard(line)
        line.cut()

    def look_after(self) -> None:
        """Bring those up to date that are back, cut those that stay away. To be called every `LOOK_EVERY_S`."""
        now_s = time.monotonic()
        for line in list(self._behind):
            if line.client.closed:
                self._behind.discard(line)
            elif line.idle:
                owed, line.spared, line.behind_s = line.spared, set(), None
                self._behind.discard(line)
                for namespace, connection in owed:
                    self.renew(namespace, connection)
            elif line.behind_s is not None and now_s - line.behind_s > BEHIND_S:
                self._cut(line)
        for line in [one for one in self._lines.values() if one.queue.qsize() > MOST_OF_ALL]:
            self._cut(line)  # it asks and asks and does not read the answers


def keep_up(fan_out: FanOut) -> None:
    """Look after those that are behind. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(LOOK_EVERY_S)
        fan_out.look_after()
