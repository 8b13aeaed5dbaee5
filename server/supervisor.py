"""Starts the timing core and the stage, keeps them running, ends them together. Opens no socket of its own."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
import webbrowser
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from question_bank import samples
from question_bank.bank import Bank
from question_bank.paper_file import Opened
from question_bank.schema import BankError

from .auth import Auth, AuthDamaged
from .contest_file import PRESET, picture_sources, read_contest
from .event_log import EventLog
from .game.paper import Paper
from .game.rulebook import Rulebook
from .game.state import State
from .media import BadPicture, keep_pictures, missing_files
from .paper_draw import NotEnoughQuestions
from .paper_start import Start, first_paper, opened_with, passphrases, rehearsal_paper, sealed_of
from .paper_vault import Vault
from .referee import create_contest, load, load_paper
from .show_log import WrongLog, log_path, must_be
from .stage import wall_time

ROOT = Path(__file__).resolve().parent.parent
END_WITHIN_S = 2.0
RESTART_PAUSE_S = 0.3
REHEARSAL = (
    "",
    "  ==============================================================",
    "  ==  彩 排 · R E H E A R S A L                                ==",
    "  ==  不计入正式成绩 · nothing of this counts for the show     ==",
    "  ==============================================================",
)
WHO = {"host": "主持人 host", "judge": "{0} 号评委 judge {0}", "seat": "{0} 号席 seat {0}"}
# Restarting for ever hides a fault; this many deaths within a minute end the show with a message.
MOST_RESTARTS = 20


class CannotStart(Exception):
    """What keeps the show from starting: one line, saying how to mend it."""


@dataclass(frozen=True, slots=True)
class Show:
    """How to run: see `run.py serve --help`."""

    data: Path
    address: str = "0.0.0.0"
    port: int = 8000
    boxes: str = "auto"
    contest_file: Path | None = None
    new: bool = False
    rehearsal: bool = False
    browser: bool = True
    passphrase_file: Path | None = None
    words: str = ""


def run(show: Show) -> int:
    """Run a show until Ctrl-C or SIGTERM. Returns the exit status."""
    with contextlib.ExitStack() as held:
        try:
            show = replace(show, boxes=_boxes(show))
            _check_port(show)
            show.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(_lock(show.data))
            opened = open_sealed(show)
            state = prepare(show, opened)
            made = Auth.at(show.data).make_missing(len(state.rulebook.judges), state.rulebook.web_seats)
        except (CannotStart, WrongLog, BadPicture, NotEnoughQuestions, BankError, AuthDamaged) as error:
            print(f"firstpress: {error}", file=sys.stderr)
            return 2
        except (OSError, sqlite3.Error) as error:
            print(
                f"firstpress: the data folder {show.data} cannot be used ({error}); choose another with --data",
                file=sys.stderr,
            )
            return 2
        return _Processes(show, state, made, Vault(opened.key) if opened else None).run()


def _boxes(show: Show) -> str:
    """The boxes as the timing core is to have them: it runs in another folder."""
    if not re.fullmatch(r"auto|sim|none|serial:.+|gpio:.*|replay:.*", show.boxes):
        raise CannotStart(
            f"--boxes {show.boxes}: not known; "
            "allowed: auto, sim, none, serial:PORT[,PORT...], gpio:..., replay:LOG"
        )
    if not show.boxes.startswith("replay:"):
        return show.boxes
    if not show.rehearsal:
        raise CannotStart(f"--boxes {show.boxes}: recorded presses are for rehearsals only; add --rehearsal")
    given = show.boxes.removeprefix("replay:")
    log = Path(given).resolve()
    if not given or not log.is_file():
        raise CannotStart(
            f"--boxes {show.boxes}: there is no such log; name the log of a contest or rehearsal"
        )
    if log == log_path(show.data, True).resolve():
        raise CannotStart(
            f"--boxes {show.boxes}: this rehearsal writes to that very log; copy it elsewhere and name the copy"
        )
    return f"replay:{log}"


def _check_port(show: Show) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((show.address, show.port))
        except (OSError, OverflowError) as error:
            taken = getattr(error, "errno", None) == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be used ({error})"
            raise CannotStart(
                f"port {show.port} on {show.address} {reason}; choose another with --port"
            ) from error


def _lock(data: Path) -> IO[str]:
    """Holds the data folder for this show until it is closed: one log has one writer."""
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(
            f"another show is running on the data folder {data}; end it, or choose another with --data"
        ) from None
    return lock


def open_sealed(show: Show) -> Opened | None:
    """The sealed paper of this show, opened; None where nothing is sealed. A rehearsal needs none.

    Raises BankError when no passphrase fits, LogDamaged, OSError.
    """
    log = log_path(show.data, rehearsal=False)
    if show.rehearsal:
        return None
    path = sealed_of(show.data, show.data / "none" if show.new else log, show.words)
    if path is None:
        return None
    asked = passphrases(show.passphrase_file, "试卷口令 passphrase of the paper: ")
    with Bank(show.data / "bank.db") as bank:
        return opened_with(
            path, bank, asked, "serve", lambda text: print(f"firstpress: {text}", file=sys.stderr)
        )


def prepare(show: Show, opened: Opened | None = None) -> State:
    """Make what the data folder lacks: the sample bank, the contest with its drawn paper. Returns its state.

    opened: the sealed paper, which a show draws from where there is one (see `open_sealed`).
    """
    rulebook = read_contest(show.contest_file or PRESET)
    path = log_path(show.data, show.rehearsal)
    if show.new and path.exists():
        _put_aside(path)
    fresh = not path.exists()
    with Bank(show.data / "bank.db") as bank:
        if bank.count() == 0:
            samples.load(bank)
            print("The question bank was empty: the sample bank is loaded.", file=sys.stderr)
        log = EventLog(path)
        try:
            must_be(log, show.rehearsal)
            if log.last_seq == 0:
                _create(show, bank, log, rulebook, opened)
            elif lacking := _lacking(show.data, load_paper(log, Vault(opened.key) if opened else None)):
                print(f"firstpress: {lacking}", file=sys.stderr)  # the show goes on, with their words alone
            state = load(log)
        finally:
            log.close()
    if not fresh and show.contest_file and state.rulebook != rulebook:
        raise CannotStart(
            f"{path} holds a contest by other rules than {show.contest_file}; "
            "start without --contest to go on with it, or with --new to put it aside and begin anew"
        )
    return state


def _create(show: Show, bank: Bank, log: EventLog, rulebook: Rulebook, opened: Opened | None) -> None:
    """Draw the paper of a new contest and write its first event."""
    contest, rules = uuid.uuid4().hex[:12], show.contest_file or PRESET
    start: Start = (
        rehearsal_paper(show.data, bank, rulebook)
        if show.rehearsal
        else first_paper(bank, rulebook, rules, opened, show.words)
    )
    paper = start.paper
    if lacking := _lacking(show.data, paper.questions):
        raise CannotStart(lacking)
    if paper.repeats:
        print(
            "firstpress: the bank has too few fresh questions; some of this paper were used before "
            '(repeats = "never" in [paper] refuses that)',
            file=sys.stderr,
        )
    keep_pictures(show.data, picture_sources(rules))
    at, kind = wall_time(), "rehearsal" if show.rehearsal else "show"
    create_contest(
        log, contest, rulebook, paper.slots, paper.questions, start.seed, at, show.rehearsal, start.vault
    )
    bank.record_use(paper.questions, contest, kind, at)


def _lacking(data: Path, paper: Paper) -> str:
    """What to say where files of questions are missing, "" where all are there."""
    questions = missing_files(data, paper)
    if not questions:
        return ""
    return (
        f"the media files of these questions are not in {data / 'media'}: {', '.join(questions)}; "
        "import their sheet again"
    )


def _put_aside(path: Path) -> None:
    """Rename the contest in hand, never delete it. The write-ahead log is folded in first."""
    _fold_in(path)
    aside = path.with_name(f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}.db")
    path.rename(aside)
    print(f"What was in {path.name} is kept as {aside}.", file=sys.stderr)


def _fold_in(path: Path) -> None:
    """Bring the write-ahead log into the log itself, so that this one file is all of it."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class _Processes:
    """The two processes and what is printed about them."""

    def __init__(self, show: Show, state: State, made: dict[str, str], vault: Vault | None = None) -> None:
        self._show = show
        self._vault = vault
        self._state = state
        self._made = made
        self._folder = Path(tempfile.mkdtemp(prefix="firstpress-"))
        core = str(self._folder / "core.sock")
        seats = str(max(state.rulebook.seats))
        self._calls = {
            "timing core": [
                "buzzers.service",
                "--socket",
                core,
                "--boxes",
                show.boxes,
                "--seats",
                seats,
                "--lifeline",
            ],
            "stage": [
                "server.stage_process",
                *("--data", str(show.data), "--host", show.address, "--port", str(show.port), "--core", core),
                *(["--rehearsal"] if show.rehearsal else []),
                *(["--sealed"] if vault else []),
            ],
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: list[float] = []
        self._ending = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        try:
            for name in self._calls:
                self._start(name)
            self._announce()
            return self._watch()
        finally:
            self._stop()
            with contextlib.suppress(sqlite3.Error):  # nothing is lost: the next start reads both files
                _fold_in(log_path(self._show.data, self._show.rehearsal))
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, name: str) -> None:
        # Each child reads our pipe and goes when it closes: no orphans, however we end. Ctrl-C reaches us alone.
        process = self._running[name] = subprocess.Popen(
            [sys.executable, "-m", *self._calls[name]],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )
        if self._vault is not None and name == "stage":
            # Through the pipe it has anyway: command lines and environments can be read by others.
            with contextlib.suppress(BrokenPipeError):  # it died at once: the watch starts it again
                assert process.stdin is not None
                process.stdin.write(self._vault.key)
                process.stdin.flush()

    def _watch(self) -> int:
        opened = not (self._show.browser and os.environ.get("DISPLAY"))
        while not self._ending:
            time.sleep(0.05)
            if not opened and self._answers():
                opened = webbrowser.open(f"http://localhost:{self._show.port}/host") or True
            for name, process in list(self._running.items()):
                status = process.poll()
                if status is None or self._ending:
                    continue
                if status == 2:
                    return 2  # it has said why
                now = time.monotonic()
                self._deaths = [then for then in self._deaths if now - then < 60] + [now]
                if len(self._deaths) > MOST_RESTARTS:
                    print(
                        f"firstpress: the {name} keeps failing (status {status}); see above", file=sys.stderr
                    )
                    return 1
                print(f"firstpress: the {name} ended (status {status}); starting it again", file=sys.stderr)
                time.sleep(RESTART_PAUSE_S)
                self._start(name)
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

    def _announce(self) -> None:
        """The addresses and, once, the passphrases: on standard output, for the operator."""
        title = self._state.rulebook.title
        names = [_address(), "localhost"] if self._show.address in ("0.0.0.0", "::") else [self._show.address]
        lines = [f"\n先声 FirstPress · {title.zh.replace(chr(10), '')}\n"]
        if self._show.rehearsal:
            log = log_path(self._show.data, True)
            lines = [*REHEARSAL, f"  记录 log: {log}（--new 重新开始 · --new begins anew）", *lines]
        for name in dict.fromkeys(names):
            base = f"http://{name}:{self._show.port}"
            lines.append(f"  主持人控制台 console    {base}/host")
            lines.append(f"  大屏幕 projector        {base}/projector")
            lines.append(f"  评委 judges             {base}/judge")
            if self._state.rulebook.web_buzzers:
                lines.append(f"  选手网页抢答 web buzzer {base}/desk")
            lines.append("")
        if self._made:
            lines.append("  口令（只显示这一次，请抄下） · Passphrases, shown this once:")
            for account, passphrase in self._made.items():
                role, _, number = account.partition("-")
                lines.append(f"    {WHO[role].format(number):<18}  {passphrase}")
            lines.append("")
        lines.append("  Ctrl-C 结束 · ends the show; what happened is kept and goes on at the next start.\n")
        print("\n".join(lines), flush=True)


def _address() -> str:
    """This machine's address on the venue's network, as other machines would reach it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # documentation address: nothing is sent, the route tells our own
            return str(probe.getsockname()[0])
        except OSError:
            return "localhost"
