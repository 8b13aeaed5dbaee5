"""抢答题 in words; the tie-break on the buzzer says the same clauses."""

from __future__ import annotations

from ..game.rulebook import BuzzIn, Text
from .clauses import MAY, MUST, SHOULD, Clause, PointsRow, Short, brief, change_row, clause
from .phrases import partial_clause, points_clause, points_rows, spare_clauses
from .wording import FIGURES, Wording, en_list, en_ordinal, figure

FOUL_THEN = {
    "others": (
        "犯规选手不能再抢本题，其他选手继续",
        "that contestant is out of the question, the others go on",
    ),
    "void": ("本题作废", "the question is void"),
    "audience": ("本题交给现场观众", "the question goes to the audience"),
    "press": (
        "这次按键无效，开放以后可以再按",
        "only that press is void, and one may press again after the open",
    ),
}
FOUL_THEN_SHORT = {
    "others": ("不能再抢本题", "out for this question"),
    "void": ("本题作废", "the question is void"),
    "audience": ("本题归观众", "it goes to the audience"),
    "press": ("该次按键无效", "only that press is void"),
}
FOUL_FREE_SHORT = {
    "others": ("犯规不能再抢本题", "a foul: out for this question"),
    "void": ("犯规则本题作废", "a foul voids the question"),
    "audience": ("犯规则本题归观众", "a foul: to the audience"),
    "press": ("犯规按键无效", "a foul press is void"),
}
LAST = {
    "close": ("本题结束", "the question closes"),
    "audience": ("本题交给现场观众", "the question goes to the audience"),
}
NOBODY = {
    "void": ("本题作废", "the question is void"),
    "audience": ("本题交给现场观众", "the question goes to the audience"),
}
TIE_WAYS = {
    "press_again": ("并列的选手重新抢答", "those who are tied press again"),
    "draw": ("抽签决定", "a lot is drawn"),
    "chief": ("由裁判长决定", "the chief judge decides"),
    "estimate": (
        "以最佳估计判定，并当场说明是估计",
        "the best estimate decides, and is said aloud to be one",
    ),
}
TIE_SHORT = {
    "press_again": ("重新抢答", "press again"),
    "draw": ("抽签决定", "a lot is drawn"),
    "chief": ("裁判长决定", "the chief judge decides"),
    "estimate": ("按最佳估计", "the best estimate"),
}
FOUL_WHEN = {
    "host": ("听到「开始」之前", 'before "go"'),
    "countdown": ("倒数结束之前", "before the count is over"),
    "reading": ("开始读题之前", "before the reading begins"),
}


def clauses(rules: BuzzIn, way: Wording, seats: int) -> list[Clause]:
    """Every rule of the round in the order of what happens, filled by that wording."""
    return [
        _questions(rules, way, seats),
        chances_clause(rules, way),
        open_clause(rules, way),
        foul_clause(rules, way),
        clocks_clause(rules, way),
        points_clause(way, rules.right_cp, rules.wrong_cp, rules.timeout_cp),
        partial_clause(rules.partial),
        tries_clause(rules, way),
        nobody_clause(rules, way),
        *audience_clauses(rules),
        too_close_clause(rules),
        *spare_clauses(way, rules.reserve, rules.planned_seconds),
    ]


def table(rules: BuzzIn) -> list[PointsRow]:
    """What the round can do to a score."""
    return [*points_rows(rules.right_cp, rules.wrong_cp, rules.timeout_cp), *foul_rows(rules)]


def foul_rows(rules: BuzzIn) -> list[PointsRow]:
    """A row for each foul that costs something of its own."""
    costs = foul_costs(rules)
    if len(costs) == 1:
        return [change_row("犯规，每次", "Each foul", costs[0])]
    rows = []
    for number, cost in enumerate(costs, start=1):
        onward = number == len(costs)
        rows.append(
            change_row(
                f"{FIGURES.zh_ordinal(number)}犯规" + ("起，每次" if onward else ""),
                f"{en_ordinal(number).capitalize()} foul" + (" and each after it" if onward else ""),
                cost,
            )
        )
    return rows


def foul_costs(rules: BuzzIn) -> tuple[int, ...]:
    """What the first, second ... foul costs; the last figure holds for all after it, so equal ones at the end are one."""
    costs = rules.fouls_cp or (0,)
    while len(costs) > 1 and costs[-1] == costs[-2]:
        costs = costs[:-1]
    return costs


