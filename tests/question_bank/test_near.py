"""Questions that read nearly alike are shown, whatever else is in the bank; they never hinder an import."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank import near
from question_bank.bank import Bank
from question_bank.importers import import_file
from question_bank.near import LIKE, find, grams
from question_bank.question import prompt_key
from tests.question_bank.makers import SINGLE, write_csv

ONE = "客户要求查询他人的通话记录时，话务员应当怎样处理？"
ALIKE = "客户要求查询他人通话记录的时候，话务员应怎样处理？"
OTHER = "电信业务经营者在业务活动中收集个人信息应遵循哪些原则？"


def pairs(prompts: list[str], new: int | None = None) -> list[tuple[int, int]]:
    result = find([prompt_key(p) for p in prompts], len(prompts) if new is None else new)
    assert result.whole
    return sorted((one, other) for one, other, _ in result.pairs)


def test_what_reads_nearly_alike_is_found_and_nothing_else() -> None:
    assert pairs([ONE, OTHER, ALIKE]) == [(2, 0)]
    assert pairs([ONE, ONE.replace("话务员", "客服员")]) == [(1, 0)]
    assert pairs(
        ["Which law protects personal data in China?", "Which law protects personal data of China?"]
    ) == [(1, 0)]


def test_of_two_kept_ones_nothing_is_said() -> None:
    assert pairs([ONE, ALIKE, OTHER], new=1) == []
    assert pairs([ONE, OTHER, ALIKE], new=1) == [(2, 0)]


def test_short_prompts_and_punctuation_say_nothing() -> None:
    assert pairs(["一加一等", "一加一得", "？？？？？？？？", "！！！！！！！！"]) == []


@settings(database=None, max_examples=80, deadline=None)
@given(st.lists(st.text("甲乙丙丁戊己", min_size=6, max_size=14), min_size=2, max_size=12))
def test_every_pair_from_the_bound_on_is_found(prompts: list[str]) -> None:
    sets = [grams(p) for p in prompts]
    expected = []
    for one in range(len(prompts)):
        for other in range(one):
            a, b = sets[one], sets[other]
            if min(len(a), len(b)) >= 5 and len(a & b) / len(a | b) >= LIKE:
                expected.append((one, other))
    assert pairs(prompts) == sorted(expected)


def test_questions_made_by_a_pattern_end_the_search_early(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = [f"请说出第{n}条规定的主要内容是什么" for n in range(1000, 2000)]
    start_s = time.process_time()
    result = find(prompts, len(prompts))
    assert not result.whole and len(result.pairs) > near.MAX_PAIRS
    assert time.process_time() - start_s < 5


def test_ten_thousand_prompts_take_a_moment() -> None:
    dice = random.Random(6)
    words = [chr(0x4E00 + n) for n in range(1500)]
    prompts = ["".join(dice.choices(words, k=dice.randint(15, 45))) for _ in range(10_000)]
    prompts.append(prompts[77][:-2] + "完了")
    start_s = time.process_time()
    result = find(prompts, len(prompts))
    assert (result.whole, [pair[:2] for pair in result.pairs]) == (True, [(10_000, 77)])
    assert time.process_time() - start_s < 4


def test_an_import_shows_them_and_goes_on(tmp_path: Path) -> None:
    kept = write_csv(tmp_path / "1.csv", [SINGLE | {"题干": ONE}])
    more = write_csv(tmp_path / "2.csv", [SINGLE | {"题号": "q2", "题干": ALIKE}])
    with Bank(tmp_path / "bank.db") as bank:
        assert import_file(bank, kept).near == ()
        report = import_file(bank, more)
        assert (report.added, bank.count()) == (1, 2)
        (pair,) = report.near
        assert (pair.id, pair.place, pair.other_id, pair.other_place) == ("q2", "2.csv 2", "q1", "")
        assert "相近" in pair.text() and f"{pair.likeness} %" in pair.text("en") and pair.likeness == 57
        assert report.to_dict()["near"] == [pair.to_dict()]
        assert import_file(bank, more).near == (), "an unchanged question is no news"
        assert import_file(bank, more, near=False, check=True).near == ()
