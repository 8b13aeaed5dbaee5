"""Each kind of round played by its own figures."""

from __future__ import annotations

import pytest

from server.game import commands as c
from server.game.events import PressSeen
from server.game.standings import standings

from .play import MARK_ITEMS, Play, S, book, rules


def test_compulsory_goes_round_in_seat_order_and_right_is_plus_ten() -> None:
    play = Play(book(rules("compulsory", turns=2)))
    play.do(c.StartRound())
    called = []
    for go in range(10):
        play.do(c.CallTurn())
        assert play.state.turn is not None
        called.append(play.state.turn.seat)
        play.do(c.Present(), c.StartClock())
        play.after(5).do(c.HoldClock(), c.Rule("right" if go % 2 == 0 else "wrong"), c.RevealAnswer())
    assert called == [1, 2, 3, 4, 5] * 2
    assert play.scores() == [110, 110, 110, 110, 110]
    assert "结束" in play.refused(c.CallTurn())


def test_a_clock_that_runs_out_says_so_and_waits_for_the_host() -> None:
    play = Play()
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    play.after(29.9)
    assert play.state.clock is not None and play.state.clock.state == "running"
    play.after(0.2)
    assert play.state.clock.state == "expired"
    play.do(c.Rule("timeout"))
    assert play.score(1) == 100
    assert play.state.turn is not None and play.state.turn.done


def test_a_held_clock_goes_on_with_what_was_left() -> None:
    play = Play()
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    play.after(12).do(c.HoldClock())
    play.after(100).do(c.ResumeClock())
    clock = play.state.clock
    assert clock is not None and clock.deadline_ns - play.now_ns == 18 * S


def scenario() -> Play:
    play = Play(book(rules("scenario")))
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    return play


def test_scenario_drops_highest_and_lowest_and_takes_the_mean_to_a_hundredth() -> None:
    play = scenario()
    totals = {1: (400, 600, 1000), 2: (300, 500, 800), 3: (350, 500, 850), 4: (300, 550, 800), 5: (0, 50, 0)}
    for judge, marks_cp in totals.items():
        play.do(c.SubmitMarks(judge, marks_cp))
    play.do(c.CloseMarking(), c.RevealMarks())
    # 20, 16, 17, 16.5 and 0.5: the middle three are 16, 17, 16.5
    turn = play.state.turn
    assert turn is not None and turn.mark_cp == 1650
    assert [(mark.judge, mark.dropped) for mark in turn.board] == [
        (1, "high"),
        (2, None),
        (3, None),
        (4, None),
        (5, "low"),
    ]
    assert play.score(1) == 116.5


def test_a_judge_may_correct_until_the_marking_is_closed() -> None:
    play = scenario()
    play.do(
        c.SubmitMarks(1, (100, 100, 100)),
        c.SubmitMarks(1, (200, 200, 200)),
        c.SubmitMarks(2, (200, 200, 200)),
    )
    play.do(c.CloseMarking())
    assert "结束" in play.refused(c.SubmitMarks(1, (400, 600, 1000)))
    play.do(c.RevealMarks())
    assert play.score(1) == 106


@pytest.mark.parametrize("marks_cp", [(401, 0, 0), (425, 0, 0), (450, 0, 0), (0, 0), (-50, 0, 0), (10, 0, 0)])
def test_marks_that_are_not_on_the_sheet_are_refused(marks_cp: tuple[int, ...]) -> None:
    play = scenario()
    assert sum(item.max_cp for item in MARK_ITEMS) == 2000
    play.refused(c.SubmitMarks(1, marks_cp))
    play.refused(c.SubmitMarks(9, (0, 0, 0)))


def test_marking_needs_at_least_one_sheet() -> None:
    assert "没有评委" in scenario().refused(c.CloseMarking())


def buzz() -> Play:
    play = Play(book(rules("buzz_in", questions=3)))
    play.do(c.StartRound(), c.Present())
    return play


def test_the_first_press_has_the_floor_and_its_ruling_counts() -> None:
    play = buzz()
    play.do(c.Arm())
    play.after(1).do(c.Open())
    play.after(1)
    play.press(3, (5, 800), (1, 40_000))
    turn = play.state.turn
    assert turn is not None and (turn.buzz.winner, turn.buzz.lead_ns) == (3, 800_000)
    assert play.state.clock is not None and play.state.clock.purpose == "begin"
    play.after(2).do(c.Begin(), c.Rule("wrong"))
    assert play.scores() == [100, 100, 90, 100, 100]


def test_a_foul_costs_ten_and_the_others_go_on() -> None:
    play = buzz()
    play.do(c.Arm())
    play.foul(5)
    assert play.score(5) == 90
    play.foul(5)
    assert play.score(5) == 90, "one foul a question"
    play.do(c.Open())
    assert 5 not in play.state.buzz.eligible
    play.press(2)
    play.do(c.Rule("right"))
    assert play.scores() == [100, 110, 100, 100, 90]


def test_nobody_presses_and_the_question_is_void() -> None:
    play = buzz()
    play.do(c.Arm(), c.Open())
    play.after(16)
    assert play.state.clock is not None and play.state.clock.state == "running", (
        "the timing core says when it is over"
    )
    play.verdict("nobody", ())
    play.do(c.Rule("unanswered"))
    assert play.scores() == [100] * 5


def test_too_close_to_call_lets_only_the_tied_press_again() -> None:
    play = buzz()
    play.do(c.Arm(), c.Open())
    play.verdict("too_close", (2, 4))
    assert "不能裁定" in play.refused(c.Rule("right"))
    play.do(c.Arm())
    assert play.state.buzz.eligible == (2, 4)


