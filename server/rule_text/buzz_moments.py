"""What the host says around one arming: the order to press, a foul, who has the floor, a tie, silence."""

from __future__ import annotations

from ..game.rulebook import BuzzIn
from .buzz_in import FOUL_THEN, NOBODY, TIE_SHORT, foul_costs
from .said import Said, said, worth
from .wording import WORDS, en_number, en_ordinal, zh_number


def arming(rules: BuzzIn) -> list[Said]:
    """The order to press: from when it counts, in the words of the way of opening."""
    match rules.opens:
        case "countdown":
            numbers = range(rules.countdown_seconds, 0, -1)
            zh = "、".join(zh_number(number) for number in numbers)
            en = ", ".join(en_number(number) for number in numbers)
            return [
                said(
                    "arm",
                    "各位选手请准备，倒数结束之前请不要按键。请听题。",
                    "Get ready, and do not press before the count is over. Here is the question.",
                ),
                said("arm", f"{zh}！", f"{en}!"),
            ]
        case "reading":
            return [
                said(
                    "arm",
                    "各位选手请准备，从我开始读题起就可以按键。请听题。",
                    "Get ready: you may press as soon as I begin to read. Here is the question.",
                )
            ]
        case _:
            return [
                said(
                    "arm",
                    "各位选手请准备，听到「开始」之前请不要按键。请听题。",
                    'Get ready, and do not press before you hear "go". Here is the question.',
                ),
                said("arm", "请听口令：开始！", "Ready … go!"),
            ]


def fouls(rules: BuzzIn, costly: bool) -> list[Said]:
    """A sentence for each foul that costs something of its own."""
    then_zh, then_en = FOUL_THEN[rules.foul_then]
    if not costly:
        return [said("foul", f"×号选手抢答犯规：{then_zh}。", f"A foul by seat ×: {then_en}.")]
    costs = foul_costs(rules)
    found = []
    for number, cost in enumerate(costs, start=1):
        zh, en = worth(cost)
        which_zh, which_en = "", "a foul"
        if len(costs) > 1:
            onward = number == len(costs)
            which_zh = f"第{zh_number(number)}次{'或以后' if onward else ''}"
            which_en = f"the {en_ordinal(number)} {'or a later ' if onward else ''}foul"
        found.append(
            said(
                "foul",
                f"×号选手{which_zh}抢答犯规，{zh}；{then_zh}。",
                f"{which_en} by seat ×: {en}; {then_en}.",
            )
        )
    return found


def floor(rules: BuzzIn) -> Said:
    """Who pressed first, and by when to answer."""
    finish = WORDS.zh_time(rules.finish_seconds), WORDS.en_time(rules.finish_seconds)
    if rules.begin_seconds == 0:
        return said(
            "won",
            f"×号选手最先按键，请在{finish[0]}内答完！",
            f"Seat × was first. Please answer within {finish[1]}!",
        )
    begin = WORDS.zh_time(rules.begin_seconds), WORDS.en_time(rules.begin_seconds)
    return said(
        "won",
        f"×号选手最先按键，请在{begin[0]}内开始作答，{finish[0]}内答完。",
        f"Seat × was first. Please begin within {begin[1]} and finish within {finish[1]}.",
    )


TOO_CLOSE = {
    "press_again": (
        "请并列的几位选手准备，重新抢答；其他选手请不要按键。",
        "Those who are tied press again; the others, please do not press.",
    ),
    "draw": (
        "按照规则，现在当场抽签，抽中的选手作答。抽签的种子已经记录，可以复核。",
        "By the rules a lot is drawn now, and who is drawn answers. Its seed is recorded and can be checked.",
    ),
    "chief": ("按照规则，请裁判长决定由哪位选手作答。", "By the rules the chief judge says who answers."),
    "estimate": (
        "按照规则，以最佳估计判定，由×号选手作答。请注意：这是估计，不是确定的先后。",
        "By the rules the best estimate decides: seat × answers. Please note that this is an estimate, not a certainty.",
    ),
}


def too_close(rules: BuzzIn) -> list[Said]:
    """A sentence for each way the rulebook has to settle it, the usual one first."""
    found = [
        said(
            "too_close",
            "按键先后的差距小于测量误差，判为无法区分。",
            "The lead is smaller than the uncertainty: it is too close to call.",
        )
    ]
    for way in rules.too_close:
        zh, en = TOO_CLOSE[way]
        if len(rules.too_close) > 1:  # the host reads the one that the console offers
            label_zh, label_en = TIE_SHORT[way]
            zh, en = f"（{label_zh}）{zh}", f"({label_en}) {en}"
        found.append(said("too_close", zh, en))
    return found


def nobody(rules: BuzzIn) -> Said:
    """What follows when nobody pressed."""
    zh, en = NOBODY[rules.nobody_then]
    time_zh, time_en = WORDS.zh_time(rules.nobody_seconds), WORDS.en_time(rules.nobody_seconds)
    return said("nobody", f"{time_zh}内无人按键，{zh}。", f"Nobody has pressed within {time_en}: {en}.")
