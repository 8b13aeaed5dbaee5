"""Driver of a box on a serial port: one thread reads and keeps the port open, one writes and pings."""

import contextlib
import errno
import logging
import os
import select
import termios
import threading
import time
from random import Random
from typing import Any

import serial

from buzzers.box_session import BoxSession, Loss
from buzzers.driver import Changed, Gone, Live, Marked, Pace, Post, Pressed, Restarted, health
from buzzers.frames import FAULT_CONTACT, Decoder, Identify, Lamps, Message, encode
from buzzers.lamp_orders import LampOrders
from buzzers.latency_timer import LONGEST_MS, shorten
from buzzers.press import Press
from buzzers.seating import PortSeats, Seating
from buzzers.spikes import Spikes
from buzzers.sync_wire import SyncWire

log = logging.getLogger(__name__)

BAUD = 500_000
REOPEN_S = 0.3
IDENTIFY_S = 0.25
SILENT_NS = 1_000_000_000  # ten missed answers at the slowest pace
GIVE_UP_NS = 5_000_000_000  # then the port is opened anew: a wedged adapter comes back that way
GREET_NS = 2_500_000_000  # a boot loader may take most of this before the box can answer
WRITE_TIMEOUT_S = 0.2
PULSE_NS = {Pace.IDLE: 250_000_000}  # between two pulses of the sync wire, ...
PULSE_ARMED_NS = 20_000_000  # ... and while an arming runs

OPEN_PROBLEMS = {
    errno.ENOENT: "no_port",
    errno.ENODEV: "no_port",
    errno.ENXIO: "no_port",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EBUSY: "busy",
    errno.EAGAIN: "busy",
    errno.ETIMEDOUT: "no_answer",
}


