"""`run.py flash`: the firmware into a buzzer box, by avrdude, with clear words where something is missing."""

from __future__ import annotations

import argparse
import glob
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
DONE, NO, WRONG_CALL = 0, 1, 2
STANDARD_ERROR = 2
# Optiboot, which both come with today. The loader of old Nanos (57,600 baud) hangs after a watchdog reset (firmware/README.md).
BOARDS = {"uno": 115_200, "nano": 115_200}
PORTS = ("/dev/ttyUSB*", "/dev/ttyACM*")
INSTALL = "sudo apt install {}"
TRIES = (
    "拔下再插上盒子；停掉正在运行的 serve；检查 --port；老的 Nano 要先烧 Optiboot",
    "plug the box in again; end a show that uses it; check --port; an old Nano needs Optiboot first (firmware/README.md)",
)


class CannotFlash(Exception):
    """What is missing, and how to get it: one line."""


def ports() -> list[str]:
    """Serial ports that a box may hang on."""
    return sorted(path for pattern in PORTS for path in glob.glob(pattern))


def port_of(given: str | None, there: list[str]) -> str:
    """The port to flash. Raises CannotFlash where none, or more than one, could be meant."""
    if given is not None:
        if given not in there and not Path(given).exists():
            raise CannotFlash(
                f"没有端口 there is no port {given}; 现有 there are: {', '.join(there) or '无 none'}"
            )
        return given
    if not there:
        raise CannotFlash(
            "没有找到盒子：接上 USB 再试 · no box found: plug it in and try again, or name its --port"
        )
    if len(there) > 1:
        raise CannotFlash(
            f"找到几个端口，请用 --port 指明（一次刷一个）· several ports, choose one with --port: {', '.join(there)}"
        )
    return there[0]


def firmware(given: Path | None, build: Path = FIRMWARE) -> Path:
    """The image: as given, else made of the sources beside us, else what was built before. Raises CannotFlash."""
    if given is not None:
        if not given.is_file():
            raise CannotFlash(f"没有这个文件 there is no such file: {given}")
        return given
    image = build / "build" / "firstpress.hex"
    lacking = [name for name in ("make", "avr-gcc") if shutil.which(name) is None]
    if not lacking:
        made = subprocess.run(
            ["make", "-s", "-C", str(build), "firmware"], stdout=STANDARD_ERROR, check=False
        )
        if made.returncode == 0:
            return image
        raise CannotFlash(f"固件编译失败，见上 · the firmware could not be built, see above ({build})")
    if image.is_file():
        return image
    packages = INSTALL.format("make gcc-avr avr-libc")
    raise CannotFlash(f"没有 {', '.join(lacking)}，不能编译固件 · the firmware cannot be built: {packages}")


def avrdude(port: str, board: str, image: Path, check: bool) -> list[str]:
    """The command: writes and reads back, or with `check` only compares."""
    does = "v" if check else "w"
    line = ["avrdude", "-p", "m328p", "-c", "arduino", "-P", port, "-b", str(BOARDS[board]), "-D"]
    return [*line, "-U", f"flash:{does}:{image}:i"]


def run(arguments: argparse.Namespace) -> int:
    """Flash or check one box. Returns the exit status."""
    try:
        if shutil.which("avrdude") is None:
            raise CannotFlash(f"没有 avrdude · avrdude is missing: {INSTALL.format('avrdude')}")
        port = port_of(arguments.port, ports())
        image = firmware(arguments.hex)
    except CannotFlash as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return WRONG_CALL
    status = subprocess.run(
        avrdude(port, arguments.board, image, arguments.check), stdout=STANDARD_ERROR, check=False
    ).returncode
    if status == 0:
        done = (
            "盒子里正是这个固件 · the box has this firmware"
            if arguments.check
            else "刷好了，盒子已重启 · done, the box has restarted"
        )
        print(f"{port}: {done}")
        return DONE
    failed = (
        "核对不一致或连不上 · it differs, or does not answer" if arguments.check else "没有刷成 · not flashed"
    )
    print(f"firstpress: {port}: {failed}", file=sys.stderr)
    for line in TRIES:
        print(f"firstpress:   {line}", file=sys.stderr)
    return NO


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    flashing = command("flash", run, "the firmware into a buzzer box, by avrdude")
    flashing.add_argument("--port", help="serial port of the box (default: the only one there is)")
    flashing.add_argument("--board", choices=sorted(BOARDS), default="uno", help="default: uno")
    flashing.add_argument(
        "--hex", type=Path, metavar="FILE", help="an image of your own (default: built from firmware/)"
    )
    flashing.add_argument("--check", action="store_true", help="only compare what the box has; write nothing")
