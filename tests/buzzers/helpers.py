"""Shared by the tests of the drivers and the service: a box in Python behind a pty, and a client of the stream."""

import contextlib
import json
import os
import pty
import select
import socket
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from buzzers.driver import Marked, Posted, Pressed
from buzzers.frames import (
    KIND_PRESS,
    Ack,
    Decoder,
    Event,
    Hello,
    Identify,
    Lamps,
    LampTest,
    Ping,
    Pong,
    encode,
)
from buzzers.press import Press
from buzzers.seating import Seating
from buzzers.serial_box import SerialBox

ROOT = Path(__file__).resolve().parents[2]
MS = 1_000_000
TICK_HZ = 2_000_000


def wait_for(condition: Callable[[], bool], what: str, timeout_s: float = 5.0) -> None:
    """Returns as soon as the condition holds; fails loudly if it never does."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited in vain: {what}"
        time.sleep(0.002)


class FakeBox:
    """A box that speaks the protocol on the far side of a pty; its clock is ppm off.

    answers: turn off, and it is silent. acks: what it was told. lamps: the last mask. link: a path that leads to the
    port while it is plugged in.
    """

    def __init__(
        self,
        uid: int = 0xA1B2C3D4,
        boot: int = 1,
        inputs: int = 6,
        ppm: float = 0.0,
        link: Path | None = None,
    ) -> None:
        self.uid, self.boot, self.inputs = uid, boot, inputs
        self.major = 1
        self.answers = True
        self.pongs = True
        self.step_ticks = 0
        self.held = 0
        self.counts = [0] * 6  # overflows, edges_lost, crc_errors, resends, unknown, spikes
        self.lamps: int | None = None
        self.lamp_tests = 0
        self.identified = 0
        self.acks: list[int] = []
        self._factor = 1 + ppm * 1e-6
        self._events: list[Event] = []
        self._lock = threading.Lock()
        self._started_ns = time.monotonic_ns()
        self._link = link
        self._plug()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _plug(self) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave  # kept open, so that the driver's closing is no end for us
        if self._link is not None:
            self._link.symlink_to(self.port)
            self.port = str(self._link)

    def unplug(self) -> None:
        """The cable is pulled; the box goes on, and `plug` brings it back."""
        self._stop()
        if self._link is not None:
            self._link.unlink()

    def plug(self) -> None:
        self._plug()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ticks(self, host_ns: int | None = None) -> int:
        at_ns = time.monotonic_ns() if host_ns is None else host_ns
        return int((at_ns - self._started_ns) * self._factor * TICK_HZ / 1e9) + self.step_ticks + 10_000_000

    def press(self, number: int, host_ns: int | None = None, flags: int = 0, kind: int = KIND_PRESS) -> int:
        """A button goes down (at a host time, or now); the host time."""
        at_ns = time.monotonic_ns() if host_ns is None else host_ns
        with self._lock:
            sequence = self._events[-1].seq + 1 if self._events else 1
            event = Event(self.boot, sequence, kind, number, self.ticks(at_ns), 4000, flags, 0, 1)
            self._events.append(event)
            if self.answers:
                self.write(encode(event))
        return at_ns

    def pull_the_cable_in_a_press(self, number: int, after_bytes: int) -> None:
        """A button goes down, and only so many bytes of the message get out before the cable is pulled."""
        with self._lock:
            sequence = self._events[-1].seq + 1 if self._events else 1
            event = Event(self.boot, sequence, KIND_PRESS, number, self.ticks(), 4000, 0, 0, 1)
            self._events.append(event)
            self.write(encode(event)[:after_bytes])
        self.unplug()

    def resend(self) -> None:
        with self._lock:
            for event in self._events:
                self.write(encode(event))

    def restart(self) -> None:
        """Loses everything and starts a new clock."""
        with self._lock:
            self.boot += 1
            self._events.clear()
            self._started_ns = time.monotonic_ns()
            self.step_ticks = 0

    def hello(self) -> None:
        acked = self.acks[-1] if self.acks else 0
        box = (self.major, 0, self.uid, self.boot, 1, 1, 0, self.inputs, self.inputs)
        self.write(encode(Hello(*box, TICK_HZ, 8_000, 2_000, 20_000, 32, 8, acked)))

    def write(self, data: bytes) -> None:
        os.write(self._master, data)

    def close(self) -> None:
        if not self._stopping.is_set():
            self._stop()

    def _stop(self) -> None:
        if not self._stopping.is_set():
            self._stopping.set()
            self._thread.join(2)
            os.close(self._slave)
            os.close(self._master)

    def _run(self) -> None:
        decoder = Decoder()
        while not self._stopping.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if not ready:
                continue
            data = os.read(self._master, 4096)
            rx_ticks = self.ticks()
            for message in decoder.feed(data):
                if self.answers:
                    self._answer(message, rx_ticks)

    def _answer(self, message: Any, rx_ticks: int) -> None:
        with self._lock:
            if isinstance(message, Identify):
                self.identified += 1
                self.hello()
                # One that never goes away says it again only when a test asks for it.
                for event in self._events if self._link is not None else ():
                    if event.seq not in self.acks:
                        self.write(encode(event))
            elif isinstance(message, Ping) and self.pongs:
                now = self.ticks()
                last = self._events[-1].seq if self._events else 0
                self.write(
                    encode(
                        Pong(
                            message.token,
                            self.boot,
                            rx_ticks,
                            now,
                            now,
                            last,
                            self.held,
                            0,
                            0,
                            *self.counts,
                        )
                    )
                )
            elif isinstance(message, Ack) and message.boot == self.boot:
                self.acks.append(message.seq)
            elif isinstance(message, Lamps):
                self.lamps = message.mask
            elif isinstance(message, LampTest):
                self.lamp_tests += 1


class StreamClient:
    """What the server does on the stream: sends orders, collects messages."""

    def __init__(self, path: Path, after: dict[str, Any] | None = None, hello: bool = True) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self.messages: list[dict[str, Any]] = []
        if hello:
            self.send("hello", protocol=1, after=after)
            self.welcome = self.expect("welcome")

    def send(self, kind: str, **members: Any) -> None:
        self.send_raw(json.dumps({"type": kind, **members}).encode() + b"\n")

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self) -> dict[str, Any] | None:
        """The next message, None at the end."""
        line = self._lines.readline()
        if not line:
            return None
        message: dict[str, Any] = json.loads(line)
        self.messages.append(message)
        return message

    def expect(self, kind: str) -> dict[str, Any]:
        """The next message of a type, reading on over others."""
        while (message := self.read()) is not None:
            if message["type"] == kind:
                return message
        raise AssertionError(f"the stream ended without {kind}: {self.messages[-3:]}")

    def expect_boxes(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Reads until a report about the boxes meets the condition."""
        deadline_s = time.monotonic() + 10
        while time.monotonic() < deadline_s:
            boxes: list[dict[str, Any]] = self.expect("boxes")["boxes"]
            if condition(boxes):
                return boxes
        raise AssertionError("no such report")

    def arm_and_open(
        self,
        arming: str,
        open_in_ms: int = 30,
        close_after_ms: int | None = 5_000,
        seats: tuple[int, ...] = (1, 2, 3),
    ) -> int:
        """Arms and schedules; the instant of opening."""
        now_ns = time.monotonic_ns()
        open_ns = now_ns + open_in_ms * MS
        close_ns = None if close_after_ms is None else open_ns + close_after_ms * MS
        self.send("arm", arming=arming, seats=list(seats), arm_ns=now_ns)
        self.send("open", arming=arming, open_ns=open_ns, close_ns=close_ns)
        return open_ns

    def acknowledge_all(self) -> None:
        """Everything so far is acknowledged, and the core has taken note, when this returns."""
        self.send("ack", seq=10**9)
        self.send("sync")
        self.expect("error")

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the service may be gone already
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()


