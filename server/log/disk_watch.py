"""Watches the disk under the log while a show runs, also when nobody gives a command: a red alarm within a second.

A native thread of its own: a disk that hangs holds up nothing else. Whatever is wrong, the log takes nothing until its
files have been opened and compared again, which is tried at every round.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from ..event_log import EventLog, trouble_of
from .check import LogCheck
from .notes import forget, noted
from .rows import LogDamaged

LOW_MB = 500
EVERY_S = 0.25
SHARE = 4  # a round may take one part of so many of the time
HANGS_NS = 1_500_000_000  # a disk that has not answered for so long; many a stick takes a second now and then
SHORT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # says nothing of the disk; the log has its files open
PROBE = ".probe"
PROBE_BYTES = 4096


def disk_health(folder: Path) -> dict[str, Any]:
    """{"free_mb", "state": "ok"|"low"} of the disk that holds `folder`; one that does not answer has no room."""
    try:
        free_mb = shutil.disk_usage(folder).free >> 20
    except OSError:
        free_mb = 0
    return {"free_mb": free_mb, "state": "low" if free_mb < LOW_MB else "ok"}


def probe(folder: Path) -> None:
    """Have a small file written anew and on disk. Raises OSError."""
    file = os.open(folder / PROBE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        if os.write(file, b"\0" * PROBE_BYTES) != PROBE_BYTES:
            os.write(file, b"\0")  # a disk that is full takes a part, and says why at the next
        os.fsync(file)
    finally:
        os.close(file)


def _differ(free_mb: int, told_mb: int) -> bool:
    """Whether the host should hear the new figure: not each megabyte of a disk with plenty."""
    return abs(free_mb - told_mb) * 20 > told_mb


class DiskWatch:
    """Looks after the disk of one log. `alarm` and `disk` may be read from any thread."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._folder = log.path.parent
        self._check = LogCheck(log)
        self._round_since_ns: int | None = None
        self._noted = noted(log.path)  # what was put aside before this show was up, by the launcher mostly
        self._seen: frozenset[str] = frozenset()
        self._to_forget: frozenset[str] = frozenset()
        self.disk: dict[str, Any] = disk_health(self._folder)

    def start(self) -> None:
        """Watch for ever."""
        self._log.watched = True
        threading.Thread(target=self._watch, daemon=True, name="disk watch").start()

    def _watch(self) -> None:
        while True:
            began = time.monotonic_ns()
            self.once()
            time.sleep(max(EVERY_S, (time.monotonic_ns() - began) / 1e9 * SHARE))

    def once(self) -> None:
        """One round: try the disk, look at the log, and mend it where an earlier round found it in trouble."""
        log = self._log
        self._round_since_ns = time.monotonic_ns()
        try:
            disk = disk_health(self._folder)
            if disk["state"] != self.disk["state"] or _differ(disk["free_mb"], self.disk["free_mb"]):
                self.disk = disk
            if log.trouble is not None:
                if log.recover():
                    self._check = LogCheck(log)
                return
            probe(self._folder)
            self._check.look()
            if self._to_forget:
                forget(log.path, self._to_forget)
                self._to_forget = frozenset()
        except (OSError, sqlite3.Error, LogDamaged) as error:
            busy = str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
            if not busy and getattr(error, "errno", None) not in SHORT_OF:
                log.fail(trouble_of(error))
        except Exception:  # the watch must not stop for good
            traceback.print_exc(file=sys.stderr)
        finally:
            self._round_since_ns = None

    def alarm(self) -> dict[str, Any] | None:
        """What the console is to say: {"kind", "where", "free_mb", "blocks", "detail"}, None for nothing.

        kind: "full" | "readonly" | "io" | "damaged" | "gone": nothing can be stored; "slow": the disk does not
        answer, and rulings wait for it; "mended": a damaged file was put aside, now or before the start (`detail`: its new
        name), the show goes on; until `acknowledge`.
        """
        log, now_ns = self._log, time.monotonic_ns()
        if log.trouble is not None:
            return self._told(log.trouble.kind, True, log.trouble.detail)
        for since_ns in (self._round_since_ns, log.commit_since_ns):
            if since_ns is not None and now_ns - since_ns > HANGS_NS:
                return self._told("slow", False, "the disk does not answer")
        asides = self._unseen()
        return self._told("mended", False, ", ".join(asides)) if asides else None

    def acknowledge(self) -> None:
        """The host has read of all that was mended: `alarm` tells it no more. The disk hears of it at the next round."""
        self._seen |= frozenset(self._unseen())
        self._to_forget = self._seen

    def _unseen(self) -> list[str]:
        asides = [*self._noted, *(deed.aside for deed in self._log.mended if deed.aside)]
        return [name for name in dict.fromkeys(asides) if name not in self._seen]

    def _told(self, kind: str, blocks: bool, detail: str) -> dict[str, Any]:
        return {
            "kind": kind,
            "where": str(self._log.path.parent),
            "free_mb": self.disk["free_mb"],
            "blocks": blocks,
            "detail": detail,
        }
