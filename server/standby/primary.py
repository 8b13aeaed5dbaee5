"""The running show's side of a hot standby: what it gives, who follows it and how far, and when it stops ruling.

Knows no sockets and no event loop. Rows are read by a connection of their own, up to the revision that is published:
SQLite shows other readers a commit only after it is synced.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from ..addresses import bracketed, lan_address
from ..event_log import FIRST_HASH, Row
from ..game.rulebook import Text
from ..stage import Stage
from .copy import paper_digest, parts
from .fence import Claim, Fence, FenceDamaged
from .files import Folder, Listed, digest_of

ROWS_AT_ONCE = 400
BYTES_AT_ONCE = 512 * 1024
LOST_AFTER_S = 3.5
FREE_AFTER_S = 15.0  # silent for so long, a standby leaves its place to another
DRAINED_S = 8.0  # the longest that a show holds its breath for a take-over that does not come
FILES_EVERY_S = 1.0
KEEP_EVERY_S = 1.0  # between two attempts to have the fence on a disk that refuses
MOST_ORIGINS = 16
COLUMNS = "seq, contest_ns, wall_time, type, body, prev_hash, hash"

DRAINING = Text(
    "正在切换到备用电脑，刚才的操作没有执行，请几秒后再按",
    "The standby is taking over: not done. Press again in a few seconds",
)


class Refusal(Exception):
    """What a standby is told instead of rows: `code` for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def fenced_text(address: str) -> Text:
    """Why a machine that was taken over from does nothing."""
    return Text(
        f"比赛已由备用电脑 {address} 接管，本机不再裁定",
        f"The show has moved to {address}: this machine no longer rules",
    )


