"""The rim's strict side: who may connect, how requests may look, how WebSockets may talk.

Knows eventlet; used by each process that serves pages.
It relies on inner parts of eventlet and python-engineio that tests/security/test_contract.py holds to their shape.
"""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Callable
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecated upstream and named by the customer: docs/dependencies.md
    import eventlet
    import eventlet.websocket
    from eventlet.websocket import FailedConnectionError, RFC6455WebSocket
    from eventlet.wsgi import STATE_CLOSE, HttpProtocol

from .guard import CLOSE
from .http_rates import Asks
from .limits import (
    BODY_S,
    HEAD_S,
    LARGEST_MESSAGE,
    MOST_FRAMES,
    UNJOINED_S,
    BadMessage,
    Doors,
    Flow,
    ReservedName,
    page_message,
)
from .refusals import refused, settle

SWEEP_S = 2.0


class Pool(eventlet.GreenPool):  # type: ignore[misc]
    """Runs each connection in a green thread, and turns away what `doors` has no place for."""

    def __init__(self, most: int, doors: Doors) -> None:
        super().__init__(most)
        self._doors = doors

    def spawn(self, function: Any, connection: Any, *arguments: Any) -> Any:
        address = _address_of(connection)
        why = self._doors.come(address)
        if why is not None:
            refused("too many connections", address, why)
            connection[2] = STATE_CLOSE
            return super().spawn(_nothing)  # the caller closes the socket when this ends
        thread = super().spawn(function, connection, *arguments)
        thread.link(lambda _: self._doors.go(address))
        return thread


def _nothing() -> None:
    """What is done with a connection that is turned away."""


def _address_of(connection: Any) -> str:
    """The peer of a connection as eventlet.wsgi keeps it: [address, socket, state]."""
    peer = connection[0]
    return str(peer[0]) if isinstance(peer, tuple) else ""


def unhurried(
    app: Any, asks: Asks, vouched: Callable[[str], bool], now_ns: Callable[[], int] = time.monotonic_ns
) -> Any:
    """A WSGI wrapper that lets nobody who is a stranger ask faster than `asks` has it; vouched: for a token that counts."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        address = str(environ.get("REMOTE_ADDR", ""))
        wait_s = asks.wait_s(address, now_ns())
        scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if wait_s != 0.0 and not (scheme.lower() == "bearer" and vouched(token.strip())):
            if wait_s is None:
                refused("rate", address, "too many requests over HTTP")
                head = [("Content-Length", "0"), ("Retry-After", "1"), ("Connection", "close")]
                start_response("429 Too Many Requests", head)
                return []
            eventlet.sleep(wait_s)
        return app(environ, start_response)

    return wrapped


class _SlowHeaders(Exception):
    """Not a TimeoutError: that is what the end of a quiet connection that was kept alive is, too."""


class Protocol(HttpProtocol):  # type: ignore[misc]
    """HTTP/1.1 as browsers speak it: headers within a time, one length, no chunks, no body larger than a message."""

    _late: Any = None

    def _read_request_line(self) -> Any:
        line = super()._read_request_line()
        # From the first line on: a connection that is kept alive may be silent before it for socket_timeout.
        self._late = eventlet.Timeout(HEAD_S, _SlowHeaders())
        return line

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except _SlowHeaders:
            refused("slow request", str(self.client_address[0]), f"headers took longer than {HEAD_S} s")
            self.close_connection = True
        finally:
            self._in_time()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def parse_request(self) -> bool:
        if not super().parse_request():
            refused("request", str(self.client_address[0]), "a request line or headers that are not HTTP")
            return False
        self._in_time()
        problem = self._problem()
        if problem is None:
            return True
        self._refuse("request", *problem)
        return False

    def handle_one_response(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length and not self.headers.get("upgrade"):
            body = None
            with eventlet.Timeout(BODY_S, False):
                body = self.environ["wsgi.input"].read(length)
            if body is None or len(body) < length:
                self._refuse("slow request", "408 Request Timeout", f"a body not whole after {BODY_S} s")
                return
            self.environ["wsgi.input"] = io.BytesIO(body)
        self.environ[CLOSE] = (
            self._close
        )  # an answer's own "Connection: close" eventlet sends and does not do
        super().handle_one_response()

    def _close(self) -> None:
        self.close_connection = True

    def _refuse(self, kind: str, status: str, why: str) -> None:
        """Say no in one answer, and close: what may still come on this connection is read by nobody."""
        refused(kind, str(self.client_address[0]), why)
        body = why.encode()
        self.wfile.write(
            b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
            % (status.encode(), len(body), body)
        )
        self.wfile.flush()
        self.close_connection = True

    def _problem(self) -> tuple[str, str] | None:
        lengths = self.headers.get_all("content-length", [])
        if len(lengths) > 1 or len(self.headers.get_all("host", [])) > 1:
            return "400 Bad Request", "a header that may stand once stands twice"
        if lengths and not (lengths[0].isascii() and lengths[0].strip().isdigit()):
            return "400 Bad Request", "a length that is no number"
        if lengths and int(lengths[0][:20]) > LARGEST_MESSAGE:
            return "413 Content Too Large", f"a body of more than {LARGEST_MESSAGE} bytes"
        if self.headers.get("transfer-encoding") is not None:
            return "411 Length Required", "a body in chunks; say its length instead"
        if self.headers.get("upgrade") and self.headers.get("sec-websocket-version") != "13":
            return "426 Upgrade Required", "an upgrade to something other than WebSocket, version 13"
        return None

    def get_client_address(self) -> Any:
        return self.client_address[:2]  # what a stranger says in X-Forwarded-For is no address of ours


def unmasked(data: bytes, mask: bytes) -> bytes:
    """`data` with its mask taken off, in one operation on two large numbers: eventlet's own goes byte by byte."""
    size = len(data)
    whole = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")


