"""The draw: which questions make up a paper, decided by a seed and by nothing else. Pure.

Method `firstpress-draw-1`, which anybody can repeat with a SHA-256 tool: every question gets the lot
SHA-256("firstpress-draw-1" LF seed LF question id), all in UTF-8; within each pool (a round, or a value of
the risk round) the questions with the lowest lots are drawn, lowest first. The lot depends on the seed and the
id alone, so neither the order of the bank, nor the platform, nor another pool can change the outcome.
The seed must be made public only after the bank is closed: who knows it beforehand could choose ids to suit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from question_bank.question import RISK_VALUES, ROUNDS, Question

METHOD = "firstpress-draw-1"

# {"compulsory": 10, "risk": {10: 5, 20: 5, 30: 5}}: the risk round asks for questions by value.
Blueprint = Mapping[str, int | Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A pool that cannot give what the blueprint asks for. `value` is None outside the risk round."""

    round: str
    value: int | None
    needed: int
    available: int

    def text(self) -> str:
        """One clause for people."""
        pool = self.round if self.value is None else f"{self.round} {self.value}"
        missing = self.needed - self.available
        return f"{pool}: {self.needed} needed, {self.available} in the bank, {missing} missing"


class NotEnoughQuestions(ValueError):
    """The bank is too small for the blueprint. `shortages` names every pool that falls short."""

    def __init__(self, shortages: Iterable[Shortage]) -> None:
        self.shortages = tuple(shortages)
        super().__init__("not enough questions: " + "; ".join(s.text() for s in self.shortages))


@dataclass(frozen=True, slots=True)
class Paper:
    """The questions of one contest, in the order in which each round asks them."""

    seed: str
    method: str
    questions: tuple[Question, ...]

    def of(self, round: str, value: int | None = None) -> tuple[Question, ...]:
        """The questions of one round (and value), in drawn order."""
        return tuple(q for q in self.questions if q.round == round and value in (None, q.value))


def lot(seed: str, question_id: str) -> str:
    """The lot of one question: 64 hexadecimal digits; the lowest is drawn first."""
    return hashlib.sha256(f"{METHOD}\n{seed}\n{question_id}".encode()).hexdigest()


def draw(questions: Iterable[Question], blueprint: Blueprint, seed: int | str) -> Paper:
    """Draw a paper without repetition. An int seed counts as its decimal text.

    Raises ValueError for a blueprint or questions that make no sense, NotEnoughQuestions naming what is missing.
    """
    wanted = _pools(blueprint)
    seed_text = str(seed)
    if "\n" in seed_text:
        raise ValueError("the seed must be one line of text")
    pools: dict[tuple[str, int | None], list[Question]] = {pool: [] for pool in wanted}
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise ValueError(f"the id {question.id} appears twice among the questions")
        seen.add(question.id)
        pool = (question.round, question.value if question.round == "risk" else None)
        if pool in pools:
            pools[pool].append(question)
    shortages = [
        Shortage(round_, value, needed, len(pools[round_, value]))
        for (round_, value), needed in wanted.items()
        if len(pools[round_, value]) < needed
    ]
    if shortages:
        raise NotEnoughQuestions(shortages)
    drawn: list[Question] = []
    for pool, needed in wanted.items():
        # The id breaks a tie of lots, which SHA-256 does not let us see in practice.
        ranked = sorted(pools[pool], key=lambda q: (lot(seed_text, q.id), q.id))
        drawn += ranked[:needed]
    return Paper(seed_text, METHOD, tuple(drawn))


def _pools(blueprint: Blueprint) -> dict[tuple[str, int | None], int]:
    """The blueprint as {(round, value): needed}, in the order of ROUNDS whatever its own order is."""
    wanted: dict[tuple[str, int | None], int] = {}
    unknown = [name for name in blueprint if name not in ROUNDS]
    if unknown:
        raise ValueError(f"the blueprint names unknown rounds {unknown}; known: {', '.join(ROUNDS)}")
    for round_ in ROUNDS:
        if round_ not in blueprint:
            continue
        entry = blueprint[round_]
        if round_ == "risk":
            if not isinstance(entry, Mapping) or any(value not in RISK_VALUES for value in entry):
                raise ValueError(
                    f"the blueprint of risk must map the values {RISK_VALUES} to counts, got {entry!r}"
                )
            for value in sorted(entry):
                wanted[round_, value] = _count(f"risk {value}", entry[value])
        else:
            wanted[round_, None] = _count(round_, entry)
    return wanted


def _count(name: str, count: object) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueError(
            f"the blueprint asks for {count!r} questions of {name}; it must be a whole number from 0 up"
        )
    return count
