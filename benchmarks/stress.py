"""The load that a show is measured under: phones that reconnect, and question sheets that are imported."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import openpyxl

from benchmarks.elsewhere import STEP_BACK
from tests.live import ROOT, until

QUESTIONS = 2_000
COLUMNS = ("id", "round", "form", "prompt", "option_a", "option_b", "answer", "explanation", "area", "level")


def question_sheet(path: Path, explanation: str) -> Path:
    """An XLSX sheet of `QUESTIONS` buzz-in questions."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("题目")
    page.append(COLUMNS)
    for number in range(1, QUESTIONS + 1):
        what = (f"第 {number} 题，选哪个？", "甲", "乙", "A", explanation, "常识", "初级")
        page.append((f"bench-{number}", "buzz_in", "single", *what))
    book.save(path)
    return path


def import_sheet(data: Path, sheet: Path) -> None:
    """`run.py bank import --replace`, in a process of its own. Raises CalledProcessError."""
    command = [sys.executable, "-m", "server.cli", "bank", "import", "--replace", "--data", str(data)]
    subprocess.run([*command, str(sheet)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class Stress:
    """From `with` to its end; afterwards `told` says what went on."""

    def __init__(self, base: str, data: Path, phones: int) -> None:
        self.told: dict[str, Any] = {}
        self._base = base
        self._data = data
        self._phones = phones
        # By turns, so that every import changes every question.
        self._sheets = [question_sheet(data / f"sheet-{text}.xlsx", text) for text in ("odd", "even")]
        self._imports = 0
        self._failed: Exception | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        command = [*STEP_BACK, sys.executable, "-m", "benchmarks.phones", self._base, str(self._phones)]
        self._crowd = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._importing = threading.Thread(target=self._import, name="import", daemon=True)
        self._importing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        counted, _ = self._crowd.communicate(timeout=30)
        self._importing.join(60)
        if self._failed and error is None:
            raise self._failed
        self.told = {
            **json.loads(counted or "{}"),
            "xlsx_imports": self._imports,
            "questions_an_import": QUESTIONS,
        }

    def under_way(self) -> None:
        """Returns once the first sheet is in."""
        until(lambda: self._imports or self._failed, "an imported sheet", 60)

    def _import(self) -> None:
        try:
            while not self._over.is_set():
                import_sheet(self._data, self._sheets[self._imports % 2])
                self._imports += 1
        except (subprocess.CalledProcessError, OSError) as failed:
            self._failed = failed
