"""A tablet signs in by the code on the console: scanned once, refused twice, ended there; the code is in no log and no view."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from server import qr
from tests.browser import SIZES, open_page, sign_in
from tests.live import Show, until

QUIET = 4


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(tmp_path_factory.mktemp("tablet") / "data") as running:
        yield running


def tablet(browser: Browser) -> Page:
    width, height = SIZES["tablet"]
    page = browser.new_context(viewport={"width": width, "height": height}, has_touch=True).new_page()
    page.set_default_timeout(15_000)
    return page


class Console:
    """The host's console with its panel of sign-ins open; `addresses`: what the server answered to be drawn."""

    def __init__(self, browser: Browser, show: Show) -> None:
        self.page = open_page(browser, "console", [])
        self.addresses: list[str] = []
        self.page.on("websocket", self._listen)
        sign_in(self.page, show.base, "host", show.passphrases["host"])
        expect(self.page.locator('[data-link="live"]')).to_be_visible()
        self.page.keyboard.press("F3")
        expect(self.page.locator('[data-panel-name="sign_ins"]')).to_be_visible()
        expect(self.page.locator("[data-session].is-mine")).to_have_count(1)

    def _listen(self, line: WebSocket) -> None:
        line.on("framereceived", self._keep)

    def _keep(self, frame: str | bytes) -> None:
        self.addresses += re.findall(r'"address": ?"(http[^"]+#ticket=[^"]+)"', str(frame))

    def code(self, name: str) -> str:
        """The address behind the code that stands on the console now, as a camera would read it."""
        known = len(self.addresses)
        self.page.locator(f'[data-code-for="{name}"]').click()
        picture = self.page.locator('[data-role="qr"]')
        expect(picture).to_be_visible()
        until(
            lambda: self.page.evaluate("() => 1") and len(self.addresses) > known, "the address of the code"
        )
        size = int((picture.get_attribute("viewBox") or "0").split()[-1]) - 2 * QUIET
        drawn = [["0"] * size for _ in range(size)]
        for run in re.finditer(r"M(\d+) (\d+)h(\d+)v1", picture.locator("path").get_attribute("d") or ""):
            x, y, length = int(run[1]) - QUIET, int(run[2]) - QUIET, int(run[3])
            drawn[y][x : x + length] = "1" * length
        assert ["".join(row) for row in drawn] == qr.matrix(self.addresses[-1])
        return self.addresses[-1]


def test_a_judges_tablet_is_signed_in_by_its_code_once(show: Show, browser: Browser) -> None:
    console = Console(browser, show)
    address = console.code("judge-2")
    ticket = address.partition("#ticket=")[2]
    assert address == f"{show.base}/login/judge#ticket={ticket}" and len(ticket) >= 22

    first, second = tablet(browser), tablet(browser)
    first.goto(address)
    first.wait_for_url(f"{show.base}/judge")
    expect(first.locator('[data-link="live"]')).to_have_count(1)
    expect(console.page.locator('[data-role="code-none"]')).to_contain_text("2 号评委")
    expect(console.page.locator('[data-role="code-none"]')).to_contain_text("已登录")

    second.goto(address)
    expect(second.locator("#ticket-zh")).to_contain_text("已经用过")
    assert second.url == f"{show.base}/login/judge"
    second.goto(f"{show.base}/judge")
    assert second.url == f"{show.base}/login/judge", "nobody is signed in by a code that was used"

    console.page.locator('[data-do="close-code"]').click()
    row = console.page.locator("[data-session]", has_text="2 号评委")
    row.locator('[data-do="revoke"]').click()
    row.locator('[data-do="revoke-sure"]').click()
    expect(row).to_have_count(0)
    expect(first.locator('[href="/login/judge"]')).to_be_visible()
    first.goto(f"{show.base}/judge")
    assert first.url == f"{show.base}/login/judge"

    token = show.token()
    seen = "".join(show.printed) + json.dumps(show.get("/api/v1/views/host", token))
    seen += b"".join(path.read_bytes() for path in show.data.iterdir() if path.is_file()).decode(
        errors="replace"
    )
    assert ticket not in seen, "only its hash is kept"
    for page in (console.page, first, second):
        page.context.close()


def test_a_code_that_was_put_away_signs_nobody_in(show: Show, browser: Browser) -> None:
    console, device = Console(browser, show), tablet(browser)
    address = console.code("judge-1")
    console.page.keyboard.press("Escape")
    expect(console.page.locator('[data-role="qr"]')).to_have_count(0)
    console.page.keyboard.press("F3")  # its command went out before this one's snapshot came
    device.goto(address)
    expect(device.locator("#ticket")).to_have_attribute("data-state", re.compile("unknown|expired"))
    for page in (console.page, device):
        page.context.close()


def test_who_mistypes_the_passphrase_need_not_say_again_who_they_are(show: Show, browser: Browser) -> None:
    device = tablet(browser)
    device.goto(f"{show.base}/login/judge")
    device.fill("[name=passphrase]", show.passphrases["judge-3"])
    device.keyboard.press("Enter")
    expect(device.locator("#who:invalid")).to_have_count(1)
    expect(device.locator(".error")).to_have_text(
        "", timeout=500
    )  # nobody is told that a right passphrase was wrong
    device.select_option("#who", "3")
    device.fill("[name=passphrase]", "abcd-efgh-jkmn")
    device.keyboard.press("Enter")
    expect(device.locator(".error")).to_contain_text("口令不对")
    expect(device.locator("#who")).to_have_value("3")
    expect(device.locator("#passphrase")).to_be_focused()
    device.fill("[name=passphrase]", show.passphrases["judge-3"])
    device.keyboard.press("Enter")
    device.wait_for_url(f"{show.base}/judge")
    device.goto(f"{show.base}/login/host")
    device.fill("[name=passphrase]", show.passphrases["host"])
    device.keyboard.press("Enter")
    device.wait_for_url(f"{show.base}/host")
    device.context.close()


def test_an_operators_code_opens_a_console_without_sign_ins(show: Show, browser: Browser) -> None:
    console, device = Console(browser, show), tablet(browser)
    device.goto(console.code("operator"))
    device.wait_for_url(f"{show.base}/host")
    expect(device.locator('[data-link="live"]')).to_be_visible()
    expect(device.locator('[data-tool="panel-displays"]')).to_be_visible()
    expect(device.locator('[data-tool="panel-sign_ins"]')).to_have_count(0)
    for page in (console.page, device):
        page.context.close()
