"""风险题 in words."""

from __future__ import annotations

from ..game.rulebook import Risk, Text
from .clauses import MUST, SHOULD, Clause, PointsRow, Short, brief, clause
from .phrases import EQUAL_SCORES, ORDER_FULL, ORDER_SHORT, clock_clause, spare_clauses
from .wording import Wording, en_list, figure


def clauses(rules: Risk, way: Wording) -> list[Clause]:
    """Every rule of the round in the order of what happens, filled by that wording."""
    return [
        _order(rules),
        _values(rules, way),
        clock_clause(way, rules.seconds, rules.clock),
        clause(
            "",
            "答对加所选的分值，答错或超时扣所选的分值。",
            "A right answer gains the value chosen; a wrong or late one loses it.",
            brief(MUST, "答对加、答错或超时扣所选分值", "right gains the value, wrong or late loses it"),
        ),
        _decline(rules),
        _assign(rules),
        _sealed(rules),
        *spare_clauses(way, 0, rules.planned_seconds),
    ]


def table(rules: Risk) -> list[PointsRow]:
    """What the round can do to a score."""
    rows = []
    for value in rules.values_cp:
        amount = figure(value)
        rows.append(
            PointsRow(
                Text(f"{amount} 分题：答对 / 答错或超时", f"{amount}: right / wrong or late"),
                Text(f"+{amount} / −{amount}", f"+{amount} / −{amount}"),
            )
        )
    if rules.may_decline:
        rows.append(PointsRow(Text("放弃", "Declined"), Text("0", "0")))
    return rows


def _order(rules: Risk) -> Clause:
    zh, en = ORDER_FULL[rules.order]
    return clause(
        "order",
        f"选手{zh}上场{EQUAL_SCORES.get(rules.order, '')}，每人选择并回答一道风险题。",
        f"Contestants choose and answer {en}, one question each.",
        brief(MUST, *ORDER_SHORT[rules.order]),
    )


def _values(rules: Risk, way: Wording) -> Clause:
    *head, last = rules.values_cp
    said_zh = "、".join([*(way.zh_bare(value) for value in head), way.zh_bare(last)])
    zh = f"分值可以选{said_zh}分" if way.spoken else f"分值可以选 {said_zh} 分"
    en = f"The values to choose from are {en_list((way.en_bare(value) for value in rules.values_cp), 'or')} points"
    if not head:
        zh = f"题目分值为{way.zh_points(last)}"
        en = f"Each question has the value of {way.en_points(last)}"
    return clause("values_cp", f"{zh}。", f"{en}.", _values_short(rules))


def _values_short(rules: Risk) -> Short:
    zh = f"自选{'、'.join(figure(value) for value in rules.values_cp)}分题"
    en = f"choose {en_list((figure(value) for value in rules.values_cp), 'or')} points"
    if len(zh) <= 22 and len(en) <= 60:
        return brief(MUST, zh, en)
    low, high = figure(min(rules.values_cp)), figure(max(rules.values_cp))
    return brief(MUST, f"自选分值，{low}至{high}分", f"choose a value from {low} to {high}")


def _decline(rules: Risk) -> Clause:
    if rules.may_decline:
        return clause(
            "may_decline",
            "选手可以放弃，放弃不加分也不扣分。",
            "A contestant may decline, which costs nothing.",
            brief(SHOULD, "可以放弃，不加不扣", "may be declined at no cost"),
        )
    return clause(
        "may_decline",
        "每位选手必须选题作答，不能放弃。",
        "Nobody may decline: each contestant chooses and answers.",
        brief(SHOULD, "不能放弃", "nobody may decline"),
    )


def _assign(rules: Risk) -> Clause:
    if rules.may_assign:
        return clause(
            "may_assign",
            "选手可以把题目指定给另一位选手作答，加分或扣分都记在作答的选手名下。",
            "The contestant may hand the question to a rival, who answers it and then gains or loses the points.",
            brief(SHOULD, "可指定他人作答", "may be handed to a rival"),
        )
    return clause(
        "may_assign", "题目由选题的选手本人作答。", "Who chose the question answers it.", aloud=False
    )


def _sealed(rules: Risk) -> Clause:
    if rules.sealed:
        return clause(
            "sealed",
            "作答之前，所有选手各自秘密选定分值，然后同时公布，公布后不能更改。",
            "Before the first answer all choose in secret; the choices are revealed together and then stand.",
            brief(MUST, "秘密选分，同时公布", "secret choices, revealed together"),
        )
    return clause(
        "sealed",
        "轮到自己时当场选定分值。",
        "The value is chosen aloud when the turn comes.",
        aloud=False,
    )
