"""What the question bank says to people: one table of sentences, Chinese and English side by side."""

from __future__ import annotations

import importlib
import pkgutil

import question_bank

LANGUAGES = ("zh", "en")

# code -> (what is wrong zh, how to mend zh, what is wrong en, how to mend en)
_TEXTS: dict[str, tuple[str, str, str, str]] = {
    # one question
    "type": ("类型不对", "应为{allowed}", "wrong type", "must be {allowed}"),
    "unknown_key": (
        "不认识的字段",
        "请删除，或改为：{allowed}",
        "unknown field",
        "delete it, or use one of: {allowed}",
    ),
    "missing_key": ("缺少字段", "请补上", "the field is missing", "add it"),
    "empty": ("不能为空", "请填写", "must not be empty", "fill it in"),
    "must_be_empty": ("此处应为空", "请清空", "must be empty here", "clear it"),
    "too_long": ("太长", "最多 {allowed} 个字符", "too long", "at most {allowed} characters"),
    "untrimmed": ("首尾有空白", "请删去首尾的空白", "blank space at the start or the end", "trim it"),
    "character": (
        "含有不可见的控制字符或方向控制字符",
        "请删去该字符后重新键入",
        "holds an invisible control or direction character",
        "delete that character and type the text again",
    ),
    "newline": ("不能换行", "请写成一行", "must not hold a line break", "write it on one line"),
    "choice": (
        "不在允许的范围内",
        "可填：{allowed}",
        "not one of the allowed words",
        "use one of: {allowed}",
    ),
    "id": (
        "题号写法不对",
        "1 至 40 个英文字母、数字、点、横线或下划线，以字母或数字开头",
        "not a valid id",
        "1 to 40 letters, digits, dots, dashes or underscores, starting with a letter or a digit",
    ),
    "form_round": (
        "题型与环节不符",
        "可用的题型：{allowed}",
        "this form does not go with the round",
        "use: {allowed}",
    ),
    "options_count": ("选项个数不对", "应为 {allowed} 个", "wrong number of options", "must be {allowed}"),
    "options_fixed": (
        "判断题的选项固定",
        "应为“对”“错”",
        "true/false options are fixed",
        "must be 对 and 错",
    ),
    "option_gap": (
        "前面的选项空着",
        "选项须从 A 起依次填写",
        "an earlier option is blank",
        "fill options from A on without gaps",
    ),
    "option_twice": ("选项重复", "请改成不同的内容", "the option appears twice", "make the options differ"),
    "option_letter": (
        "选项内容带了字母序号",
        "请删去开头的字母，字母由系统显示",
        "the option starts with its own letter",
        "leave the letter out, the screen shows it",
    ),
    "answer": ("答案不对", "应为：{allowed}", "not a valid answer", "must be: {allowed}"),
    "value": ("分值不对", "应为 {allowed}", "wrong value", "must be {allowed}"),
    "points": (
        "要点分值不对",
        "应为 0.01 至 20 的数，最多两位小数",
        "wrong points",
        "0.01 to 20, two decimals at most",
    ),
    "points_sum": (
        "要点分值之和不是 20 分",
        "请调整各要点的分值，使总和为 20",
        "the points do not sum to 20",
        "change the points so that they sum to 20",
    ),
    "key_points_count": (
        "要点个数不对",
        "应为 {allowed} 条",
        "wrong number of key points",
        "must be {allowed}",
    ),
    "key_point_line": (
        "看不懂这一行要点",
        "每行写成“要点 | 分值”，例如“核实客户身份 | 4”",
        "cannot read this key point line",
        "write each line as: text | points, for example: 核实客户身份 | 4",
    ),
    "media_name": (
        "不是题库里的媒体文件名",
        "请从题目表导入",
        "not the name of a kept media file",
        "import the question from its sheet",
    ),
    "media_path": (
        "媒体文件须在题目表所在的文件夹内",
        "写文件名或下级文件夹，不用绝对路径、.. 或指向外面的链接",
        "the media file must lie in the folder of the sheet",
        "name it, or a folder below; no absolute path, no .., no link that leads out",
    ),
    "media_missing": (
        "找不到媒体文件",
        "请把文件放在题目表旁边，核对文件名",
        "there is no such media file",
        "put it beside the sheet and check its name",
    ),
    "media_unreadable": (
        "媒体文件无法读取",
        "{allowed}",
        "cannot read the media file",
        "{allowed}",
    ),
    "media_kind": (
        "按内容看，不是可用的图片、音频或视频",
        "可用：{allowed}",
        "by its content no picture, sound or film that can be used",
        "use one of: {allowed}",
    ),
    "media_size": ("媒体文件太大", "最多 {allowed}", "the media file is too large", "at most {allowed}"),
    "media_changed": (
        "媒体文件在导入时被改动",
        "请重新导入",
        "the media file changed during the import",
        "import it again",
    ),
    # a file
    "unreadable": ("无法读取文件", "{allowed}", "cannot read the file", "{allowed}"),
    "file_kind": ("文件类型不支持", "可用 .csv 或 .xlsx", "unknown kind of file", "use .csv or .xlsx"),
    "file_size": ("文件太大", "最多 {allowed} 字节", "the file is too large", "at most {allowed} bytes"),
    "unpacked_size": (
        "文件解压后太大",
        "最多 {allowed} 字节；请另存为新文件再试",
        "too large once unpacked",
        "at most {allowed} bytes; save it as a new workbook",
    ),
    "not_xlsx": (
        "不是可读的 XLSX 工作簿",
        "请在表格软件中去掉密码，另存为 .xlsx",
        "not a readable XLSX workbook",
        "remove any password and save it as .xlsx",
    ),
    "encoding": (
        "文字编码无法识别",
        "请另存为 UTF-8 编码",
        "cannot tell the text encoding",
        "save the file as UTF-8",
    ),
    "csv": (
        "CSV 格式有误",
        "请检查这一行附近的引号和逗号",
        "malformed CSV",
        "check quotation marks and commas near this row",
    ),
    "too_many_rows": ("行数太多", "最多 {allowed} 行", "too many rows", "at most {allowed} rows"),
    "too_many_columns": ("列数太多", "最多 {allowed} 列", "too many columns", "at most {allowed} columns"),
    "hidden_sheet": (
        "工作表是隐藏的",
        "请取消隐藏，或删除该表",
        "the sheet is hidden",
        "unhide it or delete it",
    ),
    "no_questions": ("没有题目", "请至少填写一行", "no questions in it", "fill in at least one row"),
    "header_unknown": ("不认识的列名", "可用的列名：{allowed}", "unknown column", "known columns: {allowed}"),
    "header_missing": ("缺少列", "请补上这一列", "a column is missing", "add this column"),
    "header_twice": ("列名重复", "请只保留一列", "the column appears twice", "keep one of them"),
    "headerless": (
        "这一列没有列名",
        "请补上列名，或清空此列",
        "the column has no name",
        "name it or clear it",
    ),
    "formula": (
        "单元格是公式",
        "请改为普通文本；若本来就是文字，请在前面加英文单引号 '",
        "the cell is a formula",
        "replace it by its text; if it is meant as text, put an apostrophe ' in front",
    ),
    "date": (
        "单元格是日期或时间",
        "请把单元格设为文本格式后重新键入",
        "the cell is a date or a time",
        "set the cell to text and type it again",
    ),
    "error_cell": ("单元格是错误值", "请改为文本", "the cell holds an error value", "replace it by text"),
    "cell_size": (
        "单元格内容太长",
        "最多 {allowed} 个字符",
        "the cell is too long",
        "at most {allowed} characters",
    ),
    # against other questions
    "id_twice": ("题号与 {allowed} 重复", "请改用另一个题号", "same id as {allowed}", "use another id"),
    "prompt_twice": (
        "题干与 {allowed} 重复",
        "请删去其中一题",
        "same prompt as {allowed}",
        "remove one of the two",
    ),
    "id_taken": (
        "题库中已有此题号，内容不同",
        "请改题号，或用 --replace 替换",
        "the bank has another question of this id",
        "change the id, or use --replace",
    ),
    "prompt_taken": (
        "题库中 {allowed} 的题干与此相同",
        "请删去此题",
        "{allowed} in the bank has the same prompt",
        "remove this question",
    ),
    # the bank file
    "bank_missing": ("没有这个题库文件", "请先导入题目", "there is no such bank", "import questions first"),
    "bank_create": (
        "无法创建题库文件",
        "请检查文件夹及其权限",
        "cannot be created",
        "check the folder and its rights",
    ),
    "bank_unusable": (
        "不是可用的题库文件",
        "请换用备份，或换一个文件夹",
        "not a usable question bank",
        "restore a copy or name another folder",
    ),
    "bank_foreign": (
        "这是其他程序的数据库",
        "请换一个文件夹",
        "the database of another program",
        "name another folder",
    ),
    "bank_newer": (
        "题库由更新的版本写成",
        "本版本最高支持第 {allowed} 版，请使用更新的程序",
        "written by a newer release",
        "this release knows up to version {allowed}; use the newer one",
    ),
    "bank_damaged": (
        "题库中的内容已损坏",
        "请换用备份",
        "what the bank holds is damaged",
        "restore the file from a copy",
    ),
}

# Each part of the bank has its own block in a module messages_PART.py: WORDS, in the form of _TEXTS.
for _module in pkgutil.iter_modules(question_bank.__path__, "question_bank."):
    if _module.name.startswith("question_bank.messages_"):
        _TEXTS |= importlib.import_module(_module.name).WORDS

CODES = frozenset(_TEXTS)


def what(code: str, allowed: str, language: str) -> str:
    """What is wrong, as a clause without a full stop. Raises KeyError for an unknown code."""
    return _TEXTS[code][0 if language == "zh" else 2].format(allowed=allowed)


def mend(code: str, allowed: str, language: str) -> str:
    """How to put it right, as a clause without a full stop. Raises KeyError for an unknown code."""
    return _TEXTS[code][1 if language == "zh" else 3].format(allowed=allowed)
