"""The questions of one contest as the rules see them: a public part, and a sealed part nobody gets early.

The state holds public parts only. What is sealed is handed to `decide` from outside and enters an event at
the moment of its reveal, so a fold of the log never knows an answer that the hall does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Media:
    """The picture, sound or film of a question. `file`: its name in the data folder; `alt`: what it is, in words."""

    kind: str  # "image" | "audio" | "video"
    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """What everybody may see once the question is presented."""

    id: str
    form: str  # "single" | "multiple" | "true_false" | "fill_in" | "oral" | "listening" | "scenario"
    prompt: str
    options: tuple[str, ...]
    area: str
    items: int = 0  # how many items the judges' sheet has (scenario)
    media: Media | None = None

    @property
    def plays(self) -> bool:
        """True where it has a sound or a film, which the host starts and stops."""
        return self.media is not None and self.media.kind != "image"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a judge's score sheet: a point the answer must contain, and what it is worth at most."""

    text: str
    max_cp: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes public at the reveal."""

    text: str
    keys: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class SealedQuestion:
    """A question with its answer, as the paper keeps it. The last three are for the host alone, and stay so.

    variants: other answers that count as right; brief: for whoever plays the customer of a scenario; transcript: the
    words spoken in a recording.
    """

    public: PublicQuestion
    answer: Answer
    items: tuple[Item, ...]
    source: str
    variants: tuple[str, ...] = ()
    brief: str = ""
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the paper: which question stands ready for which round (and value, for risk).

    The tie-break's questions have the index after the last round. `number`: what it is called on a board that
    contestants choose from; `seat`: whose board that is, None for a board of all.
    """

    round_index: int
    question_id: str
    value_cp: int | None = None
    number: int | None = None
    seat: int | None = None


Paper = Mapping[str, SealedQuestion]
