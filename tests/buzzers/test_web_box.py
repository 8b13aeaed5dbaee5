"""Web buzzers in virtual time: bounds that hold, presses that are neither lost nor doubled, pages that lie or leave."""

import json
from random import Random
from typing import Any, cast

import pytest

from buzzers.core import Core
from buzzers.driver import Gone, Live, Marked, Posted, Pressed, Restarted
from buzzers.orders import BadLine, read_order
from buzzers.press import Press, surely_before
from buzzers.stream import Client, Line
from buzzers.web_box import DISPATCH_NS, FORGET_NS, SAMPLING_NS, TRUST_EXCHANGES, WATERMARK_AGE_NS, WebBox

MS = 1_000_000
S = 1_000 * MS
START = 5_000 * S


class Page:
    """A page with a clock of its own, the way there and back, and the box that hears it."""

    def __init__(
        self,
        name: str = "page-one",
        ppm: float = 30,
        there_ms: tuple[float, float] = (1, 8),
        back_ms: tuple[float, float] = (1, 8),
        box: WebBox | None = None,
        at_ns: int = START,
    ) -> None:
        self.posted: list[Posted] = []
        self.box = box or WebBox(3, self.posted.append)
        self.name, self.ppm, self.there_ms, self.back_ms = name, ppm, there_ms, back_ms
        self.now_ns = at_ns
        self.loaded_ns = at_ns - 700 * MS
        self.step_us = 0  # a lie, or a suspended machine
        self.random = Random(name)
        self.unsaid: list[tuple[int, int]] = []
        self.sequence = 0

    def ticks(self, true_ns: int) -> int:
        """What performance.now() says in µs, rounded to a millisecond up or down as browsers do."""
        exact_us = (true_ns - self.loaded_ns) * (1 + self.ppm * 1e-6) / 1000 + self.step_us
        return int(exact_us // 1000 + self.random.randint(0, 1)) * 1000

    def press(self, true_ns: int) -> int:
        """A finger at true_ns, seen when the panel is next read."""
        self.sequence += 1
        self.unsaid.append((self.sequence, self.ticks(true_ns + self.random.randint(0, SAMPLING_NS))))
        return true_ns

    def answer(self, acknowledge: bool = True) -> None:
        """One probe and its answer; time goes on by the way there and back and a pause."""
        sent_ns = self.now_ns
        at_ns = sent_ns + int(self.random.uniform(*self.there_ms) * MS)
        received_ns = at_ns + int(self.random.uniform(*self.back_ms) * MS)
        said = [(number, stamp) for number, stamp in self.unsaid if stamp <= self.ticks(at_ns) + 1000]
        taken = self.box.heard(self.name, sent_ns, self.ticks(at_ns), received_ns, said)
        if acknowledge:
            self.unsaid = [(number, stamp) for number, stamp in self.unsaid if number > taken]
        self.now_ns = received_ns + 50 * MS

    def synchronise(self, answers: int = 20) -> None:
        for _ in range(answers):
            self.answer()

    def of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.posted if isinstance(one, kind)]

    def presses(self) -> list[Press]:
        return [one.press for one in self.of(Pressed)]


@pytest.mark.parametrize("ppm", [-4_000, 0, 35, 4_000])
@pytest.mark.parametrize(
    ("there_ms", "back_ms"), [((1, 3), (1, 3)), ((60, 90), (1, 2)), ((1, 2), (60, 90)), ((0, 0), (0, 0))]
)
def test_the_true_instant_is_always_inside(
    ppm: float, there_ms: tuple[float, float], back_ms: tuple[float, float]
) -> None:
    page = Page(ppm=ppm, there_ms=there_ms, back_ms=back_ms)
    page.synchronise()
    truths = []
    for _ in range(60):
        truths.append(page.press(page.now_ns + page.random.randint(-40, 0) * MS))
        page.answer()
    page.synchronise(2)
    assert len(page.presses()) == len(truths)
    for press, truth in zip(page.presses(), truths, strict=True):
        assert press.earliest_ns <= truth <= press.latest_ns
        assert press.uncertainty_ns >= SAMPLING_NS // 2, "it is never better than a touch panel is"
        assert press.uncertainty_ns < (sum(there_ms) + sum(back_ms)) / 2 * MS + 2 * SAMPLING_NS
        assert (press.source, press.box, press.clock) == ("web", "web-3", "web/3/page-one")


def test_nothing_earlier_than_a_watermark_comes_after_it() -> None:
    page = Page()
    page.synchronise()
    for _ in range(200):
        page.press(page.now_ns - page.random.randint(0, 60) * MS)  # some had to wait in the page
        page.answer()
    mark_ns, seen = 0, 0
    for one in page.posted:
        if isinstance(one, Marked):
            assert one.watermark_ns > mark_ns
            mark_ns = one.watermark_ns
        elif isinstance(one, Pressed):
            assert one.press.earliest_ns >= mark_ns
            seen += 1
    assert seen == 200 and mark_ns > page.now_ns - 200 * MS


