"""The settings of one contest as values; `server/contest_file.py` reads them from a contest.toml.

Points are integer hundredths everywhere in the rules (`*_cp`, "centipoints"): judges' means go to 0.01,
and nobody disputes a score because of a float.
"""

from __future__ import annotations

from dataclasses import dataclass

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages of the screens."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Contestant:
    """One finalist, bound to a seat for the whole contest."""

    seat: int
    number: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Judge:
    """One member of the panel; `number` is what the judge signs in with."""

    number: int
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Compulsory:
    """必答题: each contestant in seat order, `turns` times."""

    title: Text
    turns: int = 2
    right_cp: int = 1000
    wrong_cp: int = 0
    seconds: int = 30
    kind: str = "compulsory"


@dataclass(frozen=True, slots=True)
class Scenario:
    """情景模拟题: each contestant once, marked by the judges.

    With three marks or more the highest and the lowest `drop` are left out; with fewer nothing is.
    """

    title: Text
    seconds: int = 120
    max_cp: int = 2000
    drop: int = 1
    step_cp: int = 50
    kind: str = "scenario"


@dataclass(frozen=True, slots=True)
class BuzzIn:
    """抢答题: presses count after the host opened; a press between arm and open is a foul."""

    title: Text
    questions: int = 10
    right_cp: int = 1000
    wrong_cp: int = -1000
    foul_cp: int = -1000
    begin_seconds: int = 10
    finish_seconds: int = 30
    nobody_seconds: int = 15
    kind: str = "buzz_in"


@dataclass(frozen=True, slots=True)
class Risk:
    """风险题: each contestant once, from the lowest score to the highest, ties by seat; a value is staked."""

    title: Text
    values_cp: tuple[int, ...] = (1000, 2000, 3000)
    seconds: int = 60
    may_decline: bool = True
    kind: str = "risk"


RoundRules = Compulsory | Scenario | BuzzIn | Risk


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that is settled before the show."""

    title: Text
    subtitle: Text
    language: str
    base_cp: int
    contestants: tuple[Contestant, ...]
    judges: tuple[Judge, ...]
    rounds: tuple[RoundRules, ...]
    web_buzzers: bool = False  # presses on pages count; far less is known of when they were

    @property
    def seats(self) -> tuple[int, ...]:
        """Seat numbers in stage order, left to right."""
        return tuple(contestant.seat for contestant in self.contestants)

    @property
    def web_seats(self) -> tuple[int, ...]:
        """Seats whose contestants may sign in to a page with a buzzer."""
        return self.seats if self.web_buzzers else ()


def questions_in(rules: RoundRules, seats: int) -> int:
    """How many goes the round has with that many contestants."""
    match rules:
        case Compulsory():
            return rules.turns * seats
        case BuzzIn():
            return rules.questions
        case Scenario() | Risk():
            return seats
