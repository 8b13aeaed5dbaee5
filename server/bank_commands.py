"""The commands of `run.py bank` that need the server: the paper of a contest, the authors' pages, its blueprint."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from question_bank.blueprint import Line
from question_bank.cli_common import Command

from .contest.file import contest_path, read_contest, read_paper

_MODULES = ("paper.commands", "authors.cli")


def more() -> dict[str, Command]:
    """The commands by name. They are loaded by this call: a show, or an import, does without their pages."""
    found: dict[str, Command] = {}
    for name in _MODULES:
        found |= importlib.import_module(f".{name}", __package__).COMMANDS
    return found


def lines_of(contest: str) -> Sequence[Line]:
    """The lines of the blueprint of a contest file or preset:NAME. Raises ValueError (BadContestFile) for mistakes."""
    from .paper.draw import lines_of as of_rulebook

    try:
        path = contest_path(contest)
    except argparse.ArgumentTypeError as error:
        raise ValueError(str(error)) from error
    return of_rulebook(read_contest(path), read_paper(path))
