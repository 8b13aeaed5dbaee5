"""From question sheets to the bank: all of a file or nothing of it, with every mistake named at once."""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from question_bank import columns, media_files
from question_bank.bank import Bank
from question_bank.media_files import BadMedia, MediaFile
from question_bank.question import (
    OPTION_LETTERS,
    TRUE_FALSE_OPTIONS,
    KeyPoint,
    Question,
    excerpt,
    prompt_key,
    validate,
)
from question_bank.tables import CellProblem, Row, RowError, Sheet, Unusable, column_letters, read_sheets

_POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*分?")
NO_FILE = f"q-{'0' * 32}.png"
_VALUE = re.compile(r"(\d{1,6})(?:\.0+)?\s*分?")


@dataclass(frozen=True, slots=True)
class Located:
    """A question and where it was written."""

    question: Question
    file: str
    sheet: str | None
    row: int
    media: MediaFile | None = None

    def place(self) -> str:
        """Where, in short: "questions.xlsx 必答题 7"."""
        return " ".join(str(part) for part in (self.file, self.sheet, self.row) if part is not None)

    def error(self, code: str, column: str, allowed: str = "") -> RowError:
        """An error about the question as a whole, shown at its id or its prompt."""
        found = excerpt(getattr(self.question, column))
        return RowError(self.file, code, self.sheet, self.row, column, found=found, allowed=allowed)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. With errors nothing was changed and added, replaced and unchanged are 0."""

    files: tuple[str, ...]
    rows: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    rounds: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there was nothing wrong."""
        return not self.errors

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "ok": self.ok,
            "files": list(self.files),
            "rows": self.rows,
            "added": self.added,
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "rounds": dict(self.rounds),
            "errors": [error.to_dict() for error in self.errors],
        }


def import_file(
    bank: Bank | None, path: Path | str, *, replace: bool = False, check: bool = False
) -> ImportReport:
    """`import_files` for one file."""
    return import_files(bank, [path], replace=replace, check=check)


def import_files(
    bank: Bank | None, paths: Iterable[Path | str], *, replace: bool = False, check: bool = False
) -> ImportReport:
    """Import sheets into the bank, all of them or nothing. Mistakes of the files end up in the report.

    A question that the bank holds word for word counts as unchanged; one with the id of a kept one but other
    content is an error unless `replace`. With `check` nothing is written; `bank` may then be None.
    Pictures, sounds and films are copied into the folder of the bank.
    Raises BankError when the bank itself is damaged, OSError when its disk takes no more.
    """
    files = [Path(path) for path in paths]
    if bank is None and not check:
        raise ValueError("only a check can do without a bank")
    found, rows, errors = read_files(files)
    errors += _twins(found)
    names = tuple(path.name for path in files)
    questions = [located.question for located in found]
    with contextlib.ExitStack() as stack:
        if bank is not None:
            # Compared and written under one lock: another import must not slip in between.
            stack.enter_context(bank.transaction())
        kept = {} if bank is None else {question.id: question for question in bank.all()}
        errors += _clashes(found, kept, replace=replace)
        if errors:
            return ImportReport(names, rows, errors=tuple(errors))
        changed = [q for q in questions if q.id in kept and kept[q.id] != q]
        new = [q for q in questions if q.id not in kept]
        if bank is not None and not check:
            # Before the rows: a question of the bank never names a file that is not there.
            errors += _keep_media(bank.path.parent, found)
            if errors:
                return ImportReport(names, rows, errors=tuple(errors))
            for question in changed:
                bank.remove(question.id)
            for question in changed + new:
                bank.add(question)
    return ImportReport(
        names,
        rows,
        added=len(new),
        replaced=len(changed),
        unchanged=len(questions) - len(new) - len(changed),
        rounds=Counter(q.round for q in questions),
    )


def _keep_media(data: Path, found: Sequence[Located]) -> list[RowError]:
    errors = []
    for located in found:
        try:
            if located.media is not None:
                media_files.keep(data, located.media)
        except BadMedia as bad:
            errors.append(located.error(bad.code, "media", bad.allowed))
    return errors


def read_files(paths: Sequence[Path]) -> tuple[list[Located], int, list[RowError]]:
    """The valid questions of the files, how many rows there were, and every error within rows and headers."""
    found: list[Located] = []
    errors: list[RowError] = []
    rows = 0
    for path in paths:
        try:
            sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
        except Unusable as unusable:
            errors.append(unusable.error)
            continue
        in_file = 0
        for sheet in sheets:
            fields, header_errors = _read_header(sheet)
            errors += header_errors
            if header_errors:
                in_file += len(sheet.rows)
                continue
            for row in sheet.rows[1:]:
                in_file += 1
                rows += 1
                question, media, row_errors = _read_row(sheet, fields, row, path.parent)
                errors += row_errors
                if question is not None:
                    found.append(Located(question, sheet.file, sheet.name, row.number, media))
        if in_file == 0:
            errors.append(RowError(path.name, "no_questions"))
    return found, rows, errors


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


