"""What can be asked of a contest. `decide` answers each with events or with a refusal that says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .events import PressSeen


@dataclass(frozen=True, slots=True)
class Show:
    """Bring a scene: opening, lineup, scoreboard, final (places one by one) or standings (all of them)."""

    scene: str


@dataclass(frozen=True, slots=True)
class StartRound:
    """Begin the next round of the rulebook."""


@dataclass(frozen=True, slots=True)
class CallTurn:
    """Call the next contestant of the round."""


@dataclass(frozen=True, slots=True)
class Present:
    """Show the next question; in a risk round `points` is the value chosen, in whole points."""

    points: int | None = None


@dataclass(frozen=True, slots=True)
class StartClock:
    """The answering clock, or the scenario's, runs from now."""


@dataclass(frozen=True, slots=True)
class HoldClock:
    """回答完毕: the clock stands still."""


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """A held clock goes on with what was left."""


@dataclass(frozen=True, slots=True)
class Arm:
    """From now on a press is a foul, until the boxes open."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the boxes."""


@dataclass(frozen=True, slots=True)
class CancelArming:
    """End the arming in hand without a verdict; its presses count for nothing."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The winner of the buzz has begun to answer: the finishing clock runs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The host's or chief judge's ruling: right, wrong, timeout, declined, void, unanswered."""

    result: str


@dataclass(frozen=True, slots=True)
class RevealAnswer:
    """Show the answer to everybody; possible after the ruling."""


@dataclass(frozen=True, slots=True)
class SubmitMarks:
    """A judge's sheet, one mark an item, in centipoints; `judge` comes from the sign-in, never from the page."""

    judge: int
    marks_cp: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CloseMarking:
    """No judge's sheet changes any more."""


@dataclass(frozen=True, slots=True)
class RevealMarks:
    """亮分: all marks at once; the mean becomes a score entry."""


@dataclass(frozen=True, slots=True)
class RevealPlace:
    """Reveal the next place, from the last to the first."""


@dataclass(frozen=True, slots=True)
class SetBlackout:
    """Black the projector out, or bring its picture back."""

    on: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last step back. `step`: refuse unless the last step is the one with this sequence."""

    step: int | None = None


@dataclass(frozen=True, slots=True)
class LampTest:
    """Light every lamp of every box for a moment. Nothing of the contest changes; refused while boxes are armed."""


# What the machine itself reports. These never come from a page.


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have passed."""


@dataclass(frozen=True, slots=True)
class StartSession:
    boot: str
    offset_ns: int
    rebooted: bool


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


HostCommand = (
    Show
    | StartRound
    | CallTurn
    | Present
    | StartClock
    | HoldClock
    | ResumeClock
    | Arm
    | Open
    | CancelArming
    | Begin
    | Rule
    | RevealAnswer
    | CloseMarking
    | RevealMarks
    | RevealPlace
    | SetBlackout
    | Undo
    | LampTest
)
MachineCommand = (
    Tick | StartSession | ReportFoul | ReportVerdict | ReportLatePress | ReportCore | ReportRefusal
)
Command = HostCommand | SubmitMarks | MachineCommand
