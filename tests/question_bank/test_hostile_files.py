"""Hostile files: each is refused by one clear line, soon, in little memory, and the process that asked goes on unharmed."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from question_bank import intake
from question_bank.importers import import_files
from question_bank.intake_process import limits_for
from tests.question_bank.hostile import MB, PNG, changed, codes, refused
from tests.question_bank.makers import SINGLE, write_csv, write_xlsx


def entities(folder: Path) -> Path:
    """A billion laughs in the sheet of a workbook."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{lines}]><worksheet>&l9;</worksheet>'

    def laugh(name: str, data: bytes) -> bytes:
        return laughs.encode() if "sheet1" in name else data

    return changed(write_xlsx(folder / "g.xlsx", [SINGLE]), folder / "q.xlsx", laugh)


def hidden_entities(folder: Path) -> Path:
    """The same behind a comment so long that a look at the beginning does not find it."""
    comment = f"<!--{'x ' * 50_000}-->"
    evil = f'<?xml version="1.0"?>{comment}<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'

    def put(name: str, data: bytes) -> bytes:
        return evil.encode() if "sheet1" in name else data

    return changed(write_xlsx(folder / "g.xlsx", [SINGLE]), folder / "q.xlsx", put)


def macros(folder: Path) -> Path:
    good = write_xlsx(folder / "g.xlsx", [SINGLE])
    return changed(good, folder / "q.xlsx", lambda name, data: data, **{"xl__vbaProject.bin": b""})


def deep_xml(folder: Path) -> Path:
    def deepen(name: str, data: bytes) -> bytes:
        deep = b"<x>" * 30_000 + b"</x>" * 30_000
        return data.replace(b"<sheets>", deep + b"<sheets>") if name == "xl/workbook.xml" else data

    return changed(write_xlsx(folder / "g.xlsx", [SINGLE]), folder / "q.xlsx", deepen)


def endless_rows(folder: Path) -> Path:
    """Blank rows of blank cells without end: nothing is wrong with any of them, and there is no question."""
    rows = b"".join(b'<row r="%d">%s</row>' % (n, b"<c/>" * 50) for n in range(3, 30_000))

    def fill(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet1" in name else data

    return changed(write_xlsx(folder / "g.xlsx", [SINGLE]), folder / "q.xlsx", fill)


def endless_row(folder: Path) -> Path:
    """One row of so many cells that it does not fit into the memory that a file may take."""
    # Of 4 MB, which earn it time: on a slow machine, too, it is memory that it wants too much of.
    picture = {"xl/media/image1.png": PNG + random.Random(1).randbytes(5 * MB // 2)}
    cells = b"".join(b'<c s="%d"/>' % n for n in range(600_000))

    def fill(name: str, data: bytes) -> bytes:
        row = b'<row r="3">' + cells + b"</row></sheetData>"
        return data.replace(b"</sheetData>", row) if "sheet1" in name else data

    return changed(write_xlsx(folder / "g.xlsx", [SINGLE]), folder / "q.xlsx", fill, **picture)


def deep_json(folder: Path) -> Path:
    head = b'{"format": "firstpress-questions", "version": 1, "questions": ['
    (folder / "q.json").write_bytes(head + b"[" * 100_000 + b"]" * 100_000 + b"]}")
    return folder / "q.json"


def one_cell(folder: Path) -> Path:
    return write_csv(folder / "q.csv", [{**SINGLE, "题干": "长" * 10_000}])


def one_huge_cell(folder: Path) -> Path:
    return write_csv(folder / "q.csv", [{**SINGLE, "题干": "长" * 900_000}])


def a_formula(folder: Path) -> Path:
    return write_csv(folder / "q.csv", [{**SINGLE, "解析": '=HYPERLINK("http://x","y")'}])


def bidi(folder: Path) -> Path:
    return write_csv(folder / "q.csv", [{**SINGLE, "解析": "看\u202e这里"}])


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "q.csv")
    return folder / "q.csv"


def a_folder(folder: Path) -> Path:
    (folder / "q.xlsx").mkdir()
    return folder / "q.xlsx"


HOSTILE: dict[Callable[[Path], Path], set[str]] = {
    entities: {"xml_entities"},
    hidden_entities: {"xml_entities"},
    macros: {"macros"},
    deep_xml: {"xml_depth"},
    endless_row: {"intake_memory"},
    deep_json: {"json_depth"},
    one_cell: {"cell_size"},
    one_huge_cell: {"csv"},
    a_formula: {"formula"},
    bidi: {"character"},
    a_pipe: {"no_file"},
    a_folder: {"no_file"},
}


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_hostile_file_is_refused_by_one_line(make: Callable[[Path], Path], tmp_path: Path) -> None:
    refused(make, HOSTILE[make], tmp_path)


def test_the_bounds_of_small_files_are_two_seconds_and_200_megabytes() -> None:
    assert limits_for(0) == limits_for(MB) == (1.9, 200 * MB)
    assert 20 < limits_for(50 * MB)[0] < 60 and limits_for(1024 * MB)[1] == 1024 * MB


def test_a_file_that_ends_its_process_does_not_take_the_others_along(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    files = [
        write_csv(tmp_path / "1.csv", [{**SINGLE, "题号": "q1a", "题干": "一加二等于几？"}]),
        endless_rows(tmp_path / "bad"),
        write_csv(tmp_path / "3.csv", [{**SINGLE, "题号": "q3", "题干": "三加三等于几？", "答案": "F"}]),
    ]
    report = import_files(None, files, check=True)
    assert [(e.file, e.code) for e in report.errors] == [("q.xlsx", "intake_time"), ("3.csv", "answer")]


def test_what_cannot_be_a_message_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "q.csv", [SINGLE])
    for lie in (
        b"no json\n",
        b'{"t": "error", "code": "made up"}\n',
        b'{"t": "file", "number": 7}\n{"t": "row"}\n',
        b"x" * 600_000,
    ):
        monkeypatch.setattr(intake, "_messages", lambda stream, lie=lie: MESSAGES(io.BytesIO(lie)))
        assert codes(path) == ["intake_answer"]


MESSAGES = intake._messages


def test_a_question_that_the_other_process_made_up_is_checked_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forged(stream: Any) -> Iterator[dict[str, Any]]:
        for message in MESSAGES(stream):
            if message["t"] == "row":
                message["question"]["prompt"] = "看\u202e这里"
            yield message

    monkeypatch.setattr(intake, "_messages", forged)
    assert codes(write_csv(tmp_path / "q.csv", [SINGLE])) == ["character"]


def test_the_other_process_learns_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTPRESS_PAPER_PASSPHRASE", "秘密")
    assert "秘密" not in intake._environment().values()
