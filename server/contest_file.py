"""Reads a contest.toml into a rulebook; gives every mistake at once, with where, what was found, what is allowed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .game.rulebook import BuzzIn, Compulsory, Contestant, Judge, Risk, RoundRules, Rulebook, Scenario, Text

PRESET = Path(__file__).parent / "presets" / "default.toml"
ROUNDS: dict[str, tuple[type[RoundRules], Text]] = {
    "compulsory": (Compulsory, Text("必答题", "Compulsory")),
    "scenario": (Scenario, Text("情景模拟题", "Scenario")),
    "buzz_in": (BuzzIn, Text("抢答题", "Buzz-in")),
    "risk": (Risk, Text("风险题", "Risk")),
}
MOST_SEATS = 9


class BadContestFile(ValueError):
    """`mistakes` holds one line each: file: path: what was found; what is allowed."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class _Number:
    """What a numeric setting may be: points have up to two decimals and become centipoints."""

    low: int
    high: int
    points: bool = False


# Setting in the file → field of the round's rules. Points are written plainly: right = 10.
_SECONDS = _Number(1, 3600)
_POINTS = _Number(-1000, 1000, points=True)
SETTINGS: dict[str, dict[str, tuple[str, _Number]]] = {
    "compulsory": {
        "turns": ("turns", _Number(1, 20)),
        "right": ("right_cp", _POINTS),
        "wrong": ("wrong_cp", _POINTS),
        "seconds": ("seconds", _SECONDS),
    },
    "scenario": {
        "seconds": ("seconds", _SECONDS),
        "drop": ("drop", _Number(0, 3)),
    },
    "buzz_in": {
        "questions": ("questions", _Number(1, 100)),
        "right": ("right_cp", _POINTS),
        "wrong": ("wrong_cp", _POINTS),
        "foul": ("foul_cp", _Number(-1000, 0, points=True)),
        "begin_seconds": ("begin_seconds", _SECONDS),
        "finish_seconds": ("finish_seconds", _SECONDS),
        "nobody_seconds": ("nobody_seconds", _Number(1, 600)),
    },
    "risk": {
        "seconds": ("seconds", _SECONDS),
    },
}


