"""The serial driver when the port goes wrong under it, and when a box is late rather than gone."""

import logging
import termios
from pathlib import Path

import pytest
import serial

from buzzers.driver import PROBLEMS, Marked, Pressed
from tests.buzzers.helpers import Desk, FakeBox, fake_boxes, wait_for


def test_a_port_that_is_gone_when_it_is_closed_is_no_failure_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(port: serial.Serial) -> None:
        raise termios.error(5, "Input/output error")

    port = tmp_path / "ttyBOX"
    box = FakeBox()
    port.symlink_to(box.port)
    with fake_boxes(box):
        desk = Desk(str(port))
        try:
            desk.wait_state("up")
            monkeypatch.setattr(serial.Serial, "reset_output_buffer", refuse)
            port.unlink()
            with caplog.at_level(logging.ERROR):
                box.close()
                wait_for(lambda: desk.health()["problem_en"] == PROBLEMS["no_port"][1], "the reason", 3)
            assert caplog.records == []
        finally:
            desk.driver.stop()
            desk.driver.join(2)


def test_a_press_that_was_held_up_with_everything_else_is_neither_lost_nor_acknowledged_too_soon() -> None:
    box = FakeBox()
    with fake_boxes(box):
        desk = Desk(box.port)
        try:
            desk.wait_state("up")
            kept: list[bytes] = []
            write = box.write
            box.write = kept.append  # type: ignore[assignment, method-assign]
            pressed_ns = box.press(2)
            wait_for(lambda: desk.health()["state"] == "down", "the silence", 3)
            box.write = write  # type: ignore[method-assign]
            write(b"".join(kept))
            desk.wait_state("up")
            assert (desk.presses(), box.acks) == ([], [])
            box.resend()
            wait_for(lambda: len(desk.presses()) == 1, "the press")
            press = desk.presses()[0]
            assert (press.seat, abs(press.time_ns - pressed_ns) <= press.uncertainty_ns) == (3, True)
            wait_for(lambda: box.acks == [1], "the acknowledgement")
            handed_over = next(n for n, posted in enumerate(desk.posted) if isinstance(posted, Pressed))
            marks = [posted for posted in desk.posted[:handed_over] if isinstance(posted, Marked)]
            assert max(mark.watermark_ns for mark in marks) <= press.earliest_ns, "no watermark passed it"
        finally:
            desk.driver.stop()
            desk.driver.join(2)
