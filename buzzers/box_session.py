"""The conversation with one box: what its messages mean in host time, and what to tell it. No IO, no threads.

The driver hands in every message with the time it was read, and posts what `receive` returns. A press is dated
once an exchange later than it has shown that the box's clock still agrees with what we know of it: a clock that
has stepped is found out before it can decide anything. Until then, or until the clock is trusted, the press is
kept; the box, not acknowledged, keeps it as well. The verdict needs that exchange anyway, for the watermark.
"""

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Protocol

from buzzers.clocksync import SLOWEST, ClockSync
from buzzers.dating import BrokenClock, clock_name, date
from buzzers.frames import (
    FEATURE_SYNC_WIRE,
    FEATURE_UART,
    FLAG_HELD_AT_BOOT,
    FLAG_OWN_PULSE,
    KIND_PRESS,
    PING_SHORT,
    PONG_WIRE_BYTES,
    Ack,
    Event,
    Hello,
    Message,
    Ping,
    Pong,
    Stamp,
    Sync,
    SyncPulse,
)
from buzzers.link import BoxLink, unwrap_ticks
from buzzers.press import Press
from buzzers.sync_wire import Capture, SyncWire

FRAME_BYTES = 7  # what a frame has besides its payload
PENDING_PRESSES = 64
PENDING_PINGS = 64
PINGS_UNDER_WAY = 8
UNANSWERED_NS = 500_000_000  # then a ping is taken for lost, and another may go
HURRY_NS = (
    50_000_000  # an answer that has not come by then does not come sooner for being asked for more often
)
STUCK_NS = 10_000_000_000
HOLD_S = 0.002  # answers are held back by up to this, so that they meet every phase of a USB frame
BYTE_NS = 20_000  # on a line of 500,000 baud
BOX_BYTE_NS = BYTE_NS * SLOWEST  # sent by the box's own clock: no quicker than the quickest of them
ADAPTER_BYTE_NS = BYTE_NS * 0.98  # sent by an adapter's
# The last stop bit is not waited for, hence one byte less.
PING_LINE_NS = int((sum(Ping.LAYOUT) + FRAME_BYTES - 1) * ADAPTER_BYTE_NS)
STAMP_LINE_NS = int((sum(Stamp.LAYOUT) + FRAME_BYTES - 1) * BOX_BYTE_NS)
PONG_LINE_NS = int((PONG_WIRE_BYTES - 1) * BOX_BYTE_NS)
OLD_PONG_LINE_NS = int((sum(Pong.LAYOUT) + FRAME_BYTES - 1) * BOX_BYTE_NS)  # before minor 1
BROKEN_KEPT = 4
FULL_EVERY = 3  # of three pings one asks for all the counters
ROUND_TRIPS, FEW_ROUND_TRIPS = 64, 16
QUICK_NS = 4_000_000  # three answers in four take less over USB frames of 1 ms
SLOW_QUARTER_NS, SLOW_HALF_NS = 2_500_000, 6_000_000  # more: a latency timer of 16 ms


