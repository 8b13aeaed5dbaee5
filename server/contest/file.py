"""Reads a contest.toml into a rulebook; gives every mistake at once, with where, what was found, what is allowed.

What a setting may be: `contest/reader.py` has the kinds, `contest/rounds.py` the settings of each round; for people:
docs/rulebook.md.
"""

from __future__ import annotations

import argparse
import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from question_bank.blueprint import Plan

from ..game.rulebook import Contestant, FreeCue, Judge, RoundRules, Rulebook, Scenario, Text
from . import paper as contest_paper
from . import rounds as contest_rounds
from .lines import Lines, Where
from .look import SETTINGS, THEMES, look_of, picture
from .reader import BadContestFile, Choice, Flag, Minutes, Mistake, OneOf, Points, Reader, Whole
from .rounds import MOST_ROUNDS, TEXT, TITLE

__all__ = [
    "PRESET",
    "BadContestFile",
    "contest_path",
    "picture_sources",
    "read_contest",
    "read_paper",
    "rulebook_from",
]

PRESETS = Path(__file__).parent.parent / "presets"
PRESET = PRESETS / "default.toml"
LARGEST_FILE = 1024 * 1024
LEAST_SEATS, MOST_SEATS = 2, 9
MOST_JUDGES, MOST_CUES = 99, 100
NO_UNIT = "—"

TOP = (
    *("title", "title_en", "subtitle", "subtitle_en", "language", "theme", "base", "staged"),
    *("look", "buzzers", "contestant", "judge", "round", "tie_break", "cue", "paper"),
)
SECTIONS: dict[str, tuple[str, ...]] = {
    "": TOP,
    "contestant": ("seat", "number", "name", "unit", "photo"),
    "judge": ("name", "unit", "chief"),
    "look": SETTINGS,
    "buzzers": ("web",),
    "cue": ("title", "title_en", "kind", "after", "minutes", "seconds"),
    **contest_rounds.SECTIONS,
    **contest_paper.SECTIONS,
}
"""Table of the file → every setting that it may hold; docs/rulebook.md explains just these."""


def contest_path(text: str) -> Path:
    """The contest file that a command line means: a path, or preset:NAME. For argparse: a wrong name is its error."""
    if not text.startswith("preset:"):
        return Path(text)
    names = sorted(path.stem for path in PRESETS.glob("*.toml"))
    name = text.removeprefix("preset:")
    if name in names:
        return PRESETS / f"{name}.toml"
    near = difflib.get_close_matches(name, names, 1)
    hint = f'; did you mean "preset:{near[0]}"?' if near else ""
    raise argparse.ArgumentTypeError(f"there is no preset {name!r}; presets: {', '.join(names)}{hint}")


def read_contest(path: Path) -> Rulebook:
    """The rulebook in the file at `path`. Raises BadContestFile with every mistake."""
    return _read(path)[0]


def picture_sources(path: Path) -> dict[str, Path]:
    """Name of each picture in the rulebook → the file it is to be copied from. Raises BadContestFile."""
    return _read(path)[1]


def read_paper(path: Path) -> Plan:
    """What `[paper]` of the file asks of the draw. Raises BadContestFile."""
    return _read(path)[2]


def rulebook_from(document: Mapping[str, Any], name: str, folder: Path, text: str = "") -> Rulebook:
    """The rulebook in a parsed document. Raises BadContestFile.

    Args:
        name: the file's, for messages.
        folder: where pictures are looked for.
        text: what the document was parsed from; without it mistakes have no lines.
    """
    return _rulebook(Reader(name, Lines(text), TOP), document, folder, {})[0]


