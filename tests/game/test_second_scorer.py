"""The second scorer against logs written by hand, whose results were reckoned by hand."""

from __future__ import annotations

import ast
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from tests import second_scorer
from tests.game.hand_written import BUZZ, COMPULSORY, RISK, SCENARIO, Log
from tests.second_scorer import Disagreement


def test_nobody_has_scored() -> None:
    result = Log(COMPULSORY).result()
    assert result.scores == {1: Fraction(100), 2: Fraction(100), 3: Fraction(100)}
    assert result.places == ((1, 1), (1, 2), (1, 3)) and result.changes == ()


def test_right_and_wrong_in_the_compulsory_round_and_places_that_are_shared() -> None:
    log = Log(COMPULSORY)
    log.ask(1)
    log.rule(1, "right", 1000)
    log.ask(2)
    log.rule(2, "wrong", 0)
    log.ask(3)
    log.rule(3, "timeout", 0)
    assert log.scores() == [11000, 10000, 10000]
    assert log.result().places == ((1, 1), (2, 2), (2, 3))
    log.ask(2)
    log.rule(2, "right", 1000)
    assert log.result().places == ((1, 1), (1, 2), (3, 3))


def test_a_timeout_has_a_price_of_its_own_and_a_form_a_worth_of_its_own() -> None:
    forms = [{"form": "true_false", "right_cp": 500}, {"form": "oral", "right_cp": 3000}]
    log = Log({**COMPULSORY, "timeout_cp": -250, "by_form": forms})
    log.ask(1, form="true_false")
    log.rule(1, "right", 500)
    log.ask(2)
    log.rule(2, "right", 3000)
    log.ask(3, form="single")
    log.rule(3, "timeout", -250)
    assert log.scores() == [10500, 13000, 9750]


def test_help_and_a_part_of_the_points() -> None:
    log = Log({**COMPULSORY, "partial": True, "help_cp": -1000})
    log.ask(1)
    log.add("help_used", seat=1)
    log.scored(1, -1000, "help")
    log.rule(1, "partial", 450)
    assert log.scores() == [9450, 10000, 10000]
    assert [(one.change_cp, one.cause) for one in log.result().changes] == [(-1000, "help"), (450, "partial")]


def test_an_undo_takes_the_entry_back_and_a_redo_brings_it_again() -> None:
    log = Log(COMPULSORY)
    log.ask(1)
    log.rule(1, "right", 1000)
    log.undo()
    assert log.scores()[0] == 10000
    log.redo()
    assert log.scores()[0] == 11000
    log.undo()
    log.undo()  # the question too
    log.redo()
    log.redo()
    assert log.scores()[0] == 11000
    log.undo()
    log.rule(1, "wrong", 0)
    assert log.scores()[0] == 10000


def test_a_new_step_ends_the_redo_and_nothing_can_be_undone_before_the_first() -> None:
    log = Log(COMPULSORY)
    log.ask(1)
    log.undo()
    log.ask(1)
    log.redo()
    with pytest.raises(Disagreement, match=r"row 6, redone: .*no step was undone"):
        log.result()
    log = Log(COMPULSORY)
    log.undo()
    log.undo()
    with pytest.raises(Disagreement, match="no step to take back"):
        log.result()


def test_each_further_foul_in_the_round_costs_what_the_list_says_and_the_last_repeats() -> None:
    log = Log({**BUZZ, "fouls_cp": [0, -500, -2000]}, BUZZ)
    for cost in (0, -500, -2000, -2000):
        log.ask(None)
        log.add("armed", arming="a", seats=[1, 2, 3], armed_ns=0)
        log.foul(1, cost)
        log.ruled(None, "void", 0, joined=True)
    assert log.scores()[0] == 10000 - 4500
    log.round(1)  # counts anew
    log.ask(None)
    log.add("armed", arming="b", seats=[1, 2, 3], armed_ns=0)
    log.foul(1, None, scored=-1000)  # a log of before says nothing of the cost
    assert log.scores()[0] == 10000 - 5500


def test_others_may_press_after_a_wrong_answer_and_a_tie_of_presses_is_settled() -> None:
    log = Log(BUZZ)
    log.ask(None)
    log.press(1)
    log.rule(1, "wrong", -1000, then="others")
    log.add("armed", arming="b", seats=[2, 3], armed_ns=0)
    log.add("verdict_given", arming="b", outcome="too_close", seats=[2, 3], presses=[])
    log.add("tie_settled", arming="b", seat=3, how="draw", seed="7")
    log.rule(3, "right", 1000)
    assert log.scores() == [9000, 10000, 11000]


