"""What a file of questions is, and its questions as messages: the part that runs in the process apart."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from question_bank import archive, media_files, own_json, tables
from question_bank.intake_rows import SheetReader, made_id, row_errors
from question_bank.media_files import BadMedia
from question_bank.question import InvalidQuestion, Question, excerpt, to_dict, unchecked
from question_bank.tables import RowError, Unusable

FORMAT_NAMES = ("csv", "xlsx", "json", "zip", "gift", "aiken", "moodle_xml", "open_trivia")
MAX_ERRORS = 500
"""Mistakes told of one file; the rest is counted."""
MAX_TEXT_BYTES = 16 * 1024 * 1024
"""GIFT, Aiken, XML and foreign JSON are read whole, so they may be less large than a sheet."""
_ENDINGS = {".csv": "csv", ".xlsx": "xlsx", ".zip": "zip"}
_QUESTION_ENDINGS = {".csv", ".xlsx", ".json", ".xml", ".gift", ".txt"}
MAX_UNUSED = 20
"""Files of an archive that no question names: so many are told by name."""
_HEAD = 64 * 1024

Message = dict[str, Any]
"""Plain data, as it goes over the pipe: {"t": "row", file, sheet, row, question | None, media}, where media is None or
[written, name when unpacked | None, cell | None]; {"t": "error" | "note", **RowError}; {"t": "rows", count}."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `shown`: its name in messages; `unpack`: an empty folder for what a ZIP holds."""

    path: Path
    shown: str
    format: str | None
    defaults: Mapping[str, Any]
    unpack: Path


def messages_of(source: Source) -> Iterator[Message]:
    """The file as messages. Mistakes of the file are messages too; MemoryError passes through."""
    told = more = questions = 0
    for message in _all(source):
        if message["t"] == "rows":
            questions += message["count"]
        elif message["t"] == "error":
            told += 1
            if told > MAX_ERRORS:
                more += 1
                continue
        yield message
    if more:
        yield _error(RowError(source.shown, "errors_more", found=str(more), allowed=str(MAX_ERRORS)))
    elif not questions and not told:
        yield _error(RowError(source.shown, "no_questions"))


def _all(source: Source) -> Iterator[Message]:
    name = source.shown
    try:
        kind = source.format or kind_of(source.path)
        if kind == "zip":
            yield from _zip(source)
        else:
            yield from _plain(source, kind, None)
    except Unusable as unusable:
        yield _error(replace(unusable.error, file=name))
    except archive.BadArchive as bad:
        yield _error(RowError(name, bad.code, found=bad.found, allowed=bad.allowed))
    except OSError as error:
        yield _error(RowError(name, "unreadable", allowed=error.strerror or str(error)))


def kind_of(path: Path) -> str:
    """One of FORMAT_NAMES, by ending and first bytes. Raises Unusable for any other file, OSError."""
    ending = path.suffix.lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    from question_bank import formats  # costs something; sheets do without

    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if ending == ".json" and own_json.FORMAT.encode() in head:
        return "json"
    if found := formats.sniff(path, head):
        return found
    if ending == ".json":
        return "json"
    raise Unusable(RowError(path.name, "file_kind", found=excerpt(path.suffix)))


def _plain(source: Source, kind: str, inside: _Inside | None) -> Iterator[Message]:
    if kind in ("csv", "xlsx"):
        yield from _sheets(source, kind, inside)
    elif kind == "json":
        yield from _json(source, inside)
    else:
        yield from _foreign(source, kind)


def _row(file: str, sheet: str | None, row: int | None, question: Question | None, media: Any) -> Message:
    data = None if question is None else to_dict(question)
    return {"t": "row", "file": file, "sheet": sheet, "row": row, "question": data, "media": media}


def _error(error: RowError, kind: str = "error") -> Message:
    return {"t": kind, **asdict(error)}


def _sheets(source: Source, kind: str, inside: _Inside | None) -> Iterator[Message]:
    for sheet, rows in tables.read_sheets(source.path, kind):
        sheet = replace(sheet, file=source.shown)
        reader = SheetReader(sheet, rows)
        for draft in reader.drafts():
            media, errors = None, list(draft.errors)
            if draft.media:
                try:
                    media = [draft.media, inside.take(draft.media) if inside else None, draft.media_cell]
                except BadMedia as bad:
                    told = RowError(source.shown, bad.code, sheet.name, draft.row, "media", draft.media_cell)
                    errors.append(replace(told, found=bad.found, allowed=bad.allowed))
            question = None if errors else draft.question
            if question is not None or media is not None:
                yield _row(source.shown, sheet.name, draft.row, question, media)
            for error in errors:
                yield _error(error)
        for error in reader.header_errors:
            yield _error(error)
        if reader.examples:
            yield _error(sheet.error("examples_skipped", found=str(reader.examples)), "note")
        yield {"t": "rows", "count": reader.rows}


def _json(source: Source, inside: _Inside | None) -> Iterator[Message]:
    name, number = source.shown, 0
    bad_json: own_json.BadJson | None = None
    with _bounded(source, tables.MAX_FILE_BYTES).open("rb") as stream:
        questions = own_json.read(stream)
        while True:
            try:
                data = next(questions)
            except StopIteration:
                break
            except own_json.BadJson as bad:
                bad_json = bad
                break
            number += 1
            if number > tables.MAX_ROWS:
                raise Unusable(RowError(name, "too_many_rows", row=number, allowed=str(tables.MAX_ROWS)))
            try:
                question = unchecked(data)
            except InvalidQuestion as wrong:
                for p in wrong.problems:
                    yield _error(RowError(name, p.code, None, number, p.field, None, p.found, p.allowed))
                continue
            yield from _checked(name, number, question, inside)
    yield {"t": "rows", "count": number}
    if bad_json is not None:
        where = bad_json.number
        yield _error(
            RowError(name, bad_json.code, None, where, found=bad_json.found, allowed=bad_json.allowed)
        )


