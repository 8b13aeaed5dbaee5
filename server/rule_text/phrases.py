"""Rules that several kinds of round share: order, clocks, points, parts of points, spare questions."""

from __future__ import annotations

from .clauses import MAY, MUST, SHOULD, Clause, PointsRow, brief, change_row, clause
from .wording import FIGURES, Wording

ORDER_FULL = {
    "seat": ("按席位顺序", "in seat order"),
    "reverse_seat": ("按席位的倒序", "in reverse seat order"),
    "low_to_high": ("按当前得分从低到高的顺序", "from the lowest score to the highest, equal scores by seat"),
    "high_to_low": ("按当前得分从高到低的顺序", "from the highest score to the lowest, equal scores by seat"),
    "drawn": ("按抽签的顺序", "in an order drawn by lot"),
}
EQUAL_SCORES = {"low_to_high": "，同分的按席位先后", "high_to_low": "，同分的按席位先后"}
"""What the order by scores leaves open; in English the phrase says it already."""
ORDER_SHORT = {
    "seat": ("按席位顺序", "in seat order"),
    "reverse_seat": ("按席位倒序", "in reverse seat order"),
    "low_to_high": ("得分低者先答", "lowest score first"),
    "high_to_low": ("得分高者先答", "highest score first"),
    "drawn": ("抽签定顺序", "order drawn by lot"),
}
CLOCK_FULL = {
    "host": ("主持人说「开始答题」后计时", "the clock starts on the host's word"),
    "reading": ("读题结束即开始计时", "the clock starts when the reading ends"),
    "shown": ("题目一显示就开始计时", "the clock starts as the question is shown"),
}
CLOCK_SHORT = {
    "host": ("「开始答题」后计时", "clock on the host's word"),
    "reading": ("读完题即计时", "clock when the reading ends"),
    "shown": ("显示题目即计时", "clock as the question is shown"),
}
FORMS = {
    "single": ("单选题", "single choice"),
    "multiple": ("多选题", "multiple choice"),
    "true_false": ("判断题", "true or false"),
    "fill_in": ("填空题", "fill-in"),
    "oral": ("口答题", "spoken"),
    "listening": ("听力题", "listening"),
    "scenario": ("情景题", "scenario"),
}


def form_name(form: str) -> tuple[str, str]:
    """What a form of question is called. A form that is not of the bank is named by its own words."""
    words = form.replace("_", " ")
    return FORMS.get(form, (words, words))


def clock_clause(way: Wording, seconds: int, clock: str) -> Clause:
    """How long an answer may take, and from when."""
    return clause(
        "seconds clock",
        f"每题限时{way.zh_time(seconds)}，{CLOCK_FULL[clock][0]}；选手说「回答完毕」，计时停止。",
        f'Each answer has {way.en_time(seconds)}; {CLOCK_FULL[clock][1]} and stops when the contestant says "finished".',
        (
            brief(MUST, f"每题限时{seconds}秒", f"{seconds} seconds a question"),
            brief(MAY if clock == "host" else SHOULD, *CLOCK_SHORT[clock]),
        ),
    )


def points_clause(way: Wording, right_cp: int, wrong_cp: int, timeout_cp: int | None) -> Clause:
    """What right, wrong and late are worth. `timeout_cp` None: as wrong."""
    late_cp = wrong_cp if timeout_cp is None else timeout_cp
    zh = f"答对{way.zh_change(right_cp)}，"
    en = f"A right answer {way.en_change(right_cp)}; "
    shorts = [brief(MUST, f"答对{FIGURES.zh_change(right_cp)}", f"right {_mark(right_cp)}")]
    if late_cp == wrong_cp:
        zh += f"答错或超时{way.zh_change(wrong_cp, '不扣分')}。"
        en += f"a wrong or late one {way.en_change(wrong_cp, 'loses nothing')}."
        shorts.append(
            brief(
                MUST, f"答错或超时{FIGURES.zh_change(wrong_cp, '不扣分')}", f"wrong or late {_mark(wrong_cp)}"
            )
        )
    else:
        zh += f"答错{way.zh_change(wrong_cp, '不扣分')}，超时{way.zh_change(late_cp, '不扣分')}。"
        en += f"a wrong one {way.en_change(wrong_cp, 'loses nothing')}, "
        en += f"a late one {way.en_change(late_cp, 'loses nothing')}."
        shorts.append(brief(MUST, f"答错{FIGURES.zh_change(wrong_cp, '不扣分')}", f"wrong {_mark(wrong_cp)}"))
        shorts.append(brief(MUST, f"超时{FIGURES.zh_change(late_cp, '不扣分')}", f"late {_mark(late_cp)}"))
    return clause("right_cp wrong_cp timeout_cp", zh, en, tuple(shorts))


def _mark(points_cp: int) -> str:
    if points_cp == 0:
        return "0"
    return f"{'+' if points_cp > 0 else '−'}{FIGURES.en_bare(abs(points_cp))}"


def points_rows(right_cp: int, wrong_cp: int, timeout_cp: int | None) -> list[PointsRow]:
    """The same for the card's table."""
    return [
        change_row("答对", "Right", right_cp),
        change_row("答错", "Wrong", wrong_cp),
        change_row("超时", "Late", wrong_cp if timeout_cp is None else timeout_cp),
    ]


def partial_clause(partial: bool) -> Clause:
    """Whether a part of the points may be given."""
    if not partial:
        return clause(
            "partial",
            "不给部分分：答案不完整的，由主持人裁定对错。",
            "There are no part marks: an incomplete answer is ruled right or wrong.",
            aloud=False,
        )
    return clause(
        "partial",
        "回答不完整但有可取之处的，可以酌情给部分分数。",
        "An answer that is right in part may be given a part of the points.",
        brief(MAY, "可给部分分", "part marks"),
    )


def spare_clauses(way: Wording, reserve: int, planned_seconds: int) -> list[Clause]:
    """Spare questions and the planned time: for the card only."""
    found = []
    if reserve:
        found.append(
            clause(
                "reserve",
                f"另备{way.zh(reserve, '题')}，题目有误时替换；换下的题不计分。",
                f"{way.en(reserve, 'spare question')} can replace a faulty one, which then counts for nothing.",
                aloud=False,
            )
        )
    if planned_seconds:
        found.append(
            clause(
                "planned_seconds",
                f"本环节计划用时{way.zh_time(planned_seconds)}。",
                f"Planned for this round: {way.en_time(planned_seconds)}.",
                aloud=False,
            )
        )
    return found
