"""Pictures of the contest file, kept in the data folder beside the questions' files, and who may see which of them.

A contestant's photo, a logo and sponsors are public from the start. A question's file is a part of the question:
nobody gets it before the question has been presented.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from question_bank.media_files import FOLDER, KINDS, ending_of

from .game.paper import Paper
from .game.state import State
from .media_names import TYPES, is_picture, kept_file, of_a_question

__all__ = ["TYPES", "of_a_question"]

LARGEST_PICTURE = 5 * 1024 * 1024


class BadPicture(ValueError):
    """A file that cannot be a picture of the contest: `found` and `allowed` as a message says them."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found = found
        self.allowed = allowed


def picture_name(what: str, path: Path) -> str:
    """The name under which the picture at `path` is kept. `what`: "photo-3", "logo", "sponsor-1". Raises BadPicture."""
    return _name(what, _read(path))


def keep_pictures(data: Path, sources: Mapping[str, Path]) -> None:
    """Copy pictures into the data folder; on disk when this returns. One that is there already stays.

    Args:
        data: the data folder.
        sources: name (see `picture_name`) → the file it was made of.
    Raises BadPicture when a file is no longer what it was when its name was made, OSError when the disk refuses.
    """
    folder = data / FOLDER
    if sources:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, path in sources.items():
        content = _read(path)
        if _name(name.rpartition("-")[0], content) != name:
            raise BadPicture(f"{path}, which has just changed", "a picture that stays as it is: start again")
        target = folder / name
        if target.is_file() and target.read_bytes() == content:
            continue
        half = folder / f".{name}.part"
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)


def media_file(data: Path, name: str) -> Path | None:
    """The kept file of that name; None for any name that is not one of ours, or has no file.

    Whether it may be seen now is `may_be_seen`'s to say.
    """
    return kept_file(data / FOLDER, name)


def may_be_seen(state: State, name: str) -> bool:
    """True for what anybody may have now: the contest's own pictures, and files of questions presented so far."""
    return is_picture(name) or name in state.media_shown


def missing_files(data: Path, paper: Paper) -> list[str]:
    """Ids of the questions whose file is not in the data folder."""
    asked = [(one.public.id, one.public.media) for one in paper.values()]
    return [name for name, media in asked if media is not None and media_file(data, media.file) is None]


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise BadPicture("no such file", "a picture beside the contest file")
        with path.open("rb") as file:
            content = file.read(LARGEST_PICTURE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, BadPicture):
            raise
        raise BadPicture(
            f"a file that cannot be read ({error})", "a picture beside the contest file"
        ) from None
    if len(content) > LARGEST_PICTURE:
        raise BadPicture("a larger file", f"a picture of at most {LARGEST_PICTURE // 1024 // 1024} MB")
    return content


def _name(what: str, content: bytes) -> str:
    ending = ending_of(content[:64])
    if ending is None or KINDS[ending] != "image":
        raise BadPicture("a file that is no such picture", "PNG, JPEG or WebP")
    return f"{what}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
