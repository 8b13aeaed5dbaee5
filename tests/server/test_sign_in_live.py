"""Sign-in on a running show: cookies, tickets, limits, sessions that end at once; where no role comes from."""

from __future__ import annotations

import http.client
import http.cookies
import json
import re
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import socketio

from server import codec
from server.door.guard import headers
from server.sign_in.roles import MAY
from tests.live import ROOT, Show, until

from .socket_page import SocketPage as Page


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(tmp_path_factory.mktemp("sign-in") / "data") as running:
        yield running


class Answer:
    """What came back, read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers = response.status, response.headers
        self.body = response.read().decode(errors="replace")
        self.cookie = ""
        for line in self.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookie = f"{name}={morsel.value}"
                self.morsel = morsel

    def json(self) -> Any:
        return json.loads(self.body)


def ask(show: Show, method: str, path: str, body: str | None = None, **given: str) -> Answer:
    """One request with exactly these headers ("_" for "-"), and the Host that a browser would send."""
    line = http.client.HTTPConnection("127.0.0.1", show.port, timeout=10)
    try:
        line.request(method, path, body, {name.replace("_", "-"): value for name, value in given.items()})
        return Answer(line.getresponse())
    finally:
        line.close()


def ticket_for(show: Show, token: str, role: str, number: int | None = None) -> dict[str, Any]:
    fields = {"role": role} if number is None else {"role": role, "number": number}
    status, answer = show.command(token, "session_ticket", **fields)
    assert status == 200, answer
    made: dict[str, Any] = answer
    return made


def redeem(show: Show, ticket: str, cookie: str = "") -> Answer:
    more = {"Cookie": cookie} if cookie else {}
    body = json.dumps({"ticket": ticket})
    return ask(show, "POST", "/login/ticket", body, Origin=show.base, Content_Type="application/json", **more)


def run(show: Show, *arguments: str) -> Any:
    call = [sys.executable, "-m", "server.cli", *arguments, "--data", str(show.data), "--json"]
    ended = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else ended.stderr


@pytest.fixture(scope="module")
def token(show: Show) -> str:
    return show.token()


@pytest.fixture(scope="module")
def host(show: Show) -> str:
    status, cookie = show.sign_in("host", show.passphrases["host"])
    assert status == 303
    return cookie


def test_the_cookie_says_nothing_and_no_script_and_no_other_page_gets_it(show: Show) -> None:
    form = ask(show, "GET", "/login/host")
    field = re.search(r'name="csrf"\s+value="([^"]+)"', form.body)
    assert field is not None
    body = urllib.parse.urlencode({"csrf": field[1], "passphrase": show.passphrases["host"]})
    kind = "application/x-www-form-urlencoded"
    done = ask(show, "POST", "/login/host", body, Cookie=form.cookie, Content_Type=kind, Origin=show.base)
    assert done.status == 303 and done.headers["Location"] == "/host"
    assert done.morsel["httponly"] and done.morsel["samesite"] == "Strict" and done.morsel["path"] == "/"
    assert re.fullmatch(r"firstpress=[A-Za-z0-9_-]{43}", done.cookie)
    assert done.cookie != form.cookie, "what was there before the sign-in is nobody's name after it"
    assert ask(show, "GET", "/host", Cookie=form.cookie).status == 302
    assert ask(show, "GET", "/host", Cookie=done.cookie).status == 200


@pytest.mark.parametrize("cookie", ["", "host", "A" * 43, "%00" * 20, "eyJyb2xlIjoiaG9zdCJ9.abc.def"])
def test_a_forged_cookie_is_nobody(show: Show, cookie: str) -> None:
    assert ask(show, "GET", "/host", Cookie=f"firstpress={cookie}").status == 302
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, "host", f"firstpress={cookie}")


def test_no_role_comes_from_the_address_line_or_from_what_a_page_says(show: Show) -> None:
    query = "role=host&operator=1&judge=1&seat=1&number=1&token=x&session=x&auth=host"
    for path in ("/host", "/judge"):
        assert ask(show, "GET", f"{path}?{query}").status == 302
    for path in ("/api/v1/views/host", "/api/v1/views/operator", "/api/v1/views/judge"):
        assert ask(show, "GET", f"{path}?{query}").status == 401
    said: dict[str, Any] = {"judge": 1, "seat": 1, "token": "x", "session": "x", "identity": {"role": "host"}}
    for namespace in ("host", "operator", "judge"):
        with pytest.raises(socketio.exceptions.ConnectionError):
            Page(show, namespace, **said)
    judge = show.sign_in("judge", show.passphrases["judge-2"], judge=2)[1]
    with Page(show, "judge", judge, judge=1, number=1, **{"as": "host"}) as page:
        assert page.view["judge"] == 2
    body = json.dumps({"id": uuid.uuid4().hex, "type": "undo", "role": "host"})
    assert ask(show, "POST", "/api/v1/commands?role=host", body, Cookie=judge).status == 401


def test_an_operator_signs_in_and_may_what_the_table_says_and_nothing_more(show: Show) -> None:
    status, cookie = show.sign_in("operator", show.passphrases["operator"])
    assert status == 303
    page = ask(show, "GET", "/host", Cookie=cookie)
    assert page.status == 200 and '<body data-role="operator">' in page.body
    assert ask(show, "GET", "/host/result.json", Cookie=cookie).status == 302, "the result is the host's"
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, "host", cookie)
    with Page(show, "operator", cookie) as operator:
        assert operator.view["role"] == "operator" and operator.view["secret"] is None
        before = show.get("/healthz")["revision"]
        refusals = {}
        for kind in MAY:
            if "operator" not in MAY[kind]:
                refusals[kind] = operator.ask(kind)["reason"]["en"]
                time.sleep(0.02)
        assert set(refusals.values()) == {"This command is not for your role"} and len(refusals) > 40
        assert show.get("/healthz")["revision"] == before
        assert operator.ask("set_blackout", on=True)["accepted"]
        until(lambda: operator.view["blackout"], "the blackout in the operator's own view")
        assert operator.ask("set_blackout", on=False)["accepted"]
        assert operator.ask("mute", on=True)["accepted"] and operator.ask("mute", on=False)["accepted"]
        assert operator.ask("display_do", page="*", do="identify")["accepted"]


@pytest.mark.parametrize("role", ["projector", "stage", "audience"])
def test_whoever_only_looks_has_no_commands_at_all(show: Show, role: str) -> None:
    with Page(show, role) as page:
        before = show.get("/healthz")["revision"]
        for kind in sorted(codec.HOST_COMMANDS)[:40]:
            page.client.emit("command", {"id": uuid.uuid4().hex, "type": kind}, namespace=page.namespace)
        assert page.call("clock")["contest_ns"]
        assert show.get("/healthz")["revision"] == before


def test_a_code_signs_a_tablet_in_once(show: Show, token: str) -> None:
    made = ticket_for(show, token, "judge", 3)
    assert made["expires_s"] == 600 and made["ticket"] not in "".join(show.printed)
    signed = redeem(show, made["ticket"])
    assert signed.status == 200 and signed.json() == {"role": "judge", "number": 3, "to": "/judge"}
    with Page(show, "judge", signed.cookie) as judge:
        assert judge.view["judge"] == 3
    again = redeem(show, made["ticket"])
    assert again.status == 403 and again.json()["reason"] == "used" and not again.cookie
    assert redeem(show, "A" * 32).json()["reason"] == "unknown"


def test_of_two_tablets_at_once_one_is_signed_in(show: Show, token: str) -> None:
    made = ticket_for(show, token, "judge", 1)
    with ThreadPoolExecutor(6) as pool:
        found = sorted(one.status for one in pool.map(lambda _: redeem(show, made["ticket"]), range(6)))
    assert found == [200] + [403] * 5


def test_where_a_code_leads(show: Show, token: str) -> None:
    for role, to in (("host", "/host"), ("operator", "/host"), ("display", "/projector")):
        assert redeem(show, ticket_for(show, token, role)["ticket"]).json()["to"] == to


def test_codes_are_the_hosts_to_give(show: Show, token: str) -> None:
    assert show.command(show.token("operator"), "session_ticket", role="judge", number=1)[0] == 403
    assert show.command(show.token("judge", 1), "session_ticket", role="judge", number=1)[0] == 403
    assert show.command(token, "session_ticket", role="judge", number=99)[0] == 409
    for fields in ({}, {"role": "author"}, {"role": "host", "number": 1}, {"role": "host", "more": 1}):
        assert show.command(token, "session_ticket", **fields)[0] == 400


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"ticket": 5}', "[" * 5000, '{"ticket": NaN}'])
def test_a_malformed_request_for_a_code_is_refused(show: Show, body: str) -> None:
    answer = ask(show, "POST", "/login/ticket", body, Origin=show.base)
    assert answer.status == 400 and answer.json()["reason"] == "malformed"


def test_a_code_is_never_redeemed_from_another_page(show: Show, token: str) -> None:
    made = ticket_for(show, token, "judge", 2)
    body = json.dumps({"ticket": made["ticket"]})
    for origin in ({}, {"Origin": "null"}, {"Origin": "http://evil.example"}):
        assert ask(show, "POST", "/login/ticket", body, **origin).status == 403
    assert redeem(show, made["ticket"]).status == 200


# Sessions end


def wait_cut(page: Page, within_s: float = 1.0) -> None:
    began = time.monotonic()
    until(lambda: not page.client.connected, "the socket cut", 5)
    assert time.monotonic() - began < within_s + 1.0, (
        "within a second, and one for a machine that does much else"
    )


def test_a_session_ended_at_the_terminal_is_cut_off_at_once(show: Show) -> None:
    cookie = show.sign_in("judge", show.passphrases["judge-1"], judge=1)[1]
    other = show.sign_in("judge", show.passphrases["judge-2"], judge=2)[1]
    with Page(show, "judge", cookie) as judge, Page(show, "judge", other) as stays:
        (told,) = [content["session"] for name, content in judge.told if name == "display"]
        status, listed = run(show, "sessions", "list")
        assert status == 0 and told in {one["session"] for one in listed["sessions"]}
        assert run(show, "sessions", "revoke", told) == (0, {"revoked": [told]})
        wait_cut(judge)
        assert stays.call("clock")
    assert ask(show, "GET", "/judge", Cookie=cookie).status == 302
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, "judge", cookie)
    assert run(show, "sessions", "revoke", told)[0] == 1
    assert run(show, "sessions", "revoke")[0] == 2


def test_a_session_ended_at_the_console_is_cut_off_at_once(show: Show, host: str) -> None:
    cookie = show.sign_in("operator", show.passphrases["operator"])[1]
    with Page(show, "host", host) as console, Page(show, "operator", cookie) as operator:
        (own,) = [content["session"] for name, content in operator.told if name == "display"]
        until(lambda: own in {one["session"] for one in console.view["sessions"]}, "the session in the list")
        assert not operator.ask("session_revoke", session=own)["accepted"]
        assert console.ask("session_revoke", session=own)["accepted"]
        wait_cut(operator)
        until(
            lambda: own not in {one["session"] for one in console.view["sessions"]}, "it is out of the list"
        )
        assert not console.ask("session_revoke", session=own)["accepted"]
        assert console.ask("session_revoke", session="*")["reason"]["en"].startswith("Malformed")


def test_signing_out_ends_every_page_of_that_browser(show: Show) -> None:
    cookie = show.sign_in("judge", show.passphrases["judge-4"], judge=4)[1]
    with Page(show, "judge", cookie) as one, Page(show, "judge", cookie) as two:
        answer = ask(show, "POST", "/logout", "", Cookie=cookie, Origin=show.base)
        assert answer.status == 303
        wait_cut(one)
        wait_cut(two)
    assert ask(show, "GET", "/judge", Cookie=cookie).status == 302


def test_who_signs_in_again_in_one_browser_is_one_session(show: Show, token: str) -> None:
    first = redeem(show, ticket_for(show, token, "judge", 1)["ticket"])
    second = redeem(show, ticket_for(show, token, "judge", 2)["ticket"], first.cookie)
    assert second.cookie != first.cookie
    assert ask(show, "GET", "/judge", Cookie=first.cookie).status == 302
    assert ask(show, "GET", "/judge", Cookie=second.cookie).status == 200


def test_a_session_survives_a_killed_stage_and_a_used_code_stays_used(show: Show, token: str) -> None:
    made = ticket_for(show, token, "judge", 5)
    cookie = redeem(show, made["ticket"]).cookie
    waiting = ticket_for(show, token, "judge", 4)["ticket"]
    show.kill("server.stage_process")
    until(lambda: "server.stage_process" in show.children() and _answers(show), "the stage again", 20)
    with Page(show, "judge", cookie) as judge:
        assert judge.view["judge"] == 5
    assert redeem(show, made["ticket"]).json()["reason"] == "used"
    assert redeem(show, waiting).status == 200


def _answers(show: Show) -> bool:
    try:
        return bool(show.get("/healthz")["timing"]["state"] == "ok")
    except OSError:
        return False


def test_a_role_begun_anew_at_the_terminal_counts_at_once(show: Show) -> None:
    old = show.passphrases["judge-1"]
    cookie = show.sign_in("judge", old, judge=1)[1]
    operator = show.sign_in("operator", show.passphrases["operator"])[1]
    with Page(show, "judge", cookie) as judge, Page(show, "operator", operator) as stays:
        status, made = run(show, "reset-auth", "--role", "judge")
        assert status == 0 and set(made) == {f"judge-{number}" for number in range(1, 6)}
        wait_cut(judge)
        assert stays.call("clock")
    assert show.sign_in("judge", old, judge=1)[0] == 403
    assert show.sign_in("judge", made["judge-1"], judge=1)[0] == 303
    show.passphrases.update(made)


def test_a_token_revoked_at_the_terminal_counts_for_nothing_at_once(show: Show) -> None:
    made = show.token("operator")
    assert ask(show, "GET", "/api/v1/views/operator", Authorization=f"Bearer {made}").status == 200
    assert ask(show, "GET", "/api/v1/views/host", Authorization=f"Bearer {made}").status == 403
    status, listed = run(show, "token", "--list")
    assert status == 0 and made not in json.dumps(listed)
    assert run(show, "token", "--revoke", made) == (0, {"revoked": 1})
    assert ask(show, "GET", "/api/v1/views/operator", Authorization=f"Bearer {made}").status == 401
    assert run(show, "token", "--revoke", made)[0] == 1


# Headers, Host, Origin


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/projector", "/stage", "/audience", "/host", "/judge", "/desk", "/operator", "/display"),
        *("/login/host", "/login/operator", "/login/judge", "/login/desk", "/login/display", "/login/nobody"),
        *("/healthz", "/api/v1/events", "/api/v1/views/projector", "/api/v1/views/host", "/api/v1/nothing"),
        *("/display/shared/tokens.css", "/display/none.js", "/media/none.png", "/favicon.ico"),
        *("/socket.io/", "/socket.io/?EIO=4&transport=polling", "/nothing", "/host/result.pdf"),
    ],
)
def test_every_answer_has_the_headers(show: Show, path: str) -> None:
    for given in ({}, {"Origin": show.base}, {"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        answer = ask(show, "GET", path, **given)
        for name, value in headers().items():
            found = answer.headers.get_all(name)
            assert found is not None and len(found) == 1, (path, name)
            assert name == "Content-Security-Policy" or found[0] == value or path == "/audience", (path, name)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        foreign = given.get("Origin") == "http://evil.example" or "Host" in given
        assert (answer.status == 403) is foreign or not foreign, (path, answer.status)
        assert answer.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_handshake_from_elsewhere_is_refused(show: Show, host: str, origin: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, "host", host, origin=origin)


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SOCKET = "/socket.io/?EIO=4&transport=websocket"


def test_a_handshake_without_origin_is_refused_and_a_rebound_host_as_well(show: Show, host: str) -> None:
    assert ask(show, "GET", SOCKET, Cookie=host, **UPGRADE).status == 403
    rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert ask(show, "GET", SOCKET, Cookie=host, **UPGRADE, **rebound).status == 403
    assert ask(show, "GET", SOCKET, Origin=show.base, **UPGRADE).status == 101


def test_every_refusal_is_a_line_and_none_has_a_secret(show: Show) -> None:
    ask(show, "GET", "/", Host="evil.example")
    show.sign_in("host", "zzzz-zzzz-zzzz")
    until(lambda: any("evil.example" in line for line in show.printed), "the line about the host")
    printed = [line for line in show.printed if line.startswith("refused")]
    assert printed and all(line.count("\n") == 1 for line in printed)
    kept = json.loads((show.data / "auth.json").read_text())
    for secret in [*show.passphrases.values(), *kept["sessions"], *kept["tickets"], kept["cookie_key"]]:
        assert not any(secret in line for line in printed)


def test_all_begun_anew_at_the_terminal_while_the_show_runs(show: Show, token: str) -> None:
    old = show.sign_in("host", show.passphrases["host"])[1]
    with Page(show, "host", old) as console:
        status, made = run(show, "reset-auth")
        assert status == 0 and set(made) == set(show.passphrases)
        wait_cut(console)
    assert ask(show, "GET", "/host", Cookie=old).status == 302
    assert show.command(token, "undo")[0] == 401
    assert show.sign_in("host", show.passphrases["host"])[0] == 403
    show.passphrases.update(made)
    assert show.sign_in("host", made["host"])[0] == 303


# Limits; last, because it spends them


def test_this_machine_is_told_to_wait_a_second_at_most_and_gets_in(show: Show) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: show.sign_in("host", "zzzz-zzzz-zzzz")[0], range(8)))
    assert set(found) <= {403, 503} and 403 in found
    assert show.sign_in("host", show.passphrases["host"])[0] == 303
