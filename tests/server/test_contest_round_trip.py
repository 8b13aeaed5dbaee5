"""Any document is a rulebook or a list of mistakes, never a crash; any legal rulebook comes back equal from TOML."""

from __future__ import annotations

import datetime
import json
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.contest import rounds as contest_rounds
from server.contest.file import PRESET, SECTIONS, BadContestFile, rulebook_from
from server.contest.reader import (
    Alone,
    Choice,
    Flag,
    Kind,
    Minutes,
    OneOf,
    Points,
    Setting,
    Several,
    Whole,
    WholePoints,
)
from server.contest.rounds import FORMS, ROUNDS, TIE_BREAK, tie_break_questions
from server.game.round_rules import FormPoints
from server.game.rulebook import (
    BuzzIn,
    Compulsory,
    Contestant,
    FreeCue,
    Judge,
    Look,
    RoundRules,
    Rulebook,
    Scenario,
    ScoreSheet,
    SheetGroup,
    SheetLine,
    Text,
    TieBreak,
)

HERE = Path(__file__).parent
NAMES = sorted({name for section in SECTIONS.values() for name in section})
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 40),
    st.sampled_from([10**400, -(10**400), 10**4200, 2**63]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([*contest_rounds.ROUNDS, "drawn", "number", "choose", "faults", "in_turn", "cut", "result", "甲"]),
    st.just(datetime.date(2024, 1, 1)),
)  # fmt: skip
KEYS = st.sampled_from(NAMES) | st.text(max_size=4)
DOCUMENTS = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def read(document: dict[str, Any]) -> Rulebook | None:
    """The rulebook, or None where it was refused with mistakes that can be said."""
    try:
        return rulebook_from(document, "x.toml", HERE)
    except BadContestFile as error:
        assert error.mistakes and all("found" in line and "\n" not in line for line in error.mistakes)
        json.dumps([mistake.found for mistake in error.details])
        return None


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(KEYS, DOCUMENTS, max_size=12))
def test_any_document_is_a_rulebook_or_a_list_of_mistakes(document: dict[str, Any]) -> None:
    assert read(document) is None or len(document["contestant"]) >= 2


def branches(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [pair for key in keys for pair in [(value, key), *branches(value[key])]]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_good_document_with_something_wrong_in_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["default", "s301", "s453-w", "school-3"]))
    document = tomllib.loads(PRESET.with_stem(name).read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(branches(document)))
        container[key] = data.draw(DOCUMENTS)
        if isinstance(container, dict) and data.draw(st.booleans()):
            container[data.draw(KEYS)] = container.pop(key)
    book = read(document)
    assert book is None or isinstance(book, Rulebook)


# A legal rulebook, made from the ranges that the settings have.

LETTERS = st.text("甲乙丙ab1·", min_size=1, max_size=5)
TEXTS = st.builds(Text, LETTERS, LETTERS)


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Values that the rules may hold for a setting of this kind."""
    match kind:
        case Whole():
            return st.integers(kind.low, kind.high)
        case WholePoints():
            return st.integers(kind.low, kind.high).map(lambda points: points * 100)
        case Points():
            return st.integers(kind.low_cp, kind.high_cp)
        case Flag():
            return st.booleans()
        case Choice():
            return st.sampled_from(kind.options)
        case OneOf():
            return st.sampled_from(list(kind.values.values())) | values(kind.other)
        case Several():
            lists = st.lists(values(kind.of), min_size=1, max_size=kind.most, unique=kind.different)
            return lists.map(sorted).map(tuple) if kind.ascending else lists.map(tuple)
        case contest_rounds.Grain():
            return st.sampled_from([1, 10, 100])
        case contest_rounds.FormTable():
            forms = st.dictionaries(st.sampled_from(FORMS), st.integers(0, 100_000), min_size=1)
            return forms.map(lambda table: tuple(FormPoints(form, points) for form, points in table.items()))
    raise AssertionError(kind)


def fields(draw: st.DrawFn, section: dict[str, Setting]) -> dict[str, Any]:
    """Some of a section's fields with legal values."""
    kinds = {one.field: one.kind for one in section.values() if not isinstance(one.kind, Minutes | Alone)}
    return {field: draw(values(kind)) for field, kind in kinds.items() if draw(st.booleans())}


