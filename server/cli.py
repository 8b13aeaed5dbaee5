"""The commands: serve (the default), doctor, replay, verify, token, bank, check. Results on stdout, messages on stderr."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterable

from . import __version__
from .contest.reader import BadContestFile
from .event_log import LogDamaged
from .sign_in.store import AuthDamaged

WRONG_CALL, INTERRUPTED = 2, 130
# Where each command is, in the order of the help. Only what is called is loaded: all together take longer than a show's start.
WHERE = {
    "serve": "serve_cli",
    "replay": "log.cli",
    "verify": "log.cli",
    "finalists": "qualification.command",
    "audience": "audience.command",
    "tls": "tls.cli",
    "flash": "flash",
    "standby": "standby.command",
    "rules": "rule_text.cli",
    "export": "export.command",
    "check": "contest.check_cli",
    "doctor": "doctor",
    "token": "sign_in.cli",
    "sessions": "sign_in.cli",
    "reset-auth": "sign_in.cli",
}


def _parser(modules: Iterable[str]) -> argparse.ArgumentParser:
    """For the commands of these modules of the server, each of which has a `register`."""
    parser = argparse.ArgumentParser(
        prog="run.py", description="FirstPress 先声: the stage final, run and decided."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    for module in modules:
        importlib.import_module(f".{module}", __package__).register(command)
    commands.add_parser("bank", help="the question bank: import, export, template, stats", add_help=False)
    commands.add_parser("test", help="prepare and run the tests (see run.py test --help)", add_help=False)
    commands.add_parser("bench", help="measure it all (see run.py bench --help)", add_help=False)
    return parser


def main(argv: list[str]) -> int:
    """Run one command. Returns the exit status."""
    if argv[:1] == ["bank"]:
        from question_bank import (
            cli as bank_cli,  # its importers take as long to load as all that a show needs
        )

        from . import bank_commands

        return bank_cli.main(argv[1:], bank_commands.more, bank_commands.lines_of)
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version")):
        argv = ["serve", *argv]
    # For the help, and for a name that is none, every command is named.
    modules = [WHERE[argv[0]]] if argv[0] in WHERE else list(dict.fromkeys(WHERE.values()))
    arguments = _parser(modules).parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BadContestFile as error:
        for mistake in error.mistakes:
            print(f"firstpress: {mistake}", file=sys.stderr)
        return WRONG_CALL
    except (LogDamaged, AuthDamaged) as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return WRONG_CALL
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
