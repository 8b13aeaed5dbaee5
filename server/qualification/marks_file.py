"""From an XLSX or CSV file of marks to grids of text, within fixed bounds. What the marks mean: marks_sheet.py.

A formula counts as the value that the spreadsheet program saved with it; nothing is ever calculated and no macro run.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import importlib
import io
import math
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from question_bank.question import excerpt
from question_bank.tables import MAX_CELL_CHARACTERS, MAX_COLUMNS, column_letters, unguard

MAX_FILE_BYTES = 10 * 1024 * 1024
# A workbook is a ZIP archive: a small file may unpack to any size.
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
# What reading a workbook costs goes by its XML elements, of which few bytes can make very many.
MAX_ELEMENTS = 1_000_000
MAX_ROWS = 5_000
# Rows and columns may be formatted to the end of the sheet, or claimed there; all of it costs time to walk.
_MAX_SHEET_ROWS = 1_048_576
_MAX_WALKED_CELLS = 1_000_000
KINDS = (".xlsx", ".xlsm", ".csv", ".tsv")
_DELIMITERS = (",", ";", "\t")
_FORMULA_FIRST = "="


class BadMarks(ValueError):
    """`mistakes` holds one line each: where, what was found, what is allowed."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = list(mistakes)


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell; `problem` says in words why it must not be used, "" when it may."""

    text: str
    problem: str = ""


BLANK = Cell("")


@dataclass(slots=True)
class Grid:
    """The rows of one sheet that are not blank, each with its number in the spreadsheet.

    `name` is None for CSV; `saved_formulas` counts the formulas whose saved value is taken.
    """

    file: str
    name: str | None
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    hidden: bool = False
    saved_formulas: int = 0

    @property
    def where(self) -> str:
        """The file, and the sheet if there are sheets."""
        return self.file if self.name is None else f"{self.file}: sheet “{excerpt(self.name)}”"

    def place(self, row: int, index: int, column: str = "") -> str:
        """Where a cell is; `index` counts columns from 0."""
        return f"{self.where}: {column_letters(index)}{row}" + (f" ({excerpt(column)})" if column else "")

    def add(self, number: int, cells: Sequence[Cell]) -> None:
        """Keep a row unless it is blank. Raises BadMarks past a bound."""
        kept = list(cells)
        while kept and kept[-1] == BLANK:
            kept.pop()
        if not kept:
            return
        if len(kept) > MAX_COLUMNS:
            raise BadMarks([f"{self.where}: row {number}: {len(kept)} columns; allowed: {MAX_COLUMNS}"])
        if len(self.rows) >= MAX_ROWS:
            raise BadMarks([f"{self.where}: row {number}: too many rows; allowed: {MAX_ROWS}"])
        self.rows.append((number, kept))


def read_grids(path: Path, is_table: Callable[[Grid], bool]) -> list[Grid]:
    """The sheets of a file. `is_table` tells whether a CSV was cut at the right character. Raises BadMarks."""
    name, kind = path.name, path.suffix.lower()
    if kind not in KINDS:
        raise BadMarks([f"{path}: found the ending {excerpt(path.suffix)!r}; allowed: {', '.join(KINDS)}"])
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadMarks([f"{path}: cannot be read ({error.strerror or error})"]) from error
    if len(data) > MAX_FILE_BYTES:
        raise BadMarks([f"{path}: larger than 10 MB; allowed: up to 10 MB"])
    return _read_xlsx(name, data) if kind in (".xlsx", ".xlsm") else [_read_csv(name, data, is_table)]


def _read_csv(name: str, data: bytes, is_table: Callable[[Grid], bool]) -> Grid:
    text = _decoded(name, data)
    broken: list[str] = []
    for delimiter in _DELIMITERS:
        try:
            grid = _cut_csv(name, text, delimiter)
        except BadMarks as error:
            broken += error.mistakes
            continue
        if is_table(grid):
            return grid
    if broken:
        raise BadMarks(broken[:1])
    return _cut_csv(name, text, ",")


def _decoded(name: str, data: bytes) -> str:
    if b"\0" in data:
        raise BadMarks([f"{name}: not a text file (it holds NUL bytes); save it as CSV in UTF-8"])
    # UTF-8 first: GB18030 would read almost any UTF-8 text too, as nonsense.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadMarks([f"{name}: neither UTF-8 nor GB18030 text; save it as CSV in UTF-8"])


def _cut_csv(name: str, text: str, delimiter: str) -> Grid:
    grid = Grid(name, None)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for number, values in enumerate(reader, start=1):
            grid.add(number, [_csv_cell(value.strip()) for value in values])
    except csv.Error as error:
        raise BadMarks(
            [f"{name}: row {number}: malformed CSV ({error}); check its quotation marks"]
        ) from error
    return grid


def _csv_cell(text: str) -> Cell:
    if text.startswith(_FORMULA_FIRST):
        return Cell(text, "a formula written as text")
    return _text_cell(unguard(text))


def _text_cell(text: str) -> Cell:
    return Cell(text, f"a text of {len(text)} characters" if len(text) > MAX_CELL_CHARACTERS else "")


def _read_xlsx(name: str, data: bytes) -> list[Grid]:
    with warnings.catch_warnings():
        # openpyxl warns of ornaments it does not know; they hold no mark.
        warnings.simplefilter("ignore")
        try:
            _check_size(name, data)
            return _sheets(name, data)
        except BadMarks:
            raise
        except zipfile.BadZipFile as error:
            raise BadMarks(
                [f"{name}: not a readable XLSX workbook; remove any password and save it as .xlsx"]
            ) from error
        except Exception as error:  # a broken workbook makes openpyxl raise whatever it trips over
            raise BadMarks(
                [f"{name}: not a readable XLSX workbook ({excerpt(error)}); save it as a new workbook"]
            ) from error


def _check_size(name: str, data: bytes) -> None:
    """Raises BadMarks when the workbook is more than marks can be, before anything takes it apart."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES:
            raise BadMarks(
                [
                    f"{name}: unpacks to {unpacked} bytes; allowed: {MAX_UNPACKED_BYTES}; copy the marks to a new workbook"
                ]
            )
        elements = 0
        for part in parts:
            with archive.open(part) as stream:
                while chunk := stream.read(1 << 20):
                    elements += chunk.count(b"<")
        if elements > MAX_ELEMENTS:
            raise BadMarks([f"{name}: too many cells for a sheet of marks; copy the marks to a new workbook"])


