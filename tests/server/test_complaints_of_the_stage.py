"""What goes wrong on real stages, and cannot here: restarts, screens, several operators, judges and boxes.

Each complaint is a named test; the whole list stands in docs/complaints.md.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from server.contest.file import PRESET, read_contest
from server.event_log import EventLog
from server.game import commands as c
from server.game.round_rules import BuzzIn, Compulsory, Scenario
from server.referee import create_contest
from server.stage import Stage, wall_time
from server.views.by_role import desk_view, judge_view, projector_view
from server.views.host_view import Rim, host_view
from tests.game.cases import NAME, answered, begun, buzzing, contest, opened, turn_of
from tests.game.play import Play, S

View = dict[str, Any]


class Machine:
    """One data folder, and a host that can be restarted or rebooted; its clock is in the test's hand."""

    def __init__(self, folder: Path, play: Play) -> None:
        self.path = folder / "contest.db"
        self.monotonic_ns = 500 * S
        self.boot = "boot-1"
        log = EventLog(self.path)
        book, slots = play.state.rulebook, play.state.slots
        create_contest(log, "test", book, slots, play.paper, "seed", wall_time())
        log.close()
        self.start()

    def start(self) -> None:
        self.log = EventLog(self.path)
        self.stage = Stage(
            self.log,
            lambda function, *given: function(*given),
            nullcontext(),
            monotonic_ns=lambda: self.monotonic_ns,
            boot=self.boot,
        )

    def restart(self, after_s: float, reboot: bool = False) -> None:
        """The process dies and comes back; `reboot`: so does the machine, whose clock begins anew."""
        self.log.close()
        self.monotonic_ns += round(after_s * S)
        if reboot:
            self.boot, self.monotonic_ns = "boot-2", 20 * S
        self.start()

    def do(self, *commands: c.Command) -> None:
        for command in commands:
            answer = self.stage.submit(command)
            assert answer.accepted, (command, answer.reason)

    def later(self, seconds: float) -> None:
        self.monotonic_ns += round(seconds * S)

    def screens(self) -> list[View]:
        """What every role sees now, without the clock of the very instant."""
        state, now_ns, paper = self.stage.state, 0, self.stage.referee.paper
        views = [
            projector_view(state, now_ns),
            host_view(state, now_ns, paper, Rim()),
            desk_view(state, now_ns, 2),
        ]
        if state.rulebook.judges:
            views.append(judge_view(state, now_ns, paper, 1))
        return views


# -- after a restart ------------------------------------------------------------------------------------------


def test_after_a_restart_the_question_and_the_time_left_are_there(tmp_path: Path) -> None:
    machine = Machine(tmp_path, contest(Compulsory(NAME, seconds=30)))
    machine.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    question = machine.stage.state.turn
    machine.later(8)
    machine.restart(after_s=5)
    assert machine.stage.state.turn == question
    clock = projector_view(machine.stage.state, machine.stage.now_ns())["clock"]
    assert (clock["state"], clock["remaining_ms"]) == ("running", 17_000), "8 s before, 5 s of darkness"
    machine.do(c.Rule("right"))


def test_a_clock_that_ran_out_in_the_dark_has_run_out(tmp_path: Path) -> None:
    machine = Machine(tmp_path, contest(Compulsory(NAME, seconds=30)))
    machine.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    machine.restart(after_s=31)
    clock = projector_view(machine.stage.state, machine.stage.now_ns())["clock"]
    assert (clock["state"], clock["remaining_ms"]) == ("expired", 0)


def test_a_held_clock_is_still_held_after_a_restart(tmp_path: Path) -> None:
    machine = Machine(tmp_path, contest(Compulsory(NAME, seconds=30)))
    machine.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    machine.later(12)
    machine.do(c.HoldClock())
    machine.restart(after_s=300)
    clock = projector_view(machine.stage.state, machine.stage.now_ns())["clock"]
    assert (clock["state"], clock["remaining_ms"]) == ("held", 18_000)


def test_after_a_reboot_the_clock_stands_with_what_was_known_to_be_left(tmp_path: Path) -> None:
    machine = Machine(tmp_path, contest(Compulsory(NAME, seconds=30)))
    machine.do(c.StartRound(), c.CallTurn(), c.Present(), c.StartClock())
    machine.later(10)
    machine.do(c.SetBlackout(True), c.SetBlackout(False))
    machine.restart(after_s=0, reboot=True)
    clock = projector_view(machine.stage.state, machine.stage.now_ns())["clock"]
    assert (clock["state"], clock["remaining_ms"]) == ("held", 20_000), "nobody knows how long it was dark"
    machine.do(c.ResumeClock())


