"""A rehearsal is everything but the record: its log never becomes the show's, and a show's log can be proved empty."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import cli, supervisor
from server.event_log import EventLog, LogDamaged
from server.game import commands as c
from server.log.show_log import WrongLog, log_path, must_be
from server.referee import Referee, load
from server.stage import wall_time
from tests import made_bank
from tests.live import ROOT, Show, until

CONTEST = """
title = "彩排用"
tie_break = "none"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[contestant]]
name = "丙"
[[round]]
kind = "buzz_in"
questions = 3
"""


@pytest.fixture
def contest(tmp_path: Path) -> str:
    file = tmp_path / "contest.toml"
    file.write_text(CONTEST, encoding="utf-8")
    return str(file)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def made(data: Path, rehearsal: bool) -> Path:
    """A fresh log, as a start makes it."""
    made_bank.put_into(data)
    supervisor.prepare(supervisor.Show(data, rehearsal=rehearsal))
    return log_path(data, rehearsal)


def played(path: Path, *asked: c.Command) -> None:
    log = EventLog(path)
    referee = Referee(log, lambda: 5, wall_time)
    for command in asked:
        assert referee.submit(command).accepted
    log.close()


def files(data: Path, name: str) -> dict[str, bytes]:
    """A database with what waits beside it to be folded in, as bytes. A reader leaves an empty one of those."""
    found = {path.name: path.read_bytes() for path in data.glob(f"{name}*") if path.suffix != ".db-shm"}
    return {name: content for name, content in found.items() if content}


# -- a running rehearsal ----------------------------------------------------------------------------------


def buzz(show: Show, token: str) -> dict[str, Any]:
    """The buzzer's part of what the host sees."""
    found: dict[str, Any] = show.get("/api/v1/views/host", token)["scene"]["buzz"]
    return found


def race(show: Show, token: str, *seats: int) -> None:
    """One question of which simulated boxes are pressed by these seats."""
    for kind in ("present", "arm", "open"):
        assert show.command(token, kind)[0] == 200
    time.sleep(0.3)  # past the instant of opening
    for seat in seats:
        assert show.command(token, "simulate_press", seat=seat)[0] == 200


def test_nothing_of_a_rehearsal_is_written_to_the_log_of_the_show(data: Path, contest: str) -> None:
    with Show(data, "--rehearsal", "--contest", contest) as show:
        token = show.token()
        passphrases = dict(show.passphrases)
        assert any("R E H E A R S A L" in line for line in show.printed)
        assert any(str(data / "rehearsal.db") in line for line in show.printed)
        assert show.command(token, "start_round")[0] == 200
        race(show, token, 2)
        until(lambda: buzz(show, token)["phase"] == "locked", "a verdict")
        assert show.command(token, "rule", result="right")[0] == 200
        for role in ("projector", "host"):
            assert show.get(f"/api/v1/views/{role}", token)["rehearsal"] is True
    assert files(data, "contest.db") == {}, "it has no show, and makes none"
    assert [path.name for path in data.glob("rehearsal.db*")] == ["rehearsal.db"], "one file is all of it"
    with Show(data, "--contest", contest) as show:
        assert not show.passphrases and "host" in passphrases, "rehearsal and show share the passphrases"
        assert not any("R E H E A R S A L" in line for line in show.printed)
        assert show.get("/api/v1/views/host", token)["rehearsal"] is False
    before = files(data, "contest.db")
    with Show(data, "--rehearsal") as show:
        state = show.get("/api/v1/views/host", token)
        assert [one["score"] for one in state["seats"]] == [100, 110, 100], "it goes on"
        race(show, token, 3)
        until(lambda: buzz(show, token)["phase"] == "locked", "a verdict")
        assert show.command(token, "rule", result="right")[0] == 200
        show.kill("server.stage_process")  # the process that is started instead rehearses as well
        until(show.ready, "a server that answers", 10)
        assert show.get("/api/v1/views/host", token)["rehearsal"] is True
    assert files(data, "contest.db") == before
    assert empty(data / "contest.db") == (0, {"contest_created": 1, "session_started": 1, "core_joined": 1})
    with Show(data, "--rehearsal", "--new") as show:
        assert {one["score"] for one in show.get("/api/v1/views/host", token)["seats"]} == {100}
    assert len(list(data.glob("rehearsal-*.db"))) == 1 and not list(data.glob("contest-*.db"))
    assert files(data, "contest.db") == before


