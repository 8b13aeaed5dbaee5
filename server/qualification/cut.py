"""Who is in the final: stage 1 and 2 marks → weighted totals, places, the cut and the seats. Pure, and exact.

Marks, weights and totals are fractions; nothing is rounded on the way. The total alone is rounded, once, half up,
to the decimals that are announced, and places follow the rounded total: what is announced is what is ranked, and
no digit that nobody sees decides. Equal totals share a place and the next places stay empty (1, 2, 2, 4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from question_bank.draw import lot

STAGES = 2
WHOLE = Fraction(100)
SEATINGS = ("rank", "reversed", "drawn")


class BadDecision(ValueError):
    """A decision about the last place that does not fit the tie; the text says why and what would."""


class TooFew(ValueError):
    """Fewer contestants have a total than finalists are wanted."""

    def __init__(self, ranked: int, take: int) -> None:
        super().__init__(f"only {ranked} contestants have a total, {take} finalists are wanted")
        self.ranked = ranked


@dataclass(frozen=True, slots=True)
class Part:
    """One mark of a stage: its weight within the stage in percent, and the highest mark there is."""

    name: str
    weight: Fraction
    maximum: Fraction


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: its weight in the total in percent, and its parts (one part when it has one mark)."""

    weight: Fraction
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if sum(part.weight for part in self.parts) != WHOLE:
            raise ValueError("the weights of a stage's parts must sum to 100")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How marks become a total. `scale` is the highest total; `decimals` those of the announced total."""

    stages: tuple[Stage, ...]
    scale: Fraction = WHOLE
    decimals: int = 2

    def __post_init__(self) -> None:
        if sum(stage.weight for stage in self.stages) != WHOLE:
            raise ValueError("the weights of the stages must sum to 100")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with marks: one tuple a stage, one mark a part; None for a part that was not sat (缺考)."""

    number: str
    name: str
    unit: str
    marks: tuple[tuple[Fraction | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's stage marks and exact total (None when absent), the announced total and the place."""

    candidate: Candidate
    stages: tuple[Fraction | None, ...]
    exact: Fraction | None
    total: Decimal | None
    place: int | None


@dataclass(frozen=True, slots=True)
class Cut:
    """The line under the last finalist: who is in, and who is tied for the `open_places` left ((), 0: no tie)."""

    sure: tuple[Ranked, ...]
    tied: tuple[Ranked, ...] = ()
    open_places: int = 0


def half_up(value: Fraction, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, a half away from zero."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals)


def key(number: str) -> str:
    """Equal for two numbers that are written alike: width, case and outer blanks do not count."""
    return unicodedata.normalize("NFKC", number).strip().casefold()


def natural(number: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key by which A3 comes before A12."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", key(number))
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


def stage_mark(stage: Stage, marks: Sequence[Fraction | None], scale: Fraction) -> Fraction | None:
    """The weighted mean of a stage's parts, each brought to 0..scale; None when any part was not sat."""
    total = Fraction(0)
    for part, mark in zip(stage.parts, marks, strict=True):
        if mark is None:
            return None
        total += mark / part.maximum * scale * part.weight / WHOLE
    return total


def ranking(candidates: Iterable[Candidate], scheme: Scheme) -> tuple[Ranked, ...]:
    """Everybody by place, equal totals by number, those without a total last. The order of the input is no matter.

    Raises ValueError when a number appears twice.
    """
    rows = [_totalled(candidate, scheme) for candidate in candidates]
    if len({key(candidate.number) for candidate, _, _, _ in rows}) != len(rows):
        raise ValueError("a contestant's number appears twice")
    totals = [total for _, _, _, total in rows if total is not None]
    ranked = [
        Ranked(
            candidate,
            stages,
            exact,
            total,
            None if total is None else 1 + sum(other > total for other in totals),
        )
        for candidate, stages, exact, total in rows
    ]
    return tuple(
        sorted(
            ranked,
            key=lambda row: (row.place or len(rows) + 1, natural(row.candidate.number), row.candidate.number),
        )
    )


def _totalled(
    candidate: Candidate, scheme: Scheme
) -> tuple[Candidate, tuple[Fraction | None, ...], Fraction | None, Decimal | None]:
    stages = tuple(
        stage_mark(stage, marks, scheme.scale)
        for stage, marks in zip(scheme.stages, candidate.marks, strict=True)
    )
    exact = Fraction(0)
    for stage, mark in zip(scheme.stages, stages, strict=True):
        if mark is None:
            return candidate, stages, None, None
        exact += mark * stage.weight / WHOLE
    return candidate, stages, exact, half_up(exact, scheme.decimals)


def cut(rows: Sequence[Ranked], take: int) -> Cut:
    """The first `take` of a ranking, or those above a tie at the last place and the tied. Raises TooFew."""
    with_total = [row for row in rows if row.place is not None]
    if len(with_total) < take:
        raise TooFew(len(with_total), take)
    if len(with_total) == take or with_total[take - 1].place != with_total[take].place:
        return Cut(tuple(with_total[:take]))
    last = with_total[take - 1].place
    sure = tuple(row for row in with_total[:take] if row.place != last)
    return Cut(sure, tuple(row for row in with_total if row.place == last), take - len(sure))


def decided(line: Cut, numbers: Sequence[str]) -> tuple[Ranked, ...]:
    """The finalists once people have said which of the tied go in. Raises BadDecision."""
    if not line.tied:
        raise BadDecision("there is no tie at the last place, so there is nothing to decide")
    tied = {key(row.candidate.number): row for row in line.tied}
    among = ", ".join(row.candidate.number for row in line.tied)
    if strange := [number for number in numbers if key(number) not in tied]:
        raise BadDecision(f"{', '.join(strange)}: not among those tied at the last place; tied: {among}")
    chosen = {key(number) for number in numbers}
    if len(chosen) != len(numbers) or len(chosen) != line.open_places:
        raise BadDecision(f"{len(chosen)} decided, {line.open_places} to decide; tied: {among}")
    return (*line.sure, *(row for number, row in tied.items() if number in chosen))


def seated(finalists: Sequence[Ranked], seating: str, seed: str = "") -> tuple[Ranked, ...]:
    """The finalists in the order of their seats, seat 1 first.

    `rank`: the best at seat 1, equal totals by number; `reversed`: the other way round; `drawn`: by the lots of
    question_bank/draw.py over (seed, number), lowest first, so that anybody can draw again. Raises ValueError.
    """
    if seating not in SEATINGS:
        raise ValueError(f"seats are given by {', '.join(SEATINGS)}, not {seating!r}")
    if seating == "drawn":
        return tuple(sorted(finalists, key=lambda row: lot(seed, row.candidate.number)))
    return tuple(finalists) if seating == "rank" else tuple(reversed(finalists))