class Service:
    """The timing core as a process of its own."""

    def __init__(
        self, path: Path, *arguments: str, lifeline: bool = False, module: str = "buzzers.service"
    ) -> None:
        self.path = path
        command = [sys.executable, "-m", module, "--socket", str(path), *arguments]
        if lifeline:
            command.append("--lifeline")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE if lifeline else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.ready = self.process.stderr.readline()

    def end(self) -> str:
        """Ends the process if it is still there; what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.stderr is not None
        self.process.wait(5)
        text = self.process.stderr.read()
        for stream in (self.process.stderr, self.process.stdin):
            if stream is not None:
                stream.close()
        return text


@contextlib.contextmanager
def running_service(path: Path, *arguments: str, module: str = "buzzers.service") -> Iterator[Service]:
    service = Service(path, *arguments, module=module)
    try:
        assert service.ready.startswith("timing core ready"), service.ready + service.end()
        yield service
    finally:
        trouble = service.end()
        assert "Traceback" not in trouble, trouble


@contextlib.contextmanager
def fake_boxes(*boxes: FakeBox) -> Iterator[None]:
    try:
        yield
    finally:
        for box in boxes:
            box.close()


class Desk:
    """A driver on a port, with everything it posted."""

    def __init__(self, port: str, seats: int = 5, accept: bool = True) -> None:
        self.posted: list[Posted] = []
        self.accept = accept
        self.driver = SerialBox(port, Seating(seats, (port,)), self._take)
        self.driver.start()

    def _take(self, posted: Posted) -> None:
        self.posted.append(posted)
        if self.accept and isinstance(posted, Pressed):
            self.driver.accepted(posted)

    def presses(self) -> list[Press]:
        return [posted.press for posted in self.posted if isinstance(posted, Pressed)]

    def marks(self) -> list[int]:
        return [posted.watermark_ns for posted in self.posted if isinstance(posted, Marked)]

    def health(self) -> dict[str, Any]:
        return self.driver.health(time.monotonic_ns())

    def wait_state(self, state: str, timeout_s: float = 5.0) -> None:
        wait_for(lambda: self.health()["state"] == state, f"state {state}", timeout_s)
