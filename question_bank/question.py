"""A question as a value: what it is made of, what makes it valid, and how it travels as JSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from question_bank import media_files, messages

ROUND_WORDS = {"compulsory": "必答题", "scenario": "情景模拟题", "buzz_in": "抢答题", "risk": "风险题"}
FORM_WORDS = {"single": "单选题", "true_false": "判断题", "oral": "口答题", "scenario": "情景题"}
ROUNDS = tuple(ROUND_WORDS)
FORMS = tuple(FORM_WORDS)
LEVELS = ("初级", "中级", "高级", "技师", "高级技师")
RISK_VALUES = (10, 20, 30)
OPTION_LETTERS = "ABCDEF"
TRUE_FALSE_OPTIONS = ("对", "错")
SCENARIO_POINTS_CP = 2000
MAX_KEY_POINTS = 20
MAX_CHARACTERS = {
    "prompt": 500,
    "option": 120,
    "answer": 1000,
    "key_point": 200,
    "explanation": 2000,
    "area": 40,
    "source": 200,
    "alt": 200,
}
_MULTILINE = frozenset({"prompt", "answer", "explanation"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
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

    round: compulsory | scenario | buzz_in | risk. form: single | true_false | oral | scenario.
    options: without letters; ("对", "错") for true_false, () for oral and scenario.
    answer: a letter for single, 对 or 错 for true_false, the text for oral, "" for scenario.
    key_points: for scenario they sum to 2000 centipoints (20 points); for oral they may be ().
    value: 10, 20 or 30 points in the risk round, None elsewhere.
    media: name of its picture, sound or film in the data folder, "" for none; alt: what that is, in words.
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


def excerpt(text: object, limit: int = 40) -> str:
    """`text` as a person may safely read it in a message: one line, short, invisible characters spelt out."""
    shown = "".join(
        f"<U+{ord(c):04X}>" if refused_character(c) or c == "\n" else c for c in str(text)[: limit + 1]
    )
    return shown if len(str(text)) <= limit else shown[:limit] + "……"


def refused_character(character: str) -> bool:
    """Whether it has no place in a question: controls (but the line feed), bidi, zero-width, private use."""
    return character != "\n" and unicodedata.category(character) in _REFUSED_CATEGORIES


def prompt_key(prompt: str) -> str:
    """Equal for two prompts that sound the same: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", prompt).casefold().split())


def validate(question: Question) -> list[Problem]:
    """Everything wrong with a question, in the order of its fields; [] when it may go on stage."""
    problems: list[Problem] = []
    if not _ID.fullmatch(question.id):
        problems.append(Problem("id", "id", excerpt(question.id)))
    if question.round not in ROUNDS:
        problems.append(Problem("round", "choice", excerpt(question.round), _words(ROUND_WORDS)))
    wrong_form = _check_form(question)
    problems += wrong_form
    problems += _check_text("prompt", question.prompt, required=True)
    if not wrong_form:
        # What these fields may hold follows from the form; with a wrong one they would only raise false alarms.
        problems += _check_options(question)
        problems += _check_answer(question)
        problems += _check_key_points(question)
    problems += _check_text("explanation", question.explanation)
    problems += _check_value(question)
    problems += _check_text("area", question.area, required=True)
    if question.level not in LEVELS:
        problems.append(Problem("level", "choice", excerpt(question.level), "、".join(LEVELS)))
    problems += _check_text("source", question.source)
    problems += _check_media(question)
    return problems


def _check_media(question: Question) -> list[Problem]:
    if not question.media:
        return [Problem("alt", "must_be_empty", excerpt(question.alt))] if question.alt else []
    problems = []
    if not media_files.NAME.fullmatch(question.media):
        problems.append(Problem("media", "media_name", excerpt(question.media)))
    # Whoever cannot see or hear it, and the page until it is there, have these words.
    return problems + _check_text("alt", question.alt, required=True)


def _check_text(field: str, text: str, *, kind: str = "", required: bool = False) -> list[Problem]:
    kind = kind or field
    if not text:
        return [Problem(field, "empty", "")] if required else []
    problems = []
    if len(text) > MAX_CHARACTERS[kind]:
        problems.append(Problem(field, "too_long", excerpt(text), str(MAX_CHARACTERS[kind])))
    if any(refused_character(c) for c in text):
        problems.append(Problem(field, "character", excerpt(next(c for c in text if refused_character(c)))))
    elif text != text.strip():
        problems.append(Problem(field, "untrimmed", excerpt(text)))
    if "\n" in text and kind not in _MULTILINE:
        problems.append(Problem(field, "newline", excerpt(text)))
    return problems


def _words(words: Mapping[str, str]) -> str:
    return "、".join(f"{word} {code}" for code, word in words.items())


def _check_form(question: Question) -> list[Problem]:
    if question.form not in FORMS:
        return [Problem("form", "choice", excerpt(question.form), _words(FORM_WORDS))]
    if question.round not in ROUNDS or (question.form == "scenario") == (question.round == "scenario"):
        return []
    fitting = {
        code: w for code, w in FORM_WORDS.items() if (code == "scenario") == (question.round == "scenario")
    }
    return [Problem("form", "form_round", question.form, _words(fitting))]


