"""FTDI's latency timer: set where the system allows, else the box is refused with the remedy."""

import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from buzzers.driver import PROBLEMS
from buzzers.latency_timer import LONGEST_MS, shorten
from firmware.sim.harness import SimulatedBox
from tests.buzzers.helpers import Desk, FakeBox, fake_boxes, wait_for


@pytest.fixture
def port() -> Iterator[serial.Serial]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    with serial.Serial(os.ttyname(slave), 500_000) as opened:
        yield opened
    os.close(slave)
    os.close(master)


def timer_of(port: serial.Serial, tty_class: Path, ms: int) -> Path:
    """The file in which the kernel shows the timer of an adapter."""
    folder = tty_class / Path(port.name).name / "device"
    folder.mkdir(parents=True)
    timer = folder / "latency_timer"
    timer.write_text(f"{ms}\n")
    return timer


@pytest.mark.parametrize("found_ms", [1, 2, 16])
def test_the_timer_is_set_where_it_may_be(port: serial.Serial, tmp_path: Path, found_ms: int) -> None:
    timer = timer_of(port, tmp_path, found_ms)
    assert shorten(port, tmp_path) == LONGEST_MS == int(timer.read_text())


def test_an_adapter_without_a_timer_has_none(port: serial.Serial, tmp_path: Path) -> None:
    assert shorten(port, tmp_path) is None


def test_a_timer_that_cannot_be_set_keeps_the_box_from_being_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzers.serial_box.shorten", lambda port: 16)
    box = FakeBox()
    with fake_boxes(box):
        desk = Desk(box.port)
        try:
            wait_for(lambda: desk.health()["problem_en"] == PROBLEMS["latency"][1], "the reason")
            assert desk.health()["state"] == "down" and "latency_timer" in desk.health()["problem"]
            wait_for(lambda: desk.driver._session.trusted, "its clock to be known")
            box.press(0)
            wait_for(lambda: box.acks == [1], "its press to be forgotten")
            assert desk.driver.box_id == "a1b2c3d4", "every verdict will name it as missing"
            assert desk.presses() == [] and desk.marks() == []
        finally:
            desk.driver.stop()
            desk.driver.join(2)


@pytest.mark.parametrize(
    ("transport", "state", "problem"), [("ftdi:16", "down", "latency"), ("ftdi:1", "up", None)]
)
def test_an_adapter_that_holds_bytes_back_is_found_out_by_its_answers(
    transport: str, state: str, problem: str | None
) -> None:
    with SimulatedBox(transport=transport, ppm=-2_000) as box:
        desk = Desk(box.port)
        try:
            wait_for(lambda: desk.driver._session.slow is not None, "the judgement", 10)
            desk.wait_state(state, 10)
            assert desk.health()["problem_en"] == (PROBLEMS[problem][1] if problem else None)
        finally:
            desk.driver.stop()
            desk.driver.join(2)
