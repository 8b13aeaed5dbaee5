"""The drill of docs/standby.md: the standby of a rehearsal takes over, its pages move, its log holds. In full runs with pages."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.live import ROOT
from tests.standby.hall import hall, have_moved, permitted
from tests.standby.machines import (
    FIRST,
    SECOND,
    Laptop,
    Loopback,
    Standby,
    full,
    go_on,
    network,
    rows_of,
)


def verified(standby: Standby) -> None:
    log = standby.data / "rehearsal.db"
    call = [sys.executable, "-m", "server.cli", "verify", str(log)]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done


def test_a_rehearsal_is_taken_over_as_a_rehearsal(tmp_path: Path) -> None:
    net = Loopback()
    with Laptop(net, FIRST, tmp_path / "a", "--rehearsal") as old:
        host, token = old.token(), old.token("standby")
        with Standby(net, SECOND, tmp_path / "b", old, token) as new:
            revision = go_on(old, host, 2)
            new.until_whole(revision)
            taken = new.take_over()
            assert taken["complete"] and taken["old_stopped"] and taken["serves"]
            view = new.get("/api/v1/views/host", host)
            assert view["rehearsal"] is True and view["fence"]["epoch"] == 1
            assert new.command(host, "start_round")[0] == 200
            assert old.command(host, "set_blackout", on=True)[0] == 409
            assert (
                rows_of(new.data, rehearsal=True)[:revision] == rows_of(old.data, rehearsal=True)[:revision]
            )
            assert not (new.data / "contest.db").exists()
        verified(new)


@pytest.mark.skipif(not full(), reason="in full only: run.py test standby")
def test_the_drill(tmp_path: Path, browser: Browser) -> None:
    """As it is written, and then the real show with fresh logs on both."""
    complaints: list[str] = []
    with network() as net:
        with Laptop(net, FIRST, tmp_path / "a", "--rehearsal") as old:
            host, token = old.token(), old.token("standby")
            with Standby(net, SECOND, tmp_path / "b", old, token) as new:
                new.until_whole(old.get("/healthz")["revision"])
                net.cut(FIRST, SECOND)
                new.until_status(lambda told: told["link"] == "down", "a link that is down", 8)
                net.mend()
                new.until_whole(go_on(old, host, 2))
                pages = hall(browser, old, complaints)
                permitted(pages, new.base)
                assert pages["host"].locator("[data-role=rehearsal]").is_visible()
                time.sleep(2)  # the pages' tickets are made, copied, and in place
                new.until_whole(old.get("/healthz")["revision"])
                new.take_over()
                have_moved(pages, new, "Main", host)
                assert pages["host"].locator("[data-role=rehearsal]").is_visible()
                for page in pages.values():
                    page.context.close()
            verified(new)
        with Laptop(net, FIRST, tmp_path / "a", "--new") as old:
            with Standby(net, SECOND, tmp_path / "b", old, token, "--new") as new:
                revision = go_on(old, old.token(), 2)
                new.until_whole(revision)
                assert old.get("/healthz")["fence"] == {"epoch": 0, "state": "rules", "address": None}
            assert rows_of(new.data)[:revision] == rows_of(old.data)[:revision]
