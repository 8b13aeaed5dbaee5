"""Every screen of every random contest: no secret on it, every button on it accepted by the rules, what comes next foretold."""

from __future__ import annotations

import json
from typing import Any

from server.game.decide import Refused, decide
from server.game.fold import apply
from server.game.state import Entry
from server.offers.corrections import corrections, course
from server.offers.offers import Offer, offers
from server.offers.tools import tools
from server.views.by_role import desk_view, judge_view, projector_view
from server.views.host_view import Rim, host_view, offer_row
from server.views.next_view import next_view
from server.views.stage_view import audience_view, stage_view
from tests.game.coverage import Coverage
from tests.game.machine import Machine, run
from tests.game.random_book import SECRET

foreseen: list[int] = []  # states whose next view holds a secret: nobody but the host has that view


def look(machine: Machine) -> None:
    """One state as everybody sees it."""
    state, paper = machine.state, machine.contest.paper
    now_ns = max(machine.now_ns, state.contest_ns)
    judge, seat = state.rulebook.judges[0].number, state.rulebook.seats[0]
    seen = [
        projector_view(state, now_ns),
        desk_view(state, now_ns, seat),
        desk_view(state, now_ns, None),
        stage_view(state, now_ns),
        audience_view(state, now_ns),
        judge_view(state, now_ns, paper, judge),
    ]
    public = state.turn is not None and state.turn.answer is not None
    for view in seen:
        text = json.dumps(view, ensure_ascii=False)
        assert public or SECRET not in text, f"{view['role']} sees an answer too early"
    following = _foretold(machine, now_ns)
    host = host_view(state, now_ns, paper, Rim(), following)
    json.dumps(host)
    assert host["corrections"] == [offer_row(one) for one in corrections(state)], "kept from an older state"
    if not public and following is not None and SECRET in json.dumps(following):
        foreseen.append(state.seq)
    for offer in (*offers(state), *tools(state), *course(state), *corrections(state)):
        _accepted(machine, offer, now_ns)


def _foretold(machine: Machine, now_ns: int) -> dict[str, Any] | None:
    """The next view: whatever chance may bring, it is what the hall sees then; and reckoning it changes nothing."""
    state, paper = machine.state, machine.contest.paper
    found = next_view(state, paper, now_ns)
    assert machine.state is state
    if found is not None:
        after = state
        for event in decide(state, offers(state)[0].command, now_ns, paper, 2**127 + 12345):
            after = apply(after, Entry(after.seq + 1, now_ns, event))
        assert found == projector_view(after, now_ns)
    return found


def _accepted(machine: Machine, offer: Offer, now_ns: int) -> None:
    try:
        decide(machine.state, offer.command, now_ns, machine.contest.paper, 7)
    except Refused as refused:
        raise AssertionError(f"{offer} is on the console, and refused: {refused}") from refused


def test_no_screen_shows_a_secret_and_no_button_is_refused() -> None:
    foreseen.clear()
    for seed in range(5_000, 5_040):
        run(seed, 50, Coverage(), None, look)
    assert len(foreseen) > 20, "the host did not see answers before their reveal: nothing has been tried"
