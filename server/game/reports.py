"""What the machine itself reports to the rules. These never come from a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .events import PressSeen


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have passed."""


@dataclass(frozen=True, slots=True)
class StartSession:
    boot: str
    offset_ns: int
    rebooted: bool
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class ReportFoul:
    arming: str
    seat: int
    early_ns: int | None
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportVerdict:
    arming: str
    outcome: str
    seats: tuple[int, ...]
    lead_ns: int | None
    lead_uncertainty_ns: int | None
    presses: tuple[PressSeen, ...]
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportLatePress:
    arming: str
    press: PressSeen
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportCore:
    """A timing core is connected. If it is another than the last, what was pressed in between is not known."""

    core: str


@dataclass(frozen=True, slots=True)
class ReportRefusal:
    """The timing core did not take an order of this arming: what is pressed now is not judged."""

    arming: str
