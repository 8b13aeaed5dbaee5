"""State → what the host sees: everything the show needs, the answer in hand and the rulings that wait included."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..codec import command_message
from ..game.cue_sheet import Cue, cue_sheet
from ..game.paper import Paper
from ..game.rulebook import Risk, Scenario, Text
from ..game.scenario import masked_judges
from ..game.standings import scores, standings_for
from ..game.state import State, Turn
from ..offers.corrections import corrections, corrections_hang_on, course
from ..offers.offers import Ask, Offer, offers
from ..offers.texts import undo_label
from ..offers.tools import tools
from .by_role import clock_view, common_view
from .latest import Latest
from .scene_views import View, l10n, microseconds, points, press_order, scene_below, scene_view
from .stage_view import plan

LEDGER_ROWS = 12


@dataclass(frozen=True, slots=True)
class Rim:
    """What the host sees beside the contest: boxes, timing core, log, who is connected."""

    boxes: tuple[dict[str, Any], ...] = ()
    simulated: bool = False
    timing: str = "down"  # "ok" | "down"
    scheduling: dict[str, Any] | None = None  # what the system allowed the timing core, as it says itself
    log_failed: str | None = None
    log_alarm: dict[str, Any] | None = None  # as DiskWatch.alarm tells it
    judges_online: frozenset[int] = field(default_factory=frozenset)
    control: dict[str, Any] = field(default_factory=lambda: {"holder": None, "operators": []})
    displays: tuple[dict[str, Any], ...] = ()  # the rows of the register
    phones: int = 0  # pages of the audience that have no row
    muted: bool = False
    disk: dict[str, Any] | None = None  # {"free_mb", "state"}; None: not measured yet
    sessions: tuple[dict[str, Any], ...] = ()  # who is signed in
    tickets: tuple[str, ...] = ()  # ids of the codes for tablets that still sign somebody in
    standby: dict[str, Any] | None = (
        None  # {"address", "state": "live"|"lost"|"unasked", "behind"}; None: there is none
    )
    fence: dict[str, Any] | None = None  # {"epoch", "state": "rules"|"draining"|"fenced", "address"}


def host_view(state: State, now_ns: int, paper: Paper, rim: Rim, following: View | None = None) -> View:
    """All that the host needs, the answer in hand included. `following`: what `next_view` gave for this state."""
    return {**of_state(state, paper, following), **of_now(state, now_ns), **of_rim(state, rim)}


def of_state(state: State, paper: Paper, following: View | None) -> View:
    """What stays as it is for as long as the contest does not go on; `of_now` and `of_rim` complete it."""
    turn = state.turn
    return {
        **common_view(state, state.contest_ns, "host"),
        "scene": scene_view(state),
        "below": scene_below(state) if state.cover else None,
        "secret": _secret(turn, paper),
        "preview": _preview(state, paper),
        "actions": [offer_row(one) for one in offers(state)],
        "tools": [offer_row(one) for one in tools(state)],
        "undo": {"label": l10n(undo_label(state))} if state.before is not None and not state.frozen else None,
        "corrections": _corrections(state),
        "course": [offer_row(one) for one in course(state)],
        "staged": _staged(state, turn),
        "stakes_in": [seat for seat, _ in state.stakes],
        "ledger": _ledger(state),
        "verdict": _verdict(turn),
        "progress": [
            {"kind": rules.kind, "title": l10n(rules.title), "state": _progress(state, index)}
            for index, rules in enumerate(state.rulebook.rounds)
        ],
        "next_view": following,
    }


def of_now(state: State, now_ns: int) -> View:
    """What differs from moment to moment."""
    cues = cue_sheet(state, now_ns)
    return {
        "contest_ns": now_ns,
        "clock": clock_view(state.clock, now_ns),
        "cue_sheet": cue_sheet_rows(cues),
        "plan": plan(cues),
    }


def of_rim(state: State, rim: Rim) -> View:
    """What stands beside the contest."""
    return {
        "judges": _judges(state, rim),
        "boxes": list(rim.boxes),
        "simulated": rim.simulated,
        "timing": {"state": rim.timing},
        "log": {
            "state": "failed" if rim.log_failed else "ok",
            "events": state.seq,
            "alarm": rim.log_alarm,
        },
        "control": rim.control,
        "displays": list(rim.displays),
        "phones": rim.phones,
        "sound": {"muted": rim.muted},
        "disk": rim.disk,
        "sessions": list(rim.sessions),
        "tickets": list(rim.tickets),
        "standby": rim.standby,
        "fence": rim.fence,
    }


def _corrections_anew(state: State) -> list[View]:
    return [offer_row(one) for one in corrections(state)]


_corrections = Latest(_corrections_anew, corrections_hang_on)


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
        "variants": list(sealed.variants),
        "brief": sealed.brief,
        "transcript": sealed.transcript,
    }


def _preview(state: State, paper: Paper) -> View | None:
    """The next question, for the host's eyes; where the contestant chooses the value, only after the choice."""
    if state.round is None or isinstance(state.round, Risk):
        return None
    slot = next(state.free_slots(), None)
    if slot is None or slot.number is not None:
        return None
    return {"prompt": paper[slot.question_id].public.prompt, "round": state.round.kind}


