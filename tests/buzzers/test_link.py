"""The host's side of the link: what is new, what to acknowledge, how far is safe."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from buzzers.frames import Ack, Event, Hello, Lamps, Pong
from buzzers.link import MAX_AHEAD_EVENTS, BoxLink, unwrap_ticks

HELLO = Hello(1, 0, 0xA1B2C3D4, 500, 1, 1, 0, 6, 6, 2_000_000, 10_000, 2000, 20_000, 32, 8, 0)
EVENT = Event(500, 1, 1, 2, 1000, 4000, 0, 0, 1)
PONG = Pong(1, 500, 900, 950, 940, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def greeted() -> BoxLink:
    link = BoxLink()
    link.receive(HELLO)
    return link


def test_nothing_counts_before_the_hello() -> None:
    link = BoxLink()
    assert link.needs_identify
    assert link.receive(EVENT) == []
    assert link.receive(PONG) == []
    assert (link.next_ack(), link.safe_tick, link.foreign) == (None, None, 2)
    link.receive(HELLO)
    assert not link.needs_identify
    assert link.receive(EVENT) == [EVENT]


def test_each_event_once_and_acknowledged_cumulatively() -> None:
    link = greeted()
    assert link.next_ack() is None
    assert link.receive(EVENT) == [EVENT]
    assert link.next_ack() == Ack(500, 1)
    assert link.next_ack() is None
    again = replace(EVENT, flags=2)
    assert link.receive(again) == []
    assert link.duplicates == 1
    assert link.next_ack() == Ack(500, 1)


def test_a_gap_is_named_and_holds_back_the_acknowledgement_only() -> None:
    link = greeted()
    third = replace(EVENT, seq=3)
    assert link.receive(third) == [third]
    assert link.missing() == (1, 2)
    assert link.next_ack() == Ack(500, 0)
    link.receive(EVENT)
    assert (link.missing(), link.next_ack()) == ((2,), Ack(500, 1))
    link.receive(replace(EVENT, seq=2))
    assert (link.missing(), link.next_ack(), link.received_seq) == ((), Ack(500, 3), 3)


def test_safe_tick_waits_for_the_events_it_refers_to() -> None:
    link = greeted()
    link.receive(PONG)
    assert link.safe_tick == 940
    link.receive(replace(PONG, last_seq=2, safe_tick=5000))
    assert link.safe_tick == 940
    assert link.missing() == (1, 2)
    link.receive(EVENT)
    assert link.safe_tick == 940
    link.receive(replace(PONG, last_seq=1, safe_tick=4000))  # an older one that took longer
    assert link.safe_tick == 4000
    link.receive(replace(EVENT, seq=2))
    assert link.safe_tick == 5000


def test_safe_tick_never_goes_back() -> None:
    link = greeted()
    link.receive(replace(PONG, safe_tick=940))
    link.receive(replace(PONG, safe_tick=800))
    assert link.safe_tick == 940


def test_a_new_boot_makes_everything_void() -> None:
    link = greeted()
    link.receive(EVENT)
    link.receive(PONG)
    stray = replace(EVENT, boot=501, seq=1)
    assert link.receive(stray) == []
    assert link.needs_identify
    assert link.next_ack() == Ack(500, 1)
    link.receive(replace(HELLO, boot=501))
    assert (link.resets, link.boot, link.safe_tick, link.received_seq, link.pong) == (1, 501, None, 0, None)
    assert link.next_ack() is None
    assert link.receive(stray) == [stray]
    assert link.next_ack() == Ack(501, 1)
    assert link.receive(EVENT) == []


def test_a_repeated_hello_changes_nothing() -> None:
    link = greeted()
    link.receive(EVENT)
    link.receive(HELLO)
    assert (link.received_seq, link.resets) == (1, 0)
    assert link.receive(EVENT) == []


def test_another_box_on_the_same_port_is_no_reset() -> None:
    link = greeted()
    link.receive(EVENT)
    link.receive(replace(HELLO, uid=7))
    assert (link.resets, link.received_seq) == (0, 0)


def test_a_host_that_comes_later_starts_where_the_last_one_ended() -> None:
    link = BoxLink()
    link.receive(replace(HELLO, acked_seq=40))
    assert link.receive(replace(EVENT, seq=40)) == []
    assert link.receive(replace(EVENT, seq=41)) != []
    assert link.next_ack() == Ack(500, 41)


def test_what_somebody_else_acknowledged_is_counted_as_skipped() -> None:
    link = greeted()
    link.receive(replace(EVENT, seq=2))
    link.receive(replace(PONG, last_seq=3))
    link.receive(replace(HELLO, acked_seq=3))
    assert (link.received_seq, link.skipped, link.missing(), link.safe_tick) == (3, 2, (), 940)


def test_a_box_of_another_major_is_refused() -> None:
    link = BoxLink()
    link.receive(replace(HELLO, major=2))
    assert (link.hello, link.refused_major, link.needs_identify) == (None, 2, True)
    link.receive(HELLO)
    assert (link.refused_major, link.boot) == (None, 500)


def test_messages_of_a_host_are_ignored() -> None:
    link = greeted()
    assert link.receive(Lamps(1)) == []
    assert link.next_ack() is None


def test_memory_stays_bounded_whatever_the_box_claims() -> None:
    link = greeted()
    link.receive(replace(PONG, last_seq=2**32 - 1))
    for seq in range(2, 2 + 3 * MAX_AHEAD_EVENTS):
        link.receive(replace(EVENT, seq=seq))
        link.receive(replace(PONG, last_seq=seq * 7))
    assert len(link.missing()) <= MAX_AHEAD_EVENTS
    assert len(link._ahead) <= MAX_AHEAD_EVENTS
    assert len(link._promises) <= MAX_AHEAD_EVENTS + 1


@pytest.mark.parametrize("seed", range(20))
def test_loss_and_repetition_deliver_each_event_once(seed: int) -> None:
    """A box that goes back to the oldest, over a line that loses a third of everything in both directions."""
    chance = random.Random(seed)
    link = greeted()
    acked, got = 0, []
    for _ in range(2000):
        if acked == 50:
            break
        for seq in range(acked + 1, min(acked + 8, 50) + 1):
            if chance.random() < 0.67:
                got += [event.seq for event in link.receive(replace(EVENT, seq=seq))]
        ack = link.next_ack()
        if ack is not None and chance.random() < 0.67:
            assert acked <= ack.seq
            acked = ack.seq
    assert sorted(got) == list(range(1, 51))
    assert link.received_seq == 50


@pytest.mark.parametrize("near", [0, 5, 2**48 - 3, 2**48, 2**48 + 10, 2**50 + 99])
@pytest.mark.parametrize("distance", [0, 1, -1, 1000, -1000, 2**47 - 1])
def test_unwrap(near: int, distance: int) -> None:
    assert unwrap_ticks((near + distance) % 2**48, near) == near + distance


def test_ticks_of_events_are_unwrapped() -> None:
    link = greeted()
    link.receive(replace(PONG, tx_tick=2**47, safe_tick=2**47))
    link.receive(replace(PONG, tx_tick=2**48 - 10, safe_tick=2**48 - 20))
    (event,) = link.receive(replace(EVENT, tick=5))
    assert event.tick == 2**48 + 5
    link.receive(replace(PONG, tx_tick=90, safe_tick=80, last_seq=1))
    assert link.safe_tick == 2**48 + 80
