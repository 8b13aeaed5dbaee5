"""The empty sheet that authors fill in: drop-down lists, help at every column, an example of every form."""

from __future__ import annotations

import csv
import importlib
import io
from pathlib import Path
from typing import Any

from question_bank.columns import COLUMNS
from question_bank.exporters import private_file
from question_bank.model import TIME_S, VALUE_MOST
from question_bank.question import FORM_WORDS, LANGUAGE_WORDS, LEVELS, POOL_WORDS, ROUND_WORDS, STATUS_WORDS
from question_bank.tables import guard
from question_bank.template_examples import AREAS, EXAMPLES, NEEDS

SHEET, EXAMPLE_SHEET, NOTE_SHEET = "题目", "示例", "说明"
ROWS = 20_000
"""Rows of the sheet that have drop-down lists."""
_CHOICES = {
    "round": tuple(ROUND_WORDS.values()),
    "form": tuple(FORM_WORDS.values()),
    "level": LEVELS,
    "language": tuple(LANGUAGE_WORDS.values()),
    "pool": tuple(POOL_WORDS.values()),
    "status": (STATUS_WORDS["draft"], STATUS_WORDS["reviewed"], STATUS_WORDS["retired"]),
}
_NUMBERS = {"value": (1, VALUE_MOST), "time_s": TIME_S}
_WIDE = {
    "prompt": 48,
    "key_points": 40,
    "explanation": 40,
    "brief": 40,
    "transcript": 40,
    "source": 24,
    "alt": 24,
}
# The longest that spreadsheet programs show beside a cell.
_MOST_HELP = 255


def write_template(path: Path) -> None:
    """Write an empty question sheet, .csv or .xlsx by its name. Raises ValueError for others, OSError.

    Imported as it is it holds nothing: the examples of a workbook stand on a sheet of their own, those of a CSV file
    have ids that no import takes.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        data = _csv().encode("utf-8-sig")
    elif kind == ".xlsx":
        data = _xlsx()
    else:
        raise ValueError(f"{path.name}: a template is .csv or .xlsx")
    with private_file(path) as stream:
        stream.write(data)


def _csv() -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([column.zh for column in COLUMNS])
    for example in EXAMPLES:
        writer.writerow([guard(example.get(column.field, "")) for column in COLUMNS])
    return stream.getvalue()


def _xlsx() -> bytes:
    openpyxl: Any = importlib.import_module("openpyxl")
    styles: Any = importlib.import_module("openpyxl.styles")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    _head(sheet, styles)
    _rules(sheet)
    examples = book.create_sheet(EXAMPLE_SHEET)
    _head(examples, styles)
    for example in EXAMPLES:
        examples.append([guard(example.get(column.field, "")) or None for column in COLUMNS])
    top = styles.Alignment(wrap_text=True, vertical="top")
    for row in examples.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = top
    _notes(book.create_sheet(NOTE_SHEET), styles)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _head(sheet: Any, styles: Any) -> None:
    """The row of column names, needed ones dark; every column as wide as its text wants."""
    sheet.append([column.zh for column in COLUMNS])
    # The id, the kind and the question stay in sight while the rest is filled in.
    sheet.freeze_panes = "A2" if sheet.title == SHEET else "E2"
    for index, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row=1, column=index)
        cell.font = styles.Font(bold=True, color="FFFFFF" if column.required else "171D2B")
        cell.fill = styles.PatternFill("solid", fgColor="171D2B" if column.required else "F4F1EA")
        cell.alignment = styles.Alignment(vertical="center")
        dimension = sheet.column_dimensions[cell.column_letter]
        dimension.width = _WIDE.get(column.field, 14)
        if column.field not in _NUMBERS:
            # Text format keeps the program from turning an option such as 5-1 into a date.
            dimension.number_format = "@"
    sheet.row_dimensions[1].height = 22


def _rules(sheet: Any) -> None:
    """A drop-down list, a range or at least a line of help for every column."""
    validation: Any = importlib.import_module("openpyxl.worksheet.datavalidation").DataValidation
    for index, column in enumerate(COLUMNS, start=1):
        field, letter = column.field, sheet.cell(row=1, column=index).column_letter
        if field in _CHOICES:
            rule = validation(type="list", formula1='"' + ",".join(_CHOICES[field]) + '"')
            rule.error = "请从列表中选择"
        elif field == "area":
            rule = validation(type="list", formula1=f"'{NOTE_SHEET}'!$E$2:$E${len(AREAS) + 1}")
            # A list of suggestions: other areas are welcome.
            rule.showErrorMessage = False
        elif field in _NUMBERS:
            least, most = _NUMBERS[field]
            rule = validation(type="whole", operator="between", formula1=str(least), formula2=str(most))
            rule.error = f"请填 {least} 至 {most} 的整数"
        else:
            rule = validation()
        rule.allow_blank = True
        rule.showInputMessage = True
        rule.promptTitle = column.zh + ("（必填）" if column.required else "")
        rule.prompt = column.note[:_MOST_HELP]
        if rule.error:
            rule.errorTitle, rule.showErrorMessage = column.zh, True
        rule.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(rule)


def _notes(notes: Any, styles: Any) -> None:
    """How to fill in each column, what each form needs, the suggested areas."""
    notes.append(["列名", "必填", "填写方法", None, "知识领域（可选，也可另写）"])
    for column in COLUMNS:
        notes.append([column.zh, "是" if column.required else "", column.note])
    for row, area in enumerate(AREAS, start=2):
        notes.cell(row=row, column=5, value=area)
    notes.append([])
    notes.append(["题型", "", "除环节、题型、题干、知识领域、等级以外，还要填什么"])
    heading = notes.max_row
    for form, needs in NEEDS:
        notes.append([form, "", needs])
    notes.append([])
    notes.append(
        [f"“{EXAMPLE_SHEET}”和“{NOTE_SHEET}”两张表不会被导入；照着示例在“{SHEET}”里每行填一道题，然后运行："]
    )
    notes.append(["python3 run.py bank import 题目.xlsx --dry-run"])
    bold = styles.Font(bold=True)
    for row in (1, heading):
        for cell in notes[row]:
            cell.font = bold
    for letter, width in (("A", 14), ("B", 8), ("C", 72), ("E", 28)):
        notes.column_dimensions[letter].width = width
    for row in notes.iter_rows(min_row=2, max_col=3):
        row[-1].alignment = styles.Alignment(wrap_text=True, vertical="top")
