"""Contests of published cases, each from its own figures and from no preset, with short ways to play them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from server.game import commands as c
from server.game.buzz_events import Armed, PressSeen
from server.game.round_rules import BuzzIn, Compulsory, RoundRules, Text, TieBreak
from server.game.rulebook import Contestant, Judge, Rulebook
from server.game.standings import standings
from server.game.state import Clock, Turn
from tests.game.play import Play

NAME = Text("环节", "Round")
PANEL = ("组委会", "客服部", "质检部", "鉴定中心", "用户代表")


def contest(
    *rounds: RoundRules,
    seats: int = 5,
    base_cp: int = 10_000,
    judges: Sequence[str] = PANEL,
    staged: bool = False,
    tie_break: TieBreak | None = None,
) -> Play:
    """A contest that stands before its first round. `judges`: their units; the first of them is the chief judge."""
    return Play(
        Rulebook(
            title=Text("案例", "Case"),
            subtitle=Text("现场答题", "On stage"),
            language="zh-CN",
            base_cp=base_cp,
            contestants=tuple(
                Contestant(seat, f"A{seat}", f"选手{seat}", f"单位{seat}") for seat in range(1, seats + 1)
            ),
            judges=tuple(
                Judge(number, f"评委{number}", unit, chief=number == 1)
                for number, unit in enumerate(judges, start=1)
            ),
            rounds=rounds,
            staged=staged,
            tie_break=tie_break,
        )
    )


def begun(*rounds: RoundRules, seats: int = 5) -> Play:
    """A contest whose first round has begun."""
    play = contest(*rounds, seats=seats)
    play.do(c.StartRound())
    return play


def scored(changes: Sequence[int], *rounds: RoundRules, tie_break: TieBreak | None = None) -> Play:
    """A contest in which seat 1, 2 ... stand at 100 and these points, after a compulsory round, before `rounds`."""
    first = Compulsory(NAME, turns=1, partial=True, right_cp=100_000)
    play = contest(first, *rounds, seats=len(changes), tie_break=tie_break)
    play.do(c.StartRound())
    for points in changes:
        play.do(c.CallTurn(), c.Present())
        play.do(c.Rule("partial", points * 100) if points else c.Rule("wrong"))
    return play


def buzzing(rules: BuzzIn, seats: int = 5) -> Play:
    """A buzz-in round with its first question on the screen."""
    play = begun(rules, seats=seats)
    play.do(c.Present())
    return play


def opened(play: Play, wait_s: float = 4) -> Play:
    """Arm, open, and let it be later than the opening."""
    play.do(c.Arm())
    if play.state.buzz.phase == "armed":
        play.do(c.Open())
    return play.after(wait_s)


def answered(play: Play, seat: int, result: str) -> Play:
    """The boxes open, `seat` is first, and this is the ruling."""
    opened(play).press(seat)
    play.do(c.Rule(result))
    return play


def last_arming(play: Play) -> str:
    """The newest arming there was, whether it is live or over."""
    return next(entry.event.arming for entry in reversed(play.log) if isinstance(entry.event, Armed))


def machine_says(play: Play, arming: str, seat: int) -> None:
    """The machine reports all it can of a press of `seat` to that arming."""
    press = PressSeen(seat, 5_000_000, 1_000, "after")
    play.do(
        c.ReportFoul(arming, seat, 5_000_000),
        c.ReportLatePress(arming, press),
        c.ReportVerdict(arming, "winner", (seat,), None, None, (press,), {}),
        c.ReportRefusal(arming),
    )


def turn_of(play: Play) -> Turn:
    """The go in hand; fails where there is none."""
    assert play.state.turn is not None
    return play.state.turn


def clock_of(play: Play) -> Clock:
    """The clock of the stage; fails where there is none."""
    assert play.state.clock is not None
    return play.state.clock


def open_for_s(play: Play) -> float:
    """For how long the boxes stay open, in seconds."""
    buzz = play.state.buzz
    assert buzz.open_ns is not None and buzz.close_ns is not None
    return (buzz.close_ns - buzz.open_ns) / 1_000_000_000


def places(play: Play) -> dict[int, int]:
    """Seat → place."""
    return {row.seat: row.place for row in standings(play.state)}


def forms(play: Play, *names: str) -> Play:
    """Give the questions of the first round these forms, in the order in which they come."""
    for slot, form in zip(play.state.slots, names, strict=False):
        question = play.paper[slot.question_id]
        play.paper[slot.question_id] = replace(question, public=replace(question.public, form=form))
    return play
