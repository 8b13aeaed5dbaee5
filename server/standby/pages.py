"""Tells the pages where the standby is, gives each signed-in page the ticket it will need there, hears who rules.

Knows no event loop: what makes tickets waits on the disk and is called from `tick`, beside everything else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..sign_in.sessions import Session
from ..sign_in.tickets import MOVE_S, Wanted
from .fence import claim_from
from .primary import Primary

EVENT = "standby"
Emit = Callable[[str, str, str, Any], None]
"""Called as emit(namespace, connection, event, content)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is connected. `session`: its sign-in, None for a page that anybody may have."""

    namespace: str
    session: Session | None = None


class Moves:
    """Which pages there are, and what they were told.

    Args:
        primary: this show.
        make_tickets: `Tickets.make_many`, run beside the event loop.
    """

    def __init__(self, primary: Primary, make_tickets: Callable[[list[Wanted]], list[str]]) -> None:
        self._primary = primary
        self._make = make_tickets
        self._pages: dict[str, Page] = {}
        self._tickets: dict[str, str] = {}  # session → its ticket, good until it is used
        self._untold: set[str] = set()
        self.emit: Emit = lambda *_: None
        self.tell_phones: Callable[[dict[str, Any]], None] = lambda _: None
        self._phones_know: dict[str, Any] = {}
        primary.on_change.append(self.tell_all)

    def joined(
        self, connection: str, namespace: str, session: Session | None, origin: str, auth: Any
    ) -> None:
        """A page of `origin` has connected.

        session: of a page that only who is signed in may have; auth: what it sent along, a claim perhaps.
        """
        self._pages[connection] = Page(namespace, session)
        self._untold.add(connection)
        self._primary.came_from(origin, session is not None)
        if isinstance(auth, dict) and (claim := claim_from(auth.get("fence"))) is not None:
            self._primary.hear(claim)

    def left(self, connection: str) -> None:
        self._pages.pop(connection, None)
        self._untold.discard(connection)

    def heard(self, message: Any) -> bool:
        """A page says who rules. True when this machine is fenced."""
        return self._primary.hear(claim_from(message))

    def tell_all(self) -> None:
        """What pages know is out of date; they hear it at the next tick."""
        self._untold |= set(self._pages)

    def tick(self) -> None:
        """Tell whoever does not know yet. May wait on the disk."""
        if not self._primary.address:
            return
        content = self._content()
        if content != self._phones_know:
            self._phones_know = content
            self.tell_phones({**content, "audience": self._primary.address, "ticket": None})
        if not self._untold:
            return
        connections, self._untold = self._untold, set()
        pages = {one: self._pages[one] for one in connections if one in self._pages}
        if not self._primary.fence.fenced:  # a ticket made after that would never reach the other machine
            self._make_missing(pages)
        for connection, page in pages.items():
            ticket = self._tickets.get(page.session.key) if page.session else None
            self.emit(page.namespace, connection, EVENT, {**content, "ticket": ticket})

    def _content(self) -> dict[str, Any]:
        fence = self._primary.fence
        return {
            "address": self._primary.address,
            "epoch": fence.epoch,
            "contest": self._primary.stage.state.contest,
            "fenced": fence.fenced,
        }

    def _make_missing(self, pages: dict[str, Page]) -> None:
        sessions = [page.session for page in pages.values() if page.session is not None]
        wanted = {
            one.key: Wanted(one.identity.role, one.identity.number, MOVE_S, "move", one.key)
            for one in sessions
            if one.key not in self._tickets
        }
        if not wanted:
            return
        try:
            made = self._make(list(wanted.values()))
        except (OSError, ValueError) as error:
            # They move all the same, and sign in by hand; the console says by itself that the disk is ill.
            print(f"firstpress: no tickets for moving to the standby: {error}", file=sys.stderr)
            return
        self._tickets |= dict(zip(wanted, made, strict=True))