def _questions(rules: BuzzIn, way: Wording, seats: int) -> Clause:
    return clause(
        "questions",
        f"本环节共{way.zh(rules.questions, '题')}，由{way.zh(seats, '位选手')}抢答，先按键者作答。",
        f"{way.en(rules.questions, 'question')} for {way.en(seats, 'contestant')}; who presses first answers.",
        brief(
            MUST, f"共{rules.questions}题", f"{rules.questions} question{'s' if rules.questions > 1 else ''}"
        ),
    )


def open_clause(rules: BuzzIn, way: Wording) -> Clause:
    """From when a press counts."""
    if rules.opens == "countdown":
        length = rules.countdown_seconds
        return clause(
            "opens countdown_seconds",
            f"读题后主持人倒数{way.zh_time(length)}，倒数结束才可以按键。",
            f"After the reading the host counts down for {way.en_time(length)}; press when the count is over.",
            brief(MUST, f"倒数{length}秒结束后按键", f"press after a {length} s count"),
        )
    if rules.opens == "reading":
        return clause(
            "opens",
            "主持人一开始读题就可以按键，不必等题目读完。",
            "One may press as soon as the reading begins, before it ends.",
            brief(MUST, "开始读题即可按键", "press once the reading begins"),
        )
    return clause(
        "opens",
        "读题后听到主持人说「开始」，才可以按键。",
        'After the reading, press only when the host has said "go".',
        brief(MUST, "听到「开始」后按键", 'press after "go"'),
    )


def foul_clause(rules: BuzzIn, way: Wording, costly: bool = True) -> Clause:
    """What a press before the open costs, and what follows. `costly` False: where points play no part."""
    then_zh, then_en = FOUL_THEN[rules.foul_then]
    when_zh, when_en = FOUL_WHEN[rules.opens]
    zh, en = f"{when_zh}按键是抢答犯规：", f"A press {when_en} is a foul: "
    short_zh, short_en = FOUL_THEN_SHORT[rules.foul_then]
    if not costly:
        free = brief(SHOULD, *FOUL_FREE_SHORT[rules.foul_then])
        return clause("foul_then", f"{zh}{then_zh}。", f"{en}{then_en}.", free)
    costs = foul_costs(rules)

    def spent(cost_cp: int) -> str:
        return f"costs {way.en_points(-cost_cp)}" if cost_cp < 0 else "costs nothing"

    if len(costs) == 1:
        cost = costs[0]
        zh += f"每次{way.zh_change(cost, '不扣分')}"
        en += f"each {spent(cost)}"
    else:
        said_zh, said_en = [], []
        for number, cost in enumerate(costs, start=1):
            onward = number == len(costs)
            said_zh.append(
                f"{way.zh_ordinal(number)}{'起每次' if onward else ''}{way.zh_change(cost, '不扣分')}"
            )
            said_en.append(f"the {en_ordinal(number)}{' and each after it' if onward else ''} {spent(cost)}")
        zh += "，".join(said_zh)
        en += en_list(said_en)
    return clause(
        "fouls_cp foul_then",
        f"{zh}；{then_zh}。",
        f"{en}; {then_en}.",
        _fouls_short(costs, short_zh, short_en),
    )


def _cost(cost_cp: int) -> str:
    return f"costs {figure(-cost_cp)}" if cost_cp < 0 else "costs nothing"


def _fouls_short(costs: tuple[int, ...], then_zh: str, then_en: str) -> Short:
    """What fouls cost and what follows on one line; of a long list of costs only the first."""
    zh, en = f"首次犯规{FIGURES.zh_change(costs[0], '不扣分')}", f"the first foul {_cost(costs[0])}"
    if len(costs) == 1:
        zh, en = f"犯规{FIGURES.zh_change(costs[0], '不扣分')}", f"a foul {_cost(costs[0])}"
    else:
        listed_zh = f"犯规依次扣{'、'.join(figure(-cost) for cost in costs)}分"
        listed_en = f"fouls cost {', '.join(figure(-cost) for cost in costs)}"
        if len(listed_zh) + len(then_zh) < 22 and len(listed_en) + len(then_en) < 60:
            zh, en = listed_zh, listed_en
    return brief(MUST, f"{zh}，{then_zh}", f"{en}, {then_en}")


def clocks_clause(rules: BuzzIn, way: Wording) -> Clause:
    """By when the winner must begin and finish."""
    finish = rules.finish_seconds
    if rules.begin_seconds == 0:
        return clause(
            "begin_seconds finish_seconds",
            f"抢到的选手立即作答，{way.zh_time(finish)}内答完。",
            f"Who wins the buzz answers at once and finishes within {way.en_time(finish)}.",
            brief(MUST, f"抢到即答，{finish}秒内答完", f"answer at once, within {finish} s"),
        )
    begin = rules.begin_seconds
    return clause(
        "begin_seconds finish_seconds",
        f"抢到的选手须在{way.zh_time(begin)}内开始作答，开始后{way.zh_time(finish)}内答完。",
        f"Who wins the buzz begins within {way.en_time(begin)} and finishes within {way.en_time(finish)} after that.",
        brief(MUST, f"{begin}秒内开始，{finish}秒内答完", f"begin in {begin} s, finish in {finish} s"),
    )


