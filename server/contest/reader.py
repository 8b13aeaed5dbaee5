"""What a setting of a contest file may be, and the walker that takes settings and notes every mistake with its place."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from question_bank.model import first_refused, refused_character

from .lines import Lines, Where, path_text

LONGEST_SHOWN = 80
MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `line` is None where the file as a whole lacks something; `path` is "" for the file itself."""

    file: str
    line: int | None
    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.path + ': ' if self.path else ''}found {self.found}; allowed: {self.allowed}"


class BadContestFile(ValueError):
    """A contest file that cannot be played by, with every mistake in the order of the file.

    `mistakes` holds a line for each, `details` the same in parts.
    """

    def __init__(self, details: list[Mistake]) -> None:
        self.details = details
        self.mistakes = [str(mistake) for mistake in details]
        super().__init__("\n".join(self.mistakes))


class Unfit(Exception):
    """A value that a setting cannot have."""


class Kind(Protocol):
    """What a setting may be."""

    @property
    def allowed(self) -> str:
        """What may be written, for people."""
        ...

    def take(self, value: Any) -> Any:
        """The value as the rules hold it. Raises Unfit."""
        ...


def plain(points_cp: int) -> str:
    """Centipoints as they are written in the file: "10", "-2.5", "0.01"."""
    return f"{points_cp / 100:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def take(self, value: Any) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            raise Unfit
        return int(value)


@dataclass(frozen=True, slots=True)
class Points:
    """Points with up to two decimals; the rules hold centipoints."""

    low_cp: int
    high_cp: int

    @property
    def allowed(self) -> str:
        return f"a number with up to two decimals from {plain(self.low_cp)} to {plain(self.high_cp)}"

    def take(self, value: Any) -> int:
        # The range first: it also turns away nan, inf and whole numbers that no float can hold.
        if type(value) not in (int, float) or not self.low_cp <= value * 100 <= self.high_cp:
            raise Unfit
        points_cp: int = round(value * 100)
        if abs(value * 100 - points_cp) > 1e-6:
            raise Unfit
        return points_cp


