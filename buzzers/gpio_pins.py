"""Pins of a Raspberry Pi for gpiozero, over the kernel's own interface, with the kernel's own time of every edge.

gpiozero's other pin factories lose what a stage needs: the integer time, edges in a burst, the order of two buttons.
"""

import errno
import glob
import os
import select
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Protocol

import gpiod
from gpiod.line import Bias, Clock, Direction, Value
from gpiod.line import Edge as EdgeKind
from gpiozero import GPIOZeroError, PinUnknownPi
from gpiozero.exc import PinFixedPull, PinInvalidFunction, PinPWMUnsupported, PinSetInput
from gpiozero.pins.local import get_pi_revision
from gpiozero.pins.pi import PiFactory, PiPin

from buzzers.contact import Edge, EdgeLedger
from buzzers.driver import BoxesError

# The header by the label of its chip: numbers of chips differ from kernel to kernel (Pi 5: 4, later 0).
LABELS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")  # Pi 3, 4, 5 and their kin
PI_4B = 0xC03111  # whose header is assumed where there is no Pi, as under gpio-sim
EVENTS = 1024  # of all lines together; the kernel's own default of 16 a line drops leading edges in a burst
CONSUMER = "firstpress"


class Lines(Protocol):
    """What the driver needs of a pin factory beyond what gpiozero does."""

    @property
    def overflows(self) -> int:
        """How many edges nobody fetched in time."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Returns when an edge waits to be fetched, `wake` was called or time is up."""

    def wake(self) -> None:
        """Ends `wait`; from any thread."""

    def fetch(self) -> list[Edge]:
        """The edges that the kernel has queued; `line` is the GPIO number."""
        ...

    def settle(self, edge: Edge) -> Edge: ...
    def close(self) -> None: ...


class KernelPin(PiPin):  # type: ignore[misc]  # gpiozero has no types
    """A line that KernelFactory has requested; what it is for was settled there."""

    def _get_function(self) -> str:
        return "output" if self._number in self.factory.outputs else "input"

    def _set_function(self, value: str) -> None:
        if value != self._get_function():
            raise PinInvalidFunction(f"{self!r} was requested as {self._get_function()}")

    def _get_state(self) -> bool:
        return bool(self.factory.request.get_value(self._number) is Value.ACTIVE)

    def _set_state(self, value: bool) -> None:
        if self._number not in self.factory.outputs:
            raise PinSetInput(f"cannot set the state of {self!r}")
        self.factory.request.set_value(self._number, Value.ACTIVE if value else Value.INACTIVE)

    def _get_pull(self) -> str:
        return "floating" if self._number in self.factory.outputs else "up"

    def _set_pull(self, value: str) -> None:
        if value != self._get_pull():
            raise PinFixedPull(f"{self!r} was requested with pull {self._get_pull()}")

    def _get_bounce(self) -> None:
        return None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None:  # it would be stamped after the bounce, in steps of the kernel's timer
            raise GPIOZeroError("contacts are debounced by buzzers.contact, not below it")

    def _get_edges(self) -> str:
        return "falling"

    def _set_edges(self, value: str) -> None:
        """gpiozero asks for both. With both the kernel reads the level late, and takes a press for a release."""

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"no PWM on {self!r}")

    def _enable_event_detect(self) -> None:
        """Edges are fetched from the factory: gpiozero's events carry neither the integer time nor the count."""

    def _disable_event_detect(self) -> None:
        """They come with the request."""


