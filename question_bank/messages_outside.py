"""What the commands of the question bank say of questions that are not there."""

from __future__ import annotations

# code -> (what is wrong zh, how to mend zh, what is wrong en, how to mend en)
WORDS: dict[str, tuple[str, str, str, str]] = {
    "no_question": (
        "题库中没有这个题号",
        "可用 bank search 查找",
        "the bank has no question of this id",
        "look for it with bank search",
    ),
}
