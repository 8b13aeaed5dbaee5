"""A whole show with phones: the redirect, the register, the mute; what happens when the stage or the audience's process dies."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.live import Show, free_port, until
from tests.server.socket_page import SocketPage

from .phones import Phone

PAGE = "d" * 32


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(tmp_path_factory.mktemp("show"), audience_port=free_port()) as show:
        until(lambda: health(show)["status"] == "ok", "phones are served")
        yield show


def port_of(show: Show) -> int:
    return int(show._call[show._call.index("--audience-port") + 1])


def health(show: Show) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(show), timeout=5)
    try:
        connection.request("GET", "/healthz")
        return json.load(connection.getresponse())
    except OSError:
        return {"status": "not there"}
    finally:
        connection.close()


def answer(port: int, path: str, host: str = "") -> tuple[int, str]:
    """(status, Location) of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Host": host} if host else {})
    found = connection.getresponse()
    found.read()
    connection.close()
    return found.status, found.headers.get("Location", "")


@pytest.fixture(scope="module")
def token(show: Show) -> str:
    return show.token()


def host_view(show: Show, token: str) -> Any:
    return show.get("/api/v1/views/host", token)


def rows(show: Show, token: str) -> dict[str, Any]:
    return {row["page"]: row for row in host_view(show, token)["displays"]}


def test_who_asks_the_stage_for_the_audience_is_sent_on(show: Show) -> None:
    there = port_of(show)
    assert answer(show.port, "/audience?name=x&lang=en") == (
        302,
        f"http://127.0.0.1:{there}/audience?name=x&lang=en",
    )
    assert answer(show.port, "/audience", f"localhost:{show.port}")[1] == f"http://localhost:{there}/audience"
    with socket.create_connection(("127.0.0.1", show.port), 5) as line:
        line.sendall(f"GET /audience HTTP/1.1\r\nHost: 127.0.0.1:{show.port}\r\n\r\n".encode())
        whole = line.makefile("rb").read()  # to its end, long before a quiet connection is closed
    assert whole.startswith(b"HTTP/1.1 302 ") and b"content-security-policy" in whole.lower()
    assert answer(show.port, "/audience", "evil.example")[0] == 403
    assert answer(show.port, "/audience?preview=1")[0] == 200
    assert answer(there, "/audience")[0] == 200
    assert answer(there, "/projector?mirror=1") == (302, f"{show.base}/projector?mirror=1")
    assert show.get("/api/v1/views/audience")["role"] == "audience"


def test_it_runs_behind_the_stage_and_the_address_is_printed(show: Show) -> None:
    children = show.children()
    nice = {name: os.getpriority(os.PRIO_PROCESS, pid) for name, pid in children.items()}
    assert nice["server.audience.process"] >= nice["server.stage_process"] + 10
    group = Path(f"/proc/{children['server.audience.process']}/autogroup")
    if group.exists():  # there niceness says nothing about the processes of other sessions
        assert group.read_text().strip().endswith("nice 10")
    assert any(f":{port_of(show)}/audience" in line for line in show.printed)


def test_phones_see_what_happens_and_are_counted(show: Show, token: str) -> None:
    with Phone(port_of(show)) as phone, Phone(show.port) as on_the_stage:
        phone.heard("snapshot")
        on_the_stage.heard("snapshot")
        assert show.command(token, "set_blackout", on=True)[0] == 200
        for one in (phone, on_the_stage):
            one.sees("blackout", True)
        assert show.command(token, "set_blackout", on=False)[0] == 200
        phone.sees("blackout", False)
        expected = show.get("/api/v1/views/audience")
        assert phone.view is not None
        assert {**phone.view, "contest_ns": 0} == {**expected, "contest_ns": 0}
        until(lambda: host_view(show, token)["phones"] == 2, "both are counted")
        phone.say('42/audience,5["clock"]')
        now_ns = show.get("/api/v1/views/audience")["contest_ns"]
        assert abs(phone.heard("ack")[0]["contest_ns"] - now_ns) < 1_000_000_000
    until(lambda: host_view(show, token)["phones"] == 0, "both have gone")


