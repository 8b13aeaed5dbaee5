"""From files of questions to the bank: all of them or nothing, with every mistake named at once."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from question_bank import media_files
from question_bank.bank import Bank
from question_bank.intake_files import FORMAT_NAMES
from question_bank.intake_rows import parse_key_points
from question_bank.intake_taking import Coming, Taken, take
from question_bank.media_files import BadMedia
from question_bank.near import MAX_PAIRS, NearPair, find
from question_bank.question import Question, unchecked
from question_bank.rows import Indexed
from question_bank.tables import RowError

if TYPE_CHECKING:
    from question_bank.formats import Defaults

__all__ = ["FORMAT_NAMES", "ImportReport", "Progress", "import_file", "import_files", "parse_key_points"]

MAX_ERRORS = 1000
"""Mistakes told of one import; the rest is counted."""
_PROGRESS_S = 0.2
_STEPS = {"read": ("读取", "reading"), "near": ("查找相近的题", "looking for near duplicates")}
_STEPS |= {"compare": ("与题库比较", "comparing with the bank"), "write": ("写入题库", "writing")}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is. step: read | compare | near | write; done of total questions, total 0 while unknown."""

    step: str
    file: str
    done: int
    total: int

    def text(self, language: str = "zh") -> str:
        """One line for people."""
        word = _STEPS[self.step][0 if language == "zh" else 1]
        of = f"{self.done} / {self.total}" if self.total else str(self.done)
        return f"{word} {self.file} {of}".replace("  ", " ")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. With errors nothing was changed and added, replaced and unchanged are 0.

    near: questions that may be one, of the files among themselves and with the bank. notes: what of the files was not
    kept though nothing is wrong. Neither hinders the import.
    """

    files: tuple[str, ...]
    rows: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    rounds: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()
    near: tuple[NearPair, ...] = ()
    notes: tuple[RowError, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there was nothing wrong."""
        return not self.errors

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "ok": self.ok,
            "files": list(self.files),
            "rows": self.rows,
            "added": self.added,
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "rounds": dict(self.rounds),
            "errors": [error.to_dict() for error in self.errors],
            "near": [pair.to_dict() for pair in self.near],
            "notes": [note.to_dict() for note in self.notes],
        }


def import_file(bank: Bank | None, path: Path | str, **options: Any) -> ImportReport:
    """`import_files` for one file."""
    return import_files(bank, [path], **options)


def import_files(
    bank: Bank | None,
    paths: Iterable[Path | str],
    *,
    replace: bool = False,
    check: bool = False,
    progress: Callable[[Progress], object] | None = None,
    format: str | None = None,
    defaults: Defaults | None = None,
    near: bool = True,
) -> ImportReport:
    """Import files into the bank, all of them or nothing. Mistakes of the files end up in the report.

    The files are read in a process apart, within bounds of time and memory (`question_bank.intake`).
    A question that the bank holds word for word counts as unchanged; one with the id of a kept one but other
    content is an error unless `replace`. With `check` nothing is written; `bank` may then be None.
    Pictures, sounds and films are copied into the folder of the bank.
    `format`: one of FORMAT_NAMES for all the files, None to tell by ending and content. `defaults`: what files that
    know no rounds, areas and levels are given. `progress` is called a few times a second. `near`: look for near
    duplicates.
    Raises BankError when the bank itself is damaged, OSError when its disk takes no more.
    """
    files = [Path(path) for path in paths]
    if bank is None and not check:
        raise ValueError("only a check can do without a bank")
    if format is not None and format not in FORMAT_NAMES:
        raise ValueError(f"{format}: not one of {', '.join(FORMAT_NAMES)}")
    tell = _Teller(progress)
    names = tuple(path.name for path in files)
    with contextlib.ExitStack() as stack:
        unpack = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firstpress-")))
        data = None if bank is None else bank.path.parent
        given = {} if defaults is None else asdict(defaults)
        found = take(files, format, given, unpack, data, lambda file, done: tell("read", file, done, 0))
        _twins(found)
        if bank is not None:
            # Compared and written under one lock: another import must not slip in between.
            stack.enter_context(bank.transaction())
        tell("compare", "", 0, 0, now=True)
        kept = {} if bank is None else {indexed.id: indexed for indexed in bank.index()}
        same = _clashes(found, kept, replace=replace)
        pairs = _near(found, kept, same, tell) if near else ()
        notes = tuple(found.notes)
        if found.errors:
            return ImportReport(names, found.rows, errors=_told(found.errors), near=pairs, notes=notes)
        changed = [c.id for c in found.coming if c.id in kept and c.id not in same]
        if bank is not None and not check:
            # Before the rows: a question of the bank never names a file that is not there.
            _keep_media(bank.path.parent, found)
            if found.errors:
                return ImportReport(names, found.rows, errors=_told(found.errors), near=pairs, notes=notes)
            _write(bank, found, same, set(changed), tell)
    return ImportReport(
        names,
        found.rows,
        added=len(found.coming) - len(same) - len(changed),
        replaced=len(changed),
        unchanged=len(same),
        rounds=found.rounds,
        near=pairs,
        notes=notes,
    )


