"""The conversation with one box, message by message: what may be acknowledged, and what has been lost."""

from dataclasses import replace
from random import Random

import pytest

from buzzers.box_session import FEW_ROUND_TRIPS, PINGS_UNDER_WAY, UNANSWERED_NS, BoxSession, Loss, Mark
from buzzers.frames import KIND_PRESS, PING_SHORT, Ack, Event, Hello, Pong, Stamp
from buzzers.press import Press
from buzzers.seating import PortSeats, Seating

MS = 1_000_000
TICKS_PER_MS = 2_000
UID = 0xA1B2C3D4


def hello(boot: int = 1, acked_seq: int = 0) -> Hello:
    return Hello(1, 0, UID, boot, 1, 1, 0, 6, 6, 2_000_000, 8_000, 2_000, 20_000, 32, 8, acked_seq)


def event(seq: int, at_ms: int, boot: int = 1) -> Event:
    return Event(boot, seq, KIND_PRESS, 2, at_ms * TICKS_PER_MS, 4_000, 0, 0, 1)


class Talk:
    """A session on a port, and a box whose clock shows host time."""

    def __init__(self, seating: Seating | None = None, port: str = "p") -> None:
        self.seating = seating or Seating(6, (port,))
        self.port = port
        self.session = BoxSession(PortSeats(self.seating, port), Random(1))
        self.found: list[Press | Mark | Loss] = []
        self.now_ms = 1_000
        self.step_ms = 0  # by how much the box's count has jumped

    def greet(self, boot: int = 1) -> None:
        self.session.identified()
        self.found += self.session.receive(hello(boot), self.now_ms * MS)

    def pong(self, last_seq: int, boot: int = 1, overflows: int = 0) -> None:
        """A ping is answered."""
        self.now_ms += 10
        ping = self.session.next_ping(hold=False)
        self.session.sent(ping, self.now_ms * MS - MS)
        at = (self.now_ms + self.step_ms) * TICKS_PER_MS - TICKS_PER_MS // 2
        counters = (last_seq, 0, 0, 0, overflows, 0, 0, 0, 0, 0)
        self.found += self.session.receive(
            Pong(ping.token, boot, at, at + 10, at, *counters), self.now_ms * MS
        )

    def event(self, seq: int, at_ms: int, boot: int = 1) -> None:
        self.found += self.session.receive(event(seq, at_ms, boot), self.now_ms * MS)

    def presses(self) -> list[Press]:
        return [one for one in self.found if isinstance(one, Press)]

    def losses(self) -> int:
        return sum(isinstance(one, Loss) for one in self.found)


def greeted() -> Talk:
    talk = Talk()
    talk.session.connected()
    talk.greet()
    for _ in range(FEW_ROUND_TRIPS + 1):
        talk.pong(0)
    assert talk.session.trusted
    return talk


def test_what_comes_after_the_seats_were_given_up_is_neither_lost_nor_acknowledged() -> None:
    talk = greeted()
    talk.session.greeted = False  # as the driver does after a second of silence
    talk.seating.release(talk.port)
    pressed_ms = talk.now_ms
    talk.event(1, pressed_ms)
    talk.pong(1)
    marks = [one.watermark_ns for one in talk.found if isinstance(one, Mark)]
    assert max(marks) < pressed_ms * MS
    assert talk.session.next_ack() is None
    talk.greet()
    talk.event(1, pressed_ms)  # the box has not been told to forget it
    talk.pong(1)
    (press,) = talk.presses()
    assert (press.seat, abs(press.time_ns - pressed_ms * MS) <= press.uncertainty_ns) == (3, True)
    talk.session.accepted(press)
    assert talk.session.next_ack() == Ack(1, 1)


def test_a_box_that_is_refused_for_its_id_keeps_its_presses() -> None:
    first = Talk(Seating(12, ("p", "q")))
    first.greet()
    second = Talk(first.seating, "q")
    second.greet()
    assert second.session.unfit == "same_id"
    second.event(1, second.now_ms)
    second.pong(1)
    assert (second.presses(), second.session.next_ack(), second.session.link.received_seq) == ([], None, 0)


