"""The settings of each kind of round and of the tie-break, as a contest file has them, and how they become rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from question_bank.question import FORMS as BANK_FORMS

from ..game.round_rules import (
    CLOCKS,
    OPENS,
    ORDERS,
    PICKS,
    TIES,
    BuzzIn,
    Compulsory,
    FormPoints,
    Risk,
    RoundRules,
    Scenario,
    ScoreSheet,
    SheetGroup,
    SheetLine,
    Text,
    TieBreak,
)
from .lines import Where
from .reader import (
    Alone,
    Choice,
    Flag,
    Kind,
    Minutes,
    OneOf,
    Points,
    Reader,
    Setting,
    Several,
    Unfit,
    Whole,
    WholePoints,
    Words,
    plain,
)

TITLES: dict[str, tuple[type[RoundRules], Text]] = {
    "compulsory": (Compulsory, Text("必答题", "Compulsory")),
    "scenario": (Scenario, Text("情景模拟题", "Scenario")),
    "buzz_in": (BuzzIn, Text("抢答题", "Buzz-in")),
    "risk": (Risk, Text("风险题", "Risk")),
}
FORMS = tuple(form for form in BANK_FORMS if form != "scenario")  # those of questions with a right answer
TITLE_NAMES = ("title", "title_en")
TEXT, TITLE = Words(), Words(lines=True)
MOST_ROUNDS, MOST_LINES, MOST_GROUPS = 30, 50, 20

_SECONDS = Whole(1, 3600)
_SECONDS_OR_NONE = Whole(0, 3600)
_GAIN, _LOSS = Points(0, 100_000), Points(-100_000, 0)
_WORTH = Points(1, 100_000)
_POOL, _RESERVE = Whole(0, 200), Whole(0, 50)


class FormTable:
    """`by_form = {single = 10, oral = 30}`: points for a right answer by the question's form."""

    @property
    def allowed(self) -> str:
        forms = ", ".join(f'"{form}"' for form in FORMS)
        return f"a table from question forms ({forms}) to points, as in {{single = 10, oral = 30}}"

    def take(self, value: Any) -> tuple[FormPoints, ...]:
        if not isinstance(value, dict) or not value or not set(value) <= set(FORMS):
            raise Unfit
        return tuple(FormPoints(form, _GAIN.take(points)) for form, points in value.items())


class Grain:
    """What the mean is rounded to: hundredths, tenths or whole points."""

    @property
    def allowed(self) -> str:
        return "0.01, 0.1 or 1"

    def take(self, value: Any) -> int:
        grain_cp = _WORTH.take(value)
        if grain_cp not in (1, 10, 100):
            raise Unfit
        return grain_cp


def _same(**kinds: Kind) -> dict[str, Setting]:
    """Settings that are called as their fields are."""
    return {name: Setting(name, kind) for name, kind in kinds.items()}


_PLANNED = {
    "planned_minutes": Setting("planned_seconds", Minutes(600)),
    "planned_seconds": Setting("planned_seconds", Whole(0, 36_000)),
}
_RULED = {
    "right": Setting("right_cp", _GAIN),
    "wrong": Setting("wrong_cp", _LOSS),
}
_LATE = {"timeout": Setting("timeout_cp", _LOSS)}

_BUZZ: dict[str, Setting] = {
    **_same(opens=Choice(OPENS), countdown_seconds=Whole(1, 10)),
    **_same(begin_seconds=_SECONDS_OR_NONE, finish_seconds=_SECONDS, nobody_seconds=Whole(1, 600)),
    **_LATE,
    **_same(partial=Flag()),
    "foul": Setting("fouls_cp", Alone(_LOSS)),
    "fouls": Setting("fouls_cp", Several(_LOSS, 10)),
    **_same(foul_then=Choice(("others", "void", "audience", "press"))),
    **_same(tries=OneOf({"all": 0}, Whole(1, 9)), then=Choice(("close", "audience"))),
    **_same(nobody_then=Choice(("void", "audience")), chances=Whole(0, 100)),
    **_same(too_close=Several(Choice(TIES), len(TIES), different=True, one_alone=True)),
}

