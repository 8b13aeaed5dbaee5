"""A log written before there were pictures, slides and a customer's look: its chain holds, and it folds as it did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from server import codec
from server.event_log import EventLog
from server.game.fold import apply
from server.game.rulebook import Look
from server.game.standings import scores, standings
from server.game.state import Entry, State
from server.referee import load
from server.views.by_role import projector_view
from server.views.scene_views import scene_view
from tests import second_scorer

OLD: dict[str, Any] = json.loads(
    (Path(__file__).parent / "log-without-media.json").read_text(encoding="utf-8")
)
"""Rows as they were written then, and what they came to: the chain's head, the scene after each, scores, places."""


def test_an_old_log_has_the_same_chain_and_folds_to_the_same(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "old.db")
    log.append([(at, wall, kind, body) for _, at, wall, kind, body in OLD["rows"]])
    assert log.head == OLD["head"]
    state: State | None = None
    scenes = []
    for seq, at, _, kind, body in OLD["rows"]:
        state = apply(state, Entry(seq, at, codec.event_from_json(kind, body)))
        scenes.append(scene_view(state)["name"])
    assert state is not None and scenes == OLD["scenes"] and load(log) == state
    log.close()
    assert {str(seat): score for seat, score in scores(state).items()} == OLD["scores_cp"]
    assert [[row.place, row.seat] for row in standings(state)] == OLD["places"]


def test_what_an_old_log_does_not_say_has_its_default() -> None:
    state: State | None = None
    for seq, at, _, kind, body in OLD["rows"]:
        state = apply(state, Entry(seq, at, codec.event_from_json(kind, body)))
    assert state is not None
    assert (state.cover, state.media_shown, state.rulebook.look) == ("", frozenset(), Look())
    view = projector_view(state, state.contest_ns)
    assert view["cover"] is None
    assert view["look"] == {"theme": "stage", "ground": None, "accent": None, "logo": None, "sponsors": []}


def test_the_second_scorer_comes_to_the_same() -> None:
    result = second_scorer.score((seq, at, kind, json.loads(body)) for seq, at, _, kind, body in OLD["rows"])
    assert [list(one) for one in result.places] == OLD["places"]
