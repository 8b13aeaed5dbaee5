"""State → what each role may see. Built up from an allow-list: what is not written here is seen by nobody.

A view is JSON-ready. The state itself holds no answer before its reveal; only `host_view` and `judge_view` are
handed the sealed paper, and take from it what their role needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .codec import command_message
from .game.paper import Paper
from .game.rulebook import Risk, RoundRules, Scenario, Text, questions_in
from .game.standings import standings
from .game.state import Clock, State, Turn
from .offers import Offer, offers, tools, undo_label
from .rule_lines import rule_lines
from .scene_views import View, l10n, microseconds, points, press_order, scene_view

LEDGER_ROWS = 12


@dataclass(frozen=True, slots=True)
class Rim:
    """What the host sees beside the contest: boxes, timing core, log, who is connected."""

    boxes: tuple[dict[str, Any], ...] = ()
    simulated: bool = False
    timing: str = "down"  # "ok" | "down"
    scheduling: dict[str, Any] | None = None  # what the system allowed the timing core, as it says itself
    log_failed: str | None = None
    judges_online: frozenset[int] = field(default_factory=frozenset)


def projector_view(state: State, now_ns: int) -> View:
    """What the hall may see."""
    return {**_common(state, now_ns, "projector"), "scene": scene_view(state)}


def desk_view(state: State, now_ns: int, seat: int | None) -> View:
    """What the contestant of a seat may see: out of the hall's view, what a buzzer needs. None: whoever looks in."""
    hall = projector_view(state, now_ns)
    scene = hall.pop("scene")
    return {
        **hall,
        "role": "desk",
        "scene": {"name": scene["name"]},
        "buzz": scene.get("buzz"),
        "seat": seat,
        "web_buzzers": state.rulebook.web_buzzers,
    }


def judge_view(state: State, now_ns: int, paper: Paper, judge: int) -> View:
    """What one judge may see: the stage as the hall sees it, and the judge's own sheet; no colleague's marks."""
    member = next(one for one in state.rulebook.judges if one.number == judge)
    return {
        **_common(state, now_ns, "judge"),
        "scene": {"name": scene_view(state)["name"]},
        "judge": judge,
        "judge_name": member.name,
        "judge_unit": member.unit,
        "sheet": _sheet(state, paper, judge),
    }


def host_view(state: State, now_ns: int, paper: Paper, rim: Rim) -> View:
    """All that the host needs, the answer in hand included."""
    turn = state.turn
    return {
        **_common(state, now_ns, "host"),
        "scene": scene_view(state),
        "secret": _secret(turn, paper),
        "preview": _preview(state, paper),
        "actions": [_offer(one) for one in offers(state)],
        "tools": [_offer(one) for one in tools(state)],
        "undo": {"label": l10n(undo_label(state))} if state.before is not None else None,
        "judges": [
            {
                "judge": judge.number,
                "name": judge.name,
                "unit": judge.unit,
                "online": judge.number in rim.judges_online,
                "submitted": judge.number in _totals(turn),
                "mark": points(_totals(turn)[judge.number]) if judge.number in _totals(turn) else None,
            }
            for judge in state.rulebook.judges
        ],
        "ledger": _ledger(state),
        "verdict": _verdict(turn),
        "progress": [
            {"kind": rules.kind, "title": l10n(rules.title), "state": _progress(state, index)}
            for index, rules in enumerate(state.rulebook.rounds)
        ],
        "boxes": list(rim.boxes),
        "simulated": rim.simulated,
        "timing": {"state": rim.timing},
        "log": {"state": "failed" if rim.log_failed else "ok", "events": state.seq},
    }


def _common(state: State, now_ns: int, role: str) -> View:
    book = state.rulebook
    return {
        "role": role,
        "epoch": state.contest,
        "revision": state.seq,
        "contest_ns": now_ns,
        "lang": book.language,
        "title": l10n(book.title),
        "subtitle": l10n(book.subtitle),
        "rehearsal": False,
        "blackout": state.blackout,
        "seats": _seats(state),
        "round": _round(state, state.round),
        "turn": _turn(state),
        "clock": _clock(state.clock, now_ns),
    }


def _seats(state: State) -> list[View]:
    by_seat = {row.seat: row for row in standings(state)}
    recent = state.entries[state.turn.first_entry :] if state.turn else ()
    found = []
    for contestant in state.rulebook.contestants:
        row = by_seat[contestant.seat]
        changes = [entry for entry in recent if entry.seat == contestant.seat]
        delta = None
        if changes:
            total_cp = sum(entry.change_cp for entry in changes)
            delta = {"points": points(total_cp), "cause": changes[-1].cause}
        found.append(
            {
                "seat": contestant.seat,
                "number": contestant.number,
                "name": contestant.name,
                "unit": contestant.unit,
                "score": points(row.score_cp),
                "place": row.place,
                "shared": row.shared,
                "state": _seat_state(state.turn, contestant.seat),
                "delta": delta,
            }
        )
    return found


