"""The timing core's main: `python -m buzzers.service --socket PATH [--boxes WHICH] [--seats N] [--lifeline]`."""

import argparse
import logging
import os
import queue
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, cast

from buzzers.core import Core
from buzzers.discovery import PROBE_S, PortWatch, Wanted, parse_boxes
from buzzers.driver import BoxesError, Driver, Posted
from buzzers.gpio_spec import GpioSpec
from buzzers.recording import read_recording
from buzzers.scheduling import Collector, Scheduling, prepare
from buzzers.seating import Seating
from buzzers.serial_box import SerialBox
from buzzers.stream import Closed, Line, Listener, SocketError
from buzzers.sync_wire import SyncWire

if TYPE_CHECKING:
    from buzzers.gpio_box import GpioBox

SWITCH_S = 1e-4  # a thread that has just read a press must not wait 5 ms for another one to yield
ENDING_S = 0.6


@dataclass(frozen=True, slots=True)
class Stop:
    """The process is to end."""


Inbox = queue.SimpleQueue[Posted | Line | Closed | Stop]


class Boxes:
    """The drivers that `--boxes` asks for. Raises BoxesError if the GPIO pins cannot be had."""

    def __init__(self, wanted: Wanted, seats: int, inbox: Inbox) -> None:
        self._gpio = [] if wanted.gpio is None else [_open_gpio(wanted.gpio, inbox)]
        self._watch = PortWatch(seats, inbox.put) if wanted.mode == "auto" else None
        seating = Seating(seats, wanted.ports, dict(wanted.seats))
        wire = SyncWire()
        self._fixed = [SerialBox(port, seating, inbox.put, wire) for port in wanted.ports]
        self._mode = wanted.mode

    def start(self, ending: Callable[[], bool]) -> None:
        """Starts every driver and gives the boxes a bounded time to answer, less if the process is ending."""
        trial = threading.Thread(target=self._try_all, name="try boxes", daemon=True)
        trial.start()
        while trial.is_alive() and not ending():
            trial.join(0.02)

    def _try_all(self) -> None:
        if self._watch is not None:
            self._watch.start()
        for box in self._fixed:
            box.start()
        for pins in self._gpio:
            pins.start()
        deadline_s = time.monotonic() + PROBE_S
        while not all(box.greeted for box in self._fixed) and time.monotonic() < deadline_s:
            time.sleep(0.02)

    @property
    def simulated(self) -> bool:
        return self._mode == "sim" or (self._mode == "auto" and not self.serial())

    def serial(self) -> list[SerialBox]:
        return self._watch.drivers() if self._watch is not None else self._fixed

    def drivers(self) -> list[Driver]:
        return [*cast(list[Driver], self.serial()), *self._gpio]

    def names(self) -> list[str]:
        """Ids of the boxes, or where they should be."""
        serial = [box.known_id or box.port for box in self.serial()]
        return serial + [box.box_id or box.port for box in self._gpio]

    def stop(self) -> None:
        boxes: list[SerialBox | GpioBox] = [*self.serial(), *self._gpio]
        if self._watch is not None:
            self._watch.stop()
        for box in boxes:
            box.stop()
        deadline_s = time.monotonic() + ENDING_S
        for box in boxes:
            box.join(max(0.0, deadline_s - time.monotonic()))


def _open_gpio(spec: GpioSpec, inbox: Inbox) -> "GpioBox":
    # Only now: gpiozero takes its time to load, and nothing else needs it.
    from gpiozero import GPIOZeroError

    from buzzers.gpio_box import GpioBox
    from buzzers.gpio_pins import KernelFactory

    try:
        return GpioBox(spec, KernelFactory(spec.chip, spec.buttons, spec.lamps), inbox.put)
    except GPIOZeroError as error:
        raise BoxesError(f"gpio: {error}: choose other pins, see docs/wiring.md") from error