@dataclass(frozen=True, slots=True)
class WholePoints:
    """Points without decimals, as a contestant says them aloud; the rules hold centipoints."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def take(self, value: Any) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            raise Unfit
        return 100 * value


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes; the rules hold seconds."""

    most: int

    @property
    def allowed(self) -> str:
        return f"a number of minutes from 0 to {self.most} that makes whole seconds"

    def take(self, value: Any) -> int:
        if type(value) not in (int, float) or not 0 <= value <= self.most:
            raise Unfit
        seconds: int = round(value * 60)
        if abs(value * 60 - seconds) > 1e-6:
            raise Unfit
        return seconds


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    @property
    def allowed(self) -> str:
        return "true or false"

    def take(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unfit
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return ", ".join(f'"{option}"' for option in self.options)

    def take(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise Unfit
        return value


@dataclass(frozen=True, slots=True)
class Words:
    """A text that people read. Blanks around it do not count; only some may have several lines."""

    lines: bool = False

    @property
    def allowed(self) -> str:
        line = "" if self.lines else " on one line"
        return f"a text of 1 to {MOST_CHARACTERS} characters{line}, without invisible characters"

    def take(self, value: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not 1 <= len(text) <= MOST_CHARACTERS or (not self.lines and "\n" in text):
            raise Unfit
        if first_refused(text) is not None:
            raise Unfit
        return text


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few values that are written otherwise than the rules hold them, or else what `other` takes."""

    values: Mapping[str, Any]
    other: Kind

    @property
    def allowed(self) -> str:
        return f"{self.other.allowed}, or {', '.join(shown(value) for value in self.values)}"

    def take(self, value: Any) -> Any:
        if isinstance(value, str) and value in self.values:
            return self.values[value]
        return self.other.take(value)


@dataclass(frozen=True, slots=True)
class Several:
    """A list; the rules hold a tuple. `one_alone`: a value may stand without the list."""

    of: Kind
    most: int
    different: bool = False
    ascending: bool = False
    one_alone: bool = False

    @property
    def allowed(self) -> str:
        kind = " different" if self.different else ""
        alone = ", or one of them alone" if self.one_alone else ""
        return f"a list of 1 to {self.most}{kind} of: {self.of.allowed}{alone}"

    def take(self, value: Any) -> tuple[Any, ...]:
        if self.one_alone and not isinstance(value, list):
            value = [value]
        if not isinstance(value, list) or not 1 <= len(value) <= self.most:
            raise Unfit
        taken = [self.of.take(one) for one in value]
        if self.different and len(set(taken)) < len(taken):
            raise Unfit
        return tuple(sorted(taken) if self.ascending else taken)


@dataclass(frozen=True, slots=True)
class Alone:
    """The short form of a list: one value, which the rules hold as a tuple of one."""

    of: Kind

    @property
    def allowed(self) -> str:
        return self.of.allowed

    def take(self, value: Any) -> tuple[Any, ...]:
        return (self.of.take(value),)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in the file: which field of the rules it sets, and what it may be."""

    field: str
    kind: Kind


def shown(value: object, depth: int = 2) -> str:
    """A value of the file as a message shows it: on one line, short, with nothing invisible in it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        text = json.dumps(value[: LONGEST_SHOWN + 1], ensure_ascii=False)
        text = "".join(f"\\u{ord(one):04X}" if refused_character(one) else one for one in text)
    elif isinstance(value, list):
        text = f"[{', '.join(shown(one, depth - 1) for one in value[:10])}]" if depth else "[…]"
    elif isinstance(value, dict):
        pairs = (f"{shown(key)[1:-1]} = {shown(one, depth - 1)}" for key, one in list(value.items())[:10])
        text = f"{{{', '.join(pairs)}}}" if depth else "{…}"
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, int) and value.bit_length() > 200:
        text = "a number beyond all measure"  # Python refuses to write out the longest ones
    else:
        text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


class Reader:
    """Walks a parsed document and notes every mistake on the way."""

    def __init__(self, name: str, lines: Lines, top: Iterable[str] = ()) -> None:
        """`top`: settings of the whole contest, which people like to write below a table by mistake."""
        self._name = name
        self._lines = lines
        self._top = frozenset(top)
        self._mistakes: list[Mistake] = []
        self._bad: set[Where] = set()

    @property
    def mistakes(self) -> list[Mistake]:
        """What was found so far, in the order of the file."""
        return sorted(self._mistakes, key=lambda mistake: mistake.line or 0)

    def wrong(self, where: Where, found: object, allowed: str) -> None:
        """Note a mistake."""
        self._bad.add(where)
        line = self._lines.of(where)
        path = shown(path_text(where))[1:-1]  # a key may hold anything
        self._mistakes.append(Mistake(self._name, line, path, shown(found), allowed))

    def fine(self, *places: Where) -> bool:
        """True where nothing was wrong so far: what follows from a mistake is not told as another one."""
        return not self._bad.intersection(places)

    def known(self, table: Mapping[str, Any], where: Where, names: Iterable[str]) -> None:
        """Note every key of `table` that is no setting."""
        names = sorted(names)
        for key in table:
            if key in names:
                continue
            near = difflib.get_close_matches(key, names, 1)
            if where and key in self._top:
                hint = "it is a setting of the whole contest: write it above the first [table]"
            elif near:
                hint = f'did you mean "{near[0]}"? Settings here: {", ".join(names)}'
            else:
                hint = f"settings here: {', '.join(names)}"
            self.wrong((*where, key), table[key], f"no such setting; {hint}")

    def take(self, table: Mapping[str, Any], key: str, where: Where, kind: Kind, default: Any = None) -> Any:
        """The value of one setting; `default` where it is missing or cannot be."""
        if key not in table:
            return default
        try:
            return kind.take(table[key])
        except Unfit:
            self.wrong((*where, key), table[key], kind.allowed)
            return default

    def needed(self, table: Mapping[str, Any], key: str, where: Where, kind: Kind, stand_in: Any) -> Any:
        """As `take`, for a setting that must be there; `stand_in` only serves to go on reading."""
        if key not in table:
            self.wrong((*where, key), None, kind.allowed)
        return self.take(table, key, where, kind, stand_in)

    def settings(
        self, table: Mapping[str, Any], where: Where, settings: Mapping[str, Setting]
    ) -> dict[str, Any]:
        """Field → value for every setting that is there and can be. Two names of one field exclude each other."""
        found: dict[str, Any] = {}
        named: dict[str, str] = {}
        for key, setting in settings.items():
            if key not in table:
                continue
            if setting.field in named:
                self.wrong((*where, key), table[key], f'nothing beside "{named[setting.field]}"')
                continue
            named[setting.field] = key
            value = self.take(table, key, where, setting.kind)
            if value is not None:
                found[setting.field] = value
        return found

    def table(self, document: Mapping[str, Any], key: str, where: Where = ()) -> dict[str, Any]:
        """The table of that name; an empty one where it is missing or something else."""
        value = document.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((*where, key), value, f"a [{'.'.join(str(one) for one in (*where, key))}] table")
        return {}

    def tables(
        self, document: Mapping[str, Any], key: str, most: int, where: Where = ()
    ) -> list[dict[str, Any]]:
        """The [[tables]] of that name."""
        value = document.get(key, [])
        name = ".".join(part for part in (*where, key) if isinstance(part, str))
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.wrong((*where, key), value, f"[[{name}]] tables")
            return []
        if len(value) > most:
            self.wrong((*where, key), len(value), f"at most {most} [[{name}]] tables")
            return value[:most]
        return value
