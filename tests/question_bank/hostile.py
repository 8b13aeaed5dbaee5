"""What the tests of hostile files share: how such files are made, and what holds for every one of them."""

from __future__ import annotations

import os
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

from question_bank.importers import ImportReport, import_file
from tests.question_bank.makers import HEADER, SINGLE, write_csv

MB = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20


def check(path: Path) -> ImportReport:
    """What an import of the file would say."""
    return import_file(None, path, check=True)


def codes(path: Path) -> list[str]:
    return [error.code for error in check(path).errors]


def packed(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def sheet_bytes(folder: Path, *rows: dict[str, str]) -> bytes:
    header = (*HEADER, "媒体文件", "媒体说明")
    return write_csv(folder / "sheet.csv", rows or (SINGLE,), header=header).read_bytes()


def changed(good: Path, target: Path, change: Callable[[str, bytes], bytes], **more: bytes) -> Path:
    """A workbook with its parts changed, and parts more ("__" for "/")."""
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            out.writestr(info.filename, change(info.filename, source.read(info)))
        for name, data in more.items():
            out.writestr(name.replace("__", "/"), data)
    return target


def refused(make: Callable[[Path], Path], allowed: set[str], tmp_path: Path) -> None:
    """The file that `make` makes is refused by one line with one of these codes, soon, and no harm is done."""
    path = make(tmp_path)
    before = set(os.listdir(tmp_path))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = check(path)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    (error,) = report.errors
    assert error.code in allowed, error.text("en")
    for line in (error.text("zh"), error.text("en")):
        assert line.startswith(path.name) and "\n" not in line and len(line) < 400
    # What counts is work: a busy machine may keep any process waiting.
    assert used.ru_utime + used.ru_stime - children.ru_utime - children.ru_stime < 2.5
    assert set(os.listdir(tmp_path)) == before, "nothing is left behind"
