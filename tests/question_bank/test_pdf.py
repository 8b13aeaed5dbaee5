"""The bank on paper, read back: what is on which sheet, and what must never be on it."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pytest

from question_bank.pdf import Printed, to_pdf
from question_bank.question import KeyPoint, Question
from tests.question_bank.makers import scenario, single

A4 = (595, 842)
SECRETS = ("答案甲二", "也算对的丙", "解析丁", "要点戊", "角色己", "原文庚", "标签辛")


def squeezed(text: str) -> str:
    """Text as it was drawn, blanks and lines aside."""
    return "".join(text.split())


def pages(data: bytes) -> list[str]:
    """The text of each page."""
    return [squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    oral = {
        "options": (),
        "answer": "答案甲二",
        "variants": ("也算对的丙",),
        "explanation": "解析丁",
        "tags": ("标签辛",),
    }
    points = (KeyPoint("要点戊", 1250), KeyPoint("结束", 750))
    return [
        single(1, round="risk", value=20, time_s=30, prompt="风险题的题干？"),
        single(2, form="oral", prompt="口答题的题干？", **oral),
        single(3, form="multiple", answer="AC", prompt="多选题的题干？", source="出处书", source_date="2021-11-01"),
        single(4, form="true_false", options=("对", "错"), answer="错", prompt="判断题的题干。"),
        scenario(5, prompt="情景五的题干。", brief="角色己", key_points=points),
        scenario(6, prompt="情景六的题干。", brief="另一个角色"),
        single(7, form="listening", options=(), answer="十点", prompt="听力题？", media="q.ogg", alt="留言", transcript="原文庚"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def plain(asked: list[Question]) -> Printed:
    """Without answers: the seven, sixty more of the risk round, and one with a character that no font of ours has."""
    many = [replace(asked[0], id=f"q{number}", prompt=f"第{number}题的题干？") for number in range(60)]
    odd = single(99, prompt="\U0001f9ff 是什么？")
    return to_pdf([*many, *asked[1:], odd], answers=False, title="决赛题目")


@pytest.fixture(scope="module")
def full(asked: list[Question]) -> Printed:
    """With answers: the seven, and two that are as long as can be."""
    long = replace(
        asked[1], id="long", prompt="很" * 500, answer="南" * 1000, explanation="说\n" * 800 + "完"
    )
    wide = replace(asked[2], id="wide", options=("东" * 120, "西" * 120, "丙"), prompt="选项最长？")
    return to_pdf([*asked, long, wide], answers=True)


def test_without_answers_there_is_no_answer_anywhere_in_the_file(
    asked: list[Question], plain: Printed
) -> None:
    text = "".join(pages(plain.data))
    assert all(question.prompt in text for question in asked[1:])
    assert not [secret for secret in SECRETS if secret in text]
    assert "出处书" not in text and "不含答案" in text and "答：" in text and "对／错" in text
    reader = pypdf.PdfReader(io.BytesIO(plain.data))
    assert "己" not in str(reader.metadata) + str(reader.outline)
    assert reader.metadata is not None and reader.metadata.title == "决赛题目"


def test_with_answers_every_part_is_there_on_sheets_of_its_own(full: Printed) -> None:
    found = pages(full.data)
    assert full.pages == len(found)
    whole = "".join(found)
    assert not [secret for secret in SECRETS if secret not in whole]
    assert "A.甲；C.丙" in whole and "要点戊（12.5分）" in whole and "出处书(2021-11-01)" in whole
    briefs = [page for page in found if "角色卡" in page]
    scores = [page for page in found if "评分表" in page]
    assert (len(briefs), len(scores)) == (2, 2)
    # Who plays the customer sees neither the key points nor the other brief; a judge sees no brief.
    assert "角色己" in briefs[0] and "另一个角色" not in briefs[0]
    assert not [page for page in briefs if "要点戊" in page or "12.5" in page]
    assert "要点戊" in scores[0] and "评委签名" in scores[0] and "角色己" not in scores[0]
    assert all("只给扮演客户的人" in page for page in briefs) and all("只给评委" in page for page in scores)
    assert all("保密" in page for page in found if page not in briefs + scores)


def test_questions_longer_than_a_page_go_on_whole(full: Printed) -> None:
    text = "".join(pages(full.data))
    assert full.pages >= 10
    counts = {sign: text.count(sign) for sign in "很说西南"}
    assert counts == {"很": 500, "说": 800, "西": 120, "南": 1000} and "完" in text


def test_every_page_is_a4_numbered_and_bookmarked_by_round(plain: Printed) -> None:
    reader = pypdf.PdfReader(io.BytesIO(plain.data))
    assert plain.pages == len(reader.pages) >= 4
    for number, page in enumerate(reader.pages, start=1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        assert f"第{number}页，共{plain.pages}页" in squeezed(page.extract_text())
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert titles == ["情景模拟题", "抢答题", "风险题"]
    text = "".join(pages(plain.data))
    order = [text.index(prompt) for prompt in ("情景五的题干", "口答题的题干", "第0题的题干", "第59题的题干")]
    assert order == sorted(order)


def test_a_character_without_a_glyph_is_named_and_never_a_blank_box(plain: Printed) -> None:
    assert plain.missing == ("\U0001f9ff",)
    assert "[U+1F9FF]是什么？" in "".join(pages(plain.data))


def test_parts_and_english(asked: list[Question]) -> None:
    only = pages(to_pdf(asked[4:6], answers=True, parts=["scores"], language="en").data)
    assert len(only) == 2 and all("Scoresheet" in page and "Onlyforjudges" in page for page in only)
    assert "Page1of2" in only[0]
    assert "Noquestionfits." in pages(to_pdf([], answers=False, language="en").data)[0]


@pytest.mark.parametrize(
    ("answers", "parts", "said"), [(False, ["briefs"], "--answers"), (True, ["all"], "unknown")]
)
def test_parts_that_cannot_be(answers: bool, parts: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        to_pdf([], answers=answers, parts=parts)
