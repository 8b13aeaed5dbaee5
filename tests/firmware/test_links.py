"""The simulator's models of cables and crystals, called directly: when bytes pass, and how cycles lie on host time."""

from __future__ import annotations

import ctypes

import pytest

RING = 4096
MS = 1_000_000
START = 5_000 * MS
PHASE = 300_000
LINE_BYTE_NS = 20_000


class CBytes(ctypes.Structure):
    """struct link_bytes of sim/link.h."""

    _fields_ = (
        ("byte", ctypes.c_uint8 * RING),
        ("ns", ctypes.c_uint64 * RING),
        ("written", ctypes.c_uint),
        ("read", ctypes.c_uint),
    )


class CLink(ctypes.Structure):
    """struct link of sim/link.h."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("frame_ns", ctypes.c_uint64),
        ("phase_ns", ctypes.c_uint64),
        ("latency_ns", ctypes.c_uint64),
        ("from_host", CBytes),
        ("to_host", CBytes),
        ("slot_ns", ctypes.c_uint64),
        ("slot_bytes", ctypes.c_int),
        ("frame_done_ns", ctypes.c_uint64),
        ("sent_ns", ctypes.c_uint64),
        ("lost", ctypes.c_uint64),
    )


class CCrystal(ctypes.Structure):
    """struct crystal of sim/crystal.h."""

    _fields_ = (
        ("start_ns", ctypes.c_uint64),
        ("cycles_per_ns", ctypes.c_double),
        ("wander_ppm", ctypes.c_double),
        ("wander_period_ns", ctypes.c_double),
    )


class Cable:
    """A link with a frame every millisecond, 0.3 ms after the full one."""

    def __init__(self, core: ctypes.CDLL, name: str) -> None:
        self.core = core
        self.link = CLink()
        assert self.init(name)

    def init(self, name: str) -> bool:
        made: bool = self.core.link_init(
            ctypes.byref(self.link), name.encode(), *map(ctypes.c_uint64, (MS, PHASE, START))
        )
        return made

    def write(self, data: bytes, at_ns: int) -> list[int]:
        """The host writes; when each byte may begin on the line."""
        first = self.link.from_host.written
        self.core.link_write(ctypes.byref(self.link), data, len(data), ctypes.c_uint64(at_ns))
        return [self.link.from_host.ns[n % RING] for n in range(first, first + len(data))]

    def send(self, count: int, at_ns: int) -> None:
        """The box sends so many bytes, the first of which is complete at this time."""
        for n in range(count):
            self.core.link_take(ctypes.byref(self.link), n & 0xFF, ctypes.c_uint64(at_ns + n * LINE_BYTE_NS))

    def arrivals(self, until_ns: int, step_ns: int = 50_000) -> list[tuple[int, int]]:
        """(time, number of bytes) whenever some reach the host, looking every 50 µs."""
        buffer = ctypes.create_string_buffer(RING)
        seen = []
        for now in range(START, until_ns, step_ns):
            count = self.core.link_read(ctypes.byref(self.link), buffer, ctypes.c_uint64(now))
            if count:
                seen.append((now - START, count))
        return seen


@pytest.mark.parametrize("name", ["direct", "usb", "ch340"])
def test_bytes_wait_for_the_next_frame(core: ctypes.CDLL, name: str) -> None:
    cable = Cable(core, name)
    frame = START + PHASE + MS if name != "direct" else START + PHASE
    assert cable.write(b"abc", START + PHASE) == [frame] * 3
    cable.send(3, START + PHASE + 10_000)
    if name == "direct":
        assert sum(count for _, count in cable.arrivals(START + PHASE + 60_000)) == 3
    else:
        assert cable.arrivals(START + 4 * MS) == [(PHASE + MS, 3)]


def test_a_ch340_passes_32_bytes_a_frame(core: ctypes.CDLL) -> None:
    cable = Cable(core, "ch340")
    times = cable.write(bytes(range(80)), START)
    frames = [START + PHASE + n * MS for n in range(3)]
    assert times == [frames[0]] * 32 + [frames[1]] * 32 + [frames[2]] * 16
    assert cable.write(b"x", START + 100_000) == [frames[2]]
    cable.send(50, START - MS)
    assert cable.arrivals(START + 4 * MS) == [(PHASE, 32), (PHASE + MS, 18)]


def test_an_ftdi_keeps_a_short_packet_until_its_timer_ends(core: ctypes.CDLL) -> None:
    cable = Cable(core, "ftdi:16")
    cable.send(20, START + 2 * MS)
    # The timer runs from the start; it ends at a frame, sixteen of them on.
    assert cable.arrivals(START + 40 * MS) == [(16 * MS + PHASE, 20)]


def test_an_ftdi_sends_62_bytes_at_once(core: ctypes.CDLL) -> None:
    cable = Cable(core, "ftdi:16")
    cable.send(80, START + 2 * MS)
    # 62 are there after 1.22 ms; the timer starts anew with them, and takes the rest along 16 ms later.
    assert cable.arrivals(START + 40 * MS) == [(PHASE + 4 * MS - MS, 62), (PHASE + 19 * MS, 18)]


def test_an_ftdi_with_a_timer_of_1_ms_is_like_usb(core: ctypes.CDLL) -> None:
    cable = Cable(core, "ftdi:1")
    cable.send(20, START + 2 * MS)
    assert cable.arrivals(START + 9 * MS) == [(2 * MS + PHASE, 16), (3 * MS + PHASE, 4)]


def test_what_finds_no_room_is_counted(core: ctypes.CDLL) -> None:
    cable = Cable(core, "usb")
    cable.send(RING + 5, START)
    assert cable.link.lost == 5


@pytest.mark.parametrize("name", ["", "serial", "ftdi", "ftdi:", "ftdi:0", "ftdi:300", "ftdi:1x"])
def test_other_names_are_refused(core: ctypes.CDLL, name: str) -> None:
    assert not Cable(core, "usb").init(name)


@pytest.mark.parametrize("wander_ppm", [0.0, 40.0])
def test_a_crystal_turns_times_into_cycles_and_back(core: ctypes.CDLL, wander_ppm: float) -> None:
    crystal = CCrystal()
    arguments = map(ctypes.c_double, (16e6, -2_000.0, wander_ppm, 30.0))
    core.crystal_init(ctypes.byref(crystal), ctypes.c_uint64(START), *arguments)
    for passed in (0, 1_000, 7 * MS, 7_500 * MS, 15_000 * MS, 100_000 * MS):
        cycle = core.crystal_cycle(ctypes.byref(crystal), ctypes.c_double(START + passed))
        back = core.crystal_ns(ctypes.byref(crystal), ctypes.c_uint64(cycle))
        assert -70 <= back - START - passed <= 1
    half = core.crystal_cycle(ctypes.byref(crystal), ctypes.c_double(START + 15_000 * MS))
    # After half a swing the clock is ahead by its ppm times period / pi.
    assert half / 16e6 == pytest.approx(15 * 0.998 + wander_ppm * 1e-6 * 30 / 3.14159265 * 0.998, abs=1e-7)
