"""Published finals played by their own figures: the buzz-in rounds, with all their openings, waits and fouls.

Each test is named after the case whose rule it plays.
"""

from __future__ import annotations

import pytest

from server.game import commands as c
from server.game.round_rules import BuzzIn
from tests.game.cases import (
    NAME,
    answered,
    begun,
    buzzing,
    clock_of,
    last_arming,
    machine_says,
    open_for_s,
    opened,
    turn_of,
)
from tests.game.play import Play, S

# -- what an answer is worth ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "right", "wrong"), [("usual", 10, -10), ("s403", 20, -20), ("z", 20, -10)])
def test_what_a_buzz_in_answer_is_worth(case: str, right: int, wrong: int) -> None:
    play = begun(BuzzIn(NAME, right_cp=100 * right, wrong_cp=100 * wrong))
    for seat, result in ((2, "right"), (4, "wrong"), (5, "timeout"), (1, "void")):
        play.do(c.Present())
        answered(play, seat, result)
    assert play.scores() == [100, 100 + right, 100, 100 + wrong, 100 + wrong], case


def test_z_a_team_has_two_chances_at_most() -> None:
    play = begun(BuzzIn(NAME, right_cp=2000, wrong_cp=-1000, chances=2))
    for result in ("right", "wrong"):
        play.do(c.Present())
        answered(play, 3, result)
    assert play.score(3) == 110
    play.do(c.Present())
    opened(play)
    assert play.state.buzz.eligible == (1, 2, 4, 5), "both chances are spent, right or wrong"
    play.foul(3)
    assert play.score(3) == 110 and not play.state.buzz.fouls, "a press of that box is no foul either"


def test_z_a_win_that_was_taken_back_is_no_chance_spent() -> None:
    play = buzzing(BuzzIn(NAME, chances=1))
    opened(play).press(3)
    play.do(c.Undo(), c.Arm())
    assert 3 in play.state.buzz.eligible


# -- when the boxes open --------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["s266", "s301", "s403", "f"])
def test_boxes_open_on_the_hosts_word(case: str) -> None:
    play = buzzing(BuzzIn(NAME, opens="host"))
    play.refused(c.Open())
    play.do(c.Arm())
    play.after(20)
    assert play.state.buzz.phase == "armed" and play.state.clock is None, (
        f"{case}: the reading takes its time"
    )
    play.foul(2)
    play.do(c.Open())
    buzz = play.state.buzz
    assert buzz.open_ns is not None and 0 <= buzz.open_ns - play.now_ns < S // 2
    play.after(1).press(4)
    assert play.state.buzz.winner == 4


def test_w_boxes_open_after_three_two_one() -> None:
    play = buzzing(BuzzIn(NAME, opens="countdown", countdown_seconds=3))
    play.do(c.Arm(), c.Open())
    buzz = play.state.buzz
    assert buzz.open_ns == play.now_ns + 3 * S
    play.after(2)
    play.foul(5)
    assert play.score(5) == 90, "who presses while it counts is too early"
    play.after(2).press(1)
    assert play.state.buzz.winner == 1


@pytest.mark.parametrize("case", ["s330", "d", "n"])
def test_boxes_open_while_the_question_is_being_read(case: str) -> None:
    play = buzzing(BuzzIn(NAME, opens="reading", nobody_seconds=20))
    play.do(c.Arm())
    buzz = play.state.buzz
    assert buzz.phase == "open", case
    assert buzz.open_ns is not None and buzz.open_ns - play.now_ns < S // 2, "no press is too early"
    play.refused(c.Open())
    play.after(2).press(3)
    assert play.state.buzz.winner == 3
    play.do(c.Undo())
    assert play.state.buzz.phase == "idle" and play.state.buzz.winner is None


# -- what the winner must do ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "begin", "finish"), [("n", 5, 30), ("w", 10, 30)])
def test_the_winner_must_begin_in_time_and_then_finish_in_time(case: str, begin: int, finish: int) -> None:
    play = buzzing(BuzzIn(NAME, begin_seconds=begin, finish_seconds=finish))
    opened(play).press(2)
    clock = clock_of(play)
    assert (clock.purpose, clock.total_ns) == ("begin", begin * S), case
    play.after(begin - 1).do(c.Begin())
    clock = clock_of(play)
    assert (clock.purpose, clock.left_ns(play.now_ns)) == ("finish", finish * S)
    play.after(finish)
    assert clock_of(play).state == "expired"
    play.do(c.Rule("timeout"))
    assert play.score(2) == 90, "too late is wrong"