def _read(path: Path) -> tuple[Rulebook, dict[str, Path], Plan]:
    text = _text(path)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers and nesting that no contest needs
        line = re.search(r"\(at line (\d+),", str(error))
        raise _unread(
            path, str(error), "TOML, as docs/rulebook.md has it", int(line[1]) if line else None
        ) from error
    pictures: dict[str, Path] = {}
    rulebook, plan = _rulebook(Reader(str(path), Lines(text), TOP), document, path.parent, pictures)
    return rulebook, pictures, plan


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unread(
            path, f"no file that can be read ({reason})", "a contest file, or preset:NAME"
        ) from error
    if len(content) > LARGEST_FILE:
        raise _unread(path, "a larger file", "a contest file of at most 1 MB")
    try:
        # As TOML has it, a line may end the Windows way.
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unread(
            path, f"byte {error.start} is not UTF-8", "UTF-8 text: save the file as UTF-8", line
        ) from error


def _unread(path: Path, found: str, allowed: str, line: int | None = None) -> BadContestFile:
    return BadContestFile([Mistake(str(path), line, "", found, allowed)])


def _rulebook(
    read: Reader, document: Mapping[str, Any], folder: Path, pictures: dict[str, Path]
) -> tuple[Rulebook, Plan]:
    read.known(document, (), TOP)
    title = read.needed(document, "title", (), TITLE, "?")
    contestants = _contestants(read, document, folder, pictures)
    judges = _judges(read, document)
    rows = read.tables(document, "round", MOST_ROUNDS)
    if not rows and read.fine(("round",)):
        read.wrong(("round",), None, "at least one [[round]]")
    rounds = [
        contest_rounds.round_rules(read, row, ("round", number), len(contestants))
        for number, row in enumerate(rows, start=1)
    ]
    _check_panel(read, rows, rounds, contestants, judges)
    buzzers = read.table(document, "buzzers")
    read.known(buzzers, ("buzzers",), SECTIONS["buzzers"])
    theme = read.take(document, "theme", (), Choice(THEMES), "stage")
    rulebook = Rulebook(
        title=Text(title, read.take(document, "title_en", (), TITLE, title)),
        subtitle=Text(
            read.take(document, "subtitle", (), TITLE, "现场答题"),
            read.take(document, "subtitle_en", (), TITLE, "The stage final"),
        ),
        language=read.take(document, "language", (), Choice(("zh-CN", "en")), "zh-CN"),
        base_cp=read.take(document, "base", (), Points(-1_000_000, 1_000_000), 10_000),
        contestants=tuple(sorted(contestants, key=lambda contestant: contestant.seat)),
        judges=judges,
        rounds=tuple(rules for rules in rounds if rules is not None),
        web_buzzers=read.take(buzzers, "web", ("buzzers",), Flag(), False),
        theme=theme,
        staged=read.take(document, "staged", (), Flag(), False),
        tie_break=contest_rounds.tie_break(read, document, len(contestants)),
        cues=_cues(read, document, len(rows)),
        look=look_of(read, document, theme, folder, pictures),
    )
    # What a round needs cannot be told while its rules are wrong.
    plan = Plan() if read.mistakes else contest_paper.plan_of(read, document, rulebook)
    if read.mistakes:
        raise BadContestFile(read.mistakes)
    return rulebook, plan


def _contestants(
    read: Reader, document: Mapping[str, Any], folder: Path, pictures: dict[str, Path]
) -> list[Contestant]:
    """Contestants in the order of the file."""
    rows = read.tables(document, "contestant", MOST_SEATS)
    if len(rows) < LEAST_SEATS and read.fine(("contestant",)):
        read.wrong(("contestant",), len(rows), f"{LEAST_SEATS} to {MOST_SEATS} [[contestant]] tables")
    found: list[Contestant] = []
    numbers: dict[str, int] = {}
    for index, row in enumerate(rows, start=1):
        where: Where = ("contestant", index)
        read.known(row, where, SECTIONS["contestant"])
        seat = read.take(row, "seat", where, Whole(1, MOST_SEATS), index)
        if any(other.seat == seat for other in found) and read.fine((*where, "seat")):
            read.wrong((*where, "seat"), seat, "a seat that no other contestant has")
        number = read.take(row, "number", where, TEXT, str(seat))
        first = numbers.setdefault(number, index)
        if first != index and read.fine((*where, "number"), (*where, "seat")):
            read.wrong((*where, "number"), number, f"another number than contestant {first} has")
        photo = read.take(row, "photo", where, TEXT, "")
        found.append(
            Contestant(
                seat,
                number,
                read.needed(row, "name", where, TEXT, "?"),
                read.take(row, "unit", where, TEXT, NO_UNIT),
                picture(read, photo, (*where, "photo"), f"photo-{seat}", folder, pictures) if photo else "",
            )
        )
    return found


