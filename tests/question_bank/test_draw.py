"""The draw repeats nothing, gives what the blueprint asks, and depends on the seed and the ids alone."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.draw import Blueprint, NotEnoughQuestions, Shortage, draw, lot
from question_bank.question import Question
from tests.question_bank.makers import scenario, single

BLUEPRINT: Blueprint = {"compulsory": 4, "scenario": 2, "buzz_in": 5, "risk": {10: 2, 20: 1, 30: 3}}


def make_pool(per_pool: int = 8) -> list[Question]:
    pool: list[Question] = []
    for number in range(per_pool):
        pool.append(single(number, id=f"c{number}", round="compulsory"))
        pool.append(single(number, id=f"b{number}"))
        pool.append(scenario(number, id=f"s{number}"))
        pool += [single(number, id=f"r{v}-{number}", round="risk", value=v) for v in (10, 20, 30)]
    return pool


POOL = make_pool()


@settings(database=None, deadline=None, max_examples=60)
@given(seed=st.text(st.characters(exclude_characters="\n", codec="utf-8")), data=st.data())
def test_blueprint_met_without_repetition_whatever_the_seed(seed: str, data: st.DataObject) -> None:
    size = st.integers(0, 8)
    blueprint: Blueprint = {
        "compulsory": data.draw(size),
        "scenario": data.draw(size),
        "buzz_in": data.draw(size),
        "risk": {value: data.draw(size) for value in (10, 20, 30)},
    }
    paper = draw(POOL, blueprint, seed)
    ids = [q.id for q in paper.questions]
    assert len(ids) == len(set(ids))
    for round_ in ("compulsory", "scenario", "buzz_in"):
        assert len(paper.of(round_)) == blueprint[round_]
    risk = blueprint["risk"]
    assert isinstance(risk, dict)
    for value, count in risk.items():
        assert len(paper.of("risk", value)) == count
    assert set(paper.questions) <= set(POOL)


@settings(database=None, deadline=None, max_examples=40)
@given(seed=st.integers(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_bank_does_not_matter(seed: int, order: random.Random) -> None:
    shuffled = list(POOL)
    order.shuffle(shuffled)
    assert draw(shuffled, BLUEPRINT, seed) == draw(POOL, BLUEPRINT, seed)


def test_another_pool_does_not_change_the_outcome_of_one() -> None:
    alone = draw([q for q in POOL if q.round == "buzz_in"], {"buzz_in": 5}, 7)
    assert alone.of("buzz_in") == draw(POOL, BLUEPRINT, 7).of("buzz_in")


def test_seeds_differ_and_every_question_has_its_chance() -> None:
    drawn = [draw(POOL, {"buzz_in": 1}, seed).questions[0].id for seed in range(200)]
    assert set(drawn) == {f"b{number}" for number in range(8)}
    assert all(drawn.count(id_) < 50 for id_ in set(drawn))


def test_the_method_is_the_documented_one() -> None:
    digest = hashlib.sha256("firstpress-draw-1\n决赛2024\nb3".encode()).hexdigest()
    assert lot("决赛2024", "b3") == digest
    paper = draw(POOL, {"buzz_in": 8}, "决赛2024")
    assert [q.id for q in paper.questions] == sorted(
        (f"b{n}" for n in range(8)),
        key=lambda id_: hashlib.sha256(f"firstpress-draw-1\n决赛2024\n{id_}".encode()).hexdigest(),
    )
    assert (paper.seed, paper.method) == ("决赛2024", "firstpress-draw-1")


def test_the_outcome_of_a_published_seed_never_changes() -> None:
    paper = draw(POOL, {"buzz_in": 3, "risk": {30: 2}}, 20240517)
    assert [q.id for q in paper.questions] == ["b4", "b3", "b2", "r30-5", "r30-7"]


def test_an_int_seed_counts_as_its_text() -> None:
    assert draw(POOL, BLUEPRINT, 12) == draw(POOL, BLUEPRINT, "12")


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(NotEnoughQuestions) as caught:
        draw(POOL, {"compulsory": 9, "buzz_in": 8, "risk": {10: 8, 30: 10}}, 1)
    assert caught.value.shortages == (Shortage("compulsory", None, 9, 8), Shortage("risk", 30, 10, 8))
    assert "compulsory: 9 needed, 8 in the bank, 1 missing" in str(caught.value)
    assert "risk 30: 10 needed, 8 in the bank, 2 missing" in str(caught.value)


@pytest.mark.parametrize(
    ("blueprint", "message"),
    [
        ({"final": 1}, "unknown rounds"),
        ({"compulsory": -1}, "whole number"),
        ({"compulsory": True}, "whole number"),
        ({"compulsory": {10: 1}}, "whole number"),
        ({"risk": 5}, "must map the values"),
        ({"risk": {15: 1}}, "must map the values"),
    ],
)
def test_a_senseless_blueprint_is_refused(blueprint: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(POOL, blueprint, 1)


def test_a_repeated_id_is_refused() -> None:
    with pytest.raises(ValueError, match="b0 appears twice"):
        draw([*POOL, single(0, id="b0")], {"buzz_in": 1}, 1)


def test_a_seed_of_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="one line"):
        draw(POOL, {"buzz_in": 1}, "1\n2")
