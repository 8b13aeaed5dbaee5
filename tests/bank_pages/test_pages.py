"""The authors' pages in a browser: by keyboard, in both languages, at a desk and on a phone; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bank_pages.house import (
    FIRST,
    REVIEWED,
    SCENARIO,
    SEALED,
    SECOND,
    SINGLE,
    USED,
    House,
    cheap_hashes,
    served,
)
from tests.browser import open_page
from tests.display.test_accessible import findings

NEW = "客户要求把套餐改回上个月的档位，话务员应当先做什么？"
PICTURE = Path(__file__).parent.parent / "display" / "fixtures" / "media" / "q-landscape.png"
WIDER_THAN_ITS_WINDOW = "() => document.documentElement.scrollWidth > innerWidth"
ADDRESSES = (
    "/questions",
    "/new",
    "/review",
    "/statistics",
    f"/questions/{REVIEWED.id}",
    f"/questions/{SCENARIO.id}",
    f"/questions/{USED.id}",
    f"/questions/{SEALED.id}",
)
# It sets inline styles, which the policy forbids, and looks for style sheets where there are none.
OF_AXE = ("Applying inline style", "404 (NOT FOUND)")
READY = {"/questions": ".row", "/new": ".save-bar", "/review": ".decide", "/statistics": ".areas"}


def enter(page: Page, house: House, name: str = FIRST, to: str = "/questions") -> Page:
    """Signed in, and there; the sign-in page has a test of its own."""
    page.emulate_media(reduced_motion="reduce")
    form: dict[str, str | float | bool] = {"name": name, "passphrase": house.passphrases[name]}
    answer = page.request.post(
        f"{house.base}/login", form=form, headers={"Origin": house.base}, max_redirects=0
    )
    assert answer.status == 303
    page.goto(house.base + to)
    return page


@pytest.fixture
def desk(browser: Browser, home: House) -> Iterator[Page]:
    """The first author at a desk; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    page = enter(open_page(browser, "console", complaints), home)
    yield page
    page.context.close()
    assert complaints == []


def picture(page: Page, text: str) -> None:
    """Wait until the projector's own page shows that text in the preview."""
    expect(page.frame_locator(".preview iframe").locator("[data-role=question]")).to_contain_text(text)


def test_the_list_is_searched_and_filtered_and_back_goes_back(desk: Page) -> None:
    desk.wait_for_selector(".row")
    desk.keyboard.press("/")
    desk.keyboard.type("漫游")
    expect(desk.locator(".row")).to_have_count(1)
    desk.select_option("#filter-status", "reviewed")
    expect(desk.locator(".nothing")).to_be_visible()
    desk.go_back()
    expect(desk.locator(".row")).to_have_count(1)
    desk.locator(".row-link").press("Enter")
    expect(desk.locator("h1")).to_contain_text(SINGLE.id)
    expect(desk.locator("#field-prompt")).to_have_value(SINGLE.prompt)
    desk.go_back()
    expect(desk.locator("#search")).to_have_value("漫游")
    desk.reload()
    expect(desk.locator(".row")).to_have_count(1)


def test_a_question_is_written_by_keyboard_and_its_mistakes_stand_at_their_fields(
    desk: Page, home: House
) -> None:
    desk.goto(f"{home.base}/new")
    desk.focus("#field-prompt")
    desk.keyboard.type(NEW)
    picture(desk, "客户要求把套餐")
    desk.keyboard.press("Control+s")
    expect(desk.locator("[data-field=area] .field-problems")).to_contain_text("不能为空")
    expect(desk.locator(".save-said")).to_contain_text("没有保存")
    expect(desk.locator("#field-prompt")).to_have_value(NEW)
    assert desk.evaluate("() => document.activeElement.closest('[data-wrong=yes]') !== null")
    for letter, text in zip("ABCD", ("核实身份", "直接办理", "请客户稍后再打", "转给主管"), strict=True):
        desk.get_by_label(f"选项 {letter}", exact=True).fill(text)
    desk.get_by_label("A 正确").press("Space")
    desk.fill("#field-area", "话务专业知识")
    desk.select_option("#field-level", "初级")
    desk.fill("#field-tags", "套餐，核实")
    expect(desk.locator(".field-problems p")).to_have_count(0)
    desk.keyboard.press("Control+s")
    desk.wait_for_url(f"{home.base}/questions/q*")
    with home.bank() as bank:
        (kept,), _ = bank.search("套餐")
    assert (kept.prompt, kept.answer, kept.tags, kept.author, kept.status) == (
        NEW,
        "A",
        ("套餐", "核实"),
        FIRST,
        "draft",
    )
    desk.get_by_role("button", name="揭晓后").press("Enter")
    expect(desk.frame_locator(".preview iframe").locator("[data-role=answer]")).to_be_attached()


