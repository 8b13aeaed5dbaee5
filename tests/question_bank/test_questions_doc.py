"""The organiser's guide keeps up with the commands: everything it says to type is understood, every command is in it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from question_bank import cli
from server import bank_commands

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "questions.md").read_text("utf-8")
TYPED = re.compile(r"run\.py bank ([^`\n#]+)")
COMMANDS = {**cli.COMMANDS, **bank_commands.more()}


def typed() -> list[str]:
    """What the guide gives to type after `run.py bank`."""
    return sorted({" ".join(found.split()) for found in TYPED.findall(GUIDE)})


@pytest.mark.parametrize("line", typed())
def test_what_the_guide_says_to_type_is_understood(line: str) -> None:
    words = shlex.split(line)
    arguments = cli._parser(COMMANDS).parse_args(words)
    assert arguments.command is COMMANDS[words[0]]


def test_every_command_is_in_both_languages_of_the_guide() -> None:
    chinese, english = GUIDE.split("# The question bank (English)")
    # `reveal` is another name of `publish`.
    for name in COMMANDS.keys() - {"reveal"}:
        for text in (chinese, english):
            assert re.search(rf"(?:bank |`){name}[ `]", text), name


def test_the_guide_names_every_filter_and_every_other_program() -> None:
    for option in ("round", "form", "area", "level", "status", "tag", "language", "pool", "author"):
        assert GUIDE.count(f"--{option}") >= 2, option
    for name in ("gift", "aiken", "moodle-xml", "opentdb", "--dry-run", "--replace", "--answers", "--part"):
        assert name in GUIDE
