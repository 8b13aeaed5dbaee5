"""What a sheet of marks means: its columns, weights and marks, with every mistake named at once. docs/qualification.md.

A header row names 编号/number, 姓名/name, 单位/unit and the marks: 第一阶段/stage1 and 第二阶段/stage2, or a stage's
parts as 第一阶段·听打 (30%) or stage1.typing. Rows named 权重/weight and 满分/max may follow it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from question_bank.question import excerpt, refused_character
from question_bank.tables import NOTE_SHEETS

from .cut import STAGES, WHOLE, Candidate, Part, Scheme, Stage, half_up, key
from .marks_file import BLANK, BadMarks, Cell, Grid, read_grids

Parts = Mapping[int, Mapping[str, Fraction]]

# The words that name a column; the first of each is the one shown to people.
NAMES = {
    "number": ("编号", "number", "选手编号", "参赛编号", "参赛号", "no", "no."),
    "name": ("姓名", "name", "选手姓名", "选手"),
    "unit": ("单位", "unit", "所在单位", "参赛单位", "工作单位"),
}
WEIGHT_ROW = frozenset({"权重", "weight", "weights", "比重"})
MAXIMUM_ROW = frozenset({"满分", "max", "maximum"})
ABSENT = frozenset({"缺考", "absent"})
# Sheets for people: never read unless asked for by name.
ASIDE = NOTE_SHEETS | {"示例", "example", "examples"}
STAGE_WORDS = ("第一阶段 (stage1)", "第二阶段 (stage2)")
_HEADER_WITHIN = 20
_LONGEST_TEXT = 200
_STAGE = r"(?:第\s*(?P<zh>[一二12])\s*阶段|stage\s*(?P<en>[12])(?![0-9]))"
_MARKS_COLUMN = re.compile(
    _STAGE + r"\s*(?:成绩|得分|分数|marks?|score)?"
    r"\s*(?:[·・•‧.:/|_—–-]\s*(?P<part>[^()%]*[^()%\s]))?"
    r"\s*(?:\(\s*(?P<weight>[0-9.]+)\s*%\s*\))?"
)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%?")
_MARK = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class Marks:
    """What was read: who, by which scheme, from which sheet (None: CSV), and notes for people."""

    candidates: tuple[Candidate, ...]
    scheme: Scheme
    sheet: str | None
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Column:
    """A column of marks. `part` is "" where the stage has one mark."""

    index: int
    stage: int
    part: str
    header: str
    weight: Fraction | None = None
    maximum: Fraction | None = None
    weight_is_wrong: bool = False


@dataclass(slots=True)
class _Reading:
    grid: Grid
    scale: Fraction
    mistakes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self, row: int, index: int, column: str, cell: Cell, allowed: str) -> None:
        found = f"{cell.problem}: {excerpt(cell.text)}" if cell.problem else excerpt(cell.text)
        found = "a blank cell" if cell == BLANK else f"“{found}”"
        self.mistakes.append(f"{self.grid.place(row, index, column)}: found {found}; allowed: {allowed}")


def read_marks(
    path: Path,
    *,
    sheet: str | None = None,
    weights: Sequence[Fraction] | None = None,
    parts: Parts | None = None,
    scale: Fraction = WHOLE,
    decimals: int = 2,
) -> Marks:
    """The marks in a file. What is given here (weights in percent, parts by stage 0, 1) beats what the file says.

    Raises BadMarks with every mistake.
    """
    grid = _the_sheet(path, read_grids(path, lambda found: _header_row(found) is not None), sheet)
    start = _header_row(grid)
    assert start is not None
    read = _Reading(grid, scale)
    texts, columns = _columns(read, start)
    first = _label_rows(read, start, columns)
    stages = _stages(read, grid.rows[start][0], columns, weights, parts or {})
    candidates = _candidates(read, grid.rows[first:], texts, columns)
    if first == len(grid.rows):
        read.mistakes.append(f"{grid.where}: no contestant in it; fill in one row each")
    if read.mistakes or stages is None:
        raise BadMarks(read.mistakes)
    if grid.saved_formulas:
        read.notes.append(f"{grid.saved_formulas} cells are formulas; the values saved with them are taken")
    return Marks(tuple(candidates), Scheme(stages, scale, decimals), grid.name, tuple(read.notes))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _column_name(text: str) -> str | None:
    folded = "".join(_folded(text).split())
    return next((name for name, words in NAMES.items() if folded in words), None)


def _header_row(grid: Grid) -> int | None:
    """The index of the first row that names the columns; a title may stand above it."""
    for index, (_, cells) in enumerate(grid.rows[:_HEADER_WITHIN]):
        if {"number", "name"} <= {_column_name(cell.text) for cell in cells}:
            return index
    return None


def _the_sheet(path: Path, grids: list[Grid], wanted: str | None) -> Grid:
    """The one sheet with marks. Raises BadMarks when there is none, or more than one."""
    header = "a row that names the columns 编号 (number) and 姓名 (name), and one each for the marks"
    if wanted is not None:
        named = [grid for grid in grids if grid.name is not None and key(grid.name) == key(wanted)]
        if not named:
            known = ", ".join(excerpt(grid.name) for grid in grids if grid.name is not None)
            raise BadMarks([f"{path.name}: found no sheet “{excerpt(wanted)}”; sheets: {known or 'none'}"])
        candidates = named
    else:
        candidates = [grid for grid in grids if not grid.hidden and key(grid.name or "") not in ASIDE]
    found = [grid for grid in candidates if _header_row(grid) is not None]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"“{excerpt(grid.name)}”" for grid in found)
        raise BadMarks([f"{path.name}: marks in several sheets: {names}; say which by --sheet NAME"])
    unread = [
        f"“{excerpt(grid.name)}”"
        for grid in grids
        if grid not in candidates and _header_row(grid) is not None
    ]
    hint = f"; not looked at, being hidden or for notes: {', '.join(unread)}" if unread else ""
    raise BadMarks([f"{path.name}: found no header row; needed: {header}{hint}"])


def _columns(read: _Reading, start: int) -> tuple[dict[str, int], list[_Column]]:
    """{number, name, unit: column index} and the columns of marks."""
    number, cells = read.grid.rows[start]
    texts: dict[str, int] = {}
    columns: list[_Column] = []
    unused = []
    for index, cell in enumerate(cells):
        shown = " ".join(cell.text.split())
        name = _column_name(shown)
        folded = _folded(shown)
        if name is not None:
            if name in texts:
                read.wrong(number, index, "", cell, f"one column {NAMES[name][0]} ({name})")
            texts.setdefault(name, index)
        elif match := _MARKS_COLUMN.fullmatch(folded):
            stage = 0 if (match["zh"] or match["en"]) in ("一", "1") else 1
            column = _Column(index, stage, match["part"] or "", shown)
            if match["weight"]:
                column.weight = _percent(read, number, column, Cell(match["weight"]))
            columns.append(column)
        elif re.match(_STAGE, folded):
            read.wrong(
                number, index, "", cell, "第一阶段, 第一阶段·听打, stage1.typing, each also with (30%)"
            )
        elif folded:
            unused.append(excerpt(shown))
    if unused:
        read.notes.append(f"columns not used: {', '.join(unused)}")
    return texts, columns


def _is_whole(read: _Reading, row: int, own: Sequence[_Column], word: str) -> bool:
    """Whether the columns of a stage can be meant: its one mark, or parts of different names."""
    names = [column.part for column in own]
    if own and len(set(names)) == len(names) and ("" not in names or len(names) == 1):
        return True
    found = ", ".join(f"“{excerpt(column.header)}”" for column in own) or f"no column {word}"
    read.mistakes.append(
        f"{read.grid.where}: row {row}: found {found}; allowed for {word}: either one mark, or parts of different names"
    )
    return False


def _percent(read: _Reading, row: int, column: _Column, cell: Cell) -> Fraction | None:
    match = None if cell.problem else _PERCENT.fullmatch(_folded(cell.text))
    value = Fraction(match[1]) if match else None
    if value is None or value > WHOLE:
        read.wrong(row, column.index, column.header, cell, "a weight from 0 to 100 percent, such as 30%")
        column.weight_is_wrong = True
        return None
    return value


def _label_rows(read: _Reading, start: int, columns: Sequence[_Column]) -> int:
    """Take in the rows 权重 and 满分 below the header; the index of the first row of a contestant."""
    first = start + 1
    while first < len(read.grid.rows):
        row, cells = read.grid.rows[first]
        label = _folded(next(cell.text for cell in cells if cell != BLANK))
        if label not in WEIGHT_ROW | MAXIMUM_ROW:
            break
        first += 1
        for column in columns:
            cell = cells[column.index] if column.index < len(cells) else BLANK
            if cell == BLANK:
                continue
            if label in WEIGHT_ROW:
                before, column.weight = column.weight, _percent(read, row, column, cell)
                if before is not None and column.weight is not None and before != column.weight:
                    read.wrong(
                        row, column.index, column.header, cell, "the weight that the header gives, or none"
                    )
            elif (
                not cell.problem and _MARK.fullmatch(_folded(cell.text)) and Fraction(_folded(cell.text)) > 0
            ):
                column.maximum = Fraction(_folded(cell.text))
            else:
                read.wrong(
                    row, column.index, column.header, cell, "the highest mark there is, a number above 0"
                )
    return first


def _stages(
    read: _Reading, row: int, columns: Sequence[_Column], weights: Sequence[Fraction] | None, parts: Parts
) -> tuple[Stage, ...] | None:
    """The scheme's stages, or None with the mistakes noted."""
    before = len(read.mistakes)
    where = f"{read.grid.where}: row {row}"
    found: list[tuple[Part, ...]] = []
    for stage in range(STAGES):
        own = [column for column in columns if column.stage == stage]
        word = STAGE_WORDS[stage]
        shares: dict[str, Fraction | None] = {column.part: column.weight for column in own}
        if not _is_whole(read, row, own, word):
            continue
        if stage not in parts and any(column.weight_is_wrong for column in own):
            continue  # that is told already, and what follows from it is no news
        if stage in parts:
            given = {_folded(name): weight for name, weight in parts[stage].items()}
            if set(given) != {_folded(name) for name in shares}:
                names = ", ".join(name or "(no parts)" for name in shares)
                read.mistakes.append(
                    f"--parts: found {', '.join(given)} for {word}; the columns have: {names}"
                )
                continue
            shares = {name: given[_folded(name)] for name in shares}
        elif set(shares) == {""}:
            shares = {"": WHOLE}
        if missing := [name for name, weight in shares.items() if weight is None]:
            read.mistakes.append(
                f"{where}: found no weight for {', '.join(missing)} of {word}; "
                "needed: (30%) in the header, a row 权重 (weight), or --parts"
            )
            continue
        known = {name: weight for name, weight in shares.items() if weight is not None}
        if known and sum(known.values()) != WHOLE:
            shown = " + ".join(plain(weight) for weight in known.values())
            read.mistakes.append(
                f"{where}: found the weights {shown} for the parts of {word}; allowed: a sum of 100"
            )
            continue
        found.append(tuple(Part(c.part, known[c.part], c.maximum or read.scale) for c in own))
    of_stages = _stage_weights(read, where, columns, weights)
    if len(read.mistakes) > before or of_stages is None or len(found) < STAGES:
        return None
    return tuple(Stage(weight, own) for weight, own in zip(of_stages, found, strict=True))


