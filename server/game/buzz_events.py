"""What can happen between arm and lock: part of `events.py`, which is the list of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class PressSeen:
    """One press on the time axis of an arming.

    `lag_ns`: how long after the first; negative for a foul, None where there is no first to compare with.
    `uncertainty_ns`: of the lag.
    """

    seat: int
    lag_ns: int | None
    uncertainty_ns: int
    status: str  # "first" | "tied" | "after" | "foul" | "locked_out" | "not_counted"
    source: str = "hardware"  # "hardware" | "simulated" | "web"


@dataclass(frozen=True, slots=True)
class Armed:
    """From `armed_ns` (contest time) on, presses of `seats` belong to this arming and are fouls."""

    STEP: ClassVar[bool] = True
    arming: str
    seats: tuple[int, ...]
    armed_ns: int
    fouls_lock: bool = True  # False: a foul voids that press alone, the seat may press again after the open


@dataclass(frozen=True, slots=True)
class Opened:
    """Presses count from `open_ns` to `close_ns`: contest time, set ahead so that lamps and core agree."""

    arming: str
    open_ns: int
    close_ns: int


@dataclass(frozen=True, slots=True)
class FoulCalled:
    """抢答犯规: a press after arm and surely before open. `evidence`: the press as the timing core sent it."""

    STEP: ClassVar[bool] = True
    arming: str
    seat: int
    early_ns: int | None
    evidence: dict[str, Any]
    points_cp: int | None = None  # None: a log of before, where the rulebook had one figure for all fouls
    then: str = "others"  # "others" | "void" | "audience" | "press"


@dataclass(frozen=True, slots=True)
class VerdictGiven:
    """The timing core's word on who was first, with all its evidence."""

    STEP: ClassVar[bool] = True
    arming: str
    outcome: str  # "winner" | "too_close" | "nobody"
    seats: tuple[int, ...]
    lead_ns: int | None
    lead_uncertainty_ns: int | None
    presses: tuple[PressSeen, ...]
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LatePressSeen:
    """A press of an arming whose verdict was final already: recorded, shown, without effect."""

    arming: str
    press: PressSeen
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArmingEnded:
    """An arming that ends without a verdict: "cancelled" by the host, "interrupted" by a fault."""

    arming: str
    why: str


@dataclass(frozen=True, slots=True)
class TieSettled:
    """Presses too close to call were settled as the rulebook has it; `seat` answers.

    how: "draw" (by lot, with `seed`), "chief" (the chief judge), "estimate" (the best estimate, said to be one).
    """

    STEP: ClassVar[bool] = True
    arming: str
    seat: int
    how: str
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class PassedToAudience:
    """Nobody on stage answers this question any more: the hall may."""

    STEP: ClassVar[bool] = True
