"""Makes questions and question sheets for the tests of the bank."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl

from question_bank.bank import Bank
from question_bank.importers import ImportReport, import_file
from question_bank.question import KeyPoint, Question

HEADER: tuple[str, ...] = (
    "题号",
    "环节",
    "题型",
    "题干",
    "选项A",
    "选项B",
    "选项C",
    "选项D",
    "答案",
    "答案要点",
    "解析",
    "分值",
)
HEADER += ("知识领域", "等级", "出处")
SINGLE = {
    "题号": "q1",
    "环节": "抢答题",
    "题型": "单选题",
    "题干": "一加一等于几？",
    "选项A": "一",
    "选项B": "二",
    "选项C": "三",
    "答案": "B",
    "知识领域": "常识",
    "等级": "初级",
}
SCENARIO = {
    "题号": "s1",
    "环节": "情景模拟题",
    "题型": "情景题",
    "题干": "您是话务员，请处理。",
    "答案要点": "问候 | 4\n核实身份 | 10.25\n结束 | 5.75",
    "知识领域": "投诉处理",
    "等级": "高级",
}


def single(number: int = 1, **changes: Any) -> Question:
    """A valid single-choice question of the buzz-in round, with changes."""
    question = Question(
        id=f"q{number}",
        round="buzz_in",
        form="single",
        prompt=f"第{number}题，选哪个？",
        options=("甲", "乙", "丙"),
        answer="B",
        key_points=(),
        explanation="",
        value=None,
        area="常识",
        level="初级",
        source="",
    )
    return replace(question, **changes)


def scenario(number: int = 1, **changes: Any) -> Question:
    """A valid scenario question, with changes."""
    points = (KeyPoint("问候", 400), KeyPoint("核实", 1025), KeyPoint("结束", 575))
    base = single(number, round="scenario", form="scenario", options=(), answer="", key_points=points)
    return replace(base, **changes)


def write_csv(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    *,
    encoding: str = "utf-8",
    header: Iterable[str] = HEADER,
) -> Path:
    """A CSV question sheet of these rows; cells that a row does not name stay empty."""
    names = list(header)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([row.get(name, "") for name in names] for row in rows)
    return path


def write_xlsx(
    path: Path, rows: Iterable[Mapping[str, Any]], *, header: Iterable[str] = HEADER, sheet: str = "题目"
) -> Path:
    """An XLSX question sheet of these rows; values keep their Python types."""
    names = list(header)
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    page.append(names)
    for row in rows:
        page.append([row.get(name) for name in names])
    book.save(path)
    book.close()
    return path


def take(path: Path, folder: Path, **options: Any) -> tuple[ImportReport, list[Question]]:
    """Import one file into a bank in the folder; the report and what the bank holds then."""
    with Bank(folder / "bank.db") as bank:
        return import_file(bank, path, **options), bank.all()


def codes(path: Path) -> list[tuple[str, int | None]]:
    """(code, row) of every error of one file."""
    return [(e.code, e.row) for e in import_file(None, path, check=True).errors]
