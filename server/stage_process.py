"""The stage process: one event loop that serves pages, sockets and the stream from the timing core.

Nothing is monkey-patched: what blocks (disk, password hashing) runs in eventlet's pool of native threads, so a
commit never holds up a screen. Started by `server/cli.py`; ends when its parent is gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # eventlet is deprecated upstream and named by the customer; docs/dependencies.md says what we make of it.
    warnings.simplefilter("ignore")
    import eventlet
    import eventlet.wsgi
    from eventlet import tpool
    from eventlet.semaphore import Semaphore

from flask_socketio import SocketIO

from question_bank.bank_error import BankError
from question_bank.sealing import KEY_BYTES

from .audience.feed import AudienceFeed
from .audience.pages import send_phones_to
from .buzzer_link import BuzzerLink
from .delivery.fanout import FanOut, keep_up
from .door.front_door import Pool, Protocol, harden_web_sockets, keep_tidy, unhurried
from .door.guard import Guard, guarded
from .door.http_rates import Asks
from .door.limits import LARGEST_MESSAGE, Doors, Gate, StrictJson
from .door.refusals import logger
from .event_log import EventLog, LogDamaged
from .game.commands import Tick
from .game.state import State
from .garbage import EVERY_S, Garbage, few_heaps
from .house import House
from .log.disk_watch import DiskWatch
from .log.show_log import WrongLog, log_path, must_be, must_be_at
from .paper.vault import Vault
from .reach import reach_of
from .serving import (
    Paced,
    end_with_parent,
    listen,
    room_for_connections,
    take_rank,
    with_large_files,
    without_compression,
)
from .sign_in.auth import Auth
from .sign_in.desk import SignInDesk
from .sign_in.pages import Places, bearer_of
from .sockets import add_namespaces
from .stage import Stage
from .standby.fence import FenceDamaged
from .standby.stage import Standby, asked_first
from .tls import listener as tls_listener
from .tls.context import BadTls, context
from .web import Busy, Commands, make_app
from .web_buzzers import WebBuzzers
from .web_result import add_result

TICK_S = 0.02
IDLE_S = 15  # a connection that asks nothing for so long is closed; WebSockets have their own heartbeat
SLOW_AT_ONCE = 2  # password hashing and reading the feed never take the threads that commands need
SLOW_WAITING = 8
HOUSE_S = 0.2  # a crowd that comes or goes is told to the host in one message, not in a thousand
DISK_S = 0.1
LOG_PAUSE_S = 0.5  # between two tries of a clock to have its end stored
SWITCH_S = 1e-4  # a native thread with a ruling to store must not wait 5 ms for the event loop to yield, nor the loop for it
NICE = -5


class Slowly:
    """Runs slow calls in native threads, a few at a time; raises Busy when too many wait."""

    def __init__(self, at_once: int = SLOW_AT_ONCE) -> None:
        self._places = Semaphore(at_once)
        self._waiting = 0

    def __call__(self, function: Any, *arguments: Any) -> Any:
        if self._waiting >= SLOW_WAITING:
            raise Busy
        self._waiting += 1
        try:
            with self._places:
                return tpool.execute(function, *arguments)
        finally:
            self._waiting -= 1


def keep_time(stage: Stage) -> None:
    """Tell the rules when a deadline has passed. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(TICK_S)
        deadline_ns = stage.next_deadline_ns()
        if deadline_ns is None or stage.now_ns() < deadline_ns:
            continue
        try:
            if not stage.submit(Tick()).accepted:
                eventlet.sleep(LOG_PAUSE_S)
        except Exception:  # a clock must not stop for good because one tick failed
            traceback.print_exc(file=sys.stderr)
            eventlet.sleep(1)


def keep_probing(buzzers: WebBuzzers, stage: Stage) -> None:
    """Probe the pages that are buzzers, more often while an arming runs. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(buzzers.pause_s(stage.state.buzz.live))
        try:
            buzzers.probe()
        except Exception:  # one page that cannot be told must not silence the others
            traceback.print_exc(file=sys.stderr)


def keep_house(house: House) -> None:
    """Tell the host who came and went, and let the control fall free. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(HOUSE_S)
        try:
            house.tick()
        except Exception:  # the register must not stop for good because one row could not be shown
            traceback.print_exc(file=sys.stderr)


