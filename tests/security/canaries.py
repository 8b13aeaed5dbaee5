"""Canaries: texts that stand in one secret place each, and what a role may know of them at a moment of a contest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from server.game import commands as c
from server.game.decide import decide
from server.game.fold import apply
from server.game.paper import Answer, Media, Paper, SealedQuestion
from server.game.refusal import Refused
from server.game.rulebook import Risk, Scenario
from server.game.rulings import JUDGED
from server.game.scenario import sheet_of
from server.game.state import Entry, State
from tests.game.random_book import SECRET, Contest
from tests.game.random_book import contest as plain_contest

CANARY = re.compile(r"CAN!(\w+)!([^!]+)!")
PRESENTED = frozenset(("prompt", "option", "area", "alt", "file"))
REVEALED = frozenset(("answer", "key", "why"))
SHEET = frozenset(("item",))
"""Of the judges. All others (source, variant, brief, transcript) are for the host alone."""


def canary(place: str, question: str) -> str:
    """The text that stands in `place` of that question and nowhere else."""
    return f"CAN!{place}!{question}!"


def salted(one: SealedQuestion) -> SealedQuestion:
    """The question with a canary in each of its texts; what is secret begins as `random_book` marks secrets."""
    name = one.public.id
    media = one.public.media
    if media is not None:
        media = Media(media.kind, canary("file", name), canary("alt", name))
    options = (f"{canary('option', name)} A", f"{canary('option', name)} B")
    public = replace(
        one.public,
        prompt=canary("prompt", name),
        options=options if one.public.form == "single" else (),
        area=canary("area", name),
        media=media,
    )
    return replace(
        one,
        public=public,
        answer=Answer(
            SECRET + canary("answer", name), (SECRET + canary("key", name),), SECRET + canary("why", name)
        ),
        items=tuple(replace(item, text=canary("item", name)) for item in one.items),
        source=SECRET + canary("source", name),
        variants=(SECRET + canary("variant", name),),
        brief=SECRET + canary("brief", name),
        transcript=SECRET + canary("transcript", name),
    )


def salted_contest(rng: Random) -> Contest:
    """A random contest (see `random_book`) whose paper is full of canaries."""
    made = plain_contest(rng)
    return replace(made, paper={key: salted(one) for key, one in made.paper.items()})


@dataclass(slots=True)
class Known:
    """What the hall has been shown so far: ids of questions. Nothing that was seen can be unseen by an undo."""

    presented: set[str] = field(default_factory=set)
    revealed: set[str] = field(default_factory=set)

    def learn(self, state: State) -> None:
        """What stands on the projector now is known."""
        turn = state.turn
        if turn is not None and turn.question is not None:
            self.presented.add(turn.question.id)
            if turn.answer is not None:
                self.revealed.add(turn.question.id)

    def may(self, role: str, place: str, question: str) -> bool:
        """Whether that role may have what stands in `place` of that question."""
        if role == "host":
            return True
        if place in PRESENTED:
            return question in self.presented
        if place in REVEALED:
            return question in self.revealed
        return place in SHEET and role == "judge" and question in self.presented

    def leaks(self, role: str, content: Any) -> list[str]:
        """The canaries in `content` (JSON-ready, or text of a message) that the role may not have."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        found = {(place, question) for place, question in CANARY.findall(text)}
        return sorted(
            f"{place} of {question}" for place, question in found if not self.may(role, place, question)
        )


def other_secrets(state: State) -> dict[str, State]:
    """The same moment with other secrets in it: kind of secret → the state; only kinds that there are now.

    Whoever may not know a secret must see the same in both.
    """
    made: dict[str, State] = {}
    turn = state.turn
    if state.stakes and not state.stakes_revealed:
        made["stakes"] = replace(
            state, stakes=tuple((seat, 0 if stake_cp else 700) for seat, stake_cp in state.stakes)
        )
    if turn is not None and turn.sheets and turn.marking != "revealed":
        sheets = tuple(
            replace(one, marks_cp=tuple(137 for _ in one.marks_cp), total_cp=one.total_cp // 2 + 37)
            for one in turn.sheets
        )
        made["marks"] = replace(state, turn=replace(turn, sheets=sheets))
    if turn is not None and turn.staged is not None:
        other = replace(
            turn.staged,
            result="wrong" if turn.staged.result == "right" else "right",
            points_cp=turn.staged.points_cp + 137,
        )
        made["staged"] = replace(state, turn=replace(turn, staged=other))
        made["nothing staged"] = replace(state, turn=replace(turn, staged=None))
    if state.redo is not None:
        made["undone"] = replace(state, redo=None, redo_what="", redo_ns=0)
    return made


def only_in_secret(state: State, paper: Paper, now_ns: int) -> list[tuple[str, str | None, list[State]]]:
    """What may be done now that differs in a secret alone: (kind, page whose secret it is, the states that it leads to)."""
    turn, rules = state.turn, state.round
    tries: list[tuple[str, str | None, list[c.Command]]] = []
    if state.rulebook.staged:
        rulings: list[c.Command] = [c.Rule(result) for result in JUDGED if result != "partial"]
        tries.append(("rulings", None, [*rulings, c.Rule("partial", 100), c.Rule("partial", 200)]))
    if isinstance(rules, Risk) and rules.sealed:
        values = [value_cp // 100 for value_cp in rules.values_cp] + [0] * rules.may_decline
        for seat in state.rulebook.seats:
            tries.append(("stakes", f"desk-{seat}", [c.ChooseStake(seat, value) for value in values]))
    if isinstance(rules, Scenario) and turn is not None and turn.question is not None:
        lines = sheet_of(rules, paper[turn.question.id]).lines
        most = tuple(line.max_cp if line.kind == "mark" else 100 for line in lines)
        for judge in state.rulebook.judges:
            sheets = [(0,) * len(lines), most]
            tries.append(
                ("marks", f"judge-{judge.number}", [c.SubmitMarks(judge.number, one) for one in sheets])
            )
    found = []
    for kind, owner, commands in tries:
        after = [one for one in (_after(state, command, paper, now_ns) for command in commands) if one]
        if len(after) > 1:
            found.append((kind, owner, after))
    return found


def _after(state: State, command: c.Command, paper: Paper, now_ns: int) -> State | None:
    """The state that a command leads to, None where the rules refuse it."""
    try:
        events = decide(state, command, now_ns, paper, 0)
    except Refused:
        return None
    for event in events:
        state = apply(state, Entry(state.seq + 1, now_ns, event))
    return state
