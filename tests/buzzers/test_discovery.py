"""Finding boxes: what --boxes may say, and which ports turn out to be boxes."""

import time
from collections.abc import Iterator

import pytest
import serial

from buzzers.discovery import PortWatch, Wanted, parse_boxes
from buzzers.driver import BoxesError, Live, Posted
from buzzers.gpio_spec import GpioSpec
from tests.buzzers.helpers import FakeBox, fake_boxes, wait_for


def test_what_boxes_may_say() -> None:
    assert parse_boxes("auto", 5) == Wanted("auto")
    assert parse_boxes("sim", 5) == Wanted("sim")
    assert parse_boxes("none", 5) == Wanted("none")
    assert parse_boxes("serial:/dev/a", 5) == Wanted("serial", ("/dev/a",))
    assert parse_boxes("serial:/dev/b,/dev/a", 5) == Wanted("serial", ("/dev/b", "/dev/a"))
    seats = (("/a", (1,)), ("/b", (3, 2)))
    assert parse_boxes("serial:/a=1,/b=3+2", 5) == Wanted("serial", ("/a", "/b"), seats)
    assert parse_boxes("gpio:", 2) == Wanted("gpio", gpio=GpioSpec(("17", "27"), ("5", "6")))
    assert parse_boxes("gpio", 2) == parse_boxes("gpio:", 2)
    named = GpioSpec(("BOARD11", "27"), ("5", "6"), "pinctrl-rp1")
    assert parse_boxes("gpio:chip=pinctrl-rp1,buttons=BOARD11+27,lamps=5+6", 5) == Wanted("gpio", gpio=named)
    both = Wanted("serial", ("/a",), (("/a", (3, 2)),), GpioSpec(("4",), ()))
    assert parse_boxes("gpio:buttons=4;serial:/a=3+2", 5) == both
    assert parse_boxes("gpio:buttons=4", 5) == Wanted("gpio", gpio=GpioSpec(("4",), ()))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gpio:17,27", "cannot read '17': write gpio:chip="),
        ("gpio:buttons=17,buttons=27", "once"),
        ("gpio:buttons=", "cannot read"),
        ("gpio:buttons=17++27", "written 17"),
        ("gpio:lamps=5", "needs buttons="),
        ("gpio:buttons=1+2+3+4+5+6", "6 buttons for 5 seats"),
        ("gpio:buttons=17+27,lamps=5", "2 buttons but 1 lamps"),
        ("gpio:buttons=17+27,lamps=17+5", "twice"),
        ("gpio:buttons=17;serial:/a", "give each serial port other seats"),
        ("gpio:buttons=17;serial:/a=1+2", "gpio: has seats 1 to 1"),
        ("gpio:;serial:/a=1", "gpio: has seats 1 to 5"),
        ("gpio:buttons=17;sim", "only gpio: and serial: go together"),
        ("", "unknown boxes"),
        ("usb", "unknown boxes"),
        ("serial:", "needs ports"),
        ("serial:/a,/a", "each once"),
        ("serial:/a,", "needs ports"),
        ("serial:/a=6", "1 to 5"),
        ("serial:/a=x", "written"),
        ("serial:/a=1,/b", "every port"),
        ("serial:/a=1,/b=1", "twice"),
    ],
)
def test_what_it_may_not_say(text: str, reason: str) -> None:
    with pytest.raises(BoxesError, match=reason):
        parse_boxes(text, 5)


@pytest.fixture
def watch_of() -> Iterator[tuple[list[str], list[Posted], PortWatch]]:
    ports: list[str] = []
    posted: list[Posted] = []
    watch = PortWatch(5, posted.append, lambda: sorted(ports), probe_s=1.0)
    yield ports, posted, watch
    watch.stop()
    for driver in watch.drivers():
        driver.stop()
        driver.join(2)


def test_only_ports_that_answer_are_boxes_and_the_trial_is_bounded(
    watch_of: tuple[list[str], list[Posted], PortWatch],
) -> None:
    ports, posted, watch = watch_of
    box, silent = FakeBox(uid=1, inputs=1), FakeBox(uid=2)
    silent.answers = False
    with fake_boxes(box, silent):
        ports += [box.port, silent.port, "/dev/does-not-exist"]
        begin_s = time.monotonic()
        drivers = watch.start()
        assert time.monotonic() - begin_s < 1.5
        assert [driver.port for driver in drivers] == [box.port]
        assert [posted_one.box for posted_one in posted if isinstance(posted_one, Live)] == ["00000001"]
        assert drivers[0].health(time.monotonic_ns())["seats"] == [1]


def test_a_box_that_is_plugged_in_later_is_found_and_one_that_moves_keeps_its_seat(
    watch_of: tuple[list[str], list[Posted], PortWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buzzers.discovery.LOOK_EVERY_S", 0.05)
    ports, _, watch = watch_of
    assert watch.start() == []
    first, second = FakeBox(uid=1, inputs=1), FakeBox(uid=2, inputs=1)
    moved = FakeBox(uid=1, inputs=1)
    moved.answers = False
    with fake_boxes(first, second, moved):
        ports.append(first.port)
        wait_for(lambda: [driver.port for driver in watch.drivers()] == [first.port], "the first box")
        ports.append(second.port)
        wait_for(lambda: len(watch.drivers()) == 2, "the second box")
        ports.remove(first.port)
        first.close()
        moved.answers = True
        ports.append(moved.port)
        wait_for(lambda: {d.port for d in watch.drivers()} == {second.port, moved.port}, "the box that moved")
        seats = {driver.port: driver.health(0)["seats"] for driver in watch.drivers()}
        assert seats == {moved.port: [1], second.port: [2]}


def test_a_port_that_another_program_has_is_tried_again_and_a_silent_one_is_left_alone(
    watch_of: tuple[list[str], list[Posted], PortWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buzzers.discovery.LOOK_EVERY_S", 0.05)
    ports, _, watch = watch_of
    busy, silent = FakeBox(uid=1, inputs=1), FakeBox(uid=2, inputs=1)
    silent.answers = False
    with fake_boxes(busy, silent):
        other = serial.Serial(busy.port, 500_000, timeout=0, exclusive=True)
        ports += [busy.port, silent.port]
        assert watch.start() == []
        other.close()
        silent.answers = True
        wait_for(lambda: [driver.port for driver in watch.drivers()] == [busy.port], "the box")
        asked = silent.identified
        wait_for(lambda: watch.drivers()[0].health(0)["state"] == "up", "life going on")
        assert silent.identified == asked, "what was opened and silent is not disturbed again"
