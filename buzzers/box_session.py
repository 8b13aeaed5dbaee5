"""The conversation with one box: what its messages mean in host time, and what to tell it. No IO, no threads.

The driver hands in every message with the time it was read, and posts what `receive` returns. A press is dated
once an exchange later than it has shown that the box's clock still agrees with what we know of it: a clock that
has stepped is found out before it can decide anything. Until then, or until the clock is trusted, the press is
kept; the box, not acknowledged, keeps it as well. The verdict needs that exchange anyway, for the watermark.
"""

from dataclasses import dataclass
from random import Random
from typing import Protocol

from buzzers.clocksync import SLOWEST, ClockSync
from buzzers.frames import (
    FLAG_HELD_AT_BOOT,
    FLAG_LATE,
    KIND_PRESS,
    Ack,
    Event,
    Hello,
    Message,
    Ping,
    Pong,
)
from buzzers.link import BoxLink, unwrap_ticks
from buzzers.press import Press

FRAME_BYTES = 7  # what a frame has besides its payload
PENDING_PRESSES = 64
PENDING_PINGS = 64
STUCK_NS = 10_000_000_000
HOLD_S = 0.002  # answers are held back by up to this, so that they meet every phase of a USB frame
BYTE_NS = 19_200  # a byte takes 20 µs at 500,000 baud; a line more than 4 % off that would not work
PING_LINE_NS = (
    sum(Ping.LAYOUT) + FRAME_BYTES - 1
) * BYTE_NS  # one byte less: the last stop bit is not waited for
PONG_LINE_NS = (sum(Pong.LAYOUT) + FRAME_BYTES - 1) * BYTE_NS
LATE_NS = 32_000_000  # a stamp marked late: no button stays undecided for longer (PROTOCOL.md, safe_tick)


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

    def __init__(self, seating: Seats, random: Random) -> None:
        self.link = BoxLink()
        self.clock: ClockSync | None = None
        self.greeted = False  # a hello has come on this connection
        self.unfit: str | None = None  # key of the problem that keeps the box from being used
        self.last_press: tuple[int, int] | None = None  # (seat, time_ns)
        self.clock_resets = 0
        self._seating = seating
        self._random = random
        self._pending: list[Event] = []
        self._doubted: dict[
            int, tuple[int, int]
        ] = {}  # sequence -> when the press was, by the clock that broke
        self._epoch = 0  # how often the clock has broken since the box started
        self._outstanding = 0
        self._pings: dict[int, int] = {}
        self._token = 0
        self._mark: tuple[int, int] | None = None  # (safe tick, watermark in host ns)
        self._overflows = 0  # as the box last counted them
        self._held_since: dict[int, int] = {}
        self._asked = False  # we have sent an identify that no hello has followed
        self._over_line = True  # the bytes pass a line of 500,000 baud, until one proves faster

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
        return self.clock is not None and self.clock.trusted

    def connected(self) -> None:
        """A new connection: nothing is known to be under way, and the box must say again who it is."""
        self.greeted = False
        self.unfit = None
        self._asked = False
        self._pings.clear()

    def receive(self, message: Message, received_ns: int) -> list[Press | Mark | Loss]:
        """Takes one message that was read at received_ns; what to post: a loss, presses, then a watermark."""
        if not isinstance(message, Hello) and (not self.greeted or self.unfit is not None):
            # The inputs have no seats now. An event that the link has not seen is not acknowledged: it comes again.
            return []
        before = self.link.hello
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
        agreed_ticks = -1
        if isinstance(message, Pong) and message is self.link.pong:
            agreed_ticks = self._learn(message, received_ns, self.clock)
        seats = self.seats
        self._pending += [event for event in events if _is_press(event) and event.input < len(seats)]
        del self._pending[PENDING_PRESSES:]
        if not self.clock.trusted:
            return found
        ready = [event for event in self._pending if event.tick <= agreed_ticks]
        self._pending = [event for event in self._pending if event.tick > agreed_ticks]
        found += [self._date(event, seats, hello, self.clock) for event in ready]
        self._outstanding += len(ready)
        if isinstance(message, Pong) and self.link.safe_tick is not None and not self._pending:
            watermark_ns = self.clock.lower_bound(self.link.safe_tick)
            if self._mark is None or watermark_ns > self._mark[1]:
                self._mark = (self.link.safe_tick, watermark_ns)
                found.append(Mark(watermark_ns))
        return found

    @property
    def urgent(self) -> bool:
        """Whether a press waits for an exchange."""
        return bool(self._pending)

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
        if hello is not None and press.clock.startswith(_clock_name(hello, 0)):
            self._outstanding = max(0, self._outstanding - 1)

    def next_ack(self) -> Ack | None:
        """The acknowledgement to send now, or None while a press has not been handed over."""
        return None if self._outstanding or self._pending else self.link.next_ack()

    def next_ping(self, hold: bool) -> Ping:
        """A ping with a new token; say `sent` immediately before it is written."""
        self._token = self._token % 0xFFFFFFFF + 1
        hello = self.link.hello
        hold_ticks = int(self._random.random() * HOLD_S * hello.tick_hz) if hold and hello else 0
        return Ping(self._token, min(hold_ticks, 0xFFFF))

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
            self._doubted.clear()
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

    def _learn(self, pong: Pong, received_ns: int, clock: ClockSync) -> int:
        """Up to which tick the clock has now been seen to agree; -1: not by this message."""
        tx_ticks = unwrap_ticks(pong.tx_tick, pong.rx_tick)
        waiting = {event.seq: clock.host_time(event.tick) for event in self._pending if clock.trusted}
        if pong.token == 0:
            known = False  # one way only: it bounds the clock on one side
            agreed = clock.add_stamp(tx_ticks, received_ns - (PONG_LINE_NS if self._over_line else 0))
        else:
            sent_ns = self._pings.pop(pong.token, None)
            known = sent_ns is not None
            agreed = sent_ns is None or self._exchange(sent_ns, pong.rx_tick, tx_ticks, received_ns, clock)
        if not agreed:
            self.clock_resets += 1
            self._epoch += 1
            self._doubted |= {seq: known for seq, known in waiting.items() if seq not in self._doubted}
            self._mark = None
        down = {n for n in range(8) if pong.held >> n & 1}
        self._held_since = {n: self._held_since.get(n, received_ns) for n in down}
        return pong.rx_tick if known and agreed else -1

    def _exchange(
        self, sent_ns: int, rx_ticks: int, tx_ticks: int, received_ns: int, clock: ClockSync
    ) -> bool:
        """Hands an exchange on, less the time that its bytes cannot but have taken on the line."""
        if self._over_line:
            line_ns = PING_LINE_NS + PONG_LINE_NS
            if received_ns - sent_ns - line_ns >= clock.nominal_ns(tx_ticks - rx_ticks) * SLOWEST:
                return clock.add_exchange(
                    sent_ns + PING_LINE_NS, rx_ticks, tx_ticks, received_ns - PONG_LINE_NS
                )
            # Faster than 500,000 baud: no such line lies between, so what was learnt from it does not hold.
            self._over_line = False
            clock.forget()
            self._mark = None
        return clock.add_exchange(sent_ns, rx_ticks, tx_ticks, received_ns)

    def _date(self, event: Event, seats: tuple[int, ...], hello: Hello, clock: ClockSync) -> Press:
        time_ns, uncertainty_ns = clock.host_time(event.tick)
        late_ns = LATE_NS if event.flags & FLAG_LATE else 0
        uncertainty_ns += hello.resolution_ns + late_ns
        earliest_ns, latest_ns = time_ns - uncertainty_ns, time_ns + uncertainty_ns
        name = _clock_name(hello, self._epoch)
        doubted = self._doubted.pop(event.seq, None)
        if doubted is not None:
            # Stamped before the clock broke or after: it may have been at either time, and on neither clock.
            margin_ns = doubted[1] + hello.resolution_ns + late_ns
            earliest_ns = min(earliest_ns, doubted[0] - margin_ns)
            latest_ns = max(latest_ns, doubted[0] + margin_ns)
            name += f"/{event.seq}"
        elif self._mark is not None and not late_ns and event.tick >= self._mark[0]:
            # We have promised that nothing earlier than the watermark would come: say so here as well.
            earliest_ns = min(max(earliest_ns, self._mark[1]), latest_ns)
        time_ns = (earliest_ns + latest_ns) // 2
        seat = seats[event.input]
        self.last_press = (seat, time_ns)
        return Press(
            seat=seat,
            box=hello.box_id,
            clock=name,
            clock_ns=clock.nominal_ns(event.tick),
            resolution_ns=hello.resolution_ns + late_ns,
            time_ns=time_ns,
            uncertainty_ns=latest_ns - time_ns,
            sequence=event.seq,
            source="hardware",
        )


def _clock_name(hello: Hello, epoch: int) -> str:
    """Stamps with one name can be compared as they are; a clock that broke has a new name afterwards."""
    return f"{hello.box_id}/{hello.boot:04x}" + (f"+{epoch}" if epoch else "")


def _is_press(event: Event) -> bool:
    """A button that was down when the box started has not been pressed now."""
    return event.kind == KIND_PRESS and not event.flags & FLAG_HELD_AT_BOOT
