"""Slide, script and card say the rulebook's own settings: nothing left out, nothing made up, both languages alike."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.contest.file import PRESET, read_contest
from server.game.round_rules import FormPoints
from server.game.rulebook import (
    BuzzIn,
    Compulsory,
    Judge,
    Risk,
    RoundRules,
    Rulebook,
    Scenario,
    Text,
    TieBreak,
)
from server.rule_text import card, script, slide
from server.rule_text.card import points_of, round_text
from server.rule_text.cli import render
from server.rule_text.said import MOMENTS
from server.rule_text.script import closing, opening, spoken
from server.rule_text.slide import REST
from server.views.rule_lines import plain, rule_lines, signed
from tests.rule_numbers import expected, numbers_en, numbers_zh
from tests.strategies_rulebook import KINDS, live_settings, rounds, rulebooks

ALL_KINDS = (*KINDS, "tie_break")
BOOK = read_contest(PRESET)
CARD_ONLY = {"reserve", "planned_seconds"}  # nobody on stage needs to hear them
many = partial(
    settings, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def with_round(rules: RoundRules) -> Rulebook:
    if isinstance(rules, TieBreak):
        return replace(BOOK, tie_break=rules)
    return replace(BOOK, rounds=(rules,), tie_break=None)


def card_text(rules: RoundRules) -> list[Text]:
    return [one.text for one in round_text(rules, BOOK)]


def aloud(rules: RoundRules) -> list[Text]:
    return [one.text for one in spoken(rules, BOOK) if one.moment == "rules"]


def effect(rules: RoundRules, setting: str) -> Any:
    """What a setting comes to: two values with one effect are no change."""
    match rules, setting:
        case ((Compulsory() | BuzzIn()), "timeout_cp"):
            return rules.wrong_cp if rules.timeout_cp is None else rules.timeout_cp
        case BuzzIn(), "fouls_cp":
            costs = list(rules.fouls_cp)
            while len(costs) > 1 and costs[-1] == costs[-2]:
                costs.pop()
            return costs
        case TieBreak(), "buzz":
            names = {"opens", "foul_then", "begin_seconds", "finish_seconds", "nobody_seconds", "nobody_then"}
            names |= {"too_close", "chances"}
            names |= {"countdown_seconds"} if rules.buzz.opens == "countdown" else set()
            if rules.method == "questions":
                names |= {"right_cp", "wrong_cp", "partial", "tries", "then"}
            return {name: getattr(rules.buzz, name) for name in names}
    return getattr(rules, setting)


@many(max_examples=75)
@given(st.data())
def test_no_setting_can_change_without_a_text_that_changes(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(ALL_KINDS))
    one, other = data.draw(rounds(kind)), data.draw(rounds(kind))
    for setting in sorted(live_settings(one)):
        changed = replace(one, **{setting: getattr(other, setting)})
        if setting not in live_settings(changed) or effect(one, setting) == effect(changed, setting):
            continue
        if isinstance(changed, TieBreak) and changed.matters == "cut" and not changed.top:
            continue  # a line below place nought: no such rulebook
        if setting == "pick" and (isinstance(changed, Compulsory | Scenario) and not changed.pool):
            changed = replace(changed, pool=20)
        assert card(with_round(one)) != card(with_round(changed)), setting
        assert card(with_round(one), "en") != card(with_round(changed), "en"), setting
        if setting == "sheet":  # its lines are on the card; aloud are its size and its weights
            continue
        if setting not in CARD_ONLY:
            said = [script(rules, BOOK) for rules in (one, changed)]
            assert [text.zh for text in said[0]] != [text.zh for text in said[1]], setting
            assert [text.en for text in said[0]] != [text.en for text in said[1]], setting


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_setting_has_a_sentence_that_says_it(kind: str) -> None:
    """A setting that somebody adds to the rules fails here until it is put into words."""
    forms = (FormPoints("oral", 500),)
    rules: dict[str, list[RoundRules]] = {
        "compulsory": [
            Compulsory(
                Text("必答题", "C"), pick="number", pool=20, by_form=forms, reserve=1, planned_seconds=60
            )
        ],
        "scenario": [Scenario(Text("情景题", "S"), pick="number", pool=9, reserve=1, planned_seconds=60)],
        "buzz_in": [BuzzIn(Text("抢答题", "B"), opens="countdown", reserve=1, planned_seconds=60)],
        "risk": [Risk(Text("风险题", "R"), planned_seconds=60)],
        "tie_break": [
            TieBreak(Text("加赛题", "T"), method=method, planned_seconds=60)
            for method in ("sudden_death", "questions", "in_turn")
        ],
    }
    named = {name for one in rules[kind] for said in round_text(one, BOOK) for name in said.says}
    wanted = {field.name for field in fields(rules[kind][0])} - {"title", "kind"}
    if kind == "tie_break":
        wanted -= {"buzz"}
        assert {"opens", "foul_then", "begin_seconds", "nobody_seconds", "too_close", "tries"} <= named
    assert wanted <= named


@many(max_examples=150)
@given(rounds() | rounds("tie_break"))
def test_the_numbers_on_the_card_are_those_of_the_settings(rules: RoundRules) -> None:
    wanted = expected(rules, len(BOOK.contestants), len(BOOK.judges))
    for found in (numbers_zh(card_text(rules)), numbers_en(card_text(rules))):
        assert wanted.must <= found, f"not said: {wanted.must - found}"
        assert found <= wanted.must | wanted.may, f"made up: {found - wanted.must - wanted.may}"


@many(max_examples=150)
@given(rounds() | rounds("tie_break"))
def test_the_numbers_that_are_spoken_are_those_of_the_settings(rules: RoundRules) -> None:
    wanted = expected(rules, len(BOOK.contestants), len(BOOK.judges), spoken=True)
    for texts in (aloud(rules), script(rules, BOOK)):
        for found in (numbers_zh(texts), numbers_en(texts)):
            assert wanted.must <= found, f"not said: {wanted.must - found}"
            assert found <= wanted.must | wanted.may, f"made up: {found - wanted.must - wanted.may}"


@many(max_examples=100)
@given(rounds("compulsory") | rounds("buzz_in") | rounds("risk"))
def test_the_table_of_points_is_what_the_settings_give(rules: RoundRules) -> None:
    rows = [row.change.en for row in points_of(rules)]
    match rules:
        case Compulsory() | BuzzIn():
            late = rules.wrong_cp if rules.timeout_cp is None else rules.timeout_cp
            assert rows[:3] == [signed(rules.right_cp), signed(rules.wrong_cp), signed(late)]
            rest = [signed(one.right_cp) for one in rules.by_form] if isinstance(rules, Compulsory) else []
            if isinstance(rules, Compulsory) and rules.help_cp is not None:
                rest.append(signed(rules.help_cp))
            if isinstance(rules, BuzzIn):
                rest = [signed(cost) for cost in effect(rules, "fouls_cp")]
            assert rows[3:] == rest
        case Risk():
            found = [round(float(row.split(" / ")[0]) * 100) for row in rows if " / " in row]
            assert found == list(rules.values_cp) and len(rows) == len(found) + rules.may_decline


@many(max_examples=150)
@given(rounds() | rounds("tie_break"))
def test_the_spoken_script_has_no_figures(rules: RoundRules) -> None:
    for text in script(rules, BOOK):
        assert not re.search(r"\d", text.zh + text.en), text


@many(max_examples=250)
@given(rounds() | rounds("tie_break"), st.integers(2, 9))
def test_a_slide_has_two_to_five_lines_that_can_be_read_from_afar(rules: RoundRules, seats: int) -> None:
    lines = rule_lines(rules, seats)
    assert 2 <= len(lines) <= 5
    for line in lines:
        assert 0 < len(line.zh) <= 22, line.zh
        assert 0 < len(line.en) <= 60, line.en


@many(max_examples=150)
@given(rounds() | rounds("tie_break"))
def test_every_figure_of_a_slide_is_a_setting(rules: RoundRules) -> None:
    wanted = expected(rules, len(BOOK.contestants), len(BOOK.judges))
    known = {value for _, value in wanted.must | wanted.may}
    for line in rule_lines(rules, 5):
        for text in (line.zh, line.en):
            for found in re.findall(r"\d+(?:\.\d+)?", text):
                value = round(float(found) * 100)
                assert {value, value // 100} & known or value == 0, text


def test_a_slide_that_does_not_hold_all_rules_says_so() -> None:
    crowded = BuzzIn(
        Text("抢答题", "B"), fouls_cp=(0, -2000), tries=2, then="audience", chances=2, timeout_cp=-500
    )
    assert REST.zh in rule_lines(crowded, 5)[-1].zh and REST.en in rule_lines(crowded, 5)[-1].en
    for rules in BOOK.rounds:
        assert all(REST.zh not in line.zh for line in slide(rules, BOOK))


def every_text(book: Rulebook) -> list[Text]:
    found = [*opening(book), *closing(book)]
    for rules in [*book.rounds, *([book.tie_break] if book.tie_break else [])]:
        found += [*slide(rules, book), *script(rules, book), *(one.text for one in round_text(rules, book))]
        found += [text for row in points_of(rules) for text in (row.what, row.change)]
    return found


RAW = re.compile(
    r"_|\b(low to high|hits?|deduct|leave out|others_|mark_|estimate_|in_turn|sudden death|None)\b"
)


@many(max_examples=60)
@given(rulebooks())
def test_no_text_shows_the_machines_own_words(book: Rulebook) -> None:
    for text in every_text(book):
        assert not RAW.search(text.en) and not RAW.search(text.zh), text
        assert not re.search(r"[A-Za-z]{2}", text.zh), text
        assert not re.search(r"[，。；：]{2}|  |\s[，。；：、）]|^\s|\s$|[{}]", text.zh), text
        assert not re.search(r"  |\s[,.;:]|^\s|\s$|[{}]|\ba [aeio]", text.en), text
        assert text.en[0] == text.en[0].upper()
    for language in ("zh", "en", "both"):
        assert not re.search(r"[a-z]_[a-z]|None|<script|on\w+=|style=", card(book, language))


@many(max_examples=60)
@given(rulebooks(), rulebooks())
def test_what_holds_for_the_whole_contest_is_on_the_card(book: Rulebook, other: Rulebook) -> None:
    for setting in ("base_cp", "staged", "judges", "contestants"):
        changed = replace(book, **{setting: getattr(other, setting)})
        if getattr(book, setting) != getattr(changed, setting):
            assert card(book) != card(changed), setting
    texts = [text.zh for text in opening(book)]
    if book.base_cp != other.base_cp:
        assert texts != [text.zh for text in opening(replace(book, base_cp=other.base_cp))]
    if book.staged != other.staged:
        assert texts != [text.zh for text in opening(replace(book, staged=other.staged))]
    for one in book.contestants:
        assert one.name in card(book, "en") and one.unit in card(book)


def test_the_card_says_who_may_press_and_who_is_chief() -> None:
    assert "网页按键的测量误差较大" in card(replace(BOOK, web_buzzers=True))
    assert "只有抢答盒的按键有效" in card(replace(BOOK, web_buzzers=False))
    chief = replace(BOOK, judges=(Judge(1, "周敏", "甲"), Judge(2, "何静", "乙", chief=True)))
    assert "裁判长为何静" in card(chief) and "the chief judge is 何静" in card(chief, "en")
    assert "不设加赛" in card(replace(BOOK, tie_break=None))


@pytest.mark.parametrize("way", ["press_again", "draw", "chief", "estimate"])
def test_the_host_has_a_sentence_for_each_way_to_settle_a_tie(way: str) -> None:
    rules = BuzzIn(Text("抢答题", "B"), too_close=(way,))
    said = [one.text for one in spoken(rules, BOOK) if one.moment == "too_close"]
    assert len(said) == 2
    if way == "estimate":
        assert "以最佳估计判定" in said[1].zh and "这是估计" in said[1].zh and "estimate" in said[1].en


def test_the_host_has_a_sentence_for_each_moment() -> None:
    staged = replace(BOOK, staged=True)
    found = {one.moment for rules in staged.rounds for one in spoken(rules, staged)}
    found |= {one.moment for one in spoken(TieBreak(Text("加赛题", "Tie-break")), staged)}
    assert found == set(MOMENTS)
    assert all(one.moment != "staged" for rules in BOOK.rounds for one in spoken(rules, BOOK))


def test_the_host_calls_each_foul_by_what_it_costs() -> None:
    rules = BuzzIn(Text("抢答题", "B"), fouls_cp=(0, -2000), foul_then="void")
    fouls = [one.text.zh for one in spoken(rules, BOOK) if one.moment == "foul"]
    assert fouls == [
        "×号选手第一次抢答犯规，不扣分；本题作废。",
        "×号选手第二次或以后抢答犯规，扣二十分；本题作废。",
    ]


def test_names_cannot_break_the_card() -> None:
    one = replace(BOOK.contestants[0], name='<b>&"张', unit="<script>alert(1)</script>")
    page = card(replace(BOOK, contestants=(one, *BOOK.contestants[1:])), "both")
    assert "<script" not in page and "&lt;b&gt;&amp;" in page and page.count("<article") == 2
    with pytest.raises(ValueError, match="allowed: zh, en, both"):
        card(BOOK, "fr")


def test_a_served_card_has_its_styles_in_a_file() -> None:
    page = card(BOOK, stylesheet="/display/rules/card.css")
    assert "<style" not in page and '<link rel="stylesheet" href="/display/rules/card.css">' in page
    assert "<style>" in card(BOOK)


@pytest.mark.parametrize("form", ["card", "script", "slide", "json"])
def test_each_form_can_be_written(form: str) -> None:
    for language in ("zh", "en", "both"):
        text = render(BOOK, form, language)
        assert len(text) > 300 and text.endswith("\n")


@example(5)
@given(st.integers(-10_000_000, 10_000_000))
def test_points_are_written_exactly(points_cp: int) -> None:
    sign = -1 if plain(points_cp).startswith("−") else 1
    whole, _, part = plain(points_cp).lstrip("−").partition(".")
    assert sign * (int(whole) * 100 + int((part or "0").ljust(2, "0"))) == points_cp
    assert signed(points_cp).lstrip("+") == plain(points_cp)
