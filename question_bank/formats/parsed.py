"""What the readers and writers of other programs' formats hand over, and what they share."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from question_bank import messages
from question_bank.columns import BY_FIELD
from question_bank.question import (
    MAX_CHARACTERS,
    MAX_TAGS,
    OPTION_LETTERS,
    RISK_VALUES,
    Question,
    excerpt,
    prompt_key,
    validate,
)

MOST_QUESTIONS = 200_000
MOST_TEXT = 20_000
"""Characters of one text as the file holds it, markup included: what comes of it is bounded by `validate`."""
MOST_ANSWERS = 100
"""Answers of one question that a reader looks at; the bank holds fewer."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_STAND_IN = "x"
_NAMED_ENCODINGS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5"} | {
    name: "cp1252" for name in ("iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252")
}
# What another program's file may hold and ours may not: the question is left out, the file is not refused.
_LIMITS = frozenset({"too_long", "too_many", "options_count", "option_twice"})
# Fields of a question that are no column of a sheet.
_OTHER_COLUMNS = {"options": "选项"}
# Fields whose loss is told when a file is written, where some question fills them.
_TOLD = (
    *("round", "level", "area", "tags", "source", "source_date", "explanation", "key_points", "variants"),
    *("value", "time_s", "brief", "transcript", "author", "reviewer"),
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the file itself does not say, as given by whoever imports it; "" and None: not given.

    language "": zh where a text holds Chinese characters, else en. value: points, for the risk round.
    """

    round: str = "buzz_in"
    area: str = ""
    level: str = ""
    language: str = ""
    source: str = ""
    author: str = ""
    pool: str = "show"
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about a file: which question (from 1), the line it begins on, what was found.

    number and line are None for the whole file. column: a field of Question, "" for the question as a whole.
    name: what the file or the bank calls the question, "" for nothing.
    """

    code: str
    number: int | None = None
    line: int | None = None
    column: str = ""
    found: str = ""
    allowed: str = ""
    name: str = ""

    def text(self, language: str = "zh") -> str:
        """One line for people."""
        zh = language == "zh"
        place = []
        if self.number is not None:
            name = f"（{self.name}）" if zh else f" ({self.name})"
            place.append(
                (f"第 {self.number} 题" if zh else f"question {self.number}") + (name if self.name else "")
            )
        if self.line is not None:
            place.append(f"第 {self.line} 行" if zh else f"line {self.line}")
        if self.column:
            known = BY_FIELD.get(self.column)
            place.append(
                self.column if not zh else known.zh if known else _OTHER_COLUMNS.get(self.column, self.column)
            )
        wrong = messages.what(self.code, self.allowed, language)
        mend = messages.mend(self.code, self.allowed, language)
        if zh:
            where = f"{'，'.join(place)}：" if place else ""
            return f"{where}{wrong}{f'（现为“{self.found}”）' if self.found else ''}；{mend}"
        where = f"{', '.join(place)}: " if place else ""
        return f"{where}{wrong}{f' (found “{self.found}”)' if self.found else ''}; {mend}"


class Unreadable(ValueError):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, problem: Finding) -> None:
        self.problem = problem
        super().__init__(problem.text("en"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as read, not yet validated; id "" where the file gives none. number, line: as in `Finding`."""

    question: Question
    number: int
    line: int | None


@dataclass(slots=True)
class Parsed:
    """What a reader found. With `problems` the file is not sound; `notes` say what was left out or not kept."""

    questions: list[Draft] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """A file for another program, and what it could not hold (number: place in the sequence, name: id)."""

    data: bytes
    notes: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Item:
    """One question of a file while it is read: where it is, and what has been said about it."""

    parsed: Parsed
    number: int
    line: int | None
    name: str = ""
    sound: bool = True

    def problem(self, code: str, found: object = "", *, column: str = "", allowed: str = "") -> None:
        """The file is wrong here."""
        self.sound = False
        self.parsed.problems.append(self._finding(code, found, column, allowed))

    def left_out(self, code: str, found: object = "", *, column: str = "", allowed: str = "") -> None:
        """The question cannot be held and is left out."""
        self.sound = False
        self.note(code, found, column=column, allowed=allowed)

    def note(self, code: str, found: object = "", *, column: str = "", allowed: str = "") -> None:
        """Something of the question is not kept."""
        self.parsed.notes.append(self._finding(code, found, column, allowed))

    def within(self, count: int) -> bool:
        """Whether a question has no more answers than are looked at; one with more is left out."""
        if count > MOST_ANSWERS:
            self.left_out("left_out_too_many", count, column="options", allowed=str(MOST_ANSWERS))
        return count <= MOST_ANSWERS

    def feedback(self, texts: Sequence[str]) -> None:
        """Feedback on single answers is not kept."""
        if texts:
            more = f" (+{len(texts) - 1})" if len(texts) > 1 else ""
            self.note("not_kept_feedback", excerpt(texts[0], 30) + more, column="options")

    def _finding(self, code: str, found: object, column: str, allowed: str) -> Finding:
        return Finding(code, self.number, self.line, column, excerpt(found), allowed, excerpt(self.name, 30))


class Collector:
    """Gathers the questions of one file. Raises Unreadable past MOST_QUESTIONS."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.parsed = Parsed()
        self.counts: Counter[str] = Counter()
        self._number = 0

    def item(self, line: int | None, name: str = "") -> Item:
        """The next question of the file."""
        self._number += 1
        if self._number > MOST_QUESTIONS:
            raise Unreadable(Finding("fmt_too_many", allowed=str(MOST_QUESTIONS)))
        return Item(self.parsed, self._number, line, name)

    def keep(
        self, item: Item, *, given_id: str = "", area: str = "", tags: Sequence[str] = (), **content: Any
    ) -> None:
        """Keep a question, or say why it is left out. `content`: fields of Question."""
        if not item.sound:
            return
        defaults = self.defaults
        if given_id and not _ID.fullmatch(given_id):
            item.note("not_kept_id", given_id, column="id")
            given_id = ""
        content = {
            "options": (),
            "answer": "",
            "key_points": (),
            "explanation": "",
            "value": defaults.value,
            "level": defaults.level,
            "source": defaults.source,
            **content,
        }
        text = f"{content['prompt']}{''.join(content['options'])}{content['answer']}"
        if content["form"] == "true_false":
            text = content["prompt"]
        question = Question(
            id=given_id or _STAND_IN,
            round=defaults.round,
            area=line(area) or defaults.area,
            tags=_tags(item, tags),
            language=defaults.language or ("zh" if _HAN.search(text) else "en"),
            author=defaults.author,
            pool=defaults.pool,
            **content,
        )
        for problem in validate(question):
            empty = problem.code == "empty" and (
                problem.field in ("prompt", "answer") or problem.field.startswith("option_")
            )
            if problem.code in _LIMITS or empty:
                code = f"left_out_{problem.code}"
                item.left_out(code, problem.found, column=problem.field, allowed=problem.allowed)
        if item.sound:
            self.parsed.questions.append(Draft(replace(question, id=given_id), item.number, item.line))

    def finish(self) -> Parsed:
        """What was found, with what is told once for the whole file."""
        self.parsed.notes += [Finding(code, found=str(count)) for code, count in sorted(self.counts.items())]
        return self.parsed


def _tags(item: Item, tags: Sequence[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for tag in map(line, tags):
        if tag and (
            len(tag) > MAX_CHARACTERS["tag"] or (len(kept) == MAX_TAGS and prompt_key(tag) not in kept)
        ):
            item.note("not_kept_tags", tag, column="tags", allowed=str(MAX_TAGS))
        elif tag:
            kept.setdefault(prompt_key(tag), tag)
    return tuple(kept.values())


def risk_value(item: Item, defaults: Defaults, grade: float | None) -> int | None:
    """The points of a question whose file gives it a mark (1 says nothing: it is what every program writes)."""
    if grade is None or grade == 1:
        return defaults.value
    if defaults.round == "risk" and grade in RISK_VALUES:
        return int(grade)
    item.note("not_kept_grade", f"{grade:g}", column="value")
    return defaults.value


def decode(data: bytes | str) -> str:
    """The text of a file, lines ended by "\\n": UTF-8, UTF-16 with its mark, what an XML head names, or GB18030.

    Raises Unreadable.
    """
    if isinstance(data, bytes):
        data = _decode(data)
    return data.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    named = re.match(rb"<\?xml[^>]{0,80}?encoding=[\"']([A-Za-z0-9._-]{1,30})[\"']", data)
    encodings = ["utf-8", "gb18030"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif named and (told := _NAMED_ENCODINGS.get(named[1].decode("ascii").lower())):
        encodings = [told]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(Finding("encoding", found=data[:8].hex(" ")))


def line(text: str) -> str:
    """The text on one line."""
    return re.sub(r"\s*\n\s*", " ", text.replace("\t", " ")).strip()


def block(text: str) -> str:
    """The text without blanks at the ends of its lines, without more than one empty line in a row."""
    lines = "\n".join(part.strip(" \t\u00a0\u3000") for part in text.replace("\t", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def without_letters(options: Sequence[str]) -> list[str]:
    """The options without the letters that stand before all of them ("A. one", "B. two"); else as they are."""
    matches = [
        re.match(rf"(?:{letter}|{letter.lower()})\s*[.．、:：)）]\s*(?=\S)", option)
        for letter, option in zip(OPTION_LETTERS, options, strict=False)
    ]
    if len(matches) < len(options) or not all(matches):
        return list(options)
    return [option[match.end() :] for option, match in zip(options, matches, strict=True) if match]


def category_area(path: str) -> tuple[str, str]:
    """(area, what stands above it) of a Moodle category such as "$course$/top/法律法规": the last part of the path.

    "//" in a path is a "/" of a name.
    """
    parts = [line(part.replace("\0", "/")) for part in path.strip().replace("//", "\0").split("/")]
    if parts and re.fullmatch(r"\$\w+\$", parts[0]):
        parts.pop(0)
    if parts and parts[0] == "top":
        parts.pop(0)
    names = list(filter(None, parts))
    return (names[-1], "/".join(names[:-1])) if names else ("", "")


def area_path(area: str) -> str:
    """The Moodle category of an area: `category_area` takes it back."""
    return "$course$/top/" + area.replace("/", "//")


def unwritten(questions: Sequence[Question], kept: Mapping[str, object]) -> list[Finding]:
    """One note for the fields that a format has no place for and that some question fills."""
    empty: dict[str, object] = {"key_points": (), "variants": (), "tags": (), "value": None, "time_s": None}
    names = [
        name
        for name in _TOLD
        if name not in kept and any(getattr(q, name) != empty.get(name, "") for q in questions)
    ]
    return [Finding("not_written_fields", allowed=", ".join(names))] if names else []
