"""The names under which files are kept beside the log, and what they say. Knows no contest; the audience's process uses it."""

from __future__ import annotations

import re
from pathlib import Path

TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
"""Ending of a kept file → its MIME type, for whoever serves it."""

_QUESTION = re.compile(
    rf"q-[0-9a-f]{{32}}\.(?:{'|'.join(TYPES)})"
)  # as question_bank.media_files.NAME; a test compares
_PICTURE = re.compile(r"(photo-[1-9]|logo|sponsor-[1-8])-[0-9a-f]{12}\.(?:png|jpg|webp)")


def kept_file(folder: Path, name: str) -> Path | None:
    """The file of that name in the folder; None for any name that is not one of ours, or has no file."""
    if not is_picture(name) and not of_a_question(name):
        return None
    path = folder / name
    return path if path.is_file() and not path.is_symlink() else None


def is_picture(name: str) -> bool:
    """True for a picture of the contest itself (a photo, a logo, a sponsor): public from the start."""
    return _PICTURE.fullmatch(name) is not None


def of_a_question(name: str) -> bool:
    """True for a question's file: no proxy and no disk may keep it, and nobody sees it before the question."""
    return _QUESTION.fullmatch(name) is not None
