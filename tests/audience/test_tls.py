"""Phones over TLS: those of a show that is served with --tls, and those of `run.py audience --tls` on another machine."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import cli
from server.tls import authority as tls
from tests.live import ROOT, Show, free_port, until

from .phones import Phone, Process, Stub
from .redis_server import RedisServer

LARGE = 40_000  # letters: a few such views fill what a phone's kernel takes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("show") / "data" / tls.FOLDER
    tls.make(made)
    return made


@pytest.fixture(scope="module")
def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / tls.AUTHORITY))


@pytest.fixture(scope="module")
def show(folder: Path) -> Iterator[tuple[Show, int]]:
    """A show with TLS, and the port for its phones."""
    port = free_port()
    made = Show(folder.parent, "--tls", "--trust-port", "0", audience_port=port)
    made.base = f"https://127.0.0.1:{made.port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / tls.AUTHORITY))  # OpenSSL's own name for it: for urllib
        with made:
            yield made, port


def health(port: int, trusting: ssl.SSLContext) -> Any:
    with urllib.request.urlopen(f"https://127.0.0.1:{port}/healthz", timeout=5, context=trusting) as answer:
        return json.load(answer)


def test_phones_of_an_encrypted_show(show: tuple[Show, int], trusting: ssl.SSLContext) -> None:
    stage, port = show
    until(lambda: health(port, trusting)["status"] == "ok", "phones are served")
    token = stage.token()
    with Phone(port, trusting=trusting) as phone, Phone(port, trusting=trusting, patches=False) as plain:
        expected = stage.get("/api/v1/views/audience")
        for one in (phone, plain):
            one.sees("revision", expected["revision"])
        for on in (True, False, True, False):
            assert stage.command(token, "set_blackout", on=on)[0] == 200
            for one in (phone, plain):
                one.sees("blackout", on, seconds=3)
        assert phone.heard("patch"), "a change comes as a patch, as without encryption"
        assert phone.view == plain.view
        phone.say('42/audience,5["clock"]')
        assert phone.heard("ack")[0]["stale"] is False
        told = health(port, trusting)
        assert told["phones"] == 2
        assert told["deliveries"]["direct"] == 0 and told["deliveries"]["queued"] > 8, (
            "the stock way for all of them"
        )


def test_its_pages_and_its_sockets_are_encrypted_and_nothing_is_plain(
    show: tuple[Show, int], trusting: ssl.SSLContext
) -> None:
    stage, port = show
    with urllib.request.urlopen(f"{stage.base}/audience?lang=en", timeout=5, context=trusting) as page:
        assert page.url == f"https://127.0.0.1:{port}/audience?lang=en", "sent on by the stage, encrypted"
        assert b"<script" in page.read() and page.headers["Content-Security-Policy"]
    assert any(f"https://127.0.0.1:{port}/audience" in line for line in stage.printed)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    line.request("GET", "/audience")
    answer = line.getresponse()
    assert (answer.status, answer.headers["Location"]) == (307, f"https://127.0.0.1:{port}/audience")
    line.close()


def test_a_reader_that_stops_delays_nobody_and_gets_the_newest(
    own_stub: Stub, folder: Path, trusting: ssl.SSLContext
) -> None:
    """The stock way keeps to the same rules as ours: what waits for one is bounded, and the others do not wait."""
    feed = ("--feed", str(own_stub.path), "--tls", str(folder))
    with (
        Process(*feed, trusting=trusting) as process,
        Phone(process.port, buffer=4096, trusting=trusting) as stopped,
        Phone(process.port, trusting=trusting) as quick,
    ):
        own_stub.show(revision=0)
        for one in (stopped, quick):
            one.sees("revision", 0)
        slowest = 0.0
        for revision in range(1, 120):
            sent = time.monotonic()
            own_stub.show(revision=revision, text=str(revision % 10) * LARGE)
            quick.sees("revision", revision)
            slowest = max(slowest, time.monotonic() - sent)
        assert slowest < 1.0
        counted = process.health()["deliveries"]
        assert counted["spared"] > 20 and counted["cut"] == 0 and counted["direct"] == 0
        stopped.sees("revision", 119)
        assert stopped.serials == sorted(stopped.serials) and len(stopped.serials) < 105
        assert not any("Traceback" in line for line in process.printed), process.printed


@pytest.mark.skipif("FIRSTPRESS_FULL" not in os.environ, reason="it is patient for 15 s")
def test_one_that_never_reads_is_cut(own_stub: Stub, folder: Path, trusting: ssl.SSLContext) -> None:
    feed = ("--feed", str(own_stub.path), "--tls", str(folder))
    with (
        Process(*feed, trusting=trusting) as process,
        Phone(process.port, buffer=4096, trusting=trusting) as dead,
        Phone(process.port, trusting=trusting) as quick,
    ):
        own_stub.show(revision=0)
        dead.sees("revision", 0)
        end, revision = time.monotonic() + 40, 0
        while process.health()["deliveries"]["cut"] == 0:
            assert time.monotonic() < end, "it is still there"
            revision += 1
            own_stub.show(revision=revision, text=str(revision % 10) * LARGE)
            quick.sees("revision", revision)
            time.sleep(0.02)
        until(lambda: process.health()["connections"] == 1, "it is gone", 10)
        own_stub.show(revision=revision + 1)
        quick.sees("revision", revision + 1)
        assert not any("Traceback" in line for line in process.printed), process.printed


def test_another_machine_serves_encrypted_and_fetches_pictures_from_an_encrypted_show(
    own_stub: Stub, folder: Path, trusting: ssl.SSLContext, tmp_path: Path
) -> None:
    """As `run.py audience` is called there, with nothing in common but a Redis server and the certificates."""
    name = f"q-{'1' * 32}.png"
    (tmp_path / name).write_bytes(b"\x89PNG picture")
    port = free_port()
    with RedisServer(tmp_path) as redis:
        near_call = ("--feed", str(own_stub.path), "--media", str(tmp_path), "--tls", str(folder))
        # Who runs these tests in the background has Ctrl-C ignored, and what they start would inherit that.
        call = ["env", "--default-signal=INT"]
        call += [sys.executable, "-m", "server.cli", "audience", "--host", "127.0.0.1", "--port", str(port)]
        call += ["--tls", str(folder)]
        with Process(*near_call, trusting=trusting, FIRSTPRESS_REDIS=redis.url) as near:
            # On one machine the show is not where it believes to be: its address in the venue's network.
            call += ["--source", near.base]
            far = subprocess.Popen(
                call,
                cwd=ROOT,
                env={**os.environ, "FIRSTPRESS_REDIS": redis.url},
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                until(
                    lambda: near.health()["status"] == "ok", "the stage's stream"
                )  # what is said before is lost
                own_stub.say({"type": "media", "names": [name]})
                own_stub.show(revision=5)

                def there() -> bool:
                    assert far.poll() is None, "it ended"
                    try:
                        return bool(health(port, trusting)["revision"] == 5)
                    except OSError:
                        return False

                until(there, "the view on the other machine", 30)
                with Phone(port, trusting=trusting) as phone:
                    phone.sees("revision", 5)
                    own_stub.show(revision=6)
                    phone.sees("revision", 6)
                address = f"https://127.0.0.1:{port}/media/{name}"
                with urllib.request.urlopen(address, timeout=10, context=trusting) as answer:
                    assert answer.read() == b"\x89PNG picture"
            finally:
                far.send_signal(signal.SIGINT)
                printed = far.communicate(timeout=10)[1]
            assert far.returncode == 130 and "audience ready" in printed and "Traceback" not in printed, (
                printed
            )


def test_the_command_says_what_is_wrong_with_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIRSTPRESS_REDIS", "redis://127.0.0.1:1")
    assert cli.main(["audience", "--tls", str(tmp_path)]) == 2
    assert "make it first: run.py tls" in capsys.readouterr().err
