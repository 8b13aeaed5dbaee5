"""What the host says at the moments of a round: its start, each question, a ruling, a correction, its end."""

from __future__ import annotations

from ..game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Rulebook, Scenario, TieBreak
from .buzz_in import LAST
from .buzz_moments import arming, floor, fouls, nobody, too_close
from .said import Said, named, rulings, said, worth
from .tie_break import THEN
from .wording import WORDS


def start(rules: RoundRules) -> list[Said]:
    """From the title to the sentence before the rules."""
    title = named(rules.title)
    if isinstance(rules, TieBreak):
        return [
            said(
                "enter",
                f"×号与×号选手总分相同，现在进入{title.zh}。",
                f"Seats × and × are level. We now come to {title.en}.",
            ),
            said("enter", "请大家听规则。", "These are the rules."),
        ]
    return [
        said(
            "enter",
            f"各位选手、各位评委、各位观众，现在进入{title.zh}。",
            f"Ladies and gentlemen, we now come to {title.en}.",
        ),
        said("enter", "请大家听规则。", "These are the rules."),
    ]


def after_rules(rules: RoundRules, book: Rulebook) -> list[Said]:
    """Everything from the first question to the end of the round."""
    match rules:
        case Compulsory():
            found = _compulsory(rules)
        case Scenario():
            found = _scenario(rules)
        case BuzzIn():
            found = _buzz_in(rules)
        case Risk():
            found = _risk(rules)
        case TieBreak():
            found = _tie_break(rules)
    return [
        said(
            "ready",
            "规则宣读完毕，各位选手有没有疑问？……好，现在开始。",
            "Those are the rules. Are there any questions? … Then let us begin.",
        ),
        *found,
        *_staged(rules, book),
        said(
            "correction",
            "现在更正比分：×号选手的得分更正为×分，原因是……。比分以大屏幕为准。",
            "A correction: the score of seat × is now ×, because …. The screen shows the score that holds.",
        ),
        said(
            "end",
            f"{named(rules.title).zh}到此结束，请看大屏幕上的得分。",
            f"That was {named(rules.title).en}. Please look at the scores on the screen.",
        ),
    ]


def _staged(rules: RoundRules, book: Rulebook) -> list[Said]:
    if not book.staged or isinstance(rules, Scenario):
        return []
    return [
        said(
            "staged",
            "请裁判确认，裁定稍后公布。",
            "The ruling is being confirmed and will be revealed in a moment.",
        ),
        said("staged", "现在公布裁定，请看大屏幕。", "Here is the ruling. Please look at the screen."),
    ]


CLOCK = {
    "host": ("请听题。……开始答题！", "Here is the question. … Your time starts now!"),
    "reading": (
        "请听题。……读题完毕，计时开始。",
        "Here is the question. … That was the question: the clock runs.",
    ),
    "shown": ("请看题，计时开始。", "Here is the question, and the clock runs."),
}
PICK = {
    "number": ("请×号选手选择题号。", "Seat ×, please pick a number."),
    "choose": ("请×号选手从自己的题目中选择一题。", "Seat ×, please choose one of your own questions."),
    "drawn": ("请×号选手准备。", "Seat ×, please get ready."),
}


def _compulsory(rules: Compulsory) -> list[Said]:
    found = [said("question", *PICK[rules.pick]), said("question", *CLOCK[rules.clock])]
    found += rulings(rules.right_cp, rules.wrong_cp, rules.timeout_cp, rules.partial, bool(rules.by_form))
    if rules.help_cp is not None:
        zh, en = worth(rules.help_cp)
        found.append(
            said("ruling", f"×号选手请队友帮助，{zh}。", f"Seat × has the help of a team-mate: {en}.")
        )
    return found


def _scenario(rules: Scenario) -> list[Said]:
    found = [said("question", "有请×号选手上场。", "Seat ×, please come to the stage.")]
    if rules.pick == "number":
        found.append(said("question", "请抽取题号。", "Please draw a number."))
    if rules.prepare_seconds:
        time_zh, time_en = WORDS.zh_time(rules.prepare_seconds), WORDS.en_time(rules.prepare_seconds)
        found.append(
            said(
                "question",
                f"你有{time_zh}的准备时间，准备开始！",
                f"You have {time_en} to prepare, from now!",
            )
        )
    time_zh, time_en = WORDS.zh_time(rules.seconds), WORDS.en_time(rules.seconds)
    found.append(
        said("question", f"现场应对限时{time_zh}，请开始！", f"You have {time_en} on stage. Please begin!")
    )
    found.append(said("question", "时间到，请停止。", "The time is up, please stop."))
    found.append(said("marks", "请各位评委评分。", "Judges, please enter your marks."))
    if rules.mask_own_unit:
        found.append(
            said(
                "marks",
                "与×号选手同单位的评委回避，不参加这次评分。",
                "Judges of the contestant's own unit stand aside and do not mark.",
            )
        )
    if rules.missing == "wait":
        found.append(
            said("marks", "还有评委没有提交，请稍候。", "We are waiting for the marks that are not in yet.")
        )
    found.append(said("marks", "评分结束，请亮分！", "The marking is closed. The marks, please!"))
    zh, en = "×号选手的得分是×分！", "Seat × has × points!"
    if rules.drop:
        count = WORDS.zh(rules.drop, "个")
        few = (
            "the highest and the lowest mark"
            if rules.drop == 1
            else f"the {WORDS.en(rules.drop, 'highest mark')} and as many of the lowest"
        )
        zh, en = f"去掉{count}最高分，去掉{count}最低分，{zh}", f"without {few}, {en[0].lower()}{en[1:]}"
    found.append(said("marks", zh, en))
    return found


