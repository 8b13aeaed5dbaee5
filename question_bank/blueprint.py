"""What a paper asks of the bank: a line for each round, and the wishes of `[paper]` in a contest file. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, Protocol

from question_bank.question import FORMS, LEVELS

LANGUAGES = ("zh", "en")
REPEATS = ("avoid", "never")
TIE_BREAK = "tie_break"
MOST = 1000
_LONGEST = 40


class Entry(NamedTuple):
    """What the draw knows of a question, which is nothing that a contestant could learn from."""

    id: str
    round: str
    form: str
    value: int | None
    level: str
    area: str
    language: str
    tags: tuple[str, ...] = ()


class Drawable(Protocol):
    """What the draw reads of a question: an Entry, or an Outline of the bank."""

    @property
    def id(self) -> str: ...
    @property
    def round(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def value(self) -> int | None: ...
    @property
    def level(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """So many of a line's questions are of this level, or of this area ("" means any)."""

    count: int
    level: str = ""
    area: str = ""

    def takes(self, entry: Drawable) -> bool:
        """Whether the question, which its line takes, may count for this part."""
        return self.level in ("", entry.level) and self.area in ("", entry.area)


@dataclass(frozen=True, slots=True)
class Line:
    """The questions of one round, or of one value of its risk round.

    key: names the line, "1" for the first round, "4/20" for 20 points in the fourth, "tie_break".
    count: needed; spare: taken as far as the pool has them. An empty tuple of wishes means: any.
    value: that of a risk round's questions. tags: each must be there. max_per_area: most questions of one area.
    """

    key: str
    round: str
    count: int
    spare: int = 0
    value: int | None = None
    levels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    max_per_area: int | None = None
    parts: tuple[Part, ...] = ()

    def takes(self, entry: Drawable) -> bool:
        """Whether the question may stand in this line at all."""
        return (
            entry.round == self.round
            and (self.round != "risk" or entry.value == self.value)
            and (not self.levels or entry.level in self.levels)
            and (not self.areas or entry.area in self.areas)
            and (not self.forms or entry.form in self.forms)
            and (not self.languages or entry.language in self.languages)
            and (not self.points or entry.value in self.points)
            and set(self.tags) <= set(entry.tags)
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, every field by its name."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        lists = {name: list(value) for name, value in found.items() if isinstance(value, tuple)}
        parts = [{"count": part.count, "level": part.level, "area": part.area} for part in self.parts]
        return {**found, **lists, "parts": parts}


def line_from(data: Mapping[str, Any]) -> Line:
    """The line of `to_dict`. Raises ValueError for anything else."""
    try:
        parts = tuple(Part(int(p["count"]), str(p["level"]), str(p["area"])) for p in data["parts"])
        lists = {
            name: tuple(data[name]) for name in ("levels", "areas", "forms", "tags", "languages", "points")
        }
        line = Line(**{**data, **lists, "parts": parts})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a line of a blueprint: {error}") from error
    counts = (line.count, line.spare, *(part.count for part in parts))
    if any(type(count) is not int or not 0 <= count <= 100 * MOST for count in counts):
        raise ValueError(f"line {line.key}: counts are whole numbers from 0 up")
    return line


@dataclass(frozen=True, slots=True)
class Wish:
    """What `[[paper.round]]` asks of one round; the fields are those of Line."""

    levels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    max_per_area: int | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`[paper]` of a contest file. repeats: "avoid" takes used questions where fresh ones run out, "never" does not."""

    repeats: str = "avoid"
    languages: tuple[str, ...] = ()
    max_per_area: int | None = None
    rounds: Mapping[int | str, Wish] = field(default_factory=dict)

    def apply(self, line: Line, place: int | str) -> Line:
        """The line with what the plan says of the round at `place` (from 1, or "tie_break")."""
        wish = self.rounds.get(place, Wish())
        changes = {one.name: getattr(wish, one.name) for one in fields(wish) if getattr(wish, one.name)}
        return replace(line, **{"languages": self.languages, "max_per_area": self.max_per_area, **changes})


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in `[paper]`: where, as keys and places from 1; what was found; what may stand there."""

    where: tuple[str | int, ...]
    found: Any
    allowed: str


TOP = ("repeats", "languages", "max_per_area", "round")
ROUND = ("round", "levels", "areas", "forms", "tags", "languages", "points", "max_per_area")
_CHOICES: dict[str, tuple[str, ...]] = {"levels": LEVELS, "forms": FORMS, "languages": LANGUAGES}


def read(
    table: Any, kinds: Mapping[int | str, str], counts: Mapping[int | str, int]
) -> tuple[Plan, list[Fault]]:
    """`[paper]` as TOML gives it → the plan, and every mistake.

    Args:
        kinds: place of each round (from 1, or "tie_break") → the kind of its questions.
        counts: place → how many questions it needs.
    """
    faults: list[Fault] = []
    if not isinstance(table, Mapping):
        return Plan(), [Fault(("paper",), table, "a [paper] table")]
    _known(table, ("paper",), TOP, faults)
    repeats = table.get("repeats", "avoid")
    if repeats not in REPEATS:
        faults.append(Fault(("paper", "repeats"), repeats, '"avoid" or "never"'))
    rows = table.get("round", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        faults.append(Fault(("paper", "round"), rows, "[[paper.round]] tables"))
        rows = []
    rounds: dict[int | str, Wish] = {}
    for number, row in enumerate(rows, start=1):
        where = ("paper", "round", number)
        _known(row, where, ROUND, faults)
        place = row.get("round")
        if isinstance(place, bool) or not isinstance(place, int | str) or place not in kinds:
            allowed = ", ".join(str(one) for one in kinds)
            faults.append(Fault((*where, "round"), place, f"the number of a round: {allowed}"))
        elif place in rounds:
            faults.append(Fault((*where, "round"), place, "a round that no other [[paper.round]] names"))
        else:
            rounds[place] = _wish(row, where, kinds[place], counts.get(place, 0), faults)
    plan = Plan(
        repeats if repeats in REPEATS else "avoid",
        _texts(table, "languages", ("paper",), faults),
        _most(table, ("paper",), faults),
        rounds,
    )
    return plan, faults


def _known(
    table: Mapping[str, Any], where: tuple[str | int, ...], names: tuple[str, ...], faults: list[Fault]
) -> None:
    faults += [Fault((*where, name), table[name], ", ".join(names)) for name in table if name not in names]


def _wish(
    row: Mapping[str, Any], where: tuple[str | int, ...], kind: str, count: int, faults: list[Fault]
) -> Wish:
    parts: list[Part] = []
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("levels", "areas"):
        value = row.get(name, [])
        if not isinstance(value, Mapping):
            lists[name] = _texts(row, name, where, faults)
            continue
        lists[name] = ()
        if parts:
            faults.append(Fault((*where, name), dict(value), "counts by level or by area, not by both"))
        elif kind == "risk":
            faults.append(Fault((*where, name), dict(value), "a list: a risk round counts by value"))
        else:
            parts += _parts(value, name, (*where, name), count, faults)
    points = row.get("points", [])
    if not isinstance(points, list) or not all(type(p) is int and 1 <= p <= 100 for p in points):
        faults.append(Fault((*where, "points"), points, "a list of whole numbers from 1 to 100"))
        points = []
    return Wish(
        levels=lists["levels"],
        areas=lists["areas"],
        forms=_texts(row, "forms", where, faults),
        tags=_texts(row, "tags", where, faults),
        languages=_texts(row, "languages", where, faults),
        points=tuple(points),
        max_per_area=_most(row, where, faults),
        parts=tuple(parts),
    )


def _parts(
    table: Mapping[str, Any], name: str, where: tuple[str | int, ...], most: int, faults: list[Fault]
) -> list[Part]:
    found = []
    for key, count in table.items():
        if not _text_fits(name, key):
            faults.append(Fault((*where, key), key, _allowed(name)))
        elif type(count) is not int or not 0 <= count <= MOST:
            faults.append(Fault((*where, key), count, "a whole number from 0 up"))
        else:
            found.append(Part(count, **{name.removesuffix("s"): key}))
    if sum(part.count for part in found) > most:
        faults.append(Fault(where, dict(table), f"counts that sum to at most {most}, which the round needs"))
    return found


def _most(table: Mapping[str, Any], where: tuple[str | int, ...], faults: list[Fault]) -> int | None:
    value = table.get("max_per_area")
    if value is not None and (type(value) is not int or not 1 <= value <= MOST):
        faults.append(Fault((*where, "max_per_area"), value, f"a whole number from 1 to {MOST}"))
        return None
    return value


def _texts(
    table: Mapping[str, Any], name: str, where: tuple[str | int, ...], faults: list[Fault]
) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(_text_fits(name, one) for one in value):
        faults.append(Fault((*where, name), value, f"a list: {_allowed(name)}"))
        return ()
    return tuple(value)


def _text_fits(name: str, value: Any) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _allowed(name: str) -> str:
    return ", ".join(_CHOICES[name]) if name in _CHOICES else f"words of at most {_LONGEST} characters"
