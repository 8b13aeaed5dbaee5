"""What a question is made of, the words for its parts, and how a mistake in one is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from question_bank import messages

ROUND_WORDS = {"compulsory": "必答题", "scenario": "情景模拟题", "buzz_in": "抢答题", "risk": "风险题"}
FORM_WORDS = {
    "single": "单选题",
    "multiple": "多选题",
    "true_false": "判断题",
    "fill_in": "填空题",
    "oral": "口答题",
    "listening": "听力题",
    "scenario": "情景题",
}
STATUS_WORDS = {"draft": "草稿", "reviewed": "已审", "sealed": "已封存", "used": "已使用", "retired": "停用"}
POOL_WORDS = {"show": "比赛", "rehearsal": "彩排"}
LANGUAGE_WORDS = {"zh": "中文", "en": "英文"}
ROUNDS = tuple(ROUND_WORDS)
FORMS = tuple(FORM_WORDS)
STATUSES = tuple(STATUS_WORDS)
POOLS = tuple(POOL_WORDS)
LANGUAGES = tuple(LANGUAGE_WORDS)
LEVELS = ("初级", "中级", "高级", "技师", "高级技师")
RISK_VALUES = (10, 20, 30)
VALUE_MOST = 100
TIME_S = (5, 1800)
OPTION_LETTERS = "ABCDEF"
TRUE_FALSE_OPTIONS = ("对", "错")
SCENARIO_POINTS_CP = 2000
MAX_KEY_POINTS = 20
MAX_VARIANTS = 20
MAX_TAGS = 10
TAG_SEPARATORS = "、，,；;\n"
"""What stands between tags where they are written in one place; so no tag may hold one."""
MAX_CHARACTERS = {
    "prompt": 500,
    "option": 120,
    "answer": 1000,
    "key_point": 200,
    "explanation": 2000,
    "area": 40,
    "source": 200,
    "alt": 200,
    "variant": 200,
    "brief": 1000,
    "tag": 20,
    "transcript": 1000,
    "author": 40,
    "reviewer": 40,
}
LETTERED = frozenset({"single", "multiple"})
"""Forms that always have options and are answered by letters; a listening question is so where it has options."""
# Cf holds the bidi overrides and every zero-width character; Zl and Zp are line breaks in disguise.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One thing a full answer must contain, and what it is worth in centipoints (1/100 point)."""

    text: str
    points_cp: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `validate` says whether it may go on stage; the type alone does not promise it.

    round: compulsory | scenario | buzz_in | risk.
    form: single | multiple | true_false | fill_in | oral | listening | scenario.
    options: without letters; ("对", "错") for true_false, () for fill_in, oral and scenario; listening may have some.
    answer: a letter for single, letters in order ("ABD") for multiple, 对 or 错 for true_false, "" for scenario, else
    the text; a listening question with options has one letter.
    key_points: for scenario they sum to 2000 centipoints (20 points); for oral they may be ().
    value: 10, 20 or 30 points in the risk round; 1 to 100 or None elsewhere.
    media: name of its picture, sound or film in the data folder, "" for none; alt: what that is, in words.
    variants: other answers that count as right, for an answer that is a text.
    brief: for the person who plays the customer of a scenario. tags: words to find it by.
    time_s: seconds for this question, None for what its round gives. source_date: YYYY, YYYY-MM or YYYY-MM-DD.
    transcript: the words spoken in a listening question, as secret as the answer.
    pool: show | rehearsal. status: draft | reviewed | sealed | used | retired.
    """

    id: str
    round: str
    form: str
    prompt: str
    options: tuple[str, ...]
    answer: str
    key_points: tuple[KeyPoint, ...]
    explanation: str
    value: int | None
    area: str
    level: str
    source: str
    media: str = ""
    alt: str = ""
    variants: tuple[str, ...] = ()
    brief: str = ""
    tags: tuple[str, ...] = ()
    time_s: int | None = None
    source_date: str = ""
    language: str = "zh"
    transcript: str = ""
    pool: str = "show"
    author: str = ""
    reviewer: str = ""
    status: str = "draft"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a question: where (a field name), what, and how to mend it."""

    field: str
    code: str
    found: str
    allowed: str = ""

    def text(self, language: str = "zh") -> str:
        """One line: where, what was found, what is wrong, how to mend it."""
        wrong = messages.what(self.code, self.allowed, language)
        mend = messages.mend(self.code, self.allowed, language)
        if language == "zh":
            return f"{self.field}：{wrong}（现为“{self.found}”）；{mend}"
        return f"{self.field}: {wrong} (found “{self.found}”); {mend}"


class InvalidQuestion(ValueError):
    """A question that must not enter the bank. `problems` holds everything wrong with it."""

    def __init__(self, question_id: str, problems: Sequence[Problem]) -> None:
        self.question_id = question_id
        self.problems = tuple(problems)
        super().__init__(f"{question_id}: " + " | ".join(p.text("en") for p in problems))


# Five marks on one letter: no script needs them, and they paint over the lines above.
_PILED = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5}")


def excerpt(text: object, limit: int = 40) -> str:
    """`text` as a person may safely read it in a message: one line, short, invisible characters spelt out."""
    shown = "".join(
        f"<U+{ord(c):04X}>" if refused_character(c) or c == "\n" else c for c in str(text)[: limit + 1]
    )
    return shown if len(str(text)) <= limit else shown[:limit] + "……"


def refused_character(character: str) -> bool:
    """Whether it has no place in a question: controls (but the line feed), bidi, zero-width, private use."""
    return character != "\n" and unicodedata.category(character) in _REFUSED_CATEGORIES


def first_refused(text: str) -> str | None:
    """The first refused character of a text, or None; of marks piled on one letter the first that is too many."""
    piled = _PILED.search(text)
    if piled is not None:
        return piled[0][-1]
    # Everything refused is unprintable too; most texts are told sound by this one call, which is a hundred times faster.
    if text.replace("\n", "").isprintable():
        return None
    return next((c for c in text if refused_character(c)), None)


def prompt_key(prompt: str) -> str:
    """Equal for two prompts that sound the same: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", prompt).casefold().split())


def format_points(points_cp: int) -> str:
    """Centipoints as people write points: 400 -> "4", 250 -> "2.5"."""
    whole, rest = divmod(abs(points_cp), 100)
    decimals = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if points_cp < 0 else ''}{whole}{decimals}"


def takes_letters(form: str, options: Sequence[str]) -> bool:
    """Whether a question of this form with these options is answered by the letters of its options."""
    return form in LETTERED or (form == "listening" and bool(options))