def test_a_reviewed_question_says_beforehand_that_a_change_makes_it_a_draft(desk: Page, home: House) -> None:
    desk.goto(f"{home.base}/questions/{REVIEWED.id}")
    expect(desk.locator(".banner")).to_contain_text("变回草稿")
    expect(desk.locator(".banner")).to_contain_text(SECOND)
    desk.fill("#field-explanation", "三级六等，一级甲等最高。")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".save-said")).to_contain_text("现在是草稿")
    expect(desk.locator(".edit-side .status")).to_have_attribute("data-status", "draft")
    expect(desk.locator(".banner")).to_have_count(0)


def test_two_who_write_see_each_other_and_nobody_loses_a_word(desk: Page, home: House) -> None:
    desk.goto(f"{home.base}/questions/{SINGLE.id}")
    desk.fill("#field-explanation", "我写的解析。")
    with home.bank() as bank:
        bank.replace(replace(SINGLE, explanation="同事写的解析。", author=SECOND))
    desk.keyboard.press("Control+s")
    conflict = desk.locator(".conflict")
    expect(conflict).to_contain_text("同事写的解析。")
    expect(conflict).to_contain_text("我写的解析。")
    expect(desk.locator("#field-explanation")).to_have_value("我写的解析。")
    desk.get_by_role("button", name="用我的覆盖").click()
    expect(desk.locator(".save-said")).to_contain_text("已保存")
    with home.bank() as bank:
        kept = bank.get(SINGLE.id)
    assert kept is not None and kept.explanation == "我写的解析。"


def test_when_the_server_is_gone_or_the_session_over_what_was_written_stays(
    browser: Browser, home: House
) -> None:
    page = enter(open_page(browser, "console", []), home, to=f"/questions/{SINGLE.id}")
    page.fill("#field-explanation", "写了很久的解析。")
    page.route("**/api/bank/questions/**", lambda route: route.abort())
    page.keyboard.press("Control+s")
    expect(page.locator(".save-said")).to_contain_text("连不上服务器")
    page.unroute("**/api/bank/questions/**")
    page.context.clear_cookies()
    page.keyboard.press("Control+s")
    expect(page.locator(".save-said a")).to_have_attribute("href", "/login")
    expect(page.locator("#field-explanation")).to_have_value("写了很久的解析。")
    page.context.close()


def test_what_is_not_saved_is_asked_about_before_it_is_left(desk: Page, home: House) -> None:
    desk.goto(f"{home.base}/questions/{SINGLE.id}")
    desk.fill("#field-source", "另一本教材")
    desk.get_by_role("link", name="统计").click()
    expect(desk.locator(".leaving")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#field-source")).to_have_value("另一本教材")
    desk.get_by_role("link", name="统计").click()
    desk.get_by_role("button", name="放弃改动并离开").click()
    desk.wait_for_selector(".areas")


def test_a_reviewer_reads_sends_back_and_approves(browser: Browser, home: House) -> None:
    complaints: list[str] = []
    page = enter(open_page(browser, "console", complaints), home, SECOND, "/review")
    expect(page.locator(".queue-row")).to_have_count(2)
    picture(page, SCENARIO.prompt[:6])
    expect(page.locator(".reading")).to_contain_text("赵先生")
    page.get_by_role("button", name="退回…").click()
    page.keyboard.type("要点太少")
    page.get_by_role("button", name="退回给作者").click()
    expect(page.locator(".reading-prompt")).to_contain_text("境外旅行")
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator(".nothing")).to_be_visible()
    page.context.close()
    with home.bank() as bank:
        stood = {one.id: (one.status, one.reviewer) for one in bank.all()}
    assert stood[SINGLE.id] == ("reviewed", SECOND) and stood[SCENARIO.id] == ("draft", "")
    assert complaints == []


