"""Marks are read from sheets as people make them, hostile files are refused, and every mistake is told at once."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server.qualification import marks_file
from server.qualification.marks_file import BadMarks
from server.qualification.marks_sheet import Marks, read_marks

HEADER = ("编号", "姓名", "单位", "第一阶段", "第二阶段")
GOOD: tuple[tuple[Any, ...], ...] = (
    HEADER,
    ("A01", "张晓", "广州", 88.5, 90),
    ("A02", "李明", "成都", "缺考", 70.25),
)
PARTS = ("编号", "姓名", "第一阶段·听打", "第一阶段·机考", "第一阶段·在线", "stage2")


def book(
    path: Path, rows: Sequence[Sequence[Any]], title: str = "成绩", **others: Sequence[Sequence[Any]]
) -> Path:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    for name, more in others.items():
        sheet = made.create_sheet(name)
        for row in more:
            sheet.append(row)
    made.save(path)
    return path


def csv_file(
    path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    text = "\n".join(delimiter.join(map(str, row)) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def edit(path: Path, change: Callable[[str], str], part: str = "xl/worksheets/sheet1.xml") -> Path:
    """Change one part of a workbook as text."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part].decode())
    assert changed.encode() != parts[part]
    parts[part] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def mistakes(path: Path, **options: Any) -> list[str]:
    with pytest.raises(BadMarks) as caught:
        read_marks(path, **options)
    return caught.value.mistakes


def check_good(marks: Marks) -> None:
    assert [(c.number, c.name, c.unit) for c in marks.candidates] == [
        ("A01", "张晓", "广州"),
        ("A02", "李明", "成都"),
    ]
    assert [c.marks for c in marks.candidates] == [
        ((Fraction("88.5"),), (Fraction(90),)),
        ((None,), (Fraction("70.25"),)),
    ]
    assert [stage.weight for stage in marks.scheme.stages] == [50, 50]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    check_good(read_marks(csv_file(tmp_path / "成绩.csv", GOOD, delimiter, encoding)))


def test_xlsx(tmp_path: Path) -> None:
    marks = read_marks(book(tmp_path / "m.xlsx", GOOD, 说明=[("编号", "姓名"), ("写什么", "……")]))
    check_good(marks)
    assert (marks.sheet, marks.notes) == ("成绩", ())


def test_a_title_above_other_columns_and_full_width_characters(tmp_path: Path) -> None:
    rows: list[Sequence[Any]] = [("前两阶段成绩表",), (), ("序号", *HEADER, "备注")]
    rows += [
        (1, "A01", " 张晓 ", "广州", "８８．５", 90, "好"),
        (),
        (2, "A02", "李明", "成都", "Absent", 70.25),
    ]
    marks = read_marks(book(tmp_path / "m.xlsx", rows))
    check_good(marks)
    assert marks.notes == ("columns not used: 序号, 备注",)


@pytest.mark.parametrize(
    "header",
    [
        ("number", "name", "unit", "stage1", "stage2"),
        ("No.", "Name", "UNIT", "Stage 1 score", "Stage 2 marks"),
        ("选手编号", "选 手 姓 名", "所在单位", "第1阶段成绩", "第 二 阶段得分"),
        ("编号", "姓名", "单位", "第一阶段（50％）", "stage2 (50 %)"),
    ],
)
def test_names_of_columns(tmp_path: Path, header: tuple[str, ...]) -> None:
    check_good(read_marks(csv_file(tmp_path / "m.csv", [header, *GOOD[1:]])))


def test_no_unit_and_numbers_that_are_numbers(tmp_path: Path) -> None:
    rows = [("编号", "姓名", "stage1", "stage2"), (7, "甲", 1, 2), ("007", "乙", 1, 2)]
    marks = read_marks(book(tmp_path / "m.xlsx", rows))
    assert [(c.number, c.unit) for c in marks.candidates] == [("7", "—"), ("007", "—")]


@pytest.mark.parametrize(
    ("header", "more"),
    [
        (
            ("编号", "姓名", "第一阶段·听打 (30%)", "第一阶段：机考（40％）", "stage1.在线 (30%)", "stage2"),
            (),
        ),
        (PARTS, (("权重", "", "30%", 40, "30", ""),)),
        (PARTS, (("满分", "", 100, 100, 100, 100), ("", "weight", 30, 40, 30))),
    ],
)
def test_weights_of_parts_in_the_file(tmp_path: Path, header: Sequence[str], more: Sequence[Any]) -> None:
    marks = read_marks(csv_file(tmp_path / "m.csv", [header, *more, ("A1", "甲", 80, 90, 70, 60)]))
    parts = marks.scheme.stages[0].parts
    assert [part.name for part in parts] == ["听打", "机考", "在线"]
    assert [part.weight for part in parts] == [30, 40, 30]


