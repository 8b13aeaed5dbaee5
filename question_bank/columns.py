"""The columns of a question sheet: their names in Chinese and English, and the words their cells may hold."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from question_bank.question import FORM_WORDS, LEVELS, OPTION_LETTERS, ROUND_WORDS


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `field` is its English header too; `note` is the line of help in the template."""

    field: str
    zh: str
    note: str
    required: bool = False
    aliases: tuple[str, ...] = ()


COLUMNS: tuple[Column, ...] = (
    Column(
        "id",
        "题号",
        "可不填，由系统按题干生成；英文字母、数字、点、横线、下划线",
        aliases=("编号", "题目编号"),
    ),
    Column("round", "环节", "必答题、情景模拟题、抢答题、风险题", required=True, aliases=("比赛环节",)),
    Column("form", "题型", "单选题、判断题、口答题、情景题", required=True, aliases=("类型", "题目类型")),
    Column("prompt", "题干", "题目全文", required=True, aliases=("题目", "试题", "问题", "question")),
    *(
        Column(
            f"option_{letter.lower()}",
            f"选项{letter}",
            "单选题填写，不带字母序号",
            aliases=(letter, f"option {letter}"),
        )
        for letter in OPTION_LETTERS
    ),
    Column(
        "answer",
        "答案",
        "单选题填字母，判断题填“对”或“错”，口答题填文字，情景题不填",
        aliases=("正确答案", "标准答案"),
    ),
    Column(
        "key_points",
        "答案要点",
        "每行一条：要点 | 分值；情景题各条之和为 20",
        aliases=("要点", "评分要点", "key points"),
    ),
    Column("explanation", "解析", "可不填", aliases=("答案解析",)),
    Column("value", "分值", "风险题填 10、20 或 30，其他环节不填", aliases=("风险分值", "points")),
    Column("area", "知识领域", "例如“法律法规”", required=True, aliases=("知识点", "领域", "类别")),
    Column("level", "等级", "、".join(LEVELS), required=True, aliases=("难度等级", "技能等级")),
    Column("source", "出处", "可不填；法律名称与条款、标准号或教材章节", aliases=("来源", "依据")),
    Column(
        "media",
        "媒体文件",
        "可不填；与本表同一文件夹或其下的图片、音频或视频，例如 media/拓扑图.png",
        aliases=("媒体", "图片", "media file"),
    ),
    Column(
        "alt",
        "媒体说明",
        "有媒体文件时填写：看不到或听不到的人也能明白的一句话",
        aliases=("图片说明", "alt text"),
    ),
)
FIELDS = tuple(column.field for column in COLUMNS)
BY_FIELD = {column.field: column for column in COLUMNS}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _reading(words: dict[str, str], extra: dict[str, str]) -> dict[str, str]:
    table = {_folded(word): code for code, word in words.items()}
    table |= {_folded(code): code for code in words}
    return table | {_folded(word): code for word, code in extra.items()}


_HEADERS = {_folded(name): c.field for c in COLUMNS for name in (c.field, c.zh, *c.aliases)}
_ROUNDS = _reading(
    ROUND_WORDS,
    {"必答": "compulsory", "情景题": "scenario", "情景": "scenario", "抢答": "buzz_in", "buzz-in": "buzz_in"}
    | {"风险": "risk", "情景模拟": "scenario"},
)
_FORMS = _reading(
    FORM_WORDS,
    {"单选": "single", "单项选择题": "single", "判断": "true_false", "true/false": "true_false"}
    | {"口答": "oral", "情景模拟题": "scenario", "情景": "scenario"},
)
_LEVELS = _reading(
    {level: level for level in LEVELS},
    {"五级": "初级", "四级": "中级", "三级": "高级", "二级": "技师", "一级": "高级技师"}
    | {"初级工": "初级", "中级工": "中级", "高级工": "高级"}
    | {
        "五级/初级": "初级",
        "四级/中级": "中级",
        "三级/高级": "高级",
        "二级/技师": "技师",
        "一级/高级技师": "高级技师",
    },
)
_TRUE_FALSE = {_folded(w): "对" for w in ("对", "正确", "√", "✓", "T", "TRUE")} | {
    _folded(w): "错" for w in ("错", "错误", "×", "✗", "F", "FALSE")
}


def header_field(header: str) -> str | None:
    """The field a header names, or None for an unknown one. Width, case and outer blanks do not count."""
    return _HEADERS.get(_folded(header))


def round_code(cell: str) -> str:
    """The round of a cell; the cell itself when it is none of the known words (validation will name it)."""
    return _ROUNDS.get(_folded(cell), cell)


def form_code(cell: str) -> str:
    """The form of a cell; the cell itself when unknown."""
    return _FORMS.get(_folded(cell), cell)


def level_word(cell: str) -> str:
    """The level of a cell; the cell itself when unknown."""
    return _LEVELS.get(_folded(cell), cell)


def answer_code(form: str, cell: str) -> str:
    """The answer of a cell in the spelling of the bank; the cell itself for oral and for anything unknown."""
    if form == "true_false":
        return _TRUE_FALSE.get(_folded(cell), cell)
    if form == "single":
        letter = _folded(cell).upper()
        return letter if letter in OPTION_LETTERS and letter else cell
    return cell
