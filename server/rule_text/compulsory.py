"""必答题 in words."""

from __future__ import annotations

from ..game.rulebook import Compulsory
from .clauses import MAY, MUST, SHOULD, Clause, PointsRow, Short, brief, change_row, clause
from .phrases import (
    EQUAL_SCORES,
    ORDER_FULL,
    ORDER_SHORT,
    clock_clause,
    form_name,
    partial_clause,
    points_clause,
    points_rows,
    spare_clauses,
)
from .wording import FIGURES, Wording, en_list, figure


def clauses(rules: Compulsory, way: Wording) -> list[Clause]:
    """Every rule of the round in the order of what happens, filled by that wording."""
    found = [_turns(rules, way), _pick(rules, way), clock_clause(way, rules.seconds, rules.clock)]
    found.append(points_clause(way, rules.right_cp, rules.wrong_cp, rules.timeout_cp))
    if rules.by_form:
        found.append(_by_form(rules, way))
    found.append(partial_clause(rules.partial))
    found.append(_help(rules, way))
    return found + spare_clauses(way, rules.reserve, rules.planned_seconds)


def table(rules: Compulsory) -> list[PointsRow]:
    """What the round can do to a score."""
    rows = points_rows(rules.right_cp, rules.wrong_cp, rules.timeout_cp)
    for form in rules.by_form:
        zh, en = form_name(form.form)
        rows.append(change_row(f"答对{zh}", f"Right ({en})", form.right_cp))
    if rules.help_cp is not None:
        rows.append(change_row("请队友帮助", "A team-mate's help", rules.help_cp))
    return rows


def _turns(rules: Compulsory, way: Wording) -> Clause:
    order_zh, order_en = ORDER_FULL[rules.order]
    short_zh, short_en = ORDER_SHORT[rules.order]
    zh = f"选手{order_zh}作答{EQUAL_SCORES.get(rules.order, '')}，每位选手{way.zh(rules.turns, '题')}"
    en = f"Contestants answer {order_en}, {way.en(rules.turns, 'question')} each"
    shorts = [brief(MUST, f"{short_zh}，每人{rules.turns}题", f"{short_en}, {rules.turns} each")]
    if rules.turns > 1:
        zh += "，每人连续答完再换下一位" if rules.in_a_row else "，一轮一题"
        en += ", all in a row before the next comes" if rules.in_a_row else ", one a turn"
        shorts.append(
            brief(SHOULD, "每人连续答完", "all in a row")
            if rules.in_a_row
            else brief(MAY, "一轮一题", "one a turn")
        )
    return clause("turns order in_a_row", f"{zh}。", f"{en}.", tuple(shorts))


def _pick(rules: Compulsory, way: Wording) -> Clause:
    if rules.pick == "drawn":
        return clause(
            "pick", "题目由赛前抽签确定。", "The questions were drawn by lot beforehand.", aloud=False
        )
    if rules.pick == "number":
        board_zh = f"从{way.zh(rules.pool, '个题号')}中" if rules.pool else ""
        board_en = f" out of {way.en(rules.pool, 'number')}" if rules.pool else ""
        return clause(
            "pick pool",
            f"轮到的选手{board_zh}任选一个题号，选过的题号不能再选。",
            f"Each contestant in turn picks a number{board_en}; a number is picked once only.",
            brief(
                MUST,
                f"{rules.pool}个题号任选" if rules.pool else "自选题号",
                f"pick a number out of {rules.pool}" if rules.pool else "pick a number",
            ),
        )
    pool_zh = f"自己的{way.zh(rules.pool, '题')}" if rules.pool else "自己的题板"
    pool_en = f"a board of {way.en(rules.pool, 'question')}" if rules.pool else "a board of their own"
    return clause(
        "pick pool turns",
        f"每位选手从{pool_zh}中任选{way.zh(rules.turns, '题')}作答。",
        f"Each contestant chooses {way.en(rules.turns, 'question')} from {pool_en}.",
        brief(
            MUST,
            f"{rules.pool}题任选{rules.turns}题" if rules.pool else f"任选{rules.turns}题",
            f"choose {rules.turns} of {rules.pool}" if rules.pool else f"choose {rules.turns}",
        ),
    )


def _by_form(rules: Compulsory, way: Wording) -> Clause:
    names = [(*form_name(one.form), one.right_cp) for one in rules.by_form]
    return clause(
        "by_form",
        "按题型计分的：" + "，".join(f"{zh}答对{way.zh_change(cp)}" for zh, _, cp in names) + "。",
        "By the form of the question a right answer gains: "
        + en_list(f"{way.en_points(cp)} ({en})" for _, en, cp in names)
        + ".",
        _forms_short(names),
    )


def _forms_short(names: list[tuple[str, str, int]]) -> tuple[Short, ...]:
    zh = "，".join(f"{zh}{figure(cp)}分" for zh, _, cp in names)
    en = ", ".join(f"{en} {figure(cp)}" for _, en, cp in names)
    if len(zh) <= 22 and len(en) <= 60:
        return (brief(MUST, zh, en),)
    return tuple(brief(MUST, f"{zh}{figure(cp)}分", f"{en} {figure(cp)}") for zh, en, cp in names)


def _help(rules: Compulsory, way: Wording) -> Clause:
    if rules.help_cp is None:
        return clause("help_cp", "本环节没有队友帮助。", "There is no help from team-mates.", aloud=False)
    return clause(
        "help_cp",
        f"每题可以请队友帮助，请一次{way.zh_change(rules.help_cp, '不扣分')}。",
        f"A team-mate may help with a question, which {_cost(rules.help_cp, way)} each time.",
        brief(
            SHOULD,
            f"请队友帮助{FIGURES.zh_change(rules.help_cp, '不扣分')}",
            f"a team-mate's help {_cost(rules.help_cp, FIGURES)}",
        ),
    )


def _cost(cost_cp: int, way: Wording) -> str:
    return f"costs {way.en_points(-cost_cp)}" if cost_cp < 0 else "costs nothing"
