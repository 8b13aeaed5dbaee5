"""`run.py flash`: what is missing is named, avrdude is called as firmware/README.md says, its failure is a no."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import cli, flash

IMAGE = ":00000001FF\n"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an image, a port, and an avrdude that writes down how it was called."""
    (tmp_path / "image.hex").write_text(IMAGE)
    (tmp_path / "ttyUSB0").touch()
    program = tmp_path / "bin" / "avrdude"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\nexit "${{AVRDUDE_SAYS:-0}}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr(flash, "PORTS", (str(tmp_path / "ttyUSB*"),))
    return tmp_path


@pytest.mark.parametrize(("check", "does"), [([], "w"), (["--check"], "v")])
def test_the_only_box_is_flashed_or_compared(
    box: Path, check: list[str], does: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["flash", "--hex", str(box / "image.hex"), *check]) == 0
    called = (box / "called").read_text()
    assert called == (
        f"-p m328p -c arduino -P {box}/ttyUSB0 -b 115200 -D -U flash:{does}:{box}/image.hex:i\n"
    )
    assert str(box / "ttyUSB0") in capsys.readouterr().out


def test_a_box_that_does_not_answer_is_a_no(
    box: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVRDUDE_SAYS", "1")
    assert cli.main(["flash", "--hex", str(box / "image.hex")]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "not flashed" in said.err and "Optiboot" in said.err


def test_what_is_missing_is_named(
    box: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*arguments: str) -> str:
        assert cli.main(["flash", *arguments]) == 2
        assert not (box / "called").exists()
        return capsys.readouterr().err

    image = ["--hex", str(box / "image.hex")]
    assert "there is no such file" in fails("--hex", str(box / "none.hex"))
    assert "there is no port /dev/nothing" in fails("--port", "/dev/nothing", *image)
    (box / "ttyUSB1").touch()
    assert "choose one with --port" in fails(*image)
    for port in box.glob("ttyUSB*"):
        port.unlink()
    assert "no box found" in fails(*image)
    monkeypatch.setenv("PATH", str(box))
    assert "sudo apt install avrdude" in fails(*image)


def test_without_a_compiler_an_image_that_was_built_before_is_taken(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(box))
    with pytest.raises(flash.CannotFlash, match="gcc-avr"):
        flash.firmware(None, box)
    (box / "build").mkdir()
    (box / "build" / "firstpress.hex").write_text(IMAGE)
    assert flash.firmware(None, box) == box / "build" / "firstpress.hex"
