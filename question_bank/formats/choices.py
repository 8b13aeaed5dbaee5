"""From weighted answers, as other programs keep them, to the forms of the bank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from question_bank.formats.parsed import Item, line, without_letters
from question_bank.question import MAX_VARIANTS, OPTION_LETTERS, prompt_key

_FULL = 99.99
_MOST_DIGITS = 40
# In Moodle a * stands for any text, unless a backslash is in front.
_WILD = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a question: its text, plain, and the percentage of the marks that it earns."""

    text: str
    percent: float


@dataclass(frozen=True, slots=True)
class Number:
    """One answer of a numerical question: lowest and highest value that count, and what it earns."""

    low: Decimal
    high: Decimal
    percent: float
    middle: Decimal | None = None


def choice(item: Item, answers: Sequence[Answer], *, single: bool) -> dict[str, Any]:
    """The fields form, options and answer of a choice; {} when it is left out or wrong, which `item` then says."""
    texts = without_letters([line(answer.text) for answer in answers])
    if len(texts) < 2:
        item.problem("fmt_few_answers", len(texts), column="options")
        return {}
    right = [i for i, answer in enumerate(answers) if answer.percent > (_FULL if single else 0)]
    if not right:
        item.problem("fmt_no_right", column="answer")
        return {}
    if single and len(right) > 1:
        item.left_out("left_out_several_right", "、".join(texts[i] for i in right), column="answer")
        return {}
    if len(right) == len(texts):
        item.left_out("left_out_all_right", column="answer")
        return {}
    # In the bank the right options count together and a wrong one spoils them: any share of marks is lost.
    if not single or any(answers[i].percent for i in range(len(answers)) if i not in right):
        item.note("not_kept_weight", " ".join(f"{answer.percent:g}" for answer in answers), column="options")
    letters = "".join(OPTION_LETTERS[i] for i in right if i < len(OPTION_LETTERS))
    return {"form": "single" if single else "multiple", "options": tuple(texts), "answer": letters}


def words(item: Item, answers: Sequence[Answer]) -> dict[str, Any]:
    """The fields of a question that is answered by a word: answer and variants; {} when there is none."""
    full = []
    for answer in answers:
        text = line(answer.text)
        if _WILD.search(text):
            item.note("not_kept_wildcard", text, column="answer")
        elif 0 < answer.percent <= _FULL:
            item.note("not_kept_partial", f"{text} {answer.percent:g}%", column="variants")
        if answer.percent > _FULL and text not in ("", "*"):
            full.append(text.replace("\\*", "*"))
    full = list({prompt_key(text): text for text in reversed(full)}.values())[::-1]
    if not full:
        item.problem("fmt_no_right", column="answer")
        return {}
    if len(full) > MAX_VARIANTS + 1:
        item.left_out("left_out_too_many", len(full) - 1, column="variants", allowed=str(MAX_VARIANTS))
        return {}
    return {"form": "fill_in", "answer": full[0], "variants": tuple(full[1:])}


def numbers(item: Item, answers: Sequence[Number], *, zh: bool) -> tuple[dict[str, Any], str]:
    """(fields, a sentence for the explanation) of a question that is answered by a number."""
    full = [number for number in answers if number.percent > _FULL]
    for number in answers:
        if 0 < number.percent <= _FULL:
            item.note("not_kept_partial", f"{_range(number, zh)} {number.percent:g}%", column="variants")
    if not full:
        item.problem("fmt_no_right", column="answer")
        return {}, ""
    fields = words(item, [Answer(_spoken(number, zh), 100) for number in full])
    ranges = [_range(number, zh) for number in full if number.low != number.high]
    if not ranges or not fields:
        return fields, ""
    item.note("not_kept_range", "; ".join(ranges), column="explanation")
    told = "；".join(ranges) if zh else "; ".join(ranges)
    return fields, f"算对的范围：{told}。" if zh else f"Accepted: {told}."


def number(text: str) -> Decimal:
    """A number as people write it, bounded. Raises ValueError."""
    text = text.strip().replace("−", "-").replace(",", ".")
    if not text or len(text) > _MOST_DIGITS:
        raise ValueError(text)
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise ValueError(text)
    return value


def percent(text: str) -> float:
    """A weight, -100 to 100. Raises ValueError."""
    value = float(number(text))
    if not -100.001 <= value <= 100.001:
        raise ValueError(text)
    return value


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _spoken(number: Number, zh: bool) -> str:
    return _range(number, zh) if number.middle is None else _shown(number.middle)


def _range(number: Number, zh: bool) -> str:
    if number.low == number.high:
        return _shown(number.low)
    return f"{_shown(number.low)} {'至' if zh else 'to'} {_shown(number.high)}"
