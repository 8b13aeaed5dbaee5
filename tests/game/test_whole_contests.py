"""Whole contests by what is offered to the host: every offer is accepted, every invariant holds, no answer leaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from server import codec
from server.game import commands as c
from server.game.decide import decide
from server.game.fold import fold
from server.game.rulebook import FreeCue, Judge, Scenario, ScoreSheet, SheetGroup, SheetLine, Text, TieBreak
from server.game.scenario import awaited_judges, sheet_of
from server.game.standings import standings
from server.game.state import Entry
from server.offers.corrections import corrections, course
from server.offers.offers import Offer, offers
from server.offers.tools import tools
from server.views.by_role import judge_view, projector_view
from server.views.host_view import Rim, host_view

from .play import Play, book, rules, with_media

SHEET = ScoreSheet(
    (
        SheetLine("开场与结束", 1000, "deduct", group=0),
        SheetLine("业务处理", 5000, "faults", 400, group=1),
        SheetLine("要点一", 2000, "hit", group=1),
        SheetLine("语言表达", 2000, group=1),
    ),
    (SheetGroup("礼仪", 30), SheetGroup("业务", 70)),
)
CUES = (
    FreeCue(Text("领导致辞", "Speech"), after=0),
    FreeCue(Text("短片", "A film"), "video", 1),
    FreeCue(Text("颁奖", "Awards"), "award", 5),
)


def short_contest() -> Play:
    return Play(
        book(rules("compulsory", turns=1), rules("scenario"), rules("buzz_in", questions=2), rules("risk"))
    )


def _panel() -> tuple[Judge, ...]:
    """The default's judges, the first of them the chief, the second of a contestant's own unit."""
    first, second, *others = book().judges
    return (replace(first, chief=True), replace(second, unit="广州分公司客户服务中心"), *others)


def rich_contest() -> Play:
    """What the default leaves out: boards, help, parts, masks, sheets, secret choices, staging, cues, tie-break, films."""
    play = Play(
        book(
            rules("compulsory", turns=1, pick="number", pool=8, partial=True, help_cp=-500, clock="shown", reserve=2),
            rules("scenario", sheet=SHEET, missing="wait", prepare_seconds=30, round_to_cp=100, reserve=1),
            rules(
                "buzz_in", questions=3, opens="countdown", tries=0, then="audience", nobody_then="audience",
                foul_then="press", fouls_cp=(0, -2000), chances=2, partial=True, begin_seconds=0,
                too_close=("estimate", "draw", "chief", "press_again"), reserve=1,
            ),
            rules("risk", sealed=True, may_assign=True, order="high_to_low"),
            staged=True,
            cues=CUES,
            tie_break=TieBreak(Text("加赛题", "Tie-break"), limit=2, reserve=4),
            judges=_panel(),
        )
    )  # fmt: skip
    return with_media(play, "video", None, "image")


def odd_contest() -> Play:
    """Other ways of everything: chosen boards, presses while the question is read, voiding fouls, ties decided in turn."""
    play = Play(
        book(
            rules(
                "compulsory", turns=2, pick="choose", pool=3, in_a_row=True, order="drawn", clock="reading"
            ),
            rules("buzz_in", questions=2, opens="reading", tries=2, foul_then="void", too_close=("chief",)),
            rules("buzz_in", questions=2, foul_then="audience", then="audience", too_close=("draw",)),
            rules("scenario", pick="number", pool=6, mask_own_unit=False, drop=2),
            tie_break=TieBreak(
                Text("加赛题", "Tie-break"), method="in_turn", limit=1, then="chief", reserve=6
            ),
        )
    )
    return with_media(play, "audio", "audio", None)


CONTESTS = [short_contest, rich_contest, odd_contest]


def choices(play: Play) -> list[Offer]:
    return [*offers(play.state), *tools(play.state)]


def everything(play: Play) -> list[Offer]:
    return [*choices(play), *corrections(play.state), *course(play.state)]


def marks_for(play: Play, dice: int) -> tuple[int, ...]:
    """A sheet that the rules take, whatever its lines count."""
    rules_now, turn = play.state.round, play.state.turn
    assert isinstance(rules_now, Scenario) and turn is not None and turn.question is not None
    found = []
    for place, line in enumerate(sheet_of(rules_now, play.paper[turn.question.id]).lines):
        if line.kind in ("faults", "hit"):
            found.append((dice + place) % (2 if line.kind == "hit" else 9) * 100)
        else:
            found.append((dice * 7 + place) % (line.max_cp // 50 + 1) * 50)
    return tuple(found)


def surroundings(play: Play, dice: int) -> None:
    """What happens without the host: judges mark, people press, clocks run out."""
    state, turn = play.state, play.state.turn
    if (
        turn
        and turn.question
        and turn.question.form == "scenario"
        and turn.marking == "open"
        and not turn.done
    ):
        assert isinstance(state.round, Scenario)
        able = awaited_judges(state, state.round, turn) + tuple(sheet.judge for sheet in turn.sheets)
        if able:
            play.do(c.SubmitMarks(able[dice % len(able)], marks_for(play, dice)))
    elif state.buzz.phase == "armed" and dice % 3 == 0 and state.buzz.eligible:
        play.foul(state.buzz.eligible[dice % len(state.buzz.eligible)])
    elif state.buzz.phase == "open":
        seats = state.buzz.eligible
        if dice % 7 == 0 or not seats:
            play.verdict("nobody", ())
        elif dice % 7 == 1 and len(seats) > 1:
            play.verdict("too_close", seats[:2])
        else:
            play.press(seats[dice % len(seats)])


def check(play: Play) -> None:
    state = play.state
    by_hand = dict.fromkeys(state.rulebook.seats, state.rulebook.base_cp)
    for entry in state.entries:
        by_hand[entry.seat] += entry.change_cp
    assert {row.seat: row.score_cp for row in standings(state)} == by_hand
    projector = json.dumps(projector_view(state, play.now_ns), ensure_ascii=False)
    revealed = state.turn.answer if state.turn else None
    for secret in ("SECRET-", *(() if state.turn and state.turn.marking == "revealed" else ("marks_cp",))):
        if revealed is None:
            assert secret not in projector
    for judge in state.rulebook.judges:
        seen = json.dumps(judge_view(state, play.now_ns, play.paper, judge.number), ensure_ascii=False)
        assert "SECRET-" not in seen
    json.dumps(host_view(state, play.now_ns, play.paper, Rim()), allow_nan=False)


@pytest.mark.parametrize("contest", CONTESTS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a whole contest shrinks for minutes
)
@given(choices_made=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 200), st.booleans()), max_size=80))
def test_every_offer_is_accepted_and_every_invariant_holds(
    contest: Callable[[], Play], choices_made: list[tuple[int, int, bool]]
) -> None:
    play = contest()
    for pick, dice, alone in choices_made:
        if alone:
            surroundings(play, dice)
            play.after(dice / 10)
        # Mostly along the course; now and then something that puts right or leaves it.
        available = everything(play) if dice % 5 == 0 else choices(play)
        for offer in everything(play):
            assert codec.host_command(codec.command_message(offer.command)) == offer.command
            decide(play.state, offer.command, play.now_ns, play.paper, 7)
        play.do(available[pick % len(available)].command)
        check(play)
    again = [
        Entry(
            one.seq,
            one.contest_ns,
            codec.event_from_json(codec.event_type(one.event), codec.event_to_json(one.event)),
        )
        for one in play.log
    ]
    assert fold(again) == play.state, "the log, through JSON and back, folds to the same state"


@pytest.mark.parametrize("contest", CONTESTS)
def test_the_next_action_alone_leads_to_the_end(contest: Callable[[], Play]) -> None:
    play = contest()
    steps = 0
    while not (play.state.scene == "standings" and (play.state.frozen or not play.state.rulebook.cues)):
        surroundings(play, steps * 7 + 2)
        play.after(0.5)
        ready = offers(play.state)
        play.do((ready or [one for one in tools(play.state) if one.id == "void"])[0].command)
        check(play)
        steps += 1
        assert steps < 600, f"stuck in {play.state.scene}: {play.state.turn}"
    assert {seat for place in play.state.places for seat in place.seats} == {1, 2, 3, 4, 5}
    if play.state.rulebook.tie_break:
        assert not any(len(place.seats) > 1 for place in play.state.places), "every tie was broken"
