"""The cells of a sheet are read as people write them, in either language; what is unknown stays as it is."""

from __future__ import annotations

import pytest

from question_bank import columns
from question_bank.model import FORM_WORDS, LANGUAGE_WORDS, POOL_WORDS, STATUS_WORDS


def test_every_word_of_ours_is_read_back() -> None:
    for read, words in (
        (columns.form_code, FORM_WORDS),
        (columns.pool_code, POOL_WORDS),
        (columns.status_code, STATUS_WORDS),
        (columns.language_code, LANGUAGE_WORDS),
    ):
        for code, word in words.items():
            assert read(word) == read(code) == read(f" {code.upper()} ") == code
        assert read("别的") == "别的" and read("") == ""


@pytest.mark.parametrize(
    ("header", "field"),
    [
        *(("备选答案", "variants"), ("角色说明", "brief"), ("标签", "tags"), ("用时", "time_s")),
        *(
            ("用时(秒)", "time_s"),
            ("出处日期", "source_date"),
            ("语言", "language"),
            ("Transcript", "transcript"),
        ),
        *(
            ("录音文字", "transcript"),
            ("用途", "pool"),
            ("命题人", "author"),
            ("审题人", "reviewer"),
            ("状态", "status"),
        ),
        ("备注", None),
    ],
)
def test_headers(header: str, field: str | None) -> None:
    assert columns.header_field(header) == field


def test_no_two_columns_answer_to_one_name() -> None:
    names = [name.casefold() for c in columns.COLUMNS for name in {c.field, c.zh, *c.aliases}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("form", "cell", "options", "answer"),
    [
        *(
            ("multiple", cell, 4, "ABD")
            for cell in ("ABD", "A、B、D", "d, b ,a", "ＡＢＤ", "A B D", "A和B；D")
        ),
        ("multiple", "AAB", 4, "AAB"),
        ("multiple", "甲和乙", 4, "甲和乙"),
        ("multiple", "", 4, ""),
        ("multiple", "A1", 4, "A1"),
        ("single", "ｂ", 4, "B"),
        ("single", "AB", 4, "AB"),
        ("single", "", 4, ""),
        ("listening", "c", 4, "C"),
        ("listening", "c", None, "C"),
        ("listening", "c", 0, "c"),
        ("listening", "三千", 0, "三千"),
        ("fill_in", "A", None, "A"),
        ("oral", "t", None, "t"),
        ("true_false", "√", 2, "对"),
        ("true_false", "false", 2, "错"),
    ],
)
def test_answers(form: str, cell: str, options: int | None, answer: str) -> None:
    assert columns.answer_code(form, cell, options) == answer


def test_cells_of_several_entries() -> None:
    assert columns.listed(" 二十\n\n20 ，个\n") == ("二十", "20 ，个")
    assert columns.tag_words("投诉、 5G 套餐，礼仪,a；b;c\n末") == (
        "投诉",
        "5G 套餐",
        "礼仪",
        "a",
        "b",
        "c",
        "末",
    )
    assert columns.listed("") == columns.tag_words("") == columns.tag_words("、，") == ()
