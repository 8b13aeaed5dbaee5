"""Questions that are nearly the same: every pair of prompts that share most of their pairs of characters. Pure.

A set similarity join by prefix filtering (Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007): two sets with a
Jaccard likeness of t or more must share some among the rarest few of each, so only those are looked up.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

LIKE = 0.55
"""Jaccard likeness of their grams from which a pair is told: a few words of a sentence moved or changed."""
MAX_PAIRS = 100
# A pair that is like enough shares this many of the rarest grams; to ask for one alone would look at far more pairs.
_SHARED = 3
# Made by a pattern, all questions are alike: then the search ends early and says so.
_MAX_STEPS = 40_000_000
_MAX_PLACES = 200
_LEAST_GRAMS = 5


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two questions that may be one. `likeness` in percent; other_place is "" for a question of the bank."""

    likeness: int
    id: str
    place: str
    other_id: str
    other_place: str

    def text(self, language: str = "zh") -> str:
        """One line for people."""
        if language == "zh":
            other = self.other_place or "题库"
            return f"{self.place}：{self.id} 与 {self.other_id}（{other}）的题干相近，相似度 {self.likeness}%；请核对是否重复"
        other = self.other_place or "in the bank"
        return (
            f"{self.place}: {self.id} reads nearly like {self.other_id} ({other}), {self.likeness} % alike; "
            "check whether it is the same question"
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: the fields, and the sentence in both languages under "zh" and "en"."""
        return {**asdict(self), "zh": self.text("zh"), "en": self.text("en")}


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of positions with their likeness (0..1), likest first; `whole`: False when the search ended early."""

    pairs: tuple[tuple[int, int, float], ...]
    whole: bool


def grams(key: str) -> set[str]:
    """The pairs of neighbouring letters, digits and characters of a prompt (`prompt_key`); punctuation does not count."""
    text = "".join(filter(str.isalnum, key))
    return {text[i : i + 2] for i in range(len(text) - 1)}


def find(keys: Sequence[str], new: int, progress: Callable[[int], object] | None = None) -> Found:
    """Near pairs among `keys` (prompts by `prompt_key`) of which at least one is among the last `new`.

    Every pair from LIKE on is found, but for grams that more than 200 prompts have among their rarest, and searches
    past a fixed amount of work. Prompts of fewer than 6 characters say too little to be compared and are left out.
    `progress`: called with how many are done.
    """
    counts: Counter[str] = Counter()
    for key in keys:
        counts.update(grams(key))
    places: dict[str, array[int]] = {}
    pairs: list[tuple[int, int, float]] = []
    steps, first_new = 0, len(keys) - new
    for number, key in enumerate(keys):
        if progress is not None and number % 1000 == 0:
            progress(number)
        mine = grams(key)
        if len(mine) < _LEAST_GRAMS:
            continue
        # Ties go by the gram itself, so that every prompt has the same order.
        rarest = sorted(sorted(mine), key=counts.__getitem__)
        shared: Counter[int] = Counter()
        for gram in rarest[: len(mine) - math.ceil(LIKE * len(mine)) + _SHARED]:
            if counts[gram] < 2:
                continue
            at = places.setdefault(gram, array("I"))
            if number >= first_new:
                last = at[-_MAX_PLACES:]
                shared.update(last)
                steps += len(last)
            at.append(number)
        for other, times in shared.items():
            if times >= _SHARED and (likeness := _likeness(mine, grams(keys[other]))) >= LIKE:
                pairs.append((number, other, likeness))
        if steps > _MAX_STEPS or len(pairs) > 20 * MAX_PAIRS:
            return Found(_likest(pairs), False)
    return Found(_likest(pairs), True)


def _likeness(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _likest(pairs: list[tuple[int, int, float]]) -> tuple[tuple[int, int, float], ...]:
    return tuple(sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])))
