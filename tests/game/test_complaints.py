"""What goes wrong on real stages, and cannot here: each complaint about the rules' part is a named test.

The whole list, with the tests of the other parts, stands in docs/complaints.md.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pytest

from buzzers.arbiter import Arbiter
from buzzers.press import Press
from buzzers.verdict import Verdict
from server.game import commands as c
from server.game.events import PressSeen
from server.game.fold import fold
from server.game.round_rules import BuzzIn, Compulsory, Risk, Scenario, TieBreak
from server.game.state import Buzz, State
from server.offers.offers import offers
from server.offers.tools import tools
from tests.game.cases import (
    NAME,
    answered,
    begun,
    buzzing,
    clock_of,
    contest,
    last_arming,
    machine_says,
    opened,
    scored,
    turn_of,
)
from tests.game.play import Play

# -- a late second press leaks into the next question ---------------------------------------------------------


@pytest.mark.parametrize("moment", ["shown", "armed", "open", "won"])
def test_a_late_second_press_never_reaches_the_next_question(moment: str) -> None:
    play = buzzing(BuzzIn(NAME))
    answered(play, 2, "right")
    last = last_arming(play)
    play.do(c.Present())
    if moment != "shown":
        play.do(c.Arm())
    if moment in ("open", "won"):
        play.do(c.Open())
        play.after(1)
    if moment == "won":
        play.press(3)
    before = play.state
    machine_says(play, last, 4)
    assert play.state is before, "no event, no change"


def test_a_late_press_of_the_same_question_never_reaches_its_next_arming() -> None:
    play = buzzing(BuzzIn(NAME, tries=0))
    answered(play, 2, "wrong")
    last = last_arming(play)
    opened(play)
    before = play.state
    machine_says(play, last, 4)
    assert play.state is before


# -- the wrong answerer presses again -------------------------------------------------------------------------


def test_the_wrong_answerer_cannot_press_again() -> None:
    play = buzzing(BuzzIn(NAME, tries=0))
    answered(play, 2, "wrong")
    play.do(c.Arm())
    assert 2 not in play.state.buzz.eligible
    play.foul(2)
    assert play.score(2) == 90, "pressing all the same is no foul"
    play.do(c.CancelArming(), c.Arm())
    assert 2 not in play.state.buzz.eligible, "however often the boxes are armed"
    play.do(c.CancelArming())
    answered(play, 1, "right")
    play.do(c.Present(), c.Arm())
    assert 2 in play.state.buzz.eligible, "for that question only"


def test_a_verdict_for_a_seat_that_may_not_press_gives_nobody_the_floor() -> None:
    play = buzzing(BuzzIn(NAME, tries=0))
    answered(play, 2, "wrong")
    opened(play).press(2)
    assert play.state.buzz.winner is None


def test_after_a_wrong_answer_the_others_can_press() -> None:
    play = buzzing(BuzzIn(NAME, tries=0))
    answered(play, 2, "wrong")
    assert offers(play.state)[0].command == c.Arm(), "the console says so"
    opened(play)
    assert play.state.buzz.live
    play.press(5)
    assert play.state.buzz.winner == 5


# -- mashing, a held-down button ------------------------------------------------------------------------------


@pytest.mark.parametrize("then", ["others", "press"])
def test_mashing_costs_one_foul_an_arming_and_wins_nothing(then: str) -> None:
    play = buzzing(BuzzIn(NAME, foul_then=then))
    play.do(c.Arm())
    for _ in range(20):
        play.foul(3)
    assert play.score(3) == 90 and len(play.state.buzz.fouls) == 1
    play.do(c.Open())
    play.after(1).press(4)
    arming = play.state.buzz.arming
    assert arming is not None
    before = (play.state.buzz.winner, play.scores())
    for lag in range(1, 20):
        play.do(c.ReportLatePress(arming, PressSeen(3, lag * 1_000_000, 1_000, "locked_out")))
        play.foul(3, arming)
    assert (play.state.buzz.winner, play.scores()) == before


def test_a_held_down_button_blocks_nobody() -> None:
    """It is one press, of the instant it went down: before the arming, so of no arming; the others win."""
    ms = 1_000_000

    def pressed(seat: int, at_ns: int) -> Press:
        return Press(seat, f"box{seat}", f"box{seat}/1", at_ns, 8_000, at_ns, 0, 1, "hardware")

    arbiter = Arbiter()
    arbiter.press(pressed(1, 100 * ms), 101 * ms)
    arbiter.arm("a1", (1, 2, 3), 5_000 * ms, 5_000 * ms)
    arbiter.open("a1", 6_000 * ms, 20_000 * ms, 5_500 * ms)
    found = arbiter.press(pressed(2, 6_300 * ms), 6_301 * ms)
    (verdict,) = [one for one in found if isinstance(one, Verdict)]
    assert (verdict.outcome, verdict.seats) == ("winner", (2,))


# -- the host forgets to re-arm and nobody can see it ---------------------------------------------------------


@pytest.mark.parametrize("end", ["shown", "cancelled", "interrupted", "undone", "wrong"])
def test_a_question_whose_boxes_are_not_armed_offers_to_arm_them_first(end: str) -> None:
    play = buzzing(BuzzIn(NAME, tries=0))
    match end:
        case "cancelled":
            play.do(c.Arm(), c.CancelArming())
        case "interrupted":
            play.do(c.ReportCore("one"), c.Arm(), c.Open(), c.ReportCore("two"))
        case "undone":
            opened(play).press(3)
            play.do(c.Undo())
        case "wrong":
            answered(play, 3, "wrong")
    assert not play.state.buzz.live
    first = offers(play.state)[0]
    assert (first.command, first.key) == (c.Arm(), "Space")


# -- undo does nothing; an undo freezes every other button ----------------------------------------------------


def whole_show() -> Play:
    return contest(
        Compulsory(NAME, turns=1),
        Scenario(NAME),
        BuzzIn(NAME, questions=2, tries=2),
        Risk(NAME),
        tie_break=TieBreak(NAME),
    )


def steps_of_a_show() -> list[Callable[[Play], object]]:
    """A show's way through all its rounds and a tie-break, one step after the other."""
    asked: list[c.Command] = [c.Show("lineup"), c.StartRound()]
    for result in ("right", "wrong", "timeout", "right", "void"):
        asked += [c.CallTurn(), c.Present(), c.StartClock(), c.HoldClock(), c.Rule(result), c.RevealAnswer()]
    asked += [c.Show("scoreboard"), c.StartRound()]
    for _ in range(5):
        asked += [c.CallTurn(), c.Present(), c.StartClock(), c.SubmitMarks(2, (100, 200, 300))]
        asked += [c.SubmitMarks(3, (100, 200, 400)), c.CloseMarking(), c.RevealMarks()]
    steps = [doing(command) for command in [*asked, c.StartRound(), c.Present(), c.Arm()]]
    steps += [lambda play: play.foul(5), doing(c.Open()), lambda play: play.press(3)]
    steps += [doing(command) for command in (c.Begin(), c.Rule("wrong"), c.Arm(), c.Open())]
    steps += [
        lambda play: play.verdict("too_close", (1, 2)),
        doing(c.SettleTie("draw")),
        doing(c.Rule("void")),
    ]
    asked = [c.Present(), c.Rule("void"), c.StartRound(), c.CallTurn(), c.Rule("declined")]
    for value in (10, 20, 30, 10):
        asked += [c.CallTurn(), c.Present(value), c.StartClock(), c.Rule("right")]
    asked += [c.SetScore(1, 20_000, "更正"), c.SetScore(2, 20_000, "更正"), c.StartTieBreak()]
    asked += [c.Present(), c.Arm(), c.Open()]
    steps += [doing(command) for command in asked]
    steps += [lambda play: play.press(1), doing(c.Rule("right"))]
    return [*steps, *(doing(c.RevealPlace()) if n else doing(c.Show("final")) for n in range(6))]


