"""Rulebooks at random, each of them legal, with every setting of every round in play; and the paper for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from server.game.paper import Answer, Item, Media, PublicQuestion, SealedQuestion, Slot
from server.game.round_rules import (
    ORDERS,
    TIES,
    BuzzIn,
    Compulsory,
    FormPoints,
    Risk,
    RoundRules,
    Scenario,
    ScoreSheet,
    SheetGroup,
    SheetLine,
    Text,
    TieBreak,
)
from server.game.rulebook import Contestant, FreeCue, Judge, Rulebook, questions_in

NAME = Text("环节", "Round")
UNITS = ("东区", "西区", "南区", "—")
FORMS = ("single", "true_false", "oral")
SECRET = "SECRET-"
"""Whatever nobody may see yet begins with this; an answer in a state or an event is found by it."""


@dataclass(frozen=True, slots=True)
class Contest:
    """What a run is played by."""

    book: Rulebook
    slots: tuple[Slot, ...]
    paper: dict[str, SealedQuestion]


def contest(rng: Random) -> Contest:
    """A small contest: few seats and short rounds, so that fifty steps go far."""
    seats = rng.choice((2, 2, 3, 3, 4, 5))
    kinds = [
        rng.choice((_compulsory, _scenario, _buzz, _buzz, _risk)) for _ in range(rng.choice((1, 1, 2, 3)))
    ]
    judges = [
        Judge(number, f"评委{number}", rng.choice(UNITS), chief=number == 1)
        for number in range(1, rng.choice((3, 4, 5, 6, 8)))
    ]
    book = Rulebook(
        title=Text("决赛", "Final"),
        subtitle=Text("现场答题", "On stage"),
        language=rng.choice(("zh-CN", "en")),
        base_cp=rng.choice((10_000, 0, 5_050)),
        contestants=tuple(
            Contestant(seat, f"A{seat}", f"选手{seat}", rng.choice(UNITS)) for seat in range(1, seats + 1)
        ),
        judges=tuple(judges),
        rounds=tuple(kind(rng) for kind in kinds),
        web_buzzers=_yes(rng),
        staged=rng.random() < 0.3,
        tie_break=_tie_break(rng) if rng.random() < 0.9 else None,
        cues=tuple(FreeCue(NAME, after=rng.randrange(3)) for _ in range(rng.randrange(3))),
    )
    slots: list[Slot] = []
    for index, rules in enumerate((*book.rounds, *((book.tie_break,) if book.tie_break else ()))):
        slots += _slots(len(book.rounds) if isinstance(rules, TieBreak) else index, rules, book.seats)
    scenarios = {index for index, rules in enumerate(book.rounds) if isinstance(rules, Scenario)}
    paper = {
        slot.question_id: _sealed(rng, slot.question_id, slot.round_index in scenarios) for slot in slots
    }
    return Contest(book, tuple(slots), paper)


def _yes(rng: Random) -> bool:
    return rng.random() < 0.5


def _compulsory(rng: Random) -> Compulsory:
    pick = rng.choice(("drawn", "drawn", "number", "choose"))
    turns = rng.choice((1, 1, 2))
    return Compulsory(
        NAME,
        turns=turns,
        right_cp=rng.choice((1000, 2000, 550)),
        wrong_cp=rng.choice((0, -1000, -50)),
        seconds=rng.choice((10, 30)),
        timeout_cp=rng.choice((None, None, 0, -500)),
        order=rng.choice(ORDERS),
        in_a_row=_yes(rng),
        pick=pick,
        pool=0 if pick == "drawn" else 5 * turns + rng.randrange(3),
        clock=rng.choice(("host", "reading", "shown")),
        partial=_yes(rng),
        help_cp=rng.choice((None, -1000, 0)),
        by_form=(FormPoints("oral", 3000), FormPoints("single", 100)) if _yes(rng) else (),
        reserve=rng.randrange(3),
    )


def _scenario(rng: Random) -> Scenario:
    pick = rng.choice(("drawn", "number"))
    return Scenario(
        NAME,
        seconds=60,
        max_cp=rng.choice((2000, 1500, 10_000)),
        drop=rng.randrange(3),
        step_cp=rng.choice((1, 50, 100)),
        order=rng.choice(ORDERS),
        pick=pick,
        pool=0 if pick == "drawn" else 5 + rng.randrange(2),
        prepare_seconds=rng.choice((0, 60)),
        sheet=_sheet(rng) if rng.random() < 0.7 else None,
        round_to_cp=rng.choice((1, 10, 100)),
        least_to_drop=rng.choice((1, 2, 3, 5)),
        mask_own_unit=rng.random() < 0.7,
        missing=rng.choice(("leave_out", "leave_out", "wait")),
        reserve=rng.randrange(2),
    )


def _sheet(rng: Random) -> ScoreSheet:
    groups = rng.choice((0, 1, 2))
    lines = []
    for number in range(max(groups, rng.choice((1, 2, 4)))):
        kind = rng.choice(("mark", "deduct", "faults", "hit"))
        most = rng.choice((300, 500, 700, 2000))
        each = rng.choice((100, 150, 300)) if kind == "faults" else 0
        lines.append(SheetLine(f"第 {number} 项", most, kind, each, number % groups if groups else 0))
    weights = rng.choice(((30, 70), (20, 80), (0, 0))) if groups == 2 else rng.choice(((100,), (0,)))
    return ScoreSheet(tuple(lines), tuple(SheetGroup("组", weight) for weight in weights[:groups]))


def _buzz(rng: Random) -> BuzzIn:
    return replace(
        _pressing(rng),
        questions=rng.choice((1, 2, 3)),
        right_cp=rng.choice((1000, 2000)),
        wrong_cp=rng.choice((-1000, 0, -2000)),
        timeout_cp=rng.choice((None, None, -500, 0)),
        partial=_yes(rng),
        chances=rng.choice((0, 0, 1, 2)),
        reserve=rng.randrange(2),
    )


def _pressing(rng: Random) -> BuzzIn:
    """What a buzz-in round and a tie-break on the buzzer have in common."""
    ways = [way for way in TIES if _yes(rng)] or ["press_again"]
    rng.shuffle(ways)
    return BuzzIn(
        NAME,
        fouls_cp=rng.choice(((-1000,), (0, -2000), (0,), (-100, -200, -300))),
        begin_seconds=rng.choice((0, 5, 10)),
        nobody_seconds=rng.choice((3, 15)),
        opens=rng.choice(("host", "countdown", "reading")),
        foul_then=rng.choice(("others", "void", "audience", "press")),
        tries=rng.choice((0, 1, 2)),
        then=rng.choice(("close", "audience")),
        nobody_then=rng.choice(("void", "audience")),
        too_close=tuple(ways),
    )


def _risk(rng: Random) -> Risk:
    return Risk(
        NAME,
        values_cp=rng.choice(((1000, 2000, 3000), (2000, 4000), (3000,))),
        seconds=60,
        may_decline=_yes(rng),
        order=rng.choice(ORDERS),
        clock=rng.choice(("host", "shown")),
        may_assign=_yes(rng),
        sealed=rng.random() < 0.3,
    )


def _tie_break(rng: Random) -> TieBreak:
    right, wrong = rng.choice((1000, 2000)), rng.choice((0, -1000))
    return TieBreak(
        NAME,
        matters=rng.choice(("places", "places", "cut")),
        top=rng.choice((0, 0, 1, 2)),
        method=rng.choice(("sudden_death", "questions", "in_turn")),
        questions=rng.choice((1, 1, 2)),
        limit=rng.choice((1, 2, 5)),
        then=rng.choice(("draw", "chief")),
        buzz=replace(_pressing(rng), right_cp=2 * right, wrong_cp=wrong - 500),
        right_cp=right,
        wrong_cp=wrong,
        reserve=rng.choice((1, 4, 10)),
    )


def _slots(index: int, rules: RoundRules, seats: tuple[int, ...]) -> list[Slot]:
    """Board slots are numbered, reserves are not; a value of a risk round has enough for everybody."""
    if isinstance(rules, Risk):
        return [
            Slot(index, f"{index}-{value}-{number}", value)
            for value in rules.values_cp
            for number in range(len(seats) + 1)
        ]
    needed = questions_in(rules, len(seats))
    reserve = [Slot(index, f"{index}-reserve-{number}") for number in range(rules.reserve)]
    if isinstance(rules, Compulsory | Scenario) and rules.pick == "number":
        return [
            Slot(index, f"{index}-{one}", None, one) for one in range(1, max(rules.pool, needed) + 1)
        ] + reserve
    if isinstance(rules, Compulsory) and rules.pick == "choose":
        return [
            Slot(index, f"{index}-{seat}-{one}", None, one, seat)
            for seat in seats
            for one in range(1, rules.pool + 1)
        ] + reserve
    return [Slot(index, f"{index}-{number}") for number in range(needed)] + reserve


def _sealed(rng: Random, question_id: str, scenario: bool) -> SealedQuestion:
    form = "scenario" if scenario else rng.choice(FORMS)
    items = tuple(Item(f"要点{number}", rng.choice((300, 500, 1000))) for number in range(rng.choice((1, 3))))
    kind = rng.choice((None, None, "image", "audio", "video"))
    media = None if kind is None else Media(kind, f"q-{question_id}", f"图 {question_id}")
    count = len(items) if scenario else 0
    public = PublicQuestion(question_id, form, f"题目 {question_id}", (), "基础业务", count, media)
    answer = Answer(f"{SECRET}{question_id}", (f"{SECRET}B",), f"{SECRET}why")
    more = ((f"{SECRET}variant",), f"{SECRET}brief", f"{SECRET}transcript")
    return SealedQuestion(public, answer, items if scenario else (), f"{SECRET}source", *more)