def _stage_weights(
    read: _Reading, where: str, columns: Sequence[_Column], weights: Sequence[Fraction] | None
) -> Sequence[Fraction] | None:
    in_file = {
        column.stage: column.weight for column in columns if not column.part and column.weight is not None
    }
    if weights is not None:
        if in_file and any(weights[stage] != weight for stage, weight in in_file.items()):
            read.notes.append("--weights is taken instead of the stage weights in the file")
        return weights
    if not in_file:
        return (Fraction(50), Fraction(50))
    if len(in_file) < STAGES or sum(in_file.values()) != WHOLE:
        shown = ", ".join(
            f"{STAGE_WORDS[stage]} {plain(weight)}" for stage, weight in sorted(in_file.items())
        )
        read.mistakes.append(
            f"{where}: found the stage weights {shown}; allowed: one for each stage, a sum of 100 (or --weights 50,50)"
        )
        return None
    return [in_file[stage] for stage in range(STAGES)]


def plain(value: Fraction) -> str:
    """A weight or maximum for people, to four decimals at most."""
    return f"{half_up(value, 4).normalize():f}"


def _candidates(
    read: _Reading,
    rows: Sequence[tuple[int, list[Cell]]],
    texts: Mapping[str, int],
    columns: Sequence[_Column],
) -> list[Candidate]:
    found = []
    seen: dict[str, int] = {}
    for row, cells in rows:
        before = len(read.mistakes)
        words = {name: _text(read, row, cells, texts, name) for name in NAMES}
        number = words["number"]
        if number and key(number) in seen:
            read.wrong(
                row,
                texts["number"],
                NAMES["number"][0],
                Cell(number),
                f"a number of one's own (row {seen[key(number)]} has it too)",
            )
        seen.setdefault(key(number), row)
        marks: list[list[Fraction | None]] = [[] for _ in range(STAGES)]
        for column in columns:
            marks[column.stage].append(_mark(read, row, cells, column))
        if len(read.mistakes) == before:
            found.append(Candidate(number, words["name"], words["unit"], tuple(map(tuple, marks))))
    return found


def _text(read: _Reading, row: int, cells: Sequence[Cell], texts: Mapping[str, int], name: str) -> str:
    index = texts.get(name)
    cell = cells[index] if index is not None and index < len(cells) else BLANK
    if name == "unit" and cell == BLANK:
        return "—"
    bad = cell.problem or not cell.text or len(cell.text) > _LONGEST_TEXT
    if bad or any(refused_character(c) or c == "\n" for c in cell.text):
        allowed = f"a text of 1 to {_LONGEST_TEXT} characters on one line, without invisible characters"
        read.wrong(row, index or 0, NAMES[name][0], cell, allowed)
        return ""
    return cell.text


def _mark(read: _Reading, row: int, cells: Sequence[Cell], column: _Column) -> Fraction | None:
    cell = cells[column.index] if column.index < len(cells) else BLANK
    folded = _folded(cell.text)
    if not cell.problem and folded in ABSENT:
        return None
    maximum = column.maximum or read.scale
    if not cell.problem and _MARK.fullmatch(folded) and Fraction(folded) <= maximum:
        return Fraction(folded)
    allowed = f"a mark from 0 to {plain(maximum)} as a plain number, or 缺考 (absent)"
    read.wrong(row, column.index, column.header, cell, allowed)
    return None
