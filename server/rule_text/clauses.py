"""One rule in the three lengths people meet it in; who says a setting is written beside how it is said."""

from __future__ import annotations

from dataclasses import dataclass

from ..game.rulebook import Text
from .wording import sentence, signed, tidy

MUST, SHOULD, MAY = 0, 1, 2
"""How much a short line belongs on the slide: what does not fit goes first among the last of these."""


@dataclass(frozen=True, slots=True)
class Short:
    """A fragment of the slide: up to 22 Chinese characters and 60 English ones."""

    zh: str
    en: str
    rank: int = SHOULD


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule. `says`: the settings that it puts into words; `text`: a whole sentence for the card and the voice.

    `aloud`: False where only the card says it, because nobody on stage needs to hear it.
    """

    says: tuple[str, ...]
    text: Text
    short: tuple[Short, ...] = ()
    aloud: bool = True


@dataclass(frozen=True, slots=True)
class PointsRow:
    """A row of the card's table of points: what happens, and what it does to the score."""

    what: Text
    change: Text


def clause(says: str, zh: str, en: str, short: Short | tuple[Short, ...] = (), aloud: bool = True) -> Clause:
    """A clause from sentences as they were filled. `says`: names of settings, separated by blanks."""
    shorts = (short,) if isinstance(short, Short) else short
    return Clause(tuple(says.split()), Text(tidy(zh), sentence(en)), shorts, aloud)


def brief(rank: int, zh: str, en: str) -> Short:
    """A fragment for the slide: no blanks around figures in Chinese, no capital yet in English."""
    return Short(zh.replace(" ", ""), en, rank)


def change_row(zh: str, en: str, points_cp: int) -> PointsRow:
    """A row of points that is one figure: +10, −10, 0."""
    change = signed(points_cp)
    return PointsRow(Text(zh, en), Text(change, change))
