"""Published finals played by their own figures: base, compulsory, scenario and risk rounds, judges, and the preset.

Each test is named after the case whose rule it plays; the buzz-in and tie-break cases have files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from server.contest.file import PRESET, read_contest
from server.game import commands as c
from server.game.round_rules import (
    BuzzIn,
    Compulsory,
    FormPoints,
    Risk,
    Scenario,
    ScoreSheet,
    SheetLine,
    TieBreak,
)
from tests.game.cases import NAME, begun, clock_of, contest, forms, scored, turn_of
from tests.game.play import Play

# -- base score -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["s266", "s301", "s407", "s453", "o", "z"])
def test_base_score_is_100(case: str) -> None:
    play = contest(Compulsory(NAME), base_cp=10_000)
    assert play.scores() == [100] * 5, case
    play.do(c.StartRound())
    assert play.scores() == [100] * 5, "nothing is scored before somebody answers"


# -- compulsory -----------------------------------------------------------------------------------------------


def test_most_cases_right_is_plus_ten_and_wrong_costs_nothing() -> None:
    play = begun(Compulsory(NAME, turns=1, right_cp=1000, wrong_cp=0))
    for result in ("right", "wrong", "timeout", "right", "void"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    assert play.scores() == [110, 100, 100, 110, 100]


def test_z_compulsory_right_is_plus_twenty() -> None:
    play = begun(Compulsory(NAME, turns=1, right_cp=2000))
    play.do(c.CallTurn(), c.Present(), c.Rule("right"), c.CallTurn(), c.Present(), c.Rule("wrong"))
    assert play.scores() == [120, 100, 100, 100, 100]


def test_f_compulsory_is_worth_ten_twenty_or_thirty_by_its_form() -> None:
    worth = (FormPoints("single", 1000), FormPoints("multiple", 2000), FormPoints("oral", 3000))
    play = forms(contest(Compulsory(NAME, turns=1, by_form=worth)), "single", "multiple", "oral", "oral")
    play.do(c.StartRound())
    for result in ("right", "right", "right", "wrong"):
        play.do(c.CallTurn(), c.Present(), c.Rule(result))
    assert play.scores() == [110, 120, 130, 100, 100]


@pytest.mark.parametrize(
    ("case", "seconds"), [("s266", 10), ("s301", 30), ("s403", 30), ("c", 30), ("d", 60), ("w", 60)]
)
def test_time_for_a_compulsory_answer(case: str, seconds: int) -> None:
    play = begun(Compulsory(NAME, seconds=seconds))
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    play.after(seconds - 0.1)
    assert clock_of(play).state == "running", case
    play.after(0.2)
    assert clock_of(play).state == "expired", case
    play.do(c.Rule("timeout"))
    assert play.score(1) == 100


@pytest.mark.parametrize("case", ["s403", "w"])
def test_a_team_mates_help_costs_ten(case: str) -> None:
    play = begun(Compulsory(NAME, help_cp=-1000))
    play.do(c.CallTurn())
    play.refused(c.UseHelp())
    play.do(c.Present(), c.StartClock(), c.UseHelp())
    assert play.score(1) == 90, case
    assert clock_of(play).state == "running", "the clock does not stand for it"
    play.refused(c.UseHelp())
    play.do(c.Rule("right"))
    assert play.score(1) == 100
    play.do(c.CallTurn(), c.Present(), c.UseHelp(), c.Undo())
    assert play.score(2) == 100


def test_help_is_refused_where_the_rulebook_has_none() -> None:
    play = begun(Compulsory(NAME))
    play.do(c.CallTurn(), c.Present())
    play.refused(c.UseHelp())


# -- when its clock starts ------------------------------------------------------------------------------------


def test_s403_clock_starts_when_the_reading_ends_and_answered_stops_it() -> None:
    play = begun(Compulsory(NAME, seconds=30, clock="reading"))
    play.do(c.CallTurn(), c.Present())
    play.after(25)
    assert play.state.clock is None, "the question is still being read"
    play.do(c.StartClock())
    play.after(18).do(c.HoldClock())
    play.after(60)
    clock = clock_of(play)
    assert (clock.state, clock.remaining_ns) == ("held", 12_000_000_000), "回答完毕"
    play.do(c.Rule("right"))
    assert play.score(1) == 110


def test_s266_clock_starts_on_the_hosts_word() -> None:
    play = begun(Compulsory(NAME, seconds=10, clock="host"))
    play.do(c.CallTurn(), c.Present())
    play.after(40)
    assert play.state.clock is None, "not before 开始答题"
    play.do(c.StartClock())
    play.after(10)
    assert clock_of(play).state == "expired"


def test_a_clock_that_comes_with_the_question() -> None:
    play = begun(Compulsory(NAME, seconds=30, clock="shown"))
    play.do(c.CallTurn(), c.Present())
    clock = clock_of(play)
    assert (clock.purpose, clock.state, clock.left_ns(play.now_ns)) == ("answer", "running", 30_000_000_000)
    play.do(c.Undo())
    assert play.state.clock is None and turn_of(play).question is None, "one step brought both"


# -- who gets which question ----------------------------------------------------------------------------------


def called(play: Play, goes: int) -> list[int | None]:
    """The seats that are called, one after the other."""
    seats = []
    for _ in range(goes):
        play.do(c.CallTurn(), c.Present(), c.Rule("wrong"))
        seats.append(turn_of(play).seat)
    return seats


def test_most_cases_one_question_each_in_seat_order_several_turns() -> None:
    play = begun(Compulsory(NAME, turns=3))
    assert called(play, 15) == [1, 2, 3, 4, 5] * 3
    play.refused(c.CallTurn())


def test_s301_the_contestant_picks_a_number() -> None:
    play = begun(Compulsory(NAME, turns=2, pick="number", pool=12))
    play.do(c.CallTurn())
    play.refused(c.Present())
    play.refused(c.Present(number=13))
    play.do(c.Present(number=7))
    seventh = turn_of(play).question
    assert turn_of(play).number == 7 and seventh is not None
    play.do(c.Rule("right"), c.CallTurn())
    play.refused(c.Present(number=7))
    play.do(c.Present(number=12))
    twelfth = turn_of(play).question
    assert twelfth is not None and twelfth != seventh
    play.do(c.Undo(), c.Present(number=12))
    assert turn_of(play).question == twelfth, "a number is a question, whoever takes it and whenever"


def test_four_of_n_each_off_a_board_of_ones_own() -> None:
    play = begun(Compulsory(NAME, turns=4, pick="choose", pool=6, in_a_row=True), seats=3)
    seen = set()
    for seat, numbers in ((1, (6, 1, 3, 2)), (2, (6, 5, 4, 1)), (3, (2, 3, 4, 5))):
        for number in numbers:
            play.do(c.CallTurn())
            assert turn_of(play).seat == seat
            play.do(c.Present(number=number), c.Rule("right"))
            question = turn_of(play).question
            assert question is not None
            seen.add(question.id)
        assert play.score(seat) == 140
    assert len(seen) == 12, "no question comes twice"
    play.refused(c.CallTurn())


# -- scenario, judges -----------------------------------------------------------------------------------------

THREE_FIVES = ScoreSheet((SheetLine("问候", 500), SheetLine("判断", 500), SheetLine("解决", 500)))


def marked(play: Play, totals: Mapping[int, tuple[int, ...]]) -> Play:
    """The scenario in hand is marked, closed and revealed; marks in hundredths, a line each."""
    for judge, marks_cp in totals.items():
        play.do(c.SubmitMarks(judge, marks_cp))
    play.do(c.CloseMarking(), c.RevealMarks())
    return play


def test_s453_scenario_of_15_trimmed_mean_to_a_whole_number_and_the_chief_settles_disputes() -> None:
    rules = Scenario(NAME, seconds=60, max_cp=1500, drop=1, round_to_cp=100, sheet=THREE_FIVES)
    play = begun(rules)
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    play.after(59.9)
    assert (clock_of(play).purpose, clock_of(play).state) == ("perform", "running")
    play.after(0.1)
    assert clock_of(play).state == "expired"
    sheets = {
        1: (500, 0, 500),
        2: (450, 450, 400),
        3: (450, 450, 450),
        4: (500, 450, 450),
        5: (500, 500, 500),
    }
    marked(play, sheets)
    # 10, 13, 13.5, 14 and 15: without the lowest and the highest the mean is 13.5, half up 14.
    turn = turn_of(play)
    assert turn.mark_cp == 1400 and play.score(1) == 114
    assert {mark.judge: mark.dropped for mark in turn.board if mark.dropped} == {1: "low", 5: "high"}
    record = play.state.records[-1].seq
    play.do(c.ChangeRuling(record, "marks", "一处要点漏计", "裁判长", points_cp=1500))
    assert play.score(1) == 115, "the chief judge has the last word"
    assert play.state.entries[-1].cause == "correction"


def test_w_scenario_of_20_in_two_minutes_part_marks_and_no_deduction() -> None:
    play = begun(Scenario(NAME, seconds=120, max_cp=2000))
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    assert clock_of(play).left_ns(play.now_ns) == 120_000_000_000
    play.refused(c.SubmitMarks(1, (-100, 0, 0)))
    play.refused(c.SubmitMarks(1, (400, 600, 1050)))
    marked(play, {1: (400, 300, 550), 2: (400, 300, 550), 3: (400, 300, 550)})
    assert play.score(1) == 112.5
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    marked(play, {1: (0, 0, 0), 2: (0, 0, 0), 3: (0, 0, 0)})
    assert play.score(2) == 100, "nothing said, nothing lost"


@pytest.mark.parametrize("case", ["s403", "q"])
def test_a_judge_does_not_mark_a_contestant_of_the_judges_own_unit(case: str) -> None:
    play = contest(Scenario(NAME), judges=("组委会", "单位1", "质检部", "鉴定中心", "用户代表"))
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    play.refused(c.SubmitMarks(2, (400, 600, 1000)))
    low, high = (100, 100, 100), (200, 200, 200)
    marked(play, {1: low, 3: high, 4: high, 5: (400, 600, 1000)})
    turn = turn_of(play)
    assert turn.masked == (2,) and turn.missing == (), case
    assert [mark.judge for mark in turn.board] == [1, 3, 4, 5]
    assert play.score(1) == 106, "3 and 20 are left out, 6 and 6 stay"
    play.do(c.CallTurn(), c.Present(), c.SubmitMarks(2, high), c.CloseMarking(), c.RevealMarks())
    assert turn_of(play).masked == () and turn_of(play).missing == (1, 3, 4, 5)
    assert play.score(2) == 106, "the same judge marks a contestant of another unit"


@pytest.mark.parametrize("case", ["s403", "q"])
def test_the_committee_settles_a_dispute(case: str) -> None:
    play = begun(Compulsory(NAME))
    play.do(c.CallTurn(), c.Present(), c.Rule("wrong"))
    record = play.state.records[-1].seq
    play.do(c.ChangeRuling(record, "right", "申诉成立", "仲裁委员会"))
    assert play.score(1) == 110, case
    notice = play.state.notice
    assert notice is not None and (notice.by, notice.reason) == ("仲裁委员会", "申诉成立")


# -- risk -----------------------------------------------------------------------------------------------------

VALUES = [
    ("o", (10, 20, 30)),
    ("s301", (10, 30, 50)),
    ("s266", (20, 40, 60)),
    ("s403", (20, 40, 60)),
    ("f", (20, 40, 60)),
    ("s407", (30, 40)),
]


@pytest.mark.parametrize(("case", "values"), VALUES)
def test_risk_moves_the_value_that_was_chosen(case: str, values: tuple[int, ...]) -> None:
    rules = Risk(NAME, values_cp=tuple(100 * value for value in values), order="seat")
    for value in values:
        play = begun(rules)
        play.do(c.CallTurn())
        play.refused(c.Present())
        play.refused(c.Present(25))
        play.do(c.Present(value), c.Rule("right"))
        play.do(c.CallTurn(), c.Present(value), c.Rule("wrong"))
        play.do(c.CallTurn(), c.Present(value), c.Rule("timeout"))
        play.do(c.CallTurn(), c.Present(value), c.Rule("void"))
        assert play.scores() == [100 + value, 100 - value, 100 - value, 100, 100], case


@pytest.mark.parametrize(("case", "seconds"), [("s266", 30), ("s301", 120)])
def test_time_for_a_risk_answer(case: str, seconds: int) -> None:
    play = begun(Risk(NAME, seconds=seconds))
    play.do(c.CallTurn(), c.Present(20), c.StartClock())
    play.after(seconds - 0.1)
    assert clock_of(play).state == "running", case
    play.after(0.1)
    assert clock_of(play).state == "expired"


@pytest.mark.parametrize(("case", "values"), [("o", (10, 20, 30)), ("s407", (30, 40))])
def test_a_risk_question_may_be_declined(case: str, values: tuple[int, ...]) -> None:
    play = begun(Risk(NAME, values_cp=tuple(100 * value for value in values), may_decline=True))
    play.do(c.CallTurn(), c.Rule("declined"))
    assert turn_of(play).done and play.score(1) == 100, case
    assert not play.state.used, "no question was spent"
    play.do(c.CallTurn(), c.Present(values[-1]))
    play.refused(c.Rule("declined"))


def test_s301_a_risk_question_must_be_taken() -> None:
    play = begun(Risk(NAME, values_cp=(1000, 3000, 5000), may_decline=False))
    play.do(c.CallTurn())
    play.refused(c.Rule("declined"))


@pytest.mark.parametrize(("result", "after"), [("right", 120), ("wrong", 80)])
def test_z_a_risk_question_may_be_assigned_to_a_rival(result: str, after: int) -> None:
    play = begun(Risk(NAME, order="seat", may_assign=True))
    play.do(c.CallTurn())
    play.refused(c.Assign(3))
    play.do(c.Present(20))
    play.refused(c.Assign(1))
    play.refused(c.Assign(6))
    play.do(c.Assign(3))
    assert (turn_of(play).seat, turn_of(play).assigned_by) == (3, 1)
    play.refused(c.Assign(4))
    play.do(c.StartClock(), c.Rule(result))
    assert play.scores() == [100, 100, after, 100, 100]
    play.do(c.CallTurn())
    assert turn_of(play).seat == 2, "the order of the round is not disturbed"


def test_without_that_rule_nobody_hands_a_question_on() -> None:
    play = begun(Risk(NAME))
    play.do(c.CallTurn(), c.Present(20))
    play.refused(c.Assign(3))


@pytest.mark.parametrize(
    ("case", "order", "seats"),
    [
        ("s301", "high_to_low", (3, 1, 4, 5, 2)),
        ("s403", "low_to_high", (2, 5, 1, 4, 3)),
        ("o", "reverse_seat", (5, 4, 3, 2, 1)),
    ],
)
def test_order_in_the_risk_round(case: str, order: str, seats: tuple[int, ...]) -> None:
    play = scored((20, 0, 30, 20, 10), Risk(NAME, order=order))
    play.do(c.StartRound())
    assert play.state.order == seats, f"{case}: seats 1 and 4 are level, the lower seat comes first"
    assert play.state.order == tuple(seat for seat in called_risk(play)), (
        "what was fixed at the start stays, though the scores change on the way"
    )


def called_risk(play: Play) -> list[int]:
    seats = []
    for _ in play.state.rulebook.seats:
        play.do(c.CallTurn(), c.Present(30), c.Rule("right"))
        seat = turn_of(play).seat
        assert seat is not None
        seats.append(seat)
    return seats


# -- the default preset: the last column of the table ---------------------------------------------------------


def test_the_default_preset_is_the_last_column() -> None:
    book = read_contest(PRESET)
    assert book.base_cp == 10_000
    compulsory, scenario, buzz, risk = book.rounds
    assert isinstance(compulsory, Compulsory) and isinstance(scenario, Scenario)
    assert isinstance(buzz, BuzzIn) and isinstance(risk, Risk)
    assert (compulsory.right_cp, compulsory.wrong_cp, compulsory.seconds) == (1000, 0, 30)
    assert (compulsory.clock, compulsory.order, compulsory.pick) == ("host", "seat", "drawn")
    assert (scenario.max_cp, scenario.seconds, scenario.drop, scenario.round_to_cp) == (2000, 120, 1, 1)
    assert scenario.mask_own_unit
    assert (buzz.right_cp, buzz.wrong_cp, buzz.opens) == (1000, -1000, "host")
    assert (buzz.begin_seconds, buzz.finish_seconds) == (10, 30)
    assert (buzz.nobody_seconds, buzz.nobody_then) == (15, "void")
    assert (buzz.tries, buzz.then) == (1, "close")
    assert (buzz.fouls_cp, buzz.foul_then) == ((-1000,), "others")
    assert (risk.values_cp, risk.seconds, risk.may_decline) == ((1000, 2000, 3000), 60, True)
    assert risk.order == "low_to_high"
    tie = book.tie_break
    assert isinstance(tie, TieBreak)
    assert (tie.matters, tie.top, tie.method) == ("places", 0, "sudden_death")
