"""The account as tables of text: one `Section` each, the same for the spreadsheet and for the printed page."""

from __future__ import annotations

from collections.abc import Iterable

from ..account import Correction, Panel, UndoneStep, VerdictLine
from ..result import NO_ROUND, Result
from . import words as w
from .tables import Cell, Column, Points, Rows, Section, decision_text, status_text
from .words import Words

FIGURES = {"score", "worth", "change", "after", "mean", "cost", "stake", "row", "seat"}


def sections(result: Result) -> tuple[Section, ...]:
    """Every table of the account in the contest's language, in the order in which it is printed."""
    made = _Tables(result)
    return (
        made.places(),
        made.sums(),
        made.entries(),
        made.rulings(),
        made.corrections(),
        made.fouls(),
        made.panels(),
        made.verdicts(),
        made.decisions(),
        made.undone(),
        made.log(),
    )


class _Tables:
    def __init__(self, result: Result) -> None:
        self.result = result
        self.words = Words(result.language)

    def places(self) -> Section:
        words = self.words
        rows = [
            (
                f"{one.place}{words.bracket(words('shared')) if one.shared else ''}",
                one.seat,
                one.number,
                one.name,
                one.unit,
                decision_text(one.decided, self.result, words) if one.decided else "",
                Points(one.score_cp),
            )
            for one in self.result.places
        ]
        columns = self._columns(
            ("place", 5), ("seat", 3), ("number", 4), ("name", 9), ("unit", 12), ("decided", 9), ("score", 5)
        )
        return self._section("places", columns, rows)

    def sums(self) -> Section:
        words, result = self.words, self.result
        outside = any(one.other_cp for one in result.sums)
        columns = [
            Column(words("contestant"), 9),
            Column(words("base"), 4, figures=True),
            *(Column(words.of(title), 5, figures=True) for title in result.rounds),
            *([Column(words("other"), 5, figures=True)] if outside else []),
            Column(words("total"), 5, figures=True),
        ]
        rows: list[tuple[Cell, ...]] = [
            (
                self._who(one.seat),
                Points(one.base_cp),
                *(Points(figure, signed=True) for figure in one.rounds_cp),
                *([Points(one.other_cp, signed=True)] if outside else []),
                Points(one.score_cp),
            )
            for one in result.sums
        ]
        return self._section("sums", tuple(columns), rows)

    def entries(self) -> Section:
        rows = [
            (
                one.seq,
                self._time(one.wall_time),
                self._round(one.round_index),
                one.question_id or "",
                self._who(one.seat),
                self.words.value(one.cause),
                Points(one.change_cp, signed=True),
                Points(one.score_cp),
            )
            for one in self.result.entries
        ]
        columns = self._columns(
            ("row", 3),
            ("time", 5),
            ("round", 7),
            ("question", 8),
            ("contestant", 9),
            ("cause", 6),
            ("change", 4),
            ("after", 4),
        )
        return self._section("entries", columns, rows)

    def rulings(self) -> Section:
        rows = []
        for line in self.result.rulings:
            one = line.record
            rows.append(
                (
                    one.seq,
                    self._time(line.wall_time),
                    self._round(one.round_index),
                    one.question_id or "",
                    self._who(one.seat),
                    Points(one.stake_cp),
                    self.words.value(one.result),
                    Points(one.points_cp, signed=True),
                    self.words("corrected") if one.corrected else "",
                )
            )
        columns = self._columns(
            ("row", 3),
            ("time", 5),
            ("round", 7),
            ("question", 8),
            ("contestant", 9),
            ("stake", 3),
            ("result", 6),
            ("worth", 4),
            ("note", 4),
        )
        return self._section("rulings", columns, rows)

    def fouls(self) -> Section:
        rows = [
            (
                one.seq,
                self._time(one.wall_time),
                self._round(one.round_index),
                one.question_id or "",
                self._who(one.seat),
                w.in_ms(one.early_ns),
                Points(one.points_cp, signed=True),
                self.words.value(f"then.{one.then}"),
                self._undone(one.stands),
            )
            for one in self.result.fouls
        ]
        columns = self._columns(
            ("row", 3),
            ("time", 5),
            ("round", 6),
            ("question", 7),
            ("contestant", 8),
            ("early", 6),
            ("cost", 3),
            ("then", 6),
            ("note", 4),
        )
        return self._section("fouls", columns, rows, (one.stands for one in self.result.fouls))

    def corrections(self) -> Section:
        rows = [self._correction(one) for one in self.result.corrections]
        columns = self._columns(
            ("row", 3),
            ("time", 5),
            ("what", 5),
            ("was", 9),
            ("now", 9),
            ("by", 5),
            ("reason", 9),
            ("scores", 9),
            ("note", 3.5),
        )
        return self._section("corrections", columns, rows, (one.stands for one in self.result.corrections))

    def _correction(self, one: Correction) -> tuple[Cell, ...]:
        words = self.words

        def said(seat: int | None, result: str, points_cp: int) -> str:
            who = f"{self._who(seat)} " if seat is not None else ""
            return f"{who}{words.value(result)} {w.change(points_cp)}"

        was = said(one.before.seat, one.before.result, one.before.points_cp) if one.before else "–"
        now = said(one.seat, one.result, one.points_cp) if one.result is not None else "–"
        scores = [
            f"{self._who(seat)} {w.points(then)} → {w.points(after)}" for seat, then, after in one.scores_cp
        ]
        return (
            one.seq,
            self._time(one.wall_time),
            words.value(f"what.{one.what}"),
            was,
            now,
            one.by or "–",
            one.reason,
            words.listed(scores) or "–",
            self._undone(one.stands),
        )

    def panels(self) -> Section:
        rows = [self._panel(one) for one in self.result.panels]
        columns = self._columns(
            ("row", 3),
            ("time", 5),
            ("question", 8),
            ("contestant", 8),
            ("marks", 15),
            ("left_out", 9),
            ("mean", 4),
            ("note", 4),
        )
        return self._section("panels", columns, rows, (one.stands for one in self.result.panels))

    def _panel(self, one: Panel) -> tuple[Cell, ...]:
        words, judges = self.words, self.result.judges
        marks = []
        for mark in one.board:
            dropped = words.bracket(words(f"dropped.{mark.dropped}")) if mark.dropped else ""
            marks.append(f"{judges.get(mark.judge, mark.judge)} {w.points(mark.mark_cp)}{dropped}")
        absent = [
            f"{judges.get(judge, judge)}{words.bracket(words(why))}"
            for why, found in (("masked", one.masked), ("excused", one.excused), ("missing", one.missing))
            for judge in found
            if why != "missing" or judge not in one.excused
        ]
        return (
            one.seq,
            self._time(one.wall_time),
            one.question_id or "",
            self._who(one.seat),
            words.listed(marks),
            words.listed(absent) or "–",
            Points(one.mark_cp),
            self._undone(one.stands),
        )

    def verdicts(self) -> Section:
        rows = [self._verdict(one) for one in self.result.verdicts]
        columns = self._columns(
            ("row", 3),
            ("time", 5),
            ("question", 7),
            ("outcome", 8),
            ("lead", 8),
            ("settled", 9),
            ("presses", 13),
            ("note", 4),
        )
        return self._section("verdicts", columns, rows, (one.stands for one in self.result.verdicts))

    def _verdict(self, one: VerdictLine) -> tuple[Cell, ...]:
        words = self.words
        outcome = words.value(f"outcome.{one.outcome}")
        if one.seats:
            outcome += ("：" if words.chinese else ": ") + words.listed(
                [self._who(seat) for seat in one.seats]
            )
        lead = w.in_ms(one.lead_ns)
        if one.lead_ns is not None:
            uncertainty = w.milliseconds(one.lead_uncertainty_ns or 0, up=True)
            lead = f"{w.milliseconds(one.lead_ns)}{w.TIGHT}±{w.TIGHT}{uncertainty}{w.TIGHT}ms"
        settled = "–"
        if one.settled_how:
            settled = words.value(f"settled.{one.settled_how}")
            if one.settled_seat is not None:
                settled += f" → {self._who(one.settled_seat)}"
            if one.seed:
                settled += words.bracket(f"{words('seed')} {one.seed}")
        presses = []
        for press in one.presses:
            status = words.bracket(words.value(f"press.{press.status}")) if _tells(press.status) else ""
            lag = "0" if press.lag_ns == 0 else w.in_ms(press.lag_ns)
            presses.append(f"{press.seat}:{w.TIGHT}{lag}{status}")
        notes = [self._undone(one.stands)]
        if one.boxes_missing:
            notes.append(words("boxes_missing", boxes=", ".join(one.boxes_missing)))
        return (
            one.seq,
            self._time(one.wall_time),
            one.question_id or "",
            outcome,
            lead,
            settled,
            words.listed(presses) or "–",
            words.listed([note for note in notes if note]),
        )

    def decisions(self) -> Section:
        rows = [
            (
                one.seq,
                self._time(one.wall_time),
                one.place if one.place else "–",
                decision_text(one, self.result, self.words),
                " > ".join(" = ".join(self._who(seat) for seat in cell) for cell in one.cells),
                self._undone(one.stands),
            )
            for one in self.result.decisions
        ]
        columns = self._columns(
            ("row", 3), ("time", 5), ("place", 4), ("decided", 11), ("order", 22), ("note", 5)
        )
        return self._section("decisions", columns, rows, (one.stands for one in self.result.decisions))

    def undone(self) -> Section:
        rows = [self._undone_step(one) for one in self.result.undone]
        columns = self._columns(
            ("row", 3), ("time", 5), ("step", 14), ("taken", 8), ("lost", 15), ("note", 5)
        )
        return self._section("undone", columns, rows)

    def _undone_step(self, one: UndoneStep) -> tuple[Cell, ...]:
        lost = [f"{self._who(seat)} {w.change(change_cp)}" for seat, change_cp in one.changes]
        return (
            one.seq,
            self._time(one.wall_time),
            self.words.step(one.what),
            ", ".join(map(str, one.taken)),
            self.words.listed(lost) or "–",
            self.words("redone") if one.redone else "",
        )

    def log(self) -> Section:
        words, result = self.words, self.result
        rows: list[tuple[Cell, ...]] = [
            (words("status"), status_text(result, words)),
            (words("head"), result.head),
            (words("events"), result.events),
            (words("contest"), result.contest),
            (words("began"), result.began),
            (words("ended"), result.ended),
            (words("draw_seed"), result.draw_seed),
            (words("version"), f"FirstPress {result.version}"),
            (words("verify"), words("verify_how")),
        ]
        return self._section("log", (Column("", 10), Column("", 40)), rows)

    def _section(
        self,
        key: str,
        columns: tuple[Column, ...],
        rows: Rows,
        stand: Iterable[bool] = (),
    ) -> Section:
        struck = frozenset(index for index, stands in enumerate(stand) if not stands)
        rows = tuple(rows)
        if columns[-1].title == self.words("note") and not any(row[-1] for row in rows):
            columns, rows = columns[:-1], tuple(row[:-1] for row in rows)
        return Section(key, self.words.section(key), columns, rows, struck)

    def _columns(self, *columns: tuple[str, float]) -> tuple[Column, ...]:
        return tuple(Column(self.words(key), width, key in FIGURES) for key, width in columns)

    def _who(self, seat: int | None) -> str:
        return "–" if seat is None else f"{seat} {self.result.names.get(seat, '')}".rstrip()

    def _round(self, index: int) -> str:
        return self.words("other") if index == NO_ROUND else self.words.of(self.result.round_title(index))

    def _time(self, wall_time: str) -> str:
        return w.clock_time(wall_time, self.result.ended)

    def _undone(self, stands: bool) -> str:
        return "" if stands else self.words("undone")


def _tells(status: str) -> bool:
    return status not in ("first", "after")
