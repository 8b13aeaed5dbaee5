"""The register of displays: which pages are connected, what each is called, how it is set. Pure data, no sockets.

A page describes itself and does nothing else: its id (a reload keeps it), what it shows, the name its address gives
it, its size, whether it sounds. Names and settings that an operator gives it stay here, also while it is away.
Phones are counted and not listed: a page of the audience has a row of its own only once somebody named it, by
`?name=` in its address or by sending a listed display there. The console is told of a thousand phones as a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from question_bank.model import first_refused

from .game.rulebook import Text

ADDRESSES = {
    "projector": "/projector",
    "stage": "/stage",
    "audience": "/audience",
    "overlay": "/projector?overlay=1",
    "test": "/projector?test=1",
}
"""What a display can be made to show → where that is."""
VIEWS_OF = {
    "projector": ("projector", "overlay", "test")
}  # namespace → views; every other has its own name alone
SOUNDS = ("on", "off", "blocked", "none")
CHOICES: dict[str, tuple[str, ...]] = {
    "lang": ("zh-CN", "en"),
    "theme": ("stage", "hall", "customer"),
    "ratio": ("16:9", "4:3", "32:9", "full"),
}
SWITCHES = ("sound", "mirror")
PAGE_ID = re.compile("[0-9a-f]{32}")
LONGEST_NAME = 24
LARGEST_SIDE = 32_768  # pixels; the largest LED walls are well below
MOST_ONLINE, MOST_AWAY = 200, 64
MOST_OF_A_MACHINE = 24  # pages of one address that nobody signed in for: one phone must not take all the rows
MOST_CONNECTIONS = 16  # of one display: duplicated tabs


class BadSetting(ValueError):
    """A name or setting that cannot be; the text says what is possible."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a page says of itself when it connects, as far as it makes sense. `page` None: it is not registered."""

    view: str
    page: str | None = None
    name: str = ""
    size: tuple[int, int] | None = None
    preview: bool = False


@dataclass(slots=True)
class _Connection:
    """One socket of a display; two when its tab was duplicated."""

    view: str
    address: str
    size: tuple[int, int] | None = None
    who: Text | None = None
    sound: str = "none"


@dataclass(slots=True)
class _Display:
    """One row of the register. Away: `last` is how it was."""

    page: str
    number: int
    last: _Connection
    name: str = ""  # as an operator called it
    offered: str = ""  # as its address calls it
    settings: dict[str, Any] = field(default_factory=dict)
    seen: int = 0  # counts comings and goings: who has been away longest
    connections: dict[str, _Connection] = field(default_factory=dict)

    @property
    def called(self) -> str:
        return self.name or self.offered or str(self.number)

    @property
    def kept(self) -> bool:
        return bool(self.name or self.settings)


def hello(namespace: str, auth: Any) -> Hello:
    """What a page of that namespace ("projector", without slash) sent along; what makes no sense in it is left out."""
    views = VIEWS_OF.get(namespace, (namespace,))
    if not isinstance(auth, dict):
        return Hello(views[0])
    view = auth.get("view")
    return Hello(
        view if isinstance(view, str) and view in views else views[0],
        page_id(auth.get("page")),
        _shortened(auth.get("name")),
        size_of(auth.get("size")),
        auth.get("preview") is True,
    )


def page_id(value: Any) -> str | None:
    """The id of a page, None for anything that is none."""
    return value if isinstance(value, str) and PAGE_ID.fullmatch(value) else None


