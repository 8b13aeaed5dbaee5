"""Pages shown what the server really sends: contests at random, every new kind of picture once, no page may complain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from server.game import commands as c
from server.game.decide import decide
from server.game.events import ContestCreated
from server.game.fold import apply
from server.game.refusal import Refused
from server.game.state import Entry, State
from server.views.by_role import desk_view, judge_view, projector_view
from server.views.host_view import Rim, host_view
from server.views.stage_view import audience_view, stage_view
from tests.browser import open_page
from tests.display.pages import HERE, open_role
from tests.game.random_book import Contest, contest
from tests.game.random_commands import forward, likely

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
S = 1_000_000_000
SHOWS, STEPS, SHOWN = (30, 90, 150) if FULL else (12, 90, 45)
RIM = Rim(timing="ok", simulated=True)


def played(rng: Random) -> Iterator[tuple[Contest, State, int]]:
    """A contest at random, as it stands after each step."""
    show = contest(rng)
    now_ns = 0
    state = apply(None, Entry(1, 0, ContestCreated("c", show.book, show.slots, "seed", rng.random() < 0.2)))
    for _ in range(STEPS):
        now_ns += rng.choice((0, 700_000_000, 4 * S, 20 * S))
        for command in (c.Tick(), (forward if rng.random() < 0.85 else likely)(state, show, rng)):
            try:
                events = decide(
                    state, command, max(now_ns, state.contest_ns), show.paper, rng.getrandbits(128)
                )
            except Refused:
                continue
            for event in events:
                state = apply(state, Entry(state.seq + 1, max(now_ns, state.contest_ns), event))
        yield show, state, now_ns


def kind_of(view: dict[str, Any]) -> str:
    """What makes a picture another one: which members it has, and every word in it that is a state."""

    def shape(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: shape(one, key) for key, one in value.items() if key not in ("title", "boxes")}
        if isinstance(value, list):
            return sorted({str(shape(one, name)) for one in value[:6]})
        words = ("name", "phase", "result", "state", "kind", "purpose", "settled", "then", "status", "cause")
        return value if name in words and isinstance(value, str) else value is None

    parts = ("scene", "clock", "sheet", "buzz", "stake", "correction", "certified", "staged")
    return f"{ {part: shape(view.get(part), part) for part in parts} } {view['lang']}"


def pictures(role: str) -> list[dict[str, Any]]:
    """Views of a role, each of another kind."""
    found: dict[str, dict[str, Any]] = {}
    for seed in range(SHOWS):
        rng = Random(seed)
        for show, state, now_ns in played(rng):
            at_ns = max(now_ns, state.contest_ns)
            match role:
                case "host":
                    view = host_view(state, at_ns, show.paper, RIM)
                case "judge":
                    view = judge_view(state, at_ns, show.paper, rng.choice(show.book.judges).number)
                case "desk":
                    view = {**desk_view(state, at_ns, rng.choice(show.book.seats)), "web_buzzers": True}
                case "stage":
                    view = stage_view(state, at_ns)
                case "audience":
                    view = audience_view(state, at_ns)
                case _:
                    view = projector_view(state, at_ns)
            found.setdefault(kind_of(view), view)
    chosen = list(found.values())
    Random(1).shuffle(chosen)
    return chosen[:SHOWN]


@pytest.mark.parametrize(
    ("role", "size"),
    [
        *(("host", "console"), ("projector", "projector"), ("judge", "tablet"), ("desk", "phone")),
        *(("stage", "projector"), ("audience", "phone")),
    ],
)
def test_a_page_takes_whatever_the_server_sends(browser: Browser, role: str, size: str) -> None:
    complaints: list[str] = []
    page: Page = open_role(open_page(browser, size, complaints), role)
    # The pictures of contests at random are names only.
    picture = HERE / "fixtures" / "media" / "q-landscape.png"
    page.route("**/media/**", lambda route: route.fulfill(path=picture))
    views = pictures(role)
    assert len(views) > 40, "the contests at random no longer go anywhere"
    for view in views:
        page.evaluate("view => window.show(view)", view)
        bad = [line for line in complaints if "frame-ancestors" not in line]
        assert bad == [], {"scene": view["scene"], "round": view["round"]}
    page.wait_for_timeout(300)
    assert [line for line in complaints if "frame-ancestors" not in line] == []
