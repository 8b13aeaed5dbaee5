"""How the rules say no: one exception that carries the reason in both languages."""

from __future__ import annotations

from typing import NoReturn

from .rulebook import Text


class Refused(Exception):
    """The rules do not allow this command now; `reason` says why, for the person who asked."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def refuse(zh: str, en: str) -> NoReturn:
    """Raise `Refused` with that reason."""
    raise Refused(Text(zh, en))
