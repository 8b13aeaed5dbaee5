"""What the stage's process and the audience's have in common: how they listen, send files, and end.

Knows eventlet. Imports nothing that knows a contest: the audience's process runs on it, too.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import sys
import threading
import warnings
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in stage_process.py
    import eventlet
    from eventlet import tpool
    from eventlet.semaphore import Semaphore

from werkzeug.wsgi import FileWrapper

BACKLOG = 4096
CONNECTIONS = 10_000
SPARE_FILES = 64
ACCEPT_EVERY_S = (
    0.005  # a crowd that comes back at once is let in one by one, and what the host does goes between
)
FILE_PART = 256 * 1024  # bytes of a film between two turns of everything else
FILES_AT_ONCE = 2  # threads that may wait on the disk for files: the others are for commands


AUTOGROUP = Path("/proc/self/autogroup")  # sched(7)


def without_compression(app: Any) -> Any:
    """A WSGI wrapper that keeps WebSocket compression from being agreed: per client it costs more than it saves."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return app(environ, start_response)

    return wrapped


class LargeFile(FileWrapper):
    """What WSGI sends of a large file, read in native threads: a film on its way to three screens stops no ruling."""

    _places = Semaphore(FILES_AT_ONCE)

    def __next__(self) -> bytes:
        with self._places:
            part: bytes = tpool.execute(self.file.read, FILE_PART)
        if part:
            return part
        raise StopIteration


def with_large_files(app: Any) -> Any:
    """A WSGI wrapper that has large files sent part by part; a page's own small ones are read at once."""

    def wrap(file: Any, size: int) -> FileWrapper:
        large = os.fstat(file.fileno()).st_size > FILE_PART
        return LargeFile(file) if large else FileWrapper(file, size)

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.file_wrapper"] = wrap
        return app(environ, start_response)

    return wrapped


class Paced:
    """A listening socket that takes its time between two connections."""

    def __init__(self, listener: Any, every_s: float = ACCEPT_EVERY_S) -> None:
        self._listener = listener
        self._every_s = every_s

    def accept(self) -> Any:
        eventlet.sleep(self._every_s)
        return self._listener.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)


def room_for_connections() -> int:
    """Raise the limit of open files as far as it goes; how many connections that leaves room for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most - SPARE_FILES


def take_rank(niceness: int) -> None:
    """How far this process goes before the others (below 0, where that is allowed) or steps back; only where it leads a session.

    Kernels for desktops put each session into a group of its own (sched(7), autogroup), and niceness then counts within
    that group alone. Each process of a show has its session, so the group has to be told as well.
    """
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # another kernel, or it is not allowed to go before the others
            AUTOGROUP.write_text(str(niceness), encoding="ascii")


def end_with_parent() -> None:
    """End this process when the supervisor's end of our standard input closes, however it died."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()


def listen(address: str, port: int, option: str) -> Any:
    """A listening socket, None (said on standard error) where there can be none. `option`: what chooses another port."""
    try:
        listener = eventlet.listen((address, port), backlog=BACKLOG, reuse_port=False)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
        print(f"firstpress: port {port} on {address} {reason}; choose another with {option}", file=sys.stderr)
        return None
    listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return listener
