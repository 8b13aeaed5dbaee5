"""A contest to play in tests: commands in, state out, with a clock in the test's hand and no disk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.contest.file import PRESET, read_contest
from server.game import commands as c
from server.game.decide import Refused, decide
from server.game.events import ContestCreated, Event, PressSeen
from server.game.fold import apply
from server.game.paper import Answer, Item, Media, PublicQuestion, SealedQuestion, Slot
from server.game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Rulebook, Scenario, questions_in
from server.game.standings import scores
from server.game.state import Entry, State

S = 1_000_000_000
MARK_ITEMS = (Item("问候并确认身份", 400), Item("安抚情绪", 600), Item("给出方案", 1000))


def book(*rounds: RoundRules, **settings: Any) -> Rulebook:
    """The default preset without a tie-break, with other rounds and settings where they are given."""
    preset = replace(read_contest(PRESET), tie_break=None)
    if rounds:
        settings["rounds"] = rounds
    return replace(preset, **settings)


def rules(kind: str, **settings: Any) -> RoundRules:
    """A round of the default preset with some settings changed."""
    found = next(one for one in read_contest(PRESET).rounds if one.kind == kind)
    return replace(found, **settings)


def sealed(question_id: str, kind: str) -> SealedQuestion:
    form = "scenario" if kind == "scenario" else "single"
    options = () if kind == "scenario" else ("甲", "乙", "丙", "丁")
    public = PublicQuestion(
        question_id, form, f"题目 {question_id}", options, "基础业务", 3 if not options else 0
    )
    answer = Answer(f"SECRET-{question_id}", ("B",), f"SECRET-WHY-{question_id}")
    return SealedQuestion(
        public, answer, MARK_ITEMS if kind == "scenario" else (), f"SECRET-SOURCE-{question_id}"
    )


def slots_for(rulebook: Rulebook) -> list[Slot]:
    """A paper with a question for every go, the boards, the reserve and the tie-break."""
    slots, seats = [], len(rulebook.seats)
    for index, one in enumerate(rulebook.rounds):
        pick, pool = getattr(one, "pick", "drawn"), getattr(one, "pool", 0)
        keys: list[tuple[int | None, int | None, int | None]] = []  # value, number, seat
        if isinstance(one, Risk):
            keys = [(value, None, None) for value in one.values_cp for _ in range(seats)]
        elif pick == "number":
            keys = [(None, number + 1, None) for number in range(pool)]
        elif pick == "choose":
            keys = [(None, number + 1, seat) for seat in rulebook.seats for number in range(pool)]
        else:
            keys = [(None, None, None)] * questions_in(one, seats)
        keys += [(None, None, None)] * getattr(one, "reserve", 0)
        slots += [Slot(index, f"{one.kind}-{index}-{n}", *key) for n, key in enumerate(keys)]
    if rulebook.tie_break is not None:
        last = len(rulebook.rounds)
        slots += [Slot(last, f"tie_break-{last}-{n}") for n in range(rulebook.tie_break.reserve)]
    return slots


def with_media(play: Play, *kinds: str | None) -> Play:
    """Give the questions of the paper a picture, sound or film, these kinds in turn; None for none."""
    for number, (key, one) in enumerate(play.paper.items()):
        kind = kinds[number % len(kinds)]
        media = Media(kind, f"q-{number:032x}.png", f"说明 {key}") if kind else None
        play.paper[key] = replace(one, public=replace(one.public, media=media))
    return play


class Play:
    """One contest; `do` raises Refused where the rules say no."""

    def __init__(self, rulebook: Rulebook | None = None) -> None:
        rulebook = rulebook or book()
        slots = slots_for(rulebook)
        self.paper = {
            slot.question_id: sealed(slot.question_id, slot.question_id.split("-")[0]) for slot in slots
        }
        self.now_ns = 0
        self.chance = 12345
        self.log: list[Entry] = []
        self.state: State = None  # type: ignore[assignment]
        self._store([ContestCreated("test", rulebook, tuple(slots), "seed")])

    def _store(self, events: list[Event]) -> None:
        for event in events:
            entry = Entry(len(self.log) + 1, self.now_ns, event)
            self.log.append(entry)
            self.state = apply(self.state, entry)

    def do(self, *commands: c.Command) -> State:
        for command in commands:
            self._store(decide(self.state, command, self.now_ns, self.paper, self.chance))
        return self.state

    def after(self, seconds: float) -> Play:
        """Let time pass, and the machine notice it."""
        self.now_ns += round(seconds * S)
        self.do(c.Tick())
        return self

    def refused(self, command: c.Command) -> str:
        """The reason (Chinese) why `command` cannot be done now; the state must not change."""
        before = self.state
        try:
            self.do(command)
        except Refused as refusal:
            assert self.state is before
            assert refusal.reason.zh and refusal.reason.en
            return refusal.reason.zh
        raise AssertionError(f"{command} was not refused")

    def score(self, seat: int) -> float:
        return scores(self.state)[seat] / 100

    def scores(self) -> list[float]:
        return [total / 100 for total in scores(self.state).values()]

    def press(self, seat: int, *others: tuple[int, int]) -> State:
        """The timing core's verdict: `seat` first, others as (seat, lag in µs)."""
        presses = (
            PressSeen(seat, 0, 50_000, "first"),
            *(PressSeen(other, lag_us * 1000, 50_000, "after") for other, lag_us in others),
        )
        lead_ns = others[0][1] * 1000 if others else None
        return self.verdict("winner", (seat,), presses, lead_ns)

    def verdict(
        self,
        outcome: str,
        seats: tuple[int, ...],
        presses: tuple[PressSeen, ...] = (),
        lead_ns: int | None = None,
    ) -> State:
        arming = self.state.buzz.arming
        assert arming is not None
        report = c.ReportVerdict(
            arming,
            outcome,
            seats,
            lead_ns,
            100_000 if lead_ns else None,
            presses,
            {"final": {"why": "watermarks"}},
        )
        return self.do(report)

    def foul(self, seat: int, arming: str | None = None) -> State:
        arming = arming or self.state.buzz.arming
        assert arming is not None
        return self.do(c.ReportFoul(arming, seat, 120_000_000))

    def to_round(self, index: int) -> Play:
        """Straight to a round whose forerunners are void."""
        while self.state.round_index < index:
            self.do(c.StartRound())
            if self.state.round_index == index:
                break
            self.void_round()
        return self

    def void_round(self) -> None:
        """Every go of the round in hand, all of them void."""
        rules_now = self.state.round
        assert rules_now is not None
        for _ in range(questions_in(rules_now, len(self.state.rulebook.seats)) - self.state.goes):
            if isinstance(rules_now, BuzzIn):
                self.do(c.Present(), c.Rule("void"))
            elif isinstance(rules_now, Risk):
                self.do(c.CallTurn(), c.Rule("declined"))
            elif isinstance(rules_now, Scenario | Compulsory):
                self.do(c.CallTurn(), c.Present(), c.Rule("void"))
