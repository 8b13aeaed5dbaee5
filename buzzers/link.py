"""Host side of the link to one box: which events have come, what to acknowledge, how far is safe. No IO.

The driver feeds every message of `frames.Decoder` to `BoxLink.receive` and sends what `next_ack` returns. An
event is handed on once, as soon as it comes, even if one before it is still missing: order is made by ticks,
not by arrival. What a missing one holds back is `safe_tick`.
"""

from __future__ import annotations

from dataclasses import replace

from buzzers.frames import PROTOCOL_MAJOR, TICK_BITS, Ack, Event, Hello, Message, Pong, Stamp

MAX_AHEAD_EVENTS = 256
"""How far past the first missing event we remember; a box's queue is far smaller."""


def unwrap_ticks(value: int, near_ticks: int, bits: int = TICK_BITS) -> int:
    """The tick count that ends in the ``bits`` low bits of ``value`` and lies nearest to ``near_ticks``."""
    span = 1 << bits
    return near_ticks + ((value - near_ticks + span // 2) % span - span // 2)


class BoxLink:
    """State of the link to one box over any number of its restarts.

    ``hello``: the last identification of a protocol we speak, None before. ``resets``: restarts seen while we
    watched. ``duplicates``: events that came again. ``skipped``: sequences that were acknowledged by somebody
    else and can no longer come. ``foreign``: event and pong frames of a boot we have no hello of.
    """

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.pong: Pong | None = None
        self.refused_major: int | None = None
        self.resets = 0
        self.duplicates = 0
        self.skipped = 0
        self.foreign = 0
        self._contiguous = 0
        self._ahead: set[int] = set()
        self._ack_due = False
        self._must_identify = True
        self._latest_ticks: int | None = None
        self._safe_ticks: int | None = None
        self._promises: dict[int, int] = {}  # last_seq: the latest safe tick promised with it

    @property
    def boot(self) -> int | None:
        """The boot nonce of the box, None before its first hello."""
        return self.hello.boot if self.hello else None

    @property
    def needs_identify(self) -> bool:
        """True while an `Identify` should be sent: nothing is accepted before the hello of this boot."""
        return self._must_identify

    @property
    def received_seq(self) -> int:
        """Every event of this boot up to this sequence has come."""
        return self._contiguous

    @property
    def safe_tick(self) -> int | None:
        """Box time before which no press can still come: promised, and all the promise refers to is here."""
        return self._safe_ticks

    def missing(self) -> tuple[int, ...]:
        """Sequences that the box is known to have queued and that have not come, oldest first."""
        known = max([self._contiguous, *self._ahead, *self._promises])
        top = min(known, self._contiguous + MAX_AHEAD_EVENTS)
        return tuple(seq for seq in range(self._contiguous + 1, top + 1) if seq not in self._ahead)

    def receive(self, message: Message) -> list[Event]:
        """Take one message of the box; the events that it brings for the first time (none or one).

        Ticks of the returned event are unwrapped to the box's full count since its start.
        """
        if isinstance(message, Hello):
            self._on_hello(message)
        elif isinstance(message, Pong | Event):
            if self.hello is None or message.boot != self.hello.boot:
                self.foreign += 1
                self._must_identify = True
            elif isinstance(message, Pong):
                self._on_pong(message)
            else:
                return self._on_event(message)
        return []

    def expand(self, stamp: Stamp) -> Pong | None:
        """The pong that a stamp stands for, counters as last told; None before the first pong of its boot."""
        if self.pong is None or stamp.boot != self.boot or self._latest_ticks is None:
            return None
        tx_tick = unwrap_ticks(stamp.tx_tick, self._latest_ticks)
        return replace(
            self.pong,
            token=stamp.token,
            rx_tick=tx_tick - stamp.rx_behind,
            tx_tick=tx_tick,
            safe_tick=tx_tick - stamp.safe_behind,
            last_seq=unwrap_ticks(stamp.last_seq, self.pong.last_seq, bits=16),
        )

    def next_ack(self) -> Ack | None:
        """The acknowledgement to send now, or None. A repeated event asks for it again: ours was lost."""
        if not self._ack_due or self.hello is None:
            return None
        self._ack_due = False
        return Ack(self.hello.boot, self._contiguous)

    def _on_hello(self, hello: Hello) -> None:
        if hello.major != PROTOCOL_MAJOR:
            self.refused_major = hello.major
            return
        self.refused_major = None
        known = self.hello
        self.hello = hello
        self._must_identify = False
        if known is None or known.boot != hello.boot or known.uid != hello.uid:
            self.resets += known is not None and known.uid == hello.uid
            self.pong = None
            self._contiguous = hello.acked_seq
            self._ahead.clear()
            self._promises.clear()
            self._ack_due = False
            self._latest_ticks = None
            self._safe_ticks = None
        elif hello.acked_seq > self._contiguous:
            came = sum(seq <= hello.acked_seq for seq in self._ahead)
            self.skipped += hello.acked_seq - self._contiguous - came
            self._contiguous = hello.acked_seq
            self._settle()

    def _on_pong(self, pong: Pong) -> None:
        self.pong = pong
        self._unwrap(pong.tx_tick)
        safe_ticks = self._unwrap(pong.safe_tick)
        self._promises[pong.last_seq] = max(safe_ticks, self._promises.get(pong.last_seq, safe_ticks))
        if len(self._promises) > MAX_AHEAD_EVENTS:
            # More than any queue holds: forgetting a promise only delays the watermark.
            del self._promises[max(self._promises)]
        self._settle()

    def _unwrap(self, value: int) -> int:
        """Full count of a tick on the wire. The first of a boot is taken as it is: no box has run for years."""
        ticks = value if self._latest_ticks is None else unwrap_ticks(value, self._latest_ticks)
        self._latest_ticks = ticks if self._latest_ticks is None else max(ticks, self._latest_ticks)
        return ticks

    def _on_event(self, event: Event) -> list[Event]:
        self._ack_due = True
        if event.seq <= self._contiguous or event.seq in self._ahead:
            self.duplicates += 1
            return []
        if event.seq > self._contiguous + MAX_AHEAD_EVENTS:
            return []
        ticks = self._unwrap(event.tick)
        self._ahead.add(event.seq)
        self._settle()
        return [replace(event, tick=ticks)]

    def _settle(self) -> None:
        while self._contiguous + 1 in self._ahead:
            self._contiguous += 1
        self._ahead = {seq for seq in self._ahead if seq > self._contiguous}
        for seq in [seq for seq in self._promises if seq <= self._contiguous]:
            ticks = self._promises.pop(seq)
            if self._safe_ticks is None or ticks > self._safe_ticks:
                self._safe_ticks = ticks