def _told(errors: Sequence[RowError]) -> tuple[RowError, ...]:
    """The first of the errors: nobody reads a hundred thousand of them."""
    if len(errors) <= MAX_ERRORS:
        return tuple(errors)
    more = RowError(
        errors[-1].file, "errors_more", found=str(len(errors) - MAX_ERRORS), allowed=str(MAX_ERRORS)
    )
    return (*errors[:MAX_ERRORS], more)


class _Teller:
    """Progress to whoever wants it, not too often."""

    def __init__(self, progress: Callable[[Progress], object] | None) -> None:
        self._progress, self._next_s = progress, 0.0

    def __call__(self, step: str, file: str, done: int, total: int, *, now: bool = False) -> None:
        at_s = time.monotonic()
        if self._progress is not None and (now or at_s >= self._next_s or done == total > 0):
            self._next_s = at_s + _PROGRESS_S
            self._progress(Progress(step, file, done, total))


def _twins(found: Taken) -> None:
    """Questions that come twice within the files."""
    ids: dict[str, Coming] = {}
    prompts: dict[str, Coming] = {}
    for coming in found.coming:
        if coming.id in ids:
            found.errors.append(coming.error("id_twice", "id", coming.id, ids[coming.id].place()))
        if coming.key in prompts:
            found.errors.append(
                coming.error("prompt_twice", "prompt", coming.prompt_start, prompts[coming.key].place())
            )
        ids.setdefault(coming.id, coming)
        prompts.setdefault(coming.key, coming)


def _clashes(found: Taken, kept: Mapping[str, Indexed], *, replace: bool) -> set[str]:
    """The ids of those that the bank holds already just so; what cannot stand beside it goes to the errors."""
    same: set[str] = set()
    coming_ids = {coming.id for coming in found.coming}
    prompts = {k.prompt_key: k.id for k in kept.values() if not (replace and k.id in coming_ids)}
    for coming in found.coming:
        old = kept.get(coming.id)
        if old is not None:
            if old.content_hash == coming.digest.hex() and coming.workflow in (None, old[3:]):
                same.add(coming.id)
            elif old.status == "sealed":
                found.errors.append(coming.error("sealed_kept", "id", coming.id))
            elif not replace:
                found.errors.append(coming.error("id_taken", "id", coming.id))
        other = prompts.get(coming.key, coming.id)
        if other != coming.id:
            found.errors.append(coming.error("prompt_taken", "prompt", coming.prompt_start, other))
    return same


def _near(found: Taken, kept: Mapping[str, Indexed], same: set[str], tell: _Teller) -> tuple[NearPair, ...]:
    """Pairs that read nearly the same, of which one is new to the bank."""
    new = [coming for coming in found.coming if coming.id not in same]
    if not new:
        return ()
    coming_ids = {coming.id for coming in new}
    old = [k for k in kept.values() if k.id not in coming_ids]
    keys = [k.prompt_key for k in old] + [coming.key for coming in new]
    result = find(keys, len(new), lambda done: tell("near", "", done, len(keys)))
    pairs = []
    for one, other, likeness in result.pairs[:MAX_PAIRS]:
        this = new[one - len(old)]
        if other < len(old):
            other_id, other_place = old[other].id, ""
        else:
            there = new[other - len(old)]
            other_id, other_place = there.id, there.place()
        pairs.append(NearPair(int(likeness * 100), this.id, this.place(), other_id, other_place))
    if len(result.pairs) > len(pairs):
        more = str(len(result.pairs) - len(pairs))
        found.notes.append(RowError(new[0].file, "near_more", found=more))
    if not result.whole:
        found.notes.append(RowError(new[0].file, "near_ended"))
    return tuple(pairs)


def _keep_media(data: Path, found: Taken) -> None:
    for name, (file, coming) in found.media.items():
        try:
            media_files.keep(data, file)
        except BadMedia as bad:
            found.errors.append(coming.error(bad.code, "media", name, bad.allowed))


def _write(bank: Bank, found: Taken, same: set[str], changed: set[str], tell: _Teller) -> None:
    # Gone first: two questions may have changed their prompts with each other. Their history stays, it goes by id.
    for question_id in changed:
        bank.remove(question_id)
    total = len(found.coming) - len(same)
    bank.add_many(_counted(_questions(found, same), total, tell))


def _counted(questions: Iterable[Question], total: int, tell: _Teller) -> Iterator[Question]:
    for done, question in enumerate(questions, start=1):
        yield question
        tell("write", "", done, total)


def _questions(found: Taken, left_out: set[str]) -> Iterator[Question]:
    for coming, line in zip(found.coming, found.questions, strict=True):
        if coming.id not in left_out:
            yield unchecked(json.loads(line))
