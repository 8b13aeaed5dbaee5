"""What one box is to show on its lamps, and the frames that tell it so. No IO."""

from buzzers.box_session import BoxSession
from buzzers.frames import Lamps, LampsAt, LampTest, encode

TEST_MS = 3_000


class LampOrders:
    """The wanted state of the lamps of one box; not locked, for whoever holds the session's lock."""

    def __init__(self, session: BoxSession) -> None:
        self._session = session
        self._seats: frozenset[int] = frozenset()
        self._at_ns: int | None = None
        self._due = False
        self._test_due = False

    def show(self, seats: frozenset[int], at_ns: int | None) -> None:
        """Light these seats and no others, now or at that instant of the host's clock."""
        self._seats, self._at_ns, self._due = seats, at_ns, True

    def repeat(self) -> None:
        """The box has forgotten: it was plugged in anew, or it restarted."""
        self._due = True

    def test(self) -> None:
        self._test_due = True

    def frames(self, now_ns: int) -> bytes:
        """What is to be sent now; empty if the box knows everything, or its clock is not known yet."""
        out = b""
        if self._due:
            orders = self._orders(now_ns)
            self._due = orders is None
            out += orders or b""
        if self._test_due:
            self._test_due = False
            out += encode(LampTest(TEST_MS))
        return out

    def _orders(self, now_ns: int) -> bytes | None:
        if self._at_ns is None or self._at_ns <= now_ns:
            return encode(Lamps(self._mask()))
        tick, boot = self._session.ticks_at(self._at_ns), self._session.link.boot
        if tick is None or boot is None:
            return None
        return encode(Lamps(0)) + encode(LampsAt(boot, tick, self._mask()))

    def _mask(self) -> int:
        seats = self._session.seats[:8]
        return sum(1 << number for number, seat in enumerate(seats) if seat in self._seats)
