"""Follows a running show: rows as they come, files beside them, and at every moment how far it is.

Two threads: rows never wait for a film that is being fetched. Nothing is lost in silence: what cannot be stored, reached
or continued stands in the status, and what no waiting mends ends the standby with one line that says what does.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..event_log import FIRST_HASH, LogDamaged, Row
from ..log.show_log import log_path
from .copy import Copy, NotAContinuation, paper_digest
from .fence import Fence
from .files import FileSpoilt, Folder, Listed, digest_of, keep, listed_from
from .line import Line, LinkDown, TurnedAway

WAIT_S = 1.0  # how long the show may hold an answer back while it has nothing new
TIMEOUT_S = 4.0
PAUSE_S = 0.5  # between two attempts
MENDS_ITSELF = {"another_standby"}
"""Refusals that waiting ends."""


class CannotFollow(Exception):
    """What no waiting mends: one line, saying what does."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far the copy is.

    link: "up" | "down". here, there: revisions; there: the last that was heard, None before the first word.
    behind_s: seconds since the copy was last known to be complete, None while it never was.
    files_missing: how many files are still to come. why: what is wrong, "" for nothing.
    """

    primary: str
    link: str = "down"
    here: int = 0
    there: int | None = None
    behind_s: float | None = None
    files_missing: int | None = None
    epoch: int = 0
    wall_time: str = ""
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        """For people."""
        there = "?" if self.there is None else str(self.there)
        behind = "never complete" if self.behind_s is None else f"{self.behind_s:.0f} s behind"
        files = f", {self.files_missing} files to come" if self.files_missing else ""
        why = f" · {self.why}" if self.why else ""
        return f"link {self.link.upper():<4} · revision {self.here} of {there} · {behind}{files}{why}"


class Follower:
    """Follows the show at the other end of a line until it is stopped.

    Args:
        data: this machine's data folder, which nobody else writes to.
        lines: makes a line to the show: one for the rows, one for the files.
        own: {"port", "tls"} or {"address"}: where this machine will be when it has taken over.
        put_aside: called with a log that is not to be continued, once; None: such a log is refused.
    """

    def __init__(
        self,
        data: Path,
        lines: Callable[[], Line],
        own: dict[str, Any],
        put_aside: Callable[[Path], object] | None = None,
    ) -> None:
        self.data = data
        self._line, self._file_line = lines(), lines()
        self._own = own
        self._put_aside = put_aside
        self._folder = Folder(data)
        self._lock = threading.Lock()  # held while the copy is written: whoever stops us waits for that alone
        self._stopped = threading.Event()
        self._listed: tuple[Listed, ...] | None = None
        self._whole_s: float | None = None
        self._news = threading.Event()
        self._wanted = threading.Event()
        self._status = Status(self._line.address)
        self.copy: Copy | None = None
        self.fence: Fence | None = None
        self.rehearsal = False
        self.origins: tuple[str, ...] = ()
        self.heard_wall_s: float | None = None  # when the show was last heard, for people
        self.failed: CannotFollow | None = None

    @property
    def own_host(self) -> str:
        """This machine's address as the show sees it, "" before the first connection."""
        return self._line.own_host

    def status(self) -> Status:
        now = time.monotonic()
        behind = None if self._whole_s is None else max(0.0, now - self._whole_s)
        known = self._status
        if known.link == "up" and known.here == known.there and not known.files_missing:
            behind = 0.0
        return replace(known, behind_s=None if behind is None else round(behind, 1))

    def start(self) -> None:
        """Begin. A copy that an earlier run has left can be taken over even if the show is never reached again.

        Raises LogDamaged, FenceDamaged, OSError, sqlite3.Error.
        """
        for rehearsal in (False, True):
            if self.copy is not None or not log_path(self.data, rehearsal).exists():
                continue
            copy = Copy(self.data, rehearsal)
            fence = Fence.at(self.data, copy.contest)
            if copy.seq == 0 or not fence.standby_of:
                copy.close()
                continue
            self.copy, self.fence, self.rehearsal = copy, fence, rehearsal
            self._say(here=copy.seq, epoch=fence.epoch, wall_time=copy.wall_time)
        for target in (self._follow, self._fetch):
            threading.Thread(target=target, daemon=True, name="standby").start()

    def wait(self, seconds: float) -> bool:
        """Until something has changed; False when nothing did in that time."""
        changed = self._news.wait(seconds)
        self._news.clear()
        return changed

    def stop(self) -> None:
        """Nothing is written any more once this returns; whatever waits for the line is broken off."""
        self._stopped.set()
        self._line.close()
        self._file_line.close()
        with self._lock:
            self._news.set()

    def _say(self, **changes: Any) -> None:
        before = self._status
        self._status = replace(before, **changes)
        if self._status != before:
            self._news.set()

    # Rows

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                self.meet(self._line)
                while not self._stopped.is_set():
                    self.poll(self._line, WAIT_S)
            except LinkDown as error:
                self._say(link="down", why=str(error))
            except TurnedAway as error:
                if error.code not in MENDS_ITSELF:
                    self._give_up(f"{self._line.address}: {error}")
                    return
                self._say(link="down", why=str(error))
            except (NotAContinuation, LogDamaged, ValueError) as error:
                self._give_up(str(error))
                return
            except (OSError, sqlite3.Error) as error:
                self._say(why=f"this machine's disk takes nothing: {error}")
            self._stopped.wait(PAUSE_S)

    def _give_up(self, text: str) -> None:
        if not self._stopped.is_set():
            self.failed = CannotFollow(text)
            self._say(link="down", why=text)

    def meet(self, line: Line) -> None:
        """Learn which show it is, and that our copy may be one of it. Raises as `poll`."""
        told = line.ask("hello")
        contest, rehearsal, epoch = str(told["contest"]), bool(told["rehearsal"]), int(told["epoch"])
        if told.get("fenced"):
            raise NotAContinuation(
                f"{line.address} no longer rules: the show has moved to {told.get('successor')}; follow that one"
            )
        with self._lock:
            if self._stopped.is_set():
                raise LinkDown("stopped")
            if self.copy is None or self.rehearsal != rehearsal:
                self.copy, self.rehearsal = Copy(self.data, rehearsal), rehearsal
            try:
                self.copy.must_be_of(contest, rehearsal)
            except NotAContinuation:
                if self._put_aside is None:
                    raise
                self._begin_anew(self.copy)
            if self.fence is None or self.fence.contest != contest:
                self.fence = Fence.at(self.data, contest)
            if self.fence.epoch > epoch and not self.fence.fenced:
                raise NotAContinuation(
                    f"this machine took over that show itself (epoch {self.fence.epoch}; {line.address} has {epoch}): "
                    "that one has to be the standby, this one serves"
                )
            self.fence.follow(epoch, str(told["key"]), line.address)
        self._say(epoch=epoch, here=self.copy.seq, wall_time=self.copy.wall_time)

    def _begin_anew(self, copy: Copy) -> None:
        """Put the copy aside, once."""
        assert self._put_aside is not None
        aside, self._put_aside = self._put_aside, None
        copy.close()
        aside(copy.path)
        self.copy = Copy(self.data, self.rehearsal)

    def poll(self, line: Line, wait_s: float, last: bool = False) -> None:
        """Ask once for what is new, and keep it. last: asked by whoever has stopped us.

        Raises LinkDown, TurnedAway, NotAContinuation, LogDamaged, ValueError, OSError, sqlite3.Error.
        """
        copy = self.copy
        assert copy is not None
        asked = {
            "seq": copy.seq,
            "head": copy.head if copy.seq else FIRST_HASH,
            "paper": paper_digest(copy.paper),
            "files": "" if self._listed is None else digest_of(self._listed),
            "wait_s": wait_s,
            **self._own,
        }
        try:
            told = line.ask("poll", **asked)
        except TurnedAway as error:
            if error.code != "not_a_continuation" or self._put_aside is None:
                raise
            with self._lock:
                self._begin_anew(copy)
            return
        heard_s = time.monotonic()
        rows = [Row(*one) for one in told["rows"]]
        commands = {int(revision): str(name) for revision, name in told["commands"]}
        if copy.seq and told["paper"] is not None:
            raise NotAContinuation(
                f"the questions in {copy.path} are not those of the running show; begin with a fresh copy: add --new"
            )
        with self._lock:
            if self._stopped.is_set() and not last:
                raise LinkDown("stopped")
            if rows:
                copy.take(rows, commands, told["paper"])
        if told["files"] is not None:
            self._listed = listed_from(told["files"])
            self._wanted.set()
            if self._status.files_missing is None:
                self._say(files_missing=len(self._listed))
        self.origins = tuple(str(one) for one in told["origins"])[:16]
        self.heard_wall_s = time.time()
        there = int(told["revision"])
        if copy.seq == there:
            self._whole_s = heard_s
        self._say(link="up", why="", here=copy.seq, there=there, wall_time=copy.wall_time)

    # Files

    def missing(self) -> list[Listed]:
        """The files of the list that are not here as they are there. Raises OSError, sqlite3.Error."""
        here = {one.name: one.digest for one in self._folder.listed()}
        return [one for one in self._listed or () if here.get(one.name) != one.digest]

    def fetch(self, line: Line, file: Listed) -> None:
        """Bring one file over. Raises LinkDown, TurnedAway, FileSpoilt, OSError."""

        def take(parts: Callable[[int], bytes]) -> None:
            keep(self.data, file, parts)

        line.fetch(file.name, take)

    def _fetch(self) -> None:
        while not self._stopped.is_set():
            self._wanted.wait(PAUSE_S)
            self._wanted.clear()
            if self._listed is None:
                continue
            try:
                missing = self.missing()
                self._say(files_missing=len(missing))
                # What is small first: sign-ins and names must not wait for a film.
                for file in sorted(missing, key=lambda one: one.size):
                    if self._stopped.is_set():
                        return
                    self.fetch(self._file_line, file)
                if missing:
                    self._wanted.set()
            except (LinkDown, TurnedAway, FileSpoilt):
                self._stopped.wait(
                    PAUSE_S
                )  # it has changed meanwhile, or the line is down, which the rows say
            except (OSError, sqlite3.Error) as error:
                self._say(why=f"this machine's disk takes nothing: {error}")
                self._stopped.wait(PAUSE_S)
