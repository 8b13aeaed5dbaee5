"""Sentences about questions in the formats of other programs: what is wrong, what was left out, what was not kept."""

from __future__ import annotations

_ONE_RIGHT = (
    "只留一个满分答案；若都要选，请改成多选题",
    "leave one answer with full marks; if all are meant, make it a question with several answers",
)

# code -> (what is wrong zh, how to mend zh, what is wrong en, how to mend en)
WORDS: dict[str, tuple[str, str, str, str]] = {
    # the whole file: nothing can be read
    "fmt_xml": (
        "不是可读的 XML",
        "请检查这一行附近的标签（{allowed}）",
        "not readable XML",
        "check the tags near this line ({allowed})",
    ),
    "fmt_xml_entities": (
        "XML 中有文档类型、实体或外部引用，不予读取",
        "请从原系统重新导出，删去 <!DOCTYPE> 和 <!ENTITY>",
        "the XML has a document type, entities or outside references and is refused",
        "export it again, without <!DOCTYPE> and <!ENTITY>",
    ),
    "fmt_depth": (
        "嵌套太深",
        "最多 {allowed} 层",
        "nested too deep",
        "at most {allowed} levels",
    ),
    "fmt_not_quiz": (
        "不是 Moodle XML 题目文件",
        "最外层应为 <quiz>",
        "not a file of Moodle XML questions",
        "its outermost tag must be <quiz>",
    ),
    "fmt_json": (
        "不是可读的 JSON",
        "请检查文件是否完整（{allowed}）",
        "not readable JSON",
        "check that the file is whole ({allowed})",
    ),
    "fmt_not_trivia": (
        "不是 Open Trivia DB 的题目",
        "应有 results 列表，每题有 type、question、correct_answer、incorrect_answers",
        "not questions of Open Trivia DB",
        "there must be a list results; each question has type, question, correct_answer, incorrect_answers",
    ),
    "fmt_trivia_code": (
        "Open Trivia DB 没有给出题目",
        "请重新下载；response_code 应为 0",
        "Open Trivia DB gave no questions",
        "fetch them again; response_code must be 0",
    ),
    "fmt_trivia_item": (
        "这一题的字段不全或类型不对",
        "应有 {allowed}",
        "fields of this question are missing or of a wrong type",
        "it must have {allowed}",
    ),
    "fmt_too_many": (
        "题目太多",
        "最多 {allowed} 题，请分成几个文件",
        "too many questions",
        "at most {allowed}; split the file",
    ),
    "fmt_text_size": (
        "一段文字太长",
        "最多 {allowed} 个字符",
        "a text is too long",
        "at most {allowed} characters",
    ),
    # one question: the file is wrong
    "fmt_braces": (
        "花括号不成对，或一题里有两组",
        "答案放在一对花括号里，题目中间不留空行；文字里的花括号写成 \\{{ 和 \\}}",
        "braces do not match, or one question has two pairs",
        "put the answers in one pair of braces, no blank line inside; braces in a text are written \\{{ and \\}}",
    ),
    "fmt_no_right": (
        "没有标出正确答案",
        "请标出正确答案",
        "no answer is marked as right",
        "mark the right answer",
    ),
    "fmt_few_answers": (
        "选项少于两个",
        "请补上选项",
        "fewer than two answers",
        "add the missing ones",
    ),
    "fmt_number": (
        "数值题的答案不是数",
        "写成 #3、#3:0.5 或 #1..5",
        "the answer of a numerical question is no number",
        "write #3, #3:0.5 or #1..5",
    ),
    "fmt_matching": (
        "匹配题的一行没有“->”",
        "写成 =左 -> 右",
        "a line of a matching question has no “->”",
        "write =left -> right",
    ),
    "fmt_weight": ("分数权重不是数", "写 -100 至 100", "a weight is no number", "write -100 to 100"),
    "fmt_aiken_start": (
        "选项或答案前面没有题干",
        "题干写成一行，放在选项之前",
        "an option or an answer with no question before it",
        "write the question on one line, before its options",
    ),
    "fmt_aiken_open": (
        "这一题没有写完",
        "题干一行，选项各一行（A. 或 A)），最后一行 ANSWER: 字母",
        "this question is not finished",
        "one line for the question, one for each option (A. or A)), the last one ANSWER: letter",
    ),
    "fmt_aiken_letters": (
        "选项字母不连续",
        "此处应为 {allowed}",
        "the letters of the options have a gap",
        "this one must be {allowed}",
    ),
    "fmt_aiken_answer": (
        "答案不是选项的字母",
        "应为 {allowed} 中的一个",
        "the answer is no letter of an option",
        "one of {allowed}",
    ),
    # one question: left out, the rest of the file is imported
    "left_out_matching": (
        "匹配题，未导入",
        "可改写成几道单选题",
        "a matching question, left out",
        "it can be written as several choices",
    ),
    "left_out_essay": (
        "问答题没有参考答案，未导入",
        "补上总反馈或评分说明后可作口答题导入",
        "an essay without a model answer, left out",
        "with general feedback or grader information it comes in as an oral question",
    ),
    "left_out_description": (
        "只是说明文字，没有答案，未导入",
        "可不处理",
        "a text without answers, left out",
        "nothing to do",
    ),
    "left_out_cloze": (
        "完形题（一题多空），未导入",
        "可拆成几道填空题",
        "a cloze question (several blanks), left out",
        "it can be split into several questions",
    ),
    "left_out_type": (
        "题库没有这种题型，未导入",
        "可改写后再导入",
        "the bank has no such kind, left out",
        "rewrite it as another kind",
    ),
    "left_out_several_right": (
        "单选题有几个满分答案，未导入",
        _ONE_RIGHT[0],
        "a single choice with several answers of full marks, left out",
        _ONE_RIGHT[1],
    ),
    "left_out_all_right": (
        "所有选项都对，未导入",
        "加上错误的选项",
        "all options are right, left out",
        "add a wrong one",
    ),
    "left_out_too_long": (
        "文字太长，此题未导入",
        "最多 {allowed} 个字符",
        "a text is too long, question left out",
        "at most {allowed} characters",
    ),
    "left_out_too_many": (
        "内容个数太多，此题未导入",
        "最多 {allowed} 个",
        "too many of these, question left out",
        "at most {allowed}",
    ),
    "left_out_options_count": (
        "选项个数超出题库，此题未导入",
        "应为 {allowed} 个",
        "more options than the bank holds, question left out",
        "must be {allowed}",
    ),
    "left_out_option_twice": (
        "选项重复，此题未导入",
        "请改成不同的内容",
        "an option appears twice, question left out",
        "make them differ",
    ),
    "left_out_empty": (
        "去掉图片和格式后没有文字，此题未导入",
        "请用文字写出",
        "no text is left without pictures and formatting, question left out",
        "write it in words",
    ),
    # one question: imported, but this was not kept
    "not_kept_weight": (
        "部分得分没有保留：题库里一个答案只有对或错",
        "请核对",
        "part marks are not kept: in the bank an answer is right or wrong",
        "look it over",
    ),
    "not_kept_partial": (
        "得部分分的答案没有保留",
        "若应算对，请在“备选答案”中补上",
        "an answer worth part of the marks is not kept",
        "if it counts as right, add it to the variants",
    ),
    "not_kept_wildcard": (
        "通配符 * 按文字保留或略去：答案由主持人判断",
        "请核对",
        "the wildcard * is not kept: the host judges the answer",
        "look it over",
    ),
    "not_kept_feedback": (
        "各选项的反馈没有保留",
        "需要时可写进解析",
        "feedback on single answers is not kept",
        "put it into the explanation if it is needed",
    ),
    "not_kept_range": (
        "数值的误差范围写进了解析，由主持人判断",
        "请核对",
        "the range of a number stands in the explanation; the host judges it",
        "look it over",
    ),
    "not_kept_units": ("数值的单位换算没有保留", "请核对", "units of a number are not kept", "look it over"),
    "not_kept_case": ("区分大小写的要求没有保留", "请核对", "that case matters is not kept", "look it over"),
    "not_kept_picture": (
        "图片、音频或视频没有导入",
        "请把文件放在题目表旁边，在“媒体文件”一列写上文件名",
        "a picture, sound or film is not imported",
        "put the file beside a question sheet and name it in the media column",
    ),
    "not_kept_link": (
        "链接的网址没有保留，文字保留",
        "请核对",
        "the address of a link is not kept, its text is",
        "look it over",
    ),
    "not_kept_table": ("表格写成了文字", "请核对", "a table became text", "look it over"),
    "not_kept_struck": (
        "删除线没有保留",
        "请核对这处文字",
        "text that was struck through is no longer so",
        "look at this text",
    ),
    "not_kept_script": ("网页程序已去掉", "请核对", "a script was taken out", "look it over"),
    "not_kept_invisible": (
        "不可见的排版字符已去掉",
        "可不处理",
        "invisible characters were taken out",
        "nothing to do",
    ),
    "not_kept_markdown": (
        "Markdown 标记按原样保留为文字",
        "请核对",
        "Markdown marks stay in the text as typed",
        "look it over",
    ),
    "not_kept_tex": (
        "公式代码按原样保留为文字",
        "请改写成文字",
        "code of a formula stays in the text as typed",
        "rewrite it in words",
    ),
    "not_kept_id": (
        "题号写法不合题库，已另行生成",
        "可不处理",
        "the id does not fit the bank, another is made",
        "nothing to do",
    ),
    "not_kept_tags": (
        "标签太长或太多，没有保留",
        "最多 {allowed} 个，每个 20 个字符",
        "tags too long or too many are not kept",
        "at most {allowed}, 20 characters each",
    ),
    "not_kept_grade": (
        "分数没有保留，分值由环节决定",
        "风险题可写 10、20 或 30",
        "the mark is not kept, the round says what it is worth",
        "10, 20 or 30 in the risk round",
    ),
    "not_kept_order": (
        "子类目的上级没有保留",
        "可不处理",
        "the parents of a category are not kept",
        "nothing to do",
    ),
    "kept_essay": (
        "问答题按口答题导入，参考答案取自评分说明或总反馈",
        "请核对答案",
        "an essay comes in as an oral question, its answer from grader information or general feedback",
        "look the answer over",
    ),
    # the whole file: how many questions
    "not_kept_titles": (
        "题目名称没有保留（题数见引号内）",
        "可不处理",
        "titles are not kept (the number of questions is quoted)",
        "nothing to do",
    ),
    "not_kept_settings": (
        "扣分、提示、通用反馈、隐藏等测验设置没有保留（题数见引号内）",
        "可不处理",
        "quiz settings such as penalties, hints, stock feedback are not kept (number of questions quoted)",
        "nothing to do",
    ),
    "not_kept_difficulty": (
        "难度换成了等级：easy 初级、medium 中级、hard 高级（题数见引号内）",
        "可用 --level 指定等级",
        "difficulty became a level: easy 初级, medium 中级, hard 高级 (number of questions quoted)",
        "give --level to name it",
    ),
    # writing a file for another program
    "not_written_form": (
        "此格式没有这种题型，没有写出",
        "请用 JSON 或表格导出",
        "the format has no such kind, not written",
        "export as JSON or a sheet",
    ),
    "not_written_media": (
        "媒体文件没有写出",
        "请用表格或 ZIP 导出",
        "the media file is not written",
        "export as a sheet or ZIP",
    ),
    "not_written_text": (
        "此格式写不下这段文字",
        "请用 JSON 或表格导出",
        "the format cannot hold this text",
        "export as JSON or a sheet",
    ),
    "not_written_fields": (
        "此格式没有这些字段，没有写出：{allowed}",
        "需要时请用 JSON 或表格导出",
        "the format has no place for: {allowed}",
        "export as JSON or a sheet where they are needed",
    ),
    "not_written_newlines": ("换行写成了空格", "可不处理", "line breaks became blanks", "nothing to do"),
}