class SerialBox:
    """A box on `port`. Reconnects by itself; never waits for the box without a limit."""

    kind = "serial"

    def __init__(self, port: str, seating: Seating, post: Post, wire: SyncWire | None = None) -> None:
        self.port = port
        self._post = post
        self._seating = seating
        self._session = BoxSession(PortSeats(seating, port), Random(), wire)
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"read {port}", daemon=True)
        self._problem: str | None = "no_answer"
        self._live_as: str | None = None
        self._reported: tuple[object, ...] = ()
        self._heard_ns = 0
        self._crc_errors = 0
        self._spikes = Spikes()
        self._latency_ms: int | None = None
        self._opened_ns: int | None = None
        self._pace = Pace.IDLE
        self._ping_now = False
        self._lamps = LampOrders(self._session)
        self._broken = False  # the writer has found the port unusable

    @property
    def box_id(self) -> str | None:
        return self._live_as

    @property
    def known_id(self) -> str | None:
        """The id of the box that answers or last answered here."""
        return self._session.box_id

    @property
    def greeted(self) -> bool:
        """Whether a box of ours has answered on the present connection."""
        return self._session.greeted and self._session.unfit is None

    def unanswered_ns(self) -> int:
        """For how long the port has been open now without a box of ours answering; 0 if it is not open."""
        opened_ns = self._opened_ns
        return 0 if opened_ns is None or self.greeted else time.monotonic_ns() - opened_ns

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks both threads to end; `join` waits for them."""
        self._stopping.set()
        with self._wake:
            self._wake.notify_all()

    def join(self, timeout_s: float) -> None:
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def set_pace(self, pace: Pace) -> None:
        with self._wake:
            if pace is not self._pace:
                self._ping_now |= pace.value < self._pace.value
                self._pace = pace
                self._wake.notify_all()

    def accepted(self, posted: Pressed) -> None:
        with self._wake:
            self._session.accepted(posted.press)
            self._wake.notify_all()

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        with self._wake:
            self._lamps.show(lit_seats, at_ns)
            self._wake.notify_all()

    def test_lamps(self) -> None:
        with self._wake:
            self._lamps.test()
            self._wake.notify_all()

    def health(self, now_ns: int) -> dict[str, Any]:
        with self._lock:
            session = self._session
            hello, pong, clock = session.link.hello, session.link.pong, session.clock
            state = self._state()
            uncertainty_us = rtt_us = None
            if state == "up" and clock is not None:
                uncertainty_us = clock.uncertainty_ns() // 1000
            if state != "down" and clock is not None and clock.best_round_trip_ns is not None:
                rtt_us = clock.best_round_trip_ns // 1000
            last = session.last_press
            return health(
                box_id=hello.box_id if hello else "",
                port=self.port,
                kind=self.kind,
                state=state,
                seats=session.seats,
                inputs=hello.inputs if hello else 0,
                firmware=f"{hello.firmware_major}.{hello.firmware_minor}" if hello else "",
                uncertainty_us=uncertainty_us,
                rtt_us=rtt_us,
                last_press=last and {"seat": last[0], "ago_ms": max(0, now_ns - last[1]) // 1_000_000},
                resets=session.link.resets,
                clock_resets=session.clock_resets,
                resent=max(session.link.duplicates, pong.resends if pong else 0),
                crc_errors=self._crc_errors + (pong.crc_errors if pong else 0),
                overflows=pong.overflows if pong else 0,
                spikes=self._spikes.total or 0,
                sync_us=session.sync_us(),
                silent_ms=max(0, now_ns - self._heard_ns) // 1_000_000 if self._heard_ns else None,
                held=session.held_seats() if state != "down" else (),
                problem=self._explain(now_ns, state),
            )

    # -- reading ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._open() as port:
                    self._talk(port)
            except (OSError, serial.SerialException, ValueError) as error:
                # The port has gone or was never there: the next turn tries again.
                self._lose(OPEN_PROBLEMS.get(getattr(error, "errno", None) or 0, "unusable"))
            except Exception:
                log.exception("driver of %s failed and starts anew", self.port)
                self._lose("unusable")
            self._stopping.wait(REOPEN_S)
        self._lose("no_answer")

    def _open(self) -> serial.Serial:
        port = serial.Serial(self.port, BAUD, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        self._latency_ms = shorten(port)
        return port

    def _talk(self, port: serial.Serial) -> None:
        with self._wake:
            self._session.connected()
            self._broken = False
            self._lamps.repeat()
        self._opened_ns = opened_ns = time.monotonic_ns()
        self._heard_ns = 0
        writer = threading.Thread(target=self._write, args=(port,), name=f"write {self.port}", daemon=True)
        writer.start()
        try:
            decoder = Decoder()
            crc_errors = self._crc_errors
            while not self._stopping.is_set() and not self._broken:
                ready, _, _ = select.select([port.fileno()], [], [], 0.1)
                # Not the library's read: it asks once more whether there is anything, before the time is taken.
                data = os.read(port.fileno(), 4096) if ready else b""
                now_ns = time.monotonic_ns()
                if ready and not data:
                    raise OSError(errno.ENODEV, "the port was closed at the other end")
                for message in decoder.feed(data):
                    self._receive(message, now_ns)
                self._crc_errors = crc_errors + decoder.crc_errors
                self._watch(now_ns)
                if now_ns - max(opened_ns, self._heard_ns) > GIVE_UP_NS:
                    raise TimeoutError(errno.ETIMEDOUT, "no answer for long")
        finally:
            self._opened_ns = None
            with self._wake:
                self._broken = True
                self._wake.notify_all()
            writer.join()
            with contextlib.suppress(OSError, termios.error):  # the port may be gone by now
                port.reset_output_buffer()  # closing must not wait for bytes that nobody takes

    def _receive(self, message: Message, now_ns: int) -> None:
        with self._wake:
            session = self._session
            waited = session.urgent(now_ns)
            found = session.receive(message, now_ns)
            self._ping_now |= session.urgent(now_ns) and not waited
            if any(isinstance(one, Loss) for one in found):
                self._lamps.repeat()  # a box that restarts is dark
            if session.greeted:
                self._heard_ns = now_ns
            fit = session.greeted and session.unfit is None
            used = fit and not self._slow()
            self._wake.notify_all()
        if fit and self._live_as != session.box_id and session.box_id is not None:
            if self._live_as is not None:
                self._post(Gone(self, self._live_as))
            self._live_as = session.box_id
            self._post(Live(self, session.box_id, session.link.boot))
        for one in found:
            if isinstance(one, Loss):
                self._post(Restarted(session.box_id or "", session.link.boot))
            elif isinstance(one, Press):
                self._report(Pressed(self, one), used)
            elif used:
                self._post(Marked(session.box_id or "", one.watermark_ns))

    def _report(self, pressed: Pressed, used: bool) -> None:
        """A box that is refused stays a box on the stage: every verdict names it as missing."""
        if used:
            self._post(pressed)
        else:
            self.accepted(pressed)

    def _slow(self) -> bool:
        """Whether the adapter holds bytes back so long that the box cannot be used."""
        return (self._latency_ms or 0) > LONGEST_MS or bool(self._session.slow)

    def _watch(self, now_ns: int) -> None:
        """Notices silence, and reports whatever a screen should show at once."""
        if self._live_as is not None and now_ns - self._heard_ns > SILENT_NS:
            self._lose("silent")
        with self._lock:
            session = self._session
            if session.link.pong is not None:
                self._spikes.count(session.link.pong.spikes, now_ns)
            state = self._state()
            self._problem = None if state != "down" else self._problem
            found = state, self._explain(now_ns, state)
            shown = (*found, session.seats, session.held_seats(), session.last_press)
        if shown != self._reported:
            self._reported = shown
            self._post(Changed(self))

    def _lose(self, problem: str) -> None:
        with self._lock:
            changed = problem != self._problem or self._live_as is not None
            self._problem = problem
            self._session.lost()
            self._seating.release(self.port)
            gone, self._live_as = self._live_as, None
        if gone is not None:
            self._post(Gone(self, gone))
        if changed:
            self._post(Changed(self))

    def _state(self) -> str:
        if not self.greeted or self._slow():
            return "down"
        return "up" if self._live_as is not None and self._session.trusted else "syncing"

    def _explain(self, now_ns: int, state: str) -> str | None:
        """Key of the worst problem, or None."""
        session = self._session
        if session.unfit is not None:
            return session.unfit
        if session.greeted and self._slow():
            return "latency"
        if state == "down":
            return self._problem
        if not session.seats:
            return "no_seat"
        if session.link.hello is not None and session.link.hello.self_test & ~FAULT_CONTACT:
            return "self_test"
        if session.stuck(now_ns):
            return "held"
        if state == "syncing" and session.clock_resets:
            return "clock"
        if session.link.pong is not None and session.link.pong.overflows:
            return "overflow"
        return "chatter" if self._spikes.chatter(now_ns) else None

    # -- writing ------------------------------------------------------------------------------------------

    def _write(self, port: serial.Serial) -> None:
        random = Random()
        identify_s = ping_s = 0.0
        try:
            port.write(b"\0")  # ends whatever the box believes to be receiving
            while True:
                with self._wake:
                    if self._broken or self._stopping.is_set():
                        break
                    now_s = time.monotonic()
                    session = self._session
                    out = b""
                    if not session.greeted or session.link.needs_identify or session.unfit is not None:
                        due_s = identify_s
                        if now_s >= due_s:
                            out = encode(Identify())
                            session.identified()
                            identify_s = due_s = now_s + IDENTIFY_S
                    else:
                        out, due_s = self._orders(), ping_s
                        pace = Pace.DECIDING if session.urgent(time.monotonic_ns()) else self._pace
                        if session.slow is None and pace is Pace.IDLE:
                            pace = Pace.ARMED  # the link is still to be judged
                        wanted = now_s >= due_s or self._ping_now
                        if wanted and session.may_ping(time.monotonic_ns()):
                            self._ping_now = False
                            # Irregular, so that pings meet every phase of a USB frame.
                            ping_s = due_s = now_s + pace.value * (0.8 + 0.4 * random.random())
                            pulse = session.next_pulse(
                                time.monotonic_ns(), PULSE_NS.get(pace, PULSE_ARMED_NS)
                            )
                            out += encode(pulse) if pulse is not None else b""
                            out = self._ping(port, hold=pace is not Pace.DECIDING) + out
                        else:
                            due_s = now_s + Pace.DECIDING.value if wanted else min(due_s, now_s + pace.value)
                    if not out:
                        self._wake.wait(max(0.0, due_s - now_s))
                if out:
                    port.write(out)
            if self._stopping.is_set():
                port.write(encode(Lamps(0)))
        except (OSError, serial.SerialException):
            # The reader closes the port and reports it.
            self._broken = True

    def _ping(self, port: serial.Serial, hold: bool) -> bytes:
        """Sends a ping; what of it the port did not take at once and is to be written next.

        Here and now, under the lock, and by the system call itself: each microsecond between taking the time and
        the first byte on its way is one by which the clock is known less well. The call does not block.
        """
        ping = self._session.next_ping(hold)
        out = encode(ping)
        self._session.sent(ping, time.monotonic_ns())
        try:
            return out[os.write(port.fileno(), out) :]
        except BlockingIOError:
            return out

    def _orders(self) -> bytes:
        """Frames of everything the box should know by now, except pings."""
        ack = self._session.next_ack()
        return (encode(ack) if ack is not None else b"") + self._lamps.frames(time.monotonic_ns())