def test_a_risk_question_gains_or_loses_its_stake_and_a_rival_may_be_given_it() -> None:
    log = Log(RISK)
    log.ask(1, 3000)
    log.rule(1, "right", 3000)
    log.add("turn_called", position=2, seat=2)
    log.ask(2, 2000)
    log.add("question_assigned", by=2, to=3)
    log.rule(3, "timeout", -2000)
    log.add("turn_called", position=3, seat=3)
    log.ruled(3, "declined", 0)
    assert log.scores() == [13000, 10000, 8000]


def test_sealed_stakes_bind() -> None:
    log = Log(RISK)
    log.add("stakes_revealed", stakes=[[1, 1000], [2, 0], [3, 3000]])
    log.ask(3, 3000)
    log.rule(3, "wrong", -3000)
    assert log.scores() == [10000, 10000, 7000]
    log.ask(1, 2000)
    with pytest.raises(Disagreement, match=r"the stake \+20 is none of \+10"):
        log.result()


def test_the_highest_and_the_lowest_mark_are_left_out_and_the_mean_is_rounded_half_up() -> None:
    log = Log(SCENARIO)
    log.ask(1)
    for judge, mark in enumerate((1500, 1800, 900, 1601, 1603), 1):
        log.sheet(judge, mark)
    log.reveal(1, 1568, "1:1500 2:1800h 3:900l 4:1601 5:1603")  # 4704 / 3
    assert log.scores()[0] == 11568
    log = Log({**SCENARIO, "drop": 0, "round_to_cp": 10})
    log.ask(2)
    log.sheet(1, 1500)
    log.sheet(2, 1510)
    log.reveal(2, 1510, "1:1500 2:1510")  # 15.05 goes to 15.1
    assert log.scores()[1] == 11510


def test_with_too_few_marks_nothing_is_left_out_and_one_always_stays() -> None:
    log = Log(SCENARIO)
    log.ask(1)
    log.sheet(1, 1000)
    log.sheet(2, 2000)
    log.reveal(1, 1500, "1:1000 2:2000")
    log.round(0)
    log.ask(2)
    log.sheet(1, 1000)
    log.sheet(2, 2000)
    log.sheet(3, 1100)
    log.reveal(2, 1100, "1:1000l 2:2000h 3:1100")
    assert log.scores() == [11500, 11100, 10000]
    many = Log({**SCENARIO, "drop": 2, "least_to_drop": 2})
    many.ask(1)
    for judge, mark in enumerate((1000, 1200, 1500, 1800), 1):
        many.sheet(judge, mark)
    many.reveal(1, 1350, "1:1000l 2:1200 3:1500 4:1800h")  # two and two would leave none
    assert many.scores()[0] == 11350


def test_a_judge_of_the_own_unit_and_an_excused_one_do_not_count() -> None:
    log = Log({**SCENARIO, "drop": 0, "missing": "wait"}, judges="AXXX")
    log.ask(1)
    log.sheet(2, 1000)
    log.sheet(3, 1100)
    log.sheet(4, 2000)
    log.add("judge_excused", judge=4, reason="ill")
    log.reveal(1, 1050, "2:1000 3:1100", masked=(1,))
    assert log.scores()[0] == 11050
    log.undo()  # of the reveal
    log.undo()  # of the closing
    log.undo()  # of the excuse: the sheet was handed in
    log.reveal(1, 1367, "2:1000 3:1100 4:2000", masked=(1,))
    assert log.scores()[0] == 11367


