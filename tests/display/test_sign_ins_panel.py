"""The panel 登录: who is signed in and how that ends; a one-time code as it is drawn, counted down, used up and put away."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server import qr
from tests.browser import open_page
from tests.display.pages import CUT_OFF, PAGE_SCROLLS, load, open_role, show
from tests.display.test_accessible import findings
from tests.display.test_several_consoles import FIXTURES, asked

TICKET, TICKET_ID = "Ab3_" * 8, "0123456789ab"
ADDRESS = f"http://192.168.100.100:8000/login/judge#ticket={TICKET}"
READ_AT_ONE_METRE_PX = 420  # 95 mm on a laptop of 14 inches: a tenth of the distance is what cameras want
QUIET = 4


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


def stand(console: Page, **changes: Any) -> dict[str, Any]:
    """The panel is open, nothing asked yet."""
    view = {**load(FIXTURES["sign-ins"]), **changes}
    if console.locator('[data-role="panel"]').count():
        console.keyboard.press("Escape")
    show(console, view)
    own = {"name": "", "settings": {}, "muted": False, "session": view["sessions"][1]["session"]}
    console.evaluate("(told) => window.hear('display', told)", own)
    console.keyboard.press("F3")
    expect(console.locator('[data-panel-name="sign_ins"]')).to_be_visible()
    console.evaluate("() => { window.asked.length = 0; window.answer = undefined; }")
    return view


def open_code(console: Page, name: str = "judge-3", expires_s: float = 600, **more: Any) -> dict[str, Any]:
    """Ask for a code; what the server answers both commands."""
    answer = {
        **{"accepted": True, "revision": 1, "reason": None, "ticket": TICKET, "ticket_id": TICKET_ID},
        **{"expires_s": expires_s, "address": ADDRESS, "matrix": qr.matrix(ADDRESS)},
        **{"hosts": ["192.168.100.100", "10.0.0.7"], "fingerprint": "", **more},
    }
    console.evaluate("(answer) => { window.answer = answer; }", answer)
    console.locator(f'[data-code-for="{name}"]').click()
    expect(console.locator('[data-role="code"]')).to_be_visible()
    return answer


def test_devices_are_called_what_people_call_them(console: Page) -> None:
    view = load(FIXTURES["sign-ins"])
    said = ["Windows · Edg", "Macintosh · OPR", "Android · MicroMessenger", "CrOS · Chrome", "a box · v2"]
    for row, label in zip(view["sessions"], said, strict=False):
        row["label"] = label
    stand(console, sessions=view["sessions"])
    rows = [console.locator(f'[data-session="{row["session"]}"] .session-where') for row in view["sessions"]]
    known = ["Windows · Edge", "Mac · Opera", "Android · 微信", "Chromebook · Chrome", "a box · v2"]
    for row, words in zip(rows, known, strict=False):
        expect(row).to_contain_text(words)


def test_who_is_signed_in_stands_there_this_console_first(console: Page) -> None:
    view = stand(console)
    rows = console.locator("[data-session]")
    expect(rows).to_have_count(len(view["sessions"]))
    expect(rows.first).to_contain_text("本机")
    expect(rows.first).to_contain_text("192.168.8.31")
    expect(rows.first.locator('[data-do="revoke"]')).to_have_count(0)
    judge = console.locator(f'[data-session="{view["sessions"][5]["session"]}"]')
    for words in ("2 号评委 李秀英", "192.168.8.52", "iPad", "登录", "最近"):
        expect(judge).to_contain_text(words)
    expect(console.locator('[data-role="panel"]')).to_contain_text("操作员")


def test_ending_a_sign_in_takes_a_second_look(console: Page) -> None:
    view = stand(console)
    session = view["sessions"][5]["session"]
    row = console.locator(f'[data-session="{session}"]')
    row.locator('[data-do="revoke"]').click()
    expect(row.get_by_role("alert")).to_contain_text("2 号评委 李秀英 的页面会立刻断开")
    row.locator('[data-do="back"]').click()
    assert asked(console) == []
    row.locator('[data-do="revoke"]').click()
    row.locator('[data-do="revoke-sure"]').click()
    assert asked(console) == [{"type": "session_revoke", "session": session}]


def test_ending_all_others_takes_a_second_look(console: Page) -> None:
    stand(console)
    console.locator('[data-do="others"]').click()
    expect(console.locator('[data-role="panel"]')).to_contain_text("其他 7 个登录会立刻断开")
    assert asked(console) == []
    console.locator('[data-do="revoke-others"]').click()
    assert asked(console) == [{"type": "session_revoke_others"}]


def test_the_code_is_drawn_module_by_module_and_large_enough(console: Page) -> None:
    stand(console)
    answer = open_code(console)
    assert asked(console) == [
        {"type": "session_ticket", "role": "judge", "number": 3},
        {"type": "address_code", "page": "judge", "ticket": TICKET},
    ]
    picture = console.locator('[data-role="qr"]')
    size = len(answer["matrix"])
    assert picture.get_attribute("viewBox") == f"0 0 {size + 2 * QUIET} {size + 2 * QUIET}"
    drawn = [["0"] * size for _ in range(size)]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", picture.locator("path").get_attribute("d") or "")
    for x, y, length in ((int(one) - QUIET, int(two) - QUIET, int(three)) for one, two, three in runs):
        for column in range(x, x + length):
            drawn[y][column] = "1"
    assert ["".join(row) for row in drawn] == qr.matrix(ADDRESS), "what a camera sees is the address"
    box = picture.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= READ_AT_ONE_METRE_PX
    expect(console.locator('[data-role="code"]')).to_contain_text("3 号评委 赵文华")
    expect(console.locator('[data-role="code-left"]')).to_contain_text("还有 10:00 有效")
    expect(console.locator('[data-role="code-address"]')).to_have_text(
        "http://192.168.100.100:8000/login/judge"
    )


def test_the_code_stands_nowhere_but_in_its_picture(console: Page) -> None:
    stand(console)
    open_code(console)
    for frame in console.frames:
        assert TICKET not in frame.content()
    assert TICKET not in json.dumps(
        console.evaluate("() => [{...localStorage}, {...sessionStorage}, location.href]")
    )


@pytest.mark.parametrize("way", ["Escape", "F3", "close"])
def test_the_code_vanishes_with_the_panel_and_is_void(console: Page, way: str) -> None:
    stand(console)
    open_code(console)
    asked(console)
    if way == "close":
        console.locator('[data-do="close-code"]').click()
        expect(console.locator('[data-role="qr"]')).to_have_count(0)
    else:
        console.keyboard.press(way)
        expect(console.locator('[data-role="qr"]')).to_have_count(0)
        console.keyboard.press("F3")
        expect(console.locator('[data-role="code"]')).to_have_count(0)
    assert asked(console) == [{"type": "session_ticket_void", "ticket_id": TICKET_ID}]


def test_a_used_code_is_gone_at_once(console: Page) -> None:
    view = stand(console)
    open_code(console)
    show(console, {**view, "tickets": [TICKET_ID]})
    expect(console.locator('[data-role="qr"]')).to_be_visible()
    new = {**view["sessions"][5], "session": "f" * 12, "number": 3}
    show(console, {**view, "tickets": [], "sessions": [*view["sessions"], new]})
    expect(console.locator('[data-role="qr"]')).to_have_count(0)
    expect(console.locator('[data-role="code-none"]')).to_contain_text("3 号评委 赵文华 已登录")


def test_a_judge_who_was_signed_in_before_does_not_use_the_code_up(console: Page) -> None:
    view = stand(console)
    open_code(console, "judge-2")
    show(console, {**view, "tickets": [TICKET_ID]})
    expect(console.locator('[data-role="qr"]')).to_be_visible()
    show(console, {**view, "tickets": []})  # made void elsewhere: nobody is signed in by it
    expect(console.locator('[data-code="over"]')).to_contain_text("已过期")


def test_an_expired_code_is_gone_and_another_can_be_had(console: Page) -> None:
    stand(console)
    open_code(console, expires_s=0.2)
    expect(console.locator('[data-code="over"]')).to_be_visible()
    expect(console.locator('[data-role="qr"]')).to_have_count(0)
    console.locator('[data-do="again"]').click()
    assert [one["type"] for one in asked(console)][-2:] == ["session_ticket", "address_code"]


def test_another_address_of_this_machine_can_be_chosen(console: Page) -> None:
    stand(console)
    open_code(console)
    asked(console)
    console.locator('[data-role="code"] select').select_option("10.0.0.7")
    expect(console.locator('[data-role="qr"]')).to_be_visible()
    assert asked(console) == [{"type": "address_code", "page": "judge", "ticket": TICKET, "host": "10.0.0.7"}]


def test_open_pages_have_codes_without_a_secret(console: Page) -> None:
    stand(console)
    address = "http://192.168.100.100:8001/audience"
    open_code(console, "audience", address=address, matrix=qr.matrix(address))
    assert asked(console) == [{"type": "address_code", "page": "audience"}]
    expect(console.locator('[data-role="code-left"]')).to_have_count(0)
    console.locator('[data-do="close-code"]').click()
    open_code(console, "trust", fingerprint="AB:CD", address="http://192.168.100.100:8002/trust")
    expect(console.locator('[data-role="fingerprint"]')).to_contain_text("AB:CD")


def test_a_refusal_is_said_and_nothing_is_shown(console: Page) -> None:
    stand(console)
    refusal = {
        "accepted": False,
        "revision": 1,
        "reason": {"zh": "磁盘无法写入", "en": "The disk takes nothing"},
    }
    console.evaluate("(answer) => { window.answer = answer; }", refusal)
    console.locator('[data-code-for="judge-1"]').click()
    expect(console.locator('[data-role="panel"]')).to_contain_text("磁盘无法写入")
    expect(console.locator('[data-role="code"]')).to_have_count(0)


def test_who_is_told_of_no_sign_ins_has_no_such_panel(console: Page) -> None:
    if console.locator('[data-role="panel"]').count():
        console.keyboard.press("Escape")
    view = load(FIXTURES["sign-ins"])
    del view["sessions"]
    show(console, view)
    console.keyboard.press("F3")
    expect(console.locator('[data-role="panel"]')).to_have_count(0)
    expect(console.locator('[data-tool="panel-sign_ins"]')).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_panel_holds_together_and_keeps_nobody_out(console: Page, language: str) -> None:
    stand(console, lang=language, web_buzzers=True)
    for _ in ("list", "second look", "code"):
        assert not console.evaluate(PAGE_SCROLLS)
        assert console.evaluate(CUT_OFF) == []
        assert findings(console) == []
        if console.locator('[data-do="revoke-others"]').count():
            open_code(console)
        elif not console.locator('[data-role="code"]').count():
            console.locator('[data-do="others"]').click()
            console.locator('[data-do="revoke"]').first.click()
            console.locator('[data-do="others"]').click()
