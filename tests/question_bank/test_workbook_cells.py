"""Cells of a workbook that are no plain text: taken as they were typed, or refused by name."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest

from question_bank.importers import import_file
from tests.question_bank.makers import HEADER, SCENARIO, SINGLE, codes, take, write_csv, write_xlsx

SPECIAL_CELLS = [
    ("=1+1", "formula"),
    (datetime.date(2024, 5, 1), "date"),
    (datetime.time(8, 30), "date"),
    ("#N/A", "error_cell"),
]


@pytest.mark.parametrize(("value", "code"), SPECIAL_CELLS)
def test_workbook_cells_that_are_no_text(tmp_path: Path, value: object, code: str) -> None:
    path = write_xlsx(tmp_path / "q.xlsx", [{**SINGLE, "选项A": value}])
    report, kept = take(path, tmp_path)
    assert [(e.code, e.sheet, e.row, e.column, e.cell) for e in report.errors] == [
        (code, "题目", 2, "option_a", "E2")
    ]
    assert kept == []


def test_a_hidden_sheet_of_questions_is_neither_taken_nor_dropped(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "q.xlsx", [SINGLE])
    book = openpyxl.load_workbook(path)
    hidden = book.create_sheet("旧题")
    hidden.append(list(HEADER))
    hidden.sheet_state = "hidden"
    book.save(path)
    assert codes(path) == [("hidden_sheet", None)]


def test_rows_beyond_the_stated_dimensions_are_read(tmp_path: Path) -> None:
    rows = [SINGLE, {**SINGLE, "题号": "q2", "题干": "二加一等于几？"}]
    good = write_xlsx(tmp_path / "good.xlsx", rows)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "lie.xlsx", "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename.startswith("xl/worksheets/"):
                assert b'<dimension ref="A1:O3"' in data
                data = data.replace(b'<dimension ref="A1:O3"', b'<dimension ref="A1:O2"')
            target.writestr(info.filename, data)
    assert import_file(None, tmp_path / "lie.xlsx", check=True).added == 2


def test_workbook_text_is_read_as_it_was_typed(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "q.xlsx", [{**SINGLE, "题干": "第一行_x000D_\n第二行_x005F_x000D_"}])
    book = openpyxl.load_workbook(path)
    cell = book["题目"]["E2"]
    cell.value, cell.data_type = "=一", "s"
    book.save(path)
    _, kept = take(path, tmp_path)
    assert kept[0].prompt == "第一行\n第二行_x000D_"
    assert kept[0].options[0] == "=一"


def test_text_after_an_apostrophe_is_text(tmp_path: Path) -> None:
    row = {**SINGLE, "选项A": "'=SUM(A1)", "选项B": "''=x", "选项C": "'twas"}
    _, kept = take(write_csv(tmp_path / "q.csv", [row]), tmp_path)
    assert kept[0].options == ("=SUM(A1)", "'=x", "'twas")


def test_line_ends_of_every_kind_become_one(tmp_path: Path) -> None:
    row = {**SCENARIO, "题干": "第一行\r\n第二行\r第三行"}
    _, kept = take(write_csv(tmp_path / "q.csv", [row]), tmp_path)
    assert kept[0].prompt == "第一行\n第二行\n第三行"