def test_a_cell_in_percent_format_is_a_weight(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", [PARTS, ("权重", None, 0.3, 0.4, 0.3), ("A1", "甲", 80, 90, 70, 60)])
    made = openpyxl.load_workbook(path)
    for cell in made.active[2][2:5]:
        cell.number_format = "0%"
    made.save(path)
    assert [part.weight for part in read_marks(path).scheme.stages[0].parts] == [30, 40, 30]


def test_the_call_beats_the_file(tmp_path: Path) -> None:
    header = ("编号", "姓名", "第一阶段·A (30%)", "第一阶段·B (70%)", "第二阶段")
    path = csv_file(tmp_path / "m.csv", [header, ("A1", "甲", 80, 90, 70)])
    given = {0: {"a": Fraction(50), "b": Fraction(50)}}
    marks = read_marks(path, parts=given, weights=[Fraction(40), Fraction(60)], decimals=1)
    assert [stage.weight for stage in marks.scheme.stages] == [40, 60] and marks.scheme.decimals == 1
    assert [part.weight for part in marks.scheme.stages[0].parts] == [50, 50]


def test_stage_weights_in_the_file(tmp_path: Path) -> None:
    rows = [HEADER, ("权重", "", "", "60%", "40%"), *GOOD[1:]]
    path = csv_file(tmp_path / "m.csv", rows)
    assert [stage.weight for stage in read_marks(path).scheme.stages] == [60, 40]
    marks = read_marks(path, weights=[Fraction(50), Fraction(50)])
    assert [stage.weight for stage in marks.scheme.stages] == [50, 50] and "--weights" in marks.notes[0]


def test_every_mistake_at_once_with_sheet_cell_found_and_allowed(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ("A1", "甲", "x", 100.5, -1),
        ("a1", "", "x", None, "优"),
        (None, "丙\n丁", "x", True, datetime.date(2024, 5, 1)),
        ("A4", "丁\u202e", "=1+1", "#N/A", "1e2"),
    ]
    found = mistakes(book(tmp_path / "m.xlsx", rows))
    places = [line.split("“成绩”: ")[1].split(" ")[0] for line in found]
    assert places == ["D2", "E2", "B3", "A3", "D3", "E3", "A4", "B4", "D4", "E4", "B5", "C5", "D5", "E5"]
    assert found[0] == (
        "m.xlsx: sheet “成绩”: D2 (第一阶段): found “100.5”; "
        "allowed: a mark from 0 to 100 as a plain number, or 缺考 (absent)"
    )
    for place, said in (
        ("A3", "row 2 has it too"),
        ("D3", "a blank cell"),
        ("C5", "formula"),
        ("D5", "error value"),
    ):
        assert said in found[places.index(place)], place
    assert not any("\u202e" in line for line in found)


def test_marks_up_to_the_maximum(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "m.csv", [HEADER, ("A1", "甲", "", 150, 100.01)])
    assert len(mistakes(path)) == 2
    assert read_marks(path, scale=Fraction(150)).scheme.stages[0].parts[0].maximum == 150
    rows = [HEADER, ("满分", "", "", 30, ""), ("A1", "甲", "", 30.5, 100)]
    assert "from 0 to 30 " in mistakes(csv_file(tmp_path / "n.csv", rows))[0]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (("编号", "姓名", "第一阶段"), "no column 第二阶段"),
        (("编号", "单位", "第一阶段", "第二阶段"), "no header row"),
        (("编号", "姓名", "第一阶段", "stage1.typing", "第二阶段"), "either one mark, or parts"),
        (("编号", "姓名", "第一阶段", "stage1", "第二阶段"), "either one mark, or parts"),
        (("编号", "姓名", "第一阶段·a", "stage1.b", "第二阶段"), "no weight for a, b"),
        (("编号", "姓名", "第一阶段·a (30%)", "stage1.b (60%)", "第二阶段"), "30 + 60"),
        (("编号", "姓名", "第一阶段·a (300%)", "stage1.b (60%)", "第二阶段"), "0 to 100 percent"),
        (("编号", "姓名", "第一阶段 (60%)", "第二阶段"), "one for each stage"),
        (("编号", "姓名", "第一阶段 (60%)", "第二阶段 (60%)"), "a sum of 100"),
        (("编号", "姓名", "姓名", "第一阶段", "第二阶段"), "one column 姓名"),
        (("编号", "姓名", "第一阶段??", "第二阶段"), "第一阶段·听打"),
    ],
)
def test_headers_that_cannot_be_meant(tmp_path: Path, header: Sequence[str], says: str) -> None:
    found = mistakes(csv_file(tmp_path / "m.csv", [header, ("A1", *range(1, len(header)))]))
    assert says in found[0], found


def test_parts_of_the_call_must_be_those_of_the_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "m.csv", [PARTS, ("A1", "甲", 80, 90, 70, 60)])
    found = mistakes(path, parts={0: {"听打": Fraction(50), "口试": Fraction(50)}})
    assert found == ["--parts: found 听打, 口试 for 第一阶段 (stage1); the columns have: 听打, 机考, 在线"]


