"""Reads numbers out of rules in words again, and reckons from the settings which numbers have to be there.

Written apart from `server/rule_text`: its readers of Chinese and English numerals share nothing with its writers.
A number is (unit, value): ("s", seconds), ("p", hundredths of a point), ("n", a count), ("%", a share).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from server.game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Scenario, Text, TieBreak

Number = tuple[str, int]
ZH_UNITS = {"秒": "s", "分钟": "s", "分": "p", "%": "%"}
COUNTS = ("题", "位选手", "位评委", "次", "个题号", "个情景", "个", "份", "项", "遍", "名")
ZH = "零一二三四五六七八九十百千万两"
ZH_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
EN = {word: value for value, word in enumerate(SMALL.split())}
EN |= {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
EN_NOUNS = {"point": "p", "second": "s", "minute": "s", "percent": "%"}
EN_COUNTS = (
    "question",
    "spare question",
    "contestant",
    "judge",
    "number",
    "scenario",
    "time",
    "sheet",
    "line",
    "pass",
)


def zh_value(text: str) -> int:
    """The number that Chinese numerals say."""
    total, section, digit = 0, 0, 0
    for character in text:
        if character in ZH_DIGITS:
            digit = ZH_DIGITS[character]
        elif character == "万":
            total, section, digit = (section + digit) * 10_000, 0, 0
        else:
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
    return total + section + digit


def zh_points(text: str) -> int:
    """Hundredths of a point from figures or numerals, as in 87.5 or 八十七点五."""
    text = text.strip()
    if text[0].isdigit():
        whole, _, part = text.partition(".")
        return int(whole) * 100 + int(part.ljust(2, "0")) if part else int(whole) * 100
    whole, _, part = text.partition("点")
    digits = "".join(str(ZH_DIGITS[one]) for one in part)
    return zh_value(whole) * 100 + (int(digits.ljust(2, "0")) if digits else 0)


def numbers_zh(texts: Iterable[Text]) -> set[Number]:
    """Every number with a unit in the Chinese texts."""
    found: set[Number] = set()
    one = rf"(?:\d+(?:\.\d+)?|[{ZH}]+(?:点[{ZH}]+)?)"
    units = "|".join(["分钟", "秒", "分", "%", *COUNTS])
    for text in texts:
        # Manners of speaking that hold a numeral but no number of the rules.
        zh = re.sub(r"两位小数|一位小数|第[零一二三四五六七八九十]+次|部分分数?|每题|得分|评分", "", text.zh)
        zh = re.sub(rf"(?<![{ZH}])一[道轮遍]", "", zh)
        zh = re.sub(rf"百分之([{ZH}]+)", r"\1%", zh)
        for whole, rest in re.findall(rf"([{ZH}]+)分(零?[{ZH}]+)秒", zh):
            found.add(("s", zh_value(whole) * 60 + zh_value(rest.removeprefix("零"))))
        zh = re.sub(rf"[{ZH}]+分零?[{ZH}]+秒", "", zh)
        for run, unit in re.findall(rf"({one}(?:、{one})*) ?({units})", zh):
            for part in run.split("、"):
                found.add(_zh_number(part, unit))
    return found


def _zh_number(text: str, unit: str) -> Number:
    kind = ZH_UNITS.get(unit, "n")
    if kind == "p":
        return kind, zh_points(text)
    value = int(text) if text[0].isdigit() else zh_value(text)
    return kind, value * 60 if unit == "分钟" else value


def en_value(words: list[str]) -> int:
    """The number that English words say."""
    total, current = 0, 0
    for word in words:
        if word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = total + current * 1000, 0
        elif word != "and":
            current += EN[word]
    return total + current


def numbers_en(texts: Iterable[Text]) -> set[Number]:
    """Every number with a noun in the English texts."""
    found: set[Number] = set()
    word = "|".join(sorted(EN, key=len, reverse=True))
    tail = rf"(?:[ -](?:{word}|hundred|thousand)|(?<=hundred) and (?:{word})|(?<=thousand) and (?:{word}))*"
    one = rf"(?:\d+(?:\.\d+)?%?|(?:{word}){tail}(?: point(?: (?:{word}))+)?)"
    nouns = "|".join([*EN_NOUNS, *EN_COUNTS, "highest mark", "lowest mark"])
    for text in texts:
        en = text.en.lower()
        for minutes, seconds in re.findall(rf"({one}) minutes? and ({one}) seconds?", en):
            found.add(("s", _en_points(minutes) // 100 * 60 + _en_points(seconds) // 100))
        en = re.sub(rf"{one} minutes? and {one} seconds?", "", en)
        for run, noun in re.findall(rf"\b({one}(?:(?:, | or ){one})*) ({nouns})(?:e?s)?\b", en):
            for part in re.split(r", | or ", run):
                kind = EN_NOUNS.get(noun, "n")
                value = _en_points(part)
                found.add((kind, value if kind == "p" else value // 100 * (60 if noun == "minute" else 1)))
        found |= {("%", int(share)) for share in re.findall(r"(\d+)%", en)}
    return found


def _en_points(text: str) -> int:
    if text[0].isdigit():
        return zh_points(text)
    whole, _, part = text.partition(" point ")
    digits = "".join(str(EN[word]) for word in part.split())
    return en_value(re.split("[ -]", whole)) * 100 + (int(digits.ljust(2, "0")) if digits else 0)


@dataclass
class Expected:
    """`must`: numbers that a text has to hold; `may`: others that may stand there."""

    must: set[Number] = field(default_factory=set)
    may: set[Number] = field(default_factory=lambda: {("n", 1)})  # 一题, one question: a manner of speaking

    def points(self, *values_cp: int | None) -> None:
        """A change of nothing is said without a number."""
        self.must |= {("p", abs(value)) for value in values_cp if value}

    def seconds(self, *values: int) -> None:
        self.must |= {("s", value) for value in values if value}

    def counts(self, *values: int) -> None:
        self.must |= {("n", value) for value in values if value > 1}
        self.may |= {("n", value) for value in values}


def expected(rules: RoundRules, seats: int, judges: int, spoken: bool = False) -> Expected:
    """The numbers that a round's rules have to say. `spoken`: without what only the card says."""
    wanted = Expected()
    if not spoken:
        wanted.counts(getattr(rules, "reserve", 0))
        wanted.seconds(rules.planned_seconds)
    match rules:
        case Compulsory():
            wanted.counts(rules.turns, rules.pool)
            wanted.seconds(rules.seconds)
            wanted.points(rules.right_cp, rules.wrong_cp, rules.timeout_cp, rules.help_cp)
            for form in rules.by_form:
                wanted.points(form.right_cp)
                wanted.may.add(("p", form.right_cp))  # in English a list has its noughts too
        case Scenario():
            _scenario(wanted, rules, judges)
        case BuzzIn():
            wanted.counts(rules.questions, seats, rules.chances, rules.tries)
            _buzz(wanted, rules)
            wanted.points(rules.right_cp, rules.wrong_cp, rules.timeout_cp, *rules.fouls_cp)
        case Risk():
            wanted.seconds(rules.seconds)
            wanted.points(*rules.values_cp)
        case TieBreak():
            _tie_break(wanted, rules)
    return wanted


