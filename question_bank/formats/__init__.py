"""The formats of other programs: GIFT, Aiken, Moodle XML, Open Trivia DB. Each is loaded when it is first used."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from question_bank.formats.parsed import Defaults, Draft, Finding, Parsed, Unreadable, Written
from question_bank.question import Question

__all__ = [
    "FORMATS",
    "Defaults",
    "Draft",
    "Finding",
    "Format",
    "Parsed",
    "Unreadable",
    "Written",
    "alias",
    "sniff",
]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `endings`: of its files, the usual one first."""

    name: str
    endings: tuple[str, ...]

    def read(self, data: bytes | str, defaults: Defaults) -> Parsed:
        """The questions of a file, with what is wrong with it and what is not kept. Raises Unreadable, nothing else."""
        parsed: Parsed = importlib.import_module(f"question_bank.formats.{self.name}").read(data, defaults)
        return parsed

    def write(self, questions: Iterable[Question]) -> Written:
        """The questions as such a file, with notes on what it cannot hold."""
        written: Written = importlib.import_module(f"question_bank.formats.{self.name}").write(questions)
        return written


FORMATS = {
    one.name: one
    for one in (
        Format("gift", (".gift", ".txt")),
        Format("aiken", (".txt", ".aiken")),
        Format("moodle_xml", (".xml",)),
        Format("open_trivia", (".json",)),
    )
}
_ALIASES = {
    "moodle": "moodle_xml",
    "xml": "moodle_xml",
    "opentdb": "open_trivia",
    "otdb": "open_trivia",
    "trivia": "open_trivia",
    "opentrivia": "open_trivia",
    "opentriviadb": "open_trivia",
    "moodlegift": "gift",
    "moodleaiken": "aiken",
}
_OTHERS = frozenset({".csv", ".xlsx", ".xlsm", ".xls", ".zip"})
_AIKEN = re.compile(r"^[ \t]*ANSWER[ \t]*[:：][ \t]*[A-Za-z]\b", re.MULTILINE | re.IGNORECASE)
_GIFT = re.compile(r"^[ \t]*(?:\$CATEGORY:|::)|(?<!\\)\{", re.MULTILINE)
_TRIVIA = re.compile(r'"(?:response_code|correct_answer|incorrect_answers)"\s*:')


def alias(word: str) -> str | None:
    """The name of the format that people call `word` (any case, with - or _), or None."""
    folded = word.strip().casefold().replace("-", "_")
    if folded in FORMATS:
        return folded
    bare = folded.replace("_", "")
    return next((name for name in FORMATS if name.replace("_", "") == bare), _ALIASES.get(bare))


def sniff(path: Path, head: bytes) -> str | None:
    """The name of the format of a file by its ending and its first bytes, or None when it is none of these.

    head: the first 64 KiB or so.
    """
    ending = path.suffix.casefold()
    if ending in _OTHERS:
        return None
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n").replace("\r", "\n")
    if text.startswith("<"):
        return "moodle_xml" if "<quiz" in text else None
    if ending == ".json" or "firstpress-questions" in text[:1000]:
        return "open_trivia" if "firstpress-questions" not in text and _TRIVIA.search(text) else None
    if text.startswith(("{", "[")) and _TRIVIA.search(text):
        return "open_trivia"
    if ending == ".gift":
        return "gift"
    if ending == ".aiken" or _AIKEN.search(text):
        return "aiken"
    return "gift" if ending in ("", ".txt", ".text") and _GIFT.search(text) else None
