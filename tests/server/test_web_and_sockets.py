"""A running show from outside: sign-in, the HTTP interface, the sockets; who gets in, and what each may see."""

from __future__ import annotations

import json
import urllib.error
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.live import Show, until
from tests.server.socket_page import SocketPage as Page


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(tmp_path_factory.mktemp("show") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def token(show: Show) -> str:
    return show.token()


def status_of(show: Show, path: str, body: bytes | None = None, token: str | None = None) -> tuple[int, Any]:
    try:
        with show.open(path, body, token) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_pages_have_a_strict_policy(show: Show) -> None:
    for path in ("/", "/projector", "/login/host", "/login/judge", "/healthz"):
        with show.open(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy and "default-src 'self'" in policy


def test_console_and_judge_page_ask_for_sign_in(show: Show) -> None:
    for role in ("host", "judge"):
        with show.open(f"/{role}") as answer:
            assert answer.url.endswith(f"/login/{role}")
            assert "passphrase" in answer.read().decode()


def test_sign_in(show: Show) -> None:
    status, cookie = show.sign_in("host", show.passphrases["host"])
    assert status == 303
    with Page(show, "host", cookie) as host:
        assert host.view["role"] == "host" and host.view["actions"]
    assert show.sign_in("host", "abcd-abcd-abcd")[0] == 403
    assert show.sign_in("judge", show.passphrases["judge-1"], judge=2)[0] == 403
    assert show.sign_in("judge", show.passphrases["judge-1"], judge=99)[0] == 403
    assert show.sign_in("host", show.passphrases["judge-1"])[0] == 403


def test_passphrases_are_not_kept_in_clear(show: Show) -> None:
    kept = b"".join(path.read_bytes() for path in Path(show.data).iterdir() if path.is_file())
    for passphrase in show.passphrases.values():
        assert passphrase.encode() not in kept
    assert (show.data / "auth.json").stat().st_mode & 0o077 == 0


def test_a_form_without_its_csrf_field_is_refused(show: Show) -> None:
    body = f"passphrase={show.passphrases['host']}".encode()
    assert status_of(show, "/login/host", body)[0] == 400


def test_a_guessed_csrf_field_is_refused(show: Show) -> None:
    for guess in ("-", "", "%E4%B8%AD"):
        body = f"csrf={guess}&passphrase={show.passphrases['host']}".encode()
        assert status_of(show, "/login/host", body)[0] == 400


@pytest.mark.parametrize("role", ["host", "judge"])
def test_a_socket_without_sign_in_is_refused(show: Show, role: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, role)


def test_a_judge_does_not_get_into_the_console(show: Show) -> None:
    _, cookie = show.sign_in("judge", show.passphrases["judge-2"], judge=2)
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, "host", cookie)


def test_a_page_of_another_origin_is_refused(show: Show) -> None:
    _, cookie = show.sign_in("host", show.passphrases["host"])
    with pytest.raises(socketio.exceptions.ConnectionError):
        Page(show, "host", cookie, origin="http://evil.example")


def test_the_projector_gets_every_change_and_may_ask_nothing(show: Show, token: str) -> None:
    with Page(show, "projector") as projector:
        assert projector.view["role"] == "projector"
        status, answer = show.command(token, "show", scene="lineup")
        assert status == 200
        until(lambda: projector.view["revision"] == answer["revision"], "the change")
        assert projector.view["scene"] == {"name": "lineup"}
        message = {"type": "undo", "id": uuid.uuid4().hex}
        asked = projector.call("command", message)
        assert not asked and show.get("/healthz")["revision"] == answer["revision"]
        clock = projector.call("clock")
        assert clock["contest_ns"] > projector.view["contest_ns"]


def test_the_host_sees_which_judges_are_there(show: Show) -> None:
    host_cookie, judge_cookie = show.cookie(), show.cookie("judge", judge=4)
    with Page(show, "host", host_cookie) as host:
        with Page(show, "judge", judge_cookie) as judge:
            assert judge.view["judge"] == 4 and judge.view["sheet"] == {"state": "waiting"}
            until(lambda: host.view["judges"][3]["online"], "judge 4 online")
            assert not judge.ask("undo")["accepted"], "no host command from a judge"
            assert not judge.ask("submit_marks", marks=[1])["accepted"], "no scenario is in hand"
        until(lambda: not host.view["judges"][3]["online"], "judge 4 gone")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"type": "undo"}',
        b'{"id": "x", "type": "undo"}',
        b'{"id": "12345678", "type": "nonsense"}',
        b'{"id": "12345678", "type": "tick"}',
        b'{"id": "12345678", "type": "report_verdict", "arming": "a"}',
        b'{"id": "12345678", "type": "rule"}',
        b'{"id": "12345678", "type": "rule", "result": 5}',
        b'{"id": "12345678", "type": "undo", "more": 1}',
        b'{"id": "12345678", "type": "simulate_press", "seat": 77}',
        b'{"id": "12345678", "type": "set_blackout", "on": "yes"}',
    ],
)
def test_a_malformed_command_changes_nothing_and_says_why(show: Show, token: str, body: bytes) -> None:
    before = show.get("/healthz")["revision"]
    status, answer = status_of(show, "/api/v1/commands", body, token)
    assert status == 400 and json.loads(answer)["reason"]["en"].startswith("Malformed")
    assert show.get("/healthz")["revision"] == before


