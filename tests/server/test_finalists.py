"""`run.py finalists`: from real sheets to a contest that has the five, and none of their marks."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server import cli
from server.contest.file import PRESET, read_contest

HEADER = ("编号", "姓名", "单位", "第一阶段", "第二阶段")
# Totals: A1 91.37, A2 and A3 88.88, A4 83.33, A5 77.77, A6 71.11; A7 was absent.
FIELD: tuple[tuple[Any, ...], ...] = (
    ("A6", "己", "六局", 71.11, 71.11),
    ("A3", "丙", "三局", 87.77, 89.99),
    ("A1", "甲", "一局", 91.37, 91.37),
    ("A7", "庚", "七局", 99, "缺考"),
    ("A5", "戊", "五局", 77.77, 77.77),
    ("A2", "乙", "二局", 89.99, 87.77),
    ("A4", "丁", "四局", 83.33, 83.33),
)
TIE = (*FIELD, ("A8", "辛", "八局", 77.57, 77.97))


def sheet(path: Path, rows: Sequence[Sequence[Any]] = FIELD, header: Sequence[str] = HEADER) -> Path:
    if path.suffix == ".csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in (header, *rows)), encoding="gb18030")
        return path
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(row)
    book.save(path)
    return path


def run(*arguments: object) -> int:
    try:
        return cli.main(["finalists", *map(str, arguments)])
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code


def as_json(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> dict[str, Any]:
    assert run(*arguments, "--json") == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def seats(path: Path) -> list[str]:
    return [contestant.number for contestant in read_contest(path).contestants]


@pytest.mark.parametrize("name", ["marks.xlsx", "marks.csv"])
def test_the_five_with_places_and_totals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    found = as_json(capsys, sheet(tmp_path / name))
    assert [(one["place"], one["number"], one["total"]) for one in found["finalists"]] == [
        (1, "A1", 91.37),
        (2, "A2", 88.88),
        (2, "A3", 88.88),
        (4, "A4", 83.33),
        (5, "A5", 77.77),
    ]
    assert found["finalists"][0] == {
        "place": 1, "number": "A1", "name": "甲", "unit": "一局", "total": 91.37, "seat": 1,
    }  # fmt: skip
    assert found["tie_at_cut"] == [] and found["written"] is None
    assert [(one["number"], one["status"]) for one in found["ranking"][5:]] == [
        ("A6", "out"),
        ("A7", "absent"),
    ]
    absent = found["ranking"][6]
    assert (absent["place"], absent["stage1"], absent["stage2"], absent["total"]) == (None, 99, None, None)


def test_the_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(sheet(tmp_path / "m.xlsx")) == 0
    lines = capsys.readouterr().out.splitlines()
    for word in ("rank", "number", "name", "unit", "stage 1", "stage 2", "total", "in/out"):
        assert word in lines[0]
    assert lines[2].split() == ["2", "A2", "乙", "二局", "89.99", "87.77", "88.88", "入围", "in"]
    assert lines[6].split()[-1] == "out" and lines[7].split()[:2] == ["—", "A7"] and "缺考" in lines[7]
    assert lines[8] == "7 contestants, 1 absent; 50 % + 50 %; total to 2 decimals, half up"


def test_the_contest_has_the_five_and_everything_else_of_the_preset(tmp_path: Path) -> None:
    made = tmp_path / "contest.toml"
    assert run(sheet(tmp_path / "marks.xlsx"), "-o", made) == 0
    book = read_contest(made)
    assert [(c.seat, c.number, c.name, c.unit) for c in book.contestants] == [
        (1, "A1", "甲", "一局"),
        (2, "A2", "乙", "二局"),
        (3, "A3", "丙", "三局"),
        (4, "A4", "丁", "四局"),
        (5, "A5", "戊", "五局"),
    ]
    text, preset = made.read_bytes(), PRESET.read_bytes()
    before, after = preset.index(b"[[contestant]]"), preset.index(b"\n[[judge]]")
    assert text.startswith(preset[:before]) and text.endswith(preset[after:])
    assert text.count(preset[after:]) == 1 and "欧阳慧敏".encode() not in text
    assert stat.S_IMODE(made.stat().st_mode) == 0o644


def test_no_mark_is_carried_over(tmp_path: Path) -> None:
    """Neither a mark nor a total is anywhere in the contest, and everybody begins with the same base score."""
    made = tmp_path / "contest.toml"
    assert run(sheet(tmp_path / "m.xlsx", TIE), "--decide", "A8", "--decided-by", "裁判长", "-o", made) == 0
    document = tomllib.loads(made.read_text(encoding="utf-8"))
    assert all(set(row) == {"seat", "number", "name", "unit"} for row in document["contestant"])
    assert {key: document[key] for key in document if key != "contestant"} == {
        key: value
        for key, value in tomllib.loads(PRESET.read_text(encoding="utf-8")).items()
        if key != "contestant"
    }
    figures = set(re.findall(r"[0-9]+\.[0-9]+", made.read_text(encoding="utf-8")))
    assert figures == set(re.findall(r"[0-9]+\.[0-9]+", PRESET.read_text(encoding="utf-8")))
    assert read_contest(made).base_cp == read_contest(PRESET).base_cp


def test_a_tie_at_the_last_place_is_shown_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks, made = sheet(tmp_path / "m.xlsx", TIE), tmp_path / "contest.toml"
    assert run(marks, "-o", made) == 1
    told = capsys.readouterr()
    assert not made.exists() and list(tmp_path.iterdir()) == [marks]
    assert told.out.count("待定 tie") == 2 and "seat 1" not in told.out
    assert "tie for the last 1 of 5 places: A5 戊, A8 辛" in told.err and "--decide" in told.err
    found = as_json(capsys, marks, "-o", made, status=1)
    assert [one["number"] for one in found["finalists"]] == ["A1", "A2", "A3", "A4"]
    assert [(one["number"], one["place"]) for one in found["tie_at_cut"]] == [("A5", 5), ("A8", 5)]
    assert (found["open_places"], found["written"]) == (1, None) and not made.exists()


def test_a_decision_is_recorded_with_who_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks, made = sheet(tmp_path / "m.xlsx", TIE), tmp_path / "contest.toml"
    assert run(marks, "--decide", "a8", "--decided-by", "裁判长周敏，加试", "-o", made) == 0
    assert seats(made) == ["A1", "A2", "A3", "A4", "A8"]
    (note,) = [
        line for line in made.read_text(encoding="utf-8").splitlines() if line.startswith("# [finalists] tie")
    ]
    assert note == (
        "# [finalists] tie at the last place 末位同分 (A5, A8), decided 裁定入围: A8; decided by 裁定人: 裁判长周敏，加试"
    )
    assert run(marks, "--decide", "A5", "-o", made, "--force") == 0
    assert "not stated" in capsys.readouterr().err
    assert "not stated 未注明" in made.read_text(encoding="utf-8") and "A8;" not in made.read_text(
        encoding="utf-8"
    )


def test_a_tie_that_only_rounding_makes_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*FIELD[:-1], ("A4", "丁", "四局", 77.77, 77.78), ("A9", "壬", "", 60, 60)]
    marks = sheet(tmp_path / "m.xlsx", [*rows, ("A8", "辛", "", 77.78, 77.78)])
    assert run(marks, "--take", 4) == 1
    assert "before rounding to 2 decimals their totals differ" in capsys.readouterr().err
    found = as_json(capsys, marks, "--take", 4, "--decimals", 3)
    assert [one["number"] for one in found["finalists"]] == ["A1", "A2", "A3", "A8"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--decide", "A6"), "A6: not among those tied at the last place; tied: A5, A8"),
        (("--decide", "A5,A8"), "2 decided, 1 to decide"),
        (("--decided-by", "x"), "--decided-by: found without --decide"),
        (("--decide", "A5", "--decided-by", "x\ny"), "one line"),
        (("--take", "4", "--decide", "A4"), "nothing to decide"),
        (("--take", "10"), "--take: found 10; allowed: 2 to 9"),
        (("--weights", "50,40"), "--weights: found '50,40'"),
        (("--weights", "fifty"), "--weights"),
        (("--parts", "stage3=a:100"), "--parts"),
        (("--parts", "stage1=a:60,b:60"), "--parts"),
        (("--parts", "stage1=a:100;stage1=a:100"), "--parts"),
        (("--max", "0"), "--max"),
        (("--seats", "drawn"), "--seed: needed"),
        (("--seed", "1"), "--seed: needed"),
        (("--contest", "x.toml"), "say where to write"),
        (("--max", "80"), "from 0 to 80"),
        (("--decimals", "7"), "invalid choice"),
        (("--sheet", "x"), "found no sheet"),
    ],
)
def test_wrong_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    made = tmp_path / "contest.toml"
    output = () if "--contest" in arguments else ("-o", made)
    assert run(sheet(tmp_path / "m.xlsx", TIE), *output, *arguments) == 2
    told = capsys.readouterr()
    assert says in told.err and told.out == "" and not made.exists()


def test_all_mistakes_of_a_call_and_of_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("A1", "甲", "", 101, ""), ("A1", "乙", "", "x", 5)]
    found = as_json(capsys, sheet(tmp_path / "m.xlsx", rows), status=2)
    assert not found["ok"] and len(found["mistakes"]) == 4
    assert run(sheet(tmp_path / "m.xlsx"), "--weights", "1,1", "--take", 1, "--max", "-") == 2
    told = capsys.readouterr().err
    assert all(option in told for option in ("--weights", "--take", "--max"))
    assert run() == 2 and "--template" in capsys.readouterr().err


def test_weights_change_who_is_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks = sheet(
        tmp_path / "m.csv", [("1", "甲", "", 90, 60), ("2", "乙", "", 60, 90), ("3", "丙", "", 70, 70)]
    )
    for weights, order in (("70,30", ["1", "3"]), ("30,70", ["2", "3"])):
        found = as_json(capsys, marks, "--weights", weights, "--take", 2)
        assert [one["number"] for one in found["finalists"]] == order
    assert found["finalists"][0]["total"] == 81


def test_parts_of_a_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = ("编号", "姓名", "stage1.听打", "stage1.机考", "stage1.在线", "第二阶段")
    marks = sheet(tmp_path / "m.xlsx", [("1", "甲", 80, 90, 70, 60), ("2", "乙", 90, 80, 70, 60)], header)
    assert run(marks, "--take", 2) == 2 and "--parts" in capsys.readouterr().err
    found = as_json(capsys, marks, "--take", 2, "--parts", "stage1=听打:20，机考:50，在线:30")
    assert [(one["number"], one["stage1"], one["total"]) for one in found["ranking"]] == [
        ("1", 82, 71),
        ("2", 79, 69.5),
    ]
    assert Fraction(80 * 20 + 90 * 50 + 70 * 30, 100) == 82


def test_too_few_is_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks, made = sheet(tmp_path / "m.xlsx", FIELD[:5]), tmp_path / "contest.toml"
    assert run(marks, "-o", made) == 1
    assert "--take 4" in capsys.readouterr().err and not made.exists()
    assert run(marks, "-o", made, "--take", 4) == 0 and len(seats(made)) == 4


def test_seats(tmp_path: Path) -> None:
    marks, made = sheet(tmp_path / "m.xlsx"), tmp_path / "contest.toml"
    assert run(marks, "-o", made, "--seats", "reversed") == 0
    assert seats(made) == ["A5", "A4", "A3", "A2", "A1"]
    orders = set()
    for seed in ("1", "2", "3", "1"):
        assert run(marks, "-o", made, "--force", "--seats", "drawn", "--seed", seed) == 0
        assert f"firstpress-draw-1 over the numbers, seed 种子: {seed}\n" in made.read_text(encoding="utf-8")
        assert made.read_text(encoding="utf-8").count("# [finalists] seats") == 1
        orders.add(tuple(seats(made)))
    assert len(orders) == 3 and all(sorted(order) == ["A1", "A2", "A3", "A4", "A5"] for order in orders)


def test_a_contest_of_ones_own_keeps_every_other_byte(tmp_path: Path) -> None:
    text = PRESET.read_text(encoding="utf-8")
    head, tail = text.split("[[contestant]]")[0], text[text.index("\n[[judge]]") :]
    own = tmp_path / "own.toml"
    own.write_bytes(("# 我们的\r\n" + head + tail + "# end, no line end").encode())
    made = tmp_path / "made.toml"
    assert run(sheet(tmp_path / "m.xlsx"), "--contest", own, "-o", made) == 0
    assert made.read_bytes().startswith(own.read_bytes()) and len(seats(made)) == 5


def test_nothing_is_written_over_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks, made = sheet(tmp_path / "m.xlsx"), tmp_path / "contest.toml"
    made.write_text("mine")
    made.chmod(0o600)
    assert run(marks, "-o", made) == 2 and "--force" in capsys.readouterr().err
    assert made.read_text() == "mine"
    assert run(marks, "-o", made, "--force") == 0 and len(seats(made)) == 5
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contest.toml", "m.xlsx"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "Invalid value"),
        ("title = 'x'\nbase = 'y'\n", "made.toml (not written)"),
        ("contestant = [{name = 'x'}]\n", "[[contestant]] table of its own"),
        (None, "cannot be read"),
    ],
)
def test_a_contest_with_mistakes_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, says: str
) -> None:
    own, made = tmp_path / "own.toml", tmp_path / "made.toml"
    if text is not None:
        own.write_text(text)
    assert run(sheet(tmp_path / "m.xlsx"), "--contest", own, "-o", made) == 2
    assert says in capsys.readouterr().err
    assert not made.exists() and not list(tmp_path.glob(".made*"))


def test_another_preset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks, made = sheet(tmp_path / "m.xlsx"), tmp_path / "made.toml"
    assert run(marks, "--take", 3, "--contest", "preset:school-3", "-o", made) == 0
    assert seats(made) == ["A1", "A2", "A3"]
    assert read_contest(made).rounds == read_contest(PRESET.parent / "school-3.toml").rounds
    assert run(marks, "--contest", "preset:gone", "-o", made, "--force") == 2
    assert "preset" in capsys.readouterr().err


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(sheet(tmp_path / "m.xlsx"), "-o", tmp_path / "gone" / "c.toml") == 2
    assert "folder" in capsys.readouterr().err


def test_the_template_is_empty_and_its_examples_can_be_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "template.xlsx"
    assert run("--template", template) == 0
    assert run("--template", template) == 2 and "--force" in capsys.readouterr().err
    assert run("--template", tmp_path / "t.csv") == 2
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["成绩", "示例", "说明"]
    assert run(template) == 2 and "no contestant" in capsys.readouterr().err
    found = as_json(capsys, template, "--sheet", "示例")
    assert len(found["finalists"]) == 5 and found["finalists"][0]["number"] == "A01"
    for row in FIELD[:-2]:
        book["成绩"].append([*row[:3], 80, row[3], 80, row[4]])
    book.save(template)
    assert len(as_json(capsys, template, "--take", "4")["finalists"]) == 4
