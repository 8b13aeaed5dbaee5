"""The Socket.IO namespaces: validate, submit, subscribe. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from flask_socketio import ConnectionRefusedError, Namespace, SocketIO, join_room

from .auth import Identity
from .game.rulebook import Text
from .game.state import State
from .house import PLAIN, House
from .stage import Stage
from .web import Commands, signed_in
from .web_buzzers import WebBuzzers

if TYPE_CHECKING:
    from .buzzer_link import BuzzerLink

MARKS_ROOM = "judge-{}"
DESK_ROOM = "desk-{}"


class _Stage(Namespace):  # type: ignore[misc]
    """What all namespaces share: a place in the register, a snapshot at connect, and the clock."""

    role = "projector"

    def __init__(self, stage: Stage, house: House) -> None:
        super().__init__(f"/{self.role}")
        self.stage = stage
        self.house = house
        self._here: set[str] = set()  # connections that are let in

    def trigger_event(self, event: Any, *content: Any) -> Any:
        """An event has a text for a name; what a page sends without one is dropped."""
        return super().trigger_event(event, *content) if isinstance(event, str) else None

    def identity(self) -> Identity | None:
        """Who is connected; None refuses the connection."""
        return Identity("projector")

    def on_connect(self, auth: Any = None) -> None:
        if _sid() in self._here:
            return  # the page sent an event of this name: it is one page, and stays the one it is
        identity = self.identity()
        if identity is None:
            raise ConnectionRefusedError("sign-in")
        self._here.add(_sid())
        self.register(identity, auth)
        self.joined(identity, auth)
        self.emit("snapshot", self.stage.view(self.role, identity.judge, identity.seat), room=_sid())
        self.emit("display", self.house.content_for(_sid()), room=_sid())

    def register(self, identity: Identity, auth: Any) -> None:
        """Give the page its row in the register of displays, if it gets one; auth: what it sent along."""
        if not self.house.page_joined(_sid(), self.role, auth, _address(), self.who(identity)):
            join_room(PLAIN)

    def who(self, identity: Identity) -> Text | None:
        """Whose page it is, for the register."""
        return None

    def joined(self, identity: Identity, auth: Any) -> None:
        """Called once a page is let in; auth: what it sent along."""

    def on_disconnect(self, *_: Any) -> None:
        self._here.discard(_sid())
        self.house.left(_sid())

    def on_state(self, message: Any = None, *_: Any) -> None:
        """A page says whether it sounds and how large it is; it can say no more than that."""
        self.house.page_says(_sid(), message)

    def on_clock(self, *_: Any) -> dict[str, int]:
        """Contest time now; the page halves the round trip."""
        return {"contest_ns": self.stage.now_ns()}


class ProjectorNamespace(_Stage):
    role = "projector"


class MonitorNamespace(_Stage):
    role = "stage"


class AudienceNamespace(_Stage):
    role = "audience"


class _Asking(_Stage):
    """A namespace whose pages may ask for something."""

    def __init__(self, stage: Stage, house: House, commands: Commands) -> None:
        super().__init__(stage, house)
        self.commands = commands

    def on_command(self, message: Any = None, *_: Any) -> dict[str, Any]:
        identity = self.identity()
        if identity is None:
            raise ConnectionRefusedError("sign-in")
        return self.commands.run(identity, message)[0]


class HostNamespace(_Asking):
    """The consoles: any of them sees everything, the one that holds the control may do it."""

    role = "host"

    def identity(self) -> Identity | None:
        return signed_in("host")

    def register(self, identity: Identity, auth: Any) -> None:
        self.house.console_joined(_sid(), auth, _address())

    def on_command(self, message: Any = None, *_: Any) -> dict[str, Any]:
        return self.commands.run(Identity("host"), message, _sid())[0]


class JudgeNamespace(_Asking):
    role = "judge"

    def __init__(self, stage: Stage, house: House, commands: Commands) -> None:
        super().__init__(stage, house, commands)
        self._pages: dict[str, int] = {}  # connection → judge

    def identity(self) -> Identity | None:
        identity = signed_in("judge")
        numbers = {judge.number for judge in self.stage.state.rulebook.judges}
        return identity if identity and identity.judge in numbers else None

    def who(self, identity: Identity) -> Text:
        return Text(f"评委 {identity.judge}", f"Judge {identity.judge}")

    def joined(self, identity: Identity, auth: Any) -> None:
        assert identity.judge is not None
        join_room(MARKS_ROOM.format(identity.judge))
        self._pages[_sid()] = identity.judge
        self._tell()

    def on_disconnect(self, *_: Any) -> None:
        super().on_disconnect()
        if self._pages.pop(_sid(), None) is not None:
            self._tell()

    def _tell(self) -> None:
        self.stage.set_rim(judges_online=frozenset(self._pages.values()))


class DeskNamespace(_Asking):
    """The contestants' pages. Where the rulebook has no web buzzers anybody may look in, and finds that said."""

    role = "desk"

    def __init__(self, stage: Stage, house: House, commands: Commands, buzzers: WebBuzzers) -> None:
        super().__init__(stage, house, commands)
        self._buzzers = buzzers

    def identity(self) -> Identity | None:
        seats = self.stage.state.rulebook.web_seats
        identity = signed_in("desk") if seats else Identity("desk")
        return identity if identity and (identity.seat in seats or not seats) else None

    def who(self, identity: Identity) -> Text | None:
        return None if identity.seat is None else Text(f"{identity.seat} 号选手", f"Seat {identity.seat}")

    def joined(self, identity: Identity, auth: Any) -> None:
        join_room(DESK_ROOM.format(identity.seat))
        if identity.seat is not None:
            # Not the id of the page: that outlives a reload, and the clock of its performance.now() does not.
            self._buzzers.join(identity.seat, auth.get("clock") if isinstance(auth, dict) else None, _sid())

    def on_disconnect(self, *_: Any) -> None:
        super().on_disconnect()
        self._buzzers.leave(_sid())

    def on_pressed(self, *_: Any) -> None:
        self._buzzers.pressed(_sid())

    def on_answer(self, message: Any = None, *_: Any) -> None:
        self._buzzers.answer(_sid(), message)


