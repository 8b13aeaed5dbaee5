"""The standby's line to the running show: plain HTTP requests with a token, one after the other on one connection."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .. import __version__
from ..door.limits import loads
from ..tls.context import AUTHORITY, FOLDER
from .fence import ADDRESS

LONGEST_ANSWER = 64 * 1024 * 1024
LONGEST_WORD = 4096  # bytes of an answer to `exchange`
DEFAULT_PORT = 8000
TROUBLE = (OSError, http.client.HTTPException)
"""What a line that is cut, slow or answered by something else raises."""


class LinkDown(Exception):
    """The running show cannot be reached, or does not answer as one does; the text says what was found."""


class TurnedAway(Exception):
    """The running show answers, and says no. `status` as HTTP has it; `code` for programs, "" for none."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code = status, code


def address_of(text: str) -> str:
    """HOST[:PORT], or an address with http:// or https:// before it, as an origin. Raises ValueError."""
    given = text if "//" in text else f"http://{text}"
    try:
        parts = urlsplit(given.rstrip("/"))
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
    except ValueError as error:
        raise ValueError(f"{text}: {error}; HOST or HOST:PORT is wanted") from None
    shown = f"[{host}]" if ":" in host else host
    found = f"{parts.scheme}://{shown}:{port}"
    if not ADDRESS.fullmatch(found) or parts.path or parts.query:
        raise ValueError(f"{text}: no address of a show; HOST or HOST:PORT is wanted")
    return found


def connect(address: str, timeout_s: float, authority: Path | None = None) -> http.client.HTTPConnection:
    """A connection to an origin, not yet opened. authority: who vouches for its certificate, None for this machine's list."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout_s)


def authority_of(data: Path) -> Path | None:
    """Who vouches for the other laptop's certificate: the authority that made ours (docs/tls.md). None where there is none."""
    found = data / FOLDER / AUTHORITY
    return found if found.exists() else None


def exchange(
    address: str,
    method: str,
    path: str,
    message: dict[str, Any] | None = None,
    within_s: float = 3.0,
    authority: Path | None = None,
) -> tuple[int, Any]:
    """(status, what its JSON says) of one request on a connection of its own.

    within_s: for all of it once the name is known, however slowly the other side answers; authority: see `connect`.
    Raises OSError, http.client.HTTPException, ValueError.
    """
    parts = urlsplit(address)
    line = connect(address, within_s, authority)
    watch = threading.Timer(within_s, _break, (line,))
    watch.daemon = True
    watch.start()
    try:
        # The origin is its own: no page of another's sends this.
        headers = {"Content-Type": "application/json", "Origin": f"{parts.scheme}://{parts.netloc}"}
        line.request(method, path, None if message is None else json.dumps(message), headers)
        answer = line.getresponse()
        return answer.status, loads(answer.read(LONGEST_WORD))
    finally:
        watch.cancel()
        line.close()


def _break(line: http.client.HTTPConnection) -> None:
    """Wake whoever reads from it. Of an encrypted line, too: its own `shutdown` would take the cipher away under the reader."""
    if (open_socket := line.sock) is not None:
        with contextlib.suppress(OSError):  # it was gone already
            socket.socket.shutdown(open_socket, socket.SHUT_RDWR)


class Line:
    """One connection to the show at `address`; opened at the first request, and again after a failure.

    Args:
        address: its origin.
        token: of the role standby.
        follower: the id of this standby, 32 hex digits.
        timeout_s: the longest wait for any piece of an answer.
        authority: see `connect`.
    """

    def __init__(
        self, address: str, token: str, follower: str, timeout_s: float, authority: Path | None = None
    ) -> None:
        self.address = address
        self._about = {"standby": follower, "version": __version__}
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._timeout_s = timeout_s
        self._authority = authority
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()
        self.own_host = ""  # our address as the line has it, once it was up

    def ask(self, what: str, **fields: Any) -> dict[str, Any]:
        """The answer of `POST /api/v1/replication/{what}`. Raises LinkDown, TurnedAway."""
        answer = self._request(what, fields)
        try:
            content = json.loads(answer.read(LONGEST_ANSWER))
        except (*TROUBLE, ValueError) as error:
            self.close()
            raise LinkDown(f"{self.address} broke off: {error}") from None
        if not isinstance(content, dict):
            raise LinkDown(f"{self.address} does not answer as a show does")
        return content

    def fetch(self, name: str, take: Callable[[Callable[[int], bytes]], None]) -> None:
        """Have `take` read a file to its end. Raises LinkDown, TurnedAway, and whatever `take` does but OSError of the line."""
        answer = self._request("file", {"name": name})

        def part(most: int) -> bytes:
            try:
                return answer.read(most)
            except TROUBLE as error:
                raise LinkDown(f"{self.address} broke off: {error}") from None

        try:
            take(part)
        except BaseException:
            self.close()  # what is left of the file stands in the way of the next answer
            raise
        answer.read()

    def _request(self, what: str, fields: dict[str, Any]) -> http.client.HTTPResponse:
        body = json.dumps({**self._about, **fields})
        try:
            with self._lock:
                connection = self._connection
                if connection is None:
                    connection = connect(self.address, self._timeout_s, self._authority)
                    connection.connect()
                    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.own_host = str(connection.sock.getsockname()[0])
                    self._connection = connection
            connection.request("POST", f"/api/v1/replication/{what}", body, self._headers)
            answer = connection.getresponse()
        except TROUBLE as error:
            self.close()
            raise LinkDown(f"{self.address} cannot be reached: {error}") from None
        if answer.status == 200:
            return answer
        try:
            text = answer.read(65536).decode(errors="replace")
        except TROUBLE:
            text = ""
        self.close()
        if answer.status >= 500 or answer.status == 429:
            raise LinkDown(f"{self.address} cannot answer now (status {answer.status})")
        raise TurnedAway(answer.status, *_reason(text))

    def close(self) -> None:
        """Break off; another thread that waits for an answer gets LinkDown."""
        connection, self._connection = self._connection, None
        if connection is not None:
            if connection.sock is not None:
                try:
                    connection.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    connection.sock.close()  # it was gone already
            connection.close()


def _reason(text: str) -> tuple[str, str]:
    """(code, text) of a refusal, in one line that can be printed."""
    try:
        content = json.loads(text)
        code, reason = str(content.get("code", "")), str(content.get("error", ""))
    except (ValueError, AttributeError):
        code, reason = "", text.strip()
    return code[:40], re.sub(r"[^\x20-\x7e\u00a0-\uffff]+", " ", reason)[:400]
