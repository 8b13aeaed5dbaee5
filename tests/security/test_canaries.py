"""No secret in any view, patch or public event, in any state of any random contest; and none that shows by its effect."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from server.feed import public_events
from server.game.state import State
from server.views.by_role import desk_view, judge_view, projector_view
from server.views.host_view import Rim, host_view
from server.views.next_view import next_view
from server.views.operator_view import operator_view
from server.views.scene_views import View
from server.views.stage_view import audience_view, stage_view
from tests.game import random_book
from tests.game.coverage import Coverage
from tests.game.machine import Machine
from tests.security.canaries import Known, canary, only_in_secret, other_secrets, salted_contest

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
CONTESTS = 600 if FULL else 45
STEPS = 50
ON_DISK = 12 if FULL else 2
RIM = Rim(
    judges_online=frozenset((1, 3)),
    control={"holder": canary("control", "host"), "operators": [canary("control", "host")]},
    sessions=({"session": canary("session", "host"), "address": canary("session", "host")},),
    tickets=(canary("ticket", "host"),),
    scheduling={"policy": canary("scheduling", "host")},
    log_failed=canary("log", "host"),
)
"""What stands beside the contest, with a canary in each place that is the host's alone."""


@pytest.fixture(autouse=True)
def salted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_book, "contest", salted_contest)


def views_of(state: State, machine: Machine, now_ns: int) -> dict[str, tuple[str, View]]:
    """Page → its role and what it gets."""
    paper = machine.contest.paper
    found = {
        "projector": ("projector", projector_view(state, now_ns)),
        "stage": ("stage", stage_view(state, now_ns)),
        "audience": ("audience", audience_view(state, now_ns)),
        "desk": ("desk", desk_view(state, now_ns, None)),
        "operator": ("operator", operator_view(state, now_ns, RIM)),
    }
    for seat in state.rulebook.seats:
        found[f"desk-{seat}"] = ("desk", desk_view(state, now_ns, seat))
    for judge in state.rulebook.judges:
        found[f"judge-{judge.number}"] = ("judge", judge_view(state, now_ns, paper, judge.number))
    return found


class Watch:
    """Looks at every state of a run; counts what it had to look for, so that a run without secrets is noticed."""

    def __init__(self, tried: Counter[str]) -> None:
        self.known = Known()
        self.tried = tried

    def __call__(self, machine: Machine) -> None:
        state = machine.state
        now_ns = max(machine.now_ns, state.contest_ns)
        self.known.learn(state)
        seen = views_of(state, machine, now_ns)
        for page, (role, view) in seen.items():
            assert self.known.leaks(role, view) == [], f"{page} sees what it may not"
        self.operator_counts_what_all_can(seen)
        self.host_sees(machine, now_ns)
        self.same_without_secrets(machine, now_ns, seen)
        self.tried["states"] += 1

    def host_sees(self, machine: Machine, now_ns: int) -> None:
        """That the secrets are there to be found at all."""
        state, paper = machine.state, machine.contest.paper
        view = host_view(state, now_ns, paper, RIM, next_view(state, paper, now_ns))
        self.tried["held back"] += bool(self.known.leaks("projector", view))
        assert {"control of host", "session of host", "ticket of host"} <= set(
            self.known.leaks("operator", view)
        ), "the host's own have canaries in them"

    @staticmethod
    def operator_counts_what_all_can(seen: dict[str, tuple[str, View]]) -> None:
        """The one count that an operator has of what was done is the number that stands on every page."""
        operator = seen["operator"][1]
        assert operator["log"]["events"] == operator["revision"] == seen["audience"][1]["revision"]
        for row in operator["judges"]:
            assert row["online"] == (row["judge"] in RIM.judges_online)
            assert not any(row[key] for key in ("submitted", "masked", "excused", "mark")), "who has marked"

    def same_without_secrets(self, machine: Machine, now_ns: int, seen: dict[str, tuple[str, View]]) -> None:
        """Whoever may not know a secret sees the same whatever it is."""
        for kind, other in other_secrets(machine.state).items():
            owners = self.owners(kind, machine.state)
            for page, (_, view) in views_of(other, machine, now_ns).items():
                if page not in owners:
                    assert view == seen[page][1], f"{page} can tell {kind} apart"
            self.tried[kind] += 1

    @staticmethod
    def owners(kind: str, state: State) -> set[str]:
        """Pages that may know a secret of that kind: whose it is."""
        if kind == "stakes":
            return {f"desk-{seat}" for seat, _ in state.stakes}
        if kind == "marks" and state.turn is not None:
            return {f"judge-{sheet.judge}" for sheet in state.turn.sheets}
        return set()


