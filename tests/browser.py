"""Debian's Chromium, driven for tests and for the screenshots of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SIZES = {"projector": (1920, 1080), "console": (1366, 768), "tablet": (1024, 768), "phone": (390, 844)}
# Without these it looks for updates and services on a network that a venue does not have.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium(program: str = CHROMIUM) -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Browser, size: str, complaints: list[str]) -> Page:
    """A page of a context of its own; whatever its console complains of is added to `complaints`."""
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(10_000)

    def listen(kind: str, text: str) -> None:
        complaints.append(f"{page.url}: {kind}: {text}")

    page.on(
        "console",
        lambda message: listen(message.type, message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: listen("exception", str(error)))
    return page


def sign_in(
    page: Page, base: str, role: str, passphrase: str, judge: int | None = None, seat: int | None = None
) -> Page:
    """Through the sign-in form to the role's page."""
    page.goto(f"{base}/{role}")
    if judge is not None:
        page.select_option("[name=judge]", str(judge))
    if seat is not None:
        page.select_option("[name=seat]", str(seat))
    page.fill("[name=passphrase]", passphrase)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/{role}")
    return page
