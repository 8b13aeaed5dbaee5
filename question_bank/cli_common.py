"""What the commands of `run.py bank` share: their shape, their options, how they speak, how they tell of progress."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from question_bank import messages
from question_bank.bank import Bank
from question_bank.question import (
    FORM_WORDS,
    LANGUAGES,
    LEVELS,
    POOL_WORDS,
    ROUND_WORDS,
    STATUS_WORDS,
)

BANK_FILE = "bank.db"
DONE, NO, WRONG = 0, 1, 2
FILTERS = ("round", "form", "area", "level", "status", "tag", "language", "pool", "author")


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `add` puts its options on a parser (which has --data and --lang); `run` returns the exit status."""

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def common() -> argparse.ArgumentParser:
    """The options that every command has: --data, --lang."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="holds bank.db (default: data)"
    )
    parser.add_argument(
        "--lang", choices=messages.LANGUAGES, default="zh", help="language of messages (default: zh)"
    )
    return parser


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Options that choose among the questions; each is exact, several of them are all needed."""
    group = parser.add_argument_group("which questions (选题条件)")
    group.add_argument("--round", choices=ROUND_WORDS)
    group.add_argument("--form", choices=FORM_WORDS)
    group.add_argument("--area", metavar="知识领域")
    group.add_argument("--level", choices=LEVELS)
    group.add_argument("--status", choices=STATUS_WORDS)
    group.add_argument("--tag", metavar="标签")
    group.add_argument("--language", choices=LANGUAGES)
    group.add_argument("--pool", choices=POOL_WORDS)
    group.add_argument("--author", metavar="作者")


def filters(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `add_filters` was given, for Bank.search and Bank.iterate; names without a value are left out."""
    given = {name: getattr(arguments, name) for name in FILTERS}
    return {name: value for name, value in given.items() if value is not None}


def bank_path(arguments: argparse.Namespace) -> Path:
    """Where the bank of --data is."""
    folder: Path = arguments.data
    return folder / BANK_FILE


def open_bank(arguments: argparse.Namespace) -> Bank:
    """The bank of --data. Raises BankError where there is none."""
    return Bank(bank_path(arguments), create=False)


def who() -> str:
    """The account this runs under, for the access log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "?"


def say(text: str) -> None:
    """A message for people, on standard error."""
    print(text, file=sys.stderr, flush=True)


def tell(arguments: argparse.Namespace, zh: str, en: str) -> None:
    """A message on standard error, in the language that was asked for."""
    say(zh if arguments.lang == "zh" else en)


def print_json(data: object) -> None:
    """One JSON text on standard output."""
    print(json.dumps(data, ensure_ascii=False))


class Progress:
    """Says on standard error how far long work is. On a terminal one line that is overwritten, else a line a while.

    Short work says nothing: the first line comes after `quiet_s` seconds.
    """

    def __init__(self, lang: str, *, quiet_s: float = 1.0) -> None:
        self._lang, self._tty = lang, sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next, self._open = self._begun + quiet_s, False

    def __call__(self, done: int) -> None:
        """`done` questions are through."""
        self.line(f"{done:,} {'题' if self._lang == 'zh' else 'questions'}")

    def line(self, text: str) -> None:
        """How far it is, in words; most calls come too soon after the last one and say nothing."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.2 if self._tty else 2.0)
        text = f"{text} ({now - self._begun:.0f} s)"
        if self._tty:
            print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)
            self._open = True
        else:
            say(text)

    def end(self) -> None:
        """Take the overwritten line away."""
        if self._open:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
            self._open = False
