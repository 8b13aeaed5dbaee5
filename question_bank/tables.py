"""From a CSV or XLSX file to rows of clean text, within fixed bounds; a formula's value is never used."""

from __future__ import annotations

import contextlib
import csv
import datetime
import importlib
import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from question_bank import messages
from question_bank.columns import BY_FIELD, header_field
from question_bank.question import excerpt, refused_character

MAX_FILE_BYTES = 20 * 1024 * 1024
# A workbook is a ZIP archive: a small file may unpack to any size.
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 256
MAX_CELL_CHARACTERS = 4_000
# The last row a spreadsheet program knows; a workbook that claims more is broken or hostile.
_LAST_SHEET_ROW = 1_048_576
NOTE_SHEETS = frozenset({"说明", "填写说明", "notes", "readme"})

_FORMULA_START = r"[=+\-@＝＋－＠\t\r]"


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with a file: where it is, what was found, what is allowed.

    sheet is None for CSV; row counts as the spreadsheet shows it (header included), None for the whole file;
    column is the field name, or the header as written when it is unknown; cell is e.g. "D5".
    """

    file: str
    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    found: str = ""
    allowed: str = ""

    def text(self, language: str = "zh") -> str:
        """One line for people."""
        zh = language == "zh"
        place = [self.file]
        if self.sheet is not None:
            place.append(f"工作表“{self.sheet}”" if zh else f"sheet “{self.sheet}”")
        if self.row is not None:
            place.append(f"第 {self.row} 行" if zh else f"row {self.row}")
        if self.column is not None:
            known = BY_FIELD.get(self.column) if zh else None
            name = self.column if known is None else known.zh
            place.append(name + (f" ({self.cell})" if self.cell else ""))
        wrong = messages.what(self.code, self.allowed, language)
        mend = messages.mend(self.code, self.allowed, language)
        if zh:
            found = f"（现为“{self.found}”）" if self.found else ""
            return f"{'，'.join(place)}：{wrong}{found}；{mend}"
        found = f" (found “{self.found}”)" if self.found else ""
        return f"{', '.join(place)}: {wrong}{found}; {mend}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: the fields, and the sentence in both languages under "zh" and "en"."""
        return {**asdict(self), **{language: self.text(language) for language in messages.LANGUAGES}}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with one raw cell (`index` counts columns from 0)."""

    index: int
    code: str
    found: str
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank: its number in the spreadsheet, its clean cells, what is wrong with them."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[CellProblem, ...] = ()


@dataclass(slots=True)
class Sheet:
    """The rows of one sheet, header first, blank rows left out. `name` is None for CSV."""

    file: str
    name: str | None
    rows: list[Row] = field(default_factory=list)

    def error(
        self,
        code: str,
        row: int | None = None,
        column: str | None = None,
        index: int | None = None,
        found: str = "",
        allowed: str = "",
    ) -> RowError:
        """An error at a place in this sheet; `index` counts columns from 0."""
        cell = None if index is None or row is None else f"{column_letters(index)}{row}"
        return RowError(self.file, code, self.name, row, column, cell, found, allowed)


class Unusable(Exception):
    """The file as a whole cannot be read; `error` says why."""

    def __init__(self, error: RowError) -> None:
        self.error = error
        super().__init__(error.text("en"))


def guard(text: str) -> str:
    """The text for a CSV cell: an apostrophe in front of whatever a spreadsheet would take for a formula."""
    return f"'{text}" if re.match(rf"'*{_FORMULA_START}", text) else text


def unguard(text: str) -> str:
    """Takes back `guard`: unguard(guard(text)) == text for every text."""
    return text[1:] if re.match(rf"'+{_FORMULA_START}", text) else text


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a file that may hold questions. Raises Unusable when it breaks a bound or cannot be read."""
    name = path.name
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise Unusable(RowError(name, "file_kind", found=excerpt(path.suffix)))
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Unusable(RowError(name, "unreadable", allowed=error.strerror or str(error))) from error
    if len(data) > MAX_FILE_BYTES:
        raise Unusable(RowError(name, "file_size", found=f"> {MAX_FILE_BYTES}", allowed=str(MAX_FILE_BYTES)))
    return [_read_csv(name, data)] if kind == ".csv" else _read_xlsx(name, data)


def _decode(name: str, data: bytes) -> str:
    # UTF-8 first: GB18030 would read almost any UTF-8 text too, as nonsense.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unusable(RowError(name, "encoding", found=data[:8].hex(" ")))


