"""A question as the hall would see it: the projector's own view, made of a draft that need not be finished."""

from __future__ import annotations

from functools import cache

from question_bank.media_files import NAME, kind_of
from question_bank.question import OPTION_LETTERS, TRUE_FALSE_OPTIONS, Question

from ..contest.file import PRESET, read_contest
from ..game.paper import Answer, Media, PublicQuestion
from ..game.rulebook import NS_PER_S, Rulebook
from ..game.state import Clock, State, Turn
from ..paper.draw import TRUE_FALSE_EN
from ..views.by_role import projector_view
from ..views.scene_views import View

CONTEST = "preview"
USUAL_S = 30
NOW_NS = 600 * NS_PER_S
WORTH_CP = {"scenario": 2000}
USUAL_CP = 1000


@cache
def _rulebook() -> Rulebook:
    return read_contest(PRESET)


def preview(question: Question, *, revealed: bool) -> View:
    """The projector's view of a question that is being asked, or (revealed) of its answer; raises nothing.

    Whatever is still missing is left out: an author looks at the picture while writing.
    """
    book = _rulebook()
    kinds = [rules.kind for rules in book.rounds]
    index = kinds.index(question.round) if question.round in kinds else 0
    scenario = kinds[index] == "scenario"
    seat = book.seats[0]
    total_ns = (question.time_s or USUAL_S) * NS_PER_S
    value_cp = 100 * question.value if question.value else WORTH_CP.get(kinds[index], USUAL_CP)
    show_answer = revealed and not scenario
    purpose = "perform" if scenario else "answer"
    turn = Turn(
        position=1,
        seat=None if kinds[index] == "buzz_in" else seat,
        stake_cp=value_cp,
        question=_public(question),
        answer=_answer(question) if show_answer else None,
    )
    state = State(
        contest=CONTEST,
        rulebook=book,
        slots=(),
        contest_ns=NOW_NS,
        scene="turn",
        round_index=index,
        order=book.seats,
        goes=1,
        turn=turn,
        clock=None if show_answer else Clock(purpose, "running", total_ns, NOW_NS + total_ns, total_ns),
    )
    view = projector_view(state, NOW_NS)
    return {**view, "lang": "en" if question.language == "en" else "zh-CN"}


def _public(question: Question) -> PublicQuestion:
    options = _true_false(question) if question.form == "true_false" else question.options
    shown = question.media if NAME.fullmatch(question.media) else ""
    return PublicQuestion(
        question.id,
        question.form,
        question.prompt,
        tuple(option for option in options if option),
        question.area,
        len(question.key_points),
        Media(kind_of(shown), shown, question.alt) if shown else None,
    )


def _true_false(question: Question) -> tuple[str, ...]:
    return TRUE_FALSE_EN if question.language == "en" else TRUE_FALSE_OPTIONS


def _answer(question: Question) -> Answer:
    if question.form == "true_false":
        if question.answer not in TRUE_FALSE_OPTIONS:
            return Answer(question.answer, (), question.explanation)
        index = TRUE_FALSE_OPTIONS.index(question.answer)
        return Answer(_true_false(question)[index], (OPTION_LETTERS[index],), question.explanation)
    letters = OPTION_LETTERS[: len(question.options)]
    if question.options and question.answer and all(letter in letters for letter in question.answer):
        chosen = [f"{letter}. {question.options[letters.index(letter)]}" for letter in question.answer]
        return Answer("；".join(chosen), tuple(question.answer), question.explanation)
    return Answer(question.answer, (), question.explanation)