def _seat_state(turn: Turn | None, seat: int) -> str:
    if turn is None:
        return "idle"
    buzz = turn.buzz
    if not turn.done and buzz.winner == seat:
        return "floor"
    if any(foul.seat == seat for foul in buzz.fouls):
        return "foul"
    if buzz.live and seat not in buzz.eligible:
        return "out"
    return "turn" if turn.seat == seat and not turn.done else "idle"


def _round(state: State, rules: RoundRules | None) -> View | None:
    if rules is None:
        return None
    return {
        "kind": rules.kind,
        "title": l10n(rules.title),
        "position": state.round_index + 1,
        "of": len(state.rulebook.rounds),
        "rules": [l10n(line) for line in rule_lines(rules, len(state.rulebook.seats))],
    }


def _turn(state: State) -> View | None:
    if state.turn is None or state.round is None:
        return None
    return {
        "seat": state.turn.seat,
        "position": state.turn.position,
        "of": questions_in(state.round, len(state.rulebook.seats)),
    }


def _clock(clock: Clock | None, now_ns: int) -> View | None:
    if clock is None:
        return None
    running = clock.state == "running"
    return {
        "purpose": clock.purpose,
        "state": clock.state,
        "deadline_ns": clock.deadline_ns if running else None,
        "remaining_ms": min(clock.left_ns(now_ns), clock.total_ns) // 1_000_000,
        "total_ms": clock.total_ns // 1_000_000,
    }


def _totals(turn: Turn | None) -> Mapping[int, int]:
    return {sheet.judge: sheet.total_cp for sheet in turn.sheets} if turn else {}


def _sheet(state: State, paper: Paper, judge: int) -> View:
    turn, rules = state.turn, state.round
    if not isinstance(rules, Scenario) or turn is None or turn.question is None or turn.ruling is not None:
        return {"state": "waiting"}
    sealed = paper[turn.question.id]
    mine = next((sheet for sheet in turn.sheets if sheet.judge == judge), None)
    phase = "submitted" if turn.marking == "open" and mine else turn.marking
    return {
        "state": phase,
        "seat": turn.seat,
        "question": {"prompt": turn.question.prompt},
        "items": [{"text": item.text, "max": points(item.max_cp)} for item in sealed.items],
        "marks": [points(mark_cp) for mark_cp in mine.marks_cp] if mine else None,
        "total": points(mine.total_cp) if mine else None,
        "max": points(rules.max_cp),
        "step": points(rules.step_cp),
    }


def _secret(turn: Turn | None, paper: Paper) -> View | None:
    if turn is None or turn.question is None:
        return None
    sealed = paper[turn.question.id]
    return {
        "id": sealed.public.id,
        "answer": sealed.answer.text,
        "keys": list(sealed.answer.keys),
        "key_points": [{"text": item.text, "points": points(item.max_cp)} for item in sealed.items],
        "explanation": sealed.answer.explanation,
        "source": sealed.source,
    }


def _preview(state: State, paper: Paper) -> View | None:
    """The next question, for the host's eyes; where the contestant chooses the value, only after the choice."""
    if state.round is None or isinstance(state.round, Risk):
        return None
    slot = next(state.free_slots(), None)
    if slot is None:
        return None
    return {"prompt": paper[slot.question_id].public.prompt, "round": state.round.kind}


def _offer(offer: Offer) -> View:
    return {
        "id": offer.id,
        "command": command_message(offer.command),
        "label": l10n(offer.label),
        "hint": l10n(offer.hint) if offer.hint else None,
        "key": offer.key,
        "tone": offer.tone,
    }


def _ledger(state: State) -> list[View]:
    names = {one.seat: one.name for one in state.rulebook.contestants}
    causes = {
        "right": Text("答对", "right"),
        "wrong": Text("答错", "wrong"),
        "timeout": Text("超时", "time out"),
        "foul": Text("抢答犯规", "foul press"),
        "marks": Text("评委评分", "mark"),
    }
    rows = []
    for entry in reversed(state.entries[-LEDGER_ROWS:]):
        title, cause = state.rulebook.rounds[entry.round_index].title, causes[entry.cause]
        name = names[entry.seat]
        rows.append(
            {
                "seq": entry.seq,
                "seat": entry.seat,
                "points": points(entry.change_cp),
                "cause": entry.cause,
                "round": state.rulebook.rounds[entry.round_index].kind,
                "text": {
                    "zh": f"{name} · {title.zh}{cause.zh}",
                    "en": f"{name} · {title.en}, {cause.en}",
                },
            }
        )
    return rows


def _verdict(turn: Turn | None) -> View | None:
    if turn is None or turn.buzz.phase not in ("locked", "too_close", "nobody"):
        return None
    buzz = turn.buzz
    outcome = {"locked": "winner"}.get(buzz.phase, buzz.phase)
    return {
        "outcome": outcome,
        "seats": [buzz.winner] if buzz.winner is not None else list(buzz.tied),
        "lead_us": microseconds(buzz.lead_ns),
        "lead_uncertainty_us": microseconds(buzz.lead_uncertainty_ns),
        "order": press_order(turn),
        "final": {"why": buzz.final_why, "missing": list(buzz.final_missing)},
    }


def _progress(state: State, index: int) -> str:
    if index == state.round_index and state.scene not in ("final", "standings"):
        return "now"
    return "done" if index <= state.round_index else "todo"
