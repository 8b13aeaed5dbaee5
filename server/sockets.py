"""The Socket.IO namespaces: validate, submit, subscribe. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from flask_socketio import ConnectionRefusedError, Namespace, SocketIO, join_room

from .auth import Identity
from .game.state import State
from .stage import Stage
from .web import Commands, signed_in
from .web_buzzers import WebBuzzers

if TYPE_CHECKING:
    from .buzzer_link import BuzzerLink

MARKS_ROOM = "judge-{}"
DESK_ROOM = "desk-{}"


class _Stage(Namespace):  # type: ignore[misc]
    """What all namespaces share: a snapshot at connect, the clock, and commands for those who may."""

    role = "projector"

    def __init__(self, stage: Stage, commands: Commands) -> None:
        super().__init__(f"/{self.role}")
        self.stage = stage
        self.commands = commands

    def identity(self) -> Identity | None:
        """Who is connected; None refuses the connection."""
        return Identity("projector")

    def on_connect(self, auth: Any = None) -> None:
        identity = self.identity()
        if identity is None:
            raise ConnectionRefusedError("sign-in")
        self.joined(identity, auth)
        self.emit("snapshot", self.stage.view(self.role, identity.judge, identity.seat), room=_sid())

    def joined(self, identity: Identity, auth: Any) -> None:
        """Called once a page is let in; auth: what it sent along."""

    def on_clock(self, *_: Any) -> dict[str, int]:
        """Contest time now; the page halves the round trip."""
        return {"contest_ns": self.stage.now_ns()}


class ProjectorNamespace(_Stage):
    role = "projector"


class HostNamespace(_Stage):
    role = "host"

    def identity(self) -> Identity | None:
        return signed_in("host")

    def on_command(self, message: Any = None) -> dict[str, Any]:
        return self.commands.run(Identity("host"), message)[0]


class JudgeNamespace(_Stage):
    role = "judge"

    def __init__(self, stage: Stage, commands: Commands) -> None:
        super().__init__(stage, commands)
        self._pages: dict[str, int] = {}  # connection → judge

    def identity(self) -> Identity | None:
        identity = signed_in("judge")
        numbers = {judge.number for judge in self.stage.state.rulebook.judges}
        return identity if identity and identity.judge in numbers else None

    def joined(self, identity: Identity, auth: Any) -> None:
        assert identity.judge is not None
        join_room(MARKS_ROOM.format(identity.judge))
        self._pages[_sid()] = identity.judge
        self._tell()

    def on_disconnect(self, reason: Any = None) -> None:
        if self._pages.pop(_sid(), None) is not None:
            self._tell()

    def on_command(self, message: Any = None) -> dict[str, Any]:
        identity = self.identity()
        if identity is None:
            raise ConnectionRefusedError("sign-in")
        return self.commands.run(identity, message)[0]

    def _tell(self) -> None:
        self.stage.set_rim(judges_online=frozenset(self._pages.values()))


class DeskNamespace(_Stage):
    """The contestants' pages. Where the rulebook has no web buzzers anybody may look in, and finds that said."""

    role = "desk"

    def __init__(self, stage: Stage, commands: Commands, buzzers: WebBuzzers) -> None:
        super().__init__(stage, commands)
        self._buzzers = buzzers

    def identity(self) -> Identity | None:
        seats = self.stage.state.rulebook.web_seats
        identity = signed_in("desk") if seats else Identity("desk")
        return identity if identity and (identity.seat in seats or not seats) else None

    def joined(self, identity: Identity, auth: Any) -> None:
        join_room(DESK_ROOM.format(identity.seat))
        if identity.seat is not None:
            self._buzzers.join(identity.seat, auth.get("page") if isinstance(auth, dict) else None, _sid())

    def on_disconnect(self, reason: Any = None) -> None:
        self._buzzers.leave(_sid())

    def on_command(self, message: Any = None) -> dict[str, Any]:
        identity = self.identity()
        if identity is None:
            raise ConnectionRefusedError("sign-in")
        return self.commands.run(identity, message)[0]

    def on_pressed(self, *_: Any) -> None:
        self._buzzers.pressed(_sid())

    def on_answer(self, message: Any = None, *_: Any) -> None:
        self._buzzers.answer(_sid(), message)


def _sid() -> str:
    return request.sid  # type: ignore[attr-defined, no-any-return]


def add_namespaces(socketio: SocketIO, stage: Stage, commands: Commands, link: BuzzerLink) -> WebBuzzers:
    """Put the namespaces on `socketio` and publish every change of the stage on them. Returns the web buzzers."""
    socketio.on_namespace(ProjectorNamespace(stage, commands))
    socketio.on_namespace(HostNamespace(stage, commands))
    socketio.on_namespace(JudgeNamespace(stage, commands))

    def tell(connection: str, event: str, *content: Any) -> None:
        socketio.emit(event, *content, namespace="/desk", to=connection)

    buzzers = WebBuzzers(tell, link.forward)
    link.on_web_ack = buzzers.taken
    socketio.on_namespace(DeskNamespace(stage, commands, buzzers))

    def publish(state: State) -> None:
        socketio.emit("snapshot", stage.view("projector"), namespace="/projector")
        publish_host()
        for judge in state.rulebook.judges:
            room = MARKS_ROOM.format(judge.number)
            socketio.emit("snapshot", stage.view("judge", judge.number), namespace="/judge", to=room)
        for seat in state.rulebook.web_seats or (None,):
            room = DESK_ROOM.format(seat)
            socketio.emit("snapshot", stage.view("desk", seat=seat), namespace="/desk", to=room)

    def publish_host() -> None:
        socketio.emit("snapshot", stage.view("host"), namespace="/host")

    stage.on_change.append(publish)
    stage.on_rim.append(publish_host)
    return buzzers
