"""Modelled links between a host and its boxes, and the host's own lateness, in virtual time: seeded, no IO.

Every link has two ways. `Way.carry` takes a message whose first byte is handed over at one instant and says when
its last byte comes out at the other end. Messages keep their order in a way. Times are host time in ns.

What is modelled: a UART takes 20 µs a byte; a full-speed USB host moves data once a frame of 1 ms, whose phase and
exact length it shares with nobody; a CH340 hands on at most 32 bytes a frame; an FTDI sends to the host when it
has 62 bytes or when its latency timer, which starts anew at every sending, runs out.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from math import log
from random import Random
from typing import Protocol

BYTE_NS = 20_000  # 10 bits at 500,000 baud
ADAPTER_PPM = 5_000.0
STOP_BIT_NS = 2_000  # the last byte is taken before its stop bit has passed
FRAME_NS = 1_000_000
ASYMMETRY_NS = 400_000
CH340_BYTES = 32
FTDI_BYTES = 62
KINDS = ("direct", "native_usb", "ch340", "ftdi_1ms", "ftdi_16ms")


@dataclass(slots=True, eq=False)
class Parcel:
    """A message under way; arrives_ns may come forward as long as it waits in an adapter."""

    size: int  # bytes
    content: object = None
    arrives_ns: int = 0


class Way(Protocol):
    """One direction of a link."""

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        """Sends `parcel`, its first byte at start_ns; the parcels whose time of arrival is new."""
        ...

    def alone_ns(self, size: int, start_ns: int) -> int:
        """When a message would arrive if nothing else were under way; changes nothing."""
        ...


class Line:
    """A UART at 500,000 baud, as a link of its own and as the leg between an adapter and the box.

    ppm: how much too fast its sender's clock is.
    """

    def __init__(self, ppm: float) -> None:
        self.byte_ns = BYTE_NS / (1 + ppm * 1e-6)
        self._free_ns = 0

    def alone_ns(self, size: int, start_ns: int) -> int:
        return start_ns + int(size * self.byte_ns) - STOP_BIT_NS

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        parcel.arrives_ns = self.alone_ns(parcel.size, max(start_ns, self._free_ns))
        self._free_ns = parcel.arrives_ns + STOP_BIT_NS
        return [parcel]


class Frames:
    """The frames of one USB host controller: next_ns says when data handed over now is moved."""

    def __init__(self, random: Random, ppm: float = 0.0) -> None:
        self._random = random
        self._length_ns = FRAME_NS * (1 + ppm * 1e-6)
        self._phase_ns = random.random() * FRAME_NS

    def index(self, now_ns: int) -> int:
        """The number of the frame that begins next."""
        return int((now_ns - self._phase_ns) // self._length_ns) + 1

    def start_ns(self, index: int) -> int:
        return round(self._phase_ns + index * self._length_ns) + 1

    def moved_ns(self, index: int, size: int) -> int:
        """When data moved in a frame is across: its slot differs a little, a byte takes 2/3 µs."""
        return self.start_ns(index) + size * 667 + int(self._random.random() * 25_000)


class Usb:
    """A way over USB alone, no UART behind it: data waits for the next frame."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._last_ns = 0

    def alone_ns(self, size: int, start_ns: int) -> int:
        return self._frames.moved_ns(self._frames.index(start_ns), size)

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        self._last_ns = parcel.arrives_ns = max(self.alone_ns(parcel.size, start_ns), self._last_ns)
        return [parcel]


class UsbThenLine:
    """Host to box through an adapter: the next frame, then byte by byte."""

    def __init__(self, frames: Frames, line: Line) -> None:
        self._usb = Usb(frames)
        self._line = line

    def alone_ns(self, size: int, start_ns: int) -> int:
        return self._line.alone_ns(size, self._usb.alone_ns(size, start_ns))

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        self._usb.carry(parcel, start_ns)
        return self._line.carry(parcel, parcel.arrives_ns)


class Ch340:
    """Box to host through a CH340: what has come over the line goes up, at most 32 bytes a frame."""

    def __init__(self, frames: Frames, line: Line) -> None:
        self._frames = frames
        self._line = line
        self._frame = -1  # the last frame that took bytes, and how many
        self._taken = 0
        self._last_ns = 0

    def alone_ns(self, size: int, start_ns: int) -> int:
        index, taken = self._fill(size, start_ns, -1, 0)
        return self._frames.moved_ns(index, taken)

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        self._line.carry(parcel, start_ns)
        start_ns = parcel.arrives_ns + STOP_BIT_NS - int(parcel.size * self._line.byte_ns)
        self._frame, self._taken = self._fill(parcel.size, start_ns, self._frame, self._taken)
        self._last_ns = max(self._frames.moved_ns(self._frame, self._taken), self._last_ns)
        parcel.arrives_ns = self._last_ns
        return [parcel]

    def _fill(self, size: int, start_ns: int, frame: int, taken: int) -> tuple[int, int]:
        """The frame that takes the last of the bytes, and how many it has taken then."""
        sent, byte_ns = 0, self._line.byte_ns
        while sent < size:
            index = self._frames.index(start_ns + int((sent + 1) * byte_ns))
            if index > frame:
                frame, taken = index, 0
            elif taken == CH340_BYTES:
                frame, taken = frame + 1, 0
            come = min(size, int((self._frames.start_ns(frame) - start_ns) / byte_ns))
            step = min(CH340_BYTES - taken, max(come - sent, 1))
            sent += step
            taken += step
        return frame, taken


