"""The running show: lets one command in at a time, keeps contest time, tells the subscribers what changed.

Knows no sockets and no event loop: how to run what blocks, and what stands for a lock, is handed in.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from .event_log import EventLog
from .game.commands import Command, StartSession, Tick
from .game.state import State
from .host_view import Rim, host_view
from .next_view import next_view
from .paper_vault import Vault
from .referee import Answer, Referee, load
from .scene_views import View
from .stage_view import audience_view, stage_view
from .views import desk_view, judge_view, projector_view

T = TypeVar("T")
RunBlocking = Callable[..., Any]
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """Which boot of this machine it is: CLOCK_MONOTONIC means nothing across two of them."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        # No Linux: the time since the epoch at boot, to ten seconds, tells boots apart well enough.
        return f"boot-{round((time.time() - time.monotonic()) / 10)}"


def wall_time() -> str:
    """For people to read, with the zone."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


def _guarded(tell: Callable[..., None], *arguments: Any) -> None:
    """One subscriber that fails must not silence the others, nor undo what is on disk already."""
    try:
        tell(*arguments)
    except Exception:
        traceback.print_exc(file=sys.stderr)


class Stage:
    """One show on the air.

    Args:
        log: with its ContestCreated written.
        run_blocking: called as run_blocking(function, *args) for what waits on the disk.
        turn: a lock of the caller's kind; held while one command is decided, stored and published.
        monotonic_ns, boot: the host's clock; handed in so that tests can reboot.
        vault: opens a sealed paper; None for one in clear.
    """

    def __init__(
        self,
        log: EventLog,
        run_blocking: RunBlocking,
        turn: AbstractContextManager[Any],
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        boot: str | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.log_path = log.path
        self._run = run_blocking
        self._turn = turn
        self._monotonic_ns = monotonic_ns
        boot = boot_id() if boot is None else boot
        last = load(log)
        same_boot = last.boot == boot
        # Within one boot contest time runs on through a restart; after a reboot it goes on from the last event.
        self.offset_ns = last.offset_ns if same_boot else last.contest_ns - monotonic_ns()
        self.referee = Referee(log, self.now_ns, wall_time, vault=vault)
        self.rim = Rim()
        self.on_change: list[Callable[[State], None]] = []
        self.on_rim: list[Callable[[], None]] = []
        self._following: tuple[State, View | None] | None = None  # the next view, and the state it follows on
        rebooted = bool(last.boot) and not same_boot
        if not self.referee.submit(StartSession(boot, self.offset_ns, rebooted)).accepted:
            raise OSError(f"the log {log.path} cannot be written: {self.referee.log_failed}")
        self.referee.submit(Tick())

    @property
    def state(self) -> State:
        return self.referee.state

    def now_ns(self) -> int:
        """Contest time now."""
        return self._monotonic_ns() + self.offset_ns

    def submit(self, command: Command, command_id: str | None = None) -> Answer:
        """Have a command decided and stored; what it changed is published before this returns."""
        with self._turn:
            before = self.state.seq
            failed = self.referee.log_failed
            answer: Answer = self._run(self.referee.submit, command, command_id)
            if self.state.seq != before:
                for tell in self.on_change:
                    _guarded(tell, self.state)
            if self.referee.log_failed != failed:
                self.set_rim(log_failed=self.referee.log_failed)
        return answer

    def set_rim(self, **changes: Any) -> None:
        """Change what stands beside the contest (boxes, who is connected), and tell the host."""
        self.rim = replace(self.rim, **changes)
        for tell in self.on_rim:
            _guarded(tell)

    def next_deadline_ns(self) -> int | None:
        """When the running clock ends, in contest time."""
        clock = self.state.clock
        if clock is None or clock.state != "running" or clock.purpose == "open":
            return None
        return clock.deadline_ns

    def view(self, role: str, judge: int | None = None, seat: int | None = None) -> View:
        """What `role` may see now. Raises KeyError for a role that has no view."""
        state, now_ns = self.state, self.now_ns()
        if role == "projector":
            return projector_view(state, now_ns)
        if role == "stage":
            return stage_view(state, now_ns)
        if role == "audience":
            return audience_view(state, now_ns)
        if role == "host":
            return host_view(state, now_ns, self.referee.paper, self.rim, self._next(state, now_ns))
        if role == "judge" and judge is not None:
            return judge_view(state, now_ns, self.referee.paper, judge)
        if role == "desk":
            return desk_view(state, now_ns, seat)
        raise KeyError(role)

    def _next(self, state: State, now_ns: int) -> View | None:
        """The next view, reckoned once for each state however often the host is told of its rim."""
        if self._following is None or self._following[0] is not state:
            self._following = (state, None)
            try:
                self._following = (state, next_view(state, self.referee.paper, now_ns))
            except Exception:  # a look ahead that fails must not take the host's view of now along
                traceback.print_exc(file=sys.stderr)
        return self._following[1]
