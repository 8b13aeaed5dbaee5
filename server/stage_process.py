"""The stage process: one event loop that serves pages, sockets and the stream from the timing core.

Nothing is monkey-patched: what blocks (disk, password hashing) runs in eventlet's pool of native threads, so a
commit never holds up a screen. Started by `server/cli.py`; ends when its parent is gone.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import os
import resource
import signal
import sys
import threading
import traceback
import warnings
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

with warnings.catch_warnings():
    # eventlet is deprecated upstream and named by the customer; docs/dependencies.md says what we make of it.
    warnings.simplefilter("ignore")
    import eventlet
    import eventlet.wsgi
    from eventlet import tpool
    from eventlet.semaphore import Semaphore
    from eventlet.websocket import RFC6455WebSocket

from flask_socketio import SocketIO
from werkzeug.wsgi import FileWrapper

from question_bank.schema import BankError
from question_bank.sealing import KEY_BYTES

from .auth import Auth
from .buzzer_link import BuzzerLink
from .event_log import EventLog
from .game.commands import Tick
from .game.state import State
from .house import House, disk_health
from .paper_vault import Vault
from .show_log import WrongLog, log_path, must_be
from .sockets import add_namespaces
from .stage import Stage
from .web import Busy, Commands, make_app
from .web_buzzers import WebBuzzers
from .web_result import add_result

BACKLOG = 4096
CONNECTIONS = 10_000
LARGEST_MESSAGE = 64 * 1024
TICK_S = 0.02
IDLE_S = 15  # a connection that asks nothing for so long is closed; WebSockets have their own heartbeat
SLOW_AT_ONCE = 2  # password hashing and reading the feed never take the threads that commands need
SLOW_WAITING = 8
SPARE_FILES = 64
HOUSE_S = 0.2  # a crowd that comes or goes is told to the host in one message, not in a thousand
DISK_S = 10
ACCEPT_EVERY_S = (
    0.005  # a crowd that comes back at once is let in one by one, and what the host does goes between
)
SWITCH_S = 5e-4  # a native thread with a ruling to store must not wait 5 ms for the event loop to yield
FILE_PART = 256 * 1024  # bytes of a film between two turns of everything else
FILES_AT_ONCE = 2  # threads that may wait on the disk for files: the others are for commands
NICE = -5
NEVER = 1_000_000_000


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


class Slowly:
    """Runs slow calls in native threads, a few at a time; raises Busy when too many wait."""

    def __init__(self) -> None:
        self._places = Semaphore(SLOW_AT_ONCE)
        self._waiting = 0

    def __call__(self, function: Any, *arguments: Any) -> Any:
        if self._waiting >= SLOW_WAITING:
            raise Busy
        self._waiting += 1
        try:
            with self._places:
                return tpool.execute(function, *arguments)
        finally:
            self._waiting -= 1


class Paced:
    """A listening socket that takes its time between two connections."""

    def __init__(self, listener: Any) -> None:
        self._listener = listener

    def accept(self) -> Any:
        eventlet.sleep(ACCEPT_EVERY_S)
        return self._listener.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)


def collect_rarely(state: State) -> None:
    """Leave the long garbage collections, of up to 0.1 s, to the moments when nobody waits for a press."""
    gc.set_threshold(700, 10, NEVER if state.buzz.live else 10)


def take_turns() -> None:
    """Let every WebSocket give way after each message.

    eventlet's receive returns at once while data waits, so one page that floods would starve all others.
    """
    plain = RFC6455WebSocket.wait

    def wait(socket: RFC6455WebSocket) -> Any:
        message = plain(socket)
        eventlet.sleep(0)
        return message

    RFC6455WebSocket.wait = wait


def room_for_connections() -> int:
    """Raise the limit of open files as far as it goes; how many connections that leaves room for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most - SPARE_FILES


def keep_time(stage: Stage) -> None:
    """Tell the rules when a deadline has passed. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(TICK_S)
        deadline_ns = stage.next_deadline_ns()
        if deadline_ns is None or stage.now_ns() < deadline_ns:
            continue
        try:
            stage.submit(Tick())
        except Exception:  # a clock must not stop for good because one tick failed
            traceback.print_exc(file=sys.stderr)
            eventlet.sleep(1)


def keep_probing(buzzers: WebBuzzers, stage: Stage) -> None:
    """Probe the pages that are buzzers, more often while an arming runs. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(buzzers.pause_s(stage.state.buzz.live))
        try:
            buzzers.probe()
        except Exception:  # one page that cannot be told must not silence the others
            traceback.print_exc(file=sys.stderr)