def serve(
    socket_path: Path,
    wanted: Wanted,
    seats: int,
    inbox: Inbox,
    ending: Callable[[], bool],
    scheduling: Scheduling,
) -> None:
    """Runs until `Stop` comes out of the inbox; `ending` says beforehand that it will.

    Raises BoxesError if the pins or the recording cannot be had, SocketError if the socket cannot be made.
    """
    recording = None if wanted.replay is None else read_recording(wanted.replay, seats)
    boxes = Boxes(wanted, seats, inbox)
    listener = Listener(socket_path, inbox.put)
    try:
        boxes.start(ending)
        core = Core(secrets.token_hex(8), seats, boxes.drivers, time.monotonic_ns, scheduling.to_json())
        if boxes.simulated:
            core.simulate_boxes()
        if recording is not None:
            core.replay(recording, lambda text: print(f"timing core: {text}", file=sys.stderr, flush=True))
        listener.start()
        added = [box.box_id for box in (core.simulated, core.replayed) if box is not None]
        named = boxes.names() + added
        print(
            f"timing core ready: {socket_path} boxes={','.join(named) or 'none'}", file=sys.stderr, flush=True
        )
        if core.simulated:
            print(
                f"没有接抢答盒，使用模拟盒：控制台页面上的 1–{seats} 键 · "
                f"no boxes attached, running on simulated ones: keys 1–{seats} on the console page",
                file=sys.stderr,
                flush=True,
            )
        if recording is not None:
            print(
                f"重放录像：{recording.path} · replaying {recording.path}: {len(recording.armings)} armings, "
                f"{len(recording.presses())} presses",
                file=sys.stderr,
                flush=True,
            )
        _loop(core, inbox)
    finally:
        listener.close()
        boxes.stop()


def _loop(core: Core, inbox: Inbox) -> None:
    garbage = Collector(time.monotonic_ns)
    while True:
        try:
            wait_s = max(0, core.deadline_ns() - time.monotonic_ns()) / 1e9
            message = inbox.get(timeout=wait_s)
            while True:
                if isinstance(message, Stop):
                    return
                core.take(message)
                message = inbox.get_nowait()
        except queue.Empty:
            # Nothing more has happened; what is left is that time has passed.
            core.tick()
            if core.arbiter.running is None:
                garbage.idle()


def _watch_lifeline() -> None:
    """Ends the process when the parent, which holds the other end of our standard input, is gone."""
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit status: 0 ended as asked, 1 no socket, 2 wrong call."""
    parser = argparse.ArgumentParser(prog="buzzers.service", description=__doc__)
    parser.add_argument("--socket", required=True, type=Path, metavar="PATH", help="Unix socket to listen on")
    parser.add_argument(
        "--boxes",
        default="auto",
        metavar="WHICH",
        help="auto, sim, none, serial:PORT[=SEAT+SEAT...][,PORT...] "
        "or gpio:[chip=LABEL_OR_PATH,][buttons=17+27...,lamps=5+6...], or gpio:...;serial:..., or replay:LOG",
    )
    parser.add_argument("--seats", type=int, default=5, metavar="N", help="seats on the stage (default 5)")
    parser.add_argument("--lifeline", action="store_true", help="end when standard input does")
    options = parser.parse_args(arguments)
    if not 1 <= options.seats <= 64:
        parser.error("--seats must be 1 to 64")
    try:
        wanted = parse_boxes(options.boxes, options.seats)
    except BoxesError as error:
        parser.error(str(error))
    logging.basicConfig(stream=sys.stderr, format="timing core: %(message)s")
    sys.setswitchinterval(SWITCH_S)
    inbox: Inbox = queue.SimpleQueue()

    ended: list[int] = []  # signals; a lock would be no good in a handler

    def end(number: int, frame: FrameType | None) -> None:
        ended.append(number)
        inbox.put(Stop())

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if options.lifeline:
        threading.Thread(target=_watch_lifeline, name="lifeline", daemon=True).start()
    try:
        serve(options.socket, wanted, options.seats, inbox, lambda: bool(ended), prepare())
    except BoxesError as error:
        print(f"timing core: {error}", file=sys.stderr)
        return 2
    except SocketError as error:
        print(f"timing core: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
