"""`run.py replay` and `verify`: what a log says, and whether it can be trusted."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from ..event_log import EventLog, LogDamaged
from ..game.fold import fold
from ..game.standings import standings
from ..game.state import State
from ..referee import entries, load
from ..views.scene_views import points
from .evidence import rejudge
from .show_log import emptiness

DONE, NO, WRONG_CALL = 0, 1, 2
AS_JSON = "one JSON object on standard output"


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
        print(
            f"firstpress: {arguments.log} cannot be opened ({error}); copy it with its -wal file to a disk of your own",
            file=sys.stderr,
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
        from ..export import command as export_command  # the result's tables: for this option alone

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


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the command line."""
    replaying = command("replay", replay, "fold a log and print the standings")
    replaying.add_argument("log", type=Path)
    replaying.add_argument("--json", action="store_true", help=AS_JSON)
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
    verifying.add_argument("--json", action="store_true", help=AS_JSON)