class Primary:
    """One show as its standby sees it.

    Args:
        stage: the running show.
        folder: its files.
        fence: which epoch rules.
        run_blocking: runs what waits on the disk beside the event loop.
        now_s: any clock in seconds that only goes forward.
    """

    def __init__(
        self,
        stage: Stage,
        folder: Folder,
        fence: Fence,
        run_blocking: Callable[..., Any],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stage = stage
        self.fence = fence
        self._folder = folder
        self._run = run_blocking
        self._now_s = now_s
        self._follower = ""  # the id of the standby that has the place
        self._seen_s = 0.0
        self._there = 0  # its revision
        self._address = fence.follower
        self._drained_until_s = 0.0
        self._paper: tuple[str, dict[str, str]] | None = None
        self._files: tuple[float, tuple[Listed, ...], str] | None = None
        self._keeping = False
        self._keep_again_s = 0.0
        self._said = ""  # why the fence could not be kept
        self.unasked = False  # whether the standby has taken over before we came is not known
        self.origins: list[str] = []
        self.phones_port = 0
        self.phones_tls = False
        self.on_change: list[Callable[[], None]] = []  # the address, the epoch or who rules has changed

    # Who may rule

    def may_rule(self) -> Text | None:
        """None while commands are decided here; else why not."""
        if self.fence.fenced:
            return fenced_text(self.fence.successor)
        return DRAINING if self._now_s() < self._drained_until_s else None

    @property
    def address(self) -> str:
        """Where pages go when the standby has taken over, "" where none was ever seen."""
        return self.fence.successor or self._address

    def came_from(self, origin: str, signed_in: bool = True) -> None:
        """A page of ours was loaded from that origin: it will ask the standby from there.

        A stranger can call this machine anything; the last places are for pages that somebody signed in to.
        """
        most = MOST_ORIGINS if signed_in else MOST_ORIGINS // 2
        if origin and origin not in self.origins and len(self.origins) < most:
            self.origins.append(origin)

    # What the standby asks

    def hello(self, follower: str) -> dict[str, Any]:
        """Which show this is. Raises Refusal while another standby has the place."""
        self._admit(follower)
        state = self.stage.state
        return {
            "contest": state.contest,
            "rehearsal": state.rehearsal,
            "epoch": self.fence.epoch,
            "key": self.fence.key,
            "revision": state.seq,
            "fenced": self.fence.fenced,
            "successor": self.fence.successor,
        }

    def asked(self, follower: str, seq: int) -> None:
        """The standby asks for what follows row `seq`: so far it is. Raises Refusal."""
        self._admit(follower)
        self._there = seq

    def give(self, follower: str, address: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What follows on what the standby has: rows, commands, paper, the list of files.

        asked: {"seq", "head", "paper": digest, "files": digest}. Raises Refusal, sqlite3.Error, OSError.
        """
        self._admit(follower)
        seq, head = asked["seq"], asked["head"]
        state = self.stage.state
        rows, commands, paper = self._run(self._read, seq, head, state.seq, asked["paper"])
        files, digest = self._run(self._listed)
        if address != self._address:
            self._address = address
            self._keep(self.fence.followed_by, address)
            self._changed()
        return {
            "rows": rows,
            "commands": commands,
            "paper": paper,
            "files": None
            if asked["files"] == digest
            else [[one.name, one.size, one.digest] for one in files],
            "revision": self.stage.state.seq,
            "epoch": self.fence.epoch,
            "fenced": self.fence.fenced,
            "origins": self._all_origins(),
        }

    def is_new_for(self, seq: int, files: str) -> bool:
        """True when there is something to give; cheap, asked many times a second."""
        known = self._files
        if known is None or self._now_s() - known[0] > FILES_EVERY_S:
            known = (self._now_s(), *self._run(self._listed))
        return self.stage.state.seq > seq or known[2] != files

    def file(self, name: str) -> Any:
        """A path or bytes, see `Folder.path_or_bytes`."""
        return self._run(self._folder.path_or_bytes, name)

    def drain(self, follower: str) -> dict[str, Any]:
        """From now on, and for `DRAINED_S` at most, nothing more is decided; returns the last row that there will be."""
        self._admit(follower)
        self._drained_until_s = self._now_s() + DRAINED_S
        with self.stage.turn:  # what was being stored is stored now
            revision = self.stage.state.seq
        self.show()
        return {"revision": revision, "epoch": self.fence.epoch, "fenced": self.fence.fenced}

    def hear(self, claim: Claim | None) -> bool:
        """Somebody says who rules. True when this machine is fenced (now, or since before); `fence.kept`: over a restart, too.

        The disk has work for a claim that is proved and new alone, and for one at a time: anybody may say anything.
        """
        if claim is not None and self.fence.believe(claim):
            self._changed()
            self.show()
            self._keep(self.fence.store)
        return self.fence.fenced

    def _keep(self, how: Callable[..., None], *arguments: Any) -> None:
        """Change the fence, or store what was changed. Where the disk refuses it holds in memory, and `tick` tries again."""
        self._keeping, self._keep_again_s = True, self._now_s() + KEEP_EVERY_S
        try:
            self._run(how, *arguments)
            self._said = ""
        except (OSError, FenceDamaged) as error:
            if self._said != str(error):
                self._said = str(error)
                print(
                    f"firstpress: {error}: which machine rules cannot be kept yet",
                    file=sys.stderr,
                    flush=True,
                )
        finally:
            self._keeping = False

    # What the console sees

    def tick(self) -> None:
        """To be called a few times a second: a link that has gone quiet is seen without anybody asking."""
        if self._drained_until_s and self._now_s() >= self._drained_until_s:
            self._drained_until_s = 0.0
        if not self.fence.kept and not self._keeping and self._now_s() >= self._keep_again_s:
            self._keep(self.fence.store)
        self.show()

    def show(self) -> None:
        """Tell the host how it stands, if that has changed."""
        fence, rim = self.fence, self.stage.rim
        about = {
            "epoch": fence.epoch,
            "state": "fenced" if fence.fenced else "draining" if self.may_rule() else "rules",
            "address": fence.successor or None,
        }
        standby = None
        if self._address and not fence.fenced:
            live = bool(self._follower) and self._now_s() - self._seen_s < LOST_AFTER_S
            behind = max(0, self.stage.state.seq - self._there) if self._follower else None
            # Not even asked: it may rule, and nothing here would know.
            gone = "unasked" if self.unasked and not self._follower else "lost"
            standby = {"address": self._address, "state": "live" if live else gone, "behind": behind}
        if rim.fence != about or rim.standby != standby:
            self.stage.set_rim(fence=about, standby=standby)

    def _all_origins(self) -> list[str]:
        """Where our pages come from; phones have a port of their own."""
        found = dict.fromkeys(self.origins)
        if self.phones_port:
            hosts = [lan_address(), *(urlsplit(one).hostname or "" for one in self.origins)]
            scheme = "https" if self.phones_tls else "http"
            found |= dict.fromkeys(
                f"{scheme}://{bracketed(host)}:{self.phones_port}" for host in hosts if host
            )
        return list(found)

    def _changed(self) -> None:
        for tell in self.on_change:
            tell()

    def _admit(self, follower: str) -> None:
        silent = self._now_s() - self._seen_s
        if self._follower not in ("", follower) and silent < FREE_AFTER_S:
            raise Refusal(
                "another_standby",
                f"another standby follows this show already ({self._address}); a show has one. "
                f"End that one; its place is free {FREE_AFTER_S:g} s later",
            )
        self._follower, self._seen_s = follower, self._now_s()

    def _listed(self) -> tuple[tuple[Listed, ...], str]:
        known = self._files
        if known is None or self._now_s() - known[0] > FILES_EVERY_S:
            files = self._folder.listed()
            known = self._files = (self._now_s(), files, digest_of(files))
        return known[1], known[2]

    def _read(self, seq: int, head: str, upto: int, paper: str) -> tuple[list[Any], list[Any], Any]:
        """(rows, [revision, id] of the commands in them, paper or None) after `seq`, whole transactions alone."""
        address = f"{self.stage.log_path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as log:
            log.execute("BEGIN")
            last = log.execute("SELECT hash FROM events WHERE seq = ?", (seq,)).fetchone()
            if seq > upto or (last[0] if last else FIRST_HASH if seq == 0 else None) != head:
                raise Refusal(
                    "not_a_continuation",
                    f"that copy has rows that this show has not (its row {seq}; this show is at {upto}): it is of another "
                    "course of events. Put it aside and begin with a fresh copy: add --new",
                )
            if self._paper is None:
                kept = dict(log.execute("SELECT question_id, body FROM paper"))
                self._paper = (paper_digest(kept), kept)
            query = f"SELECT {COLUMNS} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"
            found = [Row(*one) for one in log.execute(query, (seq, upto))] if upto > seq else []
            query = "SELECT revision, id FROM commands WHERE revision > ? AND revision <= ?"
            commands = dict(log.execute(query, (seq, upto)))
        rows, size = [], 0
        for part, _ in parts(found, commands):
            rows += part
            size += sum(len(row.body) for row in part)
            if len(rows) >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
                break
        end = rows[-1].seq if rows else seq
        sent = [[revision, name] for revision, name in commands.items() if revision <= end]
        new_paper = self._paper[1] if self._paper[0] != paper else None
        return [[*_columns(row)] for row in rows], sent, new_paper


def _columns(row: Row) -> tuple[Any, ...]:
    return row.seq, row.contest_ns, row.wall_time, row.type, row.body, row.prev_hash, row.hash
