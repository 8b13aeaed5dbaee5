"""`run.py check`: every mistake of a contest file at once."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict

from .file import BadContestFile, contest_path, read_contest

DONE, WRONG_CALL = 0, 2


def check(arguments: argparse.Namespace) -> int:
    try:
        read_contest(arguments.contest)
    except BadContestFile as error:
        if not arguments.json:
            raise
        mistakes = [asdict(mistake) for mistake in error.details]
        print(json.dumps({"ok": False, "mistakes": mistakes}, ensure_ascii=False))
        return WRONG_CALL
    print(json.dumps({"ok": True, "mistakes": []}) if arguments.json else f"{arguments.contest}: no mistakes")
    return DONE


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    checking = command("check", check, "every mistake of a contest file at once")
    checking.add_argument("contest", type=contest_path, help="a file, or preset:NAME")
    checking.add_argument("--json", action="store_true", help="one JSON object on standard output")
