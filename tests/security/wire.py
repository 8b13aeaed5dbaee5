"""Bytes to a running server as no browser would send them: raw HTTP, raw WebSocket frames, and what comes back."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import struct
import time
from types import TracebackType
from typing import Any, Self

from tests.live import Show

HANDSHAKE = "/socket.io/?EIO=4&transport=websocket"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def connect(show: Show, timeout_s: float = 5.0) -> socket.socket:
    """A TCP connection to the stage."""
    return socket.create_connection(("127.0.0.1", show.port), timeout=timeout_s)


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """(status, all that came) until the server closes or falls silent; status 0 for nothing at all."""
    got = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while part := connection.recv(65536):
            got += part
            head, end, body = got.partition(b"\r\n\r\n")
            for line in head.split(b"\r\n"):
                name, _, value = line.partition(b":")
                if end and name.lower() == b"content-length" and len(body) >= int(value):
                    return _status(got), got
    return _status(got), got


def _status(got: bytes) -> int:
    parts = got.split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and parts[0].startswith(b"HTTP/") and parts[1].isdigit() else 0


def say(show: Show, request: bytes, timeout_s: float = 5.0) -> tuple[int, bytes]:
    """The answer to a request written byte by byte as given."""
    with connect(show, timeout_s) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return read_answer(connection)


def ask(
    show: Show,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    host: str | None = None,
) -> tuple[int, bytes]:
    """A well-formed request with any headers. host: instead of the server's own."""
    lines = {"Host": host or f"127.0.0.1:{show.port}", "Connection": "close", **(headers or {})}
    if body:
        lines.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return say(show, f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)


class RawSocket:
    """A WebSocket that says what it is told to, right or wrong.

    Args:
        origin: None for a client that sends none.
    """

    def __init__(
        self,
        show: Show,
        namespace: str | None = None,
        auth: str = "",
        origin: str | None = "own",
        headers: dict[str, str] | None = None,
        host: str | None = None,
        path: str = HANDSHAKE,
    ) -> None:
        self.connection = connect(show)
        lines = {
            "Host": host or f"127.0.0.1:{show.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
        }
        if origin is not None:
            lines["Origin"] = show.base if origin == "own" else origin
        lines.update(headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self._rest = b""
        self.status = self._handshake()
        self.all = b""
        """Every payload that came, for whoever looks for something in it."""
        if namespace is not None and self.status == 101:
            self.text(f"40{namespace},{auth}")

    def _handshake(self) -> int:
        got = b""
        while b"\r\n\r\n" not in got:
            try:
                part = self.connection.recv(65536)
            except (TimeoutError, ConnectionResetError):
                part = b""
            if not part:
                return _status(got)
            got += part
        self._rest = got.partition(b"\r\n\r\n")[2]
        return _status(got)

    def frame(
        self,
        opcode: int,
        payload: bytes,
        final: bool = True,
        masked: bool = True,
        reserved: int = 0,
        length: int | None = None,
    ) -> None:
        """Send one frame; length: what its header claims, where that is not the truth."""
        claimed = len(payload) if length is None else length
        first = (0x80 if final else 0) | reserved << 4 | opcode
        mark = 0x80 if masked else 0
        if claimed < 126:
            head = struct.pack("!BB", first, mark | claimed)
        elif claimed < 65536:
            head = struct.pack("!BBH", first, mark | 126, claimed)
        else:
            head = struct.pack("!BBQ", first, mark | 127, claimed)
        mask = os.urandom(4) if masked else b""
        if masked and payload:
            whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(
                len(payload), "big"
            )
        self.connection.sendall(head + mask + payload)

    def text(self, content: str | bytes) -> None:
        """Send a text message in one right frame."""
        self.frame(TEXT, content if isinstance(content, bytes) else content.encode())

    def event(self, namespace: str, name: str, *content: Any, number: int | None = None) -> None:
        """Send an event as python-socketio's client does; number: of the acknowledgement asked for."""
        self.text(
            f"42{namespace},{'' if number is None else number}{json.dumps([name, *content], separators=(',', ':'))}"
        )

    def _take(self, count: int) -> bytes | None:
        while len(self._rest) < count:
            try:
                part = self.connection.recv(65536)
            except ConnectionResetError:
                return None
            if not part:
                return None
            self._rest += part
        got, self._rest = self._rest[:count], self._rest[count:]
        return got

    def receive(self) -> tuple[int, bytes] | None:
        """The next frame as (opcode, payload); None once the server has closed. Raises TimeoutError."""
        head = self._take(2)
        if head is None:
            return None
        length = head[1] & 127
        if length > 125:
            more = self._take(2 if length == 126 else 8)
            if more is None:
                return None
            length = int.from_bytes(more, "big")
        payload = self._take(length)
        if payload is None:
            return None
        self.all += payload + b"\n"
        if head[0] & 15 == TEXT and payload == b"2":
            self.text("3")  # the engine's heartbeat
        return head[0] & 15, payload

    def hears(self, beginning: str, seconds: float = 5.0) -> str:
        """The next text that begins so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            got = self.receive()
            assert got is not None, f"closed, and no {beginning!r} came"
            if got[0] == TEXT and got[1].decode().startswith(beginning):
                return got[1].decode()
        raise AssertionError(f"no {beginning!r} within {seconds} s")

    def closed_within(self, seconds: float) -> bool:
        """Whether the server closes; whatever else it still says is kept in `all`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.connection.settimeout(left)
            try:
                got = self.receive()
            except TimeoutError:
                return False
            except (BrokenPipeError, OSError):
                return True
            if got is None or got[0] == CLOSE:
                return True
        return False

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
