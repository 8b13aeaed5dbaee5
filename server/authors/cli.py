"""`run.py bank serve` and `run.py bank author`: the authors' pages, and who may sign in to them."""

from __future__ import annotations

import argparse
import ipaddress
import socket
import sys
from pathlib import Path

from question_bank.cli_common import DONE, WRONG, Command, print_json, tell

from ..contest.file import PRESET, BadContestFile, contest_path, read_contest, read_paper
from .accounts import Accounts, BadAccount
from .app import BankServer, make_bank_app

USUAL_PORT = 8100
_INTERRUPTED = 130


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=USUAL_PORT, help=f"default: {USUAL_PORT}")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="a host name under which it may be asked for; repeatable",
    )
    parser.add_argument(
        "--contest",
        type=contest_path,
        default=PRESET,
        help="contest.toml or preset:NAME that the figures are held against",
    )


def serve(arguments: argparse.Namespace) -> int:
    """Serve the authors' pages until Ctrl-C. Returns the exit status."""
    path: Path = arguments.contest
    try:
        contest = read_contest(path), read_paper(path)
    except BadContestFile as error:
        for mistake in error.mistakes:
            print(f"bank: {mistake}", file=sys.stderr)
        return WRONG

    accounts = Accounts(arguments.data)
    try:
        there_are = accounts.names()
    except BadAccount as error:
        tell(arguments, f"bank：{error.zh}", f"bank: {error.en}")
        return WRONG
    arguments.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    beyond = not _only_here(arguments.host)
    names = tuple(name.strip().lower() for name in arguments.name)
    app = make_bank_app(arguments.data, names=names, beyond_this_machine=beyond, contest=lambda: contest)
    try:
        server = BankServer(arguments.host, arguments.port, app)
    except (OSError, SystemExit) as error:
        tell(
            arguments,
            f"bank：不能在 {arguments.host}:{arguments.port} 上监听（{error}）；请换 --port 或 --host",
            f"bank: cannot listen on {arguments.host}:{arguments.port} ({error}); take another --port or --host",
        )
        return WRONG
    shown = arguments.host if not _everywhere(arguments.host) else _own_address()
    shown = f"[{shown}]" if ":" in shown else shown
    print(f"http://{shown}:{server.port}/", flush=True)
    if not there_are:
        tell(
            arguments,
            "还没有作者。请在另一个终端添加：run.py bank author add 姓名（带上同样的 --data）",
            "There is no author yet. In another terminal: run.py bank author add NAME (with the same --data)",
        )
    if beyond:
        tell(
            arguments,
            "注意：网络上的连接没有加密。只在可信的局域网里这样用，或在前面放一个 HTTPS 代理",
            "Note: what goes over the network is not encrypted. Trusted networks only, or put an HTTPS proxy in front",
        )
    tell(arguments, "按 Ctrl-C 结束", "Ctrl-C ends it")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        server.server_close()
    return DONE


def _only_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _everywhere(host: str) -> bool:
    return host in ("", "0.0.0.0", "::")


def _own_address() -> str:
    """The address by which others reach this machine, as far as it can be told without asking anybody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # of a documentation network: picks a way out, sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _add_author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add", "list", "passphrase", "remove"))
    parser.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="what the author signs in with (姓名)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def author(arguments: argparse.Namespace) -> int:
    """Add or remove an author, list them, or give one another passphrase. Returns the exit status."""
    accounts = Accounts(arguments.data)
    try:
        if arguments.action == "list":
            names = accounts.names()
            print_json({"authors": names}) if arguments.json else print("\n".join(names))
            return DONE
        if arguments.action == "remove":
            accounts.remove(arguments.name)
            tell(
                arguments,
                f"已删除作者“{arguments.name}”；写过的题目都在",
                f"Removed {arguments.name}; the questions stay",
            )
            return DONE
        make = accounts.add if arguments.action == "add" else accounts.new_passphrase
        passphrase = make(arguments.name)
    except BadAccount as error:
        tell(arguments, f"bank：{error.zh}", f"bank: {error.en}")
        return WRONG
    print_json({"author": arguments.name, "passphrase": passphrase}) if arguments.json else print(passphrase)
    tell(
        arguments,
        "口令只显示这一次，请当面交给本人；丢了用 run.py bank author passphrase 换新的",
        "The passphrase is shown this once; hand it over in person. Lost: run.py bank author passphrase NAME",
    )
    return DONE


COMMANDS = {
    "serve": Command("the authors' pages in a browser (出题人网页)", _add_serve, serve),
    "author": Command("who may sign in to the authors' pages (出题人账号)", _add_author, author),
}
"""What `run.py bank` adds from here."""
