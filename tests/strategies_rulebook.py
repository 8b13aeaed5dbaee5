"""Hypothesis strategies for legal rulebooks: rounds of each kind, tie-breaks, score sheets, whole contests.

The ranges are those of `server/contest/rounds.py`, somewhat narrower where wide ones would only slow a test down.
"""

from __future__ import annotations

from dataclasses import fields, replace

from hypothesis import strategies as st

from server.game.round_rules import CLOCKS, OPENS, ORDERS, PICKS, TIES, FormPoints
from server.game.rulebook import (
    BuzzIn,
    Compulsory,
    Contestant,
    Judge,
    Risk,
    RoundRules,
    Rulebook,
    Scenario,
    ScoreSheet,
    SheetGroup,
    SheetLine,
    Text,
    TieBreak,
)

KINDS = ("compulsory", "scenario", "buzz_in", "risk")
NAMES = (
    "欧阳慧敏",
    "陈思远",
    "林晓雯",
    "古丽娜尔·买买提",
    "赵一鸣",
    "阿依古丽·买买提明·吐尔逊",
    "司马青",
    "何静",
    "于洋",
)
UNITS = ("广州分公司", "成都分公司", "厦门分公司", "乌鲁木齐分公司双语座席组", "沈阳分公司", "—")

SECONDS = st.one_of(st.sampled_from((10, 30, 60, 90, 120, 300)), st.integers(1, 3600))
GAINS = st.one_of(st.sampled_from((0, 500, 1000, 2000)), st.integers(0, 100_000))
LOSSES = GAINS.map(lambda points: -points)
STAKES = st.integers(1, 1000).map(lambda points: points * 100)
WORTHS = st.one_of(st.sampled_from((500, 1000, 2000, 4000)), st.integers(1, 100_000))
RESERVES, PLANNED = st.integers(0, 20), st.sampled_from((0, 300, 900, 1234))


def compulsories(seats: int = 5) -> st.SearchStrategy[Compulsory]:
    """必答题 by any legal settings for that many contestants."""
    forms = st.lists(
        st.builds(FormPoints, st.sampled_from(("single", "true_false", "oral")), GAINS),
        max_size=3,
        unique_by=lambda one: one.form,
    ).map(tuple)
    made = st.builds(
        Compulsory,
        title=st.just(Text("必答题", "Compulsory")),
        kind=st.just("compulsory"),
        turns=st.integers(1, 20),
        right_cp=GAINS,
        wrong_cp=LOSSES,
        seconds=SECONDS,
        timeout_cp=st.none() | LOSSES,
        order=st.sampled_from(ORDERS),
        in_a_row=st.booleans(),
        pick=st.sampled_from(PICKS),
        pool=st.integers(0, 9),
        clock=st.sampled_from(CLOCKS),
        partial=st.booleans(),
        help_cp=st.none() | LOSSES,
        by_form=forms,
        reserve=RESERVES,
        planned_seconds=PLANNED,
    )
    return made.map(lambda rules: _with_pool(rules, seats))


def _with_pool(rules: Compulsory, seats: int) -> Compulsory:
    """A board that is large enough, and none where questions are drawn. What came out as the pool is what it has more."""
    if rules.pick == "drawn":
        return replace(rules, pool=0)
    return replace(rules, pool=rules.pool + rules.turns * (seats if rules.pick == "number" else 1))


