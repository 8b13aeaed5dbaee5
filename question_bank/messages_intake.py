"""What the intake of foreign files says to people: the words of `question_bank.messages` for it."""

from __future__ import annotations

_SAVE_ZH, _SAVE_EN = "请用系统自带的压缩程序重新打包", "pack it anew with the system's own program"

# code -> (what is wrong zh, how to mend zh, what is wrong en, how to mend en)
WORDS: dict[str, tuple[str, str, str, str]] = {
    # archives
    "not_zip": ("不是可读的 ZIP 压缩包", _SAVE_ZH, "not a readable ZIP archive", _SAVE_EN),
    "zip_members": (
        "压缩包里的文件太多",
        "最多 {allowed} 个",
        "too many files in the archive",
        "at most {allowed}",
    ),
    "zip_bomb": (
        "压缩包解压后大得不成比例，或内部互相重叠",
        _SAVE_ZH,
        "the archive unpacks out of all proportion, or overlaps itself",
        _SAVE_EN,
    ),
    "zip_name": (
        "压缩包里的文件名不可用",
        "不用绝对路径、..、反斜线和不可见字符",
        "a file name in the archive cannot be used",
        "no absolute path, no .., no backslash, no invisible character",
    ),
    "zip_password": (
        "压缩包有密码",
        "请去掉密码重新打包",
        "the archive has a password",
        "pack it anew without",
    ),
    "zip_link": (
        "压缩包里有链接或设备文件",
        "请只放普通文件",
        "the archive holds a link or a device",
        "put plain files into it",
    ),
    "zip_method": (
        "压缩方法不支持",
        _SAVE_ZH,
        "the method of compression is not supported",
        _SAVE_EN,
    ),
    "zip_twice": (
        "压缩包里有两个同名文件",
        "请改名（大小写和全角半角不算区别）",
        "two files of one name in the archive",
        "rename one (case and width do not count)",
    ),
    "zip_nested": (
        "压缩包里还有压缩包",
        "请先解开，只打一层",
        "an archive within the archive",
        "unpack it first, one layer only",
    ),
    "zip_unused": (
        "压缩包里的这个文件没有用到",
        "若是题目的媒体，请核对表里写的文件名",
        "this file of the archive is not used",
        "if a question should have it, check the name in the sheet",
    ),
    "zip_unused_more": (
        "压缩包里还有其他文件没有用到",
        "请核对",
        "more files of the archive are not used",
        "check them",
    ),
    # workbooks
    "macros": (
        "工作簿里有宏、控件或嵌入的对象",
        "请另存为不带宏的 .xlsx",
        "the workbook holds macros, controls or packed objects",
        "save it as .xlsx without them",
    ),
    "xml_entities": (
        "XML 里有文档类型或实体声明",
        "请用表格软件另存为新文件",
        "the XML declares a document type or entities",
        "save it as a new file",
    ),
    "xml_depth": (
        "XML 嵌套太深",
        "请用表格软件另存为新文件",
        "the XML is nested too deep",
        "save it as a new file",
    ),
    # our own JSON
    "json_syntax": (
        "JSON 写法有误",
        "请重新导出，不要手工改动",
        "malformed JSON",
        "export it anew, and do not edit it by hand",
    ),
    "json_format": (
        "不是本系统的题目文件",
        "开头应写明格式 {allowed}",
        "not a question file of this system",
        "it must begin with the format {allowed}",
    ),
    "json_version": (
        "题目文件的版本不认识",
        "本版本认识 {allowed}",
        "unknown version of the question file",
        "this release knows {allowed}",
    ),
    "json_key": ("多余或重复的字段", "可用：{allowed}", "a key too many", "known: {allowed}"),
    "json_twice": ("字段重复", "请只保留一个", "the key appears twice", "keep one of them"),
    "json_number": (
        "数字不可用",
        "只用 12 位以内的整数",
        "not a number that can be used",
        "whole numbers of 12 digits at most",
    ),
    "json_depth": ("嵌套太深", "最多 {allowed} 层", "nested too deep", "at most {allowed} levels"),
    "json_size": (
        "一道题太大",
        "最多 {allowed} 个字符",
        "one question is too large",
        "at most {allowed} characters",
    ),
    "json_question": ("应为一道题", "写成 JSON 对象", "not a question", "write it as a JSON object"),
    # the process apart
    "no_file": (
        "不是普通文件",
        "请给出题目文件本身",
        "not a plain file",
        "name the file of questions itself",
    ),
    "intake_time": (
        "读取用时过长，已停止",
        "上限 {allowed}；请删去空白行和多余内容，另存为新文件",
        "took too long to read and was stopped",
        "the bound is {allowed}; delete blank rows and what is not needed, save it as a new file",
    ),
    "intake_memory": (
        "读取时占用内存过多，已停止",
        "上限 {allowed}；请拆成几个小文件",
        "took too much memory to read and was stopped",
        "the bound is {allowed}; split it into smaller files",
    ),
    "intake_depth": (
        "嵌套太深",
        "请另存为新文件",
        "nested too deep",
        "save it as a new file",
    ),
    "intake_ended": (
        "读取中断，文件可能已损坏",
        "请另存为新文件再试",
        "could not be read to its end and may be damaged",
        "save it as a new file",
    ),
    "intake_answer": (
        "读取结果不可信，已拒绝",
        "请不要使用这个文件",
        "what was read cannot be trusted and was refused",
        "do not use this file",
    ),
    "errors_more": (
        "还有更多错误没有列出",
        "每个文件列出前 {allowed} 处，请改后再试",
        "more mistakes are not listed",
        "the first {allowed} of a file are; mend them and try again",
    ),
    "examples_skipped": (
        "跳过了示例行",
        "题号以“示例”开头的行不导入",
        "example rows were left out",
        "rows whose id begins with “example:” are never imported",
    ),
    "sealed_incoming": (
        "导入的题目不能是已封存状态",
        "改为草稿或已审；封存由系统完成",
        "a question that comes in cannot be sealed",
        "make it draft or reviewed; the system seals",
    ),
    "near_ended": (
        "题干彼此太像，相近题没有查完",
        "导入不受影响；请抽查是否有重复",
        "so many questions are alike that the search for near duplicates ended early",
        "the import is not affected; look through them for doubles",
    ),
    "near_more": (
        "还有更多题干相近的题没有列出",
        "请先核对已列出的",
        "more questions that read nearly alike are not listed",
        "check those that are listed first",
    ),
}
