"""The take-over as an order from another terminal: a Unix socket in the data folder, readable by its owner alone."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

NAME = "standby.sock"
ORDER = b"take over\n"
WITHIN_S = 30.0
LONGEST = 65536

Answer = Callable[[dict[str, Any]], None]


@contextlib.contextmanager
def _short(data: Path) -> Iterator[str]:
    """The socket's path by the folder's descriptor: the path of a Unix socket has 107 bytes at most."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


class Control:
    """Listens for the order until it is closed. put: called with whom to answer, at each order. Raises OSError."""

    def __init__(self, data: Path, put: Callable[[Answer], None]) -> None:
        self._path = data / NAME
        self._put = put
        self._path.unlink(missing_ok=True)  # the folder is locked: what lies there is of one that died
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            with _short(data) as path:
                self._socket.bind(path)
        finally:
            os.umask(before)
        self._socket.listen(4)
        threading.Thread(target=self._serve, daemon=True, name="orders").start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return  # closed
            caller.settimeout(WITHIN_S)
            try:
                ordered = caller.recv(len(ORDER)) == ORDER
            except OSError:
                ordered = False
            if ordered:
                self._put(lambda told, caller=caller: _answer(caller, told))  # type: ignore[misc]
            else:
                caller.close()

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)


def _answer(caller: socket.socket, told: dict[str, Any]) -> None:
    with contextlib.suppress(OSError), caller:  # whoever asked did not wait; the terminal here says it too
        caller.sendall(json.dumps(told).encode() + b"\n")


def order(data: Path) -> dict[str, Any]:
    """Give the order to the standby on `data`; what it answers. Raises OSError where there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(WITHIN_S)
        with _short(data) as path:
            line.connect(path)
        line.sendall(ORDER)
        told = b""
        while not told.endswith(b"\n") and len(told) < LONGEST and (part := line.recv(4096)):
            told += part
    try:
        content = json.loads(told)
    except ValueError:
        return {"ok": False, "text": "the standby gave no answer; look at its terminal"}
    return content if isinstance(content, dict) else {"ok": False}
