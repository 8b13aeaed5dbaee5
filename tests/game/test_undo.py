"""Undo: back to before the last step, with clocks put right and nothing else lost."""

from __future__ import annotations

import sys

import pytest

from server.game import commands as c
from server.game import history
from server.game.fold import fold
from server.game.gathered import MOST_NEWER, NOTHING_YET, PAGE, Gathered, Listed
from server.game.state import State

from .play import Play, S, book, rules


def test_an_undone_ruling_takes_its_points_back_and_the_clock_stands() -> None:
    play = Play()
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    play.after(10).do(c.Rule("right"))
    assert play.score(1) == 110
    play.after(60).do(c.Undo())
    assert play.score(1) == 100
    clock = play.state.clock
    assert clock is not None and (clock.state, clock.remaining_ns) == ("held", 20 * S)
    play.do(c.Rule("wrong"))
    assert play.score(1) == 100


def test_undo_goes_back_step_by_step_to_the_first() -> None:
    play = Play()
    steps: list[c.Command] = [
        c.Show("lineup"),
        c.StartRound(),
        c.CallTurn(),
        c.Present(),
        c.StartClock(),
        c.Rule("right"),
    ]
    before = []
    for step in steps:
        before.append(play.state)
        play.do(step)
    for state in reversed(before):
        play.do(c.Undo())
        assert (play.state.scene, play.state.entries, play.state.goes) == (
            state.scene,
            state.entries,
            state.goes,
        )
    assert "撤销" in play.refused(c.Undo())


def test_the_same_question_comes_again_after_its_presentation_was_undone() -> None:
    play = Play()
    play.do(c.StartRound(), c.CallTurn(), c.Present())
    first = play.state.turn
    play.do(c.Undo(), c.Present())
    assert first is not None and play.state.turn is not None and play.state.turn.question == first.question


def test_an_undone_stop_lets_the_clock_run_on() -> None:
    play = Play()
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    play.after(10).do(c.HoldClock())
    play.after(60).do(c.Undo())
    clock = play.state.clock
    assert clock is not None and clock.state == "running" and clock.deadline_ns == play.now_ns + 20 * S


def test_two_consoles_that_undo_the_same_step_undo_it_once() -> None:
    play = Play()
    play.do(c.StartRound(), c.CallTurn(), c.Present())
    step = play.state.before_seq
    play.do(c.Undo(step))
    assert "又有新的一步" in play.refused(c.Undo(step))
    play.do(c.Undo())
    assert play.state.turn is None


def test_an_undone_foul_gives_the_points_back() -> None:
    play = Play(book(rules("buzz_in")))
    play.do(c.StartRound(), c.Present(), c.Arm())
    play.foul(4)
    assert play.score(4) == 90
    play.do(c.Undo())
    assert play.score(4) == 100
    assert play.state.buzz.phase == "idle", "the arming is over: the host arms again"
    play.do(c.Arm())
    assert play.state.buzz.eligible == (1, 2, 3, 4, 5)


def test_an_undone_verdict_leaves_the_fouls_and_the_host_arms_again() -> None:
    play = Play(book(rules("buzz_in")))
    play.do(c.StartRound(), c.Present())
    shown = play.state
    play.do(c.Arm(), c.Open())
    play.press(3)
    play.do(c.Undo())
    assert play.state.buzz == shown.buzz and play.state.before_what == "QuestionPresented"
    play.do(c.Arm())
    play.foul(4)
    play.do(c.Open())
    play.press(2)
    play.do(c.Undo())
    assert play.state.buzz.phase == "idle" and play.score(4) == 90, "the foul stands"
    play.do(c.Arm())
    assert play.state.buzz.eligible == (1, 2, 3, 5)


def test_an_arming_id_is_never_used_again() -> None:
    play = Play(book(rules("buzz_in")))
    play.do(c.StartRound(), c.Present(), c.Arm())
    first = play.state.buzz.arming
    play.do(c.Undo(), c.Arm())
    assert play.state.buzz.arming != first


def test_undo_keeps_sheets_that_judges_handed_in_since() -> None:
    play = Play(book(rules("scenario")))
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock(), c.SubmitMarks(2, (100, 200, 300)))
    play.do(c.Undo())
    turn = play.state.turn
    assert turn is not None and [sheet.judge for sheet in turn.sheets] == [2]
    assert play.state.clock is None


def test_undo_of_the_marks_goes_back_to_the_closed_marking() -> None:
    play = Play(book(rules("scenario")))
    play.do(
        c.StartRound(),
        c.CallTurn(),
        c.Present(),
        c.SubmitMarks(1, (100, 200, 300)),
        c.CloseMarking(),
        c.RevealMarks(),
    )
    assert play.score(1) == 106
    play.do(c.Undo())
    assert play.score(1) == 100 and play.state.turn is not None and play.state.turn.marking == "closed"
    play.do(c.Undo(), c.SubmitMarks(1, (400, 600, 1000)), c.CloseMarking(), c.RevealMarks())
    assert play.score(1) == 120


def test_undo_leaves_a_blackout_alone() -> None:
    play = Play()
    play.do(c.Show("lineup"), c.SetBlackout(True), c.Undo())
    assert play.state.blackout and play.state.scene == "opening"


