"""Many or greedy strangers on the venue's network: the stage goes on."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import threading
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest
import socketio

from tests.live import Show, until

IDLE = 1200  # more than the 1,024 open files that Debian allows a process at first


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    with Show(tmp_path / "data") as running:
        yield running


def test_idle_connections_neither_kill_nor_block_the_stage(show: Show) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    stage = show.children()["server.stage_process"]
    with contextlib.ExitStack() as crowd:
        crowd.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(IDLE):
            crowd.enter_context(socket.create_connection(("127.0.0.1", show.port), timeout=5))
        assert show.command(show.token(), "show", scene="lineup")[0] == 200
        assert show.children()["server.stage_process"] == stage


def test_a_page_that_floods_does_not_starve_the_host(show: Show) -> None:
    token = show.token()
    flooding = threading.Event()
    done = threading.Event()
    page = socketio.Client(reconnection=False)
    page.connect(show.base, transports=["websocket"], namespaces=["/projector"])

    def flood() -> None:
        while not done.is_set():
            page.emit("clock", namespace="/projector")
            flooding.set()

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        assert flooding.wait(5)
        for scene in ("lineup", "opening", "lineup"):
            assert show.command(token, "show", scene=scene)[0] == 200  # within the client's ten seconds
        assert not done.is_set()
    finally:
        done.set()
        thread.join(10)
        page.disconnect()


def test_a_crowd_at_the_sign_in_does_not_hold_up_the_host(show: Show) -> None:
    token = show.token()
    turned_away: list[int] = []

    def knock() -> None:
        with contextlib.suppress(OSError):
            turned_away.append(show.sign_in("host", "aaaa-aaaa-aaaa")[0])

    crowd = [threading.Thread(target=knock) for _ in range(60)]
    for one in crowd:
        one.start()
    assert show.command(token, "show", scene="lineup")[0] == 200
    for one in crowd:
        one.join(60)
    assert turned_away and set(turned_away) <= {403, 503} and 403 in turned_away
    assert show.sign_in("host", show.passphrases["host"])[0] == 303


def test_a_feed_asked_for_by_many_answers_or_says_busy(show: Show) -> None:
    found: list[int] = []

    def ask() -> None:
        try:
            with show.open("/api/v1/events") as answer:
                json.load(answer)
                found.append(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                found.append(error.code)

    crowd = [threading.Thread(target=ask) for _ in range(40)]
    for one in crowd:
        one.start()
    until(lambda: len(found) == 40, "forty answers", 30)
    assert set(found) <= {200, 503} and 200 in found
    for one in crowd:
        one.join()
