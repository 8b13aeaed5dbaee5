"""The keys of the console: at every moment each belongs to one button, and none to the console's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from server.game.state import State
from server.offers.corrections import corrections, course
from server.offers.offers import Offer, offers
from server.offers.tools import tools

from .coverage import Coverage
from .machine import Machine, run
from .play import Play
from .test_whole_contests import CONTESTS, surroundings

KEYS = {"Space", "Escape", *"abcdefghijlnpqrstuvwxy"}
"""Every key that some button has. The others are the console's: M mutes, K, O, Z, F2, F3, F4 open panels, digits press."""


def buttons(state: State) -> list[Offer]:
    """Every button of the console at this moment."""
    return [*offers(state), *tools(state), *corrections(state), *course(state)]


def hold(state: State, used: Counter[str]) -> None:
    """No key twice, no key but ours; Escape is the blackout, Space the next action and no other."""
    found = [(one.key, one.id) for one in buttons(state) if one.key]
    keys = [key for key, _ in found]
    assert len(keys) == len(set(keys)), (state.scene, found)
    assert set(keys) <= KEYS, (state.scene, found)
    assert dict(found)["Escape"] == "blackout", found
    if "Space" in keys:
        assert offers(state)[0].key == "Space", found
    used.update(keys)


@pytest.mark.parametrize("contest", CONTESTS)
def test_keys_along_whole_contests(contest: Callable[[], Play]) -> None:
    play, used = contest(), Counter[str]()
    for step in range(150):
        hold(play.state, used)
        surroundings(play, step * 5 + 3)
        hold(play.state, used)
        ready = offers(play.state)
        if not ready:
            break
        play.do(ready[step % len(ready)].command)
    assert used["Escape"] > 40


def test_keys_at_random_and_every_one_of_them_is_used() -> None:
    used = Counter[str]()

    def watch(machine: Machine) -> None:
        hold(machine.state, used)

    for seed in range(7_000, 7_030):
        run(seed, 50, Coverage(), None, watch)
    assert KEYS - set(used) == set()