class Seats(Protocol):
    """Where the session learns which seats its inputs have (seating.Seating, bound to a port)."""

    def claim(self, box: str, inputs: int) -> bool: ...
    def seats(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """Every press stamped before this host time has been returned already."""

    watermark_ns: int


@dataclass(frozen=True, slots=True)
class Loss:
    """The box has lost what it had not sent: it restarted, or its queue ran over."""


class BoxSession:
    """State of one box over any number of connections and restarts."""

    def __init__(self, seating: Seats, random: Random, wire: SyncWire | None = None) -> None:
        self.link = BoxLink()
        self.wire = wire or SyncWire()
        self.clock: ClockSync | None = None
        self.greeted = False  # a hello has come on this connection
        self.unfit: str | None = None  # key of the problem that keeps the box from being used
        self.last_press: tuple[int, int] | None = None  # (seat, time_ns)
        self.clock_resets = 0
        self._seating = seating
        self._random = random
        self._pending: list[Event] = []
        self._waits_since_ns = 0
        self._broken: list[BrokenClock] = []
        self._epoch = 0  # how often the clock has broken since the box started
        self._outstanding = 0
        self._pings: dict[int, int] = {}
        self._token = 0
        self._mark: tuple[int, int] | None = None  # (safe tick, watermark in host ns)
        self._overflows = 0  # as the box last counted them
        self._held_since: dict[int, int] = {}
        self._asked = False  # we have sent an identify that no hello has followed
        self.slow: bool | None = None  # the adapter holds bytes back too long; None: not known yet
        self._round_trips: deque[int] = deque(maxlen=ROUND_TRIPS)  # on the way, ns

    # -- what the box says --------------------------------------------------------------------------------

    @property
    def box_id(self) -> str | None:
        return self.link.hello.box_id if self.link.hello else None

    @property
    def seats(self) -> tuple[int, ...]:
        """The seats of the inputs, input 0 first; inputs past the last seat are not used."""
        return self._seating.seats()

    @property
    def trusted(self) -> bool:
        """Whether its presses can be dated: its clock is known, and its link is judged."""
        return self.clock is not None and self.clock.trusted and self.slow is not None

    def connected(self) -> None:
        """A new connection: nothing is known to be under way, and the box must say again who it is."""
        self._round_trips.clear()
        self.slow = None
        self.greeted = False
        self.unfit = None
        self._asked = False
        self._pings.clear()

    def lost(self) -> None:
        """The box does not answer any more."""
        self.greeted = False
        if self.box_id is not None:
            self.wire.leave(self.box_id)

    def ticks_at(self, host_ns: int) -> int | None:
        """The tick that the box counts at a host time; None while its clock is not trusted."""
        return self.clock.ticks_at(host_ns) if self.clock is not None and self.trusted else None

    def receive(self, message: Message, received_ns: int) -> list[Press | Mark | Loss]:
        """Takes one message that was read at received_ns; what to post: a loss, presses, then a watermark."""
        if not isinstance(message, Hello) and (not self.greeted or self.unfit is not None):
            # The inputs have no seats now. An event that the link has not seen is not acknowledged: it comes again.
            return []
        before = self.link.hello
        answer_ns = STAMP_LINE_NS if isinstance(message, Stamp) else self._pong_line_ns
        if isinstance(message, Stamp):
            pong = self.link.expand(message)
            if pong is None:
                return []
            message = pong
        events = self.link.receive(message)
        found: list[Press | Mark | Loss] = []
        if isinstance(message, Hello) and self._greet(before):
            found.append(Loss())
        hello = self.link.hello
        if hello is None or self.clock is None or self.unfit:
            return found
        if isinstance(message, Pong) and message is self.link.pong:
            if message.overflows > self._overflows:
                found.append(Loss())
            self._overflows = message.overflows
        if isinstance(message, Sync) and message.boot == self.link.boot:
            self._hear_wire(message, hello, self.clock)
        agreed_ticks = -1
        if isinstance(message, Pong) and message is self.link.pong:
            was_trusted, was_slow, epoch = self.clock.trusted, self.slow, self._epoch
            agreed_ticks = self._learn(message, received_ns, answer_ns, self.clock)
            if was_slow and not self.slow:
                found.append(Loss())  # what it pressed while it was refused was let go
            if was_trusted and self._epoch != epoch:
                # What was pressed about then may be dated so badly that it is in no arming.
                found.append(Loss())
        seats = self.seats
        if not self._pending:
            self._waits_since_ns = received_ns
        self._pending += [event for event in events if _is_press(event) and event.input < len(seats)]
        del self._pending[PENDING_PRESSES:]
        if not self.trusted:
            return found
        ready = [event for event in self._pending if event.tick <= agreed_ticks]
        self._pending = [event for event in self._pending if event.tick > agreed_ticks]
        for event in ready:
            seat = seats[event.input]
            press = date(event, seat, hello, self._epoch, self.clock, self._broken, self._mark, self.wire)
            self.last_press = (seat, press.time_ns)
            found.append(press)
        self._outstanding += len(ready)
        if isinstance(message, Pong) and self.link.safe_tick is not None and not self._pending:
            watermark_ns = self.clock.lower_bound(self.link.safe_tick)
            if self._mark is None or watermark_ns > self._mark[1]:
                self._mark = (self.link.safe_tick, watermark_ns)
                found.append(Mark(watermark_ns))
        return found

    def urgent(self, now_ns: int) -> bool:
        """Whether a press waits for an exchange that is due at any moment."""
        return bool(self._pending) and now_ns < self._waits_since_ns + HURRY_NS

    def next_pulse(self, now_ns: int, every_ns: int) -> SyncPulse | None:
        """The order to pulse the sync wire, if it is this box's turn and time."""
        hello = self.link.hello
        if hello is None or not hello.features & FEATURE_SYNC_WIRE or not self.trusted:
            return None
        self.wire.join(hello.box_id, clock_name(hello, self._epoch))
        return SyncPulse(hello.boot, 0) if self.wire.pulse_due(hello.box_id, now_ns, every_ns) else None

    def sync_us(self) -> float | None:
        """How well its sync wire compares this box with others, ± µs; None: not at all."""
        uncertainty_ns = self.wire.uncertainty_ns(self.box_id) if self.box_id else None
        return None if uncertainty_ns is None else uncertainty_ns / 1000

    def held_seats(self) -> tuple[int, ...]:
        """Seats whose button is down now."""
        seats = self.seats
        return tuple(seats[n] for n in sorted(self._held_since) if n < len(seats))

    def stuck(self, now_ns: int) -> bool:
        """Whether a button has been down for too long to be meant."""
        return any(now_ns - since_ns > STUCK_NS for since_ns in self._held_since.values())

    # -- what to tell the box -----------------------------------------------------------------------------

    def identified(self) -> None:
        """An identify is being sent."""
        self._asked = True

    def accepted(self, press: Press) -> None:
        """The press has been handed over; once all have been, `next_ack` may acknowledge."""
        hello = self.link.hello
        if hello is not None and press.clock.startswith(clock_name(hello, 0)):
            self._outstanding = max(0, self._outstanding - 1)

    def next_ack(self) -> Ack | None:
        """The acknowledgement to send now, or None while a press has not been handed over."""
        return None if self._outstanding or self._pending else self.link.next_ack()

    def next_ping(self, hold: bool) -> Ping:
        """A ping with a new token; say `sent` immediately before it is written."""
        self._token = self._token % 0xFFFF + 1
        hello = self.link.hello
        hold_ticks = int(self._random.random() * HOLD_S * hello.tick_hz) if hold and hello else 0
        short = hello is not None and hello.minor >= 1 and self.link.pong is not None
        if hold and self._token % FULL_EVERY == 0:
            short = False
        return Ping(self._token, min(hold_ticks, 0xFFFF), PING_SHORT if short else 0)

    def may_ping(self, now_ns: int) -> bool:
        """Whether another ping would do any good: a line or a box that cannot keep up needs fewer, not more."""
        fresh = [sent_ns for sent_ns in self._pings.values() if now_ns - sent_ns < UNANSWERED_NS]
        return len(fresh) < PINGS_UNDER_WAY

    def sent(self, ping: Ping, now_ns: int) -> None:
        self._pings[ping.token] = now_ns
        while len(self._pings) > PENDING_PINGS:
            del self._pings[next(iter(self._pings))]

    # -- how ----------------------------------------------------------------------------------------------

    def _greet(self, before: Hello | None) -> bool:
        """Whether it is a box that we know, and that has restarted."""
        if self.link.refused_major is not None:
            self.unfit = "version"
            return False
        hello = self.link.hello
        if hello is None:
            return False
        if not (
            1_000 <= hello.tick_hz <= 1_000_000_000 and hello.resolution_ns <= 100_000_000 and hello.inputs
        ):
            self.unfit = "version"
            return False
        if self.clock is None or before is None or (before.uid, before.boot) != (hello.uid, hello.boot):
            # A clock that started anew; presses of the former one can no longer be dated.
            self.clock = ClockSync(hello.tick_hz, slack_ns=hello.resolution_ns)
            self._pending.clear()
            self._broken.clear()
            self._epoch = 0
            self._pings.clear()
            self._outstanding = 0
            self._mark = None
            self._held_since.clear()
            self._overflows = 0
        self.unfit = None if self._seating.claim(hello.box_id, hello.inputs) else "same_id"
        # A hello that we did not ask for says that the box has closed the link: it must be identified again.
        self.greeted = self._asked
        self._asked = False
        return before is not None and before.uid == hello.uid and before.boot != hello.boot

    def _hear_wire(self, sync: Sync, hello: Hello, clock: ClockSync) -> None:
        """An edge of the sync wire: while our clock is not trusted, it says nothing of when that was."""
        if not clock.trusted:
            return
        name = clock_name(hello, self._epoch)
        time_ns, uncertainty_ns = clock.host_time(sync.tick)
        capture = Capture(
            name, clock.nominal_ns(sync.tick), time_ns - uncertainty_ns, time_ns + uncertainty_ns
        )
        self.wire.heard(capture, own=bool(sync.flags & FLAG_OWN_PULSE))

    @property
    def _over_line(self) -> bool:
        """Whether the bytes cannot but take their time on a UART."""
        return self.link.hello is not None and bool(self.link.hello.features & FEATURE_UART)

    @property
    def _pong_line_ns(self) -> int:
        return (
            PONG_LINE_NS if self.link.hello is not None and self.link.hello.minor >= 1 else OLD_PONG_LINE_NS
        )

    def _learn(self, pong: Pong, received_ns: int, answer_ns: int, clock: ClockSync) -> int:
        """Up to which tick the clock has now been seen to agree; -1: not by this message.

        answer_ns: how long its bytes take on a line.
        """
        tx_ticks = unwrap_ticks(pong.tx_tick, pong.rx_tick)
        line_ns = answer_ns if self._over_line else 0
        if pong.token == 0:
            known = False  # one way only: it bounds the clock on one side
            agreed = clock.add_stamp(tx_ticks, received_ns - line_ns)
        else:
            sent_ns = self._answered(pong.token)
            known = sent_ns is not None
            agreed = sent_ns is None or self._exchange(
                sent_ns, pong.rx_tick, tx_ticks, received_ns, line_ns, clock
            )
        if not agreed:
            self.clock_resets += 1
            self._epoch += 1
            if clock.former is not None and clock.former.trusted:
                # A count that went back passes the same ticks again: until it is where it was, both are possible.
                until_ticks = max(tx_ticks, clock.former.ticks_at(received_ns))
                broken = BrokenClock(clock.former, until_ticks, pong.last_seq)
                self._broken = [*self._broken, broken][-BROKEN_KEPT:]
            self._mark = None
        down = {n for n in range(8) if pong.held >> n & 1}
        self._held_since = {n: self._held_since.get(n, received_ns) for n in down}
        return pong.rx_tick if known and agreed else -1

    def _answered(self, token: int) -> int | None:
        """When the ping of an answer was sent; those before it are not answered any more."""
        sent_ns = self._pings.get(token)
        while sent_ns is not None and token in self._pings:
            del self._pings[next(iter(self._pings))]
        return sent_ns

    def _exchange(
        self, sent_ns: int, rx_ticks: int, tx_ticks: int, received_ns: int, line_ns: int, clock: ClockSync
    ) -> bool:
        """Hands an exchange on, less the time that its bytes cannot but have taken on the line."""
        if line_ns != PONG_LINE_NS:  # a full packet leaves at once, whatever the adapter's latency timer
            self._judge_link(received_ns - sent_ns - clock.nominal_ns(tx_ticks - rx_ticks))
        ping_ns = PING_LINE_NS if self._over_line else 0
        return clock.add_exchange(sent_ns + ping_ns, rx_ticks, tx_ticks, received_ns - line_ns)

    def _judge_link(self, round_trip_ns: int) -> None:
        """Judges the link before the box takes part; once found quick enough it is not refused any more.

        A contestant must not lose a box because the host has become busy.
        """
        if self.slow is False:
            return
        self._round_trips.append(round_trip_ns)
        latest = sorted(list(self._round_trips)[-FEW_ROUND_TRIPS:])
        if len(latest) == FEW_ROUND_TRIPS and latest[FEW_ROUND_TRIPS * 3 // 4] < QUICK_NS:
            self.slow = False
        elif len(self._round_trips) == ROUND_TRIPS:
            ordered = sorted(self._round_trips)
            quarter_ns, half_ns = ordered[ROUND_TRIPS // 4], ordered[ROUND_TRIPS // 2]
            self.slow = quarter_ns > SLOW_QUARTER_NS and half_ns > SLOW_HALF_NS


def _is_press(event: Event) -> bool:
    """A button that was down when the box started has not been pressed now."""
    return event.kind == KIND_PRESS and not event.flags & FLAG_HELD_AT_BOOT
