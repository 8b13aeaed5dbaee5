"""The template: nothing in it is imported by mistake, its lists and help are there, and its examples are sound questions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from question_bank import cli
from question_bank.columns import COLUMNS
from question_bank.importers import import_file
from question_bank.question import FORM_WORDS, LEVELS, ROUND_WORDS
from question_bank.samples import FOLDER as SAMPLES
from question_bank.template import ROWS, write_template
from question_bank.template_examples import AREAS, EXAMPLES, NEEDS
from tests.question_bank.makers import SCENARIO, SINGLE, write_csv


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_template_as_it_is_holds_nothing_to_import(tmp_path: Path, name: str) -> None:
    write_template(tmp_path / name)
    report = import_file(None, tmp_path / name, check=True)
    assert [error.code for error in report.errors] == ["no_questions"]
    assert "没有题目" in report.errors[0].text("zh")
    assert [note.code for note in report.notes] == (["examples_skipped"] if name == "t.csv" else [])
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_workbook_takes_questions_beside_its_examples(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book["题目"][1]]
    for row in (SINGLE, SCENARIO):
        book["题目"].append([row.get(name) for name in header])
    book.save(path)
    report = import_file(None, path, check=True)
    assert (report.errors, report.added) == ((), 2)


def test_a_csv_takes_questions_below_its_examples(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_template(path)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert len(rows) == len(EXAMPLES)
    write_csv(path, [*rows, SINGLE], header=[column.zh for column in COLUMNS])
    report = import_file(None, path, check=True)
    assert (report.errors, report.added) == ((), 1)
    assert report.notes[0].found == str(len(EXAMPLES))


def test_every_example_is_a_question_that_the_import_would_take(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "留言.ogg").write_bytes((SAMPLES / "sound" / "listening-01.ogg").read_bytes())
    rows = [
        {column.zh: example.get(column.field, "") for column in COLUMNS} | {"题号": f"e{number}"}
        for number, example in enumerate(EXAMPLES)
    ]
    sheet = write_csv(tmp_path / "e.csv", rows, header=[column.zh for column in COLUMNS])
    report = import_file(None, sheet, check=True)
    assert (report.errors, report.added) == ((), len(EXAMPLES))
    known = {column.field for column in COLUMNS}
    assert all(set(example) <= known for example in EXAMPLES)
    assert (
        {example["form"] for example in EXAMPLES} == set(FORM_WORDS.values()) == {form for form, _ in NEEDS}
    )
    assert {example["area"] for example in EXAMPLES} <= set(AREAS)


def _rules(sheet: Any) -> dict[str, Any]:
    """Header -> the data validation of its column."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        (area,) = rule.sqref.ranges
        assert (area.min_row, area.max_row, area.min_col) == (2, ROWS + 1, area.max_col)
        found[sheet.cell(row=1, column=area.min_col).value] = rule
    return found


def test_every_column_has_its_list_its_range_or_its_help(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["题目", "示例", "说明"]
    rules = _rules(book["题目"])
    assert list(rules) == [column.zh for column in COLUMNS]
    for header, words in {"环节": ROUND_WORDS.values(), "题型": FORM_WORDS.values(), "等级": LEVELS}.items():
        assert rules[header].type == "list" and rules[header].formula1 == f'"{",".join(words)}"'
    areas = [row[0].value for row in book["说明"][rules["知识领域"].formula1.split("!")[1].replace("$", "")]]
    assert tuple(areas) == AREAS and not rules["知识领域"].showErrorMessage
    assert (rules["用时"].type, rules["用时"].formula1, rules["用时"].formula2) == ("whole", "5", "1800")
    for column in COLUMNS:
        rule = rules[column.zh]
        assert rule.showInputMessage and rule.prompt and column.note.startswith(rule.prompt)
        assert len(rule.formula1 or "") <= 255
    told = {
        row[0].value: (row[1].value or "")
        for row in book["说明"].iter_rows(min_row=2, max_row=len(COLUMNS) + 1)
    }
    assert told == {column.zh: "是" if column.required else "" for column in COLUMNS}


def test_the_command_writes_by_name_and_refuses_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["template", "-o", str(tmp_path / "t.xlsx")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 't.xlsx'}\n"
    assert cli.main(["template", "-o", str(tmp_path / "t.docx")]) == 2
    assert not (tmp_path / "t.docx").exists()
