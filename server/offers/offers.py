"""What the host can do at this moment: the one next action first, then the alternatives.

The console draws these and decides nothing. A test walks whole contests by offers alone and holds that the
rules accept every one of them. The buttons of a go in hand: `offers/goes.py`; what is always at hand:
`offers/tools.py`; of putting right: `offers/corrections.py`. No two buttons of one moment share a key, and none has
one of the console's own: M mutes, K, O, Z, F2 and F4 open its panels, digits press the simulated boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..game import commands as c
from ..game import tie_break
from ..game.decide import round_is_over
from ..game.flow import next_round
from ..game.order import seat_at
from ..game.rulebook import Risk, Text, TieBreak
from ..game.standings import places_to_reveal
from ..game.state import State
from .texts import lift_label

REASON = "—"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that an ask can take."""

    value: int | str
    label: Text


@dataclass(frozen=True, slots=True)
class Ask:
    """What a button asks for before it can be sent: it fills one member of the command.

    kind: "points" (shown in points, sent in hundredths, from `low_cp` to `high_cp` in steps), "text" (1 to 200
    letters), "choice" (one of `choices`), "order" (all of `choices`, in the order they are picked).
    """

    field: str
    kind: str
    label: Text
    choices: tuple[Choice, ...] = ()
    low_cp: int = 0
    high_cp: int = 0
    step_cp: int = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """One button: what it asks, what it says, which key it hangs on ("" for none).

    What `asks` name is filled in by the host; the command holds an example of it, which the rules accept.
    """

    id: str
    command: c.HostCommand
    label: Text
    key: str
    tone: str = "go"  # "go" | "right" | "wrong" | "neutral" | "danger"
    hint: Text | None = None
    asks: tuple[Ask, ...] = ()


REASON_ASK = Ask("reason", "text", Text("原因", "Reason"))


def seat_choices(state: State, seats: tuple[int, ...]) -> tuple[Choice, ...]:
    """Seats with the names of who sits there."""
    names = {one.seat: one.name for one in state.rulebook.contestants}
    return tuple(Choice(seat, Text(f"{seat} 号 {names[seat]}", f"{seat} {names[seat]}")) for seat in seats)


def offers(state: State) -> list[Offer]:
    """The next action and its alternatives, the most likely first. Empty where there is only waiting."""
    from .goes import open_go, settled_go

    if state.cover:
        # Nothing else goes on under a slide: the show is taken up where it was left.
        return [Offer("lift", c.Cover(""), lift_label(state), "Space")]
    if state.frozen and state.scene != "standings":
        return _frozen(state)
    match state.scene:
        case "opening":
            return [Offer("lineup", c.Show("lineup"), Text("选手亮相", "Line-up"), "Space")]
        case "final":
            return _final(state)
        case "standings":
            return _after_the_result(state)
        case "turn" if state.turn and not state.turn.done:
            return open_go(state, state.turn)
        case "turn" if state.turn:
            return settled_go(state, state.turn)
        case _:
            return next_go(state)


def next_go(state: State, key: str = "Space") -> list[Offer]:
    """What comes once nothing is in hand: a go, a cue, a round, a tie-break, the places."""
    rules = state.round
    if rules is None or round_is_over(state):
        return _next_part(state, key)
    if isinstance(rules, TieBreak) and tie_break.limit_reached(state):
        return [_settle_places(state, rules, key)]
    if isinstance(rules, Risk) and rules.sealed and not state.stakes_revealed:
        return _sealed_choices(state, rules, key)
    number = state.goes + 1
    if state.buzz_rules is not None:
        return [Offer("present", c.Present(), Text(f"出示第 {number} 题", f"Show question {number}"), key)]
    seat = seat_at(rules, state.order, number)
    name = state.rulebook.contestant(seat).name
    return [Offer("call_turn", c.CallTurn(), Text(f"请 {seat} 号 {name}", f"Call seat {seat}, {name}"), key)]


def _next_part(state: State, key: str) -> list[Offer]:
    book, found = state.rulebook, []
    following = next_round(state)
    ties = tie_break.open_ties(state) if following is None else []
    if following is not None:
        title = book.rounds[following].title
        found.append(Offer("start_round", c.StartRound(), Text(f"进入{title.zh}", f"Begin {title.en}"), key))
    elif ties:
        place, seats = ties[-1]
        said = "、".join(str(seat) for seat in seats)
        label = Text(
            f"加赛：{said} 号争第 {place} 名", f"Tie-break for place {place}: {said.replace('、', ', ')}"
        )
        found.append(Offer("start_tie_break", c.StartTieBreak(), label, key))
    else:
        found.append(Offer("final", c.Show("final"), Text("进入名次公布", "Go to the final standings"), key))
    cue = cue_due(state, len(state.begun & frozenset(range(len(book.rounds)))))
    if cue is None:
        return found
    skip = found[0]
    return [cue_offer(state, cue, key), Offer(skip.id, skip.command, skip.label, "n", "neutral")]


