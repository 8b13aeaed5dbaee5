"""How much one stranger may send, hold open and ask for: sizes, depth, rates, places. Pure, time is handed in."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NoReturn

import msgspec

from .machines import here, machine, network

LARGEST_MESSAGE = 64 * 1024  # bytes of a WebSocket message or of a request's body
MOST_FRAMES = 64  # frames of one message; ours have one
DEEPEST_JSON = 16
MOST_JSON_PARTS = 4_000  # brackets, commas and colons in one message
MOST_DIGITS = 18  # of a whole number
LONGEST_KEY = 200

HEAD_S = 10  # for a request's line and headers, however it is dribbled
BODY_S = 10
UNJOINED_S = 10  # a WebSocket that has joined no namespace by then is closed

MOST_RAW_OF_ADDRESS = 256
MOST_RAW_OF_NETWORK = (
    1_024  # of strangers in one /64 of IPv6, which may be one laptop or all tablets of a hall
)
RAW_RESERVE = 128  # of all connections: for this machine and for addresses somebody has signed in from
MOST_KNOWN = 256  # machines remembered
MOST_LOOKERS = 256  # pages nobody signed in for, in all …
MOST_LOOKERS_OF_ADDRESS = 64  # … of one machine that is not this one …
MOST_LOOKERS_OF_NETWORK = 192  # … and of one /64 of IPv6: no network takes them all
MOST_AUDIENCE = 16  # on the stage's own port: phones have another one
MOST_OF_ACCOUNT = 32  # connections of one judge, seat, operator …; the host has twice as many

SECOND_NS = 1_000_000_000


class BadMessage(ValueError):
    """Text that no page of ours sends; the text says what is wrong with it."""


class ReservedName(BadMessage):
    """An event called as the library calls its own: to be passed over."""


# JSON, looked at before it is taken apart

_PART = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]', re.DOTALL)
_HALF_LETTER = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def check_shape(text: str, largest: int = LARGEST_MESSAGE, most_parts: int = MOST_JSON_PARTS) -> None:
    """Raises BadMessage for JSON that is too large, too deep or of too many parts; costs no more than one look."""
    if len(text) > largest:
        raise BadMessage(f"a message of {len(text)} letters; at most {largest}")
    depth = parts = 0
    for found in _PART.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
            if depth > DEEPEST_JSON:
                raise BadMessage(f"JSON nested deeper than {DEEPEST_JSON}")
        elif sign in "]}":
            depth -= 1
        if sign in "[{,:":
            parts += 1
            if parts > most_parts:
                raise BadMessage(f"JSON of more than {most_parts} parts")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are said once: of two, one reader would believe the first and another the last."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadMessage("an object says one key twice")
    if any(len(key) > LONGEST_KEY for key in made):
        raise BadMessage(f"a key is longer than {LONGEST_KEY}")
    return made


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise BadMessage(f"a whole number of more than {MOST_DIGITS} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BadMessage("a number too large to be one")
    return number


def _no_number(name: str) -> NoReturn:
    raise BadMessage(f"{name} is no number in JSON")


_ENCODER = msgspec.json.Encoder()
_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number
)


def loads(text: str | bytes, largest: int = LARGEST_MESSAGE, most_parts: int = MOST_JSON_PARTS) -> Any:
    """What a stranger's JSON says. Raises BadMessage for what is malformed, and for what only troublemakers send.

    largest, most_parts: of the message, in bytes, and its brackets, commas and colons.
    """
    if isinstance(text, bytes):
        if len(text) > largest:
            raise BadMessage(f"a message of {len(text)} bytes; at most {largest}")
        try:
            text = text.decode()
        except UnicodeDecodeError:
            raise BadMessage("a message that is not UTF-8") from None
    check_shape(text, largest, most_parts)
    try:
        value = _DECODER.decode(text)
    except BadMessage:
        raise
    except ValueError as error:
        raise BadMessage(f"no JSON: {error}") from None
    if _HALF_LETTER.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise BadMessage("a text holds half a letter") from None
    return value


# What python-socketio's client says on a WebSocket: of the engine "2" ping, "3" pong, "1" close; "4" is a packet of
# Socket.IO, of which "40" joins a namespace, "41" leaves it, "42" is an event, "43" an acknowledgement.
_PACKET = re.compile(r"[123]|4[0123](?:/[a-z]{1,20}(?:,|$))?([0-9]{0,10})(.*)", re.DOTALL)
RESERVED = frozenset(("connect", "connect_error", "disconnect", "disconnecting"))
"""Names of the library's own: as the name of an event they would pass for it."""


