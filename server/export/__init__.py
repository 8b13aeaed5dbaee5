"""The result of a log as a file: XLSX, PDF, CSV or JSON; checked first, never half written."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from ..event_log import EventLog, LogDamaged
from ..log.evidence import rejudge
from ..referee import entries
from ..result import Result, result_of

FORMATS = ("xlsx", "pdf", "csv", "json")


class CannotWrite(Exception):
    """The file was not written; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file's content. `missing`: characters that no font of ours has; a PDF shows their numbers instead."""

    result: Result
    data: bytes
    missing: tuple[str, ...] = ()


def read_result(log_path: Path, *, judge: bool = True) -> Result:
    """The result a log stands for: its chain checked, its verdicts judged again. Raises LogDamaged as `verify` would.

    judge: False where the verdicts have been judged again just now.
    """
    try:
        log = EventLog(log_path, readonly=True)
        try:
            problem = rejudge(entries(log)).problem if judge else None
            if problem:
                raise LogDamaged(f"{log_path}: {problem}")
            return result_of(log.checked_rows())
        finally:
            log.close()
    except sqlite3.OperationalError as error:
        hint = "copy it with its -wal file to a disk of your own"
        raise LogDamaged(f"{log_path} cannot be opened ({error}); {hint}") from error
    except ValueError as error:
        raise LogDamaged(f"{log_path}: {error}") from error


def export(log_path: Path, file_format: str) -> Exported:
    """The result of a log in one of FORMATS. Raises LogDamaged; ValueError for a format that is none of them.

    The formats are loaded when they are asked for: a show that exports nothing has no use for them.
    """
    if file_format not in FORMATS:
        raise ValueError(f"no format {file_format!r}; there are {', '.join(FORMATS)}")
    result = read_result(log_path)
    if file_format == "pdf":
        from . import pdf

        return Exported(result, *pdf.to_bytes(result))
    if file_format == "xlsx":
        from . import xlsx

        return Exported(result, xlsx.to_bytes(result))
    from . import csv_, json_

    return Exported(result, {"csv": csv_, "json": json_}[file_format].to_bytes(result))


def export_bytes(log_path: Path, file_format: str) -> bytes:
    """As `export`, the content alone. Takes a second or more for a PDF: call it off the event loop."""
    return export(log_path, file_format).data


def check_free(path: Path, *, force: bool = False) -> None:
    """Raises CannotWrite where a file may not be written: a folder, or without `force` a file that is there."""
    if path.is_dir():
        raise CannotWrite(f"{path} is a folder; give the name of a file in it")
    if path.exists() and not force:
        raise CannotWrite(f"{path} is there already; --force replaces it")


def write_whole(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file whole or not at all. Raises CannotWrite, also for one that is there already, unless `force`."""
    check_free(path, force=force)
    name = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            name = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}") from error
