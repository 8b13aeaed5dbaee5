"""One thing the host says, the moments there are, and the rulings that several rounds share.

× stands for the seat number or the points that the host fills in.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..game.rulebook import Text
from .wording import WORDS, sentence, tidy

MOMENTS = {
    "enter": Text("进入环节", "The round begins"),
    "rules": Text("宣读规则", "The rules"),
    "ready": Text("第一题之前", "Before the first question"),
    "question": Text("每题开始", "At each question"),
    "arm": Text("准备抢答", "Arming"),
    "foul": Text("抢答犯规", "At a foul"),
    "won": Text("有人抢到", "Somebody has the floor"),
    "too_close": Text("无法区分", "Too close to call"),
    "nobody": Text("无人按键", "Nobody pressed"),
    "ruling": Text("裁定", "The ruling"),
    "marks": Text("评分与亮分", "Marks"),
    "limit": Text("加赛已满", "The limit of the tie-break"),
    "staged": Text("公布裁定", "Revealing a ruling"),
    "correction": Text("比分更正", "Correcting a score"),
    "end": Text("环节结束", "The round ends"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the host says, and at which of the MOMENTS."""

    moment: str
    text: Text


def said(moment: str, zh: str, en: str) -> Said:
    """A line of the script, tidied."""
    return Said(moment, Text(tidy(zh), sentence(en)))


def named(title: Text) -> Text:
    """A round's title as it is spoken: 必答题环节, "the compulsory round"."""
    zh, en = title.zh.replace("\n", ""), title.en.replace("\n", " ")
    kind = en[:1].lower() + en[1:] if en[1:2].islower() else en
    return Text(
        zh if zh.endswith("环节") else f"{zh}环节",
        f"the {kind}" if en.lower().endswith(("round", "break")) else f"the {kind} round",
    )


def worth(points_cp: int, zh_nothing: str = "不扣分") -> tuple[str, str]:
    """What a ruling does to a score, as the host calls it out: 加十分, "plus ten points"."""
    zh = WORDS.zh_change(points_cp, zh_nothing)
    if points_cp == 0:
        return zh, "no change"
    return zh, f"{'plus' if points_cp > 0 else 'minus'} {WORDS.en_points(abs(points_cp))}"


def rulings(
    right_cp: int, wrong_cp: int, timeout_cp: int | None, partial: bool, by_form: bool = False
) -> list[Said]:
    """Right, wrong, late, and right in part where that is possible. `timeout_cp` None: as wrong."""
    right_zh, right_en = ("按题型加分", "the points of its form") if by_form else worth(right_cp, "不加分")
    wrong_zh, wrong_en = worth(wrong_cp)
    late_zh, late_en = worth(wrong_cp if timeout_cp is None else timeout_cp)
    found = [
        said("ruling", f"回答正确，{right_zh}！", f"That is right: {right_en}!"),
        said("ruling", f"很遗憾，回答错误，{wrong_zh}。", f"I am sorry, that is wrong: {wrong_en}."),
        said("ruling", f"时间到，{late_zh}。", f"The time is up: {late_en}."),
    ]
    if partial:
        found.append(said("ruling", "回答部分正确，加×分。", "That is right in part: plus × points."))
    return found
