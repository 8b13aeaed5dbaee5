"""The modelled transports delay as they say: frames, packets, timers, order, stalls."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.transports import (
    ASYMMETRY_NS,
    BYTE_NS,
    CH340_BYTES,
    FRAME_NS,
    FTDI_BYTES,
    KINDS,
    Frames,
    Ftdi,
    Host,
    Line,
    Link,
    Parcel,
    Way,
    make_link,
)

MS = 1_000_000
START_NS = 20_000_000_000_000
SLOT_NS = 75_000  # where in its frame a packet is moved, and how long that takes


def sent(way: Way, *messages: tuple[int, int]) -> list[int]:
    """When each message arrives in the end; a message is (size, when its first byte is handed over)."""
    parcels = [Parcel(size) for size, _ in messages]
    for parcel, (_, start_ns) in zip(parcels, messages, strict=True):
        way.carry(parcel, start_ns)
    return [parcel.arrives_ns for parcel in parcels]


def delays_ns(kind: str, size: int, down: bool = False) -> list[int]:
    """Of a message of that size, at many phases of a link that is at rest."""
    delays = []
    for n in range(300):
        link = make_link(kind, Random(n))
        start_ns = START_NS + n * 7_003_001
        (arrives_ns,) = sent(link.down if down else link.up, (size, start_ns))
        delays.append(arrives_ns - start_ns)
    return delays


def test_a_line_takes_20_us_a_byte_and_the_box_sends_by_its_own_clock() -> None:
    assert sent(Line(0), (25, START_NS)) == [START_NS + 25 * BYTE_NS - 2_000]
    (fast_ns,) = sent(Line(5_000), (1_000, START_NS))
    assert fast_ns - START_NS == pytest.approx(1_000 * BYTE_NS / 1.005, abs=3_000)
    first_ns, second_ns = sent(Line(0), (10, START_NS), (10, START_NS + 1))
    assert second_ns - first_ns == 10 * BYTE_NS


@pytest.mark.parametrize("down", [True, False])
def test_native_usb_waits_for_the_next_frame_and_for_nothing_else(down: bool) -> None:
    delays = delays_ns("native_usb", 25, down)
    assert min(delays) < 60_000  # less than a line would take
    assert 0.95 * MS < max(delays) <= FRAME_NS + SLOT_NS
    assert sum(delays) / len(delays) == pytest.approx(0.52 * MS, rel=0.1)


def test_a_ch340_moves_32_bytes_a_frame() -> None:
    short, long = delays_ns("ch340", 25), delays_ns("ch340", 62)
    assert 25 * BYTE_NS < min(short) < 25 * BYTE_NS + 60_000
    assert max(short) <= 25 * BYTE_NS + FRAME_NS + SLOT_NS
    assert min(long) >= 62 * BYTE_NS
    burst = [(25, START_NS + n) for n in range(12)]
    last_ns = sent(make_link("ch340", Random(1)).up, *burst)[-1]
    frames = -(-12 * 25 // CH340_BYTES)
    assert last_ns - START_NS > (frames - 1) * FRAME_NS


@pytest.mark.parametrize(("kind", "timer_ms"), [("ftdi_1ms", 1), ("ftdi_16ms", 16)])
def test_an_ftdi_holds_bytes_until_its_timer_runs_out(kind: str, timer_ms: int) -> None:
    delays = delays_ns(kind, 25)
    assert max(delays) <= 25 * BYTE_NS + timer_ms * MS + FRAME_NS + SLOT_NS
    assert max(delays) > timer_ms * MS
    mean_ms = 0.5 + timer_ms / 2 + 0.5
    assert sum(delays) / len(delays) == pytest.approx(mean_ms * MS, rel=0.15)


def test_a_full_ftdi_packet_leaves_at_once_and_takes_what_waits_with_it() -> None:
    def ftdi() -> Ftdi:
        return Ftdi(Frames(Random(2)), Line(0), 16 * MS, START_NS)

    (alone_ns,) = sent(ftdi(), (FTDI_BYTES, START_NS))
    assert alone_ns - START_NS <= FTDI_BYTES * BYTE_NS + FRAME_NS + SLOT_NS
    (waits_ns,) = sent(ftdi(), (25, START_NS))
    assert waits_ns - START_NS >= 16 * MS
    # A second message fills the packet: the first comes with it, the rest of the second waits.
    way = ftdi()
    first, second = Parcel(25), Parcel(50)
    assert way.carry(first, START_NS) == [first]
    assert way.carry(second, START_NS + 2 * MS) == [first, second]
    assert first.arrives_ns - START_NS < 2 * MS + 50 * BYTE_NS + FRAME_NS + SLOT_NS
    # The timer started anew as the packet was sent.
    assert second.arrives_ns - START_NS > 2 * MS + (FTDI_BYTES - 25) * BYTE_NS + 16 * MS


@pytest.mark.parametrize("kind", KINDS)
def test_the_slower_way_takes_a_constant_time_more(kind: str) -> None:
    def arrivals(slower: str) -> tuple[list[int], list[int]]:
        link: Link = make_link(kind, Random(3), slower=slower)
        messages = [(25, START_NS + n * 3_333_333) for n in range(50)]
        return sent(link.down, *messages), sent(link.up, *messages)

    down, up = arrivals("")
    assert arrivals("up") == (down, [at_ns + ASYMMETRY_NS for at_ns in up])
    assert arrivals("down")[0] == [at_ns + ASYMMETRY_NS for at_ns in down]


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 1_000),
    messages=st.lists(st.tuples(st.sampled_from([14, 25, 28, 62]), st.integers(0, 5 * MS)), max_size=30),
)
def test_messages_keep_their_order_and_take_their_time(
    kind: str, seed: int, messages: list[tuple[int, int]]
) -> None:
    link = make_link(kind, Random(seed))
    start_ns = START_NS
    timed = []
    for size, pause_ns in messages:
        start_ns += pause_ns
        timed.append((size, start_ns))
    for way in (link.down, link.up):
        arrivals = sent(way, *timed)
        assert all(earlier <= later for earlier, later in pairwise(arrivals))
        line_ns = 19_800 if link.uart else 0
        assert all(
            at_ns >= start_ns + size * line_ns - 2_000
            for at_ns, (size, start_ns) in zip(arrivals, timed, strict=True)
        )


def test_a_message_alone_is_foretold_without_changing_anything() -> None:
    for kind in KINDS:
        link = make_link(kind, Random(4))
        for start_ns in range(START_NS, START_NS + 200 * MS, 19_999_999):
            foretold_ns = link.up.alone_ns(25, start_ns)
            (arrives_ns,) = sent(link.up, (25, start_ns))
            assert abs(arrives_ns - foretold_ns) <= SLOT_NS


def test_a_calm_host_is_soon_awake_and_a_loaded_one_stalls_for_8_to_15_ms() -> None:
    calm, loaded = Host(Random(5)), Host(Random(5), True, START_NS, START_NS + 60_000 * MS)
    late_ns: dict[bool, list[int]] = {True: [], False: []}
    for now_ns in range(START_NS, START_NS + 60_000 * MS, 3_000_017):
        late_ns[False].append(calm.awake_ns(now_ns) - now_ns)
        late_ns[True].append(loaded.awake_ns(now_ns) - now_ns)
    assert min(late_ns[False]) > 0
    assert max(late_ns[False]) < 2 * MS
    assert 12 * MS < max(late_ns[True]) < 18 * MS
    stalled = sum(late > 5 * MS for late in late_ns[True]) / len(late_ns[True])
    assert 0.01 < stalled < 0.05
    assert sorted(late_ns[True])[len(late_ns[True]) // 2] < 0.3 * MS


def test_two_threads_are_held_up_by_one_stall() -> None:
    host = Host(Random(6), True, START_NS, START_NS + 10_000 * MS)
    ends = {host.running_ns(now_ns) for now_ns in range(START_NS, START_NS + 10_000 * MS, 1_000_000)}
    assert 20 < len({end_ns for end_ns in ends if (end_ns - START_NS) % 1_000_000}) < 60


def test_an_unknown_link_is_refused() -> None:
    with pytest.raises(ValueError, match="token_ring"):
        make_link("token_ring", Random(1))
