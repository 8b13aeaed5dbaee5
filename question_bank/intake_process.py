"""The process apart in which foreign files are read: bounds on itself first, then files as jobs, answers as JSON lines.

Started by `question_bank.intake`. Standard input: one job as JSON; standard output: one message a line.
It holds no bank, no key and no answer but those of the file; whatever a file does to it, it does to this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

MB = 1024 * 1024
_PROGRESS_S = 0.2
_EARNED_EVERY, _EARNED_S = 500, 1.0
_MOST_CPU_S = 1800


def limits_for(size_bytes: int) -> tuple[float, int]:
    """(seconds of processor, bytes of memory) that a file of that size may take before it has given any question.

    2 s and 200 MB for every file up to 1 MB. A large one gets more; and every question earns it a little time, so that
    an honest file is read to its end and one that keeps us busy for nothing is not.
    """
    megabytes = size_bytes / MB
    return min(1.9 + 0.6 * max(0.0, megabytes - 1), 300.0), int(
        min(200 + 6 * max(0.0, megabytes - 4), 1024)
    ) * MB


def _bound(memory: int, file_bytes: int) -> None:
    """Bounds of this process, as far as the system has them; it stays within them or ends."""
    try:
        import resource
    except ImportError:  # Windows has none: there the bounds of the readers and the parent's clock hold alone
        return
    for kind, bound in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, _MOST_CPU_S),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            bound = min(bound, hard)
        # macOS refuses some of them; the others still hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (bound, hard if kind == resource.RLIMIT_CPU else bound))


def _arm(seconds: float) -> None:
    """End this process after so much time of the processor, from now; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


class _Out:
    """Messages to the parent, with how far the file is read every 0.2 s."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._next_s = time.monotonic() + _PROGRESS_S
        self.rows = 0

    def send(self, message: dict[str, Any]) -> None:
        # Lone surrogates have no place in UTF-8; escaped they reach the parent, which refuses them with a reason.
        self._stream.write(json.dumps(message).encode() + b"\n")
        now_s = time.monotonic()
        if message["t"] == "row":
            self.rows += 1
            if self.rows % _EARNED_EVERY == 0 and hasattr(signal, "setitimer"):
                _arm(signal.getitimer(signal.ITIMER_PROF)[0] + _EARNED_S)
        if now_s >= self._next_s:
            self._next_s = now_s + _PROGRESS_S
            self._stream.write(json.dumps({"t": "at", "rows": self.rows}).encode() + b"\n")
            self._stream.flush()


def main() -> int:
    """Read the job, answer it. 0 when every file was answered for, by errors too."""
    job = json.loads(sys.stdin.buffer.read())
    # What readers need is loaded before the clock runs: a slow machine's imports are no file's fault.
    from question_bank import intake_files, tables

    if any(Path(file["path"]).suffix.lower() in (".xlsx", ".zip") for file in job["files"]):
        import openpyxl  # noqa: F401
    for name, value in job["limits"].items():
        setattr(tables, name, value)
    sizes = [file["size"] for file in job["files"]]
    _bound(max((limits_for(size)[1] for size in sizes), default=0), job["file_bytes"])
    out = _Out(sys.stdout.buffer)
    for number, file in enumerate(job["files"]):
        out.send({"t": "file", "number": number})
        sys.stdout.buffer.flush()
        source = intake_files.Source(
            Path(file["path"]), file["shown"], file["format"], job["defaults"], Path(file["unpack"])
        )
        _arm(limits_for(file["size"])[0])
        try:
            for message in intake_files.messages_of(source):
                out.send(message)
        except MemoryError:
            # The frames that held the memory are gone by now.
            out.send({"t": "ended", "code": "intake_memory", "found": ""})
        except RecursionError:
            out.send({"t": "ended", "code": "intake_depth", "found": ""})
        except Exception as error:  # a reader that trips is the file's failure, not the parent's
            out.send(
                {"t": "ended", "code": "intake_ended", "found": f"{type(error).__name__}: {error}"[:200]}
            )
        _arm(0)
        out.send({"t": "done", "number": number})
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    if hasattr(signal, "SIGINT"):
        # Ctrl-C is the parent's: it ends this process itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = main()
    except BrokenPipeError:  # the parent is gone, or has had enough
        status = 1
    # Nothing left to tidy up, and a torn-down parser may take its time.
    os._exit(status)
