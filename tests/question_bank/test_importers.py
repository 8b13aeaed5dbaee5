"""The importer takes sheets as people make them, all or nothing, and names every mistake with its place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank import tables
from question_bank.bank import Bank
from question_bank.columns import BY_FIELD
from question_bank.importers import ImportReport, import_file, import_files, parse_key_points
from question_bank.question import KeyPoint, Question
from tests.question_bank.makers import HEADER, SCENARIO, SINGLE, codes, take, write_csv, write_xlsx

GOOD = [
    SINGLE,
    SCENARIO,
    {**SINGLE, "题号": "t1", "题型": "判断题", "题干": "一加一等于二。", "答案": "√"}
    | dict.fromkeys(("选项A", "选项B", "选项C"), ""),
    {
        **SINGLE,
        "题号": "r1",
        "环节": "风险题",
        "题干": "二加二等于几？",
        "分值": "20 分",
        "答案": "ｃ",
        "等级": "三级/高级",
    },
]


def check_good(report: ImportReport, kept: list[Question]) -> None:
    """The questions of GOOD came in as they should."""
    assert report.errors == ()
    assert (report.rows, report.added, report.replaced, report.unchanged) == (4, 4, 0, 0)
    assert report.rounds == {"buzz_in": 2, "scenario": 1, "risk": 1}
    by_id = {q.id: q for q in kept}
    assert by_id["q1"].options == ("一", "二", "三")
    assert by_id["s1"].key_points == (
        KeyPoint("问候", 400),
        KeyPoint("核实身份", 1025),
        KeyPoint("结束", 575),
    )
    assert (by_id["t1"].options, by_id["t1"].answer) == (("对", "错"), "对")
    assert (by_id["r1"].value, by_id["r1"].answer, by_id["r1"].level) == (20, "C", "高级")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    check_good(*take(write_csv(tmp_path / "题目.csv", GOOD, encoding=encoding), tmp_path))


def test_xlsx(tmp_path: Path) -> None:
    rows: list[Mapping[str, Any]] = [dict(row) for row in GOOD]
    rows[3] = {**rows[3], "分值": 20.0, "选项A": 3, "选项B": 3.5, "选项C": 4}
    report, kept = take(write_xlsx(tmp_path / "q.xlsx", rows), tmp_path)
    check_good(report, kept)
    assert next(q.options for q in kept if q.id == "r1") == ("3", "3.5", "4")


def test_a_truth_value_of_the_spreadsheet_is_an_answer(tmp_path: Path) -> None:
    row = {**GOOD[2], "答案": False}
    _, kept = take(write_xlsx(tmp_path / "q.xlsx", [row]), tmp_path)
    assert kept[0].answer == "错"


def test_english_headers_and_words(tmp_path: Path) -> None:
    header = ("ID", "Round", "Form", "Prompt", "option_a", "Option B", "answer", "area", "level", "source")
    row = dict(
        zip(header, ("e1", "buzz_in", "single", "Pick one.", "x", "y", "a", "英语", "初级", ""), strict=True)
    )
    report, kept = take(write_csv(tmp_path / "q.csv", [row], header=header), tmp_path)
    assert report.ok
    assert (kept[0].options, kept[0].answer, kept[0].round) == (("x", "y"), "A", "buzz_in")


def test_blank_rows_blank_sheets_and_notes_are_passed_over(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "q.xlsx", [SINGLE])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Sheet2")
    book.create_sheet("说明").append(["随便写"])
    book["题目"].insert_rows(2)
    book.save(path)
    report, kept = take(path, tmp_path)
    assert report.ok and [q.id for q in kept] == ["q1"]


def test_rows_without_an_id_get_a_lasting_one(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "q.csv", [{**SINGLE, "题号": ""}])
    _, kept = take(path, tmp_path)
    again, kept_again = take(path, tmp_path)
    assert (again.added, again.unchanged) == (0, 1)
    assert kept == kept_again and kept[0].id.startswith("q")


# (changed cells, column of the error, its code, cell)
BAD_ROWS: list[tuple[dict[str, str], str, str, str]] = [
    ({"题号": "题 1"}, "id", "id", "A3"),
    ({"环节": "决赛"}, "round", "choice", "B3"),
    ({"题型": "连线题"}, "form", "choice", "C3"),
    ({"题型": "情景题"}, "form", "form_round", "C3"),
    ({"题干": ""}, "prompt", "empty", "D3"),
    ({"题干": "长" * 501}, "prompt", "too_long", "D3"),
    ({"题干": "长" * 4001}, "prompt", "cell_size", "D3"),
    ({"题干": "看\u202e这里"}, "prompt", "character", "D3"),
    ({"题干": "看\x07这里"}, "prompt", "character", "D3"),
    ({"选项A": "A. 一"}, "option_a", "option_letter", "E3"),
    ({"选项B": ""}, "option_b", "option_gap", "F3"),
    ({"选项B": "一"}, "option_b", "option_twice", "F3"),
    ({"选项B": "", "选项C": "", "答案": "A"}, "options", "options_count", "E3"),
    ({"选项A": "=1+1"}, "option_a", "formula", "E3"),
    ({"答案": "D"}, "answer", "answer", "I3"),
    ({"答案": ""}, "answer", "answer", "I3"),
    ({"答案": "A和B"}, "answer", "answer", "I3"),
    ({"答案要点": "一 | 20"}, "key_points", "must_be_empty", "J3"),
    ({"分值": "101"}, "value", "value", "L3"),
    ({"分值": "十"}, "value", "value", "L3"),
    ({"环节": "风险题", "分值": "15"}, "value", "value", "L3"),
    ({"环节": "风险题", "分值": "很多"}, "value", "value", "L3"),
    ({"环节": "风险题"}, "value", "value", "L3"),
    ({"知识领域": ""}, "area", "empty", "M3"),
    ({"知识领域": "法律\n法规"}, "area", "newline", "M3"),
    ({"等级": "很高"}, "level", "choice", "N3"),
    ({"出处": "长" * 201}, "source", "too_long", "O3"),
]


def test_each_mistake_in_a_row_is_placed_and_nothing_is_kept(tmp_path: Path) -> None:
    files = [
        write_csv(
            tmp_path / f"{number}.csv",
            [
                {**SINGLE, "题号": f"ok{number}", "题干": f"{number}加一等于几？"},
                {**SINGLE, "题号": f"bad{number}", "题干": f"{number}加二等于几？"} | cells,
            ],
        )
        for number, (cells, *_) in enumerate(BAD_ROWS)
    ]
    with Bank(tmp_path / "bank.db") as bank:
        report = import_files(bank, files)
        assert bank.all() == []
    assert (report.ok, report.added) == (False, 0)
    assert [(e.file, e.sheet, e.row, e.column, e.code, e.cell) for e in report.errors] == [
        (f"{number}.csv", None, 3, *expected) for number, (_, *expected) in enumerate(BAD_ROWS)
    ]
    for error in report.errors:
        assert "第 3 行" in error.text() and "row 3" in error.text("en")
        assert error.column == "options" or BY_FIELD[str(error.column)].zh in error.text()
        assert error.to_dict()["zh"] == error.text()


def test_a_refused_cell_does_not_hide_the_other_mistakes_of_its_row(tmp_path: Path) -> None:
    bad = {**SINGLE, "选项A": "=1+1", "答案": "F", "等级": "?"}
    report, _ = take(write_csv(tmp_path / "q.csv", [bad]), tmp_path)
    assert [(e.column, e.code) for e in report.errors] == [
        ("option_a", "formula"),
        ("answer", "answer"),
        ("level", "choice"),
    ]
    bad = {**SINGLE, "题型": "=A1", "答案": "F"}
    report, _ = take(write_csv(tmp_path / "q.csv", [bad]), tmp_path)
    assert [(e.column, e.code) for e in report.errors] == [("form", "formula")]


SCENARIO_POINTS = [
    ("问候 | 4\n结束 | 15", "points_sum"),
    ("问候 4\n结束 | 16", "key_point_line"),
    ("| 4\n结束 | 16", "key_point_line"),
    ("问候 | 四\n结束 | 16", "points"),
    ("问候 | -4\n结束 | 24", "points"),
    ("问候 | 4.005\n结束 | 15.995", "points"),
    ("问候 | 0\n结束 | 20", "points"),
    ("问候 | 1e1\n结束 | 10", "points"),
    ("", "key_points_count"),
]


def test_mistakes_in_key_points(tmp_path: Path) -> None:
    rows = [
        {**SCENARIO, "题号": f"s{number}", "题干": f"第 {number} 个情景。", "答案要点": cell}
        for number, (cell, _) in enumerate(SCENARIO_POINTS)
    ]
    report, kept = take(write_csv(tmp_path / "q.csv", rows), tmp_path)
    assert {(e.row, e.column, e.code) for e in report.errors} == {
        (number + 2, "key_points", code) for number, (_, code) in enumerate(SCENARIO_POINTS)
    }
    assert kept == []


def test_key_points_are_read_exactly() -> None:
    assert parse_key_points("甲|乙 ｜ ０．１\n\n 丙 | 0.29 分\n") == (
        (KeyPoint("甲|乙", 10), KeyPoint("丙", 29)),
        [],
    )


@settings(database=None)
@given(st.lists(st.integers(1, 2000), min_size=1, max_size=20))
def test_points_never_lose_a_cent(points: list[int]) -> None:
    cell = "\n".join(f"要点 | {cp // 100}.{cp % 100:02d}" for cp in points)
    assert parse_key_points(cell) == (tuple(KeyPoint("要点", cp) for cp in points), [])


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    one = write_csv(tmp_path / "1.csv", [{**SINGLE, "答案": "F", "等级": ""}, {**SINGLE, "环节": "?"}])
    two = write_xlsx(tmp_path / "2.xlsx", [{**SCENARIO, "知识领域": ""}], sheet="情景")
    three = tmp_path / "3.pdf"
    three.write_bytes(b"%PDF-1.7")
    with Bank(tmp_path / "bank.db") as bank:
        report = import_files(bank, [one, two, three])
        assert bank.count() == 0
    assert {(e.file, e.sheet, e.row, e.column, e.code) for e in report.errors} == {
        ("1.csv", None, 2, "answer", "answer"),
        ("1.csv", None, 2, "level", "choice"),
        ("1.csv", None, 3, "round", "choice"),
        ("2.xlsx", "情景", 2, "area", "empty"),
        ("3.pdf", None, None, None, "file_kind"),
    }


def test_doubles_within_the_files(tmp_path: Path) -> None:
    one = write_csv(tmp_path / "1.csv", [SINGLE, {**SINGLE, "题干": "另一题？"}])
    two = write_csv(tmp_path / "2.csv", [{**SINGLE, "题号": "q5", "题干": "一加一 等于几?"}])
    with Bank(tmp_path / "bank.db") as bank:
        report = import_files(bank, [one, two])
    assert [(e.file, e.row, e.code, e.allowed) for e in report.errors] == [
        ("1.csv", 3, "id_twice", "1.csv 2"),
        ("2.csv", 2, "prompt_twice", "1.csv 2"),
    ]


def test_doubles_with_the_bank(tmp_path: Path) -> None:
    _, before = take(write_csv(tmp_path / "q.csv", [SINGLE]), tmp_path)
    report, kept = take(
        write_csv(tmp_path / "q.csv", [{**SINGLE, "答案": "C"}, {**SINGLE, "题号": "q2"}, SCENARIO]), tmp_path
    )
    assert {(e.row, e.code) for e in report.errors} >= {(2, "id_taken"), (3, "prompt_taken")}
    assert kept == before


def test_replace_puts_corrected_questions_in_place_even_when_prompts_change_places(tmp_path: Path) -> None:
    other = {**SINGLE, "题号": "q2", "题干": "三加一等于几？"}
    take(write_csv(tmp_path / "q.csv", [SINGLE, other, SCENARIO]), tmp_path)
    swapped = [{**SINGLE, "题干": other["题干"]}, {**other, "题干": SINGLE["题干"]}, SCENARIO]
    report, kept = take(write_csv(tmp_path / "q.csv", swapped), tmp_path, replace=True)
    assert (report.errors, report.replaced, report.unchanged, report.added) == ((), 2, 1, 0)
    assert {q.id: q.prompt for q in kept if q.form == "single"} == {
        "q1": "三加一等于几？",
        "q2": "一加一等于几？",
    }


def test_check_writes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "q.csv", GOOD)
    assert import_file(None, path, check=True).added == 4
    report, kept = take(path, tmp_path, check=True)
    assert (report.added, kept) == (4, [])
    with pytest.raises(ValueError, match="without a bank"):
        import_file(None, path)


def test_header_mistakes_come_at_once(tmp_path: Path) -> None:
    header = ("环节", "题型", "题干", "题目", "奖金", "知识领域")
    report = import_file(None, write_csv(tmp_path / "q.csv", [{"环节": "抢答题"}], header=header), check=True)
    assert [(e.code, e.row, e.column, e.cell) for e in report.errors] == [
        ("header_twice", 1, "题目", "D1"),
        ("header_unknown", 1, "奖金", "E1"),
        ("header_missing", 1, "等级 (level)", None),
    ]


def test_a_cell_beyond_the_header_is_not_dropped(tmp_path: Path) -> None:
    header = (*HEADER, "")
    assert codes(write_csv(tmp_path / "q.csv", [{**SINGLE, "": "备注"}], header=header)) == [
        ("headerless", 2)
    ]


def test_files_without_questions(tmp_path: Path) -> None:
    assert codes(write_csv(tmp_path / "q.csv", [])) == [("no_questions", None)]
    (tmp_path / "empty.csv").write_bytes(b"")
    assert codes(tmp_path / "empty.csv") == [("no_questions", None)]
    assert codes(write_xlsx(tmp_path / "q.xlsx", [])) == [("no_questions", None)]


def test_unreadable_files(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere.csv") == [("unreadable", None)]
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xff\xff\xff")
    assert codes(tmp_path / "bytes.csv") == [("encoding", None)]
    (tmp_path / "quote.csv").write_text('题号,题干\n1,"没有收尾\n', encoding="utf-8")
    assert codes(tmp_path / "quote.csv") == [("csv", 2)]
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 encrypted or old")
    assert codes(tmp_path / "old.xlsx") == [("not_xlsx", None)]
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("hello.txt", "not a workbook")
    assert codes(tmp_path / "other.xlsx") == [("not_xlsx", None)]


def test_a_sheet_that_is_broken_xml(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path / "good.xlsx", [SINGLE])
    broken = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(broken, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            cut = info.filename.startswith("xl/worksheets/")
            target.writestr(info.filename, data[: len(data) // 2] if cut else data)
    (tmp_path / "broken.xlsx").write_bytes(broken.getvalue())
    assert codes(tmp_path / "broken.xlsx") == [("not_xlsx", None)]


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**SINGLE, "题号": f"q{n}", "题干": f"第{n}题？"} for n in range(4)]
    csv_path, xlsx_path = write_csv(tmp_path / "q.csv", rows), write_xlsx(tmp_path / "q.xlsx", rows)
    assert codes(csv_path) == codes(xlsx_path) == []
    monkeypatch.setattr(tables, "MAX_ROWS", 4)
    assert codes(csv_path) == codes(xlsx_path) == []
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert codes(csv_path) == codes(xlsx_path) == [("too_many_rows", 5)]
    monkeypatch.setattr(tables, "MAX_COLUMNS", 9)
    assert codes(csv_path) == codes(xlsx_path) == [("too_many_columns", 1)]
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 1000)
    assert codes(xlsx_path) == [("unpacked_size", None)]
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", csv_path.stat().st_size - 1)
    assert codes(csv_path) == [("file_size", None)]


def test_the_bounds_are_the_documented_ones() -> None:
    assert (tables.MAX_FILE_BYTES, tables.MAX_ROWS, tables.MAX_CELL_CHARACTERS) == (
        64 * 2**20,
        200_000,
        4_000,
    )
