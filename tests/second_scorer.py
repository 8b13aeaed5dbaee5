"""A second scorer, written apart from `server/game`: it reads a log's rows and reckons every score and place anew.

It believes what people did (rulings, fouls, sheets, corrections, undo, redo) and the rulebook in the first row, and
nothing that the engine reckoned: `scored` rows, totals and means are only compared with its own. It imports nothing
of ours, so that a mistake in the rules cannot be in both.

A row is (seq, contest_ns, type, body); `body` is what the row's JSON holds. All figures are exact: integers in
hundredths of a point, and fractions of them on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from fractions import Fraction
from typing import Any

from .second_scorer_values import (
    ANSWERED,
    Change,
    Disagreement,
    Facts,
    Go,
    Result,
    Stands,
    panel,
    places,
    points,
    sheet_total,
    tie_cells,
    trimmed_mean,
    worth,
)

__all__ = ["Change", "Disagreement", "Result", "Row", "SecondScorer", "score"]

Row = tuple[int, int, str, Mapping[str, Any]]
Body = Mapping[str, Any]

NO_STEP = frozenset(
    {"contest_created", "session_started", "core_joined", "blackout_set", "clock_expired", "scored"}
    | {"cover_set", "media_played", "media_stopped"}
    | {"stake_chosen", "opened", "late_press_seen", "arming_ended", "marks_submitted"}
)
"""Rows that an undo does not stop at; nor at those that are `joined` to the one before them."""
HANDED_IN = ("marks_submitted", "stake_chosen")
"""No steps, but after them nothing is redone: it would take away what was handed in since."""


class SecondScorer:
    """Takes the rows of one log in order; `result()` at any time. Raises Disagreement at the first row that is wrong.

    key_points: question id → maxima of its key points, in centipoints.
    """

    def __init__(self, key_points: Mapping[str, Sequence[int]] | None = None) -> None:
        self.key_points = key_points or {}
        self.book: Body = {}
        self.now = Facts()
        self.undone: list[Facts] = []
        self.due: list[tuple[int, int, str]] = []  # scored rows that must follow
        self.seq = 0

    def fork(self) -> SecondScorer:
        """Another scorer that stands where this one does; what one of them reads the other does not."""
        other = copy(self)
        other.now, other.undone, other.due = copy(self.now), list(self.undone), list(self.due)
        return other

    def result(self) -> Result:
        """Raises Disagreement when a score entry is still missing."""
        self._nothing_due()
        scores = self._scores_cp()
        return Result(
            {seat: Fraction(cp, 100) for seat, cp in scores.items()},
            self.now.changes,
            places(scores, self.now.rankings),
        )

    def _scores_cp(self) -> dict[int, int]:
        scores = {one["seat"]: self.book["base_cp"] for one in self.book["contestants"]}
        for change in self.now.changes:
            scores[change.seat] += change.change_cp
        return scores

    # -- the rows ----------------------------------------------------------------------------------------------

    def feed(self, row: Row) -> None:
        """Take the next row."""
        self.seq, _, kind, body = row
        try:
            self._take(kind, body)
        except Disagreement as error:
            raise Disagreement(f"row {self.seq}, {kind}: {error}") from None

    def _take(self, kind: str, body: Body) -> None:
        if kind == "contest_created":
            self.book = body["rulebook"]
        elif not self.book:
            raise Disagreement("it comes before contest_created")
        elif kind == "undone":
            self._undo()
        elif kind == "redone":
            self._nothing_due()
            if not self.undone:
                raise Disagreement("no step was undone just before")
            target = self.undone.pop()
            self._go_to(target, target.step)
        elif kind == "scored":
            self._compare_scored(body)
        else:
            if kind not in NO_STEP and not body.get("joined", False):
                self._nothing_due()
                self.now = self.now.branched(kind)
            if kind not in NO_STEP or kind in HANDED_IN:
                self.undone.clear()
            handler = getattr(self, f"_{kind}", None)
            if handler is not None:
                handler(body)

    def _undo(self) -> None:
        """Back to before the last step. An arming that is over with it is no step that one could stop at."""
        self._nothing_due()
        before, step = self.now.before, self.now.step
        if before is None:
            raise Disagreement("there is no step to take back")
        if before.live and before.step == "armed" and before.before is not None and step != "corrected":
            before = before.before
        self.undone.append(self.now)
        self._go_to(before, step)

    def _go_to(self, target: Facts, step: str) -> None:
        """`target` stands again, but for an arming, which only a correction leaves alone; and sheets stay in."""
        left, self.now = self.now, copy(target)
        self.now.live = left.live if step == "corrected" else False
        self.now.keep_sheets_of(left)

    def _compare_scored(self, body: Body) -> None:
        told = (body["seat"], body["change_cp"], body["cause"])
        if told not in self.due:
            due = " and ".join(map(_entry, self.due)) or "nothing"
            raise Disagreement(f"scored {_entry(told)}, but the facts come to {due}")
        self.due.remove(told)

    def _nothing_due(self) -> None:
        missing = [entry for entry in self.due if entry[1]]  # an entry of nothing may be left out
        if missing:
            raise Disagreement(f"a score entry is missing before this: {' and '.join(map(_entry, missing))}")
        self.due.clear()

    def _gain(self, seat: int, change_cp: int, cause: str, record: Stands | None = None) -> None:
        """A score changes, and a scored row must say so."""
        self.due.append((seat, change_cp, cause))
        self._enter(seat, change_cp, cause, self.now.call)
        if record is not None:
            record.points_cp[seat] = change_cp

    def _enter(self, seat: int, change_cp: int, cause: str, call: int) -> None:
        if seat not in {one["seat"] for one in self.book["contestants"]}:
            raise Disagreement(f"there is no seat {seat}")
        if change_cp:
            self.now.changes += (Change(self.seq, seat, change_cp, cause, call),)

    def _current_go(self) -> Go:
        if self.now.go is None:
            raise Disagreement("there is no question in hand")
        return self.now.go

    def _recorded(self, go: Go | None) -> Stands:
        """The row in hand is a ruling that can be put right later."""
        record = Stands(self.now.round_index, self.now.call, copy(go), {})
        self.now.records[self.seq] = record
        return record

    # -- rounds and questions ----------------------------------------------------------------------------------

    @property
    def _in_tie_break(self) -> bool:
        return self.now.round_index >= len(self.book["rounds"])

    def _rules(self, index: int | None = None) -> Body:
        index = self.now.round_index if index is None else index
        rounds = self.book["rounds"]
        if index < 0:
            raise Disagreement("this comes before the first round")
        found: Body | None = rounds[index] if index < len(rounds) else self.book.get("tie_break")
        if found is None:
            raise Disagreement(f"the rulebook has no round {index}")
        return found

    def _round_started(self, body: Body) -> None:
        self.now.round_index = body["round_index"]
        self.now.go, self.now.stakes, self.now.call = None, {}, 0
        self.now.tie_points, self.now.last_tie_ruling = {}, None
        self._rules()

    def _turn_called(self, body: Body) -> None:
        self.now.call, self.now.go = self.seq, None
        self.now.assigned, self.now.excused, self.now.sheets = None, frozenset(), {}

    def _question_presented(self, body: Body) -> None:
        question, seat, stake = body["question"], body["seat"], body["stake_cp"]
        if seat is None and (self.now.go is not None or not self.now.call):
            # Nobody is called where everybody may press; where one was withdrawn, this is for the same go.
            self._turn_called(body)
        self.now.go = Go(question["id"], seat, stake, question["form"])
        if self.now.sheets_for != question["id"]:
            self.now.sheets, self.now.sheets_for = {}, question["id"]
        rules = self._rules()
        if rules["kind"] != "risk":
            return
        chooser = self.now.assigned[0] if self.now.assigned else seat
        allowed = [self.now.stakes[chooser]] if chooser in self.now.stakes else rules["values_cp"]
        if stake not in allowed:
            raise Disagreement(f"the stake {points(stake)} is none of {', '.join(map(points, allowed))}")

    def _question_withdrawn(self, body: Body) -> None:
        self.now.go, self.now.sheets = None, {}

    def _question_assigned(self, body: Body) -> None:
        if not self._rules().get("may_assign"):
            raise Disagreement("a question was assigned, and the rulebook has no assigning")
        self.now.assigned = (body["by"], body["to"])
        if self.now.go is not None:
            self.now.go.seat = body["to"]

    def _stakes_revealed(self, body: Body) -> None:
        self.now.stakes = {seat: stake for seat, stake in body["stakes"]}

    def _help_used(self, body: Body) -> None:
        cost = self._rules().get("help_cp")
        if cost is None:
            raise Disagreement("a team-mate helped, and the rulebook has no help")
        self._gain(body["seat"], cost, "help")

    def _armed(self, body: Body) -> None:
        go = self._current_go()
        go.answering, self.now.live = None, True
        again = go.answered & set(body["seats"])
        if again:
            raise Disagreement(f"seat {min(again)} has answered this question and may press again")

    def _verdict_given(self, body: Body) -> None:
        self._current_go().answering = body["seats"][0] if body["outcome"] == "winner" else None
        self.now.live = False

    def _arming_ended(self, body: Body) -> None:
        self.now.live = False

    def _session_started(self, body: Body) -> None:
        self.now.live = self.now.live and not body["clocks_held"]

    def _tie_settled(self, body: Body) -> None:
        self._current_go().answering = body["seat"]

    def _foul_called(self, body: Body) -> None:
        seat = body["seat"]
        key = (self.now.round_index, seat)
        self.now.fouls[key] = count = self.now.fouls.get(key, 0) + 1
        costs = self._rules().get(
            "fouls_cp", ()
        )  # a tie-break has none of its own: a foul costs the question there
        cost = costs[min(count, len(costs)) - 1] if costs else 0
        if body.get("points_cp") not in (None, cost):
            raise Disagreement(f"foul {count} of seat {seat} in this round costs {points(cost)}")
        if not self._in_tie_break:
            self._gain(seat, cost, "foul")

    def _ruled(self, body: Body) -> None:
        go, seat, result = self.now.go, body["seat"], body["result"]
        due = worth(self._rules(), go, result, body["points_cp"])
        if due != body["points_cp"]:
            raise Disagreement(f"{result} is worth {points(due)} here, not {points(body['points_cp'])}")
        record = self._recorded(go)
        if go is None:
            return  # declined before there was a question
        if go.settled:
            raise Disagreement("this question was ruled on before, and that settled it")
        go.settled = body.get("then", "") == ""
        if result not in ANSWERED:
            return
        whose = go.answering if go.seat is None else go.seat
        if seat != whose:
            raise Disagreement(f"seat {seat} was ruled on, but seat {whose} answers")
        if seat in go.answered:
            raise Disagreement(f"seat {seat} has answered this question before")
        go.answered |= {seat}
        go.answering = None
        if self._in_tie_break:
            self.now.tie_points[seat] = self.now.tie_points.get(seat, 0) + due
            self.now.last_tie_ruling = (seat, result)
        else:
            self._gain(seat, due, result, record)

    def _marks_submitted(self, body: Body) -> None:
        go = self._current_go()
        if go.closed:
            raise Disagreement("a sheet came after the marking was closed")
        told = body.get("total_cp")
        if told is None:
            total = sum(body["marks_cp"])  # a log of before: marks were entered as points
        else:
            total = sheet_total(self._rules(), body["marks_cp"], self.key_points.get(go.question))
            if told != total:
                raise Disagreement(f"this sheet comes to {points(total)}, not {points(told)}")
        self.now.sheets = {**self.now.sheets, body["judge"]: total}

    def _judge_excused(self, body: Body) -> None:
        self._current_go()
        self.now.excused |= {body["judge"]}

    def _marking_closed(self, body: Body) -> None:
        self._current_go().closed = True

    def _marks_revealed(self, body: Body) -> None:
        rules, go, seat = self._rules(), self._current_go(), body["seat"]
        if seat != go.seat:
            raise Disagreement(f"marks of seat {seat} were revealed, but seat {go.seat} performed")
        masked, totals, missing = panel(self.book, rules, seat, self.now.excused, self.now.sheets)
        if rules.get("missing") == "wait" and missing:
            raise Disagreement(f"revealed without judge {min(missing)}, and the rulebook waits for each")
        if not totals:
            raise Disagreement("marks were revealed, and no judge has handed a sheet in")
        mean, dropped = trimmed_mean(rules, totals)
        if body["mark_cp"] != mean:
            raise Disagreement(f"the mark of seat {seat} is {points(mean)}, not {points(body['mark_cp'])}")
        told = {one["judge"]: one["mark_cp"] for one in body["board"]}
        if told != totals:
            raise Disagreement(f"the board says {told}, the sheets come to {totals}")
        out = Counter((one["dropped"], one["mark_cp"]) for one in body["board"] if one["dropped"])
        if out != dropped:
            raise Disagreement(f"left out are {dict(dropped)}, the board says {dict(out)}")
        if set(body.get("masked", ())) != masked:
            raise Disagreement(f"of the own unit are {sorted(masked)}, the row says {sorted(body['masked'])}")
        self._gain(seat, mean, "marks", self._recorded(go))

    def _corrected(self, body: Body) -> None:
        told = Counter[int]()
        told.update(dict(body["changes"]))
        if body["what"] == "score":
            call, due = 0, {body["seat"]: body["points_cp"] - self._scores_cp()[body["seat"]]}
        else:
            call, due = self._correction(body)
        if {seat: cp for seat, cp in due.items() if cp} != {seat: cp for seat, cp in told.items() if cp}:
            raise Disagreement(f"this {body['what']} comes to {due}, the row says {dict(told)}")
        for seat, change in body["changes"]:
            self._enter(seat, change, "correction", call)

    def _correction(self, body: Body) -> tuple[int, dict[int, int]]:
        """The go it is of, and the change by seat: from what the ruling had come to, to what it says now."""
        what, seat, told = body["what"], body["seat"], body["points_cp"]
        records = self.now.records
        old = records.get(body["record"])
        if old is None:
            raise Disagreement(f"row {body['record']} is no ruling that stands")
        moved = Counter[int]()
        if what == "void":  # every entry of the go is taken back
            for change in self.now.changes:
                if change.call == old.call:
                    moved[change.seat] -= change.change_cp
            for seq, one in records.items():
                if one.call == old.call:
                    records[seq] = Stands(one.round_index, one.call, one.go, {})
            return old.call, dict(moved)
        if what not in ("ruling", "credit"):
            raise Disagreement(f"there is no correction {what!r}")
        rules = self._rules(old.round_index)
        due = told if rules["kind"] == "scenario" else worth(rules, old.go, body["result"], told)
        if due != told:
            raise Disagreement(f"{body['result']} is worth {points(due)} there, not {points(told)}")
        new = {} if seat is None or old.round_index >= len(self.book["rounds"]) else {seat: due}
        records[body["record"]] = Stands(old.round_index, old.call, old.go, new)
        moved.update(new)
        moved.subtract(old.points_cp)
        return old.call, dict(moved)

    def _tie_ranked(self, body: Body) -> None:
        cells = tuple(tuple(cell) for cell in body["cells"])
        tied = [seat for cell in cells for seat in cell]
        if len(tied) != len(set(tied)) or not all(cells):
            raise Disagreement(f"{cells} is no order of tied seats")
        due = tie_cells(body["how"], tied, self.now.last_tie_ruling, self.now.tie_points)
        if due and [set(cell) for cell in cells] != due:
            raise Disagreement(f"the tie was ranked {cells}, the rulings come to {due}")
        self.now.rankings += (cells,)
        self.now.tie_points, self.now.last_tie_ruling = {}, None


def _entry(entry: tuple[int, int, str]) -> str:
    return f"seat {entry[0]} {points(entry[1])} for {entry[2]}"


def score(rows: Iterable[Row], key_points: Mapping[str, Sequence[int]] | None = None) -> Result:
    """The result of a whole log. Raises Disagreement at the first row that is not what the facts come to."""
    scorer = SecondScorer(key_points)
    for row in rows:
        scorer.feed(row)
    return scorer.result()