def _judges(read: Reader, document: Mapping[str, Any]) -> tuple[Judge, ...]:
    found: list[Judge] = []
    for index, row in enumerate(read.tables(document, "judge", MOST_JUDGES), start=1):
        where: Where = ("judge", index)
        read.known(row, where, SECTIONS["judge"])
        chief = read.take(row, "chief", where, Flag(), False)
        other = next((judge for judge in found if judge.chief), None)
        if chief and other:
            read.wrong((*where, "chief"), True, f"one chief judge; judge {other.number} is it already")
        found.append(
            Judge(
                index,
                read.needed(row, "name", where, TEXT, "?"),
                read.take(row, "unit", where, TEXT, NO_UNIT),
                chief,
            )
        )
    return tuple(found)


def _check_panel(
    read: Reader,
    rows: list[dict[str, Any]],
    rounds: list[RoundRules | None],
    contestants: list[Contestant],
    judges: tuple[Judge, ...],
) -> None:
    """Every scenario needs enough judges who may mark: those of the contestant's own unit may not."""
    if not read.fine(("judge",), ("contestant",)):
        return
    told: set[int] = set()
    for number, (row, rules) in enumerate(zip(rows, rounds, strict=True), start=1):
        if not isinstance(rules, Scenario):
            continue
        if not judges:
            read.wrong(("judge",), None, "at least one [[judge]] where there is a scenario round")
            return
        fewest = len(judges)
        for index, contestant in enumerate(contestants, start=1):
            own = rules.mask_own_unit and contestant.unit != NO_UNIT
            left = sum(not own or judge.unit != contestant.unit for judge in judges)
            fewest = min(fewest, left)
            if left or index in told:
                continue
            told.add(index)
            read.wrong(
                ("contestant", index, "unit"),
                contestant.unit,
                f"a unit that leaves at least one judge: all are of this one, and do not mark it in round {number} "
                "(mask_own_unit)",
            )
        if "drop" in row and rules.least_to_drop <= fewest <= 2 * rules.drop:
            most = (fewest - 1) // 2
            read.wrong(
                ("round", number, "drop"),
                rules.drop,
                f"at most {most} where {fewest} judges mark a contestant",
            )


def _cues(read: Reader, document: Mapping[str, Any], rounds: int) -> tuple[FreeCue, ...]:
    after = OneOf({"result": rounds + 1}, Whole(0, rounds))
    kinds = Choice(("speech", "video", "award", "break"))
    found = []
    for index, row in enumerate(read.tables(document, "cue", MOST_CUES), start=1):
        where: Where = ("cue", index)
        read.known(row, where, SECTIONS["cue"])
        title = read.needed(row, "title", where, TITLE, "?")
        if "minutes" in row and "seconds" in row:
            read.wrong((*where, "seconds"), row["seconds"], 'nothing beside "minutes"')
        minutes = read.take(row, "minutes", where, Minutes(600), 3 * 60)
        found.append(
            FreeCue(
                Text(title, read.take(row, "title_en", where, TITLE, title)),
                read.take(row, "kind", where, kinds, "speech"),
                read.take(row, "after", where, after, 0),
                read.take(row, "seconds", where, Whole(0, 36_000), minutes),
            )
        )
    return tuple(found)