def _read_header(sheet: Sheet) -> tuple[dict[str, int], list[RowError]]:
    """{field: column index} of a sheet, and what is wrong with its header."""
    header = sheet.rows[0]
    fields: dict[str, int] = {}
    errors = [_cell_error(sheet, header, p, header.cells[p.index]) for p in header.problems]
    for index, name in enumerate(header.cells):
        known = columns.header_field(name)
        shown = excerpt(name)
        if not name:
            if any(len(row.cells) > index and row.cells[index] for row in sheet.rows[1:]):
                letters = column_letters(index)
                errors.append(sheet.error("headerless", header.number, letters, index))
        elif known is None:
            allowed = "、".join(c.zh for c in columns.COLUMNS)
            errors.append(sheet.error("header_unknown", header.number, shown, index, shown, allowed))
        elif known in fields:
            errors.append(sheet.error("header_twice", header.number, shown, index, shown))
        else:
            fields[known] = index
    widest = max(len(row.cells) for row in sheet.rows)
    for index in range(len(header.cells), widest):
        row = next((row for row in sheet.rows if len(row.cells) > index and row.cells[index]), None)
        if row is not None:
            errors.append(sheet.error("headerless", row.number, column_letters(index), index))
    errors += [
        sheet.error("header_missing", header.number, f"{c.zh} ({c.field})")
        for c in columns.COLUMNS
        if c.required and c.field not in fields
    ]
    return fields, errors


def _read_row(
    sheet: Sheet, fields: Mapping[str, int], row: Row, folder: Path
) -> tuple[Question | None, MediaFile | None, list[RowError]]:
    names = {index: name for name, index in fields.items()}
    errors = [_cell_error(sheet, row, p, names[p.index]) for p in row.problems]
    refused = {names[problem.index] for problem in row.problems}
    if refused & {"round", "form"}:
        # What the other cells may hold follows from these two.
        return None, None, errors

    def get(name: str) -> str:
        index = fields.get(name, -1)
        return row.cells[index] if 0 <= index < len(row.cells) else ""

    def error(name: str, code: str, found: str, allowed: str = "") -> RowError:
        index = fields.get("option_a" if name == "options" else name)
        return sheet.error(code, row.number, name, index, found, allowed)

    question, raw_errors = _to_question(get)
    errors += [error(*raw) for raw in raw_errors if raw[0] not in refused]
    media = None
    if get("media") and "media" not in refused:
        try:
            media = media_files.media_file(folder, get("media"))
        except BadMedia as bad:
            errors.append(error("media", bad.code, excerpt(bad.found), bad.allowed))
        # A file that cannot be is told once: the rest of the row is looked at as if it were there.
        question = replace(question, media=media.name if media else NO_FILE)
    # One mistake a cell: what follows from a cell that was refused or could not be read is no news.
    told = refused | {raw[0] for raw in raw_errors}
    errors += [error(p.field, p.code, p.found, p.allowed) for p in validate(question) if p.field not in told]
    return (None if errors else question), media, errors


def _to_question(get: Any) -> tuple[Question, list[tuple[str, str, str]]]:
    """The question of one row's cells, and (field, code, found) for cells that cannot be read at all."""
    errors: list[tuple[str, str, str]] = []
    round_, form = columns.round_code(get("round")), columns.form_code(get("form"))
    cells = [get(f"option_{letter.lower()}") for letter in OPTION_LETTERS]
    while cells and not cells[-1]:
        cells.pop()
    for letter, cell in zip(OPTION_LETTERS, cells, strict=False):
        if not cell and form == "single":
            errors.append((f"option_{letter.lower()}", "option_gap", ""))
    if form == "true_false" and not cells:
        cells = list(TRUE_FALSE_OPTIONS)
    points, wrong_lines = parse_key_points(get("key_points"))
    errors += [("key_points", code, excerpt(line)) for line, code in wrong_lines]
    value: int | None = None
    if get("value"):
        match = _VALUE.fullmatch(unicodedata.normalize("NFKC", get("value")))
        # A value that is no number is told as the wrong value it is, by the same words as 15.
        value = int(match[1]) if match else -1
        if match is None:
            errors.append(("value", "value" if round_ == "risk" else "must_be_empty", excerpt(get("value"))))
    prompt = get("prompt")
    question = Question(
        id=get("id") or _made_id(round_, prompt),
        round=round_,
        form=form,
        prompt=prompt,
        options=tuple(cells),
        answer=columns.answer_code(form, get("answer")),
        key_points=points,
        explanation=get("explanation"),
        value=value,
        area=get("area"),
        level=columns.level_word(get("level")),
        source=get("source"),
        alt=get("alt"),
    )
    return question, errors


def _made_id(round_: str, prompt: str) -> str:
    """An id for a row without one: the same prompt in the same round always gets the same id."""
    return "q" + hashlib.sha256(f"{round_}\n{prompt_key(prompt)}".encode()).hexdigest()[:12]


def _twins(found: Sequence[Located]) -> list[RowError]:
    """Questions that come twice within the files."""
    errors: list[RowError] = []
    ids: dict[str, Located] = {}
    prompts: dict[str, Located] = {}
    for located in found:
        question = located.question
        key = prompt_key(question.prompt)
        if question.id in ids:
            errors.append(located.error("id_twice", "id", ids[question.id].place()))
        if key in prompts:
            errors.append(located.error("prompt_twice", "prompt", prompts[key].place()))
        ids.setdefault(question.id, located)
        prompts.setdefault(key, located)
    return errors


def _clashes(found: Sequence[Located], kept: Mapping[str, Question], *, replace: bool) -> list[RowError]:
    """Questions that cannot stand beside those of the bank."""
    errors: list[RowError] = []
    coming = {located.question.id for located in found}
    prompts = {prompt_key(q.prompt): q.id for q in kept.values() if not (replace and q.id in coming)}
    for located in found:
        question = located.question
        old = kept.get(question.id)
        if old is not None and old != question and not replace:
            errors.append(located.error("id_taken", "id"))
        same = prompts.get(prompt_key(question.prompt), question.id)
        if same != question.id:
            errors.append(located.error("prompt_taken", "prompt", same))
    return errors


def _cell_error(sheet: Sheet, row: Row, problem: CellProblem, column: str) -> RowError:
    return sheet.error(
        problem.code, row.number, excerpt(column), problem.index, problem.found, problem.allowed
    )
