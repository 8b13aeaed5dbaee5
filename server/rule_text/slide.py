"""The projector's slide of a round: two to five short lines, read from thirty metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Rulebook, Scenario, Text
from . import buzz_in, compulsory, risk, scenario, tie_break
from .clauses import MUST, Clause, Short, brief
from .wording import FIGURES, Wording, sentence

ZH_MOST, EN_MOST, LINES_MOST = 22, 60, 5
# What a line more costs, and a break inside one rule, against the square of the percent of a line left empty.
LINE, TORN = 3000, 8000
REST = brief(MUST, "其余听主持人", "the host says the rest")
"""What the slide says where five lines do not hold every rule: it may be short, never silent about that."""


def clauses_of(rules: RoundRules, way: Wording, seats: int, judges: int) -> list[Clause]:
    """Every rule of a round in the order of what happens, filled by that wording."""
    match rules:
        case Compulsory():
            return compulsory.clauses(rules, way)
        case Scenario():
            return scenario.clauses(rules, way, judges)
        case BuzzIn():
            return buzz_in.clauses(rules, way, seats)
        case Risk():
            return risk.clauses(rules, way)
    return tie_break.clauses(rules, way)


def rule_lines(rules: RoundRules, seats: int) -> list[Text]:
    """The lines of the slide: up to 22 characters in Chinese and 60 in English."""
    return list(_lines(rules, seats, LINES_MOST, True))


def outline(rules: RoundRules, seats: int, most: int) -> list[Text]:
    """What matters most of a round in at most `most` lines (2 or more), where several rounds stand on one slide."""
    return list(_lines(rules, seats, most, False))


def slide(rules: RoundRules, book: Rulebook) -> list[Text]:
    """The lines of the slide for a round of that rulebook."""
    return rule_lines(rules, len(book.contestants))


@lru_cache(maxsize=128)
def _lines(rules: RoundRules, seats: int, most: int, whole: bool) -> tuple[Text, ...]:
    """`whole`: what is left out is told to be."""
    found = [
        _Piece(short, number)
        for number, one in enumerate(clauses_of(rules, FIGURES, seats, 0))
        for short in one.short
    ]
    lines = _pack(found, most)
    # What matters least goes first, and of that the last, until the rest of it fits with a word that there is more.
    while lines is None:
        rank = max(piece.short.rank for piece in found)
        gone = max(index for index, piece in enumerate(found) if piece.short.rank == rank)
        found = [*found[:gone], *found[gone + 1 :]]
        lines = _pack([*found, _Piece(REST, -1)] if whole else found, most)
    return tuple(
        Text("，".join(one.short.zh for one in line), sentence("; ".join(one.short.en for one in line)))
        for line in lines
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A fragment, and which clause it is of: those of one clause like to stand on one line."""

    short: Short
    clause: int


def _pack(pieces: list[_Piece], most: int) -> list[list[_Piece]] | None:
    """Pieces into at most `most` lines in their order, at the least cost; None where those do not hold them."""
    # best[lines][n]: the cheapest way to set the first n pieces in that many lines, and where its last line begins.
    best: list[dict[int, tuple[int, int]]] = [{0: (0, 0)}]
    for _ in range(most):
        found: dict[int, tuple[int, int]] = {}
        for begin, (cost, _before) in best[-1].items():
            for end in range(begin + 1, len(pieces) + 1):
                width = _width(pieces[begin:end])
                if width > 100:
                    break
                torn = begin > 0 and pieces[begin - 1].clause == pieces[begin].clause
                total = cost + LINE + (100 - width) ** 2 + TORN * torn
                found[end] = min(found.get(end, (total, begin)), (total, begin))
        best.append(found)
    ways = [
        (best[lines][len(pieces)][0], lines) for lines in range(2, most + 1) if len(pieces) in best[lines]
    ]
    if not ways:
        return None
    packed: list[list[_Piece]] = []
    end, lines = len(pieces), min(ways)[1]
    for line in range(lines, 0, -1):
        begin = best[line][end][1]
        packed.insert(0, pieces[begin:end])
        end = begin
    return packed


def _width(line: list[_Piece]) -> int:
    """How full a line is, in percent of what it may hold, in the language that fills it more."""
    zh = sum(len(piece.short.zh) for piece in line) + len(line) - 1
    en = sum(len(piece.short.en) for piece in line) + 2 * (len(line) - 1)
    return max(-(-100 * zh // ZH_MOST), -(-100 * en // EN_MOST))
