"""Console and judge page from their fixtures: nothing overflows, keys do what the buttons say and no more."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

VIEWS = fixtures("host")
SHEETS = fixtures("judge")
# How all of them hold together is measured in test_all_pages.py.
BUTTONS = """view => {
  window.show(view);
  return new Promise((done) => setTimeout(() => done(Object.fromEntries([...document.querySelectorAll("[data-action]")].map(
    (button) => [button.dataset.action, [button.textContent, button.querySelectorAll("kbd").length]])))));
}"""


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


@pytest.fixture(scope="module")
def judge(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "tablet", complaints), "judge")


def test_each_action_has_its_button_and_its_key_printed(console: Page, complaints: list[str]) -> None:
    for path in VIEWS:
        view = load(path)
        buttons = console.evaluate(BUTTONS, view)
        assert set(buttons) == {action["id"] for action in view["actions"]}, path.stem
        for action in view["actions"]:
            said, keys = buttons[action["id"]]
            assert action["label"]["en" if view["lang"] == "en" else "zh"] in said, path.stem
            assert keys == (1 if action["key"] else 0), path.stem
    assert [line for line in complaints if "frame-ancestors" not in line] == []


def test_each_sheet_says_how_it_stands(judge: Page, complaints: list[str]) -> None:
    complaints.clear()
    for path in SHEETS:
        view = load(path)
        judge.evaluate("view => window.show(view)", view)
        expect(judge.locator(f'[data-sheet-state="{view["sheet"]["state"]}"]')).to_have_count(1)
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


@pytest.mark.parametrize("stem", ["asks-partial", "question-held", "risk-stake", "staged"])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_key_of_a_ruling_and_no_undo_is_cut_short(browser: Browser, stem: str, lang: str) -> None:
    """ "Righ…" and "Wrong −…" are not told apart in the dark, nor is what they cost."""
    page = open_role(open_page(browser, "console", []), "host")
    show(page, {**load(next(path for path in VIEWS if path.stem == stem)), "lang": lang})
    cut = page.evaluate(
        """() => [...document.querySelectorAll('[data-role="next-action"] .control-label, .undo .tool-label')]
          .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 1)
          .map((one) => one.textContent)"""
    )
    assert cut == []
