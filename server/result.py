"""The result of a contest and the whole account behind it, made from the rows of its log; knows no file format.

Everything here follows from the log alone: no clock, no setting of the machine. Two exports of one log are equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import __version__, codec
from .account import Correction, Decision, FoulCall, Panel, UndoneStep, VerdictLine, Witness
from .event_log import FIRST_HASH, Row
from .game.events import Certified, ContestCreated
from .game.fold import apply
from .game.rulebook import Text
from .game.standings import scores, standings
from .game.state import Entry, Record, ScoreEntry, State

NO_ROUND = -1
"""The round of an entry that belongs to none, such as a score set by hand."""


@dataclass(frozen=True, slots=True)
class Place:
    """A contestant's place. `decided`: the tie-break that parted it from others, None where the score did."""

    place: int
    shared: bool
    seat: int
    number: str
    name: str
    unit: str
    score_cp: int
    decided: Decision | None


@dataclass(frozen=True, slots=True)
class Signature:
    role: str  # "host" | "chief_judge"
    name: str
    wall_time: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One score entry with the contestant's score after it."""

    seq: int
    wall_time: str
    contest_ns: int
    seat: int
    round_index: int
    question_id: str | None
    cause: str
    change_cp: int
    score_cp: int


@dataclass(frozen=True, slots=True)
class RulingLine:
    """One ruling as it stands now."""

    wall_time: str
    record: Record


@dataclass(frozen=True, slots=True)
class Sum:
    """A contestant's way from the base to the score: `rounds_cp` has one figure for each of `Result.rounds`."""

    seat: int
    base_cp: int
    rounds_cp: tuple[int, ...]
    other_cp: int  # entries that belong to no round, such as a score set by hand
    score_cp: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the certificate says. `rounds` are titles; `names` maps a seat to its contestant's name."""

    contest: str
    title: Text
    subtitle: Text
    language: str
    began: str
    ended: str
    rehearsal: bool
    certified: bool
    signatures: tuple[Signature, ...]
    places: tuple[Place, ...]
    rounds: tuple[Text, ...]
    names: dict[int, str]
    judges: dict[int, str]
    sums: tuple[Sum, ...]
    entries: tuple[EntryLine, ...]
    rulings: tuple[RulingLine, ...]
    fouls: tuple[FoulCall, ...]
    corrections: tuple[Correction, ...]
    undone: tuple[UndoneStep, ...]
    panels: tuple[Panel, ...]
    verdicts: tuple[VerdictLine, ...]
    decisions: tuple[Decision, ...]
    events: int
    head: str
    draw_seed: str
    version: str

    def round_title(self, index: int) -> Text:
        """The title of a round; of the tie-break after the last; of what belongs to no round."""
        if 0 <= index < len(self.rounds):
            return self.rounds[index]
        return (
            Text("加赛题", "Tie-break")
            if index >= len(self.rounds)
            else Text("环节之外", "Outside the rounds")
        )


def result_of(rows: Iterable[Row]) -> Result:
    """The result a log stands for. Raises ValueError naming the first row that cannot be folded."""
    witness, state, head, times = Witness(), None, FIRST_HASH, {}
    seed, signed = "", {}
    for row in rows:
        try:
            event = codec.event_from_json(row.type, row.body)
            entry = Entry(row.seq, row.contest_ns, event)
            after = apply(state, entry)
        except Exception as error:
            # Whatever the fold stumbles over, the one who holds the log has to hear of which row it was.
            raise ValueError(f"row {row.seq} ({row.type}) cannot be folded: {error}") from error
        if isinstance(event, ContestCreated):
            seed = event.draw_seed
        if isinstance(event, Certified):
            signed[event.role] = row.wall_time
        witness.saw(state, entry, after, row.wall_time)
        state, head, times[row.seq] = after, row.hash, row.wall_time
    if state is None:
        raise ValueError("the log is empty: there is no contest in it")
    decisions = witness.decisions(state)
    book = state.rulebook
    return Result(
        contest=state.contest,
        title=book.title,
        subtitle=book.subtitle,
        language=book.language,
        began=times[1],
        ended=times[state.seq],
        rehearsal=state.rehearsal,
        certified=state.frozen,
        signatures=tuple(Signature(role, name, signed.get(role, "")) for role, name in state.certified),
        places=_places(state, decisions),
        rounds=tuple(rules.title for rules in book.rounds),
        names={one.seat: one.name for one in book.contestants},
        judges={one.number: one.name for one in book.judges},
        sums=_sums(state),
        entries=_entries(state, times),
        rulings=tuple(RulingLine(times[record.seq], record) for record in state.records),
        fouls=witness.fouls(state),
        corrections=witness.corrections(state),
        undone=witness.undone(state),
        panels=witness.panels(state),
        verdicts=witness.verdicts(state),
        decisions=decisions,
        events=state.seq,
        head=head,
        draw_seed=seed,
        version=__version__,
    )


def _places(state: State, decisions: tuple[Decision, ...]) -> tuple[Place, ...]:
    rows = standings(state)
    place_of = {row.seat: row.place for row in rows}
    score_of = {row.seat: row.score_cp for row in rows}

    def parted(seat: int, one: Decision) -> bool:
        """True when this tie-break is why the seat has another place than somebody of the same score."""
        seats = [other for cell in one.cells for other in cell]
        return (
            one.stands
            and seat in seats
            and all(score_of[other] == score_of[seat] for other in seats)
            and any(place_of[other] != place_of[seat] for other in seats)
        )

    found = []
    for row in rows:
        who = state.rulebook.contestant(row.seat)
        decided = next((one for one in reversed(decisions) if parted(row.seat, one)), None)
        found.append(
            Place(row.place, row.shared, row.seat, who.number, who.name, who.unit, row.score_cp, decided)
        )
    return tuple(found)


def _sums(state: State) -> tuple[Sum, ...]:
    base_cp, count = state.rulebook.base_cp, len(state.rulebook.rounds)
    totals = scores(state)
    found = []
    for seat in state.rulebook.seats:
        by_round = [0] * count
        other_cp = 0
        for entry in state.entries:
            if entry.seat != seat:
                continue
            if entry.go and 0 <= entry.round_index < count:
                by_round[entry.round_index] += entry.change_cp
            else:
                other_cp += entry.change_cp
        found.append(Sum(seat, base_cp, tuple(by_round), other_cp, totals[seat]))
    return tuple(found)


def _entries(state: State, times: dict[int, str]) -> tuple[EntryLine, ...]:
    running = {seat: state.rulebook.base_cp for seat in state.rulebook.seats}

    def line(entry: ScoreEntry) -> EntryLine:
        running[entry.seat] += entry.change_cp
        return EntryLine(
            entry.seq,
            times[entry.seq],
            entry.contest_ns,
            entry.seat,
            entry.round_index if entry.go else NO_ROUND,
            entry.question_id,
            entry.cause,
            entry.change_cp,
            running[entry.seat],
        )

    return tuple(line(entry) for entry in state.entries)
