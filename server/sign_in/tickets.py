"""Tickets: codes that sign one page in, once. For a tablet's QR code, and for a page that moves to the standby."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..game.rulebook import Text
from .identity import BY_TICKET, Identity, identity
from .store import AuthStore, Content

QR_S = 600
MOVE_S = 24 * 3600  # as long as a session lasts without use
MOST_TICKETS = 2_000
ID_LETTERS = 12
MOST_S = 7 * 24 * 3600
PURPOSES = ("sign_in", "move")
FORM = re.compile(r"[A-Za-z0-9_-]{32}")
REFUSALS = {
    "unknown": Text("二维码无效，请向主持人要一个新的", "This code is not valid; ask the host for a new one"),
    "used": Text(
        "二维码已经用过，请向主持人要一个新的", "This code has been used; ask the host for a new one"
    ),
    "expired": Text(
        "二维码已过期，请向主持人要一个新的", "This code has expired; ask the host for a new one"
    ),
}


class TicketRefused(Exception):
    """Why a ticket signs nobody in: `kind` is "unknown", "used" or "expired"; `reason` says it to people."""

    def __init__(self, kind: str) -> None:
        self.kind, self.reason = kind, REFUSALS[kind]
        super().__init__(self.reason.en)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ticket to be made: for whom, for how long, for what ("sign_in" or "move").

    session: the key of a session; the ticket is void once that ends, or gets another ticket.
    """

    role: str
    number: int | None = None
    ttl_s: float = QR_S
    purpose: str = "sign_in"
    session: str | None = None


class Tickets:
    """The tickets of one data folder; only their hashes are kept.

    Args:
        store: where.
        contest: the id of the contest in hand; tickets of another are unknown.
        wall_s: seconds since 1970: a ticket has to hold on another machine and after a restart.
    """

    def __init__(
        self, store: AuthStore, contest: Callable[[], str | None], wall_s: Callable[[], float] = time.time
    ) -> None:
        self._store, self._contest, self._wall_s = store, contest, wall_s

    def make(
        self,
        role: str,
        number: int | None = None,
        ttl_s: float = QR_S,
        purpose: str = "sign_in",
        session: str | None = None,
    ) -> str:
        """One ticket, 192 random bits. Waits on the disk. Raises ValueError, OSError."""
        return self.make_many([Wanted(role, number, ttl_s, purpose, session)])[0]

    def make_many(self, wanted: Iterable[Wanted]) -> list[str]:
        """Several with one write, in their order. Waits on the disk. Raises ValueError, OSError."""
        made, rows = [], {}
        now_s = self._wall_s()
        for one in wanted:
            if one.role not in BY_TICKET or one.purpose not in PURPOSES or not 0 < one.ttl_s <= MOST_S:
                raise ValueError(f"no ticket for {one.role!r}, {one.purpose!r}, {one.ttl_s} s")
            identity(one.role, one.number)
            ticket = secrets.token_urlsafe(24)
            made.append(ticket)
            rows[_hash(ticket)] = {
                "role": one.role,
                "number": one.number,
                "purpose": one.purpose,
                "contest": self._contest() or "",
                "until_s": now_s + one.ttl_s,
                "used": False,
                "session": one.session,
            }

        def edit(content: Content) -> None:
            kept = content["tickets"]
            again = {row["session"] for row in rows.values()} - {None}
            for name, row in list(kept.items()):
                if row["until_s"] < now_s - QR_S or row["session"] in again:
                    del kept[name]
            kept.update(rows)
            for surplus in sorted(kept, key=lambda name: float(kept[name]["until_s"]))[:-MOST_TICKETS]:
                del kept[surplus]

        self._store.change(edit)
        return made

    def waiting(self) -> tuple[str, ...]:
        """The ids of the codes for tablets that still sign somebody in."""
        now_s, kept = self._wall_s(), self._store.content["tickets"]
        counts = [
            name
            for name, row in kept.items()
            if row["purpose"] == "sign_in" and not row["used"] and row["until_s"] > now_s
        ]
        return tuple(sorted(id_of_hash(name) for name in counts))

    def void(self, ticket_id: str) -> bool:
        """Make a ticket void, by its id. Waits on the disk. False where there was none."""

        def edit(content: Content) -> bool:
            kept = content["tickets"]
            gone = [name for name in kept if id_of_hash(name) == ticket_id]
            for name in gone:
                del kept[name]
            return bool(gone)

        return self._store.change(edit, unsaved=True)

    def redeem(self, ticket: str, purposes: tuple[str, ...] = PURPOSES) -> tuple[Identity, str]:
        """(who it signs in, its purpose); it is used then. Of two at once one wins. Waits on the disk.

        Raises TicketRefused.
        """
        if not isinstance(ticket, str) or not FORM.fullmatch(ticket):
            raise TicketRefused("unknown")
        name, now_s = _hash(ticket), self._wall_s()
        if name not in self._store.content["tickets"] and not (
            self._store.look() and name in self._store.content["tickets"]
        ):
            raise TicketRefused("unknown")  # without touching the disk: guesses cost the show nothing

        def edit(content: Content) -> tuple[str, dict[str, Any]]:
            row = content["tickets"].get(name)
            if row is None or row["contest"] != (self._contest() or "") or row["purpose"] not in purposes:
                return "unknown", {}
            if row["session"] is not None and row["session"] not in content["sessions"]:
                return "expired", {}
            if row["used"]:
                return "used", {}
            if now_s >= row["until_s"]:
                return "expired", {}
            row["used"] = True
            return "", row

        kind, row = self._store.change(edit, unsaved=True)
        if kind:
            raise TicketRefused(kind)
        return identity(row["role"], row["number"]), str(row["purpose"])


def id_of(ticket: str) -> str:
    """What a ticket is called where it must not be said: the beginning of its hash."""
    return id_of_hash(_hash(ticket))


def id_of_hash(name: str) -> str:
    return name[:ID_LETTERS]


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
