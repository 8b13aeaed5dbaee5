"""The contest as data: what stands at one moment. Made by `fold.py` alone, never changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .events import Corrected, MarkOnBoard, PlaceRevealed, PressSeen
from .gathered import NOTHING_YET, Gathered, Listed
from .paper import Answer, PublicQuestion, Slot
from .rulebook import BuzzIn, RoundRules, Rulebook, TieBreak


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the stage. Running: `deadline_ns` holds, in contest time. Held: `remaining_ns` holds."""

    purpose: str  # "answer" | "prepare" | "perform" | "open" | "begin" | "finish"
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
    """One change of one score: which event made it, when, and why.

    `go`: the sequence of the event that began the go it belongs to, 0 for none (a score set by hand).
    """

    seq: int
    contest_ns: int
    seat: int
    change_cp: int
    cause: str
    round_index: int
    question_id: str | None
    go: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One ruling, or one panel's mark, as it stands now: what a correction can put right."""

    seq: int
    go: int
    round_index: int
    position: int
    seat: int | None
    result: str  # as in Ruled, or "marks"
    points_cp: int
    stake_cp: int
    question_id: str | None
    corrected: bool = False
    voided: bool = (
        False  # its whole question was taken back afterwards: nothing of it can be put right any more
    )


@dataclass(frozen=True, slots=True)
class Foul:
    arming: str
    seat: int
    early_ns: int | None
    points_cp: int
    then: str = "others"


@dataclass(frozen=True, slots=True)
class Buzz:
    """The armings of one question. `phase` says how the newest of them stands."""

    phase: str = (
        "idle"  # "idle" | "armed" | "open" | "locked" | "too_close" | "nobody" | "interrupted" | "audience"
    )
    arming: str | None = None
    eligible: tuple[int, ...] = ()
    armed_ns: int | None = None
    fouls_lock: bool = True
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
    settled_how: str | None = None  # a winner of a tie: "draw" | "chief" | "estimate"
    seed: str | None = None  # of the lot

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
    total_cp: int


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
    sheets_for: str | None = None  # the question they are for
    marking: str = "open"  # "open" | "closed" | "revealed"
    board: tuple[MarkOnBoard, ...] = ()
    mark_cp: int | None = None
    first_entry: int = 0  # score entries from this index on belong to this go
    go: int = 0  # sequence of the event that began it
    number: int | None = None  # what the question is called on its board
    staged: Ruling | None = None  # waits with the host
    attempts: tuple[Ruling, ...] = ()  # rulings that left the question open for others
    heard: tuple[int, ...] = ()  # whose attempts they were at first; a correction gives nobody a second try
    helped: int = 0
    prepared: bool = False  # the preparation clock has been started
    excused: tuple[int, ...] = ()  # judges who will not mark
    masked: tuple[int, ...] = ()  # judges who must not, as it stood at the reveal
    missing: tuple[int, ...] = ()
    assigned_by: int | None = None  # whose turn it was before the question was handed on
    media: str = "ready"  # "ready" | "playing" | "stopped": the sound or film of the question
    media_ns: int | None = None  # since when it plays, contest time

    @property
    def done(self) -> bool:
        """True once this go is settled and the next may be called."""
        return self.ruling is not None or self.marking == "revealed"


@dataclass(frozen=True, slots=True)
class Tie:
    """The tie-break in hand: who is tied for which place, and how it goes."""

    seats: tuple[int, ...]
    place: int
    points: tuple[tuple[int, int], ...] = ()  # (seat, centipoints) in this pass
    passes: int = 0
    over: bool = False


NO_ENTRIES: Listed[ScoreEntry] = Listed()
NO_RECORDS: Listed[Record] = Listed()


@dataclass(frozen=True, slots=True)
class State:
    """A contest at one moment; `before` is the state an undo goes back to."""

    contest: str
    rulebook: Rulebook
    slots: tuple[Slot, ...]
    seq: int = 0
    contest_ns: int = 0
    rehearsal: bool = False
    # "opening" | "lineup" | "cue" | "round_title" | "stakes" | "turn" | "scoreboard" | "tie" | "final" | "standings"
    scene: str = "opening"
    cue: int | None = None
    round_index: int = -1
    order: tuple[int, ...] = ()
    goes: int = 0  # goes of this round called so far
    turn: Turn | None = None
    clock: Clock | None = None
    entries: Listed[ScoreEntry] = NO_ENTRIES
    records: Listed[Record] = NO_RECORDS
    fouls: tuple[tuple[int, int], ...] = ()  # (round, seat) of every foul
    used: Gathered = NOTHING_YET  # ids of the questions presented so far
    begun: frozenset[int] = frozenset()  # rounds that began, or were skipped
    ended: frozenset[int] = frozenset()  # rounds that end here, whatever goes are left
    stakes: tuple[tuple[int, int], ...] = ()  # (seat, centipoints) of sealed choices; 0: declined
    stakes_revealed: bool = False
    tie: Tie | None = None
    splits: tuple[tuple[tuple[int, ...], ...], ...] = ()  # what tie-breaks decided, in order
    notice: Corrected | None = None  # the correction that is on show, until the next step
    timeline: tuple[tuple[str, int], ...] = ()  # (which part of the cue sheet began, contest time)
    certified: tuple[tuple[str, str], ...] = ()  # (role, name) of those who signed
    places: tuple[PlaceRevealed, ...] = ()
    blackout: bool = False
    cover: str = ""  # "hold" | "rules": the slide that lies over the show
    media_shown: frozenset[str] = frozenset()  # files of the questions presented so far
    armings: int = 0  # armings ever made, undone ones too: an arming's id is never used twice
    boot: str = ""
    offset_ns: int = 0
    fence_epoch: int = 0  # how often the show has moved to another machine
    core: str = ""  # the timing core that reports
    redo: State | None = field(default=None, compare=False, repr=False)  # the state that the last undo left
    redo_what: str = field(default="", compare=False)
    redo_ns: int = field(default=0, compare=False)  # when that undo was
    before: State | None = field(default=None, compare=False, repr=False)
    before_what: str = field(default="", compare=False)
    before_ns: int = field(default=0, compare=False)
    before_seq: int = field(
        default=0, compare=False
    )  # the step that an undo would take back; 0: none was ever made
    depth: int = field(default=0, compare=False)  # how many steps an undo after the other could take back

    @property
    def round(self) -> RoundRules | None:
        """The rules of the round under way, None before the first."""
        return self.rulebook.round_at(self.round_index)

    @property
    def buzz_rules(self) -> BuzzIn | None:
        """The settings of the buzz in a round where people press, None where nobody does."""
        rules = self.round
        if isinstance(rules, TieBreak):
            return rules.buzz if rules.method != "in_turn" else None
        return rules if isinstance(rules, BuzzIn) else None

    @property
    def frozen(self) -> bool:
        """True once host and chief judge have signed: nothing of the result changes any more."""
        return len(self.certified) == 2

    @property
    def buzz(self) -> Buzz:
        """The buzz of the go in hand; an idle one where there is none."""
        return self.turn.buzz if self.turn else Buzz()

    def free_slots(self, value_cp: int | None = None, seat: int | None = None) -> Iterator[Slot]:
        """The questions of this round that were not presented yet, in the order they were drawn.

        seat: whose board; a question on nobody's own board is for all.
        """
        kind = (self.round_index, value_cp)
        return (
            slot
            for slot in self.slots
            if (slot.round_index, slot.value_cp) == kind
            and slot.seat in (None, seat)
            and slot.question_id not in self.used
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log: an event with its place in the order and its contest time."""

    seq: int
    contest_ns: int
    event: object