def cue_due(state: State, after: int) -> int | None:
    """The first free cue after that many rounds which was not shown yet."""
    shown = {part for part, _ in state.timeline}
    cues = enumerate(state.rulebook.cues)
    return next((index for index, cue in cues if cue.after == after and f"cue.{index}" not in shown), None)


def cue_offer(state: State, index: int, key: str) -> Offer:
    """The button of a free cue."""
    return Offer("show_cue", c.ShowCue(index), state.rulebook.cues[index].title, key)


def _settle_places(state: State, rules: TieBreak, key: str) -> Offer:
    assert state.tie is not None
    if rules.then == "draw":
        return Offer(
            "settle_places", c.SettlePlaces("draw"), Text("抽签决定名次", "Draw lots for the places"), key
        )
    ask = Ask(
        "order", "order", Text("名次从高到低", "From best to last"), seat_choices(state, state.tie.seats)
    )
    label = Text("裁判长决定名次", "The chief judge decides")
    return Offer("settle_places", c.SettlePlaces("chief", state.tie.seats), label, key, asks=(ask,))


def _sealed_choices(state: State, rules: Risk, key: str) -> list[Offer]:
    chosen = dict(state.stakes)
    missing = tuple(seat for seat in state.order if seat not in chosen)
    points = tuple(
        Choice(value // 100, Text(f"{value // 100} 分", f"{value // 100} points"))
        for value in rules.values_cp
    )
    if rules.may_decline:
        points = (*points, Choice(0, Text("放弃", "Decline")))
    asks = (
        Ask("seat", "choice", Text("选手", "Contestant"), seat_choices(state, missing or state.order)),
        Ask("points", "choice", Text("分值", "Value"), points),
    )
    example = c.ChooseStake((missing or state.order)[0], rules.values_cp[0] // 100)
    label = Text(
        f"代选手登记选分（{len(chosen)}/{len(state.order)}）",
        f"Enter a choice ({len(chosen)}/{len(state.order)})",
    )
    enter = Offer("choose_stake", example, label, key if missing else "e", "neutral", asks=asks)
    if missing:
        return [enter]
    return [Offer("reveal_stakes", c.RevealStakes(), Text("公布选分", "Reveal the choices"), key), enter]


def _final(state: State) -> list[Offer]:
    groups = places_to_reveal(state)
    if len(state.places) >= len(groups):
        return [Offer("standings", c.Show("standings"), Text("最终名次", "Final standings"), "Space")]
    place, seats = groups[len(state.places)]
    shared = (
        Text(f"（并列 {len(seats)} 人）", f" ({len(seats)} share it)") if len(seats) > 1 else Text("", "")
    )
    label = Text(f"公布第 {place} 名{shared.zh}", f"Reveal place {place}{shared.en}")
    return [Offer("reveal_place", c.RevealPlace(), label, "Space")]


def _frozen(state: State) -> list[Offer]:
    """Once certified nothing but a screen changes: a cue that is left, and the way back to the standings."""
    back = c.Show("standings")
    cue = cue_due(state, len(state.rulebook.rounds) + 1)
    found = [] if cue is None else [cue_offer(state, cue, "Space")]
    key = "n" if found else "Space"
    return [*found, Offer("standings", back, Text("最终名次", "Final standings"), key, "neutral")]


def _after_the_result(state: State) -> list[Offer]:
    signed = dict(state.certified)
    chief = state.rulebook.chief
    found = []
    name = Ask("name", "text", Text("姓名", "Name"))
    if "host" not in signed:
        label = Text("主持人确认成绩", "The host certifies")
        found.append(Offer("certify_host", c.Certify("host", REASON), label, "Space", asks=(name,)))
    if "chief_judge" not in signed:
        label = Text("裁判长确认成绩", "The chief judge certifies")
        example = c.Certify("chief_judge", chief.name if chief else REASON)
        key = "j" if found else "Space"
        found.append(Offer("certify_chief", example, label, key, asks=(name,)))
    cue = cue_due(state, len(state.rulebook.rounds) + 1)
    if cue is not None:
        found.append(cue_offer(state, cue, "n" if found else "Space"))
    return found
