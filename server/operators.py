"""Several consoles, one of which holds the control: who that is, who would like it, who has it next. Pure.

The first console that connects holds it. Its connection may break for `GRACE_NS` (a reload, a bad moment of the
network) without it losing the control; after that the control is free, and the next console that connects, asks or
takes has it. A console that connects while the holder is away and nobody else is there has it at once.

Time is handed in, in nanoseconds of any clock that only goes forward.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .game.refusal import refuse

GRACE_NS = 10_000_000_000
RESTART_NS = (
    3_000_000_000  # after a restart of the server the console that held the control has so long to be back
)
REMEMBERED = 64  # names of consoles that are away


@dataclass(slots=True)
class _Console:
    page: str
    number: int
    address: str = ""
    name: str = ""
    asked: int = 0  # the how-manieth to ask; 0: does not ask
    connections: set[str] = field(default_factory=set)

    @property
    def called(self) -> str:
        return self.name or str(self.number)


class Operators:
    """The consoles by the ids of their pages. Connections are named by who holds them; all names are unique."""

    def __init__(self, holder: str | None = None, now_ns: int = 0) -> None:
        """`holder`: which console held the control when the server last ran."""
        self._consoles: dict[str, _Console] = {}
        self._asks = 0
        self.holder: str | None = None
        self._free_ns: int | None = None  # the holder is away: when the control falls free
        self._restarted = holder is not None
        if holder is not None:
            self._console(holder)
            self.holder, self._free_ns = holder, now_ns + RESTART_NS

    def _console(self, page: str) -> _Console:
        if page not in self._consoles:
            taken = {one.number for one in self._consoles.values()}
            number = next(number for number in range(1, len(taken) + 2) if number not in taken)
            self._consoles[page] = _Console(page, number)
        return self._consoles[page]

    def _forget_old(self) -> None:
        """Who is away is remembered for its name alone, the newest of them."""
        away = [one for one in self._consoles.values() if not self._counts(one)]
        named = [one for one in away if one.name]
        for one in away:
            if one not in named[-REMEMBERED:]:
                del self._consoles[one.page]

    def _counts(self, one: _Console) -> bool:
        return bool(one.connections) or one.page == self.holder

    def join(self, connection: str, page: str, address: str, name: str, now_ns: int) -> None:
        """A console has connected; `name` is what its address calls it, "" for nothing."""
        self.tick(now_ns)
        console = self._console(page)
        alone = not any(one.connections for one in self._consoles.values())
        console.connections.add(connection)
        console.address = address
        console.name = console.name or name
        if self.holder == page:
            self._free_ns = None
            if self._restarted:
                self._forget_asks()  # they stood in line only in case it would not come back
        elif self.holder is None or (alone and not self._restarted):
            self._hand_to(page)
        elif self._restarted:
            self.ask(page, now_ns)

    def leave(self, connection: str, now_ns: int) -> None:
        """A connection has closed."""
        for console in self._consoles.values():
            if connection in console.connections:
                console.connections.discard(connection)
                if not console.connections:
                    console.asked = 0
                    if console.page == self.holder:
                        self._free_ns = now_ns + GRACE_NS
        self._forget_old()

    def tick(self, now_ns: int) -> bool:
        """Let the control fall free in time; who asked first has it then. True when something changed."""
        if self._free_ns is None or now_ns < self._free_ns:
            return False
        asking = [one for one in self._consoles.values() if one.asked]
        self._hand_to(min(asking, key=lambda one: one.asked).page if asking else None)
        return True

    def _hand_to(self, page: str | None) -> None:
        self.holder = page
        self._free_ns = None
        self._restarted = False
        if page is not None:
            self._consoles[page].asked = 0
        self._forget_old()

    def _forget_asks(self) -> None:
        self._restarted = False
        for one in self._consoles.values():
            one.asked = 0

    def ask(self, page: str, now_ns: int) -> None:
        """This console would like the control; it has it at once where it is free."""
        self.tick(now_ns)
        console = self._there(page)
        if self.holder is None:
            self._hand_to(page)
        elif self.holder != page and not console.asked:
            self._asks += 1
            console.asked = self._asks

    def withdraw(self, page: str) -> None:
        """It does not want it any more."""
        self._there(page).asked = 0

    def take(self, page: str) -> None:
        """It has the control from now on, whoever held it."""
        self._there(page)
        self._hand_to(page)

    def give(self, to: str) -> None:
        """The control goes to the console `to`."""
        self._there(to)
        self._hand_to(to)

    def rename(self, page: str, name: str) -> None:
        """What this console is called; "" for its number alone."""
        self._there(page).name = name

    def _there(self, page: str) -> _Console:
        console = self._consoles.get(page)
        if console is None or not console.connections:
            refuse("这个控制台不在线", "That console is not connected")
        return console

    def must_hold(self, page: str) -> None:
        """Raises Refused for a console that does not hold the control, and names the one that does."""
        if self.holder == page:
            return
        if self.holder is None:
            refuse("控制权空着：请先接管", "Nobody holds the control: take it first")
        name = self.called(self.holder)
        refuse(
            f"现在由控制台“{name}”控制：请先请求控制权",
            f"The console “{name}” holds the control: ask for it first",
        )

    def called(self, page: str) -> str:
        console = self._consoles.get(page)
        return console.called if console else ""

    def connections(self) -> dict[str, str]:
        """Connection → the page it belongs to."""
        return {connection: one.page for one in self._consoles.values() for connection in one.connections}

    def view(self) -> dict[str, Any]:
        """For the consoles: {"holder", "operators"}; the holder stays listed while it may still come back."""
        return {
            "holder": self.holder,
            "operators": [
                {
                    "page": one.page,
                    "name": one.called,
                    "asking": one.asked > 0,
                    "address": one.address,
                    "online": bool(one.connections),
                }
                for one in self._consoles.values()
                if self._counts(one)
            ],
        }