def _scenario(wanted: Expected, rules: Scenario, judges: int) -> None:
    wanted.counts(rules.pool, judges, rules.drop)
    if rules.drop:
        wanted.counts(rules.least_to_drop)
    wanted.seconds(rules.seconds, rules.prepare_seconds)
    wanted.points(rules.max_cp, rules.step_cp)
    if rules.sheet is not None:
        wanted.counts(len(rules.sheet.lines))
        wanted.must |= {("%", group.weight) for group in rules.sheet.groups if group.weight}


def _buzz(wanted: Expected, rules: BuzzIn) -> None:
    wanted.seconds(rules.begin_seconds, rules.finish_seconds, rules.nobody_seconds)
    if rules.opens == "countdown":
        wanted.seconds(rules.countdown_seconds)


def _tie_break(wanted: Expected, rules: TieBreak) -> None:
    wanted.counts(rules.limit)
    wanted.may |= {("n", rules.top), ("n", rules.top + 1)}
    if rules.method != "sudden_death":
        wanted.counts(rules.questions)
    if rules.method == "in_turn":
        wanted.seconds(rules.seconds)
        wanted.points(rules.right_cp, rules.wrong_cp)
        return
    _buzz(wanted, rules.buzz)
    wanted.counts(rules.buzz.chances)
    if rules.method == "questions":
        wanted.points(rules.buzz.right_cp, rules.buzz.wrong_cp)
        wanted.counts(rules.buzz.tries)
