"""The red band of the console: what is wrong with the log's disk, where, what to do; and nothing else is pushed away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import PAGE_SCROLLS, fixtures, load, open_role, show

FIXTURES = {path.stem: path for path in fixtures("host")}
WHERE = "/home/stage/firstpress/data"
KINDS = {
    "full": ("磁盘已满", "Disk full"),
    "readonly": ("磁盘变成只读", "Disk is read-only"),
    "io": ("磁盘读写出错", "Disk errors"),
    "damaged": ("记录文件损坏", "The log is damaged"),
    "gone": ("找不到记录文件", "The log is gone"),
    "slow": ("磁盘没有响应", "The disk does not answer"),
}


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


def stand(console: Page, kind: str, lang: str = "zh-CN") -> None:
    blocks = kind not in ("slow", "mended")
    alarm = {"kind": kind, "where": WHERE, "free_mb": 3, "blocks": blocks, "detail": "contest.db.damaged-1"}
    log = {"state": "failed" if blocks else "ok", "events": 412, "alarm": alarm}
    show(console, {**load(FIXTURES["asks-partial"]), "log": log, "lang": lang})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_band_says_what_is_wrong_where_and_what_to_do(console: Page, kind: str, lang: str) -> None:
    band = console.locator('[data-role="log-alarm"]')
    stand(console, kind, lang)
    expect(band).to_contain_text(KINDS[kind][lang == "en"])
    expect(band).to_contain_text(WHERE)
    expect(band).to_have_css("background-color", "rgb(166, 30, 34)")
    box = band.bounding_box()
    assert box is not None and box["width"] == 1366 and box["height"] >= 50, "across the whole page"
    assert not console.evaluate(PAGE_SCROLLS)
    for role in ('[data-role="next-action"]', '[data-tool="blackout"]'):
        button = console.locator(role).first.bounding_box()
        assert button is not None and button["y"] > box["y"] + box["height"]
        assert button["y"] + button["height"] <= 768, "the keys stay where they can be seen"


def test_a_log_that_was_mended_is_a_line_and_no_band(console: Page) -> None:
    stand(console, "mended")
    expect(console.locator('[data-role="log-alarm"]')).to_have_count(0)
    expect(console.locator('[data-trouble="mended"]')).to_contain_text("contest.db.damaged-1")
