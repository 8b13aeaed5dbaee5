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
from pathlib import Path
from typing import Any, TypeVar

from .event_log import EventLog
from .game.commands import Command, StartSession, Tick
from .game.rulebook import Text
from .game.state import State
from .paper.vault import Vault
from .referee import NOT_STORED, Answer, Referee, load
from .views.by_role import desk_view, judge_view, projector_view
from .views.host_view import Rim, of_now, of_rim, of_state
from .views.next_view import next_view
from .views.operator_view import operator_view
from .views.scene_views import View
from .views.stage_view import audience_view, stage_view
from .wall_time import wall_time as wall_time

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
        epoch: how often the show has moved to another machine, see standby/fence.py.
        rules: False where another machine rules: then nothing at all is written.
    """

    def __init__(
        self,
        log: EventLog,
        run_blocking: RunBlocking,
        turn: AbstractContextManager[Any],
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        boot: str | None = None,
        vault: Vault | None = None,
        epoch: int = 0,
        rules: bool = True,
    ) -> None:
        self.log = log
        self.log_path = log.path
        self.alarm: Callable[[], dict[str, Any] | None] = lambda: None
        """What the console is told of the log and its disk; DiskWatch.alarm of a running show."""
        self.log_seen: Callable[[], None] = lambda: None
        """The host has read what was mended; DiskWatch.acknowledge of a running show."""
        self._run = run_blocking
        self.turn = turn
        self.may_rule: Callable[[], Text | None] = lambda: (
            None
        )  # why nothing is decided now, None while it is
        self._monotonic_ns = monotonic_ns
        boot = boot_id() if boot is None else boot
        last = load(log)
        same_boot = last.boot == boot and last.fence_epoch == epoch  # who took over has another clock
        # Within one boot contest time runs on through a restart; after a reboot it goes on from the last event.
        self.offset_ns = last.offset_ns if same_boot else last.contest_ns - monotonic_ns()
        self.referee = Referee(log, self.now_ns, wall_time, vault=vault, state=last)
        self.rim = Rim()
        self.on_change: list[Callable[[State], None]] = []
        self.on_rim: list[Callable[[], None]] = []
        self._of_host: tuple[State, View] | None = None  # what the host sees of a state, and that state
        rebooted = bool(last.boot) and not same_boot
        self._to_begin = StartSession(boot, self.offset_ns, rebooted, epoch) if rules else None
        if not self._begin() and log.trouble is None:
            raise OSError(f"the log {log.path} does not take the start of a session")

    def _begin(self) -> bool:
        """Log that the show goes on. Without a disk the pages show where it stands, until one is back."""
        if self._to_begin is not None:
            if not self.referee.submit(self._to_begin).accepted:
                return False
            self._to_begin = None
            self.referee.submit(Tick())
        return True

    @property
    def state(self) -> State:
        return self.referee.state

    def now_ns(self) -> int:
        """Contest time now."""
        return self._monotonic_ns() + self.offset_ns

    def submit(self, command: Command, command_id: str | None = None) -> Answer:
        """Have a command decided and stored; what it changed is published before this returns."""
        with self.turn:
            if (reason := self.may_rule()) is not None:
                # What was accepted before stays accepted, whoever asks again; nothing more is.
                return self.referee.first_answer(command_id) or Answer(False, self.state.seq, reason)
            answer: Answer = self._changing(self._decided, command, command_id)
        return answer

    def _decided(self, command: Command, command_id: str | None) -> Answer:
        if not self._begin():
            return self.referee.first_answer(command_id) or Answer(False, self.state.seq, NOT_STORED)
        return self.referee.submit(command, command_id)

    def _changing(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run what may change the state, and publish it; the caller has the turn."""
        before = self.state.seq
        result = self._run(function, *arguments)
        if self.state.seq != before:
            for tell in self.on_change:
                _guarded(tell, self.state)
        self._look_at_log()
        return result

    def keep_log(self) -> None:
        """Tell the host how the log is, and begin once the disk is back; to be called a few times a second."""
        self._look_at_log()
        if self._to_begin is not None and self.log.trouble is None:
            with self.turn:
                if self.may_rule() is None:  # another machine may have taken over meanwhile
                    self._changing(self._begin)

    def _look_at_log(self) -> None:
        alarm = self.alarm()
        failed = self.referee.log_failed or (alarm["detail"] if alarm and alarm["blocks"] else None)
        if (failed, alarm) != (self.rim.log_failed, self.rim.log_alarm):
            self.set_rim(log_failed=failed, log_alarm=alarm)

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
            return {**self._of_state(state, now_ns), **of_now(state, now_ns), **of_rim(state, self.rim)}
        if role == "operator":
            return operator_view(state, now_ns, self.rim)
        if role == "judge" and judge is not None:
            return judge_view(state, now_ns, self.referee.paper, judge)
        if role == "desk":
            return desk_view(state, now_ns, seat)
        raise KeyError(role)

    def _of_state(self, state: State, now_ns: int) -> View:
        """What the host sees of a state, reckoned once however often its rim changes."""
        if self._of_host is None or self._of_host[0] is not state:
            following = None
            try:
                following = next_view(state, self.referee.paper, now_ns)
            except Exception:  # a look ahead that fails must not take the host's view of now along
                traceback.print_exc(file=sys.stderr)
            self._of_host = (state, of_state(state, self.referee.paper, following))
        return self._of_host[1]
