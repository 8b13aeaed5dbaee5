"""The paper of a new contest, and the passphrase of a sealed one: what the supervisor does before the show."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from question_bank import media_files
from question_bank.bank import Bank
from question_bank.cli_common import who
from question_bank.draw import METHOD_2, NotEnoughQuestions
from question_bank.paper_file import SEALED, Opened, draw_note, noted, open_paper, sealed_file
from question_bank.schema import BankError

from ..contest.file import read_paper
from ..event_log import EventLog
from ..game.rulebook import Rulebook
from .draw import DrawnPaper, draw_paper, draw_rehearsal, lines_of, paper_of
from .vault import Vault, is_locked

ENVIRONMENT = "FIRSTPRESS_PAPER_PASSPHRASE"
TRIES = 3
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Start:
    """A new contest's paper. `seed`: what the log says of the draw; `vault`: locks it, None where it is in clear."""

    paper: DrawnPaper
    seed: str
    vault: Vault | None = None


def passphrases(file: Path | None, prompt: str, ask: Callable[[str], str] = getpass.getpass) -> Iterator[str]:
    """What to try, one after the other: the file's first line; else the environment's; else what a person types.

    A person has three tries. The environment forgets it, so that no child process inherits it. Raises BankError
    "passphrase_missing" where there is none and nobody to ask, OSError for the file.
    """
    if file is not None:
        with file.open(encoding="utf-8-sig") as stream:
            yield stream.readline(_LONGEST).rstrip("\r\n")
    elif ENVIRONMENT in os.environ:
        yield os.environ.pop(ENVIRONMENT)
    elif sys.stdin is not None and sys.stdin.isatty():
        for _ in range(TRIES):
            yield ask(prompt)
    else:
        raise BankError("passphrase_missing")


def opened_with(
    path: Path, bank: Bank, candidates: Iterator[str], what: str, tell: Callable[[str], None]
) -> Opened:
    """The sealed paper, opened by the first passphrase that fits; each try is in the access log.

    Raises BankError "passphrase_wrong" when none fits.
    """
    wrong = BankError("passphrase_wrong", str(path))
    for number, passphrase in enumerate(candidates, start=1):
        try:
            opened = open_paper(path, passphrase)
        except BankError as error:
            if error.code != "passphrase_wrong":
                raise
            bank.log_access(who(), "paper_refused", f"{what}, {path.name}, try {number}")
            tell(str(wrong))
            continue
        bank.log_access(who(), "paper_opened", f"{what}, {path.name}")
        return opened
    raise wrong


def sealed_of(data: Path, log: Path, words: str = "") -> Path | None:
    """The sealed paper that a start needs: that of the contest in hand, or the one for a new contest. None: none.

    Raises BankError: "sealed_other" where the contest was drawn from one that is not there, "words_late" where it
    was drawn with other words.
    """
    if log.exists():
        kept = EventLog(log, readonly=True)
        try:
            first = next(iter(kept.rows()), None)
            if first is not None:
                locked = is_locked(kept.paper())
                note = noted(json.loads(first.body)["draw_seed"]) if locked else None
                if words and (note is None or note[1] != words):
                    raise BankError("words_late", str(log))
                if not locked:
                    return None
                path = note and sealed_file(data, note[0])
                if not path:
                    raise BankError("sealed_other", str(data))
                return path
        finally:
            kept.close()
    return sealed_file(data)


def first_paper(
    bank: Bank, rulebook: Rulebook, contest_file: Path, opened: Opened | None, words: str
) -> Start:
    """The paper of a new show. Raises NotEnoughQuestions, BankError."""
    if opened is None:
        if bank.search(status="sealed", limit=0)[1]:
            # Whoever sealed a paper must not get another one because its file went astray.
            raise BankError("sealed_missing", str(bank.path.parent / SEALED))
        if words:
            raise BankError("words_unsealed")
        seed = secrets.token_hex(16)
        return Start(draw_paper(bank, rulebook, seed, read_paper(contest_file)), f"{METHOD_2} {seed}")
    if opened.lines != lines_of(rulebook, read_paper(contest_file)):
        raise BankError("sealed_rules", str(opened.path))
    drawn = opened.draw(words)
    questions = opened.questions(drawn)
    bank.log_access(who(), "paper_drawn", f"{len(questions)}, {opened.path.name}")
    paper = paper_of(rulebook, drawn, lambda name: questions[name][1])
    return Start(paper, draw_note(opened, words), Vault(opened.key))


def rehearsal_paper(data: Path, bank: Bank, rulebook: Rulebook) -> Start:
    """The paper of a rehearsal, out of its own pool and the shipped samples. Raises NotEnoughQuestions."""
    seed = secrets.token_hex(16)
    try:
        paper = draw_rehearsal(bank, None, rulebook, seed)
    except NotEnoughQuestions:
        with _samples() as shipped:
            paper = draw_rehearsal(bank, shipped, rulebook, seed)
            _keep_media(data, shipped.path.parent, paper)
    return Start(paper, f"{METHOD_2} {seed}")


@contextmanager
def _samples() -> Iterator[Bank]:
    """The shipped samples in a bank of their own, for a moment."""
    with (
        tempfile.TemporaryDirectory(prefix="firstpress-") as folder,
        Bank(Path(folder) / "bank.db") as shipped,
    ):
        from question_bank import samples  # with all importers: for this alone

        samples.load(shipped)
        yield shipped


def _keep_media(data: Path, folder: Path, paper: DrawnPaper) -> None:
    """Copy what the samples' questions show and play."""
    for question in paper.questions.values():
        media = question.public.media
        if media is not None and (path := folder / media_files.FOLDER / media.file).is_file():
            media_files.keep(data, media_files.MediaFile(media.file, media.kind, path))