def _checked(name: str, row: int | None, question: Question, inside: _Inside | None) -> Iterator[Message]:
    """A question of our JSON: its file lies under media/, by the name that it bears in the bank."""
    media = None
    errors = row_errors(name, row, question)
    if question.media and media_files.NAME.fullmatch(question.media):
        written = f"{media_files.FOLDER}/{question.media}"
        try:
            media = [written, inside.take(written) if inside else None, None]
        except BadMedia as bad:
            errors.append(RowError(name, bad.code, None, row, "media", None, bad.found, bad.allowed))
    if errors:
        for error in errors:
            yield _error(error)
    else:
        yield _row(name, None, row, question, media)


def _foreign(source: Source, kind: str) -> Iterator[Message]:
    from question_bank import formats

    name = source.shown
    defaults = formats.Defaults(**source.defaults)
    try:
        parsed = formats.FORMATS[kind].read(_bounded(source, MAX_TEXT_BYTES).read_bytes(), defaults)
    except formats.Unreadable as unreadable:
        yield _finding(name, unreadable.problem, "error")
        return
    for problem in parsed.problems:
        yield _finding(name, problem, "error")
    for note in parsed.notes:
        yield _finding(name, note, "note")
    for draft in parsed.questions:
        question, row = draft.question, draft.line or draft.number
        if not question.id:
            question = replace(question, id=made_id(question.round, question.prompt))
        errors = row_errors(name, row, question)
        for error in errors:
            yield _error(error)
        if not errors:
            yield _row(name, None, row, question, None)
    yield {"t": "rows", "count": len(parsed.questions)}


def _finding(name: str, finding: Any, kind: str) -> Message:
    row = finding.line or finding.number
    column = finding.column or None
    return _error(RowError(name, finding.code, None, row, column, None, finding.found, finding.allowed), kind)


def _bounded(source: Source, most: int) -> Path:
    if source.path.stat().st_size > most:
        raise Unusable(RowError(source.shown, "file_size", found=f"> {most}", allowed=str(most)))
    return source.path


def _zip(source: Source) -> Iterator[Message]:
    """The question files of an archive, each with the media beside it; what nobody names is noted."""
    with source.path.open("rb") as stream, archive.opened(stream) as packed:
        members = archive.look_through(packed, most_bytes=archive.MAX_ARCHIVE_BYTES)
        inside = _Inside(packed, {m.name: m for m in members}, "", source.unpack, {})
        unused = []
        for number, member in enumerate(members):
            ending = Path(member.name).suffix.lower()
            if ending not in _QUESTION_ENDINGS:
                unused.append(member)
                continue
            if member.info.file_size > tables.MAX_FILE_BYTES:
                most = str(tables.MAX_FILE_BYTES)
                raise archive.BadArchive("unpacked_size", excerpt(member.name), most)
            path = source.unpack / f"{source.unpack.name}-s{number:05d}{ending}"
            archive.copy_out(packed, member, path)
            try:
                kind = kind_of(path)
            except Unusable:
                if ending != ".txt":
                    raise
                # A text that is no question file is somebody's note on them.
                unused.append(member)
                continue
            shown = f"{source.shown}/{excerpt(member.name, 120)}"
            inner = replace(source, path=path, shown=shown, format=kind)
            try:
                yield from _plain(inner, kind, inside.at(member.folder))
            except Unusable as unusable:
                yield _error(replace(unusable.error, file=shown))
            finally:
                path.unlink()
        left = [m for m in unused if m.name not in inside.taken]
        for member in left[:MAX_UNUSED]:
            yield _error(RowError(source.shown, "zip_unused", found=excerpt(member.name)), "note")
        if len(left) > MAX_UNUSED:
            more = str(len(left) - MAX_UNUSED)
            yield _error(RowError(source.shown, "zip_unused_more", found=more), "note")


@dataclass(frozen=True, slots=True)
class _Inside:
    """The files of an archive, for one sheet in it: media are taken out when a question names them."""

    packed: zipfile.ZipFile
    members: Mapping[str, archive.Member]
    folder: str
    unpack: Path
    taken: dict[str, str]

    def at(self, folder: str) -> _Inside:
        """The same for a sheet in that folder."""
        return replace(self, folder=folder)

    def take(self, written: str) -> str:
        """The name in the folder of unpacked files of what a sheet names. Raises BadMedia, BadArchive."""
        if written.startswith("/") or "\\" in written or ".." in written.split("/"):
            raise BadMedia("media_path", excerpt(written))
        parts = [self.folder, *(part for part in written.split("/") if part not in ("", "."))]
        name = unicodedata.normalize("NFC", "/".join(part for part in parts if part))
        member = self.members.get(name)
        if member is None:
            raise BadMedia("media_missing", excerpt(written))
        if name not in self.taken:
            # Looked at before it is unpacked: what is no picture, sound or film never reaches the disk.
            ending = media_files.ending_of(archive.head_of(self.packed, member, 4096))
            if ending is None:
                raise BadMedia("media_kind", excerpt(written), ", ".join(media_files.KINDS))
            most = media_files.MOST_BYTES[media_files.KINDS[ending]]
            if member.info.file_size > most:
                raise BadMedia("media_size", excerpt(written), f"{most // media_files.MB} MB")
            kept = f"{self.unpack.name}-m{len(self.taken):05d}"
            archive.copy_out(self.packed, member, self.unpack / kept)
            self.taken[name] = kept
        return self.taken[name]
