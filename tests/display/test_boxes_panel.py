"""The boxes on the console: a line each in words, all that is known of one on demand, and the lamp test."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import open_page
from tests.display.pages import HERE, load, open_role, show

MIXED = HERE / "fixtures" / "host" / "boxes-mixed.json"
FITS = "list => list.scrollHeight <= list.clientHeight + 1"


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    page = open_role(open_page(browser, "console", complaints), "host")
    show(page, load(MIXED))
    return page


def box(console: Page, seat: int) -> Locator:
    ids = [one["id"] for one in load(MIXED)["boxes"]]
    return console.locator(f'[data-box="{ids[seat - 1]}"]')


@pytest.mark.parametrize(
    ("seat", "words"),
    [
        (1, ["1 号", "在线", "时钟 ±0.138 毫秒", "往返 0.905 毫秒"]),
        (2, ["2 号", "在线", "时钟 ±0.385 毫秒", "重发 12", "坏帧 4", "毛刺 3"]),
        (3, ["3 号", "时钟尚未可信", "正在对时"]),
        (4, ["4 号", "在线", "干扰脉冲", "请检查接线"]),
        (5, ["5 号", "断开", "停止应答", "请拔下 USB 线"]),
    ],
)
def test_a_box_says_in_words_how_it_is(console: Page, seat: int, words: list[str]) -> None:
    said = box(console, seat).locator("summary").inner_text()
    for word in words:
        assert word in said, said
    bad = "is-bad" in (box(console, seat).get_attribute("class") or "")
    assert bad == (seat > 3)


def test_five_boxes_two_of_them_in_trouble_are_seen_at_once(console: Page) -> None:
    assert console.locator(".box-list").evaluate(FITS)


def test_the_rest_is_told_on_demand_of_one_box_at_a_time(console: Page) -> None:
    details = box(console, 2).locator(".box-details")
    expect(details).to_be_hidden()
    box(console, 2).locator("summary").click()
    expect(details).to_be_visible()
    for word in ("/dev/ttyUSB0", "固件 1.0", "往返 2.10 毫秒", "重启 0", "溢出 0", "毛刺 3", "分钟前按过"):
        expect(details).to_contain_text(word)
    box(console, 5).locator("summary").click()
    expect(details).to_be_hidden()
    expect(box(console, 5).locator(".box-details")).to_contain_text("已 42 秒没有消息")
    box(console, 5).locator("summary").click()


def test_a_seat_whose_clock_is_not_trusted_yet_says_so(console: Page) -> None:
    expect(console.locator('[data-seat="3"].seat')).to_contain_text("时钟尚未可信")


def test_the_lamp_test_stands_with_the_boxes_and_has_a_key(console: Page) -> None:
    console.evaluate("() => { window.asked.length = 0; }")
    button = console.locator('[data-tool="lamp_test"]')
    expect(button).to_contain_text("灯光测试")
    assert button.count() == 1 and console.locator(".boxes").get_by_text("灯光测试").count() == 1
    button.click()
    console.wait_for_timeout(500)  # the same control within 0.4 s would be a trembling hand
    console.keyboard.press("l")
    assert [one["type"] for one in console.evaluate("() => window.asked")] == ["lamp_test", "lamp_test"]


def test_without_an_offer_there_is_no_lamp_test(console: Page) -> None:
    view = load(MIXED)
    view["tools"] = [one for one in view["tools"] if one["id"] != "lamp_test"]
    show(console, view)
    expect(console.locator('[data-tool="lamp_test"]')).to_have_count(0)
