"""流程单: every part of the show in order, made from the rulebook: where we are, what comes next, planned and used time."""

from __future__ import annotations

from dataclasses import dataclass

from .order import seat_at
from .rulebook import NS_PER_S, BuzzIn, Compulsory, Risk, RoundRules, Scenario, Text, TieBreak, questions_in
from .state import State

READING_S, RULING_S = 20, 15  # reckoned for each question beside its clock
SHORT_S = {"opening": 60, "lineup": 120, "final": 180, "standings": 120}
NAMES = {
    "opening": Text("开场", "Opening"),
    "lineup": Text("选手亮相", "Line-up"),
    "tie": Text("加赛", "Tie-break"),
    "final": Text("公布名次", "The places"),
    "standings": Text("最终名次与确认", "Final standings and signatures"),
}


@dataclass(frozen=True, slots=True)
class CueStep:
    """One go within a round. `seat` None: everybody."""

    position: int
    seat: int | None
    state: str  # "done" | "now" | "todo"


@dataclass(frozen=True, slots=True)
class Cue:
    """One part of the show. `part` names it in the timeline; times in whole seconds."""

    part: str
    kind: str  # "opening" | "lineup" | "cue" | "round" | "tie" | "final" | "standings"
    title: Text
    state: str  # "done" | "now" | "next" | "todo" | "skipped"
    planned_s: int
    used_s: int
    steps: tuple[CueStep, ...] = ()


def cue_sheet(state: State, now_ns: int) -> tuple[Cue, ...]:
    """The whole sheet at contest time `now_ns`. The tie-break stands in it only where the rulebook has one."""
    parts = _parts(state)
    used = used_ns(state, now_ns)
    here = state.timeline[-1][0]
    begun = {part for part, _ in state.timeline}
    left = [part for part, *_ in parts if _state(state, part, here, begun) == "todo"]
    # What comes next is the first part after this one; after a jump back, the first that was left out.
    order = [part for part, *_ in parts]
    after = [
        part
        for part in left
        if part in order and order.index(part) > (order.index(here) if here in order else -1)
    ]
    following = next(iter([*after, *left]), None)
    found = []
    for part, kind, title, planned_s in parts:
        now = _state(state, part, here, begun)
        status = "next" if now == "todo" and part == following else now
        found.append(
            Cue(part, kind, title, status, planned_s, used.get(part, 0) // NS_PER_S, _steps(state, part))
        )
    return tuple(found)


def used_ns(state: State, now_ns: int) -> dict[str, int]:
    """How long each part has been on, all its times together; a certified show stands still."""
    used: dict[str, int] = {}
    ends = [at_ns for _, at_ns in state.timeline[1:]] + [max(now_ns, state.timeline[-1][1])]
    for (part, from_ns), to_ns in zip(state.timeline, ends, strict=True):
        used[part] = used.get(part, 0) + to_ns - from_ns
    return used


def _parts(state: State) -> list[tuple[str, str, Text, int]]:
    book = state.rulebook
    last = len(book.rounds)
    cues: dict[int, list[tuple[str, str, Text, int]]] = {}
    for index, cue in enumerate(book.cues):
        cues.setdefault(cue.after, []).append((f"cue.{index}", "cue", cue.title, cue.seconds))
    parts = [_named("opening"), _named("lineup"), *cues.get(0, ())]
    for index, rules in enumerate(book.rounds):
        planned_s = rules.planned_seconds or reckoned_s(rules, len(book.seats))
        parts += [(f"round.{index}", "round", rules.title, planned_s), *cues.get(index + 1, ())]
    after = cues.get(last + 1, [])
    if book.tie_break is not None:
        parts.append(("tie", "tie", book.tie_break.title, book.tie_break.planned_seconds))
    return [*parts, _named("final"), _named("standings"), *after]


def _named(part: str) -> tuple[str, str, Text, int]:
    return part, part, NAMES[part], SHORT_S[part]


def reckoned_s(rules: RoundRules, seats: int) -> int:
    """A round's length where the rulebook plans none: its clocks at two thirds, reading and ruling."""
    goes = questions_in(rules, seats)
    match rules:
        case Compulsory() | Risk():
            clock_s = rules.seconds
        case Scenario():
            clock_s = rules.prepare_seconds + rules.seconds + 30
        case BuzzIn():
            clock_s = rules.begin_seconds + rules.finish_seconds
        case TieBreak():
            clock_s = rules.seconds
    return goes * (READING_S + RULING_S + clock_s * 2 // 3)


def _state(state: State, part: str, here: str, begun: set[str]) -> str:
    if part == here:
        return "now"
    if part.startswith("round."):
        index = int(part.removeprefix("round."))
        if index in state.ended and part not in begun:
            return "skipped"
    if part in begun:
        return "done"
    order = ("opening", "lineup")
    return "done" if part in order and len(state.timeline) > order.index(part) + 1 else "todo"


def _steps(state: State, part: str) -> tuple[CueStep, ...]:
    """The goes of a round; whose turn each is, is known once the round has begun."""
    if not part.startswith("round."):
        return ()
    index = int(part.removeprefix("round."))
    rules = state.rulebook.rounds[index]
    count = questions_in(rules, len(state.rulebook.seats))
    here = index == state.round_index
    by_seat = not isinstance(rules, BuzzIn)
    steps = []
    for position in range(1, count + 1):
        seat = seat_at(rules, state.order, position) if here and by_seat else None
        done = index in state.begun and (
            not here or position < state.goes or (state.goes == position and _settled(state))
        )
        now = here and position == state.goes and not _settled(state)
        steps.append(CueStep(position, seat, "now" if now else "done" if done else "todo"))
    return tuple(steps)


def _settled(state: State) -> bool:
    return state.turn is None or state.turn.done