def test_a_press_waits_in_the_page_until_the_clock_is_trusted() -> None:
    page = Page()
    truth = page.press(page.now_ns)
    for _ in range(TRUST_EXCHANGES - 1):
        page.answer()
        assert page.posted == [] and page.unsaid, "not dated, not acknowledged, not waited for"
    page.answer()
    assert [type(one) for one in page.posted] == [Live, Pressed, Marked]
    press = page.presses()[0]
    assert press.earliest_ns <= truth <= press.latest_ns and press.uncertainty_ns < 40 * MS


def test_a_press_said_twice_counts_once() -> None:
    page = Page()
    page.synchronise()
    page.press(page.now_ns)
    page.answer(acknowledge=False)
    page.answer(acknowledge=False)
    page.answer()
    assert [press.sequence for press in page.presses()] == [1] and page.unsaid == []


def test_a_clock_too_loosely_known_is_not_trusted() -> None:
    page = Page(there_ms=(250, 260), back_ms=(1, 2))
    page.press(page.now_ns)
    page.synchronise()
    assert page.posted == [] and page.box.health(page.now_ns)["state"] == "syncing"


@pytest.mark.parametrize("step_ms", [-400, 400, 60_000])
def test_a_clock_that_jumps_is_found_out(step_ms: int) -> None:
    page = Page()
    page.synchronise()
    page.step_us = step_ms * 1000
    page.press(page.now_ns)
    page.answer()
    assert page.presses() == [] and page.unsaid == [], "nobody can tell when that was"
    assert [one.box for one in page.of(Restarted)] == ["web-3"]
    assert not page.box.trusted and page.box.health(page.now_ns)["clock_resets"] == 1
    page.synchronise(TRUST_EXCHANGES)
    truth = page.press(page.now_ns)
    page.synchronise(2)
    press = page.presses()[0]
    assert press.earliest_ns <= truth <= press.latest_ns and press.clock == "web/3/page-one+1"


