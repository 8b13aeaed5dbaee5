"""`run.py standby`: follow a running show on a second machine, and take it over on command."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import re
import secrets
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from question_bank.bank import Bank
from question_bank.paper_file import Opened
from question_bank.schema import BankError

from .. import supervisor
from ..addresses import bracketed, lan_address
from ..event_log import LogDamaged
from ..log.file import put_aside
from ..paper.start import opened_with, passphrases, sealed_of
from ..paper.vault import is_locked
from ..show_start import CannotStart, Show, boxes_of, check_port, lock_of
from ..tls import start as tls_start
from ..tls.context import FOLDER, context
from .control import Control, order
from .follow import CannotFollow, Follower
from .line import TROUBLE, Line, address_of, authority_of, connect
from .take_over import NothingToTakeOver, TakenOver, take_over
from .waiting import Waiting

DONE, NO, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130
ID_FILE = "standby.id"
TOKEN = "FIRSTPRESS_STANDBY_TOKEN"
TIMEOUT_S, TAKING_OVER_S = 4.0, 2.0
LOOK_S = 0.25
SAY_EVERY_S = 10.0  # a standby that is well says so no more often
MISSING_TOKEN = (
    "no token; make one on the machine of the show with: run.py token --role standby, "
    f"and give it by --token-file FILE or in {TOKEN}"
)
ORDERS = ("", "take over", "takeover", "接管")


@dataclass(frozen=True, slots=True)
class Setting:
    """What was asked for."""

    primary: str
    token: str
    authority: Path | None
    show: Show
    address: str  # our origin, "" to go by the line
    new: bool
    json: bool


class _Standby:
    """One standby from its start to the end of the show that it took over."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._id = _id(setting.show.data)
        own: dict[str, Any] = {"port": setting.show.port, "tls": setting.show.tls}
        if setting.address:
            own["address"] = setting.address
        self._orders: queue.SimpleQueue[Callable[[dict[str, Any]], None] | None] = queue.SimpleQueue()
        aside = (
            (lambda path: self._say(f"what was here is kept as {put_aside(path)}")) if setting.new else None
        )
        self._follower = Follower(setting.show.data, lambda: self._line(TIMEOUT_S), own, aside)
        self._opened: Opened | None = None
        self._asked = False  # for the passphrase of a sealed paper

    def _line(self, timeout_s: float) -> Line:
        setting = self._setting
        return Line(setting.primary, setting.token, self._id, timeout_s, setting.authority)

    def _say(self, text: str) -> None:
        print(f"firstpress: {text}", file=sys.stderr, flush=True)

    def run(self) -> int:
        """Returns the exit status. Raises CannotFollow, BankError, OSError."""
        show, follower = self._setting.show, self._follower
        with contextlib.ExitStack() as held:
            held.enter_context(lock_of(show.data))
            _prepare_bank(show.data)
            encryption = context(show.data / FOLDER) if show.tls else None
            waiting = Waiting(show.address, show.port, self._about, lambda: follower.fence, encryption)
            held.callback(waiting.close)
            held.enter_context(contextlib.closing(Control(show.data, self._orders.put)))
            signal.signal(signal.SIGUSR1, lambda *_: self._orders.put(None))
            follower.start()
            held.callback(follower.stop)
            answer = self._watch()
            taken = self._take_over(answer)
        if taken is None:
            return NO
        print(json.dumps(taken.to_json()) if self._setting.json else f"\n{taken.text}\n", flush=True)
        if answer is not None:
            answer(taken.to_json())
        status = supervisor.run(self._show())
        return status

    def _show(self) -> Show:
        return replace(self._setting.show, opened=self._opened, rehearsal=self._follower.rehearsal)

    def _about(self) -> dict[str, Any]:
        return {"revision": self._follower.status().here, "origins": self._follower.origins}

    def _watch(self) -> Callable[[dict[str, Any]], None] | None:
        """Say how far it is until somebody orders the take-over; returns whom to answer. Raises CannotFollow, BankError."""
        follower, said, said_s = self._follower, "", 0.0
        listening = False
        while True:
            known = follower.status()
            if follower.failed is not None:
                raise follower.failed
            if not self._asked and known.here and known.files_missing == 0:
                self._asked = True
                self._open_sealed()
            if not listening and self._asked:
                listening = True
                threading.Thread(target=self._listen, daemon=True, name="terminal").start()
            now = time.monotonic()
            # Seconds count up by themselves; what is new, or at stake, is said at once.
            about = f"{known.link} {known.here} {known.there} {known.files_missing} {known.why}"
            if about != said or now - said_s >= (1.0 if known.link != "up" else SAY_EVERY_S):
                said, said_s = about, now
                print(json.dumps(known.to_json()) if self._setting.json else known.line(), flush=True)
            with contextlib.suppress(queue.Empty):
                return self._orders.get(timeout=LOOK_S)

    def _listen(self) -> None:
        """Orders from the terminal."""
        if sys.stdin is None:
            return
        if sys.stdin.isatty():
            self._say("Enter, or “take over”, takes the show over · 回车或输入「接管」即接管比赛")
        for line in sys.stdin:
            words = " ".join(line.split()).lower()
            # An empty line counts at a terminal alone: a script that pipes something else in means nothing by it.
            if words in ORDERS and (words or sys.stdin.isatty()):
                self._orders.put(None)
                return
            self._say(f"{line.strip()[:40]!r} is no order; type: take over")

    def _open_sealed(self) -> None:
        """Ask for the passphrase of a sealed paper now, so that the take-over waits for nobody. Raises BankError."""
        follower, show = self._follower, self._setting.show
        copy = follower.copy
        if copy is None or not is_locked(copy.paper):
            return
        path = sealed_of(show.data, copy.path)
        if path is None:
            return
        asked = passphrases(show.passphrase_file, "试卷口令 passphrase of the paper: ")
        with Bank(show.data / "bank.db") as bank:
            self._opened = opened_with(path, bank, asked, "standby", self._say)

    def _take_over(self, answer: Callable[[dict[str, Any]], None] | None) -> TakenOver | None:
        try:
            line, own = (lambda: self._line(TAKING_OVER_S)), self._own_address()
            return take_over(self._follower, line, own, self._setting.authority)
        except (NothingToTakeOver, OSError, sqlite3.Error) as error:
            self._say(str(error))
            if answer is not None:
                answer({"ok": False, "text": str(error)})
            return None

    def _own_address(self) -> str:
        if self._setting.address:
            return self._setting.address
        show = self._setting.show
        host = self._follower.own_host or lan_address()
        return f"{'https' if show.tls else 'http'}://{bracketed(host)}:{show.port}"


