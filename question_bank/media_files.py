"""Pictures, sounds and films: told by their first bytes, bounded in size, kept under names made of what is in them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from question_bank import messages

FOLDER = "media"
MB = 1024 * 1024
MOST_BYTES = {"image": 8 * MB, "audio": 20 * MB, "video": 200 * MB}
KINDS = {
    **dict.fromkeys(("png", "jpg", "webp"), "image"),
    **dict.fromkeys(("mp3", "ogg", "wav", "m4a"), "audio"),
    **dict.fromkeys(("mp4", "webm"), "video"),
}
"""Ending of a kept file → what it is."""
NAME = re.compile(rf"q-[0-9a-f]{{32}}\.(?:{'|'.join(KINDS)})")
_HEAD, _CHUNK = 4096, MB
_M4A = (b"M4A ", b"M4B ", b"M4P ")
_MP4 = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV")


class BadMedia(ValueError):
    """A file that no question can have: `code` is one of `question_bank.messages`."""

    def __init__(self, code: str, found: str = "", allowed: str = "") -> None:
        self.code, self.found, self.allowed = code, found, allowed
        wrong, mend = messages.what(code, allowed, "en"), messages.mend(code, allowed, "en")
        super().__init__(f"{found}: {wrong}; {mend}")


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that a question can have. `name`: under which it is kept."""

    name: str
    kind: str
    path: Path


def kind_of(name: str) -> str:
    """image, audio or video, by the name that a file is kept under."""
    return KINDS[name.rpartition(".")[2]]


def ending_of(head: bytes) -> str | None:
    """What the first bytes say a file is, whatever it is called; None for all that we do not show or play."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])
    if head[:4] == b"OggS":
        return "ogg" if head[28:35] == b"\x01vorbis" or head[28:36] == b"OpusHead" else None
    if head[4:8] == b"ftyp":
        return "m4a" if head[8:12] in _M4A else "mp4" if head[8:12] in _MP4 else None
    if head.startswith(b"\x1aE\xdf\xa3"):  # Matroska, of which WebM is a part
        return "webm" if b"webm" in head[:64] else None
    return "mp3" if head.startswith(b"ID3") or _mpeg_frame(head) else None


def _mpeg_frame(head: bytes) -> bool:
    """An MPEG audio frame of layer III with a bit rate and a sampling rate that there are."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _inside(folder: Path, written: str) -> Path:
    """The file that a sheet names, in its folder or below it. Raises BadMedia for any way out, by a link too."""
    path = Path(written)
    if path.is_absolute() or ".." in path.parts or "\\" in written or re.match(r"[A-Za-z]:", written):
        raise BadMedia("media_path", written)
    try:
        real = (folder / path).resolve()
        if not real.is_relative_to(folder.resolve()):
            raise BadMedia("media_path", written)
        if not real.is_file():
            raise BadMedia("media_missing", written)
    except (OSError, ValueError, RuntimeError) as error:  # names too long, links in a circle
        if isinstance(error, BadMedia):
            raise
        raise BadMedia("media_missing", written) from error
    return real


def media_file(folder: Path, written: str) -> MediaFile:
    """The file that a sheet in `folder` names, checked. Raises BadMedia."""
    path = _inside(folder, written)
    try:
        ending, digest = _read(path, lambda chunk: None)
    except OSError as error:
        raise BadMedia("media_unreadable", written, error.strerror or str(error)) from error
    return MediaFile(f"q-{digest[:32]}.{ending}", KINDS[ending], path)


def _read(path: Path, take: Callable[[bytes], object]) -> tuple[str, str]:
    """(ending, SHA-256) of a file, each part of it handed to `take`. Raises BadMedia, OSError."""
    total, digest, ending = 0, hashlib.sha256(), ""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        ending = ending_of(head) or ""
        if not ending:
            raise BadMedia("media_kind", path.name, ", ".join(KINDS))
        most = MOST_BYTES[KINDS[ending]]
        too_large = BadMedia("media_size", path.name, f"{most // MB} MB")
        if os.fstat(stream.fileno()).st_size > most:
            raise too_large
        part = head
        while part:
            total += len(part)
            if total > most:
                raise too_large
            digest.update(part)
            take(part)
            part = stream.read(_CHUNK)
    return ending, digest.hexdigest()


def keep(data: Path, file: MediaFile) -> None:
    """Copy a checked file into the data folder, on disk when this returns; one that is there already stays.

    Raises BadMedia where it changed since it was checked, OSError when the disk refuses.
    """
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target, half = folder / file.name, folder / f".{file.name}.part"
    if target.is_file():
        return
    try:
        with half.open("wb") as stream:
            ending, digest = _read(file.path, stream.write)
            stream.flush()
            os.fsync(stream.fileno())
        if f"q-{digest[:32]}.{ending}" != file.name:
            raise BadMedia("media_changed", file.path.name)
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
