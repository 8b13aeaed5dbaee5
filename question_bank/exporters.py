"""From the bank to files: a CSV that comes back unchanged, and the empty sheet that authors fill in."""

from __future__ import annotations

import csv
import importlib
import io
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from question_bank.columns import COLUMNS
from question_bank.media_files import FOLDER, keep, media_file
from question_bank.question import (
    FORM_WORDS,
    LEVELS,
    OPTION_LETTERS,
    RISK_VALUES,
    ROUND_WORDS,
    Question,
    format_points,
)
from question_bank.tables import guard

_EXAMPLES = (
    ("必答题", "单选题", "……？", ("……", "……", "……", "……"), "B", "", ""),
    ("抢答题", "判断题", "……。", (), "对", "", ""),
    ("风险题", "口答题", "……？", (), "……", "", "20"),
    ("情景模拟题", "情景题", "您是……，请现场处理。", (), "", "…… | 8\n…… | 7.5\n…… | 4.5", ""),
)


def csv_text(questions: Iterable[Question]) -> str:
    """The questions as CSV, headers in Chinese. A cell that a spreadsheet would take for a formula starts with '."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([column.zh for column in COLUMNS])
    for question in questions:
        cells = _cells(question)
        writer.writerow([guard(cells[column.field]) for column in COLUMNS])
    return stream.getvalue()


def export_csv(questions: Iterable[Question], path: Path, data: Path) -> int:
    """Write `csv_text` with a byte order mark, so that spreadsheets read it as UTF-8. Returns the row count.

    Pictures, sounds and films come along in a folder beside it. data: the folder of the bank.
    The file appears whole or not at all; only its owner may read it, as it holds every answer. Raises OSError, and
    BadMedia where the bank's folder lacks a file.
    """
    listed = list(questions)
    for name in sorted({question.media for question in listed if question.media}):
        keep(path.parent, media_file(data, f"{FOLDER}/{name}"))
    _write_private(path, csv_text(listed).encode("utf-8-sig"))
    return len(listed)


def write_template(path: Path) -> None:
    """Write an empty question sheet, .csv or .xlsx by its name. Raises ValueError for others, OSError."""
    kind = path.suffix.lower()
    if kind == ".csv":
        _write_private(path, csv_text([]).encode("utf-8-sig"))
    elif kind == ".xlsx":
        _write_private(path, _template_xlsx())
    else:
        raise ValueError(f"{path.name}: a template is .csv or .xlsx")


def _cells(question: Question) -> dict[str, str]:
    cells = dict.fromkeys((column.field for column in COLUMNS), "")
    for name in ("id", "prompt", "answer", "explanation", "area", "level", "source", "alt"):
        cells[name] = getattr(question, name)
    cells["media"] = f"{FOLDER}/{question.media}" if question.media else ""
    cells["round"] = ROUND_WORDS[question.round]
    cells["form"] = FORM_WORDS[question.form]
    if question.form == "single":
        for letter, option in zip(OPTION_LETTERS, question.options, strict=False):
            cells[f"option_{letter.lower()}"] = option
    cells["key_points"] = "\n".join(f"{p.text} | {format_points(p.points_cp)}" for p in question.key_points)
    cells["value"] = "" if question.value is None else str(question.value)
    return cells


def _template_xlsx() -> bytes:
    openpyxl: Any = importlib.import_module("openpyxl")
    validation: Any = importlib.import_module("openpyxl.worksheet.datavalidation")
    styles: Any = importlib.import_module("openpyxl.styles")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "题目"
    sheet.append([column.zh for column in COLUMNS])
    sheet.freeze_panes = "A2"
    choices = {
        "round": list(ROUND_WORDS.values()),
        "form": list(FORM_WORDS.values()),
        "level": list(LEVELS),
        "value": [str(value) for value in RISK_VALUES],
    }
    for index, column in enumerate(COLUMNS, start=1):
        head = sheet.cell(row=1, column=index)
        head.font = styles.Font(bold=True)
        letter = head.column_letter
        sheet.column_dimensions[letter].width = (
            48 if column.field in ("prompt", "key_points", "explanation") else 14
        )
        # Text format keeps the program from turning an option such as 5-1 into a date.
        sheet.column_dimensions[letter].number_format = "@"
        if column.field in choices:
            words = ",".join(choices[column.field])
            rule = validation.DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}20001")
            sheet.add_data_validation(rule)
    notes = book.create_sheet("说明")
    notes.append(["列名", "必填", "填写方法"])
    for column in COLUMNS:
        notes.append([column.zh, "是" if column.required else "", column.note])
    notes.append([])
    notes.append(["示例（本表不会被导入）"])
    for round_, form, prompt, options, answer, points, value in _EXAMPLES:
        notes.append([round_, form, prompt, " / ".join(options), answer, points, value])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_private(path: Path, data: bytes) -> None:
    # mkstemp makes the file with mode 0600; the same folder keeps the rename within one file system.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
