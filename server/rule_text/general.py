"""What holds for the whole contest, in words: scores, judges, ties, faults of technique."""

from __future__ import annotations

from ..game.rulebook import BuzzIn, Rulebook, Scenario, Text, TieBreak
from .clauses import Clause, clause
from .wording import Wording

GENERAL, JUDGING, TIES, TECHNIQUE = (
    Text("总则", "In general"),
    Text("评委与回避", "Judges, and who stands aside"),
    Text("同分与名次", "Equal scores and places"),
    Text("技术故障", "Faults of technique"),
)


def sections(book: Rulebook, way: Wording) -> list[tuple[Text, list[Clause]]]:
    """Headings with their rules, in the order of the card."""
    found = [(GENERAL, general(book, way)), (JUDGING, judging(book, way)), (TIES, ties(book))]
    return [(title, rules) for title, rules in [*found, (TECHNIQUE, technique(book))] if rules]


def general(book: Rulebook, way: Wording) -> list[Clause]:
    """The base score, how rulings become public, corrections."""
    if book.base_cp:
        base = clause(
            "base_cp",
            f"每位选手的基础分为{way.zh_points(book.base_cp) if book.base_cp > 0 else '负' + way.zh_points(-book.base_cp)}。",
            f"Everybody begins with {way.en_points(book.base_cp)}.",
        )
    else:
        base = clause("base_cp", "每位选手都从零分开始。", "Everybody begins with nothing.")
    if book.staged:
        staged = clause(
            "staged",
            "裁定先经核对，公布之后才计入得分。",
            "A ruling is confirmed first and changes the scores on the screen only when it is revealed.",
        )
    else:
        staged = clause(
            "staged",
            "裁定一经宣布，立即计入得分。",
            "A ruling changes the scores as soon as it is given.",
            aloud=False,
        )
    return [
        base,
        staged,
        clause(
            "",
            "裁定有误的，说明原因后更正，并作为「比分更正」公布"
            + ("；争议由裁判长决定。" if book.chief else "。"),
            "A ruling that was mistaken is corrected, with its reason, and shown as a correction of the score"
            + ("; the chief judge settles disputes." if book.chief else "."),
        ),
        clause(
            "",
            "所有抽签都留有种子，每一次计分都有记录，赛后可以复核。",
            "Every lot leaves its seed and every score its record, so that all of it can be checked afterwards.",
            aloud=False,
        ),
    ]


def judging(book: Rulebook, way: Wording) -> list[Clause]:
    """Who judges. How marks become one is said in the round itself."""
    if not book.judges:
        return []
    chief = book.chief
    count = len(book.judges)
    found = [
        clause(
            "judges",
            f"本场比赛有{way.zh(count, '位评委')}"
            + (f"，裁判长为{chief.name}。" if chief else "，未设裁判长。"),
            f"{way.en(count, 'judge')} {'sits' if count == 1 else 'sit'} on the panel"
            + (f"; the chief judge is {chief.name}." if chief else "; no chief judge was named."),
        )
    ]
    rounds = [one for one in book.rounds if isinstance(one, Scenario)]
    masked = sum(one.mask_own_unit for one in rounds)
    if masked:
        some = masked < len(rounds)
        found.append(
            clause(
                "mask_own_unit",
                ("在各环节有规定的，" if some else "")
                + "与选手同单位的评委回避：不给该选手评分，大屏幕公布回避人数。",
                ("Where the round says so, a" if some else "A")
                + " judge of the contestant's own unit stands aside and does not mark; the screen shows how many.",
                aloud=False,
            )
        )
    return found


def ties(book: Rulebook) -> list[Clause]:
    """What equal scores mean."""
    if isinstance(book.tie_break, TieBreak):
        return [
            clause(
                "tie_break",
                "总分相同的名次并列，需要分出先后的按加赛规则决出。",
                "Equal scores share a place, unless a tie-break decides it.",
                aloud=False,
            )
        ]
    return [
        clause(
            "tie_break",
            "总分相同的，名次并列，不设加赛。",
            "Equal scores share a place; there is no tie-break.",
        )
    ]


def technique(book: Rulebook) -> list[Clause]:
    """What happens when something fails. True of the machine by its build, not by a setting."""
    found = [
        clause(
            "",
            "设备或网络中断后，比分、题目和剩余时间按记录恢复；电脑重新启动的，计时停住，由主持人宣布继续。",
            "After a fault of machine or network, scores, question and time left are restored from the record; if the "
            "computer was restarted, the clock stands until the host goes on.",
            aloud=False,
        ),
        clause(
            "",
            "题目有误的，本题作废或者换题；已经计分的，经更正撤销。",
            "A faulty question is void or replaced; what it has changed already is taken back by a correction.",
            aloud=False,
        ),
    ]
    buzzers = any(isinstance(one, BuzzIn) for one in book.rounds)
    if book.tie_break is not None and book.tie_break.method != "in_turn":
        buzzers = True
    if buzzers:
        found = [
            clause(
                "",
                "谁先按键，以抢答盒记录的按下时刻为准，与信号到达的先后无关。",
                "Who pressed first is decided by the moment the button went down, not by which signal came first.",
                aloud=False,
            ),
            clause(
                "",
                "每次按键只属于当次抢答，迟到的按键不会带入下一题。",
                "A press belongs to its own arming; a late one never reaches the next question.",
                aloud=False,
            ),
            clause(
                "",
                "抢答计时中断的，当次按键不算，由主持人重新准备抢答；抢答盒失联的，判定中注明。",
                "If the timing is interrupted, its presses do not count and the host arms again; a box that is out of reach "
                "is named in the verdict.",
                aloud=False,
            ),
            *found,
        ]
        found.append(_web(book))
    return found


def _web(book: Rulebook) -> Clause:
    if book.web_buzzers:
        return clause(
            "web_buzzers",
            "允许用手机或电脑网页按键；网页按键的测量误差较大，判定时一并计入。",
            "Presses on a phone or keyboard count; less is known of when they were made, and the verdict allows for that.",
        )
    return clause("web_buzzers", "只有抢答盒的按键有效。", "Only presses on the boxes count.", aloud=False)
