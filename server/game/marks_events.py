"""What can happen to the judges' sheets: part of `events.py`, which is the list of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class MarkOnBoard:
    """One judge's total as it is revealed, and whether it was left out of the mean."""

    judge: int
    mark_cp: int
    dropped: str | None  # "high" | "low"


@dataclass(frozen=True, slots=True)
class MarksSubmitted:
    """A judge's sheet; a later one of the same judge replaces it until the marking is closed.

    `marks_cp`: a line each in hundredths of its unit: points, faults or hits. `total_cp`: what they come to;
    None in a log of before, where it was their sum.
    """

    judge: int
    marks_cp: tuple[int, ...]
    total_cp: int | None = None


@dataclass(frozen=True, slots=True)
class JudgeExcused:
    """A judge will not mark this scenario; the mean is taken without."""

    STEP: ClassVar[bool] = True
    judge: int
    reason: str


@dataclass(frozen=True, slots=True)
class MarkingClosed:
    """No sheet changes any more."""

    STEP: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class MarksRevealed:
    """亮分: every mark at once, and the mean of those that count."""

    STEP: ClassVar[bool] = True
    seat: int
    mark_cp: int
    board: tuple[MarkOnBoard, ...]
    masked: tuple[int, ...] = ()  # judges of the contestant's own unit, who do not mark
    missing: tuple[int, ...] = ()  # judges who might have marked and did not
