"""The result as JSON: the form for machines, and what `verify --certificate` compares. Keys: docs/result.md.

Points are numbers with at most two decimals, as in `replay`; times of presses are integers in nanoseconds.
"""

from __future__ import annotations

import json
from typing import Any

from ..account import Correction, Decision, Panel, VerdictLine
from ..game.events import PressSeen
from ..game.state import Record
from ..result import NO_ROUND, Result
from ..views.scene_views import l10n, points

FORMAT = "firstpress-result"
FORMAT_VERSION = 1


def to_bytes(result: Result) -> bytes:
    """The document as UTF-8 text, its keys in the order of the documentation."""
    return (json.dumps(document(result), ensure_ascii=False, indent=2) + "\n").encode()


def document(result: Result) -> dict[str, Any]:
    """The result as plain values; equal for equal logs, but for `software`."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "software": {"name": "FirstPress", "version": result.version},
        "contest": result.contest,
        "title": l10n(result.title),
        "subtitle": l10n(result.subtitle),
        "language": result.language,
        "rehearsal": result.rehearsal,
        "certified": result.certified,
        "signatures": [
            {"role": one.role, "name": one.name, "wall_time": one.wall_time} for one in result.signatures
        ],
        "log": {
            "events": result.events,
            "head": result.head,
            "began": result.began,
            "ended": result.ended,
            "draw_seed": result.draw_seed,
        },
        "places": [
            {
                "place": one.place,
                "shared": one.shared,
                "seat": one.seat,
                "number": one.number,
                "name": one.name,
                "unit": one.unit,
                "score": points(one.score_cp),
                "tie_decided_by": one.decided.how if one.decided else None,
                "tie_row": one.decided.seq if one.decided else None,
            }
            for one in result.places
        ],
        "rounds": [l10n(title) for title in result.rounds],
        "judges": [{"judge": number, "name": name} for number, name in result.judges.items()],
        "sums": [
            {
                "seat": one.seat,
                "base": points(one.base_cp),
                "rounds": [points(figure) for figure in one.rounds_cp],
                "outside_rounds": points(one.other_cp),
                "score": points(one.score_cp),
            }
            for one in result.sums
        ],
        "entries": [
            {
                "row": one.seq,
                "wall_time": one.wall_time,
                "contest_ns": one.contest_ns,
                "round": _round(one.round_index),
                "question": one.question_id,
                "seat": one.seat,
                "cause": one.cause,
                "change": points(one.change_cp),
                "score_after": points(one.score_cp),
            }
            for one in result.entries
        ],
        "rulings": [{"wall_time": line.wall_time, **_record(line.record)} for line in result.rulings],
        "corrections": [_correction(one) for one in result.corrections],
        "fouls": [
            {
                "row": one.seq,
                "wall_time": one.wall_time,
                "arming": one.arming,
                "round": _round(one.round_index),
                "question": one.question_id,
                "seat": one.seat,
                "early_ns": one.early_ns,
                "change": points(one.points_cp),
                "then": one.then,
                "stands": one.stands,
            }
            for one in result.fouls
        ],
        "scenario_marks": [_panel(one) for one in result.panels],
        "verdicts": [_verdict(one) for one in result.verdicts],
        "ties": [_decision(one) for one in result.decisions],
        "undone": [
            {
                "row": one.seq,
                "wall_time": one.wall_time,
                "what": one.what,
                "rows_taken_back": list(one.taken),
                "entries_gone": [{"seat": seat, "change": points(cp)} for seat, cp in one.changes],
                "redone": one.redone,
            }
            for one in result.undone
        ],
    }


def _round(index: int) -> int | None:
    """Rounds by their position in `rounds`, from 1; None for what belongs to none."""
    return None if index == NO_ROUND else index + 1


def _record(one: Record) -> dict[str, Any]:
    return {
        "row": one.seq,
        "round": _round(one.round_index),
        "position": one.position,
        "question": one.question_id,
        "seat": one.seat,
        "stake": points(one.stake_cp),
        "result": one.result,
        "points": points(one.points_cp),
        "corrected": one.corrected,
    }


def _correction(one: Correction) -> dict[str, Any]:
    return {
        "row": one.seq,
        "wall_time": one.wall_time,
        "what": one.what,
        "by": one.by,
        "reason": one.reason,
        "before": _record(one.before) if one.before else None,
        "after": {"result": one.result, "seat": one.seat, "points": points(one.points_cp)},
        "scores": [
            {"seat": seat, "before": points(then), "after": points(now)} for seat, then, now in one.scores_cp
        ],
        "stands": one.stands,
    }


def _panel(one: Panel) -> dict[str, Any]:
    return {
        "row": one.seq,
        "wall_time": one.wall_time,
        "round": _round(one.round_index),
        "question": one.question_id,
        "seat": one.seat,
        "mark": points(one.mark_cp),
        "marks": [
            {"judge": mark.judge, "mark": points(mark.mark_cp), "dropped": mark.dropped} for mark in one.board
        ],
        "masked": list(one.masked),
        "excused": list(one.excused),
        "missing": list(one.missing),
        "stands": one.stands,
    }


def _press(one: PressSeen) -> dict[str, Any]:
    return {
        "seat": one.seat,
        "lag_ns": one.lag_ns,
        "uncertainty_ns": one.uncertainty_ns,
        "status": one.status,
        "source": one.source,
    }


def _verdict(one: VerdictLine) -> dict[str, Any]:
    return {
        "row": one.seq,
        "wall_time": one.wall_time,
        "arming": one.arming,
        "round": _round(one.round_index),
        "question": one.question_id,
        "outcome": one.outcome,
        "seats": list(one.seats),
        "lead_ns": one.lead_ns,
        "lead_uncertainty_ns": one.lead_uncertainty_ns,
        "presses": [_press(press) for press in one.presses],
        "boxes_missing": list(one.boxes_missing),
        "settled": {"how": one.settled_how, "seat": one.settled_seat, "seed": one.seed}
        if one.settled_how
        else None,
        "stands": one.stands,
    }


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "row": one.seq,
        "wall_time": one.wall_time,
        "place": one.place,
        "order": [list(cell) for cell in one.cells],
        "how": one.how,
        "seed": one.seed,
        "stands": one.stands,
    }