def test_a_press_dated_back_gets_no_further_than_the_page_has_vouched_for() -> None:
    page = Page()
    page.synchronise()
    mark_ns = page.of(Marked)[-1].watermark_ns
    honest = Press(1, "b", "b/1", 0, 8_000, page.now_ns - S // 2, 300_000, 1, "hardware")
    page.unsaid.append((1, page.ticks(page.now_ns - S)))
    page.answer()
    press = page.presses()[0]
    assert press.earliest_ns == mark_ns
    assert press.latest_ns - press.earliest_ns > DISPATCH_NS, "all that is sure is that it was after that"
    assert surely_before(honest, press)


def test_a_page_loaded_anew_cannot_date_back_to_before_it_held_the_seat() -> None:
    page = Page()
    page.synchronise()
    other = Page("page-two", box=page.box, at_ns=page.now_ns)
    other.unsaid.append((1, 0))  # when it was loaded, 0.7 s ago
    other.synchronise()
    assert page.presses()[0].earliest_ns >= page.now_ns - WATERMARK_AGE_NS


def test_a_page_that_comes_back_goes_on_where_it_was() -> None:
    page = Page()
    page.synchronise()
    page.press(page.now_ns)
    page.answer(acknowledge=False)
    page.box.gone(page.now_ns, "page-zero")
    assert page.of(Gone) == [], "that one does not hold the seat"
    page.box.gone(page.now_ns, "page-one")
    page.box.gone(page.now_ns, "page-one")
    assert len(page.of(Gone)) == 1 and page.box.health(page.now_ns)["state"] == "down"
    assert not page.box.forgotten(page.now_ns + FORGET_NS)
    assert page.box.forgotten(page.now_ns + FORGET_NS + 1)
    page.now_ns += 20 * S
    page.synchronise()
    assert [press.sequence for press in page.presses()] == [1]
    assert len({one.boot for one in page.of(Live)}) == 1, "the same page: it has kept its presses"


def test_the_newest_page_holds_the_seat() -> None:
    page = Page()
    page.synchronise()
    other = Page("page-two", ppm=-200, box=page.box, at_ns=page.now_ns)
    other.synchronise()
    truth = other.press(other.now_ns)
    other.synchronise(2)
    assert len({one.boot for one in page.of(Live)}) == 2
    press = page.presses()[0]
    assert press.clock == "web/3/page-two" and press.earliest_ns <= truth <= press.latest_ns


# -- in the timing core -----------------------------------------------------------------------------------


class Bench:
    """A core whose clock the test moves, its client, and pages for its seats."""

    def __init__(self) -> None:
        self.now_ns = START
        self.sent: list[dict[str, Any]] = []
        self.core = Core("c0", 5, lambda: [], lambda: self.now_ns)
        self.box = WebBox(1, lambda _: None)  # stands for any driver
        self.order(type="hello", protocol=1, after=None)

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def order(self, **order: Any) -> None:
        self.core.take(Line(cast(Client, self), json.dumps(order).encode()))

    def answer(self, seat: int, presses: tuple[tuple[int, int], ...] = ()) -> None:
        """An answer of the seat's page, whose clock is the host's; it is on its way for 2 ms in all."""
        self.now_ns += 2 * MS
        sent_ns = self.now_ns - 2 * MS
        presses_us = [[number, at_ns // 1000] for number, at_ns in presses]
        self.order(
            type="web",
            seat=seat,
            page=f"page-{seat}",
            sent_ns=sent_ns,
            ticks=(sent_ns + MS) // 1000,
            received_ns=self.now_ns,
            presses=presses_us,
        )

    def open(self) -> None:
        for _ in range(TRUST_EXCHANGES):
            self.answer(2)
            self.answer(3)
            self.now_ns += 50 * MS
        self.order(type="arm", arming="a1", seats=[1, 2, 3], arm_ns=self.now_ns)
        self.order(type="open", arming="a1", open_ns=self.now_ns + 1, close_ns=self.now_ns + 10 * S)
        self.now_ns += 500 * MS

    def run(self, duration_ns: int) -> None:
        end_ns = self.now_ns + duration_ns
        while self.now_ns < end_ns:
            self.now_ns += 10 * MS
            self.core.tick()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == kind]


def test_the_first_of_two_web_presses_wins_once_both_pages_have_vouched() -> None:
    bench = Bench()
    bench.open()
    pressed_ns = bench.now_ns
    bench.now_ns += 60 * MS
    bench.answer(2, ((1, pressed_ns),))
    assert bench.of("web_ack")[-1]["seq"] == 1 and bench.of("web_ack")[-1]["uncertainty_us"] > 8_500
    bench.run(60 * MS)
    bench.answer(2)
    assert bench.of("verdict") == [], "seat 3 has not said that it has nothing earlier"
    bench.answer(3, ((1, pressed_ns + 50 * MS),))
    verdict = bench.of("verdict")[0]
    assert verdict["outcome"] == "winner" and verdict["seats"] == [2]
    assert verdict["final"] == {"why": "watermarks", "missing": []}
    assert [press["source"] for press in verdict["presses"]] == ["web", "web"]


def test_a_page_that_falls_silent_is_waited_for_and_named() -> None:
    bench = Bench()
    bench.open()
    pressed_ns = bench.now_ns
    bench.now_ns += 60 * MS
    bench.answer(2, ((1, pressed_ns),))
    for _ in range(30):
        bench.run(20 * MS)
        bench.answer(2)
    assert bench.of("verdict")[0]["final"] == {"why": "waited", "missing": ["web-3"]}


@pytest.mark.parametrize(
    ("seat", "later_ms", "outcome", "counted"),
    [
        (1, 3, "too_close", [("web", "tied"), ("hardware", "tied")]),
        (1, 60, "winner", [("web", "first"), ("hardware", "after")]),
        (
            2,
            60,
            "winner",
            [("web", "first"), ("hardware", "not_counted")],
        ),  # the box of the same seat works after all
    ],
)
def test_a_web_press_beside_one_of_a_box(
    seat: int, later_ms: int, outcome: str, counted: list[tuple[str, str]]
) -> None:
    bench = Bench()
    bench.open()
    pressed_ns = bench.now_ns
    at_ns = pressed_ns + later_ms * MS
    bench.now_ns += 70 * MS
    bench.core.take(Pressed(bench.box, Press(seat, "b", "b/1", at_ns, 8_000, at_ns, 200_000, 1, "hardware")))
    bench.answer(2, ((1, pressed_ns),))
    bench.now_ns += 60 * MS
    for page in (2, 3):
        bench.answer(page)
    verdict = bench.of("verdict")[0]
    assert verdict["outcome"] == outcome
    assert [(press["source"], press["status"]) for press in verdict["presses"]] == counted


def test_web_boxes_are_listed_and_forgotten() -> None:
    bench = Bench()
    bench.core.simulate_boxes()
    bench.answer(2)
    bench.run(S)
    assert [box["kind"] for box in bench.of("boxes")[-1]["boxes"]] == ["web", "simulated"]
    bench.order(type="web_gone", seat=2, page="page-2")
    bench.run(S)
    assert bench.of("boxes")[-1]["boxes"][0]["state"] == "down"
    bench.now_ns += FORGET_NS
    bench.run(S)
    assert [box["kind"] for box in bench.of("boxes")[-1]["boxes"]] == ["simulated"]


GOOD = {
    "type": "web",
    "seat": 1,
    "page": "p",
    "sent_ns": 5,
    "ticks": 9,
    "received_ns": 6,
    "presses": [[1, 3]],
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"received_ns": 8},
        {"sent_ns": 7},
        {"seat": 6},
        {"page": ""},
        {"ticks": -1},
        {"ticks": 2**54},
        {"presses": [[2, 1], [1, 1]]},
        {"presses": [[0, 1]]},
        {"presses": [[1, 1.5]]},
        {"presses": [[1]]},
        {"presses": [[n, 1] for n in range(1, 40)]},
        {"presses": {}},
    ],
)
def test_an_answer_out_of_order_is_refused(wrong: dict[str, Any]) -> None:
    assert read_order(json.dumps(GOOD).encode(), 5, 7)["ticks"] == 9
    with pytest.raises(BadLine):
        read_order(json.dumps({**GOOD, **wrong}).encode(), 5, 7)