def score_sheets() -> st.SearchStrategy[ScoreSheet]:
    """Sheets with or without groups, with or without weights."""

    @st.composite
    def made(draw: st.DrawFn) -> ScoreSheet:
        groups = draw(st.integers(0, 3))
        weights = [0] * groups
        if groups and draw(st.booleans()):
            weights = [100 // groups] * groups
            weights[0] += 100 - sum(weights)
        count = draw(st.integers(max(1, groups), 6))
        lines = []
        for number in range(count):
            kind = draw(st.sampled_from(("mark", "deduct", "faults", "hit")))
            max_cp = draw(st.sampled_from((300, 500, 1000, 2000)))
            each = draw(st.sampled_from((100, 250, 300))) if kind == "faults" else 0
            lines.append(
                SheetLine(f"第{number + 1}项服务规范", max_cp, kind, each, number % groups if groups else 0)
            )
        titles = ("常规操作", "业务受理", "语言表达")
        return ScoreSheet(
            tuple(lines),
            tuple(SheetGroup(title, weight) for title, weight in zip(titles, weights, strict=False)),
        )

    return made()


def scenarios(seats: int = 5) -> st.SearchStrategy[Scenario]:
    """情景模拟题 by any legal settings."""
    made = st.builds(
        Scenario,
        title=st.just(Text("情景模拟题", "Scenario")),
        kind=st.just("scenario"),
        seconds=SECONDS,
        max_cp=WORTHS,
        drop=st.integers(0, 4),
        step_cp=st.sampled_from((1, 10, 50, 100, 1000)),
        order=st.sampled_from(ORDERS),
        pick=st.sampled_from(("drawn", "number")),
        pool=st.integers(0, 9),
        prepare_seconds=st.just(0) | SECONDS,
        sheet=st.none() | score_sheets(),
        round_to_cp=st.sampled_from((1, 10, 100)),
        least_to_drop=st.integers(3, 9),
        mask_own_unit=st.booleans(),
        missing=st.sampled_from(("leave_out", "wait")),
        reserve=RESERVES,
        planned_seconds=PLANNED,
    )
    return made.map(lambda rules: replace(rules, pool=0 if rules.pick == "drawn" else rules.pool + seats))


def buzz_ins(title: Text | None = None) -> st.SearchStrategy[BuzzIn]:
    """抢答题 by any legal settings."""
    return st.builds(
        BuzzIn,
        title=st.just(title or Text("抢答题", "Buzz-in")),
        kind=st.just("buzz_in"),
        questions=st.integers(1, 100),
        right_cp=GAINS,
        wrong_cp=LOSSES,
        fouls_cp=st.lists(LOSSES, min_size=1, max_size=10).map(tuple),
        begin_seconds=st.just(0) | SECONDS,
        finish_seconds=SECONDS,
        nobody_seconds=st.integers(1, 600),
        timeout_cp=st.none() | LOSSES,
        partial=st.booleans(),
        opens=st.sampled_from(OPENS),
        countdown_seconds=st.integers(1, 10),
        foul_then=st.sampled_from(("others", "void", "audience", "press")),
        tries=st.integers(0, 9),
        then=st.sampled_from(("close", "audience")),
        nobody_then=st.sampled_from(("void", "audience")),
        chances=st.integers(0, 100),
        too_close=st.lists(st.sampled_from(TIES), min_size=1, max_size=4, unique=True).map(tuple),
        reserve=RESERVES,
        planned_seconds=PLANNED,
    )


def risks() -> st.SearchStrategy[Risk]:
    """风险题 by any legal settings."""
    return st.builds(
        Risk,
        title=st.just(Text("风险题", "Risk")),
        kind=st.just("risk"),
        values_cp=st.lists(STAKES, min_size=1, max_size=6, unique=True).map(
            lambda values: tuple(sorted(values))
        ),
        seconds=SECONDS,
        may_decline=st.booleans(),
        order=st.sampled_from(ORDERS),
        clock=st.sampled_from(CLOCKS),
        may_assign=st.booleans(),
        sealed=st.booleans(),
        planned_seconds=PLANNED,
    ).filter(lambda rules: not (rules.may_assign and rules.clock == "shown"))


def tie_breaks(seats: int = 5) -> st.SearchStrategy[TieBreak]:
    """加赛题 by any legal settings; right and wrong are worth the same on the buzzer and in turn."""
    title = Text("加赛题", "Tie-break")
    made = st.builds(
        TieBreak,
        title=st.just(title),
        kind=st.just("tie_break"),
        matters=st.sampled_from(("places", "cut")),
        top=st.integers(0, seats),
        method=st.sampled_from(("sudden_death", "questions", "in_turn")),
        questions=st.integers(1, 20),
        limit=st.integers(1, 20),
        then=st.sampled_from(("draw", "chief")),
        buzz=buzz_ins(title),
        seconds=SECONDS,
        right_cp=GAINS,
        wrong_cp=LOSSES,
        reserve=st.integers(1, 200),
        planned_seconds=PLANNED,
    )

    def legal(rules: TieBreak) -> TieBreak:
        top = min(max(rules.top, 1), seats - 1) if rules.matters == "cut" else rules.top
        buzz = replace(rules.buzz, right_cp=rules.right_cp, wrong_cp=rules.wrong_cp)
        return replace(rules, top=top, buzz=buzz)

    return made.map(legal)


def rounds(kind: str | None = None, seats: int = 5) -> st.SearchStrategy[RoundRules]:
    """A round of that kind, or of any; `kind` may be "tie_break" too."""
    known: dict[str, st.SearchStrategy[RoundRules]] = {
        "compulsory": compulsories(seats),
        "scenario": scenarios(seats),
        "buzz_in": buzz_ins(),
        "risk": risks(),
        "tie_break": tie_breaks(seats),
    }
    return known[kind] if kind else st.one_of(*(known[one] for one in KINDS))


@st.composite
def rulebooks(draw: st.DrawFn, min_rounds: int = 1, max_rounds: int = 4) -> Rulebook:
    """A whole contest of 2 to 9 contestants and 1 to 9 judges."""
    seats = draw(st.integers(2, 9))
    contestants = tuple(
        Contestant(seat, f"A{seat:02}", NAMES[seat - 1], draw(st.sampled_from(UNITS)))
        for seat in range(1, seats + 1)
    )
    judges = draw(st.integers(1, 9))
    chief = draw(st.integers(0, judges))
    panel = tuple(
        Judge(number, f"评委{NAMES[number - 1]}", draw(st.sampled_from(UNITS)), number == chief)
        for number in range(1, judges + 1)
    )
    played = draw(st.lists(rounds(seats=seats), min_size=min_rounds, max_size=max_rounds))
    return Rulebook(
        title=Text("话务员职业技能竞赛\n总决赛", "Telephone Operators' Skills Contest"),
        subtitle=Text("现场答题", "The stage final"),
        language=draw(st.sampled_from(("zh-CN", "en"))),
        base_cp=draw(st.sampled_from((0, 10_000, 8_750, -500))),
        contestants=contestants,
        judges=panel,
        rounds=tuple(played),
        web_buzzers=draw(st.booleans()),
        staged=draw(st.booleans()),
        tie_break=draw(st.none() | tie_breaks(seats)),
    )


def live_settings(rules: RoundRules) -> set[str]:
    """The settings of a round that play a part beside its other settings; a change of another changes nothing."""
    live = {field.name for field in fields(rules)} - {"title", "kind"}
    match rules:
        case Compulsory():
            live -= {"pool"} if rules.pick == "drawn" else set()
            live -= {"in_a_row"} if rules.turns == 1 else set()
        case Scenario():
            live -= {"pool"} if rules.pick == "drawn" else set()
            live -= {"least_to_drop"} if rules.drop == 0 else set()
        case BuzzIn():
            live -= set() if rules.opens == "countdown" else {"countdown_seconds"}
        case TieBreak():
            live -= {"right_cp", "wrong_cp"} if rules.method != "in_turn" else {"buzz"}
            live -= {"seconds"} if rules.method != "in_turn" else set()
            live -= {"questions"} if rules.method == "sudden_death" else set()
    return live
