"""One line on standard error for each thing that is refused: escaped, without secrets, and never a flood of its own."""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_NS = 10_000_000_000
LINES_OF_ONE = 5  # of one kind from one address in a window; the rest is counted
LINES_IN_ALL = 40  # in a window
SOURCES = 256  # kinds and addresses counted apart in a window; the rest is counted together
LONGEST_DETAIL = 200
LONGEST_WORD = 40  # of a kind or an address

# What looks like a secret is none of the log's business, whoever handed it in: a cookie's id, a token, a ticket, a hash …
SECRET = re.compile(r"[0-9A-Za-z_\-+/=.~%]{20,}")
# … or a passphrase in its groups of four.
PASSPHRASE = re.compile(r"\b[a-z2-9]{4}(?:[-\s][a-z2-9]{4}){2}\b", re.IGNORECASE)
HIDDEN = "[…]"


def escaped(text: object, longest: int = LONGEST_DETAIL) -> str:
    """`text` on one line: control, format and unassigned characters as escapes, cut to `longest` letters."""
    whole = str(text)
    cut = whole[:longest]
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in cut
    )
    return shown if len(whole) <= longest else f"{shown}…"


def without_secrets(text: str) -> str:
    """`text` with whatever might be a secret struck out; ordinary words, addresses and paths stay."""
    return PASSPHRASE.sub(HIDDEN, SECRET.sub(_struck, text))


def _struck(found: re.Match[str]) -> str:
    # A path or a name of ours has no digits in it, or is cut by slashes; a secret is one long mixture.
    parts = re.split("[/.]", found[0])
    return "/".join(HIDDEN if len(part) >= 20 and not part.isalpha() else part for part in parts)


@dataclass(slots=True)
class _Counted:
    lines: int = 0
    held: int = 0


class Refusals:
    """What was refused, told in few lines. Time is handed in; may be called from any thread.

    Args:
        write: takes one line without its end.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], _Counted] = {}
        self._lines = 0
        self._until_ns: int | None = None

    def refused(self, kind: str, address: str, detail: object, now_ns: int) -> None:
        """Tell that something was refused, or count it where it is one of many.

        Args:
            kind: which rule refused, a few lower-case words: "origin", "message too large".
            address: who asked, as the socket says, "" for nobody known.
            detail: for people; whatever a stranger wrote in it is escaped here.
        """
        kind, address = escaped(kind, LONGEST_WORD), escaped(address or "-", LONGEST_WORD)
        with self._lock:
            self._roll(now_ns)
            who = (kind, address)
            if who not in self._counted and len(self._counted) >= SOURCES:
                who = (kind, "*") if (kind, "*") in self._counted else ("*", "*")
            counted = self._counted.setdefault(who, _Counted())
            if counted.lines >= LINES_OF_ONE or self._lines >= LINES_IN_ALL:
                counted.held += 1
                return
            counted.lines += 1
            self._lines += 1
            self._write(f"refused ({kind}) from {address}: {escaped(without_secrets(str(detail)[:2000]))}")

    def settle(self, now_ns: int) -> None:
        """Tell how many were counted in a window that is over; to be called now and then."""
        with self._lock:
            self._roll(now_ns)

    def _roll(self, now_ns: int) -> None:
        if self._until_ns is not None and now_ns < self._until_ns:
            return
        for (kind, address), counted in self._counted.items():
            if counted.held:
                self._write(f"refused ({kind}) from {address}: … and {counted.held} more")
        self._counted.clear()
        self._lines = 0
        self._until_ns = now_ns + WINDOW_NS


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_ours = Refusals(_to_stderr)


def refused(kind: str, address: str, detail: object) -> None:
    """Tell on standard error that something was refused; see `Refusals.refused`."""
    _ours.refused(kind, address, detail, time.monotonic_ns())


def settle() -> None:
    """Tell what was only counted so far, once its time is over; to be called every few seconds."""
    _ours.settle(time.monotonic_ns())


class _ToRefusals(logging.Handler):
    """What a library complains of, with its traceback, is one line of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        detail = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            detail = f"{detail}: {record.exc_info[0].__name__}: {record.exc_info[1]}"
        refused("message", "", detail)


def logger(name: str) -> logging.Logger:
    """A logger for python-socketio and python-engineio: what they refuse becomes a line here, without a traceback."""
    made = logging.getLogger(f"firstpress.{name}")
    if not made.handlers:
        made.addHandler(_ToRefusals())
        made.setLevel(logging.ERROR)
        made.propagate = False
    return made
