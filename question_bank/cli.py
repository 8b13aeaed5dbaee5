"""The `bank` command: which commands there are, and what becomes of their errors."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping

from question_bank import cli_exchange, cli_look
from question_bank.bank import BankError
from question_bank.cli_common import BANK_FILE, DONE, NO, WRONG, Command, common, print_json, say
from question_bank.cli_look import LinesOf

__all__ = ["BANK_FILE", "DONE", "NO", "WRONG", "main"]

COMMANDS: Mapping[str, Command] = {**cli_exchange.COMMANDS, **cli_look.COMMANDS}
More = Callable[[], Mapping[str, Command]]
_INTERRUPTED = 130


def main(argv: list[str], more: More | None = None, lines_of: LinesOf | None = None) -> int:
    """Run one command, `argv` without the program's name. Returns the exit status.

    more: gives commands beside ours, by name; asked only where none of ours is meant. lines_of: reads the blueprint of
    a contest file, which this package cannot.
    0 done; 1 the answer is no; 2 the call or its input is wrong; 130 on Ctrl-C.
    Results go to standard output, messages to standard error; --json gives one JSON object.
    """
    ours = argv[:1] and argv[0] in COMMANDS
    known = COMMANDS if ours or more is None else {**COMMANDS, **more()}
    try:
        arguments = _parser(known).parse_args(argv)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else WRONG
    arguments.lines_of = lines_of
    command: Command = arguments.command
    try:
        return command.run(arguments)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        return _nobody_reads()
    except (BankError, OSError, ValueError, sqlite3.Error) as error:
        message = error.text(arguments.lang) if isinstance(error, BankError) else str(error)
        if getattr(arguments, "json", False):
            print_json({"ok": False, "error": message})
        say(f"bank: {message}")
        return WRONG


def _nobody_reads() -> int:
    """Whoever read our output has seen enough (`| head`): that is no mistake, and nothing is left to be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bank", description="The question bank (题库).")
    subparsers = parser.add_subparsers(required=True, metavar="|".join(commands))
    shared = common()
    for name, command in commands.items():
        sub = subparsers.add_parser(name, parents=[shared], help=command.help, description=command.help)
        command.add(sub)
        sub.set_defaults(command=command)
    return parser
