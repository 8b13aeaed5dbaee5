"""The empty workbook of marks that organisers fill in: a sheet to fill, one with examples, one with notes."""

from __future__ import annotations

import importlib
import io
from typing import Any

HEADER = (
    "编号",
    "姓名",
    "单位",
    "第一阶段·听打",
    "第一阶段·机考",
    "第一阶段·在线客服",
    "第二阶段",
)
WEIGHTS = ("权重", None, None, "30%", "40%", "30%", None)
EXAMPLES = (
    ("A01", "张晓", "广州分公司", 88.5, 92, 79, 90.25),
    ("A02", "李明", "成都分公司", 91, 85.5, 88, 87),
    ("A03", "王芳", "厦门分公司", 76, 80, 84.5, 93),
    ("A04", "赵磊", "沈阳分公司", 90, "缺考", 81, 85),
    ("A05", "孙悦", "武汉分公司", 83, 87, 90, 88.75),
    ("A06", "周宁", "西安分公司", 79.5, 91, 86, 84),
    ("A07", "吴桐", "南京分公司", 85, 82, 80, 86.5),
)
NOTES = (
    ("编号 number", "必填，每人不同 · required, one each"),
    ("姓名 name", "必填 · required"),
    ("单位 unit", "可不填 · may be left blank"),
    (
        "第一阶段 stage1，第二阶段 stage2",
        "每阶段一列总成绩，或分成几列：第一阶段·听打、stage1.typing · one column a stage, or one for each of its parts",
    ),
    (
        "权重 weight",
        "列名下面一行：各分项占本阶段的百分比，合计 100；也可写在列名里，如 第一阶段·听打 (30%)。"
        "示例中的百分比请按竞赛方案修改 · "
        "row below the header: percent of the stage, summing to 100; or in the header itself. The figures are examples",
    ),
    (
        "满分 max",
        "可选，权重行旁再加一行：该列的满分，缺省为 100 · optional row: the highest mark of that column, else 100",
    ),
    (
        "成绩 marks",
        "0 至满分的数；缺考写“缺考”，不可留空，缺考者不参加排名 · a number; write absent for who did not sit it, "
        "never leave it blank; who is absent is not ranked",
    ),
    (
        "两个阶段的权重 stages",
        "缺省各 50%；用 --weights 60,40 修改 · 50 percent each unless --weights says otherwise",
    ),
    (
        "公式 formulas",
        "取表格软件保存的结果，因此请先在表格软件中打开并保存 · the saved value counts: open and save the file first",
    ),
    (
        "命令 command",
        "python3 run.py finalists 成绩.xlsx -o contest.toml；试读示例 · try the examples: --sheet 示例",
    ),
)


def write_template() -> bytes:
    """The bytes of the workbook. Only the sheet 成绩 is read by itself; 示例 and 说明 are passed over."""
    openpyxl: Any = importlib.import_module("openpyxl")
    styles: Any = importlib.import_module("openpyxl.styles")
    book = openpyxl.Workbook()
    marks = book.active
    marks.title = "成绩"
    examples = book.create_sheet("示例")
    for sheet in (marks, examples):
        sheet.append(HEADER)
        sheet.append(WEIGHTS)
        sheet.freeze_panes = "A3"
        for index, name in enumerate(HEADER, start=1):
            head = sheet.cell(row=1, column=index)
            head.font = styles.Font(bold=True)
            sheet.column_dimensions[head.column_letter].width = 24 if name == "单位" else 18
        # Text format keeps a number such as 007 or 1-3 as it is typed.
        sheet.column_dimensions["A"].number_format = "@"
    for row in EXAMPLES:
        examples.append(row)
    notes = book.create_sheet("说明")
    notes.column_dimensions["A"].width = 34
    notes.column_dimensions["B"].width = 120
    for note in NOTES:
        notes.append(note)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