ROUNDS: dict[str, dict[str, Setting]] = {
    "compulsory": {
        **_same(turns=Whole(1, 20)),
        **_RULED,
        **_LATE,
        **_same(seconds=_SECONDS, clock=Choice(CLOCKS), order=Choice(ORDERS), in_a_row=Flag()),
        **_same(pick=Choice(PICKS), pool=_POOL, partial=Flag()),
        "help": Setting("help_cp", _LOSS),
        **_same(by_form=FormTable(), reserve=_RESERVE),
        **_PLANNED,
    },
    "scenario": {
        **_same(prepare_seconds=_SECONDS_OR_NONE, seconds=_SECONDS, order=Choice(ORDERS)),
        **_same(pick=Choice(("drawn", "number")), pool=_POOL),
        "max": Setting("max_cp", _WORTH),
        "step": Setting("step_cp", Points(1, 1000)),
        **_same(drop=Whole(0, 10), least_to_drop=Whole(3, 99)),
        "round_to": Setting("round_to_cp", Grain()),
        **_same(mask_own_unit=Flag(), missing=Choice(("leave_out", "wait")), reserve=_RESERVE),
        **_PLANNED,
    },
    "buzz_in": {
        **_same(questions=Whole(1, 100)),
        **_RULED,
        **_BUZZ,
        **_same(reserve=_RESERVE),
        **_PLANNED,
    },
    "risk": {
        "values": Setting("values_cp", Several(WholePoints(1, 1000), 6, different=True, ascending=True)),
        **_same(seconds=_SECONDS, clock=Choice(CLOCKS), order=Choice(ORDERS)),
        **_same(may_decline=Flag(), may_assign=Flag(), sealed=Flag()),
        **_PLANNED,
    },
}
TIE_BREAK: dict[str, Setting] = {
    **_same(matters=Choice(("places", "cut")), top=Whole(0, 9)),
    **_same(method=Choice(("sudden_death", "questions", "in_turn")), questions=Whole(1, 20)),
    **_same(limit=Whole(1, 20), then=Choice(("draw", "chief"))),
    **_RULED,
    **_same(seconds=_SECONDS, reserve=Whole(1, 200)),
    **_PLANNED,
}
# In a tie-break a foul costs no points, who is too late was wrong, and there are no parts and no chances to count.
_WITHOUT = ("timeout", "partial", "foul", "fouls", "chances")
TIE_BUZZ = {name: setting for name, setting in _BUZZ.items() if name not in _WITHOUT}
GROUP = {"title": Setting("title", TEXT), "weight": Setting("weight", Whole(0, 100))}
LINE_KINDS = ("mark", "deduct", "faults", "hit")
LINE = {
    "text": Setting("text", TEXT),
    "max": Setting("max_cp", _WORTH),
    "kind": Setting("kind", Choice(LINE_KINDS)),
    "each": Setting("each_cp", _WORTH),
    "group": Setting("group", Whole(1, MOST_GROUPS)),
}

# Section of docs/rulebook.md → the names it must explain.
SECTIONS: dict[str, tuple[str, ...]] = {
    **{kind: ("kind", *TITLE_NAMES, *settings) for kind, settings in ROUNDS.items()},
    "tie_break": (*TITLE_NAMES, *TIE_BREAK, "buzz"),
    "tie_break.buzz": tuple(TIE_BUZZ),
    "round.sheet": ("group", "line"),
    "round.sheet.group": tuple(GROUP),
    "round.sheet.line": tuple(LINE),
}
SECTIONS["scenario"] += ("sheet",)


def title(read: Reader, row: Mapping[str, Any], where: Where, default: Text) -> Text:
    """A title in both languages; each left out has its own default."""
    return Text(
        read.take(row, "title", where, TEXT, default.zh), read.take(row, "title_en", where, TEXT, default.en)
    )


def round_rules(read: Reader, row: Mapping[str, Any], where: Where, seats: int) -> RoundRules | None:
    """The rules of one [[round]]; None where its kind is not known. Mistakes go to `read`."""
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in ROUNDS:
        read.wrong((*where, "kind"), kind, Choice(tuple(ROUNDS)).allowed)
        return None
    read.known(row, where, SECTIONS[kind])
    rules, default = TITLES[kind]
    found = read.settings(row, where, ROUNDS[kind])
    found["title"] = title(read, row, where, default)
    if kind == "scenario" and "sheet" in row:
        found["sheet"] = _sheet(read, read.table(row, "sheet", where), (*where, "sheet"))
    made = rules(**found)
    if isinstance(made, Compulsory | Scenario):
        _check_pool(read, row, where, made, seats)
    if isinstance(made, Risk) and made.may_assign and made.clock == "shown":
        read.wrong(
            (*where, "may_assign"),
            True,
            'false, or clock = "host": a question is handed on before its clock runs',
        )
    return made


def _check_pool(
    read: Reader, row: Mapping[str, Any], where: Where, rules: Compulsory | Scenario, seats: int
) -> None:
    pool = (*where, "pool")
    if not read.fine(pool, (*where, "pick"), (*where, "turns"), ("contestant",)):
        return
    if rules.pick == "drawn":
        if rules.pool:
            read.wrong(
                pool, rules.pool, 'no pool, or pick = "number", with which there is a board to pick from'
            )
        return
    turns = rules.turns if isinstance(rules, Compulsory) else 1
    least, what = (turns, "turns") if rules.pick == "choose" else (turns * seats, "turns × contestants")
    if rules.pool < least:
        read.wrong(
            pool, row.get("pool"), f"with this pick a whole number from {least} ({what}) to {_POOL.high}"
        )


