"""From a judge's sheet to a mark, and from the marks to one: integers only, rounded half up, never a float."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .events import MarkOnBoard
from .rulebook import ScoreSheet, SheetLine

ONE = 100  # a fault or a hit, as a judge's entry counts them


def divide_half_up(total: int, count: int) -> int:
    """total / count for total >= 0, rounded half up, in integers only."""
    return (2 * total + count) // (2 * count)


def line_cp(line: SheetLine, entered: int) -> int:
    """What a line comes to, 0 to its maximum; `entered` in hundredths of what the judge counts."""
    match line.kind:
        case "deduct":
            return max(0, line.max_cp - entered)
        case "faults":
            return max(0, line.max_cp - entered // ONE * line.each_cp)
        case "hit":
            return line.max_cp if entered else 0
        case _:
            return entered


def sheet_total(sheet: ScoreSheet, entered: Sequence[int], max_cp: int) -> int:
    """A judge's mark in centipoints of `max_cp`: the lines' share of their maxima, by groups where these have weights."""
    got = [line_cp(line, value) for line, value in zip(sheet.lines, entered, strict=True)]
    weights = [group.weight for group in sheet.groups]
    if not sum(weights):
        return divide_half_up(max_cp * sum(got), sum(line.max_cp for line in sheet.lines))
    # Σ weight · got / max over a common denominator, so that nothing is rounded before the end.
    numerator, denominator = 0, 1
    for index, weight in enumerate(weights):
        members = [place for place, line in enumerate(sheet.lines) if line.group == index]
        most = sum(sheet.lines[place].max_cp for place in members)
        if weight and most:
            part = weight * sum(got[place] for place in members)
            numerator, denominator = numerator * most + part * denominator, denominator * most
    return divide_half_up(max_cp * numerator, denominator * sum(weights))


def trimmed_mean(
    marks_cp: Mapping[int, int], drop: int, least: int = 3, round_to_cp: int = 1
) -> tuple[int, tuple[MarkOnBoard, ...]]:
    """The panel's mark and what became of each judge's.

    Args:
        marks_cp: judge number → total in centipoints, at least one.
        drop: how many are left out at each end. Fewer are where it would leave no mark in the middle.
        least: with fewer marks than that, none is left out.
        round_to_cp: the mean is rounded half up to a multiple of this.
    Returns:
        (mean in centipoints, the marks in the judges' order; "dropped" says which were left out).
        Among equal marks the one of the higher judge number counts as the higher.
    """
    if not marks_cp:
        raise ValueError("no marks to take a mean of")
    ranked = sorted(marks_cp, key=lambda judge: (marks_cp[judge], judge))
    dropped = min(drop, (len(ranked) - 1) // 2) if len(ranked) >= least else 0
    low = set(ranked[:dropped])
    high = set(ranked[len(ranked) - dropped :]) if dropped else set()
    counted = [marks_cp[judge] for judge in ranked if judge not in low | high]
    board = tuple(
        MarkOnBoard(judge, marks_cp[judge], "low" if judge in low else "high" if judge in high else None)
        for judge in sorted(marks_cp)
    )
    return divide_half_up(sum(counted), len(counted) * round_to_cp) * round_to_cp, board