def tries_clause(rules: BuzzIn, way: Wording) -> Clause:
    """What follows a wrong answer."""
    last_zh, last_en = LAST[rules.then]
    closes = rules.then == "close"
    if rules.tries == 1:
        return clause(
            "tries then",
            f"每题只有一位选手作答；答错或超时，{last_zh}。",
            f"One contestant answers a question; after a wrong or late answer {last_en}.",
            () if closes else brief(SHOULD, "答错归观众", "wrong: to the audience"),
        )
    if rules.tries == 0:
        short = brief(SHOULD, "答错后其他人可再抢", "after a wrong one the others press again")
        zh = "答错或超时后，其他选手可以再抢，直到有人答对；"
        en = "After a wrong or late answer the others may press again, until one is right; "
    else:
        short = brief(
            SHOULD, f"答错可再抢，最多{rules.tries}人答", f"wrong: others may try, {rules.tries} in all"
        )
        zh = f"答错或超时后，其他选手可以再抢，每题最多{way.zh(rules.tries, '位选手')}作答；"
        en = f"After a wrong or late answer the others may press again, at most {way.en(rules.tries, 'contestant')} a question; "
    shorts = (short,) if closes else (short, brief(MAY, "都答不出则归观众", "then to the audience"))
    return clause(
        "tries then",
        f"{zh}答错的选手不能再抢这一题。仍然无人答对，{last_zh}。",
        f"{en}who was wrong is out of that question. If nobody is right, {last_en}.",
        shorts,
    )


def chances_clause(rules: BuzzIn, way: Wording) -> Clause:
    """How often one contestant may win the buzz."""
    if rules.chances == 0:
        return clause(
            "chances",
            "每位选手抢答的次数不限。",
            "There is no limit to how often one may win the buzz.",
            aloud=False,
        )
    return clause(
        "chances",
        f"每位选手在本环节最多抢到{way.zh(rules.chances, '次')}，用完以后不能再抢。",
        f"A contestant may win the buzz {way.en(rules.chances, 'time')} at most in this round.",
        brief(
            MUST,
            f"每人限抢到{rules.chances}次",
            f"max. {rules.chances} buzz{'es' if rules.chances > 1 else ''} each",
        ),
    )


def nobody_clause(rules: BuzzIn, way: Wording) -> Clause:
    """How long the boxes stay open when nobody presses."""
    zh, en = NOBODY[rules.nobody_then]
    wait = rules.nobody_seconds
    void = rules.nobody_then == "void"
    return clause(
        "nobody_seconds nobody_then",
        f"开放抢答后{way.zh_time(wait)}内无人按键，{zh}。",
        f"If nobody presses within {way.en_time(wait)} of the open, {en}.",
        brief(
            SHOULD,
            f"{wait}秒无人按则{'作废' if void else '归观众'}",
            f"no press in {wait} s: {'void' if void else 'to the audience'}",
        ),
    )


def audience_clauses(rules: BuzzIn) -> list[Clause]:
    """That the hall's answers do not count, where the hall may answer."""
    if "audience" not in (rules.then, rules.nobody_then, rules.foul_then):
        return []
    return [
        clause("", "观众的回答不计入选手得分。", "An answer from the audience changes no contestant's score.")
    ]


def tie_ways(rules: BuzzIn) -> list[Text]:
    """The ways to settle presses that are too close to call, the usual one first."""
    return [Text(*TIE_WAYS[way]) for way in rules.too_close]


def too_close_clause(rules: BuzzIn) -> Clause:
    """How presses that are too close to call are settled."""
    first, *others = tie_ways(rules)
    short_zh, short_en = TIE_SHORT[rules.too_close[0]]
    zh, en = first.zh, first.en
    if others:
        zh += "；不能这样定的，" + "，或者".join(way.zh for way in others)
        en += "; where that cannot be, " + en_list([way.en for way in others], "or")
    return clause(
        "too_close",
        f"按键先后的差距小于测量误差时，判为无法区分：{zh}。",
        f"When the lead is smaller than the uncertainty of the measurement, it is too close to call: {en}.",
        brief(MAY, f"无法区分时{short_zh}", f"too close to call: {short_en}"),
    )
