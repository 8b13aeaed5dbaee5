"""The rule card: everything that is settled before the show, on paper, as one page of HTML with its styles in it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from ..game.rulebook import (
    BuzzIn,
    Compulsory,
    Risk,
    RoundRules,
    Rulebook,
    Scenario,
    ScoreSheet,
    Text,
    TieBreak,
)
from . import buzz_in, compulsory, general, risk, scenario, tie_break
from .clauses import Clause, PointsRow
from .script import rounds_of
from .slide import clauses_of
from .wording import FIGURES, figure, zh_number

STYLES = Path(__file__).resolve().parents[2] / "display" / "rules" / "card.css"
LANGUAGES = ("zh", "en", "both")
WORDS = {
    "card": Text("规则卡", "Rule card"),
    "seat": Text("席位", "Seat"),
    "number": Text("编号", "Number"),
    "name": Text("姓名", "Name"),
    "unit": Text("单位", "Unit"),
    "contestants": Text("选手", "Contestants"),
    "judges": Text("评委", "Judges"),
    "chief": Text("裁判长", "Chief judge"),
    "none": Text("无", "none"),
    "what": Text("情形", "What happens"),
    "change": Text("得分变化", "Score"),
    "tie_points": Text("加赛得分", "Tie-break points"),
    "item": Text("评分项目", "Line"),
    "entry": Text("评分办法", "How it is marked"),
    "weight": Text("权重", "weight"),
    "sheet": Text("评分表", "Score sheet"),
    "source": Text(
        "本卡与大屏幕规则、主持词由同一份规则文件生成。",
        "This card, the slides and the host's script are made from one and the same contest file.",
    ),
}


def card(book: Rulebook, language: str = "zh", stylesheet: str | None = None) -> str:
    """The whole card as one HTML page for A4, without scripts.

    language: "zh", "en", or "both": first Chinese, then English on new pages.
    stylesheet: address of `display/rules/card.css` where the page is served; None writes the styles into the page.
    Raises ValueError for another language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}; allowed: {', '.join(LANGUAGES)}")
    if stylesheet is None:
        style = f"<style>\n{STYLES.read_text(encoding='utf-8')}</style>"
    else:
        style = f'<link rel="stylesheet" href="{escape(stylesheet)}">'
    chosen = ("zh", "en") if language == "both" else (language,)
    title = _one_line(_pick(book.title, chosen[0]), chosen[0])
    pages = "\n".join(_page(book, one) for one in chosen)
    return (
        f'<!doctype html>\n<html lang="{_tag(chosen[0])}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)} · {escape(_pick(WORDS['card'], chosen[0]))}</title>\n{style}\n</head>\n"
        f"<body>\n{pages}\n</body>\n</html>\n"
    )


def round_text(rules: RoundRules, book: Rulebook) -> list[Clause]:
    """The sentences of a round as they stand on the card."""
    return clauses_of(rules, FIGURES, len(book.contestants), len(book.judges))


def points_of(rules: RoundRules) -> list[PointsRow]:
    """The rows of a round's table of points; none where no points are given."""
    match rules:
        case Compulsory():
            return compulsory.table(rules)
        case Scenario():
            return scenario.table(rules)
        case BuzzIn():
            return buzz_in.table(rules)
        case Risk():
            return risk.table(rules)
    return tie_break.table(rules)


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"


def _pick(text: Text, language: str) -> str:
    return text.zh if language == "zh" else text.en


def _one_line(text: str, language: str) -> str:
    return text.replace("\n", "" if language == "zh" else " ")


def _word(name: str, language: str) -> str:
    return escape(_pick(WORDS[name], language))


def _page(book: Rulebook, language: str) -> str:
    title = escape(_pick(book.title, language)).replace("\n", "<br>")
    rounds = [_round(number, rules, book, language) for number, rules in enumerate(rounds_of(book), start=1)]
    common = [
        f"<section>\n<h2>{escape(_pick(heading, language))}</h2>\n{_rules(clauses, language)}\n</section>"
        for heading, clauses in general.sections(book, FIGURES)
    ]
    return "\n".join(
        [
            f'<article lang="{_tag(language)}">',
            f'<header>\n<p class="kind">{_word("card", language)}</p>\n<h1>{title}</h1>',
            f'<p class="subtitle">{escape(_pick(book.subtitle, language))}</p>\n</header>',
            _people(book, language),
            *common[:1],
            *rounds,
            *common[1:],
            f"<footer>{_word('source', language)}</footer>\n</article>",
        ]
    )


