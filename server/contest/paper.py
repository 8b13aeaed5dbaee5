"""`[paper]` of a contest file: what the draw is to heed. The rules of play know nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from question_bank import blueprint
from question_bank.blueprint import TIE_BREAK, Plan

from ..game.rulebook import Rulebook
from ..paper.draw import lines_of
from .reader import Reader

SECTIONS = {"paper": blueprint.TOP, "paper.round": blueprint.ROUND}


def plan_of(read: Reader, document: Mapping[str, Any], rulebook: Rulebook) -> Plan:
    """The plan of a contest; the usual one where the file says nothing. Mistakes go to `read`.

    Args:
        rulebook: of the same file, without mistakes.
    """
    if "paper" not in document:
        return Plan()
    kinds: dict[int | str, str] = {}
    counts: dict[int | str, int] = {}
    for line in lines_of(rulebook):
        place: int | str = TIE_BREAK if line.key == TIE_BREAK else int(line.key.partition("/")[0])
        kinds[place] = line.round
        counts[place] = counts.get(place, 0) + line.count
    plan, faults = blueprint.read(document["paper"], kinds, counts)
    for fault in faults:
        read.wrong(fault.where, fault.found, fault.allowed)
    return plan
