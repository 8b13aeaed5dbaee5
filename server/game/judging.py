"""From the judges' marks to one mark: highest and lowest dropped, mean, rounded half up to 0.01."""

from __future__ import annotations

from collections.abc import Mapping

from .events import MarkOnBoard


def divide_half_up(total: int, count: int) -> int:
    """total / count for total >= 0, rounded half up, in integers only."""
    return (2 * total + count) // (2 * count)


def trimmed_mean(marks_cp: Mapping[int, int], drop: int) -> tuple[int, tuple[MarkOnBoard, ...]]:
    """The panel's mark and what became of each judge's.

    Args:
        marks_cp: judge number → total in centipoints, at least one.
        drop: how many are left out at each end. Fewer are where it would leave no mark in the middle.
    Returns:
        (mean in centipoints, the marks in the judges' order; "dropped" says which were left out).
        Among equal marks the one of the higher judge number counts as the higher.
    """
    if not marks_cp:
        raise ValueError("no marks to take a mean of")
    ranked = sorted(marks_cp, key=lambda judge: (marks_cp[judge], judge))
    dropped = min(drop, (len(ranked) - 1) // 2)
    low = set(ranked[:dropped])
    high = set(ranked[len(ranked) - dropped :]) if dropped else set()
    counted = [marks_cp[judge] for judge in ranked if judge not in low | high]
    board = tuple(
        MarkOnBoard(judge, marks_cp[judge], "low" if judge in low else "high" if judge in high else None)
        for judge in sorted(marks_cp)
    )
    return divide_half_up(sum(counted), len(counted)), board