def _people(book: Rulebook, language: str) -> str:
    head = "".join(f"<th>{_word(name, language)}</th>" for name in ("seat", "number", "name", "unit"))
    rows = "\n".join(
        f"<tr><td>{one.seat}</td><td>{escape(one.number)}</td><td>{escape(one.name)}</td><td>{escape(one.unit)}</td></tr>"
        for one in book.contestants
    )
    found = [
        f'<section class="people">\n<h2>{_word("contestants", language)}</h2>',
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</section>",
    ]
    if book.judges:
        chief = _word("chief", language)
        names = "\n".join(
            f"<tr><td>{one.number}</td><td>{escape(one.name)}{f' <small>{chief}</small>' if one.chief else ''}</td>"
            f"<td>{escape(one.unit)}</td></tr>"
            for one in book.judges
        )
        found.append(
            f'<section class="people">\n<h2>{_word("judges", language)}</h2>\n<table>\n<thead><tr>'
            f"<th>{_word('number', language)}</th><th>{_word('name', language)}</th><th>{_word('unit', language)}</th>"
            f"</tr></thead>\n<tbody>\n{names}\n</tbody>\n</table>\n</section>"
        )
    return "\n".join(found)


def _round(number: int, rules: RoundRules, book: Rulebook, language: str) -> str:
    title = escape(_one_line(_pick(rules.title, language), language))
    ordinal = f"{zh_number(number)}、" if language == "zh" else f"{number}. "
    body = [_rules(round_text(rules, book), language)]
    if rows := points_of(rules):
        body.append(_points(rows, "tie_points" if isinstance(rules, TieBreak) else "change", language))
    found = [
        f'<section class="round">\n<h2>{ordinal}{title}</h2>\n<div class="body">',
        *body,
        "</div>\n</section>",
    ]
    if isinstance(rules, Scenario) and rules.sheet is not None:
        found.append(f'<section class="long">\n{_sheet(rules.sheet, language)}\n</section>')
    return "\n".join(found)


def _rules(clauses: list[Clause], language: str) -> str:
    return (
        "<ol>\n" + "\n".join(f"<li>{escape(_pick(one.text, language))}</li>" for one in clauses) + "\n</ol>"
    )


def _points(rows: list[PointsRow], head: str, language: str) -> str:
    body = "\n".join(
        f"<tr><td>{escape(_pick(row.what, language))}</td><td>{escape(_pick(row.change, language))}</td></tr>"
        for row in rows
    )
    return (
        f'<table class="points">\n<thead><tr><th>{_word("what", language)}</th><th>{_word(head, language)}</th></tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _sheet(sheet: ScoreSheet, language: str) -> str:
    body = []
    for index, group in enumerate(sheet.groups or (None,)):
        lines = [line for line in sheet.lines if group is None or line.group == index]
        if group is not None:
            share = f"（{_word('weight', language)} {group.weight}%）" if group.weight else ""
            if language == "en":
                share = f" ({_word('weight', language)} {group.weight}%)" if group.weight else ""
            body.append(f'<tr class="group"><th colspan="3">{escape(group.title)}{share}</th></tr>')
        for line in lines:
            entry = escape(_pick(scenario.line_entry(line), language))
            body.append(
                f"<tr><td>{escape(line.text)}</td><td>{figure(line.max_cp)}</td><td>{entry}</td></tr>"
            )
    top = "满分" if language == "zh" else "Most"
    rows = "\n".join(body)
    return (
        f'<h3>{_word("sheet", language)}</h3>\n<table class="sheet">\n<thead><tr><th>{_word("item", language)}</th>'
        f"<th>{top}</th><th>{_word('entry', language)}</th></tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    )