def _prepare_bank(data: Path) -> None:
    """What a show finds missing at its start takes time: the samples are loaded now."""
    with Bank(data / "bank.db") as bank:
        if bank.count() == 0:
            from question_bank import samples  # with all importers: for a machine without a bank alone

            samples.load(bank)


def _id(data: Path) -> str:
    """Which standby this is, over restarts: a show has a place for one."""
    path = data / ID_FILE
    with contextlib.suppress(FileNotFoundError):
        known = path.read_text(encoding="ascii", errors="replace").strip()
        if re.fullmatch("[0-9a-f]{32}", known):
            return known
    made = secrets.token_hex(16)
    path.write_text(f"{made}\n", encoding="ascii")
    return made


def _token(file: Path | None) -> str:
    """Raises CannotStart, OSError."""
    found = file.read_text(encoding="utf-8-sig").strip() if file else os.environ.pop(TOKEN, "").strip()
    if not found or not found.isascii() or any(letter.isspace() for letter in found):
        raise CannotStart(MISSING_TOKEN)
    return found


def run(arguments: argparse.Namespace) -> int:
    """The command. Returns the exit status."""
    data = arguments.data.resolve()
    if arguments.take_over:
        return _order(data, arguments.json)
    try:
        if arguments.primary is None:
            raise CannotStart(
                "which show? run.py standby HOST[:PORT] (or --take-over for a standby that runs)"
            )
        show = Show(
            data=data,
            address=arguments.host,
            port=arguments.port,
            audience_port=arguments.audience_port,
            boxes=arguments.boxes,
            browser=not arguments.no_browser,
            passphrase_file=arguments.paper_passphrase_file,
            tls=arguments.tls,
        )
        boxes_of(show)
        check_port(show)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        primary = address_of(arguments.primary)
        if primary.startswith("https:") and not show.tls:
            raise CannotStart(
                f"pages of {primary} can only go to a machine that serves HTTPS too: add --tls (docs/tls.md)"
            )
        tls_start.encrypted(show)  # what is wrong with the certificate must not come out at the take-over
        address = address_of(arguments.address) if arguments.address else ""
        if address:  # by that name the pages will call us
            show = replace(show, allow_hosts=(urlsplit(address).hostname or "",))
        setting = Setting(
            primary=primary,
            token=_token(arguments.token_file),
            authority=arguments.authority or authority_of(data),
            show=show,
            address=address,
            new=arguments.new,
            json=arguments.json,
        )
        return _Standby(setting).run()
    except (CannotStart, CannotFollow, BankError, LogDamaged, ValueError) as error:
        print(f"firstpress: {error}", file=sys.stderr)
    except (OSError, sqlite3.Error) as error:
        print(
            f"firstpress: the data folder {data} cannot be used ({error}); choose another with --data",
            file=sys.stderr,
        )
    return WRONG_CALL