class Ftdi:
    """Box to host through an FTDI: a packet of 62 bytes, or whatever is there when the latency timer runs out."""

    def __init__(self, frames: Frames, line: Line, timer_ns: int, phase_ns: int) -> None:
        self._frames = frames
        self._line = line
        self._timer_ns = timer_ns
        self._sent_ns = phase_ns  # the last sending
        self._held: list[Parcel] = []  # whose last byte waits in the buffer
        self._count = 0  # bytes in it
        self._last_ns = 0  # arrival of the last packet that was sent for good

    def alone_ns(self, size: int, start_ns: int) -> int:
        last_ns = start_ns + int(size * self._line.byte_ns)
        turns = max(0, last_ns - self._sent_ns) // self._timer_ns + 1
        return self._up_ns(self._sent_ns + turns * self._timer_ns)

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        self._line.carry(parcel, start_ns)
        byte_ns = self._line.byte_ns
        start_ns = parcel.arrives_ns + STOP_BIT_NS - int(parcel.size * byte_ns)
        changed: list[Parcel] = []
        for number in range(1, parcel.size + 1):
            at_ns = start_ns + int(number * byte_ns)
            if at_ns >= self._sent_ns + self._timer_ns:
                self._send(self._sent_ns + (at_ns - self._sent_ns) // self._timer_ns * self._timer_ns)
            self._count += 1
            if number == parcel.size:
                due_ns = self._sent_ns + self._timer_ns
                parcel.arrives_ns = self._held[-1].arrives_ns if self._held else self._up_ns(due_ns)
                self._held.append(parcel)
                changed.append(parcel)
            if self._count == FTDI_BYTES:
                arrives_ns = self._up_ns(at_ns)
                for held in self._held:
                    held.arrives_ns = min(held.arrives_ns, arrives_ns)
                changed = [*(one for one in self._held if one is not parcel), *changed]
                self._send(at_ns)
        return changed

    def _send(self, at_ns: int) -> None:
        """The buffer has been sent, and the timer starts anew."""
        self._last_ns = max([self._last_ns, *(held.arrives_ns for held in self._held)])
        self._sent_ns, self._held, self._count = at_ns, [], 0

    def _up_ns(self, now_ns: int) -> int:
        return max(self._frames.moved_ns(self._frames.index(now_ns), FTDI_BYTES), self._last_ns)


class Later:
    """A way that takes a constant time more."""

    def __init__(self, way: Way, extra_ns: int) -> None:
        self._way = way
        self._extra_ns = extra_ns

    def alone_ns(self, size: int, start_ns: int) -> int:
        return self._way.alone_ns(size, start_ns) + self._extra_ns

    def carry(self, parcel: Parcel, start_ns: int) -> list[Parcel]:
        changed = self._way.carry(parcel, start_ns)
        for one in changed:
            one.arrives_ns += self._extra_ns
        return changed


@dataclass(frozen=True, slots=True)
class Link:
    kind: str
    down: Way  # host to box
    up: Way  # box to host
    uart: bool  # whether the bytes of the box pass a line


def make_link(kind: str, random: Random, box_ppm: float = 0.0, slower: str = "") -> Link:
    """A link of one of `KINDS` to a box whose clock is box_ppm too fast.

    slower: "down" or "up" for the way that takes `ASYMMETRY_NS` more.
    """
    if kind not in KINDS:
        raise ValueError(f"no link is called {kind!r}")
    frames = Frames(random, random.uniform(-50, 50))
    to_box, from_box = Line(random.uniform(-ADAPTER_PPM, ADAPTER_PPM)), Line(box_ppm)
    down: Way = UsbThenLine(frames, to_box)
    up: Way
    if kind == "direct":
        down, up = to_box, from_box
    elif kind == "native_usb":
        down, up = Usb(frames), Usb(frames)
    elif kind == "ch340":
        up = Ch340(frames, from_box)
    else:
        timer_ns = FRAME_NS * (1 if kind == "ftdi_1ms" else 16)
        up = Ftdi(frames, from_box, timer_ns, int(random.random() * timer_ns))
    return Link(
        kind,
        Later(down, ASYMMETRY_NS) if slower == "down" else down,
        Later(up, ASYMMETRY_NS) if slower == "up" else up,
        uart=kind != "native_usb",
    )


@dataclass(slots=True)
class Host:
    """How late the threads of the timing process run. A loaded one is held up for 8 to 15 ms now and then."""

    random: Random
    loaded: bool = False
    begin_ns: int = 0
    end_ns: int = 0  # stalls are drawn from begin_ns up to here
    _begins: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        at_ns = float(self.begin_ns)
        while self.loaded and at_ns < self.end_ns:
            at_ns += self.random.expovariate(1 / 250e6)
            self._begins.append(int(at_ns))
            at_ns += self.random.uniform(8e6, 15e6)
            self._ends.append(int(at_ns))

    def awake_ns(self, now_ns: int) -> int:
        """When a thread that is due now runs."""
        draw = self.random.random()
        if self.loaded:
            late_ns = 15_000 - 150_000 * log(1 - self.random.random())
            late_ns += 2_000_000 * self.random.random() if draw < 0.03 else 0
        else:
            late_ns = 15_000 - 25_000 * log(1 - self.random.random())
            late_ns += 1_000_000 * self.random.random() if draw < 0.005 else 0
        return self.running_ns(now_ns + int(late_ns))

    def running_ns(self, now_ns: int) -> int:
        """now_ns, or the end of the stall that falls on it."""
        index = bisect_right(self._begins, now_ns) - 1
        return max(now_ns, self._ends[index]) if index >= 0 else now_ns
