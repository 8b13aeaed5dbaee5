"""Who is signed in, for the console: the list, tickets for tablets, sessions ended; and the sockets that hang on a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..codec import BadCommand
from ..game.refusal import refuse
from ..stage import RunBlocking, Stage
from .auth import Auth
from .identity import BY_TICKET, NUMBERED
from .tickets import QR_S, id_of

ROUNDED_S = (
    60  # of the last use, as the console shows it: a view that changes every second tells nobody anything
)


class SignInDesk:
    """The sessions of the running show and their sockets.

    Args:
        run_blocking: as the stage's, for what waits on the disk.
    """

    def __init__(self, stage: Stage, auth: Auth, run_blocking: RunBlocking) -> None:
        self._stage, self._auth, self._run = stage, auth, run_blocking
        self._sockets: dict[str, tuple[str, str]] = {}  # connection → its namespace, the key of its session
        self._shown: tuple[Any, ...] | None = None
        self.cut: Callable[[str, str], None] = lambda *_: None
        """Called with namespace and connection of a page whose session has ended: close it."""

    def joined(self, namespace: str, connection: str, key: str) -> None:
        """A page that is signed in has connected."""
        self._sockets[connection] = (namespace, key)

    def left(self, connection: str) -> None:
        """Any connection has closed."""
        self._sockets.pop(connection, None)

    def key_of(self, connection: str) -> str | None:
        """The key of the session of a connected page."""
        return self._sockets.get(connection, ("", None))[1]

    def tick(self) -> None:
        """Notice what has ended, however it did, and cut its sockets; to be called a few times a second, on the loop."""
        sessions = self._auth.sessions
        sessions.look()
        sessions.used({key for _, key in self._sockets.values()})
        for connection, (namespace, key) in list(self._sockets.items()):
            if sessions.by_key(key) is None:
                self.left(connection)
                self.cut(namespace, connection)
        rows, tickets = tuple(self.rows()), self._auth.tickets.waiting()
        if (rows, tickets) != self._shown:
            self._shown = (rows, tickets)
            self._stage.set_rim(sessions=rows, tickets=tickets)
        if sessions.wants_storing():
            self._run(sessions.store_seen)

    def rows(self) -> list[dict[str, Any]]:
        """The sessions as the console shows them; `seen_s` to the minute."""
        rows = [one.to_json() for one in self._auth.sessions.listing()]
        for row in rows:
            del row["contest"]
            row["seen_s"] -= row["seen_s"] % ROUNDED_S
        return sorted(
            rows, key=lambda row: (row["role"], row["number"] or 0, row["created_s"], row["session"])
        )

    # The host's commands

    def run(self, message: dict[str, Any], connection: str | None) -> dict[str, Any]:
        """Do one of `COMMANDS` for the page of `connection`, None for a script. Returns what its answer has besides.

        Raises BadCommand, Refused.
        """
        needed, optional, action = COMMANDS[message["type"]]
        kind, given = message["type"], set(message) - {"id", "type"}
        if missing := set(needed) - given:
            raise BadCommand(f"'{kind}' needs {', '.join(sorted(missing))}")
        if unknown := given - set(needed) - set(optional):
            raise BadCommand(f"'{kind}' takes no field {', '.join(sorted(unknown))[:200]}")
        done = action(self, message, connection)
        self.tick()
        return done

    def _ticket(self, message: dict[str, Any], _: str | None) -> dict[str, Any]:
        """A code that signs one tablet in, once, within ten minutes, as `role` (and `number`, of a judge or a seat)."""
        role, number = message["role"], message.get("number")
        if role not in BY_TICKET:
            raise BadCommand(f"'session_ticket' takes role: {', '.join(BY_TICKET)}")
        book = self._stage.state.rulebook
        there = {"judge": {judge.number for judge in book.judges}, "desk": set(book.web_seats)}
        if role in NUMBERED and (type(number) is not int or number not in there[role]):
            refuse("本场比赛没有这个号", "There is no such number in this contest")
        if role not in NUMBERED and number is not None:
            raise BadCommand(f"'session_ticket': the role {role} has no number")
        try:
            ticket = self._run(self._auth.tickets.make, role, number)
        except OSError as error:
            refuse(f"磁盘无法写入：{error.strerror}", f"The disk takes nothing: {error.strerror}")
        return {
            "ticket": ticket,
            "ticket_id": id_of(ticket),
            "role": role,
            "number": number,
            "expires_s": QR_S,
        }

    def _void(self, message: dict[str, Any], _: str | None) -> dict[str, Any]:
        """Make a code for a tablet void before its time; the list in the view has its `ticket_id`."""
        ticket_id = message["ticket_id"]
        if not isinstance(ticket_id, str):
            raise BadCommand("'session_ticket_void' takes ticket_id: one of the list")
        self._run(self._auth.tickets.void, ticket_id)
        return {}

    def _revoke(self, message: dict[str, Any], _: str | None) -> dict[str, Any]:
        """End a session: its pages are cut off at once and have to sign in again."""
        session = message["session"]
        if not isinstance(session, str) or session == "*":
            raise BadCommand("'session_revoke' takes session: the id of one in the list")
        if not self._run(self._auth.sessions.revoke, session):
            refuse("没有这个登录", "There is no such session")
        return {}

    def _revoke_others(self, _: dict[str, Any], connection: str | None) -> dict[str, Any]:
        """End every session but the one that asks."""
        own = self.key_of(connection) if connection is not None else None
        ended = self._run(self._auth.sessions.revoke, "*", own)
        return {"ended": len(ended)}


Action = Callable[[SignInDesk, dict[str, Any], str | None], dict[str, Any]]
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Action]] = {
    "session_ticket": (("role",), ("number",), SignInDesk._ticket),
    "session_ticket_void": (("ticket_id",), (), SignInDesk._void),
    "session_revoke": (("session",), (), SignInDesk._revoke),
    "session_revoke_others": ((), (), SignInDesk._revoke_others),
}
"""Type of a command → fields it needs, fields it may have, what does it."""
