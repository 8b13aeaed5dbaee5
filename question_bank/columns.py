"""The columns of a question sheet: their names in Chinese and English, and the words their cells may hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from question_bank.model import (
    FORM_WORDS,
    LANGUAGE_WORDS,
    LEVELS,
    OPTION_LETTERS,
    POOL_WORDS,
    ROUND_WORDS,
    STATUS_WORDS,
    TAG_SEPARATORS,
)


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
    Column("form", "题型", "、".join(FORM_WORDS.values()), required=True, aliases=("类型", "题目类型")),
    Column("prompt", "题干", "题目全文", required=True, aliases=("题目", "试题", "问题", "question")),
    *(
        Column(
            f"option_{letter.lower()}",
            f"选项{letter}",
            "单选题、多选题填写，听力题可填；不带字母序号",
            aliases=(letter, f"option {letter}"),
        )
        for letter in OPTION_LETTERS
    ),
    Column(
        "answer",
        "答案",
        "单选题填字母，多选题填全部正确选项的字母如 ABD，判断题填“对”或“错”，填空题、口答题填文字，情景题不填",
        aliases=("正确答案", "标准答案"),
    ),
    Column(
        "key_points",
        "答案要点",
        "每行一条：要点 | 分值；情景题各条之和为 20",
        aliases=("要点", "评分要点", "key points"),
    ),
    Column("explanation", "解析", "可不填", aliases=("答案解析",)),
    Column(
        "value",
        "分值",
        "风险题填 10、20 或 30，其他环节可不填，或填 1 至 100",
        aliases=("风险分值", "points"),
    ),
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
    Column(
        "variants",
        "备选答案",
        "可不填；每行一个，也算答对的其他说法；用于填空题、口答题和没有选项的听力题",
        aliases=("其他答案", "accepted answers"),
    ),
    Column(
        "brief", "角色说明", "情景题可填：给模拟客户的人看，最多 1000 字", aliases=("客户角色", "role brief")
    ),
    Column("tags", "标签", "可不填；用顿号隔开，最多 10 个，每个最多 20 字", aliases=("关键词", "keywords")),
    Column(
        "time_s",
        "用时",
        "可不填；本题作答的秒数，5 至 1800",
        aliases=("用时（秒）", "时限", "time", "seconds"),
    ),
    Column(
        "source_date", "出处日期", "可不填；2024、2024-05 或 2024-05-17", aliases=("来源日期", "source date")
    ),
    Column("language", "语言", "、".join(LANGUAGE_WORDS.values()) + "；不填为中文"),
    Column("transcript", "录音文字", "听力题可填：录音里说的话，与答案一样保密", aliases=("听力原文",)),
    Column("pool", "用途", "、".join(POOL_WORDS.values()) + "；不填为比赛", aliases=("题库用途",)),
    Column("author", "命题人", "可不填", aliases=("出题人", "作者")),
    Column("reviewer", "审题人", "已审的题有命题人时必填，须是另一个人", aliases=("审核人",)),
    Column("status", "状态", "、".join(STATUS_WORDS.values()) + "；不填为草稿"),
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
    | {"口答": "oral", "情景模拟题": "scenario", "情景": "scenario"}
    | {"多选": "multiple", "多项选择题": "multiple", "multiple choice": "multiple", "single choice": "single"}
    | {"填空": "fill_in", "fill-in": "fill_in", "听力": "listening", "简答题": "oral", "问答题": "oral"},
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
_POOLS = _reading(POOL_WORDS, {"正式": "show", "正式比赛": "show", "演练": "rehearsal", "排练": "rehearsal"})
_STATUSES = _reading(
    STATUS_WORDS, {"已审核": "reviewed", "已用": "used", "已停用": "retired", "封存": "sealed"}
)
_LANGUAGES = _reading(
    LANGUAGE_WORDS, {"英语": "en", "汉语": "zh", "english": "en", "chinese": "zh", "zh-cn": "zh"}
)
_LETTERS = re.compile(rf"[{OPTION_LETTERS}](?:[\s、,，;；/和及]*[{OPTION_LETTERS}])*")
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


def pool_code(cell: str) -> str:
    """The pool of a cell; the cell itself when unknown."""
    return _POOLS.get(_folded(cell), cell)


def status_code(cell: str) -> str:
    """The status of a cell; the cell itself when unknown."""
    return _STATUSES.get(_folded(cell), cell)


def language_code(cell: str) -> str:
    """The language of a cell; the cell itself when unknown."""
    return _LANGUAGES.get(_folded(cell), cell)


def listed(cell: str) -> tuple[str, ...]:
    """The entries of a cell that holds one a line, blank lines left out: variants."""
    return tuple(line.strip() for line in cell.split("\n") if line.strip())


def tag_words(cell: str) -> tuple[str, ...]:
    """The tags of a cell: apart by line ends, commas or semicolons of either width, or 、."""
    return tuple(tag.strip() for tag in re.split(f"[{TAG_SEPARATORS}]", cell) if tag.strip())


def answer_code(form: str, cell: str, options: int | None = None) -> str:
    """The answer of a cell in the spelling of the bank; the cell itself for a text and for anything unknown.

    Letters of a multiple choice come in order, whatever stands between them: "D、a" is "AD". options: how many options
    the question has; without any, a listening question's answer is a text as it stands (None: not known).
    """
    if form == "true_false":
        return _TRUE_FALSE.get(_folded(cell), cell)
    if form == "single" or (form == "listening" and options != 0):
        letter = _folded(cell).upper()
        return letter if letter in OPTION_LETTERS and len(letter) == 1 else cell
    if form == "multiple" and _LETTERS.fullmatch(_folded(cell).upper()):
        # A letter that comes twice stays twice: the check of the answer names it.
        return "".join(sorted(letter for letter in _folded(cell).upper() if letter in OPTION_LETTERS))
    return cell