def _sid() -> str:
    return request.sid  # type: ignore[attr-defined, no-any-return]


def _address() -> str:
    return request.remote_addr or ""


def add_namespaces(
    socketio: SocketIO, stage: Stage, commands: Commands, house: House, link: BuzzerLink
) -> WebBuzzers:
    """Put the namespaces on `socketio` and publish every change of the stage on them. Returns the web buzzers."""
    socketio.on_namespace(ProjectorNamespace(stage, house))
    socketio.on_namespace(MonitorNamespace(stage, house))
    socketio.on_namespace(AudienceNamespace(stage, house))
    socketio.on_namespace(HostNamespace(stage, house, commands))
    socketio.on_namespace(JudgeNamespace(stage, house, commands))

    def tell(connection: str, event: str, *content: Any) -> None:
        socketio.emit(event, *content, namespace="/desk", to=connection)

    def tell_page(namespace: str, connection: str, event: str, content: Any) -> None:
        socketio.emit(event, content, namespace=namespace, to=connection)

    house.tell = tell_page
    buzzers = WebBuzzers(tell, link.forward)
    link.on_web_ack = buzzers.taken
    socketio.on_namespace(DeskNamespace(stage, house, commands, buzzers))

    def publish(state: State) -> None:
        # Who has to act comes before who looks on; the crowd of phones comes last.
        socketio.emit("snapshot", stage.view("projector"), namespace="/projector")
        for seat in state.rulebook.web_seats or (None,):
            room = DESK_ROOM.format(seat)
            socketio.emit("snapshot", stage.view("desk", seat=seat), namespace="/desk", to=room)
        publish_host()
        for judge in state.rulebook.judges:
            room = MARKS_ROOM.format(judge.number)
            socketio.emit("snapshot", stage.view("judge", judge.number), namespace="/judge", to=room)
        for role in ("stage", "audience"):
            socketio.emit("snapshot", stage.view(role), namespace=f"/{role}")

    def publish_host() -> None:
        socketio.emit("snapshot", stage.view("host"), namespace="/host")

    stage.on_change.append(publish)
    stage.on_rim.append(publish_host)
    return buzzers
