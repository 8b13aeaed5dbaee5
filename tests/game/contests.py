"""The random contest as Hypothesis drives it: it chooses the rulebook and every step, and shrinks what breaks."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from server.game import commands as c
from tests.game.coverage import Coverage
from tests.game.machine import Machine
from tests.game.random_commands import anything, forward, likely

CHOICES = st.randoms(use_true_random=False)


class Contests(RuleBasedStateMachine):
    """A contest: legal and illegal commands, time, undo, redo, restarts. `covered`: of all contests of the process."""

    covered = Coverage()

    @initialize(choices=CHOICES)
    def begin(self, choices: Random) -> None:
        self.machine = Machine(choices, self.covered)

    @rule(choices=CHOICES)
    def goes_on(self, choices: Random) -> None:
        for _ in range(4):  # a show is long: four commands that fit make one step of Hypothesis
            self.machine.try_out(forward, choices)

    @rule(choices=CHOICES)
    def is_asked_what_is_likely(self, choices: Random) -> None:
        self.machine.try_out(likely, choices)

    @rule(choices=CHOICES)
    def is_asked_anything(self, choices: Random) -> None:
        self.machine.try_out(anything, choices)

    @rule(seconds=st.sampled_from((0, 1, 5, 40)))
    def time_passes(self, seconds: int) -> None:
        self.machine.now_ns += seconds * 1_000_000_000
        self.machine.ask(c.Tick())

    @rule()
    def undoes(self) -> None:
        self.machine.ask(c.Undo(self.machine.state.before_seq))

    @rule()
    def redoes(self) -> None:
        self.machine.ask(c.Redo())

    @rule()
    def restarts(self) -> None:
        self.machine.restart()

    def teardown(self) -> None:
        if hasattr(self, "machine"):
            self.machine.finish()