def harden_web_sockets(check: Callable[[str], None] = page_message) -> None:
    """Have every WebSocket of this process keep to our limits, and give way to the others after each frame.

    A frame is read at once while data waits, so one page that floods would starve all others; and the parts of a
    message are kept until its end comes, however many there are.

    check: raises BadMessage for a text that no page of ours sends.
    """
    read_message = RFC6455WebSocket.wait

    def recv_frame(socket: Any, message: Any = None) -> Any:
        frame, size = _frame(socket, message)
        flow = getattr(socket, "flow", None)
        if flow is None:
            flow = socket.flow = Flow()
        eventlet.sleep(flow.wait_s(size, time.monotonic_ns()))
        return frame

    def wait(socket: Any) -> Any:
        while True:
            try:
                message = read_message(socket)
                if message is None:
                    return None
                if not isinstance(message, str):
                    raise BadMessage("a message that is no text")
                check(message)
                return message
            except ReservedName as error:
                refused("message", _peer(socket), error)  # dropped: a page that means no harm is served on
            except (BadMessage, UnicodeDecodeError) as error:
                refused("message", _peer(socket), error)
                socket.close(close_data=(1008, "malformed"))
                return None

    RFC6455WebSocket._recv_frame = recv_frame
    RFC6455WebSocket.wait = wait


def _frame(socket: Any, message: Any) -> tuple[Any, int]:
    """Read one frame (RFC 6455, 5.2): the message that it belongs to, and the size of its payload.

    message: the one that is not whole yet, None before the first frame of one. Raises FailedConnectionError.
    """
    first, second = socket._get_bytes(2)
    final, opcode, length = bool(first & 0x80), first & 0x0F, second & 0x7F
    if first & 0x70:
        raise _failed(socket, 1002, "a reserved bit without an extension")
    if opcode not in (0, 1, 2, 8, 9, 10):
        raise _failed(socket, 1002, f"opcode {opcode}")
    if not second & 0x80:
        raise _failed(socket, 1002, "a frame without a mask")
    control = bool(opcode & 8)
    if control and (not final or length > 125):
        raise _failed(socket, 1002, "a control frame in parts, or larger than 125 bytes")
    if not control and bool(opcode) == (message is not None):
        raise _failed(socket, 1002, "a part out of its order")
    if length > 125:
        length = int.from_bytes(socket._get_bytes(2 if length == 126 else 8), "big")
    frames, held = (0, 0) if control or message is None else socket.held
    if held + length > LARGEST_MESSAGE or frames + 1 > MOST_FRAMES:
        raise _failed(socket, 1009, f"a message of {held + length} bytes in {frames + 1} frames", "too large")
    mask = socket._get_bytes(4)
    if message is None or control:
        decoder = socket.UTF8Decoder() if opcode == 1 else None
        message = socket.Message(opcode, LARGEST_MESSAGE, decoder=decoder)
    message.push(unmasked(socket._get_bytes(length), mask), final=final)
    if not control:
        socket.held = (frames + 1, held + length)
    return message, length


def _failed(socket: Any, status: int, why: str, kind: str = "frame") -> Exception:
    """What eventlet closes a connection for, told in the log."""
    refused(kind, _peer(socket), why)
    made: Exception = FailedConnectionError(status, why)
    return made


def _peer(socket: Any) -> str:
    return str(socket.environ.get("REMOTE_ADDR", ""))


def keep_tidy(server: Any) -> None:
    """Close WebSockets that join no namespace, and tell what was refused. A green thread of its own, for ever.

    server: python-socketio's.
    """
    first_seen_s: dict[str, float] = {}
    while True:
        eventlet.sleep(SWEEP_S)
        settle()
        now_s = time.monotonic()
        outside = set(server.eio.sockets) - joined(server)
        first_seen_s = {one: first_seen_s.get(one, now_s) for one in outside}
        for one, since_s in first_seen_s.items():
            if now_s - since_s < UNJOINED_S:
                continue
            environ = server.environ.get(one) or {}
            refused("idle socket", environ.get("REMOTE_ADDR", ""), f"joined nothing within {UNJOINED_S} s")
            server.eio.disconnect(one)


def joined(server: Any) -> set[str]:
    """The engine's ids of the WebSockets that are in some namespace."""
    rooms = server.manager.rooms
    return {engine for namespace in rooms.values() for engine in namespace.get(None, {}).values()}
