"""The account behind a result: what happened on the way, also what was undone; gathered while the log is folded.

`stands` on a line: True when the step it belongs to was not undone (or was redone). What was undone stays on record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from .game import events as e
from .game.standings import scores
from .game.state import Buzz, Entry, Record, State


@dataclass(frozen=True, slots=True)
class Decision:
    """A tie that was broken: `cells` best first, seats of one cell still tied; `how` and `seed` as in TieRanked."""

    seq: int
    wall_time: str
    place: int | None  # the place they were tied for
    cells: tuple[tuple[int, ...], ...]
    how: str
    seed: str | None
    stands: bool = True


@dataclass(frozen=True, slots=True)
class FoulCall:
    seq: int
    wall_time: str
    arming: str
    round_index: int
    question_id: str | None
    seat: int
    early_ns: int | None
    points_cp: int
    then: str
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """比分更正. `before`: the ruling as it stood, None where a score was set. `scores_cp`: (seat, before, after)."""

    seq: int
    wall_time: str
    what: str
    by: str
    reason: str
    before: Record | None
    result: str | None
    seat: int | None
    points_cp: int
    scores_cp: tuple[tuple[int, int, int], ...]
    stands: bool = True


@dataclass(frozen=True, slots=True)
class UndoneStep:
    """One undo. `taken`: rows of the steps it took back; `changes`: (seat, centipoints) of the entries that went."""

    seq: int
    wall_time: str
    what: str
    taken: tuple[int, ...]
    changes: tuple[tuple[int, int], ...]
    redone: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """The marks of one scenario: every judge's total, which were dropped, and who did not mark and why."""

    seq: int
    wall_time: str
    round_index: int
    question_id: str | None
    seat: int
    mark_cp: int
    board: tuple[e.MarkOnBoard, ...]
    masked: tuple[int, ...]
    missing: tuple[int, ...]
    excused: tuple[int, ...]
    stands: bool = True


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One verdict; where it was too close to call: `settled_how`, `settled_seat` and, for a lot, `seed`.

    settled_how: "press_again" (another verdict on the question follows), or as in TieSettled.
    """

    seq: int
    wall_time: str
    arming: str
    round_index: int
    question_id: str | None
    outcome: str
    seats: tuple[int, ...]
    lead_ns: int | None
    lead_uncertainty_ns: int | None
    presses: tuple[e.PressSeen, ...]
    boxes_missing: tuple[str, ...]
    settled_how: str | None = None
    settled_seat: int | None = None
    seed: str | None = None
    stands: bool = True


Line = TypeVar("Line", Decision, FoulCall, Correction, Panel, VerdictLine)


class Witness:
    """Sees every event between the state before and the state after it, in order."""

    def __init__(self) -> None:
        self._owners: dict[int, int] = {}  # row → the step it belongs to, 0 for none
        self._steps: dict[int, int] = {}  # step → the one before it, 0 for none
        self._decisions: list[Decision] = []
        self._fouls: list[FoulCall] = []
        self._corrections: list[Correction] = []
        self._undone: list[UndoneStep] = []
        self._panels: list[Panel] = []
        self._verdicts: list[VerdictLine] = []

    def saw(self, before: State | None, entry: Entry, after: State, wall_time: str) -> None:
        """Take one event down."""
        self._owners[entry.seq] = after.before_seq
        seq, event = entry.seq, entry.event
        if before is None:
            return
        if after.before_seq == seq:
            self._steps[seq] = before.before_seq
        question = after.turn.question.id if after.turn and after.turn.question else None
        match event:
            case e.TieRanked(cells, how, seed):
                place = before.tie.place if before.tie else None
                self._decisions.append(Decision(seq, wall_time, place, cells, how, seed))
            case e.FoulCalled(arming, seat, early_ns):
                cost_cp = after.buzz.fouls[-1].points_cp if after.buzz.fouls else (event.points_cp or 0)
                self._fouls.append(
                    FoulCall(
                        seq,
                        wall_time,
                        arming,
                        after.round_index,
                        question,
                        seat,
                        early_ns,
                        cost_cp,
                        event.then,
                    )
                )
            case e.Corrected():
                self._corrections.append(_correction(before, event, after, seq, wall_time))
            case e.MarksRevealed(seat, mark_cp, board, masked, missing):
                excused = before.turn.excused if before.turn else ()
                self._panels.append(
                    Panel(
                        seq,
                        wall_time,
                        after.round_index,
                        question,
                        seat,
                        mark_cp,
                        board,
                        masked,
                        missing,
                        excused,
                    )
                )
            case e.VerdictGiven():
                self._verdicts.append(
                    VerdictLine(
                        seq,
                        wall_time,
                        event.arming,
                        after.round_index,
                        question,
                        event.outcome,
                        event.seats,
                        event.lead_ns,
                        event.lead_uncertainty_ns,
                        event.presses,
                        tuple(map(str, event.evidence.get("final", {}).get("missing", ()))),
                    )
                )
            case e.LatePressSeen(arming, press):
                self._amend(arming, press=press, buzz=after.buzz)
            case e.TieSettled(arming, seat, how, seed):
                self._amend(arming, settled=(how, seat, seed))
            case e.Undone(what):
                taken = sorted(self._chain(before) - self._chain(after))
                lost = [one for one in before.entries if one not in after.entries]
                changes = tuple((one.seat, one.change_cp) for one in lost)
                self._undone.append(UndoneStep(seq, wall_time, what, tuple(taken), changes))

    def _amend(
        self,
        arming: str,
        *,
        press: e.PressSeen | None = None,
        buzz: Buzz | None = None,
        settled: tuple[str, int, str | None] | None = None,
    ) -> None:
        for index in range(len(self._verdicts) - 1, -1, -1):
            line = self._verdicts[index]
            if line.arming != arming:
                continue
            if press is not None:
                line = replace(line, presses=(*line.presses, press))
                if buzz is not None and buzz.arming == arming:
                    # A verdict that was final before anybody else had pressed: the late press tells by how much.
                    line = replace(
                        line,
                        lead_ns=buzz.lead_ns,
                        lead_uncertainty_ns=buzz.lead_uncertainty_ns,
                    )
            if settled is not None:
                how, seat, seed = settled
                line = replace(line, settled_how=how, settled_seat=seat, seed=seed)
            self._verdicts[index] = line
            return

    def decisions(self, state: State) -> tuple[Decision, ...]:
        return self._judged(self._decisions, state)

    def fouls(self, state: State) -> tuple[FoulCall, ...]:
        return self._judged(self._fouls, state)

    def corrections(self, state: State) -> tuple[Correction, ...]:
        return self._judged(self._corrections, state)

    def panels(self, state: State) -> tuple[Panel, ...]:
        return self._judged(self._panels, state)

    def verdicts(self, state: State) -> tuple[VerdictLine, ...]:
        lines = []
        for index, line in enumerate(self._verdicts):
            later = any(one.question_id == line.question_id for one in self._verdicts[index + 1 :])
            if line.outcome == "too_close" and line.settled_how is None and later:
                line = replace(line, settled_how="press_again")
            lines.append(line)
        return self._judged(lines, state)

    def undone(self, state: State) -> tuple[UndoneStep, ...]:
        chain = self._chain(state)
        return tuple(replace(one, redone=bool(one.taken) and set(one.taken) <= chain) for one in self._undone)

    def _chain(self, state: State) -> frozenset[int]:
        """The rows of every step that stands in `state`."""
        found, at = set(), state.before_seq
        while at:
            found.add(at)
            at = self._steps[at]
        return frozenset(found)

    def _judged(self, lines: list[Line], state: State) -> tuple[Line, ...]:
        """The lines, each with its `stands` as of the final state."""
        chain = self._chain(state)

        def stands(seq: int) -> bool:
            return self._owners[seq] == 0 or self._owners[seq] in chain

        return tuple(replace(line, stands=stands(line.seq)) for line in lines)


def _correction(before: State, event: e.Corrected, after: State, seq: int, wall_time: str) -> Correction:
    record = next((one for one in before.records if one.seq == event.record), None)
    then, now = scores(before), scores(after)
    return Correction(
        seq,
        wall_time,
        event.what,
        event.by,
        event.reason,
        record,
        event.result,
        event.seat,
        event.points_cp,
        tuple((seat, then[seat], now[seat]) for seat in then if then[seat] != now[seat]),
    )
