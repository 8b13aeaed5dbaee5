"""From a CSV or XLSX file to rows of clean text, within fixed bounds; a formula's value is never used."""

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime
import importlib
import io
import os
import re
import warnings
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from question_bank import archive, messages, xml_guard
from question_bank.columns import BY_FIELD, header_field
from question_bank.model import excerpt, first_refused

MAX_FILE_BYTES = 64 * 1024 * 1024
# A workbook is a ZIP archive: a small file may unpack to any size.
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_CELL_CHARACTERS = 4_000
# The last row a spreadsheet program knows; a workbook that claims more is broken or hostile.
_LAST_SHEET_ROW = 1_048_576
NOTE_SHEETS = frozenset({"说明", "填写说明", "notes", "readme", "示例", "examples"})
_CHUNK = 1024 * 1024
# Visual Basic, sheets of macro commands, controls and packed objects: none of them is needed to ask a question.
_PROGRAM = re.compile(r"vbaProject|(^|/)(macrosheets|dialogsheets|activeX|embeddings)/", re.IGNORECASE)

_FORMULA_START = r"[=+\-@＝＋－＠\t\r]"


def _column_name(field: str) -> str:
    """A field as its column is called in Chinese; what is no field, as it is written."""
    if field == "options":
        return "选项"
    return BY_FIELD[field].zh if field in BY_FIELD else field


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
            name = _column_name(self.column) if zh else self.column
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which sheet of which file. `name` is None for CSV."""

    file: str
    name: str | None

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


def read_sheets(path: Path, kind: str | None = None) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """The sheets of a file that may hold questions, one after the other, each with its rows as they are read.

    `kind`: "csv" or "xlsx"; None goes by the ending. Rows come header first, blank ones left out; take those of one
    sheet before the next sheet. Memory does not grow with the rows. Raises Unusable, on the way too, when the file
    breaks a bound or cannot be read.
    """
    name = path.name
    kind = kind or path.suffix.lower().removeprefix(".")
    if kind not in ("csv", "xlsx"):
        raise Unusable(RowError(name, "file_kind", found=excerpt(path.suffix)))
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > MAX_FILE_BYTES:
                found = f"> {MAX_FILE_BYTES}"
                raise Unusable(RowError(name, "file_size", found=found, allowed=str(MAX_FILE_BYTES)))
            if kind == "csv":
                yield _read_csv(name, stream)
            else:
                yield from _read_xlsx(name, stream)
    except OSError as error:
        raise Unusable(RowError(name, "unreadable", allowed=error.strerror or str(error))) from error


def encoding_of(stream: BinaryIO) -> str | None:
    """utf-8-sig or gb18030, whichever reads the whole stream, or None; the stream is at its start again."""
    # UTF-8 first: GB18030 would read almost any UTF-8 text too, as nonsense.
    for encoding in ("utf-8-sig", "gb18030"):
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while part := stream.read(_CHUNK):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        stream.seek(0)
        return encoding
    stream.seek(0)
    return None


def _read_csv(name: str, stream: BinaryIO) -> tuple[Sheet, Iterator[Row]]:
    encoding = encoding_of(stream)
    if encoding is None:
        raise Unusable(RowError(name, "encoding", found=stream.read(8).hex(" ")))
    sheet = Sheet(name, None)
    return sheet, _rows(sheet, _csv_rows(name, stream, encoding))


_RawRow = tuple[int, list[str], list[CellProblem]]


def _csv_rows(name: str, stream: BinaryIO, encoding: str) -> Iterator[_RawRow]:
    text = io.TextIOWrapper(stream, encoding, newline="")
    reader = csv.reader(text, strict=True)
    number = 0
    try:
        while True:
            number += 1
            values = next(reader)
            formulas = [i for i, value in enumerate(values) if value.lstrip().startswith("=")]
            yield number, values, [CellProblem(i, "formula", excerpt(values[i])) for i in formulas]
    except StopIteration:
        return
    except csv.Error as error:
        raise Unusable(RowError(name, "csv", row=number, found=excerpt(error))) from error
    finally:
        # The file below is not ours to close.
        text.detach()


def _read_xlsx(name: str, stream: BinaryIO) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    try:
        with archive.opened(stream, "not_xlsx") as packed:
            _check_workbook(packed)
    except archive.BadArchive as bad:
        raise Unusable(RowError(name, bad.code, found=bad.found, allowed=bad.allowed)) from bad
    stream.seek(0)
    # Loaded here: CSV and everything else work without paying for it.
    openpyxl = importlib.import_module("openpyxl")
    with warnings.catch_warnings():
        # openpyxl warns of ornaments it does not know, such as newer kinds of validation; they hold no question.
        warnings.simplefilter("ignore")
        with _told(name):
            # data_only=False: with True a formula comes back as its last value and cannot be told from text.
            book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            with contextlib.closing(book):
                for worksheet in book.worksheets:
                    if worksheet.title.strip().casefold() not in NOTE_SHEETS:
                        yield from _read_visible(name, worksheet)


@contextlib.contextmanager
def _told(name: str) -> Generator[None, None, None]:
    """Whatever openpyxl trips over becomes Unusable."""
    try:
        yield
    except (Unusable, MemoryError, RecursionError, GeneratorExit):
        raise
    except Exception as error:  # a broken workbook makes openpyxl raise whatever it trips over
        raise Unusable(RowError(name, "not_xlsx", found=excerpt(error))) from error


def _check_workbook(packed: zipfile.ZipFile) -> None:
    """A workbook's parts, before any is read as XML. Raises BadArchive for bombs, programs and declarations."""
    for member in archive.look_through(packed, most_bytes=MAX_UNPACKED_BYTES, nested=True):
        if _PROGRAM.search(member.name):
            raise archive.BadArchive("macros", excerpt(member.name))
        if not member.name.endswith((".xml", ".rels")):
            continue
        try:
            with archive.part(packed, member) as part:
                xml_guard.check(part)
        except xml_guard.BadXml as bad:
            code = "not_xlsx" if bad.code == "xml_syntax" else bad.code
            raise archive.BadArchive(code, excerpt(member.name)) from bad


