"""Which commands were accepted, and the revision after each: in memory, so that asking waits for no disk, and in little of it."""

from __future__ import annotations

import json
from collections.abc import Iterable

PAGE = 512  # commands
Page = tuple[int, int, str]
"""Its first and last revision; a line `"id" revision` for each of its commands, between line feeds."""


class Answered:
    """Ids of commands in the order of their revisions. A dict of them took four times the memory, and a day of them megabytes.

    `add` by one thread at a time; the others by any.
    """

    def __init__(self, known: Iterable[tuple[str, int]] = ()) -> None:
        """known: (id, revision) of what is in the log already, in any order."""
        self._pages: tuple[Page, ...] = ()
        self._newest: dict[str, int] = {}
        for command_id, revision in sorted(known, key=lambda one: one[1]):
            self.add(command_id, revision)

    def add(self, command_id: str, revision: int) -> None:
        """A command more; its revision is not below any before it."""
        self._newest[command_id] = revision
        if len(self._newest) == PAGE:
            revisions = list(self._newest.values())
            lines = "".join(f"{_key(one)}{at}" for one, at in self._newest.items())
            # In this order: whoever asks meanwhile finds them in the one, the other, or both.
            self._pages = (*self._pages, (revisions[0], revisions[-1], f"{lines}\n"))
            self._newest = {}

    def get(self, command_id: str) -> int | None:
        """The revision after it; None when it was never accepted. 0.1 ms with ten thousand of them."""
        newest, key = self._newest, _key(command_id)
        if command_id in newest:
            return newest[command_id]
        for _, _, lines in reversed(self._pages):
            at = lines.find(key)
            if at >= 0:
                begins = at + len(key)
                return int(lines[begins : lines.index("\n", begins)])
        return None

    def between(self, after: int, last: int) -> dict[str, int]:
        """Those with after < revision <= last."""
        newest = dict(self._newest)
        found: dict[str, int] = {}
        for first_of_page, last_of_page, lines in self._pages:
            if first_of_page <= last and last_of_page > after:
                found.update(_read(line) for line in lines.strip("\n").split("\n"))
        found.update(newest)
        return {command_id: at for command_id, at in found.items() if after < at <= last}


def _key(command_id: str) -> str:
    """How its line begins; JSON, so that no id holds a line feed or an end of its own."""
    return f"\n{json.dumps(command_id)} "


def _read(line: str) -> tuple[str, int]:
    command_id, revision = line.rsplit(" ", 1)
    return json.loads(command_id), int(revision)
