"""What can happen in a contest. The log is a list of these; everything on any screen is a fold of it.

An event class with `STEP` takes the show one step on; an undo goes back to before the last step. Where one command
makes several of them, all but the first are `joined` to it, so that one undo takes the whole command back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .buzz_events import Armed as Armed
from .buzz_events import ArmingEnded as ArmingEnded
from .buzz_events import FoulCalled as FoulCalled
from .buzz_events import LatePressSeen as LatePressSeen
from .buzz_events import Opened as Opened
from .buzz_events import PassedToAudience as PassedToAudience
from .buzz_events import PressSeen as PressSeen
from .buzz_events import TieSettled as TieSettled
from .buzz_events import VerdictGiven as VerdictGiven
from .marks_events import JudgeExcused as JudgeExcused
from .marks_events import MarkingClosed as MarkingClosed
from .marks_events import MarkOnBoard as MarkOnBoard
from .marks_events import MarksRevealed as MarksRevealed
from .marks_events import MarksSubmitted as MarksSubmitted
from .paper import Answer, PublicQuestion, Slot
from .rulebook import Rulebook
from .screen_events import BlackoutSet as BlackoutSet
from .screen_events import CoverSet as CoverSet
from .screen_events import MediaPlayed as MediaPlayed
from .screen_events import MediaStopped as MediaStopped


@dataclass(frozen=True, slots=True)
class ContestCreated:
    """The first event of every log: who takes part, by which rules, with which questions (ids only)."""

    contest: str
    rulebook: Rulebook
    slots: tuple[Slot, ...]
    draw_seed: str
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A server began to serve this log. Contest time = CLOCK_MONOTONIC + `offset_ns` within one boot.

    `clocks_held`: the machine was rebooted in between, nobody knows for how long: running clocks stand still.
    `epoch`: how often the show has moved to another machine; who has a lower one no longer rules.
    """

    boot: str
    offset_ns: int
    clocks_held: bool
    epoch: int = 0


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
class CueShown:
    """A free cue of the cue sheet is on: a speech, a video, an award. `cue`: its index in the rulebook."""

    STEP: ClassVar[bool] = True
    cue: int


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """`order`: the seats in the order of their turns, fixed here for the whole round.

    `seed`: the number the order was drawn with, None where it was not drawn. A tie-break has the index after the
    last round, and `order` are the tied.
    """

    STEP: ClassVar[bool] = True
    round_index: int
    order: tuple[int, ...]
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """A round that ends before its last go, or is skipped before its first."""

    STEP: ClassVar[bool] = True
    round_index: int
    reason: str


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
    number: int | None = None  # what it is called on the board it was chosen from


@dataclass(frozen=True, slots=True)
class QuestionWithdrawn:
    """The question in hand turned out bad: it counts for nothing, and the go gets another."""

    STEP: ClassVar[bool] = True
    question_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionAssigned:
    """A risk question was handed to a rival, who answers it at the same stake."""

    STEP: ClassVar[bool] = True
    by: int
    to: int


@dataclass(frozen=True, slots=True)
class StakeChosen:
    """A contestant's secret choice of a value; public only with `StakesRevealed`. 0: declined."""

    seat: int
    points_cp: int


@dataclass(frozen=True, slots=True)
class StakesRevealed:
    """Every secret choice at once, as (seat, centipoints)."""

    STEP: ClassVar[bool] = True
    stakes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class HelpUsed:
    """A team-mate helped; what that costs follows as a score entry."""

    STEP: ClassVar[bool] = True
    seat: int


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """A clock runs until `deadline_ns`, contest time."""

    STEP: ClassVar[bool] = True
    purpose: str  # "answer" | "prepare" | "perform" | "finish"
    total_ns: int
    deadline_ns: int  # contest time
    joined: bool = False


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
class RulingStaged:
    """The host has ruled; it waits, unseen, until it is revealed. `remaining_ns`: the clock stands with that."""

    STEP: ClassVar[bool] = True
    seat: int | None
    result: str
    points_cp: int
    remaining_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Ruled:
    """The ruling on the go in hand, and what it is worth.

    `then`: "" settles the go; "others" may still press; "audience": it goes to the hall.
    """

    STEP: ClassVar[bool] = True
    seat: int | None
    result: str  # "right" | "partial" | "wrong" | "timeout" | "declined" | "void" | "unanswered" | "audience"
    points_cp: int
    then: str = ""
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """One score entry: one change of one contestant's score, with its cause."""

    seat: int
    change_cp: int
    cause: str  # "right" | "partial" | "wrong" | "timeout" | "foul" | "help" | "marks"


@dataclass(frozen=True, slots=True)
class AnswerRevealed:
    """The answer became public; before this event no event holds it."""

    STEP: ClassVar[bool] = True
    answer: Answer


@dataclass(frozen=True, slots=True)
class TieRanked:
    """A tie was broken: `cells` are the seats that were tied, best first; seats of one cell are tied still.

    how: "sudden_death" | "questions" | "in_turn" | "draw" (with `seed`) | "chief"
    """

    STEP: ClassVar[bool] = True
    cells: tuple[tuple[int, ...], ...]
    how: str
    seed: str | None = None
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Corrected:
    """比分更正: what was ruled before is put right. Nothing is deleted: `changes` (seat, centipoints) are new entries.

    what: "ruling" | "credit" | "void" | "score". `record`: the sequence of the ruling it corrects, None for "score".
    `result`, `seat`, `points_cp`: how that ruling stands now; of a score: what it was set to. `by`: who decided it.
    """

    STEP: ClassVar[bool] = True
    what: str
    record: int | None
    result: str | None
    seat: int | None
    points_cp: int
    by: str
    reason: str
    changes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PlaceRevealed:
    """One place of the result became public, with all who share it."""

    STEP: ClassVar[bool] = True
    place: int
    seats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Certified:
    """One of the two signatures under the result; with both of them it is frozen."""

    STEP: ClassVar[bool] = True
    role: str  # "host" | "chief_judge"
    name: str


@dataclass(frozen=True, slots=True)
class Undone:
    """The last step is taken back; `what` names it for the record. Nothing is deleted."""

    what: str


@dataclass(frozen=True, slots=True)
class Redone:
    """The step that was undone last stands again."""

    what: str


Event = (
    ContestCreated
    | SessionStarted
    | CoreJoined
    | SceneShown
    | CueShown
    | RoundStarted
    | RoundEnded
    | TurnCalled
    | QuestionPresented
    | QuestionWithdrawn
    | QuestionAssigned
    | StakeChosen
    | StakesRevealed
    | HelpUsed
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
    | TieSettled
    | PassedToAudience
    | RulingStaged
    | Ruled
    | Scored
    | AnswerRevealed
    | MarksSubmitted
    | JudgeExcused
    | MarkingClosed
    | MarksRevealed
    | TieRanked
    | Corrected
    | PlaceRevealed
    | BlackoutSet
    | CoverSet
    | MediaPlayed
    | MediaStopped
    | Certified
    | Undone
    | Redone
)


def is_step(event: Event) -> bool:
    """True when an undo may go back to before this event."""
    return getattr(event, "STEP", False) and not getattr(event, "joined", False)