def _sheets(name: str, data: bytes) -> list[Grid]:
    openpyxl: Any = importlib.import_module("openpyxl")  # only here: CSV does without

    def opened(data_only: bool) -> Any:
        return openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False, keep_vba=False
        )

    grids = []
    # Twice: one reading tells which cells are formulas, the other what value was saved with them.
    with contextlib.closing(opened(False)) as written, contextlib.closing(opened(True)) as saved:
        for sheet, values in zip(written.worksheets, saved.worksheets, strict=True):
            grid = Grid(name, sheet.title, hidden=sheet.sheet_state != "visible")
            for number, (cells, saved_cells) in enumerate(
                zip(_walk(grid, sheet), _walk(grid, values), strict=True), start=1
            ):
                pairs = list(zip(cells, saved_cells, strict=True))
                grid.saved_formulas += sum(
                    cell.data_type == "f" and value.value is not None for cell, value in pairs
                )
                grid.add(number, [_xlsx_cell(cell, value) for cell, value in pairs])
            grids.append(grid)
    return grids


def _walk(grid: Grid, sheet: Any) -> Iterator[Any]:
    # The stated dimensions may be wrong, and rows beyond them would be dropped without a word.
    sheet.reset_dimensions()
    walked = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        walked += len(cells)
        if number > _MAX_SHEET_ROWS or walked > _MAX_WALKED_CELLS:
            raise BadMarks(
                [f"{grid.where}: row {number}: the sheet is too large; copy the marks to a new workbook"]
            )
        yield cells


def _xlsx_cell(cell: Any, saved: Any) -> Cell:
    value = saved.value
    if cell.data_type == "f" and value is None:
        return Cell(
            str(getattr(cell.value, "text", cell.value)),
            "a formula without a saved value (open and save the file in a spreadsheet program, or type the value)",
        )
    if value is None:
        return BLANK
    if saved.data_type == "e":
        return Cell(str(value), "an error value")
    if isinstance(value, bool):
        return Cell(str(value).upper(), "a truth value")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return Cell(str(value), "a date or a time (format the cell as text and type it again)")
    if isinstance(value, int | float):
        return _number_cell(value, str(saved.number_format))
    return _text_cell(unguard(str(value).strip()))


def _number_cell(value: int | float, number_format: str) -> Cell:
    if not math.isfinite(value):
        return Cell(str(value), "not a finite number")
    # Spreadsheets calculate in binary and show 15 digits: 0.1 + 0.2 is saved as 0.30000000000000004 and means 0.3.
    exact = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    percent = "%" in number_format
    if percent:
        exact *= 100
    plain = f"{exact:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Cell(plain + "%" if percent else plain)
