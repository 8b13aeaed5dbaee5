"""What the console says of a standby that could not be asked, in both languages and whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import open_page
from tests.display.pages import CUT_OFF, fixtures, load, open_role, show

ADDRESS = "http://192.168.100.102:8000"
SAID = {
    "zh-CN": "还没能问到备用电脑 192.168.100.102:8000 是否已接管",
    "en": "Could not ask the standby 192.168.100.102:8000",
}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_console_says_that_it_could_not_ask(browser: Browser, lang: str) -> None:
    complaints: list[str] = []
    console = open_role(open_page(browser, "console", complaints), "host")
    path: Path = next(path for path in fixtures("host") if path.stem == "buzz-open")
    standby = {"address": ADDRESS, "state": "unasked", "behind": None}
    show(console, {**load(path), "standby": standby, "lang": lang})
    line = console.locator("[data-role=standby-unasked]")  # a band: the header has no room for all of it
    expect(line).to_contain_text(SAID[lang])
    expect(line).to_be_in_viewport(ratio=1)
    assert console.evaluate(CUT_OFF) == [] and complaints == []
    console.context.close()
