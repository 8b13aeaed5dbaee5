"""`run.py token`, `sessions` and `reset-auth`: who may do what, from the terminal of the machine itself; it counts at once."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..event_log import EventLog
from ..log.show_log import log_path
from ..referee import load
from .auth import FOR_TOKENS, Auth, Token
from .identity import NUMBERED, WITH_PASSPHRASE, Identity, identity
from .sessions import Session

DONE, NO, WRONG_CALL = 0, 1, 2


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print(arguments: argparse.Namespace, content: dict[str, Any], lines: Iterable[str]) -> None:
    print(json.dumps(content, ensure_ascii=False) if arguments.json else "\n".join(lines))


def token(arguments: argparse.Namespace) -> int:
    if arguments.list:
        found = Auth.at(arguments.data).tokens()
        _print(arguments, {"tokens": [_token_row(one) for one in found]}, map(_token_line, found))
        return DONE
    if arguments.revoke is not None:
        gone = Auth.at(arguments.data).revoke_token(arguments.revoke)
        _print(arguments, {"revoked": gone}, [f"{gone} token{'' if gone == 1 else 's'} revoked"])
        return DONE if gone else NO
    if arguments.role is None:
        _say(f"firstpress: token needs --role {{{','.join(FOR_TOKENS)}}}, --list or --revoke ID")
        return WRONG_CALL
    number = {"judge": arguments.judge, "desk": arguments.seat}.get(arguments.role)
    if arguments.role in NUMBERED and number is None:
        option = "--judge" if arguments.role == "judge" else "--seat"
        _say(f"firstpress: a {arguments.role}'s token needs {option} NUMBER")
        return WRONG_CALL
    try:
        who = identity(arguments.role, number)
        arguments.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Auth.at(arguments.data).new_token(who)
    except ValueError as error:
        _say(f"firstpress: {error}")
        return WRONG_CALL
    _print(arguments, {"token": made}, [made])
    return DONE


def sessions(arguments: argparse.Namespace) -> int:
    kept = Auth.at(arguments.data).sessions
    if arguments.action == "list":
        found = kept.listing()
        _print(arguments, {"sessions": [one.to_json() for one in found]}, map(_session_line, found))
        return DONE
    if (arguments.id is None) == (not arguments.all):
        _say("firstpress: sessions revoke takes the ID of one (see: sessions list), or --all")
        return WRONG_CALL
    ended = kept.revoke("*" if arguments.all else arguments.id)
    lines = [*map(_session_line, ended), f"{len(ended)} session{'' if len(ended) == 1 else 's'} ended"]
    _print(arguments, {"revoked": [one.id for one in ended]}, lines)
    return DONE if ended or arguments.all else NO


def reset_auth(arguments: argparse.Namespace) -> int:
    if arguments.role is not None:
        try:
            made = Auth.at(arguments.data).renew(arguments.role)
        except ValueError as error:
            _say(f"firstpress: {error}; start the show once first")
            return NO
    else:
        path = log_path(arguments.data, rehearsal=False)
        log = EventLog(path if path.exists() else log_path(arguments.data, rehearsal=True), readonly=True)
        rulebook = load(log).rulebook
        log.close()
        made = Auth.fresh(arguments.data).make_missing(len(rulebook.judges), rulebook.web_seats)
    _print(arguments, made, (f"{who:<10} {phrase}" for who, phrase in made.items()))
    whose = f"the role {arguments.role}" if arguments.role else "everybody"
    _say(
        f"firstpress: new passphrases for {whose}; a running show takes them at once, whoever was signed in is out"
    )
    return DONE


def _who(one: Identity) -> str:
    return one.role if one.number is None else f"{one.role} {one.number}"


def _ago(then_s: int) -> str:
    passed_s = max(0, int(time.time()) - then_s)
    return f"{passed_s // 3600} h {passed_s % 3600 // 60:02d} min ago"


def _session_line(one: Session) -> str:
    return f"{one.id}  {_who(one.identity):<10} {one.address:<15} {_ago(one.seen_s):<15} {one.how:<10} {one.label}"


def _token_row(one: Token) -> dict[str, Any]:
    who = one.identity
    return {"token": one.id, "role": who.role, "number": who.number, "created_s": one.created_s}


def _token_line(one: Token) -> str:
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.created_s)) if one.created_s else "?"
    return f"{one.id}  {_who(one.identity):<10} made {made}"


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add these commands to those of run.py."""

    def usual(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--data", type=Path, default=Path("data"), help="data folder (default: data)")
        sub.add_argument("--json", action="store_true", help="one JSON object on standard output")

    making = command("token", token, "make a token for the HTTP interface, list or revoke those there are")
    making.add_argument("--role", choices=FOR_TOKENS)
    making.add_argument("--judge", type=int, help="which judge")
    making.add_argument("--seat", type=int, help="which contestant's desk")
    making.add_argument("--list", action="store_true", help="the tokens that count, by their ids")
    making.add_argument("--revoke", metavar="ID", help='make one void, by its id or by itself; "*": all')
    usual(making)

    signed = command("sessions", sessions, "who is signed in; end that for one or for all")
    signed.add_argument("action", choices=("list", "revoke"))
    signed.add_argument("id", nargs="?", metavar="ID", help="which one, as in the list")
    signed.add_argument("--all", action="store_true", help="all of them")
    usual(signed)

    resetting = command(
        "reset-auth",
        reset_auth,
        "new passphrases for everybody, printed once; what was made before is void",
    )
    resetting.add_argument("--role", choices=WITH_PASSPHRASE, help="for this role alone")
    usual(resetting)
