"""A press: one button went down at one instant, known to within a stated uncertainty."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


def lag(press: "Press", first: "Press") -> tuple[int, int]:
    """How much later `press` is than `first`, and how far that may be off: (lag_ns, lag_uncertainty_ns).

    On one clock the two stamps are compared as they are, so only the clock's resolution counts. Between two
    clocks the estimates on the host's clock are compared, and both uncertainties count in full.
    """
    if press.clock == first.clock:
        return press.clock_ns - first.clock_ns, max(press.resolution_ns, first.resolution_ns)
    return press.time_ns - first.time_ns, press.uncertainty_ns + first.uncertainty_ns


def surely_before(first: "Press", second: "Press") -> bool:
    """Whether `first` was earlier beyond doubt: its lead is larger than the uncertainty of that lead."""
    lead_ns, uncertainty_ns = lag(second, first)
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
    resolution_ns: int  # smallest step of that clock
    time_ns: int  # best estimate on the host's clock
    uncertainty_ns: int
    sequence: int  # the box's own count of its events
    source: str  # "hardware" | "simulated"

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

        Raises ValueError if a member is missing or of the wrong type.
        """
        for name, kind in FIELD_TYPES.items():
            if type(data.get(name)) is not kind:
                raise ValueError(f"press: {name} must be {kind.__name__}, got {data.get(name)!r}")
        return cls(**{name: data[name] for name in FIELD_TYPES})


FIELD_TYPES: dict[str, type] = {field.name: str if field.type is str else int for field in fields(Press)}
