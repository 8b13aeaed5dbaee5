"""Host and Origin, by tables: what passes the guard, what does not, and the headers that every answer has."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from server.door.guard import POLICY, Asked, Guard, guarded, headers, origin_of

GUARD = Guard(["show.example", "Stage.Local:8000"], ["http://192.0.2.9:8000"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "192.0.2.7",
        "192.0.2.7:8000",
        "[::1]:8000",
        "[2001:db8::7]",
        "localhost",
        "LOCALHOST:8000",
        "localhost.",
        f"{socket.gethostname()}:8000",
        f"{socket.gethostname().partition('.')[0]}.local",
        "show.example:9",
        "stage.local",
    ],
)
def test_that_is_us(host: str) -> None:
    assert GUARD.is_ours(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.nip.io",
        "evil.example#localhost",
        "localhost, evil.example",
        "localhost:8000@evil.example",
        "http://localhost",
        "localhost:",
        "localhost:0",
        "localhost:70000",
        "localhost:8000:8000",
        "127.1",
        "0x7f.0.0.1",
        "2130706433",
        "::1",
        "[::1",
        "[127.0.0.1]",
        "[::1%25eth0]",
        "loc\u0430lhost",
        "localhost\r\nX: y",
        "a" * 300,
        " ",
    ],
)
def test_that_is_not_us(host: str) -> None:
    assert not GUARD.is_ours(host)
    denied = GUARD.denies(Asked("GET", "/", "http", host, ""))
    assert denied is not None and denied.kind == "host" and denied.status[0] == "4"


def asked(method: str, path: str, origin: str = "", **more: bool) -> Asked:
    return Asked(method, path, "http", "192.0.2.7:8000", origin, **more)


OURS = "http://192.0.2.7:8000"
PASSES = [
    asked("GET", "/"),
    asked("GET", "/projector"),
    asked("GET", "/api/v1/views/projector"),
    asked("GET", "/api/v1/views/projector", OURS),
    asked("GET", "/socket.io/", OURS),
    asked("GET", "/socket.io/", "HTTP://192.0.2.7:8000"),
    asked("GET", "/socket.io/", "http://192.0.2.9:8000"),  # the other machine of this show
    asked("GET", "/socket.io/", bearer=True),
    asked("POST", "/api/v1/commands", bearer=True),
    asked("POST", "/api/v1/commands", OURS, bearer=True),
    asked("POST", "/login/host", OURS),
    asked("POST", "/login/host"),  # a script that fills the form in: held to its cookie and csrf field
    asked("POST", "/logout"),
    asked("POST", "/api/v1/commands"),  # answered with 401: no cookie counts there
    asked("POST", "/login/ticket", OURS),
    asked("POST", "/logout", OURS),
    asked("GET", "/api/v1/epoch", "http://evil.example"),
    Asked("GET", "/socket.io/", "https", "localhost", "https://localhost"),
    Asked("GET", "/socket.io/", "https", "localhost:443", "https://localhost"),
    Asked("GET", "/socket.io/", "http", "[::1]:8000", "http://[::1]:8000"),
]
REFUSED = [
    asked("GET", "/socket.io/"),
    asked("GET", "/socket.io/", "null"),
    asked("GET", "/socket.io/", "http://evil.example"),
    asked("GET", "/socket.io/", "http://evil.example", bearer=True),
    asked("GET", "/socket.io/", "https://192.0.2.7:8000"),
    asked("GET", "/socket.io/", "http://192.0.2.7:8001"),
    asked("GET", "/socket.io/", "http://192.0.2.7"),
    asked("GET", "/socket.io/", "http://192.0.2.7:8000.evil.example"),
    asked("GET", "/socket.io/", "http://192.0.2.7:8000/"),
    asked("GET", "/socket.io/", "http://evil.example@192.0.2.7:8000"),
    asked("GET", "/socket.io/", f"{OURS} http://evil.example"),
    asked("GET", "/", "http://evil.example"),
    asked("OPTIONS", "/api/v1/commands", "http://evil.example"),
    asked("POST", "/api/v1/epoch", "http://evil.example"),
    asked("POST", "/api/v1/commands", "http://evil.example", bearer=True),
    asked("POST", "/login/ticket"),
    asked("POST", "/login/ticket", "http://evil.example"),
    asked("POST", "/login/nobody"),
    asked("POST", "/login/host", "null"),
    asked("POST", "/login/host", "http://evil.example"),
    asked("POST", "/logout", "http://evil.example"),
    asked("DELETE", "/anything"),
]


@pytest.mark.parametrize("one", PASSES, ids=str)
def test_that_passes(one: Asked) -> None:
    assert GUARD.denies(one) is None


@pytest.mark.parametrize("one", REFUSED, ids=str)
def test_that_is_refused(one: Asked) -> None:
    denied = GUARD.denies(one)
    assert denied is not None and denied.kind == "origin" and denied.status == "403 Forbidden"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("http://A.example", "http://a.example:80"),
        ("https://a.example.", "https://a.example:443"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("null", None),
        ("", None),
        ("file://", None),
        ("ws://a.example", None),
        ("http://", None),
        ("http://a.example/path", None),
        ("http://a.example:99999", None),
    ],
)
def test_an_origin_has_one_form(text: str, origin: str | None) -> None:
    assert origin_of(text) == origin


def test_a_partner_can_come_later_and_pages_may_then_ask_it() -> None:
    guard = Guard()
    there = asked("GET", "/socket.io/", "http://192.0.2.9:8000")
    assert guard.denies(there) is not None
    guard.add_partner("http://192.0.2.9:8000")
    guard.add_partner("nonsense")
    assert guard.denies(there) is None and len(guard.partners) == 1
    policy = headers(guard.partners)["Content-Security-Policy"]
    assert "connect-src 'self' http://192.0.2.9:8000 ws://192.0.2.9:8000;" in policy


def call(app: Any, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    base = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http", "REMOTE_ADDR": "192.0.2.66"}
    body = b"".join(app({**base, **environ}, lambda status, given, *_: told.extend([status, dict(given)])))
    return told[0], told[1], body


def test_before_the_application_nothing_is_seen_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    reached = []

    def app(environ: Any, start: Any) -> list[bytes]:
        reached.append(environ["PATH_INFO"])
        start("200 OK", [("Content-Type", "text/plain"), ("x-frame-options", "DENY")])
        return [b"page"]

    status, given, body = call(guarded(app, Guard()), HTTP_HOST="rebound.example\x1b[31m")
    assert status == "403 Forbidden" and reached == [] and b"--allow-host" in body
    assert given["X-Content-Type-Options"] == "nosniff" and given["Cache-Control"] == "no-store"
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "192.0.2.66" in line and "\x1b" not in line
    assert call(guarded(app, Guard()), HTTP_HOST="")[0] == "400 Bad Request"
    status, given, body = call(guarded(app, Guard()), HTTP_HOST="localhost")
    assert (status, body, reached) == ("200 OK", b"page", ["/"])
    assert given["x-frame-options"] == "DENY" and "X-Frame-Options" not in given, (
        "what is there already stands"
    )


def test_the_policy_allows_nothing_unsafe_and_nothing_from_outside() -> None:
    policy = headers()["Content-Security-Policy"]
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert {"default-src", "script-src", "object-src", "base-uri", "form-action", "frame-ancestors"} <= set(
        POLICY
    )
    for name in ("X-Frame-Options", "Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"):
        assert headers()[name]
