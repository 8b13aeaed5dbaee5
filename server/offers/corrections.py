"""The buttons that put right and the ones that leave the course: corrections, spare questions, jumps and skips."""

from __future__ import annotations

from ..game import commands as c
from ..game.corrections import LARGEST_CP
from ..game.decide import go_is_open, round_is_over
from ..game.flow import replace_question, skipped_rounds
from ..game.refusal import Refused
from ..game.rulebook import Scenario, Text, TieBreak
from ..game.standings import scores
from ..game.state import Record, State
from ..views.rule_lines import signed
from .offers import REASON, REASON_ASK, Ask, Choice, Offer, seat_choices
from .texts import RESULTS

RECORDS_SHOWN = 40
BY_ASK = Ask("by", "text", Text("决定人", "Decided by"))
CHANGEABLE = ("right", "partial", "wrong", "timeout", "void", "marks")


def corrections(state: State) -> list[Offer]:
    """What can be put right now; none once the result is certified."""
    if state.frozen:
        return []
    seats = state.rulebook.seats
    found = [_set_score(state)]
    records = [one for one in state.records if _correctable(state, one)][-RECORDS_SHOWN:][::-1]
    if not records:
        return found
    which = Ask("record", "choice", Text("哪一次裁定", "Which ruling"), _choices(state, records))
    latest = records[0]
    results = tuple(Choice(result, RESULTS[result]) for result in CHANGEABLE)
    points = Ask(
        "points_cp",
        "points",
        Text("分数（部分得分或评委评分）", "Points (partial, or a mark)"),
        (),
        0,
        100_000,
        1,
    )
    change = (which, Ask("result", "choice", Text("改判为", "Ruled"), results), points, BY_ASK, REASON_ASK)
    other = next(seat for seat in seats if seat != latest.seat)
    credit = (
        which,
        Ask("seat", "choice", Text("记给", "Credit"), seat_choices(state, seats)),
        BY_ASK,
        REASON_ASK,
    )
    return [
        Offer(
            "change_ruling",
            c.ChangeRuling(latest.seq, _another(state, latest), REASON, "", _part(state, latest)),
            Text("改判", "Change a ruling"),
            "",
            "danger",
            asks=change,
        ),
        Offer(
            "credit",
            c.CreditContestant(latest.seq, other, REASON),
            Text("改记到另一位选手", "Credit another contestant"),
            "",
            "danger",
            asks=credit,
        ),
        *_void(state, records, which),
        *found,
    ]


def corrections_hang_on(state: State) -> tuple[object, ...]:
    """All of a state that `corrections` reads: most steps of a show leave it as it is."""
    return state.rulebook, state.records, state.entries, state.frozen, _in_hand(state)


def course(state: State) -> list[Offer]:
    """Ways off the course of the show: another question, an early end, a jump, a skip, a free cue."""
    if state.frozen:
        return [] if state.cover else _cues(state)
    if state.cover:
        return []
    found = []
    turn = state.turn
    if turn is not None and turn.question is not None and not turn.done and turn.staged is None:
        try:
            replace_question(state, REASON)
        except Refused:
            pass
        else:
            label = Text("换一题", "Another question")
            found.append(
                Offer("replace_question", c.ReplaceQuestion(REASON), label, "", "danger", asks=(REASON_ASK,))
            )
    if go_is_open(state):
        return found
    if not round_is_over(state):
        label = Text("提前结束本环节", "End this round now")
        found.append(Offer("end_round", c.EndRound(REASON), label, "", "danger", asks=(REASON_ASK,)))
        return found + _cues(state)
    left = [index for index in range(len(state.rulebook.rounds)) if index not in state.begun]
    for index in [*left[1:], *skipped_rounds(state)]:
        title = state.rulebook.rounds[index].title
        label = Text(f"跳到{title.zh}", f"Jump to {title.en}")
        found.append(Offer("jump", c.StartRound(index), label, "", "danger"))
    for index in left:
        title = state.rulebook.rounds[index].title
        label = Text(f"跳过{title.zh}", f"Skip {title.en}")
        found.append(Offer("skip_round", c.EndRound(REASON, index), label, "", "danger", asks=(REASON_ASK,)))
    return found + _cues(state)


def _cues(state: State) -> list[Offer]:
    if go_is_open(state):
        return []
    return [
        Offer("show_cue", c.ShowCue(index), cue.title, "", "neutral")
        for index, cue in enumerate(state.rulebook.cues)
        if not (state.scene == "cue" and state.cue == index)
    ]


def _set_score(state: State) -> Offer:
    seat = state.rulebook.seats[0]
    asks = (
        Ask("seat", "choice", Text("选手", "Contestant"), seat_choices(state, state.rulebook.seats)),
        Ask("score_cp", "points", Text("分数应为", "The score is"), (), -LARGEST_CP, LARGEST_CP, 1),
        BY_ASK,
        REASON_ASK,
    )
    # An example that always is a change, and stays inside the range.
    now_cp = scores(state)[seat]
    example = c.SetScore(seat, now_cp + (100 if now_cp < LARGEST_CP - 100 else -100), REASON)
    return Offer("set_score", example, Text("直接设定分数", "Set a score"), "", "danger", asks=asks)


def _correctable(state: State, record: Record) -> bool:
    rules = state.rulebook.round_at(record.round_index)
    if isinstance(rules, TieBreak) or (isinstance(rules, Scenario) and record.result != "marks"):
        return False
    return not record.voided and record.result != "declined"


def _in_hand(state: State) -> int:
    """The go that is not settled yet, 0 for none."""
    return state.turn.go if state.turn is not None and not state.turn.done else 0


def _void(state: State, records: list[Record], which: Ask) -> list[Offer]:
    in_hand = _in_hand(state)
    left = [one for one in records if one.go != in_hand]
    if not left:
        return []
    ask = Ask("record", "choice", which.label, _choices(state, left))
    label = Text("事后作废一题", "Void a settled question")
    command = c.VoidQuestion(left[0].seq, REASON)
    return [Offer("void_question", command, label, "", "danger", asks=(ask, BY_ASK, REASON_ASK))]


def _another(state: State, record: Record) -> str:
    if record.result == "marks":
        return "marks"
    if record.result != "void":
        return "void"
    return "wrong" if record.seat is not None else "unanswered"


def _part(state: State, record: Record) -> int | None:
    """An example of another mark; None where a ruling takes no points."""
    if not isinstance(state.rulebook.round_at(record.round_index), Scenario) or record.result != "marks":
        return None
    return record.points_cp - 1 if record.points_cp else 1


def _choices(state: State, records: list[Record]) -> tuple[Choice, ...]:
    found = []
    for record in records:
        rules = state.rulebook.round_at(record.round_index)
        assert rules is not None
        who = f"{record.seat} 号 {state.rulebook.contestant(record.seat).name}" if record.seat else "—"
        result, points = RESULTS[record.result], signed(record.points_cp) if record.points_cp else "0"
        zh = f"{rules.title.zh} 第 {record.position} 题 · {who} · {result.zh} {points}"
        en = f"{rules.title.en} {record.position} · {who} · {result.en} {points}"
        found.append(Choice(record.seq, Text(zh, en)))
    return tuple(found)