def size_of(value: Any) -> tuple[int, int] | None:
    """Width and height in pixels of the screen, None for anything that is no size of a screen."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    width, height = value
    sane = all(type(side) is int and 0 < side <= LARGEST_SIDE for side in (width, height))
    return (width, height) if sane else None


def proper_name(value: Any) -> str:
    """A name as an operator gives it, "" for none. Raises BadSetting."""
    if not isinstance(value, str):
        raise BadSetting(f"a name is a text, not {type(value).__name__}")
    name = value.strip()
    if len(name) > LONGEST_NAME:
        raise BadSetting(f"a name has at most {LONGEST_NAME} letters, not {len(name)}")
    if not all(map(_is_letter, name)) or first_refused(name) is not None:
        raise BadSetting("a name has no control characters, line breaks or signs that turn the line round")
    return name


def _is_letter(letter: str) -> bool:
    # Cc control, Cf format (turns the direction of writing), Cs halves, Co private, Cn unassigned, Zl Zp line ends.
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _shortened(value: Any) -> str:
    """The name of an address: nobody is there to be told that it is wrong, so it is made right."""
    if not isinstance(value, str):
        return ""
    name = "".join(filter(_is_letter, value[: 4 * LONGEST_NAME]))[:LONGEST_NAME].strip()
    if first_refused(name) is None:
        return name
    return "".join(one for one in name if not unicodedata.combining(one))  # marks piled upon marks


def proper_settings(value: Any) -> dict[str, Any]:
    """Settings with null for those to be taken away. Raises BadSetting."""
    if not isinstance(value, dict):
        raise BadSetting("'settings' is an object")
    for key, one in value.items():
        if key in CHOICES:
            right, allowed = one in CHOICES[key] if isinstance(one, str) else False, ", ".join(CHOICES[key])
        elif key in SWITCHES:
            right, allowed = isinstance(one, bool), "true, false"
        elif key == "volume":
            right, allowed = type(one) is int and 0 <= one <= 100, "a whole number from 0 to 100"
        else:
            known = ", ".join((*CHOICES, *SWITCHES, "volume"))
            raise BadSetting(f"there is no setting {str(key)[:40]!r}; there are {known}")
        if not right and one is not None:
            raise BadSetting(f"setting '{key}': {allowed}, or null for none")
    return value


class Displays:
    """The displays that are there or were there. Connections are named by who holds them; all names are unique."""

    def __init__(self, kept: Iterable[Any] = ()) -> None:
        """Begin with what `kept()` gave; rows that make no sense are left out."""
        self._displays: dict[str, _Display] = {}
        self._of: dict[str, str] = {}  # connection → page
        self._phones: set[str] = set()
        self._elsewhere: dict[str, int] = {}  # phones of another process, by who counts them
        self._seen = 0
        for row in kept:
            self._restore(row)

    def _restore(self, row: Any) -> None:
        page = page_id(row.get("page")) if isinstance(row, dict) else None
        if page is None or page in self._displays or len(self._displays) >= MOST_AWAY:
            return
        try:
            name, settings = proper_name(row.get("name")), proper_settings(row.get("settings"))
        except BadSetting:
            return
        view = row.get("view")
        last = _Connection(view if view in (*ADDRESSES, "judge", "desk") else "projector", "")
        self._displays[page] = _Display(page, self._free_number(), last, name, settings=settings)

    def _free_number(self) -> int:
        taken = {one.number for one in self._displays.values()}
        return next(number for number in range(1, len(taken) + 2) if number not in taken)

    @property
    def phones(self) -> int:
        """Pages of the audience that have no row."""
        return len(self._phones) + sum(self._elsewhere.values())

    def count_elsewhere(self, counted_by: str, phones: int) -> None:
        """So many pages without a row are connected to another process."""
        self._elsewhere.pop(counted_by, None)
        if phones:
            self._elsewhere[counted_by] = phones

    def join(self, connection: str, said: Hello, address: str, who: Text | None = None) -> bool:
        """A page has connected. True when it has a row of its own from now on."""
        if said.preview:
            return False
        display = self._displays.get(said.page or "")
        if display is None and said.view == "audience" and not (said.page and said.name):
            self._phones.add(connection)
            return False
        if said.page is None:
            return False
        if display is None:
            if not self._has_room(address, who):
                return False
            last = _Connection(said.view, address)
            display = self._displays[said.page] = _Display(said.page, self._free_number(), last)
        elif len(display.connections) >= MOST_CONNECTIONS:
            return False
        display.last = display.connections[connection] = _Connection(said.view, address, said.size, who)
        display.offered = said.name or display.offered
        self._of[connection] = said.page
        self._touch(display)
        return True

    def _has_room(self, address: str, who: Text | None) -> bool:
        online = [one.last for one in self._displays.values() if one.connections]
        of_it = sum(1 for one in online if one.address == address and one.who is None)
        return len(online) < MOST_ONLINE and (who is not None or of_it < MOST_OF_A_MACHINE)

    def leave(self, connection: str) -> bool:
        """A connection has closed. True when the console has to be told."""
        page = self._of.pop(connection, None)
        if page is None:
            was_phone = connection in self._phones
            self._phones.discard(connection)
            return was_phone
        display = self._displays[page]
        del display.connections[connection]
        if display.connections:
            display.last = list(display.connections.values())[-1]
        self._touch(display)
        return True

    def describe(self, connection: str, message: Any) -> bool:
        """A page says how it is: {"sound", "size"}. True when that is news."""
        page = self._of.get(connection)
        if page is None or not isinstance(message, dict):
            return False
        one = self._displays[page].connections[connection]
        before = (one.sound, one.size)
        sound = message.get("sound")
        if isinstance(sound, str) and sound in SOUNDS:
            one.sound = sound
        one.size = size_of(message.get("size")) or one.size
        return before != (one.sound, one.size)

    def _touch(self, display: _Display) -> None:
        self._seen += 1
        display.seen = self._seen
        away = [one for one in self._displays.values() if not one.connections]
        # What an operator has named or set goes last.
        away.sort(key=lambda one: (one.kept, one.seen))
        for one in away[: max(0, len(away) - MOST_AWAY)]:
            del self._displays[one.page]

    def pages(self) -> frozenset[str]:
        """Every display that has a row."""
        return frozenset(self._displays)

    def known(self, page: str) -> bool:
        return page in self._displays

    def page_of(self, connection: str) -> str | None:
        """The display that a connection belongs to."""
        return self._of.get(connection)

    def connections(self, page: str) -> tuple[str, ...]:
        """The connections of a display; none while it is away."""
        display = self._displays.get(page)
        return tuple(display.connections) if display else ()

    def online(self) -> list[str]:
        """The displays that are there."""
        return [one.page for one in self._displays.values() if one.connections]

    def view_of(self, page: str) -> str:
        return self._displays[page].last.view

    def set(self, page: str, name: str | None, settings: Mapping[str, Any]) -> None:
        """Call it `name` (None: as before, "": as its address says) and change its settings (None takes one away)."""
        display = self._displays[page]
        if name is not None:
            display.name = name
        after = {**display.settings, **settings}
        display.settings = {key: value for key, value in after.items() if value is not None}

    def forget(self, page: str) -> None:
        """Take a display that is away out of the register."""
        if not self._displays[page].connections:
            del self._displays[page]

    def told(self, page: str) -> dict[str, Any]:
        """What a display is told of itself: {"name", "settings"}."""
        display = self._displays[page]
        return {"name": display.called, "settings": dict(display.settings)}

    def rows(self) -> list[dict[str, Any]]:
        """For the console, by number."""
        return [
            {
                "page": one.page,
                "number": one.number,
                "name": one.called,
                "view": one.last.view,
                "who": {"zh": one.last.who.zh, "en": one.last.who.en} if one.last.who else None,
                "address": one.last.address,
                "size": list(one.last.size) if one.last.size else None,
                "online": bool(one.connections),
                "connections": len(one.connections),
                "sound": one.last.sound,
                "settings": dict(one.settings),
            }
            for one in sorted(self._displays.values(), key=lambda one: one.number)
        ]

    def kept(self) -> list[dict[str, Any]]:
        """What is to outlive this process: every display that an operator has named or set."""
        return [
            {"page": one.page, "name": one.name, "settings": dict(one.settings), "view": one.last.view}
            for one in sorted(self._displays.values(), key=lambda one: one.seen)
            if one.kept
        ]
