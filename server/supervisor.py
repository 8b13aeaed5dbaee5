"""Starts the timing core, the stage and the audience's process, keeps them running, ends them together."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from question_bank.schema import BankError

from .addresses import WITHOUT_RESOLVER
from .announcement import announcement
from .event_log import LogDamaged
from .game.state import State
from .log.file import fold_in
from .log.show_log import WrongLog, log_path
from .media import BadPicture
from .paper.draw import NotEnoughQuestions
from .paper.vault import Vault
from .show_start import (
    CannotStart,
    Show,
    audience_port_of,
    boxes_of,
    check_port,
    lock_of,
    mend_log,
    open_sealed,
    prepare,
)
from .sign_in.auth import Auth, AuthDamaged
from .tls import start as tls_start

__all__ = ["CannotStart", "Show", "open_sealed", "prepare", "run"]

ROOT = Path(__file__).resolve().parent.parent
END_WITHIN_S = 2.0
RESTART_PAUSE_S = 0.3
LONG_PAUSE_S = 5.0  # between two starts of an audience's process that cannot live
# Restarting for ever hides a fault; this many deaths within a minute end the show with a message.
MOST_RESTARTS = 20
AUDIENCE = "audience's process"
EXPENDABLE = (AUDIENCE, tls_start.TRUST_PAGE)  # whose deaths never end the show
PATIENT_AFTER = 5  # deaths of it within a minute
REDIS = "FIRSTPRESS_REDIS"


def run(show: Show) -> int:
    """Run a show until Ctrl-C or SIGTERM. Returns the exit status."""
    with contextlib.ExitStack() as held:
        try:
            show = replace(show, boxes=boxes_of(show))
            check_port(show)
            show = replace(show, audience_port=audience_port_of(show))
            show.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            show = tls_start.encrypted(show)
            held.enter_context(lock_of(show.data))
            mend_log(show)
            opened = show.opened or open_sealed(show)
            state = prepare(show, opened)
            made = Auth.at(show.data).make_missing(len(state.rulebook.judges), state.rulebook.web_seats)
        except (
            CannotStart,
            WrongLog,
            LogDamaged,
            BadPicture,
            NotEnoughQuestions,
            BankError,
            AuthDamaged,
        ) as error:
            print(f"firstpress: {error}", file=sys.stderr)
            return 2
        except (OSError, sqlite3.Error) as error:
            print(
                f"firstpress: the data folder {show.data} cannot be used ({error}); choose another with --data",
                file=sys.stderr,
            )
            return 2
        return _Processes(show, state, made, Vault(opened.key) if opened else None).run()


def _calls(show: Show, folder: Path, seats: int, sealed: bool) -> dict[str, list[str]]:
    """Name of each process → its module and arguments."""
    core, feed = str(folder / "core.sock"), str(folder / "audience.sock")
    where = ["--data", str(show.data), "--host", show.address, *tls_start.arguments(show)]
    named = [part for name in show.allow_hosts for part in ("--allow-host", name)]
    calls = {
        "timing core": [
            *("buzzers.service", "--socket", core, "--boxes", show.boxes),
            *("--seats", str(seats), "--lifeline"),
        ],
        "stage": [
            *("server.stage_process", *where, *named, "--port", str(show.port), "--core", core),
            *(["--rehearsal"] if show.rehearsal else []),
            *(["--sealed"] if sealed else []),
            *tls_start.stage_arguments(show),
            *(["--feed", feed, "--audience-port", str(show.audience_port)] if show.audience_port else []),
        ],
    }
    if show.audience_port:
        calls[AUDIENCE] = [
            *("server.audience.process", "--host", show.address, "--port", str(show.audience_port), *named),
            *("--feed", feed, "--media", str(show.data / "media")),
            *tls_start.arguments(show),
            *(["--redis-channel", show.redis_channel] if show.redis_channel else []),
        ]
    return {**calls, **tls_start.calls(show)}


class _Processes:
    """The processes and what is printed about them."""

    def __init__(self, show: Show, state: State, made: dict[str, str], vault: Vault | None = None) -> None:
        self._show = show
        self._vault = vault
        self._state = state
        self._made = made
        self._folder = Path(tempfile.mkdtemp(prefix="firstpress-"))
        self._calls = _calls(show, self._folder, max(state.rulebook.seats), vault is not None)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, list[float]] = defaultdict(list)
        self._ending = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        try:
            for name in self._calls:
                self._start(name)
            print(announcement(self._show, self._state, self._made), flush=True)
            return self._watch()
        finally:
            self._stop()
            with contextlib.suppress(sqlite3.Error):  # nothing is lost: the next start reads both files
                fold_in(log_path(self._show.data, self._show.rehearsal))
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, name: str) -> None:
        # Each child reads our pipe and goes when it closes: no orphans, however we end. Ctrl-C reaches us alone.
        process = self._running[name] = subprocess.Popen(
            [sys.executable, "-m", *self._calls[name]],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
            env=self._environment(name),
        )
        if self._vault is not None and name == "stage":
            # Through the pipe it has anyway: command lines and environments can be read by others.
            with contextlib.suppress(BrokenPipeError):  # it died at once: the watch starts it again
                assert process.stdin is not None
                process.stdin.write(self._vault.key)
                process.stdin.flush()

    def _environment(self, name: str) -> dict[str, str]:
        """Redis is the audience's affair alone, and its address may hold a password: not for a command line."""
        rest = {key: value for key, value in os.environ.items() if key != REDIS} | WITHOUT_RESOLVER
        return {**rest, REDIS: self._show.redis} if self._show.redis and name == AUDIENCE else rest

    def _watch(self) -> int:
        opened = not (self._show.browser and os.environ.get("DISPLAY"))
        again_at: dict[str, float] = {}  # what has died → when it is started again
        while not self._ending:
            time.sleep(0.05)
            if not opened and self._answers():
                opened = (
                    webbrowser.open(f"{tls_start.scheme(self._show)}://localhost:{self._show.port}/host")
                    or True
                )
            for name, process in list(self._running.items()):
                status = process.poll()
                if status is None or self._ending:
                    continue
                now = time.monotonic()
                if name in again_at:
                    if now >= again_at[name]:
                        del again_at[name]
                        self._start(name)
                    continue
                if status == 2 and name not in EXPENDABLE:
                    return 2  # it has said why
                deaths = self._deaths[name] = [then for then in self._deaths[name] if now - then < 60] + [now]
                if len(deaths) > MOST_RESTARTS and name not in EXPENDABLE:
                    print(
                        f"firstpress: the {name} keeps failing (status {status}); see above", file=sys.stderr
                    )
                    return 1
                print(f"firstpress: the {name} ended (status {status}); starting it again", file=sys.stderr)
                patient = name in EXPENDABLE and (status == 2 or len(deaths) > PATIENT_AFTER)
                again_at[name] = now + (LONG_PAUSE_S if patient else RESTART_PAUSE_S)
        return 130

    def _answers(self) -> bool:
        """True once the stage takes connections."""
        with contextlib.suppress(OSError), socket.create_connection(("localhost", self._show.port), 0.2):
            return True
        return False

    def _end(self, *_: object) -> None:
        self._ending = True

    def _stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        until = time.monotonic() + END_WITHIN_S
        for process in self._running.values():
            try:
                process.wait(max(0.05, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
