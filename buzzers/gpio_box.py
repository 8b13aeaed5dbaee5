"""Driver of buttons and lamps on a Raspberry Pi's own pins: one thread fetches edges, reads levels, sets lamps."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gpiozero import LED, Button

from buzzers.contact import HANDOVER_NS, Contact, Edge, State
from buzzers.driver import Changed, Gone, Live, Marked, Pace, Post, Pressed, health
from buzzers.gpio_pins import Lines
from buzzers.gpio_spec import GpioSpec
from buzzers.press import Press
from buzzers.spikes import Spikes

log = logging.getLogger(__name__)

BOX_ID = "gpio"
# The kernel stamps in the interrupt: a stamp is late by as long as interrupts were held off, and never early. Drivers
# hold them off for tens of µs at worst; 100 µs is what we state. The estimate is its middle (± 50 µs); of two stamps
# one may be late and the other not, so between them all of it is in doubt.
INTERRUPT_NS = 100_000
DECIDE_S = 0.0005  # between two readings while a contact may be a press
RELEASE_S = 0.002  # and while a button is down
STUCK_NS = 10_000_000_000
LAMP_TEST_NS = 3_000_000_000


def boot_id() -> str:
    """Which run of the kernel this is: CLOCK_MONOTONIC starts anew with it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]


