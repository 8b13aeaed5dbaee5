"""Runs the firmware in the simulator, for tests and demonstrations: press buttons, and know when it truly was.

    with SimulatedBox() as box:
        serial_port = box.port
        truth = box.press({2: 0, 4: 800}, hold_ms=150, bounce=True)
        truth[4].cycle - truth[2].cycle        # 12800 (within the length of one instruction)

Inputs are numbered 0..5, as in the protocol. Standard library only; builds what is missing with make, which needs
gcc, gcc-avr, avr-libc, libsimavr-dev and libelf-dev.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

FIRMWARE = Path(__file__).resolve().parent.parent
BUILD = FIRMWARE / "build"
CYCLES_PER_TICK = 8
CHIP_HZ = 16_000_000

Line = dict[str, Any]


class SimulatorError(RuntimeError):
    """The simulator could not be built or started, refused a command, or did not do in time what was asked."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact changed: at this cycle of the chip, which was due at this host CLOCK_MONOTONIC."""

    input: int
    down: bool
    cycle: int
    time_ns: int


def build(*targets: str) -> Path:
    """Make these targets of firmware/Makefile (default: firmware and sim) if they are out of date; the folder.

    Several processes may ask at once. Raises `SimulatorError` with the compiler's words.
    """
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            made = subprocess.run(
                ["make", "-C", str(FIRMWARE), *(targets or ("firmware", "sim"))],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise SimulatorError(f"make cannot be run: {error}") from error
    if made.returncode:
        raise SimulatorError(f"the firmware does not build:\n{made.stderr[-2000:]}")
    return BUILD


class SimulatedBox:
    """One box in a process of its own, from ``with`` to its end.

    ``eeprom``: file that keeps the box's id over runs (default: a new id each time). ``ppm``: how much faster than
    nominal its crystal is. ``usb_frame_us``: bytes pass in both directions only at multiples of this, as behind a
    full-speed USB converter (1000); 0 is a direct line. ``seed``: makes a new id repeatable.
    """

    def __init__(
        self,
        *,
        eeprom: Path | None = None,
        link: Path | None = None,
        ppm: float = 0.0,
        usb_frame_us: int = 0,
        seed: int | None = None,
    ) -> None:
        self.port = ""
        self._options = ["--until-eof", "--ppm", repr(ppm), "--usb-frame-us", str(usb_frame_us)]
        for name, value in (("--eeprom", eeprom), ("--link", link), ("--seed", seed)):
            if value is not None:
                self._options += [name, str(value)]
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._lines: list[Line] = []
        self._news = threading.Condition()
        self._ended = False
        self._batch = 0

    def __enter__(self) -> SimulatedBox:
        folder = build()
        self._process = subprocess.Popen(
            [str(folder / "firstpress-sim"), *self._options, str(folder / "firstpress.elf")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._reader = threading.Thread(target=self._read, daemon=True, name="simulated-box")
        self._reader.start()
        try:
            self.port = self.wait_for(lambda line: line["type"] == "ready")["port"]
            # Box time starts some 8 ms later; before that it hears nothing.
            self.wait_for(lambda line: line["type"] == "timer")
        except SimulatorError:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the simulator; its standard input's end is the signal. Harmless when repeated."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join(timeout=5)
        process.stdout.close()

    @property
    def pid(self) -> int:
        """Process id of the simulator, 0 when it does not run."""
        return self._process.pid if self._process else 0

    @property
    def truth(self) -> list[Line]:
        """All that was reported so far: objects with type, cycle, ns and what the type adds."""
        with self._news:
            return list(self._lines)

    def lamps(self) -> list[tuple[int, int]]:
        """(mask, cycle) of every change of the lamps so far."""
        return [(line["mask"], line["cycle"]) for line in self.truth if line["type"] == "lamps"]

    def lamps_now(self) -> int:
        """The mask that the lamps show."""
        return next((mask for mask, _ in reversed(self.lamps())), 0)

    def ticks(self, cycle: int) -> float:
        """Box time at ``cycle`` in ticks with fractions, by the last start of its clock before."""
        starts = [line["cycle"] for line in self.truth if line["type"] == "timer" and line["cycle"] <= cycle]
        if not starts:
            raise SimulatorError("the box had not started its clock")
        start: int = starts[-1]
        return (cycle - start) / CYCLES_PER_TICK

    def press(
        self,
        offsets_us: Mapping[int, float],
        *,
        hold_ms: float = 120,
        bounce: bool | int = False,
        bounce_ms: float | None = None,
    ) -> dict[int, Edge]:
        """Press each input at its offset (µs) from one moment some 2 ms ahead, hold it, release it.

        ``bounce``: a seed, or True, lets the contacts chatter, for ``bounce_ms`` or a random few ms. Returns, once
        all have happened, the first edge of each; the releases follow on their own.
        """
        items = []
        for number, (button, offset_us) in enumerate(offsets_us.items()):
            item = f"press {button} +{offset_us:.4f} hold_ms={hold_ms:.4f}"
            if bounce:
                item += f" bounce={(int(bounce) * 1009 + number) or 1}"
            if bounce and bounce_ms is not None:
                item += f" bounce_ms={bounce_ms:.4f}"
            items.append(item)
        batch = self._play(items)
        return {button: self._first_edge(batch, button) for button in offsets_us}

    def edges(self, steps: Sequence[tuple[int, bool, float]]) -> list[Edge]:
        """Play edges (input, down, offset in µs) relative to one moment; returns them when all have happened."""
        batch = self._play([f"edge {button} {int(down)} +{us:.4f}" for button, down, us in steps])
        span_s = max((us for _, _, us in steps), default=0) / 1e6
        self.wait_for(lambda line: line["type"] == "done" and line["batch"] == batch, timeout_s=span_s + 10)
        return [_edge(line) for line in self.truth if line["type"] == "edge" and line["batch"] == batch]

    def reset(self, cause: str = "external") -> Line:
        """Reset the chip: "external", "power" or "watchdog". Returns the report when its clock runs again."""
        seen = len(self.truth)
        self._play([f"reset {cause}"])
        return self.wait_for(lambda line: line["type"] == "timer", since=seen)

    def command(self, line: str) -> None:
        """Send a raw line, see firmware/sim/script.h."""
        if self._process is None or self._process.stdin is None:
            raise SimulatorError("the simulator does not run")
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise SimulatorError(f"the simulator has ended: {error}") from error

    def wait_for(self, wanted: Callable[[Line], bool], *, timeout_s: float = 10.0, since: int = 0) -> Line:
        """The first report from number ``since`` on for which ``wanted`` is true; `SimulatorError` in vain."""
        limit = time.monotonic() + timeout_s
        at = since
        with self._news:
            while True:
                while at < len(self._lines):
                    line = self._lines[at]
                    if wanted(line):
                        return line
                    if line["type"] == "error":
                        raise SimulatorError(line["text"])
                    at += 1
                left = limit - time.monotonic()
                if left <= 0 or self._ended:
                    raise SimulatorError("ended" if self._ended else f"nothing of the kind in {timeout_s} s")
                self._news.wait(left)

    def _play(self, items: list[str]) -> int:
        self._batch += 1
        self.command(";".join((f"id {self._batch}", *items)))
        return self._batch

    def _first_edge(self, batch: int, button: int) -> Edge:
        return _edge(
            self.wait_for(
                lambda line: line["type"] == "edge" and line["batch"] == batch and line["input"] == button
            )
        )

    def _read(self) -> None:
        process = self._process
        assert process is not None and process.stdout is not None
        for text in process.stdout:
            line = json.loads(text)
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def _edge(line: Line) -> Edge:
    return Edge(input=line["input"], down=line["down"], cycle=line["cycle"], time_ns=line["ns"])