def doing(command: c.Command) -> Callable[[Play], object]:
    return lambda play: play.do(command)


def test_undo_takes_back_every_kind_of_step_or_says_why_not() -> None:
    play = whole_show()
    assert play.refused(c.Undo()), "where there is nothing to undo, it says so"
    for step in steps_of_a_show():
        before = play.state
        step(play)
        after = play.state
        if after.before is before.before:
            continue  # a judge's sheet, an opening: no step of its own
        twin = twin_of(play)
        twin.do(c.Undo())
        assert without_boxes(twin.state) == without_boxes(before)
        if twin.state.redo_what == "Armed":
            twin.refused(c.Redo())
            continue
        twin.do(c.Redo())
        live = after.buzz.live
        assert (without_boxes if live else seen)(twin.state) == (without_boxes if live else seen)(after)


def seen(state: State) -> State:
    """What stands, without the numbers that only grow, and without clocks, which have tests of their own."""
    return replace(state, seq=0, contest_ns=0, armings=0, timeline=(), clock=None)


def without_boxes(state: State) -> State:
    """The same but for an arming, which no undo brings back to life: the presses are gone, the host arms again."""
    state = seen(state)
    if state.turn is None:
        return state
    kept = Buzz(fouls=state.turn.buzz.fouls, among=state.turn.buzz.among)
    return replace(state, turn=replace(state.turn, buzz=kept))


