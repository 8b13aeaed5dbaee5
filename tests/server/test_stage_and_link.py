"""The running show without a socket: subscribers that fail, a look ahead that fails, and a timing core that is replaced."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.contest.file import PRESET, read_contest
from server.event_log import EventLog
from server.game import commands as c
from server.game.rulebook import Text
from server.referee import create_contest
from server.stage import Stage, wall_time

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet is deprecated upstream
    from server.buzzer_link import BuzzerLink


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    log = EventLog(tmp_path / "contest.db")
    create_contest(log, "test", read_contest(PRESET), (), {}, "seed", wall_time())
    yield Stage(log, lambda function, *arguments: function(*arguments), threading.Lock(), boot="boot")
    log.close()


def test_a_subscriber_that_fails_silences_nobody(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[int] = []

    def broken(_: Any) -> None:
        raise RuntimeError("a screen that cannot be drawn")

    stage.on_change += [broken, lambda state: heard.append(state.seq)]
    answer = stage.submit(c.Show("lineup"))
    assert answer.accepted and heard == [answer.revision]
    assert "a screen that cannot be drawn" in capsys.readouterr().err


def test_a_look_ahead_that_fails_leaves_the_host_the_view_of_now(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any) -> None:
        raise ValueError("no future")

    monkeypatch.setattr("server.stage.next_view", fails)
    assert stage.submit(c.Show("lineup")).accepted
    for _ in range(3):
        view = stage.view("host")
        assert view["scene"]["name"] == "lineup" and view["next_view"] is None and view["actions"]
    assert capsys.readouterr().err.count("ValueError: no future") == 1, "said once a state"


def test_a_disk_that_comes_back_late_begins_nothing_where_another_machine_rules(stage: Stage) -> None:
    before = stage.log.last_seq
    stage._to_begin = c.StartSession("boot", 0, False, 0)  # the disk took nothing when we began
    stage.may_rule = lambda: Text("别处", "elsewhere")
    stage.keep_log()
    assert stage.log.last_seq == before
    stage.may_rule = lambda: None
    stage.keep_log()
    assert stage.log.last_seq > before


def welcome(core: str) -> dict[str, Any]:
    return {"type": "welcome", "core": core, "boxes": [], "simulated": True}


def test_a_new_core_is_heard_from_its_first_message(stage: Stage, tmp_path: Path) -> None:
    link = BuzzerLink(tmp_path / "core.sock", stage)
    link._hear(welcome("one"))
    link._seq = 50
    link._hear(welcome("one"))
    assert link._seq == 50, "the same core goes on where it was"
    link._hear(welcome("two"))
    assert link._seq == 0 and stage.state.core == "two"


def test_an_error_about_no_live_arming_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    link = BuzzerLink(tmp_path / "core.sock", stage)
    before = stage.state
    link._hear({"type": "error", "text": "unknown", "line": '{"type": "cancel", "arming": "test-1"}'})
    assert stage.state is before, "nothing is armed"
