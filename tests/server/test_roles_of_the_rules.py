"""What the wider rules ask of a running show: pictures, secret choices from a desk, the chief judge's closing."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator

import pytest

from tests.live import Show, until

from .socket_page import SocketPage as Page
from .test_web_and_sockets import status_of

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CONTEST = """
title = "一场决赛"
[buzzers]
web = true
[[contestant]]
name = "欧阳慧敏"
unit = "甲公司"
photo = "a.png"
[[contestant]]
name = "古丽娜尔·买买提"
unit = "乙公司"
[[judge]]
name = "周敏"
unit = "组委会"
chief = true
[[judge]]
name = "何国强"
unit = "客服部"
[[round]]
kind = "risk"
sealed = true
[[round]]
kind = "scenario"
"""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "a.png").write_bytes(PIXEL)
    file = folder / "contest.toml"
    file.write_text(CONTEST, encoding="utf-8")
    with Show(folder / "data", "--contest", str(file)) as running:
        yield running


def page(show: Show, role: str, number: int | None = None) -> Page:
    """A page of that role, signed in; the projector is open to all."""
    if role == "projector":
        return Page(show, role)
    named = {"judge": {"judge": number}, "desk": {"seat": number}}.get(role, {})
    return Page(show, role, show.cookie(role, **named))


def test_a_contestants_picture_is_served_and_nothing_else_is(show: Show) -> None:
    with page(show, "projector") as hall:
        photo = hall.view["seats"][0]["photo"]
        assert hall.view["seats"][1]["photo"] == ""
    assert status_of(show, f"/media/{photo}") == (200, PIXEL)
    for name in ("contest.db", "..%2fcontest.db", "photo-1-000000000000.png"):
        assert status_of(show, f"/media/{name}")[0] == 404


def test_secret_choices_come_from_the_desks_and_the_chief_judge_closes(show: Show) -> None:
    with page(show, "host") as host, page(show, "desk", 1) as one, page(show, "desk", 2) as two:
        host.ask("show", scene="lineup")
        host.ask("start_round")
        until(lambda: one.view["stake"], "the values to choose from")
        assert one.view["stake"]["mine"] is None and 0 in one.view["stake"]["values"]
        assert one.ask("choose_stake", points=30)["accepted"]
        assert one.ask("choose_stake", seat=2, points=10)["accepted"], "whoever asks, it is the own seat"
        until(lambda: one.view["stake"]["mine"] == 10, "the own choice")
        assert two.view["stake"]["mine"] is None and host.view["stakes_in"] == [1]
        assert not host.ask("reveal_stakes")["accepted"]
        assert two.ask("choose_stake", points=0)["accepted"]
        assert not one.ask("reveal_stakes")["accepted"], "that is the host's"
        assert host.ask("reveal_stakes")["accepted"]
        until(lambda: host.view["scene"]["name"] == "stakes", "the choices")
        assert host.view["scene"]["stakes"] == [{"seat": 1, "points": 10}, {"seat": 2, "points": 0}]
        assert not one.ask("choose_stake", points=20)["accepted"], "too late"
        for seat in (1, 2):
            assert host.ask("call_turn")["accepted"]
            if seat == 1:
                assert host.ask("present")["accepted"]
            assert host.ask("rule", result="right" if seat == 1 else "declined")["accepted"]
        for command in ("start_round", "call_turn", "present"):
            assert host.ask(command)["accepted"]
    with page(show, "judge", 1) as chief, page(show, "judge", 2) as other:
        until(lambda: other.view["sheet"]["state"] == "open", "a sheet")
        marks = [item["max"] for item in other.view["sheet"]["items"]]
        assert other.ask("submit_marks", marks=marks)["accepted"]
        assert not other.ask("close_marking")["accepted"], "not the chief"
        until(lambda: chief.view["may_close"], "the chief may close")
        assert chief.ask("close_marking")["accepted"]
        until(lambda: other.view["sheet"]["state"] == "closed", "closed")


def test_the_host_downloads_the_result_and_nobody_else(show: Show) -> None:
    cookie, judge = show.cookie(), show.cookie("judge", judge=1)
    starts = {"pdf": b"%PDF-", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{"}
    for kind, start in starts.items():
        status, kinds, body = fetched(show, f"/host/result.{kind}", cookie)
        assert (status, body.startswith(start)) == (
            200,
            True,
        ) and kinds == f'attachment; filename="result.{kind}"'
    assert fetched(show, "/host/result.pdf", judge)[0] == 302, "to the host's sign-in"
    assert fetched(show, "/host/result.pdf", "")[0] == 302
    assert fetched(show, "/host/result.exe", cookie)[0] == 404


def fetched(show: Show, path: str, cookie: str) -> tuple[int, str | None, bytes]:
    """(status, Content-Disposition, body); redirects are not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", show.port, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Disposition"), answer.read()
    finally:
        connection.close()