class GpioBox:
    """The pins of `spec`; seat 1 has the first button. `lines` is the pin factory; closes it at the end.

    Raises what gpiozero raises if a pin cannot be used.
    """

    kind = "gpio"

    def __init__(
        self, spec: GpioSpec, lines: Lines, post: Post, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.port = spec.chip or "gpio"
        self._lines = lines
        self._post = post
        self._clock = clock
        self._clock_name = f"{BOX_ID}/{boot_id()}"
        self._buttons = [Button(pin, pull_up=True, pin_factory=lines) for pin in spec.buttons]
        self._lamps = [LED(pin, pin_factory=lines) for pin in spec.lamps]
        now_ns = clock()
        numbers = [int(button.pin.info.name.removeprefix("GPIO")) for button in self._buttons]
        self._contacts = [
            Contact(number, button.is_pressed, now_ns)
            for number, button in zip(numbers, self._buttons, strict=True)
        ]
        self._seat_of = {number: seat for seat, number in enumerate(numbers, 1)}
        self._thread = threading.Thread(target=self._run, name="gpio", daemon=True)
        self._stopping = threading.Event()
        self._pace = Pace.IDLE
        self._lit: frozenset[int] = frozenset()
        self._lit_next: tuple[frozenset[int], int] | None = None  # what is to be lit, and when
        self._shown: frozenset[int] = frozenset()  # the lamps that burn
        self._test_due = False
        self._test_until_ns = 0
        self._sequence = 0
        self._mark_ns = 0
        self._marked_at_ns = 0
        self._last: tuple[int, int] | None = None  # (seat, time_ns)
        self._spikes = Spikes()
        self._spikes.count(0, now_ns)
        self._lost = False
        self._reported: tuple[object, ...] = ()

    @property
    def box_id(self) -> str | None:
        return None if self._lost else BOX_ID

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end; `join` waits for it."""
        self._stopping.set()
        self._lines.wake()

    def join(self, timeout_s: float) -> None:
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def set_pace(self, pace: Pace) -> None:
        sooner = pace.value < self._pace.value
        self._pace = pace
        if sooner:
            self._lines.wake()

    def accepted(self, posted: Pressed) -> None:
        """Nothing is kept: the press went through memory."""

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        if at_ns is None:
            self._lit, self._lit_next = lit_seats, None
        else:
            self._lit_next = (lit_seats, at_ns)
        self._lines.wake()

    def test_lamps(self) -> None:
        self._test_due = True
        self._lines.wake()

    def health(self, now_ns: int) -> dict[str, Any]:
        last = self._last
        return health(
            box_id=BOX_ID,
            port=self.port,
            kind=self.kind,
            state="down" if self._lost else "up",
            seats=tuple(self._seat_of.values()),
            inputs=len(self._buttons),
            uncertainty_us=None if self._lost else INTERRUPT_NS // 2_000,
            rtt_us=None if self._lost else 0,
            last_press=last and {"seat": last[0], "ago_ms": max(0, now_ns - last[1]) // 1_000_000},
            overflows=self._lines.overflows,
            spikes=self._spikes.total or 0,
            held=() if self._lost else self._held(),
            problem=self._problem(now_ns),
        )

    # -- the thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._post(Live(self, BOX_ID))
        try:
            while not self._stopping.is_set():
                self.light(self._clock())
                self.step()
                self._lines.wait(self.pause_s())
        except OSError as error:
            log.warning("gpio: %s", error)
            self._lost = True
            self._post(Gone(self, BOX_ID))
            self._post(Changed(self))
        finally:
            with suppress(OSError):  # the chip may be what is gone
                for lamp in self._lamps:
                    lamp.off()
            self._lines.close()
            for device in [*self._buttons, *self._lamps]:
                device.close()

    def pause_s(self) -> float:
        """How long nothing needs doing if no edge comes."""
        states = {contact.state for contact in self._contacts}
        pause_s = self._pace.value
        if (due := self._lit_next) is not None:
            pause_s = min(pause_s, max(0.0, (due[1] - self._clock()) / 1e9))
        if State.UNDECIDED in states or any(contact.pending for contact in self._contacts):
            return min(pause_s, DECIDE_S)
        return min(pause_s, RELEASE_S) if State.HELD in states else pause_s

    def step(self) -> None:
        """Takes in what has happened, posts what follows from it."""
        now_ns = self._clock()
        levels = [bool(button.is_pressed) for button in self._buttons]
        edges: dict[int, list[Edge]] = {}
        for edge in self._lines.fetch():
            edges.setdefault(edge.line, []).append(edge)
        pressed: list[Edge] = []
        for contact, down in zip(self._contacts, levels, strict=True):
            pressed += self._advance(contact, edges.get(contact.line, []), now_ns, down)
        for first in sorted(pressed, key=lambda edge: edge.time_ns):
            self._report(self._lines.settle(first))
        self._spikes.count(sum(contact.spikes for contact in self._contacts), now_ns)
        self._mark(now_ns)
        shown = (self._held(), self._problem(now_ns), self._last)
        if shown != self._reported:
            self._reported = shown
            self._post(Changed(self))

    def _advance(self, contact: Contact, edges: list[Edge], now_ns: int, down: bool) -> list[Edge]:
        for edge in edges:
            contact.edge(edge)
        # If the contact has closed since now_ns, the level that was read is not the one of now_ns.
        closed_since = bool(edges) and edges[-1].time_ns > now_ns
        first = None if closed_since else contact.sample(now_ns, down)
        return [first] if first else []

    def _report(self, first: Edge) -> None:
        self._sequence += 1
        earliest_ns = first.earliest_ns - INTERRUPT_NS
        width_ns = first.time_ns - earliest_ns
        press = Press(
            seat=self._seat_of[first.line],
            box=BOX_ID,
            clock=self._clock_name,
            clock_ns=first.time_ns,
            resolution_ns=width_ns,
            time_ns=(earliest_ns + first.time_ns) // 2,
            uncertainty_ns=(width_ns + 1) // 2,
            sequence=self._sequence,
            source="hardware",
        )
        self._last = (press.seat, press.time_ns)
        self._post(Pressed(self, press))

    def _mark(self, now_ns: int) -> None:
        """Says what can no longer come: neither from the kernel's queue nor out of a contact that is undecided."""
        undecided = [self._lines.settle(edge) for contact in self._contacts if (edge := contact.pending)]
        first_ns = min([now_ns - HANDOVER_NS, *(edge.earliest_ns for edge in undecided)])
        watermark_ns = first_ns - INTERRUPT_NS - 1  # half an odd width is rounded up in a press
        due = now_ns - self._marked_at_ns >= self._pace.value * 0.9e9
        if watermark_ns > self._mark_ns and due:
            self._mark_ns, self._marked_at_ns = watermark_ns, now_ns
            self._post(Marked(BOX_ID, watermark_ns))

    def light(self, now_ns: int) -> None:
        """Sets the lamps as they should be at this time."""
        if self._test_due:
            self._test_due = False
            self._test_until_ns = now_ns + LAMP_TEST_NS
        if (due := self._lit_next) is not None and due[1] <= now_ns:
            self._lit, self._lit_next = due[0], None
        testing = now_ns < self._test_until_ns
        for seat, lamp in enumerate(self._lamps, 1):
            lit = testing or seat in self._lit
            if lit != (seat in self._shown):
                lamp.value = lit
                self._shown ^= {seat}

    # -- what a screen should know ------------------------------------------------------------------------

    def _held(self) -> tuple[int, ...]:
        return tuple(self._seat_of[one.line] for one in self._contacts if one.state is State.HELD)

    def _problem(self, now_ns: int) -> str | None:
        """Key of the worst problem, or None."""
        if self._lost:
            return "gpio"
        if any(one.state is State.HELD and now_ns - one.since_ns > STUCK_NS for one in self._contacts):
            return "held"
        if self._lines.overflows:
            return "overflow"
        return "chatter" if self._spikes.chatter(now_ns) else None
