"""Which damaged files of the log were put aside and nobody has acknowledged yet: DATA/contest.mended, a name a line.

Whoever mends writes it, often before the show is up; the console tells it until the host says that it was seen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path


def notes_path(log: Path) -> Path:
    """Where the notes of a log lie: contest.db → contest.mended."""
    return log.with_suffix(".mended")


def noted(log: Path) -> list[str]:
    """The names of the files that were put aside, oldest first. Notes that cannot be read are said and taken for none."""
    try:
        text = notes_path(log).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        _say(f"{notes_path(log)} cannot be read ({error})")
        return []
    return list(dict.fromkeys(filter(None, text.splitlines())))


def note(log: Path, names: Sequence[str]) -> None:
    """Add to the notes. A disk that does not take them must not keep the log from being mended."""
    if not names:
        return
    try:
        with notes_path(log).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}\n" for name in names)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _say(f"{', '.join(names)}: the console cannot be told of it at the next start ({error})")


def forget(log: Path, names: Collection[str]) -> None:
    """Take these out of the notes: they were acknowledged. Raises OSError."""
    left = [name for name in noted(log) if name not in names]
    if not left:
        notes_path(log).unlink(missing_ok=True)
        return
    fresh = notes_path(log).with_suffix(".mended-new")
    fresh.write_text("".join(f"{name}\n" for name in left), encoding="utf-8")
    fresh.replace(notes_path(log))


def _say(line: str) -> None:
    print(f"firstpress: {line}", file=sys.stderr, flush=True)