def test_which_sheet(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", GOOD, 复核=GOOD, 示例=GOOD)
    assert mistakes(path) == ["m.xlsx: marks in several sheets: “成绩”, “复核”; say which by --sheet NAME"]
    assert read_marks(path, sheet="复核").sheet == "复核"
    assert "sheets: 成绩, 复核, 示例" in mistakes(path, sheet="别的")[0]
    made = openpyxl.load_workbook(path)
    made["成绩"].sheet_state = "hidden"
    made.save(path)
    assert read_marks(path).sheet == "复核"


def test_no_contestant(tmp_path: Path) -> None:
    assert "no contestant" in mistakes(csv_file(tmp_path / "m.csv", [HEADER]))[0]


def with_formula(path: Path, saved: str) -> Path:
    """A workbook whose D2 is a formula, with what the program saved as its value."""
    return edit(
        book(path, GOOD),
        lambda text: text.replace('<c r="D2" t="n"><v>88.5</v></c>', f'<c r="D2"><f>44.25*2</f>{saved}</c>'),
    )


def test_the_saved_value_of_a_formula_counts(tmp_path: Path) -> None:
    marks = read_marks(with_formula(tmp_path / "m.xlsx", "<v>88.499999999999999</v>"))
    check_good(marks)
    assert marks.notes == ("1 cells are formulas; the values saved with them are taken",)


def test_a_saved_value_counts_to_the_digits_that_spreadsheets_show(tmp_path: Path) -> None:
    marks = read_marks(with_formula(tmp_path / "m.xlsx", f"<v>{0.1 + 0.2}</v>"))
    assert marks.candidates[0].marks[0] == (Fraction(3, 10),)


def test_a_formula_without_a_saved_value_is_refused(tmp_path: Path) -> None:
    found = mistakes(with_formula(tmp_path / "m.xlsx", ""))
    assert len(found) == 1 and "D2" in found[0] and "formula without a saved value" in found[0]


def test_a_workbook_with_macros_is_only_read(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsm", GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not run")
    check_good(read_marks(path))


def test_a_file_over_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"x" * (marks_file.MAX_FILE_BYTES + 1))
    assert "larger than 10 MB" in mistakes(path)[0]


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", GOOD)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * (marks_file.MAX_UNPACKED_BYTES + 1))
    assert path.stat().st_size < 1_000_000
    assert "unpacks to" in mistakes(path)[0]


def test_a_small_file_of_very_many_cells(tmp_path: Path) -> None:
    cells = "<row>" + "<c/>" * marks_file.MAX_ELEMENTS + "</row></sheetData>"
    path = edit(book(tmp_path / "m.xlsx", GOOD), lambda text: text.replace("</sheetData>", cells))
    assert path.stat().st_size < 100_000
    assert "too many cells" in mistakes(path)[0]


def test_an_entity_bomb(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "haha">{entities}]>'
    path = edit(book(tmp_path / "m.xlsx", GOOD), lambda text: bomb + text.replace("88.5", "&l11;"))
    assert "not a readable XLSX workbook" in mistakes(path)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [('<row r="3"', '<row r="999999999"'), ('r="A3"', 'r="XFE3"')],
)
def test_a_sheet_that_claims_to_be_endless(tmp_path: Path, old: str, new: str) -> None:
    path = edit(book(tmp_path / "m.xlsx", GOOD), lambda text: text.replace(old, new))
    assert mistakes(path)


def test_too_many_rows(tmp_path: Path) -> None:
    rows = [HEADER, *((f"A{n}", "甲", "", 1, 2) for n in range(marks_file.MAX_ROWS))]
    assert "too many rows" in mistakes(csv_file(tmp_path / "m.csv", rows))[0]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("m.xls", b"x", "allowed: .xlsx"),
        ("m.xlsx", b"\xd0\xcf\x11\xe0 password", "remove any password"),
        ("m.xlsx", b"PK\x05\x06" + b"\0" * 18, "not a readable XLSX"),
        ("m.csv", b"\xff\xfen\0a\0", "NUL"),
        ("m.csv", b"\xff\xff\xff", "UTF-8"),
        ("m.csv", b'a,"b', "malformed CSV"),
        ("m.csv", b"", "no header row"),
        ("gone/m.csv", None, "cannot be read"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, name: str, data: bytes | None, says: str) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    assert says in mistakes(path)[0]


def test_a_workbook_cut_off_anywhere_is_a_mistake_not_a_crash(tmp_path: Path) -> None:
    whole = book(tmp_path / "m.xlsx", GOOD).read_bytes()
    stream = io.BytesIO(whole)
    assert zipfile.is_zipfile(stream)
    for end in range(0, len(whole) - 1, len(whole) // 40):
        (tmp_path / "m.xlsx").write_bytes(whole[:end])
        assert mistakes(tmp_path / "m.xlsx")
