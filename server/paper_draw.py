"""From bank and rulebook to the paper of one contest: which questions stand ready for which round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from question_bank.bank import Bank
from question_bank.draw import NotEnoughQuestions, draw
from question_bank.media_files import kind_of
from question_bank.question import RISK_VALUES, Question

from .contest_rounds import tie_break_questions
from .game.paper import Answer, Item, Media, PublicQuestion, SealedQuestion, Slot
from .game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Rulebook, Scenario, TieBreak, questions_in

__all__ = ["DrawnPaper", "NotEnoughQuestions", "draw_paper", "risk_levels", "seal"]

Pool = tuple[str, int | None]
"""A pool of the bank: a round, and in the risk round the value its questions were written for."""


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """The slots for the log, and the sealed questions by id for the paper table."""

    slots: tuple[Slot, ...]
    questions: dict[str, SealedQuestion]


@dataclass(frozen=True, slots=True)
class _Want:
    """One question that a round asks for. `spare`: the show can go on without it."""

    round_index: int
    pool: Pool
    value_cp: int | None = None
    number: int | None = None
    seat: int | None = None
    spare: bool = False


def seal(question: Question) -> SealedQuestion:
    """A question of the bank as the stage keeps it: public part and sealed part apart."""
    text = question.answer
    keys: tuple[str, ...] = (question.answer,)
    if question.form == "single":
        text = f"{question.answer}. {question.options['ABCDEF'.index(question.answer)]}"
    elif question.form == "true_false":
        keys = ("AB"[question.options.index(question.answer)],)
    else:
        keys = ()
    scenario = question.form == "scenario"
    public = PublicQuestion(
        question.id,
        question.form,
        question.prompt,
        question.options,
        question.area,
        len(question.key_points) if scenario else 0,
        Media(kind_of(question.media), question.media, question.alt) if question.media else None,
    )
    items = tuple(Item(point.text, point.points_cp) for point in question.key_points)
    return SealedQuestion(public, Answer(text, keys, question.explanation), items, question.source)


def risk_levels(values_cp: tuple[int, ...]) -> dict[int, int]:
    """Value of a risk round in centipoints → the value in points that the bank's questions for it have.

    Values that the bank has are their own. Others go by difficulty: the lowest get the bank's easiest questions,
    the highest its hardest (20/40/60 → 10/20/30).
    """
    if all(value_cp in {100 * value for value in RISK_VALUES} for value_cp in values_cp):
        return {value_cp: value_cp // 100 for value_cp in values_cp}
    ranked = sorted(values_cp)
    most = len(RISK_VALUES)
    # Up to three values have a level each, from the easiest up; more of them share levels evenly.
    share = max(len(ranked), most)
    return {value_cp: RISK_VALUES[rank * most // share] for rank, value_cp in enumerate(ranked)}


def draw_paper(bank: Bank, rulebook: Rulebook, seed: str) -> DrawnPaper:
    """Draw every question of the contest without repetition. Raises NotEnoughQuestions, naming what is missing.

    What the rounds need comes first, for all of them; where the bank is small, spare questions are fewer, or none.
    A round's slots stand in the order of use, its spare ones last. For a risk round each contestant may choose any
    value, so each value has a question for every contestant.
    """
    wants = [want for index, rules in _rounds(rulebook) for want in _wants(index, rules, rulebook.seats)]
    everything = bank.all()
    available: dict[Pool, int] = {}
    for question in everything:
        pool = (question.round, question.value)
        available[pool] = available.get(pool, 0) + 1
    chosen = _affordable(wants, available)
    drawn = draw(everything, _blueprint(chosen), seed)
    pools = {pool: iter(drawn.of(*pool)) for pool in {want.pool for want in chosen}}
    questions: dict[str, SealedQuestion] = {}
    slots = []
    for want in chosen:
        question = next(pools[want.pool])
        questions[question.id] = seal(question)
        slots.append(Slot(want.round_index, question.id, want.value_cp, want.number, want.seat))
    return DrawnPaper(tuple(sorted(slots, key=lambda slot: slot.round_index)), questions)


def _rounds(rulebook: Rulebook) -> Iterator[tuple[int, RoundRules]]:
    yield from enumerate(rulebook.rounds)
    if rulebook.tie_break is not None:
        yield len(rulebook.rounds), rulebook.tie_break


def _wants(index: int, rules: RoundRules, seats: tuple[int, ...]) -> list[_Want]:
    """Every question that a round asks for, the spare ones last."""
    count = questions_in(rules, len(seats))
    match rules:
        case Risk():
            return [
                _Want(index, ("risk", level), value_cp)
                for value_cp, level in risk_levels(rules.values_cp).items()
                for _ in range(count)
            ]
        case TieBreak():
            pool: Pool = ("compulsory" if rules.method == "in_turn" else "buzz_in", None)
            least = tie_break_questions(rules)
            return [_Want(index, pool, spare=place >= least) for place in range(max(least, rules.reserve))]
        case Compulsory(pick="choose"):
            board = range(1, rules.pool + 1)
            needed = [
                _Want(index, ("compulsory", None), number=number, seat=seat)
                for seat in seats
                for number in board
            ]
        case Compulsory(pick="number") | Scenario(pick="number"):
            board = range(1, max(rules.pool, count) + 1)
            needed = [_Want(index, (rules.kind, None), number=number) for number in board]
        case Compulsory() | Scenario() | BuzzIn():
            needed = [_Want(index, (rules.kind, None))] * count
    return needed + [_Want(index, (rules.kind, None), spare=True)] * rules.reserve


def _affordable(wants: list[_Want], available: dict[Pool, int]) -> list[_Want]:
    """All that is needed, then spare questions while the bank has them: one for each round, a second for each ..."""
    needed = [want for want in wants if not want.spare]
    left = dict(available)
    for want in needed:
        left[want.pool] = left.get(want.pool, 0) - 1
    turns: dict[int, int] = {}
    ranked = []
    for want in wants:
        if want.spare:
            turns[want.round_index] = turns.get(want.round_index, 0) + 1
            ranked.append((turns[want.round_index], want))
    spare = []
    for _, want in sorted(ranked, key=lambda pair: pair[0]):
        if left.get(want.pool, 0) > 0:
            left[want.pool] -= 1
            spare.append(want)
    return needed + spare


def _blueprint(chosen: list[_Want]) -> dict[str, int | dict[int, int]]:
    plain: dict[str, int] = {}
    risk: dict[int, int] = {}
    for want in chosen:
        kind, level = want.pool
        if level is None:
            plain[kind] = plain.get(kind, 0) + 1
        else:
            risk[level] = risk.get(level, 0) + 1
    return {**plain, "risk": risk} if risk else dict(plain)
