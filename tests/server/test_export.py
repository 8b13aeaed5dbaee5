"""What is exported is what the log says: read back from each format, written whole or not at all, checked before."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import defaultdict
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server import cli, export
from server.export import json_, words
from server.export.csv_ import COLUMNS
from server.game.rulebook import Text
from server.result import Result
from tests.game.play import rules

from .played_logs import played, short_book, store, with_names

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "result.md"
PEOPLE = (
    ("=HYPERLINK(1)", "+单位"),
    ("㛃䶮", "-2+3"),
    (
        "阿不都热依木·阿布力克木·买买提江",
        "新疆维吾尔自治区乌鲁木齐市分公司客户服务中心双语座席组（第一运营室）",
    ),
    ("@欧阳", "广州分公司"),
    ("𠮷田喆", "沈阳\x07分公司"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def certified(folder: Path) -> Path:
    return store(played(with_names(short_book(), PEOPLE), 3).log, folder / "certified.db")


@pytest.fixture(scope="module")
def doubtful(folder: Path) -> Path:
    """A rehearsal that the chief judge has not signed, its scores below zero and its texts in English."""
    book = short_book(language="en", base_cp=-50_000, title=Text("决赛", "The Final"))
    return store(played(book, 4, signatures=1).log, folder / "doubtful.db", rehearsal=True)


@pytest.fixture(scope="module")
def result(certified: Path) -> Result:
    return export.read_result(certified)


def workbook(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(export.export_bytes(path, "xlsx")))


def values(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_holds_the_result(certified: Path, result: Result) -> None:
    book = workbook(certified)
    assert book.sheetnames[:3] == ["成绩证书", "各环节得分", "得分记录"]
    front = values(book["成绩证书"])
    head = next(index for index, row in enumerate(front) if row[0] == "名次")
    for row, place in zip(front[head + 1 :], result.places, strict=False):
        assert row[1:5] == [place.seat, place.number, place.name, place.unit.replace("\x07", "")]
        assert round(row[6] * 100) == place.score_cp
    entries = values(book["得分记录"])[1:]
    assert [(row[0], round(row[6] * 100), round(row[7] * 100)) for row in entries] == [
        (one.seq, one.change_cp, one.score_cp) for one in result.entries
    ]
    assert any(result.head in str(row[0]) for row in front)


def test_no_cell_is_a_formula_whatever_people_are_called(certified: Path) -> None:
    found = []
    for sheet in workbook(certified):
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row), sheet.title
            found += [cell.value for cell in row if isinstance(cell.value, str)]
    assert "=HYPERLINK(1)" in found and "+单位" in found and "-2+3" in found and "@欧阳" in found


def test_every_sheet_prints_on_a4_with_its_head_on_each_page(certified: Path) -> None:
    for sheet in workbook(certified):
        assert (
            int(sheet.page_setup.paperSize) == int(sheet.PAPERSIZE_A4)
            and sheet.sheet_properties.pageSetUpPr.fitToPage
        )
        if sheet.title not in ("成绩证书", "记录"):
            assert sheet.freeze_panes is not None and sheet.print_title_rows
        widths = [column.width for column in sheet.column_dimensions.values()]
        assert widths and all(8 <= width <= 50 for width in widths)


def test_a_rehearsal_nobody_signed_says_so_on_every_sheet(doubtful: Path) -> None:
    for sheet in workbook(doubtful):
        said = " ".join(str(cell) for row in values(sheet)[:5] for cell in row if cell)
        assert "Rehearsal" in said and "NOT CERTIFIED" in said, sheet.title


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_changes_of_the_table_add_up_to_the_scores(certified: Path, result: Result) -> None:
    rows = read_csv(export.export_bytes(certified, "csv"))
    assert tuple(rows[0]) == COLUMNS
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        sums[row["seat"]] += float(row["change"])
        assert float(row["score_after"]) == pytest.approx(sums[row["seat"]])
        assert row["log_head"] == result.head and (row["certified"], row["rehearsal"]) == ("yes", "no")
    for place in result.places:
        assert sums[str(place.seat)] * 100 == pytest.approx(place.score_cp)
    assert len(rows) == len(result.entries) + len(result.places)


def test_the_table_holds_no_formula(certified: Path) -> None:
    rows = read_csv(export.export_bytes(certified, "csv"))
    assert {row["name"] for row in rows} >= {"'=HYPERLINK(1)", "'@欧阳", "㛃䶮"}
    for row in rows:
        for key, value in row.items():
            assert not value.startswith(("=", "+", "@")), key
            assert not value.startswith("-") or key in ("change", "score_after")


def keys_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = (keys_in(one) for key, one in value.items() if key not in ("title", "subtitle"))
        return set(value).union(*inner)
    if isinstance(value, list):
        return set().union(*(keys_in(one) for one in value))
    return set()


def test_every_key_of_the_json_is_documented(certified: Path, doubtful: Path) -> None:
    documented = set(re.findall(r"`(\w+)`", DOCUMENT.read_text(encoding="utf-8")))
    for path in (certified, doubtful):
        content = json.loads(export.export_bytes(path, "json"))
        assert keys_in(content) <= documented, keys_in(content) - documented
        assert list(content)[:2] == ["format", "format_version"]
    assert set(COLUMNS) <= documented


def test_the_json_is_the_result(certified: Path, result: Result) -> None:
    content = json.loads(export.export_bytes(certified, "json"))
    assert content["log"]["head"] == result.head and content["certified"] is True
    assert [one["name"] for one in content["places"]] == [one.name for one in result.places]
    assert sum(round(one["change"] * 100) for one in content["entries"]) == sum(
        one.change_cp for one in result.entries
    )
    for one, total in zip(content["sums"], result.sums, strict=True):
        whole = one["base"] + sum(one["rounds"]) + one["outside_rounds"]
        assert round(whole * 100) == total.score_cp == round(one["score"] * 100)
    assert json_.document(result) == content


@pytest.mark.parametrize("file_format", export.FORMATS)
def test_one_log_gives_one_file(file_format: str, doubtful: Path) -> None:
    if file_format == "xlsx":  # a workbook's archive keeps the time of its making: its cells are compared
        first, second = workbook(doubtful), workbook(doubtful)
        assert [values(sheet) for sheet in first] == [values(sheet) for sheet in second]
    else:
        assert export.export_bytes(doubtful, file_format) == export.export_bytes(doubtful, file_format)


def test_figures_are_written_as_people_write_them() -> None:
    assert [words.points(cp) for cp in (0, 1000, -1000, 8767, -50)] == ["0", "10", "−10", "87.67", "−0.50"]
    assert [words.change(cp) for cp in (0, 1000, -1050)] == ["0", "+10", "−10.50"]
    assert words.milliseconds(1_234_567) == "1.235" and words.milliseconds(-20_000) == "−0.020"
    assert words.milliseconds(60_001, up=True) == "0.061", "what is not known is never made smaller"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "result.csv"
    export.write_whole(target, b"one")
    with pytest.raises(export.CannotWrite, match="--force"):
        export.write_whole(target, b"two")
    export.write_whole(target, b"two", force=True)
    assert target.read_bytes() == b"two"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(export.CannotWrite, match="No space left"):
        export.write_whole(target, b"three", force=True)
    assert target.read_bytes() == b"two" and list(tmp_path.iterdir()) == [target]
    with pytest.raises(export.CannotWrite, match="is a folder"):
        export.write_whole(tmp_path, b"four", force=True)
    with pytest.raises(export.CannotWrite, match="No such file"):
        export.write_whole(tmp_path / "nowhere" / "a.csv", b"five")


def test_the_command_writes_warns_and_refuses(
    doubtful: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "result.json"
    command = ["export", str(doubtful), "--format", "json", "-o", str(target)]
    assert cli.main([*command, "--json"]) == 0
    said = capsys.readouterr()
    about = json.loads(said.out)
    assert (
        about["certified"] is False and about["rehearsal"] is True and about["bytes"] == target.stat().st_size
    )
    assert "NOT CERTIFIED (signature missing: Chief judge)" in said.err and "Rehearsal" in said.err
    assert cli.main(command) == 2 and "--force" in capsys.readouterr().err
    assert cli.main([*command, "--force"]) == 0
    assert cli.main(["export", str(doubtful), "--format", "pdf", "-o", "-"]) == 2
    assert cli.main(["export", str(doubtful), "--format", "csv", "-o", str(tmp_path / "no" / "a.csv")]) == 2


def test_csv_and_json_go_to_standard_output(
    doubtful: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert cli.main(["export", str(doubtful), "--format", "csv", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == export.export_bytes(doubtful, "csv")


def test_a_log_of_no_contest_is_refused_as_replay_refuses_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "contest.db"
    text.write_text("no log at all" * 100)
    for path in (text, tmp_path / "missing.db"):
        assert cli.main(["replay", str(path)]) == 2
        refused = capsys.readouterr().err
        target = tmp_path / "out.json"
        assert cli.main(["export", str(path), "--format", "json", "-o", str(target)]) == 2
        assert capsys.readouterr().err == refused and not target.exists()
    with pytest.raises(ValueError, match="no format 'doc'"):
        export.export_bytes(text, "doc")


def test_many_contestants_and_no_buzzer_at_all(tmp_path: Path) -> None:
    book = with_names(
        short_book(rounds=(rules("compulsory", turns=1),), tie_break=None),
        [(f"选手{number}", "单位") for number in range(12)],
    )
    path = store(played(book, 1, corrections=0).log, tmp_path / "twelve.db")
    for file_format in export.FORMATS:
        assert export.export_bytes(path, file_format)