@st.composite
def sheets(draw: st.DrawFn) -> ScoreSheet:
    count = draw(st.integers(0, 3))
    titles = draw(st.lists(LETTERS, min_size=count, max_size=count))
    cuts = (
        sorted(draw(st.lists(st.integers(0, 100), min_size=count - 1, max_size=count - 1))) if count else []
    )
    shares = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    weighted = draw(st.booleans())
    groups = tuple(SheetGroup(title, weighted * share) for title, share in zip(titles, shares, strict=False))
    lines = []
    for place in range(draw(st.integers(max(1, count), count + 3))):
        kind, most = draw(st.sampled_from(contest_rounds.LINE_KINDS)), draw(st.integers(1, 100_000))
        each = draw(st.integers(1, most)) if kind == "faults" else 0
        lines.append(SheetLine(draw(LETTERS), most, kind, each, place % count if count else 0))
    return ScoreSheet(tuple(lines), groups)


@st.composite
def rounds(draw: st.DrawFn, seats: int, judges: int) -> RoundRules:
    kind = draw(st.sampled_from([one for one in ROUNDS if judges or one != "scenario"]))
    found = fields(draw, ROUNDS[kind]) | {"title": draw(TEXTS)}
    if kind in ("compulsory", "scenario"):
        turns = found.get("turns", Compulsory(Text("", "")).turns) if kind == "compulsory" else 1
        least = turns if found.get("pick") == "choose" else turns * seats
        found["pool"] = draw(st.integers(least, 200)) if found.get("pick", "drawn") != "drawn" else 0
    if kind == "scenario":
        found["sheet"] = draw(st.none() | sheets())
        found["mask_own_unit"] = False
        if found.get("least_to_drop", 3) <= judges:
            found["drop"] = min(found.get("drop", 1), (judges - 1) // 2)
    if found.get("may_assign") and found.get("clock") == "shown":
        found["clock"] = "host"
    rules, _ = contest_rounds.TITLES[kind]
    return rules(**found)


@st.composite
def tie_breaks(draw: st.DrawFn, seats: int) -> TieBreak:
    found = fields(draw, TIE_BREAK) | {"title": draw(TEXTS)}
    low, high = (1, seats - 1) if found.get("matters") == "cut" else (0, seats)
    found["top"] = draw(st.integers(low, high))
    points = {key: found[key] for key in ("right_cp", "wrong_cp") if key in found}
    usual: dict[str, Any] = {"wrong_cp": 0, "fouls_cp": (0,)}
    buzz = BuzzIn(**usual | points | fields(draw, contest_rounds.TIE_BUZZ) | {"title": found["title"]})
    rules = TieBreak(**found | {"buzz": buzz, "reserve": 200})
    return TieBreak(**found | {"buzz": buzz, "reserve": draw(st.integers(tie_break_questions(rules), 200))})


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    seats = sorted(draw(st.sets(st.integers(1, 9), min_size=2)))
    numbers = draw(st.lists(LETTERS, min_size=len(seats), max_size=len(seats), unique=True))
    judges = draw(st.integers(0, 7))
    chief = draw(st.integers(0, 7))
    made = draw(st.lists(rounds(len(seats), judges), min_size=1, max_size=5))
    cues = st.builds(
        FreeCue,
        TEXTS,
        st.sampled_from(["speech", "video", "award", "break"]),
        st.integers(0, len(made) + 1),
        st.integers(0, 36_000),
    )
    return Rulebook(
        draw(TEXTS),
        draw(TEXTS),
        draw(st.sampled_from(["zh-CN", "en"])),
        draw(st.integers(-1_000_000, 1_000_000)),
        tuple(Contestant(seat, number, draw(LETTERS), draw(LETTERS)) for seat, number in zip(seats, numbers, strict=True)),
        tuple(Judge(number, draw(LETTERS), draw(LETTERS), number == chief) for number in range(1, judges + 1)),
        tuple(made),
        draw(st.booleans()),
        draw(st.sampled_from(["stage", "hall", "customer"])),
        draw(st.booleans()),
        draw(st.none() | tie_breaks(len(seats))),
        tuple(draw(st.lists(cues, max_size=3))),
        Look("#0b2a6f", draw(st.sampled_from(["#ffd400", "#f4f1ea"]))),
    )  # fmt: skip


# A writer of its own, so that nothing of the reader is taken for granted.


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def plain(field: str, value: Any) -> tuple[str, Any]:
    """Field of the rules → (setting, value as the file has it)."""
    if field == "by_form":
        return field, {one.form: one.right_cp / 100 for one in value}
    if field.endswith("_cp"):
        name = field.removesuffix("_cp")
        if field == "values_cp":
            return name, tuple(one // 100 for one in value)
        scaled = tuple(one / 100 for one in value) if isinstance(value, tuple) else value / 100
        return name, scaled
    return field, "all" if field == "tries" and value == 0 else value


def lines_of(rules: Any, leave: set[str]) -> list[str]:
    found = []
    for field in rules.__slots__:
        value = getattr(rules, field)
        if isinstance(value, Text):
            found += [f"{field} = {toml(value.zh)}", f"{field}_en = {toml(value.en)}"]
        elif field not in leave and value is not None and value != ():
            name, written = plain(field, value)
            found.append(f"{name} = {toml(written)}")
    return found


def as_toml(book: Rulebook) -> str:
    top = {"contestants", "judges", "rounds", "web_buzzers", "tie_break", "cues", "look"}
    found = lines_of(book, top)
    if book.tie_break is None:
        found.append('tie_break = "none"')
    look = {
        key: value for key, value in (("ground", book.look.ground), ("accent", book.look.accent)) if value
    }
    found += ["[look]", *(f"{key} = {toml(value)}" for key, value in look.items())]
    found += ["[buzzers]", f"web = {toml(book.web_buzzers)}"]
    for contestant in book.contestants:
        found += ["[[contestant]]", *lines_of(contestant, {"photo"})]
    for judge in book.judges:
        found += ["[[judge]]", *lines_of(judge, {"number"})]
    for rules in book.rounds:
        found += ["[[round]]", *lines_of(rules, {"sheet"})]
        if isinstance(rules, Scenario) and rules.sheet:
            for group in rules.sheet.groups:
                found += ["[[round.sheet.group]]", *lines_of(group, set())]
            for line in rules.sheet.lines:
                leave = {"group"} | ({"each_cp"} if line.kind != "faults" else set())
                found += ["[[round.sheet.line]]", *lines_of(line, leave)]
                if rules.sheet.groups:
                    found.append(f"group = {line.group + 1}")
    for cue in book.cues:
        found += ["[[cue]]", *lines_of(cue, {"after"})]
        found.append('after = "result"' if cue.after > len(book.rounds) else f"after = {cue.after}")
    if book.tie_break is not None:
        found += ["[tie_break]", *lines_of(book.tie_break, {"kind", "buzz"})]
        leave = set(BuzzIn.__slots__) - {one.field for one in contest_rounds.TIE_BUZZ.values()}
        buzz = [line for line in lines_of(book.tie_break.buzz, leave) if not line.startswith("title")]
        found += ["[tie_break.buzz]", *buzz]
    return "\n".join(found)


@settings(max_examples=150, deadline=None)
@given(rulebooks())
def test_a_legal_rulebook_comes_back_from_toml(book: Rulebook) -> None:
    text = as_toml(book)
    assert rulebook_from(tomllib.loads(text), "x.toml", HERE, text) == book