def keep_house(house: House) -> None:
    """Tell the host who came and went, and let the control fall free. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(HOUSE_S)
        try:
            house.tick()
        except Exception:  # the register must not stop for good because one row could not be shown
            traceback.print_exc(file=sys.stderr)


def keep_disk(stage: Stage, data: Path) -> None:
    """Measure the room on the disk. A green thread of its own, for ever."""
    while True:
        disk = tpool.execute(disk_health, data)
        if disk != stage.rim.disk:
            stage.set_rim(disk=disk)
        eventlet.sleep(DISK_S)


def end_with_parent() -> None:
    """End this process when the supervisor's end of our standard input closes, however it died."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()


def read_vault() -> Vault:
    """The key of a sealed paper: the first bytes that our parent writes into our standard input."""
    key = b""
    while len(key) < KEY_BYTES:
        part = os.read(0, KEY_BYTES - len(key))
        if not part:
            os._exit(0)  # the parent is gone, as in `end_with_parent`
        key += part
    return Vault(key)


def serve(
    data: Path, address: str, port: int, core: Path, rehearsal: bool = False, vault: Vault | None = None
) -> int:
    """Serve the contest in `data` until told to stop. Returns the exit status."""
    log = EventLog(log_path(data, rehearsal))
    try:
        must_be(log, rehearsal)
    except WrongLog as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return 2
    try:
        stage = Stage(log, tpool.execute, Semaphore(1), vault=vault)
    except BankError as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return 2
    auth = Auth.at(data)
    link = BuzzerLink(core, stage)
    house = House(stage, tpool.execute)
    commands = Commands(stage, house, link.simulate, link.lamp_test)
    slowly = Slowly()
    app = make_app(stage, auth, commands, slowly)
    add_result(app, stage, slowly)
    take_turns()
    socketio = SocketIO(
        app,
        async_mode="eventlet",
        transports=["websocket"],
        max_http_buffer_size=LARGEST_MESSAGE,
        ping_interval=5,
        ping_timeout=5,
        manage_session=False,
        async_handlers=False,  # a page's commands in the order in which it sent them
    )
    web_buzzers = add_namespaces(socketio, stage, commands, house, link)
    try:
        listener = eventlet.listen((address, port), backlog=BACKLOG, reuse_port=False)
    except OSError as error:
        reason = (
            "is taken by another program"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used ({error.strerror})"
        )
        print(f"firstpress: port {port} on {address} {reason}; choose another with --port", file=sys.stderr)
        return 2
    listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    eventlet.spawn(link.run)
    eventlet.spawn(keep_time, stage)
    eventlet.spawn(keep_probing, web_buzzers, stage)
    eventlet.spawn(keep_house, house)
    eventlet.spawn(keep_disk, stage, data)
    stage.on_change.append(collect_rarely)
    gc.collect()
    gc.freeze()
    print(f"stage ready on {address}:{port}", file=sys.stderr, flush=True)
    eventlet.wsgi.server(
        Paced(listener),
        with_large_files(without_compression(app)),
        max_size=room_for_connections(),
        log_output=False,
        debug=False,
        socket_timeout=IDLE_S,
    )
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.stage_process", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--rehearsal", action="store_true", help="play rehearsal.db, not contest.db")
    parser.add_argument("--core", type=Path, required=True, help="Unix socket of the timing core")
    parser.add_argument(
        "--sealed", action="store_true", help="standard input begins with the key of the paper"
    )
    arguments = parser.parse_args(argv)
    # Every accepted command is on disk already, so there is nothing to tidy up on the way out.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor hears Ctrl-C and ends us in order
    vault = read_vault() if arguments.sealed else None
    end_with_parent()
    sys.setswitchinterval(SWITCH_S)
    # Where it is allowed: the show goes before whatever else runs here.
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    return serve(arguments.data, arguments.host, arguments.port, arguments.core, arguments.rehearsal, vault)


if __name__ == "__main__":
    sys.exit(main())