def test_who_may_ask_what_over_http(show: Show, token: str) -> None:
    body = b'{"id": "12345678", "type": "undo"}'
    assert status_of(show, "/api/v1/commands", body)[0] == 401
    assert status_of(show, "/api/v1/commands", body, "wrong")[0] == 401
    judge = show.token("judge", 1)
    assert show.command(judge, "undo")[0] == 403
    assert show.command(token, "submit_marks", marks=[1])[0] == 403
    assert status_of(show, "/api/v1/views/host")[0] == 401
    assert status_of(show, "/api/v1/views/host", token=judge)[0] == 403
    assert status_of(show, "/api/v1/views/judge", token=judge)[0] == 200
    assert status_of(show, "/api/v1/views/nobody")[0] == 404
    for after in ("x", "-1", "%C2%B2", "9" * 30):
        assert status_of(show, f"/api/v1/events?after={after}")[0] == 400


def test_a_refused_command_is_409_with_the_reason(show: Show, token: str) -> None:
    status, answer = show.command(token, "reveal_place")
    assert status == 409 and not answer["accepted"] and answer["reason"]["zh"]


def test_a_repeated_id_gets_the_first_answer(show: Show, token: str) -> None:
    command_id = uuid.uuid4().hex
    first = show.command(token, "set_blackout", command_id, on=True)
    again = show.command(token, "set_blackout", command_id, on=True)
    assert (
        first[0] == again[0] == 200 and first[1]["revision"] == again[1]["revision"] and again[1]["repeated"]
    )
    assert show.command(token, "set_blackout", on=False)[0] == 200


def test_ids_of_one_role_do_not_answer_for_another(show: Show, token: str) -> None:
    command_id = uuid.uuid4().hex
    assert show.command(token, "set_blackout", command_id, on=True)[0] == 200
    status, answer = show.command(show.token("judge", 1), "submit_marks", command_id, marks=[1])
    assert status == 409 and not answer["accepted"]
    assert show.command(token, "set_blackout", on=False)[0] == 200


def test_a_deeply_nested_body_is_malformed(show: Show, token: str) -> None:
    assert status_of(show, "/api/v1/commands", b"[" * 60_000, token)[0] == 400


def test_a_token_of_a_judge_who_is_not_there(show: Show) -> None:
    assert status_of(show, "/api/v1/views/judge", token=show.token("judge", 99))[0] == 404


def test_files_outside_the_display_folder_are_not_served(show: Show) -> None:
    for path in ("/display/../server/sign_in/auth.py", "/display/%2e%2e/run.py", "/display//etc/passwd"):
        assert status_of(show, path)[0] == 404


def test_the_feed_has_public_events_only(show: Show, token: str) -> None:
    found = show.get("/api/v1/events")
    assert {"scene_shown"} <= {one["type"] for one in found["events"]}
    assert not {"contest_created", "session_started", "marks_submitted"} & {
        one["type"] for one in found["events"]
    }
    last = found["events"][-1]["seq"]
    assert show.get(f"/api/v1/events?after={last}")["events"] == []
