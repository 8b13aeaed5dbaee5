"""The commands that look into the bank: search, show, history, stats."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from question_bank import columns
from question_bank.bank import Bank, BankError
from question_bank.blueprint import Line
from question_bank.cli_common import (
    DONE,
    NO,
    Command,
    add_filters,
    filters,
    open_bank,
    print_json,
    tell,
    who,
)
from question_bank.draw import shortages
from question_bank.exporters import cells
from question_bank.question import (
    FORM_WORDS,
    LANGUAGE_WORDS,
    POOL_WORDS,
    ROUND_WORDS,
    STATUS_WORDS,
    Question,
    excerpt,
    is_hidden,
    to_dict,
)

LinesOf = Callable[[str], Sequence[Line]]
"""A contest file (or "preset:NAME") to the lines of its blueprint."""
_RESULT_WORDS = {"right": "答对", "wrong": "答错", "none": "未答"}
_USE_WORDS = {"show": "比赛", "rehearsal": "彩排"}


def _add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="words that must all stand in it; none: every question"
    )
    add_filters(parser)
    parser.add_argument("--limit", type=_whole, default=50, metavar="N", help="at most so many (default 50)")
    parser.add_argument("--offset", type=_whole, default=0, metavar="N", help="after the first so many")
    parser.add_argument("--json", action="store_true", help="whole questions, answers too")


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def _search(arguments: argparse.Namespace) -> int:
    text = " ".join(arguments.text)
    with open_bank(arguments) as bank:
        found, total = bank.search(text, **filters(arguments), limit=arguments.limit, offset=arguments.offset)
        if arguments.json and found:
            # A list without answers is no secret opened; whole questions are.
            bank.log_access(who(), "search", f"{len(found)} questions with answers")
    if arguments.json:
        print_json({"total": total, "offset": arguments.offset, "questions": [to_dict(q) for q in found]})
    else:
        zh = arguments.lang == "zh"
        for question in found:
            print("\t".join(_outline(question, zh)))
        last = arguments.offset + len(found)
        tell(
            arguments,
            f"共 {total} 题，显示至第 {last} 题。",
            f"{total} questions, shown up to number {last}.",
        )
    return DONE if total else NO


def _outline(question: Question, zh: bool) -> Sequence[str]:
    def word(words: dict[str, str], code: str) -> str:
        return words[code] if zh else code

    sealed = "（已封存，内容不可见）" if zh else "(sealed: hidden)"
    return (
        question.id,
        word(ROUND_WORDS, question.round),
        word(FORM_WORDS, question.form),
        question.area,
        question.level,
        word(STATUS_WORDS, question.status),
        sealed if is_hidden(question) else excerpt(question.prompt, 60),
    )


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="题号")
    parser.add_argument("--json", action="store_true")


def _found(bank: Bank, question_id: str) -> Question:
    question = bank.get(question_id)
    if question is None:
        raise BankError("no_question", str(bank.path), question_id)
    return question


def _show(arguments: argparse.Namespace) -> int:
    with open_bank(arguments) as bank:
        question = _found(bank, arguments.id)
        bank.log_access(who(), "show", question.id)
    if is_hidden(question):
        tell(
            arguments,
            "此题已封存，内容不可见；bank unseal 之后才能看。",
            "This question is sealed; its content cannot be seen before bank unseal.",
        )
    if arguments.json:
        print_json(to_dict(question))
        return DONE
    written = cells(question)
    for column in columns.COLUMNS:
        if text := written[column.field]:
            name = column.zh if arguments.lang == "zh" else column.field
            print(f"{name}\t" + text.replace("\n", "\n\t"))
    return DONE


def _history(arguments: argparse.Namespace) -> int:
    zh = arguments.lang == "zh"
    with open_bank(arguments) as bank:
        question = _found(bank, arguments.id)
        uses = bank.uses(question.id)
    if arguments.json:
        print_json({"id": question.id, "status": question.status, "uses": [asdict(use) for use in uses]})
        return DONE
    for use in uses:
        kind = _USE_WORDS[use.kind] if zh else use.kind
        result = "" if use.result is None else (_RESULT_WORDS[use.result] if zh else use.result)
        seat = "" if use.seat is None else (f"{use.seat} 号席位" if zh else f"seat {use.seat}")
        print("\t".join((use.at, use.contest, kind, result, seat)).rstrip("\t"))
    if not uses:
        tell(arguments, "这道题还没有用过。", "This question has not been used.")
    return DONE


def _add_stats(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--contest",
        "--blueprint",
        dest="contest",
        metavar="FILE",
        help="beside it what this contest file (or preset:NAME) asks for: needed, fitting, fresh; status 1: too few",
    )


def _stats(arguments: argparse.Namespace) -> int:
    with open_bank(arguments) as bank:
        statistics = bank.statistics()
        demand = None if arguments.contest is None else _demand(bank, _lines(arguments))
    if arguments.json:
        print_json(statistics if demand is None else {**statistics, "blueprint": demand})
    else:
        _print_statistics(statistics, arguments.lang == "zh")
        if demand is not None:
            _print_demand(demand, arguments.lang == "zh")
    return NO if demand is not None and demand["missing"] else DONE


def _lines(arguments: argparse.Namespace) -> Sequence[Line]:
    lines_of: LinesOf | None = getattr(arguments, "lines_of", None)
    if lines_of is None:
        raise ValueError("--contest works through run.py, which knows contest files")
    return lines_of(arguments.contest)


def _demand(bank: Bank, lines: Sequence[Line]) -> dict[str, Any]:
    """What each line needs and what of the show's pool fits it, and what the pools cannot give together.

    As the seal sees it: pool show, reviewed, drafts counted apart; fresh: not used at a show yet.
    """
    every = [one for one in bank.outlines(pool="show") if one.status in ("reviewed", "draft")]
    reviewed = [one for one in every if one.status == "reviewed"]
    used = bank.used_ids("show")
    rows = []
    for line in lines:
        fitting = [one for one in reviewed if line.takes(one)]
        drafts = sum(line.takes(one) for one in every) - len(fitting)
        fresh = sum(one.id not in used for one in fitting)
        row = {"line": line.key, "round": line.round, "value": line.value, "needed": line.count}
        rows.append({**row, "spare": line.spare, "fitting": len(fitting), "fresh": fresh, "drafts": drafts})
    missing = [asdict(one) for one in shortages(reviewed, lines)]
    return {"lines": rows, "missing": missing}


def _print_demand(demand: dict[str, Any], zh: bool) -> None:
    names = ("项", "环节", "需要", "备用", "已审可用", "未用过", "草稿") if zh else (
        "line", "round", "needed", "spare", "reviewed", "fresh", "drafts"
    )  # fmt: skip
    print("\n" + "\t".join(names))
    for row in demand["lines"]:
        round_ = ROUND_WORDS.get(row["round"], row["round"]) if zh else row["round"]
        place = f"{round_} {row['value']}" if row["value"] is not None else round_
        counts = (row[name] for name in ("needed", "spare", "fitting", "fresh", "drafts"))
        print("\t".join((row["line"], place, *map(str, counts))))
    for one in demand["missing"]:
        round_ = ROUND_WORDS.get(one["round"], one["round"]) if zh else one["round"]
        place = f"{round_} {one['value']}" if one["value"] is not None else round_
        lacking = one["needed"] - one["available"]
        print(f"不足：{place} 还差 {lacking} 题" if zh else f"too few: {place} lacks {lacking}")


def _print_statistics(statistics: dict[str, Any], zh: bool) -> None:
    def show(name: str, words: dict[str, str] | None = None, prefix: str = "") -> None:
        counts = statistics.get(name, {})
        for code in words if words is not None else counts:
            label = words[code] if zh and words is not None else code
            print(f"{prefix}{label}\t{counts.get(code, 0)}")

    print(f"{'总数' if zh else 'total'}\t{statistics['total']}")
    show("round", ROUND_WORDS)
    show("risk", None, f"{ROUND_WORDS['risk'] if zh else 'risk'} ")
    show("form", FORM_WORDS)
    show("area")
    show("level")
    show("status", STATUS_WORDS)
    show("pool", POOL_WORDS)
    show("language", LANGUAGE_WORDS)
    print(f"{'比赛用过' if zh else 'used at a show'}\t{statistics['used']}")
    rate = statistics["right_rate"]
    if rate is not None:
        print(f"{'答对率' if zh else 'right'}\t{rate:.0%}")
        for name in ("results_by_area", "results_by_level"):
            for word, results in statistics[name].items():
                if results["right_rate"] is not None:
                    print(f"{'答对率' if zh else 'right'} {word}\t{results['right_rate']:.0%}")


COMMANDS = {
    "search": Command("find questions by their words (搜索)", _add_search, _search),
    "show": Command("one question, whole (查看一题)", _add_show, _show),
    "history": Command("where a question was used, and how it was answered (使用记录)", _add_show, _history),
    "stats": Command("count the questions, also against a contest (题库统计)", _add_stats, _stats),
}
