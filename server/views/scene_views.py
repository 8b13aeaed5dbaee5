"""The scene on the projector as JSON: one function a scene. Nothing here ever sees the sealed paper."""

from __future__ import annotations

from typing import Any

from ..game import risk
from ..game.flow import numbers_of, open_numbers
from ..game.paper import PublicQuestion
from ..game.rulebook import Risk, RoundRules, Scenario, Text, TieBreak
from ..game.scenario import masked_judges
from ..game.standings import places_to_reveal
from ..game.state import Ruling, State, Turn
from ..rule_text.slide import outline, rule_lines

View = dict[str, Any]
LETTERS = "ABCDEFGH"


def points(value_cp: int) -> float | int:
    """Centipoints as the JSON number of points: whole where it is whole."""
    return value_cp // 100 if value_cp % 100 == 0 else value_cp / 100


def l10n(text: Text) -> dict[str, str]:
    """A text in both languages, as pages get it."""
    return {"zh": text.zh, "en": text.en}


def scene_view(state: State) -> View:
    """What stands on the projector, a slide that lies over it included; the same for every role that sees it."""
    if state.cover == "rules":
        return _rules(state)
    return {"name": state.cover} if state.cover else scene_below(state)


def _rules(state: State) -> View:
    """The rules slide: of the round in hand, and before the first what matters most of each."""
    book, seats = state.rulebook, len(state.rulebook.seats)
    if state.round is not None:
        blocks = [(state.round.title, rule_lines(state.round, seats))]
    else:
        # The more rounds, the fewer lines each: the slide is read from thirty metres.
        most = 3 if len(book.rounds) <= 4 else 2
        blocks = [(one.title, outline(one, seats, most)) for one in book.rounds]
    return {
        "name": "rules",
        "blocks": [{"title": l10n(title), "lines": [l10n(one) for one in lines]} for title, lines in blocks],
    }


def scene_below(state: State) -> View:
    """What stands on the projector but for a slide that lies over it: where the show goes on once that is lifted."""
    turn, rules = state.turn, state.round
    if state.scene in ("final", "standings"):
        revealed = [{"place": place.place, "seats": list(place.seats)} for place in state.places]
        groups = places_to_reveal(state)
        return {
            "name": "final",
            "places": revealed,
            "revealed": len(revealed),
            "of": len(groups),
            "complete": state.scene == "standings",
        }
    if state.scene == "cue" and state.cue is not None:
        cue = state.rulebook.cues[state.cue]
        return {"name": "cue", "kind": cue.kind, "title": l10n(cue.title)}
    if state.scene == "stakes":
        return {
            "name": "stakes",
            "stakes": [{"seat": seat, "points": points(stake_cp)} for seat, stake_cp in state.stakes],
        }
    if state.scene == "round_title" and state.tie is not None:
        return {"name": "round_title", "tie": tie_view(state)}
    if state.scene != "turn" or turn is None:
        return {"name": state.scene}
    if turn.question is None:
        return _call(state, turn, rules)
    if isinstance(rules, Scenario):
        return _scenario_scene(state, turn)
    return {
        "name": "question",
        "question": _question(turn, turn.question),
        "phase": _phase(state, turn),
        "ruling": _ruling(turn),
        "answer": {
            "text": turn.answer.text,
            "keys": list(turn.answer.keys),
            "explanation": turn.answer.explanation,
        }
        if turn.answer
        else None,
        "buzz": _buzz(turn) if state.buzz_rules is not None else None,
        "attempts": [_ruled(one) for one in turn.attempts],
        "number": turn.number,
        "assigned_by": turn.assigned_by,
        "helped": turn.helped > 0,
        "outlook": _outlook(state, turn),
        "tie": tie_view(state),
    }


def tie_view(state: State) -> View | None:
    """The tie-break in hand: who is tied for which place, and its own points."""
    tie = state.tie
    if tie is None:
        return None
    known = dict(tie.points)
    return {
        "seats": list(tie.seats),
        "place": tie.place,
        "points": [{"seat": seat, "points": points(known.get(seat, 0))} for seat in tie.seats],
        "over": tie.over,
        "scored": isinstance(state.round, TieBreak) and state.round.method != "sudden_death",
    }


def _outlook(state: State, turn: Turn) -> View | None:
    """What hangs on a risk answer: the places that follow from right and from wrong, before the ruling."""
    if not isinstance(state.round, Risk) or turn.seat is None or turn.question is None or turn.done:
        return None
    right, wrong = risk.outlook(state, turn.seat, turn.stake_cp)
    return {"seat": turn.seat, "right_place": right, "wrong_place": wrong}


