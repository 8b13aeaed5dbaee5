"""The portable core of the firmware, compiled for this machine and called through ctypes."""

from __future__ import annotations

import ctypes
from pathlib import Path

from buzzers.frames import Decoder, Message, Ping, Pong, encode
from firmware.sim.harness import build

BUTTONS = 6
TICKS_PER_US = 2
KINDS = {1: "press", 2: "release"}


class CEvent(ctypes.Structure):
    """struct event of core/event.h; kind and input are halves of one byte."""

    _fields_ = (
        ("tick_low", ctypes.c_uint32),
        ("tick_high", ctypes.c_uint16),
        ("confirm_ticks", ctypes.c_uint16),
        ("kind", ctypes.c_uint8, 4),
        ("input", ctypes.c_uint8, 4),
        ("flags", ctypes.c_uint8),
        ("same_mask", ctypes.c_uint8),
        ("edges", ctypes.c_uint8),
    )

    @property
    def tick(self) -> int:
        """First edge in ticks."""
        return int(self.tick_low) | int(self.tick_high) << 32


class CReceiver(ctypes.Structure):
    """struct frame_receiver of core/frame.h."""

    _fields_ = (
        ("bytes", ctypes.c_uint8 * 69),
        ("count", ctypes.c_uint8),
        ("skipping", ctypes.c_bool),
        ("errors", ctypes.c_uint16),
    )


EMIT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(CEvent))


class CButton(ctypes.Structure):
    """struct button of core/buttons.h."""

    _fields_ = (
        ("mark", ctypes.c_uint32),
        ("reckoned", ctypes.c_uint32),
        ("balance", ctypes.c_uint16),
        ("up_run", ctypes.c_uint16),
        ("state", ctypes.c_uint8),
        ("edges", ctypes.c_uint8),
        ("flags", ctypes.c_uint8),
        ("same_mask", ctypes.c_uint8),
    )


class CButtons(ctypes.Structure):
    """struct buttons of core/buttons.h."""

    _fields_ = (
        ("button", CButton * BUTTONS),
        ("now", ctypes.c_uint64),
        ("down", ctypes.c_uint8),
        ("held", ctypes.c_uint8),
        ("spikes", ctypes.c_uint16),
        ("emit", EMIT),
        ("context", ctypes.c_void_p),
    )


def load() -> ctypes.CDLL:
    """Compile the core if need be, and load it."""
    path: Path = build("host-tests") / "libcore.so"
    core = ctypes.CDLL(str(path))
    core.frame_crc.restype = ctypes.c_uint16
    core.frame_encode.restype = ctypes.c_uint8
    core.frame_receive.restype = ctypes.c_uint8
    core.buttons_undecided_ticks.restype = ctypes.c_uint32
    core.buttons_due.restype = ctypes.c_uint32
    core.box_poll.restype = ctypes.c_uint32
    core.host_sent.restype = ctypes.c_uint
    core.host_lamps.restype = ctypes.c_uint8
    core.board_boot.restype = ctypes.c_uint16
    core.host_watchdog_fed.restype = ctypes.c_uint
    core.host_sync_pulses.restype = ctypes.c_uint
    core.link_init.restype = ctypes.c_bool
    core.crystal_cycle.restype = ctypes.c_uint64
    core.crystal_ns.restype = ctypes.c_uint64
    return core


class Debouncer:
    """core/buttons.c with its events collected."""

    def __init__(self, core: ctypes.CDLL, start_ticks: int = 0, down: int = 0) -> None:
        self.core = core
        self.events: list[CEvent] = []
        self.buttons = CButtons()
        self._emit = EMIT(self._keep)  # must live as long as the C side may call it
        core.buttons_init(
            ctypes.byref(self.buttons), down, ctypes.c_uint64(start_ticks), self._emit, ctypes.c_void_p(None)
        )

    def _keep(self, _context: int | None, event: ctypes._Pointer[CEvent]) -> None:
        copy = CEvent()
        ctypes.memmove(ctypes.byref(copy), event, ctypes.sizeof(CEvent))
        self.events.append(copy)

    def snapshot(self, ticks: int, down: int, flags: int = 0) -> None:
        """The contacts changed."""
        self.core.buttons_snapshot(ctypes.byref(self.buttons), ctypes.c_uint64(ticks), down, flags)

    def advance(self, ticks: int) -> None:
        """Nothing changed up to now."""
        self.core.buttons_advance(ctypes.byref(self.buttons), ctypes.c_uint64(ticks))

    def safe_tick(self, ticks: int) -> int:
        """Time before which no press can still come."""
        undecided: int = self.core.buttons_undecided_ticks(
            ctypes.byref(self.buttons), ctypes.c_uint32(ticks & 0xFFFFFFFF)
        )
        return ticks - undecided


class HostBox:
    """The whole core on the host board: time, contacts and line are the test's."""

    def __init__(self, core: ctypes.CDLL, start_ticks: int = 0) -> None:
        self.core = core
        self.decoder = Decoder()
        self.now = start_ticks
        self.messages: list[Message] = []
        self.wire = b""  # all that was sent
        core.host_reset(ctypes.c_uint64(start_ticks))
        core.box_init()
        self.boot: int = core.board_boot()

    def send(self, *messages: Message) -> None:
        """Bytes of these messages arrive now."""
        self.send_bytes(b"".join(encode(message) for message in messages))

    def send_bytes(self, data: bytes) -> None:
        """These bytes arrive now."""
        self.core.host_receive(data, len(data))

    def contacts(self, down: int) -> None:
        """The contacts change now."""
        self.core.host_contacts(down)

    def run(self, us: float, step_ticks: int = 500) -> list[Message]:
        """Let the main loop run for a while; what the box sent in it."""
        end = self.now + int(us * TICKS_PER_US)
        buffer = ctypes.create_string_buffer(65536)
        news: list[Message] = []
        while self.now < end:
            self.now = min(end, self.now + step_ticks)
            self.core.host_set_now(ctypes.c_uint64(self.now))
            self.core.box_poll()
            count = self.core.host_sent(buffer)
            self.wire += buffer.raw[:count]
            news += self.decoder.feed(buffer.raw[:count])
        self.messages += news
        return news

    def pong(self) -> Pong:
        """The answer to a ping that is sent now; some milliseconds pass."""
        self.send(Ping(0x5A5A))
        answers = [message for message in self.run(8_000) if isinstance(message, Pong)]
        assert [answer.token for answer in answers] == [0x5A5A]
        return answers[0]
