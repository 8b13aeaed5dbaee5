"""The settings of each kind of round. What a setting may be: `docs/rulebook.md`; what it does: the round's own file."""

from __future__ import annotations

from dataclasses import dataclass

NS_PER_S = 1_000_000_000

ORDERS = ("seat", "reverse_seat", "low_to_high", "high_to_low", "drawn")
CLOCKS = ("host", "reading", "shown")
"""When the answering clock starts: on the host's word, when the reading has ended, with the question."""
PICKS = ("drawn", "number", "choose")
"""Who gets which question: as drawn; a number off one board; each contestant off a board of one's own."""
OPENS = ("host", "countdown", "reading")
TIES = ("press_again", "draw", "chief", "estimate")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages of the screens."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FormPoints:
    """What a right answer is worth for questions of one form, where the form decides it."""

    form: str
    right_cp: int


@dataclass(frozen=True, slots=True)
class Compulsory:
    """必答题: each contestant, `turns` times."""

    title: Text
    turns: int = 2
    right_cp: int = 1000
    wrong_cp: int = 0
    seconds: int = 30
    kind: str = "compulsory"
    timeout_cp: int | None = None  # None: as wrong
    order: str = "seat"  # one of ORDERS
    in_a_row: bool = False  # all turns of one contestant before the next comes
    pick: str = "drawn"  # one of PICKS
    pool: int = 0  # numbers on the board ("number"), or on each contestant's ("choose")
    clock: str = "host"  # one of CLOCKS
    partial: bool = False  # the host may give a part of the points
    help_cp: int | None = None  # a team-mate's help changes the score by this; None: there is none
    by_form: tuple[FormPoints, ...] = ()
    reserve: int = 2  # questions beyond those needed, to replace one that turns out bad
    planned_seconds: int = 0  # for the cue sheet; 0: reckoned


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a score sheet, and what a judge enters on it.

    kind "mark": points from 0 to max; "deduct": points taken off max; "faults": how many faults, each of which
    takes `each_cp` off max; "hit": 1 when the point was made, else 0.
    """

    text: str
    max_cp: int
    kind: str = "mark"  # "mark" | "deduct" | "faults" | "hit"
    each_cp: int = 0
    group: int = 0  # which of the sheet's groups, from 0


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """A heading over some lines. `weight`: its share of the whole in percent; 0 in all groups: plain sum."""

    title: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """What every judge fills in for a scenario."""

    lines: tuple[SheetLine, ...]
    groups: tuple[SheetGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """情景模拟题: each contestant once, marked by the judges.

    Of `least_to_drop` marks or more the `drop` highest and lowest are left out; with fewer nothing is.
    `sheet` None: the lines are the key points of the question.
    """

    title: Text
    seconds: int = 120
    max_cp: int = 2000
    drop: int = 1
    step_cp: int = 50
    kind: str = "scenario"
    order: str = "seat"
    pick: str = "drawn"  # "drawn" | "number": the contestant draws a scenario
    pool: int = 0
    prepare_seconds: int = 0  # 0: no preparation clock
    sheet: ScoreSheet | None = None
    round_to_cp: int = 1  # the mean is rounded half up to a multiple of this: 1, 10 or 100
    least_to_drop: int = 3
    mask_own_unit: bool = True  # a judge does not mark a contestant of the judge's own unit
    missing: str = (
        "leave_out"  # "leave_out": the mean of the marks that are in | "wait": each is in or excused
    )
    reserve: int = 1
    planned_seconds: int = 0


@dataclass(frozen=True, slots=True)
class BuzzIn:
    """抢答题: presses count after the open; a press between arm and open is a foul."""

    title: Text
    questions: int = 10
    right_cp: int = 1000
    wrong_cp: int = -1000
    fouls_cp: tuple[int, ...] = (
        -1000,
    )  # what the first, second ... foul of one contestant in the round costs
    begin_seconds: int = 10  # 0: the finishing clock runs at once
    finish_seconds: int = 30
    nobody_seconds: int = 15
    kind: str = "buzz_in"
    timeout_cp: int | None = None
    partial: bool = False
    opens: str = "host"  # one of OPENS
    countdown_seconds: int = 3
    foul_then: str = "others"  # "others" go on | "void" | "audience" | "press": only that press is void
    tries: int = 1  # how many contestants may answer one question; 0: all of them
    then: str = "close"  # after the last try: "close" | "audience"
    nobody_then: str = "void"  # "void" | "audience"
    chances: int = 0  # how often one contestant may win the buzz in this round; 0: no limit
    too_close: tuple[str, ...] = ("press_again", "draw", "chief")  # of TIES, the first is the usual way
    reserve: int = 3
    planned_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Risk:
    """风险题: each contestant once; a value is staked: right gains it, wrong loses it."""

    title: Text
    values_cp: tuple[int, ...] = (1000, 2000, 3000)
    seconds: int = 60
    may_decline: bool = True
    kind: str = "risk"
    order: str = "low_to_high"
    clock: str = "host"
    may_assign: bool = False  # the contestant may hand the question to a rival, who then gains or loses
    sealed: bool = False  # all choose in secret; the choices are revealed together
    planned_seconds: int = 0


@dataclass(frozen=True, slots=True)
class TieBreak:
    """加赛题: only the tied press or answer; its points decide places and never enter the score.

    Which ties matter: "places": those for place `top` or better (0: for every place); "cut": those that reach
    over the line between place `top` and the next. Of `buzz` no points count but right and wrong: a foul costs
    the question and no points, and who is too late was wrong.
    """

    title: Text
    matters: str = "places"  # "places" | "cut"
    top: int = 0
    method: str = "sudden_death"  # "sudden_death" | "questions" (on the buzzer) | "in_turn"
    questions: int = 1  # in one pass; in turn: for each of the tied
    limit: int = 5  # passes; still tied after that: `then`
    then: str = "draw"  # "draw" | "chief"
    buzz: BuzzIn = BuzzIn(Text("加赛题", "Tie-break"), wrong_cp=0, fouls_cp=(0,))
    seconds: int = 30  # of one answer in turn
    right_cp: int = 1000
    wrong_cp: int = 0
    kind: str = "tie_break"
    reserve: int = 10  # questions that are drawn for it
    planned_seconds: int = 0


RoundRules = Compulsory | Scenario | BuzzIn | Risk | TieBreak
