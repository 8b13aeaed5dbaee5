"""ZIP archives of strangers: looked through before a byte is unpacked, unpacked only under names of our own."""

from __future__ import annotations

import contextlib
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from question_bank import messages
from question_bank.model import excerpt, first_refused
from question_bank.xml_guard import BadXml

MB = 1024 * 1024
MAX_MEMBERS = 5_000
MAX_NAME = 240
MAX_MEMBER_BYTES = 200 * MB
MAX_ARCHIVE_BYTES = 1024 * MB
# Text packs to a tenth, the emptiest honest workbook to a hundredth; DEFLATE can do a thousandth.
MAX_RATIO = 250
_RATIO_FROM_BYTES = MB
_CHUNK = 256 * 1024
_NESTED = re.compile(r"\.(zip|rar|7z|gz|tgz|bz2|xz|zst|tar|cab|iso|jar)$", re.IGNORECASE)
# What systems put into archives on their own; nobody wrote it.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$)", re.IGNORECASE)


class BadArchive(ValueError):
    """An archive that is refused whole: `code` is one of `question_bank.messages`."""

    def __init__(self, code: str, found: str = "", allowed: str = "") -> None:
        self.code, self.found, self.allowed = code, found, allowed
        super().__init__(f"{found}: {messages.what(code, allowed, 'en')}")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive. `name`: with slashes, as its author saw it, whatever encoding his system used."""

    name: str
    info: zipfile.ZipInfo

    @property
    def folder(self) -> str:
        """The folder it lies in, "" for the top."""
        return self.name.rpartition("/")[0]


@contextlib.contextmanager
def _told(code: str) -> Generator[None, None, None]:
    """Whatever zipfile trips over becomes BadArchive(code)."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, BadArchive | BadXml | RecursionError):
            raise
        raise BadArchive(code, excerpt(error)) from error


@contextlib.contextmanager
def opened(stream: BinaryIO, code: str = "not_zip") -> Generator[zipfile.ZipFile, None, None]:
    """The archive in `stream`. Raises BadArchive(code) where there is none."""
    with _told(code):
        archive = zipfile.ZipFile(stream)
    with archive:
        yield archive


def look_through(archive: zipfile.ZipFile, *, most_bytes: int, nested: bool = False) -> list[Member]:
    """The files of an archive by name, folders and litter of the system left out. Raises BadArchive.

    Refused whole: more files or bytes than the bounds, what unpacks out of all proportion or overlaps,
    passwords, links and devices, names that lead out or cannot be read, two of one name, archives
    inside (unless `nested`), methods other than stored and deflated.
    """
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadArchive("zip_members", str(len(infos)), str(MAX_MEMBERS))
    unpacked = sum(info.file_size for info in infos)
    if unpacked > most_bytes:
        raise BadArchive("unpacked_size", str(unpacked), str(most_bytes))
    _refuse_overlap(infos)
    members: list[Member] = []
    seen: set[str] = set()
    for info in infos:
        name = _name(info)
        _check(info, name, nested=nested)
        # The same name to some system is the same name.
        key = unicodedata.normalize("NFKC", name).casefold().rstrip("/")
        if key in seen:
            raise BadArchive("zip_twice", excerpt(name))
        seen.add(key)
        if not info.is_dir() and not _LITTER.search(name):
            members.append(Member(name, info))
    return members


def copy_out(archive: zipfile.ZipFile, member: Member, target: Path) -> None:
    """Write one file to `target`, which must not be there. Raises BadArchive when it is not what was
    stated, OSError.
    """
    left = member.info.file_size
    with _told("not_zip"), archive.open(member.info) as source, target.open("xb") as out:
        while part := source.read(_CHUNK):
            left -= len(part)
            if left < 0:
                raise BadArchive("zip_bomb", excerpt(member.name))
            out.write(part)
    if left:
        raise BadArchive("not_zip", excerpt(member.name))


def head_of(archive: zipfile.ZipFile, member: Member, count: int) -> bytes:
    """The first `count` bytes of a file. Raises BadArchive."""
    with part(archive, member) as source:
        return source.read(count)


@contextlib.contextmanager
def part(archive: zipfile.ZipFile, member: Member) -> Generator[IO[bytes], None, None]:
    """A file of an archive as a stream. Raises BadArchive, in the block too."""
    with _told("not_zip"), archive.open(member.info) as source:
        yield source


def _name(info: zipfile.ZipInfo) -> str:
    raw = info.orig_filename
    if not info.flag_bits & 0x800:
        # Without the mark of UTF-8 zipfile reads code page 437; Chinese Windows wrote GBK, others UTF-8.
        data = raw.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            with contextlib.suppress(UnicodeDecodeError):
                raw = data.decode(encoding)
                break
    return unicodedata.normalize("NFC", raw)


def _check(info: zipfile.ZipInfo, name: str, *, nested: bool) -> None:
    shown = excerpt(name)
    parts = name.split("/")
    if (
        not name
        or len(name) > MAX_NAME
        or name.startswith("/")
        or "\\" in name
        or ".." in parts
        or re.match(r"[A-Za-z]:", name)
        or "\n" in name
        or first_refused(name)
    ):
        raise BadArchive("zip_name", shown)
    if info.flag_bits & 0x1:
        raise BadArchive("zip_password", shown)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchive("zip_link", shown)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadArchive("zip_method", shown)
    if info.file_size > MAX_MEMBER_BYTES:
        raise BadArchive("unpacked_size", shown, str(MAX_MEMBER_BYTES))
    if info.file_size > _RATIO_FROM_BYTES and info.file_size > MAX_RATIO * info.compress_size:
        raise BadArchive("zip_bomb", shown)
    if not nested and _NESTED.search(name):
        raise BadArchive("zip_nested", shown)


def _refuse_overlap(infos: Sequence[zipfile.ZipInfo]) -> None:
    """One stretch of bytes unpacked many times over is how a small archive holds petabytes."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise BadArchive("zip_bomb", excerpt(_name(info)))
        # A local header is 30 bytes and the name; its extra field may differ and is left out.
        end = info.header_offset + 30 + info.compress_size
