"""From bank and rulebook to the paper of one contest: which questions stand ready for which round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from question_bank.bank import Bank
from question_bank.blueprint import TIE_BREAK, Entry, Line, Plan
from question_bank.draw import Drawn, Groups, NotEnoughQuestions, draw_groups
from question_bank.media_files import kind_of
from question_bank.question import OPTION_LETTERS, RISK_VALUES, Question, takes_letters

from ..contest.rounds import tie_break_questions
from ..game.paper import Answer, Item, Media, PublicQuestion, SealedQuestion, Slot
from ..game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Rulebook, Scenario, TieBreak, questions_in

__all__ = ["DrawnPaper", "NotEnoughQuestions", "draw_paper", "lines_of", "needs", "risk_levels", "seal"]

TRUE_FALSE_EN = ("True", "False")
Pool = tuple[str, int | None]
"""A pool of the bank: a round, and in the risk round the value its questions were written for."""


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """The slots for the log, and the sealed questions by id for the paper table."""

    slots: tuple[Slot, ...]
    questions: dict[str, SealedQuestion]
    repeats: bool = False  # some were used before


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
    """A question of the bank as the stage keeps it: public part and sealed part apart.

    Questions in English ask True or False where those of the bank hold 对 and 错.
    """
    english = question.language == "en"
    options, text = question.options, question.answer
    keys: tuple[str, ...] = ()
    if question.form == "true_false":
        keys = (OPTION_LETTERS[options.index(question.answer)],)
        options = TRUE_FALSE_EN if english else options
        text = options[OPTION_LETTERS.index(keys[0])]
    elif takes_letters(question.form, options):
        keys = tuple(question.answer)
        chosen = [f"{key}. {options[OPTION_LETTERS.index(key)]}" for key in keys]
        text = ("; " if english else "；").join(chosen)
    scenario = question.form == "scenario"
    public = PublicQuestion(
        question.id,
        question.form,
        question.prompt,
        options,
        question.area,
        len(question.key_points) if scenario else 0,
        Media(kind_of(question.media), question.media, question.alt) if question.media else None,
    )
    items = tuple(Item(point.text, point.points_cp) for point in question.key_points)
    return SealedQuestion(
        public,
        Answer(text, keys, question.explanation),
        items,
        question.source,
        question.variants,
        question.brief,
        question.transcript,
    )


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


def needs(rulebook: Rulebook) -> list[_Want]:
    """Every question that a contest asks for, round by round, a round's spare ones last."""
    return [want for index, rules in _rounds(rulebook) for want in _wants(index, rules, rulebook.seats)]


def line_key(rulebook: Rulebook, index: int, value_cp: int | None) -> str:
    """The key of a line of the blueprint: "1" for the first round, "4/20" for a value of a risk round, "tie_break"."""
    place = TIE_BREAK if index == len(rulebook.rounds) else str(index + 1)
    return place if value_cp is None else f"{place}/{value_cp / 100:g}"


def lines_of(rulebook: Rulebook, plan: Plan | None = None) -> tuple[Line, ...]:
    """The blueprint of a contest: what its rounds need, with the wishes of `[paper]`."""
    found: dict[str, Line] = {}
    for want in needs(rulebook):
        key = line_key(rulebook, want.round_index, want.value_cp)
        line = found.get(key) or Line(key, want.pool[0], 0, value=want.pool[1])
        found[key] = replace(line, count=line.count + (not want.spare), spare=line.spare + want.spare)
    plan = plan or Plan()
    rounds = len(rulebook.rounds)

    def place(key: str) -> int | str:
        return TIE_BREAK if key == TIE_BREAK else min(int(key.partition("/")[0]), rounds)

    return tuple(plan.apply(line, place(key)) for key, line in found.items())


def slots_of(rulebook: Rulebook, drawn: Sequence[Drawn]) -> tuple[Slot, ...]:
    """The places of the paper, filled in the order in which the lines were drawn; spare ones while there are any."""
    needed = {one.line.key: iter(one.needed) for one in drawn}
    spare = {one.line.key: iter(one.spare) for one in drawn}
    slots = []
    for want in needs(rulebook):
        key = line_key(rulebook, want.round_index, want.value_cp)
        question_id = next((spare if want.spare else needed)[key], None)
        if question_id is not None:
            slots.append(Slot(want.round_index, question_id, want.value_cp, want.number, want.seat))
    return tuple(sorted(slots, key=lambda slot: slot.round_index))


