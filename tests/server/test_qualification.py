"""Marks → places → the cut → seats: exact, independent of the order of rows, and never deciding a tie by itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.qualification.cut import (
    BadDecision,
    Candidate,
    Part,
    Ranked,
    Scheme,
    Stage,
    TooFew,
    cut,
    decided,
    half_up,
    natural,
    ranking,
    seated,
)

HUNDRED = Fraction(100)


def stage(weight: int, *shares: int) -> Stage:
    parts = tuple(Part(f"part {n}", Fraction(share), HUNDRED) for n, share in enumerate(shares or (100,)))
    return Stage(Fraction(weight), parts)


HALVES = Scheme((stage(50), stage(50)))


def person(number: str, *marks: str | None) -> Candidate:
    own = tuple((None if mark is None else Fraction(mark),) for mark in marks)
    return Candidate(number, f"name {number}", "unit", own)


def numbers(rows: tuple[Ranked, ...]) -> list[str]:
    return [row.candidate.number for row in rows]


# Few different marks, so that ties are the rule and not the exception.
marks = st.one_of(st.none(), st.sampled_from([Fraction(n, 4) for n in range(0, 13)]))
fields = st.lists(st.tuples(marks, marks), max_size=14).map(
    lambda pairs: [Candidate(f"A{n}", "甲", "乙", ((a,), (b,))) for n, (a, b) in enumerate(pairs, start=1)]
)


def test_places_are_shared_and_the_next_stay_empty() -> None:
    rows = ranking(
        [
            person("1", "90", "80"),
            person("2", "80", "90"),
            person("3", "95", "95"),
            person("4", "70", "70"),
            person("5", "99", None),
        ],
        HALVES,
    )
    assert [(row.candidate.number, row.place, row.total) for row in rows] == [
        ("3", 1, Decimal("95.00")),
        ("1", 2, Decimal("85.00")),
        ("2", 2, Decimal("85.00")),
        ("4", 4, Decimal("70.00")),
        ("5", None, None),
    ]
    assert rows[-1].stages == (Fraction(99), None)


def test_weights_of_stages_and_parts() -> None:
    scheme = Scheme((stage(60, 30, 40, 30), stage(40)))
    marked = Candidate("1", "甲", "乙", ((Fraction(80), Fraction("92.5"), Fraction(70)), (Fraction("88.8"),)))
    (row,) = ranking([marked], scheme)
    assert row.stages == (Fraction(82), Fraction("88.8"))
    assert row.exact == Fraction("84.72") and row.total == Decimal("84.72")


def test_a_part_with_a_maximum_of_its_own_is_brought_to_the_scale() -> None:
    parts = (Part("typing", Fraction(30), Fraction(30)), Part("computer", Fraction(70), HUNDRED))
    scheme = Scheme((Stage(Fraction(50), parts), stage(50)))
    (row,) = ranking([Candidate("1", "甲", "乙", ((Fraction(27), Fraction(80)), (Fraction(60),)))], scheme)
    assert row.stages[0] == 27 + 56


def test_what_floats_would_decide_is_a_tie() -> None:
    # In binary 0.5 * 80.1 + 0.5 * 79.9 and the like come out a last digit apart.
    rows = ranking([person("1", "0.1", "0.2"), person("2", "0.3", "0"), person("3", "0.15", "0.15")], HALVES)
    assert [row.place for row in rows] == [1, 1, 1]


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        ("0.005", 2, "0.01"),
        ("1.005", 2, "1.01"),
        ("2.675", 2, "2.68"),
        ("2.6749", 2, "2.67"),
        ("84.5", 0, "85"),
        ("-0.005", 2, "-0.01"),
        ("100", 2, "100.00"),
    ],
)
def test_half_up(value: str, decimals: int, rounded: str) -> None:
    assert str(half_up(Fraction(value), decimals)) == rounded


@given(st.decimals(min_value=-1000, max_value=1000, places=5), st.integers(0, 4))
def test_half_up_is_what_the_decimal_module_calls_half_up(value: Decimal, decimals: int) -> None:
    other = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert half_up(Fraction(value), decimals) == other


def test_the_announced_total_is_what_is_ranked() -> None:
    close = [person("1", "90.01", "90"), person("2", "90.02", "90")]
    assert [row.place for row in ranking(close, HALVES)] == [1, 1]
    finer = Scheme(HALVES.stages, decimals=3)
    assert [(row.candidate.number, row.place) for row in ranking(close, finer)] == [("2", 1), ("1", 2)]


@given(fields, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_no_matter(field: list[Candidate], random: Random) -> None:
    mixed = list(field)
    random.shuffle(mixed)
    assert ranking(mixed, HALVES) == ranking(field, HALVES)


@given(fields)
def test_a_place_is_one_more_than_those_ahead(field: list[Candidate]) -> None:
    rows = ranking(field, HALVES)
    assert Counter(row.candidate for row in rows) == Counter(field)
    for row in rows:
        if row.total is None:
            assert row.place is None and (None,) in row.candidate.marks
        else:
            ahead = [other for other in rows if other.total is not None and other.total > row.total]
            assert row.place == len(ahead) + 1
    places = [row.place for row in rows if row.place is not None]
    assert places == sorted(places) and all(row.place is None for row in rows[len(places) :])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), st.integers(0, 100), st.integers(0, 400))
def test_equal_marks_give_that_mark_whatever_the_weights(
    shares: list[int], weight: int, quarter: int
) -> None:
    """Weights sum to 100, so the total of one mark given throughout is that mark; exactly."""
    whole = sum(shares)
    parts = tuple(Part(str(n), Fraction(100 * share, whole), HUNDRED) for n, share in enumerate(shares))
    scheme = Scheme((Stage(Fraction(weight), parts), stage(100 - weight)))
    mark = Fraction(quarter, 4)
    (row,) = ranking([Candidate("1", "甲", "乙", ((mark,) * len(parts), (mark,)))], scheme)
    assert row.exact == mark


@pytest.mark.parametrize("weights", [(50, 49), (60, 50), (0, 0)])
def test_weights_that_do_not_sum_to_100_are_refused(weights: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="sum to 100"):
        Scheme((stage(weights[0]), stage(weights[1])))
    with pytest.raises(ValueError, match="sum to 100"):
        stage(50, *weights)


def test_a_number_twice_is_refused_also_when_written_otherwise() -> None:
    with pytest.raises(ValueError, match="twice"):
        ranking([person("a1", "1", "1"), person("Ａ1 ", "2", "2")], HALVES)


@given(fields, st.integers(2, 9))
def test_the_cut_takes_who_is_above_it_and_nobody_from_a_tie_at_it(field: list[Candidate], take: int) -> None:
    rows = ranking(field, HALVES)
    with_total = [row for row in rows if row.total is not None]
    if len(with_total) < take:
        with pytest.raises(TooFew):
            cut(rows, take)
        return
    line = cut(rows, take)
    outside = [row for row in with_total if row not in line.sure and row not in line.tied]
    assert len(line.sure) + line.open_places == take
    assert all(a.total > b.total for a in line.sure for b in (*line.tied, *outside) if a.total and b.total)
    if line.tied:
        assert 0 < line.open_places < len(line.tied) and len({row.total for row in line.tied}) == 1
    else:
        assert len(line.sure) == take


TIED = [
    person("A12", "80", "80"),
    person("A3", "80", "80"),
    person("A4", "80", "80"),
    person("A1", "90", "90"),
]


def test_people_decide_a_tie() -> None:
    line = cut(ranking([*TIED, person("A9", "70", "70")], HALVES), 3)
    assert (numbers(line.sure), numbers(line.tied), line.open_places) == (["A1"], ["A3", "A4", "A12"], 2)
    assert numbers(decided(line, ["a12", "A4"])) == ["A1", "A4", "A12"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["A3"], "1 decided, 2 to decide"),
        (["A3", "A3"], "2 to decide"),
        (["A3", "a3"], "2 to decide"),
        (["A3", "A4", "A12"], "3 decided, 2 to decide"),
        (["A1", "A3"], "A1: not among"),
        (["A9", "A3"], "A9: not among"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(said: list[str], why: str) -> None:
    with pytest.raises(BadDecision, match=why):
        decided(cut(ranking([*TIED, person("A9", "70", "70")], HALVES), 3), said)


def test_without_a_tie_there_is_nothing_to_decide() -> None:
    with pytest.raises(BadDecision, match="nothing to decide"):
        decided(cut(ranking(TIED, HALVES), 4), ["A3"])


def test_seats() -> None:
    rows = ranking(TIED, HALVES)
    assert numbers(seated(rows, "rank")) == ["A1", "A3", "A4", "A12"]
    assert numbers(seated(rows, "reversed")) == ["A12", "A4", "A3", "A1"]
    with pytest.raises(ValueError, match="drawn"):
        seated(rows, "lottery")


def test_drawn_seats_can_be_drawn_again_by_hand() -> None:
    lots = {
        row.candidate.number: hashlib.sha256(
            f"firstpress-draw-1\n2024\n{row.candidate.number}".encode()
        ).digest()
        for row in ranking(TIED, HALVES)
    }
    expected = sorted(lots, key=lots.__getitem__)
    assert numbers(seated(ranking(TIED, HALVES), "drawn", "2024")) == expected


@given(fields, st.text(max_size=8))
def test_a_draw_seats_everybody_once_and_hangs_on_the_seed_alone(field: list[Candidate], seed: str) -> None:
    assume(all(c < "\ud800" or c > "\udfff" for c in seed))
    rows = ranking(field, HALVES)
    drawn = seated(rows, "drawn", seed)
    assert Counter(drawn) == Counter(rows)
    assert seated(tuple(reversed(rows)), "drawn", seed) == drawn


def test_numbers_sort_as_people_count() -> None:
    assert sorted(["A12", "B1", "A3", "10", "9", "a4"], key=natural) == ["9", "10", "A3", "a4", "A12", "B1"]
