"""Logs written by hand, row by row, for the second scorer: nothing in them comes from the engine."""

from __future__ import annotations

from typing import Any

from tests.second_scorer import Result, Row, score

COMPULSORY = {
    "kind": "compulsory",
    "turns": 2,
    "right_cp": 1000,
    "wrong_cp": 0,
    "timeout_cp": None,
    "partial": False,
    "help_cp": None,
    "by_form": [],
}
BUZZ = {
    "kind": "buzz_in",
    "right_cp": 1000,
    "wrong_cp": -1000,
    "timeout_cp": None,
    "partial": False,
    "fouls_cp": [-1000],
}
RISK = {"kind": "risk", "values_cp": [1000, 2000, 3000], "may_assign": True}
SCENARIO = {
    "kind": "scenario",
    "max_cp": 2000,
    "drop": 1,
    "least_to_drop": 3,
    "round_to_cp": 1,
    "mask_own_unit": True,
    "missing": "leave_out",
    "sheet": {"lines": [{"kind": "mark", "max_cp": 2000, "each_cp": 0, "group": 0}], "groups": []},
}
TIE_BREAK = {
    "kind": "tie_break",
    "method": "sudden_death",
    "right_cp": 1000,
    "wrong_cp": 0,
    "buzz": {**BUZZ, "fouls_cp": [0]},
}
ORAL = {"form": "oral", "items": 3}


class Log:
    """A log as it grows under the hand that writes it."""

    def __init__(self, *rounds: dict[str, Any], judges: str = "XXXXX") -> None:
        self.rows: list[Row] = []
        self.add(
            "contest_created",
            rulebook={
                "base_cp": 10000,
                "contestants": [{"seat": seat, "unit": unit} for seat, unit in enumerate("ABC", 1)],
                "judges": [{"number": number, "unit": unit} for number, unit in enumerate(judges, 1)],
                "rounds": list(rounds),
                "tie_break": TIE_BREAK,
            },
        )
        self.round(0)

    def add(self, kind: str, **body: Any) -> int:
        self.rows.append((len(self.rows) + 1, 0, kind, body))
        return len(self.rows)

    def round(self, index: int) -> None:
        self.add("round_started", round_index=index, order=[1, 2, 3])

    def ask(self, seat: int | None, stake: int = 1000, form: str = "oral") -> None:
        question = {**ORAL, "form": form, "id": f"q{len(self.rows)}"}
        self.add("question_presented", position=1, seat=seat, stake_cp=stake, question=question)

    def ruled(self, seat: int | None, result: str, points: int, then: str = "", joined: bool = False) -> int:
        return self.add("ruled", seat=seat, result=result, points_cp=points, then=then, joined=joined)

    def scored(self, seat: int, change: int, cause: str) -> None:
        self.add("scored", seat=seat, change_cp=change, cause=cause)

    def rule(self, seat: int, result: str, points: int, then: str = "") -> int:
        """A ruling with its score entry."""
        seq = self.ruled(seat, result, points, then)
        if points:
            self.scored(seat, points, result)
        return seq

    def press(self, seat: int, *others: int) -> None:
        """Armed, and who was first; with others: too close to call."""
        self.add("armed", arming="a", seats=[1, 2, 3], armed_ns=0)
        outcome = "too_close" if others else "winner"
        self.add("verdict_given", arming="a", outcome=outcome, seats=[seat, *others], presses=[])

    def foul(self, seat: int, cost: int | None, scored: int | None = None, then: str = "others") -> int:
        seq = self.add("foul_called", arming="a", seat=seat, points_cp=cost, then=then)
        self.scored(seat, cost if scored is None else scored, "foul")  # type: ignore[arg-type]
        return seq

    def sheet(self, judge: int, *marks: int, total: int | None = None) -> None:
        self.add("marks_submitted", judge=judge, marks_cp=list(marks), total_cp=total)

    def reveal(self, seat: int, mark: int, board: str, masked: tuple[int, ...] = ()) -> int:
        """`board`: "1:1500 2:1800h 3:900l", the marks by judge, h and l were left out."""
        cells = []
        for cell in board.split():
            judge, text = cell.split(":")
            dropped = {"h": "high", "l": "low"}.get(text[-1])
            cells.append({"judge": int(judge), "mark_cp": int(text.rstrip("hl")), "dropped": dropped})
        self.add("marking_closed")
        seq = self.add("marks_revealed", seat=seat, mark_cp=mark, board=cells, masked=masked, missing=[])
        self.scored(seat, mark, "marks")
        return seq

    def corrected(self, what: str, record: int | None, points: int, changes: Any, **body: Any) -> None:
        fields = {"result": None, "seat": None, **body}
        self.add("corrected", what=what, record=record, points_cp=points, changes=changes, **fields)

    def undo(self) -> None:
        self.add("undone", what="the last step")

    def redo(self) -> None:
        self.add("redone", what="the last step")

    def result(self) -> Result:
        return score(self.rows)

    def scores(self) -> list[int]:
        return [self.result().scores_cp[seat] for seat in (1, 2, 3)]
