"""Puts other contestants into the text of a contest.toml and leaves every other byte of it as it was. Pure.

The file is walked statement by statement, as TOML has them, so that neither a text over several lines nor a comment
that looks like a table is taken for one; the outcome is parsed again and compared before it is given back.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

MARK = "# [finalists] "
_NAME = r"""(?:contestant|"contestant"|'contestant')"""
_TABLE = re.compile(rf"\[\[[ \t]*{_NAME}[ \t]*\]\]")
_BELOW = re.compile(rf"\[\[?[ \t]*{_NAME}[ \t]*\.")
_TOKEN = re.compile(
    r'''"""(?:\\[\s\S]|(?!""")[^\\])*""""{0,2}'''
    r"""|'''(?:(?!''')[\s\S])*''''{0,2}"""
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{}\n]"""
)


class CannotSplice(ValueError):
    """The text is not one whose contestants can be replaced; says why and how to mend it."""


def splice(text: str, contestants: Sequence[dict[str, Any]], notes: Sequence[str]) -> str:
    """`text` with its [[contestant]] tables replaced, under `notes` as comments; at its end if it has none.

    A contestant is {setting: int | str}. Notes of an earlier splice go; comments within a contestant's table go with
    it; everything else stays, byte for byte. Raises CannotSplice, tomllib.TOMLDecodeError.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    before = tomllib.loads(body)
    end = "\r\n" if "\r\n" in body else "\n"
    block = _block(contestants, notes, end)
    spans = _spans(body)
    if spans:
        pieces = [body[: spans[0][0]], block]
        starts = [*(start for start, _ in spans[1:]), len(body)]
        pieces += [body[stop:start] for (_, stop), start in zip(spans, starts, strict=True)]
        made = "".join(pieces)
    else:
        made = body + ("" if not body or body.endswith("\n") else end) + end + block
    _check(before, made, contestants)
    return mark + made


def _block(contestants: Sequence[dict[str, Any]], notes: Sequence[str], end: str) -> str:
    lines = [MARK + note for note in notes]
    for contestant in contestants:
        # A JSON string is a TOML basic string, as long as it holds no DEL, which is refused before.
        settings = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in contestant.items()]
        lines += ["[[contestant]]", *settings, ""]
    return end.join(lines)


def _statements(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of every statement; kind is "blank", "comment", "pair", or the header's own text."""
    start = 0
    while start < len(text):
        line_end = text.find("\n", start) + 1 or len(text)
        line = text[start:line_end].strip(" \t\r\n")
        if not line:
            end, kind = line_end, "blank"
        elif line.startswith("#"):
            end, kind = line_end, "comment"
        elif line.startswith("["):
            end, kind = line_end, line
        else:
            end, kind = _pair_end(text, start), "pair"
        yield start, end, kind
        start = end


def _pair_end(text: str, start: int) -> int:
    """Where the key and value that begin at `start` end; the value may go over several lines."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif token[0] == "\n" and depth == 0:
            return token.end()
    return len(text)


def _spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of what goes: contestants' tables and earlier notes, joined where only blanks lie between."""
    found: list[tuple[int, int]] = []
    inside = False
    for start, end, kind in _statements(text):
        header = kind.startswith("[")
        if header and _TABLE.match(kind):
            inside = True
            found.append((start, end))
        elif kind == "comment" and text[start:end].startswith(MARK):
            found.append((start, end))
            inside = False
        elif header:
            inside = inside and _BELOW.match(kind) is not None
            if inside:
                found[-1] = (found[-1][0], end)
        elif kind == "pair" and inside:
            found[-1] = (found[-1][0], end)
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _check(before: dict[str, Any], made: str, contestants: Sequence[dict[str, Any]]) -> None:
    try:
        after = tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        after = {}
    wanted = {**before, "contestant": [dict(contestant) for contestant in contestants]}
    if after != wanted:
        raise CannotSplice(
            "its contestants cannot be replaced safely; write each of them as a [[contestant]] table of its own"
        )
