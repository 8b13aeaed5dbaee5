"""Published finals played by their own figures: which ties are broken, and how.

Each test is named after the case whose rule it plays.
"""

from __future__ import annotations

import pytest

from server.game import commands as c
from server.game.round_rules import BuzzIn, TieBreak
from tests.game.cases import NAME, answered, opened, places, scored
from tests.game.play import Play


def tied(changes: tuple[int, ...], rules: TieBreak) -> Play:
    """The tie-break for the lowest place that matters has begun."""
    play = scored(changes, tie_break=rules)
    play.do(c.StartTieBreak())
    assert play.state.round_index == len(play.state.rulebook.rounds)
    return play


def tied_seats(play: Play) -> tuple[int, ...]:
    assert play.state.tie is not None
    return play.state.tie.seats


ADVANCE = TieBreak(NAME, matters="cut", top=3, method="sudden_death")


def test_s301_only_a_tie_that_decides_who_advances_is_broken() -> None:
    for changes in ((20, 20, 20, 10, 0), (30, 20, 10, 0, 0), (30, 20, 20, 10, 10)):
        scored(changes, tie_break=ADVANCE).refused(c.StartTieBreak())
    play = tied((30, 20, 10, 10, 10), ADVANCE)
    assert tied_seats(play) == (3, 4, 5)
    play.do(c.Present(), c.Arm())
    assert play.state.buzz.eligible == (3, 4, 5), "the boxes of the others stay dark"


def test_s301_sudden_death_the_first_right_answer_wins() -> None:
    play = tied((30, 20, 10, 10, 0), ADVANCE)
    before = play.scores()
    play.do(c.Present())
    answered(play, 4, "right")
    assert play.state.tie is None or play.state.tie.over
    assert (places(play)[4], places(play)[3]) == (3, 4)
    assert play.scores() == before, "points of a tie-break decide places and are not in the score"
    play.refused(c.StartTieBreak())


def test_s301_sudden_death_the_first_wrong_answer_is_out() -> None:
    play = tied((30, 20, 10, 10, 10), ADVANCE)
    play.do(c.Present())
    answered(play, 4, "wrong")
    assert places(play)[4] == 5
    play.do(c.StartTieBreak(), c.Present(), c.Arm())
    assert play.state.buzz.eligible == (3, 5), "the two others go on"
    play.do(c.CancelArming())
    answered(play, 5, "wrong")
    assert (places(play)[3], places(play)[5], places(play)[4]) == (3, 4, 5)
    play.refused(c.StartTieBreak())


def test_s301_nobody_presses_and_another_question_follows() -> None:
    play = tied((30, 20, 10, 10, 0), ADVANCE)
    play.do(c.Present())
    opened(play)
    play.verdict("nobody", ())
    play.do(c.Rule("unanswered"))
    assert places(play)[3] == places(play)[4] == 3
    play.do(c.Present())
    answered(play, 3, "right")
    assert (places(play)[3], places(play)[4]) == (3, 4)


def test_s266_only_the_top_two_are_broken() -> None:
    rules = TieBreak(NAME, matters="places", top=2)
    scored((30, 20, 10, 10, 10), tie_break=rules).refused(c.StartTieBreak())
    second = tied((30, 20, 20, 10, 10), rules)
    assert tied_seats(second) == (2, 3)
    first = tied((30, 30, 20, 10, 10), rules)
    assert tied_seats(first) == (1, 2)


def test_z_ten_point_questions() -> None:
    rules = TieBreak(NAME, method="questions", questions=3, buzz=BuzzIn(NAME, right_cp=1000, wrong_cp=0))
    play = tied((30, 20, 20, 10, 0), rules)
    before = play.scores()
    for seat in (2, 3, 3):
        play.do(c.Present(), c.Arm())
        assert play.state.buzz.eligible == (2, 3)
        play.do(c.CancelArming())
        answered(play, seat, "right")
    assert (places(play)[3], places(play)[2]) == (2, 3), "two right answers to one"
    assert play.scores() == before


def in_turn(play: Play, *results: str) -> None:
    """The tied answer one after the other."""
    for result in results:
        play.do(c.CallTurn(), c.Present(), c.StartClock(), c.Rule(result))


def test_q_a_risk_question_each_right_or_wrong_by_its_value() -> None:
    rules = TieBreak(NAME, method="in_turn", questions=1, right_cp=2000, wrong_cp=-2000, seconds=60)
    play = tied((30, 20, 20, 10, 0), rules)
    in_turn(play, "right", "right")
    assert places(play)[2] == places(play)[3] == 2, "level again: another pass"
    in_turn(play, "wrong", "right")
    assert (places(play)[3], places(play)[2]) == (2, 3)
    assert play.scores() == [130, 120, 120, 110, 100]


def test_the_default_breaks_every_tie_from_the_lowest_place_up() -> None:
    play = tied((20, 20, 10, 0, 0), TieBreak(NAME))
    assert tied_seats(play) == (4, 5)
    play.do(c.Present())
    answered(play, 5, "right")
    play.do(c.StartTieBreak())
    assert tied_seats(play) == (1, 2)
    play.do(c.Present())
    answered(play, 1, "wrong")
    assert places(play) == {2: 1, 1: 2, 3: 3, 5: 4, 4: 5}
    play.refused(c.StartTieBreak())


@pytest.mark.parametrize("how", ["draw", "chief"])
def test_a_tie_that_never_ends_is_settled_as_the_rulebook_says(how: str) -> None:
    rules = TieBreak(NAME, method="in_turn", questions=1, limit=2, then=how)
    play = tied((30, 20, 20, 10, 0), rules)
    play.refused(c.SettlePlaces(how, (3, 2) if how == "chief" else ()))
    in_turn(play, "right", "right", "wrong", "wrong")
    play.refused(c.CallTurn())
    play.refused(c.SettlePlaces("draw") if how == "chief" else c.SettlePlaces("chief", (3, 2)))
    if how == "draw":
        play.do(c.SettlePlaces("draw"))
        assert sorted(places(play)[seat] for seat in (2, 3)) == [2, 3]
    else:
        play.refused(c.SettlePlaces("chief", (3, 1)))
        play.do(c.SettlePlaces("chief", (3, 2)))
        assert (places(play)[3], places(play)[2]) == (2, 3)
    assert len(set(places(play).values())) == 5
