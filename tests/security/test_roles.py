"""Every command of the host from everybody who is not the host: refused, and nothing has happened."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import typing
import uuid
from typing import Any

import pytest
import socketio

from server import codec, house
from server.sockets import TOO_OFTEN
from tests.security.venue import Venue, everybody
from tests.security.wire import RawSocket, ask
from tests.server.socket_page import SocketPage

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
OTHERS = (
    "simulate_press",
    "session_ticket",
    "session_revoke",
    "session_revoke_others",
    "tick",
    "start_session",
)
OPERATORS = {
    "display_set",
    "display_do",
    "display_show",
    "display_forget",
    "mute",
    "lamp_test",
    "set_blackout",
}
OWN = {"judge": {"submit_marks", "close_marking"}, "desk": {"choose_stake"}, "operator": OPERATORS}
"""What the pages of a role may ask for; whether it is the time for it is for the rules to say."""
AT_ONCE = 40  # commands on one connection, so that no rate answers in place of the rule


def _sample(kind: Any) -> Any:
    """A value that a field of that type takes."""
    if kind is bool:
        return True
    if kind in (int, float):
        return 1
    if kind is str:
        return "right"
    if typing.get_origin(kind) is tuple:
        return [1]
    options = [one for one in typing.get_args(kind) if one is not type(None)]
    return _sample(options[0]) if options else None


def well_formed() -> dict[str, dict[str, Any]]:
    """Each command with fields that fit, so that nothing but the role can be wrong with it."""
    made: dict[str, dict[str, Any]] = {}
    for name, kind in codec.HOST_COMMANDS.items():
        hints = typing.get_type_hints(kind)
        made[name] = {one.name: _sample(hints[one.name]) for one in dataclasses.fields(kind)}
    page = "ab" * 16
    values = {"page": page, "do": "take", "view": "test", "on": True, "name": "x", "settings": {}}
    for name, (needed, optional, _) in house.COMMANDS.items():
        made[name] = {field: values[field] for field in (*needed, *optional)}
    for name in OTHERS:
        made[name] = {"seat": 1, "role": "host", "session": "x"} if name != "simulate_press" else {"seat": 1}
    return made


COMMANDS = well_formed()


def test_the_list_is_whole() -> None:
    assert len(COMMANDS) > 45 and {"rule", "undo", "set_score", "mute", "control"} <= set(COMMANDS)
    for name, fields in COMMANDS.items():
        if name in codec.HOST_COMMANDS:
            with contextlib.suppress(codec.BadCommand):  # a field of two meanings; most have none
                codec.host_command({"type": name, "id": "x" * 8, **fields})


@pytest.mark.parametrize(("role", "account", "said"), everybody())
def test_no_page_but_the_hosts_gives_a_hosts_command(
    venue: Venue, role: str, account: str, said: dict[str, Any]
) -> None:
    names = sorted(COMMANDS)
    with venue.under_attack():
        for first in range(0, len(names), AT_ONCE):
            with SocketPage(venue.show, role, venue.cookies.get(account, ""), **said) as page:
                for name in names[first : first + AT_ONCE]:
                    if name in OPERATORS and role == "operator":
                        continue  # may, and so would change something
                    answer = page.ask(name, **COMMANDS[name])
                    assert answer != TOO_OFTEN
                    if role in ("projector", "stage", "audience"):
                        assert not answer or not answer.get("accepted"), f"{role} may {name}"
                    else:
                        assert answer["accepted"] is False, f"{role} may {name}: {answer}"
                        if name not in OWN[role]:
                            assert "role" in answer["reason"]["en"], f"{name}: {answer}"
                assert "offers" not in page.view and "sealed" not in json.dumps(page.view)


@pytest.mark.parametrize(
    ("role", "number"), [("judge", {"judge": 1}), ("desk", {"seat": 1}), ("operator", {})]
)
def test_no_token_but_the_hosts_gives_a_hosts_command(
    venue: Venue, role: str, number: dict[str, int]
) -> None:
    token = venue.show.token(role, **number)
    with venue.under_attack():
        for name, fields in COMMANDS.items():
            if name not in OWN[role]:
                status, answer = venue.show.command(token, name, **fields)
                assert status == 403 and answer["accepted"] is False, f"{role} may {name}: {answer}"


def test_a_cookie_is_no_token_and_a_token_no_cookie(venue: Venue) -> None:
    body = json.dumps({"id": uuid.uuid4().hex, "type": "set_blackout", "on": True}).encode()
    own = {"Origin": venue.show.base, "Content-Type": "application/json"}
    cookie = venue.cookies["host"]
    with venue.under_attack():
        for headers in (
            {"Cookie": cookie},
            {"Authorization": f"Bearer {cookie.partition('=')[2]}"},
            {"Authorization": f"Basic {cookie}"},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer null"},
            {"X-Role": "host", "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
        ):
            status, answer = ask(venue.show, "/api/v1/commands", "POST", {**own, **headers}, body)
            assert status == 401, f"{headers}: {answer!r}"
        with pytest.raises(socketio.exceptions.ConnectionError):
            SocketPage(venue.show, "host", f"firstpress={venue.token}")


FORGED = (
    {"role": "host"},
    {"identity": {"role": "host"}, "judge": 1, "seat": 1, "number": 1},
    {"token": "host", "session": {"role": "host"}},
    {"room": "judge-1", "rooms": ["judge-1", "desk-1"], "sid": "x", "namespace": "/host"},
    {"page": "../../host", "view": "host", "name": "host"},
)


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_what_a_page_says_of_itself_gives_it_no_role(venue: Venue, number: int) -> None:
    said = FORGED[number]
    with venue.under_attack():
        for namespace, cookie, role in (
            ("projector", "", '"role":"projector"'),
            ("judge", "judge-2", '"judge":2'),
            ("desk", "seat-3", '"seat":3'),
        ):
            headers = {"Cookie": venue.cookies[cookie]} if cookie else {}
            with RawSocket(venue.show, f"/{namespace}", json.dumps(said), headers=headers) as page:
                assert role in page.hears(f'42/{namespace},["snapshot"')
        for namespace in ("host", "judge", "desk"):
            with RawSocket(venue.show, f"/{namespace}", json.dumps(said)) as page:
                page.hears(f"44/{namespace}")


def test_no_role_comes_from_the_address_line(venue: Venue) -> None:
    for path in (
        "/host?role=host",
        "/host?token=x",
        "/judge?judge=1",
        "/host/",
        "/host/.",
        "/host%3frole=host",
        "//host",
    ):
        status, answer = ask(venue.show, path)
        assert status in (301, 302, 303, 307, 308, 400, 403, 404), path
        assert b'src="/display/host/main.js"' not in answer
    handshake = "/socket.io/?EIO=4&transport=websocket&role=host&namespace=/host&sid="
    with RawSocket(venue.show, "/host", '{"role":"host"}', path=handshake) as page:
        assert page.status != 101 or page.hears("44/host")


def test_joining_a_namespace_uninvited_brings_nothing(venue: Venue) -> None:
    before = len(venue.refusals("(sign-in)"))
    with venue.under_attack():
        for namespace in ("/host", "/judge", "/desk", "/operator", "/admin", "/replication", "/", "/*"):
            with RawSocket(venue.show, "/projector") as page:
                page.hears("40/projector")
                with contextlib.suppress(
                    BrokenPipeError, ConnectionResetError
                ):  # it may be cut at the first word
                    page.text(f"40{namespace},{{}}")
                    page.event(namespace, "command", {"id": "12345678", "type": "undo"}, number=1)
                    page.event(namespace, "clock", number=2)
                page.closed_within(0.4)
                said = page.all.decode(errors="replace")
                assert f"42{namespace}" not in said.replace("42/projector", "") or namespace == "/"
                assert '"role":"host"' not in said and '"role":"judge"' not in said
                assert "43" + namespace not in said or namespace == "/"
    venue.refused("(sign-in)", before)


def test_an_acknowledgement_nobody_asked_for_does_nothing(venue: Venue) -> None:
    with venue.under_attack(), RawSocket(venue.show, "/projector") as page:
        page.hears("40/projector")
        for number in (0, 1, 2**31, 2**63 % 10**10):
            page.text(f'43/projector,{number}[{{"accepted":true}}]')
        page.event("/projector", "clock", number=9_999_999_999)
        assert "contest_ns" in page.hears("43/projector,9999999999")


def test_a_refused_command_is_a_line_in_the_log(venue: Venue) -> None:
    with SocketPage(venue.show, "judge", venue.cookies["judge-2"]) as judge:
        assert judge.ask("set_score", seat=1, points=9)["accepted"] is False
        assert judge.ask("submit_marks", marks=["\u202e<b>"])["accepted"] is False
    assert venue.refused("(role)")
    assert all("\u202e" not in line for line in venue.refused("(command)"))
