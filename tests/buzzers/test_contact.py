"""When a contact on a Pi's pin is a press, by tables; and what missing edges mean for those that came."""

import pytest

from buzzers.contact import Contact, Edge, EdgeLedger
from tests.buzzers.helpers import MS

US = 1_000
START_NS = 1_000_000 * MS


# -- the contact ----------------------------------------------------------------------------------------------


def play(steps_us: list[tuple[int, bool]], until_us: int, every_us: int = 500) -> tuple[list[int], int]:
    """Moves a contact by a table of (time, closed) and reads it regularly: first edges of presses in µs, spikes."""
    contact = Contact(7, False, START_NS)
    presses: list[int] = []
    level, rest = False, list(steps_us)
    for at_us in range(0, until_us, every_us):
        while rest and rest[0][0] <= at_us:
            time_us, closed = rest.pop(0)
            if closed and not level:
                time_ns = START_NS + time_us * US
                contact.edge(Edge(7, time_ns, time_ns))
            level = closed
        first = contact.sample(START_NS + at_us * US, level)
        if first:
            presses.append((first.time_ns - START_NS) // US)
    return presses, contact.spikes


def swinging(begin_us: int, end_us: int, down_us: int, up_us: int) -> list[tuple[int, bool]]:
    steps = []
    for at_us in range(begin_us, end_us, down_us + up_us):
        steps += [(at_us, True), (at_us + down_us, False)]
    return steps


TABLES: list[tuple[str, list[tuple[int, bool]], list[int], int]] = [
    ("nothing", [], [], 0),
    ("a clean press", [(1_000, True), (80_000, False)], [1_000], 0),
    ("a tap of 5 ms", [(1_000, True), (6_000, False)], [1_000], 0),
    ("a spike of 0.05 ms", [(1_010, True), (1_060, False)], [], 1),
    ("a spike of 0.95 ms", [(1_010, True), (1_960, False)], [], 1),
    ("spikes again and again", swinging(1_010, 90_000, 900, 2_100), [], 4),
    ("far apart", [(1_010, True), (1_510, False), (20_010, True), (20_510, False)], [], 2),
    ("bounce of 2 ms", [*swinging(1_010, 3_000, 130, 170), (3_010, True)], [1_010], 0),
    ("bounce of 20 ms, mostly up", [*swinging(10, 20_000, 500, 2_000), (20_010, True)], [10], 0),
    ("bounce of 20 ms, mostly down", [*swinging(10, 20_000, 2_000, 500), (20_010, True)], [10], 0),
    (
        "bounce after the press is sure",
        [(10, True), *swinging(3_010, 20_000, 300, 400), (20_010, True)],
        [10],
        0,
    ),
    (
        "bounce at release",
        [(10, True), (50_000, False), *swinging(50_400, 68_000, 300, 700), (69_000, False)],
        [10],
        0,
    ),
    ("let go for 15 ms", [(10, True), (50_000, False), (65_000, True), (80_000, False)], [10], 0),
    ("pressed again", [(10, True), (50_000, False), (75_000, True), (90_000, False)], [10, 75_000], 0),
    ("a first edge too old", [*swinging(10, 28_000, 800, 3_200), (28_010, True)], [28_010], 1),
    ("a spike, then a press 3 ms later", [(10, True), (410, False), (3_010, True)], [10], 0),
    ("a spike, then a press 8 ms later", [(10, True), (410, False), (8_010, True)], [8_010], 1),
]


@pytest.mark.parametrize(
    ("steps", "presses", "spikes"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES]
)
def test_a_contact(steps: list[tuple[int, bool]], presses: list[int], spikes: int) -> None:
    found, counted = play(steps, 120_000)
    assert found == presses
    assert counted == spikes


@pytest.mark.parametrize("every_us", [100, 1_000, 4_000, 15_000])
def test_a_thread_that_is_held_up_stamps_no_worse(every_us: int) -> None:
    steps = [*swinging(10, 2_000, 100, 150), (2_010, True), (70_000, False)]
    assert play(steps, 200_000, every_us)[0] == [10]


def test_a_spike_is_none_even_if_nobody_looked_for_a_while() -> None:
    assert play([(100, True), (600, False)], 200_000, 20_000)[0] == []


def test_down_from_the_start_is_no_press() -> None:
    contact = Contact(7, True, START_NS)
    assert [contact.sample(START_NS + at * MS, True) for at in range(1, 50)] == [None] * 49
    for at in range(50, 80):
        assert contact.sample(START_NS + at * MS, False) is None
    edge = Edge(7, START_NS + 80 * MS, START_NS + 80 * MS)
    contact.edge(edge)
    assert contact.sample(START_NS + 83 * MS, True) is edge


def test_a_press_whose_edge_was_lost_is_a_press_all_the_same() -> None:
    contact = Contact(7, False, START_NS)
    contact.sample(START_NS + 10 * MS, False)
    assert contact.sample(START_NS + 20 * MS, True) is None
    assert contact.pending is not None and contact.pending.earliest_ns == START_NS + 10 * MS
    first = contact.sample(START_NS + 26 * MS, True)
    assert first == Edge(7, START_NS + 20 * MS, START_NS + 10 * MS)


# -- what is missing ------------------------------------------------------------------------------------------


def test_edges_that_came_are_known_exactly() -> None:
    ledger = EdgeLedger()
    for number in range(1, 50):
        edge = ledger.take(7, START_NS + number * MS, number, number)
        assert edge.earliest_ns == edge.time_ns
    assert ledger.overflows == 0


def test_a_gap_in_the_count_of_a_line_is_an_overflow() -> None:
    ledger = EdgeLedger()
    ledger.take(7, START_NS, 1, 1)
    ledger.take(8, START_NS + MS, 2, 1)
    ledger.take(7, START_NS + 2 * MS, 80, 79)
    assert ledger.overflows == 77


def test_a_gap_in_the_common_count_puts_every_line_that_may_have_lost_its_stamp_in_doubt() -> None:
    ledger = EdgeLedger()
    ledger.take(7, START_NS, 1, 1)
    ledger.take(8, START_NS, 2, 1)
    # Number 3 has gone: 7 or 8 closed twice before the kernel's thread came.
    one = ledger.take(7, START_NS + 100 * MS, 4, 2)
    other = ledger.take(8, START_NS + 101 * MS, 5, 2)
    later = ledger.take(8, START_NS + 102 * MS, 6, 3)
    assert one.earliest_ns == START_NS + 95 * MS
    assert other.earliest_ns == START_NS + 96 * MS
    assert later.earliest_ns == later.time_ns
    assert ledger.overflows == 0


def test_a_replaced_stamp_is_not_before_the_edge_that_came_before_it() -> None:
    ledger = EdgeLedger()
    ledger.take(7, START_NS, 1, 1)
    assert ledger.take(8, START_NS + 2 * MS, 3, 1).earliest_ns == START_NS


def test_events_queued_the_other_way_round_are_no_loss() -> None:
    ledger = EdgeLedger()
    second = ledger.take(8, START_NS + MS, 2, 1)
    assert second.earliest_ns < second.time_ns
    first = ledger.take(7, START_NS, 1, 1)
    assert first.earliest_ns == first.time_ns
    assert ledger.settle(second).earliest_ns == second.time_ns
