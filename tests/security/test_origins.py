"""Who may talk to the server at all: foreign, null and absent Origins, rebound and odd Hosts."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.security.venue import Venue
from tests.security.wire import RawSocket, ask, connect, say

FOREIGN = (
    "http://evil.example",
    "https://evil.example:8000",
    "null",
    "file://",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://evil.example/http://127.0.0.1:{port}",
    "http://user@127.0.0.1:{port}",
    "http://127.0.0.1:{port}@evil.example",
    "chrome-extension://abcdef",
    "*",
    "http://127.0.0.1:{port}, http://evil.example",
)
REBOUND = (
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.evil.example:{port}",
    "localhost.evil.example",
    "127.0.0.1:{port}@evil.example",
    "0x7f000001:{port}",
    "127.1:{port}",
    "127.0.0.1:{port}, evil.example",
    "127.0.0.1:99999",
    "[::1",
    "a" * 300,
)


def test_a_page_of_another_origin_gets_no_socket(venue: Venue) -> None:
    before = len(venue.refusals("(origin)"))
    cookie = {"Cookie": venue.cookies["host"]}
    with venue.under_attack():
        for origin in FOREIGN:
            with RawSocket(venue.show, origin=origin.format(port=venue.show.port), headers=cookie) as page:
                assert page.status in (400, 403), f"{origin} is let in"
        with RawSocket(venue.show, origin=None, headers=cookie) as page:
            assert page.status in (400, 403), "a handshake without Origin is let in"
    venue.refused("(origin)", before)


def test_a_rebound_name_reaches_nothing(venue: Venue) -> None:
    before = len(venue.refusals("(host)"))
    with venue.under_attack():
        for host in REBOUND:
            name = host.format(port=venue.show.port)
            with RawSocket(venue.show, host=name, origin=f"http://{name}") as page:
                assert page.status in (400, 403), f"a socket for {name}"
            for path in (
                "/",
                "/healthz",
                "/login/host",
                "/api/v1/views/projector",
                "/display/shared/icon.svg",
            ):
                status, answer = ask(venue.show, path, host=name)
                assert status in (400, 403), f"{path} for {name}: {answer[:80]!r}"
    venue.refused("(host)", before)


def test_a_request_needs_one_host(venue: Venue) -> None:
    own = f"Host: 127.0.0.1:{venue.show.port}\r\n"
    with venue.under_attack():
        assert say(venue.show, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")[0] == 400
        twice = f"GET /healthz HTTP/1.1\r\n{own}{own}Connection: close\r\n\r\n"
        assert say(venue.show, twice.encode())[0] == 400
        whole = f"GET http://evil.example/healthz HTTP/1.1\r\n{own}Connection: close\r\n\r\n"
        assert say(venue.show, whole.encode())[0] in (400, 403, 404)


def test_its_own_names_are_let_in(venue: Venue) -> None:
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{venue.show.port}"
        assert ask(venue.show, "/healthz", host=host)[0] == 200
        with RawSocket(venue.show, host=host, origin=f"http://{host}") as page:
            assert page.status == 101


@pytest.mark.parametrize("path", ["/login/host", "/logout", "/login/ticket", "/api/v1/commands"])
def test_a_form_of_another_origin_is_refused(venue: Venue, path: str) -> None:
    body = json.dumps({"id": uuid.uuid4().hex, "type": "undo"}).encode()
    headers = {"Cookie": venue.cookies["host"], "Content-Type": "text/plain"}
    with venue.under_attack():
        for origin in ("http://evil.example", "null"):
            status, answer = ask(venue.show, path, "POST", {**headers, "Origin": origin}, body)
            assert status in (400, 403), f"{origin} at {path}: {answer[:200]!r}"
            assert b"Set-Cookie" not in answer
    with venue.under_attack():  # and the session is still good
        assert b"Location" not in ask(venue.show, "/host", headers={"Cookie": venue.cookies["host"]})[1]


def test_a_script_with_a_token_needs_no_origin(venue: Venue) -> None:
    body = json.dumps({"id": uuid.uuid4().hex, "type": "lamp_test"}).encode()
    own = {"Authorization": f"Bearer {venue.token}"}
    assert ask(venue.show, "/api/v1/commands", "POST", own, body)[0] in (200, 409)
    foreign = {**own, "Origin": "http://evil.example"}
    assert ask(venue.show, "/api/v1/commands", "POST", foreign, body)[0] == 403


def test_no_answer_invites_other_origins(venue: Venue) -> None:
    for path in ("/", "/healthz", "/api/v1/views/projector", "/api/v1/events", "/display/shared/icon.svg"):
        answer = ask(venue.show, path, headers={"Origin": venue.show.base})[1].lower()
        assert b"access-control-allow-origin" not in answer
        assert b"frame-ancestors 'self'" in answer and b"nosniff" in answer


def test_the_connection_of_a_refused_request_is_closed(venue: Venue) -> None:
    """A flood has to connect again for each: the stage takes connections in one by one, and others between."""
    with connect(venue.show) as line:
        line.sendall(b"GET /host HTTP/1.1\r\nHost: evil.example\r\nConnection: keep-alive\r\n\r\n")
        whole = line.makefile(
            "rb"
        ).read()  # to its end: a quiet connection would be kept for longer than we wait
    head = whole.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 403 ") and head.count(b"\r\nconnection:") == 1, head
