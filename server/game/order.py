"""In which order contestants take their turns, and whose turn a position is."""

from __future__ import annotations

from . import lots
from .rulebook import Compulsory, RoundRules
from .standings import scores
from .state import State


def turn_order(state: State, how: str, chance: int) -> tuple[tuple[int, ...], str | None]:
    """(seats in the order of their turns, the seed where they were drawn). Equal scores go by seat."""
    seats = state.rulebook.seats
    totals = scores(state)
    match how:
        case "reverse_seat":
            return seats[::-1], None
        case "low_to_high":
            return tuple(sorted(seats, key=lambda seat: (totals[seat], seat))), None
        case "high_to_low":
            return tuple(sorted(seats, key=lambda seat: (-totals[seat], seat))), None
        case "drawn":
            seed = lots.seed_of(chance)
            return lots.drawn(seats, seed), seed
        case _:
            return seats, None


def seat_at(rules: RoundRules, order: tuple[int, ...], position: int) -> int:
    """Whose turn it is at `position`, from 1."""
    if isinstance(rules, Compulsory) and rules.in_a_row:
        return order[(position - 1) // rules.turns % len(order)]
    return order[(position - 1) % len(order)]
