"""Console and judge page from their fixtures: nothing overflows, keys do what the buttons say and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

VIEWS = fixtures("host")
SHEETS = fixtures("judge")
# What is cut off, unless it scrolls on purpose, ends in an ellipsis, or is the ledger, which shows as many rows as fit.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.overflow === "visible" || style.textOverflow === "ellipsis") return false;
  if (style.clipPath !== "none" || ["auto", "scroll"].includes(style.overflowY) || element.closest(".ledger")) return false;
  return element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 2;
}).map((element) => `${element.className}: ${element.textContent.slice(0, 20)}`)"""
PAGE_SCROLLS = """() => document.documentElement.scrollHeight > innerHeight + 1
  || document.documentElement.scrollWidth > innerWidth + 1"""


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


@pytest.fixture(scope="module")
def judge(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "tablet", complaints), "judge")


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_a_console_holds_together(console: Page, complaints: list[str], path: Path) -> None:
    complaints.clear()
    view = load(path)
    show(console, view)
    for action in view["actions"]:
        button = console.locator(f'[data-action="{action["id"]}"]')
        assert button.count() == 1
        assert action["label"]["en" if view["lang"] == "en" else "zh"] in button.inner_text()
        assert button.locator("kbd").count() == (1 if action["key"] else 0)
    assert not console.evaluate(PAGE_SCROLLS)
    assert console.evaluate(CUT_OFF) == []
    assert [line for line in complaints if "frame-ancestors" not in line] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_holds_together(judge: Page, complaints: list[str], path: Path) -> None:
    complaints.clear()
    view = load(path)
    show(judge, view)
    assert judge.locator(f'[data-sheet-state="{view["sheet"]["state"]}"]').count() == 1
    assert judge.evaluate(CUT_OFF) == []
    assert complaints == []


def ready(console: Page) -> dict[str, Any]:
    """A console with a next action, its locks open, nothing asked yet."""
    view = load(next(path for path in VIEWS if path.stem == "buzz-armed"))
    console.reload()
    console.wait_for_function("() => window.show !== undefined")
    show(console, view)
    expect(console.locator('[data-role="next-action"][aria-disabled="false"]')).to_be_visible()
    return view


def asked(console: Page) -> list[str]:
    found: list[str] = console.evaluate("() => window.asked.map((one) => one.type)")
    return found


def test_the_space_bar_takes_the_next_action_once(console: Page) -> None:
    view = ready(console)
    console.evaluate(
        """() => [1, 2].forEach(() =>
          document.dispatchEvent(new KeyboardEvent("keydown", {key: " ", code: "Space", bubbles: true})))"""
    )
    assert asked(console) == [view["actions"][0]["command"]["type"]], (
        "the second press within 0.4 s is the same one"
    )


def test_keys_are_inert_with_modifiers_and_on_repeat(console: Page) -> None:
    ready(console)
    for key in ("Control+Space", "Alt+u", "Meta+u"):
        console.keyboard.press(key)
    console.evaluate(
        "() => document.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', code: 'Space', repeat: true, bubbles: true}))"
    )
    assert asked(console) == []


def test_a_refusal_is_shown_with_its_reason(console: Page) -> None:
    ready(console)
    console.evaluate(
        "() => { window.answer = {accepted: false, revision: 1, reason: {zh: '现在不行', en: 'Not now'}}; }"
    )
    console.keyboard.press("Space")
    expect(console.locator('[data-role="refusal"]')).to_contain_text("现在不行")


def test_nothing_is_sent_while_the_line_is_lost(console: Page) -> None:
    ready(console)
    console.evaluate("() => window.lose()")
    console.keyboard.press("Space")
    assert asked(console) == []
    expect(console.locator('[data-role="health"]')).to_contain_text("断开")


def test_a_sheet_survives_a_reload_and_is_sent_whole(judge: Page) -> None:
    view = load(next(path for path in SHEETS if path.stem == "open"))
    judge.evaluate("() => localStorage.clear()")
    judge.reload()
    judge.wait_for_function("() => window.show !== undefined")
    show(judge, view)
    items = view["sheet"]["items"]
    for number in range(len(items)):
        judge.locator(f'[data-item="{number}"] [data-step="full"]').click()
    judge.locator('[data-item="0"] [data-step="down"]').click()
    judge.reload()
    judge.wait_for_function("() => window.show !== undefined")
    show(judge, view)
    judge.locator('[data-role="submit"]').click()
    judge.locator('[data-role="confirm"]').click()
    sent = judge.evaluate("() => window.asked")
    expected = [
        item["max"] - (view["sheet"]["step"] if number == 0 else 0) for number, item in enumerate(items)
    ]
    assert [(one["type"], one["marks"]) for one in sent] == [("submit_marks", expected)]
