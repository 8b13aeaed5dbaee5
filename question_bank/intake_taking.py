"""From what the process apart says to questions that may be compared with the bank: each is checked once more."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from question_bank import intake, media_files
from question_bank.intake_spool import Spool
from question_bank.media_files import BadMedia, MediaFile
from question_bank.question import (
    WORKFLOW_FIELDS,
    InvalidQuestion,
    Problem,
    content_hash,
    excerpt,
    prompt_key,
    to_dict,
    unchecked,
    validate,
)
from question_bank.tables import RowError

_PLAIN = ("show", "", "", "draft")
_UNPACKED = re.compile(r"\d+-m\d{5}")


@dataclass(frozen=True, slots=True)
class Coming:
    """What is kept in memory of a question that was read: 100,000 of these must be light.

    key: its prompt_key; digest: its content_hash; workflow: its pool, author, reviewer and status, None where the file
    said nothing of them; prompt_start: enough of the prompt for a message.
    """

    id: str
    key: str
    digest: bytes
    workflow: tuple[str, ...] | None
    prompt_start: str
    file: str
    sheet: str | None
    row: int | None

    def place(self) -> str:
        """Where, in short: "questions.xlsx 必答题 7"."""
        return " ".join(str(part) for part in (self.file, self.sheet, self.row) if part is not None)

    def error(self, code: str, column: str, found: str, allowed: str = "") -> RowError:
        """An error about the question as a whole, shown at its id or its prompt."""
        return RowError(self.file, code, self.sheet, self.row, column, found=excerpt(found), allowed=allowed)


@dataclass(slots=True)
class Taken:
    """All that was read: the light list, the questions themselves packed away in the same order, and what is wrong."""

    coming: list[Coming] = field(default_factory=list)
    questions: Spool = field(default_factory=Spool)
    media: dict[str, tuple[MediaFile, Coming]] = field(default_factory=dict)
    rounds: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)


def take(
    files: Sequence[Path],
    format: str | None,
    defaults: Mapping[str, Any],
    unpack: Path,
    data: Path | None,
    tell: Callable[[str, int], object],
) -> Taken:
    """Read the files in a process apart. `unpack`: an empty folder; `data`: the folder of the bank, None for none;
    `tell`: called with a file's name and how many questions there are so far. Raises OSError.
    """
    found = Taken()
    jobs = []
    for number, path in enumerate(files):
        job = intake.job_of(path, format, unpack / f"{number}")
        if isinstance(job, RowError):
            found.errors.append(job)
        else:
            job.unpack.mkdir()
            jobs.append(job)
    with contextlib.closing(intake.read(jobs, defaults)) as items:
        for item in items:
            if item.kind == "row":
                _take(found, item, data)
            elif item.kind == "error":
                found.errors.append(item.error())
            elif item.kind == "note":
                found.notes.append(item.error())
            elif item.kind == "rows":
                found.rows += int(item.data["count"])
            tell(item.job.path.name, len(found.coming))
    return found


def _take(found: Taken, item: intake.Item, data_folder: Path | None) -> None:
    """One row of the process apart: its file looked at, and the question checked once more, on our side of the pipe."""
    data = item.data
    file, sheet, row = str(data["file"]), data["sheet"], data["row"]
    media: MediaFile | None = None
    named = ""
    if data["media"] is not None:
        written, unpacked, cell = data["media"]
        try:
            media, named = _media_of(item.job, written, unpacked, data_folder, data["question"])
        except BadMedia as bad:
            shown = excerpt(written if unpacked else bad.found)
            found.errors.append(RowError(file, bad.code, sheet, row, "media", cell, shown, bad.allowed))
            return
    if data["question"] is None:
        return
    try:
        question = unchecked(data["question"])
    except InvalidQuestion as wrong:
        problems = list(wrong.problems)
    else:
        if data["media"] is not None:
            question = replace(question, media=named)
        problems = validate(question)
        if question.status == "sealed":
            # Only the bank seals; in a file there is nothing to be kept secret any more.
            problems.append(Problem("status", "sealed_incoming", "sealed"))
    if problems:
        found.errors += [
            RowError(file, p.code, sheet, row, p.field, None, p.found, p.allowed) for p in problems
        ]
        return
    workflow = tuple(getattr(question, name) for name in WORKFLOW_FIELDS)
    start = excerpt(question.prompt)
    coming = Coming(
        question.id,
        prompt_key(question.prompt),
        bytes.fromhex(content_hash(question)),
        None if workflow == _PLAIN else workflow,
        start,
        sys.intern(file),
        None if sheet is None else sys.intern(sheet),
        row,
    )
    found.coming.append(coming)
    if media is not None:
        found.media.setdefault(named, (media, coming))
    found.rounds[question.round] += 1
    found.questions.add(json.dumps(to_dict(question), ensure_ascii=False).encode())


def _media_of(
    job: intake.Job, written: str, unpacked: str | None, data: Path | None, question: Mapping[str, Any] | None
) -> tuple[MediaFile | None, str]:
    """The file of a question and the name it is kept under; no file where the bank has it already. Raises BadMedia."""
    if unpacked is not None:
        if not _UNPACKED.fullmatch(unpacked):
            raise BadMedia("media_path", written)
        file = media_files.media_file(job.unpack, unpacked)
        return file, file.name
    try:
        file = media_files.media_file(job.path.parent, written)
    except BadMedia as bad:
        # Our own JSON may come back without the files that it left in this very bank.
        name = "" if question is None else str(question.get("media"))
        ours = bad.code == "media_missing" and written == f"{media_files.FOLDER}/{name}"
        ours = ours and media_files.NAME.fullmatch(name) is not None
        if ours and data is not None and (data / media_files.FOLDER / name).is_file():
            return None, name
        raise
    return file, file.name
