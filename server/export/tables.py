"""What a table of the account is made of, and what is said in one phrase; the tables themselves: `account_tables`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..account import Decision
from ..result import Result
from . import words as w
from .words import Words


@dataclass(frozen=True, slots=True)
class Points:
    """A cell that is a number of points, in centipoints; `signed`: written with a plus for gains."""

    cp: int
    signed: bool = False

    def text(self) -> str:
        return w.change(self.cp) if self.signed else w.points(self.cp)


Cell = str | int | Points
Rows = Iterable[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: its share of the width of a page, in ems of the text; figures stand at the right."""

    title: str
    width: float
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table. `struck`: the indices of rows that do not count any more. Nothing to note: no column for notes."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    struck: frozenset[int] = frozenset()


def cell_text(cell: Cell) -> str:
    """A cell as people read it."""
    return cell.text() if isinstance(cell, Points) else str(cell)


def decision_text(decision: Decision, result: Result, words: Words) -> str:
    """How a tie was decided, in one phrase."""
    text = words.value(f"how.{decision.how}")
    return text + words.bracket(words("seed") + " " + decision.seed) if decision.seed else text


def status_text(result: Result, words: Words) -> str:
    """Whether it is certified, and if not, whose signature is missing; whether it was a rehearsal."""
    parts = [words("rehearsal_why")] if result.rehearsal else []
    if result.certified:
        parts.append(words("certified"))
    else:
        there = {one.role for one in result.signatures}
        lacking = [words(role) for role in ("host", "chief_judge") if role not in there]
        parts.append(f"{words('not_certified')}{words.bracket(missing_text(lacking, words))}")
    parts += [f"{words(one.role)} {one.name} {one.wall_time}" for one in result.signatures]
    return words.listed(parts)


def missing_text(lacking: list[str], words: Words) -> str:
    """Whose signature is missing."""
    return words("not_certified_why", who=("、" if words.chinese else ", ").join(lacking))


def rows_of(found: Iterable[Section]) -> Iterator[str]:
    """Every text that the tables hold: what a font has to cover."""
    for section in found:
        yield section.title
        yield from (column.title for column in section.columns)
        yield from (cell_text(cell) for row in section.rows for cell in row)
