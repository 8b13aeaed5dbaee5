"""The draw: which questions make up a paper, decided by a seed and by nothing else. Pure.

Method `firstpress-draw-2`, by which papers are drawn: the lot of a question is
SHA-256("firstpress-draw-2" LF seed LF words LF question id), in UTF-8. Every line of the blueprint takes the lowest
lots among the questions that fit it and that no line has taken: what is needed first, the line (or the part of a
line that asks for a level or an area) with the fewest fitting questions before the others, the order of the
blueprint where they are equal; then the spare ones, one for each line in turn. An area that has given
`max_per_area` questions to a line is passed over. A line's questions stand in the order of their lots, spare ones
last. `words` are said in public after the seed's hash was published ("" for none), so that whoever chose the seed
could not know the outcome either.

Method `firstpress-draw-1`, by which older contests were drawn, and which anybody can repeat with a SHA-256 tool: every
question gets the lot SHA-256("firstpress-draw-1" LF seed LF question id), all in UTF-8; within each pool (a round, or a
value of the risk round) the questions with the lowest lots are drawn, lowest first. The lot depends on the seed and the
id alone, so neither the order of the bank, nor the platform, nor another pool can change the outcome.
The seed must be made public only after the bank is closed: who knows it beforehand could choose ids to suit.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from question_bank.blueprint import Drawable, Entry, Line
from question_bank.question import RISK_VALUES, ROUNDS, Question

METHOD = "firstpress-draw-1"
METHOD_2 = "firstpress-draw-2"

# {"compulsory": 10, "risk": {10: 5, 20: 5, 30: 5}}: the risk round asks for questions by value.
Blueprint = Mapping[str, int | Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A pool that cannot give what the blueprint asks for. `value` is None outside the risk round.

    line: the key of the line whose wishes (levels, areas ...) leave too few, "" where the pool itself is too small.
    """

    round: str
    value: int | None
    needed: int
    available: int
    line: str = ""

    def text(self) -> str:
        """One clause for people."""
        pool = self.round if self.value is None else f"{self.round} {self.value}"
        missing = self.needed - self.available
        if self.line:
            return f"line {self.line} ({pool}): {self.needed} needed, {self.available} fit, {missing} missing"
        return f"{pool}: {self.needed} needed, {self.available} in the bank, {missing} missing"


class NotEnoughQuestions(ValueError):
    """The bank is too small for the blueprint. `shortages` names every pool that falls short."""

    def __init__(self, shortages: Iterable[Shortage]) -> None:
        self.shortages = tuple(shortages)
        super().__init__("not enough questions: " + "; ".join(s.text() for s in self.shortages))


@dataclass(frozen=True, slots=True)
class Paper:
    """The questions of one contest, in the order in which each round asks them."""

    seed: str
    method: str
    questions: tuple[Question, ...]

    def of(self, round: str, value: int | None = None) -> tuple[Question, ...]:
        """The questions of one round (and value), in drawn order."""
        return tuple(q for q in self.questions if q.round == round and value in (None, q.value))


def lot(seed: str, question_id: str) -> str:
    """The lot of one question: 64 hexadecimal digits; the lowest is drawn first."""
    return hashlib.sha256(f"{METHOD}\n{seed}\n{question_id}".encode()).hexdigest()


def draw(questions: Iterable[Question], blueprint: Blueprint, seed: int | str) -> Paper:
    """Draw a paper without repetition. An int seed counts as its decimal text.

    Raises ValueError for a blueprint or questions that make no sense, NotEnoughQuestions naming what is missing.
    """
    wanted = _pools(blueprint)
    seed_text = str(seed)
    if "\n" in seed_text:
        raise ValueError("the seed must be one line of text")
    pools: dict[tuple[str, int | None], list[Question]] = {pool: [] for pool in wanted}
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise ValueError(f"the id {question.id} appears twice among the questions")
        seen.add(question.id)
        pool = (question.round, question.value if question.round == "risk" else None)
        if pool in pools:
            pools[pool].append(question)
    shortages = [
        Shortage(round_, value, needed, len(pools[round_, value]))
        for (round_, value), needed in wanted.items()
        if len(pools[round_, value]) < needed
    ]
    if shortages:
        raise NotEnoughQuestions(shortages)
    drawn: list[Question] = []
    for pool, needed in wanted.items():
        # The id breaks a tie of lots, which SHA-256 does not let us see in practice.
        ranked = sorted(pools[pool], key=lambda q: (lot(seed_text, q.id), q.id))
        drawn += ranked[:needed]
    return Paper(seed_text, METHOD, tuple(drawn))


