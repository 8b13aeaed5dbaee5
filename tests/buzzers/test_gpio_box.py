"""Buttons on a Pi's pins, without a Pi: what the driver posts for edges and levels, which chip it takes."""

import errno
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gpiod
import pytest
from gpiozero.pins.mock import MockFactory

from buzzers import gpio_pins
from buzzers.contact import Edge, EdgeLedger
from buzzers.driver import BoxesError, Changed, Gone, Live, Marked, Pace, Posted, Pressed
from buzzers.gpio_box import GpioBox
from buzzers.gpio_spec import DEFAULT_PINS, GpioSpec
from buzzers.press import Press, surely_before
from tests.buzzers.helpers import MS, wait_for

US = 1_000
START_NS = 1_000_000 * MS


class InjectedLines(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """gpiozero's mock pins, and a kernel whose edges are made here."""

    def __init__(self) -> None:
        super().__init__()
        self.queued: list[tuple[int, int, int, int]] = []
        self.counts: dict[int, int] = {}
        self.sequence = 0
        self.closed = False
        self.broken = False
        self._ledger = EdgeLedger()

    @property
    def overflows(self) -> int:
        return self._ledger.overflows

    def wait(self, timeout_s: float) -> None:
        time.sleep(min(timeout_s, 0.001))

    def wake(self) -> None:
        """It never waits long."""

    def fetch(self) -> list[Edge]:
        if self.broken:
            raise OSError(errno.ENODEV, "no such device")
        queued, self.queued = self.queued, []
        return [self._ledger.take(*event) for event in queued]

    def settle(self, edge: Edge) -> Edge:
        return self._ledger.settle(edge)

    def close(self) -> None:
        self.closed = True
        super().close()

    def edge(self, number: int, time_ns: int, dropped: bool = False) -> None:
        """A contact closes, and the kernel says so, unless it drops the event."""
        self.sequence += 1
        self.counts[number] = self.counts.get(number, 0) + 1
        self.pin(number).drive_low()
        if not dropped:
            self.queued.append((number, time_ns, self.sequence, self.counts[number]))


SPEC = GpioSpec(("17", "BOARD13", "GPIO22"), ("5", "6", "13"))


class Bench:
    """A driver whose time is moved by hand."""

    def __init__(self, spec: GpioSpec = SPEC) -> None:
        self.now_ns = START_NS
        self.lines = InjectedLines()
        self.posted: list[Posted] = []
        self.box = GpioBox(spec, self.lines, self.posted.append, lambda: self.now_ns)

    def run(self, length_ms: float) -> None:
        end_ns = self.now_ns + int(length_ms * MS)
        while self.now_ns < end_ns:
            self.now_ns += 500 * US
            self.box.light(self.now_ns)
            self.box.step()

    def down(self, number: int, ago_us: int = 0, dropped: bool = False) -> int:
        time_ns = self.now_ns - ago_us * US
        self.lines.edge(number, time_ns, dropped)
        return time_ns

    def up(self, number: int) -> None:
        self.lines.pin(number).drive_high()

    def presses(self) -> list[Press]:
        return [posted.press for posted in self.posted if isinstance(posted, Pressed)]

    def marks(self) -> list[int]:
        return [posted.watermark_ns for posted in self.posted if isinstance(posted, Marked)]

    def health(self) -> dict[str, Any]:
        return self.box.health(self.now_ns)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for device in [*bench.box._buttons, *bench.box._lamps]:
        device.close()
    bench.lines.close()


def test_a_press_is_stamped_at_its_edge_and_posted_once_it_is_sure(bench: Bench) -> None:
    pressed_ns = bench.down(27, ago_us=300)
    bench.run(1)
    assert bench.presses() == []
    bench.run(1.5)
    (press,) = bench.presses()
    assert (press.seat, press.box, press.source, press.sequence) == (2, "gpio", "hardware", 1)
    assert (press.clock_ns, press.resolution_ns) == (pressed_ns, 100_000)
    assert press.earliest_ns == pressed_ns - 100_000 and press.latest_ns == pressed_ns
    assert press.clock.startswith("gpio/")
    assert bench.health()["held"] == [2]
    assert bench.health()["last_press"] == {"seat": 2, "ago_ms": 2}


def test_it_presses_again_only_after_its_release(bench: Bench) -> None:
    bench.down(17)
    bench.run(10)
    for _ in range(3):
        bench.up(17)
        bench.run(8)
        bench.down(17)
        bench.run(8)
    assert len(bench.presses()) == 1
    bench.up(17)
    bench.run(25)
    assert bench.health()["held"] == []
    again_ns = bench.down(17)
    bench.run(5)
    assert [press.clock_ns for press in bench.presses()][1:] == [again_ns]


def test_a_burst_on_one_line_and_a_single_edge_on_another_in_the_same_ms(bench: Bench) -> None:
    first_ns = bench.down(17, ago_us=900)
    for ago_us in range(890, 0, -3):
        bench.up(17)
        bench.down(17, ago_us=ago_us)
        if ago_us == 503:
            other_ns = bench.down(22, ago_us=502)
    bench.run(60)
    assert {press.seat: press.clock_ns for press in bench.presses()} == {1: first_ns, 3: other_ns}
    assert len(bench.presses()) == 2
    assert bench.health()["overflows"] == 0
    assert surely_before(*sorted(bench.presses(), key=lambda press: press.clock_ns))


def test_stamps_closer_than_interrupts_may_be_held_off_are_not_ordered(bench: Bench) -> None:
    bench.down(17, ago_us=400)
    bench.down(27, ago_us=310)
    bench.down(22, ago_us=200)
    bench.run(5)
    one, other, third = bench.presses()
    assert not surely_before(one, other)
    assert surely_before(one, third) and surely_before(other, third)


def test_a_watermark_never_passes_what_may_still_come(bench: Bench) -> None:
    bench.box.set_pace(Pace.DECIDING)
    bench.run(50)
    assert bench.now_ns - 9 * MS < bench.marks()[-1] < bench.now_ns - 5 * MS
    first_ns = bench.down(17, ago_us=100)
    for _ in range(8):  # undecided for long
        bench.run(0.5)
        bench.up(17)
        bench.run(1.5)
        bench.down(17)
        assert bench.marks()[-1] < first_ns
    bench.run(20)
    (press,) = bench.presses()
    assert press.clock_ns == first_ns
    posted = bench.posted.index(next(one for one in bench.posted if isinstance(one, Pressed)))
    before = [one.watermark_ns for one in bench.posted[:posted] if isinstance(one, Marked)]
    assert max(before) <= press.earliest_ns
    assert bench.marks()[-1] > press.latest_ns
    assert bench.marks() == sorted(bench.marks())


def test_marks_keep_the_pace(bench: Bench) -> None:
    bench.run(1_000)
    idle = len(bench.marks())
    bench.box.set_pace(Pace.ARMED)
    bench.run(1_000)
    assert 0.8 <= idle * Pace.IDLE.value <= 1.2
    assert 0.8 <= (len(bench.marks()) - idle) * Pace.ARMED.value <= 1.2


def test_dropped_events_are_reported_and_the_press_is_not_lost(bench: Bench) -> None:
    bench.box.set_pace(Pace.DECIDING)
    bench.run(19.5)  # so that a watermark is due just before the press is sure
    bench.down(27, dropped=True)
    up_ns = bench.now_ns
    bench.now_ns += 1  # an interval that cannot be halved
    bench.run(10)
    (press,) = bench.presses()
    assert press.earliest_ns <= up_ns <= press.latest_ns
    assert press.uncertainty_ns > 200 * US
    assert press.resolution_ns >= 2 * press.uncertainty_ns - 1
    posted = next(number for number, one in enumerate(bench.posted) if isinstance(one, Pressed))
    before = [one.watermark_ns for one in bench.posted[:posted] if isinstance(one, Marked)]
    assert max(before) <= press.earliest_ns
    bench.up(27)
    bench.run(30)
    bench.down(27)
    bench.run(5)
    assert bench.health()["overflows"] == 1
    assert "queue was full" in bench.health()["problem_en"]


def test_a_replaced_stamp_widens_the_press(bench: Bench) -> None:
    bench.down(17, ago_us=50)
    bench.run(30)
    bench.down(27, ago_us=300)
    bench.lines.sequence += 1  # an interrupt whose stamp was replaced
    replaced_ns = bench.down(22, ago_us=200)
    bench.run(5)
    press = bench.presses()[-1]
    assert (press.seat, press.clock_ns) == (3, replaced_ns)
    assert press.earliest_ns == replaced_ns - 200 * US  # not before the edge of 27, which came first
    assert press.latest_ns == replaced_ns


def test_what_a_screen_is_told(bench: Bench) -> None:
    bench.run(1)
    health = bench.health()
    assert (health["kind"], health["port"], health["state"]) == ("gpio", "gpio", "up")
    assert (health["seats"], health["inputs"], health["uncertainty_us"]) == ([1, 2, 3], 3, 50)
    assert health["problem"] is None
    bench.posted.clear()
    bench.down(17)
    bench.run(10)
    assert any(isinstance(one, Changed) for one in bench.posted)
    bench.now_ns += 11_000 * MS
    bench.run(1)
    assert "stuck" in bench.health()["problem_en"]
    bench.up(17)
    bench.run(30)
    assert bench.health()["problem"] is None
    for _ in range(10):
        bench.down(22)
        bench.run(0.5)
        bench.up(22)
        bench.run(20)
    assert "spikes" in bench.health()["problem_en"]
    assert [press.seat for press in bench.presses()] == [1]


def test_lamps(bench: Bench) -> None:
    def lit() -> list[bool]:
        bench.run(1)
        return [bool(bench.lines.pin(number).state) for number in (5, 6, 13)]

    assert lit() == [False, False, False]
    bench.box.show_lamps(frozenset({2, 5}))
    assert lit() == [False, True, False]
    bench.box.test_lamps()
    assert lit() == [True, True, True]
    bench.run(3_000)
    assert lit() == [False, True, False]


def test_no_lamps_are_needed() -> None:
    bench = Bench(GpioSpec(("4",), ()))
    bench.box.show_lamps(frozenset({1}))
    bench.box.test_lamps()
    bench.down(4)
    bench.run(5)
    assert [press.seat for press in bench.presses()] == [1]
    bench.box._buttons[0].close()


def test_the_thread_lives_and_ends_with_its_lamps_off() -> None:
    lines = InjectedLines()
    posted: list[Posted] = []
    box = GpioBox(SPEC, lines, posted.append)
    pin = lines.pin(5)
    box.start()
    wait_for(lambda: any(isinstance(one, Live) for one in posted), "live")
    box.show_lamps(frozenset({1}))
    wait_for(lambda: bool(pin.state), "lamp")
    pressed_ns = time.monotonic_ns()
    lines.edge(17, pressed_ns)
    wait_for(lambda: any(isinstance(one, Pressed) for one in posted), "press")
    wait_for(lambda: any(isinstance(one, Marked) and one.watermark_ns > pressed_ns for one in posted), "mark")
    box.stop()
    box.join(5)
    assert lines.closed
    assert [state.state for state in pin.states] == [False, True, False]


def test_a_chip_that_goes_is_said_to_be_gone() -> None:
    lines = InjectedLines()
    posted: list[Posted] = []
    box = GpioBox(SPEC, lines, posted.append)
    box.start()
    wait_for(lambda: box.box_id is not None and any(isinstance(one, Marked) for one in posted), "mark")
    lines.broken = True
    wait_for(lambda: any(isinstance(one, Gone) for one in posted), "gone")
    box.join(5)
    assert box.box_id is None
    health = box.health(time.monotonic_ns())
    assert (health["state"], health["uncertainty_us"]) == ("down", None)
    assert "restart this machine" in health["problem_en"]
    box.stop()


# -- which chip -----------------------------------------------------------------------------------------------


class Chips:
    """Stands in for gpiod.Chip: paths with a label, or an error number."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, there: dict[str, str | int]) -> None:
        self.there = there
        monkeypatch.setattr("buzzers.gpio_pins.glob.glob", lambda pattern: list(there))
        monkeypatch.setattr(gpiod, "Chip", self.open)

    def open(self, path: str) -> "Chips":
        label = self.there[path]
        if isinstance(label, int):
            raise OSError(label, "no")
        self.label = label
        return self

    def __enter__(self) -> "Chips":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def get_info(self) -> "Chips":
        return self


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_the_header_is_found_by_label_whatever_its_number(
    monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    Chips(monkeypatch, {"/dev/gpiochip0": "gpio-brcmstb@107d508500", "/dev/gpiochip4": label})
    assert gpio_pins.find_chip(None) == "/dev/gpiochip4"
    assert gpio_pins.find_chip("gpio-brcmstb@107d508500") == "/dev/gpiochip0"


@pytest.mark.parametrize(
    ("there", "wanted", "reason"),
    [
        ({}, None, "this machine has no GPIO chip: use a Raspberry Pi 3 to 5, or --boxes auto"),
        ({"/dev/gpiochip0": errno.EACCES}, None, "usermod -aG gpio"),
        ({"/dev/gpiochip0": errno.EIO}, None, "cannot be used"),
        ({"/dev/gpiochip0": "ICH9"}, None, "no chip of a Raspberry Pi's header; there are: ICH9"),
        ({"/dev/gpiochip0": "ICH9"}, "pinctrl-rp1", "no chip pinctrl-rp1; there are: ICH9"),
        ({}, "/dev/no-such-chip", "there is no /dev/no-such-chip"),
    ],
)
def test_a_chip_that_cannot_be_had_comes_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, there: dict[str, str | int], wanted: str | None, reason: str
) -> None:
    Chips(monkeypatch, there)
    with pytest.raises(BoxesError, match=r"^gpio: ") as refused:
        gpio_pins.find_chip(wanted)
    assert reason in str(refused.value) and "\n" not in str(refused.value)


def test_the_default_pins_are_those_of_the_document() -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "wiring.md").read_text(encoding="utf-8")
    for seat, (button, lamp) in enumerate(DEFAULT_PINS, 1):
        assert f"| {seat} | GPIO{button} " in document and f"| GPIO{lamp} " in document
