"""The audience's process: serves phones, and nothing but what everybody may have. No phone can reach, nor slow, the stage.

Fed over a Unix stream by the stage (`--feed`), or over Redis by another audience process (FIRSTPRESS_REDIS without `--feed`).
It imports nothing that knows the contest, its log or its paper. Started by `server/supervisor.py` or `run.py audience`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import traceback
import warnings
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in stage_process.py
    import eventlet
    import eventlet.wsgi
    from eventlet.green import socket
    from eventlet.queue import LightQueue

from flask_socketio import SocketIO

from ..delivery.fanout import FanOut, keep_up
from ..door.front_door import Pool, Protocol, harden_web_sockets, keep_tidy
from ..door.guard import Guard, guarded
from ..door.limits import LARGEST_MESSAGE, Doors, StrictJson
from ..door.refusals import logger
from ..garbage import EVERY_S, Garbage
from ..media_names import kept_file
from ..serving import (
    Paced,
    end_with_parent,
    listen,
    room_for_connections,
    take_rank,
    with_large_files,
    without_compression,
)
from ..tls import listener as tls_listener
from ..tls.context import AUTHORITY, BadTls, context
from .hall import STALE_AFAR_NS, STALE_NS, Hall, Message
from .pages import Files, make_pages
from .sockets import Phones

IDLE_S = 15
TICK_S = 0.2
BEAT_S = 1.0
AGAIN_S = 0.25  # between two tries to reach the stage
SILENCE_S = 2.0  # a stage that says nothing for so long is asked for a new stream
MOST_LINE = 4 * 1024 * 1024  # bytes of one message of the stage
MOST_WAITING = 1000  # messages to the stage
ACCEPT_EVERY_S = 0.001
NICE = 10
REDIS = "FIRSTPRESS_REDIS"
CHANNEL = "flask-socketio"


class Feed:
    """The stream from the stage, taken up again after any break. Runs in green threads."""

    def __init__(self, path: Path, hall: Hall) -> None:
        self._path = path
        self._hall = hall
        self._out: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._wake: Any = LightQueue(1)
        hall.to_stage = self._send

    def _send(self, message: Message) -> None:
        self._out.append(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        if self._wake.empty():
            self._wake.put_nowait(None)

    def run(self) -> None:
        """For ever."""
        while True:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
                    stream.settimeout(SILENCE_S)
                    stream.connect(str(self._path))
                    self._out.clear()  # the stage that these were for is gone: its successor is told anew at its hello
                    writer = eventlet.spawn(self._write, stream)
                    try:
                        self._read(stream)
                    finally:
                        writer.kill()
            except OSError:
                pass  # the stage is not there, or away: the phones are told so by the silence
            except (ValueError, KeyError, TypeError):
                traceback.print_exc(file=sys.stderr)  # not our stage's words
            eventlet.sleep(AGAIN_S)

    def _read(self, stream: Any) -> None:
        rest = b""
        while True:
            part = stream.recv(256 * 1024)
            if not part or len(rest) > MOST_LINE:
                return
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                self._hall.take(json.loads(line))

    def _write(self, stream: Any) -> None:
        try:
            while True:
                while self._out:
                    stream.sendall(self._out.popleft())
                self._wake.get()
        except OSError:
            stream.shutdown(socket.SHUT_RDWR)


def serve(arguments: argparse.Namespace) -> int:
    """Serve phones until told to stop. Returns the exit status."""
    try:
        encryption = context(arguments.tls) if arguments.tls else None
    except BadTls as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return 2
    url = os.environ.pop(REDIS, None)
    afar = arguments.feed is None
    hall = Hall(stale_ns=STALE_AFAR_NS if afar else STALE_NS)
    garbage = Garbage()
    guard = Guard(arguments.allow_host)
    room = room_for_connections()
    if url:
        from .over_redis import Fetched, RedisFanOut

        fan_out: Any = RedisFanOut(url, arguments.redis_channel, hall.take if afar else None)
        scratch = Path(tempfile.mkdtemp(prefix="firstpress-media-"))
        fetched = Fetched(hall, arguments.source, scratch, arguments.tls and arguments.tls / AUTHORITY)
    else:
        fan_out, fetched = FanOut(), None

    def find_media(name: str) -> Path | None:
        if arguments.media is not None:
            return kept_file(arguments.media, name)
        return fetched.find(name) if fetched else None

    def health() -> dict[str, Any]:
        return {
            "connections": phones.count,
            "deliveries": dict(fan_out.counted),
            "redis": fan_out.redis_state if url else "none",
            "collections": dict(garbage.collections),
        }

    app = make_pages(hall, find_media, health)
    harden_web_sockets()
    socketio = SocketIO(
        app,
        async_mode="eventlet",
        client_manager=fan_out,
        transports=["websocket"],
        max_http_buffer_size=LARGEST_MESSAGE,
        ping_interval=25,  # the beat tells a page that the line is alive; this tells us which phones are gone
        ping_timeout=10,
        manage_session=False,
        json=StrictJson,
        logger=logger("socketio"),
        engineio_logger=logger("engineio"),
        async_handlers=False,
        cors_allowed_origins=[],  # the guard, which stands before it, decides that alone
    )
    phones = Phones(socketio, hall, room)
    fan_out.renew = phones.renew
    socketio.on_namespace(phones)
    listener = listen(arguments.host, arguments.port, "--port" if afar else "--audience-port")
    if listener is None:
        return 2
    changed: Any = LightQueue(1)

    def on_view() -> None:
        garbage.stir(_busy(hall.view))
        if changed.empty():
            changed.put_nowait(None)

    def publish() -> None:
        keep_publishing(changed, phones.publish, fan_out.hurry if url and not afar else None)

    def tick() -> None:
        while True:
            eventlet.sleep(TICK_S)
            _guarded(hall.tick)
            for key in ("address", "audience"):  # where the other machine of this show is, as the stage says
                if hall.standby and isinstance(hall.standby.get(key), str):
                    guard.add_partner(hall.standby[key])

    def beat() -> None:
        while True:
            eventlet.sleep(BEAT_S)
            _guarded(phones.beat)  # which leaves it out where a view has just gone

    def collect() -> None:
        while True:
            eventlet.sleep(EVERY_S)
            garbage.tick()

    hall.on_view = on_view
    if not afar:
        eventlet.spawn(Feed(arguments.feed, hall).run)
    if url:
        fan_out.begin(
            None if afar else lambda: hall.share(fan_out.host_id, arguments.source or _own(arguments))
        )
    for work in (publish, tick, beat, collect):
        eventlet.spawn(work)
    eventlet.spawn(keep_up, fan_out)
    eventlet.spawn(keep_tidy, socketio.server)
    print(f"audience ready on {arguments.host}:{arguments.port}", file=sys.stderr, flush=True)
    served = with_large_files(without_compression(app))
    eventlet.wsgi.server(
        Paced(listener, ACCEPT_EVERY_S),
        guarded(Files(served), guard),
        custom_pool=Pool(room, doors_for_phones(room)),
        **tls_listener.options(encryption, Protocol),
        log_output=False,
        debug=False,
        socket_timeout=IDLE_S,
    )
    return 0


def keep_publishing(changed: Any, publish: Callable[[], None], hurry: Callable[[], None] | None) -> None:
    """Publish whenever there is something in `changed`, a queue; `hurry` lets other machines know. Never returns.

    While one view is on its way the next ones replace each other: of a flurry the phones get the first and the last.
    """
    while True:
        changed.get()
        if hurry is not None:
            hurry()
            eventlet.sleep(
                0
            )  # theirs is the longer way: it sets out before a thousand phones are served here
        _guarded(publish)


def doors_for_phones(room: int) -> Doors:
    """A whole hall may come from one router's address, or from one /64 of IPv6; a quarter stays for everybody else."""
    return Doors(room, of_machine=room * 3 // 4)


def _busy(view: Message | None) -> bool:
    """True while people may press, or a clock runs, and so a screen should not stutter."""
    if view is None:
        return False
    buzz = view.get("scene", {}).get("buzz")
    clock = view.get("clock")
    return bool(clock and clock.get("state") == "running") or bool(
        buzz and buzz.get("phase") in ("armed", "open")
    )


def _own(arguments: argparse.Namespace) -> str:
    """Where processes on other machines find our pictures."""
    from ..addresses import EVERYWHERE, bracketed, lan_address

    host = lan_address() if arguments.host in EVERYWHERE else arguments.host
    scheme = "https" if arguments.tls else "http"
    return f"{scheme}://{bracketed(host)}:{arguments.port}"


def _guarded(work: Any) -> None:
    try:
        work()
    except Exception:  # one message that cannot be told must not end the telling
        traceback.print_exc(file=sys.stderr)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.audience.process", description=__doc__)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--feed", type=Path, help="Unix socket of the stage")
    parser.add_argument(
        "--media", type=Path, help="folder of the pictures; without it they are fetched from the show"
    )
    parser.add_argument("--source", metavar="URL", help="where other machines fetch pictures")
    parser.add_argument("--redis-channel", default=CHANNEL)
    parser.add_argument("--tls", type=Path, metavar="DIR", help="serve HTTPS with the certificates in there")
    parser.add_argument("--allow-host", action="append", default=[], help="as of the stage")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing here has to be kept
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    take_rank(NICE)  # the stage and the timing core go before
    if arguments.feed is None and not os.environ.get(REDIS):
        parser.error(f"--feed, or {REDIS} in the environment")
    return serve(arguments)


if __name__ == "__main__":
    sys.exit(main())
