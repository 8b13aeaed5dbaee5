"""What makes a question sound: every rule of its fields, each broken one told with its place and its mending."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence

from question_bank import media_files
from question_bank.model import (
    FORM_WORDS,
    FORMS,
    LANGUAGE_WORDS,
    LEVELS,
    MAX_CHARACTERS,
    MAX_KEY_POINTS,
    MAX_TAGS,
    MAX_VARIANTS,
    OPTION_LETTERS,
    POOL_WORDS,
    RISK_VALUES,
    ROUND_WORDS,
    ROUNDS,
    SCENARIO_POINTS_CP,
    STATUS_WORDS,
    TAG_SEPARATORS,
    TIME_S,
    TRUE_FALSE_OPTIONS,
    VALUE_MOST,
    Problem,
    Question,
    excerpt,
    first_refused,
    format_points,
    prompt_key,
    takes_letters,
)

_MULTILINE = frozenset({"prompt", "answer", "explanation", "brief", "transcript"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_DATE = re.compile(r"([12][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_BEYOND_DRAFT = frozenset({"reviewed", "sealed", "used"})


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
    if not wrong_form:
        problems += _check_variants(question)
        problems += _check_only("brief", question.brief, question.form == "scenario")
    problems += _check_tags(question.tags)
    problems += _check_time(question.time_s)
    problems += _check_source_date(question.source_date)
    problems += _check_choice("language", question.language, LANGUAGE_WORDS)
    if not wrong_form:
        problems += _check_only("transcript", question.transcript, question.form == "listening")
    return problems + check_workflow(question)


def check_workflow(question: Question) -> list[Problem]:
    """What is wrong with pool, author, reviewer and status: the fields that are no part of a question's content."""
    problems = _check_choice("pool", question.pool, POOL_WORDS)
    problems += _check_text("author", question.author)
    problems += _check_text("reviewer", question.reviewer)
    problems += _check_choice("status", question.status, STATUS_WORDS)
    if question.author and question.status in _BEYOND_DRAFT:
        if not question.reviewer:
            problems.append(Problem("reviewer", "reviewer_missing", "", question.status))
        elif prompt_key(question.reviewer) == prompt_key(question.author):
            problems.append(Problem("reviewer", "four_eyes", excerpt(question.reviewer)))
    return problems


def _check_text(field: str, text: str, *, kind: str = "", required: bool = False) -> list[Problem]:
    kind = kind or field
    if not text:
        return [Problem(field, "empty", "")] if required else []
    problems = []
    if len(text) > MAX_CHARACTERS[kind]:
        problems.append(Problem(field, "too_long", excerpt(text), str(MAX_CHARACTERS[kind])))
    if refused := first_refused(text):
        problems.append(Problem(field, "character", excerpt(refused)))
    elif text != text.strip():
        problems.append(Problem(field, "untrimmed", excerpt(text)))
    if "\n" in text and kind not in _MULTILINE:
        problems.append(Problem(field, "newline", excerpt(text)))
    return problems


def _check_choice(field: str, word: str, words: Mapping[str, str]) -> list[Problem]:
    return [] if word in words else [Problem(field, "choice", excerpt(word), _words(words))]


def _check_only(field: str, text: str, belongs: bool) -> list[Problem]:
    """A text that only some forms have."""
    if text and not belongs:
        return [Problem(field, "must_be_empty", excerpt(text))]
    return _check_text(field, text)


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
    if not takes_letters(question.form, options):
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
    answer = question.answer
    if question.form == "scenario":
        return [Problem("answer", "must_be_empty", excerpt(answer))] if answer else []
    letters = OPTION_LETTERS[: len(question.options)]
    if question.form == "multiple":
        sound = answer and set(answer) < set(letters) and list(answer) == sorted(set(answer))
        return [] if sound else [Problem("answer", "answer_letters", excerpt(answer), letters)]
    if question.form == "true_false":
        allowed: Sequence[str] = TRUE_FALSE_OPTIONS
    elif takes_letters(question.form, question.options):
        allowed = letters
    else:
        return _check_text("answer", answer, required=True)
    if answer in tuple(allowed):
        return []
    return [Problem("answer", "answer", excerpt(answer), "、".join(allowed))]


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
    value = question.value
    if question.round == "risk":
        if value in RISK_VALUES:
            return []
        return [Problem("value", "value", excerpt(value), ", ".join(map(str, RISK_VALUES)))]
    if value is None or 1 <= value <= VALUE_MOST:
        return []
    return [Problem("value", "value", excerpt(value), f"1–{VALUE_MOST}")]


def _check_media(question: Question) -> list[Problem]:
    if not question.media:
        problems = [Problem("alt", "must_be_empty", excerpt(question.alt))] if question.alt else []
        if question.form == "listening":
            problems.append(Problem("media", "listening_media", ""))
        return problems
    problems = []
    if not media_files.NAME.fullmatch(question.media):
        problems.append(Problem("media", "media_name", excerpt(question.media)))
    elif question.form == "listening" and media_files.kind_of(question.media) != "audio":
        problems.append(Problem("media", "listening_media", excerpt(question.media)))
    # Whoever cannot see or hear it, and the page until it is there, have these words.
    return problems + _check_text("alt", question.alt, required=True)


def _check_variants(question: Question) -> list[Problem]:
    variants = question.variants
    by_text = question.form in ("fill_in", "oral", "listening") and not question.options
    if not by_text:
        return [Problem("variants", "must_be_empty", excerpt("、".join(variants)))] if variants else []
    problems = []
    if len(variants) > MAX_VARIANTS:
        problems.append(Problem("variants", "too_many", str(len(variants)), str(MAX_VARIANTS)))
    seen = {prompt_key(question.answer)}
    for variant in variants:
        problems += _check_text("variants", variant, kind="variant", required=True)
        if variant and prompt_key(variant) in seen:
            problems.append(Problem("variants", "variant_twice", excerpt(variant)))
        seen.add(prompt_key(variant))
    return problems


def _check_tags(tags: tuple[str, ...]) -> list[Problem]:
    problems = []
    if len(tags) > MAX_TAGS:
        problems.append(Problem("tags", "too_many", str(len(tags)), str(MAX_TAGS)))
    seen: set[str] = set()
    for tag in tags:
        problems += _check_text("tags", tag, kind="tag", required=True)
        if any(sign in tag for sign in TAG_SEPARATORS):
            problems.append(Problem("tags", "tag_sign", excerpt(tag), "、，；"))
        if tag and prompt_key(tag) in seen:
            problems.append(Problem("tags", "tag_twice", excerpt(tag)))
        seen.add(prompt_key(tag))
    return problems


def _check_time(time_s: int | None) -> list[Problem]:
    if time_s is None or TIME_S[0] <= time_s <= TIME_S[1]:
        return []
    return [Problem("time_s", "time_s", excerpt(time_s), f"{TIME_S[0]}–{TIME_S[1]}")]


def _check_source_date(text: str) -> list[Problem]:
    if not text:
        return []
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return [Problem("source_date", "source_date", excerpt(text))]
    return []
