"""必答题: what a ruling is worth."""

from __future__ import annotations

from .rulebook import Compulsory


def points_cp(rules: Compulsory, result: str) -> int:
    """Centipoints for a ruling; a time out counts as a wrong answer, a void question as nothing."""
    return {"right": rules.right_cp, "wrong": rules.wrong_cp, "timeout": rules.wrong_cp}.get(result, 0)