@pytest.mark.parametrize(("case", "begin"), [("n", 5), ("w", 10)])
def test_a_winner_who_does_not_begin_in_time_is_late(case: str, begin: int) -> None:
    play = buzzing(BuzzIn(NAME, begin_seconds=begin))
    opened(play).press(2)
    play.after(begin)
    assert (clock_of(play).purpose, clock_of(play).state) == ("begin", "expired"), case
    play.do(c.Rule("timeout"))
    assert play.score(2) == 90


@pytest.mark.parametrize(("case", "seconds"), [("s266", 10), ("s301", 60), ("s403", 60)])
def test_the_winner_must_answer_within_one_time(case: str, seconds: int) -> None:
    play = buzzing(BuzzIn(NAME, begin_seconds=0, finish_seconds=seconds))
    opened(play).press(2)
    clock = clock_of(play)
    assert (clock.purpose, clock.state, clock.total_ns) == ("finish", "running", seconds * S), case
    play.refused(c.Begin())
    play.after(seconds)
    assert clock_of(play).state == "expired"


# -- nobody presses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "seconds"), [("s330", 3), ("o", 20)])
def test_nobody_presses_and_the_question_is_void(case: str, seconds: int) -> None:
    play = buzzing(BuzzIn(NAME, nobody_seconds=seconds, nobody_then="void"))
    opened(play)
    assert open_for_s(play) == seconds, case
    play.verdict("nobody", ())
    play.refused(c.PassToAudience())
    play.do(c.Rule("unanswered"))
    assert turn_of(play).done and play.scores() == [100] * 5
    play.do(c.Present())


def test_s403_nobody_presses_for_15_s_and_it_goes_to_the_audience() -> None:
    play = buzzing(BuzzIn(NAME, nobody_seconds=15, nobody_then="audience"))
    opened(play)
    assert open_for_s(play) == 15
    play.refused(c.PassToAudience())
    play.verdict("nobody", ())
    play.do(c.PassToAudience())
    assert play.state.buzz.phase == "audience" and not turn_of(play).done
    play.refused(c.Arm())
    play.do(c.Rule("audience"), c.RevealAnswer())
    assert turn_of(play).done and play.scores() == [100] * 5, "what the hall says scores for nobody"


# -- after a wrong answer -------------------------------------------------------------------------------------


def test_s330_the_others_may_press_again_until_nobody_is_left() -> None:
    play = buzzing(BuzzIn(NAME, opens="reading", tries=0, then="close"))
    left = [1, 2, 3, 4, 5]
    for seat in (3, 1, 5, 2):
        answered(play, seat, "wrong")
        left.remove(seat)
        assert not turn_of(play).done
        play.do(c.Arm())
        assert play.state.buzz.eligible == tuple(left)
        play.do(c.CancelArming())
    answered(play, 4, "wrong")
    assert turn_of(play).done and play.scores() == [90] * 5
    play.refused(c.Arm())


def test_s330_a_right_answer_of_another_ends_it() -> None:
    play = buzzing(BuzzIn(NAME, opens="reading", tries=0))
    answered(play, 3, "wrong")
    answered(play, 5, "right")
    assert turn_of(play).done and play.scores() == [100, 100, 90, 100, 110]


def test_n_one_further_try() -> None:
    play = buzzing(BuzzIn(NAME, begin_seconds=5, tries=2, then="close"))
    answered(play, 1, "wrong")
    assert not turn_of(play).done
    answered(play, 2, "timeout")
    assert turn_of(play).done and play.scores() == [90, 90, 100, 100, 100]
    play.refused(c.Arm())


def test_s403_after_two_failures_to_the_audience() -> None:
    play = buzzing(BuzzIn(NAME, right_cp=2000, wrong_cp=-2000, tries=2, then="audience"))
    answered(play, 1, "wrong")
    assert play.state.buzz.phase != "audience"
    answered(play, 4, "wrong")
    assert play.state.buzz.phase == "audience" and not turn_of(play).done
    play.refused(c.Arm())
    play.do(c.Rule("audience"))
    assert turn_of(play).done and play.scores() == [80, 100, 100, 80, 100]


