"""The Socket.IO namespaces: validate, submit, subscribe. Nothing is decided here."""

from __future__ import annotations

from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from flask import request
from flask_socketio import ConnectionRefusedError, Namespace, SocketIO, join_room

from .delivery.streams import Streams
from .door.limits import Gate
from .door.refusals import refused
from .game.rulebook import Text
from .house import PLAIN, House
from .sign_in.auth import Auth
from .sign_in.desk import SignInDesk
from .sign_in.identity import Identity
from .sign_in.pages import session_of, signed_in
from .stage import Stage
from .standby.pages import Moves
from .web import Commands, visitor
from .web_buzzers import WebBuzzers

if TYPE_CHECKING:
    from .buzzer_link import BuzzerLink

TOO_OFTEN = {
    "accepted": False,
    "revision": None,
    "reason": {"zh": "操作过于频繁，请稍后再试", "en": "Too many commands at once: try again in a moment"},
}
SIGN_IN = {
    "accepted": False,
    "revision": None,
    "reason": {"zh": "登录已失效，请重新登录", "en": "You are not signed in any more: sign in again"},
}


class _Stage(Namespace):  # type: ignore[misc]
    """What all namespaces share: a place in the register, a snapshot at connect, and the clock."""

    role = "projector"
    sign_ins: SignInDesk
    auth: Auth
    streams: Streams
    moves: Moves

    def __init__(self, stage: Stage, house: House, gate: Gate) -> None:
        super().__init__(f"/{self.role}")
        self.stage = stage
        self.house = house
        self.gate = gate
        self._here: set[str] = set()  # connections that are let in

    def trigger_event(self, event: Any, *content: Any) -> Any:
        """An event has a text for a name; what a page sends without one, or too often, is dropped."""
        if not isinstance(event, str):
            return None
        if event not in ("connect", "disconnect") and not self.gate.allow(content[0], event, monotonic_ns()):
            environ = self.socketio.server.get_environ(content[0], self.namespace) or {}
            refused("rate", environ.get("REMOTE_ADDR", ""), f"{event} on {self.namespace}")
            return TOO_OFTEN if event == "command" else None
        return super().trigger_event(event, *content)

    def identity(self) -> Identity | None:
        """Who is connected; None refuses the connection."""
        return Identity("projector")

    def on_connect(self, auth: Any = None) -> None:
        if _sid() in self._here:
            return  # the page sent an event of this name: it is one page, and stays the one it is
        identity = self.identity()
        if identity is None:
            refused("sign-in", _address(), f"{self.namespace} without being signed in for it")
            raise ConnectionRefusedError("sign-in")
        # A page for anybody has a place of its own where it is known whose it is: a display, the console's preview.
        place = account(identity) or account(visitor(self.auth) or identity)
        if (why := self.gate.enter(_sid(), self.role, place, _address())) is not None:
            refused("full", _address(), f"{self.namespace}: {why}")
            raise ConnectionRefusedError("full")
        self._here.add(_sid())
        session = session_of(request)
        if session is not None:
            self.sign_ins.joined(self.namespace, _sid(), session.key)
        self.register(identity, auth)
        self.joined(identity, auth)
        self.streams.welcome(_sid(), self.role, identity.judge, identity.seat, auth)
        own_id = {"session": session.id} if session else {}
        self.emit("display", {**self.house.content_for(_sid()), **own_id}, room=_sid())
        own = session if account(identity) or (session and session.identity.role == "display") else None
        self.moves.joined(_sid(), self.namespace, own, request.headers.get("Origin", ""), auth)

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
        self.sign_ins.left(_sid())
        self.moves.left(_sid())
        self.gate.leave(_sid())
        self.streams.leave(_sid())
        self.house.left(_sid())

    def on_fence(self, message: Any = None, *_: Any) -> None:
        """A page has seen that another machine rules; without the proof of it nothing comes of that."""
        self.moves.heard(message)

    def on_state(self, message: Any = None, *_: Any) -> None:
        """A page says whether it sounds and how large it is; it can say no more than that."""
        self.house.page_says(_sid(), message)

    def on_clock(self, *_: Any) -> dict[str, int]:
        """Contest time now; the page halves the round trip."""
        return {"contest_ns": self.stage.now_ns()}

    def on_again(self, *_: Any) -> None:
        """A page has missed a patch: it gets its whole view."""
        self.streams.again(_sid())


class ProjectorNamespace(_Stage):
    role = "projector"


class MonitorNamespace(_Stage):
    role = "stage"


class AudienceNamespace(_Stage):
    role = "audience"


class _Asking(_Stage):
    """A namespace whose pages may ask for something."""

    def __init__(self, stage: Stage, house: House, gate: Gate, commands: Commands) -> None:
        super().__init__(stage, house, gate)
        self.commands = commands

    def on_command(self, message: Any = None, *_: Any) -> dict[str, Any]:
        identity = self.identity()
        if identity is None:
            return SIGN_IN  # it ended a moment ago: the connection is about to be cut
        return self.commands.run(identity, message, self.console(), _address())[0]

    def console(self) -> str | None:
        """The connection, where it has to hold the control."""
        return None