def _call(state: State, turn: Turn, rules: RoundRules | None) -> View:
    if turn.ruling is not None:
        return {"name": "ruling", "ruling": _ruling(turn)}
    if turn.seat is None:
        # A question for all was taken back and the next is not there yet: nobody is called, the hall sees the round.
        return {"name": "round_title", "tie": tie_view(state)} if state.tie else {"name": "round_title"}
    if not isinstance(rules, Risk) or rules.sealed or turn.stake_cp:
        chosen = None
        if isinstance(rules, Risk):
            chosen = turn.stake_cp or dict(state.stakes).get(turn.seat or 0)
        return {
            "name": "turn_call",
            "seat": turn.seat,
            "numbers": list(open_numbers(state)),
            "numbers_of": numbers_of(state),
            "points": None if chosen is None else points(chosen),
        }
    left = {value_cp: sum(1 for _ in state.free_slots(value_cp)) for value_cp in rules.values_cp}
    return {
        "name": "stake",
        "seat": turn.seat,
        "values": [
            {
                "points": points(value_cp),
                "left": count,
                **dict(
                    zip(
                        ("right_place", "wrong_place"),
                        risk.outlook(state, turn.seat or 0, value_cp),
                        strict=True,
                    )
                ),
            }
            for value_cp, count in left.items()
        ],
    }


def _ruling(turn: Turn) -> View | None:
    return None if turn.ruling is None else _ruled(turn.ruling)


def _ruled(ruling: Ruling) -> View:
    return {"seat": ruling.seat, "result": ruling.result, "points": points(ruling.points_cp)}


def _question(turn: Turn, question: PublicQuestion) -> View:
    options = [{"key": key, "text": text} for key, text in zip(LETTERS, question.options, strict=False)]
    return {
        "prompt": question.prompt,
        "form": question.form,
        "options": options,
        "points": points(turn.stake_cp),
        "area": question.area,
        "media": _media(turn, question),
    }


def _media(turn: Turn, question: PublicQuestion) -> View | None:
    """The picture of a question, or its sound or film with how it stands."""
    media = question.media
    if media is None:
        return None
    return {
        "kind": media.kind,
        "src": media_address(media.file),
        "alt": media.alt,
        "state": turn.media,
        "since_ns": turn.media_ns,
    }


def media_address(name: str) -> str:
    """Where pages get a file of the data folder from."""
    return f"/media/{name}"


def _phase(state: State, turn: Turn) -> str:
    if turn.answer is not None:
        return "revealed"
    if turn.ruling is not None:
        return "ruled"
    if state.clock is None or state.clock.purpose == "open":
        return "shown"
    return {"running": "running", "held": "held", "expired": "time_up"}[state.clock.state]


def _scenario_scene(state: State, turn: Turn) -> View:
    assert turn.question is not None
    question = _question(turn, turn.question)
    names = {judge.number: judge.name for judge in state.rulebook.judges}
    if turn.marking == "revealed" and turn.mark_cp is not None:
        return {
            "name": "marks",
            "seat": turn.seat,
            "question": question,
            "mark": points(turn.mark_cp),
            "masked": len(turn.masked),
            "missing": len(turn.missing),
            "marks": [
                {
                    "judge": one.judge,
                    "name": names[one.judge],
                    "mark": points(one.mark_cp),
                    "dropped": one.dropped,
                }
                for one in turn.board
            ],
        }
    phase = _phase(state, turn)
    if turn.marking == "closed":
        phase = "closed"
    elif phase in ("held", "time_up"):
        phase = "marking"
    submitted = {sheet.judge for sheet in turn.sheets}
    assert isinstance(state.round, Scenario)
    masked = masked_judges(state, state.round, turn.seat)
    return {
        "name": "scenario",
        "question": question,
        "phase": phase,
        "purpose": state.clock.purpose if state.clock else None,
        "masked": len(masked),
        "judges": [
            {"judge": number, "name": name, "submitted": number in submitted}
            for number, name in names.items()
            if number not in masked and number not in turn.excused
        ],
    }


def microseconds(value_ns: int | None) -> float | int | None:
    """Nanoseconds as microseconds to one decimal, whole where whole."""
    if value_ns is None:
        return None
    value = round(value_ns / 1000, 1)
    return int(value) if value.is_integer() else value


def press_order(turn: Turn) -> list[View]:
    """The presses of the last verdict on their time axis."""
    return [
        {
            "seat": press.seat,
            "lag_us": microseconds(press.lag_ns),
            "uncertainty_us": microseconds(press.uncertainty_ns),
            "status": press.status,
            "source": press.source,
        }
        for press in turn.buzz.order
    ]


def _buzz(turn: Turn) -> View:
    buzz = turn.buzz
    first = None
    if buzz.winner is not None:
        first = {
            "seat": buzz.winner,
            "lead_us": microseconds(buzz.lead_ns),
            "uncertainty_us": microseconds(buzz.lead_uncertainty_ns),
            "settled": buzz.settled_how,
            "seed": buzz.seed,
        }
    return {
        "phase": buzz.phase,
        "arming": buzz.arming,
        "open_at_ns": buzz.open_ns,
        "close_at_ns": buzz.close_ns,
        "first": first,
        "order": press_order(turn),
        "fouls": [
            {
                "seat": foul.seat,
                "points": points(foul.points_cp),
                "early_us": microseconds(foul.early_ns),
                "then": foul.then,
            }
            for foul in buzz.fouls
        ],
        "eligible": list(buzz.eligible),
    }
