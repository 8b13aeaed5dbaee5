"""The stage's end of the stream to the audience's process: what is public already goes out, names and numbers come back.

A JSON line a message. Out: hello {stage_port}, view {view, epoch, revision}, clock {offset_ns} twice a second, media {names that
may be seen}, known {pages that have a row}, muted {on}, tell {to, event, content}. Back: phones {count}, join {connection, auth,
address}, leave {connection}, says {connection, message}. Whoever reads too slowly misses views, never the newest, and the stage
does not wait for it: each listener has green threads of its own.
"""

from __future__ import annotations

import json
import sys
import traceback
import warnings
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in stage_process.py
    import eventlet
    from eventlet.green import socket
    from eventlet.queue import Empty, LightQueue

from ..game.state import State
from ..house import House
from ..stage import Stage

HEARTBEAT_S = 0.5
PATIENCE_S = 5.0  # a listener that takes nothing for so long is given up, and comes again
MOST_LINE = 64 * 1024  # bytes of a message that comes back
MOST_WAITING = 500  # words for single pages
MOST_LISTENERS = 4
MOST_PAGES = 200  # of one listener, by name
MARK = "feed-"  # how the connections of those pages begin here

Message = dict[str, Any]


class AudienceFeed:
    """Where the audience's process listens.

    Args:
        path: of the Unix socket; only this user can open it.
        stage, house: whose public side is told.
        port: of the stage, for pages that are sent back to it.
    """

    def __init__(self, path: Path, stage: Stage, house: House, port: int) -> None:
        self._path = path
        self._stage = stage
        self._house = house
        self._port = port
        self._listeners: dict[str, _Listener] = {}
        self._count = 0
        self._line: tuple[State, bytes] | None = None  # the view as a line, and the state it was made of
        self._standing: dict[
            str, Message
        ] = {}  # event → what every page was told, also those that come later
        self._otherwise = house.tell
        house.tell = self._tell
        stage.on_change.append(self._wake)

    def run(self) -> None:
        """Take listeners in. A green thread of its own, for ever."""
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._path))
        self._path.chmod(0o600)
        listener.listen(MOST_LISTENERS)
        while True:
            stream, _ = listener.accept()
            if len(self._listeners) >= MOST_LISTENERS:
                stream.close()
                continue
            self._count += 1
            eventlet.spawn(self._serve, f"{MARK}{self._count}:", stream)

    def tell_everybody(self, event: str, content: Any) -> None:
        """Tell every page of the audience, those that come later too."""
        self._standing[event] = {"type": "tell", "to": None, "event": event, "content": content}
        for one in self._listeners.values():
            one.say(self._standing[event])

    def _serve(self, mark: str, stream: Any) -> None:
        stream.settimeout(PATIENCE_S)
        one = self._listeners[mark] = _Listener(mark, stream, self._house)
        writer = eventlet.spawn(self._write, one)
        try:
            one.read()
        except OSError:
            pass  # it has gone; it comes again
        except (ValueError, KeyError, TypeError):
            traceback.print_exc(file=sys.stderr)
        finally:
            writer.kill()
            stream.close()
            del self._listeners[mark]
            one.leave_all()

    def _write(self, one: _Listener) -> None:
        told: dict[str, Any] = {}
        try:
            one.send({"type": "hello", "stage_port": self._port})
            for standing in self._standing.values():
                one.send(standing)
            while True:
                self._bring_up_to_date(one, told)
                one.wait()
        except OSError:
            one.stream.shutdown(socket.SHUT_RDWR)

    def _bring_up_to_date(self, one: _Listener, told: dict[str, Any]) -> None:
        """Send what has changed; told: what it has heard last, by type."""
        state = self._stage.state
        # A picture's name goes out before the view that shows it.
        for kind, content in (
            ("clock", {"offset_ns": self._stage.offset_ns}),
            ("media", {"names": sorted(state.media_shown)}),
            ("known", {"pages": sorted(self._house.displays.pages())}),
            ("muted", {"on": self._house.muted}),
        ):
            if kind == "clock" or told.get(kind) != content:
                told[kind] = content
                one.send({"type": kind, **content})
        if told.get("view") is not state:
            told["view"] = state
            one.stream.sendall(self._view_line(state))
        one.say_what_waits()

    def _view_line(self, state: State) -> bytes:
        if self._line is None or self._line[0] is not state:
            view = self._stage.view("audience")
            self._line = (
                state,
                _line({"type": "view", "view": view, "epoch": view["epoch"], "revision": view["revision"]}),
            )
        return self._line[1]

    def _wake(self, *_: Any) -> None:
        for one in self._listeners.values():
            one.wake()

    def _tell(self, namespace: str, connection: str, event: str, content: Any) -> None:
        """In the place of `house.tell`: pages of the audience's process are told there."""
        mark, colon, there = connection.partition(":")
        if mark.startswith(MARK) and colon:
            if one := self._listeners.get(mark + colon):
                one.say({"type": "tell", "to": there, "event": event, "content": content})
            return
        if namespace == "/audience":
            self._wake()  # the mute
        self._otherwise(namespace, connection, event, content)


class _Listener:
    """One audience process."""

    def __init__(self, mark: str, stream: Any, house: House) -> None:
        self.mark = mark
        self.stream = stream
        self._house = house
        self._pages: set[str] = set()
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._woken: Any = LightQueue(1)

    def send(self, message: Message) -> None:
        self.stream.sendall(_line(message))

    def say(self, message: Message) -> None:
        self._waiting.append(_line(message))
        self.wake()

    def say_what_waits(self) -> None:
        while self._waiting:
            self.stream.sendall(self._waiting.popleft())

    def wake(self) -> None:
        if self._woken.empty():
            self._woken.put_nowait(None)

    def wait(self) -> None:
        try:
            self._woken.get(timeout=HEARTBEAT_S)
        except Empty:
            return  # time for a word, so that it knows that we are here

    def read(self) -> None:
        """What comes back, until the stream ends. Raises OSError, or ValueError, KeyError, TypeError for no words of ours."""
        rest = b""
        while True:
            try:
                part = self.stream.recv(MOST_LINE)
            except TimeoutError:
                continue  # it has nothing to say
            if not part or len(rest) > MOST_LINE:
                return
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                message = json.loads(line)
                _TAKEN[message["type"]](self, message)

    def _phones(self, message: Message) -> None:
        count = message["count"]
        if type(count) is not int or not 0 <= count <= 1_000_000:
            raise ValueError(f"{count!r} phones")
        self._house.phones_elsewhere(self.mark, count)

    def _join(self, message: Message) -> None:
        if len(self._pages) >= MOST_PAGES:
            return
        connection = self.mark + str(message["connection"])
        self._pages.add(connection)
        self._house.page_joined(connection, "audience", message["auth"], str(message["address"])[:64])
        self._house.tell("/audience", connection, "display", self._house.content_for(connection))

    def _leave(self, message: Message) -> None:
        connection = self.mark + str(message["connection"])
        self._pages.discard(connection)
        self._house.left(connection)

    def _says(self, message: Message) -> None:
        self._house.page_says(self.mark + str(message["connection"]), message["message"])

    def leave_all(self) -> None:
        """The process has gone, and its pages with it."""
        for connection in self._pages:
            self._house.left(connection)
        self._house.phones_elsewhere(self.mark, 0)


def _line(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


_TAKEN: dict[str, Callable[[_Listener, Message], None]] = {
    "phones": _Listener._phones,
    "join": _Listener._join,
    "leave": _Listener._leave,
    "says": _Listener._says,
}
