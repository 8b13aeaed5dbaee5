"""The draw serves every preset from the sample bank: needed questions first, spare ones while they last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from question_bank import samples
from question_bank.bank import Bank
from question_bank.blueprint import Plan
from server.contest.file import PRESET, PRESETS, BadContestFile, read_contest, read_paper
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
from server.paper.draw import DrawnPaper, NotEnoughQuestions, draw_paper, draw_rehearsal, risk_levels
from tests.question_bank.makers import single

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
    tie_break, most = BOOK.tie_break, bank.count(round="buzz_in")
    assert tie_break is not None and tie_break.reserve > 3
    half = (most - 9) // 2
    greedy = replace(BUZZ_IN, questions=half, reserve=20)
    paper = draw_paper(bank, book(greedy, greedy, tie_break=tie_break), "seed")
    # Twice `half` and 1 are needed; the 8 or 9 that are left go round, the first round before the second.
    left = most - 2 * half - 1
    turns = [(left + 2) // 3, (left + 1) // 3, left // 3]
    assert counts(paper) == [half + turns[0], half + turns[1], 1 + turns[2]] and left in (8, 9)
    plain = draw_paper(bank, book(replace(greedy, reserve=0)), "seed")
    assert plain.slots == paper.slots[:half]  # spare questions do not change which are needed
    full = draw_paper(bank, book(replace(greedy, questions=most - 1), tie_break=tie_break), "seed")
    assert counts(full) == [most - 1, 1]


def test_what_is_missing_is_named(bank: Bank) -> None:
    assert isinstance(BUZZ_IN, BuzzIn) and isinstance(RISK, Risk)
    most, tens = bank.count(round="buzz_in"), bank.statistics()["risk"]["10"]
    # Six values share the three levels of the bank, two each, a question of every value for each of nine seats.
    wide = replace(RISK, values_cp=(100, 200, 300, 400, 500, 600))
    nine = replace(
        book(replace(BUZZ_IN, questions=most), *[wide] * 3, tie_break=BOOK.tie_break),
        contestants=tuple(replace(BOOK.contestants[0], seat=seat) for seat in range(1, 10)),
    )
    with pytest.raises(NotEnoughQuestions) as caught:
        draw_paper(bank, nine, "seed")
    assert f"buzz_in: {most + 1} needed, {most} in the bank, 1 missing" in str(caught.value)
    assert tens < 54 and f"risk 10: 54 needed, {tens} in the bank" in str(caught.value)


def test_a_tie_break_in_turn_takes_compulsory_questions(bank: Bank) -> None:
    assert BOOK.tie_break is not None
    paper = draw_paper(
        bank, book(BUZZ_IN, tie_break=replace(BOOK.tie_break, method="in_turn", questions=3)), "seed"
    )
    tied = [bank.get(slot.question_id) for slot in paper.slots if slot.round_index == 1]
    assert len(tied) == 10 and all(one is not None and one.round == "compulsory" for one in tied)


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
    values = {one.id: one.value for one in bank.outlines(round="risk")}
    found = Counter((slot.value_cp, values[slot.question_id]) for slot in paper.slots)
    assert found == {(2000, 10): SEATS, (4000, 20): SEATS, (6000, 30): SEATS}


# -- what was used before ----------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bank]:
    """Ten buzz-in questions and three of the rehearsal's."""
    with Bank(tmp_path / "bank.db") as opened:
        opened.add_all(single(number, author="甲", reviewer="乙", status="reviewed") for number in range(10))
        opened.add_all(single(number, pool="rehearsal") for number in range(20, 23))
        yield opened


def rounds(count: int) -> Rulebook:
    assert isinstance(BUZZ_IN, BuzzIn)
    return book(replace(BUZZ_IN, questions=count, reserve=0))


