"""A standby over HTTPS: copied certificates, pages that move, a machine that was dead and asks. In full runs on a network."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from server.tls import authority as tls
from tests.live import ROOT, Show, until
from tests.standby.hall import believing, hall, have_moved, permitted
from tests.standby.machines import (
    FIRST,
    SECOND,
    Laptop,
    Loopback,
    Standby,
    encrypt,
    full,
    go_on,
    kill_all,
    network,
    rows_of,
)


def test_certificates_are_missed_at_the_start_and_not_at_the_take_over(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "server.cli", "standby", "--data", str(tmp_path), "--boxes", "sim"]
    environment = {"FIRSTPRESS_STANDBY_TOKEN": "x"}
    for more, said in (
        (["https://127.0.0.1:8000", "--tls"], "run.py tls"),
        (["https://127.0.0.1:8000"], "add --tls"),
    ):
        done = subprocess.run([*call, *more], env=environment, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 2 and said in done.stderr


def about(show: Show) -> Any:
    with urllib.request.urlopen(f"{show.base}/api/v1/epoch", timeout=5, context=show.trusting) as answer:
        return json.load(answer)


def test_it_follows_takes_over_and_fences_by_https(tmp_path: Path) -> None:
    net, first, second = Loopback(), tmp_path / "a", tmp_path / "b"
    encrypt(net, first, second)
    with Laptop(net, FIRST, first) as old:
        host = old.token()
        with Standby(net, SECOND, second, old, old.token("standby")) as new:
            new.until_whole(go_on(old, host, 2))
            assert about(new)["rules"] is False  # by HTTPS, as pages will ask
            taken = new.take_over()
            assert taken["complete"] and taken["old_stopped"] and taken["serves"], new.printed
            assert old.command(host, "set_blackout", on=True)[0] == 409
            until(lambda: "knows that the show is here now" in "".join(new.printed), "the old one's word")
            assert about(new)["claim"]["address"] == new.base
            assert new.command(host, "set_blackout", on=True)[0] == 200


@pytest.mark.skipif(not full(), reason="in full only: run.py test standby")
def test_another_authority_is_nobody(tmp_path: Path) -> None:
    net = Loopback()
    encrypt(net, tmp_path / "a")
    encrypt(net, tmp_path / "b")
    with Laptop(net, FIRST, tmp_path / "a") as old:
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby")) as new:
            why = new.until_status(lambda told: told["why"] != "", "a word about the certificate")["why"]
            assert "certificate verify failed" in why
        given = ("--authority", str(tmp_path / "a" / tls.FOLDER / tls.AUTHORITY))
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby"), *given) as new:
            new.until_whole(old.get("/healthz")["revision"])


@pytest.mark.skipif(not full(), reason="in full only: run.py test standby")
def test_pages_move_by_https_and_the_dead_one_asks(tmp_path: Path, browser: Browser) -> None:
    complaints: list[str] = []
    with network() as net:
        first, second = tmp_path / "a", tmp_path / "b"
        encrypt(net, first, second)
        with Laptop(net, FIRST, first) as old:
            host = old.token()
            pages = hall(believing(browser), old, complaints)
            with Standby(net, SECOND, second, old, old.token("standby")) as new:
                new.until_whole(old.get("/healthz")["revision"])
                permitted(pages, new.base)
                new.until_whole(go_on(old, host, 2))
                time.sleep(2)  # the pages' tickets are made, copied, and in place
                kill_all([old])
                net.cut(FIRST)
                taken = new.take_over()
                assert not taken["old_stopped"] and taken["serves"]
                have_moved(pages, new, "Main", host)
                for page in pages.values():
                    cookies = page.context.cookies(new.base)
                    assert all(one["secure"] for one in cookies)
                    page.context.close()
                net.mend()
                before = rows_of(first)
                again = Laptop(net, FIRST, first)
                with again:
                    assert again.get("/healthz")["fence"]["state"] == "fenced"
                    assert again.command(host, "set_blackout", on=True)[0] == 409
                    assert rows_of(first) == before
                    told = f"the machine at {again.base} knows that the show is here now"
                    until(lambda: told in "".join(new.printed), "the new one hears that it is known", 15)