def _buzz_in(rules: BuzzIn) -> list[Said]:
    found = [*arming(rules), *fouls(rules, costly=True), floor(rules), *too_close(rules), nobody(rules)]
    found += rulings(rules.right_cp, rules.wrong_cp, rules.timeout_cp, rules.partial)
    last_zh, last_en = LAST[rules.then]
    if rules.tries != 1:
        found.append(
            said(
                "ruling",
                "回答错误，其他选手请准备，可以再次抢答。",
                "That was wrong. The others get ready: you may press again.",
            )
        )
    found.append(said("ruling", f"这一题没有答对，{last_zh}。", f"Nobody was right: {last_en}."))
    if rules.chances:
        found.append(
            said(
                "ruling",
                f"×号选手已经抢到{WORDS.zh(rules.chances, '次')}，本环节不能再抢。",
                f"Seat × has won the buzz {WORDS.en(rules.chances, 'time')} and may not press again in this round.",
            )
        )
    return found


def _risk(rules: Risk) -> list[Said]:
    found = []
    if rules.sealed:
        found += [
            said(
                "ready",
                "请各位选手选定分值，注意保密。",
                "Please choose your values now, and keep them secret.",
            ),
            said(
                "ready",
                "现在公布各位选手的选择，请看大屏幕！",
                "Here are the choices. Please look at the screen!",
            ),
        ]
        found.append(
            said("question", "×号选手选择的是×分题。", "Seat × has chosen the question of × points.")
        )
    else:
        found.append(said("question", "请×号选手选择分值。", "Seat ×, please choose a value."))
    if rules.may_decline and not rules.sealed:
        found.append(said("question", "可以作答，也可以放弃。", "You may answer, and you may decline."))
    if rules.may_assign:
        found.append(
            said(
                "question",
                "这道题由你自己作答，还是指定另一位选手？",
                "Will you answer it yourself, or hand it to a rival?",
            )
        )
    found.append(said("question", *CLOCK[rules.clock]))
    found += [
        said("ruling", "回答正确，加×分！", "That is right: plus × points!"),
        said("ruling", "很遗憾，回答错误，扣×分。", "I am sorry, that is wrong: minus × points."),
        said("ruling", "时间到，扣×分。", "The time is up: minus × points."),
    ]
    if rules.may_decline:
        found.append(said("ruling", "×号选手选择放弃，不加分也不扣分。", "Seat × declines, at no cost."))
    return found


def _tie_break(rules: TieBreak) -> list[Said]:
    then_zh, then_en = THEN[rules.then]
    if rules.method == "in_turn":
        found = [
            said(
                "question",
                "请×号选手听题。……开始答题！",
                "Seat ×, here is your question. … Your time starts now!",
            )
        ]
        found += rulings(rules.right_cp, rules.wrong_cp, None, False)
    else:
        buzz = rules.buzz
        found = [
            said(
                "arm",
                "只有同分的选手抢答，其他选手请不要按键。",
                "Only those who are tied press; the others, please do not.",
            ),
            *arming(buzz),
            *fouls(buzz, costly=False),
            floor(buzz),
            *too_close(buzz),
            nobody(buzz),
        ]
        if rules.method == "questions":
            found += rulings(buzz.right_cp, buzz.wrong_cp, None, buzz.partial)
        else:
            found += [
                said("ruling", "回答正确，×号选手胜出！", "That is right: seat × takes the better place!"),
                said(
                    "ruling",
                    "很遗憾，回答错误或超时，×号选手的名次在后。",
                    "I am sorry, wrong or late: seat × takes the worse place.",
                ),
            ]
    sudden = rules.method == "sudden_death"
    most_zh = WORDS.zh(rules.limit, "题" if sudden else "遍")
    most_en = WORDS.en(rules.limit, "question" if sudden else "pass")
    found.append(
        said(
            "limit",
            f"加赛已满{most_zh}，仍然同分，{then_zh}。",
            f"That was the limit of {most_en} and they are still level: {then_en}.",
        )
    )
    return found