class HostNamespace(_Asking):
    """The consoles: any of them sees everything, the one that holds the control may do it."""

    role = "host"

    def identity(self) -> Identity | None:
        return signed_in("host")

    def register(self, identity: Identity, auth: Any) -> None:
        self.house.console_joined(_sid(), auth, _address())

    def console(self) -> str | None:
        return _sid()


class OperatorNamespace(_Asking):
    """The consoles of operators: a view of their own, without anything sealed, and the few commands of `sign_in/roles.py`."""

    role = "operator"

    def identity(self) -> Identity | None:
        return signed_in("operator")

    def who(self, identity: Identity) -> Text:
        return Text("操作员", "Operator")


class JudgeNamespace(_Asking):
    role = "judge"

    def __init__(self, stage: Stage, house: House, gate: Gate, commands: Commands) -> None:
        super().__init__(stage, house, gate, commands)
        self._pages: dict[str, int] = {}  # connection → judge

    def identity(self) -> Identity | None:
        identity = signed_in("judge")
        numbers = {judge.number for judge in self.stage.state.rulebook.judges}
        return identity if identity and identity.judge in numbers else None

    def who(self, identity: Identity) -> Text:
        return Text(f"评委 {identity.judge}", f"Judge {identity.judge}")

    def joined(self, identity: Identity, auth: Any) -> None:
        assert identity.judge is not None
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

    def __init__(
        self, stage: Stage, house: House, gate: Gate, commands: Commands, buzzers: WebBuzzers
    ) -> None:
        super().__init__(stage, house, gate, commands)
        self._buzzers = buzzers

    def identity(self) -> Identity | None:
        seats = self.stage.state.rulebook.web_seats
        identity = signed_in("desk") if seats else Identity("desk")
        return identity if identity and (identity.seat in seats or not seats) else None

    def who(self, identity: Identity) -> Text | None:
        return None if identity.seat is None else Text(f"{identity.seat} 号选手", f"Seat {identity.seat}")

    def joined(self, identity: Identity, auth: Any) -> None:
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


def account(identity: Identity) -> str | None:
    """What a page's place is counted under, None for somebody who only looks."""
    if identity.role in ("projector", "stage", "audience") or (
        identity.role == "desk" and identity.seat is None
    ):
        return None
    number = identity.judge if identity.judge is not None else identity.seat
    return identity.role if number is None else f"{identity.role}-{number}"


def _sid() -> str:
    return request.sid  # type: ignore[attr-defined, no-any-return]


def _address() -> str:
    return request.remote_addr or ""


def add_namespaces(
    socketio: SocketIO,
    stage: Stage,
    commands: Commands,
    house: House,
    link: BuzzerLink,
    gate: Gate,
    auth: Auth,
    sign_ins: SignInDesk,
    moves: Moves,
) -> WebBuzzers:
    """Put the namespaces on `socketio` and publish every change of the stage on them. Returns the web buzzers."""
    _Stage.auth, _Stage.sign_ins, commands.desk = auth, sign_ins, sign_ins
    streams = _Stage.streams = Streams(socketio, stage)
    socketio.server.manager.renew = streams.renew  # for a page that fell behind: see delivery/fanout.py
    _Stage.moves = moves

    def cut(namespace: str, connection: str) -> None:
        # The whole line, not the namespace alone: the page then connects anew by itself, and is told to sign in.
        line = socketio.server.manager.eio_sid_from_sid(connection, namespace)
        if line is not None:
            socketio.start_background_task(socketio.server.eio.disconnect, line)

    sign_ins.cut = cut
    socketio.on_namespace(OperatorNamespace(stage, house, gate, commands))
    socketio.on_namespace(ProjectorNamespace(stage, house, gate))
    socketio.on_namespace(MonitorNamespace(stage, house, gate))
    socketio.on_namespace(AudienceNamespace(stage, house, gate))
    socketio.on_namespace(HostNamespace(stage, house, gate, commands))
    socketio.on_namespace(JudgeNamespace(stage, house, gate, commands))

    def tell(connection: str, event: str, *content: Any) -> None:
        socketio.emit(event, *content, namespace="/desk", to=connection)

    def tell_page(namespace: str, connection: str, event: str, content: Any) -> None:
        socketio.emit(event, content, namespace=namespace, to=connection)

    house.tell = moves.emit = tell_page
    buzzers = WebBuzzers(tell, link.forward)
    link.on_web_ack = buzzers.taken
    socketio.on_namespace(DeskNamespace(stage, house, gate, commands, buzzers))

    stage.on_change.append(streams.publish)
    stage.on_rim.append(streams.publish_host)
    return buzzers
