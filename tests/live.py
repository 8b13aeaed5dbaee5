"""A running show for tests: the product's own command in a process of its own, on a free port and a fresh folder."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from server.sign_in.auth import Auth
from server.sign_in.identity import Identity, home
from server.sign_in.sessions import COOKIE
from server.sign_in.store import FILE
from tests import made_bank
from tests.made_accounts import put_into

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN_S = 30.0


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """The first true value of `true()`; fails with `what` when none comes in time."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)


class Show:
    """`run.py serve` under test. `passphrases` maps "host", "judge-1", "seat-1" ... to what was printed, or put there before."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        boxes: str = "sim",
        port: int | None = None,
        audience_port: int = 0,  # none: most tests have no phones, and a process less
        first_start: bool = False,  # it makes its passphrases itself, and takes the sample bank in
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.trusting: ssl.SSLContext | None = None  # for a base with https://
        self._call = [sys.executable, "-m", "server.cli", "serve", "--data", str(data), "--host", "127.0.0.1"]
        self._call += ["--port", str(self.port), "--boxes", boxes, "--no-browser"]
        self._call += ["--audience-port", str(audience_port), *arguments]
        self._first_start = first_start
        self.passphrases: dict[str, str] = {} if first_start else put_into(data)
        self.printed: list[str] = []

    def __enter__(self) -> Self:
        if not self._first_start:
            made_bank.put_into(self.data)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            self._call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            until(self.ready, f"a server that answers; it printed {self.printed}", START_WITHIN_S)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def ready(self) -> bool:
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.printed}"
        with contextlib.suppress(OSError):
            return bool(self.get("/healthz")["timing"]["state"] == "ok")
        return False

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if found := re.search(
                r"(host|operator|(?:judge|seat) \d+) +([a-z2-9]{4}(?:-[a-z2-9]{4}){2})", line
            ):
                self.passphrases[found[1].replace(" ", "-")] = found[2]

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=10)
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def children(self) -> dict[str, int]:
        """Module → process id of the supervisor's children."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        found = {}
        for line in listing.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            if module := re.search(r"-m (\S+)", command):
                found[module[1]] = int(pid)
        return found

    def kill(self, module: str) -> None:
        """SIGKILL one of the processes."""
        os.kill(self.children()[module], signal.SIGKILL)

    def get(self, path: str, token: str | None = None) -> Any:
        return json.load(self.open(path, token=token))

    def open(self, path: str, body: bytes | None = None, token: str | None = None) -> Any:
        """An answer, or urllib.error.HTTPError."""
        request = urllib.request.Request(self.base + path, data=body)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        return urllib.request.urlopen(request, timeout=10, context=self.trusting)

    def token(self, role: str = "host", judge: int | None = None, seat: int | None = None) -> str:
        """A token as `run.py token` makes it."""
        return Auth.at(self.data).new_token(Identity(role, judge, seat))

    def cookie(self, role: str = "host", judge: int | None = None, seat: int | None = None) -> str:
        """The Cookie header of a browser that signed in before; to check a passphrase takes a core a third of a second."""
        who, contest = Identity(role, judge, seat), self.get("/api/v1/views/projector")["epoch"]
        sessions = Auth(self.data / FILE, lambda: contest).sessions
        cookie = f"{COOKIE}={sessions.begin(who, '127.0.0.1')}"
        until(lambda: self._lets_in(role, cookie), "the show has read who is signed in")
        return cookie

    def _lets_in(self, role: str, cookie: str) -> bool:
        """Whether their page comes, and not the form to sign in."""
        request = urllib.request.Request(f"{self.base}{home(role)}", headers={"Cookie": cookie})
        try:
            with urllib.request.build_opener(_Stay()).open(request, timeout=10):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return False

    def command(self, token: str, kind: str, command_id: str | None = None, **fields: Any) -> tuple[int, Any]:
        """(status, answer) of POST /api/v1/commands."""
        message = {"id": command_id or uuid.uuid4().hex, "type": kind, **fields}
        try:
            answer = self.open("/api/v1/commands", json.dumps(message).encode(), token)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        with answer:
            return answer.status, json.load(answer)

    def sign_in(
        self, role: str, passphrase: str, judge: int | None = None, seat: int | None = None
    ) -> tuple[int, str]:
        """(status, Cookie header) after the sign-in form; redirects are not followed."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _Stay())
        with opener.open(f"{self.base}/login/{role}") as page:
            csrf = re.search(r'name="csrf"\s+value="([^"]+)"', page.read().decode())
        assert csrf is not None
        form = {"csrf": csrf[1], "passphrase": passphrase}
        form |= {"judge": str(judge)} if judge else {"seat": str(seat)} if seat else {}
        try:
            with opener.open(f"{self.base}/login/{role}", urllib.parse.urlencode(form).encode()) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            with error:
                status = error.code
        return status, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
