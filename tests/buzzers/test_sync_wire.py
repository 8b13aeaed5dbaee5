"""The sync wire: boxes that share one are ordered by it, whatever their USB does."""

import random

import pytest

from buzzers.clocksync import FLUTTER_PPM
from buzzers.press import Press, lag, surely_before
from buzzers.sync_wire import DEAF_PULSES, MISFITS, TRUST_PAIRS, Capture, SyncWire, WireTime

TICK_NS = 500
MS = 1_000_000
EVERY_NS = 20 * MS
BOUND_NS = 400_000  # how well a stamp is known on the host's clock


class Box:
    """A clock that runs `ppm` fast, and flutters about that."""

    def __init__(self, name: str, ppm: float, seed: int) -> None:
        self.name = name
        self.clock = f"{name}/0001"
        self._ppm = ppm
        self._random = random.Random(seed)
        self._offset_ns = self._random.randrange(10**9)
        self._at_ns, self._own_ns = 0, float(self._offset_ns)

    def stamp(self, true_ns: int) -> int:
        """The box's own time at a host time, whole ticks. Times must rise."""
        rate = 1 + (self._ppm + self._random.uniform(-FLUTTER_PPM, FLUTTER_PPM)) * 1e-6
        self._own_ns += (true_ns - self._at_ns) * rate
        self._at_ns = true_ns
        return int(self._own_ns // TICK_NS * TICK_NS)

    def capture(self, true_ns: int, error_ns: int = 0) -> Capture:
        return Capture(self.clock, self.stamp(true_ns) + error_ns, true_ns - BOUND_NS, true_ns + BOUND_NS)


@pytest.fixture
def boxes() -> list[Box]:
    return [Box("a", -2_000, 1), Box("b", 150, 2), Box("c", 4_000, 3)]


def pulses(wire: SyncWire, boxes: list[Box], count: int, start_ns: int = 0) -> int:
    """Plays pulses of whatever box is asked; returns the time after the last."""
    now_ns = start_ns
    for _ in range(count):
        now_ns += EVERY_NS
        for leader in [box for box in boxes if wire.pulse_due(box.name, now_ns, EVERY_NS)]:
            for box in boxes:
                wire.heard(box.capture(now_ns), own=box is leader)
    return now_ns


def joined(boxes: list[Box]) -> SyncWire:
    wire = SyncWire(TICK_NS)
    for box in boxes:
        wire.join(box.name, box.clock)
    return wire


def date(wire: SyncWire, box: Box, true_ns: int) -> WireTime:
    found = wire.time_of(box.clock, box.stamp(true_ns))
    assert found is not None
    return found


def test_presses_of_different_boxes_are_compared_to_microseconds(boxes: list[Box]) -> None:
    wire = joined(boxes)
    now_ns = pulses(wire, boxes, 40)
    for _ in range(200):
        now_ns = pulses(wire, boxes, 1, now_ns)
        press_ns = now_ns + 15 * MS
        times = [date(wire, box, press_ns) for box in boxes]
        assert {time.wire for time in times} == {boxes[0].clock}
        for time in times:
            # One instant: as far apart as they say at most.
            assert abs(time.wire_ns - times[0].wire_ns) <= time.uncertainty_ns + TICK_NS
            assert time.uncertainty_ns < 1_500


def test_the_further_from_a_pulse_the_less_is_known_and_then_nothing(boxes: list[Box]) -> None:
    wire = joined(boxes)
    now_ns = pulses(wire, boxes, 40)
    near, far = (date(wire, boxes[1], now_ns + after_ns) for after_ns in (MS, 500 * MS))
    assert near.uncertainty_ns < far.uncertainty_ns < 50_000
    assert wire.time_of(boxes[1].clock, boxes[1].stamp(now_ns + 5_000 * MS)) is None


def test_too_few_pairs_date_nothing(boxes: list[Box]) -> None:
    wire = joined(boxes)
    pulses(wire, boxes, TRUST_PAIRS - 1)
    assert wire.time_of(boxes[1].clock, 0) is None and wire.uncertainty_ns("b") is None


def test_a_box_alone_is_not_asked_to_pulse() -> None:
    wire = SyncWire(TICK_NS)
    wire.join("a", "a/1")
    assert not wire.pulse_due("a", 10**9, EVERY_NS)


def test_a_leader_whom_nobody_hears_is_replaced(boxes: list[Box]) -> None:
    wire = joined(boxes)
    on_the_wire = boxes[1:]  # the first box is not connected to the others
    now_ns = 0
    for _ in range(DEAF_PULSES + 60):
        now_ns += EVERY_NS
        for leader in [box for box in boxes if wire.pulse_due(box.name, now_ns, EVERY_NS)]:
            hearing = on_the_wire if leader in on_the_wire else [leader]
            for box in hearing:
                wire.heard(box.capture(now_ns), own=box is leader)
    assert wire.time_of(boxes[0].clock, 0) is None
    assert date(wire, boxes[2], now_ns + MS).wire == boxes[1].clock


def test_a_spike_makes_no_pair_and_one_beside_a_pulse_is_left_out(boxes: list[Box]) -> None:
    wire = joined(boxes)
    now_ns = pulses(wire, boxes, 40)
    wire.heard(boxes[1].capture(now_ns + 7 * MS), own=False)
    for box in boxes:
        spike_ns = 200_000 if box is boxes[1] else 0  # stamped before the pulse; the pulse itself was missed
        wire.heard(box.capture(now_ns + EVERY_NS, -spike_ns), own=box is boxes[0])
    assert wire.time_of(boxes[1].clock, boxes[1].stamp(now_ns + EVERY_NS + MS)) is None  # not sure any more
    now_ns = pulses(wire, boxes, 1, now_ns + EVERY_NS)
    time = date(wire, boxes[1], now_ns + 5 * MS)
    assert abs(time.wire_ns - date(wire, boxes[0], now_ns + 5 * MS).wire_ns) <= time.uncertainty_ns + TICK_NS


def test_a_clock_that_stepped_starts_over(boxes: list[Box]) -> None:
    wire = joined(boxes)
    now_ns = pulses(wire, boxes, 40)
    boxes[1]._own_ns += 3 * MS
    now_ns = pulses(wire, boxes, MISFITS, now_ns)
    assert wire.time_of(boxes[1].clock, boxes[1].stamp(now_ns)) is None
    now_ns = pulses(wire, boxes, 40, now_ns)
    assert date(wire, boxes[1], now_ns + MS).uncertainty_ns < 1_500


def test_who_leaves_or_starts_anew_is_forgotten(boxes: list[Box]) -> None:
    wire = joined(boxes)
    now_ns = pulses(wire, boxes, 40)
    wire.join("b", "b/0002")
    assert wire.time_of(boxes[1].clock, boxes[1].stamp(now_ns)) is None
    wire.leave("a")  # the leader
    assert wire.time_of(boxes[2].clock, boxes[2].stamp(now_ns)) is None
    boxes = boxes[1:]
    boxes[0].clock = "b/0002"
    now_ns = pulses(wire, boxes, 40, now_ns)
    assert date(wire, boxes[1], now_ns + MS).wire == "b/0002"


def press(box: str, time_ns: int, wire_ns: int, wire: str = "w", doubt_ns: int = 1_000) -> Press:
    return Press(
        seat=1,
        box=box,
        clock=box,
        clock_ns=0,
        resolution_ns=7_000,
        time_ns=time_ns,
        uncertainty_ns=200_000,
        sequence=1,
        source="hardware",
        wire=wire,
        wire_ns=wire_ns,
        wire_uncertainty_ns=doubt_ns,
    )


def test_the_wire_orders_where_the_host_cannot() -> None:
    first, second = press("a", 5_000, 1_000_000), press("b", 0, 1_010_000)
    lag_ns, doubt_ns = lag(second, first)
    assert lag_ns == 10_000 and doubt_ns == 7_000 + 2 * 1_000 + 50
    assert surely_before(first, second) and not surely_before(second, first)
    nearer = press("b", 0, 1_009_000)
    assert not surely_before(first, nearer) and not surely_before(nearer, first)


def test_boxes_on_different_wires_are_compared_by_the_host() -> None:
    first, second = press("a", 0, 1_000_000), press("b", 100_000, 9_000_000, wire="v")
    assert lag(second, first) == (100_000, 400_000)


def test_one_clock_knows_the_order_better_than_the_distance() -> None:
    def stamped(clock_ns: int) -> Press:
        return Press(1, "a", "a/1", clock_ns, 7_000, 0, 200_000, 1, "hardware", order_ns=500, clock_ppm=2_000)

    first, second = stamped(1_000_000), stamped(1_000_500)
    assert surely_before(first, second) and not surely_before(second, first)
    assert lag(second, first) == (500, 7_001)
    assert not surely_before(first, stamped(1_000_000))  # one snapshot: nobody knows
    assert lag(stamped(21_000_000), first) == (20_000_000, 47_000)
