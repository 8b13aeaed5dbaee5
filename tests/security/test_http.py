"""Requests as no browser sends them: paths that climb, two lengths, endless headers, slow heads and bodies."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import uuid

import pytest

from server.door.limits import BODY_S, HEAD_S, UNJOINED_S
from tests.live import until
from tests.security.venue import Venue
from tests.security.wire import RawSocket, ask, connect, read_answer, say

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
CROWD = 1000 if FULL else 150
CLIMBING = (
    "../{file}",
    "../../{file}",
    "../../../../../../etc/passwd",
    "..%2f..%2f{file}",
    "%2e%2e/%2e%2e/{file}",
    "..%5c..%5c{file}",
    "..\\..\\{file}",
    "....//....//{file}",
    "%252e%252e%252f{file}",
    "..%c0%af..%c0%af{file}",
    "shared/../../{file}",
    "/etc/passwd",
    "//etc/passwd",
    "C:/windows/win.ini",
    "{file}%00.js",
    "{file}\x00.js",
    ".",
    "",
)


@pytest.mark.parametrize("folder", ["/display/", "/media/", "/display/fonts/", "/display/bank/"])
def test_no_path_climbs_out(venue: Venue, folder: str) -> None:
    secret = (venue.show.data / "auth.json").name
    with venue.under_attack():
        for pattern in CLIMBING:
            for file in (secret, "contest.db", "contest.toml", "server/sign_in/auth.py", "run.py"):
                path = folder + pattern.format(file=file)
                status, answer = ask(venue.show, path.replace("\x00", "%00"))
                assert status in (301, 308, 400, 403, 404), f"{path}: {status}"
                for sign in (
                    b"root:",
                    b"SQLite format",
                    b"cookie_key",
                    b"from __future__",
                    b"[[contestant]]",
                ):
                    assert sign not in answer, f"{path} gives {sign!r}"


def test_a_link_in_the_media_folder_is_not_followed(venue: Venue) -> None:
    folder = venue.show.data / "media"
    folder.mkdir(exist_ok=True)
    link = folder / f"logo-{'ab' * 6}.png"
    link.symlink_to(venue.show.data / "contest.db")
    try:
        assert ask(venue.show, f"/media/{link.name}")[0] == 404
    finally:
        link.unlink()


def test_odd_requests_get_no_second_request_through(venue: Venue) -> None:
    """What a proxy and a server might cut apart at different places is refused, and the connection is closed."""
    host = f"Host: 127.0.0.1:{venue.show.port}\r\n"
    smuggled = f"GET /healthz HTTP/1.1\r\n{host}\r\n"
    post, old = (
        f"POST /api/v1/commands HTTP/1.1\r\n{host}",
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n",
    )
    chunked = "Transfer-Encoding: chunked\r\n"
    odd = {
        "two lengths": f"{post}Content-Length: 0\r\nContent-Length: {len(smuggled)}\r\n\r\n",
        "the same length twice": f"{post}Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "a list of lengths": f"{post}Content-Length: 0, 5\r\n\r\n",
        "length and chunks": f"{post}Content-Length: 4\r\n{chunked}\r\n0\r\n\r\n",
        "chunks": f"{post}{chunked}\r\n0\r\n\r\n",
        "garbage chunks": f"{post}{chunked}\r\nzz\r\n\r\n",
        "another encoding": f"{post}Transfer-Encoding: xchunked\r\n\r\n",
        "a negative length": f"{post}Content-Length: -1\r\n\r\n",
        "a signed length": f"{post}Content-Length: +1\r\n\r\n",
        "a length in hex": f"{post}Content-Length: 0x0\r\n\r\n",
        "a huge length": f"{post}Content-Length: {'9' * 30}\r\n\r\n",
        "70 KB": f"POST /login/host HTTP/1.1\r\n{host}Content-Length: 71000\r\n\r\n",
        "a space before the colon": f"GET / HTTP/1.1\r\n{host}Content-Length : 5\r\n\r\n",
        "an old WebSocket": f"{old}{host}Upgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key1: 1\r\n\r\n",
        "another upgrade": f"GET / HTTP/1.1\r\n{host}Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    }
    before = len(venue.refusals("(request)"))
    with venue.under_attack():
        for name, request in odd.items():
            status, answer = say(venue.show, (request + smuggled).encode(), 2.0)
            if (
                name == "a space before the colon"
            ):  # Python's parser ends the headers there; nothing is smuggled by it
                assert answer.count(b"HTTP/1.") <= 2
                continue
            assert 400 <= status < 500, f"{name}: {status} {answer[:200]!r}"
            assert answer.count(b"HTTP/1.") == 1, f"{name}: a second request was answered: {answer!r}"
    venue.refused("(request)", before)


def test_no_such_line_or_header_is_read_to_its_end(venue: Venue) -> None:
    host = f"Host: 127.0.0.1:{venue.show.port}\r\n"
    with venue.under_attack():
        for request in (
            f"GET /{'a' * 20_000} HTTP/1.1\r\n{host}\r\n",
            f"GET / HTTP/1.1\r\n{host}X-Long: {'a' * 20_000}\r\n\r\n",
            f"GET / HTTP/1.1\r\n{host}" + "".join(f"X-{n}: {'a' * 900}\r\n" for n in range(200)) + "\r\n",
            f"GET / HTTP/1.1\r\n{host}" + "".join(f"X-{n}: a\r\n" for n in range(2000)) + "\r\n",
            f"GET / HTTP/1.1\r\n{host}Cookie: firstpress={'a' * 20_000}\r\n\r\n",
        ):
            status, answer = say(venue.show, request.encode(), 3.0)
            assert status in (400, 414, 431) or not answer, answer[:100]


JUNK = {
    "blank lines": b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
    "a word": b"GET\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "zeros": b"\x00" * 64,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "letters": "GÉT / HTTP/1.1\r\n\r\n".encode(),
}


@pytest.mark.parametrize("what", JUNK)
def test_what_is_no_http_is_left(venue: Venue, what: str) -> None:
    with venue.under_attack():
        status, answer = say(venue.show, JUNK[what], 1.0)
        assert status in (0, 400, 403, 404, 405, 501, 505), answer


def test_bodies_that_are_no_command_are_malformed(venue: Venue) -> None:
    own = {"Authorization": f"Bearer {venue.token}"}
    name = uuid.uuid4().hex
    bodies = {
        "deep": b"[" * 30_000 + b"]" * 30_000,
        "deep objects": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
        "NaN": f'{{"id":"{name}","type":"set_score","seat":1,"score_cp":NaN,"reason":"x"}}'.encode(),
        "huge": f'{{"id":"{name}","type":"set_score","seat":1,"score_cp":{"9" * 5000}}}'.encode(),
        "infinite": f'{{"id":"{name}","type":"set_score","seat":1,"score_cp":1e999,"reason":"x"}}'.encode(),
        "twice": f'{{"id":"{name}","type":"cover","what":"hold","type":"undo"}}'.encode(),
        "half a letter": f'{{"id":"{name}","type":"set_score","seat":1,"score_cp":1,"reason":"\\ud800"}}'.encode(),
        "no UTF-8": b'{"id":"\xff\xfe"}',
        "a list": b"[]",
        "null": b"null",
        "no id": b'{"type":"undo"}',
        "an id with a line break": b'{"id":"12345678\\n","type":"undo"}',
        "a type that is no text": f'{{"id":"{name}","type":["undo"]}}'.encode(),
        "unknown fields": f'{{"id":"{name}","type":"undo","__class__":"x"}}'.encode(),
        "a boolean for a seat": f'{{"id":"{name}","type":"simulate_press","seat":true}}'.encode(),
        "nothing": b" ",
    }
    with venue.under_attack():
        for what, body in bodies.items():
            status, answer = ask(venue.show, "/api/v1/commands", "POST", own, body)
            assert status == 400, f"{what}: {status} {answer[-200:]!r}"
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["accepted"] is False


def test_slow_heads_bodies_and_handshakes_end(venue: Venue) -> None:
    """Three ways to hold a connection by saying little: each ends in its time, whoever else is served meanwhile."""
    host = f"Host: 127.0.0.1:{venue.show.port}\r\n"
    before = len(venue.refusals("(slow request)"))
    with venue.under_attack(), contextlib.ExitStack() as open_ones:
        head, body, half, mute = (open_ones.enter_context(connect(venue.show, 60)) for _ in range(4))
        body.sendall(
            f"POST /login/host HTTP/1.1\r\n{host}Origin: {venue.show.base}\r\nContent-Length: 1000\r\n\r\n".encode()
        )
        half.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{host}Upgrade: websocket\r\n".encode()
        )
        head.sendall(f"GET / HTTP/1.1\r\n{host}".encode())
        socketed = open_ones.enter_context(RawSocket(venue.show))
        assert socketed.status == 101
        del mute
        end = time.monotonic() + max(HEAD_S, BODY_S, UNJOINED_S) + 8
        joinless = True
        left = {"head": head, "body": body, "half": half}
        for one in left.values():
            one.settimeout(0.01)
        while (left or joinless) and time.monotonic() < end:
            for name, one in list(left.items()):
                try:
                    one.sendall(b"X-A: b\r\n" if name == "head" else b"a")
                    if not one.recv(4096):
                        del left[name]
                except TimeoutError:
                    continue
                except OSError:
                    del left[name]
            joinless = joinless and not socketed.closed_within(0.5)
        assert not left, f"still open: {list(left)}"
        assert not joinless or socketed.closed_within(5), "a socket that joins nothing stays"
    venue.refused("(slow request)", before)
    venue.refused("(idle socket)")


def test_a_crowd_that_reads_nothing_holds_nobody_up(venue: Venue) -> None:
    """Sockets that joined and never read: what is sent to them waits in their own queues."""
    with contextlib.ExitStack() as open_ones:
        pages = [open_ones.enter_context(RawSocket(venue.show, "/projector")) for _ in range(20)]
        for page in pages:
            page.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        with venue.under_attack(changes=30):
            for number in range(30):
                scene = "lineup" if number % 2 else "opening"
                assert venue.show.command(venue.token, "show", scene=scene)[0] == 200


def test_idle_connections_leave_room(venue: Venue) -> None:
    with venue.under_attack(), contextlib.ExitStack() as open_ones:
        for _ in range(CROWD):
            open_ones.enter_context(connect(venue.show))
        # They are let in one in 5 ms at best (serving.ACCEPT_EVERY_S): the last of a thousand comes after five seconds.
        until(lambda: ask(venue.show, "/healthz")[0] == 200, "an answer after the crowd", 30)


def test_an_answer_is_closed_by_who_was_told_so(venue: Venue) -> None:
    """A connection that is kept alive serves one request after the other, and each is judged by itself."""
    host = f"Host: 127.0.0.1:{venue.show.port}\r\n"
    with connect(venue.show, 3) as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\n{host}\r\n".encode())
        assert read_answer(connection)[0] == 200
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert read_answer(connection)[0] in (400, 403)
