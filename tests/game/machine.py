"""A contest driven at random, and everything that must hold after each step: for Hypothesis and for the long soak.

The engine decides and folds; beside it the second scorer reads each row as it stands in the log, and a stack of the
states before each step says what an undo must come back to.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from server import codec
from server.event_log import EventLog
from server.game import commands as c
from server.game import events as e
from server.game.decide import Refused, decide
from server.game.fold import apply, fold
from server.game.standings import scores, standings
from server.game.state import Entry, State
from server.referee import Answer, Referee, create_contest
from server.referee import entries as log_entries
from tests.game import random_book
from tests.game.coverage import Coverage, settings_of
from tests.game.random_commands import REPORTS, Maker, anything, forward, likely
from tests.game.what_stood import COMPARED, bare, over_with_it, screen_trouble, stack_of, with_buzz_and_clock
from tests.second_scorer import Disagreement, SecondScorer

SILENT = (c.LampTest, *REPORTS)
"""What may be accepted without an event."""
TRIES = 12  # commands tried in one step before it is left without an effect


class Broken(AssertionError):
    """An invariant does not hold; the text says which, and the commands that led there."""


class Machine:
    """One contest under way. `folder`: play it through a referee with a log there; None: rules and fold alone."""

    def __init__(self, rng: Random, coverage: Coverage, folder: Path | None = None) -> None:
        self.contest = random_book.contest(rng)
        self.coverage = coverage
        self.now_ns = 0
        self.rows: list[tuple[int, int, str, str]] = []
        self.asked: list[c.Command] = []
        self.chance = rng.getrandbits(128)
        self.stack: list[tuple[State, int]] = []  # what stood before each step, and when it was taken
        self.scorer = SecondScorer(
            {key: [item.max_cp for item in one.items] for key, one in self.contest.paper.items()}
        )
        self.answers: list[tuple[str, c.Command, Answer]] = []
        self.watch: Callable[[Machine], None] | None = None  # looks at each state as well
        self.referee: Referee | None = None
        self.log: EventLog | None = None
        if folder is not None:
            self.log = EventLog(folder / "contest.db")
            create_contest(
                self.log, "m", self.contest.book, self.contest.slots, self.contest.paper, "seed", "now"
            )
        created = e.ContestCreated("m", self.contest.book, self.contest.slots, "seed")
        self.state = apply(None, self._stored(None, created))
        self.scorer.feed((1, 0, "contest_created", json.loads(self.rows[0][3])))
        if self.log is not None:
            self._new_referee()
        coverage.runs += 1
        coverage.settings.update(settings_of(self.contest.book))

    def close(self) -> None:
        if self.log is not None:
            self.log.close()

    # -- steps -------------------------------------------------------------------------------------------------

    def step(self, rng: Random) -> None:
        """One random step, with every invariant after it."""
        self.coverage.steps += 1
        self.now_ns += rng.choice((0, 1, 700_000_000, 4_000_000_000, 40_000_000_000))
        self.chance = rng.getrandbits(128)
        self.ask(c.Tick())
        kind = rng.random()
        if kind < 0.72:
            self.legal(rng)
        elif kind < 0.84:
            self.try_out(anything, rng)
        elif kind < 0.90:
            self.ask(c.Undo(rng.choice((None, self.state.before_seq))))
        elif kind < 0.94:
            self.ask(c.Redo())
        elif kind < 0.97:
            self.repeat(rng)
        elif kind < 0.99:
            self.walk_back()
        else:
            self.restart()

    def legal(self, rng: Random) -> None:
        """Commands that may well be legal, until one has an effect."""
        for _ in range(TRIES):
            before = self.state
            self.try_out(forward if rng.random() < 0.75 else likely, rng)
            if self.state is not before:
                return

    def repeat(self, rng: Random) -> None:
        """An id that was answered before gets the same answer and does nothing, whatever comes with it."""
        if self.referee is None or self.log is None or not self.answers:
            return
        name, command, first = rng.choice(self.answers)
        if not first.accepted or first.events:
            before, last = self.referee.state, self.log.last_seq
            again = self.referee.submit(command, name)
            self._must(again.accepted == first.accepted, "a repeated command was answered otherwise")
            self._must(again.revision == first.revision, "a repeated command has another revision")
            self._must(
                self.referee.state is before and self.log.last_seq == last, "a repeated command did something"
            )
            self.coverage.checks["repeated"] += 1

    def restart(self) -> None:
        """The machine forgets all but the log, and goes on from what that folds to."""
        folded = fold(Entry(seq, at, codec.event_from_json(kind, body)) for seq, at, kind, body in self.rows)
        self._must(folded == self.state, "the log through JSON folds to another state")
        if self.log is not None:
            self.log.close()
            self.log = EventLog(self.log.path)
            self._new_referee()
            stored = [(one.seq, one.contest_ns, one.event) for one in log_entries(self.log)]
            ours = [(seq, at, codec.event_from_json(kind, body)) for seq, at, kind, body in self.rows]
            self._must(stored == ours, "the log file does not hold what was acknowledged")
        self.state = folded if self.referee is None else self.referee.state
        self.coverage.checks["restarted"] += 1

    def _new_referee(self) -> None:
        assert self.log is not None
        self.referee = Referee(self.log, lambda: self.now_ns, lambda: "now", lambda: self.chance)
        self.answers = [one for one in self.answers if one[2].accepted]  # refusals are not kept on disk
        self._must(self.referee.state == self.state, "the referee does not come back to the same state")

    # -- a command and what it may do --------------------------------------------------------------------------

    def try_out(self, maker: Maker, rng: Random) -> None:
        """One command of a kind."""
        self.chance = rng.getrandbits(128)
        self.ask(maker(self.state, self.contest, rng))

    def ask(self, command: c.Command) -> None:
        """Have it decided, and hold the engine to everything that must be true after it."""
        self.asked.append(command)
        before, name = self.state, type(command).__name__
        at_ns = max(self.now_ns, before.contest_ns)
        try:
            events = decide(before, command, at_ns, self.contest.paper, self.chance)
        except Refused as refused:
            said = refused.reason
            self._must(bool(said.zh.strip() and said.en.strip()), "a refusal without a reason")
            self._must(not said.zh.isascii() and said.en.isascii(), f"not in both languages: {said}")
            self.coverage.refused[name] += 1
            self._through_referee(command, None)
            return
        except Exception as error:
            raise self._broken(f"{name} ended in {error!r}\n{traceback.format_exc()}") from error
        self.coverage.accepted[name] += 1
        if not events:
            self._must(isinstance(command, SILENT), f"{name} was accepted and nothing happened")
            self._through_referee(command, None)
            return
        first = len(self.rows)
        for event in events:
            self._apply(event, at_ns)
        self._through_referee(command, events)
        for seq, at, kind, body in self.rows[first:]:
            try:
                self.scorer.feed((seq, at, kind, json.loads(body)))
            except Disagreement as error:
                raise self._broken(f"the second scorer: {error}") from error
        self.check()

    def _apply(self, event: e.Event, at_ns: int) -> None:
        before = self.state
        match event:
            case e.Undone():
                stood, _ = self.stack.pop()
                if over_with_it(stood, before.before_what) and self.stack:
                    self.stack.pop()  # an arming that is over anyway is no step to stop at
            case e.Redone():
                assert before.redo is not None
                self.stack = stack_of(before.redo)
            case _ if e.is_step(event):
                self.stack.append((before, at_ns))
        try:
            self.state = apply(before, self._stored(before, event, at_ns))
        except Exception as error:
            raise self._broken(f"{event} cannot be folded: {error!r}\n{traceback.format_exc()}") from error

    def _stored(self, before: State | None, event: e.Event, at_ns: int = 0) -> Entry:
        """The event as it comes back from the log."""
        kind, body = codec.event_type(event), codec.event_to_json(event)
        again = codec.event_from_json(kind, body)
        self._must(again == event, f"{kind} does not come through JSON as it was")
        self._must(random_book.SECRET not in body or kind == "answer_revealed", f"{kind} holds an answer")
        seq = before.seq + 1 if before else 1
        self.rows.append((seq, at_ns, kind, body))
        self.coverage.events[kind] += 1
        return Entry(seq, at_ns, again)

    def _through_referee(self, command: c.Command, events: list[e.Event] | None) -> None:
        """The referee must come to the same, and store the same rows."""
        if self.referee is None or self.log is None:
            return
        name = f"id-{len(self.asked)}"
        before, last = self.referee.state, self.log.last_seq
        answer = self.referee.submit(command, name)
        if events is None:
            self._must(
                self.referee.state is before and self.log.last_seq == last, "a refusal changed something"
            )
            self._must(answer.accepted or answer.reason is not None, "refused without a reason")
        else:
            self._must(
                answer.accepted and self.referee.state == self.state, "the referee came to another state"
            )
            stored = [(row.seq, row.contest_ns, row.type, row.body) for row in self.log.rows(last)]
            self._must(stored == self.rows[last:], "other rows were stored")
            self.state = self.referee.state
        self.answers = [*self.answers[-20:], (name, command, answer)]

    # -- what must hold ----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Scores, places and secrets of the state as it stands."""
        state = self.state
        totals = {seat: state.rulebook.base_cp for seat in state.rulebook.seats}
        for entry in state.entries:
            totals[entry.seat] += entry.change_cp
        self._must(totals == scores(state), "a score is not base and entries")
        try:
            second = self.scorer.result()
        except Disagreement as error:
            raise self._broken(f"the second scorer: {error}") from error
        self._must(second.scores_cp == totals, f"scores: {totals}, the second scorer {second.scores_cp}")
        ours = [(entry.seat, entry.change_cp) for entry in state.entries if entry.change_cp]
        theirs = [(one.seat, one.change_cp) for one in second.changes]
        self._must(ours == theirs, f"entries: {ours}, the second scorer {theirs}")
        placed = tuple((row.place, row.seat) for row in standings(state))
        self._must(placed == second.places, f"places: {placed}, the second scorer {second.places}")
        trouble = screen_trouble(state, self.contest.paper)
        self._must(not trouble, trouble)
        self.coverage.checks["played"] += state.turn is not None and state.turn.media == "playing"
        answer = state.turn.answer if state.turn else None
        if answer is not None:
            self._must(
                state.turn is not None and state.turn.ruling is not None, "an answer before the ruling"
            )
        elif random_book.SECRET in repr(state.turn):
            raise self._broken("the state holds an answer that is not revealed")
        if self.watch is not None:
            try:
                self.watch(self)
            except Exception as error:
                raise self._broken(f"{error!r}\n{traceback.format_exc()}") from error

    def finish(self) -> None:
        """What is checked once a run: the whole state holds no secret, the log folds, every step can be undone."""
        shown = repr(replace(self.state, turn=None))
        self._must(random_book.SECRET not in shown, "the state holds an answer outside the go")
        self.restart()
        self.walk_back()

    def walk_back(self) -> None:
        """Undo to the first step, each equal to what stood before; then redo as far as that goes. Beside the contest."""
        state, scorer = self.state, self.scorer.fork()
        undone: list[State] = []
        at_ns = max(self.now_ns, state.contest_ns) + 1_000_000_000
        stack = list(self.stack)
        if state.cover:  # a clock that an undo brings back does not run under a slide
            state = self._beside(state, scorer, c.Cover(""), at_ns)
        while stack:
            stood, step_ns = stack.pop()
            if over_with_it(stood, state.before_what) and stack:
                stood, step_ns = stack.pop()
            if state.frozen:
                return  # certified: nothing is undone any more
            undone.append(state)
            corrected = state.before_what == "Corrected"
            state = self._beside(state, scorer, c.Undo(state.before_seq), at_ns)
            if corrected:  # it touches neither clock nor arming, and neither does taking it back
                stood = with_buzz_and_clock(stood, undone[-1])
            self._same(state, stood, at_ns if corrected else step_ns, at_ns, "an undo", live=corrected)
            self.coverage.checks["undone"] += 1
        self._must(state.before is None, "there is a step to undo that we know nothing of")
        while undone:
            expected = undone.pop()
            if state.redo_what == "Armed" and expected.buzz.live:
                return  # presses cannot be had again: an arming under way is not redone
            state = self._beside(state, scorer, c.Redo(), at_ns)
            self._same(state, expected, at_ns, at_ns, "a redo", clock=False)
            self.coverage.checks["redone"] += 1

    def _beside(self, state: State, scorer: SecondScorer, command: c.Command, at_ns: int) -> State:
        try:
            (event,) = decide(state, command, at_ns, self.contest.paper, 0)
        except Refused as refused:
            raise self._broken(f"{command} at {state.before_what} was refused: {refused}") from refused
        row = (state.seq + 1, at_ns, codec.event_type(event), json.loads(codec.event_to_json(event)))
        after = apply(state, Entry(state.seq + 1, at_ns, event))
        try:
            scorer.feed(row)
            found = scorer.result()
        except Disagreement as error:
            raise self._broken(f"after {command} the second scorer: {error}") from error
        self._must(found.scores_cp == scores(after), f"after {command} the second scorer has other scores")
        return after

    def _same(
        self,
        found: State,
        stood: State,
        step_ns: int,
        at_ns: int,
        what: str,
        clock: bool = True,
        live: bool = False,
    ) -> None:
        for name in COMPARED:
            one, other = getattr(found, name), getattr(stood, name)
            self._must(one == other, f"{what} leaves {name} as {one}, before it was {other}")
        one, other = bare(found), bare(stood)
        self._must(one == other, f"{what} leaves the go as {one}, before it was {other}")
        if found.turn is not None and stood.turn is not None:
            handed = {sheet.judge for sheet in found.turn.sheets}
            self._must({one.judge for one in stood.turn.sheets} <= handed, f"{what} lost a sheet")
        if stood.buzz.live and not live:
            self._must(found.clock is None, f"{what} leaves the clock of an arming that is over")
        elif stood.clock is None or found.clock is None:
            self._must(
                found.clock is stood.clock, f"{what}: clock {found.clock}, before it was {stood.clock}"
            )
        elif clock:
            left, due = found.clock.left_ns(at_ns), stood.clock.left_ns(step_ns)
            self._must(left == due, f"{what} leaves {left} ns on the clock, before it was {due}")

    def _must(self, holds: bool, text: str) -> None:
        if not holds:
            raise self._broken(text)

    def _broken(self, text: str) -> Broken:
        last = "\n".join(
            f"  {at / 1e9:8.1f} s  {kind}  {body[:300]}" for _, at, kind, body in self.rows[-25:]
        )
        asked = "\n".join(f"  {command}" for command in self.asked[-6:])
        return Broken(f"{text}\nbook: {self.contest.book}\nlast rows:\n{last}\nlast asked:\n{asked}")


def run(
    seed: int,
    steps: int,
    coverage: Coverage,
    folder: Path | None = None,
    watch: Callable[[Machine], None] | None = None,
) -> None:
    """One whole run. Raises Broken with the seed in its text."""
    rng = Random(seed)
    machine = Machine(rng, coverage, folder)
    machine.watch = watch
    try:
        for _ in range(steps):
            machine.step(rng)
        machine.finish()
    except Broken as error:
        raise Broken(f"seed {seed}: {error}") from error
    finally:
        machine.close()
