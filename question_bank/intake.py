"""Has files of strangers read in a process apart, and takes nothing from it on trust."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from question_bank import tables
from question_bank.intake_process import MB, limits_for
from question_bank.tables import RowError

_ROOT = Path(__file__).resolve().parent.parent
_LIMITS = ("MAX_FILE_BYTES", "MAX_UNPACKED_BYTES", "MAX_ROWS", "MAX_COLUMNS", "MAX_CELL_CHARACTERS")
MAX_FILE_BYTES = 1024 * MB
"""The largest file that is opened at all: a ZIP with its media."""
MAX_LINE_BYTES = 512 * 1024
MAX_ANSWER_BYTES = 1024 * MB
# By the wall a file may wait for a slow machine, a full disk, and for us; by the processor it may not.
_WALL_LEAST_S, _WALL_FACTOR = 30.0, 60.0
_TOO_LONG = {-getattr(signal, name) for name in ("SIGPROF", "SIGXCPU", "SIGALRM") if hasattr(signal, name)}


@dataclass(frozen=True, slots=True)
class Job:
    """One file to be read. `size` in bytes; `unpack`: an empty folder of ours for what a ZIP holds."""

    path: Path
    format: str | None
    size: int
    unpack: Path


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the process apart says of a file: what it is ("row", "error", "note", "rows", "at") and its data."""

    job: Job
    kind: str
    data: Mapping[str, Any]

    def error(self) -> RowError:
        """The RowError of an "error" or a "note"."""
        return _row_error(self.data)


def job_of(path: Path, format: str | None, unpack: Path) -> Job | RowError:
    """A file as a job, or why it is none: not there, not to be read, no plain file, too large."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe or a device would never end, or never begin.
            return RowError(path.name, "no_file")
    except (OSError, ValueError) as error:
        return RowError(path.name, "unreadable", allowed=getattr(error, "strerror", None) or str(error))
    if status.st_size > MAX_FILE_BYTES:
        return RowError(path.name, "file_size", found=f"> {MAX_FILE_BYTES}", allowed=str(MAX_FILE_BYTES))
    return Job(path, format, status.st_size, unpack)


def read(jobs: Sequence[Job], defaults: Mapping[str, Any]) -> Generator[Item, None, None]:
    """What the files say, in order. A file that ends its process is told as an error; the others are read after it.

    Ends the process when the iterator is closed, on Ctrl-C too. Raises OSError when no process can be started.
    """
    left = list(jobs)
    while left:
        done = yield from _read_some(left, defaults)
        left = left[done:]


def _read_some(jobs: Sequence[Job], defaults: Mapping[str, Any]) -> Generator[Item, None, int]:
    """As many of the files as one process lives to answer for; how many these are, at least 1."""
    at, done, failed = 0, 0, ""
    wall_s = max(_WALL_LEAST_S, _WALL_FACTOR * sum(limits_for(job.size)[0] for job in jobs))
    with _process(jobs, defaults, wall_s) as (process, expired):
        try:
            for message in _messages(process.stdout):
                kind = message["t"]
                if kind == "file":
                    at = int(message["number"])
                    if not done <= at < len(jobs):
                        raise ValueError(f"file {at}")
                elif kind == "done":
                    done = at + 1
                elif kind == "ended":
                    yield _ended(jobs[at], str(message["code"]), str(message["found"]))
                else:
                    yield Item(jobs[at], kind, message)
        except (ValueError, KeyError, TypeError, IndexError):
            # What came is not what we say over this pipe: the file has got hold of its reader.
            failed = "intake_answer"
        if not failed and done < len(jobs):
            status = process.wait()
            failed = "intake_time" if expired.is_set() or status in _TOO_LONG else "intake_ended"
    if failed:
        at = min(max(at, done), len(jobs) - 1)
        yield _ended(jobs[at], failed, "")
        done = at + 1
    return done


@contextlib.contextmanager
def _process(
    jobs: Sequence[Job], defaults: Mapping[str, Any], wall_s: float
) -> Generator[tuple[subprocess.Popen[bytes], threading.Event], None, None]:
    job = {
        "files": [
            {
                "path": os.path.abspath(j.path),
                "shown": j.path.name,
                "format": j.format,
                "size": j.size,
                "unpack": str(j.unpack),
            }
            for j in jobs
        ],
        "defaults": dict(defaults),
        "limits": {name: getattr(tables, name) for name in _LIMITS},
        "file_bytes": 256 * MB,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "question_bank.intake_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        # Ctrl-C at the terminal reaches the parent alone, which then ends this process.
        start_new_session=True,
        env=_environment(),
    )
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        process.kill()

    timer = threading.Timer(wall_s, expire)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # ended before it read its job: told by its status
            process.stdin.write(json.dumps(job).encode())
            process.stdin.close()
        yield process, expired
    finally:
        timer.cancel()
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        process.wait()


def _environment() -> dict[str, str]:
    """The environment without what is secret in it: a passphrase of ours is nothing for a reader of foreign files."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FIRSTPRESS_")}
    # One heap: glibc would set aside 64 MB of addresses for each thread, and those count.
    return {
        **kept,
        "MALLOC_ARENA_MAX": "1",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
    }


def _messages(stream: BinaryIO | Any) -> Iterator[dict[str, Any]]:
    """The lines of the pipe. Raises ValueError when one is not what it should be."""
    total = 0
    while line := stream.readline(MAX_LINE_BYTES):
        total += len(line)
        if not line.endswith(b"\n") or total > MAX_ANSWER_BYTES:
            raise ValueError("a line without an end, or too many of them")
        message = json.loads(line)
        if not isinstance(message, dict) or not isinstance(message.get("t"), str):
            raise ValueError("not a message")
        if message["t"] in ("error", "note"):
            _row_error(message)
        yield message


def _row_error(data: Mapping[str, Any]) -> RowError:
    values = {name: data[name] for name in RowError.__dataclass_fields__}
    row = values["row"]
    if not all(v is None or isinstance(v, str) for k, v in values.items() if k != "row"):
        raise ValueError("not an error")
    if row is not None and (not isinstance(row, int) or isinstance(row, bool)):
        raise ValueError("not a row")
    error = RowError(**values)
    error.text()  # KeyError for a code that there is not
    return error


def _ended(job: Job, code: str, found: str) -> Item:
    seconds, memory = limits_for(job.size)
    allowed = {"intake_time": f"{seconds:.0f} s", "intake_memory": f"{memory // MB} MB"}.get(code, "")
    error = RowError(job.path.name, code, found=found, allowed=allowed)
    return Item(job, "error", {name: getattr(error, name) for name in RowError.__dataclass_fields__})
