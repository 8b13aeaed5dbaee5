"""The sample bank is sound: enough of everything, valid, sourced, readable on a stage, and not guessable by its letters."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from question_bank import samples
from question_bank.bank import Bank
from question_bank.draw import draw
from question_bank.question import FORMS, OPTION_LETTERS, Question, prompt_key, validate

AREAS = {"企业文化", "职业规范与服务礼仪", "基础业务知识", "增值与新兴业务", "法律法规", "话务专业知识"}
AREAS |= {"投诉处理", "质检与管理", "交叉销售", "客户维护", "英语", "计算机操作"}
HAN = re.compile(r"[一-鿿]")
LAW = re.compile(r"《[^》]*(?:法|典|条例|办法|规定|纲要|意见|标准)》")
STANDARD = re.compile(r"GB/T|3GPP|ITU|RFC|NIST|ICAO|国际电信联盟|国际民航组织")


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    with Bank(tmp_path_factory.mktemp("samples") / "bank.db") as bank:
        report = samples.load(bank)
        assert report.errors == ()
        assert report.added == report.rows == bank.count()
        return bank.all()


def texts(question: Question) -> list[str]:
    """Everything of it that a person reads or hears."""
    found = [question.prompt, *question.options, question.answer, *question.variants, question.explanation]
    found += [point.text for point in question.key_points]
    return [text for text in (*found, question.brief, question.transcript, question.alt) if text]


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        first = samples.load(bank)
        second = samples.load(bank)
    assert (second.added, second.unchanged) == (0, first.added)


def test_there_is_enough_for_many_finals(questions: list[Question]) -> None:
    assert len(questions) >= 300
    rounds = Counter(q.round for q in questions)
    assert rounds["compulsory"] >= 100 and rounds["buzz_in"] >= 100 and rounds["scenario"] >= 40
    assert all(count >= 24 for count in Counter(q.value for q in questions if q.round == "risk").values())
    paper = draw(
        questions, {"compulsory": 40, "scenario": 20, "buzz_in": 40, "risk": {10: 20, 20: 20, 30: 20}}, 1
    )
    assert len(paper.questions) == 160


def test_every_form_area_and_level_is_there(questions: list[Question]) -> None:
    forms = Counter(q.form for q in questions)
    assert set(forms) == set(FORMS)
    assert all(forms[form] >= 10 for form in FORMS)
    areas = Counter(q.area for q in questions)
    assert set(areas) == AREAS and min(areas.values()) >= 10
    levels = Counter(q.level for q in questions)
    assert all(levels[level] >= 30 for level in ("初级", "中级", "高级", "技师"))


def test_ids_of_earlier_releases_are_still_there(questions: list[Question]) -> None:
    earlier = {f"sample-{letter}{number:02d}" for letter in "CB" for number in range(1, 34)}
    earlier |= {f"sample-S{number:02d}" for number in range(1, 13)}
    earlier |= {
        f"sample-R{value}-{number:02d}"
        for value, most in ((10, 9), (20, 13), (30, 12))
        for number in range(1, most + 1)
    }
    assert len(earlier) == 112
    assert earlier <= {q.id for q in questions}


def test_every_question_is_valid_explained_and_has_been_read_by_a_second_group(
    questions: list[Question],
) -> None:
    for question in questions:
        assert validate(question) == []
        assert question.explanation and question.source and question.tags and question.time_s, question.id
        assert (question.pool, question.status) == ("show", "reviewed"), question.id
        assert question.author == "先声命题组" and question.reviewer == "先声审题组", question.id


def test_laws_and_standards_are_cited_with_the_date_of_their_text(questions: list[Question]) -> None:
    cited = [q for q in questions if LAW.search(q.source) or STANDARD.search(q.source)]
    assert len(cited) >= 60
    undated = [q.id for q in cited if not q.source_date]
    # What an organisation tells of itself has no edition.
    assert undated == ["sample-B14", "sample-L066"]
    articles = [q for q in questions if q.source.startswith("《中华人民共和国")]
    assert len(articles) >= 50
    assert [q.id for q in articles if not re.search("第[一二三四五六七八九十百千零]+[条章]", q.source)] == []


def test_a_prompt_that_names_a_law_names_its_year(questions: list[Question]) -> None:
    named = [q for q in questions if LAW.search(q.prompt)]
    assert len(named) >= 40
    assert [q.id for q in named if not re.search(r"\d{4}年", q.prompt)] == []


def test_nothing_says_now_or_names_a_price_list(questions: list[Question]) -> None:
    stale = re.compile("目前|当前|现行|截至|最新|今年|至今|currently|nowadays|this year")
    # A person on the telephone may well say “this year”; the words of a question may not.
    said = [(q.id, t) for q in questions for t in (q.prompt, *q.options, q.answer) if stale.search(t)]
    assert said == []
    brands = re.compile("中国移动|中国电信|中国联通|中国广电|10086|10010|10099")
    assert [(q.id, t) for q in questions for t in texts(q) if brands.search(t)] == []


def test_no_two_questions_read_the_same(questions: list[Question]) -> None:
    assert len({prompt_key(q.prompt) for q in questions}) == len(questions)
    pairs = [
        (q.id, {key[i : i + 2] for i in range(len(key) - 1)})
        for q in questions
        for key in [re.sub(r"\W", "", prompt_key(q.prompt))]
    ]
    alike = [
        (a, b)
        for (a, left), (b, right) in combinations(pairs, 2)
        if len(left & right) > 0.6 * len(left | right)
    ]
    assert alike == []


def test_questions_in_english_are_english_throughout(questions: list[Question]) -> None:
    english = [q for q in questions if q.language == "en"]
    assert len(english) >= 20
    assert {q.area for q in english} == {"英语"}
    for question in english:
        words = [t for t in texts(question) if t not in ("对", "错")]
        words = words if question.form != "true_false" else [question.prompt, question.explanation]
        assert [t for t in words if HAN.search(t)] == [], question.id
    assert [q.id for q in questions if q.language == "zh" and not HAN.search(q.prompt + q.explanation)] == []


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
    several = [q for q in questions if q.form == "multiple"]
    for letter in "ABCD":
        right = sum(letter in q.answer for q in several)
        assert 0.4 <= right / len(several) <= 0.8, letter
    assert {len(q.answer) for q in several} == {2, 3, 4}
    assert max(Counter(q.answer for q in several).values()) <= len(several) / 4


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


def test_choices_have_four_options_and_no_catch_all(questions: list[Question]) -> None:
    for question in questions:
        if question.form == "single" or (question.form == "listening" and question.options):
            assert len(question.options) == 4, question.id
        if question.form == "multiple":
            assert len(question.options) in (4, 5), question.id
        assert not re.search("以上[都各选]|都对|都不对|均|all of the", "".join(question.options)), question.id


def test_scenarios_can_be_played_and_marked(questions: list[Question]) -> None:
    scenarios = [q for q in questions if q.form == "scenario"]
    assert len(scenarios) >= 40
    for question in scenarios:
        assert 4 <= len(question.key_points) <= 6, question.id
        assert sum(point.points_cp for point in question.key_points) == 2000
        assert re.match("您是|You are", question.prompt), question.id
        assert 140 <= len(question.brief) <= 420, question.id
        played = "You are|You ring" if question.language == "en" else "您扮演|您一人扮演"
        assert re.match(played, question.brief), question.id
        # Lines that the customer will certainly say, and what is told only to somebody who asks.
        assert question.brief.count("“") >= 2, question.id
        assert re.search("不问不说|问到才说|[Ii]f asked", question.brief), question.id


def test_risk_questions_grow_harder_with_their_value(questions: list[Question]) -> None:
    rank = {"初级": 0, "中级": 1, "高级": 2, "技师": 3}
    mean = {}
    for value in (10, 20, 30):
        ranks = [rank[q.level] for q in questions if q.value == value]
        mean[value] = sum(ranks) / len(ranks)
    assert mean[10] < mean[20] < mean[30]


def test_punctuation_is_full_width_and_quotation_marks_are_paired(questions: list[Question]) -> None:
    for question in questions:
        for text in texts(question):
            assert not re.search(r"[一-鿿][,;:?!]|[,;:?!][一-鿿]|[一-鿿]\.(?!\d)", text), (question.id, text)
            assert text.count("“") == text.count("”"), question.id
            assert not re.search('[「」『』"]', text), question.id


def test_the_readme_counts_what_is_there_and_says_who_checked_it(questions: list[Question]) -> None:
    readme = (samples.FOLDER / "README.md").read_text(encoding="utf-8")
    rounds = Counter(q.round for q in questions)
    assert f"{len(questions)} 道原创题" in readme and f"{len(questions)} original questions" in readme
    for word, round_ in (
        ("必答题", "compulsory"),
        ("情景模拟题", "scenario"),
        ("抢答题", "buzz_in"),
        ("风险题", "risk"),
    ):
        assert f"{word} {rounds[round_]}" in readme
    assert f"英文题 {sum(q.language == 'en' for q in questions)} 道" in readme
    assert "不是考评员" in readme and "not by an examiner" in readme and "robotic" in readme
