"""Two laptops and a hall on one network: a namespace each, wires from tests/standby/wires.py, the product's own commands."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from server.tls import authority as tls
from tests.live import ROOT, START_WITHIN_S, Show, free_port, until

HALL, FIRST, SECOND = "hall", "first", "second"
PORT = 8000
NEEDS_ROOT = "these tests make network namespaces: run them as root (a container needs CAP_SYS_ADMIN and CAP_NET_ADMIN): "


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{NEEDS_ROOT}ip {' '.join(arguments)}: {done.stderr.strip()}")


@dataclass
class Network:
    """A switch with three ports: both laptops in namespaces, the hall's pages here. `address` maps each to its own."""

    number: int
    space: dict[str, str] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    _cut: set[frozenset[str]] = field(default_factory=set)
    _delay_ms: int = 0
    _loss: float = 0.0
    _switch: subprocess.Popen[str] | None = None
    port: int = PORT

    def __enter__(self) -> Self:
        middle = f"fp{self.number}switch"
        self.space = {FIRST: f"fp{self.number}first", SECOND: f"fp{self.number}second"}
        subnet = f"10.77.{self.number % 250}"
        for name in (middle, *self.space.values()):
            _ip("netns", "add", name)
        for last, machine in enumerate((FIRST, SECOND, HALL), start=1):
            ends = f"p{self.number}{machine}"[:15], f"e{self.number}{machine}"[:15]
            _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
            subprocess.run(
                [sys.executable, "-m", "tests.standby.wires", "--prepare", *ends], check=True, cwd=ROOT
            )
            _ip("link", "set", ends[0], "netns", middle)
            _ip("-n", middle, "link", "set", ends[0], "name", machine, "up")
            inside = ["-n", self.space[machine]] if machine in self.space else []
            if inside:
                _ip("link", "set", ends[1], "netns", self.space[machine])
                _ip(*inside, "link", "set", "lo", "up")
            self.address[machine] = f"{subnet}.{last}"
            _ip(*inside, "address", "add", f"{subnet}.{last}/24", "dev", ends[1])
            _ip(*inside, "link", "set", ends[1], "up")
        self._switch = subprocess.Popen(
            ["ip", "netns", "exec", middle, sys.executable, "-m", "tests.standby.wires", FIRST, SECOND, HALL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._order()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._switch is not None:
            assert self._switch.stdin is not None and self._switch.stdout is not None
            self._switch.stdin.close()
            self._switch.wait(5)
            self._switch.stdout.close()
        for name in (f"fp{self.number}switch", *self.space.values()):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def inside(self, machine: str) -> list[str]:
        """What a command is begun with that runs on a machine."""
        return ["ip", "netns", "exec", self.space[machine]]

    def _order(self) -> None:
        assert self._switch is not None and self._switch.stdin is not None and self._switch.stdout is not None
        cut = [sorted(pair) for pair in self._cut]
        self._switch.stdin.write(
            json.dumps({"delay_ms": self._delay_ms, "loss": self._loss, "cut": cut}) + "\n"
        )
        self._switch.stdin.flush()
        assert self._switch.stdout.readline() == "ok\n"

    def cut(self, one: str, other: str | None = None) -> None:
        """Nothing goes between two machines any more, or between one and all others; nobody is told."""
        others = [other] if other else [FIRST, SECOND, HALL]
        self._cut |= {frozenset((one, each)) for each in others if each != one}
        self._order()

    def mend(self) -> None:
        """All wires carry again, at once and everything."""
        self._cut, self._delay_ms, self._loss = set(), 0, 0.0
        self._order()

    def slow(self, delay_ms: int, loss: float = 0.0) -> None:
        """Every frame comes so much later, and a part of them not at all."""
        self._delay_ms, self._loss = delay_ms, loss
        self._order()


class Loopback:
    """Two machines that are two loopback addresses of this one: for tests that cut no wire."""

    def __init__(self) -> None:
        self.address = {FIRST: "127.0.0.1", SECOND: "127.0.0.2"}
        self.port = free_port()

    def inside(self, _: str) -> list[str]:
        return []


def encrypt(network: Network | Loopback, *folders: Path) -> None:
    """Certificates for both machines in each of these data folders, made as docs/tls.md says: once, and copied."""
    made = folders[0] / tls.FOLDER
    tls.make(made, list(network.address.values()), own=["localhost", "127.0.0.1"])
    for folder in folders[1:]:
        shutil.copytree(made, folder / tls.FOLDER)


def _place(show: Show, network: Network | Loopback, machine: str) -> str:
    """Have `show` found where it runs, by HTTPS where its folder has certificates; its address there."""
    authority = show.data / tls.FOLDER / tls.AUTHORITY
    if authority.exists():
        show.trusting = ssl.create_default_context(cafile=str(authority))
    address = network.address[machine]
    show.base = f"{'https' if show.trusting else 'http'}://{address}:{network.port}"
    return address


class Laptop(Show):
    """A show on one of the machines; by HTTPS where its folder has certificates (see `encrypt`)."""

    def __init__(
        self, network: Network | Loopback, machine: str, data: Path, *arguments: str, audience_port: int = 0
    ) -> None:
        super().__init__(data, *arguments, port=network.port)
        address = _place(self, network, machine)
        self._call[self._call.index("127.0.0.1")] = address
        self._call = [*network.inside(machine), *self._call, "--audience-port", str(audience_port)]
        self._call += ["--tls", "--trust-port", "0"] if self.trusting else []


class Standby(Show):
    """`run.py standby` on a machine; once it has taken over, a show like any other. `statuses`: what it said so far."""

    def __init__(
        self,
        network: Network | Loopback,
        machine: str,
        data: Path,
        of: Show,
        token: str,
        *arguments: str,
        stdin: bool = False,
        audience_port: int = 0,
    ) -> None:
        super().__init__(data, port=network.port)
        self._stdin = stdin
        address = _place(self, network, machine)
        self._prefix = [*network.inside(machine), sys.executable, "-m", "server.cli", "standby"]
        self._call = [*self._prefix, of.base.removeprefix("http://"), "--data", str(data), "--host", address]
        self._call += ["--port", str(network.port), "--address", self.base]
        self._call += ["--audience-port", str(audience_port), *(["--tls"] if self.trusting else [])]
        self._call += ["--boxes", "sim", "--no-browser", "--json", *arguments]
        self._token = token
        self.statuses: list[dict[str, Any]] = []
        self.taken: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "FIRSTPRESS_STANDBY_TOKEN": self._token,
        }
        self.process = subprocess.Popen(
            self._call,
            stdin=subprocess.PIPE if self._stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            with contextlib.suppress(ValueError):
                told = json.loads(line)
                if "link" in told:
                    self.statuses.append(told)
                elif told.get("ok"):
                    self.taken = told

    def until_status(
        self, right: Callable[[dict[str, Any]], bool], what: str, seconds: float = 15.0
    ) -> dict[str, Any]:
        """The last status once it is right."""

        def look() -> dict[str, Any] | None:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.printed}"
            last = self.statuses[-1] if self.statuses else None
            return last if last and right(last) else None

        try:
            found: dict[str, Any] = until(look, what, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; it printed {self.printed[-12:]}") from None
        return found

    def until_whole(self, revision: int, seconds: float = 15.0) -> None:
        """Until it has everything up to a revision, files too."""
        self.until_status(
            lambda told: (
                told["link"] == "up"
                and told["here"] == told["there"] >= revision
                and told["files_missing"] == 0
            ),
            f"a copy up to revision {revision}",
            seconds,
        )

    def take_over(self) -> dict[str, Any]:
        """By the order from another terminal; returns once the show is there."""
        call = [*self._prefix, "--take-over", "--data", str(self.data), "--json"]
        done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT, timeout=40)
        assert done.returncode == 0, (done, self.printed)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def ready(self) -> bool:
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.printed}"
        with contextlib.suppress(OSError):
            told = self.get("/healthz")
            return bool(told["status"] != "standby" and told["timing"]["state"] == "ok")
        return False

    def until_show(self) -> None:
        until(self.ready, f"a show that answers; it printed {self.printed[-12:]}", START_WITHIN_S)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        super().__exit__(kind, value, trace)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """A network of its own for each test process."""
    if os.geteuid() != 0:
        pytest.fail(NEEDS_ROOT + "this user is not root")
    with contextlib.ExitStack() as held:
        yield held.enter_context(Network(os.getpid() % 10000))


def rows_of(data: Path, rehearsal: bool = False) -> list[tuple[Any, ...]]:
    """The log of a data folder: (seq, type, hash) of every row."""
    from server.event_log import EventLog
    from server.log.show_log import log_path

    log = EventLog(log_path(data, rehearsal), readonly=True)
    try:
        return [(row.seq, row.type, row.hash) for row in log.checked_rows()]
    finally:
        log.close()


def go_on(show: Show, token: str, how_often: int) -> int:
    """Have so many commands accepted, two by two; the revision after them. The screen is not black before, nor after."""
    revision = 0
    for number in range(how_often):
        status, answer = show.command(token, "set_blackout", on=number % 2 == 0)
        assert status == 200, answer
        revision = answer["revision"]
    return revision


def full() -> bool:
    return os.environ.get("FIRSTPRESS_FULL") == "1"


def kill_all(shows: Sequence[Show]) -> None:
    """SIGKILL a show with all its processes, as a pulled plug does."""
    for show in shows:
        for pid in (*show.children().values(), show.process.pid):
            os.kill(pid, signal.SIGKILL)
        show.process.wait(5)