def test_a_named_page_has_its_row_its_settings_and_its_orders(show: Show, token: str) -> None:
    with Phone(port_of(show), page=PAGE, name="前厅", size=[390, 844]) as page:
        row = until(lambda: rows(show, token).get(PAGE), "its row")
        assert (row["name"], row["view"], row["size"], row["online"]) == (
            "前厅",
            "audience",
            [390, 844],
            True,
        )
        assert page.heard("display")["name"] == "前厅"
        page.ask("state", {"sound": "blocked"})
        until(lambda: rows(show, token)[PAGE]["sound"] == "blocked", "how it stands with sound")
        show.command(token, "display_set", page=PAGE, name="正门", settings={"lang": "en"})
        until(lambda: page.heard("display")["settings"] == {"lang": "en"}, "its setting")
        show.command(token, "display_do", page=PAGE, do="identify")
        assert page.heard("do") == {"do": "identify"}
        show.command(token, "display_show", page=PAGE, view="projector")
        until(lambda: page.heard("do") == {"do": "view", "to": "/projector"}, "it is sent elsewhere")
    until(lambda: not rows(show, token)[PAGE]["online"], "it has gone, and keeps its row")
    with Phone(port_of(show), page=PAGE) as page:  # named by the console: its address need not say it again
        until(lambda: rows(show, token)[PAGE]["online"], "it is back")
        assert page.heard("display")["name"] == "正门"


def is_muted(phone: Phone) -> bool:
    return bool(phone.hear(0.02).heard("display")["muted"])


def test_the_mute_reaches_every_page(show: Show, token: str) -> None:
    with Phone(port_of(show)) as phone, Phone(port_of(show), page=PAGE) as named:
        for one in (phone, named):
            one.heard("display")
        show.command(token, "mute", on=True)
        for one in (phone, named):
            until(partial(is_muted, one), "silence")
        show.command(token, "mute", on=False)
        until(lambda: not phone.hear(0.02).heard("display")["muted"], "sound again")


def test_the_stage_dies_and_phones_stay(show: Show, token: str) -> None:
    process = show.children()["server.audience.process"]
    with Phone(port_of(show)) as phone, Phone(port_of(show), page=PAGE, name="前厅") as named:
        phone.heard("snapshot")
        stage = show.children()["server.stage_process"]
        os.kill(stage, signal.SIGSTOP)  # longer than it takes to start it again, so that the silence is heard
        phone.told_stale(True, 4)
        os.kill(stage, signal.SIGKILL)
        phone.told_stale(False, 15)
        until(show.ready, "the stage")
        assert show.children()["server.audience.process"] == process
        assert not phone.closed and not named.closed
        assert show.command(token, "set_blackout", on=True)[0] == 200
        phone.sees("blackout", True)
        show.command(token, "set_blackout", on=False)
        phone.sees("blackout", False)
        until(lambda: rows(show, token).get(PAGE, {}).get("online"), "its row is there again")
        until(lambda: host_view(show, token)["phones"] == 1, "the phone is counted again")


def test_the_audience_dies_and_the_stage_does_not_notice(show: Show, token: str) -> None:
    stage = show.children()["server.stage_process"]
    with SocketPage(show, "projector") as projector, Phone(port_of(show)) as phone:
        phone.heard("snapshot")
        show.kill("server.audience.process")
        show.command(token, "set_blackout", on=True)
        until(lambda: projector.view["blackout"], "the projector goes on", 2)
        until(lambda: phone.hear(0.02).closed, "the phone's line is cut")
        until(lambda: health(show)["status"] == "ok", "another one", 20)
        with Phone(port_of(show)) as back:
            back.sees("blackout", True)
        show.command(token, "set_blackout", on=False)
        assert show.children()["server.stage_process"] == stage


def is_dark(page: SocketPage, on: bool) -> bool:
    return page.view["blackout"] is on


def test_a_stopped_audience_process_holds_up_nothing(show: Show, token: str) -> None:
    with SocketPage(show, "projector") as projector, Phone(port_of(show)) as phone:
        phone.heard("snapshot")
        process = show.children()["server.audience.process"]
        os.kill(process, signal.SIGSTOP)
        try:
            for on in (True, False) * 20:
                sent = time.monotonic()
                assert show.command(token, "set_blackout", on=on)[0] == 200
                until(partial(is_dark, projector, on), "the projector", 2)
                assert time.monotonic() - sent < 2
        finally:
            os.kill(process, signal.SIGCONT)
        show.command(token, "set_blackout", on=True)
        phone.sees("blackout", True)
        show.command(token, "set_blackout", on=False)


@pytest.mark.skipif("FIRSTPRESS_FULL" not in os.environ, reason="most other shows are started without phones")
def test_without_phones_the_stage_serves_the_page_itself(tmp_path: Path) -> None:
    with Show(tmp_path) as show:
        assert "server.audience.process" not in show.children()
        assert answer(show.port, "/audience")[0] == 200
        assert not any("/audience" in line for line in show.printed)