def _read_visible(name: str, worksheet: Any) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """The sheet, or nothing for a hidden one that holds no questions. Raises Unusable for one that does."""
    sheet = Sheet(name, worksheet.title)
    rows = _rows(sheet, _worksheet_rows(name, worksheet))
    if worksheet.sheet_state == "visible":
        yield sheet, rows
        return
    header = next(rows, None)
    if header is not None and any(header_field(cell) == "prompt" for cell in header.cells):
        raise Unusable(RowError(name, "hidden_sheet", sheet=worksheet.title))


def _worksheet_rows(name: str, worksheet: Any) -> Iterator[_RawRow]:
    # The stated dimensions may be wrong, and rows beyond them would be dropped without a word.
    worksheet.reset_dimensions()
    rows = enumerate(worksheet.iter_rows(), start=1)
    while True:
        with _told(name):
            number, cells = next(rows, (0, ()))
        if not number:
            return
        if number > _LAST_SHEET_ROW:
            raise Unusable(
                RowError(name, "too_many_rows", sheet=worksheet.title, row=number, allowed=str(MAX_ROWS))
            )
        values = []
        problems = []
        for index, cell in enumerate(cells):
            value, code = _cell_text(cell.value, cell.data_type)
            values.append(value)
            if code is not None:
                problems.append(CellProblem(index, code, excerpt(value)))
        yield number, values, problems


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


def _rows(sheet: Sheet, raw: Iterable[_RawRow]) -> Iterator[Row]:
    """The rows that are not blank, cleaned. Raises Unusable past a bound."""
    count = 0
    for number, values, problems in raw:
        row = _clean(sheet, number, values, problems)
        if row is None:
            continue
        count += 1
        if count > MAX_ROWS + 1:
            raise Unusable(sheet.error("too_many_rows", number, allowed=str(MAX_ROWS)))
        yield row


def _clean(sheet: Sheet, number: int, values: Sequence[str], problems: Sequence[CellProblem]) -> Row | None:
    """One row and what is wrong with its cells; None for a blank one. Raises Unusable past a bound."""
    cells = [value.replace("\r\n", "\n").replace("\r", "\n").strip() for value in values]
    if not any(cells):
        return None
    # A row formatted to the end of the sheet is long but blank there.
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise Unusable(
            sheet.error("too_many_columns", number, found=str(len(cells)), allowed=str(MAX_COLUMNS))
        )
    found = list(problems)
    with_formula = {problem.index for problem in problems}
    for index, text in enumerate(cells):
        if len(text) > MAX_CELL_CHARACTERS:
            found.append(CellProblem(index, "cell_size", str(len(text)), str(MAX_CELL_CHARACTERS)))
        if bad := first_refused(text):
            found.append(CellProblem(index, "character", excerpt(bad)))
        if text and index not in with_formula:
            cells[index] = unguard(text)
    return Row(number, tuple(cells), tuple(found))
