"""The commands: serve (the default), doctor, replay, verify, token, bank, check. Results on stdout, messages on stderr."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from . import (
    __version__,
    audience_command,
    doctor,
    finalists,
    flash,
    sign_in_cli,
    standby,
    supervisor,
    tls_cli,
)
from .auth import AuthDamaged
from .contest_file import BadContestFile, contest_path, read_contest
from .event_log import EventLog, LogDamaged
from .evidence import rejudge
from .export import command as export_command
from .game.fold import fold
from .game.standings import standings
from .game.state import State
from .referee import entries, load
from .rule_text import cli as rule_text_cli
from .scene_views import points
from .show_log import emptiness

DONE, NO, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130


def say(text: str) -> None:
    print(text, file=sys.stderr)


def serve(arguments: argparse.Namespace) -> int:
    return supervisor.run(
        supervisor.Show(
            data=arguments.data.resolve(),
            address=arguments.host,
            port=arguments.port,
            audience_port=arguments.audience_port,
            redis=arguments.redis or os.environ.get("FIRSTPRESS_REDIS"),
            redis_channel=arguments.redis_channel,
            tls=arguments.tls,
            allow_hosts=tuple(arguments.allow_host),
            trust_port=arguments.trust_port,
            boxes=arguments.boxes,
            contest_file=arguments.contest,
            new=arguments.new,
            rehearsal=arguments.rehearsal,
            browser=not arguments.no_browser,
            passphrase_file=arguments.paper_passphrase_file,
            words=" ".join(arguments.words.split()),
        )
    )


def replay(arguments: argparse.Namespace) -> int:
    log = EventLog(arguments.log, readonly=True)
    state = load(log)
    rows = [
        {"place": row.place, "seat": row.seat, "name": row.name, "score": points(row.score_cp)}
        for row in standings(state)
    ]
    if arguments.json:
        print(json.dumps({"events": log.last_seq, "head": log.head, "standings": rows}, ensure_ascii=False))
    else:
        print(f"{log.last_seq} events, head {log.head}")
        for row in rows:
            print(f"{row['place']:>3}  seat {row['seat']}  {row['score']:>7}  {row['name']}")
    return DONE


def verify(arguments: argparse.Namespace) -> int:
    try:
        if arguments.empty and not arguments.log.is_file():
            raise LogDamaged(f"{arguments.log}: there is no log yet; start the show once, then ask again")
        log = EventLog(arguments.log, readonly=True)
        known = entries(log)
        state = fold(known)
        found = rejudge(known)
        if found.problem:
            raise LogDamaged(f"{arguments.log}: {found.problem}")
    except sqlite3.OperationalError as error:
        say(
            f"firstpress: {arguments.log} cannot be opened ({error}); copy it with its -wal file to a disk of your own"
        )
        return WRONG_CALL
    except (LogDamaged, ValueError) as damage:
        if arguments.json:
            print(json.dumps({"ok": False, "problem": str(damage)}, ensure_ascii=False))
        else:
            print(f"{'NOT PROVED EMPTY' if arguments.empty else 'NOT INTACT'}: {damage}")
        return NO
    if arguments.empty:
        return _prove_empty(arguments, log, state)
    if arguments.certificate is not None:
        return export_command.compare(arguments.log, arguments.certificate, arguments.json)
    if arguments.json:
        verdicts = {"follow": found.follow, "without_evidence": found.without_evidence}
        print(json.dumps({"ok": True, "events": log.last_seq, "head": log.head, "verdicts": verdicts}))
    else:
        print(f"intact: {log.last_seq} events, head {log.head}")
        print(f"judged again: {found.follow} verdicts, each follows from its evidence")
        if found.without_evidence:
            print(
                f"not judged again: {found.without_evidence} verdicts of a version that recorded too little"
            )
    return DONE


def _prove_empty(arguments: argparse.Namespace, log: EventLog, state: State) -> int:
    """What to say of an intact log that should have nothing of a show in it yet."""
    rows = list(log.rows())
    found = emptiness(rows, state)
    about = {"ok": found.problem is None, "events": log.last_seq, "head": log.head, "contest": state.contest}
    if arguments.json:
        print(json.dumps({**about, "rehearsal": state.rehearsal, **found.to_json()}, ensure_ascii=False))
    elif found.problem:
        print(f"NOT PROVED EMPTY: {arguments.log}: {found.problem}")
    else:
        said = ", ".join(f"{count} {name}" for name, count in found.counts.items())
        print(f"empty: {arguments.log}: nothing of the show has happened yet")
        print(f"contest {state.contest}, made {rows[0].wall_time}; not a rehearsal")
        print(f"{log.last_seq} events: {said}; no question was presented, no score entry made")
        print(f"head {log.head}")
    return NO if found.problem else DONE


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


def examine(arguments: argparse.Namespace) -> int:
    found = doctor.checks(arguments.data, arguments.port)
    print(json.dumps(doctor.as_json(found), ensure_ascii=False) if arguments.json else doctor.report(found))
    return DONE if doctor.is_well(found) else NO


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py", description="FirstPress 先声: the stage final, run and decided."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    def data(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--data", type=Path, default=Path("data"), help="data folder (default: data)")

    def as_json(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--json", action="store_true", help="one JSON object on standard output")

    show = command("serve", serve, "run a show (the default)")
    data(show)
    show.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")
    show.add_argument("--port", type=int, default=8000)
    show.add_argument(
        "--audience-port",
        type=int,
        metavar="N",
        help="port of the phones' pages (default: the next one that is free; 0: none)",
    )
    audience_command.redis_options(show)
    show.add_argument(
        "--tls", action="store_true", help="serve HTTPS with the certificates that run.py tls has made"
    )
    tls_cli.trust_option(show)
    show.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which browsers may call this machine besides its own (repeatable)",
    )
    show.add_argument(
        "--contest",
        type=contest_path,
        help="contest.toml for a new contest, or preset:NAME (default: preset:default)",
    )
    show.add_argument(
        "--new", action="store_true", help="put the contest in the data folder aside and begin a new one"
    )
    show.add_argument(
        "--rehearsal",
        action="store_true",
        help="rehearse: goes on with DATA/rehearsal.db (--new: begins it anew); never touches the show's log",
    )
    show.add_argument(
        "--boxes", default="auto", help="auto | sim | none | serial:PORT[,PORT...] | gpio: | replay:LOG"
    )
    show.add_argument(
        "--paper-passphrase-file",
        type=Path,
        metavar="FILE",
        help="for a sealed paper: its first line is the passphrase; else FIRSTPRESS_PAPER_PASSPHRASE, else the terminal asks",
    )
    show.add_argument(
        "--words",
        default="",
        help="for the draw of a sealed paper: words said in public after its hashes were published",
    )
    show.add_argument("--no-browser", action="store_true", help="do not open the console in a browser")

    replaying = command("replay", replay, "fold a log and print the standings")
    replaying.add_argument("log", type=Path)
    as_json(replaying)
    verifying = command(
        "verify", verify, "check a log's chain and fold, judge its verdicts again; names the first bad row"
    )
    verifying.add_argument("log", type=Path)
    verifying.add_argument(
        "--certificate",
        type=Path,
        help="compare with this certificate (the JSON form) and name each difference",
    )
    verifying.add_argument(
        "--empty", action="store_true", help="prove that nothing but the preparation of a show is in it"
    )
    as_json(verifying)
    finalists.add_command(command, as_json)
    audience_command.register(command)
    tls_cli.register(command)
    flash.register(command)
    standby.register(command)
    rule_text_cli.register(command)
    export_command.options(
        command("export", export_command.run, "the result of a log as a file: certificate and account")
    )
    checking = command("check", check, "every mistake of a contest file at once")
    checking.add_argument("contest", type=contest_path, help="a file, or preset:NAME")
    as_json(checking)
    examining = command("doctor", examine, "what to mend on this machine before the show")
    data(examining)
    examining.add_argument("--port", type=int, default=8000, help="port of the show (default: 8000)")
    as_json(examining)
    sign_in_cli.register(command)
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
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BadContestFile as error:
        for mistake in error.mistakes:
            say(f"firstpress: {mistake}")
        return WRONG_CALL
    except (LogDamaged, AuthDamaged) as error:
        say(f"firstpress: {error}")
        return WRONG_CALL
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