def test_a_reboot_holds_the_clock_where_the_log_last_saw_it() -> None:
    play = Play()
    play.do(c.StartSession("boot-1", 0, False), c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    play.now_ns += 5 * S
    play.do(c.SetBlackout(True))
    play.do(c.StartSession("boot-2", 0, True))
    clock = play.state.clock
    assert clock is not None and (clock.state, clock.remaining_ns) == ("held", 25 * S)


def test_a_reboot_interrupts_a_live_arming() -> None:
    play = Play(book(rules("buzz_in")))
    play.do(c.StartRound(), c.Present(), c.Arm(), c.Open(), c.StartSession("boot-2", 0, True))
    assert play.state.buzz.phase == "interrupted"


def test_the_fold_of_the_log_is_the_state() -> None:
    play = Play()
    play.do(
        c.StartRound(), c.CallTurn(), c.Present(), c.StartClock(), c.Rule("right"), c.Undo(), c.Rule("wrong")
    )
    assert fold(play.log) == play.state


def test_an_undone_correction_touches_neither_clock_nor_arming() -> None:
    play = Play(book(rules("compulsory"), rules("buzz_in")))
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    clock = play.state.clock
    play.after(5).do(c.SetScore(1, 12_000, "记错"))
    assert play.score(1) == 120 and play.state.notice is not None
    play.after(5).do(c.Undo())
    assert play.score(1) == 100 and play.state.clock == clock and play.state.notice is None
    play.after(5).do(c.Redo())
    assert play.score(1) == 120 and play.state.clock == clock
    play.do(c.Undo(), c.Rule("void"))
    play.void_round()
    play.do(c.StartRound(), c.Present(), c.Arm(), c.Open(), c.SetScore(2, 0, "记错"), c.Undo())
    assert play.state.buzz.phase == "open" and play.score(2) == 100
    play.press(3)
    assert play.state.buzz.winner == 3, "the arming went on in the core, and so it did here"


def test_a_long_day_keeps_some_hundred_steps_to_go_back_to_and_drops_those_of_the_morning() -> None:
    play = Play()
    for number in range(2 * history.DEEPEST):
        play.do(c.Show("lineup" if number % 2 else "opening"))
        assert play.state.depth <= history.DEEPEST
    live, again = play.state, fold(play.log)
    assert (again.depth, again.before_seq) == (live.depth, live.before_seq)
    for back in range(history.KEPT):
        assert play.state.before is not None, f"only {back} steps are left"
        play.do(c.Undo())
    while play.state.before is not None:
        play.do(c.Undo())
    assert "撤销" in play.refused(c.Undo())
    assert fold(play.log) == play.state


def reachable(state: State) -> int:
    """How many states a state holds on to, by what could be taken back and what could be redone."""
    seen: dict[int, State] = {}
    waiting = [state]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen[id(one)] = one
            waiting += [other for other in (one.before, one.redo) if other is not None]
    return len(seen)


def test_what_was_taken_back_long_ago_is_not_held_on_to() -> None:
    play = Play()
    for number in range(3 * history.KEPT):
        play.do(c.Show("lineup"), c.Show("opening"))
        if number % 3 == 0:
            play.do(c.Undo(), c.Undo(), c.Redo())
    assert reachable(play.state) <= history.DEEPEST + 5
    play.do(c.Undo(), c.Undo())
    play.do(c.Redo(), c.Redo())
    assert play.state.scene == "opening", "what was just taken back is still there"


def test_names_are_gathered_in_copies_that_share_them() -> None:
    names = [f"Q{number}" for number in range(1_000)]
    copies = [NOTHING_YET]
    for name in names:
        copies.append(copies[-1].with_one(name))
    for count in (0, 1, MOST_NEWER, MOST_NEWER + 1, 999, 1_000):
        assert sorted(copies[count]) == sorted(names[:count]) and len(copies[count]) == count
        assert all((name in copies[count]) is (at < count) for at, name in enumerate(names))
    assert len({id(one.older) for one in copies}) <= 1 + 1_000 // MOST_NEWER
    assert copies[3] == NOTHING_YET.with_one("Q2").with_one("Q0").with_one("Q1") != copies[4]
    assert hash(copies[2]) == hash(NOTHING_YET.with_one("Q1").with_one("Q0"))
    assert Gathered(frozenset(names), frozenset()) == copies[-1] and copies[0] != frozenset()


def test_what_is_listed_is_a_tuple_in_copies_that_share_their_pages() -> None:
    copies = [Listed[int]()]
    for number in range(3 * PAGE + 5):
        copies.append(copies[-1].with_more(number))
    for count in (0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * PAGE + 5):
        one, plain = copies[count], tuple(range(count))
        assert tuple(one) == plain and len(one) == count and bool(one) is bool(plain)
        assert tuple(reversed(one)) == plain[::-1]
        for start in (None, 0, 1, PAGE, PAGE + 3, -1, -PAGE - 2, 500):
            for stop in (None, 0, 3, PAGE, -2, 500):
                assert one[start:stop] == plain[start:stop] and one[start:stop:-2] == plain[start:stop:-2]
        for at in range(-count, count):
            assert one[at] == plain[at]
        for at in (count, -count - 1):
            with pytest.raises(IndexError):
                one[at]
    whole = copies[-1]
    assert Listed[int]().with_more(*range(len(whole))) == whole != copies[-2]
    assert hash(Listed[int]().with_more(*range(PAGE))) == hash(copies[PAGE])
    assert len({id(one.pages[0]) for one in copies if one.pages}) == 1


def test_what_the_past_holds_grows_little_with_the_length_of_a_show() -> None:
    """No tuple of a thousand entries in each of hundreds of states: they left holes in the memory, no two of one size."""
    listed = Listed[int]()
    for number in range(2_000):
        listed = listed.with_more(number)
        assert max(sys.getsizeof(one) for one in (listed.pages, listed.newer)) <= 640
