"""The draw serves every preset from the sample bank: needed questions first, spare ones while they last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from question_bank import samples
from question_bank.bank import Bank
from server.contest_file import PRESET, PRESETS, read_contest
from server.game.rulebook import (
    BuzzIn,
    Compulsory,
    Risk,
    RoundRules,
    Rulebook,
    Scenario,
    TieBreak,
    questions_in,
)
from server.paper_draw import DrawnPaper, NotEnoughQuestions, draw_paper, risk_levels

BOOK = read_contest(PRESET)
COMPULSORY, SCENARIO, BUZZ_IN, RISK = BOOK.rounds
SEATS = len(BOOK.seats)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with Bank(tmp_path_factory.mktemp("draw") / "bank.db") as opened:
        assert samples.load(opened).ok
        yield opened


def book(*rounds: RoundRules, tie_break: TieBreak | None = None) -> Rulebook:
    return replace(BOOK, rounds=rounds, tie_break=tie_break)


def counts(paper: DrawnPaper) -> list[int]:
    found = Counter(slot.round_index for slot in paper.slots)
    return [found[index] for index in range(max(found) + 1)]


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_preset_can_be_played_on_the_sample_bank(bank: Bank, path: Path) -> None:
    rules = read_contest(path)
    paper = draw_paper(bank, rules, "seed")
    ids = [slot.question_id for slot in paper.slots]
    assert len(set(ids)) == len(ids) and set(ids) == set(paper.questions)
    for index, one in enumerate(rules.rounds):
        needed = questions_in(one, len(rules.seats)) * (len(one.values_cp) if isinstance(one, Risk) else 1)
        assert counts(paper)[index] >= needed
        kinds = {question.round for question in bank.all() if question.id in ids}
        assert one.kind in kinds
    if rules.tie_break:
        assert counts(paper)[len(rules.rounds)] == rules.tie_break.reserve
    assert draw_paper(bank, rules, "seed") == paper != draw_paper(bank, rules, "another")


def test_a_board_of_all_and_boards_of_ones_own(bank: Bank) -> None:
    assert isinstance(COMPULSORY, Compulsory) and isinstance(SCENARIO, Scenario)
    own = replace(COMPULSORY, turns=2, pick="choose", pool=4, reserve=3)
    paper = draw_paper(bank, book(own, replace(SCENARIO, pick="number", pool=8, reserve=0)), "seed")
    first = [(slot.seat, slot.number) for slot in paper.slots if slot.round_index == 0]
    assert first == [(seat, number) for seat in BOOK.seats for number in (1, 2, 3, 4)] + [(None, None)] * 3
    second = [(slot.seat, slot.number) for slot in paper.slots if slot.round_index == 1]
    assert second == [(None, number) for number in range(1, 9)]


def test_needed_questions_come_first_and_spare_ones_are_shared(bank: Bank) -> None:
    assert isinstance(BUZZ_IN, BuzzIn)
    tie_break = BOOK.tie_break
    assert tie_break is not None and bank.count(round="buzz_in") == 33
    greedy = replace(BUZZ_IN, questions=12, reserve=20)
    paper = draw_paper(bank, book(greedy, greedy, tie_break=tie_break), "seed")
    # 12 + 12 + 1 are needed; the 8 that are left go round: 3, 3, 2.
    assert counts(paper) == [15, 15, 3]
    plain = draw_paper(bank, book(replace(greedy, reserve=0)), "seed")
    assert plain.slots == paper.slots[:12]  # spare questions do not change which are needed
    full = draw_paper(bank, book(replace(greedy, questions=32), tie_break=tie_break), "seed")
    assert counts(full) == [32, 1]


def test_what_is_missing_is_named(bank: Bank) -> None:
    assert isinstance(BUZZ_IN, BuzzIn) and isinstance(RISK, Risk)
    wide = replace(RISK, values_cp=(1000, 1500, 2000, 3000))
    with pytest.raises(NotEnoughQuestions) as caught:
        draw_paper(bank, book(replace(BUZZ_IN, questions=33), wide, tie_break=BOOK.tie_break), "seed")
    assert "buzz_in: 34 needed, 33 in the bank, 1 missing" in str(caught.value)
    assert "risk 10: 10 needed, 9 in the bank" in str(caught.value)


def test_a_tie_break_in_turn_takes_compulsory_questions(bank: Bank) -> None:
    assert BOOK.tie_break is not None
    paper = draw_paper(
        bank, book(BUZZ_IN, tie_break=replace(BOOK.tie_break, method="in_turn", questions=3)), "seed"
    )
    tied = [slot.question_id for slot in paper.slots if slot.round_index == 1]
    assert len(tied) == 10 and all(name.startswith("sample-C") for name in tied)


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ((10, 20, 30), (10, 20, 30)),
        ((20, 30), (20, 30)),
        ((20, 40, 60), (10, 20, 30)),
        ((10, 30, 50), (10, 20, 30)),
        ((30, 40), (10, 20)),
        ((50,), (10,)),
        ((5, 10, 15, 20), (10, 10, 20, 30)),
        ((1, 2, 3, 4, 5, 6), (10, 10, 20, 20, 30, 30)),
    ],
)
def test_values_of_a_risk_round_and_the_banks_levels(
    values: tuple[int, ...], levels: tuple[int, ...]
) -> None:
    found = risk_levels(tuple(100 * value for value in values))
    assert found == {100 * value: level for value, level in zip(values, levels, strict=True)}


def test_a_risk_round_of_other_values_keeps_them(bank: Bank) -> None:
    assert isinstance(RISK, Risk)
    paper = draw_paper(bank, book(replace(RISK, values_cp=(2000, 4000, 6000))), "seed")
    found = Counter((slot.value_cp, slot.question_id[:10]) for slot in paper.slots)
    assert found == {(2000, "sample-R10"): SEATS, (4000, "sample-R20"): SEATS, (6000, "sample-R30"): SEATS}
