"""The health of a show: what `GET /healthz` and the doctor tell of boxes and timing core, the disk, and the lamp test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import api_doc, cli
from server.game import commands as c
from server.log.disk_watch import disk_health
from server.offers.tools import tools
from tests.buzzers.helpers import FakeBox, fake_boxes
from tests.game.play import Play, book, rules
from tests.live import Show, until


@pytest.fixture(scope="module")
def box() -> Iterator[FakeBox]:
    one = FakeBox()
    one.counts[5] = 7
    with fake_boxes(one):
        yield one


@pytest.fixture(scope="module")
def show(box: FakeBox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    folder: Path = tmp_path_factory.mktemp("show")
    with Show(folder / "data", boxes=f"serial:{box.port}") as running:
        until(lambda: only_box(running)["state"] == "up", "a box whose clock is trusted")
        yield running


def only_box(show: Show) -> dict[str, Any]:
    (found,) = show.get("/healthz")["boxes"]
    return dict(found)


def test_healthz_tells_what_each_box_is_worth(show: Show, box: FakeBox) -> None:
    found = only_box(show)
    assert found["seats"] == [1, 2, 3, 4, 5] and found["problem"] is None
    assert 0 < found["uncertainty_us"] < 100_000 and 0 < found["rtt_us"] < 100_000
    assert 0 <= found["silent_ms"] < 1_500
    assert found["spikes"] == 7
    assert [found[name] for name in ("resets", "clock_resets", "resent", "crc_errors", "overflows")] == [
        0
    ] * 5
    for name in found:
        assert f"`{name}`" in api_doc.HEAD, f"{name} is not explained"
    box.held = 0b100
    until(lambda: only_box(show)["held"] == [3], "the button that is down")
    box.held = 0


def test_healthz_tells_what_the_system_allowed_the_timing_core(show: Show) -> None:
    found = show.get("/healthz")["timing"]
    assert found["state"] == "ok"
    scheduling = found["scheduling"]
    assert scheduling["priority"] in ("fifo 10", "nice -10", "normal")
    assert scheduling["gc"] == "frozen" and isinstance(scheduling["memory_locked"], bool)
    allowed = scheduling["priority"].startswith("fifo") and scheduling["memory_locked"]
    assert (scheduling["why_not"] == []) == allowed


def test_a_lamp_test_reaches_the_boxes_and_not_the_log(show: Show, box: FakeBox) -> None:
    token, before = show.token(), show.get("/healthz")["revision"]
    known = box.lamp_tests
    status, answer = show.command(token, "lamp_test")
    assert status == 200 and answer["accepted"] and answer["events"] == []
    until(lambda: box.lamp_tests == known + 1, "the box's lamps")
    assert show.get("/healthz")["revision"] == before
    assert show.command(show.token("judge", 1), "lamp_test")[0] == 403


def test_the_doctor_on_a_running_show(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["doctor", "--json", "--data", str(show.data), "--port", str(show.port)])
    found = json.loads(capsys.readouterr().out)
    checks = {one["name"]: one for one in found["checks"]}
    assert {"packages", "data folder", "disk", "clock source", "real-time rights"} <= set(checks)
    assert "running" in checks[f"port {show.port}"]["found"]
    assert "gc frozen" in checks["timing core"]["found"]
    assert checks["box a1b2c3d4"]["state"] == "ok" and "±" in checks["box a1b2c3d4"]["found"]
    assert status == (0 if found["ok"] else 1)
    assert found["ok"] == all(one["state"] != "fault" for one in found["checks"])


def test_lamps_are_tested_while_no_arming_runs() -> None:
    play = Play(book(rules("buzz_in", questions=1)))
    offered = [one.command for one in tools(play.state)]
    assert c.LampTest() in offered
    events = len(play.log)
    play.do(c.LampTest())
    assert len(play.log) == events
    play.do(c.StartRound(), c.Present(), c.Arm())
    for running in (c.Open(), None):
        assert c.LampTest() not in [one.command for one in tools(play.state)]
        assert "抢答进行中" in play.refused(c.LampTest())
        if running:
            play.do(running)
    play.press(2)
    play.do(c.LampTest())


def test_the_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 499 << 20

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    assert disk_health(tmp_path) == {"free_mb": 499, "state": "low"}
    Usage.free = 500 << 20
    assert disk_health(tmp_path) == {"free_mb": 500, "state": "ok"}
    monkeypatch.undo()
    assert disk_health(tmp_path / "gone") == {"free_mb": 0, "state": "low"}
