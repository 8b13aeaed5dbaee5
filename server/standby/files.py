"""What a standby needs beside the log, as files: media, contest pictures, the sealed paper, names of displays, sign-ins.

A list of them with their hashes on one side; on the other, each file fetched whole, checked, and put in place at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from question_bank.media_files import FOLDER

NAMES = re.compile(
    rf"displays\.json|auth[a-z_-]{{0,32}}\.(?:json|db)|paper(?:-[0-9A-Za-z-]{{1,64}})?\.sealed|{FOLDER}/[A-Za-z0-9][A-Za-z0-9._-]{{0,120}}"
)
"""What may be asked for; nothing outside the data folder, and neither the log nor the bank."""
SQLITE = b"SQLite format 3\x00"
PART = 256 * 1024
MOST_FILES = 5000


class FileSpoilt(Exception):
    """A file that did not arrive as the list said."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the list. `digest`: SHA-256 of its content, hex."""

    name: str
    size: int
    digest: str


class Folder:
    """The files of a data folder that a standby needs. One caller at a time; reads the disk: not for an event loop."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._known: dict[str, tuple[tuple[Any, ...], Listed]] = {}

    def listed(self) -> tuple[Listed, ...]:
        """What is there now; a file is read again only when its date or size changed. Raises OSError, sqlite3.Error."""
        found: dict[str, tuple[tuple[Any, ...], Listed]] = {}
        for name in self._names():
            try:
                stamp = self._stamp(name)
                known = self._known.get(name)
                found[name] = known if known and known[0] == stamp else (stamp, self._read(name))
            except FileNotFoundError:
                continue  # taken away since it was listed
        self._known = found
        return tuple(one for _, one in found.values())

    def path_or_bytes(self, name: str) -> Path | bytes:
        """The file for sending: a database as the bytes of one moment. Raises FileNotFoundError, OSError, sqlite3.Error."""
        if not NAMES.fullmatch(name):
            raise FileNotFoundError(name)
        path = self._data / name
        if path.is_symlink() or not path.is_file():
            raise FileNotFoundError(name)
        return _database(path) if path.suffix == ".db" else path

    def _names(self) -> list[str]:
        tops = [path.name for path in self._data.iterdir()] if self._data.is_dir() else []
        media = self._data / FOLDER
        below = [f"{FOLDER}/{path.name}" for path in media.iterdir()] if media.is_dir() else []
        names = sorted(
            name for name in (*tops, *below) if NAMES.fullmatch(name) and not (self._data / name).is_symlink()
        )
        return names[:MOST_FILES]

    def _stamp(self, name: str) -> tuple[Any, ...]:
        path = self._data / name
        stamps: list[Any] = []
        for one in (path, path.with_name(f"{path.name}-wal")) if path.suffix == ".db" else (path,):
            if one.exists():
                about = one.stat()
                stamps += [about.st_mtime_ns, about.st_size, about.st_ino]
        return tuple(stamps)

    def _read(self, name: str) -> Listed:
        content = self.path_or_bytes(name)
        if isinstance(content, bytes):
            return Listed(name, len(content), hashlib.sha256(content).hexdigest())
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Listed(name, file.tell(), digest)


def _database(path: Path) -> bytes:
    """A SQLite file with what its write-ahead log holds, as the bytes of one moment.

    Never read plainly: closing such a descriptor would drop the locks of the process that writes it.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.serialize()


def digest_of(files: tuple[Listed, ...]) -> str:
    """One hash over the whole list, in any order."""
    rows = sorted((one.name, one.size, one.digest) for one in files)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def listed_from(rows: Any) -> tuple[Listed, ...]:
    """The list as it came over the line. Raises ValueError for one that asks to write anywhere else."""
    found = []
    for row in rows if isinstance(rows, list) else ():
        name, size, digest = row
        if not isinstance(name, str) or not NAMES.fullmatch(name):
            raise ValueError(f"the other machine lists a file that is none of a show's: {str(name)[:80]!r}")
        found.append(Listed(name, int(size), str(digest)))
    return tuple(found)


def keep(data: Path, file: Listed, parts: Callable[[int], bytes]) -> None:
    """Read a file to its end and put it in place, on disk when this returns.

    parts: gives the next bytes, at most so many; b"" at the end. Raises FileSpoilt, OSError.
    """
    if not NAMES.fullmatch(file.name):
        raise FileSpoilt(f"{file.name[:80]!r} is none of a show's files")
    target = data / file.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    found, size = hashlib.sha256(), 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            while part := parts(PART):
                size += len(part)
                if size > file.size:
                    raise FileSpoilt(f"{file.name} is larger than it was listed")
                found.update(part)
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        if size != file.size or found.hexdigest() != file.digest:
            raise FileSpoilt(f"{file.name} is not what it was listed as")
        if target.suffix == ".db":
            # What an earlier database of that name left beside it does not belong to this one.
            for rest in ("-wal", "-shm"):
                target.with_name(target.name + rest).unlink(missing_ok=True)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
