"""A seat's button on a web page: dates the presses that the page reports on its own clock. No IO, no threads.

What is known. The server sends a probe at `sent`, the page answers at once with the ticks (microseconds) of its
clock, the server has the answer at `received`: sent <= host(ticks) <= received, as for a box with a cable, only that
a browser rounds its clock by up to `GRAIN_NS`, up or down. An answer also carries every press that was not yet
acknowledged, so it is a watermark too: what was pressed before these ticks has been said.

Two things make such a press worth less than one of a box, and both are in its uncertainty:

- A touch panel is read 60 times a second or more, a keyboard 125 times: the stamp may be `SAMPLING_NS` late.
- An answer may overtake an event that waits in the page for its handler. Watermarks are therefore `DISPATCH_NS` older
  than the answer. A press stamped earlier still contradicts the page's own word: it may have been at any time since
  the watermark. That also bounds how far a page can date a press back; before it held the seat, nothing counts.

A clock that jumps contradicts its exchanges and is found out. What is assumed of its rate is what `clocksync` assumes. A
time service that slews the device's clock (by up to 500 ppm, at once) breaks that: a press may then be dated wrong by
up to 15 ms more, until the clock contradicts itself and starts anew. It is one more reason why finals are for boxes.
"""

from collections.abc import Iterable
from typing import Any

from buzzers.clocksync import FASTEST, SLOWEST, ClockSync
from buzzers.driver import Gone, Live, Marked, Pace, Post, Pressed, Restarted, health
from buzzers.press import Press

TICK_HZ = 1_000_000
GRAIN_NS = 1_000_000
SAMPLING_NS = 17_000_000
DISPATCH_NS = 20_000_000
WATERMARK_AGE_NS = DISPATCH_NS + SAMPLING_NS + 2 * GRAIN_NS
TRUST_EXCHANGES = 5
TRUST_UNCERTAINTY_NS = 100_000_000
FORGET_NS = 60_000_000_000


