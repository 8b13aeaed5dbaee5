"""Finds the line of a TOML file on which a table or a key stands, so that a mistake can be told with its line.

tomllib gives values without their places. This scanner reads no values: it follows headers and keys, and steps
over strings, comments and brackets. It is used on files that tomllib has read; on other text it only guesses.
"""

from __future__ import annotations

import re

Where = tuple[str | int, ...]
"""The way to a setting: ("round", 2, "sheet", "line", 3, "max"). Tables of a list are counted from 1."""

_WORD = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEY = re.compile(rf"\s*({_WORD}(?:\s*\.\s*{_WORD})*)\s*=")
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_WORD}(?:\s*\.\s*{_WORD})*)\s*\]")
_PART = re.compile(_WORD)


def path_text(where: Where) -> str:
    """The way to a setting as people read it: "round 2.sheet.line 3.max"."""
    text = ""
    for part in where:
        text += f" {part}" if isinstance(part, int) else f".{part}" if text else part
    return text


class Lines:
    """Where the tables and keys of one file stand."""

    def __init__(self, text: str = "") -> None:
        self._lines: dict[Where, int] = {}
        self._counts: dict[Where, int] = {}
        self._table: Where = ()
        self._quote = ""  # the delimiter of the string of several lines that we are in
        self._depth = 0  # of brackets open at the end of a line
        # As TOML counts: only line feeds end a line.
        for number, line in enumerate(text.split("\n"), start=1):
            self._take(line, number)

    def of(self, where: Where) -> int | None:
        """The line of the setting; of its table where it is missing; None where that is the whole file."""
        for length in range(len(where), 0, -1):
            if where[:length] in self._lines:
                return self._lines[where[:length]]
        return None

    def _take(self, line: str, number: int) -> None:
        start = 0
        if not self._quote and not self._depth:
            if header := _HEADER.match(line):
                self._enter(_parts(header[2]), header[1] == "[[", number)
                return
            key = _KEY.match(line)
            if key is None:
                return
            parts = _parts(key[1])
            for length in range(1, len(parts) + 1):
                self._lines.setdefault(self._table + parts[:length], number)
            start = key.end()
        self._skip(line, start)

    def _enter(self, parts: tuple[str, ...], one_of_many: bool, number: int) -> None:
        where: Where = ()
        for part in parts[:-1]:
            where += (part,)
            if where in self._counts:
                where += (self._counts[where],)
        where += (parts[-1],)
        self._lines.setdefault(where, number)
        if one_of_many:
            self._counts[where] = self._counts.get(where, 0) + 1
            where += (self._counts[where],)
            self._lines.setdefault(where, number)
        self._table = where

    def _skip(self, line: str, at: int) -> None:
        """Follow strings and brackets to the end of the line."""
        while at < len(line):
            if self._quote:
                at = self._to_the_quote(line, at)
                continue
            character = line[at]
            if character == "#":
                return
            if character in "\"'":
                self._quote = character * 3 if line.startswith(character * 3, at) else character
                at += len(self._quote)
                continue
            if character in "[{":
                self._depth += 1
            elif character in "]}":
                self._depth = max(0, self._depth - 1)
            at += 1
        if len(self._quote) == 1:
            self._quote = ""

    def _to_the_quote(self, line: str, at: int) -> int:
        while at < len(line):
            if line[at] == "\\" and self._quote[0] == '"':
                at += 2
            elif line.startswith(self._quote, at):
                at += len(self._quote)
                if len(self._quote) == 3:  # up to two quotes may stand directly before the end
                    while line[at : at + 1] == self._quote[0]:
                        at += 1
                self._quote = ""
                return at
            else:
                at += 1
        return at


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PART.findall(key))