def test_an_undo_freezes_no_other_button() -> None:
    """After an undo, wherever the show is, everything that the console offers can be done."""
    play = whole_show()
    for step in steps_of_a_show():
        step(play)
        undone = twin_of(play)
        undone.do(c.Undo())
        for offer in [*offers(undone.state), *tools(undone.state)]:
            twin_of(undone).do(offer.command)


def twin_of(play: Play) -> Play:
    """The same contest once more, to try something with."""
    twin = copy(play)
    twin.log = list(play.log)
    return twin


def test_an_undone_step_comes_back_whole() -> None:
    play = buzzing(BuzzIn(NAME))
    play.do(c.Arm())
    play.foul(5)
    play.do(c.Open())
    play.after(1).press(3)
    play.do(c.Rule("right"))
    ruled = play.state
    play.do(c.Undo(), c.Redo())
    assert (play.state.entries, play.state.turn) == (ruled.entries, ruled.turn)
    play.refused(c.Redo())
    play.do(c.Undo(), c.Rule("wrong"))
    play.refused(c.Redo())
    assert play.scores() == [100, 100, 90, 100, 90], "the foul stood through all of it"


# -- a correction clears something else -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["ruling", "credit", "void", "score"])
def test_a_correction_changes_what_it_corrects_and_nothing_else(what: str) -> None:
    play = begun(Compulsory(NAME, turns=2), BuzzIn(NAME))
    for result in ("right", "right", "wrong"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    record = play.state.records[1].seq
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    play.after(7)
    before = play.state
    corrections: dict[str, c.Command] = {
        "ruling": c.ChangeRuling(record, "wrong", "听错了"),
        "credit": c.CreditContestant(record, 4, "席位弄错了"),
        "void": c.VoidQuestion(record, "题目有误"),
        "score": c.SetScore(2, 10_000, "核对后更正"),
    }
    play.do(corrections[what])
    assert play.scores() == [110, 100, 100, 110 if what == "credit" else 100, 100]
    after = play.state
    assert after.turn is not None and before.turn is not None
    assert replace(after.turn, first_entry=0) == replace(before.turn, first_entry=0), "the go in hand stands"
    assert (after.clock, after.order, after.goes, after.used) == (
        before.clock,
        before.order,
        before.goes,
        before.used,
    )
    assert after.entries[: len(before.entries)] == before.entries[:], "nothing is deleted"
    assert {entry.cause for entry in after.entries[len(before.entries) :]} == {"correction"}
    play.do(c.HoldClock(), c.Rule("right"))
    play.do(c.Undo(), c.Undo(), c.Undo())
    assert play.scores() == [110, 110, 100, 100, 100], "and it is undone like any other step"


def test_a_score_can_simply_be_set_right() -> None:
    play = begun(Compulsory(NAME))
    play.do(c.CallTurn(), c.Present(), c.Rule("right"))
    play.refused(c.SetScore(1, 12_500, ""))
    play.refused(c.SetScore(9, 12_500, "没有这个席位"))
    play.do(c.SetScore(1, 12_550, "纸质记录为准", "裁判长"))
    assert play.scores() == [125.5, 100, 100, 100, 100]
    entry, notice = play.state.entries[-1], play.state.notice
    assert (entry.change_cp, entry.cause) == (1_550, "correction")
    assert notice is not None and (notice.reason, notice.by) == ("纸质记录为准", "裁判长")


# -- two operators, rehearsal ---------------------------------------------------------------------------------


def test_two_operators_who_rule_both_score_once() -> None:
    play = begun(Compulsory(NAME))
    play.do(c.CallTurn(), c.Present(), c.Rule("right"))
    play.refused(c.Rule("right"))
    play.refused(c.Rule("wrong"))
    assert play.score(1) == 110


def test_two_operators_who_undo_the_same_step_undo_it_once() -> None:
    play = begun(Compulsory(NAME))
    play.do(c.CallTurn(), c.Present(), c.Rule("right"))
    step = play.state.before_seq
    play.do(c.Undo(step))
    assert play.refused(c.Undo(step))
    assert play.score(1) == 100 and turn_of(play).question is not None


def test_the_scores_of_a_rehearsal_are_not_the_shows() -> None:
    """A rehearsal is a contest of its own from the first event: the show's begins with its own, and at the base."""
    play = scored((20, 10, 0, 0, 0))
    created = play.log[0]
    rehearsal = [replace(created, event=replace(created.event, rehearsal=True)), *play.log[1:]]  # type: ignore[type-var]
    assert fold(rehearsal).rehearsal and fold(rehearsal).entries
    show = fold([created])
    assert not show.rehearsal and not show.entries and show.goes == 0 and not show.used


def test_a_clock_that_was_stopped_stays_stopped() -> None:
    play = begun(Compulsory(NAME))
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    play.after(12).do(c.HoldClock())
    play.after(600)
    assert (clock_of(play).state, clock_of(play).remaining_ns) == ("held", 18_000_000_000)
