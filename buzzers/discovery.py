"""Finds the boxes: reads `--boxes`, tries USB serial ports, and goes on looking for ports that are plugged in."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from serial.tools import list_ports

from buzzers.driver import BoxesError, Post
from buzzers.gpio_spec import GpioSpec, parse_gpio
from buzzers.seating import Seating
from buzzers.serial_box import SerialBox
from buzzers.sync_wire import SyncWire

PROBE_S = 2.4
LOOK_EVERY_S = 2.0
SILENT_SHARE = 0.9  # of the trial: a port that was open for so long and silent is no box


@dataclass(frozen=True, slots=True)
class Wanted:
    """What --boxes asks for."""

    mode: Literal["auto", "sim", "none", "serial", "gpio", "replay"]
    ports: tuple[str, ...] = ()
    seats: tuple[tuple[str, tuple[int, ...]], ...] = ()  # (port, seats of its inputs) where given
    gpio: GpioSpec | None = None
    replay: Path | None = None  # the log whose presses are given again


def parse_boxes(text: str, seats: int) -> Wanted:
    """Reads `auto`, `sim`, `none`, `gpio:...`, `serial:PORT[=SEAT+SEAT...][,PORT...]`, `gpio:...;serial:...`, `replay:LOG`.

    Raises BoxesError.
    """
    if text.startswith("replay:"):
        if text == "replay:":
            raise BoxesError(
                "replay: needs the log of a contest or a rehearsal, as in replay:data/rehearsal.db"
            )
        return Wanted("replay", replay=Path(text.removeprefix("replay:")))
    if text.startswith("gpio:") and ";" in text:
        pins, _, others = text.partition(";")
        return _parse_both(pins, others, seats)
    if text == "auto":
        return Wanted("auto")
    if text == "sim":
        return Wanted("sim")
    if text == "none":
        return Wanted("none")
    if text.startswith("gpio:") or text == "gpio":
        return Wanted("gpio", gpio=parse_gpio(text.removeprefix("gpio").removeprefix(":"), seats))
    if not text.startswith("serial:"):
        raise BoxesError(
            f"unknown boxes {text!r}: use auto, sim, none, gpio:, serial:PORT[,PORT...] or replay:LOG"
        )
    ports: list[str] = []
    wanted: list[tuple[str, tuple[int, ...]]] = []
    for part in text.removeprefix("serial:").split(","):
        port, given, list_of_seats = part.partition("=")
        if not port or port in ports:
            raise BoxesError(f"serial: needs ports, each once, got {text!r}")
        ports.append(port)
        if given:
            wanted.append((port, _parse_seats(list_of_seats, seats)))
    taken = [seat for _, of_port in wanted for seat in of_port]
    if len(set(taken)) != len(taken):
        raise BoxesError(f"a seat is given twice in {text!r}")
    if wanted and len(wanted) != len(ports):
        raise BoxesError("give seats for every port or for none")
    return Wanted("serial", tuple(ports), tuple(wanted))


def _parse_both(pins: str, ports: str, seats: int) -> Wanted:
    """Buttons on our own pins for the first seats, boxes on serial ports for others."""
    first, others = parse_boxes(pins, seats), parse_boxes(ports, seats)
    if first.gpio is None or others.mode != "serial":
        raise BoxesError(
            f"only gpio: and serial: go together, as in gpio:buttons=17+27;serial:PORT=3+4: {ports!r}"
        )
    taken = range(1, len(first.gpio.buttons) + 1)
    given = {seat for _, of_port in others.seats for seat in of_port}
    if not given or given & set(taken):
        last = taken[-1]
        raise BoxesError(
            f"gpio: has seats 1 to {last}: name its buttons, and give each serial port other seats"
        )
    return replace(others, gpio=first.gpio)


def _parse_seats(text: str, seats: int) -> tuple[int, ...]:
    try:
        listed = tuple(int(number) for number in text.split("+"))
    except ValueError:
        raise BoxesError(f"seats are written 1+2+3, got {text!r}") from None
    if any(not 1 <= seat <= seats for seat in listed):
        raise BoxesError(f"seats are 1 to {seats}, got {text!r}")
    return listed


def usb_ports() -> list[str]:
    """Device names of the USB serial ports, sorted."""
    return sorted(port.device for port in list_ports.comports() if port.vid is not None)


class PortWatch:
    """Tries every USB serial port: a port on which a box answers in time keeps its driver.

    A port that was opened and did not answer is left alone until it has been away, so that other devices are not
    disturbed. One that could not be opened (another program has it, no permission yet) is tried again.
    """

    def __init__(
        self, seats: int, post: Post, ports: Callable[[], list[str]] = usb_ports, probe_s: float = PROBE_S
    ) -> None:
        self._post = post
        self._ports = ports
        self._probe_s = probe_s
        self._seating = Seating(seats)
        self._wire = SyncWire()
        self._lock = threading.Lock()
        self._drivers: dict[str, SerialBox] = {}  # boxes, by port
        self._refused: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="look for boxes", daemon=True)

    def start(self) -> list[SerialBox]:
        """Tries all ports at once for at most `probe_s`, then goes on looking. The boxes that answered."""
        self._look()
        self._seating.number_by_port()
        self._thread.start()
        return self.drivers()

    def drivers(self) -> list[SerialBox]:
        with self._lock:
            return [self._drivers[port] for port in sorted(self._drivers)]

    def stop(self) -> None:
        self._stopping.set()

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            self._look()

    def _look(self) -> None:
        present = self._ports()
        self._refused &= set(present)
        self._forget_moved(present)
        with self._lock:
            fresh = [port for port in present if port not in self._drivers and port not in self._refused]
        probes = {port: SerialBox(port, self._seating, self._post, self._wire) for port in fresh}
        for probe in probes.values():
            probe.start()
        deadline_s = time.monotonic() + self._probe_s
        while not all(probe.greeted for probe in probes.values()) and time.monotonic() < deadline_s:
            if self._stopping.wait(0.02):
                break
        for port, probe in probes.items():
            if probe.greeted:
                with self._lock:
                    self._drivers[port] = probe
            else:
                # One that was free only for the last moments has not had its chance yet.
                if probe.unanswered_ns() >= SILENT_SHARE * self._probe_s * 1e9:
                    self._refused.add(port)
                probe.stop()

    def _forget_moved(self, present: list[str]) -> None:
        """A box that has come back on another port needs no driver on the old one."""
        with self._lock:
            answering = {driver.known_id for driver in self._drivers.values() if driver.greeted}
            for port, driver in list(self._drivers.items()):
                if port not in present and not driver.greeted and driver.known_id in answering:
                    driver.stop()
                    del self._drivers[port]
