"""A network between a page and the server that can be cut, or that goes on taking what it is given and delivers nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Network:
    """Listens on a free port and carries every connection to the server's; `base` is its address for pages."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._flows = threading.Event()
        self._flows.set()
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flows.set()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                page, _ = self._listener.accept()
            except OSError:
                return  # the test is over
            try:
                server = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                page.close()  # nobody is there to take it
                continue
            with self._lock:
                self._sockets |= {page, server}
                self.connections += 1
            for here, there in ((page, server), (server, page)):
                threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := here.recv(65536):
                self._flows.wait()
                there.sendall(piece)
        self._end(here, there)

    def _end(self, *ends: socket.socket) -> None:
        for one in ends:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            with self._lock:
                self._sockets.discard(one)

    def cut(self) -> None:
        """End every connection, as a pulled cable does that is plugged in again at once."""
        with self._lock:
            ends = tuple(self._sockets)
        self._end(*ends)

    def freeze(self) -> None:
        """From now on nothing arrives on either side, and no side is told."""
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()
