"""`run.py rules`: the rules of a contest as card, script, slide or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..contest.file import contest_path, read_contest
from ..game.rulebook import Rulebook, Text
from .card import LANGUAGES, card, points_of, round_text
from .said import MOMENTS, named
from .script import closing, opening, rounds_of, spoken
from .slide import slide

FORMATS = ("card", "script", "slide", "json")
DONE, WRONG_CALL = 0, 2
Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def register(command: Command) -> None:
    """Add `rules` to the commands of run.py."""
    sub = command("rules", run, "the rules as a printable card, the host's script, the slides, or JSON")
    sub.add_argument(
        "contest",
        nargs="?",
        type=contest_path,
        default="preset:default",
        metavar="CONTEST",
        help="a contest.toml, or preset:NAME (default: preset:default)",
    )
    sub.add_argument("--language", choices=LANGUAGES, help="default: the contest's own")
    sub.add_argument("--format", choices=FORMATS, default="card", help="default: card, an HTML page for A4")
    sub.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")


def run(arguments: argparse.Namespace) -> int:
    """Write the rules out. Returns the exit status; raises BadContestFile for a file that is not a contest."""
    book = read_contest(arguments.contest)
    text = render(book, arguments.format, arguments.language or ("en" if book.language == "en" else "zh"))
    if arguments.output is None:
        sys.stdout.write(text)
        return DONE
    try:
        arguments.output.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "no such place"
        print(
            f"firstpress: {arguments.output} cannot be written ({reason}); choose another FILE",
            file=sys.stderr,
        )
        return WRONG_CALL
    print(f"firstpress: wrote {arguments.output}", file=sys.stderr)
    return DONE


def render(book: Rulebook, form: str, language: str) -> str:
    """The text of one of the FORMATS. language: zh, en or both; JSON has both always."""
    match form:
        case "card":
            return card(book, language)
        case "script":
            return _both(_script, book, language)
        case "slide":
            return _both(_slides, book, language)
        case _:
            return json.dumps(as_json(book), ensure_ascii=False, indent=2) + "\n"


def as_json(book: Rulebook) -> dict[str, Any]:
    """All texts, each in both languages."""
    return {
        "title": _two(book.title),
        "opening": [_two(text) for text in opening(book)],
        "rounds": [
            {
                "kind": rules.kind,
                "title": _two(rules.title),
                "slide": [_two(text) for text in slide(rules, book)],
                "script": [{"moment": one.moment, **_two(one.text)} for one in spoken(rules, book)],
                "card": [_two(one.text) for one in round_text(rules, book)],
                "points": [{"what": _two(row.what), "change": _two(row.change)} for row in points_of(rules)],
            }
            for rules in rounds_of(book)
        ],
        "closing": [_two(text) for text in closing(book)],
    }


def _two(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _both(write: Callable[[Rulebook, str], str], book: Rulebook, language: str) -> str:
    chosen = ("zh", "en") if language == "both" else (language,)
    return "\n".join(write(book, one) for one in chosen)


def _script(book: Rulebook, language: str) -> str:
    def pick(text: Text) -> str:
        return text.zh if language == "zh" else text.en

    lines = ["主持词" if language == "zh" else "The host's script", ""]
    lines += [pick(text) for text in opening(book)]
    for rules in rounds_of(book):
        lines += ["", f"══ {pick(named(rules.title))} ══"]
        moment = ""
        for one in spoken(rules, book):
            if one.moment != moment:
                moment = one.moment
                label = pick(MOMENTS[moment])
                lines.append(f"【{label}】" if language == "zh" else f"[{label}]")
            lines.append(f"    {pick(one.text)}")
    lines += ["", "══ 公布成绩 ══" if language == "zh" else "══ The result ══"]
    lines += [f"    {pick(text)}" for text in closing(book)]
    return "\n".join(lines) + "\n"


def _slides(book: Rulebook, language: str) -> str:
    lines = []
    for rules in rounds_of(book):
        title = rules.title.zh if language == "zh" else rules.title.en
        lines += [title.replace("\n", " ")]
        lines += [f"    {text.zh if language == 'zh' else text.en}" for text in slide(rules, book)]
        lines.append("")
    return "\n".join(lines)
