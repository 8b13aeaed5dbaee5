"""From bank and rulebook to the paper of one contest: which questions stand ready for which round."""

from __future__ import annotations

from dataclasses import dataclass

from question_bank.bank import Bank
from question_bank.draw import NotEnoughQuestions, draw
from question_bank.question import Question

from .game.paper import Answer, Item, PublicQuestion, SealedQuestion, Slot
from .game.rulebook import Risk, Rulebook, questions_in

__all__ = ["DrawnPaper", "NotEnoughQuestions", "draw_paper", "seal"]


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """The slots for the log, and the sealed questions by id for the paper table."""

    slots: tuple[Slot, ...]
    questions: dict[str, SealedQuestion]


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
    )
    items = tuple(Item(point.text, point.points_cp) for point in question.key_points)
    return SealedQuestion(public, Answer(text, keys, question.explanation), items, question.source)


def draw_paper(bank: Bank, rulebook: Rulebook, seed: str) -> DrawnPaper:
    """Draw every question of the contest without repetition. Raises NotEnoughQuestions, naming what is missing.

    For a risk round each contestant may choose any value, so each value has a question for every contestant.
    """
    seats = len(rulebook.seats)
    blueprint: dict[str, int | dict[int, int]] = {}
    wanted: list[tuple[int, str, int | None, int]] = []
    for index, rules in enumerate(rulebook.rounds):
        count = questions_in(rules, seats)
        if isinstance(rules, Risk):
            values = blueprint.setdefault("risk", {})
            assert isinstance(values, dict)
            for value_cp in rules.values_cp:
                values[value_cp // 100] = values.get(value_cp // 100, 0) + count
                wanted.append((index, "risk", value_cp // 100, count))
        else:
            so_far = blueprint.setdefault(rules.kind, 0)
            assert isinstance(so_far, int)
            blueprint[rules.kind] = so_far + count
            wanted.append((index, rules.kind, None, count))
    drawn = draw(bank.all(), blueprint, seed)
    pools: dict[tuple[str, int | None], list[Question]] = {}
    slots, questions = [], {}
    for index, kind, value, count in wanted:
        pool = pools.setdefault((kind, value), list(drawn.of(kind, value)))
        for question in pool[:count]:
            slots.append(Slot(index, question.id, value * 100 if value is not None else None))
            questions[question.id] = seal(question)
        del pool[:count]
    return DrawnPaper(tuple(slots), questions)
