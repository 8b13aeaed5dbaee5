"""The contest as data: what stands at one moment. Made by `fold.py` alone, never changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .events import MarkOnBoard, PlaceRevealed, PressSeen
from .paper import Answer, PublicQuestion, Slot
from .rulebook import RoundRules, Rulebook


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the stage. Running: `deadline_ns` holds, in contest time. Held: `remaining_ns` holds."""

    purpose: str  # "answer" | "perform" | "open" | "begin" | "finish"
    state: str  # "running" | "held" | "expired"
    total_ns: int
    deadline_ns: int
    remaining_ns: int

    def left_ns(self, now_ns: int) -> int:
        """Time left at contest time `now_ns`, never below 0."""
        match self.state:
            case "running":
                return max(0, self.deadline_ns - now_ns)
            case "held":
                return self.remaining_ns
            case _:
                return 0


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """One change of one score: which event made it, when, and why."""

    seq: int
    contest_ns: int
    seat: int
    change_cp: int
    cause: str
    round_index: int
    question_id: str | None


@dataclass(frozen=True, slots=True)
class Foul:
    arming: str
    seat: int
    early_ns: int | None
    points_cp: int


@dataclass(frozen=True, slots=True)
class Buzz:
    """The armings of one question. `phase` says how the newest of them stands."""

    phase: str = "idle"  # "idle" | "armed" | "open" | "locked" | "too_close" | "nobody" | "interrupted"
    arming: str | None = None
    eligible: tuple[int, ...] = ()
    armed_ns: int | None = None
    open_ns: int | None = None
    close_ns: int | None = None
    winner: int | None = None
    tied: tuple[int, ...] = ()
    among: tuple[int, ...] = ()  # after a tie, until the question is settled: only these press again
    lead_ns: int | None = None
    lead_uncertainty_ns: int | None = None
    order: tuple[PressSeen, ...] = ()
    final_why: str | None = None
    final_missing: tuple[str, ...] = ()
    fouls: tuple[Foul, ...] = ()

    @property
    def live(self) -> bool:
        """True while the timing core is waiting for presses of this arming."""
        return self.phase in ("armed", "open")


@dataclass(frozen=True, slots=True)
class Ruling:
    seat: int | None
    result: str
    points_cp: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A judge's marks for the scenario in hand."""

    judge: int
    marks_cp: tuple[int, ...]

    @property
    def total_cp(self) -> int:
        return sum(self.marks_cp)


@dataclass(frozen=True, slots=True)
class Turn:
    """One go within a round: a contestant's turn, or one buzz-in question."""

    position: int
    seat: int | None
    stake_cp: int = 0
    question: PublicQuestion | None = None
    ruling: Ruling | None = None
    answer: Answer | None = None
    buzz: Buzz = field(default_factory=Buzz)
    sheets: tuple[Sheet, ...] = ()
    marking: str = "open"  # "open" | "closed" | "revealed"
    board: tuple[MarkOnBoard, ...] = ()
    mark_cp: int | None = None
    first_entry: int = 0  # score entries from this index on belong to this go

    @property
    def done(self) -> bool:
        """True once this go is settled and the next may be called."""
        return self.ruling is not None or self.marking == "revealed"


@dataclass(frozen=True, slots=True)
class State:
    """A contest at one moment; `before` is the state an undo goes back to."""

    contest: str
    rulebook: Rulebook
    slots: tuple[Slot, ...]
    seq: int = 0
    contest_ns: int = 0
    scene: str = (
        "opening"  # "opening" | "lineup" | "round_title" | "turn" | "scoreboard" | "final" | "standings"
    )
    round_index: int = -1
    order: tuple[int, ...] = ()
    goes: int = 0  # goes of this round called so far
    turn: Turn | None = None
    clock: Clock | None = None
    entries: tuple[ScoreEntry, ...] = ()
    used: frozenset[str] = frozenset()
    places: tuple[PlaceRevealed, ...] = ()
    blackout: bool = False
    armings: int = 0  # armings ever made, undone ones too: an arming's id is never used twice
    boot: str = ""
    offset_ns: int = 0
    core: str = ""  # the timing core that reports
    before: State | None = field(default=None, compare=False, repr=False)
    before_what: str = field(default="", compare=False)
    before_ns: int = field(default=0, compare=False)
    before_seq: int = field(default=0, compare=False)  # the step that an undo would take back

    @property
    def round(self) -> RoundRules | None:
        """The rules of the round under way, None before the first."""
        return self.rulebook.rounds[self.round_index] if self.round_index >= 0 else None

    @property
    def buzz(self) -> Buzz:
        """The buzz of the go in hand; an idle one where there is none."""
        return self.turn.buzz if self.turn else Buzz()

    def free_slots(self, value_cp: int | None = None) -> Iterator[Slot]:
        """The questions of this round that were not presented yet, in the order they were drawn."""
        kind = (self.round_index, value_cp)
        return (
            slot
            for slot in self.slots
            if (slot.round_index, slot.value_cp) == kind and slot.question_id not in self.used
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log: an event with its place in the order and its contest time."""

    seq: int
    contest_ns: int
    event: object
