"""Hostile archives are refused before anything is unpacked; the media in honest ones come in with their questions."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from question_bank import archive
from question_bank.bank import Bank
from question_bank.importers import import_file
from tests.question_bank.hostile import MB, PNG, changed, check, packed, refused, sheet_bytes
from tests.question_bank.makers import SINGLE, write_xlsx

# Each makes one hostile file in a folder; the code it is refused by stands beside it.


def zip_bomb(folder: Path) -> Path:
    return packed(folder / "q.zip", {"q.csv": bytes(40 * MB)})


def xlsx_bomb(folder: Path) -> Path:
    def grow(name: str, data: bytes) -> bytes:
        return data.replace(b"<sheetData>", b"<sheetData>" + b" " * (40 * MB)) if "sheet1" in name else data

    return changed(write_xlsx(folder / "g.xlsx", [SINGLE]), folder / "q.xlsx", grow)


def overlapping(folder: Path) -> Path:
    """Two names for one stretch of bytes: the way in which 46 MB hold 4.5 PB."""
    path = packed(folder / "q.zip", {"a.csv": sheet_bytes(folder), "b.csv": b"x"})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    path.write_bytes(bytes(data))
    return path


def traversal(folder: Path) -> Path:
    return packed(folder / "q.zip", {"../../q.csv": sheet_bytes(folder)})


def absolute(folder: Path) -> Path:
    return packed(folder / "q.zip", {"/etc/q.csv": sheet_bytes(folder)})


def backslashes(folder: Path) -> Path:
    path = packed(folder / "q.zip", {"..|..|q.csv": sheet_bytes(folder)})
    path.write_bytes(path.read_bytes().replace(b"..|..|", b"..\\..\\"))
    return path


def link(folder: Path) -> Path:
    info = zipfile.ZipInfo("star.png")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "q.zip", "w") as target:
        target.writestr("q.csv", sheet_bytes(folder))
        target.writestr(info, "/etc/passwd")
    return folder / "q.zip"


def nested(folder: Path) -> Path:
    inner = packed(folder / "inner.zip", {"q.csv": sheet_bytes(folder)})
    return packed(folder / "q.zip", {"inner.zip": inner.read_bytes()})


def password(folder: Path) -> Path:
    path = packed(folder / "q.zip", {"q.csv": sheet_bytes(folder)})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(bytes(data))
    return path


def twice(folder: Path) -> Path:
    return packed(folder / "q.zip", {"q.csv": sheet_bytes(folder), "Ｑ.CSV": sheet_bytes(folder)})


def other_method(folder: Path) -> Path:
    return packed(folder / "q.zip", {"q.csv": sheet_bytes(folder)}, zipfile.ZIP_LZMA)


def wrong_sum(folder: Path) -> Path:
    path = packed(folder / "q.zip", {"q.csv": sheet_bytes(folder)}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace("一加一".encode(), "二加一".encode()))
    return path


def bidi_name(folder: Path) -> Path:
    return packed(folder / "q.zip", {"q\u202evsc.csv": sheet_bytes(folder)})


def many_members(folder: Path) -> Path:
    return packed(folder / "q.zip", {f"{n}.png": b"" for n in range(archive.MAX_MEMBERS + 1)})


def no_zip(folder: Path) -> Path:
    (folder / "q.zip").write_bytes(b"PK\x03\x04" + os.urandom(5000))
    return folder / "q.zip"


def svg_as_picture(folder: Path) -> Path:
    row = SINGLE | {"媒体文件": "star.png", "媒体说明": "一张图"}
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    return packed(folder / "q.zip", {"q.csv": sheet_bytes(folder, row), "star.png": svg})


def way_out(folder: Path) -> Path:
    row = SINGLE | {"媒体文件": "../bank.db", "媒体说明": "一张图"}
    return packed(folder / "q.zip", {"a/q.csv": sheet_bytes(folder, row), "bank.db": PNG})


HOSTILE: dict[Callable[[Path], Path], set[str]] = {
    zip_bomb: {"zip_bomb"},
    xlsx_bomb: {"zip_bomb"},
    overlapping: {"zip_bomb"},
    traversal: {"zip_name"},
    absolute: {"zip_name"},
    backslashes: {"zip_name"},
    link: {"zip_link"},
    nested: {"zip_nested"},
    password: {"zip_password"},
    twice: {"zip_twice"},
    other_method: {"zip_method"},
    wrong_sum: {"not_zip"},
    bidi_name: {"zip_name"},
    many_members: {"zip_members"},
    no_zip: {"not_zip"},
    svg_as_picture: {"media_kind"},
    way_out: {"media_path"},
}


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_hostile_archive_is_refused_by_one_line(make: Callable[[Path], Path], tmp_path: Path) -> None:
    refused(make, HOSTILE[make], tmp_path)


# Honest ones


WITH_PICTURE = SINGLE | {"媒体文件": "图/星.png", "媒体说明": "一张图"}


def test_an_archive_brings_its_questions_and_their_media(tmp_path: Path) -> None:
    files = {"题/q.csv": sheet_bytes(tmp_path, WITH_PICTURE), "题/图/星.png": PNG, "__MACOSX/._q.csv": b"x"}
    path = packed(
        tmp_path / "q.zip", files | {"题/": b"", "题/另.png": PNG + b"!", "读我.txt": "您好".encode()}
    )
    with Bank(tmp_path / "bank.db") as bank:
        report = import_file(bank, path)
        (question,) = bank.all()
    assert report.ok and question.media.endswith(".png") and question.alt == "一张图"
    assert (tmp_path / "media" / question.media).read_bytes() == PNG
    assert os.listdir(tmp_path / "media") == [question.media]
    assert [(note.code, note.found) for note in report.notes] == [
        ("zip_unused", "题/另.png"),
        ("zip_unused", "读我.txt"),
    ]


def test_a_mistake_in_an_archive_is_told_with_its_place(tmp_path: Path) -> None:
    bad = WITH_PICTURE | {"媒体文件": "图/月.png"}
    path = packed(tmp_path / "q.zip", {"题/q.csv": sheet_bytes(tmp_path, bad), "图/月.png": PNG})
    (error,) = check(path).errors
    assert (error.file, error.code, error.row, error.column, error.cell, error.found) == (
        "q.zip/题/q.csv",
        "media_missing",
        2,
        "media",
        "P2",
        "图/月.png",
    )


def test_names_that_windows_wrote_in_its_own_encoding_are_read(tmp_path: Path) -> None:
    row = WITH_PICTURE | {"媒体文件": "星星.png"}
    path = packed(tmp_path / "q.zip", {"xxxx.csv": sheet_bytes(tmp_path, row), "yyyy.png": PNG})
    data = path.read_bytes()
    for plain, name in ((b"xxxx", "试题"), (b"yyyy", "星星")):
        data = data.replace(plain, name.encode("gb18030"))
    path.write_bytes(data)
    report = check(path)
    assert (report.errors, report.added) == ((), 1)


def test_a_workbook_in_an_archive_is_no_archive_in_an_archive(tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "g.xlsx", [SINGLE]).read_bytes()
    report = check(packed(tmp_path / "q.zip", {"题/q.xlsx": book}))
    assert report.ok and report.added == 1


def test_an_archive_without_questions_says_so(tmp_path: Path) -> None:
    report = check(packed(tmp_path / "q.zip", {"a.png": PNG}))
    assert [error.code for error in report.errors] == ["no_questions"]