def draw_tiers(tiers: Sequence[Groups], lines: Sequence[Line], seed: str) -> tuple[tuple[Drawn, ...], int]:
    """Draw from the first tier; where a pool of it cannot give enough, from the next ones too, that pool alone.

    Returns what was drawn and the highest tier that was needed, from 0. Raises NotEnoughQuestions of all tiers.
    """
    reach: dict[Pool, int] = {}

    def within(rank: int, like: Entry) -> bool:
        return rank <= reach.get((like.round, like.value if like.round == "risk" else None), 0)

    while True:
        pools = [[(like, ids) for like, ids in tier if within(rank, like)] for rank, tier in enumerate(tiers)]
        try:
            return draw_groups(pools, lines, seed), max(reach.values(), default=0)
        except NotEnoughQuestions as error:
            short = {(one.round, one.value) for one in error.shortages}
            for pool in short:
                reach[pool] = reach.get(pool, 0) + 1
            if max(reach[pool] for pool in short) >= len(tiers):
                raise


def draw_paper(bank: Bank, rulebook: Rulebook, seed: str, plan: Plan | None = None) -> DrawnPaper:
    """Draw every question of a show without repetition. Raises NotEnoughQuestions, naming what is missing.

    What the rounds need comes first, for all of them; where the bank is small, spare questions are fewer, or none.
    A round's slots stand in the order of use, its spare ones last. For a risk round each contestant may choose any
    value, so each value has a question for every contestant. Questions that were used before come only where a pool
    has too few others, those of rehearsals first; with `repeats = "never"` not at all.
    """
    plan = plan or Plan()
    lines = lines_of(rulebook, plan)
    tiers = _tiers(bank, tagged=any(line.tags for line in lines))
    drawn, reach = draw_tiers(tiers[:1] if plan.repeats == "never" else tiers, lines, seed)
    return paper_of(rulebook, drawn, _from(bank), repeats=reach > 0)


def _tiers(bank: Bank, *, tagged: bool) -> list[Groups]:
    """The questions of a show: fresh ones, those of rehearsals, those of shows. `tagged`: whether a line asks for tags."""
    tiers = [Groups(tagged=tagged) for _ in range(3)]
    rehearsed, shown = bank.used_ids("rehearsal"), bank.used_ids("show")
    if tagged:
        for one in bank.outlines(pool="show"):
            if one.status not in ("sealed", "retired"):
                used = one.id in shown or one.status == "used"
                tiers[2 if used else 1 if one.id in rehearsed else 0].add(one)
        return tiers
    for sort, status, ids in bank.groups(pool="show"):
        if status in ("sealed", "retired"):
            continue
        old = set(ids) if status == "used" else shown.intersection(ids)
        again = rehearsed.intersection(ids) - old
        tiers[0].add_alike(sort, [name for name in ids if name not in old and name not in again])
        tiers[1].add_alike(sort, again)
        tiers[2].add_alike(sort, old)
    return tiers


def draw_rehearsal(bank: Bank, samples: Bank | None, rulebook: Rulebook, seed: str) -> DrawnPaper:
    """The paper of a rehearsal: questions of the rehearsal pool, where those are too few of the shipped samples.

    Never one of the show's own questions: a sample that the show's pool holds comes last, and is no secret; one that
    is sealed, or that the bank holds with another text, does not come at all. `[paper]` is for the show.
    samples: the shipped ones, or None to draw from the rehearsal pool alone.
    """
    used = bank.used_ids(None)
    own = [Groups(), Groups()]
    mine: set[str] = set()
    for one in bank.outlines(pool="rehearsal"):
        if one.status not in ("sealed", "retired"):
            own[one.id in used].add(one)
            mine.add(one.id)
    shipped = [Groups(), Groups()]
    outlines = {one.id: one for one in samples.outlines()} if samples else {}
    held = {one.id: one for one in bank.outlines() if one.id in outlines}
    for name, one in outlines.items():
        kept = held.get(name)
        if kept is None:
            shipped[0].add(one)
        elif kept.pool == "show" and kept.content_hash == one.content_hash:
            shipped[1].add(one)
    drawn, _ = draw_tiers([*own, *shipped], lines_of(rulebook), seed)
    return paper_of(rulebook, drawn, lambda name: _from(bank if name in mine else samples or bank)(name))


def paper_of(
    rulebook: Rulebook,
    drawn: Sequence[Drawn],
    question: Callable[[str], Question],
    repeats: bool = False,
) -> DrawnPaper:
    """The paper of what was drawn; `question` gives a question by its id."""
    return DrawnPaper(
        slots_of(rulebook, drawn), {name: seal(question(name)) for one in drawn for name in one.ids}, repeats
    )


def _from(bank: Bank) -> Callable[[str], Question]:
    def question(question_id: str) -> Question:
        found = bank.get(question_id)
        if found is None:
            raise LookupError(question_id)  # the bank was changed by another program between two reads
        return found

    return question


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