def tie_break(read: Reader, document: Mapping[str, Any], seats: int) -> TieBreak | None:
    """The rules of the tie-break: the usual ones where the file says nothing, None where it says "none"."""
    where: Where = ("tie_break",)
    usual = TieBreak(Text("加赛题", "Tie-break"))
    value = document.get("tie_break", {})
    if value == "none":
        return None
    if not isinstance(value, dict):
        read.wrong(where, value, 'a [tie_break] table, or "none"')
        return usual
    read.known(value, where, SECTIONS["tie_break"])
    found = read.settings(value, where, TIE_BREAK)
    found["title"] = title(read, value, where, usual.title)
    buzz = read.table(value, "buzz", where)
    read.known(buzz, (*where, "buzz"), SECTIONS["tie_break.buzz"])
    press = read.settings(buzz, (*where, "buzz"), TIE_BUZZ)
    # One pair of settings for both ways of asking: what counts must not depend on whether there is a buzzer.
    press |= {field: found[field] for field in ("right_cp", "wrong_cp") if field in found}
    rules = TieBreak(**found, buzz=replace(usual.buzz, title=found["title"], **press))
    _check_tie_break(read, rules, seats)
    return rules


def _check_tie_break(read: Reader, rules: TieBreak, seats: int) -> None:
    where: Where = ("tie_break",)
    top = (*where, "top")
    if read.fine(top, (*where, "matters"), ("contestant",)):
        least, most = (1, seats - 1) if rules.matters == "cut" else (0, seats)
        if not least <= rules.top <= most:
            read.wrong(
                top, rules.top, f'with matters = "{rules.matters}" a whole number from {least} to {most}'
            )
    least = tie_break_questions(rules)
    if read.fine((*where, "reserve"), (*where, "questions"), (*where, "method")) and rules.reserve < least:
        read.wrong(
            (*where, "reserve"), rules.reserve, f"at least {least}, which one pass of the tie-break needs"
        )


def tie_break_questions(rules: TieBreak) -> int:
    """How many questions the smallest tie-break needs: one pass, and in turn two contestants."""
    return rules.questions * (2 if rules.method == "in_turn" else 1)


def _sheet(read: Reader, table: Mapping[str, Any], where: Where) -> ScoreSheet:
    read.known(table, where, SECTIONS["round.sheet"])
    groups = []
    for number, row in enumerate(read.tables(table, "group", MOST_GROUPS, where), start=1):
        here = (*where, "group", number)
        read.known(row, here, GROUP)
        groups.append(
            SheetGroup(
                read.needed(row, "title", here, TEXT, "?"),
                read.take(row, "weight", here, GROUP["weight"].kind, 0),
            )
        )
    rows = read.tables(table, "line", MOST_LINES, where)
    lines = tuple(
        _line(read, row, (*where, "line", number), tuple(group.title for group in groups))
        for number, row in enumerate(rows, start=1)
    )
    if not lines and read.fine((*where, "line")):
        read.wrong((*where, "line"), None, "at least one [[round.sheet.line]]")
    _check_groups(read, groups, lines, where)
    return ScoreSheet(lines, tuple(groups))


def _check_groups(read: Reader, groups: list[SheetGroup], lines: tuple[SheetLine, ...], where: Where) -> None:
    places = [(*where, "group", number) for number in range(1, len(groups) + 1)]
    total = sum(group.weight for group in groups)
    if total not in (0, 100) and read.fine(*((*place, "weight") for place in places)):
        read.wrong((*where, "group"), total, "weights that sum to 100, or none at all")
    grouped = {line.group for line in lines}
    if read.fine(*((*where, "line", number, "group") for number in range(1, len(lines) + 1))):
        for index, place in enumerate(places):
            if index not in grouped:
                read.wrong(place, groups[index].title, "a group that has at least one line")


def _line(read: Reader, row: Mapping[str, Any], where: Where, groups: tuple[str, ...]) -> SheetLine:
    read.known(row, where, LINE)
    line = SheetLine(
        read.needed(row, "text", where, TEXT, "?"),
        read.needed(row, "max", where, LINE["max"].kind, 100),
        read.take(row, "kind", where, LINE["kind"].kind, "mark"),
        read.take(row, "each", where, LINE["each"].kind, 0),
        _group(read, row, where, groups),
    )
    each = (*where, "each")
    if read.fine(each, (*where, "kind"), (*where, "max")):
        if line.kind != "faults" and line.each_cp:
            read.wrong(each, row["each"], 'nothing: only kind = "faults" takes so much for each')
        elif line.kind == "faults" and not 0 < line.each_cp <= line.max_cp:
            read.wrong(each, row.get("each"), f"points up to {plain(line.max_cp)} that each fault takes off")
    return line


def _group(read: Reader, row: Mapping[str, Any], where: Where, groups: tuple[str, ...]) -> int:
    """Index from 0 of the group, which the file gives by its number from 1 or by its title."""
    place, value = (*where, "group"), row.get("group")
    if not groups:
        if value is not None:
            read.wrong(place, value, "nothing: the sheet has no [[round.sheet.group]]")
    elif type(value) is int and 1 <= value <= len(groups):
        return value - 1
    elif isinstance(value, str) and groups.count(value) == 1:
        return groups.index(value)
    else:
        read.wrong(place, value, f"a group's title, or its number from 1 to {len(groups)}")
    return 0
