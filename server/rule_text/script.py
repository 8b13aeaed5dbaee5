"""The host's spoken script: whole sentences, numbers as words, in the order in which they are needed."""

from __future__ import annotations

from ..game.rulebook import RoundRules, Rulebook, Text
from . import general
from .moments import after_rules, start
from .said import Said, named, said
from .slide import clauses_of
from .wording import WORDS, en_list, en_number, zh_number


def script(rules: RoundRules, book: Rulebook) -> list[Text]:
    """What the host says aloud in a round of that rulebook, from its title to its end."""
    return [one.text for one in spoken(rules, book)]


def spoken(rules: RoundRules, book: Rulebook) -> list[Said]:
    """As `script`, each sentence with the moment it belongs to."""
    rules_said = [
        Said("rules", one.text)
        for one in clauses_of(rules, WORDS, len(book.contestants), len(book.judges))
        if one.aloud
    ]
    return [*start(rules), *rules_said, *after_rules(rules, book)]


def rounds_of(book: Rulebook) -> list[RoundRules]:
    """The rounds in the order of play, the tie-break last where there is one."""
    return [*book.rounds, *([book.tie_break] if book.tie_break else [])]


def opening(book: Rulebook) -> list[Text]:
    """What the host says before the first round: welcome, contestants, judges, what holds for all rounds."""
    title = book.title.zh.replace("\n", ""), book.title.en.replace("\n", " ")
    people_zh = "；".join(
        f"{zh_number(one.seat)}号选手{one.name}，来自{one.unit}" for one in book.contestants
    )
    people_en = "; ".join(
        f"at seat {en_number(one.seat)}, {one.name} of {one.unit}" for one in book.contestants
    )
    names = [named(one.title) for one in book.rounds]
    found = [
        said("enter", f"各位领导、各位来宾，欢迎来到{title[0]}的现场！", f"Welcome to {title[1]}!"),
        said(
            "enter",
            f"今天参加比赛的有{WORDS.zh(len(book.contestants), '位选手')}：{people_zh}。",
            f"{WORDS.en(len(book.contestants), 'contestant')} take part today: {people_en}.",
        ),
    ]
    if book.judges:
        found.append(
            said(
                "enter",
                f"担任评委的是：{'、'.join(one.name for one in book.judges)}。",
                f"Our judges are {en_list(one.name for one in book.judges)}.",
            )
        )
    found.append(
        said(
            "enter",
            f"比赛共有{WORDS.zh(len(names), '个环节')}：{'、'.join(name.zh.removesuffix('环节') for name in names)}。",
            f"There {'is' if len(names) == 1 else 'are'} {WORDS.en(len(names), 'round')}: {en_list(name.en for name in names)}.",
        )
    )
    common = [
        *general.general(book, WORDS),
        *general.judging(book, WORDS),
        *general.ties(book),
        *general.technique(book),
    ]
    return [one.text for one in found] + [one.text for one in common if one.aloud]


def closing(book: Rulebook) -> list[Text]:
    """What the host says after the last round."""
    who_zh, who_en = ("请裁判长", "The chief judge checks") if book.chief else ("现在", "We now check")
    found = [
        said(
            "end",
            f"全部题目已经答完，{who_zh}核对成绩。",
            f"All questions are answered. {who_en} the result.",
        )
    ]
    if book.tie_break is not None:
        found.append(
            said(
                "end",
                "如有规定名次的同分，现在先进行加赛。",
                "Where a tie must be broken by the rules, the tie-break comes first.",
            )
        )
    found.append(
        said("end", "现在从最后一名开始，公布最终名次！", "And now the places, from the last to the first!")
    )
    return [one.text for one in found]
