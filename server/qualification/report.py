"""How a qualification is told: the table for people, the JSON object for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import cut as rules
from .marks_sheet import Marks, plain

_HEADS = ("名次 rank", "编号 number", "姓名 name", "单位 unit", "第一阶段 stage 1", "第二阶段 stage 2")
_STATUS = {"in": "入围 in", "out": "out", "tie": "待定 tie", "absent": "缺考 absent"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who goes in, in order of place; `waits` when a tie at the last place has still to be decided."""

    rows: tuple[rules.Ranked, ...]
    finalists: tuple[rules.Ranked, ...]
    line: rules.Cut
    waits: bool

    def status(self, row: rules.Ranked) -> str:
        """in, out, tie (not decided yet) or absent."""
        if row.place is None:
            return "absent"
        if row in self.finalists:
            return "in"
        return "tie" if self.waits and row in self.line.tied else "out"


def as_json(outcome: Outcome, seats: Sequence[rules.Ranked], marks: Marks) -> dict[str, Any]:
    """JSON-ready; `seats` is in the order of the seats, () while a tie waits. Totals are numbers as announced."""

    def who(row: rules.Ranked) -> dict[str, Any]:
        person = row.candidate
        total = None if row.total is None else _json_number(row.total)
        return {
            "place": row.place,
            "number": person.number,
            "name": person.name,
            "unit": person.unit,
            "total": total,
        }

    decimals = marks.scheme.decimals
    ranking = [
        who(row)
        | {
            f"stage{index}": None if mark is None else _json_number(rules.half_up(mark, decimals))
            for index, mark in enumerate(row.stages, start=1)
        }
        | {"status": outcome.status(row)}
        for row in outcome.rows
    ]
    placed = {row.candidate.number: seat for seat, row in enumerate(seats, start=1)}
    return {
        "finalists": [who(row) | {"seat": placed.get(row.candidate.number)} for row in outcome.finalists],
        "tie_at_cut": [who(row) for row in outcome.line.tied],
        "open_places": outcome.line.open_places if outcome.waits else 0,
        "ranking": ranking,
    }


def _json_number(value: Decimal) -> int | float:
    # Only here, at the rim: the shortest text of this float is the decimal itself.
    return int(value) if value == value.to_integral_value() else float(value)


def table(outcome: Outcome, seats: Sequence[rules.Ranked], marks: Marks) -> list[str]:
    """The lines for people: everybody by place, how totals were made, who sits where."""
    decimals = marks.scheme.decimals
    rows = [[*_HEADS, "总分 total", "in/out"]]
    for row in outcome.rows:
        person = row.candidate
        shown = ["缺考" if mark is None else f"{rules.half_up(mark, decimals):f}" for mark in row.stages]
        total = "—" if row.total is None else f"{row.total:f}"
        place = "—" if row.place is None else str(row.place)
        status = _STATUS[outcome.status(row)]
        rows.append([place, person.number, person.name, person.unit, *shown, total, status])
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(cells, widths, strict=True)
        ).rstrip()
        for cells in rows
    ]
    weights = " + ".join(f"{plain(stage.weight)} %" for stage in marks.scheme.stages)
    absent = sum(row.place is None for row in outcome.rows)
    lines.append(
        f"{len(outcome.rows)} contestants, {absent} absent; {weights}; total to {decimals} decimals, half up"
    )
    lines += [
        f"seat {seat}: {row.candidate.number} {row.candidate.name}" for seat, row in enumerate(seats, start=1)
    ]
    return lines


def _width(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
