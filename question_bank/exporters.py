"""From the bank to files that come back unchanged, whole or not at all, readable by their owner only."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from question_bank import formats, own_json
from question_bank.columns import COLUMNS
from question_bank.media_files import FOLDER, keep, media_file
from question_bank.question import (
    FORM_WORDS,
    LANGUAGE_WORDS,
    OPTION_LETTERS,
    POOL_WORDS,
    ROUND_WORDS,
    STATUS_WORDS,
    Question,
    format_points,
)
from question_bank.tables import guard

OWN_FORMATS = ("csv", "xlsx", "json", "zip")
ZIP_QUESTIONS = "questions.json"
_WORDS = {
    "round": ROUND_WORDS,
    "form": FORM_WORDS,
    "status": STATUS_WORDS,
    "pool": POOL_WORDS,
    "language": LANGUAGE_WORDS,
}
# ECMA-376 part 1, ST_Xstring: text that looks like an escape of a workbook has its own underscore escaped.
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Exported:
    """What went out: how many questions, and what of them the format could not hold, a line each."""

    questions: int
    notes: tuple[formats.Finding, ...] = ()


def cells(question: Question) -> dict[str, str]:
    """The sheet cells of a question by field: words in Chinese, lists one a line (tags with 、), nothing guarded yet."""
    found = {}
    for column in COLUMNS:
        value = getattr(question, column.field, "")
        if column.field in _WORDS:
            found[column.field] = _WORDS[column.field][value]
        elif isinstance(value, tuple):
            found[column.field] = ("、" if column.field == "tags" else "\n").join(map(_line, value))
        else:
            found[column.field] = "" if value is None else str(value)
    if question.form != "true_false":
        for letter, option in zip(OPTION_LETTERS, question.options, strict=False):
            found[f"option_{letter.lower()}"] = option
    found["media"] = f"{FOLDER}/{question.media}" if question.media else ""
    return found


def _line(item: Any) -> str:
    return item if isinstance(item, str) else f"{item.text} | {format_points(item.points_cp)}"


def csv_text(questions: Iterable[Question]) -> str:
    """The questions as CSV, headers in Chinese. A cell that a spreadsheet would take for a formula starts with '."""
    stream = io.StringIO(newline="")
    _write_csv(questions, stream)
    return stream.getvalue()


def _write_csv(questions: Iterable[Question], stream: IO[str]) -> int:
    writer = csv.writer(stream)
    writer.writerow([column.zh for column in COLUMNS])
    count = 0
    for question in questions:
        count += 1
        found = cells(question)
        writer.writerow([guard(found[column.field]) for column in COLUMNS])
    return count


def export_csv(questions: Iterable[Question], path: Path, data: Path) -> int:
    """Write `csv_text` with a byte order mark, so that spreadsheets read it as UTF-8. Returns the row count.

    Pictures, sounds and films come along in a folder beside it. data: the folder of the bank.
    The file appears whole or not at all; only its owner may read it, as it holds every answer. Raises OSError, and
    BadMedia where the bank's folder lacks a file.
    """
    with private_file(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        count = _write_csv(_with_media(questions, path.parent, data), text)
        text.flush()
        text.detach()
    return count


def export_xlsx(questions: Iterable[Question], path: Path, data: Path) -> int:
    """The same as a workbook: one sheet 题目, every cell text. Media and errors as `export_csv`."""
    openpyxl: Any = importlib.import_module("openpyxl")
    cell_type: Any = importlib.import_module("openpyxl.cell").WriteOnlyCell
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("题目")
    sheet.freeze_panes = "A2"
    for index, column in enumerate(COLUMNS, start=1):
        wide = column.field in ("prompt", "key_points", "explanation", "brief", "transcript")
        sheet.column_dimensions[openpyxl.utils.get_column_letter(index)].width = 48 if wide else 14
    sheet.append([column.zh for column in COLUMNS])

    def cell(text: str) -> Any:
        made = cell_type(sheet, _LIKE_ESCAPE.sub("_x005F_", guard(text)))
        # Never a number, a formula, or an error such as #N/A, whatever the text looks like.
        made.data_type = "s"
        made.number_format = "@"
        return made

    count = 0
    for question in _with_media(questions, path.parent, data):
        count += 1
        found = cells(question)
        sheet.append([cell(found[c.field]) if found[c.field] else None for c in COLUMNS])
    with private_file(path) as stream:
        book.save(stream)
    return count


def export_json(questions: Iterable[Question], path: Path, data: Path) -> int:
    """Our own JSON, every field as it is. Media and errors as `export_csv`."""
    with private_file(path) as stream:
        return own_json.write(_with_media(questions, path.parent, data), stream)


def export_zip(questions: Iterable[Question], path: Path, data: Path) -> int:
    """Our own JSON and its media in one file, which the import takes as it is. Errors as `export_csv`."""
    with private_file(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with tempfile.TemporaryFile() as text:
            media: set[str] = set()
            count = own_json.write(_noting_media(questions, media), text)
            text.seek(0)
            with archive.open(ZIP_QUESTIONS, "w") as packed:
                while part := text.read(1 << 20):
                    packed.write(part)
        for name in sorted(media):
            # Looked at as an import does: what lies in the folder under this name is what the bank means.
            media_file(data, f"{FOLDER}/{name}")
            archive.write(data / FOLDER / name, f"{FOLDER}/{name}", zipfile.ZIP_STORED)
    return count


def export_format(name: str, questions: Iterable[Question], path: Path) -> Exported:
    """One of `formats.FORMATS`. What the format cannot hold is in the notes; media stay behind. Raises OSError."""
    listed = list(questions)
    written = formats.FORMATS[name].write(listed)
    with private_file(path) as stream:
        stream.write(written.data)
    left_out = {
        note.number
        for note in written.notes
        if note.code == "not_written_form" or (note.code, note.column) == ("not_written_text", "prompt")
    }
    return Exported(len(listed) - len(left_out), tuple(written.notes))


def _noting_media(questions: Iterable[Question], media: set[str]) -> Iterator[Question]:
    for question in questions:
        if question.media:
            media.add(question.media)
        yield question


def _with_media(questions: Iterable[Question], folder: Path, data: Path) -> Iterator[Question]:
    """The questions; the media of each lie in `folder` when it is handed on."""
    done: set[str] = set()
    for question in questions:
        if question.media and question.media not in done:
            keep(folder, media_file(data, f"{FOLDER}/{question.media}"))
            done.add(question.media)
        yield question


@contextlib.contextmanager
def private_file(path: Path) -> Generator[BinaryIO, None, None]:
    """A file for its owner's eyes (mode 0600) that is there whole after the block, or as it was before. Raises OSError."""
    # mkstemp makes the file with mode 0600; the same folder keeps the rename within one file system.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