def test_a_new_boot_and_an_overflow_are_losses_and_a_silence_is_none() -> None:
    talk = greeted()
    talk.greet()
    talk.session.connected()
    talk.greet()
    assert talk.losses() == 0
    talk.greet(boot=2)
    assert talk.losses() == 1
    talk.pong(0, boot=2)
    assert talk.losses() == 1
    for _ in range(2):
        talk.pong(0, boot=2, overflows=3)
    assert talk.losses() == 2
    assert isinstance(talk.found[-1], Loss | Mark)


@pytest.mark.parametrize("step_ms", [-33, 2_500])
def test_a_press_before_a_step_of_the_clock_that_is_heard_of_after_it_may_lie_on_either_side(
    step_ms: int,
) -> None:
    talk = greeted()
    for _ in range(10):
        talk.pong(0)
    pressed_ms = talk.now_ms - 2
    talk.step_ms = step_ms
    talk.pong(0)  # the clock is found to have stepped before the press is heard of
    assert talk.losses() == 1, "no verdict may rest on this box alone"
    talk.event(1, pressed_ms)
    for _ in range(12):
        talk.pong(1)
    (press,) = talk.presses()
    assert press.earliest_ns <= pressed_ms * MS <= press.latest_ns
    assert press.uncertainty_ns >= abs(step_ms) * MS // 2 - MS
    assert not press.wire


def test_a_stamp_says_what_a_pong_says_of_time() -> None:
    talk = Talk()
    talk.session.connected()
    talk.session.identified()
    talk.session.receive(replace(hello(), minor=1), talk.now_ms * MS)
    talk.pong(0)
    for _ in range(2 * FEW_ROUND_TRIPS):
        talk.now_ms += 10
        ping = talk.session.next_ping(hold=False)
        assert ping.flags == PING_SHORT
        talk.session.sent(ping, talk.now_ms * MS - MS)
        at = talk.now_ms * TICKS_PER_MS - TICKS_PER_MS // 2
        stamp = Stamp(ping.token, 1, at + 10, 10, 10, 0)
        talk.found += talk.session.receive(stamp, talk.now_ms * MS)
    marks = [one.watermark_ns for one in talk.found if isinstance(one, Mark)]
    assert len(marks) > 5 and talk.now_ms * MS - 2 * MS < marks[-1] <= talk.now_ms * MS
    assert talk.session.clock is not None and talk.session.clock.uncertainty_ns() < MS


def test_a_stamp_before_any_pong_says_nothing() -> None:
    talk = Talk()
    talk.session.connected()
    talk.greet()
    assert talk.session.receive(Stamp(1, 1, 2_000_000, 10, 10, 0), talk.now_ms * MS) == []
    assert not talk.session.trusted


def test_a_box_that_cannot_keep_up_is_asked_less_often_until_it_can() -> None:
    talk = greeted()
    sent_ns = talk.now_ms * MS
    sent = []
    while talk.session.may_ping(sent_ns):
        sent.append(talk.session.next_ping(hold=False))
        talk.session.sent(sent[-1], sent_ns)
    assert len(sent) == PINGS_UNDER_WAY
    assert talk.session.may_ping(sent_ns + UNANSWERED_NS), "they were lost"
    # An answer that comes at last still counts, and says that no earlier one will come.
    at = talk.now_ms * TICKS_PER_MS + 100
    talk.session.receive(
        Pong(sent[4].token, 1, at, at + 10, at, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), sent_ns + 2 * MS
    )
    for _ in range(5):
        assert talk.session.may_ping(sent_ns)
        talk.session.sent(talk.session.next_ping(hold=False), sent_ns)
    assert not talk.session.may_ping(sent_ns)


def test_a_link_that_was_refused_and_has_become_quick_has_lost_what_came_before() -> None:
    talk = greeted()
    talk.session.slow = True
    for _ in range(FEW_ROUND_TRIPS):
        talk.pong(0)
    assert talk.session.slow is False and talk.losses() == 1