class KernelFactory(PiFactory):  # type: ignore[misc]  # gpiozero has no types
    """All lines of a box in one request: then the kernel counts the edges of all of them in one sequence, by which
    `EdgeLedger` sees whether a stamp was replaced. Its methods belong to one thread, but for `wake`.

    buttons, lamps: pins as gpiozero names them. chip: label or path; None: whichever of `LABELS` is there.
    Raises BoxesError with the remedy.
    """

    def __init__(self, chip: str | None, buttons: Sequence[str], lamps: Sequence[str]) -> None:
        super().__init__()
        self.pin_class = KernelPin
        self.path = find_chip(chip)
        inputs = tuple(self._number(name) for name in buttons)
        self.outputs = tuple(self._number(name) for name in lamps)
        if len({*inputs, *self.outputs}) != len(buttons) + len(lamps):
            raise BoxesError("gpio: two of the names mean one pin: name one pin a button and a lamp")
        self.request = self._ask(inputs)
        self._ledger = EdgeLedger()
        self._awake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closing = threading.Lock()

    @property
    def overflows(self) -> int:
        return self._ledger.overflows

    def wait(self, timeout_s: float) -> None:
        # Not poll: it rounds up to whole milliseconds.
        ready, _, _ = select.select([self.request.fd, self._awake], [], [], timeout_s)
        if self._awake in ready:
            os.eventfd_read(self._awake)

    def wake(self) -> None:
        with self._closing:
            if self.request:
                os.eventfd_write(self._awake, 1)

    def fetch(self) -> list[Edge]:
        edges: list[Edge] = []
        while self.request.wait_edge_events(0):
            for event in self.request.read_edge_events(EVENTS):
                edge = self._ledger.take(
                    event.line_offset, event.timestamp_ns, event.global_seqno, event.line_seqno
                )
                edges.append(edge)
        return edges

    def settle(self, edge: Edge) -> Edge:
        return self._ledger.settle(edge)

    def close(self) -> None:
        super().close()
        with self._closing:
            if self.request:
                self.request.release()
                os.close(self._awake)

    def ticks(self) -> float:
        return time.monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        return later - earlier

    def _get_revision(self) -> int:
        try:
            return int(get_pi_revision())
        except PinUnknownPi:
            return PI_4B

    def _number(self, name: str) -> int:
        for _, info in self.board_info.find_pin(name):
            if "gpio" in info.interfaces:
                return int(info.name.removeprefix("GPIO"))
        raise BoxesError(f"gpio: {name} is no GPIO pin of this board: use names like 17, GPIO17 or BOARD11")

    def _ask(self, inputs: Sequence[int]) -> gpiod.LineRequest:
        pressed = gpiod.LineSettings(
            direction=Direction.INPUT,
            bias=Bias.PULL_UP,
            edge_detection=EdgeKind.FALLING,  # a button pulls its line to ground
            event_clock=Clock.MONOTONIC,
            debounce_period=timedelta(0),
        )
        lamp = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.INACTIVE)
        config: dict[Any, gpiod.LineSettings | None] = {number: pressed for number in inputs}
        config |= {number: lamp for number in self.outputs}
        try:
            with gpiod.Chip(self.path) as chip:
                _check_free(chip, [*inputs, *self.outputs])
                return chip.request_lines(config, consumer=CONSUMER, event_buffer_size=EVENTS)
        except OSError as error:
            raise _refused(self.path, error) from error


def _check_free(chip: gpiod.Chip, numbers: Sequence[int]) -> None:
    lines = chip.get_info().num_lines
    for number in numbers:
        if number >= lines:
            raise BoxesError(f"gpio: {chip.path} has no line {number}, only 0 to {lines - 1}: choose others")
        info = chip.get_line_info(number)
        if info.used:
            by = info.consumer or "the kernel"
            raise BoxesError(f"gpio: GPIO{number} is in use by {by}: end that program or choose another pin")


def _refused(path: str, error: OSError) -> BoxesError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return BoxesError(
            f"gpio: no permission to open {path}: run sudo usermod -aG gpio $USER and log in again"
        )
    return BoxesError(
        f"gpio: {path} cannot be used ({error.strerror}): check that the kernel has GPIO v2 (5.10)"
    )


def _chips() -> Iterator[tuple[str, str]]:
    """(path, label) of every chip. Raises BoxesError if one cannot be opened."""
    for path in sorted(glob.glob("/dev/gpiochip*")):
        try:
            with gpiod.Chip(path) as chip:
                yield path, chip.get_info().label
        except OSError as error:
            raise _refused(path, error) from error


def find_chip(wanted: str | None) -> str:
    """The device of the chip with that label, or that path. Raises BoxesError with the remedy."""
    if wanted is not None and wanted.startswith("/"):
        if os.path.exists(wanted):
            return wanted
        raise BoxesError(f"gpio: there is no {wanted}: leave chip= out, or see ls /dev/gpiochip*")
    chips = list(_chips())
    for path, label in chips:
        if label == wanted or (wanted is None and label in LABELS):
            return path
    if not chips:
        raise BoxesError("gpio: this machine has no GPIO chip: use a Raspberry Pi 3 to 5, or --boxes auto")
    there = ", ".join(label for _, label in chips)
    sought = wanted or "of a Raspberry Pi's header"
    raise BoxesError(f"gpio: no chip {sought}; there are: {there}: name one with gpio:chip=LABEL")
