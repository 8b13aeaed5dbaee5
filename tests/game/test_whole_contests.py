"""Whole contests by what is offered to the host: every offer is accepted, every invariant holds, no answer leaks."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import codec
from server.game import commands as c
from server.game.fold import fold
from server.game.standings import standings
from server.game.state import Entry
from server.offers import Offer, offers, tools
from server.views import Rim, host_view, judge_view, projector_view

from .play import Play, book, rules


def short_contest() -> Play:
    return Play(
        book(rules("compulsory", turns=1), rules("scenario"), rules("buzz_in", questions=2), rules("risk"))
    )


def choices(play: Play) -> list[Offer]:
    return [*offers(play.state), *tools(play.state)]


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
        play.do(c.SubmitMarks(1 + dice % 5, (dice % 9 * 50, dice % 13 * 50, dice % 21 * 50)))
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 200), st.booleans()), max_size=80))
def test_every_offer_is_accepted_and_every_invariant_holds(choices_made: list[tuple[int, int, bool]]) -> None:
    play = short_contest()
    for pick, dice, alone in choices_made:
        if alone:
            surroundings(play, dice)
            play.after(dice / 10)
        available = choices(play)
        for offer in available:
            assert codec.host_command(codec.command_message(offer.command)) == offer.command
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


def test_the_next_action_alone_leads_to_the_end() -> None:
    play = short_contest()
    steps = 0
    while play.state.scene != "standings":
        surroundings(play, steps * 7 + 2)
        play.after(0.5)
        ready = offers(play.state)
        play.do((ready or [one for one in tools(play.state) if one.id == "void"])[0].command)
        check(play)
        steps += 1
        assert steps < 400, f"stuck in {play.state.scene}: {play.state.turn}"
    assert {seat for place in play.state.places for seat in place.seats} == {1, 2, 3, 4, 5}


def test_keys_are_unique_at_every_moment() -> None:
    play = short_contest()
    for step in range(150):
        keys = [offer.key for offer in choices(play)]
        assert len(keys) == len(set(keys)), (play.state.scene, keys)
        assert not any(key.isdigit() for key in keys), "digits belong to the simulated boxes"
        surroundings(play, step * 5 + 3)
        ready = offers(play.state)
        if not ready:
            break
        play.do(ready[step % len(ready)].command)