def page_message(text: str) -> None:
    """Raises BadMessage for a message on a WebSocket that no page of ours sends, ReservedName for one to pass over."""
    found = _PACKET.fullmatch(text)
    if found is None:
        raise BadMessage(f"no packet of ours: {text[:40]!r}")
    if not found[2]:
        return
    content = loads(found[2])
    if text[1] != "2":
        return
    if not isinstance(content, list) or not content or not isinstance(content[0], str):
        raise ReservedName("an event without a name")
    if content[0] in RESERVED:
        raise ReservedName(f"an event called {content[0]!r}")


def dumps(value: Any, **_: Any) -> str:
    """JSON for our pages, several times faster than the module `json` makes it, and Chinese in a third of the letters."""
    try:
        return _ENCODER.encode(value).decode()
    except (TypeError, UnicodeEncodeError):  # half a letter in somebody's message that is quoted back
        return json.dumps(value, separators=(",", ":"))


class StrictJson:
    """The module `json` as python-socketio wants it, with `loads` and `dumps` of ours."""

    loads = staticmethod(loads)
    dumps = staticmethod(dumps)
    JSONEncoder = json.JSONEncoder


# Rates


@dataclass(slots=True)
class Bucket:
    """So many a second, and a burst of so many at once."""

    rate: float
    burst: float
    level: float = field(init=False)
    at_ns: int | None = None

    def __post_init__(self) -> None:
        self.level = self.burst

    def _fill(self, now_ns: int) -> None:
        if self.at_ns is not None:
            self.level = min(self.burst, self.level + max(0, now_ns - self.at_ns) * self.rate / SECOND_NS)
        self.at_ns = now_ns

    def take(self, now_ns: int, amount: float = 1.0) -> bool:
        """True when there is one left; what is refused costs nothing."""
        self._fill(now_ns)
        if self.level < amount:
            return False
        self.level -= amount
        return True

    def wait_s(self, now_ns: int, amount: float = 1.0) -> float:
        """Take it in any case; how long the sender has to be kept waiting for it, in seconds."""
        self._fill(now_ns)
        self.level -= amount
        return max(0.0, -self.level / self.rate)


# Of any connection, before anything is read: (per second, burst). What is above waits in the sender's own socket.
MESSAGES = (100.0, 400.0)
BYTES = (128 * 1024.0, 512 * 1024.0)
# By what it asks for. A web buzzer is probed 20 times a second and answers each.
RATES: dict[str, tuple[float, float]] = {
    "command": (20.0, 80.0),
    "clock": (10.0, 60.0),
    "state": (5.0, 30.0),
    "answer": (60.0, 200.0),
    "pressed": (30.0, 60.0),
    "again": (2.0, 20.0),
}
OTHER = (5.0, 30.0)  # events that we know no rate for
LONGEST_WAIT_S = 2.0


class Rates:
    """What one connection may ask for, by kind of event."""

    def __init__(self) -> None:
        self._of: dict[str, Bucket] = {}

    def allow(self, event: str, now_ns: int) -> bool:
        """True when one more such event is within the rate."""
        kind = event if event in RATES else "*"
        bucket = self._of.get(kind)
        if bucket is None:
            bucket = self._of[kind] = Bucket(*RATES.get(kind, OTHER))
        return bucket.take(now_ns)


class Flow:
    """How fast one WebSocket may send anything at all."""

    def __init__(self) -> None:
        self._messages = Bucket(*MESSAGES)
        self._bytes = Bucket(*BYTES)

    def wait_s(self, size: int, now_ns: int) -> float:
        """How long to leave the sender alone after a message or frame of `size` bytes."""
        wait = max(self._messages.wait_s(now_ns), self._bytes.wait_s(now_ns, size))
        return min(wait, LONGEST_WAIT_S)


# Places


