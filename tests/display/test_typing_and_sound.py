"""Complaints from real stages about pages: keys that fire while someone types; sound that nobody can mute."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from server.web import DISPLAY
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


def test_no_page_makes_a_sound_that_would_need_a_mute_or_a_first_click() -> None:
    """Whoever gives a page its first sound gives it a mute and asks for the click, and then replaces this test."""
    ours = [
        path for path in DISPLAY.rglob("*") if path.suffix in (".js", ".html") and "vendor" not in path.parts
    ]
    assert len(ours) > 30
    sounding = re.compile(r"AudioContext|new Audio\b|<audio|<video|speechSynthesis")
    assert [path.name for path in ours if sounding.search(path.read_text(encoding="utf-8"))] == []
