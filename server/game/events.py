"""What can happen in a contest. The log is a list of these; everything on any screen is a fold of it.

An event class with `STEP` takes the show one step on; an undo goes back to before the last step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .paper import Answer, PublicQuestion, Slot
from .rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class ContestCreated:
    """The first event of every log: who takes part, by which rules, with which questions (ids only)."""

    contest: str
    rulebook: Rulebook
    slots: tuple[Slot, ...]
    draw_seed: str


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A server began to serve this log. Contest time = CLOCK_MONOTONIC + `offset_ns` within one boot.

    `clocks_held`: the machine was rebooted in between, nobody knows for how long: running clocks stand still.
    """

    boot: str
    offset_ns: int
    clocks_held: bool


@dataclass(frozen=True, slots=True)
class CoreJoined:
    """A timing core began to report; a new id means that the one before it is gone, with what it knew."""

    core: str


@dataclass(frozen=True, slots=True)
class SceneShown:
    """A scene that belongs to no turn stands on the projector."""

    STEP: ClassVar[bool] = True
    scene: str  # "opening" | "lineup" | "scoreboard" | "final" | "standings"


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """`order`: the seats in the order of their turns, fixed here for the whole round."""

    STEP: ClassVar[bool] = True
    round_index: int
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TurnCalled:
    """The next contestant is called; for a risk round the stakes stand on the screen."""

    STEP: ClassVar[bool] = True
    position: int  # 1 is the first of the round
    seat: int


@dataclass(frozen=True, slots=True)
class QuestionPresented:
    """`seat` is None where everybody may press."""

    STEP: ClassVar[bool] = True
    position: int
    seat: int | None
    stake_cp: int
    question: PublicQuestion


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """A clock runs until `deadline_ns`, contest time."""

    STEP: ClassVar[bool] = True
    purpose: str  # "answer" | "perform" | "finish"
    total_ns: int
    deadline_ns: int  # contest time


@dataclass(frozen=True, slots=True)
class ClockHeld:
    """The clock stands still with `remaining_ns` left."""

    STEP: ClassVar[bool] = True
    remaining_ns: int


@dataclass(frozen=True, slots=True)
class ClockResumed:
    """The held clock runs again until `deadline_ns`."""

    STEP: ClassVar[bool] = True
    deadline_ns: int


@dataclass(frozen=True, slots=True)
class ClockExpired:
    """The deadline passed; what follows is the host's to say."""


@dataclass(frozen=True, slots=True)
class Armed:
    """From `armed_ns` (contest time) on, presses of `seats` belong to this arming and are fouls."""

    STEP: ClassVar[bool] = True
    arming: str
    seats: tuple[int, ...]
    armed_ns: int


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
class Ruled:
    """The ruling on the go in hand, and what it is worth."""

    STEP: ClassVar[bool] = True
    seat: int | None
    result: str  # "right" | "wrong" | "timeout" | "declined" | "void" | "unanswered"
    points_cp: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One score entry: one change of one contestant's score, with its cause."""

    seat: int
    change_cp: int
    cause: str  # "right" | "wrong" | "timeout" | "foul" | "marks"


@dataclass(frozen=True, slots=True)
class AnswerRevealed:
    """The answer became public; before this event no event holds it."""

    STEP: ClassVar[bool] = True
    answer: Answer


@dataclass(frozen=True, slots=True)
class MarksSubmitted:
    """A judge's sheet; a later one of the same judge replaces it until the marking is closed."""

    judge: int
    marks_cp: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MarkingClosed:
    """No sheet changes any more."""

    STEP: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class MarkOnBoard:
    """One judge's total as it is revealed, and whether it was left out of the mean."""

    judge: int
    mark_cp: int
    dropped: str | None  # "high" | "low"


@dataclass(frozen=True, slots=True)
class MarksRevealed:
    """亮分: every mark at once, and the mean of those that count."""

    STEP: ClassVar[bool] = True
    seat: int
    mark_cp: int
    board: tuple[MarkOnBoard, ...]


@dataclass(frozen=True, slots=True)
class PlaceRevealed:
    """One place of the result became public, with all who share it."""

    STEP: ClassVar[bool] = True
    place: int
    seats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BlackoutSet:
    """The projector went black, or came back."""

    on: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """The last step is taken back; `what` names it for the record. Nothing is deleted."""

    what: str


Event = (
    ContestCreated
    | SessionStarted
    | CoreJoined
    | SceneShown
    | RoundStarted
    | TurnCalled
    | QuestionPresented
    | ClockStarted
    | ClockHeld
    | ClockResumed
    | ClockExpired
    | Armed
    | Opened
    | FoulCalled
    | VerdictGiven
    | LatePressSeen
    | ArmingEnded
    | Ruled
    | Scored
    | AnswerRevealed
    | MarksSubmitted
    | MarkingClosed
    | MarksRevealed
    | PlaceRevealed
    | BlackoutSet
    | Undone
)


def is_step(event: Event) -> bool:
    """True when an undo may go back to before this event."""
    return getattr(event, "STEP", False)
