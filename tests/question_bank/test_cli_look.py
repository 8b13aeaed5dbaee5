"""The commands that look: search, show, history, stats; and the bank under the hands of the sqlite-utils command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from question_bank import cli
from question_bank.bank import Bank
from question_bank.blueprint import Line
from tests.question_bank.makers import scenario, single


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a bank of four questions, one of which was used twice and answered once."""
    eyes = {"author": "甲", "reviewer": "乙", "status": "reviewed"}
    with Bank(tmp_path / "bank.db") as bank:
        bank.add_all(
            [
                single(1, prompt="客户投诉宽带太慢，怎样处理？", tags=("宽带",), **eyes),
                single(2, prompt="漫游资费怎样查询？", level="高级", round="risk", value=20),
                single(3, prompt="How do you greet a caller?", language="en", pool="rehearsal"),
                scenario(4, prompt="客户要退宽带，请接听。"),
            ]
        )
        bank.record_use(["q1"], "2025 彩排", "rehearsal", "2025-05-16T09:00:00+00:00")
        bank.record_use(["q1"], "2025 决赛", "show", "2025-05-17T09:00:00+00:00")
        bank.record_result("q1", "2025 决赛", "right", 3)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], data: Path, *argv: object, **more: Any) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command."""
    status = cli.main([*(str(part) for part in argv), "--data", str(data)], **more)
    out, err = capsys.readouterr()
    return status, out, err


def test_search_by_words_and_filters(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, data, "search", "宽带")
    assert status == 0 and [line.split("\t")[0] for line in out.splitlines()] == ["q1", "q4"]
    assert "q1\t抢答题\t单选题\t常识\t初级\t已审\t客户投诉宽带太慢，怎样处理？" in out and "共 2 题" in err
    assert run(capsys, data, "search", "宽带", "--form", "scenario")[1].startswith("q4\t")
    assert run(capsys, data, "search", "宽带", "客户", "--tag", "宽带")[1].startswith("q1\t")
    assert run(capsys, data, "search", "--pool", "rehearsal", "--lang", "en")[1].split("\t")[:2] == [
        "q3",
        "buzz_in",
    ]
    assert run(capsys, data, "search", "--limit", "1", "--offset", "1")[1].count("\n") == 1
    status, out, err = run(capsys, data, "search", "量子")
    assert (status, out) == (1, "") and "共 0 题" in err
    found = json.loads(run(capsys, data, "search", "漫游", "--json")[1])
    assert (found["total"], found["questions"][0]["id"], found["questions"][0]["answer"]) == (1, "q2", "B")


def test_show_and_history(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, data, "show", "q4")
    assert status == 0 and "题干\t客户要退宽带，请接听。\n" in out
    assert "答案要点\t问候 | 4\n\t核实 | 10.25\n\t结束 | 5.75\n" in out
    assert json.loads(run(capsys, data, "show", "q2", "--json")[1])["value"] == 20
    status, out, _ = run(capsys, data, "history", "q1")
    assert out.splitlines() == [
        "2025-05-16T09:00:00+00:00\t2025 彩排\t彩排",
        "2025-05-17T09:00:00+00:00\t2025 决赛\t比赛\t答对\t3 号席位",
    ]
    assert json.loads(run(capsys, data, "history", "q1", "--json")[1])["uses"][1]["result"] == "right"
    assert "还没有用过" in run(capsys, data, "history", "q2")[2]
    status, _, err = run(capsys, data, "show", "q9")
    assert status == 2 and "没有这个题号" in err


def test_who_saw_answers_is_in_the_log_and_no_answer_is(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, data, "search", "宽带")
    run(capsys, data, "search", "宽带", "--json")
    run(capsys, data, "show", "q1")
    run(capsys, data, "export", "-o", data / "out.csv")
    with Bank(data / "bank.db") as bank:
        log = bank.access()
    assert [line["what"] for line in log] == ["export", "show", "search"]
    assert all(line["who"] and line["at"] for line in log)
    assert [line["detail"] for line in log] == ["csv, 4 questions", "q1", "2 questions with answers"]


def test_sealed_questions_say_so_and_stay_behind(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Bank(data / "bank.db") as bank:
        bank.hide(["q1"])
    assert "已封存，内容不可见" in run(capsys, data, "search", "--status", "sealed")[1]
    assert "已封存" in run(capsys, data, "show", "q1")[2]
    status, out, err = run(capsys, data, "export", "-o", data / "out.json", "--json")
    assert (status, json.loads(out)["questions"], json.loads(out)["sealed"]) == (
        0,
        3,
        1,
    ) and "1 题已封存" in err
    assert "客户投诉宽带太慢" not in (data / "out.json").read_text("utf-8")


def test_stats_against_a_blueprint(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, data, "stats")
    assert status == 0
    for line in ("总数\t4", "风险题 20\t1", "已审\t1", "彩排\t1", "英文\t1", "比赛用过\t1", "答对率\t100%"):
        assert f"{line}\n" in out

    def lines_of(contest: str) -> list[Line]:
        assert contest == "preset:default"
        return [Line("1", "buzz_in", 1, spare=1), Line("2/20", "risk", 2, value=20)]

    status, out, _ = run(capsys, data, "stats", "--contest", "preset:default", lines_of=lines_of)
    assert status == 1 and "1\t抢答题\t1\t1\t1\t0\t0\n" in out and "2/20\t风险题 20\t2\t0\t0\t0\t1\n" in out
    assert "不足：风险题 20 还差 2 题" in out
    status, out, _ = run(capsys, data, "stats", "--contest", "preset:default", "--json", lines_of=lines_of)
    assert json.loads(out)["blueprint"]["missing"][0]["needed"] == 2
    assert run(capsys, data, "stats", "--contest", "preset:default")[0] == 2


def _named(question_id: str, told: dict[str, Any]) -> bool:
    return any(question_id in note for note in told["notes"])


@pytest.mark.parametrize("name", ["gift", "aiken", "moodle-xml", "opentdb"])
def test_export_to_other_programs_says_what_it_left_out(
    data: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = data / "out.txt"
    status, out, err = run(capsys, data, "export", "-o", path, "--format", name, "--json")
    told = json.loads(out)
    assert status == 0 and path.stat().st_mode & 0o777 == 0o600 and "此文件含答案" in err
    assert told["questions"] in (3, 4) and (
        told["questions"] == 4 or any("q4" in note for note in told["notes"])
    )
    assert all(note in err for note in told["notes"])


def test_export_by_filter_by_id_and_as_pdf(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "已导出 2 题" in run(capsys, data, "export", "-o", data / "o.csv", "--round", "buzz_in")[1]
    assert "已导出 1 题" in run(capsys, data, "export", "-o", data / "o.csv", "--tag", "宽带")[1]
    assert "已导出 2 题" in run(capsys, data, "export", "-o", data / "o.zip", "--id", "q4", "q2")[1]
    assert run(capsys, data, "export", "-o", data / "o.csv", "--id", "q8")[0] == 2
    assert run(capsys, data, "export", "-o", data / "o.csv", "--answers")[0] == 2
    status, out, err = run(capsys, data, "export", "-o", data / "o.pdf", "--language", "en", "--lang", "en")
    assert status == 0 and "mode 0600" not in err and out.startswith("1 questions")
    assert (data / "o.pdf").read_bytes().startswith(b"%PDF-")
    assert (data / "o.pdf").stat().st_mode & 0o777 == 0o600


def sqlite_utils(*argv: str) -> str:
    """What the sqlite-utils command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "sqlite_utils", *argv],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_bank_works_under_the_sqlite_utils_command(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(data / "bank.db")
    tables = {row["table"] for row in json.loads(sqlite_utils("tables", path))}
    assert {"questions", "uses", "access_log", "seals"} <= tables
    rows = json.loads(sqlite_utils("rows", path, "questions", "--where", "tags like '%宽带%'", "--json-cols"))
    assert [(row["id"], row["tags"], row["options"]) for row in rows] == [
        ("q1", ["宽带"], ["甲", "乙", "丙"])
    ]
    sql = "select q.area, count(*) as n from uses join questions q on q.id = uses.question_id group by 1"
    assert json.loads(sqlite_utils("query", path, sql)) == [{"area": "常识", "n": 2}]
    # What somebody changes there is found by our search afterwards, and an export holds it.
    sqlite_utils("query", path, "update questions set prompt = '光猫指示灯红色怎样处理？' where id = 'q2'")
    assert run(capsys, data, "search", "光猫")[1].startswith("q2\t")
    assert run(capsys, data, "search", "漫游")[0] == 1
    # A foreign key or a trigger that only our program could serve would make this fail.
    sqlite_utils("query", path, "delete from questions where id = 'q3'")
    assert json.loads(run(capsys, data, "stats", "--json")[1])["total"] == 3
    assert "questions" in sqlite_utils("schema", path)


def test_a_reader_that_has_seen_enough_is_no_mistake(data: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from question_bank import cli; exit(cli.main(['search', '宽带', '--data', {str(data)!r}]))",
        ],
        stdout=write_end,
        stderr=subprocess.PIPE,
        cwd=Path(cli.__file__).parents[1],
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")
