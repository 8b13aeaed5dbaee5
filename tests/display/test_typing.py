"""A complaint from real stages about pages: keys that fire while someone types."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import open_role
from tests.display.test_console_and_judge import asked, ready

FIELDS = {
    "input": "<input id=field>",
    "textarea": "<textarea id=field></textarea>",
    "select": "<select id=field><option>a<option>r</select>",
    "contenteditable": "<div id=field contenteditable>x</div>",
}


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


@pytest.mark.parametrize("kind", FIELDS)
def test_keys_do_nothing_while_somebody_types_into_a_field(console: Page, kind: str) -> None:
    ready(console)
    console.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", FIELDS[kind])
    console.locator("#field").focus()
    for key in ("Space", "r", "w", "u", "v", "Escape", "1", "Enter"):
        console.keyboard.press(key)
    assert asked(console) == [], "nothing was asked of the contest"
    console.evaluate("() => document.querySelector('#field').remove()")
    expect(console.locator('[data-role="next-action"]')).to_be_visible()
    console.keyboard.press("Space")
    assert len(asked(console)) == 1, "and afterwards the keys work"
