"""State → what each role may see. Built up from an allow-list: what is not written here is seen by nobody.

A view is JSON-ready. The state itself holds no answer before its reveal; only `host_view.py` and `judge_view` are
handed the sealed paper, and take from it what their role needs.
"""

from __future__ import annotations

from ..game.paper import Paper
from ..game.rulebook import Risk, RoundRules, Rulebook, Scenario, questions_in
from ..game.scenario import masked_judges, sheet_of
from ..game.standings import standings
from ..game.state import Clock, State, Turn
from .latest import Latest
from .rule_lines import rule_lines
from .scene_views import View, l10n, media_address, points, scene_view


def projector_view(state: State, now_ns: int) -> View:
    """What the hall may see."""
    return {**common_view(state, now_ns, "projector"), "scene": scene_view(state)}


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
        "stake": _own_stake(state, seat),
    }


def _own_stake(state: State, seat: int | None) -> View | None:
    """The contestant's own secret choice, while it may be made; nobody else's."""
    rules = state.round
    over = state.stakes_revealed or state.round_index in state.ended
    if not isinstance(rules, Risk) or not rules.sealed or over or seat not in state.order:
        return None
    mine = dict(state.stakes).get(seat)
    values = [points(value_cp) for value_cp in rules.values_cp]
    return {
        "values": [*values, 0] if rules.may_decline else values,
        "mine": None if mine is None else points(mine),
    }


def _may_close(state: State) -> bool:
    turn = state.turn
    return (
        isinstance(state.round, Scenario)
        and turn is not None
        and turn.marking == "open"
        and bool(turn.sheets)
        and not state.cover
    )


def judge_view(state: State, now_ns: int, paper: Paper, judge: int) -> View:
    """What one judge may see: the stage as the hall sees it, and the judge's own sheet; no colleague's marks."""
    member = next(one for one in state.rulebook.judges if one.number == judge)
    return {
        **common_view(state, now_ns, "judge"),
        "scene": {"name": scene_view(state)["name"]},
        "judge": judge,
        "judge_name": member.name,
        "judge_unit": member.unit,
        "chief": member.chief,
        "may_close": member.chief and _may_close(state),
        "sheet": _sheet(state, paper, judge),
    }


def common_view(state: State, now_ns: int, role: str) -> View:
    """What every role sees of the stage."""
    return {
        "role": role,
        "contest_ns": now_ns,
        "clock": clock_view(state.clock, now_ns),
        **_of_all(state),
    }


def _common(state: State) -> View:
    """What is the same for every role and at every moment."""
    book = state.rulebook
    return {
        "epoch": state.contest,
        "revision": state.seq,
        "lang": book.language,
        "title": l10n(book.title),
        "subtitle": l10n(book.subtitle),
        "rehearsal": state.rehearsal,
        "theme": book.theme,
        "certified": [{"role": role_name, "name": name} for role_name, name in state.certified],
        "look": _look(book),
        "cover": state.cover or None,
        "correction": _correction(state),
        "blackout": state.blackout,
        "seats": _seats(state),
        "round": _round(state, state.round),
        "turn": _turn(state),
    }


_of_all = Latest(_common, lambda state: (state,))  # one change is shown to all roles, one after the other


def _look(book: Rulebook) -> View:
    look = book.look
    return {
        "theme": book.theme,
        "ground": look.ground or None,
        "accent": look.accent or None,
        "logo": media_address(look.logo) if look.logo else None,
        "sponsors": [media_address(name) for name in look.sponsors],
    }


def _correction(state: State) -> View | None:
    """比分更正, until the next step: who gains or loses, why, and who decided it."""
    notice = state.notice
    if notice is None:
        return None
    return {
        "what": notice.what,
        "reason": notice.reason,
        "by": notice.by,
        "changes": [{"seat": seat, "points": points(change_cp)} for seat, change_cp in notice.changes],
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
                "photo": contestant.photo,
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
    if any(one.seat == seat for one in turn.attempts) or (buzz.live and seat not in buzz.eligible):
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
        "tie": state.tie is not None,
    }


def _turn(state: State) -> View | None:
    if state.turn is None or state.round is None:
        return None
    return {
        "seat": state.turn.seat,
        "position": state.turn.position,
        "of": questions_in(state.round, len(state.rulebook.seats)),
    }


def clock_view(clock: Clock | None, now_ns: int) -> View | None:
    """How long is left, at contest time `now_ns`."""
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


def _sheet(state: State, paper: Paper, judge: int) -> View:
    """The judge's own sheet. A judge of the contestant's own unit is masked, and one who is excused waits."""
    turn, rules = state.turn, state.round
    if not isinstance(rules, Scenario) or turn is None or turn.question is None or turn.ruling is not None:
        return {"state": "waiting"}
    if judge in masked_judges(state, rules, turn.seat):
        return {"state": "masked", "seat": turn.seat}
    if judge in turn.excused:
        return {"state": "excused", "seat": turn.seat}
    sheet = sheet_of(rules, paper[turn.question.id])
    mine = next((one for one in turn.sheets if one.judge == judge), None)
    return {
        "state": "submitted" if turn.marking == "open" and mine else turn.marking,
        "seat": turn.seat,
        "question": {"prompt": turn.question.prompt},
        "groups": [{"title": group.title, "weight": group.weight} for group in sheet.groups],
        "items": [
            {
                "text": line.text,
                "max": points(line.max_cp),
                "kind": line.kind,
                "each": points(line.each_cp),
                "group": line.group,
            }
            for line in sheet.lines
        ],
        "marks": [points(mark_cp) for mark_cp in mine.marks_cp] if mine else None,
        "total": points(mine.total_cp) if mine else None,
        "max": points(rules.max_cp),
        "step": points(rules.step_cp),
    }
