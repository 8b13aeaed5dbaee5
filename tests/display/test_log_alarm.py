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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_header_says_how_it_is_and_leaves_what_to_do_to_the_band(
    console: Page, kind: str, lang: str
) -> None:
    stand(console, kind, lang)
    words = {
        "zh-CN": ("记录已停", "记录在等磁盘"),
        "en": ("Recording stopped", "Waiting for the disk"),
    }
    expect(console.locator('[data-role="health"]')).to_have_text(words[lang][kind == "slow"])


def test_a_disk_that_is_full_is_not_said_twice(console: Page) -> None:
    alarm = {"kind": "full", "where": WHERE, "free_mb": 3, "blocks": True, "detail": ""}
    log = {"state": "failed", "events": 412, "alarm": alarm}
    show(console, {**load(FIXTURES["asks-partial"]), "log": log, "disk": {"state": "low", "free_mb": 3}})
    expect(console.locator('[data-trouble="disk"]')).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_log_that_was_mended_is_said_until_the_host_has_read_it(console: Page, lang: str) -> None:
    stand(console, "mended", lang)
    expect(console.locator('[data-role="log-alarm"]')).to_have_count(0)
    expect(console.locator('[data-role="health"] [data-trouble]')).to_have_count(0)
    band = console.locator('[data-role="log-mended"]')
    expect(band).to_contain_text("contest.db.damaged-1")
    expect(band).to_contain_text(WHERE)
    assert not console.evaluate(PAGE_SCROLLS)
    console.evaluate("() => { window.asked.length = 0; }")
    console.locator('[data-role="log-seen"]').click()
    console.wait_for_function("() => window.asked.length > 0")
    assert console.evaluate("() => window.asked.splice(0)") == [{"type": "log_seen"}]
    show(console, load(FIXTURES["asks-partial"]))
    expect(band).to_have_count(0)


def test_a_standby_that_cannot_be_asked_is_a_band_that_can_be_put_away(console: Page) -> None:
    """What to do is read whole; a standby that was packed away for good must not stand in the way all evening."""
    standby = {"address": "http://192.168.100.102:8000", "state": "unasked", "behind": None}
    view = {**load(FIXTURES["asks-partial"]), "standby": standby}
    band, header = (
        console.locator('[data-role="standby-unasked"]'),
        console.locator('[data-trouble="standby"]'),
    )
    for lang, words in (("en", "switch this machine off"), ("zh-CN", "请关掉本机")):
        show(console, {**view, "lang": lang})
        expect(band).to_contain_text(words)
        assert not console.evaluate(PAGE_SCROLLS)
    console.locator('[data-role="unasked-seen"]').click()
    expect(band).to_have_count(0)
    expect(header).to_have_text("问不到备用电脑")
    alarm = {"kind": "full", "where": WHERE, "free_mb": 3, "blocks": True, "detail": ""}
    show(console, {**view, "log": {"state": "failed", "events": 412, "alarm": alarm}})
    expect(console.locator('[data-role="log-alarm"]')).to_be_visible()
    show(console, {**view, "standby": {**standby, "address": "http://192.168.100.103:8000"}})
    expect(band).to_contain_text("192.168.100.103:8000")
    show(console, load(FIXTURES["asks-partial"]))
    expect(band).to_have_count(0)


def test_who_has_not_the_control_reads_it_and_cannot_put_it_away(console: Page) -> None:
    alarm = {
        "kind": "mended",
        "where": WHERE,
        "free_mb": 900,
        "blocks": False,
        "detail": "contest.db.damaged-1",
    }
    log = {"state": "ok", "events": 412, "alarm": alarm}
    show(console, {**load(FIXTURES["control-theirs"]), "log": log})
    expect(console.locator('[data-role="log-mended"]')).to_be_visible()
    expect(console.locator('[data-role="log-seen"]')).to_be_disabled()
    show(console, {**load(FIXTURES["control-theirs"]), "log": log, "control": None, "role": "operator"})
    expect(console.locator('[data-role="log-mended"]')).to_be_visible()
    expect(console.locator('[data-role="log-seen"]')).to_have_count(0)
