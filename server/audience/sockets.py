"""The one namespace of an audience process: phones listen, and ask for nothing but the time and the view."""

from __future__ import annotations

from time import monotonic_ns
from typing import Any

from flask import request
from flask_socketio import ConnectionRefusedError, Namespace, SocketIO

from ..delivery.view_stream import ViewStream
from ..door.limits import Rates
from ..door.refusals import refused
from .hall import Hall, Message

NAMESPACE = "/audience"
EVERYBODY = "everybody"
PLAIN = "plain"  # the pages that have no row in the register: they hear the mute and nothing else
RELAYED = ("display", "do")  # what the stage says to a named page


class Phones(Namespace):  # type: ignore[misc]
    """Phones, and pages of the audience's view that have a name."""

    def __init__(self, socketio: SocketIO, hall: Hall, most: int) -> None:
        super().__init__(NAMESPACE)
        self._hall = hall
        self._most = most
        self._server = socketio.server
        self._here: dict[str, Rates] = {}
        self._told = False  # everybody of a view, since the last beat

        def send(event: str, content: Any, to: str) -> None:
            socketio.server.emit(event, content, to=to, namespace=NAMESPACE, ignore_queue=True)

        def enter(connection: str, room: str) -> None:
            socketio.server.manager.enter_room(connection, NAMESPACE, room)

        self._send = send
        self.stream = ViewStream(send, "view", hall.contest_ns, enter)
        hall.on_stale = lambda stale: send("stale", {"stale": stale}, EVERYBODY)
        hall.on_muted = lambda muted: send("display", self._display(), PLAIN)
        hall.on_tell = self._tell

    @property
    def count(self) -> int:
        """Pages that are connected."""
        return len(self._here)

    def beat(self) -> None:
        """A sign of life for every page: cheaper than a thousand pages that ask for one. A view is one as well."""
        told, self._told = self._told, False
        if not told:
            self._send("beat", None, EVERYBODY)

    def publish(self) -> None:
        """Tell everybody of the newest view."""
        if self._hall.view is not None:
            self._told = True
            self.stream.publish(self._hall.view)

    def renew(self, _: str, connection: str) -> None:
        """The whole view for one that fell behind."""
        if connection in self._here:
            self.stream.snapshot(connection, self._view)

    def trigger_event(self, event: Any, *content: Any) -> Any:
        """An event has a text for a name; what a page sends without one, or too often, is dropped."""
        if not isinstance(event, str) or not content:
            return None
        rates = self._here.get(content[0])
        if event not in ("connect", "disconnect") and (
            rates is None or not rates.allow(event, monotonic_ns())
        ):
            if rates is not None:
                refused("rate", _address(), f"{event} on {NAMESPACE}")
            return None
        return super().trigger_event(event, *content)

    def on_connect(self, auth: Any = None) -> None:
        connection = _sid()
        if connection in self._here:
            return  # the page sent an event of this name: it is one page, and stays the one it is
        if len(self._here) >= self._most:
            refused("full", _address(), f"{NAMESPACE}: {self._most} pages")
            raise ConnectionRefusedError("full")
        self._here[connection] = Rates()
        enter = self._server.manager.enter_room
        enter(connection, NAMESPACE, EVERYBODY)
        self.stream.join(connection, auth, self._view)
        if not self._hall.join(connection, auth, _address()):
            enter(connection, NAMESPACE, PLAIN)
            self._send("display", self._display(), connection)
        if self._hall.stale and self._hall.view is not None:
            self._send("stale", {"stale": True}, connection)
        if self._hall.standby is not None:
            self._send("standby", self._hall.standby, connection)

    def on_disconnect(self, *_: Any) -> None:
        connection = _sid()
        if self._here.pop(connection, None) is not None:
            self.stream.leave(connection)
            self._hall.leave(connection)

    def on_state(self, message: Any = None, *_: Any) -> None:
        """A page says whether it sounds and how large it is."""
        self._hall.says(_sid(), message)

    def on_clock(self, *_: Any) -> Message:
        """Contest time now; the page halves the round trip."""
        return self._hall.clock()

    def on_again(self, *_: Any) -> None:
        """A page has missed a patch."""
        self.stream.snapshot(_sid(), self._view)

    def _tell(self, message: Message) -> None:
        """Something that the stage says to one named page, or to all."""
        event, content, to = message.get("event"), message.get("content"), message.get("to")
        if event == "standby":
            self._send("standby", content, EVERYBODY)
        elif event in RELAYED and isinstance(to, str) and to in self._here:
            self._send(event, content, to)

    def _display(self) -> Message:
        return {"name": "", "settings": {}, "muted": self._hall.muted}

    def _view(self) -> Message | None:
        return self._hall.view


def _sid() -> str:
    return request.sid  # type: ignore[attr-defined, no-any-return]


def _address() -> str:
    return request.remote_addr or ""