def _check_options(question: Question) -> list[Problem]:
    options = question.options
    if question.form == "true_false":
        return (
            [] if options == TRUE_FALSE_OPTIONS else [Problem("options", "options_fixed", excerpt(options))]
        )
    if question.form != "single":
        return [Problem("options", "must_be_empty", excerpt(options))] if options else []
    problems = []
    if not 2 <= len(options) <= len(OPTION_LETTERS):
        problems.append(Problem("options", "options_count", str(len(options)), f"2–{len(OPTION_LETTERS)}"))
    seen: set[str] = set()
    for letter, option in zip(OPTION_LETTERS, options, strict=False):
        field = f"option_{letter.lower()}"
        problems += _check_text(field, option, kind="option", required=True)
        if option and prompt_key(option) in seen:
            problems.append(Problem(field, "option_twice", excerpt(option)))
        seen.add(prompt_key(option))
        if re.match(rf"{letter}\s*[.、:)]", unicodedata.normalize("NFKC", option)):
            problems.append(Problem(field, "option_letter", excerpt(option)))
    return problems


def _check_answer(question: Question) -> list[Problem]:
    if question.form == "scenario":
        return [Problem("answer", "must_be_empty", excerpt(question.answer))] if question.answer else []
    if question.form == "oral":
        return _check_text("answer", question.answer, required=True)
    allowed: Sequence[str] = TRUE_FALSE_OPTIONS
    if question.form == "single":
        allowed = OPTION_LETTERS[: len(question.options)]
    if question.answer in tuple(allowed):
        return []
    return [Problem("answer", "answer", excerpt(question.answer), "、".join(allowed))]


def _check_key_points(question: Question) -> list[Problem]:
    points = question.key_points
    if question.form not in ("scenario", "oral"):
        return [Problem("key_points", "must_be_empty", str(len(points)))] if points else []
    problems = []
    least = 1 if question.form == "scenario" else 0
    if not least <= len(points) <= MAX_KEY_POINTS:
        problems.append(
            Problem("key_points", "key_points_count", str(len(points)), f"{least}–{MAX_KEY_POINTS}")
        )
    for point in points:
        problems += _check_text("key_points", point.text, kind="key_point", required=True)
        if not 0 < point.points_cp <= SCENARIO_POINTS_CP:
            problems.append(Problem("key_points", "points", format_points(point.points_cp)))
    total_cp = sum(point.points_cp for point in points)
    if question.form == "scenario" and points and total_cp != SCENARIO_POINTS_CP:
        problems.append(Problem("key_points", "points_sum", format_points(total_cp)))
    return problems


def _check_value(question: Question) -> list[Problem]:
    if question.round == "risk":
        if question.value in RISK_VALUES:
            return []
        return [Problem("value", "value", excerpt(question.value), ", ".join(map(str, RISK_VALUES)))]
    return [] if question.value is None else [Problem("value", "must_be_empty", excerpt(question.value))]


def format_points(points_cp: int) -> str:
    """Centipoints as people write points: 400 -> "4", 250 -> "2.5"."""
    whole, rest = divmod(abs(points_cp), 100)
    decimals = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if points_cp < 0 else ''}{whole}{decimals}"


def to_dict(question: Question) -> dict[str, Any]:
    """The question as JSON-ready data: lists for tuples, key points as {"text", "points_cp"}."""
    data = {f.name: getattr(question, f.name) for f in fields(question)}
    data["options"] = list(question.options)
    data["key_points"] = [{"text": p.text, "points_cp": p.points_cp} for p in question.key_points]
    return data


def from_dict(data: Mapping[str, Any]) -> Question:
    """The question of `to_dict`. Raises InvalidQuestion with every problem: fields, types, content."""
    names = [f.name for f in fields(Question)]
    name = excerpt(data.get("id", "?"))
    problems = [Problem(k, "missing_key", "") for k in names if k not in data]
    problems += [
        Problem(excerpt(k), "unknown_key", excerpt(k), ", ".join(names)) for k in data if k not in names
    ]
    for key in names:
        if key in data and not _type_fits(key, data[key]):
            problems.append(Problem(key, "type", excerpt(data[key]), _TYPE_NAMES.get(key, "str")))
    if problems:
        raise InvalidQuestion(name, problems)
    values = dict(data)
    values["options"] = tuple(data["options"])
    values["key_points"] = tuple(KeyPoint(p["text"], p["points_cp"]) for p in data["key_points"])
    question = Question(**values)
    if problems := validate(question):
        raise InvalidQuestion(name, problems)
    return question


_TYPE_NAMES = {
    "options": "list[str]",
    "key_points": "list[{text: str, points_cp: int}]",
    "value": "int | null",
}


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _type_fits(key: str, value: object) -> bool:
    if key == "value":
        return value is None or _is_int(value)
    if key == "options":
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if key == "key_points":
        return isinstance(value, list) and all(
            isinstance(v, dict)
            and set(v) == {"text", "points_cp"}
            and isinstance(v["text"], str)
            and _is_int(v["points_cp"])
            for v in value
        )
    return isinstance(value, str)
