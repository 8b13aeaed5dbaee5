"""Numbers, points and times as figures to read or as words to say, in both languages.

Every sentence of the rules is written once and filled by one of two wordings: figures for paper and screen, words
for the host's voice. So card and script cannot say different numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

DIGITS = "零一二三四五六七八九"
UNITS = ("", "十", "百", "千")
SMALL = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *(
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ),
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
}
LONG = 300  # seconds from which on whole minutes are written as minutes
GLUE = re.compile(r"(?<=[，。；：、（「\s])\s+|\s+(?=[，。；：、）」])")
"""Blanks that a figure brought with it, beside a mark that has its own room."""


def plain(points_cp: int) -> str:
    """Centipoints as people write points: "10", "−10", "87.67"."""
    whole, part = divmod(abs(points_cp), 100)
    text = f"{whole}.{part:02}" if part else str(whole)
    return f"−{text}" if points_cp < 0 else text


def signed(points_cp: int) -> str:
    """As `plain`, with a plus for gains: "+10"."""
    return f"+{plain(points_cp)}" if points_cp > 0 else plain(points_cp)


def figure(points_cp: int) -> str:
    """As `plain`, without a nought at the end: "0.5". Scores stand in columns and keep theirs; rules are read."""
    text = plain(points_cp)
    return text.rstrip("0") if "." in text else text


def zh_number(number: int, counting: bool = False) -> str:
    """A whole number from 0 to 99,999,999 as it is said: 12 → 十二, 205 → 二百零五.

    counting: before a measure word, where a lone 2 is 两.
    """
    if counting and number == 2:
        return "两"
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return zh_number(high) + "万" + (_zh_below_10000(low, led=True) if low else "")
    return _zh_below_10000(number, led=False)


def _zh_below_10000(number: int, led: bool) -> str:
    """led: something larger was said before, so that missing places are called out as 零."""
    if number == 0:
        return "" if led else DIGITS[0]
    said, skipped = "", led and number < 1000
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            skipped = skipped or bool(said)
            continue
        one_of_ten = digit == 1 and place == 1 and not said and not led
        said += (DIGITS[0] if skipped else "") + ("" if one_of_ten else DIGITS[digit]) + UNITS[place]
        skipped = False
    return said


def en_number(number: int) -> str:
    """A whole number from 0 to 999,999 as it is said: 120 → "one hundred and twenty"."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{SMALL[hundreds]} hundred" + (f" and {en_number(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    joint = " and " if 0 < rest < 100 else " "
    return f"{en_number(thousands)} thousand" + (joint + en_number(rest) if rest else "")


def en_ordinal(number: int) -> str:
    """ "first", "second" ... "twenty-first": for any whole number from 1."""
    head, dash, last = en_number(number).rpartition("-")
    if not dash:
        head, dash, last = en_number(number).rpartition(" ")
    if last in ORDINALS:
        last = ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else "twelfth" if last == "twelve" else f"{last}th"
    return head + dash + last


def _plural(noun: str, one: bool) -> str:
    if one:
        return noun
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


@dataclass(frozen=True, slots=True)
class Wording:
    """Fills numbers into sentences. `spoken`: as words; else as figures, with room around them in Chinese."""

    spoken: bool

    def zh(self, number: int, measure: str) -> str:
        """A count with its measure word: " 10 题" or 十题. `tidy` takes away the room that is too much."""
        return f"{zh_number(number, counting=True)}{measure}" if self.spoken else f" {number} {measure}"

    def en(self, number: int, noun: str) -> str:
        """A count with its noun: "10 questions" or "ten questions"."""
        return f"{en_number(number) if self.spoken else number} {_plural(noun, number == 1)}"

    def zh_ordinal(self, number: int, measure: str = "次") -> str:
        """第一次 in both wordings: a figure would be no easier to read."""
        return f"第{zh_number(number)}{measure}"

    def zh_bare(self, points_cp: int) -> str:
        """Points without their measure word, for lists."""
        if not self.spoken:
            return figure(points_cp)
        whole, part = divmod(abs(points_cp), 100)
        said = zh_number(whole, counting=not part)
        if part:
            said += "点" + "".join(DIGITS[int(digit)] for digit in f"{part:02}".rstrip("0"))
        return ("负" if points_cp < 0 else "") + said

    def en_bare(self, points_cp: int) -> str:
        """As `zh_bare`, in English."""
        if not self.spoken:
            return figure(points_cp)
        whole, part = divmod(abs(points_cp), 100)
        said = en_number(whole)
        if part:
            said += " point " + " ".join(SMALL[int(digit)] for digit in f"{part:02}".rstrip("0"))
        return ("minus " if points_cp < 0 else "") + said

    def zh_points(self, points_cp: int) -> str:
        """An amount: " 10 分" or 十分."""
        return f"{self.zh_bare(points_cp)}分" if self.spoken else f" {figure(points_cp)} 分"

    def en_points(self, points_cp: int) -> str:
        """An amount: "10 points" or "ten points"."""
        return f"{self.en_bare(points_cp)} {'point' if points_cp == 100 else 'points'}"

    def zh_change(self, points_cp: int, nothing: str = "不得分") -> str:
        """What a score does: 加十分, 扣十分, or `nothing`."""
        if points_cp == 0:
            return nothing
        return ("加" if points_cp > 0 else "扣") + self.zh_points(abs(points_cp))

    def en_change(self, points_cp: int, nothing: str = "scores nothing") -> str:
        """What a score does: "gains ten points", "loses ten points", or `nothing`."""
        if points_cp == 0:
            return nothing
        return f"{'gains' if points_cp > 0 else 'loses'} {self.en_points(abs(points_cp))}"

    def zh_time(self, seconds: int) -> str:
        """A length of time: " 90 秒"; said as minutes from two of them on, or where they come out even."""
        if not self.spoken:
            return f" {seconds // 60} 分钟" if seconds >= LONG and seconds % 60 == 0 else f" {seconds} 秒"
        minutes, rest = divmod(seconds, 60)
        if minutes and (minutes > 1 or not rest):
            tail = f"{'零' if rest < 10 else ''}{zh_number(rest)}秒" if rest else "钟"
            return f"{zh_number(minutes, counting=True)}分{tail}"
        return f"{zh_number(seconds, counting=True)}秒"

    def en_time(self, seconds: int) -> str:
        """As `zh_time`, in English."""
        if not self.spoken:
            even = seconds >= LONG and seconds % 60 == 0
            return self.en(seconds // 60, "minute") if even else self.en(seconds, "second")
        minutes, rest = divmod(seconds, 60)
        if minutes and (minutes > 1 or not rest):
            return self.en(minutes, "minute") + (f" and {self.en(rest, 'second')}" if rest else "")
        return self.en(seconds, "second")

    def zh_percent(self, share: int) -> str:
        """A share of the whole: " 20%" or 百分之二十."""
        return f"百分之{zh_number(share)}" if self.spoken else f" {share}%"

    def en_percent(self, share: int) -> str:
        """A share of the whole: "20 %" or "twenty percent"."""
        return f"{en_number(share)} percent" if self.spoken else f"{share}%"


FIGURES = Wording(spoken=False)
WORDS = Wording(spoken=True)


def tidy(zh: str) -> str:
    """Chinese text without blanks beside punctuation, at either end, or two in a row."""
    return GLUE.sub("", zh).strip()


def sentence(en: str) -> str:
    """English text that begins with a capital."""
    return en[:1].upper() + en[1:]


def en_list(parts: Iterable[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    *head, last = parts
    return f"{', '.join(head)} {word} {last}" if head else last