def _read_csv(name: str, data: bytes) -> Sheet:
    sheet = Sheet(name, None)
    reader = csv.reader(io.StringIO(_decode(name, data), newline=""), strict=True)
    number = 0
    while True:
        number += 1
        try:
            values = next(reader)
        except StopIteration:
            return sheet
        except csv.Error as error:
            raise Unusable(RowError(name, "csv", row=number, found=excerpt(error))) from error
        formulas = {i for i, value in enumerate(values) if value.lstrip().startswith("=")}
        _append(
            sheet, number, values, [CellProblem(i, "formula", excerpt(values[i])) for i in sorted(formulas)]
        )


def _read_xlsx(name: str, data: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Unusable(RowError(name, "not_xlsx", found=excerpt(error))) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise Unusable(RowError(name, "unpacked_size", found=str(unpacked), allowed=str(MAX_UNPACKED_BYTES)))
    # Loaded here: CSV and everything else work without paying for it.
    openpyxl = importlib.import_module("openpyxl")
    sheets: list[Sheet] = []
    with warnings.catch_warnings():
        # openpyxl warns of ornaments it does not know, such as newer kinds of validation; they hold no question.
        warnings.simplefilter("ignore")
        try:
            # data_only=False: with True a formula comes back as its last value and cannot be told from text.
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            with contextlib.closing(book):
                for worksheet in book.worksheets:
                    if worksheet.title.strip().casefold() not in NOTE_SHEETS:
                        sheets += _read_visible(name, worksheet)
        except Unusable:
            raise
        except Exception as error:  # a broken workbook makes openpyxl raise whatever it trips over
            raise Unusable(RowError(name, "not_xlsx", found=excerpt(error))) from error
    return sheets


def _read_visible(name: str, worksheet: Any) -> list[Sheet]:
    """The sheet, or nothing for a hidden one that holds no questions. Raises Unusable for one that does."""
    sheet = _read_worksheet(name, worksheet)
    if worksheet.sheet_state == "visible":
        return [sheet]
    if sheet.rows and any(header_field(cell) == "prompt" for cell in sheet.rows[0].cells):
        raise Unusable(RowError(name, "hidden_sheet", sheet=worksheet.title))
    return []


def _read_worksheet(name: str, worksheet: Any) -> Sheet:
    sheet = Sheet(name, worksheet.title)
    # The stated dimensions may be wrong, and rows beyond them would be dropped without a word.
    worksheet.reset_dimensions()
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        if number > _LAST_SHEET_ROW:
            raise Unusable(
                RowError(name, "too_many_rows", sheet=sheet.name, row=number, allowed=str(MAX_ROWS))
            )
        values = []
        problems = []
        for index, cell in enumerate(cells):
            value, code = _cell_text(cell.value, cell.data_type)
            values.append(value)
            if code is not None:
                problems.append(CellProblem(index, code, excerpt(value)))
        _append(sheet, number, values, problems)
    return sheet


def _cell_text(value: object, data_type: str) -> tuple[str, str | None]:
    """The text of a workbook cell, and the code of what is wrong with it."""
    if value is None:
        return "", None
    if data_type == "f":
        # Array formulas arrive as objects with the formula in `text`.
        return str(getattr(value, "text", value)), "formula"
    if data_type == "e":
        return str(value), "error_cell"
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}", None
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value), "date"
    # ECMA-376 part 1, ST_Xstring: workbooks spell control characters as _xHHHH_, a pasted line end as _x000D_.
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(value)), None


def _append(sheet: Sheet, number: int, values: Sequence[str], problems: Sequence[CellProblem]) -> None:
    """Clean one row, note what is wrong with its cells, keep it unless blank. Raises Unusable past a bound."""
    cells = [value.replace("\r\n", "\n").replace("\r", "\n").strip() for value in values]
    if not any(cells):
        return
    # A row formatted to the end of the sheet is long but blank there.
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise Unusable(
            sheet.error("too_many_columns", number, found=str(len(cells)), allowed=str(MAX_COLUMNS))
        )
    if len(sheet.rows) > MAX_ROWS:
        raise Unusable(sheet.error("too_many_rows", number, allowed=str(MAX_ROWS)))
    found = list(problems)
    with_formula = {problem.index for problem in problems}
    for index, text in enumerate(cells):
        if len(text) > MAX_CELL_CHARACTERS:
            found.append(CellProblem(index, "cell_size", str(len(text)), str(MAX_CELL_CHARACTERS)))
        if bad := next((c for c in text if refused_character(c)), None):
            found.append(CellProblem(index, "character", excerpt(bad)))
        if index not in with_formula:
            cells[index] = unguard(text)
    sheet.rows.append(Row(number, tuple(cells), tuple(found)))
