"""Scores and places: each score is the base plus its entries; equal scores share a place."""

from __future__ import annotations

from dataclasses import dataclass

from .state import State


@dataclass(frozen=True, slots=True)
class Standing:
    """A contestant's place; `shared` when somebody else has the same score."""

    place: int
    seat: int
    name: str
    score_cp: int
    shared: bool


def scores(state: State) -> dict[int, int]:
    """Seat → score in centipoints, in stage order."""
    totals = {seat: state.rulebook.base_cp for seat in state.rulebook.seats}
    for entry in state.entries:
        totals[entry.seat] += entry.change_cp
    return totals


def standings(state: State) -> list[Standing]:
    """Best first, ties in stage order. After two in second place comes the fourth (1, 2, 2, 4)."""
    totals = scores(state)
    names = {contestant.seat: contestant.name for contestant in state.rulebook.contestants}
    values = list(totals.values())
    rows = [
        Standing(
            place=1 + sum(other > score for other in values),
            seat=seat,
            name=names[seat],
            score_cp=score,
            shared=values.count(score) > 1,
        )
        for seat, score in totals.items()
    ]
    return sorted(rows, key=lambda row: (row.place, row.seat))


def places_to_reveal(state: State) -> list[tuple[int, tuple[int, ...]]]:
    """(place, seats) from the last place to the first; those who share one are revealed together."""
    groups: dict[int, list[int]] = {}
    for row in standings(state):
        groups.setdefault(row.place, []).append(row.seat)
    return [(place, tuple(seats)) for place, seats in sorted(groups.items(), reverse=True)]
