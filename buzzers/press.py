"""A press: one button went down at one instant, known to within a stated uncertainty."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

WIRE_PPM = 5_000  # how far the clock of the box that pulses a sync wire may be off


def lag(press: "Press", first: "Press") -> tuple[int, int]:
    """How much later `press` is than `first`, and how far that may be off: (lag_ns, lag_uncertainty_ns).

    On one clock the two stamps are compared as they are, so only the clock's resolution counts, and its rate over
    the time between the two. Boxes on one sync wire are compared by the time on the wire. Everything else is
    compared on the host's clock, and both uncertainties count in full.
    """
    resolution_ns = max(press.resolution_ns, first.resolution_ns)
    if press.clock == first.clock:
        lag_ns = press.clock_ns - first.clock_ns
        return lag_ns, resolution_ns + _off_ns(lag_ns, max(press.clock_ppm, first.clock_ppm))
    doubt_ns = press.uncertainty_ns + first.uncertainty_ns
    if press.wire and press.wire == first.wire:
        lag_ns = press.wire_ns - first.wire_ns
        wire_doubt_ns = resolution_ns + press.wire_uncertainty_ns + first.wire_uncertainty_ns
        wire_doubt_ns += _off_ns(lag_ns, WIRE_PPM)
        if wire_doubt_ns < doubt_ns:
            return lag_ns, wire_doubt_ns
    return press.time_ns - first.time_ns, doubt_ns


def surely_before(first: "Press", second: "Press") -> bool:
    """Whether `first` was earlier beyond doubt.

    One clock can tell the order of two presses better than it can tell how far apart they were: a box that saw
    one contact closed and the other still open knows which was first, however late it looked (`order_ns`).
    Otherwise the lead must be larger than the uncertainty of that lead.
    """
    lead_ns, uncertainty_ns = lag(second, first)
    if first.clock == second.clock:
        return lead_ns >= max(first.order_ns, second.order_ns, 1)
    return lead_ns > uncertainty_ns


@dataclass(frozen=True, slots=True)
class Press:
    """A stamped press. All times are integer nanoseconds; the host's clock is CLOCK_MONOTONIC.

    The true instant lies within time_ns - uncertainty_ns and time_ns + uncertainty_ns: a hard bound, not a
    standard deviation.
    """

    seat: int  # 1..n
    box: str  # box id: its unique number in hex, or "simulated"
    clock: str  # which clock stamped it; a box that restarts has a new clock
    clock_ns: int  # time on that clock at its nominal rate
    resolution_ns: (
        int  # how late a stamp of it may be; two of them are as far apart as they say to within this
    )
    time_ns: int  # best estimate on the host's clock
    uncertainty_ns: int
    sequence: int  # the box's own count of its events
    source: str  # "hardware" | "simulated" | "web"
    clock_ppm: int = 0  # how far the rate of that clock may be off nominal
    order_ns: int = -1  # stamps of that clock this far apart are surely in this order; -1: resolution_ns + 1
    wire: str = ""  # the sync wire that the box shares with others, "" if none
    wire_ns: int = 0  # time on the wire: that of the box which pulses it
    wire_uncertainty_ns: int = 0  # of wire_ns against other boxes on the wire, the resolution left aside

    def __post_init__(self) -> None:
        if self.order_ns < 0:
            object.__setattr__(self, "order_ns", self.resolution_ns + 1)

    @property
    def earliest_ns(self) -> int:
        return self.time_ns - self.uncertainty_ns

    @property
    def latest_ns(self) -> int:
        return self.time_ns + self.uncertainty_ns

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELD_TYPES}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Press":
        """Builds a press from its JSON object; further members are ignored.

        Members that have a default may be missing: presses of former versions had none of them. Raises ValueError
        if another is missing, or one is of the wrong type.
        """
        given: dict[str, Any] = {
            name: data.get(name) for name in FIELD_TYPES if name in data or name not in OPTIONAL
        }
        for name, kind in FIELD_TYPES.items():
            if name in given and type(given[name]) is not kind:
                raise ValueError(f"press: {name} must be {kind.__name__}, got {given[name]!r}")
        return cls(**given)


def _off_ns(span_ns: int, ppm: int) -> int:
    """How far a clock that is off by ppm may err over a span, rounded up."""
    return -(-abs(span_ns) * ppm // 1_000_000)


FIELD_TYPES: dict[str, type] = {field.name: str if field.type is str else int for field in fields(Press)}
OPTIONAL = frozenset(field.name for field in fields(Press) if field.default is not MISSING)
