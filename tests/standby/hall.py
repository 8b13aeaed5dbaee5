"""The pages of a hall in Chromium: signed in at one laptop, and looked for at the other."""

from __future__ import annotations

from typing import Any, cast

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser import open_page, sign_in
from tests.live import until
from tests.standby.machines import Laptop, Standby


class _Believing:
    """A browser that takes every certificate: that tablets come to trust ours is tested elsewhere."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> BrowserContext:
        return self._browser.new_context(ignore_https_errors=True, **options)


def believing(browser: Browser) -> Browser:
    """For shows over HTTPS."""
    return cast(Browser, _Believing(browser))


def hall(browser: Browser, show: Laptop, complaints: list[str]) -> dict[str, Page]:
    """A console, a judge's page and a projector of a show, in browsers of their own."""
    pages = {role: open_page(browser, "console", complaints) for role in ("host", "judge", "projector")}
    sign_in(pages["host"], show.base, "host", show.passphrases["host"])
    sign_in(pages["judge"], show.base, "judge", show.passphrases["judge-1"], judge=1)
    pages["projector"].goto(f"{show.base}/projector?name=Main&lang=en")
    return pages


ASK = "address => fetch(`${address}/api/v1/epoch`, {credentials: 'omit'}).then(() => true, () => false)"


def permitted(pages: dict[str, Page], address: str) -> None:
    """Until every page has come to know where the standby is, and may ask there: it loads itself again for that."""

    def may_ask(page: Page) -> bool:
        try:
            return bool(page.evaluate(ASK, address))
        except Error:
            return False  # it was just loading

    for role, page in pages.items():
        until(lambda page=page: page.wait_for_timeout(300) or may_ask(page), f"{role} that may ask", 20)  # type: ignore[misc]


def have_moved(pages: dict[str, Page], new: Standby, name: str, token: str) -> None:
    for role, page in pages.items():
        page.wait_for_url(f"{new.base}/{role}*", timeout=20_000)
    expect(pages["host"].locator("[data-role=link]")).to_have_attribute("data-link", "live", timeout=30_000)
    expect(pages["judge"].locator("body")).not_to_contain_text("口令", timeout=30_000)
    rows = until(
        lambda: [
            row
            for row in new.get("/api/v1/views/host", token)["displays"]
            if row["view"] == "projector" and row["online"]
        ],
        "the projector among the displays",
    )
    assert [row["name"] for row in rows] == [name]
