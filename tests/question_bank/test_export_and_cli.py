"""What is exported comes back unchanged and harmless to a spreadsheet; the command keeps its promises."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank import cli, importers
from question_bank.bank import Bank
from question_bank.exporters import csv_text, export_csv
from question_bank.importers import import_file
from question_bank.question import KeyPoint, Question
from question_bank.tables import guard, unguard
from tests.question_bank.makers import SCENARIO, SINGLE, scenario, single, write_csv

FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")


def back(questions: list[Question], folder: Path) -> list[Question]:
    """The questions after an export and an import."""
    path = folder / "out.csv"
    export_csv(questions, path, path.parent)
    (folder / "bank.db").unlink(missing_ok=True)
    with Bank(folder / "bank.db") as bank:
        report = import_file(bank, path)
        assert report.errors == ()
        return bank.all()


def test_what_looks_like_a_formula_makes_the_round_trip_as_harmless_text(tmp_path: Path) -> None:
    questions = [
        single(
            1, prompt="=SUM(A1) 是什么？", options=("+86", "-1", "@某人", "'=1"), answer="D", source="＝依据"
        ),
        scenario(2, prompt="'''+3 怎样念？", key_points=(KeyPoint("=a | b", 1), KeyPoint("-c", 1999))),
    ]
    for row in csv.reader(io.StringIO(csv_text(questions))):
        assert not [cell for cell in row if FORMULA.match(cell)]
    assert back(questions, tmp_path) == questions


@settings(database=None)
@given(st.text(st.sampled_from("'=+-@＝\t\ra "), max_size=6))
def test_guard_is_safe_and_comes_off_again(text: str) -> None:
    assert not FORMULA.match(guard(text))
    assert unguard(guard(text)) == text


def test_an_export_is_whole_private_and_readable_by_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")
    assert export_csv([single()], path, tmp_path) == 1
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileNotFoundError):
        export_csv([single()], tmp_path / "nowhere" / "out.csv", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command."""
    status = cli.main([str(part) for part in argv])
    out, err = capsys.readouterr()
    return status, out, err


def as_json(text: str) -> dict[str, Any]:
    """The one JSON object of an output."""
    data = json.loads(text)
    assert isinstance(data, dict)
    return data


def test_import_stats_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "new" / "data"
    sheet = write_csv(tmp_path / "q.csv", [SINGLE, SCENARIO])
    status, out, err = run(capsys, "import", sheet, "--data", data)
    assert (status, out) == (0, "已导入：新增 2，替换 0，未变 0。\n") and "错误" not in err
    status, out, err = run(capsys, "import", sheet, "--data", data, "--json")
    report = as_json(out)
    assert (status, report["ok"], report["unchanged"], report["rounds"]) == (
        0,
        True,
        2,
        {"buzz_in": 1, "scenario": 1},
    )

    status, out, err = run(capsys, "stats", "--data", data, "--json")
    assert (status, as_json(out)["round"]) == (0, {"buzz_in": 1, "scenario": 1})
    status, out, err = run(capsys, "stats", "--data", data)
    assert status == 0 and "总数\t2\n" in out and "抢答题\t1\n" in out and "投诉处理\t1\n" in out
    status, out, err = run(capsys, "stats", "--data", data, "--lang", "en")
    assert status == 0 and "total\t2\n" in out and "buzz_in\t1\n" in out

    exported = tmp_path / "out.csv"
    status, out, err = run(capsys, "export", "--data", data, "-o", exported, "--json")
    assert (status, as_json(out)["questions"]) == (0, 2)
    status, out, err = run(capsys, "import", exported, "--data", data, "--lang", "en")
    assert (status, out) == (0, "imported: 0 new, 0 replaced, 2 unchanged.\n")


def test_a_bad_sheet_is_wrong_input_and_a_failed_check_is_a_no(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    sheet = write_csv(tmp_path / "q.csv", [{**SINGLE, "答案": "E", "等级": "?"}])
    status, out, err = run(capsys, "import", sheet, "--data", data, "--check")
    assert (status, out) == (1, "")
    assert err.count("第 2 行") == 2 and "没有导入任何题目" in err
    assert not data.exists()
    status, out, err = run(capsys, "import", sheet, "--data", data, "--json", "--lang", "en")
    report = as_json(out)
    assert (status, report["ok"], len(report["errors"])) == (2, False, 2)
    assert report["errors"][0]["cell"] == "I2" and report["errors"][0]["zh"]
    assert "nothing was imported" in err
    good = write_csv(tmp_path / "g.csv", [SINGLE])
    assert run(capsys, "import", good, "--data", data, "--check")[:2] == (
        0,
        "可以导入：新增 1，替换 0，未变 0。\n",
    )
    status, out, err = run(capsys, "stats", "--data", data, "--json")
    assert as_json(out)["total"] == 0


def test_replace_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = write_csv(tmp_path / "1.csv", [SINGLE])
    second = write_csv(tmp_path / "2.csv", [{**SINGLE, "答案": "C"}])
    assert run(capsys, "import", first, "--data", tmp_path)[0] == 0
    status, _, err = run(capsys, "import", second, "--data", tmp_path)
    assert status == 2 and "--replace" in err
    assert run(capsys, "import", second, "--data", tmp_path, "--replace")[0] == 0
    with Bank(tmp_path / "bank.db") as bank:
        assert [q.answer for q in bank.all()] == ["C"]


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        ([], 2),
        (["search", "--limit", "-1"], 2),
        (["import"], 2),
        (["export"], 2),
        (["--help"], 0),
        (["import", "--help"], 0),
    ],
)
def test_calls_and_their_status(argv: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *argv)[0] == status


def test_what_is_not_there_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "stats", "--data", tmp_path)
    assert (status, out) == (2, "") and "没有这个题库文件" in err
    status, out, err = run(capsys, "stats", "--data", tmp_path, "--json", "--lang", "en")
    assert status == 2 and as_json(out)["ok"] is False and "there is no such bank" in err
    status, _, err = run(capsys, "export", "--data", tmp_path, "-o", tmp_path / "x.csv")
    assert status == 2 and not (tmp_path / "x.csv").exists()
    status, _, err = run(capsys, "export", "--data", tmp_path, "-o", tmp_path / "x.doc")
    assert status == 2 and ".csv" in err
    status, _, err = run(capsys, "import", tmp_path / "none.csv", "--data", tmp_path)
    assert status == 2 and "none.csv" in err


def test_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importers, "import_files", interrupted)
    assert cli.main(["import", "x.csv", "--data", str(tmp_path)]) == 130


def test_csv_and_the_bank_work_without_loading_openpyxl_or_the_server() -> None:
    code = (
        "import sys, question_bank.cli, question_bank.samples;"
        "assert not {'openpyxl', 'server', 'eventlet'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(cli.__file__).parents[1], check=False)
    assert done.returncode == 0