class Doors:
    """Raw connections: so many of one machine and of one network, and the last places for those who run the show.

    Machines that somebody has signed in from are held to what one machine may have, not to what their neighbours have.

    Args:
        most: connections there is room for in all.
        of_machine: of one machine that is not this one.
        of_network: of strangers in one network of IPv6; at least what one machine may have, at most three quarters of all.
    """

    def __init__(
        self, most: int, of_machine: int = MOST_RAW_OF_ADDRESS, of_network: int = MOST_RAW_OF_NETWORK
    ) -> None:
        self._most = most
        self._of_machine = of_machine
        self._of_network = max(of_machine, min(of_network, most * 3 // 4))
        self._open: Counter[str] = Counter()
        self._open_in: Counter[str] = Counter()
        self._in_all = 0
        self._known: dict[str, None] = {}

    def know(self, address: str) -> None:
        """Somebody has signed in from there."""
        self._known[machine(address)] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def knows(self, address: str) -> bool:
        """True for a machine that somebody has signed in from."""
        return machine(address) in self._known

    def come(self, address: str) -> str | None:
        """Someone connects. None for let in (then `go` has to follow), else why not."""
        who = machine(address)
        if not here(address):
            if self._open[who] >= self._of_machine:
                return f"{self._of_machine} connections of one machine"
            if who not in self._known:
                if self._open_in[network(address)] >= self._of_network:
                    return f"{self._of_network} connections of one network"
                if self._in_all >= self._most - RAW_RESERVE:
                    return f"{self._in_all} connections; what is left is for those who run the show"
        self._open[who] += 1
        self._open_in[network(address)] += 1
        self._in_all += 1
        return None

    def go(self, address: str) -> None:
        """One that was let in has gone."""
        self._in_all -= 1
        for open_of, who in ((self._open, machine(address)), (self._open_in, network(address))):
            open_of[who] -= 1
            if not open_of[who]:
                del open_of[who]


class Slots:
    """Places on the stage's port: whoever signed in has one, lookers share what is left to them."""

    def __init__(self) -> None:
        self._holders: dict[str, tuple[str, str]] = {}  # connection → what it is counted as, its address
        self._of: Counter[str] = Counter()
        self._lookers_of: Counter[str] = Counter()
        self._lookers_in: Counter[str] = Counter()

    def take(self, connection: str, namespace: str, account: str | None, address: str) -> str | None:
        """A page wants in. None for let in (then `leave` has to follow), else why not.

        Args:
            connection: of one namespace; asked twice it keeps its place.
            namespace: "projector", "audience" …
            account: who signed in, "host", "judge-1", "display" …; None for somebody who only looks.
        """
        if connection in self._holders:
            return None
        kind = "audience" if namespace == "audience" else "looker"
        if kind == "looker" and here(address):
            kind = "here"  # the projector's window on this machine: strangers cannot take its place
        if account is not None:
            kind = account
            most = MOST_OF_ACCOUNT * (2 if account == "host" else 8 if account == "display" else 1)
            if self._of[kind] >= most:
                return f"{most} pages of {account}"
        elif kind == "audience" and self._of[kind] >= MOST_AUDIENCE:
            return f"{MOST_AUDIENCE} pages of the audience on this port; phones have their own"
        elif kind == "looker":
            if self._of[kind] >= MOST_LOOKERS:
                return f"{MOST_LOOKERS} pages that nobody signed in for"
            if self._lookers_of[machine(address)] >= MOST_LOOKERS_OF_ADDRESS:
                return f"{MOST_LOOKERS_OF_ADDRESS} pages of one machine that nobody signed in for"
            if self._lookers_in[network(address)] >= MOST_LOOKERS_OF_NETWORK:
                return f"{MOST_LOOKERS_OF_NETWORK} pages of one network that nobody signed in for"
            self._lookers_of[machine(address)] += 1
            self._lookers_in[network(address)] += 1
        self._of[kind] += 1
        self._holders[connection] = (kind, address)
        return None

    def leave(self, connection: str) -> None:
        """That page has gone; one that had no place may say so as well."""
        kind, address = self._holders.pop(connection, ("", ""))
        if not kind:
            return
        self._of[kind] -= 1
        if kind == "looker":
            for lookers, who in ((self._lookers_of, machine(address)), (self._lookers_in, network(address))):
                lookers[who] -= 1
                if not lookers[who]:
                    del lookers[who]


class Gate:
    """What a namespace asks before it lets a page in, or an event through.

    Args:
        doors: is told which machines somebody has signed in from.
    """

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._slots = Slots()
        self._rates: dict[str, Rates] = {}

    def enter(self, connection: str, namespace: str, account: str | None, address: str) -> str | None:
        """None for let in (then `leave` has to follow), else why not; as `Slots.take`."""
        why = self._slots.take(connection, namespace, account, address)
        if why is None and account is not None:
            self._doors.know(address)
        return why

    def allow(self, connection: str, event: str, now_ns: int) -> bool:
        """True when that page may say one more such event now."""
        rates = self._rates.get(connection)
        if rates is None:
            rates = self._rates[connection] = Rates()
        return rates.allow(event, now_ns)

    def leave(self, connection: str) -> None:
        """That page has gone."""
        self._slots.leave(connection)
        self._rates.pop(connection, None)