def test_w_a_wrong_answer_goes_to_the_audience_at_once() -> None:
    play = buzzing(BuzzIn(NAME, tries=1, then="audience"))
    answered(play, 2, "wrong")
    assert play.state.buzz.phase == "audience" and play.score(2) == 90
    play.do(c.Rule("audience"))
    assert turn_of(play).done


def test_the_default_closes_after_a_wrong_answer() -> None:
    play = buzzing(BuzzIn(NAME))
    answered(play, 2, "wrong")
    assert turn_of(play).done
    play.refused(c.Arm())


# -- foul presses ---------------------------------------------------------------------------------------------


def fouling(fouls_cp: tuple[int, ...], then: str) -> Play:
    """Armed, and seat 5 was too early."""
    play = buzzing(BuzzIn(NAME, fouls_cp=fouls_cp, foul_then=then))
    play.do(c.Arm())
    play.foul(5)
    return play


def test_s301_foul_costs_ten_and_voids_the_question() -> None:
    play = fouling((-1000,), "void")
    turn = turn_of(play)
    assert play.score(5) == 90
    assert turn.done and turn.ruling is not None and turn.ruling.result == "void"
    before = play.state
    machine_says(play, last_arming(play), 2)
    assert play.state is before, "presses that are still on their way change nothing"
    play.refused(c.Open())
    play.do(c.Undo())
    assert play.score(5) == 100 and not turn_of(play).done, "one undo takes all of it back"
    play.do(c.Arm())
    assert play.state.buzz.eligible == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("case", ["s266", "k"])
def test_a_foul_costs_ten_and_the_others_go_on(case: str) -> None:
    play = fouling((-1000,), "others")
    assert play.score(5) == 90, case
    play.do(c.Open())
    assert play.state.buzz.eligible == (1, 2, 3, 4)
    play.after(1).press(2)
    play.do(c.Rule("right"))
    assert play.scores() == [100, 110, 100, 100, 90]


def test_s403_first_foul_loses_the_question_and_the_second_costs_twenty() -> None:
    play = fouling((0, -2000), "others")
    assert play.score(5) == 100 and not play.state.entries, "the first costs nothing"
    play.do(c.Open())
    assert 5 not in play.state.buzz.eligible, "but the question"
    play.after(1).press(1)
    play.do(c.Rule("right"), c.Present(), c.Arm())
    assert 5 in play.state.buzz.eligible
    play.foul(4)
    assert play.score(4) == 100, "each is counted for itself"
    play.foul(5)
    assert play.score(5) == 80
    play.do(c.Open())
    play.after(1).press(2)
    play.do(c.Rule("right"), c.Present(), c.Arm())
    play.foul(5)
    assert play.score(5) == 60, "further ones cost what the last one does"


def test_f_foul_costs_ten_and_only_that_press_is_void() -> None:
    play = fouling((-1000,), "press")
    assert play.score(5) == 90
    play.do(c.CancelArming(), c.Arm(), c.Open())
    assert play.state.buzz.eligible == (1, 2, 3, 4, 5)
    play.after(1).press(5)
    play.do(c.Rule("right"))
    assert play.score(5) == 100


def test_w_foul_costs_ten_and_the_question_goes_to_the_audience() -> None:
    play = fouling((-1000,), "audience")
    assert play.score(5) == 90
    assert play.state.buzz.phase == "audience" and not turn_of(play).done
    play.refused(c.Open())
    play.refused(c.Arm())
    before = play.state
    machine_says(play, last_arming(play), 2)
    assert play.state is before
    play.do(c.Rule("audience"))
    assert turn_of(play).done and play.scores() == [100, 100, 100, 100, 90]


def test_c_a_foul_costs_nothing_the_machine_blocks_it() -> None:
    play = fouling((0,), "others")
    assert play.scores() == [100] * 5 and not play.state.entries
    assert [foul.seat for foul in play.state.buzz.fouls] == [5], "it is shown all the same"
    play.do(c.Open())
    assert 5 not in play.state.buzz.eligible
    play.after(1).press(3)
    assert play.state.buzz.winner == 3
