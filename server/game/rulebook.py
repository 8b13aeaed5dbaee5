"""The settings of one contest as values; `server/contest/file.py` reads them from a contest.toml.

Points are integer hundredths everywhere in the rules (`*_cp`, "centipoints"): judges' means go to 0.01,
and nobody disputes a score because of a float. The settings of each round: `round_rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .round_rules import (
    NS_PER_S,
    BuzzIn,
    Compulsory,
    Risk,
    RoundRules,
    Scenario,
    ScoreSheet,
    SheetGroup,
    SheetLine,
    Text,
    TieBreak,
)

__all__ = [
    "NS_PER_S",
    "BuzzIn",
    "Compulsory",
    "Contestant",
    "FreeCue",
    "Judge",
    "Look",
    "Risk",
    "RoundRules",
    "Rulebook",
    "Scenario",
    "ScoreSheet",
    "SheetGroup",
    "SheetLine",
    "Text",
    "TieBreak",
    "questions_in",
]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One finalist, bound to a seat for the whole contest. `photo`: a file's name, "" for none."""

    seat: int
    number: str
    name: str
    unit: str
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """One member of the panel; `number` is what the judge signs in with. The chief judge settles disputes."""

    number: int
    name: str
    unit: str
    chief: bool = False


@dataclass(frozen=True, slots=True)
class FreeCue:
    """A free cue of the cue sheet: something between the rounds that the machine does not judge.

    `after`: how many rounds come before it; one more than there are rounds: after the result.
    """

    title: Text
    kind: str = "speech"  # "speech" | "video" | "award" | "break"
    after: int = 0
    seconds: int = 180


@dataclass(frozen=True, slots=True)
class Look:
    """A customer's look: colours as "#rrggbb", pictures by their names in the data folder; "" for none."""

    ground: str = ""
    accent: str = ""
    logo: str = ""
    sponsors: tuple[str, ...] = ()


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
    theme: str = "stage"  # "stage" | "hall" | "customer"
    staged: bool = False  # a ruling waits with the host until it is revealed
    tie_break: TieBreak | None = None
    cues: tuple[FreeCue, ...] = ()
    look: Look = Look()

    @property
    def seats(self) -> tuple[int, ...]:
        """Seat numbers in stage order, left to right."""
        return tuple(contestant.seat for contestant in self.contestants)

    @property
    def web_seats(self) -> tuple[int, ...]:
        """Seats whose contestants may sign in to a page with a buzzer."""
        return self.seats if self.web_buzzers else ()

    @property
    def chief(self) -> Judge | None:
        """The chief judge, None where nobody was named."""
        return next((judge for judge in self.judges if judge.chief), None)

    def round_at(self, index: int) -> RoundRules | None:
        """The rules of round `index`; after the last comes the tie-break. None before the first."""
        if index < 0:
            return None
        return self.rounds[index] if index < len(self.rounds) else self.tie_break

    def contestant(self, seat: int) -> Contestant:
        """Who sits there. Raises StopIteration for a seat of no contestant."""
        return next(one for one in self.contestants if one.seat == seat)


def questions_in(rules: RoundRules, seats: int) -> int:
    """How many goes the round has with that many contestants; in a tie-break: in one pass of it."""
    match rules:
        case Compulsory():
            return rules.turns * seats
        case BuzzIn():
            return rules.questions
        case Scenario() | Risk():
            return seats
        case TieBreak():
            return rules.questions * (seats if rules.method == "in_turn" else 1)