def test_a_sheet_of_weighted_groups_faults_deductions_and_hits() -> None:
    lines = [
        {"kind": "mark", "max_cp": 1000, "each_cp": 0, "group": 0},
        {"kind": "deduct", "max_cp": 500, "each_cp": 0, "group": 0},
        {"kind": "faults", "max_cp": 1000, "each_cp": 300, "group": 1},
        {"kind": "hit", "max_cp": 200, "each_cp": 0, "group": 1},
    ]
    groups = [{"title": "manner", "weight": 30}, {"title": "business", "weight": 70}]
    log = Log({**SCENARIO, "sheet": {"lines": lines, "groups": groups}})
    log.ask(1)
    # 30 % of (800 + 450) / 1500, 70 % of (400 + 200) / 1200: 0.25 + 0.35 of 20 points
    log.sheet(1, 800, 50, 200, 100, total=1200)
    log.sheet(2, 1000, 0, 900, 0, total=600)  # nine faults are more than there is: 30 % alone
    log.reveal(1, 900, "1:1200 2:600")
    assert log.scores()[0] == 10900
    plain = Log({**SCENARIO, "sheet": {"lines": lines, "groups": []}})
    plain.ask(1)
    plain.sheet(1, 1000, 500, 400, 0, total=444)  # 10 of 27, and of 20 points
    with pytest.raises(Disagreement, match=r"comes to \+7.41, not \+4.44"):
        plain.result()


def test_key_points_add_up_and_sheets_outlive_an_undo() -> None:
    log = Log({**SCENARIO, "sheet": None})
    log.ask(1)
    log.add("clock_started", purpose="perform", total_ns=1, deadline_ns=2)
    log.sheet(1, 500, 600, 0, total=1100)
    log.undo()  # of the clock: the sheet is in all the same
    log.sheet(2, 500, 600, 100)
    log.reveal(1, 1150, "1:1100 2:1200")
    log.undo()
    log.undo()
    log.sheet(2, 500, 600, 200)  # corrected while it is open again
    log.reveal(1, 1200, "1:1100 2:1300")
    assert log.scores()[0] == 11200


def test_a_ruling_is_corrected_credited_to_another_voided_and_a_score_is_set() -> None:
    log = Log(BUZZ)
    log.ask(None)
    log.press(1)
    record = log.rule(1, "wrong", -1000)
    log.corrected("ruling", record, 1000, [[1, 2000]], result="right", seat=1)
    assert log.scores() == [11000, 10000, 10000]
    log.corrected("credit", record, 1000, [[1, -1000], [2, 1000]], result="right", seat=2)
    assert log.scores() == [10000, 11000, 10000]
    log.corrected("void", record, 0, [[2, -1000]])
    assert log.scores() == [10000, 10000, 10000]
    log.corrected("score", None, 12345, [[3, 2345]], seat=3)
    assert log.scores() == [10000, 10000, 12345]
    log.undo()
    log.undo()
    assert log.scores() == [10000, 11000, 10000]


def test_a_tie_break_decides_places_and_never_enters_the_score() -> None:
    log = Log(COMPULSORY)
    log.ask(1)
    log.rule(1, "right", 1000)
    log.round(1)
    log.ask(None)
    log.press(3)
    log.ruled(3, "right", 0)
    log.add("tie_ranked", cells=[[3], [2]], how="sudden_death", joined=True)
    assert log.scores() == [11000, 10000, 10000]
    assert log.result().places == ((1, 1), (2, 3), (3, 2))
    log.undo()  # one undo takes the ruling and the order back
    assert log.result().places == ((1, 1), (2, 2), (2, 3))
    log.redo()
    log.corrected(
        "score", None, 10500, [[2, 500]], seat=2
    )  # they are tied no more: the order is without effect
    assert log.result().places == ((1, 1), (2, 2), (3, 3))


def test_a_wrong_answer_in_a_sudden_death_is_out_and_the_rest_are_tied_still() -> None:
    log = Log(COMPULSORY)
    log.round(1)
    log.ask(None)
    log.press(2)
    log.ruled(2, "wrong", 0)
    log.add("tie_ranked", cells=[[1, 3], [2]], how="sudden_death", joined=True)
    assert log.result().places == ((1, 1), (1, 3), (3, 2))
    log.add("tie_ranked", cells=[[3], [1]], how="draw", seed="5")
    assert log.result().places == ((1, 3), (2, 1), (3, 2))


@pytest.mark.parametrize("name", ["second_scorer.py", "second_scorer_values.py", "second_scorer_log.py"])
def test_the_second_scorer_knows_nothing_of_the_engine(name: str) -> None:
    tree = ast.parse((Path(second_scorer.__file__).parent / name).read_text())
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [("." * node.level) + (node.module or "")]
        for imported in names:
            ours = imported in (".second_scorer", ".second_scorer_values")
            assert ours or imported.split(".")[0] in sys.stdlib_module_names, imported
