"""Several pages of a running show: displays, phones and consoles through real sockets, media through real HTTP."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import Show, until
from tests.server.socket_page import SocketPage

VIDEO = f"q-{'0123456789abcdef' * 2}.mp4"
PICTURE = "photo-1-0123456789ab.png"


def page_id(number: int) -> str:
    return f"{number:032x}"


class Page(SocketPage):
    """A page that says which one it is."""

    def __init__(self, show: Show, role: str, number: int, cookie: str = "", **said: Any) -> None:
        said = {"page": page_id(number), "name": None, "size": [1920, 1080], **said}
        super().__init__(show, role, cookie, **said)


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(tmp_path_factory.mktemp("house") / "data") as running:
        folder = running.data / "media"
        folder.mkdir(exist_ok=True)
        (folder / VIDEO).write_bytes(bytes(range(256)) * 4096)
        (folder / PICTURE).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
        yield running


@pytest.fixture(scope="module")
def cookie(show: Show) -> str:
    return show.cookie()


@pytest.fixture(scope="module")
def token(show: Show) -> str:
    return show.token()


def displays(host: SocketPage) -> dict[str, dict[str, Any]]:
    return {one["page"]: one for one in host.view["displays"]}


def test_a_projector_is_seen_named_identified_and_sent_away(show: Show, cookie: str) -> None:
    with Page(show, "host", 1, cookie) as host, Page(show, "projector", 20, view="test") as projector:
        found = until(lambda: displays(host).get(page_id(20)), "a row in the register")
        assert (found["view"], found["address"], found["size"]) == ("test", "127.0.0.1", [1920, 1080])
        assert projector.hears("display") == {"name": found["name"], "settings": {}, "muted": False}
        projector.client.emit("state", {"sound": "blocked", "size": [1024, 768]}, namespace="/projector")
        until(lambda: displays(host)[page_id(20)]["sound"] == "blocked", "that its sound is blocked")
        assert host.ask("display_set", page=page_id(20), name="主屏", settings={"lang": "en"})["accepted"]
        until(lambda: projector.hears("display")["name"] == "主屏", "its name")
        assert displays(host)[page_id(20)]["settings"] == {"lang": "en"}
        assert host.ask("display_do", page=page_id(20), do="identify")["accepted"]
        assert projector.hears("do") == {"do": "identify"}
        assert host.ask("display_show", page=page_id(20), view="stage")["accepted"]
        until(lambda: projector.hears("do") == {"do": "view", "to": "/stage"}, "where to go")
        with Page(show, "stage", 20) as monitor:
            assert monitor.view["role"] == "stage" and monitor.view["next"]["part"]
            assert monitor.hears("display")["name"] == "主屏"
            until(lambda: displays(host)[page_id(20)]["view"] == "stage", "what it shows now")
    assert show.get("/healthz")["disk"]["state"] in ("ok", "low")


def test_a_page_can_do_no_more_than_describe_itself(show: Show, cookie: str) -> None:
    with Page(show, "host", 1, cookie) as host, Page(show, "projector", 21) as projector:
        before = show.get("/healthz")["revision"]
        for message in ({"type": "mute", "on": True}, {"type": "control", "do": "take", "page": page_id(21)}):
            asked = {"id": uuid.uuid4().hex, **message}
            assert projector.client.call("command", asked, namespace="/projector", timeout=5) in (
                None,
                [],
                (),
            )
        for nonsense in (None, 5, "x" * 10_000, {"sound": {}, "size": "large", "name": "x"}, [1] * 1000):
            projector.client.emit("state", nonsense, namespace="/projector")
        assert projector.call("clock")["contest_ns"]
        until(lambda: page_id(21) in displays(host), "its row")
        assert displays(host)[page_id(21)]["sound"] == "none"
        assert not host.view["sound"]["muted"] and host.view["control"]["holder"] == page_id(1)
        assert show.get("/healthz")["revision"] == before


def test_a_page_is_one_display_whatever_it_sends(show: Show, cookie: str) -> None:
    with Page(show, "host", 1, cookie) as host:
        with Page(show, "projector", 22) as projector:
            for number in range(60, 70):
                projector.client.emit("connect", (None, {"page": page_id(number)}), namespace="/projector")
            for name in (5, None, ["state"], {"state": 1}):
                projector.client.emit(name, namespace="/projector")
            assert projector.call("clock")["contest_ns"], "and it is still served"
            until(lambda: displays(host).get(page_id(22), {}).get("online"), "its row")
        until(lambda: not displays(host)[page_id(22)]["online"], "that it has gone")
        assert not {page_id(number) for number in range(60, 70)} & set(displays(host))
    assert not [line for line in show.printed if "Traceback" in line]


def test_phones_and_previews_have_no_row(show: Show, cookie: str) -> None:
    with (
        Page(show, "host", 1, cookie) as host,
        Page(show, "audience", 30) as phone,
        SocketPage(show, "projector", preview=True) as preview,
    ):
        until(lambda: host.view["phones"] == 1, "a phone")
        assert page_id(30) not in displays(host)
        assert phone.view["role"] == "audience" and preview.view["role"] == "projector"
        assert host.ask("mute", on=True)["accepted"]
        until(lambda: all(page.hears("display")["muted"] for page in (phone, preview, host)), "the mute")
        assert host.ask("mute", on=False)["accepted"]
    assert {"stage", "audience"} == {
        show.get(f"/api/v1/views/{role}")["role"] for role in ("stage", "audience")
    }


def test_one_of_two_consoles_holds_the_control(show: Show, cookie: str, token: str) -> None:
    with Page(show, "host", 1, cookie) as first, Page(show, "host", 2, cookie) as second:
        until(lambda: len(first.view["control"]["operators"]) == 2, "both")
        before = show.get("/healthz")["revision"]
        refused = second.ask("show", scene="lineup")
        assert not refused["accepted"] and "控制" in refused["reason"]["zh"]
        assert show.get("/healthz")["revision"] == before
        assert second.ask("control", do="ask")["accepted"]
        until(lambda: any(one["asking"] for one in first.view["control"]["operators"]), "the wish")
        assert first.ask("control", do="give", page=page_id(2))["accepted"]
        assert second.ask("show", scene="lineup")["accepted"]
        assert not first.ask("show", scene="scoreboard")["accepted"]
        assert second.view["next_view"]["scene"]["name"] == "round_title"
        assert show.command(token, "show", scene="scoreboard")[0] == 200, "a token is not bound by it"
        assert first.ask("control", do="take")["accepted"]


def ranged(show: Show, path: str, cookie: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(show.base + path, headers={"Cookie": cookie, **headers})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_a_questions_file_is_the_hosts_alone_until_it_has_been_presented(
    show: Show, cookie: str, token: str
) -> None:
    judge = show.cookie("judge", judge=1)
    assert ranged(show, f"/media/{VIDEO}")[0] == ranged(show, f"/media/{VIDEO}", judge)[0] == 404
    bearer = {"Authorization": f"Bearer {show.token('judge', 1)}"}
    assert ranged(show, f"/media/{VIDEO}", **bearer)[0] == 404
    status, headers, content = ranged(show, f"/media/{VIDEO}", cookie)
    assert status == 200 and len(content) == 256 * 4096
    assert headers["Content-Type"] == "video/mp4" and headers["Cache-Control"] == "private, no-store"
    assert ranged(show, f"/media/{VIDEO}", Authorization=f"Bearer {token}")[0] == 200
    status, headers, _ = ranged(show, f"/media/{PICTURE}")
    assert status == 200 and headers["Cache-Control"] == "max-age=86400"


def test_a_video_can_be_read_from_the_middle(show: Show, cookie: str) -> None:
    status, headers, content = ranged(show, f"/media/{VIDEO}", cookie, Range="bytes=1000-1999")
    assert status == 206 and headers["Content-Range"] == f"bytes 1000-1999/{256 * 4096}"
    assert content == (bytes(range(256)) * 8)[1000:2000]
    assert ranged(show, f"/media/{VIDEO}", cookie, Range="bytes=-10")[2] == bytes(range(246, 256))
    assert ranged(show, f"/media/{VIDEO}", cookie, Range="bytes=1048570-")[2] == bytes(range(250, 256))
    assert ranged(show, f"/media/{VIDEO}", cookie, Range=f"bytes={256 * 4096}-")[0] == 416