def play(seed: int, tried: Counter[str], folder: Path | None = None, watch: Any = None) -> None:
    rng = Random(seed)
    machine = Machine(rng, Coverage(), folder)
    machine.watch = watch or Watch(tried)
    try:
        for _ in range(STEPS):
            machine.step(rng)
    finally:
        machine.close()


def test_no_page_gets_a_secret_in_any_state() -> None:
    tried: Counter[str] = Counter()
    for seed in range(70_000, 70_000 + CONTESTS):
        play(seed, tried)
    for kind in ("states", "held back", "stakes", "marks", "staged", "undone"):
        assert tried[kind] > 10, f"{kind}: tried {tried[kind]} times only, of {dict(tried)}"


def test_a_judge_sees_no_colleagues_marks_and_a_desk_no_other_stake() -> None:
    """The owners of a secret kind may know their own; here each of them alone is left as it was."""
    from dataclasses import replace

    tried: Counter[str] = Counter()

    def look(machine: Machine) -> None:
        state = machine.state
        now_ns = max(machine.now_ns, state.contest_ns)
        turn = state.turn
        others = other_secrets(state)
        if "marks" in others and turn is not None:
            changed = others["marks"].turn
            assert changed is not None
            for own, sheet in zip(turn.sheets, changed.sheets, strict=True):
                mine = tuple(own if one is sheet else one for one in changed.sheets)
                other = replace(state, turn=replace(turn, sheets=mine))
                paper = machine.contest.paper
                assert judge_view(other, now_ns, paper, own.judge) == judge_view(
                    state, now_ns, paper, own.judge
                )
                tried["marks"] += 1
        if "stakes" in others:
            for seat, stake_cp in state.stakes:
                mine_only = tuple(
                    (one, stake_cp if one == seat else other_cp) for one, other_cp in others["stakes"].stakes
                )
                other = replace(state, stakes=mine_only)
                assert desk_view(other, now_ns, seat) == desk_view(state, now_ns, seat)
                tried["stakes"] += 1

    for seed in range(71_000, 71_000 + CONTESTS // 2):
        play(seed, tried, watch=look)
    assert tried["marks"] > 10 and tried["stakes"] > 5


def test_nobody_can_tell_which_ruling_stake_or_mark_it_was() -> None:
    """Two that do the same but for a secret leave everybody else with the same: texts, numbers, how many events there are.

    That something was done is no secret: the host is seen to speak, the clock stands, and the revision goes up for all.
    """
    tried: Counter[str] = Counter()

    def look(machine: Machine) -> None:
        state = machine.state
        now_ns = max(machine.now_ns, state.contest_ns)
        paper = machine.contest.paper
        for kind, owner, after in only_in_secret(state, paper, now_ns):
            first = views_of(after[0], machine, now_ns)
            for other in after[1:]:
                for page, (_, view) in views_of(other, machine, now_ns).items():
                    if page != owner:
                        assert view == first[page][1], f"{page} can tell {kind} apart"
            tried[kind] += 1

    for seed in range(73_000, 73_000 + CONTESTS):
        play(seed, tried, watch=look)
    for kind in ("rulings", "stakes", "marks"):
        assert tried[kind] > 10, f"{kind}: tried {tried[kind]} times only, of {dict(tried)}"


def test_the_feed_tells_no_secret(tmp_path: Path) -> None:
    """The public events of a log, as a feed asks for them after each change."""
    tried: Counter[str] = Counter()
    for number in range(ON_DISK):
        folder = tmp_path / str(number)
        folder.mkdir()
        known, last = Known(), [0]

        def look(
            machine: Machine, known: Known = known, last: list[int] = last, folder: Path = folder
        ) -> None:
            known.learn(machine.state)
            fresh = public_events(folder / "contest.db", last[0])
            for event in fresh:
                assert known.leaks("projector", event) == []
                assert "sheets" not in event and "marks_cp" not in event
            tried["events"] += len(fresh)
            last[0] = max([last[0], *(event["seq"] for event in fresh)])

        play(72_000 + number, tried, folder, look)
        # The host's secrets are in the log's folder only where the paper is; an event holds what was revealed.
        whole = [event for event in public_events(folder / "contest.db", 0)]
        assert known.leaks("projector", whole) == []
    assert tried["events"] > 20