def _order(data: Path, as_json: bool) -> int:
    """Tell the standby that runs on `data` to take over, and wait until its show answers."""
    try:
        told = order(data)
    except OSError as error:
        print(f"firstpress: no standby runs on {data} ({error})", file=sys.stderr)
        return WRONG_CALL
    if told.get("ok"):
        told["serves"] = _serves(str(told["address"]), authority_of(data))
    print(
        json.dumps(told) if as_json else told.get("text", "it gave no answer; look at its terminal"),
        flush=True,
    )
    return DONE if told.get("ok") and told.get("serves") else NO


def _serves(address: str, authority: Path | None) -> bool:
    """Whether the show is there, within the time that a take-over may take. authority: of its certificate."""
    where = urlsplit(address)
    own = f"{where.scheme}://127.0.0.1:{where.port}"  # where pages reach it by another address than this machine does
    end = time.monotonic() + 15
    while time.monotonic() < end:
        for one in (address, own):
            with (
                contextlib.suppress(*TROUBLE, ValueError),
                contextlib.closing(connect(one, 1.0, authority)) as line,
            ):
                line.request("GET", "/healthz")
                told = json.loads(line.getresponse().read(65536))
                if (told.get("fence") or {}).get("state") == "rules":
                    return True
        time.sleep(0.1)
    return False


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Put the command on the command line."""
    sub = command("standby", run, "follow a running show on this second machine; take it over on command")
    sub.add_argument(
        "primary", nargs="?", metavar="HOST[:PORT]", help="the show to follow, also as https://HOST:PORT"
    )
    sub.add_argument(
        "--data", type=Path, default=Path("data"), help="data folder of this machine (default: data)"
    )
    sub.add_argument(
        "--host", default="0.0.0.0", help="address to listen on after the take-over (default: all)"
    )
    sub.add_argument(
        "--port", type=int, default=8000, help="port to listen on after the take-over (default: 8000)"
    )
    sub.add_argument("--audience-port", type=int, metavar="N", help="as for serve")
    sub.add_argument(
        "--address",
        metavar="URL",
        help="where pages will find this machine, if not at the address it calls from",
    )
    sub.add_argument(
        "--token-file", type=Path, metavar="FILE", help=f"holds a token of the role standby; else {TOKEN}"
    )
    sub.add_argument(
        "--authority", type=Path, metavar="FILE", help="for https: the certificate that vouches for the show"
    )
    sub.add_argument("--tls", action="store_true", help="serve HTTPS after the take-over, as for serve")
    sub.add_argument("--boxes", default="auto", help="as for serve")
    sub.add_argument(
        "--new", action="store_true", help="put a log aside that is not a part of the running show's"
    )
    sub.add_argument(
        "--take-over", action="store_true", help="tell the standby that runs on --data to take over now"
    )
    sub.add_argument(
        "--paper-passphrase-file", type=Path, metavar="FILE", help="as for serve; asked for at the start"
    )
    sub.add_argument("--no-browser", action="store_true", help="do not open the console in a browser")
    sub.add_argument("--json", action="store_true", help="status as JSON, one object a line")
