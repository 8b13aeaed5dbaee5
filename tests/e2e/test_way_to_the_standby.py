"""A console that cannot ask the other laptop stays where it is, unlit; one press leads there, signed in."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import open_page, sign_in
from tests.standby.machines import FIRST, SECOND, Laptop, Loopback, Standby, go_on

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"  # else the host alone


@pytest.mark.parametrize("role", ["host", "operator"] if FULL else ["host"])
def test_the_way_on_a_fenced_console_takes_the_sign_in_along(
    tmp_path: Path, browser: Browser, role: str
) -> None:
    net = Loopback()
    with Laptop(net, FIRST, tmp_path / "a") as old:
        page = open_page(browser, "console", [])
        page.route(
            "**/api/v1/epoch*", lambda route: route.abort()
        )  # as a browser's policy or a proxy may have it
        if role == "host":
            sign_in(page, old.base, "host", old.passphrases["host"])
        else:
            page.goto(f"{old.base}/login/operator")
            page.fill("[name=passphrase]", old.passphrases["operator"])
            page.keyboard.press("Enter")
            page.wait_for_url(f"{old.base}/host")
        expect(page.locator('[data-role="link"]')).to_have_attribute("data-link", "live")
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby")) as new:
            new.until_whole(go_on(old, old.token(), 2))
            expect(page.locator('[data-role="standby"]')).to_contain_text("127.0.0.2")
            page.wait_for_timeout(1500)  # its ticket for over there is on disk here, and copied
            new.signal(signal.SIGUSR1)
            new.until_show()
            moved = page.locator('[data-role="moved"]')
            expect(moved).to_contain_text(new.base.partition("//")[2])
            assert page.url.startswith(old.base), "it could not find out by itself"
            assert (
                page.locator('[data-action], [data-tool="blackout"]:not([aria-disabled="true"])').count() == 0
            )
            page.locator('[data-role="moved-way"]').click()
            page.wait_for_url(f"{new.base}/host")
            expect(page.locator('[data-role="link"]')).to_have_attribute("data-link", "live")
            expect(moved).to_have_count(0)
            tag = page.locator('[data-role="operator-tag"]')
            expect(tag).to_have_count(1 if role == "operator" else 0)
            expect(page.locator('[data-tool="blackout"]')).to_have_attribute("aria-disabled", "false")
        page.context.close()