def empty(log: Path) -> tuple[int, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "server.cli", "verify", str(log), "--empty", "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return ended.returncode, json.loads(ended.stdout)["types"]


def test_recorded_presses_are_replayed_through_the_timing_core(data: Path, contest: str) -> None:
    """A show by hand on simulated boxes; then a rehearsal in which nobody touches them."""
    with Show(data, "--contest", contest) as show:
        token = show.token()
        assert show.command(token, "start_round")[0] == 200
        for kind in ("present", "arm"):
            assert show.command(token, kind)[0] == 200
        assert show.command(token, "simulate_press", seat=1)[0] == 200  # a foul
        until(lambda: buzz(show, token)["fouls"], "a foul")
        assert show.command(token, "open")[0] == 200
        time.sleep(0.3)
        assert show.command(token, "simulate_press", seat=3)[0] == 200
        until(lambda: buzz(show, token)["phase"] == "locked", "a verdict")
        assert show.command(token, "rule", result="right")[0] == 200
        race(show, token, 2)
        until(lambda: buzz(show, token)["phase"] == "locked", "a verdict")
    before = files(data, "contest.db")
    replayed = f"replay:{data / 'contest.db'}"
    with Show(data, "--rehearsal", "--contest", contest, boxes=replayed) as show:
        assert show.command(token, "start_round")[0] == 200
        for kind in ("present", "arm"):
            assert show.command(token, kind)[0] == 200
        assert show.command(token, "open")[0] == 200
        until(lambda: buzz(show, token)["phase"] == "locked", "a verdict")
        assert [one["seat"] for one in buzz(show, token)["fouls"]] == [1]
        assert buzz(show, token)["first"]["seat"] == 3
        assert show.command(token, "rule", result="right")[0] == 200
        show.kill("buzzers.service")  # one that is started in the middle goes on where the show stands
        until(lambda: "buzzers.service" in show.children(), "a timing core")
        until(show.ready, "a core that answers", 10)
        for kind in ("present", "arm", "open"):
            assert show.command(token, kind)[0] == 200
        until(lambda: buzz(show, token)["phase"] == "locked", "a verdict")
        assert buzz(show, token)["first"]["seat"] == 2
        assert show.command(token, "rule", result="right")[0] == 200
        for kind in ("present", "arm"):
            assert show.command(token, kind)[0] == 200
        until(
            lambda: any("from arming 3 on nobody presses" in line for line in show.printed), "that it is over"
        )
        (box,) = until(lambda: show.get("/api/v1/views/host", token)["boxes"], "the box")
        assert box["kind"] == "replay" and until(lambda: over(show, token), "the box says so")
    assert files(data, "contest.db") == before
    assert {"foul_called", "verdict_given"} <= {row.type for row in rows(data / "rehearsal.db")}
    assert cli.main(["verify", str(data / "rehearsal.db")]) == 0, "every verdict follows from its evidence"


def over(show: Show, token: str) -> bool:
    return bool(show.get("/api/v1/views/host", token)["boxes"][0]["problem"])


def rows(path: Path) -> Iterator[Any]:
    log = EventLog(path, readonly=True)
    yield from log.rows()


# -- what is refused --------------------------------------------------------------------------------------


def serve(*arguments: str) -> tuple[int, str]:
    call = [sys.executable, "-m", "server.cli", "serve", "--no-browser", "--host", "127.0.0.1", "--port", "0"]
    ended = subprocess.run(
        [*call, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_log_that_was_copied_over_is_refused_in_one_line(data: Path, rehearsal: bool) -> None:
    """A rehearsal's as the show's, and a show's as a rehearsal's."""
    made(data, rehearsal).rename(log_path(data, not rehearsal))
    before = files(data, log_path(data, not rehearsal).name)
    status, said = serve("--data", str(data), *(["--rehearsal"] if not rehearsal else []))
    assert status == 2 and len(said.splitlines()) == 1
    assert f"{log_path(data, not rehearsal)} is the log of a {'rehearsal' if rehearsal else 'show'}" in said
    assert "--new" in said
    assert files(data, log_path(data, not rehearsal).name) == before, "nothing was written to it"
    with pytest.raises(WrongLog):
        supervisor.prepare(supervisor.Show(data, rehearsal=not rehearsal))
    state = supervisor.prepare(supervisor.Show(data, rehearsal=not rehearsal, new=True))
    assert state.rehearsal is not rehearsal, "--new puts it aside"


def test_the_stage_looks_for_itself(data: Path) -> None:
    made(data, True).rename(data / "contest.db")
    call = [
        sys.executable,
        "-m",
        "server.stage_process",
        "--data",
        str(data),
        "--port",
        "0",
        "--core",
        "/none",
    ]
    process = subprocess.Popen(call, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.wait(60) == 2, "its parent, who holds the pipe, is still there"
    assert "is the log of a rehearsal" in process.communicate()[1].splitlines()[-1]
    assert [row.type for row in rows(data / "contest.db")] == ["contest_created"]


def test_a_changed_first_row_is_found_as_ever(data: Path) -> None:
    """Whoever wipes the mark away breaks the chain."""
    path = made(data, True)
    connection = sqlite3.connect(path)
    changed = connection.execute(
        "UPDATE events SET body = replace(body, '\"rehearsal\":true', '\"rehearsal\":false')"
    )
    assert changed.rowcount == 1
    connection.commit()
    connection.close()
    shutil.move(path, data / "contest.db")
    with pytest.raises(LogDamaged, match=r"row 1 \(contest_created\) was changed"):
        supervisor.prepare(supervisor.Show(data))


def test_a_first_row_that_cannot_be_read_is_named(data: Path) -> None:
    path = made(data, False)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE events SET body = '['")
    connection.commit()
    connection.close()
    log = EventLog(path, readonly=True)
    with pytest.raises(LogDamaged, match=r"row 1 \(contest_created\) cannot be read"):
        must_be(log, rehearsal=False)
    log.close()


@pytest.mark.parametrize(
    ("boxes", "rehearsal", "says"),
    [
        ("replay:x.db", False, "add --rehearsal"),
        ("replay:", True, "there is no such log"),
        ("replay:/never/there.db", True, "there is no such log"),
        ("replay:{data}/rehearsal.db", True, "copy it elsewhere"),
        ("replays:x", True, "replay:LOG"),
    ],
)
def test_a_replay_that_cannot_be_is_refused_in_one_line(
    data: Path, boxes: str, rehearsal: bool, says: str
) -> None:
    (data / "rehearsal.db").touch()
    status, said = serve(
        "--data", str(data), "--boxes", boxes.format(data=data), *(["--rehearsal"] if rehearsal else [])
    )
    assert status == 2 and len(said.splitlines()) == 1 and says in said
    assert [path.name for path in data.iterdir()] == ["rehearsal.db"], "nothing was begun"


# -- the proof that a log is empty ------------------------------------------------------------------------


def prove(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, dict[str, Any]]:
    """Status, what is printed, and the JSON of `verify --empty`."""
    capsys.readouterr()
    status = cli.main(["verify", str(path), "--empty"])
    said = capsys.readouterr().out
    assert cli.main(["verify", str(path), "--empty", "--json"]) == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["ok"] == (status == 0)
    return status, said, found


def test_a_log_of_mere_preparation_is_proved_empty(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(data, False)
    played(path, c.StartSession("boot", 3, False), c.ReportCore("one"), c.ReportCore("two"))
    status, said, found = prove(path, capsys)
    log = EventLog(path, readonly=True)
    state = load(log)
    assert status == 0
    assert (found["events"], found["head"], found["contest"]) == (4, log.head, state.contest)
    assert found["types"] == {"contest_created": 1, "session_started": 1, "core_joined": 2}
    assert (found["empty"], found["score_entries"], found["rehearsal"]) == (True, 0, False)
    for part in (
        log.head,
        "4 events: 1 contest_created, 1 session_started, 2 core_joined",
        "not a rehearsal",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (c.StartRound(), "round_started"),
        (c.Show("lineup"), "scene_shown"),
        (c.SetBlackout(True), "blackout_set"),
    ],
)
def test_the_first_event_of_a_show_is_named(
    data: Path, capsys: pytest.CaptureFixture[str], first: c.Command, kind: str
) -> None:
    path = made(data, False)
    played(path, c.StartSession("boot", 3, False), first, c.ReportCore("one"))
    status, said, found = prove(path, capsys)
    row = next(row for row in rows(path) if row.type == kind)
    assert status == 1 and f"row 3 ({kind}, {row.wall_time})" in said
    assert found["first"] == {"seq": 3, "type": kind, "wall_time": row.wall_time} and not found["empty"]


def test_what_was_undone_has_happened_all_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(data, False)
    played(path, c.StartRound(), c.Undo())
    status, said, _ = prove(path, capsys)
    assert status == 1 and "row 2 (round_started" in said


def test_the_log_of_a_rehearsal_is_never_the_empty_log_of_a_show(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said, found = prove(made(data, True), capsys)
    assert status == 1 and "rehearsal" in said and found["first"]["seq"] == 1 and found["rehearsal"] is True


def test_where_there_is_no_log_nothing_is_proved(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said, _ = prove(data / "contest.db", capsys)
    assert status == 1 and "there is no log yet" in said
    EventLog(data / "hollow.db").close()
    status, said, _ = prove(data / "hollow.db", capsys)
    assert status == 1 and "NOT PROVED EMPTY" in said


def test_a_damaged_log_is_not_proved_empty(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(data, False)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE events SET wall_time = 'x'")
    connection.commit()
    connection.close()
    status, said, _ = prove(path, capsys)
    assert status == 1 and "row 1 (contest_created) was changed" in said
