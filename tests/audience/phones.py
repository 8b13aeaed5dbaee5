"""A phone without a browser: a WebSocket of its own, which reads when it is told to; and a stage without a contest."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import select
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from server.delivery.patches import apply
from tests.live import ROOT, free_port, until

Event = tuple[str, Any]


class Phone:
    """One page of the audience. `buffer`: bytes that its kernel takes for it before it is full.

    patches: ask for them; the view is kept up to date by `hear` either way. trusting: talk TLS, and to whom.
    """

    def __init__(
        self,
        port: int,
        patches: bool = True,
        buffer: int | None = None,
        namespace: str = "/audience",
        trusting: ssl.SSLContext | None = None,
        **said: Any,
    ) -> None:
        self.namespace = namespace
        self.view: dict[str, Any] | None = None
        self.serial: int | None = None
        self.serials: list[int] = []
        self.events: list[Event] = []
        self.closed = False
        self._rest = b""
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.settimeout(10)
        plain.connect(("127.0.0.1", port))
        scheme = "https" if trusting else "http"
        self._socket = trusting.wrap_socket(plain, server_hostname="127.0.0.1") if trusting else plain
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            (
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{port}\r\nOrigin: {scheme}://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            part = self._socket.recv(4096)
            assert part, head
            head += part
        assert b" 101 " in head.split(b"\r\n")[0], head
        self._rest = head.split(b"\r\n\r\n", 1)[1]
        self.say("40" + namespace + "," + json.dumps({"patches": patches, **said}))

    def say(self, text: str) -> None:
        """Send one message of engine.io."""
        content = text.encode()
        mask = secrets.token_bytes(4)
        size = (
            bytes((len(content) | 0x80,)) if len(content) < 126 else b"\xfe" + len(content).to_bytes(2, "big")
        )
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(content))
        self._socket.sendall(b"\x81" + size + mask + masked)

    def ask(self, event: str, *content: Any) -> None:
        """Send an event."""
        self.say(f"42{self.namespace}," + json.dumps([event, *content]))

    def hear(self, seconds: float = 0.0) -> Self:
        """Take what has come, waiting at most so long for anything at all."""
        while self._waits() or select.select([self._socket], [], [], seconds)[0]:
            try:
                self._socket.settimeout(0)
                part = self._socket.recv(1 << 20)
            except ssl.SSLWantReadError:
                return self  # something came, and nothing to read in it: a ticket of TLS, a part of a record
            except ConnectionError:
                part = b""
            finally:
                self._socket.settimeout(10)
            if not part:
                self.closed = True
                return self
            self._rest += part
            self._take_apart()
            seconds = 0.0
        return self

    def _waits(self) -> bool:
        """True for what has been decrypted already: no select knows of that."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _take_apart(self) -> None:
        while len(self._rest) >= 2:
            size, start = self._rest[1], 2
            if size in (126, 127):
                start = 4 if size == 126 else 10
                size = int.from_bytes(self._rest[2:start], "big")
            if len(self._rest) < start + size:
                return
            opcode, content = self._rest[0], self._rest[start : start + size]
            self._rest = self._rest[start + size :]
            assert opcode in (0x81, 0x88), f"a broken stream of frames: {opcode:#x}"
            if opcode == 0x81:
                self._message(content.decode())

    def _message(self, text: str) -> None:
        if text == "2":
            self.say("3")
        _, comma, rest = text.partition(",")
        if text.startswith("43") and comma:
            self.events.append(("ack", json.loads(rest[rest.index("[") :])))
        elif text.startswith(f"42{self.namespace}"):
            event, *content = json.loads(rest)
            self._event(event, content)

    def _event(self, event: str, content: list[Any]) -> None:
        if event == "snapshot":
            self.view = content[0]
            self.serial = content[1]["serial"] if len(content) > 1 else None
        elif event == "patch":
            assert self.view is not None and content[0]["from"] == self.serial, "a gap"
            self.view, self.serial = apply(content[0], self.view), content[0]["to"]
        if event in ("snapshot", "patch"):
            self.serials.append(-1 if self.serial is None else self.serial)
        self.events.append((event, content[0] if content else None))

    def sees(self, what: str, value: Any, seconds: float = 10.0) -> None:
        """Wait until the view says so."""

        def there() -> bool:
            self.hear(0.02)
            return self.view is not None and self.view.get(what) == value

        until(there, f"{what} = {value!r}; it is {self.view and self.view.get(what)!r}", seconds)

    def heard(self, event: str, seconds: float = 10.0) -> Any:
        """The last it was told of that name, waited for."""

        def there() -> list[Event]:
            self.hear(0.02)
            return [one for one in self.events if one[0] == event]

        return until(there, event, seconds)[-1][1]

    def told_stale(self, stale: bool, seconds: float = 10.0) -> None:
        """Wait until the last that it was told is that its picture is old, or is not."""

        def told() -> bool:
            self.hear(0.02)
            said = [content for event, content in self.events if event == "stale"]
            return said[-1:] == [{"stale": stale}]

        until(told, f"stale: {stale}", seconds)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Stub:
    """The stage's end of the stream, without a stage: says what the test says, keeps what comes back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[dict[str, Any]] = []
        self.beats = True  # the word twice a second that it is there
        self._stream: socket.socket | None = None
        self._view: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(4)
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._accept, self._beat)]
        for thread in self._threads:
            thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            self._stream = stream
            if self.beats:
                self._greet()
            with stream:
                self._read(stream)

    def _greet(self) -> None:
        self.say({"type": "hello", "stage_port": 1})
        self.say({"type": "clock", "offset_ns": 0})
        if self._view:
            self.say({"type": "view", "view": self._view})

    def begin_anew(self) -> None:
        """As it was before anybody used it."""
        self._view, self.beats = None, True
        self.heard.clear()
        for message in ({"type": "muted", "on": False}, {"type": "known", "pages": []}):
            self.say(message)

    def _read(self, stream: socket.socket) -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while part := stream.recv(65536):
                *lines, rest = (rest + part).split(b"\n")
                self.heard += [json.loads(line) for line in lines]

    def _beat(self) -> None:
        while not self._ended.wait(0.4):
            if self.beats:
                self.say({"type": "clock", "offset_ns": 0})

    def say(self, message: dict[str, Any]) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._stream is not None:
                self._stream.sendall(json.dumps(message).encode() + b"\n")

    def show(self, **view: Any) -> None:
        """A new view."""
        least = {
            "role": "audience",
            "epoch": "e",
            "revision": 0,
            "contest_ns": 0,
            "scene": {"name": "opening"},
            "seats": [],
        }
        self._view = {**least, **(self._view or {}), **view}
        self.say({"type": "view", "view": self._view})

    def close(self) -> None:
        self._ended.set()
        self._listener.close()
        if self._stream is not None:
            self._stream.close()


class Process:
    """`python -m server.audience.process` under test. trusting: for `health`, where it serves TLS."""

    def __init__(
        self,
        *arguments: str,
        port: int | None = None,
        trusting: ssl.SSLContext | None = None,
        **environment: str,
    ) -> None:
        self.port = port or free_port()
        self.trusting = trusting  # where it serves TLS
        self.base = f"{'https' if trusting else 'http'}://127.0.0.1:{self.port}"
        self.printed: list[str] = []
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "server.audience.process", "--host", "127.0.0.1"),
                *("--port", str(self.port), *arguments),
            ],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        self.printed.extend(self._process.stderr)

    @property
    def pid(self) -> int:
        return self._process.pid

    def health(self) -> Any:
        with urllib.request.urlopen(f"{self.base}/healthz", timeout=5, context=self.trusting) as answer:
            return json.load(answer)

    def __enter__(self) -> Self:
        def ready() -> bool:
            assert self._process.poll() is None, self.printed
            return any("audience ready" in line for line in self.printed)

        until(ready, "an audience process", 30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        for pipe in (self._process.stdin, self._process.stderr):
            assert pipe is not None
            pipe.close()
