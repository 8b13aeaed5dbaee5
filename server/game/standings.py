"""Scores and places: each score is the base plus its entries; equal scores share a place until a tie-break."""

from __future__ import annotations

from dataclasses import dataclass

from .state import State


@dataclass(frozen=True, slots=True)
class Standing:
    """A contestant's place; `shared` when somebody else has the same."""

    place: int
    seat: int
    name: str
    score_cp: int
    shared: bool


def scores(state: State) -> dict[int, int]:
    """Seat → score in centipoints, in stage order."""
    totals = dict.fromkeys(state.rulebook.seats, state.rulebook.base_cp)
    for entry in state.entries:
        totals[entry.seat] += entry.change_cp
    return totals


def cells_of(state: State, totals: dict[int, int]) -> list[tuple[int, ...]]:
    """The seats by score, best first; each cell shares a place.

    A tie-break counts for exactly the tie it was held for: where a correction has changed who is tied, it is open again.
    """
    groups: dict[int, list[int]] = {}
    for seat, total in totals.items():
        groups.setdefault(total, []).append(seat)
    cells = [tuple(sorted(groups[total])) for total in sorted(groups, reverse=True)]
    for split in state.splits:
        decided = sorted(seat for cell in split for seat in cell)
        for index, cell in enumerate(cells):
            if list(cell) == decided:
                cells[index : index + 1] = [tuple(sorted(part)) for part in split]
                break
    return cells


def standings(state: State) -> list[Standing]:
    """Best first, ties in stage order. After two in second place comes the fourth (1, 2, 2, 4)."""
    return standings_for(state, scores(state))


def standings_for(state: State, totals: dict[int, int]) -> list[Standing]:
    """As `standings`, for other scores than those that stand: what a ruling would lead to."""
    names = {contestant.seat: contestant.name for contestant in state.rulebook.contestants}
    rows, place = [], 1
    for cell in cells_of(state, totals):
        rows += [Standing(place, seat, names[seat], totals[seat], len(cell) > 1) for seat in cell]
        place += len(cell)
    return rows


def places_to_reveal(state: State) -> list[tuple[int, tuple[int, ...]]]:
    """(place, seats) from the last place to the first; those who share one are revealed together."""
    found, place = [], 1
    for cell in cells_of(state, scores(state)):
        found.append((place, cell))
        place += len(cell)
    return found[::-1]