def test_fresh_questions_come_first_then_those_of_rehearsals(own: Bank) -> None:
    own.record_use(["q0", "q1", "q2"], "before", "show", "2024-01-01")
    own.record_use(["q3", "q4"], "before", "rehearsal", "2024-01-01")
    fresh = draw_paper(own, rounds(5), "seed")
    assert set(fresh.questions) == {f"q{number}" for number in range(5, 10)} and not fresh.repeats
    more = draw_paper(own, rounds(7), "seed")
    assert set(more.questions) == {f"q{number}" for number in range(3, 10)} and more.repeats
    assert len(draw_paper(own, rounds(10), "seed").questions) == 10
    with pytest.raises(NotEnoughQuestions, match="6 needed, 5 in the bank"):
        draw_paper(own, rounds(6), "seed", Plan(repeats="never"))
    with pytest.raises(NotEnoughQuestions, match="11 needed, 10 in the bank"):
        draw_paper(own, rounds(11), "seed")


def test_retired_sealed_and_rehearsal_questions_are_not_for_the_show(own: Bank) -> None:
    own.set_status("q0", "retired")
    own.hide(["q1"])
    paper = draw_paper(own, rounds(8), "seed")
    assert set(paper.questions) == {f"q{number}" for number in range(2, 10)}
    with pytest.raises(NotEnoughQuestions):
        draw_paper(own, rounds(9), "seed")


def test_a_rehearsal_has_a_pool_of_its_own_and_the_samples(own: Bank, bank: Bank) -> None:
    paper = draw_rehearsal(own, None, rounds(3), "seed")
    assert set(paper.questions) == {"q20", "q21", "q22"}
    with pytest.raises(NotEnoughQuestions):
        draw_rehearsal(own, None, rounds(4), "seed")
    mixed = set(draw_rehearsal(own, bank, rounds(9), "seed").questions)
    assert not mixed & {f"q{number}" for number in range(10)}, "never a question of the show"
    assert all(name.startswith("sample-") or name in {"q20", "q21", "q22"} for name in mixed)


def test_a_sample_that_the_organiser_changed_is_a_question_of_the_show(own: Bank, bank: Bank) -> None:
    shipped = bank.all(round="buzz_in")
    own.add_all(replace(one, prompt=f"我们改过的题{one.id}") for one in shipped[:-2])
    own.add_all(shipped[-2:])
    book_of_two = rounds(2)
    for seed in ("a", "b", "c"):
        drawn = set(draw_rehearsal(own, bank, book_of_two, seed).questions)
        assert drawn <= {"q20", "q21", "q22"}
    assert {one.id for one in shipped[-2:]} <= set(draw_rehearsal(own, bank, rounds(5), "a").questions)
    with pytest.raises(NotEnoughQuestions):
        draw_rehearsal(own, bank, rounds(6), "a")


def test_the_wishes_of_the_contest_file_are_heeded(tmp_path: Path, bank: Bank) -> None:
    file = tmp_path / "contest.toml"
    areas = Counter(one.area for one in bank.outlines(round="buzz_in"))
    (first, _), (second, _) = areas.most_common(2)
    wishes = (
        f'[paper]\nmax_per_area = 3\n[[paper.round]]\nround = 3\nareas = {{"{first}" = 2, "{second}" = 1}}\n'
    )
    file.write_text(PRESET.read_text(encoding="utf-8") + wishes, encoding="utf-8")
    paper = draw_paper(bank, read_contest(file), "seed", read_paper(file))
    area = {one.id: one.area for one in bank.outlines()}
    drawn = Counter(area[slot.question_id] for slot in paper.slots if slot.round_index == 2)
    assert drawn[first] >= 2 and drawn[second] >= 1 and max(drawn.values()) <= 3
    file.write_text(file.read_text(encoding="utf-8").replace("round = 3", "round = 9"), encoding="utf-8")
    with pytest.raises(
        BadContestFile, match=r"paper.round 1.round: found 9; allowed: the number of a round: 1, 2"
    ):
        read_contest(file)