STEPS: list[c.Command] = [
    c.StartRound(),
    c.CallTurn(),
    c.Present(),
    c.HoldClock(),
    c.Rule("wrong"),
    c.RevealAnswer(),
    c.Undo(),
    c.Redo(),
    c.SetScore(2, 12_000, "更正"),
    c.Show("scoreboard"),
    c.StartRound(),
    c.Present(),
    c.Arm(),
]


def test_no_screen_comes_back_empty_or_behind(tmp_path: Path) -> None:
    """After every single step a restart: each screen shows the same as before it, of the same log."""
    machine = Machine(
        tmp_path, contest(Compulsory(NAME, turns=1, clock="shown"), BuzzIn(NAME), judges=("甲", "乙"))
    )
    for step in STEPS:
        if isinstance(step, c.StartRound) and machine.stage.state.round_index == 0:
            machine.do(c.EndRound("时间不够"))
        machine.do(step)
        before = machine.screens()
        machine.restart(after_s=0)
        for old, new in zip(before, machine.screens(), strict=True):
            changed = {key for key in old if old[key] != new[key]} - {"revision", "log", "undo"}
            assert not changed, (step, old["role"])
            assert new["revision"] >= old["revision"]


# -- the projector moves on before the host means it to; an answer is on the screen too early -------------------


def picture(play: Play) -> View:
    """What the hall sees, but for the instant and the numbers of the log."""
    view = projector_view(play.state, 0)
    return {key: view[key] for key in view if key not in ("revision", "contest_ns", "clock")}


def test_the_projector_never_moves_on_by_itself() -> None:
    play = buzzing(BuzzIn(NAME, begin_seconds=0, finish_seconds=20))
    opened(play).press(2)
    play.do(c.Rule("right"))
    ruled = picture(play)
    play.after(3600)
    assert picture(play) == ruled, "a settled question stands until the host calls for the next"
    assert ruled["scene"]["question"]["prompt"].startswith("题目")
    play.do(c.Present())
    assert picture(play)["scene"]["question"] != ruled["scene"]["question"]
    shown = picture(play)
    play.after(3600)
    play.do(c.ReportCore("one"), c.StartSession("boot-2", 0, True), c.LampTest())
    assert picture(play) == shown


def test_judges_and_contestants_do_not_move_the_projector() -> None:
    play = begun(Scenario(NAME))
    play.do(c.CallTurn(), c.Present(), c.StartClock())
    scene = projector_view(play.state, 0)["scene"]
    for judge in range(1, 6):
        play.do(c.SubmitMarks(judge, (400, 600, 1000)))
    now = projector_view(play.state, 0)["scene"]
    assert (now["name"], now["question"]) == (scene["name"], scene["question"])
    assert "20" not in str([one for one in now["judges"]]), "who has marked is seen, what was marked is not"
    assert play.scores() == [100] * 5


PUBLIC: list[Callable[[Play], View]] = [
    lambda play: projector_view(play.state, 0),
    lambda play: desk_view(play.state, 0, 1),
    lambda play: judge_view(play.state, 0, play.paper, 1),
]


def hall_sees(play: Play, text: str) -> bool:
    return any(text in str(view(play)) for view in PUBLIC)


def test_no_answer_is_on_a_screen_before_its_reveal() -> None:
    play = contest(Compulsory(NAME, turns=1), BuzzIn(NAME))
    play.do(c.StartRound())
    for _ in range(5):
        for command in (c.CallTurn(), c.Present(), c.StartClock(), c.HoldClock(), c.Rule("wrong")):
            play.do(command)
            assert not hall_sees(play, "SECRET"), command
        play.do(c.RevealAnswer())
        assert hall_sees(play, "SECRET"), "and after it, it is"
        play.do(c.Undo())
        assert not hall_sees(play, "SECRET")
    play.do(c.StartRound(), c.Present())
    answered(play, 1, "right")
    assert not hall_sees(play, "SECRET")