class _Reader:
    """Walks a parsed TOML document and notes every mistake on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mistakes: list[str] = []

    def wrong(self, path: str, found: object, allowed: str) -> None:
        self.mistakes.append(f"{self.name}: {path}: found {found!r}; allowed: {allowed}")

    def known(self, table: dict[str, Any], path: str, names: set[str]) -> None:
        for key in sorted(set(table) - names):
            self.wrong(
                f"{path}.{key}".lstrip("."), table[key], f"no such setting; known: {', '.join(sorted(names))}"
            )

    def text(self, table: dict[str, Any], key: str, path: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or not value.strip() or len(value) > 200:
            self.wrong(f"{path}.{key}".lstrip("."), value, "a text of 1 to 200 characters")
            return "?"
        return value.strip()

    def number(self, table: dict[str, Any], key: str, path: str, rule: _Number) -> int | None:
        value = table.get(key)
        if value is None:
            return None
        bad = (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not rule.low <= value <= rule.high
        )
        scaled = 0 if bad else round(value * 100) if rule.points else value
        if bad or (rule.points and abs(value * 100 - scaled) > 1e-6) or not isinstance(scaled, int):
            kind = "a number with up to two decimals" if rule.points else "a whole number"
            self.wrong(f"{path}.{key}".lstrip("."), value, f"{kind} from {rule.low} to {rule.high}")
            return None
        return scaled

    def flag(self, table: dict[str, Any], key: str, path: str, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            self.wrong(f"{path}.{key}", value, "true or false")
            return default
        return value

    def tables(self, document: dict[str, Any], key: str) -> list[dict[str, Any]]:
        value = document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.wrong(key, value, f"[[{key}]] tables")
            return []
        return value


def read_contest(path: Path) -> Rulebook:
    """The rulebook in the file at `path`. Raises BadContestFile with every mistake."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadContestFile([f"{path}: cannot be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise BadContestFile(
            [f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8"]
        ) from error
    except (ValueError, RecursionError) as error:  # also of numbers and nesting that no contest needs
        raise BadContestFile([f"{path}: {error}"]) from error
    return rulebook_from(document, str(path))


def rulebook_from(document: dict[str, Any], name: str) -> Rulebook:
    """The rulebook in a parsed document. Raises BadContestFile."""
    read = _Reader(name)
    texts = {"title", "title_en", "subtitle", "subtitle_en", "language"}
    read.known(document, "", {*texts, "base", "buzzers", "contestant", "judge", "round"})
    language = document.get("language", "zh-CN")
    if language not in ("zh-CN", "en"):
        read.wrong("language", language, '"zh-CN" or "en"')
    base_cp = read.number(document, "base", "", _Number(-10000, 10000, points=True))
    title = read.text(document, "title", "")
    subtitle = read.text(document, "subtitle", "", "现场答题")
    rulebook = Rulebook(
        title=Text(title, read.text(document, "title_en", "", title)),
        subtitle=Text(subtitle, read.text(document, "subtitle_en", "", "The stage final")),
        language=language,
        base_cp=10_000 if base_cp is None else base_cp,
        contestants=_contestants(read, document),
        judges=_judges(read, document),
        rounds=_rounds(read, document),
        web_buzzers=_web_buzzers(read, document),
    )
    if any(isinstance(rules, Scenario) for rules in rulebook.rounds) and not rulebook.judges:
        read.wrong("judge", [], "at least one [[judge]] where there is a scenario round")
    if read.mistakes:
        raise BadContestFile(read.mistakes)
    return rulebook


def _web_buzzers(read: _Reader, document: dict[str, Any]) -> bool:
    table = document.get("buzzers", {})
    if not isinstance(table, dict):
        read.wrong("buzzers", table, "a [buzzers] table")
        return False
    read.known(table, "buzzers", {"web"})
    return read.flag(table, "web", "buzzers", False)


def _contestants(read: _Reader, document: dict[str, Any]) -> tuple[Contestant, ...]:
    found: list[Contestant] = []
    rows = read.tables(document, "contestant")
    if not 2 <= len(rows) <= MOST_SEATS:
        read.wrong("contestant", len(rows), f"2 to {MOST_SEATS} [[contestant]] tables")
    for index, row in enumerate(rows, start=1):
        path = f"contestant {index}"
        read.known(row, path, {"seat", "number", "name", "unit"})
        seat = read.number(row, "seat", path, _Number(1, MOST_SEATS)) or index
        if any(other.seat == seat for other in found):
            read.wrong(f"{path}.seat", seat, "a seat of one's own")
        found.append(
            Contestant(
                seat,
                read.text(row, "number", path, str(seat)),
                read.text(row, "name", path),
                read.text(row, "unit", path, "—"),
            )
        )
    return tuple(sorted(found, key=lambda contestant: contestant.seat))


def _judges(read: _Reader, document: dict[str, Any]) -> tuple[Judge, ...]:
    found = []
    for index, row in enumerate(read.tables(document, "judge"), start=1):
        read.known(row, f"judge {index}", {"name", "unit"})
        found.append(
            Judge(
                index, read.text(row, "name", f"judge {index}"), read.text(row, "unit", f"judge {index}", "—")
            )
        )
    return tuple(found)


def _rounds(read: _Reader, document: dict[str, Any]) -> tuple[RoundRules, ...]:
    rows = read.tables(document, "round")
    if not rows:
        read.wrong("round", rows, "at least one [[round]]")
    return tuple(
        rules for index, row in enumerate(rows, start=1) if (rules := _round(read, row, f"round {index}"))
    )


def _round(read: _Reader, row: dict[str, Any], path: str) -> RoundRules | None:
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in ROUNDS:
        read.wrong(f"{path}.kind", kind, ", ".join(ROUNDS))
        return None
    rules, title = ROUNDS[kind]
    settings = SETTINGS[kind]
    extra = {"values", "may_decline"} if kind == "risk" else set()
    read.known(row, path, {"kind", "title", "title_en", *settings, *extra})
    values: dict[str, Any] = {
        "title": Text(read.text(row, "title", path, title.zh), read.text(row, "title_en", path, title.en))
    }
    for key, (name, rule) in settings.items():
        value = read.number(row, key, path, rule)
        if value is not None:
            values[name] = value
    if "values" in row:
        stakes = row["values"]
        if (
            isinstance(stakes, list)
            and stakes
            and all(type(stake) is int and stake in (10, 20, 30) for stake in stakes)
        ):
            values["values_cp"] = tuple(stake * 100 for stake in sorted(set(stakes)))
        else:
            read.wrong(
                f"{path}.values", stakes, "a list out of 10, 20, 30 (the values the question bank has)"
            )
    if "may_decline" in row:
        values["may_decline"] = read.flag(row, "may_decline", path, True)
    assert set(values) <= {field.name for field in fields(rules)}
    return rules(**values)
