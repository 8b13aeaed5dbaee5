"""Each choice a rulebook offers is said by its own words, on the card, in the script and (where it matters) on the slide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.contest.file import PRESET, read_contest
from server.game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Scenario, SheetLine, Text, TieBreak
from server.rule_text import card, script, slide
from server.rule_text.card import round_text
from server.rule_text.scenario import line_entry
from server.rule_text.script import opening, spoken
from server.rule_text.slide import REST
from server.rule_text.wording import FIGURES, WORDS, en_number, en_ordinal, zh_number
from tests.rule_numbers import en_value, zh_value
from tests.strategies_rulebook import rounds

BOOK = read_contest(PRESET)
COMPULSORY, SCENARIO = Compulsory(Text("必答题", "Compulsory")), Scenario(Text("情景模拟题", "Scenario"))
BUZZ, RISK = BuzzIn(Text("抢答题", "Buzz-in")), Risk(Text("风险题", "Risk"))
TIE = TieBreak(Text("加赛题", "Tie-break"))

# Settings, words of the Chinese, words of the English, words of the slide (None: it need not say it).
CHOICES: list[tuple[RoundRules, dict[str, Any], str, str, str | None]] = [
    (COMPULSORY, {"order": "seat"}, "按席位顺序", "in seat order", "按席位顺序"),
    (COMPULSORY, {"order": "reverse_seat"}, "按席位的倒序", "reverse seat order", "倒序"),
    (COMPULSORY, {"order": "low_to_high"}, "从低到高", "lowest score to the highest", "得分低者先"),
    (COMPULSORY, {"order": "high_to_low"}, "从高到低", "highest score to the lowest", "得分高者先"),
    (COMPULSORY, {"order": "drawn"}, "抽签的顺序", "drawn by lot", "抽签"),
    (COMPULSORY, {"in_a_row": True}, "连续答完", "all in a row", "连续答完"),
    (COMPULSORY, {"in_a_row": False}, "一轮一题", "one a turn", None),
    (COMPULSORY, {"pick": "number", "pool": 20}, "20 个题号", "out of 20 numbers", "20个题号"),
    (COMPULSORY, {"pick": "choose", "pool": 6, "turns": 4}, "6 题中任选 4 题", "chooses 4 questions from", "6题任选4题"),
    (COMPULSORY, {"clock": "host"}, "「开始答题」后计时", "host's word", None),
    (COMPULSORY, {"clock": "reading"}, "读题结束即开始计时", "reading ends", "读完题即计时"),
    (COMPULSORY, {"clock": "shown"}, "题目一显示就开始计时", "question is shown", "显示题目即计时"),
    (COMPULSORY, {"partial": True}, "酌情给部分分数", "part of the points", "可给部分分"),
    (COMPULSORY, {"help_cp": -1000}, "请一次扣 10 分", "costs 10 points", "请队友帮助扣10分"),
    (COMPULSORY, {"help_cp": 0}, "请一次不扣分", "costs nothing", "请队友帮助不扣分"),
    (COMPULSORY, {"wrong_cp": -500}, "答错或超时扣 5 分", "wrong or late one loses 5", "答错或超时扣5分"),
    (COMPULSORY, {"wrong_cp": -500, "timeout_cp": 0}, "答错扣 5 分，超时不扣分", "late one loses nothing", "超时不扣分"),
    (SCENARIO, {"missing": "wait"}, "都提交评分，或者记为缺席", "only when each judge's mark is in", None),
    (SCENARIO, {"missing": "leave_out"}, "没有提交的评委不计入", "left out", None),
    (SCENARIO, {"mask_own_unit": True}, "评委不给本单位的选手评分", "does not mark a contestant", None),
    (SCENARIO, {"round_to_cp": 1}, "保留两位小数", "two decimals", "保留两位小数"),
    (SCENARIO, {"round_to_cp": 10}, "保留一位小数", "one decimal,", "保留一位小数"),
    (SCENARIO, {"round_to_cp": 100}, "四舍五入取整数", "a whole number", "取整数"),
    (SCENARIO, {"drop": 0}, "所有有效评分取平均分", "mean of all marks", "取平均分"),
    (SCENARIO, {"drop": 2, "least_to_drop": 7}, "达到 7 份时，去掉 2 个最高分和 2 个最低分", "7 sheets or more", "各2个"),
    (SCENARIO, {"pick": "number", "pool": 8}, "从 8 个情景中抽取", "out of 8 scenarios", "8个情景"),
    (SCENARIO, {"prepare_seconds": 60}, "准备时间 60 秒", "60 seconds to read", "准备60秒"),
    (BUZZ, {"opens": "host"}, "听到主持人说「开始」，才可以按键", "host has said", "听到「开始」后按键"),
    (BUZZ, {"opens": "countdown"}, "倒数 3 秒，倒数结束才可以", "counts down for 3 seconds", "倒数3秒"),
    (BUZZ, {"opens": "reading"}, "一开始读题就可以按键", "as soon as the reading begins", "开始读题即可"),
    (BUZZ, {"foul_then": "others"}, "不能再抢本题，其他选手继续", "the others go on", "不能再抢本题"),
    (BUZZ, {"foul_then": "void"}, "扣 10 分；本题作废", "10 points; the question is void", "犯规扣10分，本题作废"),
    (BUZZ, {"foul_then": "audience"}, "扣 10 分；本题交给现场观众", "points; the question goes to", "本题归观众"),
    (BUZZ, {"foul_then": "press"}, "这次按键无效", "only that press is void", "该次按键无效"),
    (BUZZ, {"fouls_cp": (0, -2000)}, "第一次不扣分，第二次起每次扣 20 分", "the first costs nothing", "依次扣0、20分"),
    (BUZZ, {"tries": 0}, "直到有人答对", "until one is right", "其他人可再抢"),
    (BUZZ, {"tries": 2}, "每题最多 2 位选手作答", "at most 2 contestants", "最多2人答"),
    (BUZZ, {"tries": 1}, "每题只有一位选手作答", "One contestant answers", None),
    (BUZZ, {"then": "audience"}, "答错或超时，本题交给现场观众", "late answer the question goes to", "答错归观众"),
    (BUZZ, {"nobody_then": "void"}, "无人按键，本题作废", "of the open, the question is void", "15秒无人按则作废"),
    (BUZZ, {"nobody_then": "audience"}, "无人按键，本题交给现场观众", "of the open, the question goes", "15秒无人按则归观众"),
    (BUZZ, {"chances": 2}, "最多抢到 2 次", "2 times at most", "每人限抢到2次"),
    (BUZZ, {"begin_seconds": 0}, "立即作答，30 秒内答完", "at once and finishes within 30", "抢到即答，30秒内答完"),
    (BUZZ, {"too_close": ("press_again",)}, "：并列的选手重新抢答。", "press again.", "重新抢答"),
    (BUZZ, {"too_close": ("draw",)}, "：抽签决定。", "a lot is drawn.", "抽签决定"),
    (BUZZ, {"too_close": ("chief",)}, "：由裁判长决定。", "chief judge decides.", "裁判长决定"),
    (BUZZ, {"too_close": ("estimate",)}, "：以最佳估计判定", "best estimate decides", "按最佳估计"),
    (RISK, {"may_decline": True}, "可以放弃，放弃不加分也不扣分", "may decline, which costs nothing", "可以放弃"),
    (RISK, {"may_decline": False}, "不能放弃", "Nobody may decline", "不能放弃"),
    (RISK, {"may_assign": True}, "指定给另一位选手作答", "to a rival", "可指定他人作答"),
    (RISK, {"sealed": True}, "秘密选定分值，然后同时公布", "choose in secret", "秘密选分"),
    (RISK, {"values_cp": (1000, 3000, 5000)}, "10、30、50 分", "10, 30 or 50 points", "自选10、30、50分题"),
    (TIE, {"matters": "places", "top": 0}, "每个名次都要加赛", "Every tie", "每个名次"),
    (TIE, {"matters": "places", "top": 3}, "前 3 名", "place 3 or better", "前3名的同分"),
    (TIE, {"matters": "cut", "top": 3}, "第 3 名与第 4 名之间", "between place 3 and place 4", "前3名的归属"),
    (TIE, {"method": "sudden_death"}, "先答对的名次在前", "first takes the better place", "先答对者胜"),
    (TIE, {"method": "questions", "questions": 3}, "抢答，每一遍 3 题", "press for the questions, 3", "每遍3题"),
    (TIE, {"method": "in_turn", "questions": 3}, "轮流作答，每一遍每人 3 题", "in turn, 3 questions each", "轮流作答"),
    (TIE, {"then": "draw"}, "仍然同分的，抽签决定", "a lot decides", "抽签决定"),
    (TIE, {"then": "chief"}, "仍然同分的，由裁判长决定", "chief judge decides", "由裁判长决定"),
]  # fmt: skip
ONLY_ON_CARD: list[tuple[RoundRules, dict[str, Any], str, str]] = [
    (COMPULSORY, {"partial": False}, "不给部分分", "no part marks"),
    (COMPULSORY, {"help_cp": None}, "没有队友帮助", "no help from team-mates"),
    (COMPULSORY, {"pick": "drawn"}, "题目由赛前抽签确定", "drawn by lot beforehand"),
    (COMPULSORY, {"reserve": 3}, "另备 3 题", "3 spare questions"),
    (COMPULSORY, {"planned_seconds": 900}, "计划用时 15 分钟", "15 minutes"),
    (SCENARIO, {"mask_own_unit": False}, "包括本单位的选手", "their own unit too"),
    (SCENARIO, {"prepare_seconds": 0}, "不设准备时间", "no time to prepare"),
    (BUZZ, {"chances": 0}, "次数不限", "no limit"),
    (RISK, {"may_assign": False}, "由选题的选手本人作答", "answers it"),
    (RISK, {"sealed": False}, "当场选定分值", "when the turn comes"),
    (TIE, {"reserve": 7}, "备题 7 题", "7 questions were drawn"),
]


def said_aloud(words: str) -> str:
    """Words of the card as the script has them: the part ahead of the first figure, which it says in words."""
    digit = next((place for place, one in enumerate(words) if one.isdigit()), len(words))
    return words[:digit].strip()


@pytest.mark.parametrize(("base", "choice", "zh", "en", "short"), CHOICES, ids=lambda one: str(one)[:40])
def test_a_choice_is_said_by_its_own_words(
    base: RoundRules, choice: dict[str, Any], zh: str, en: str, short: str | None
) -> None:
    rules = replace(base, **choice)
    written = [one.text for one in round_text(rules, BOOK)]
    assert any(zh in text.zh for text in written), [text.zh for text in written]
    assert any(en in text.en for text in written), [text.en for text in written]
    aloud = script(rules, BOOK)
    assert any(said_aloud(zh) in text.zh for text in aloud)
    assert any(said_aloud(en) in text.en for text in aloud)
    if short:
        assert any(short in line.zh for line in slide(rules, BOOK)), slide(rules, BOOK)


@pytest.mark.parametrize(("base", "choice", "zh", "en"), ONLY_ON_CARD, ids=lambda one: str(one)[:40])
def test_what_nobody_needs_to_hear_is_on_the_card(
    base: RoundRules, choice: dict[str, Any], zh: str, en: str
) -> None:
    written = [one.text for one in round_text(replace(base, **choice), BOOK)]
    assert any(zh in text.zh for text in written), [text.zh for text in written]
    assert any(en in text.en for text in written), [text.en for text in written]


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        (SheetLine("应答", 500), "0 至 5 分", "0 to 5 points"),
        (SheetLine("仪容", 500, "deduct"), "满分 5 分，填应扣分数", "5 points, less the points entered"),
        (SheetLine("语言", 1000, "faults", 150), "每处差错扣 1.5 分", "less 1.5 points a fault"),
        (SheetLine("要点", 200, "hit"), "答到得 2 分，未答到不得分", "2 points if the point was made"),
    ],
)
def test_a_line_of_the_sheet_says_how_it_is_marked(line: SheetLine, zh: str, en: str) -> None:
    assert zh in line_entry(line).zh and en in line_entry(line).en


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_say_the_number(number: int) -> None:
    assert zh_value(zh_number(number)) == number


@given(st.integers(0, 999_999))
def test_english_numerals_say_the_number(number: int) -> None:
    assert en_value(en_number(number).replace("-", " ").split()) == number


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "零", "zero"),
        (10, "十", "ten"),
        (14, "十四", "fourteen"),
        (20, "二十", "twenty"),
        (110, "一百一十", "one hundred and ten"),
        (205, "二百零五", "two hundred and five"),
        (1001, "一千零一", "one thousand and one"),
        (1010, "一千零一十", "one thousand and ten"),
        (10_010, "一万零一十", "ten thousand and ten"),
        (12_305, "一万二千三百零五", "twelve thousand three hundred and five"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: int, zh: str, en: str) -> None:
    assert (zh_number(number), en_number(number)) == (zh, en)


def test_measures_and_times_are_said_as_people_say_them() -> None:
    assert WORDS.zh(2, "题") == "两题" and WORDS.zh(12, "题") == "十二题" and FIGURES.zh(2, "题") == " 2 题"
    assert [WORDS.zh_time(one) for one in (2, 30, 60, 90, 120, 125, 150)] == [
        *("两秒", "三十秒", "一分钟", "九十秒", "两分钟", "两分零五秒", "两分三十秒")
    ]
    assert [WORDS.en_time(one) for one in (1, 90, 120, 121)] == [
        *("one second", "ninety seconds", "two minutes", "two minutes and one second")
    ]
    assert WORDS.zh_points(8767) == "八十七点六七分" and WORDS.en_points(50) == "zero point five points"
    assert [en_ordinal(one) for one in (1, 2, 3, 5, 8, 9, 12, 20, 21)] == [
        *("first", "second", "third", "fifth", "eighth", "ninth", "twelfth", "twentieth", "twenty-first")
    ]


def test_staged_rulings_are_announced_as_such() -> None:
    staged, at_once = (
        " ".join(text.zh for text in opening(replace(BOOK, staged=one))) for one in (True, False)
    )
    assert "公布之后才计入得分" in staged and "公布之后" not in at_once
    assert "公布之后才计入得分" in card(replace(BOOK, staged=True))
    assert "立即计入得分" in card(replace(BOOK, staged=False))


def test_the_host_speaks_of_marks_as_the_round_has_them() -> None:
    waits = replace(SCENARIO, missing="wait", prepare_seconds=60, mask_own_unit=True, drop=2)
    plain = replace(SCENARIO, missing="leave_out", prepare_seconds=0, mask_own_unit=False, drop=0)
    for said, there in ((waits, True), (plain, False)):
        texts = " ".join(one.text.zh for one in spoken(said, BOOK) if one.moment != "rules")
        for words in ("还有评委没有提交", "一分钟的准备时间", "同单位的评委回避", "去掉两个最高分"):
            assert (words in texts) is there, words


@given(rounds() | rounds("tie_break"))
@settings(deadline=None, max_examples=200)
def test_a_slide_leaves_nothing_out_without_saying_so(rules: RoundRules) -> None:
    lines = slide(rules, BOOK)
    shorts = [short for one in round_text(rules, BOOK) for short in one.short]
    text = "，".join(line.zh for line in lines)
    left_out = [short.zh for short in shorts if short.zh not in text]
    assert bool(left_out) == (REST.zh in lines[-1].zh)
