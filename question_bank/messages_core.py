"""Sentences about the parts of a question and of the bank that came with its third version."""

from __future__ import annotations

# code -> (what is wrong zh, how to mend zh, what is wrong en, how to mend en)
WORDS: dict[str, tuple[str, str, str, str]] = {
    "answer_letters": (
        "多选题答案不对",
        "按顺序写正确选项的字母，例如 ABD；字母取自 {allowed}，至少一项对、一项错",
        "not a valid answer of a multiple choice",
        "the letters of the right options in order, such as ABD, out of {allowed}; at least one right, one wrong",
    ),
    "listening_media": (
        "听力题要有一个音频文件",
        "请在“媒体文件”一列写上音频文件",
        "a listening question needs a sound",
        "name a sound file in the media column",
    ),
    "too_many": ("太多", "最多 {allowed} 个", "too many", "at most {allowed}"),
    "variant_twice": (
        "备选答案与答案或另一备选答案相同",
        "请删去其中一个",
        "this variant reads the same as the answer or another variant",
        "remove one of them",
    ),
    "tag_twice": ("标签重复", "请删去其中一个", "the tag appears twice", "remove one of them"),
    "tag_sign": (
        "标签里不能有顿号、逗号或分号",
        "请分成几个标签，或去掉 {allowed}",
        "a tag must not hold a comma or a semicolon",
        "make several tags of it, or leave out {allowed}",
    ),
    "time_s": (
        "用时不对",
        "应为 {allowed} 秒的整数",
        "not a valid time",
        "whole seconds, {allowed}",
    ),
    "source_date": (
        "出处日期不对",
        "写成 2024、2024-05 或 2024-05-17",
        "not a valid date of the source",
        "write 2024, 2024-05 or 2024-05-17",
    ),
    "reviewer_missing": (
        "有命题人而没有审题人",
        "状态为 {allowed} 时请填审题人",
        "there is an author but no reviewer",
        "name a reviewer for the status {allowed}",
    ),
    "four_eyes": (
        "审题人与命题人是同一个人",
        "请由另一个人审题",
        "author and reviewer are the same person",
        "have somebody else review it",
    ),
    "sealed_kept": (
        "这道题已封存",
        "请先解封（bank unseal），再修改",
        "the question is sealed",
        "unseal it first (bank unseal), then change it",
    ),
    "not_sealed": (
        "这道题没有封存",
        "不需要解封",
        "the question is not sealed",
        "there is nothing to unseal",
    ),
}
