"""The views of the stage's own pages: one stream for all who may see the same, in the order in which it matters."""

from __future__ import annotations

from typing import Any

from flask_socketio import SocketIO

from ..game.state import State
from ..stage import Stage
from ..views.scene_views import View
from .view_stream import ViewStream

Key = tuple[str, int | None, int | None]
"""Role, judge and seat: what makes a view."""


class Streams:
    """Who of the stage's pages sees what.

    Args:
        socketio: whose client manager delivers (`fanout.FanOut`).
        stage: makes the views.
    """

    def __init__(self, socketio: SocketIO, stage: Stage) -> None:
        self._server = socketio.server
        self._stage = stage
        self._streams: dict[Key, ViewStream] = {}
        self._of: dict[str, Key] = {}  # connection → what it sees

    def welcome(
        self, connection: str, role: str, judge: int | None = None, seat: int | None = None, auth: Any = None
    ) -> None:
        """A page is let in: it gets its view, and each change of it from now on."""
        key = self._of[connection] = (role, judge, seat)
        self._stream(key).join(connection, auth, lambda: self._view(key))

    def again(self, connection: str) -> None:
        """A page has missed a patch, or has fallen behind: it gets the whole view."""
        if key := self._of.get(connection):
            self._stream(key).snapshot(connection, lambda: self._view(key))

    def renew(self, _: str, connection: str) -> None:
        """As `again`, for the fan-out."""
        self.again(connection)

    def leave(self, connection: str) -> None:
        """A page has gone."""
        if key := self._of.pop(connection, None):
            self._stream(key).leave(connection)

    def publish(self, state: State) -> None:
        """The contest has gone on. Who has to act comes before who looks on."""
        self._publish(("projector", None, None))
        for seat in state.rulebook.web_seats or (None,):
            self._publish(("desk", None, seat))
        self.publish_host()
        for judge in state.rulebook.judges:
            self._publish(("judge", judge.number, None))
        for role in ("stage", "audience"):
            self._publish((role, None, None))

    def publish_host(self) -> None:
        """Something beside the contest has changed: the consoles alone show it."""
        self._publish(("host", None, None))
        self._publish(("operator", None, None))

    def _publish(self, key: Key) -> None:
        stream = self._streams.get(key)
        if stream is not None:  # a view that no page has asked for yet is not made
            stream.publish(self._view(key))

    def _view(self, key: Key) -> View:
        role, judge, seat = key
        return self._stage.view(role, judge, seat)

    def _stream(self, key: Key) -> ViewStream:
        if key not in self._streams:
            role, judge, seat = key
            namespace = f"/{role}"

            def send(event: str, content: Any, to: str) -> None:
                self._server.emit(event, content, to=to, namespace=namespace)

            def enter(connection: str, room: str) -> None:
                self._server.enter_room(connection, room, namespace)

            self._streams[key] = ViewStream(send, f"{role}-{judge}-{seat}", self._stage.now_ns, enter)
        return self._streams[key]