def _pools(blueprint: Blueprint) -> dict[tuple[str, int | None], int]:
    """The blueprint as {(round, value): needed}, in the order of ROUNDS whatever its own order is."""
    wanted: dict[tuple[str, int | None], int] = {}
    unknown = [name for name in blueprint if name not in ROUNDS]
    if unknown:
        raise ValueError(f"the blueprint names unknown rounds {unknown}; known: {', '.join(ROUNDS)}")
    for round_ in ROUNDS:
        if round_ not in blueprint:
            continue
        entry = blueprint[round_]
        if round_ == "risk":
            if not isinstance(entry, Mapping) or any(value not in RISK_VALUES for value in entry):
                raise ValueError(
                    f"the blueprint of risk must map the values {RISK_VALUES} to counts, got {entry!r}"
                )
            for value in sorted(entry):
                wanted[round_, value] = _count(f"risk {value}", entry[value])
        else:
            wanted[round_, None] = _count(round_, entry)
    return wanted


def _count(name: str, count: object) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueError(
            f"the blueprint asks for {count!r} questions of {name}; it must be a whole number from 0 up"
        )
    return count


# -- method 2 ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one line was given: ids in the order of their lots, the spare ones apart."""

    line: Line
    needed: tuple[str, ...]
    spare: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return self.needed + self.spare


def lot_2(seed: str, words: str, question_id: str) -> bytes:
    """The lot of one question by method 2: 32 bytes; the lowest is drawn first."""
    return hashlib.sha256(_prefix(seed, words) + question_id.encode()).digest()


class Groups:
    """A pool by what lines can tell of its questions: small, however many questions it has, but for their ids."""

    def __init__(self, entries: Iterable[Drawable] = (), *, tagged: bool = True) -> None:
        """`tagged`: whether a line may ask for tags; where none does, thousands of tags make no groups of their own."""
        self._ids: dict[tuple[Any, ...], list[str]] = {}
        self._sort = _SORT if tagged else _UNTAGGED
        for entry in entries:
            self.add(entry)

    def add(self, entry: Drawable) -> None:
        """Take one more question in."""
        sort = self._sort(entry)
        known = self._ids.get(sort)
        if known is None:
            self._ids[sort] = [entry.id]
        else:
            known.append(entry.id)

    def add_alike(self, sort: tuple[Any, ...], ids: Iterable[str]) -> None:
        """Take in questions that no line can tell apart: sort = (round, form, value, level, area, language)."""
        if ids := list(ids):
            self._ids.setdefault(sort, []).extend(ids)

    def __iter__(self) -> Iterator[tuple[Entry, list[str]]]:
        """(an entry that stands for them all, ids) for each group. The order of the groups changes no draw."""
        return ((Entry(ids[0], *sort), ids) for sort, ids in self._ids.items())

    def __len__(self) -> int:
        return sum(map(len, self._ids.values()))

    def fitting(self, line: Line) -> int:
        """How many questions may stand in a line."""
        return sum(len(ids) for like, ids in self if line.takes(like))


def shortages(entries: Iterable[Drawable] | Groups, lines: Sequence[Line]) -> list[Shortage]:
    """What the entries cannot give, by pool first; by line where the pools would do. [] when the draw can be made."""
    try:
        draw_lines(entries, lines, "")
    except NotEnoughQuestions as error:
        return list(error.shortages)
    return []


def draw_lines(
    entries: Iterable[Drawable] | Groups, lines: Sequence[Line], seed: str, words: str = ""
) -> tuple[Drawn, ...]:
    """Draw for every line, no question twice, by method 2. The outcome depends on neither order of the entries.

    Args:
        seed, words: one line of text each; words: what was said in public after the seed's hash was published.
    Raises ValueError for an id that appears twice, NotEnoughQuestions naming what is missing.
    """
    if not isinstance(entries, Groups):
        entries = Groups(entries, tagged=any(line.tags for line in lines))
    return draw_groups([entries], lines, seed, words)


def draw_groups(
    pools: Iterable[Iterable[tuple[Entry, list[str]]]], lines: Sequence[Line], seed: str, words: str = ""
) -> tuple[Drawn, ...]:
    """`draw_lines` from several pools as if they were one."""
    if "\n" in seed or "\n" in words:
        raise ValueError("seed and words must be one line of text each")
    groups = _groups_of(pools, lines)
    _check_pools(groups, lines)
    prefix, sha256 = _prefix(seed, words), hashlib.sha256
    for group in groups:
        group.lots = [(sha256(prefix + name.encode()).digest(), name) for name in group.ids]
        heapq.heapify(group.lots)
    hands = [_Hand(line, [group for group in groups if line.takes(group.like)]) for line in lines]
    # The narrowest wish first: whoever takes anything must not take what another cannot do without.
    units = [(unit, hand) for hand in hands for unit in hand.units]
    for unit, hand in sorted(units, key=lambda pair: pair[0].eligible):
        hand.take(unit)
    missing = [hand.shortage() for hand in hands if len(hand.needed) < hand.line.count]
    if missing:
        raise NotEnoughQuestions(missing)
    # Spare questions go round: one for each line, then a second for each.
    for turn in range(max((line.spare for line in lines), default=0)):
        for hand in hands:
            if turn < hand.line.spare:
                hand.take_spare()
    return tuple(Drawn(hand.line, _in_order(hand.needed), _in_order(hand.spare)) for hand in hands)


