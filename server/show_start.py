"""What has to be right before the show starts: the options, the data folder, its lock, the bank, the contest with its paper."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import re
import socket
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from question_bank.bank import Bank
from question_bank.paper_file import Opened

from .contest.file import PRESET, picture_sources, read_contest
from .event_log import EventLog
from .game.paper import Paper
from .game.rulebook import Rulebook
from .game.state import State
from .log.file import put_aside
from .log.journal import journal_path
from .log.show_log import log_path, must_be, must_be_at
from .media import keep_pictures, missing_files
from .paper.start import Start, first_paper, opened_with, passphrases, rehearsal_paper, sealed_of
from .paper.vault import Vault
from .referee import create_contest, load, load_paper
from .wall_time import wall_time


class CannotStart(Exception):
    """What keeps the show from starting: one line, saying how to mend it."""


@dataclass(frozen=True, slots=True)
class Show:
    """How to run: see `run.py serve --help`."""

    data: Path
    address: str = "0.0.0.0"
    port: int = 8000
    audience_port: int | None = None  # None: the next one, or another that is free; 0: none
    redis: str | None = None
    redis_channel: str | None = None
    tls: bool = False  # HTTPS with the certificates in DATA/tls
    trust_port: int | None = None  # None: the usual one; 0: none (see tls/start.py)
    opened: Opened | None = (
        None  # a sealed paper that is open already: nobody is asked for its passphrase again
    )
    allow_hosts: tuple[str, ...] = ()  # names by which browsers may call us besides our own
    boxes: str = "auto"
    contest_file: Path | None = None
    new: bool = False
    rehearsal: bool = False
    browser: bool = True
    passphrase_file: Path | None = None
    words: str = ""


def boxes_of(show: Show) -> str:
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


def check_port(show: Show) -> None:
    """Raises CannotStart where the stage could not listen."""
    if error := _unusable(show.address, show.port):
        taken = getattr(error, "errno", None) == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be used ({error})"
        raise CannotStart(
            f"port {show.port} on {show.address} {reason}; choose another with --port"
        ) from error


def audience_port_of(show: Show) -> int:
    """Where the audience's pages are served, 0 for nowhere. Raises CannotStart for a port that cannot be used."""
    if show.audience_port is not None:
        if show.audience_port and (
            show.audience_port == show.port or _unusable(show.address, show.audience_port)
        ):
            raise CannotStart(
                f"port {show.audience_port} on {show.address} cannot be used for the audience; "
                "choose another with --audience-port (0: no pages for phones)"
            )
        return show.audience_port
    if show.port < 65535 and _unusable(show.address, show.port + 1) is None:
        return show.port + 1
    with socket.socket() as probe:
        probe.bind((show.address, 0))
        return int(probe.getsockname()[1])


def _unusable(address: str, port: int) -> Exception | None:
    """Why nobody could listen there, None where somebody could."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as error:
            return error
    return None


def lock_of(data: Path) -> IO[str]:
    """Holds the data folder for this show until it is closed: one log has one writer."""
    try:
        lock = (data / "lock").open("w")
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.ENOSPC):
            raise
        try:
            lock = (data / "lock").open()  # a disk that takes nothing must not keep the screens dark
        except FileNotFoundError:
            raise error from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(
            f"another show is running on the data folder {data}; end it, or choose another with --data"
        ) from None
    return lock


def mend_log(show: Show) -> None:
    """Mend the log before anybody reads it. Raises LogDamaged where nothing of it can be read, WrongLog."""
    path = log_path(show.data, show.rehearsal)
    if not show.new and (path.exists() or journal_path(path).exists()):
        must_be_at(path, show.rehearsal)
        EventLog(path, come_up=True).close()


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
    if show.new and (path.exists() or journal_path(path).exists()):
        print(f"What was in {path.name} is kept as {put_aside(path)}.", file=sys.stderr)
    must_be_at(path, show.rehearsal)
    with contextlib.closing(EventLog(path, come_up=True)) as log:
        fresh = log.last_seq == 0
        must_be(log, show.rehearsal)
        if log.trouble is None:
            with Bank(show.data / "bank.db") as bank:
                if bank.count() == 0:
                    from question_bank import samples  # with all importers: for a first start alone

                    samples.load(bank)
                    print("The question bank was empty: the sample bank is loaded.", file=sys.stderr)
                if fresh:
                    _create(show, bank, log, rulebook, opened)
        if not fresh and (
            lacking := _lacking(show.data, load_paper(log, Vault(opened.key) if opened else None))
        ):
            print(f"firstpress: {lacking}", file=sys.stderr)  # the show goes on, with their words alone
        state = load(log)
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
