"""The sample bank is sound: enough of everything, valid, readable on a stage, and not guessable by its letters."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from question_bank import samples
from question_bank.bank import Bank
from question_bank.draw import draw
from question_bank.question import OPTION_LETTERS, Question, prompt_key, validate

AREAS = {"企业文化", "职业规范与服务礼仪", "基础业务知识", "增值与新兴业务", "法律法规", "话务专业知识"}
AREAS |= {"投诉处理", "质检与管理", "交叉销售", "客户维护", "英语", "计算机操作"}


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    with Bank(tmp_path_factory.mktemp("samples") / "bank.db") as bank:
        report = samples.load(bank)
        assert report.errors == ()
        assert report.added == report.rows == bank.count()
        return bank.all()


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        first = samples.load(bank)
        second = samples.load(bank)
    assert (second.added, second.unchanged) == (0, first.added)


def test_there_is_enough_for_a_final(questions: list[Question]) -> None:
    rounds = Counter(q.round for q in questions)
    assert rounds["compulsory"] >= 24
    assert rounds["scenario"] >= 10
    assert rounds["buzz_in"] >= 24
    assert all(count >= 8 for count in Counter(q.value for q in questions if q.round == "risk").values())
    paper = draw(
        questions, {"compulsory": 10, "scenario": 5, "buzz_in": 10, "risk": {10: 5, 20: 5, 30: 5}}, 1
    )
    assert len(paper.questions) == 40


def test_every_question_is_valid_explained_and_sourced(questions: list[Question]) -> None:
    for question in questions:
        assert validate(question) == []
        assert question.explanation and question.source, question.id
        assert question.area in AREAS, question.id


def test_every_area_is_asked(questions: list[Question]) -> None:
    assert {q.area for q in questions} == AREAS
    assert sum(q.area == "英语" for q in questions) >= 5


def test_no_two_questions_read_the_same(questions: list[Question]) -> None:
    assert len({prompt_key(q.prompt) for q in questions}) == len(questions)


def test_lengths_suit_a_stage(questions: list[Question]) -> None:
    choice = [q for q in questions if q.form != "scenario"]
    assert [q.id for q in choice if len(q.prompt) > 90] == []
    assert [q.id for q in choice if any(len(option) > 24 for option in q.options)] == []
    assert sum(len(q.prompt) >= 70 for q in choice) >= 4
    assert [q.id for q in questions if q.form == "scenario" and len(q.prompt) > 250] == []


def test_letters_are_spread_over_each_round(questions: list[Question]) -> None:
    for round_ in ("compulsory", "buzz_in", "risk"):
        letters = Counter(q.answer for q in questions if q.round == round_ and q.form == "single")
        share = sum(letters.values()) / 4
        assert all(abs(letters[letter] - share) <= 2 for letter in "ABCD"), (round_, letters)
    words = Counter(q.answer for q in questions if q.form == "true_false")
    assert abs(words["对"] - words["错"]) <= 2


def test_the_right_option_does_not_stand_out_by_its_length(questions: list[Question]) -> None:
    longest = 0
    single = [q for q in questions if q.form == "single"]
    for question in single:
        right = OPTION_LETTERS.index(question.answer)
        lengths = [len(option) for option in question.options]
        others = lengths[:right] + lengths[right + 1 :]
        assert lengths[right] <= max(others) + 2, question.id
        longest += lengths[right] > max(others)
    assert longest <= len(single) / 4


def test_single_choice_has_four_options_and_no_catch_all(questions: list[Question]) -> None:
    for question in questions:
        if question.form == "single":
            assert len(question.options) == 4, question.id
            assert not re.search("以上[都各选]|都对|都不对|均", "".join(question.options)), question.id


def test_scenarios_can_be_marked(questions: list[Question]) -> None:
    for question in questions:
        if question.form == "scenario":
            assert 4 <= len(question.key_points) <= 6, question.id
            assert sum(point.points_cp for point in question.key_points) == 2000
            assert re.match("您是|You are", question.prompt), question.id


def test_risk_questions_grow_harder_with_their_value(questions: list[Question]) -> None:
    rank = {"初级": 0, "中级": 1, "高级": 2, "技师": 3}
    mean = {}
    for value in (10, 20, 30):
        ranks = [rank[q.level] for q in questions if q.value == value]
        mean[value] = sum(ranks) / len(ranks)
    assert mean[10] < mean[20] < mean[30]


def test_punctuation_is_full_width_and_quotation_marks_are_paired(questions: list[Question]) -> None:
    for question in questions:
        texts = [question.prompt, *question.options, question.answer, question.explanation]
        texts += [point.text for point in question.key_points]
        for text in texts:
            assert not re.search(r"[一-鿿][,;:?!]|[,;:?!][一-鿿]|[一-鿿]\.(?!\d)", text), (question.id, text)
            assert text.count("“") == text.count("”"), question.id
            assert not re.search('[「」『』"]', text), question.id