@pytest.mark.parametrize("end", ["cancel", "core", "reboot", "nobody", "undo"])
def test_only_the_tied_press_again_however_their_arming_ends(end: str) -> None:
    play = buzz()
    play.do(c.Arm(), c.Open())
    play.verdict("too_close", (1, 2))
    play.do(c.Arm())
    match end:
        case "cancel":
            play.do(c.CancelArming())
        case "core":
            play.do(c.ReportCore("another"))
        case "reboot":
            play.do(c.StartSession("boot-2", 0, True))
        case "nobody":
            play.do(c.Open())
            play.verdict("nobody", ())
        case "undo":
            play.foul(1)
            play.do(c.Open())
            play.press(2)
            play.do(c.Undo(), c.Undo())
    play.do(c.Arm())
    assert play.state.buzz.eligible == (1, 2)


def test_an_order_that_the_core_refuses_interrupts_the_arming() -> None:
    play = buzz()
    play.do(c.Arm(), c.Open(), c.ReportRefusal("another"))
    arming = play.state.buzz.arming
    assert arming is not None and play.state.buzz.phase == "open"
    play.do(c.ReportRefusal(arming))
    assert play.state.buzz.phase == "interrupted"


def test_presses_after_the_verdict_are_recorded_without_effect() -> None:
    play = buzz()
    play.do(c.Arm(), c.Open())
    arming = play.state.buzz.arming
    assert arming is not None
    play.press(3)
    play.foul(4, arming)
    assert play.score(4) == 100
    assert [(press.seat, press.status) for press in play.state.buzz.order] == [(3, "first"), (4, "foul")]


def test_a_report_for_another_arming_never_reaches_the_question_in_hand() -> None:
    play = buzz()
    play.do(c.Arm())
    old = play.state.buzz.arming
    play.do(c.CancelArming(), c.Arm(), c.Open())
    assert old is not None and old != play.state.buzz.arming
    before = play.state
    play.do(c.ReportVerdict(old, "winner", (4,), None, None, (), {}), c.ReportFoul(old, 2, 5))
    assert play.state is before


def test_the_margin_comes_with_the_second_press_when_the_verdict_was_final_before() -> None:
    play = buzz()
    play.do(c.Arm(), c.Open())
    play.press(3)
    arming = play.state.buzz.arming
    assert arming is not None and play.state.buzz.lead_ns is None
    play.do(c.ReportLatePress(arming, PressSeen(5, 9_000_000, 20_000, "after")))
    play.do(c.ReportLatePress(arming, PressSeen(1, 4_000_000, 20_000, "locked_out")))
    play.do(c.ReportLatePress(arming, PressSeen(2, 7_000_000, 20_000, "after")))
    buzz_now = play.state.buzz
    assert (buzz_now.winner, buzz_now.lead_ns, buzz_now.lead_uncertainty_ns) == (3, 7_000_000, 20_000), (
        "the nearest, whichever came first"
    )
    assert [press.seat for press in buzz_now.order] == [3, 1, 2, 5]


def test_a_verdict_counts_once() -> None:
    play = buzz()
    play.do(c.Arm(), c.Open())
    arming = play.state.buzz.arming
    assert arming is not None
    play.press(3)
    before = play.state
    play.do(c.ReportVerdict(arming, "winner", (1,), None, None, (), {}))
    assert play.state is before


def test_a_new_timing_core_interrupts_a_live_arming() -> None:
    play = buzz()
    play.do(c.ReportCore("one"), c.Arm(), c.Open(), c.ReportCore("one"))
    assert play.state.buzz.phase == "open"
    play.do(c.ReportCore("two"))
    assert play.state.buzz.phase == "interrupted"
    play.do(c.Arm())
    assert play.state.buzz.phase == "armed"


def test_risk_goes_from_low_to_high_and_moves_the_value_chosen() -> None:
    play = Play(book(rules("compulsory", turns=1), rules("risk")))
    play.do(c.StartRound())
    for result in ("right", "wrong", "right", "wrong", "right"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    play.do(c.StartRound())
    assert play.state.order == (2, 4, 1, 3, 5)
    play.do(c.CallTurn())
    assert "分值" in play.refused(c.Present(40))
    play.do(c.Present(30), c.StartClock(), c.Rule("wrong"))
    play.do(c.CallTurn(), c.Present(20), c.Rule("right"))
    play.do(c.CallTurn(), c.Rule("declined"))
    play.do(c.CallTurn(), c.Present(10), c.Rule("timeout"))
    play.do(c.CallTurn(), c.Present(10), c.Rule("void"))
    assert play.scores() == [110, 70, 100, 120, 110]


def test_equal_scores_share_a_place() -> None:
    play = Play(book(rules("compulsory", turns=1)))
    play.do(c.StartRound())
    for result in ("right", "wrong", "right", "wrong", "wrong"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    assert [(row.place, row.seat, row.shared) for row in standings(play.state)] == [
        (1, 1, True),
        (1, 3, True),
        (3, 2, True),
        (3, 4, True),
        (3, 5, True),
    ]
    play.do(c.Show("final"), c.RevealPlace())
    assert [(place.place, place.seats) for place in play.state.places] == [(3, (2, 4, 5))]
    play.do(c.RevealPlace())
    assert "全部公布" in play.refused(c.RevealPlace())


def test_no_final_before_the_last_round_is_over() -> None:
    play = Play(book(rules("compulsory", turns=1)))
    assert "环节" in play.refused(c.Show("final"))
    play.do(c.StartRound(), c.CallTurn(), c.Present())
    assert "裁定" in play.refused(c.Show("scoreboard"))
