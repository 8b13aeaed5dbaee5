"""The single writer: command → decide → log → apply. Nothing reaches a screen but through here."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from . import codec
from .event_log import EventLog, LogFailed
from .game.commands import Command
from .game.decide import Refused, decide
from .game.events import ContestCreated, Event
from .game.fold import apply, fold
from .game.paper import Paper, SealedQuestion, Slot
from .game.rulebook import Rulebook, Text
from .game.state import Entry, State
from .paper.vault import Vault, opened

REFUSALS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker hears. Accepted means: on disk. `revision` is the log's last sequence after it."""

    accepted: bool
    revision: int
    reason: Text | None = None
    events: tuple[str, ...] = ()
    repeated: bool = False


NOT_STORED = Text(
    "记录无法写入磁盘，本次操作没有执行。请检查磁盘",
    "The log cannot be written: not done. Check the disk",
)


class Referee:
    """One contest, its log and its state. Not re-entrant: the caller lets one `submit` in at a time.

    Args:
        log: holds at least ContestCreated (see `create_contest`).
        now_ns: contest time, monotonic.
        wall_time: text for people, stored beside.
        chance: a fresh random number of 128 bits; recorded where a lot is drawn with it.
        vault: opens a sealed paper; None for one in clear.
        state: what the log folds to, where that is known already.
    """

    def __init__(
        self,
        log: EventLog,
        now_ns: Callable[[], int],
        wall_time: Callable[[], str],
        chance: Callable[[], int] = lambda: secrets.randbits(128),
        vault: Vault | None = None,
        state: State | None = None,
    ) -> None:
        self._log = log
        self._now_ns = now_ns
        self._wall_time = wall_time
        self._chance = chance
        self._refused: OrderedDict[str, Answer] = OrderedDict()
        self.state: State = state or load(log)
        self.paper: Paper = load_paper(log, vault)

    @property
    def log_failed(self) -> str | None:
        """Why nothing can be stored now, None while it can."""
        return self._log.trouble.detail if self._log.trouble else None

    def submit(self, command: Command, command_id: str | None = None) -> Answer:
        """Decide, store, apply. A repeated id gets its first answer and is never applied again."""
        if first := self.first_answer(command_id):
            return first
        now_ns = max(self._now_ns(), self.state.contest_ns)
        try:
            events = decide(self.state, command, now_ns, self.paper, self._chance())
        except Refused as refused:
            return self._remember(command_id, Answer(False, self.state.seq, refused.reason))
        if not events:
            return Answer(True, self.state.seq)
        after = self.state
        rows, wall_time = [], self._wall_time()
        for event in events:
            after = apply(after, Entry(after.seq + 1, now_ns, event))
            rows.append((now_ns, wall_time, codec.event_type(event), codec.event_to_json(event)))
        try:
            self._log.append(rows, command_id)
        except LogFailed:
            return Answer(False, self.state.seq, NOT_STORED)
        self.state = after
        return Answer(True, after.seq, events=tuple(row[2] for row in rows))

    def first_answer(self, command_id: str | None) -> Answer | None:
        """What a command of that id was answered before; None when it is new, or has no id."""
        if command_id is None:
            return None
        if command_id in self._refused:
            return self._refused[command_id]
        revision = self._log.revision_of(command_id)
        return None if revision is None else Answer(True, revision, repeated=True)

    def _remember(self, command_id: str | None, answer: Answer) -> Answer:
        if command_id is not None:
            self._refused[command_id] = answer
            while len(self._refused) > REFUSALS_KEPT:
                self._refused.popitem(last=False)
        return answer


def entries(log: EventLog) -> list[Entry]:
    """The log as entries, its chain checked on the way. Raises LogDamaged, ValueError."""
    return [
        Entry(row.seq, row.contest_ns, codec.event_from_json(row.type, row.body))
        for row in log.checked_rows()
    ]


def load(log: EventLog) -> State:
    """The state the log folds to."""
    return fold(entries(log))


def load_paper(log: EventLog, vault: Vault | None = None) -> Paper:
    """The questions of this contest, by id. Raises BankError where they are sealed and the vault is not theirs."""
    bodies = opened(log.paper(), vault)
    return {key: msgspec.json.decode(body, type=SealedQuestion) for key, body in bodies.items()}


def create_contest(
    log: EventLog,
    contest: str,
    rulebook: Rulebook,
    slots: tuple[Slot, ...],
    questions: Paper,
    draw_seed: str,
    wall_time: str,
    rehearsal: bool = False,
    vault: Vault | None = None,
) -> None:
    """Write the first event and the paper of a new contest, in one transaction; locked where there is a vault."""
    event: Event = ContestCreated(contest, rulebook, slots, draw_seed, rehearsal)
    paper = [(key, msgspec.json.encode(question).decode()) for key, question in questions.items()]
    log.append(
        [(0, wall_time, codec.event_type(event), codec.event_to_json(event))],
        paper=[(key, vault.lock(key, body)) for key, body in paper] if vault else paper,
    )
