"""The result as a workbook: a sheet each for the certificate and for every table of the account, ready to print."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..result import Result
from . import words as w
from .account_tables import sections
from .tables import Cell, Points, Section, status_text
from .words import Words

INK, PALE, VERMILION, RULE = "171D2B", "EFECE4", "B3201F", "CFC8B8"
FACE = "Noto Sans SC"
LONGEST = 48
PLAIN, CHANGE = "0.##;-0.##;0", "+0.##;-0.##;0"
WITH_CENTS, CHANGE_WITH_CENTS = "0.00", "+0.00;-0.00"
CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


def to_bytes(result: Result) -> bytes:
    """The workbook. Nothing in it is a formula: what people wrote stays text whatever it begins with."""
    words, book = Words(result.language), Workbook()
    made = {section.key: section for section in sections(result)}
    first = book.active
    assert isinstance(first, Worksheet)
    _front(first, result, words, made["places"])
    for key, section in made.items():
        if key != "places" and (section.rows or key in ("corrections", "undone")):
            sheet = book.create_sheet(section.title)
            top = _banner(sheet, result, words, len(section.columns))
            _table(sheet, section, top, words)
            _page(sheet, result, words)
    book.properties.title = words.of(result.title).replace("\n", " ")
    book.properties.creator = f"FirstPress {result.version}"
    moment = _moment(result.ended)
    if moment is not None:
        book.properties.created = book.properties.modified = moment
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _moment(wall_time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(wall_time).replace(tzinfo=None)
    except ValueError:
        return None


def put(cell: SheetCell, value: Cell) -> None:
    """Write a value as what it is; a text is a text also where it looks like a formula or an error."""
    if isinstance(value, Points):
        cell.value = value.cp / 100 if value.cp % 100 else value.cp // 100
        whole = value.cp % 100 == 0
        cell.number_format = (
            (CHANGE if whole else CHANGE_WITH_CENTS) if value.signed else (PLAIN if whole else WITH_CENTS)
        )
    elif isinstance(value, int):
        cell.value = value
    else:
        cell.value = value.translate(CONTROL)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))


def _line(sheet: Worksheet, row: int, text: str, columns: int, **font: Any) -> None:
    cell = sheet.cell(row, 1)
    put(cell, text)
    cell.font = Font(name=FACE, **font)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=max(columns, 2))


def _front(sheet: Worksheet, result: Result, words: Words, places: Section) -> None:
    """The first sheet: what the contest was, whether it is certified, and the places."""
    sheet.title = words("certificate")[:31]
    count, row = len(places.columns), 1
    _line(sheet, row, words.of(result.title).replace("\n", " "), count, size=20, bold=True, color=INK)
    sheet.row_dimensions[row].height = 34
    subtitle = words.of(result.subtitle)
    if subtitle:
        row += 1
        _line(sheet, row, subtitle, count, size=12, color=INK)
    row += 1
    _line(sheet, row, f"{words('certificate')} · {w.date_of(result.ended, words)}", count, size=12, color=INK)
    row += 1
    sure = result.certified and not result.rehearsal
    _line(
        sheet,
        row,
        status_text(result, words),
        count,
        size=11 if sure else 16,
        bold=True,
        color=INK if sure else VERMILION,
    )
    sheet.row_dimensions[row].height = 22 if sure else 48
    last = _table(sheet, places, row + 2, words)
    sheet.freeze_panes = None
    _line(sheet, last + 2, f"{words('head')}: {result.head}", count, size=9, color=INK)
    _line(sheet, last + 3, words("verify_how"), count, size=9, color=INK)
    sheet.row_dimensions[last + 3].height = 40
    _page(sheet, result, words)


def _banner(sheet: Worksheet, result: Result, words: Words, columns: int) -> int:
    """What must stand on every sheet of a rehearsal or of a result nobody signed; returns the first free row."""
    row = 1
    for doubtful, key in ((result.rehearsal, "rehearsal_why"), (not result.certified, "not_certified")):
        if doubtful:
            _line(sheet, row, words(key), columns, size=14, bold=True, color=VERMILION)
            sheet.row_dimensions[row].height = 24
            row += 1
    return row


def _table(sheet: Worksheet, section: Section, top: int, words: Words) -> int:
    """Heading and rows from row `top` on; returns the last row."""
    side = Side(style="thin", color=RULE)
    border = Border(bottom=side)
    headed = any(column.title for column in section.columns)
    if headed:
        for index, column in enumerate(section.columns, 1):
            cell = sheet.cell(top, index)
            put(cell, column.title)
            cell.font = Font(name=FACE, size=10, bold=True, color=INK)
            cell.fill = PatternFill("solid", start_color=PALE)
            cell.border = border
            cell.alignment = Alignment(
                horizontal="right" if column.figures else "left", vertical="center", wrap_text=True
            )
        sheet.freeze_panes = sheet.cell(top + 1, 1)
        sheet.print_title_rows = f"{top}:{top}"
    row = top if headed else top - 1
    for number, cells in enumerate(section.rows):
        row += 1
        for index, (column, value) in enumerate(zip(section.columns, cells, strict=True), 1):
            cell = sheet.cell(row, index)
            put(cell, value)
            cell.font = Font(name=FACE, size=10, color=INK, strike=number in section.struck)
            cell.border = border
            cell.alignment = Alignment(
                horizontal="right" if column.figures else "left", vertical="top", wrap_text=True
            )
    if not section.rows:
        row += 1
        put(sheet.cell(row, 1), words("none"))
    for index, column in enumerate(section.columns, 1):
        texts = [
            column.title,
            *(
                value.text() if isinstance(value, Points) else str(value)
                for value in (cells[index - 1] for cells in section.rows)
            ),
        ]
        width = min(LONGEST, max(8, *(_columns_of(line) for text in texts for line in text.split("\n"))) + 2)
        sheet.column_dimensions[get_column_letter(index)].width = width
    return row


def _columns_of(text: str) -> int:
    """How many columns of a character's width a text takes: Chinese characters take two."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _page(sheet: Worksheet, result: Result, words: Words) -> None:
    """A4 across, as wide as the page, with the log's head at the foot of each."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.left.text = result.head[:16]
    sheet.oddFooter.right.text = "&P / &N"
    if result.rehearsal:
        sheet.oddHeader.center.text = words("rehearsal_why")