def test_the_next_question_is_on_no_screen_of_the_hall_before_it_is_shown() -> None:
    play = begun(Compulsory(NAME, turns=2))
    for _ in range(10):
        play.do(c.CallTurn())
        coming = [slot.question_id for slot in play.state.slots if slot.question_id not in play.state.used]
        assert coming and not any(hall_sees(play, f"题目 {question_id}") for question_id in coming)
        play.do(c.Present(), c.Rule("right"))


def test_a_staged_ruling_is_unseen_until_the_host_reveals_it() -> None:
    play = contest(Compulsory(NAME), staged=True)
    play.do(c.StartRound(), c.CallTurn(), c.Present())
    shown = [view(play) for view in PUBLIC]
    play.do(c.Rule("right"))
    for before, view in zip(shown, PUBLIC, strict=True):
        after = view(play)
        assert {key: after[key] for key in after if key not in ("revision", "clock")} == {
            key: before[key] for key in before if key not in ("revision", "clock")
        }, "no word, no colour, no score of it"
    assert play.score(1) == 100
    play.do(c.RevealRuling())
    assert play.score(1) == 110 and turn_of(play).done
    assert projector_view(play.state, 0)["scene"]["ruling"]["result"] == "right"


# -- two operators enter the same thing -------------------------------------------------------------------------


def test_the_same_command_sent_twice_counts_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path, contest(Compulsory(NAME)))
    machine.do(c.StartRound(), c.CallTurn(), c.Present())
    first = machine.stage.submit(c.Rule("right"), "id-1")
    again = machine.stage.submit(c.Rule("right"), "id-1")
    assert first.accepted and again.accepted and again.repeated
    machine.restart(after_s=1)
    assert machine.stage.submit(c.Rule("right"), "id-1").repeated, "also after a restart"
    other = machine.stage.submit(c.Rule("right"), "id-2")
    assert not other.accepted and other.reason is not None, "the second operator is told why"
    assert [entry.change_cp for entry in machine.stage.state.entries] == [1000]


# -- nobody can see who has not submitted; a judge's tablet is offline unnoticed; a dead box ---------------------


def test_who_has_not_submitted_is_seen() -> None:
    play = contest(Scenario(NAME), judges=("组委会", "单位1", "质检部"))
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.SubmitMarks(3, (400, 600, 1000)))
    rim = Rim(judges_online=frozenset({3}))
    rows = {row["judge"]: row for row in host_view(play.state, 0, play.paper, rim)["judges"]}
    assert {judge: row["submitted"] for judge, row in rows.items()} == {1: False, 2: False, 3: True}
    on_stage = projector_view(play.state, 0)["scene"]["judges"]
    assert {row["judge"] for row in on_stage if row["submitted"]} == {3}


def test_a_judge_whose_tablet_is_offline_is_seen() -> None:
    play = begun(Scenario(NAME))
    rim = Rim(judges_online=frozenset({1, 2, 4, 5}))
    rows = host_view(play.state, 0, play.paper, rim)["judges"]
    assert [row["judge"] for row in rows if not row["online"]] == [3]


@pytest.mark.parametrize("box_state", ["down", "silent"])
def test_a_dead_box_is_seen_long_before_it_matters(box_state: str) -> None:
    """The console has the boxes in every view, whatever the scene; how it shows them: tests/display."""
    box = {"box": "box4", "seats": [4], "state": box_state}
    play = contest(Compulsory(NAME))
    for command in (None, c.Show("lineup"), c.StartRound(), c.CallTurn(), c.Present()):
        if command is not None:
            play.do(command)
        assert host_view(play.state, 0, play.paper, Rim(boxes=(box,)))["boxes"] == [box]


# -- rehearsal ---------------------------------------------------------------------------------------------------


def test_the_show_begins_with_an_empty_log_of_its_own(tmp_path: Path) -> None:
    """What a rehearsal scored is in another file; the show's log holds its first event and nothing of it."""
    for name in ("rehearsal.db", "contest.db"):
        log = EventLog(tmp_path / name)
        create_contest(log, name, read_contest(PRESET), (), {}, "seed", wall_time())
        log.close()
    log = EventLog(tmp_path / "rehearsal.db")
    stage = Stage(log, lambda function, *given: function(*given), nullcontext(), boot="boot-1")
    assert stage.submit(c.SetScore(1, 99_900, "彩排")).accepted
    log.close()
    show = EventLog(tmp_path / "contest.db")
    rows = [row.type for row in show.rows()]
    show.close()
    assert rows == ["contest_created"]
