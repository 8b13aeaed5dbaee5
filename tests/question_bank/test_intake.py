"""The way in: formats told apart, examples and notes, progress, what is replaced, and an interruption that leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from question_bank import intake, intake_taking
from question_bank.bank import Bank
from question_bank.formats import Defaults
from question_bank.importers import Progress, import_file, import_files
from question_bank.intake_spool import Spool
from question_bank.own_json import to_bytes
from tests.question_bank.makers import HEADER, SINGLE, single, write_csv, write_xlsx

ROOT = Path(__file__).parents[2]
FORMATS = Path(__file__).parent / "formats"


def test_every_foreign_format_comes_in_and_says_what_was_not_kept(tmp_path: Path) -> None:
    files = [FORMATS / "network.gift", FORMATS / "course.aiken.txt", FORMATS / "course.xml"]
    files += [FORMATS / "trivia_html.json", FORMATS / "trivia_base64.json"]
    defaults = Defaults(round="buzz_in", area="网络", level="中级")
    with Bank(tmp_path / "bank.db") as bank:
        for path in files:
            report = import_file(bank, path, defaults=defaults)
            assert (report.errors, report.added + report.unchanged > 0) == ((), True), path.name
            for note in report.notes:
                assert note.file == path.name and note.text("zh") and note.text("en")
        assert bank.count() > len(files)


def test_without_an_area_a_foreign_file_is_refused(tmp_path: Path) -> None:
    report = import_file(None, FORMATS / "course.aiken.txt", check=True)
    assert {(e.column, e.code) for e in report.errors} == {("area", "empty"), ("level", "choice")}


def test_a_format_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "题目"
    path.write_bytes(write_csv(tmp_path / "q.csv", [SINGLE]).read_bytes())
    assert [e.code for e in import_file(None, path, check=True).errors] == ["file_kind"]
    assert import_file(None, path, check=True, format="csv").added == 1
    with pytest.raises(ValueError, match="not one of csv"):
        import_file(None, path, check=True, format="docx")


def test_example_rows_of_the_template_are_left_out(tmp_path: Path) -> None:
    example = {**SINGLE, "题号": "示例1", "题干": "示例题？"}
    report = import_file(None, write_csv(tmp_path / "q.csv", [example, SINGLE]), check=True)
    assert (report.added, report.rows) == (1, 1)
    assert [(note.code, note.found) for note in report.notes] == [("examples_skipped", "1")]
    report = import_file(None, write_csv(tmp_path / "q.csv", [example]), check=True)
    assert [e.code for e in report.errors] == ["no_questions"]


def test_the_new_columns_are_read(tmp_path: Path) -> None:
    header = (*HEADER, "备选答案", "标签", "用时", "语言", "用途", "命题人", "审题人", "状态")
    row = SINGLE | {
        "题型": "填空题",
        "选项A": "",
        "选项B": "",
        "选项C": "",
        "答案": "二",
        "备选答案": "2\n两",
    }
    row |= {"标签": "算术、加法", "用时": "20 秒", "语言": "中文", "用途": "彩排"}
    row |= {"命题人": "陈", "审题人": "林", "状态": "已审"}
    with Bank(tmp_path / "bank.db") as bank:
        report = import_file(bank, write_csv(tmp_path / "q.csv", [row], header=header))
        assert report.errors == ()
        (question,) = bank.all()
    assert (question.form, question.answer, question.variants) == ("fill_in", "二", ("2", "两"))
    assert (question.tags, question.time_s, question.pool) == (("算术", "加法"), 20, "rehearsal")
    assert (question.author, question.reviewer, question.status) == ("陈", "林", "reviewed")
    bad = write_csv(tmp_path / "q.csv", [row | {"用时": "一会儿"}], header=header)
    (error,) = import_file(None, bad, check=True).errors
    assert (error.column, error.code, error.found, error.allowed) == ("time_s", "time_s", "一会儿", "5–1800")


def test_a_sheet_that_says_nothing_of_review_does_not_undo_it(tmp_path: Path) -> None:
    path = tmp_path / "q.json"
    path.write_bytes(to_bytes([single(1)]))
    reviewed = single(1, author="陈", reviewer="林", status="reviewed", pool="rehearsal")
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(reviewed)
        assert import_file(bank, path).unchanged == 1
        assert bank.all() == [reviewed]
        path.write_bytes(to_bytes([replace(reviewed, author="王")]))
        assert [e.code for e in import_file(bank, path).errors] == ["id_taken"]
        assert import_file(bank, path, replace=True).replaced == 1


def test_a_sealed_question_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "q.json"
    path.write_bytes(to_bytes([single(1, explanation="新")]))
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(single(1))
        bank.hide(["q1"])
        assert [e.code for e in import_file(bank, path, replace=True).errors] == ["sealed_kept"]
        assert bank.count() == 1


def test_a_file_does_not_seal(tmp_path: Path) -> None:
    path = tmp_path / "q.json"
    path.write_bytes(to_bytes([single(1, status="sealed")]))
    report = import_file(None, path, check=True)
    assert [(e.row, e.column, e.code) for e in report.errors] == [(1, "status", "sealed_incoming")]


def test_progress_tells_each_step_and_ends_whole(tmp_path: Path) -> None:
    rows = [{**SINGLE, "题号": f"q{n}", "题干": f"第 {n} 题问的是什么内容？"} for n in range(50)]
    told: list[Progress] = []
    with Bank(tmp_path / "bank.db") as bank:
        import_file(bank, write_csv(tmp_path / "q.csv", rows), progress=told.append)
    assert {"read", "compare", "write"} <= {p.step for p in told}
    assert (told[-1].step, told[-1].done, told[-1].total) == ("write", 50, 50)
    assert told[-1].text("en") == "writing 50 / 50" and told[-1].text() == "写入题库 50 / 50"


def test_a_thousand_mistakes_are_not_all_told(tmp_path: Path) -> None:
    rows = [{**SINGLE, "题号": f"q{n}", "题干": f"{n}？", "答案": "F"} for n in range(600)]
    report = import_file(None, write_csv(tmp_path / "q.csv", rows), check=True)
    assert len(report.errors) == 501
    assert (report.errors[-1].code, report.errors[-1].found) == ("errors_more", "100")


def test_a_spool_gives_back_what_it_was_given() -> None:
    spool, lines = Spool(), [f"{n} 题".encode() * 50 for n in range(5000)]
    for line in lines:
        spool.add(line)
    assert list(spool) == lines == list(spool)
    assert 0 < spool.packed_bytes < sum(map(len, lines)) / 4
    with pytest.raises(ValueError, match="line end"):
        spool.add(b"a\nb")


def test_a_reader_that_hangs_is_ended_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_WALL_LEAST_S", 0.0)
    monkeypatch.setattr(intake, "_WALL_FACTOR", 0.001)
    report = import_file(None, write_csv(tmp_path / "q.csv", [SINGLE]), check=True)
    assert [e.code for e in report.errors] == ["intake_time"]
    assert "2 s" in report.errors[0].text("en")


def test_an_import_that_is_left_half_way_ends_its_process_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{**SINGLE, "题号": f"q{n}", "题干": f"第 {n} 题问的是什么内容？"} for n in range(3000)]
    path = write_csv(tmp_path / "q.csv", rows)
    processes: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def started(*args: object, **more: object) -> subprocess.Popen[bytes]:
        processes.append(popen(*args, **more))  # type: ignore[call-overload]
        return processes[-1]

    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(intake_taking, "_take", interrupt)
    with Bank(tmp_path / "bank.db") as bank:
        with pytest.raises(KeyboardInterrupt):
            import_file(bank, path)
        assert bank.count() == 0
    assert [process.poll() is None for process in processes] == [False]


def test_ctrl_c_at_the_terminal_is_one_quiet_end(tmp_path: Path) -> None:
    rows = [{**SINGLE, "题号": f"q{n}", "题干": f"第 {n} 题问的是什么内容？"} for n in range(20_000)]
    path = write_csv(tmp_path / "q.csv", rows)
    code = (
        "import signal, sys; from question_bank.importers import import_file\n"
        # Whoever runs the tests in the background has it ignored, and children inherit that.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def tell(p):\n"
        "    print(p.step, flush=True)\n"
        "try:\n"
        f"    import_file(None, {str(path)!r}, check=True, progress=tell)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"read\n"
        # As a terminal does: the signal goes to the whole group of the command.
        os.killpg(process.pid, signal.SIGINT)
        start_s = time.monotonic()
        assert process.wait(timeout=10) == 130
        assert time.monotonic() - start_s < 5
        assert process.stderr.read() == b""


def test_two_files_share_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write_csv(tmp_path / "1.csv", [SINGLE])
    two = write_xlsx(tmp_path / "2.xlsx", [{**SINGLE, "题号": "q2", "题干": "二加二等于几？"}])
    started = 0
    popen = subprocess.Popen

    def counted(*args: object, **more: object) -> subprocess.Popen[bytes]:
        nonlocal started
        started += 1
        return popen(*args, **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", counted)
    assert import_files(None, [one, two], check=True).added == 2
    assert started == 1
