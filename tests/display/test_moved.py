"""A console whose machine rules no more: nothing on it looks alive, and it says where the show is and leads there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import open_page
from tests.display.pages import CUT_OFF, PAGE_SCROLLS, fixtures, load, open_role, show
from tests.display.test_accessible import findings

FIXTURES = {path.stem: path for path in fixtures("host")}
THERE = "http://192.168.100.102:8000"
LONG = "https://beiyong-diannao-2.wutai.skills-final.example:8443"


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


def stand(console: Page, name: str, state: str, address: str | None = None, **changes: Any) -> None:
    fence = {"epoch": 1, "state": state, "address": address}
    show(console, {**load(FIXTURES[name]), "fence": fence, **changes})
    console.wait_for_timeout(300)  # what has just changed takes no press
    console.evaluate("() => { window.asked.length = 0; }")


def asked(console: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = console.evaluate("() => window.asked.splice(0)")
    return found


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("address", [THERE, LONG])
@pytest.mark.parametrize("name", ["asks-partial", "risk-stake", "seats-9", "trouble-everything"])
def test_a_fenced_console_says_where_the_show_is_in_place_of_the_actions(
    console: Page, name: str, address: str, lang: str
) -> None:
    stand(console, name, "fenced", address, lang=lang)
    moved = console.locator('[data-role="moved"]')
    expect(moved).to_contain_text(address.partition("//")[2])
    way = console.locator('[data-role="moved-way"]')
    expect(way).to_have_attribute("href", f"{address}/host")
    expect(way).to_be_in_viewport(ratio=1)
    assert console.locator("[data-action]").count() == 0
    assert console.evaluate(PAGE_SCROLLS) is False
    assert [one for one in console.evaluate(CUT_OFF) if "moved" in one] == []


@pytest.mark.parametrize("name", ["asks-partial", "buzz-open", "simulated"])
@pytest.mark.parametrize("state", ["fenced", "draining"])
def test_nothing_on_it_can_be_pressed(console: Page, name: str, state: str) -> None:
    stand(console, name, state, THERE if state == "fenced" else None)
    for key in ("Space", "w", "e", "u", "1", "m", "Escape", "F4"):
        console.keyboard.press(key)
    for button in console.locator("[data-action], [data-tool]:not(.panel-button), [data-sim]").all():
        button.dispatch_event("click")
    assert asked(console) == []
    assert (
        console.locator('[data-action][aria-disabled="false"], [data-tool][aria-disabled="false"]').count()
        == 0
    )
    stand(console, name, "rules")
    expect(console.locator('[data-action][aria-disabled="false"]').first).to_be_visible()
    expect(console.locator('[data-role="moved"]')).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_while_the_standby_takes_over_the_actions_stand_there_unlit(console: Page, lang: str) -> None:
    stand(console, "question-held", "draining", lang=lang)
    action = console.locator('[data-role="next-action"]').first
    expect(action).to_be_visible()
    assert action.evaluate("one => getComputedStyle(one).backgroundImage").startswith(
        "repeating-linear-gradient"
    )
    words = {"zh-CN": "正在切换到备用电脑", "en": "The standby is taking over"}[lang]
    expect(console.locator('[data-role="refusal"]')).to_contain_text(words)
    expect(console.locator('[data-trouble="draining"]')).to_have_text(words)


def test_the_way_there_takes_along_what_the_page_has(console: Page) -> None:
    """What it takes along is read as it goes; where nothing is known of it the plain address leads to the sign-in."""
    gone: list[str] = []

    def note(route: Route) -> None:
        gone.append(route.request.url)
        route.fulfill(status=204)

    console.route(f"{THERE}/**", note)
    stand(console, "asks-partial", "fenced", THERE)
    console.evaluate("there => { window.way = `${there}/host?from=the-way`; }", THERE)
    console.locator('[data-role="moved-way"]').click()
    console.wait_for_timeout(200)
    console.evaluate("() => { window.way = null; }")
    console.locator('[data-role="moved-way"]').click()
    console.wait_for_timeout(200)
    assert gone == [f"{THERE}/host?from=the-way", f"{THERE}/host"]


def test_a_form_that_stood_open_is_not_sent(console: Page) -> None:
    stand(console, "asks-partial", "rules")
    console.keyboard.press("e")
    expect(console.locator('[data-role="form"]')).to_be_visible()
    stand(console, "asks-partial", "fenced", THERE)
    console.locator('[data-role="form"] input, [data-role="form"] .pick').first.click()
    console.locator('[data-role="form"] input').first.fill("5")
    console.locator('[data-role="form-send"]').click()
    console.wait_for_timeout(100)
    assert [one for one in asked(console) if one["type"] != "session_ticket_void"] == []
    console.keyboard.press("Escape")


@pytest.mark.parametrize("role", ["host", "operator"])
def test_who_is_signed_out_finds_the_way_back_where_the_actions_were(
    browser: Browser, complaints: list[str], role: str
) -> None:
    page = open_role(open_page(browser, "console", complaints), "host")
    show(page, {**load(FIXTURES["asks-partial"]), "role": role})
    page.evaluate("() => window.lose('refused')")
    out = page.locator('[data-role="signed-out"]')
    expect(out).to_be_visible()
    expect(out.locator("a")).to_have_attribute("href", f"/login/{role}")
    expect(out.locator("a")).to_be_in_viewport(ratio=1)
    assert page.locator("[data-action]").count() == 0
    assert page.locator(".zones").evaluate("one => getComputedStyle(one).opacity") == "1"
    assert page.evaluate(PAGE_SCROLLS) is False
    show(page, {**load(FIXTURES["asks-partial"]), "role": role})
    expect(out).to_have_count(0)


def test_a_machine_that_does_not_know_who_took_over_says_that_somebody_did(console: Page) -> None:
    stand(console, "asks-partial", "fenced", None)
    expect(console.locator('[data-role="moved"]')).to_contain_text("备用电脑接管")
    expect(console.locator('[data-role="moved-way"]')).to_have_count(0)


def test_these_pictures_can_be_read_and_heard(console: Page) -> None:
    stand(console, "asks-partial", "fenced", THERE)
    assert findings(console) == []
    stand(console, "asks-partial", "draining")
    assert findings(console) == []
    where = {"where": "/home/stage/data", "free_mb": 3, "detail": "contest.db.damaged-1"}
    for kind in ("io", "slow", "mended"):
        blocks = kind == "io"
        log = {
            "state": "failed" if blocks else "ok",
            "events": 4,
            "alarm": {**where, "kind": kind, "blocks": blocks},
        }
        stand(console, "asks-partial", "rules", log=log)
        assert findings(console) == [], kind
    standby = {"address": THERE, "state": "unasked", "behind": None}
    stand(console, "asks-partial", "rules", standby=standby)
    assert findings(console) == []
