"""The core between its queue and its stream, with a clock that the test moves: stalls, restarts, hostile lines."""

from typing import Any, cast

import pytest

from buzzers.core import LOOK_NS, STALL_NS, Core
from buzzers.driver import Driver, Gone, Live, Marked, Pace, Pressed, Restarted
from buzzers.press import Press
from buzzers.stream import Client, Line

MS = 1_000_000
START = 10_000 * MS


class Recorder:
    """Stands for a driver and for a client: takes everything, keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.lamps: list[tuple[set[int], int | None]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == kind]

    def accepted(self, posted: Pressed) -> None:
        """Nothing is kept."""

    def set_pace(self, pace: Pace) -> None:
        """Nothing is asked of it."""

    def health(self, now_ns: int) -> dict[str, Any]:
        return {"id": "one"}

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        self.lamps.append((set(lit_seats), at_ns))


class Bench:
    """A core with the boxes "one" and "two" and a client that has said hello."""

    def __init__(self) -> None:
        self.now_ns = START
        self.client, self.driver = Recorder(), Recorder()
        self.core = Core("c0", 5, lambda: [cast(Driver, self.driver)], lambda: self.now_ns)
        for box in ("one", "two"):
            self.core.take(Live(cast(Driver, self.driver), box, 1))
        self.order(b'{"type":"hello","protocol":1,"after":null}')

    def order(self, line: bytes) -> None:
        self.core.take(Line(cast(Client, self.client), line))

    def open(self, close_ns: int) -> None:
        self.order(b'{"type":"arm","arming":"a1","seats":[1,2,3],"arm_ns":%d}' % self.now_ns)
        self.order(b'{"type":"open","arming":"a1","open_ns":%d,"close_ns":%d}' % (self.now_ns + MS, close_ns))

    def press(self, seat: int, box: str, at_ns: int) -> None:
        press = Press(seat, box, f"{box}/1", at_ns, 8_000, at_ns, 100_000, 1, "hardware")
        self.core.take(Pressed(cast(Driver, self.driver), press))

    def run_to(self, until_ns: int) -> None:
        """Ticks as the main loop does when nothing comes in."""
        while self.now_ns < until_ns:
            self.core.tick()
            self.now_ns = max(self.now_ns + 1, min(until_ns, self.core.deadline_ns()))
        self.core.tick()

    def verdicts(self) -> list[dict[str, Any]]:
        return self.client.of_type("verdict")


def test_while_an_arming_runs_the_core_looks_often_enough_to_notice_a_stall() -> None:
    bench = Bench()
    bench.core.tick()
    assert bench.core.deadline_ns() > START + STALL_NS, "at rest it sleeps"
    bench.open(START + 5_000 * MS)
    bench.core.tick()
    assert bench.core.deadline_ns() == START + LOOK_NS


def test_silent_boxes_are_given_no_more_time_than_their_due() -> None:
    bench = Bench()
    close_ns = START + 500 * MS
    bench.open(close_ns)
    bench.run_to(close_ns + 249 * MS)
    assert bench.verdicts() == []
    bench.run_to(close_ns + 251 * MS)
    assert bench.verdicts()[0]["final"] == {"why": "waited", "missing": ["one", "two"]}


def test_presses_that_came_while_the_core_stood_still_are_read_before_it_decides() -> None:
    bench = Bench()
    close_ns = START + 500 * MS
    bench.open(close_ns)
    bench.run_to(close_ns - 50 * MS)
    bench.now_ns = close_ns + 400 * MS  # the process was stopped; seat 2 pressed meanwhile
    bench.core.tick()  # the main loop is the first to run again, its readers come after it
    bench.press(2, "two", close_ns - 20 * MS)
    assert bench.verdicts() == []
    for box in ("one", "two"):
        bench.core.take(Marked(box, bench.now_ns - MS))
    assert [verdict["seats"] for verdict in bench.verdicts()] == [[2]]


@pytest.mark.parametrize("moved", [False, True])
def test_a_box_that_restarted_in_an_arming_is_named(moved: bool) -> None:
    bench = Bench()
    bench.open(START + 5_000 * MS)
    bench.run_to(START + 100 * MS)
    if moved:  # to another port, whose driver has not known it before
        bench.core.take(Gone(cast(Driver, bench.driver), "one"))
        bench.core.take(Live(cast(Driver, Recorder()), "one", 2))
    else:
        bench.core.take(Restarted("one", 2))
        bench.core.take(Live(cast(Driver, bench.driver), "one", 2))
    bench.run_to(START + 1_000 * MS)
    bench.press(2, "two", bench.now_ns)
    bench.now_ns += 5 * MS
    for box in ("one", "two"):
        bench.core.take(Marked(box, bench.now_ns - MS))
    bench.run_to(bench.now_ns + 300 * MS)
    assert bench.verdicts()[0]["final"] == {"why": "waited", "missing": ["one"]}


def test_half_a_surrogate_pair_is_refused() -> None:
    bench = Bench()
    for order in (b"cancel", b"arm"):
        bench.order(b'{"type":"%s","arming":"\\ud800","seats":[],"arm_ns":1}' % order)
    assert [message["text"].split(":")[0] for message in bench.client.of_type("error")] == ["cancel", "arm"]


def test_the_lamps_say_go_at_the_instant_of_open_and_then_who_was_first() -> None:
    bench = Bench()
    bench.open(START + 5_000 * MS)
    open_ns = START + MS
    dark: tuple[set[int], int | None] = (set(), None)
    assert bench.driver.lamps[-2:] == [dark, ({1, 2, 3}, open_ns)]
    bench.press(2, "one", START + MS // 4)  # a foul: this one may not go
    assert bench.driver.lamps[-1] == ({1, 3}, open_ns)
    bench.now_ns = START + 20 * MS
    bench.press(3, "one", START + 10 * MS)
    for box in ("one", "two"):
        bench.core.take(Marked(box, START + 15 * MS))
    lit, at_ns = bench.driver.lamps[-1]
    assert lit == {3} and at_ns is None
