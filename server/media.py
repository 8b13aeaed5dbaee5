"""Pictures of the contestants: checked where they lie, kept in the data folder under names made of what is in them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

FOLDER = "media"
LARGEST_PHOTO = 5 * 1024 * 1024
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
"""Ending of a kept picture → its MIME type, for whoever serves it."""

_NAME = re.compile(r"photo-[1-9]-[0-9a-f]{12}\.(?:png|jpg|webp)")


class BadPhoto(ValueError):
    """A file that cannot be a contestant's picture: `found` and `allowed` as a message says them."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found = found
        self.allowed = allowed


def photo_name(seat: int, path: Path) -> str:
    """The name under which the picture at `path` is kept for the contestant of `seat`. Raises BadPhoto."""
    return _name(seat, _read(path))


def keep_photos(data: Path, sources: Mapping[str, Path]) -> None:
    """Copy pictures into the data folder; on disk when this returns. One that is there already stays.

    Args:
        data: the data folder.
        sources: name (see `photo_name`) → the file it was made of.
    Raises BadPhoto when a file is no longer what it was when its name was made, OSError when the disk refuses.
    """
    folder = data / FOLDER
    if sources:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, path in sources.items():
        content = _read(path)
        if _name(int(name.split("-")[1]), content) != name:
            raise BadPhoto(f"{path}, which has just changed", "a picture that stays as it is: start again")
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
    """The kept picture of that name; None for any name that is not one of ours, or has no file."""
    if not _NAME.fullmatch(name):
        return None
    path = data / FOLDER / name
    return path if path.is_file() and not path.is_symlink() else None


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise BadPhoto("no such file", "a picture beside the contest file")
        with path.open("rb") as file:
            content = file.read(LARGEST_PHOTO + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, BadPhoto):
            raise
        raise BadPhoto(f"a file that cannot be read ({error})", "a picture beside the contest file") from None
    if len(content) > LARGEST_PHOTO:
        raise BadPhoto("a larger file", f"a picture of at most {LARGEST_PHOTO // 1024 // 1024} MB")
    return content


def _name(seat: int, content: bytes) -> str:
    ending = _ending(content)
    if ending is None:
        raise BadPhoto("a file that is no such picture", "PNG, JPEG or WebP")
    return f"photo-{seat}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


def _ending(content: bytes) -> str | None:
    """What the first bytes say the picture is, whatever its file is called."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return None