def offer_row(offer: Offer) -> View:
    """One thing that may be pressed now, as the console draws it."""
    return {
        "id": offer.id,
        "command": {
            name: value
            for name, value in command_message(offer.command).items()
            if name not in {ask.field for ask in offer.asks}
        },
        "label": l10n(offer.label),
        "hint": l10n(offer.hint) if offer.hint else None,
        "key": offer.key,
        "tone": offer.tone,
        "asks": [_ask(one) for one in offer.asks],
    }


def _ask(ask: Ask) -> View:
    return {
        "field": ask.field,
        "kind": ask.kind,
        "label": l10n(ask.label),
        "choices": [{"value": one.value, "label": l10n(one.label)} for one in ask.choices],
        "low": points(ask.low_cp),
        "high": points(ask.high_cp),
        "step": points(ask.step_cp),
    }


def _judges(state: State, rim: Rim) -> list[View]:
    """Who has submitted, who has not, who may not: the host sees it at a glance."""
    turn, rules = state.turn, state.round
    totals = {sheet.judge: sheet.total_cp for sheet in turn.sheets} if turn else {}
    masked: tuple[int, ...] = ()
    if isinstance(rules, Scenario) and turn is not None:
        masked = masked_judges(state, rules, turn.seat)
    excused = turn.excused if turn else ()
    return [
        {
            "judge": judge.number,
            "name": judge.name,
            "unit": judge.unit,
            "chief": judge.chief,
            "online": judge.number in rim.judges_online,
            "submitted": judge.number in totals,
            "masked": judge.number in masked,
            "excused": judge.number in excused,
            "mark": points(totals[judge.number]) if judge.number in totals else None,
        }
        for judge in state.rulebook.judges
    ]


def _staged(state: State, turn: Turn | None) -> View | None:
    """The ruling that waits, unseen by the hall, and where it would put who answered; a tie-break moves no score."""
    if turn is None or turn.staged is None:
        return None
    waiting, after = turn.staged, None
    if waiting.seat is not None and state.tie is None:
        totals = scores(state)
        totals[waiting.seat] += waiting.points_cp
        row = next(one for one in standings_for(state, totals) if one.seat == waiting.seat)
        after = {"score": points(row.score_cp), "place": row.place, "shared": row.shared}
    return {
        "seat": waiting.seat,
        "result": waiting.result,
        "points": points(waiting.points_cp),
        "after": after,
    }


def cue_sheet_rows(cues: tuple[Cue, ...]) -> list[View]:
    """The parts of the show, with their steps and times."""
    return [
        {
            "part": cue.part,
            "kind": cue.kind,
            "title": l10n(cue.title),
            "state": cue.state,
            "planned_s": cue.planned_s,
            "used_s": cue.used_s,
            "steps": [
                {"position": step.position, "seat": step.seat, "state": step.state} for step in cue.steps
            ],
        }
        for cue in cues
    ]


def _ledger(state: State) -> list[View]:
    names = {one.seat: one.name for one in state.rulebook.contestants}
    causes = {
        "right": Text("答对", "right"),
        "partial": Text("部分得分", "partly right"),
        "help": Text("队友协助", "help"),
        "correction": Text("比分更正", "correction"),
        "wrong": Text("答错", "wrong"),
        "timeout": Text("超时", "time out"),
        "foul": Text("抢答犯规", "foul press"),
        "marks": Text("评委评分", "mark"),
    }
    rows = []
    for entry in reversed(state.entries[-LEDGER_ROWS:]):
        rules, cause = state.rulebook.round_at(entry.round_index), causes[entry.cause]
        title = rules.title if rules else Text("", "")
        name = names[entry.seat]
        rows.append(
            {
                "seq": entry.seq,
                "seat": entry.seat,
                "points": points(entry.change_cp),
                "cause": entry.cause,
                "round": rules.kind if rules else None,
                "text": {
                    "zh": f"{name} · {title.zh}{cause.zh}",
                    "en": f"{name} · {title.en}, {cause.en}".replace("· , ", "· "),
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
        "settled": buzz.settled_how,
    }


def _progress(state: State, index: int) -> str:
    if index == state.round_index and state.scene not in ("final", "standings"):
        return "now"
    return "done" if index in state.begun else "todo"
