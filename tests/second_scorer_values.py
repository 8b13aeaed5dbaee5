"""The second scorer's values, and what a sheet, a panel and a ruling come to: exact, and apart from `server/game`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

ANSWERED = ("right", "partial", "wrong", "timeout")
UNANSWERED = ("declined", "void", "unanswered", "audience")


class Disagreement(Exception):
    """A row of the log is not what the facts before it come to. The text says which row, what, and what it should be."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one seat's score: `seq` is the row that caused it, `call` the one that began its go (0: none)."""

    seq: int
    seat: int
    change_cp: int
    cause: str
    call: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """How the contest stands: scores in points by seat, the changes that led there, and (place, seat) best first."""

    scores: dict[int, Fraction]
    changes: tuple[Change, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def scores_cp(self) -> dict[int, int]:
        return {seat: int(points * 100) for seat, points in self.scores.items()}


@dataclass(slots=True)
class Go:
    """One presented question."""

    question: str
    seat: int | None
    stake_cp: int
    form: str
    answering: int | None = None
    settled: bool = False
    answered: frozenset[int] = frozenset()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Stands:
    """What one ruling, or one reveal of marks, has come to so far: centipoints by seat."""

    round_index: int
    call: int
    go: Go | None
    points_cp: dict[int, int]


@dataclass(slots=True)
class Facts:
    """All that stands. A step makes a copy and works on that, so that an undo has the one before to go back to."""

    before: Facts | None = None
    step: str = ""  # what made it
    round_index: int = -1
    call: int = (
        0  # the row that began the go in hand: a contestant was called, or a question for all was shown
    )
    go: Go | None = None
    live: bool = False  # an arming is under way
    excused: frozenset[int] = frozenset()  # judges, in this go
    sheets: Mapping[int, int] = field(default_factory=dict)  # what each judge's sheet came to
    sheets_for: str = ""  # the question they are for
    fouls: dict[tuple[int, int], int] = field(default_factory=dict)  # by round and seat
    stakes: dict[int, int] = field(default_factory=dict)  # of this round, once revealed
    assigned: tuple[int, int] | None = None  # who handed this turn's question to whom
    tie_points: dict[int, int] = field(default_factory=dict)  # of this pass of a tie-break
    last_tie_ruling: tuple[int, str] | None = None
    changes: tuple[Change, ...] = ()
    records: dict[int, Stands] = field(default_factory=dict)
    rankings: tuple[tuple[tuple[int, ...], ...], ...] = ()

    def branched(self, step: str) -> Facts:
        new = copy(self)
        new.before, new.step = self, step
        new.go = copy(self.go)
        new.fouls, new.stakes, new.records = dict(self.fouls), dict(self.stakes), dict(self.records)
        new.tie_points = dict(self.tie_points)
        return new

    def keep_sheets_of(self, left: Facts) -> None:
        """What was handed in by then stays in, while the same question of the same go is still marked."""
        closed = self.go is not None and self.go.closed
        if self.call != left.call or closed or not left.sheets:
            return
        asked = self.go.question if self.go else left.sheets_for
        if left.sheets_for == asked and (not self.sheets or self.sheets_for == asked):
            self.sheets, self.sheets_for = {**self.sheets, **left.sheets}, asked


def half_up(value: Fraction, unit: int = 1) -> int:
    """The multiple of `unit` that is nearest; from the middle upwards."""
    return floor(value / unit + Fraction(1, 2)) * unit


def _got(line: Mapping[str, Any], entered: int) -> int:
    """Centipoints of one line; `entered` is in hundredths of the line's unit."""
    most: int = line["max_cp"]
    match line["kind"]:
        case "mark":
            got = entered
        case "deduct":
            got = most - entered
        case "faults":
            got = most - line["each_cp"] * entered // 100
        case "hit":
            got = most if entered else 0
        case other:
            raise Disagreement(f"there is no line of the kind {other!r} on a sheet")
    return max(0, min(most, got))


def sheet_total(rules: Mapping[str, Any], entered: Sequence[int], key_points: Sequence[int] | None) -> int:
    """What one judge's sheet comes to, out of the round's max_cp, half up to 0.01.

    Without a sheet of its own the round's lines are the key points of the question. `key_points`: their maxima, which
    the log does not hold; None: taken to make up max_cp.
    """
    sheet = rules.get("sheet")
    if sheet is None:
        most = sum(key_points) if key_points else rules["max_cp"]
        return half_up(Fraction(rules["max_cp"] * sum(entered), most))
    lines = sheet["lines"]
    if len(lines) != len(entered):
        raise Disagreement(f"the sheet has {len(lines)} lines, {len(entered)} were handed in")
    got, most = Counter[int](), Counter[int]()
    for line, mark in zip(lines, entered, strict=True):
        got[line["group"]] += _got(line, mark)
        most[line["group"]] += line["max_cp"]
    weights = [group["weight"] for group in sheet.get("groups", ())]
    if not any(weights):
        return half_up(Fraction(rules["max_cp"] * got.total(), most.total()))
    share = sum((weights[group] * Fraction(got[group], most[group]) for group in most), Fraction())
    return half_up(rules["max_cp"] * share / sum(weights))


def trimmed_mean(rules: Mapping[str, Any], totals: Mapping[int, int]) -> tuple[int, Counter[tuple[str, int]]]:
    """The mean of what counts, rounded as the round has it; and what was left out, as ("high" | "low", mark)."""
    ranked = sorted(totals.values())
    cut = rules["drop"] if len(ranked) >= rules.get("least_to_drop", 3) else 0
    cut = min(cut, (len(ranked) - 1) // 2)
    counting = ranked[cut : len(ranked) - cut]
    dropped = Counter(("low", mark) for mark in ranked[:cut])
    dropped += Counter(("high", mark) for mark in ranked[len(ranked) - cut :])
    return half_up(Fraction(sum(counting), len(counting)), rules.get("round_to_cp", 1)), dropped


def points(cp: int) -> str:
    """For people: with a sign, in points."""
    return f"{float(Fraction(cp, 100)):+g}"


def worth(rules: Mapping[str, Any], go: Go | None, result: str, given_cp: int) -> int:
    """What a result is worth by the settings of its round, in centipoints. `given_cp`: what the row says."""
    if result in UNANSWERED:
        return 0
    if result not in ANSWERED:
        raise Disagreement(f"there is no ruling {result!r}")
    if go is None:
        raise Disagreement(f"ruled {result}, and no question is in hand")
    if rules["kind"] == "risk":
        right, wrong, timeout, partial = go.stake_cp, -go.stake_cp, None, False
    else:
        if rules["kind"] == "tie_break" and rules["method"] == "sudden_death":
            return 0  # who is right or wrong decides, and no points
        own = rules["buzz"] if rules["kind"] == "tie_break" and rules["method"] == "questions" else rules
        right, wrong, timeout = own["right_cp"], own["wrong_cp"], rules.get("timeout_cp")
        partial = rules.get("partial", False)
        for one in rules.get("by_form", ()):
            if one["form"] == go.form:
                right = one["right_cp"]
    if result == "partial":
        if not partial:
            raise Disagreement("a part of the points was given, and the rulebook has no partial points")
        if not 0 <= given_cp <= right:
            raise Disagreement(f"a part of {points(right)} cannot be {points(given_cp)}")
        return given_cp
    if result == "timeout" and timeout is not None:
        return int(timeout)
    return int(right if result == "right" else wrong)


def places(
    scores: Mapping[int, int], rankings: Sequence[Sequence[Sequence[int]]]
) -> tuple[tuple[int, int], ...]:
    """(place, seat), best first: equal scores share a place; a broken tie counts while just those seats are tied."""
    cells = [
        {seat for seat, cp in scores.items() if cp == worth}
        for worth in sorted(set(scores.values()), reverse=True)
    ]
    for ranking in rankings:
        tied = {seat for cell in ranking for seat in cell}
        if tied in cells:
            at = cells.index(tied)
            cells[at : at + 1] = [set(cell) for cell in ranking]
    found: list[tuple[int, int]] = []
    for cell in cells:
        place = len(found) + 1
        found.extend((place, seat) for seat in sorted(cell))
    return tuple(found)


def panel(
    book: Mapping[str, Any],
    rules: Mapping[str, Any],
    seat: int,
    excused: frozenset[int],
    sheets: Mapping[int, int],
) -> tuple[set[int], dict[int, int], set[int]]:
    """Who of the panel does not mark this seat, what the sheets that count come to by judge, and who is missing."""
    unit = next(one["unit"] for one in book["contestants"] if one["seat"] == seat)
    judges = {judge["number"]: judge["unit"] for judge in book["judges"]}
    nowhere = ("", "—")  # of no unit
    masked = {number for number, own in judges.items() if own == unit and own not in nowhere}
    if not rules.get("mask_own_unit", True):
        masked = set()
    marking = judges.keys() - masked - excused
    totals = {judge: sheets[judge] for judge in sorted(marking & sheets.keys())}
    return masked, totals, marking - totals.keys()


def tie_cells(
    how: str, tied: Sequence[int], last: tuple[int, str] | None, got: Mapping[int, int]
) -> list[set[int]]:
    """The order that a pass of a tie-break comes to; [] where people decided and there is nothing to reckon.

    `last`: the last (seat, result) of the pass; `got`: what each seat gained in it.
    """
    if how in ("draw", "chief"):
        return []
    if how == "sudden_death":
        if last is None:
            raise Disagreement("a sudden death was decided without a ruling")
        seat, result = last
        rest = set(tied) - {seat}
        return [{seat}, rest] if result == "right" else [rest, {seat}]
    if how not in ("questions", "in_turn"):
        raise Disagreement(f"there is no way {how!r} to break a tie")
    return [
        {seat for seat in tied if got.get(seat, 0) == worth}
        for worth in sorted({got.get(seat, 0) for seat in tied}, reverse=True)
    ]
