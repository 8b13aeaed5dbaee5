"""A box without hardware: presses come from a screen and are stamped when they arrive here."""

from typing import Any

from buzzers.driver import Live, Pace, Post, Pressed, health
from buzzers.press import Press

UNCERTAINTY_NS = 1_000_000
RESOLUTION_NS = 1_000_000  # messages that arrive closer together say nothing about which was sent first


class SimulatedBox:
    """One box with a button for every seat. It holds nothing back: its watermark is always now."""

    kind = "simulated"
    port = "simulated"

    def __init__(self, seats: int, core: str, post: Post) -> None:
        self._seats = tuple(range(1, seats + 1))
        self._clock = f"simulated/{core}"
        self._post = post
        self._sequence = 0
        self._last: tuple[int, int] | None = None  # (seat, time_ns)

    @property
    def box_id(self) -> str:
        return "simulated"

    def start(self) -> None:
        self._post(Live(self, self.box_id))

    def stop(self) -> None:
        """Nothing to close."""

    def set_pace(self, pace: Pace) -> None:
        """Nothing is asked of it."""

    def accepted(self, posted: Pressed) -> None:
        """Nothing is kept."""

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        """No lamps."""

    def test_lamps(self) -> None:
        """No lamps."""

    def press(self, seat: int, now_ns: int) -> None:
        """Somebody clicked the button of `seat`. Raises ValueError if there is no such seat."""
        if seat not in self._seats:
            raise ValueError(f"there is no seat {seat}")
        self._sequence += 1
        self._last = (seat, now_ns)
        press = Press(
            seat=seat,
            box=self.box_id,
            clock=self._clock,
            clock_ns=now_ns,
            resolution_ns=RESOLUTION_NS,
            time_ns=now_ns,
            uncertainty_ns=UNCERTAINTY_NS,
            sequence=self._sequence,
            source="simulated",
        )
        self._post(Pressed(self, press))

    def health(self, now_ns: int) -> dict[str, Any]:
        last = self._last
        return health(
            box_id=self.box_id,
            port=self.port,
            kind=self.kind,
            state="up",
            seats=self._seats,
            inputs=len(self._seats),
            uncertainty_us=UNCERTAINTY_NS // 1000,
            rtt_us=0,
            last_press=None if last is None else {"seat": last[0], "ago_ms": (now_ns - last[1]) // 1_000_000},
        )
