"""The audience's process alone: what it tells phones, how it deals with slow ones, what it does when the stage is silent."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.live import until

from .phones import Phone, Process, Stub

LARGE = 40_000  # letters: a few such views fill what a phone's kernel takes


def status_of(process: Process, path: str, **headers: str) -> int:
    request = urllib.request.Request(f"http://127.0.0.1:{process.port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_patches_to_those_who_ask_and_views_to_the_others(stub: Stub, process: Process) -> None:
    stub.show(revision=1, score=[1, 2, 3])
    with Phone(process.port) as new, Phone(process.port, patches=False) as plain:
        new.sees("revision", 1)
        plain.sees("revision", 1)
        stub.show(revision=2, score=[1, 5, 3])
        new.sees("revision", 2)
        plain.sees("revision", 2)
        patch = new.heard("patch")
        assert new.view == plain.view
        assert patch["set"] == [[["revision"], 2], [["score", 1], 5]] and patch["unset"] == []
        assert not [one for one in plain.events if one[0] == "patch"]
        new.ask("again")
        until(
            lambda: [one for one in new.hear(0.02).events if one[0] == "snapshot"][1:],
            "the whole view",
        )
        assert process.health()["deliveries"]["direct"] >= 4


def test_the_first_change_comes_to_a_page_as_a_patch(stub: Stub, process: Process, browser: Browser) -> None:
    """The first view is heard before the line says that it is up; a page that forgets it then asks for it again."""
    stub.show(revision=1)
    page, said = browser.new_page(), []
    page.on("websocket", lambda line: line.on("framesent", lambda text: said.append(str(text))))
    try:
        page.goto(f"http://127.0.0.1:{process.port}/healthz")  # of the same origin, with no line of its own
        page.evaluate(
            """async () => {
              const { connect } = await import("/display/shared/connection.js");
              window.seen = [];
              connect("/audience", { onView: (view, fresh) => seen.push([view.revision, fresh]), onLink: () => {} });
            }"""
        )
        page.wait_for_function("() => seen.length === 1")
        stub.show(revision=2)
        page.wait_for_function("() => seen.length > 1")
        assert page.evaluate("seen") == [[1, True], [2, False]]
        assert not [text for text in said if '"again"' in text]
    finally:
        page.close()


def test_phones_that_come_before_the_stage_wait_for_it(own_stub: Stub) -> None:
    with Process("--feed", str(own_stub.path)) as process, Phone(process.port) as phone:
        own_stub.show(revision=7)
        phone.sees("revision", 7)


def test_silence_of_the_stage_is_told_and_its_return(stub: Stub, process: Process) -> None:
    stub.show(revision=1)
    with Phone(process.port) as phone:
        phone.sees("revision", 1)
        stub.beats = False
        phone.told_stale(True, 4)
        phone.say('42/audience,5["clock"]')
        assert phone.heard("ack")[0]["stale"] is True
        with Phone(process.port) as late:
            late.sees("revision", 1)  # the last picture is better than none, and is marked
            late.told_stale(True)
        stub.beats = True
        phone.told_stale(False)
        stub.show(revision=2)
        phone.sees("revision", 2)
        assert not phone.closed


def test_a_reader_that_stops_delays_nobody_and_gets_the_newest(stub: Stub, process: Process) -> None:
    stub.show(revision=0)
    with Phone(process.port, buffer=4096) as stopped, Phone(process.port) as quick:
        stopped.sees("revision", 0)
        quick.sees("revision", 0)
        slowest = 0.0
        for revision in range(1, 120):
            sent = time.monotonic()
            stub.show(revision=revision, text=str(revision % 10) * LARGE)
            quick.sees("revision", revision)
            slowest = max(slowest, time.monotonic() - sent)
        assert slowest < 1.0
        counted = process.health()["deliveries"]
        assert counted["spared"] > 20 and counted["cut"] == 0
        stopped.sees("revision", 119)  # every frame on the way is whole: Phone takes them apart
        assert stopped.serials == sorted(stopped.serials), "an older view after a newer one"
        assert len(stopped.serials) < 105, "it was spared what was overtaken"
        stub.show(revision=120)
        stopped.sees("revision", 120)  # the patches follow on again


@pytest.mark.skipif(
    "FIRSTPRESS_FULL" not in os.environ, reason="it is patient for 15 s; test_fanout.py has the short form"
)
def test_memory_for_one_that_never_reads_is_bounded_and_it_is_cut(stub: Stub, process: Process) -> None:
    stub.show(revision=0)
    with Phone(process.port, buffer=4096) as dead, Phone(process.port) as quick:
        dead.sees("revision", 0)
        before = resident_kb(process.pid)
        end = time.monotonic() + 40
        revision = 0
        while process.health()["connections"] > 1:
            assert time.monotonic() < end, "it is still there"
            revision += 1
            stub.show(revision=revision, text=str(revision % 10) * LARGE)
            quick.sees("revision", revision)
            dead.say("3")  # it lives, it says, and reads nothing
            time.sleep(0.02)
        assert resident_kb(process.pid) - before < 8_000
        assert revision > 100


def resident_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_small_messages_keep_their_order_whatever_way_they_go(stub: Stub, process: Process) -> None:
    """Every revision changes one letter: sent straight, in part, or by the queue, they come in order or as one newer."""
    stub.show(revision=0, text="x" * 2000)
    phones = [Phone(process.port, buffer=2304 if number % 2 else None) for number in range(8)]
    try:
        for revision in range(1, 400):
            stub.show(revision=revision, text=f"{revision}-" + "x" * (revision % 7 * 700))
            for phone in phones[:: 1 + revision % 3]:
                phone.hear()
        for phone in phones:
            phone.sees("revision", 399)
            assert phone.serials == sorted(phone.serials)
            assert phone.view == phones[0].view
    finally:
        for phone in phones:
            phone.close()


def test_named_pages_are_the_stages_affair_and_phones_are_counted(stub: Stub, process: Process) -> None:
    stub.show(revision=1)
    page = "a" * 32
    with Phone(process.port), Phone(process.port, page=page, name="前厅", size=[390, 844]) as named:
        joined = until(lambda: [one for one in stub.heard if one["type"] == "join"], "the named one")[0]
        assert joined["auth"] == {"view": "audience", "page": page, "name": "前厅", "size": [390, 844]}
        until(lambda: {"type": "phones", "count": 1} in stub.heard, "one phone, beside it")
        told = {"name": "前厅", "settings": {"lang": "en"}, "muted": False}
        stub.say({"type": "tell", "to": joined["connection"], "event": "display", "content": told})
        assert named.heard("display") == told
        stub.say(
            {"type": "tell", "to": joined["connection"], "event": "snapshot", "content": {"answer": "C"}}
        )
        named.ask("state", {"sound": "on", "size": [1, 2], "more": "x"})
        says = until(lambda: [one for one in stub.heard if one["type"] == "says"], "what it says")[0]
        assert says["message"] == {"sound": "on", "size": [1, 2]}
        named.hear(0.1)
        assert named.view is not None and "answer" not in named.view
    until(lambda: stub.heard[-1] == {"type": "phones", "count": 0}, "both have gone")
    assert {"type": "leave", "connection": joined["connection"]} in stub.heard


def test_a_display_that_was_sent_here_is_known_by_its_id(stub: Stub, process: Process) -> None:
    page = "b" * 32
    stub.say({"type": "known", "pages": [page]})
    stub.show(revision=1)
    with Phone(process.port) as first:
        first.sees("revision", 1)
        with Phone(process.port, page=page):
            until(lambda: [one for one in stub.heard if one["type"] == "join"], "it has a row")


def test_the_mute_and_the_new_address_reach_all(stub: Stub, process: Process) -> None:
    stub.show(revision=1)
    with Phone(process.port) as phone:
        phone.sees("revision", 1)
        assert phone.heard("display")["muted"] is False
        stub.say({"type": "muted", "on": True})
        until(lambda: phone.hear(0.02).heard("display")["muted"], "the mute")
        content = {"address": "http://192.0.2.7:8000", "audience": "http://192.0.2.7:8001", "epoch": 1}
        stub.say({"type": "tell", "to": None, "event": "standby", "content": content})
        assert phone.heard("standby") == content
        with Phone(process.port) as late:
            assert late.heard("standby") == content and late.heard("display")["muted"] is True


def test_what_is_served_and_what_is_not(tmp_path: Path, own_stub: Stub) -> None:
    name, secret = f"q-{'1' * 32}.png", f"q-{'2' * 32}.png"
    for one in (name, secret):
        (tmp_path / one).write_bytes(b"\x89PNG")
    with Process("--feed", str(own_stub.path), "--media", str(tmp_path)) as process:
        own_stub.show(revision=1)
        until(lambda: process.health()["revision"] == 1, "the view")
        own_stub.say({"type": "media", "names": [name]})
        until(lambda: status_of(process, f"/media/{name}") == 200, "a picture that was shown")
        assert status_of(process, f"/media/{secret}") == 404
        for path in ("/audience", "/display/audience/main.js", "/display/projector/time.js"):
            assert status_of(process, path) == 200
        for path in (
            "/display/host/app.js",
            "/display/bank/app.js",
            "/display/../server/cli.py",
            "/api/v1/events",
        ):
            assert status_of(process, path) == 404
        assert status_of(process, "/audience", Host="rebound.example") == 403


def test_files_are_pressed_and_not_sent_twice(process: Process) -> None:
    address = f"http://127.0.0.1:{process.port}/display/shared/connection.js"
    plain = urllib.request.urlopen(address, timeout=5)
    with plain:
        whole, tag = plain.read(), plain.headers["ETag"]
    pressed = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(pressed, timeout=5) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) < len(whole) / 2
    assert status_of(process, "/display/shared/connection.js", **{"If-None-Match": tag}) == 304


def test_the_stream_is_taken_up_again_and_named_pages_are_told_anew(stub: Stub, process: Process) -> None:
    stub.show(revision=1)
    with Phone(process.port, page="c" * 32, name="侧幕"):
        until(lambda: [one for one in stub.heard if one["type"] == "join"], "the first time")
        stub.heard.clear()
        assert stub._stream is not None
        stub._stream.shutdown(2)
        until(lambda: [one for one in stub.heard if one["type"] == "join"], "the second time")


def test_a_stopped_process_is_no_weight_on_the_stub(stub: Stub, process: Process) -> None:
    """Only that it comes back: that the stage does not wait for it is tested with a whole show."""
    stub.show(revision=1)
    with Phone(process.port) as phone:
        phone.sees("revision", 1)
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(0.3)
        stub.show(revision=2)
        os.kill(process.pid, signal.SIGCONT)
        phone.sees("revision", 2)


def test_words_that_are_not_the_stages_do_no_harm(stub: Stub, process: Process) -> None:
    stub.show(revision=1)
    with Phone(process.port) as phone:
        phone.sees("revision", 1)
        for words in ({"type": "unknown"}, {"type": "clock"}, {"no": "type"}):
            stub.say(words)
        stub.show(revision=2)
        phone.sees("revision", 2)


def test_a_page_says_nothing_that_anybody_hears(stub: Stub, process: Process) -> None:
    stub.show(revision=1)
    with Phone(process.port) as phone, Phone(process.port) as other:
        other.sees("revision", 1)
        for event in ("snapshot", "patch", "view", "command", "display", "join", "tell"):
            phone.ask(event, {"revision": 99, "id": "12345678", "type": "undo"})
        phone.say("42/audience," + json.dumps([{"no": "name"}]))
        other.hear(0.3)
        assert other.view is not None and other.view["revision"] == 1
        kinds: set[Any] = {one["type"] for one in stub.heard}
        assert kinds <= {"phones"}