def test_a_picture_is_sent_shown_and_needs_words(desk: Page, home: House) -> None:
    desk.goto(f"{home.base}/questions/{SINGLE.id}")
    desk.set_input_files("input[type=file]", PICTURE)
    expect(desk.locator("img.kept")).to_be_visible()
    expect(desk.frame_locator(".preview iframe").locator("[data-role=media] img")).to_be_attached()
    desk.keyboard.press("Control+s")
    expect(desk.locator("[data-field=alt] .field-problems")).to_contain_text("不能为空")
    desk.fill("#field-alt", "某客服中心一天内每小时的来电量")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".save-said")).to_contain_text("已保存")


@pytest.fixture(scope="module")
def gallery(furnished: House) -> Iterator[House]:
    """One house for what only looks."""
    with pytest.MonkeyPatch.context() as patch:
        cheap_hashes(patch)
        with served(furnished) as running:
            yield running


@pytest.mark.parametrize(("size", "language"), [("console", "zh-CN"), ("phone", "en")])
def test_every_page_is_sound_for_axe_fits_its_window_and_complains_of_nothing(
    browser: Browser, gallery: House, size: str, language: str
) -> None:
    complaints: list[str] = []
    page = enter(open_page(browser, size, complaints), gallery, SECOND)
    page.wait_for_selector(".row")
    if language == "en":
        page.get_by_role("button", name="EN", exact=True).click()
    wrong: dict[str, list[str]] = {}
    for address in ADDRESSES if size == "console" else ADDRESSES[:5]:
        page.goto(gallery.base + address)
        page.wait_for_selector(READY.get(address, "h1"))
        if address == "/new":
            page.keyboard.press("Control+s")
            page.wait_for_selector(".field-problems p")
        assert page.evaluate("() => document.documentElement.lang") == language
        wrong[address] = [one for one in complaints if not any(text in one for text in OF_AXE)]
        if page.evaluate(WIDER_THAN_ITS_WINDOW):
            wrong[address].append("wider than its window")
        wrong[address] += findings(page)
        complaints.clear()
    page.context.close()
    assert {name: found for name, found in wrong.items() if found} == {}, json.dumps(
        wrong, ensure_ascii=False
    )


def test_signing_in_by_keyboard_and_out_again(browser: Browser, gallery: House) -> None:
    page = open_page(browser, "phone", [])
    page.goto(f"{gallery.base}/questions")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(FIRST)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".error")).to_contain_text("口令不对")
    expect(page.locator("#name")).to_have_value(FIRST)
    assert findings(page) == []
    page.focus("#passphrase")
    page.keyboard.type(gallery.passphrases[FIRST])
    page.keyboard.press("Enter")
    page.wait_for_selector(".row")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(f"{gallery.base}/login")
    page.goto(f"{gallery.base}/questions")
    assert page.url == f"{gallery.base}/login"
    page.context.close()


def test_a_sealed_question_is_on_the_page_without_a_word_of_it(browser: Browser, gallery: House) -> None:
    page = enter(open_page(browser, "console", []), gallery, to=f"/questions/{SEALED.id}")
    expect(page.locator(".banner")).to_contain_text("封存")
    assert page.locator("input, textarea, iframe").count() == 1  # the token of the way out
    assert "绝密" not in page.content()
    page.context.close()
