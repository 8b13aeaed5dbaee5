"""Phones move with the show: from the audience's process of one laptop to that of the other. In full runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.live import free_port, until
from tests.standby.hall import believing, permitted
from tests.standby.machines import FIRST, SECOND, Laptop, Network, Standby, encrypt, go_on, kill_all, network

THERE_WITHIN_MS = 20_000


@pytest.fixture(scope="module")
def net() -> Iterator[Network]:
    with network() as made:
        yield made


def phone(browser: Browser, show: Laptop, port: int, complaints: list[str]) -> Page:
    page = open_page(browser, "phone", complaints)
    page.goto(f"{at(show, port)}/audience?lang=en")
    return page


def at(show: Laptop | Standby, port: int) -> str:
    return f"{show.base.rpartition(':')[0]}:{port}"


@pytest.mark.parametrize(("dead", "encrypted"), [(False, False), (True, False), (True, True)])
def test_phones_go_to_the_other_laptop(
    net: Network, tmp_path: Path, browser: Browser, dead: bool, encrypted: bool
) -> None:
    net.mend()
    if encrypted:
        encrypt(net, tmp_path / "a", tmp_path / "b")
        browser = believing(browser)
    complaints: list[str] = []
    port = free_port()
    with Laptop(net, FIRST, tmp_path / "a", audience_port=port) as old:
        host = old.token()
        before = phone(browser, old, port, complaints)  # loaded before there is a standby
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby"), audience_port=port) as new:
            new.until_whole(go_on(old, host, 2))
            after = phone(browser, old, port, complaints)
            permitted({"before": before, "after": after}, new.base)
            if dead:
                kill_all([old])
                net.cut(FIRST)
            new.take_over()
            for page in (before, after):
                page.wait_for_url(f"{at(new, port)}/audience*", timeout=THERE_WITHIN_MS)
            until(lambda: new.get("/api/v1/views/host", host)["phones"] == 2, "two phones at the new one", 15)
            assert new.command(host, "cover", what="hold")[0] == 200
            for page in (before, after):
                expect(page.locator("main[data-link=live] [data-role=hold]")).to_be_visible(timeout=10_000)
                page.context.close()
