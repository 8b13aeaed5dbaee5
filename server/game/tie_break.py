"""加赛题: which ties must be broken, and what each answer in a tie-break decides. Its points never enter the score."""

from __future__ import annotations

from . import events as e
from . import lots
from .refusal import refuse
from .rulebook import TieBreak, questions_in
from .standings import cells_of, scores
from .state import State, Tie

Cells = tuple[tuple[int, ...], ...]


def open_ties(state: State) -> list[tuple[int, tuple[int, ...]]]:
    """(place, seats) of every tie that matters by the rulebook and is not decided, best place first."""
    rules = state.rulebook.tie_break
    if rules is None:
        return []
    found, place = [], 1
    for cell in cells_of(state, scores(state)):
        last = place + len(cell) - 1
        top = rules.top or len(state.rulebook.seats)
        matters = place <= top < last if rules.matters == "cut" else place <= top
        if len(cell) > 1 and matters:
            found.append((place, cell))
        place = last + 1
    return found


def still_tied(state: State) -> bool:
    """True while those in the tie-break in hand, and they alone, share a place."""
    return state.tie is not None and tuple(sorted(state.tie.seats)) in cells_of(state, scores(state))


def start(state: State) -> list[e.Event]:
    """Begin with the lowest place, so that the first is decided last. Only the tied take part."""
    ties = open_ties(state)
    if not ties:
        refuse("没有需要加赛的并列", "There is no tie that must be broken")
    _, seats = ties[-1]
    return [e.RoundStarted(len(state.rulebook.rounds), seats)]


def tie_for(state: State, seats: tuple[int, ...]) -> Tie:
    """The tie-break between `seats`, as it begins."""
    place = next((place for place, cell in open_ties(state) if cell == seats), 0)
    return Tie(seats, place)


def limit_reached(state: State) -> bool:
    """True when no further question will be asked and the tie is decided otherwise."""
    tie, rules = state.tie, state.rulebook.tie_break
    if tie is None or rules is None or tie.over:
        return False
    return tie.passes >= rules.limit or next(state.free_slots(), None) is None


def points_cp(rules: TieBreak, result: str) -> int:
    """Tie-break points for a ruling, in centipoints; sudden death knows none."""
    if rules.method == "sudden_death":
        return 0
    source = rules.buzz if rules.method == "questions" else rules
    return {"right": source.right_cp, "wrong": source.wrong_cp, "timeout": source.wrong_cp}.get(result, 0)


def asked_again(state: State, result: str) -> bool:
    """True for a void question of a pass for points: it counts for nobody, so the same go gets another."""
    rules = state.rulebook.tie_break
    return result == "void" and rules is not None and rules.method != "sudden_death"


def after_ruling(
    state: State, seat: int | None, result: str, points: int, settled: bool
) -> tuple[Tie, Cells]:
    """The tie after a ruling, and the cells it falls into: () while nothing is decided."""
    tie, rules = state.tie, state.rulebook.tie_break
    assert tie is not None and rules is not None
    if rules.method == "sudden_death":
        passes = tie.passes + (1 if settled and result != "void" else 0)
        others = tuple(one for one in tie.seats if one != seat)
        cells: Cells = ()
        if seat is not None and result in ("right", "wrong", "timeout"):
            cells = ((seat,), others) if result == "right" else (others, (seat,))
        return Tie(tie.seats, tie.place, (), passes), cells
    totals = {one: 0 for one in tie.seats} | dict(tie.points)
    if seat in totals:
        totals[seat] += points
    known = Tie(tie.seats, tie.place, tuple(totals.items()), tie.passes)
    if asked_again(state, result):
        return known, ()
    if not settled or state.goes % questions_in(rules, len(tie.seats)):
        return known, ()
    ranks = sorted(set(totals.values()), reverse=True)
    cells = tuple(tuple(one for one in tie.seats if totals[one] == rank) for rank in ranks)
    return Tie(tie.seats, tie.place, (), tie.passes + 1), cells if len(cells) > 1 else ()


def settle_places(state: State, how: str, order: tuple[int, ...], chance: int) -> list[e.Event]:
    """Decide a tie that no question could, in the way the rulebook names."""
    tie, rules = state.tie, state.rulebook.tie_break
    if tie is None or rules is None or tie.over or (state.turn is not None and not state.turn.done):
        refuse("现在没有需要裁决的并列", "There is no tie to decide now")
    if not limit_reached(state):
        refuse("加赛还没有到上限", "The tie-break has not come to its limit")
    if how != rules.then:
        refuse("规则不允许这样裁决", f"The rules decide it otherwise: {rules.then}")
    if how == "draw":
        seed = lots.seed_of(chance)
        return [e.TieRanked(tuple((seat,) for seat in lots.drawn(tie.seats, seed)), how, seed)]
    if sorted(order) != sorted(tie.seats):
        said = "、".join(str(seat) for seat in tie.seats)
        refuse(f"请按名次排列 {said} 号", f"Give the seats {said.replace('、', ', ')} from best to last")
    return [e.TieRanked(tuple((seat,) for seat in order), how)]