class WebBox:
    """The button of one seat on whichever page holds it. A page is a clock: when it is loaded anew it has another name."""

    kind = "web"

    def __init__(self, seat: int, post: Post) -> None:
        self._seat = seat
        self._post = post
        self.port = "web"
        self._page = ""
        self._clock = ClockSync(TICK_HZ, GRAIN_NS)
        self._exchanges = 0
        self._breaks = 0  # of this page's clock
        self._resets = 0  # of all pages' clocks
        self._ticks = 0  # of the last answer
        self._probed_ns = self._answered_ns = 0  # when it was asked for, and read
        self._round_trip_ns: int | None = None
        self._sequence = 0  # of the last press taken from this page
        # Presses that stay with the page: sequence -> ticks of the last answer that did not tell of it.
        self._said: dict[int, int] = {}
        self._mark_ns = 0
        self._live = False
        self._gone_ns: int | None = None
        self._last_press_ns: int | None = None

    # -- what the page says -------------------------------------------------------------------------------

    def heard(
        self, page: str, sent_ns: int, ticks: int, received_ns: int, presses: Iterable[tuple[int, int]]
    ) -> int:
        """Takes an answer: an exchange, and presses as (sequence, ticks), oldest first. Times are the host's.

        Posts the presses and then the watermark. Returns the sequence up to which presses need not be said again:
        while the clock is not trusted they stay with the page.
        """
        if page != self._page:
            self._take_over(page, sent_ns)
        self._gone_ns = None
        fresh = [(sequence, stamp) for sequence, stamp in presses if sequence > self._sequence]
        if not self._learn(sent_ns, ticks, received_ns):
            # Of presses that came with the break nobody can tell which clock stamped them: they are lost, and said to be.
            self._sequence = max([self._sequence, *(sequence for sequence, _ in fresh)])
            if self._live:
                self._post(Restarted(self.box_id, self._boot))
            return self._sequence
        self._said = {sequence: self._said.get(sequence, self._ticks) for sequence, _ in fresh}
        self._ticks = ticks
        if not self.trusted:
            return self._sequence
        if not self._live:
            self._live = True
            self._post(Live(self, self.box_id, self._boot))
        for sequence, stamp in fresh:
            self._sequence = sequence
            self._post(Pressed(self, self._dated(sequence, min(stamp, ticks))))
        mark_ns = self._clock.lower_bound(ticks) - WATERMARK_AGE_NS
        if mark_ns > self._mark_ns:
            self._mark_ns = mark_ns
            self._post(Marked(self.box_id, mark_ns))
        return self._sequence

    def gone(self, now_ns: int, page: str | None = None) -> None:
        """The page does not answer any more (None: whichever it is). It may come back, and goes on where it was."""
        if page in (None, self._page) and self._gone_ns is None:
            self._gone_ns = now_ns
            if self._live:
                self._live = False
                self._post(Gone(self, self.box_id))

    @property
    def trusted(self) -> bool:
        """Whether the page's clock is known well enough for its presses to be dated."""
        return self._exchanges >= TRUST_EXCHANGES and self._clock.uncertainty_ns() <= TRUST_UNCERTAINTY_NS

    @property
    def uncertainty_us(self) -> int | None:
        """The uncertainty of a press made now, or None while the clock is not trusted."""
        floor_ns = GRAIN_NS + SAMPLING_NS // 2
        return (self._clock.uncertainty_ns() + floor_ns) // 1000 if self.trusted else None

    def forgotten(self, now_ns: int) -> bool:
        """Whether it has been gone so long that it is of no interest any more."""
        return self._gone_ns is not None and now_ns - self._gone_ns > FORGET_NS

    # -- a driver like any other --------------------------------------------------------------------------

    @property
    def box_id(self) -> str:
        return f"web-{self._seat}"

    def start(self) -> None:
        """It starts with the first answer of a page."""

    def stop(self) -> None:
        """Nothing to close."""

    def set_pace(self, pace: Pace) -> None:
        """The server probes the page."""

    def accepted(self, posted: Pressed) -> None:
        """Acknowledged by what `heard` returns."""

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        """The page draws what its view says."""

    def test_lamps(self) -> None:
        """No lamps."""

    def health(self, now_ns: int) -> dict[str, Any]:
        state = "down" if self._gone_ns is not None else "up" if self.trusted else "syncing"
        last_ns = self._last_press_ns
        return health(
            box_id=self.box_id,
            port=self.port,
            kind=self.kind,
            state=state,
            seats=(self._seat,),
            inputs=1,
            uncertainty_us=self.uncertainty_us,
            rtt_us=None if self._round_trip_ns is None else self._round_trip_ns // 1000,
            last_press=None
            if last_ns is None
            else {"seat": self._seat, "ago_ms": max(0, now_ns - last_ns) // 1_000_000},
            clock_resets=self._resets,
            silent_ms=max(0, now_ns - self._answered_ns) // 1_000_000,
        )

    # -- how ----------------------------------------------------------------------------------------------

    @property
    def _boot(self) -> int:
        """A number for the page: another page has not kept what this one had not sent."""
        return int.from_bytes(self._page.encode(), "big")

    def _take_over(self, page: str, now_ns: int) -> None:
        """Another page holds the seat from now on."""
        if self._live:
            self._live = False
            self._post(Gone(self, self.box_id))
        self._page = page
        self._ticks = self._sequence = self._breaks = 0
        self._mark_ns = now_ns - WATERMARK_AGE_NS
        self._renew_clock()

    def _renew_clock(self) -> None:
        self._clock = ClockSync(TICK_HZ, GRAIN_NS)
        self._exchanges = 0
        self._round_trip_ns = None
        self._said.clear()

    def _learn(self, sent_ns: int, ticks: int, received_ns: int) -> bool:
        """False if the page's clock contradicts what it said before: then it starts anew, under another name."""
        # `clocksync` looks back 30 s; a larger jump, or one of a page that was away, shows against the last answer.
        passed_ns = self._clock.nominal_ns(ticks - self._ticks)
        agreed = self._exchanges == 0 or (
            ticks >= self._ticks
            and (passed_ns + 2 * GRAIN_NS) * FASTEST >= sent_ns - self._answered_ns
            and (passed_ns - 2 * GRAIN_NS) * SLOWEST <= received_ns - self._probed_ns
        )
        self._probed_ns, self._answered_ns = sent_ns, received_ns
        if not (agreed and self._clock.add_exchange(sent_ns, ticks, ticks, received_ns + GRAIN_NS)):
            self._renew_clock()
            self._ticks = ticks
            self._breaks += 1
            self._resets += 1
            return False
        self._exchanges += 1
        trip_ns = received_ns - sent_ns
        self._round_trip_ns = min(trip_ns, self._round_trip_ns or trip_ns)
        return True

    def _dated(self, sequence: int, stamp: int) -> Press:
        """The press as an interval: no earlier than the watermark that the page has vouched for."""
        earliest_ns = max(self._clock.lower_bound(stamp) - GRAIN_NS - SAMPLING_NS, self._mark_ns)
        latest_ns = self._clock.upper_bound(stamp) + GRAIN_NS
        too_late = self._clock.nominal_ns(self._said[sequence] - stamp) > DISPATCH_NS
        if too_late or latest_ns <= earliest_ns:
            latest_ns = self._clock.upper_bound(self._ticks) + GRAIN_NS
        latest_ns += (latest_ns - earliest_ns) % 2  # so that their middle is whole
        time_ns = (earliest_ns + latest_ns) // 2
        self._last_press_ns = time_ns
        return Press(
            seat=self._seat,
            box=self.box_id,
            clock=f"web/{self._seat}/{self._page}" + (f"+{self._breaks}" if self._breaks else ""),
            clock_ns=self._clock.nominal_ns(stamp),
            resolution_ns=GRAIN_NS + SAMPLING_NS,
            time_ns=time_ns,
            uncertainty_ns=latest_ns - time_ns,
            sequence=sequence,
            source="web",
        )
