"""The simulator as a process: builds it, starts it, collects what it reports. Standard library only.

Building needs make, gcc, gcc-avr, avr-libc, libsimavr-dev and libelf-dev.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FIRMWARE = Path(__file__).resolve().parent.parent
BUILD = FIRMWARE / "build"
CYCLES_PER_TICK = 8
CHIP_HZ = 16_000_000

Line = dict[str, Any]


class SimulatorError(RuntimeError):
    """The simulator could not be built or started, refused a command, or did not do in time what was asked."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A line that was sent to the simulator: its number, and how many reports there were before it."""

    number: int
    since: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact changed: at this cycle of its chip, which was due at this host CLOCK_MONOTONIC."""

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


class Simulator:
    """One process with ``boxes`` boxes, from ``with`` to its end. Options: those of the program, without the ELF.

    ``elf``: another firmware than the one built here.
    """

    def __init__(self, boxes: int, options: Sequence[str], elf: Path | None = None) -> None:
        self.boxes = boxes
        self.ports: tuple[str, ...] = ()
        self._options = ["--until-eof", "--boxes", str(boxes), *options]
        self._elf = elf
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._lines: list[Line] = []
        self._starts: dict[int, list[int]] = {}  # box: cycles at which its clock was started
        self._news = threading.Condition()
        self._ended = False
        self._batch = 0

    def __enter__(self) -> Self:
        folder = build()
        self._process = subprocess.Popen(
            [str(folder / "firstpress-sim"), *self._options, str(self._elf or folder / "firstpress.elf")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._reader = threading.Thread(target=self._read, daemon=True, name="simulated-box")
        self._reader.start()
        try:
            self.ports = tuple(self._of_box(box, "ready")["port"] for box in range(self.boxes))
            # Box time starts some 30 ms later; before that a box hears nothing.
            for box in range(self.boxes):
                self._of_box(box, "timer")
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

    def _of_box(self, box: int, kind: str) -> Line:
        return self.wait_for(lambda line: line["type"] == kind and line["box"] == box)

    def _ticks(self, box: int, cycle: float) -> float:
        with self._news:
            starts = [start for start in self._starts.get(box, ()) if start <= cycle]
        if not starts:
            raise SimulatorError("the box had not started its clock")
        return (cycle - starts[-1]) / CYCLES_PER_TICK

    def _first_edge(self, batch: Batch, box: int, button: int) -> Edge:
        return edge_of(
            self.wait_for(
                lambda line: (
                    line["type"] == "edge"
                    and (line["batch"], line["box"], line["input"]) == (batch.number, box, button)
                ),
                since=batch.since,
            )
        )

    def _played_edges(self, batch: Batch, boxes: set[int], span_us: float) -> list[Line]:
        """The edges of this batch, once all of its boxes have done their part."""
        for box in boxes:
            self.wait_for(
                lambda line, box=box: (  # type: ignore[misc]
                    line["type"] == "done" and (line["batch"], line["box"]) == (batch.number, box)
                ),
                timeout_s=span_us / 1e6 + 10,
                since=batch.since,
            )
        with self._news:
            news = self._lines[batch.since :]
        return [line for line in news if line["type"] == "edge" and line["batch"] == batch.number]

    def _play(self, items: list[str]) -> Batch:
        self._batch += 1
        with self._news:
            since = len(self._lines)
        self.command(";".join((f"id {self._batch}", *items)))
        return Batch(self._batch, since)

    def _read(self) -> None:
        process = self._process
        assert process is not None and process.stdout is not None
        for text in process.stdout:
            line = json.loads(text)
            with self._news:
                self._lines.append(line)
                if line["type"] == "timer":
                    self._starts.setdefault(line["box"], []).append(line["cycle"])
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def press_item(button: int, offset_us: float, hold_ms: float, bounce: int, bounce_ms: float | None) -> str:
    """The command that presses a button; ``bounce``: seed of the chatter, 0 for none."""
    item = f"press {button} +{offset_us:.4f} hold_ms={hold_ms:.4f}"
    if bounce:
        item += f" bounce={bounce}"
    if bounce and bounce_ms is not None:
        item += f" bounce_ms={bounce_ms:.4f}"
    return item


def edge_of(line: Line) -> Edge:
    """The edge that this line reports."""
    return Edge(input=line["input"], down=line["down"], cycle=line["cycle"], time_ns=line["ns"])
