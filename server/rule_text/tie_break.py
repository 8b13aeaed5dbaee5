"""加赛题 in words: which ties matter, who takes part, how they are decided in the end."""

from __future__ import annotations

from ..game.rulebook import TieBreak
from . import buzz_in
from .clauses import MAY, MUST, SHOULD, Clause, PointsRow, Short, brief, clause
from .phrases import partial_clause, points_clause, points_rows, spare_clauses
from .wording import Wording, en_number, zh_number

THEN = {
    "draw": ("抽签决定", "a lot decides"),
    "chief": ("由裁判长决定", "the chief judge decides"),
}


def clauses(rules: TieBreak, way: Wording) -> list[Clause]:
    """Every rule of the tie-break in the order of what happens, filled by that wording."""
    found = [
        _matters(rules, way),
        clause(
            "",
            "只有同分的选手参加；加赛的得分只用来定名次，不计入总分。",
            "Only those who are tied take part; its points decide places and never enter the score.",
            brief(SHOULD, "只定名次，不计总分", "for places only, no score"),
        ),
        _method(rules, way),
    ]
    if rules.method == "in_turn":
        found.append(_seconds(rules, way))
        found.append(points_clause(way, rules.right_cp, rules.wrong_cp, None))
    else:
        found += _on_the_buzzer(rules, way)
    found.append(_limit(rules, way))
    found.append(
        clause(
            "reserve limit",
            f"为加赛备题{way.zh(rules.reserve, '题')}，用完仍然同分的，也这样决定。",
            f"{way.en(rules.reserve, 'question')} were drawn for it; when they are used up, a tie is decided the same way.",
            aloud=False,
        )
    )
    return found + spare_clauses(way, 0, rules.planned_seconds)


def table(rules: TieBreak) -> list[PointsRow]:
    """What decides places; none of it enters the score."""
    match rules.method:
        case "in_turn":
            return points_rows(rules.right_cp, rules.wrong_cp, None)
        case "questions":
            return points_rows(rules.buzz.right_cp, rules.buzz.wrong_cp, None)
        case _:
            return []


def _matters(rules: TieBreak, way: Wording) -> Clause:
    says = "matters top"
    if rules.matters == "cut":
        return clause(
            says,
            f"同分影响到第{zh_number(rules.top)}名与第{zh_number(rules.top + 1)}名之间的去留时，进行加赛。"
            if way.spoken
            else f"同分影响到第 {rules.top} 名与第 {rules.top + 1} 名之间的去留时，进行加赛。",
            f"A tie is broken only where it reaches over the line between place {_place(rules.top, way)} "
            f"and place {_place(rules.top + 1, way)}.",
            brief(MUST, f"只决出前{rules.top}名的归属", f"only for who is in the top {rules.top}"),
        )
    if rules.top == 0:
        return clause(
            says,
            "总分相同、名次未分的，每个名次都要加赛决出。",
            "Every tie for a place is broken.",
            brief(MUST, "每个名次的同分都加赛", "every tie for a place is broken"),
        )
    first_zh = "第一名" if rules.top == 1 else f"前{way.zh(rules.top, '名')}"
    return clause(
        says,
        f"同分涉及{first_zh}的，加赛决出名次；其余同分名次并列。",
        f"Ties for place {_place(rules.top, way)} or better are broken; the others share their place.",
        _ties_short(rules.top),
    )


def _ties_short(top: int) -> Short:
    if top == 1:
        return brief(MUST, "第1名的同分加赛", "a tie for place 1 is broken")
    return brief(MUST, f"前{top}名的同分加赛", f"ties for the top {top} are broken")


def _place(place: int, way: Wording) -> str:
    return en_number(place) if way.spoken else str(place)


def _method(rules: TieBreak, way: Wording) -> Clause:
    count, says = rules.questions, "method questions"
    match rules.method:
        case "in_turn":
            return clause(
                says,
                f"同分选手轮流作答，每一遍每人{way.zh(count, '题')}，按加赛得分定名次。",
                f"The tied answer in turn, {way.en(count, 'question')} each in a pass; the points decide.",
                brief(MUST, f"轮流作答，每遍每人{count}题", f"in turn, {count} each in a pass"),
            )
        case "questions":
            return clause(
                says,
                f"同分选手抢答，每一遍{way.zh(count, '题')}，按加赛得分定名次。",
                f"The tied press for the questions, {way.en(count, 'question')} in a pass; the points decide.",
                brief(MUST, f"抢答，每遍{count}题", f"on the buzzer, {count} in a pass"),
            )
        case _:
            return clause(
                "method",
                "同分选手抢答，一题一决：先答对的名次在前，先答错的名次在后，其余仍同分的继续加赛。",
                "The tied press, and each question decides: who is right first takes the better place, who is wrong first "
                "the worse; any who are still tied go on.",
                brief(MUST, "先答对者胜，先答错者负", "first right wins, first wrong loses"),
            )


def _seconds(rules: TieBreak, way: Wording) -> Clause:
    return clause(
        "seconds",
        f"每题限时{way.zh_time(rules.seconds)}。",
        f"Each answer has {way.en_time(rules.seconds)}.",
        brief(MUST, f"每题限时{rules.seconds}秒", f"{rules.seconds} seconds a question"),
    )


def _on_the_buzzer(rules: TieBreak, way: Wording) -> list[Clause]:
    """The settings of the buzz that play a part: a foul costs no points here, and sudden death knows none at all."""
    buzz = rules.buzz
    found = [buzz_in.open_clause(buzz, way), buzz_in.foul_clause(buzz, way, costly=False)]
    found.append(buzz_in.clocks_clause(buzz, way))
    if rules.method == "questions":
        found.append(points_clause(way, buzz.right_cp, buzz.wrong_cp, None))
        found.append(partial_clause(buzz.partial))
        found.append(buzz_in.tries_clause(buzz, way))
    if buzz.chances:
        found.append(buzz_in.chances_clause(buzz, way))
    found.append(buzz_in.nobody_clause(buzz, way))
    found.append(buzz_in.too_close_clause(buzz))
    return found


def _limit(rules: TieBreak, way: Wording) -> Clause:
    then_zh, then_en = THEN[rules.then]
    sudden = rules.method == "sudden_death"
    most_zh = way.zh(rules.limit, "题" if sudden else "遍")
    most_en = way.en(rules.limit, "question" if sudden else "pass")
    return clause(
        "limit then",
        f"最多加赛{most_zh}，仍然同分的，{then_zh}。",
        f"After {most_en} at most, those still tied: {then_en}.",
        brief(
            MAY,
            f"{rules.limit}{'题' if sudden else '遍'}后仍同分，{then_zh}",
            f"still tied after {rules.limit}: {then_en}",
        ),
    )