def keep_sign_ins(sign_ins: SignInDesk) -> None:
    """Cut off who is not signed in any more, however that came. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(HOUSE_S)
        try:
            sign_ins.tick()
        except Exception:  # who is signed in must be watched on, whatever went wrong once
            traceback.print_exc(file=sys.stderr)


def keep_disk(stage: Stage, watch: DiskWatch) -> None:
    """Tell the host how disk and log are. A green thread of its own, for ever."""
    while True:
        try:
            stage.keep_log()
            if watch.disk != stage.rim.disk:
                stage.set_rim(disk=watch.disk)
        except Exception:  # the alarm must not fall silent because it could not be shown once
            traceback.print_exc(file=sys.stderr)
        eventlet.sleep(DISK_S)


def keep_memory(garbage: Garbage) -> None:
    """Collect the garbage when it is quiet. A green thread of its own, for ever."""
    while True:
        eventlet.sleep(EVERY_S)
        garbage.tick()


def _busy(state: State) -> bool:
    """True while somebody may press, or a clock runs."""
    return state.buzz.live or (state.clock is not None and state.clock.state == "running")


def read_vault() -> Vault:
    """The key of a sealed paper: the first bytes that our parent writes into our standard input."""
    key = b""
    while len(key) < KEY_BYTES:
        part = os.read(0, KEY_BYTES - len(key))
        if not part:
            os._exit(0)  # the parent is gone, as in `end_with_parent`
        key += part
    return Vault(key)


def serve(
    data: Path,
    address: str,
    port: int,
    core: Path,
    rehearsal: bool = False,
    vault: Vault | None = None,
    tls: Path | None = None,
    allow_hosts: tuple[str, ...] = (),
    feed: Path | None = None,
    audience_port: int = 0,
    trust_port: int | None = None,
) -> int:
    """Serve the contest in `data` until told to stop; tls: folder of the certificates. Returns the exit status."""
    try:
        encryption = context(tls) if tls else None
    except BadTls as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return 2
    try:
        must_be_at(log_path(data, rehearsal), rehearsal)
        log = EventLog(log_path(data, rehearsal), come_up=True)
        must_be(log, rehearsal)
    except (WrongLog, LogDamaged) as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return 2
    try:
        fence, asking = asked_first(data, log)
        stage = Stage(
            log, tpool.execute, Semaphore(1), vault=vault, epoch=fence.epoch, rules=not fence.fenced
        )
    except (BankError, FenceDamaged) as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return 2
    watch = DiskWatch(log)
    stage.alarm, stage.log_seen = watch.alarm, watch.acknowledge
    watch.start()
    auth = Auth.at(data)
    guard = Guard((address, *allow_hosts))
    link = BuzzerLink(core, stage)
    house = House(stage, tpool.execute)
    commands = Commands(stage, house, link.simulate, link.lamp_test)
    commands.reach = reach_of(address, port, tls, audience_port, trust_port).run
    slowly = Slowly()
    places = Places(others=Slowly(1), here=Slowly(1), tickets=Slowly(1))
    app = make_app(stage, auth, commands, slowly, places)
    add_result(app, stage, slowly)
    harden_web_sockets()
    room = room_for_connections()
    doors = Doors(room)
    fan_out = FanOut()
    socketio = SocketIO(
        app,
        async_mode="eventlet",
        client_manager=fan_out,
        transports=["websocket"],
        max_http_buffer_size=LARGEST_MESSAGE,
        ping_interval=5,
        ping_timeout=5,
        manage_session=False,
        json=StrictJson,
        logger=logger("socketio"),
        engineio_logger=logger("engineio"),
        cors_allowed_origins=[],  # the guard, which stands before it, decides that alone
        async_handlers=False,  # a page's commands in the order in which it sent them
    )
    sign_ins = SignInDesk(stage, auth, tpool.execute)
    standby = Standby(stage, fence, asking, auth.tickets, guard, tpool.execute, eventlet.sleep)
    standby.add_to(app, lambda: getattr(bearer_of(auth), "role", None))
    web_buzzers = add_namespaces(
        socketio, stage, commands, house, link, Gate(doors), auth, sign_ins, standby.moves
    )
    listener = listen(address, port, "--port")
    if listener is None:
        return 2
    eventlet.spawn(link.run)
    eventlet.spawn(keep_time, stage)
    eventlet.spawn(keep_probing, web_buzzers, stage)
    eventlet.spawn(keep_house, house)
    eventlet.spawn(keep_sign_ins, sign_ins)
    eventlet.spawn(standby.keep)
    standby.tell_old()
    eventlet.spawn(keep_tidy, socketio.server)
    eventlet.spawn(keep_disk, stage, watch)
    garbage = Garbage()
    stage.on_change.append(lambda state: garbage.stir(_busy(state)))
    eventlet.spawn(keep_memory, garbage)
    eventlet.spawn(keep_up, fan_out)
    if feed:
        feed_end = AudienceFeed(feed, stage, house, port)
        standby.for_phones(
            lambda content: feed_end.tell_everybody("standby", content), audience_port, tls is not None
        )
        eventlet.spawn(feed_end.run)
    print(f"stage ready on {address}:{port}", file=sys.stderr, flush=True)
    served = unhurried(
        with_large_files(without_compression(app)),
        Asks(doors),
        lambda token: auth.identity_of(token) is not None,
    )
    eventlet.wsgi.server(
        Paced(listener),
        guarded(send_phones_to(audience_port, served) if audience_port else served, guard),
        custom_pool=Pool(room, doors),
        **tls_listener.options(encryption, Protocol),
        log_output=False,
        debug=False,
        socket_timeout=IDLE_S,
    )
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.stage_process", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--rehearsal", action="store_true", help="play rehearsal.db, not contest.db")
    parser.add_argument("--core", type=Path, required=True, help="Unix socket of the timing core")
    parser.add_argument(
        "--sealed", action="store_true", help="standard input begins with the key of the paper"
    )
    parser.add_argument("--tls", type=Path, metavar="DIR", help="serve HTTPS with the certificates in there")
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="we are called that too"
    )
    parser.add_argument("--feed", type=Path, help="Unix socket to be made for the audience's process")
    parser.add_argument("--audience-port", type=int, default=0, help="where phones are sent")
    parser.add_argument("--trust-port", type=int, help="where tablets fetch the authority's certificate")
    arguments = parser.parse_args(argv)
    # Every accepted command is on disk already, so there is nothing to tidy up on the way out.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor hears Ctrl-C and ends us in order
    vault = read_vault() if arguments.sealed else None
    end_with_parent()
    sys.setswitchinterval(SWITCH_S)
    few_heaps()
    take_rank(NICE)  # the show goes before whatever else runs here
    return serve(
        arguments.data,
        arguments.host,
        arguments.port,
        arguments.core,
        arguments.rehearsal,
        vault,
        arguments.tls,
        tuple(arguments.allow_host),
        arguments.feed,
        arguments.audience_port,
        arguments.trust_port,
    )


if __name__ == "__main__":
    sys.exit(main())
