"""A modelled box and the driver's side of its link, in virtual time: the truth on one side, a real BoxSession on the other.

The box does what firmware/PROTOCOL.md asks of it: an answer no earlier than `hold_ticks` after its ping, stamps
sent unasked every 64 to 127 ms, a press stamped a little late and confirmed 2 ms after its first edge. The driver
pings as `buzzers.serial_box` does. Nothing is encoded and nothing sleeps: a heap holds what happens next.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Any

from benchmarks.model_clocks import TICK_HZ, TrueClock
from benchmarks.transports import BYTE_NS, Host, Link, Parcel
from buzzers.box_session import FRAME_BYTES, BoxSession, Loss, Mark
from buzzers.driver import Pace
from buzzers.frames import (
    FEATURE_UART,
    KIND_PRESS,
    PING_SHORT,
    PONG_WIRE_BYTES,
    PROTOCOL_MAJOR,
    PROTOCOL_MINOR,
    Event,
    Hello,
    Ping,
    Pong,
    Stamp,
)
from buzzers.press import Press

MASK = (1 << 48) - 1
RESOLUTION_NS = 7_000  # and ORDER_TICKS: as the firmware states them
ORDER_TICKS = 1
TICK_NS = 1_000_000_000 // TICK_HZ
CONFIRM_NS = 2_020_000  # 2 ms, and what the loop of the firmware takes to notice
SNAPSHOT_NS = 3_000  # two snapshots of one box are at least this far apart
PING_BYTES = sum(Ping.LAYOUT) + FRAME_BYTES
STAMP_BYTES = sum(Stamp.LAYOUT) + FRAME_BYTES
EVENT_BYTES = sum(Event.LAYOUT) + FRAME_BYTES


class Agenda:
    """What happens next, in virtual time."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0
        self.now_ns = 0

    def at(self, when_ns: int, what: Callable[..., None], *arguments: Any) -> None:
        self._count += 1
        heappush(self._heap, (when_ns, self._count, what, arguments))

    def run_until(self, end_ns: int) -> None:
        while self._heap and self._heap[0][0] <= end_ns:
            self.now_ns, _, what, arguments = heappop(self._heap)
            what(*arguments)
        self.now_ns = end_ns


@dataclass(slots=True, eq=False)
class TruePress:
    """A press as it really was, and what became of it on its way."""

    race: int
    seat: int
    true_ns: int
    arrives_ns: int = 0  # its message at the host, had no other been under way
    read_ns: int = 0  # when the thread that reads its box has it
    taken_ns: int = 0  # when the thread that decides takes it
    dated: Press | None = None


@dataclass(slots=True, eq=False)
class _Queued:
    event: Event
    queued_ns: int
    handed_over: bool = False


class Seats:
    """The seats of one box: nobody else asks for them here."""

    def __init__(self, first: int, inputs: int) -> None:
        self._seats = tuple(range(first, first + inputs))

    def claim(self, box: str, inputs: int) -> bool:
        return True

    def seats(self) -> tuple[int, ...]:
        return self._seats


