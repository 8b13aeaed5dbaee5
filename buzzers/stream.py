"""The local stream to the server: a Unix socket, JSON lines, durable messages re-sent until acknowledged."""

import contextlib
import json
import os
import queue
import socket
import stat
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buzzers.orders import MAX_LINE_BYTES

KEPT_MESSAGES = 10_000
QUEUED_LINES = 20_000


class Outbox:
    """Durable messages in order, each with a `seq` from 1 up, kept until acknowledged. No IO.

    Past `capacity` the oldest is dropped and counted in `lost`: a server that never acknowledges must not fill
    the memory.
    """

    def __init__(self, capacity: int = KEPT_MESSAGES) -> None:
        self.last_seq = 0
        self.lost = 0
        self._capacity = capacity
        self._kept: deque[dict[str, Any]] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, message: dict[str, Any]) -> dict[str, Any]:
        """Keeps the message; returns it with its seq."""
        self.last_seq += 1
        numbered = {"seq": self.last_seq, **message}
        self._kept.append(numbered)
        if len(self._kept) > self._capacity:
            self._kept.popleft()
            self.lost += 1
        return numbered

    def acknowledge(self, seq: int) -> None:
        """Everything up to seq may be forgotten."""
        while self._kept and self._kept[0]["seq"] <= seq:
            self._kept.popleft()

    def after(self, seq: int) -> list[dict[str, Any]]:
        return [message for message in self._kept if message["seq"] > seq]


@dataclass(frozen=True, slots=True)
class Line:
    """A line a client has sent, without its end."""

    client: "Client"
    text: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    client: "Client"


PostLine = Callable[[Line | Closed], None]


class Client:
    """One connection: a thread that reads lines, and one that writes so that a slow reader holds nobody up."""

    def __init__(self, connection: socket.socket, post: PostLine) -> None:
        self._connection = connection
        self._connection.settimeout(None)
        self._post = post
        self._outgoing: queue.Queue[bytes | None] = queue.Queue(QUEUED_LINES)
        threading.Thread(target=self._read, name="stream read", daemon=True).start()
        threading.Thread(target=self._write, name="stream write", daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        """Queues a message. A client that does not read is dropped: it gets everything durable when it returns."""
        line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            self._outgoing.put_nowait(line)
        except queue.Full:
            self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # already closed at the other end
            self._connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(queue.Full):  # then the writer is awake and meets the closed socket
            self._outgoing.put_nowait(None)

    def _read(self) -> None:
        pending = b""
        while True:
            try:
                data = self._connection.recv(65_536)
            except OSError:
                data = b""
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            for text in lines:
                self._post(Line(self, text))
            if len(pending) > MAX_LINE_BYTES:
                self._post(Line(self, pending[:MAX_LINE_BYTES]))
                break
        self.close()
        self._post(Closed(self))

    def _write(self) -> None:
        with self._connection:
            while (line := self._outgoing.get()) is not None:
                try:
                    self._connection.sendall(line)
                except OSError:
                    # The reading thread meets the end as well and reports it.
                    break


class SocketError(Exception):
    """The socket cannot be made at this path; the text says why."""


class Listener:
    """Accepts connections on a Unix socket that only this user may use."""

    def __init__(self, path: Path, post: PostLine) -> None:
        self._path = path
        self._post = post
        _remove_stale(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
        except OSError as error:
            self._socket.close()
            raise SocketError(f"cannot make the socket {path}: {error}") from error
        finally:
            os.umask(before)
        self._inode = path.stat().st_ino
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._accept, name="stream accept", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(
            OSError
        ):  # never connected: shutdown wakes the accepting thread all the same
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return  # closed
            Client(connection, self._post)


def _remove_stale(path: Path) -> None:
    """Removes the socket of a timing core that is gone. Raises SocketError if it is alive, or no socket."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise SocketError(f"cannot look at {path}: {error}") from error
    if not stat.S_ISSOCK(mode):
        raise SocketError(f"{path} exists and is not a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise SocketError(f"another timing core listens on {path}")
