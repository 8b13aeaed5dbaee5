"""Every screen of every random contest: no secret on it, every button on it accepted by the rules."""

from __future__ import annotations

import json

from server.game.decide import Refused, decide
from server.host_view import Rim, host_view
from server.offer_corrections import corrections, course
from server.offers import Offer, offers, tools
from server.views import desk_view, judge_view, projector_view
from tests.game.coverage import Coverage
from tests.game.machine import Machine, run
from tests.game.random_book import SECRET


def look(machine: Machine) -> None:
    """One state as everybody sees it."""
    state, paper = machine.state, machine.contest.paper
    now_ns = max(machine.now_ns, state.contest_ns)
    judge, seat = state.rulebook.judges[0].number, state.rulebook.seats[0]
    seen = [
        projector_view(state, now_ns),
        desk_view(state, now_ns, seat),
        desk_view(state, now_ns, None),
        judge_view(state, now_ns, paper, judge),
    ]
    public = state.turn is not None and state.turn.answer is not None
    for view in seen:
        text = json.dumps(view, ensure_ascii=False)
        assert public or SECRET not in text, f"{view['role']} sees an answer too early"
    json.dumps(host_view(state, now_ns, paper, Rim()))
    for offer in (*offers(state), *tools(state), *course(state), *corrections(state)):
        _accepted(machine, offer, now_ns)


def _accepted(machine: Machine, offer: Offer, now_ns: int) -> None:
    try:
        decide(machine.state, offer.command, now_ns, machine.contest.paper, 7)
    except Refused as refused:
        raise AssertionError(f"{offer} is on the console, and refused: {refused}") from refused


def test_no_screen_shows_a_secret_and_no_button_is_refused() -> None:
    for seed in range(5_000, 5_060):
        run(seed, 50, Coverage(), None, look)