_Lot = tuple[bytes, str]
_UNTAGGED = attrgetter("round", "form", "value", "level", "area", "language")
_SORT = attrgetter("round", "form", "value", "level", "area", "language", "tags")


@dataclass(slots=True)
class _Group:
    """Questions that differ in their ids alone, as far as a line can tell. `lots`: a heap of those not taken yet."""

    like: Entry
    ids: list[str]
    lots: list[_Lot]


class _Unit:
    """So many questions of a line, out of the groups that fit. `eligible`: how many questions those have."""

    def __init__(self, count: int, groups: Iterable[_Group]) -> None:
        self.count = count
        self._groups = list(groups)
        self.eligible = sum(len(group.ids) for group in self._groups)
        self._heads: list[tuple[_Lot, int]] | None = None

    def lowest(self, full: Callable[[str], bool]) -> tuple[_Lot, Entry] | None:
        """The lowest lot that is left, taken out; None when there is none. `full`: areas that give no more."""
        if self._heads is None:
            self._heads = [(group.lots[0], at) for at, group in enumerate(self._groups) if group.lots]
            heapq.heapify(self._heads)
        heads = self._heads
        while heads:
            lot, at = heapq.heappop(heads)
            group = self._groups[at]
            if not group.lots or full(group.like.area):
                continue  # an area that is full stays full, so its groups need not come back
            if group.lots[0] == lot:
                heapq.heappop(group.lots)
                if group.lots:
                    heapq.heappush(heads, (group.lots[0], at))
                return lot, group.like
            heapq.heappush(heads, (group.lots[0], at))  # another line has taken that one
        return None


class _Hand:
    """What a line may take and has taken."""

    def __init__(self, line: Line, groups: list[_Group]) -> None:
        self.line = line
        self.needed: list[_Lot] = []
        self.spare: list[_Lot] = []
        self._areas: dict[str, int] = {}
        parts = [
            _Unit(part.count, (group for group in groups if part.takes(group.like))) for part in line.parts
        ]
        self._any = _Unit(line.count - sum(part.count for part in line.parts), groups)
        self.units = [*parts, self._any]

    def take(self, unit: _Unit) -> None:
        self.needed += [lot for _ in range(unit.count) if (lot := self._take(unit)) is not None]

    def take_spare(self) -> None:
        lot = self._take(self._any)
        if lot is not None:
            self.spare.append(lot)

    def _take(self, unit: _Unit) -> _Lot | None:
        found = unit.lowest(self._full)
        if found is None:
            return None
        lot, like = found
        self._areas[like.area] = self._areas.get(like.area, 0) + 1
        return lot

    def _full(self, area: str) -> bool:
        most = self.line.max_per_area
        return most is not None and self._areas.get(area, 0) >= most

    def shortage(self) -> Shortage:
        return Shortage(self.line.round, self.line.value, self.line.count, len(self.needed), self.line.key)


def _in_order(lots: list[_Lot]) -> tuple[str, ...]:
    return tuple(name for _, name in sorted(lots))


def _prefix(seed: str, words: str) -> bytes:
    return f"{METHOD_2}\n{seed}\n{words}\n".encode()


def _pool(round_: str, value: int | None) -> tuple[str, int | None]:
    return round_, value if round_ == "risk" else None


def _groups_of(pools: Iterable[Iterable[tuple[Entry, list[str]]]], lines: Sequence[Line]) -> list[_Group]:
    """The groups that some line may take, none of them twice."""
    rounds = {line.round for line in lines}
    found = [_Group(like, ids, []) for pool in pools for like, ids in pool if like.round in rounds]
    count = sum(len(group.ids) for group in found)
    if len(set().union(*(group.ids for group in found))) != count:
        names = Counter(name for group in found for name in group.ids)
        twice = next(name for name, times in names.items() if times > 1)
        raise ValueError(f"the id {twice} appears twice among the questions")
    return found


def _check_pools(groups: Iterable[_Group], lines: Sequence[Line]) -> None:
    needed: dict[tuple[str, int | None], int] = {}
    for line in lines:
        pool = _pool(line.round, line.value)
        needed[pool] = needed.get(pool, 0) + line.count
    available = dict.fromkeys(needed, 0)
    for group in groups:
        pool = _pool(group.like.round, group.like.value)
        if pool in available:
            available[pool] += len(group.ids)
    missing = [
        Shortage(*pool, count, available[pool]) for pool, count in needed.items() if available[pool] < count
    ]
    if missing:
        raise NotEnoughQuestions(missing)
