"""Several consoles: only the holder of the control can press; the others see everything, are told why, and can ask for it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import CUT_OFF, PAGE_SCROLLS, fixtures, load, open_role, show

FIXTURES = {path.stem: path for path in fixtures("host")}


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


def stand(console: Page, name: str, **changes: Any) -> dict[str, Any]:
    """A picture, nothing lying over it, nothing asked yet."""
    view = {**load(FIXTURES[name]), **changes}
    show(console, view)
    if console.locator('[data-role="panel"]').count():
        console.keyboard.press("Escape")
    console.evaluate("() => { window.asked.length = 0; window.answer = undefined; }")
    return view


def asked(console: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = console.evaluate("() => window.asked.splice(0)")
    return found


def test_who_does_not_hold_the_control_cannot_press_by_accident(console: Page) -> None:
    view = stand(console, "control-theirs", simulated=True)
    for key in ("Space", "u", "w", "1", "m", "Escape", "Enter"):
        console.keyboard.press(key)
    console.locator('[data-role="next-action"]').first.click(
        force=True
    )  # they say that they are disabled, and a hand presses all the same
    console.locator('[data-tool="blackout"]').click(force=True)
    assert asked(console) == []
    expect(console.locator('[data-role="refusal"]')).to_contain_text("没有按下：王芳 在控制")
    assert console.locator('[data-action][aria-disabled="false"]').count() == 0
    for action in view["actions"]:
        expect(console.locator(f'[data-action="{action["id"]}"]')).to_contain_text(action["label"]["zh"])
    expect(console.locator('[data-role="answer"]')).to_contain_text(view["secret"]["answer"])


def test_a_button_that_asks_does_not_open_its_form_for_who_only_looks_on(console: Page) -> None:
    control = load(FIXTURES["control-theirs"])["control"]
    stand(console, "asks-partial", control=control)
    console.keyboard.press("e")
    expect(console.locator('[data-role="form"]')).to_have_count(0)
    assert asked(console) == []


@pytest.mark.parametrize(
    ("name", "words", "do"),
    [
        ("control-theirs", "王芳 在控制", {"do": "ask"}),
        ("control-theirs-asked", "已请求 · 等 阿依古丽·买买提明", {"do": "withdraw"}),
        ("control-gone", "王芳 已离线", {"do": "take"}),
        ("control-wanted", "阿依古丽·买买提明 请求控制权", {"do": "give", "page": "c3" * 16}),
    ],
)
def test_the_line_above_the_controls_says_who_and_changes_it_with_one_key(
    console: Page, name: str, words: str, do: dict[str, str]
) -> None:
    stand(console, name)
    expect(console.locator('[data-role="refusal"]')).to_contain_text(words)
    expect(console.locator(f'[data-control="{do["do"]}"]')).to_contain_text("F4")
    console.keyboard.press("F4")
    assert asked(console) == [{"type": "control", **do}]


def test_the_holder_presses_as_ever(console: Page) -> None:
    view = stand(console, "control-mine")
    expect(console.locator('[data-role="next-action"]')).to_have_attribute("aria-disabled", "false")
    console.keyboard.press("Space")
    assert asked(console) == [view["actions"][0]["command"]]


def test_without_word_of_control_the_console_is_its_own(console: Page) -> None:
    view = stand(console, "opening")
    assert "control" not in view
    expect(console.locator('[data-role="next-action"]')).to_have_attribute("aria-disabled", "false")
    expect(console.locator('[data-tool="panel-operators"]')).to_have_count(0)
    console.keyboard.press("o")
    console.keyboard.press("F4")
    expect(console.locator('[data-role="panel"]')).to_have_count(0)
    assert asked(console) == []


def test_taking_it_from_somebody_who_is_there_needs_a_second_look(console: Page) -> None:
    stand(console, "control-theirs")
    console.keyboard.press("o")
    expect(console.locator('[data-control="ask"][data-first]')).to_be_focused()
    console.locator('[data-role="panel"] [data-control="take"]').click()
    assert asked(console) == []
    expect(console.locator('[data-role="panel"]')).to_contain_text("王芳 会立刻失去控制权")
    console.locator('[data-control="take-sure"]').click()
    assert asked(console) == [{"type": "control", "do": "take"}]


def test_enter_hands_nothing_over_unless_somebody_asks(console: Page) -> None:
    stand(console, "control-mine")
    console.keyboard.press("o")
    console.keyboard.press("Enter")
    assert asked(console) == []
    stand(console, "control-wanted")
    console.keyboard.press("o")
    expect(console.locator('[data-operator]:has-text("阿依古丽")')).to_contain_text("请求控制权")
    console.keyboard.press("Enter")
    assert asked(console) == [{"type": "control", "do": "give", "page": "c3" * 16}]


def test_a_console_can_be_named_and_typing_presses_nothing(console: Page) -> None:
    stand(console, "control-mine", simulated=True)
    console.keyboard.press("o")
    console.locator("#own-name").fill("")
    console.locator("#own-name").press_sequentially("zk1 o")
    assert asked(console) == []
    expect(console.locator('[data-panel-name="operators"]')).to_be_visible()
    console.keyboard.press("Enter")
    assert asked(console) == [{"type": "control", "do": "name", "name": "zk1 o"}]


def test_the_panels_are_reached_by_key_and_from_one_another(console: Page) -> None:
    stand(console, "control-mine")
    for key, name in (("k", "course"), ("F2", "displays"), ("o", "operators"), ("z", "evidence")):
        console.keyboard.press(key)
        expect(console.locator('[data-role="panel"]')).to_have_attribute("data-panel-name", name)
    console.keyboard.press("z")
    expect(console.locator('[data-role="panel"]')).to_have_count(0)
    assert asked(console) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("displays-trouble", "F2"),
        ("displays-many", "F2"),
        ("control-wanted", "o"),
        ("control-theirs", "o"),
        ("buzz-locked", "z"),
    ],
)
def test_every_panel_holds_together(console: Page, name: str, key: str, language: str) -> None:
    stand(console, name, lang=language)
    console.keyboard.press(key)
    expect(console.locator('[data-role="panel"]')).to_be_visible()
    assert not console.evaluate(PAGE_SCROLLS)
    assert console.evaluate(CUT_OFF) == []
