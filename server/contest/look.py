"""The look in a contest file: a customer's colours with the contrast they give, logo and sponsors; and its pictures."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..game.rulebook import Look
from ..media import BadPicture, picture_name
from .lines import Where
from .reader import Reader, Several, Unfit
from .rounds import TEXT

THEMES = ("stage", "hall", "customer")
SETTINGS = ("ground", "accent", "logo", "sponsors")
INK, PAPER = "#0c1220", "#f4f1ea"
"""What text is written in: display/shared/tokens.css has the same two."""
TEXT_LEAST, SHAPE_LEAST = 7.0, 3.0
MOST_SPONSORS = 8
BESIDE = "the name of a picture beside the contest file, or in a folder there: no absolute path, no .."


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as web pages write it."""

    @property
    def allowed(self) -> str:
        return 'a colour as "#rrggbb"'

    def take(self, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise Unfit
        return value.lower()


def look_of(
    read: Reader, document: Mapping[str, Any], theme: str, folder: Path, pictures: dict[str, Path]
) -> Look:
    """The [look] table. Its pictures are entered in `pictures`: name in the data folder → file."""
    where: Where = ("look",)
    table = read.table(document, "look")
    read.known(table, where, SETTINGS)
    colours = {}
    for key in ("ground", "accent"):
        needed = theme == "customer" or "ground" in table or "accent" in table
        if needed and read.fine(where):
            colours[key] = read.needed(table, key, where, Colour(), "")
    ground, accent = colours.get("ground", ""), colours.get("accent", "")
    _check_contrast(read, ground, accent)
    logo = read.take(table, "logo", where, TEXT, "")
    sponsors = read.take(table, "sponsors", where, Several(TEXT, MOST_SPONSORS), ())
    kept = [
        picture(read, written, (*where, "sponsors"), f"sponsor-{number}", folder, pictures)
        for number, written in enumerate(sponsors, start=1)
    ]
    return Look(
        ground,
        accent,
        picture(read, logo, (*where, "logo"), "logo", folder, pictures) if logo else "",
        tuple(name for name in kept if name),
    )


def _check_contrast(read: Reader, ground: str, accent: str) -> None:
    """Everything is read from thirty metres: text, and the shapes that carry meaning, must stand out."""
    best = text_contrast(ground) if ground else 0.0
    if ground and best < TEXT_LEAST:
        allowed = f"a colour on which ink or paper has a contrast of {TEXT_LEAST:g}:1: darker, or lighter"
        read.wrong(("look", "ground"), ground, f"{allowed} (this one has {_ratio(best)})")
    if not accent:
        return
    best = text_contrast(accent)
    if best < TEXT_LEAST:
        allowed = f"a colour on which ink or paper has a contrast of {TEXT_LEAST:g}:1"
        read.wrong(("look", "accent"), accent, f"{allowed} (this one has {_ratio(best)})")
    elif ground and contrast(ground, accent) < SHAPE_LEAST:
        allowed = f"a colour that has a contrast of {SHAPE_LEAST:g}:1 with the ground"
        read.wrong(("look", "accent"), accent, f"{allowed} (this one has {_ratio(contrast(ground, accent))})")


def text_contrast(ground: str) -> float:
    """The contrast of text on a ground: ink or paper, whichever is better."""
    return max(contrast(ground, INK), contrast(ground, PAPER))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours "#rrggbb" by WCAG 2: from 1, for equal ones, to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ratio(value: float) -> str:
    """Rounded down: what falls short must not read as if it did not."""
    return f"{math.floor(value * 10) / 10:.1f}:1"


def picture(
    read: Reader, written: str, where: Where, what: str, folder: Path, pictures: dict[str, Path]
) -> str:
    """The name that a picture will have in the data folder; "" for a mistake, which is noted.

    what: see `media.picture_name`. `pictures`: the file is entered there, by its name.
    """
    path = Path(written)
    if path.is_absolute() or ".." in path.parts or "\\" in written or re.match(r"[A-Za-z]:", written):
        read.wrong(where, written, BESIDE)
        return ""
    path = folder / path
    try:
        # A link may lead out of the folder too.
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BadPicture(f"a link to {path.resolve()}", BESIDE)
        name = picture_name(what, path)
    except BadPicture as error:
        read.wrong(where, written, f"{error.allowed} (found {error.found})")
        return ""
    except (OSError, ValueError, RuntimeError) as error:  # names too long, links in a circle
        read.wrong(where, written, f"{BESIDE} ({error})")
        return ""
    pictures[name] = path
    return name
