"""A hall of phones for a measurement: builds the client in C, runs it in a process of its own, and asks it what came."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SOURCES = Path(__file__).resolve().parent / "load_client"
STANDARD = ("-std=c11", "-D_DEFAULT_SOURCE", "-D_POSIX_C_SOURCE=200809L")
STRICT = ("-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wconversion")
CONNECT_WITHIN_S = 150.0
REPORT_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One revision as the clients had it: CLOCK_MONOTONIC in ns, but `stamp_ns`, the server's contest time in the message."""

    revision: int
    stamp_ns: int
    seen: int
    lost: int
    bytes: int
    patches: int
    first_ns: int
    p50_ns: int
    p99_ns: int
    last_ns: int
    arrivals_ns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What came since the last one. `lost`: a client did not get what others got; `late`: after the report that missed it."""

    joined: int
    broadcasts: dict[int, Broadcast]  # by revision
    lost: int
    doubled: int
    reordered: int
    gaps: int
    closed: int
    late: int
    clocks: int
    clock_mean_us: float
    clock_worst_us: float

    def amiss(self) -> int:
        """Whatever keeps it from being: each client, each revision, once and in order."""
        return self.lost + self.doubled + self.reordered + self.gaps + self.closed + self.late


def build(folder: Path) -> Path:
    """The load client, made of its sources with Debian's cc. Raises RuntimeError with the compiler's words."""
    program = folder / "load_client"
    sources = sorted(str(path) for path in SOURCES.glob("*.c"))
    made = subprocess.run(
        ["cc", "-O2", *STANDARD, *STRICT, "-o", str(program), *sources], capture_output=True, text=True
    )
    if made.returncode:
        raise RuntimeError(f"the load client could not be built: {made.stderr}")
    return program


class Crowd:
    """So many clients of one namespace, from `with` to its end.

    Args:
        program: what `build` made.
        auth: what each says when it joins. headers: more lines of the handshake, e.g. a cookie.
        at_once: handshakes under way at one time. clock_every_s: each asks for the time so often, as a page does.
        raw: report every single arrival.
        nice: it stands for other machines, and so gives way to what is measured; below 0 for what must not wait.
    """

    def __init__(
        self,
        program: Path,
        port: int,
        clients: int,
        namespace: str = "/audience",
        *,
        auth: dict[str, Any] | None = None,
        headers: Sequence[str] = (),
        at_once: int = 100,
        clock_every_s: float = 0.0,
        raw: bool = False,
        nice: int = 15,
    ) -> None:
        self.clients = clients
        self._nice = nice
        self._call = ["nice", "-n", str(nice), str(program), "-n", str(clients), "-s", namespace]
        self._call += [
            "-a",
            json.dumps(auth or {}),
            "-o",
            str(at_once),
            "-c",
            str(round(clock_every_s * 1000)),
        ]
        self._call += [part for header in headers for part in ("-H", header)]
        self._call += [*(["-r"] if raw else []), "127.0.0.1", str(port)]
        self.ready: dict[str, Any] = {}
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._complete: set[int] = set()
        self._news = threading.Condition()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._call,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        # Niceness counts within a session alone where the kernel has autogroups: the session's own has to be told.
        with contextlib.suppress(OSError):
            Path(f"/proc/{self._process.pid}/autogroup").write_text(str(self._nice), encoding="ascii")
        self._reader = threading.Thread(target=self._read, name="crowd", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdout is not None
        self.stop()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """All of them leave without a word, wherever they are."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def all_in(self) -> dict[str, Any]:
        """Returns when every client has its first snapshot. Raises RuntimeError when one was not let in."""
        self.ready = self._next("ready", CONNECT_WITHIN_S)
        if self.ready["failed"]:
            raise RuntimeError(f"{self.ready['failed']} of {self.clients} clients were not let in")
        return self.ready

    def has(self, revision: int, within_s: float) -> bool:
        """True once every client has that revision; False if it does not come about in time."""
        end_s = time.monotonic() + within_s
        with self._news:
            while revision not in self._complete:
                left_s = end_s - time.monotonic()
                if left_s <= 0 or self._process.poll() is not None:
                    return False
                self._news.wait(min(left_s, 0.5))
        return True

    def report(self) -> Report:
        """What came since the last report. Raises RuntimeError when the client does not answer."""
        assert self._process.stdin is not None
        self._process.stdin.write("report\n")
        self._process.stdin.flush()
        told = self._next("report", REPORT_WITHIN_S)
        del told["event"]
        rows = [
            Broadcast(**{**row, "arrivals_ns": tuple(row.get("arrivals_ns", ()))})
            for row in told.pop("revisions")
        ]
        return Report(broadcasts={row.revision: row for row in rows}, **told)

    def _next(self, event: str, within_s: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=within_s)
        except queue.Empty:
            raise RuntimeError(f"the load client did not say '{event}' within {within_s:g} s") from None
        if line.get("event") != event:
            raise RuntimeError(f"the load client ended before it said '{event}': {line}")
        return line

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            line = json.loads(text)
            if line["event"] == "complete":
                with self._news:
                    self._complete.add(line["revision"])
                    self._news.notify_all()
            else:
                self._lines.put(line)
        self._lines.put({"event": "end", "status": self._process.wait()})
