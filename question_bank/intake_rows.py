"""From the rows of a question sheet to questions, with every mistake of a row named at its cell. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from question_bank import columns
from question_bank.model import (
    OPTION_LETTERS,
    RISK_VALUES,
    TIME_S,
    TRUE_FALSE_OPTIONS,
    VALUE_MOST,
    KeyPoint,
    Question,
    excerpt,
    prompt_key,
    takes_letters,
)
from question_bank.rules import validate
from question_bank.tables import CellProblem, Row, RowError, Sheet, column_letters

NO_FILE = f"q-{'0' * 32}"
"""Stands for a media file that is not looked at yet."""
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*分?")
_VALUE = re.compile(r"(\d{1,6})(?:\.0+)?\s*分?")
_TIME = re.compile(r"(\d{1,6})(?:\.0+)?\s*(?:秒|s)?")
_EXAMPLE = re.compile(r"示例|example\s*[:：]", re.IGNORECASE)

Raw = tuple[str, str, str, str]
"""(field, code, found, allowed) of a cell that cannot be read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What one row became. `question` is None where it cannot be one; then there are errors.

    media: the file as the row names it, "" for none, and media_cell where; the question bears a stand-in until the
    file is looked at.
    """

    row: int
    question: Question | None
    media: str
    media_cell: str | None
    errors: tuple[RowError, ...]


class SheetReader:
    """Reads one sheet: `drafts()` once; after it `rows` counts rows under the header, `examples` those left out."""

    def __init__(self, sheet: Sheet, rows: Iterable[Row]) -> None:
        self.sheet = sheet
        self.rows = 0
        self.examples = 0
        self.header_errors: list[RowError] = []
        self._rows = iter(rows)

    def drafts(self) -> Iterator[Draft]:
        """The rows as drafts; none when the header is wrong, and header_errors then says why."""
        header = next(self._rows, None)
        if header is None:
            return
        fields, self.header_errors = _read_header(self.sheet, header)
        nameless: set[int] = set()
        for row in self._rows:
            self.rows += 1
            self.header_errors += self._headerless(header, row, nameless)
            if self.header_errors:
                continue
            index = fields.get("id", len(row.cells))
            if index < len(row.cells) and _EXAMPLE.match(row.cells[index]):
                # The template shows how it is done by rows that are never questions.
                self.rows -= 1
                self.examples += 1
                continue
            yield read_row(self.sheet, fields, row)

    def _headerless(self, header: Row, row: Row, told: set[int]) -> list[RowError]:
        """Cells under no name: they would be dropped without a word. Each column is told once."""
        errors = []
        for index, cell in enumerate(row.cells):
            named = index < len(header.cells) and header.cells[index]
            if cell and not named and index not in told:
                told.add(index)
                # A gap in the header is mended there, a cell beyond its end where it stands.
                number = header.number if index < len(header.cells) else row.number
                errors.append(self.sheet.error("headerless", number, column_letters(index), index))
        return errors


def parse_key_points(cell: str) -> tuple[tuple[KeyPoint, ...], list[tuple[str, str]]]:
    """The key points of a cell, one a line as `text | points`, and (line, code) for every line that is wrong.

    Points have up to two decimals and become integer centipoints; the last bar of a line counts, in either width.
    """
    points: list[KeyPoint] = []
    wrong: list[tuple[str, str]] = []
    for line in filter(str.strip, cell.split("\n")):
        text, bar, number = line.replace("｜", "|").rpartition("|")
        text = line[: len(text)].strip()
        if not bar or not text:
            wrong.append((line, "key_point_line"))
            continue
        match = _POINTS.fullmatch(unicodedata.normalize("NFKC", number).strip())
        points_cp = int(Decimal(match[1]) * 100) if match else 0
        if not 0 < points_cp <= 2000:
            wrong.append((line, "points"))
        else:
            points.append(KeyPoint(text, points_cp))
    return tuple(points), wrong


def made_id(round_: str, prompt: str) -> str:
    """An id for a question without one: the same prompt in the same round always gets the same id."""
    return "q" + hashlib.sha256(f"{round_}\n{prompt_key(prompt)}".encode()).hexdigest()[:12]


def stand_in(form: str) -> str:
    """A name of a media file for a question whose own is not looked at yet; of the kind that the form asks for."""
    return f"{NO_FILE}.{'mp3' if form == 'listening' else 'png'}"


def _read_header(sheet: Sheet, header: Row) -> tuple[dict[str, int], list[RowError]]:
    """{field: column index} of a sheet, and what is wrong with its header."""
    fields: dict[str, int] = {}
    errors = [_cell_error(sheet, header, p, header.cells[p.index]) for p in header.problems]
    for index, name in enumerate(header.cells):
        known = columns.header_field(name)
        shown = excerpt(name)
        if not name:
            continue
        if known is None:
            allowed = "、".join(c.zh for c in columns.COLUMNS)
            errors.append(sheet.error("header_unknown", header.number, shown, index, shown, allowed))
        elif known in fields:
            errors.append(sheet.error("header_twice", header.number, shown, index, shown))
        else:
            fields[known] = index
    errors += [
        sheet.error("header_missing", header.number, f"{c.zh} ({c.field})")
        for c in columns.COLUMNS
        if c.required and c.field not in fields
    ]
    return fields, errors


def read_row(sheet: Sheet, fields: Mapping[str, int], row: Row) -> Draft:
    """One row under its header. `fields`: {field: column index}."""
    names = {index: name for name, index in fields.items()}
    errors = [_cell_error(sheet, row, p, names[p.index]) for p in row.problems]
    refused = {names[problem.index] for problem in row.problems}

    def get(name: str) -> str:
        index = fields.get(name, -1)
        return row.cells[index] if 0 <= index < len(row.cells) else ""

    media = "" if "media" in refused else get("media")
    if refused & {"round", "form"}:
        # What the other cells may hold follows from these two.
        return Draft(row.number, None, "", None, tuple(errors))
    question, raw_errors = to_question(get)
    if media:
        question = replace(question, media=stand_in(question.form))

    def error(name: str, code: str, found: str, allowed: str = "") -> RowError:
        index = fields.get("option_a" if name == "options" else name)
        return sheet.error(code, row.number, name, index, found, allowed)

    errors += [error(*raw) for raw in raw_errors if raw[0] not in refused]
    # One mistake a cell: what follows from a cell that was refused or could not be read is no news.
    told = refused | {raw[0] for raw in raw_errors}
    errors += [error(p.field, p.code, p.found, p.allowed) for p in validate(question) if p.field not in told]
    cell = f"{column_letters(fields['media'])}{row.number}" if media else None
    return Draft(row.number, None if errors else question, media, cell, tuple(errors))


def to_question(get: Callable[[str], str]) -> tuple[Question, list[Raw]]:
    """The question of one row's cells (`get`: field → text), and every cell that cannot be read at all."""
    errors: list[Raw] = []
    round_, form = columns.round_code(get("round")), columns.form_code(get("form"))
    cells = [get(f"option_{letter.lower()}") for letter in OPTION_LETTERS]
    while cells and not cells[-1]:
        cells.pop()
    for letter, cell in zip(OPTION_LETTERS, cells, strict=False):
        if not cell and takes_letters(form, cells):
            errors.append((f"option_{letter.lower()}", "option_gap", "", ""))
    if form == "true_false" and not cells:
        cells = list(TRUE_FALSE_OPTIONS)
    points, wrong_lines = parse_key_points(get("key_points"))
    errors += [("key_points", code, excerpt(line), "") for line, code in wrong_lines]
    value, bad = _number(get("value"), _VALUE)
    if bad:
        allowed = ", ".join(map(str, RISK_VALUES)) if round_ == "risk" else f"1–{VALUE_MOST}"
        errors.append(("value", "value", excerpt(get("value")), allowed))
    time_s, bad = _number(get("time_s"), _TIME)
    if bad:
        errors.append(("time_s", "time_s", excerpt(get("time_s")), "–".join(map(str, TIME_S))))
    prompt = get("prompt")
    question = Question(
        id=get("id") or made_id(round_, prompt),
        round=round_,
        form=form,
        prompt=prompt,
        options=tuple(cells),
        answer=columns.answer_code(form, get("answer"), len(cells)),
        key_points=points,
        explanation=get("explanation"),
        value=value,
        area=get("area"),
        level=columns.level_word(get("level")),
        source=get("source"),
        alt=get("alt"),
        variants=columns.listed(get("variants")),
        brief=get("brief"),
        tags=columns.tag_words(get("tags")),
        time_s=time_s,
        source_date=get("source_date"),
        language=columns.language_code(get("language")) or "zh",
        transcript=get("transcript"),
        pool=columns.pool_code(get("pool")) or "show",
        author=get("author"),
        reviewer=get("reviewer"),
        status=columns.status_code(get("status")) or "draft",
    )
    return question, errors


def _number(cell: str, pattern: re.Pattern[str]) -> tuple[int | None, bool]:
    """(the whole number of a cell or None, whether there is something else in it)."""
    if not cell:
        return None, False
    match = pattern.fullmatch(unicodedata.normalize("NFKC", cell))
    return (int(match[1]), False) if match else (None, True)


def row_errors(file: str, row: int | None, question: Question, skip: Sequence[str] = ()) -> list[RowError]:
    """What is wrong with a question of a file without columns, but for the fields in `skip`."""
    return [
        RowError(file, p.code, None, row, p.field, None, p.found, p.allowed)
        for p in validate(question)
        if p.field not in skip
    ]


def _cell_error(sheet: Sheet, row: Row, problem: CellProblem, column: str) -> RowError:
    return sheet.error(
        problem.code, row.number, excerpt(column), problem.index, problem.found, problem.allowed
    )
