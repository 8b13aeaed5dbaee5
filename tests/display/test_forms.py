"""The console's forms: typing sends no press, Esc closes the form and not the picture, a refusal loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import CUT_OFF, PAGE_SCROLLS, fixtures, load, open_role, show

REFUSED = {"accepted": False, "reason": {"zh": "分数应在 0.5 到 29.5 之间", "en": "From 0.5 to 29.5"}}


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


def fresh(console: Page, name: str, **changes: Any) -> dict[str, Any]:
    """A console that has just been loaded with a picture."""
    view = {**load(next(path for path in fixtures("host") if path.stem == name)), **changes}
    console.reload()
    console.wait_for_function("() => window.show !== undefined")
    show(console, view)
    return view


def sent(console: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = console.evaluate("() => window.asked.splice(0)")
    return found


def open_offer(console: Page, offer: str) -> None:
    """A form of the panel 更正 · 流程."""
    console.keyboard.press("k")
    console.locator(f'[data-role="panel"] [data-offer="{offer}"]').first.click()
    expect(console.locator(f'[data-form="{offer}"]')).to_be_visible()


def test_a_key_opens_the_form_and_enter_sends_points_in_hundredths(console: Page) -> None:
    fresh(console, "asks-partial")
    console.keyboard.press("e")
    expect(console.locator('[data-field="points_cp"] input')).to_be_focused()
    assert sent(console) == [], "a button that asks sends nothing by itself"
    console.keyboard.type("7．5")
    console.keyboard.press("Enter")
    expect(console.locator('[data-role="form"]')).to_have_count(0)
    assert sent(console) == [{"type": "rule", "result": "partial", "points_cp": 750}]


def test_what_is_typed_into_a_form_presses_nothing(console: Page) -> None:
    fresh(console, "asks-partial", simulated=True)
    console.keyboard.press("e")
    console.keyboard.type("12345 uvsklrwtey")
    assert console.locator('[data-field="points_cp"] input').input_value() == "12345 uvsklrwtey"
    console.locator('[data-role="form"] h2').click()  # the focus is on no field now
    for key in ("1", "2", "u", "s", "Space", "k"):
        console.keyboard.press(key)
    assert sent(console) == [], "no simulated press, no shortcut"
    console.keyboard.press("Escape")
    console.keyboard.press("2")
    assert sent(console) == [{"type": "simulate_press", "seat": 2}], "and afterwards the keys work"


def test_escape_closes_the_form_and_not_the_picture(console: Page) -> None:
    fresh(console, "asks-partial")
    console.keyboard.press("e")
    console.keyboard.press("Escape")
    expect(console.locator('[data-role="form"]')).to_have_count(0)
    console.keyboard.press("k")
    console.keyboard.press("Escape")
    expect(console.locator('[data-role="panel"]')).to_have_count(0)
    assert sent(console) == [], "the blackout hangs on Esc as well"
    console.keyboard.press("Escape")
    assert [one["type"] for one in sent(console)] != []


def test_the_key_that_opened_a_form_types_nothing_into_it_while_held(console: Page) -> None:
    fresh(console, "asks-partial")
    console.keyboard.down("e")
    console.keyboard.down("e")
    console.keyboard.down("e")
    console.keyboard.up("e")
    assert console.locator('[data-field="points_cp"] input').input_value() == ""


def test_a_refusal_is_said_in_the_form_and_nothing_is_lost(console: Page) -> None:
    fresh(console, "asks-partial")
    open_offer(console, "set_score")
    console.locator('[data-field="seat"] [data-choice="2"]').click()
    console.locator('[data-field="score_cp"] input').fill("－12.5")
    console.locator('[data-field="reason"] input').fill("第 3 题计分有误")
    console.evaluate("answer => { window.answer = answer; }", REFUSED)
    console.keyboard.press("Enter")
    expect(console.locator('[data-role="form-refusal"]')).to_contain_text("0.5 到 29.5")
    assert console.locator('[data-field="reason"] input').input_value() == "第 3 题计分有误"
    console.wait_for_timeout(50)
    console.evaluate("() => { delete window.answer; }")
    console.locator('[data-field="reason"] input').focus()
    console.keyboard.press("Enter")
    expect(console.locator('[data-role="form"]')).to_have_count(0)
    wanted = {"type": "set_score", "seat": 2, "score_cp": -1250, "by": "主持人", "reason": "第 3 题计分有误"}
    assert sent(console) == [wanted, wanted]


def test_what_is_missing_is_said_at_the_field_and_not_sent(console: Page) -> None:
    fresh(console, "asks-partial")
    open_offer(console, "set_score")
    console.locator('[data-field="score_cp"] input').fill("abc")
    console.keyboard.press("Enter")
    assert sent(console) == []
    said = console.locator('[data-role="form"] .field-name em')
    assert [text for text in said.all_inner_texts() if text] == ["请选一个", "请填数字", "请填写"]
    console.locator('[data-field="reason"] .usual').first.click()
    assert console.locator('[data-field="reason"] input').input_value() == "误判"


def test_changing_a_ruling_asks_for_points_only_where_they_are_needed(console: Page) -> None:
    view = fresh(console, "asks-partial")
    record = view["corrections"][0]["asks"][0]["choices"][1]["value"]
    open_offer(console, "change_ruling")
    console.locator('[data-field="record"] select').select_option(index=2)
    console.locator('[data-field="reason"] .usual').first.click()
    console.locator('[data-field="result"] [data-choice="partial"]').click()
    console.locator('[data-field="points_cp"] input').fill("5")
    console.locator('[data-field="result"] [data-choice="wrong"]').click()
    expect(console.locator('[data-field="points_cp"]')).to_have_count(0)
    console.keyboard.press("Enter")
    whole = {"type": "change_ruling", "record": record, "result": "wrong", "by": "主持人", "reason": "误判"}
    assert sent(console) == [whole]


def test_an_order_is_picked_one_after_another(console: Page) -> None:
    fresh(console, "tie-title")
    console.keyboard.press("Space")
    expect(console.locator('[data-field="order"] button.pick').first).to_be_focused()
    console.keyboard.press("Enter")  # picks what has the focus
    console.keyboard.press("Tab")
    console.keyboard.press("Tab")
    console.keyboard.press("Space")
    assert sent(console) == []
    console.locator('[data-role="form-send"]').click()
    assert sent(console) == [{"type": "settle_places", "how": "chief", "order": [2, 5, 4]}]


def test_a_digit_takes_the_seat_of_that_number(console: Page) -> None:
    fresh(console, "sealed-choices", simulated=True)
    console.keyboard.press("Space")
    console.keyboard.press("3")
    console.locator('[data-field="points"] [data-choice="0"]').click()
    console.keyboard.press("Enter")
    assert sent(console) == [{"type": "choose_stake", "seat": 3, "points": 0}]


def test_a_form_whose_offer_is_gone_says_so_and_keeps_what_was_entered(console: Page) -> None:
    view = fresh(console, "asks-partial")
    console.keyboard.press("e")
    console.keyboard.type("7")
    show(console, {**view, "revision": view["revision"] + 1, "actions": view["actions"][:2]})
    expect(console.locator('[data-role="form-refusal"]')).to_contain_text("现在不能做")
    console.keyboard.press("Enter")
    assert sent(console) == []
    assert console.locator('[data-field="points_cp"] input').input_value() == "7"


def test_a_lost_line_keeps_the_form(console: Page) -> None:
    fresh(console, "asks-partial")
    console.keyboard.press("e")
    console.keyboard.type("7")
    console.evaluate("() => window.lose()")
    console.keyboard.press("Enter")
    assert sent(console) == []
    expect(console.locator('[data-role="form-refusal"]')).to_contain_text("断开")
    assert console.locator('[data-field="points_cp"] input').input_value() == "7"


@pytest.mark.parametrize("name", ["asks-partial", "seats-9"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_form_holds_together(console: Page, name: str, language: str) -> None:
    view = fresh(console, name, lang=language)
    for offers in (view["corrections"], view["course"]):
        for offer in offers:
            if not offer["asks"]:
                continue
            open_offer(console, offer["id"])
            assert not console.evaluate(PAGE_SCROLLS), offer["id"]
            assert console.evaluate(CUT_OFF) == [], offer["id"]
            console.keyboard.press("Escape")


def test_the_cue_sheet_and_the_staged_ruling_say_what_they_mean(console: Page) -> None:
    fresh(console, "staged")
    staged = console.locator('[data-role="staged"]').inner_text()
    assert "待公布" in staged and "128.50 → 138.50" in " ".join(staged.split())
    now = console.locator('[data-cue="round.2"]')
    assert now.get_attribute("data-state") == "now" and now.locator(".step.is-done").count() == 3
    assert console.locator('.cue[data-state="next"]').count() == 1


def test_who_steps_aside_is_not_missed(console: Page) -> None:
    fresh(console, "judges-masked")
    assert "回避" in console.locator('[data-judge="2"]').inner_text()
    assert "缺席" in console.locator('[data-judge="4"]').inner_text()
    assert "裁判长" in console.locator('[data-judge="1"]').inner_text()
    said = console.locator('[data-role="judges"] .phase').inner_text()
    assert "3 / 5" in said and "李秀英" not in said and "欧阳震华" not in said
