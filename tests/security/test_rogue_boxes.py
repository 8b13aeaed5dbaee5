"""Boxes and pages that lie: another's seat, old frames said again, presses dated as it suits them; every frame well formed.

What is tested elsewhere: damaged frames and noise (tests/buzzers/test_frames.py, tests/faults/test_boxes.py), two boxes of
one id (test_serial_box.py, test_box_session.py), events of another boot (test_link.py), impossible clocks (test_clocksync.py),
web buzzers that date back or jump (test_web_box.py), and a timing core's reports said twice (tests/server).
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from buzzers.box_session import BoxSession, Mark
from buzzers.frames import Ack, Decoder, Event, Hello, Identify, Lamps, Message, Pong, encode
from buzzers.framing import frame
from buzzers.press import Press
from buzzers.seating import PortSeats, Seating
from server.web_buzzers import WebBuzzers
from tests.buzzers.test_box_session import MS, Talk, event, greeted, hello

UIDS = (0xA1B2C3D4, 0x0BADB0CE)


def test_a_second_box_does_not_get_the_seats_of_the_first() -> None:
    """With one box of six inputs every seat is taken: a stranger that is plugged in later has none left."""
    seating = Seating(6, ("p",))
    owner = Talk(seating)
    owner.session.connected()
    owner.greet()
    stranger = BoxSession(PortSeats(seating, "q"), Random(1))
    stranger.connected()
    stranger.identified()
    stranger.receive(Hello(1, 0, UIDS[1], 9, 1, 1, 0, 6, 6, 2_000_000, 8_000, 2_000, 20_000, 32, 8, 0), MS)
    assert owner.session.seats == (1, 2, 3, 4, 5, 6)
    assert set(stranger.seats).isdisjoint(owner.session.seats)
    found = stranger.receive(event(1, 1, boot=9), 2 * MS)
    assert [one for one in found if isinstance(one, Press)] == []


def test_a_box_that_takes_the_id_of_one_that_is_there_is_refused_and_the_first_goes_on() -> None:
    seating = Seating(12, ("p", "q"))
    owner = Talk(seating)
    owner.session.connected()
    owner.greet()
    for _ in range(30):
        owner.pong(0)
    thief = Talk(seating, "q")
    thief.session.connected()
    thief.greet(boot=7)
    thief.event(1, thief.now_ms, boot=7)
    assert thief.session.unfit == "same_id" and thief.presses() == [] and thief.session.next_ack() is None
    owner.event(1, owner.now_ms)
    owner.pong(1)
    assert [press.seat for press in owner.presses()] == [3]


def test_a_whole_conversation_said_again_makes_no_press() -> None:
    """Recorded on the wire, with right checksums, and played back into the same connection."""
    talk = greeted()
    said: list[Message] = [hello()]
    for number in range(1, 5):
        talk.event(number, talk.now_ms)
        said.append(event(number, talk.now_ms))
        talk.pong(number)
    assert len(talk.presses()) == 4
    recorded = b"".join(encode(message) for message in said)
    before = len(talk.presses())
    for _ in range(50):
        talk.session.identified()  # a hello that is not asked for closes the link until it is
        for message in Decoder().feed(recorded):
            talk.found += talk.session.receive(message, talk.now_ms * MS)
        talk.pong(4)
    assert len(talk.presses()) == before and talk.session.link.received_seq == 4
    assert talk.session.link.duplicates == 200


def test_frames_of_yesterdays_boot_make_no_press() -> None:
    talk = greeted()
    for number in range(1, 20):
        talk.event(number, talk.now_ms, boot=4711)
        talk.pong(0)
    assert talk.presses() == [] and talk.session.link.foreign == 19
    talk.event(1, talk.now_ms)
    talk.pong(1)
    assert len(talk.presses()) == 1, "the box itself is heard on"


def test_a_press_dated_into_the_future_counts_no_earlier_than_it_says() -> None:
    talk = greeted()
    future_ms = talk.now_ms + 500
    talk.event(1, future_ms)
    while talk.now_ms < future_ms:
        assert talk.presses() == [], "a press that has not been made yet"
        talk.pong(1)
    marks = [one.watermark_ns for one in talk.found if isinstance(one, Mark)]
    assert max(marks) < future_ms * MS, "it vouched for a time it has a press in"
    talk.pong(1)
    (press,) = talk.presses()
    assert press.earliest_ns >= (future_ms - 2) * MS


@pytest.mark.parametrize("back_ms", [30, 80, 900])
def test_a_press_dated_back_gets_no_further_than_the_box_has_vouched_for(back_ms: int) -> None:
    talk = greeted()
    for _ in range(10):
        talk.pong(0)
    vouched_ns = max(one.watermark_ns for one in talk.found if isinstance(one, Mark))
    talk.event(1, talk.now_ms - back_ms)
    for _ in range(3):
        talk.pong(1)
    (press,) = talk.presses()
    assert press.earliest_ns >= vouched_ns, "earlier than it had sworn that nothing would come"
    assert press.earliest_ns <= press.time_ns <= press.latest_ns


def test_events_far_ahead_of_their_order_fill_no_memory() -> None:
    talk = greeted()
    for number in range(2, 200_000, 97):
        talk.event(number, talk.now_ms)
    assert len(talk.session.link.missing()) <= 256 and len(talk.session._pending) <= 64


def test_what_only_the_host_says_is_ignored_from_a_box() -> None:
    talk = greeted()
    said: tuple[Any, ...] = (Ack(1, 99), Identify(), Lamps(63))
    for message in said:
        assert talk.session.receive(message, talk.now_ms * MS) == []
    assert talk.session.link.received_seq == 0 and talk.session.trusted


def test_a_frame_of_an_unknown_type_is_counted_and_passed_over() -> None:
    decoder = Decoder()
    assert decoder.feed(frame(0x7E, b"anything") + encode(Lamps(5)))[-1] == Lamps(5)


def test_a_pong_nobody_asked_for_moves_no_clock() -> None:
    talk = greeted()
    clock = talk.session.clock
    assert clock is not None
    before = clock.host_time(talk.now_ms * 2000)
    forged = Pong(60_000, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    for _ in range(50):
        talk.session.receive(forged, talk.now_ms * MS)
    after = clock.host_time(talk.now_ms * 2000)
    assert abs(after[0] - before[0]) <= before[1] and talk.losses() == 0


# Pages as buzzers: what the server itself lets through to the timing core


def test_a_page_answers_for_its_own_seat_alone() -> None:
    sent: list[dict[str, Any]] = []
    told: list[tuple[str, str, Any]] = []

    def forward(order: dict[str, Any]) -> bool:
        sent.append(order)
        return True

    buzzers = WebBuzzers(lambda to, name, *content: told.append((to, name, content)), forward, lambda: 5_000)
    buzzers.join(1, "aa" * 16, "one")
    buzzers.join(2, "bb" * 16, "two")
    buzzers.probe()
    tokens = {to: content[0] for to, name, content in told if name == "probe"}
    sent.clear()
    # The token of another's probe, a token never given, and a seat of one's own choice.
    for wrong in (
        {"token": tokens["two"], "ticks": 1, "presses": [[1, 1]]},
        {"token": 10**9, "ticks": 1, "presses": [[1, 1]]},
        {"token": tokens["two"], "ticks": 1, "presses": [[1, 1]], "seat": 2, "box": "web-2"},
    ):
        buzzers.answer("one", wrong)
    buzzers.answer("stranger", {"token": tokens["one"], "ticks": 1, "presses": [[1, 1]]})
    assert sent == []
    buzzers.answer("one", {"token": tokens["one"], "ticks": 1, "presses": [[1, 1]], "seat": 2})
    assert [order["seat"] for order in sent] in ([], [1])
    sent.clear()
    buzzers.answer("one", {"token": tokens["one"], "ticks": 1, "presses": [[1, 1]]})
    assert len(sent) <= 1, "one probe is answered once"


def test_no_event_of_ours_is_left_out_of_this_file() -> None:
    """The messages a box may send, so that a new one gets its liar."""
    assert {Hello, Pong, Event} <= set(Message.__args__)