@dataclass(slots=True, eq=False)
class ModelBox:
    """One box, its link, and the session that the driver holds with it.

    told: gets whatever the session finds in a message, at the time that it is read.
    """

    uid: int
    seats: Seats
    link: Link
    clock: TrueClock
    host: Host
    agenda: Agenda
    random: Random
    told: Callable[["ModelBox", Press | Mark | Loss], None]
    box_id: str = field(init=False)
    session: BoxSession = field(init=False)
    pace: Pace = Pace.IDLE
    presses: dict[int, TruePress] = field(default_factory=dict)  # by sequence
    _due_ns: int = 0  # of the next ping
    _waiting_token: int = 0
    _sender_free_ns: int = 0
    _read_ns: int = 0  # the last reading
    _seq: int = 0
    _confirmed_seq: int = 0
    _undecided: deque[int] = field(default_factory=deque)  # ticks of presses, in the order of confirmation
    _queued: deque[_Queued] = field(default_factory=deque)
    _snapshots: dict[int, tuple[int, int]] = field(default_factory=dict)  # race -> (time, tick) of the last

    def __post_init__(self) -> None:
        self.box_id = f"{self.uid:08x}"
        self.session = BoxSession(self.seats, self.random)

    @property
    def refused(self) -> bool:
        """Whether the driver does not let the box take part: its link is too slow."""
        return self.session.slow is not False

    def uncertainty_ns(self) -> int | None:
        """That of a press at the latest tick heard of; None if none would be dated."""
        clock = self.session.clock
        if clock is None or not clock.trusted or self.refused:
            return None
        return clock.uncertainty_ns() + RESOLUTION_NS

    def plug_in(self, at_ns: int) -> None:
        """The port is open and the box has been identified at `at_ns`."""
        hello = Hello(
            major=PROTOCOL_MAJOR,
            minor=PROTOCOL_MINOR,
            uid=self.uid,
            boot=self.uid & 0xFFFF,
            reset_cause=0,
            firmware_major=1,
            firmware_minor=0,
            inputs=len(self.seats.seats()),
            lamps=0,
            tick_hz=TICK_HZ,
            resolution_ns=RESOLUTION_NS,
            press_us=2_000,
            release_us=20_000,
            queue_events=32,
            window_events=8,
            acked_seq=0,
            order_ticks=ORDER_TICKS,
            features=FEATURE_UART if self.link.uart else 0,
        )
        self.session.connected()
        self.session.identified()
        self.session.receive(hello, at_ns)
        self._due_ns = at_ns
        self.agenda.at(at_ns, self._ping, at_ns)
        self.agenda.at(at_ns + int(self.random.uniform(64e6, 127e6)), self._beat)

    def set_pace(self, pace: Pace) -> None:
        """As the driver does it: at once if it is a faster one."""
        faster, self.pace = pace.value < self.pace.value, pace
        if faster:
            self._ping_by(self.agenda.now_ns)

    # -- the driver's writer ------------------------------------------------------------------------------

    def _ping_by(self, due_ns: int) -> None:
        if due_ns < self._due_ns:
            self._due_ns = due_ns
            self.agenda.at(due_ns, self._ping, due_ns)

    def _ping(self, due_ns: int) -> None:
        if due_ns != self._due_ns:
            return  # it was sent earlier
        pace = Pace.DECIDING if self.session.urgent(due_ns) else self.pace
        if self.session.slow is None and pace is Pace.IDLE:
            pace = Pace.ARMED  # as the driver does while the link is to be judged
        if not self.session.may_ping(due_ns):
            self._due_ns = due_ns + int(Pace.DECIDING.value * 1e9)
            self.agenda.at(self._due_ns, self._ping, self._due_ns)
            return
        ping = self.session.next_ping(hold=pace is not Pace.DECIDING)
        sent_ns = self.host.awake_ns(due_ns)
        self.session.sent(ping, sent_ns)
        self._due_ns = sent_ns + int(pace.value * 1e9 * (0.8 + 0.4 * self.random.random()))
        self.agenda.at(self._due_ns, self._ping, self._due_ns)
        written_ns = self.host.running_ns(sent_ns + 3_000 + int(self.random.expovariate(1 / 8_000)))
        (parcel,) = self.link.down.carry(Parcel(PING_BYTES), written_ns)
        self.agenda.at(parcel.arrives_ns, self._take_ping, ping)

    # -- the box ------------------------------------------------------------------------------------------

    def _take_ping(self, ping: Ping) -> None:
        rx_ns = self.agenda.now_ns + int(self.random.uniform(1_000, 4_000))
        held_ns = ping.hold_ticks * TICK_NS * 1.006 + self.random.uniform(12_000, 40_000)
        self._waiting_token = ping.token
        self.agenda.at(rx_ns + int(held_ns), self._answer, ping, self.clock.ticks(rx_ns))

    def _answer(self, ping: Ping, rx_ticks: int) -> None:
        if ping.token == self._waiting_token:  # else a newer ping has replaced it
            self._stamp(ping, rx_ticks)

    def _beat(self) -> None:
        self._stamp(Ping(0, 0, PING_SHORT), None)
        self.agenda.at(self.agenda.now_ns + int(self.random.uniform(64e6, 127e6)), self._beat)

    def _stamp(self, ping: Ping, rx_ticks: int | None) -> None:
        """Sends a pong or a stamp, as the ping asks for; rx_ticks: None if there was no ping."""
        tx_ns = max(self.agenda.now_ns, self._sender_free_ns)
        tx = self.clock.ticks(tx_ns)
        rx = tx if rx_ticks is None else rx_ticks
        safe = min([self.clock.ticks(self.agenda.now_ns), *self._undecided])
        boot, seq = self.uid & 0xFFFF, self._confirmed_seq
        message: Pong | Stamp
        if ping.flags & PING_SHORT:
            size = STAMP_BYTES
            message = Stamp(
                ping.token & 0xFFFF, boot, tx & MASK, tx - rx, min(tx - safe, 0xFFFFFF), seq & 0xFFFF
            )
        else:
            size = PONG_WIRE_BYTES
            counters = (0,) * 9
            message = Pong(ping.token, boot, rx & MASK, tx & MASK, safe & MASK, seq, *counters)
        first_ns = tx_ns + int(self.random.uniform(12_000, 19_000))
        self._sender_free_ns = first_ns + (size * BYTE_NS if self.link.uart else 0)
        for parcel in self.link.up.carry(Parcel(size, (message, self.agenda.now_ns)), first_ns):
            self.agenda.at(parcel.arrives_ns, self._arrive, parcel)

    def press(self, press: TruePress) -> None:
        """A button goes down now. Presses of different races know nothing of each other.

        Of one race, all that happened before a snapshot was taken share its tick: so the order of ticks is true.
        """
        snapshot_ns, tick = self._snapshots.get(press.race, (-1, 0))
        if press.true_ns > snapshot_ns:
            late_ns = self.random.uniform(0, RESOLUTION_NS - TICK_NS)
            snapshot_ns = max(press.true_ns + int(late_ns), snapshot_ns + SNAPSHOT_NS)
            tick = self.clock.ticks(snapshot_ns)
            self._snapshots[press.race] = snapshot_ns, tick
        self._seq += 1
        self.presses[self._seq] = press
        self._undecided.append(tick)
        event = Event(
            boot=self.uid & 0xFFFF,
            seq=self._seq,
            kind=KIND_PRESS,
            input=self.seats.seats().index(press.seat),
            tick=tick & MASK,
            confirm_ticks=CONFIRM_NS // TICK_NS,
            flags=0,
            same_mask=0,
            edges=1,
        )
        self.agenda.at(press.true_ns + CONFIRM_NS, self._confirm, event)

    def _confirm(self, event: Event) -> None:
        now_ns = self.agenda.now_ns
        self._undecided.popleft()
        self._confirmed_seq += 1
        press = self.presses[event.seq]
        first_ns = now_ns + int(self.random.uniform(12_000, 19_000))
        press.arrives_ns = self.link.up.alone_ns(EVENT_BYTES, first_ns)
        press.read_ns = self.host.awake_ns(press.arrives_ns)
        press.taken_ns = self.host.awake_ns(press.read_ns)
        queued = _Queued(event, now_ns)
        self._queued.append(queued)
        self.agenda.at(press.read_ns, self._read_event, queued)

    # -- the driver's reader ------------------------------------------------------------------------------

    def _arrive(self, parcel: Parcel) -> None:
        if parcel.content is None or parcel.arrives_ns != self.agenda.now_ns:
            return  # it came earlier than was thought at first
        content, parcel.content = parcel.content, None
        self._read_ns = max(self.host.awake_ns(self.agenda.now_ns), self._read_ns)
        self.agenda.at(self._read_ns, self._read_answer, content)

    def _read_answer(self, content: tuple[Pong | Stamp, int]) -> None:
        answer, sent_ns = content
        # An event that left before came before, whatever the races beside it have drawn for its way.
        while self._queued and self._queued[0].queued_ns <= sent_ns:
            self._read_event(self._queued.popleft())
        self._hand(answer)

    def _read_event(self, queued: _Queued) -> None:
        if not queued.handed_over:
            queued.handed_over = True
            self._hand(queued.event)

    def _hand(self, message: Pong | Stamp | Event) -> None:
        now_ns = self.agenda.now_ns
        waited = self.session.urgent(now_ns)
        for found in self.session.receive(message, now_ns):
            if isinstance(found, Press):
                self.session.accepted(found)
            if not self.refused:
                self.told(self, found)
        if self.session.urgent(now_ns) and not waited:
            self._ping_by(now_ns)
