"""The contestant's page: what it says in each state, that it fits a phone, and what its button tells the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import load, open_role, show

PROJECTOR = Path(__file__).parent / "fixtures" / "projector"
KNOWN = {"seq": 0, "uncertainty_us": 11_200}
# State of the page → the picture on the projector beside it, and whose page it is.
STATES = {
    "idle": ("buzz-idle", 3),
    "armed": ("buzz-armed", 3),
    "open": ("buzz-open", 3),
    "first": ("buzz-locked", 3),
    "other": ("buzz-locked", 1),
    "tied": ("buzz-too-close", 4),
    "close": ("buzz-too-close", 3),
    "foul": ("buzz-armed-foul", 5),
    "nobody": ("buzz-nobody", 3),
    "interrupted": ("buzz-interrupted", 3),
}
OUTSIDE = """() => [...document.querySelectorAll(".desk, .desk *")].filter((element) => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const may = style.textOverflow === "ellipsis" || style.display === "inline";
  if (!may && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 2) return true;
  return box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1;
}).map((element) => `${element.className}: ${element.textContent.slice(0, 20)}`)"""


def desk_view(name: str, seat: int | None, **changes: Any) -> dict[str, Any]:
    """A view as the server makes it, out of a picture of the projector."""
    hall = load(PROJECTOR / f"{name}.json")
    scene = hall.pop("scene")
    buzz = scene.get("buzz")
    own = {
        "role": "desk",
        "scene": {"name": scene["name"]},
        "buzz": buzz,
        "seat": seat,
        "web_buzzers": True,
        "stake": None,
    }
    return {**hall, **own, **changes}


@pytest.fixture(scope="module")
def phone(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "phone", complaints), "desk")


def said(page: Page) -> list[Any]:
    """What the page has told the server since this was last asked."""
    told: list[Any] = page.evaluate("() => window.said.splice(0)")
    return told


def fresh(page: Page, view: dict[str, Any]) -> None:
    page.reload()
    page.wait_for_function("() => window.show !== undefined")
    show(page, view)
    page.evaluate("known => window.hear('taken', known)", KNOWN)
    said(page)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_state_is_said_and_fits(phone: Page, complaints: list[str], state: str, language: str) -> None:
    complaints.clear()
    phone.evaluate("known => window.hear('taken', known)", KNOWN)
    show(phone, desk_view(*STATES[state], lang=language))
    assert phone.locator(f'[data-state="{state}"] [data-role="state"]').inner_text().strip()
    assert phone.evaluate(OUTSIDE) == []
    button = phone.locator('[data-role="buzz"]').bounding_box()
    assert button is not None and button["height"] > 844 / 2 and button["width"] == 390
    assert complaints == []


def test_without_web_buzzers_the_page_asks_which_seat_it_stands_at(phone: Page) -> None:
    fresh(phone, desk_view("buzz-open", None, web_buzzers=False))
    assert "没有开放网页抢答" in phone.locator('[data-state="barred"]').inner_text()
    assert phone.locator(".seat-choice a").count() == 5 and phone.evaluate(OUTSIDE) == []
    assert phone.locator('[data-role="buzz"]').count() == 0
    phone.keyboard.press("Space")
    assert said(phone) == []


@pytest.fixture(scope="module")
def screen(browser: Browser, complaints: list[str]) -> Page:
    """A tablet that stands at seat 3, beside its box."""
    page = browser.new_context(viewport={"width": 1024, "height": 768}).new_page()
    return open_role(page, "desk", "?seat=3")


# What a screen beside a box says → the picture on the projector, and what changes in it for seat 3.
BESIDE_A_BOX = {
    "idle": ("buzz-idle", {}),
    "armed": ("buzz-armed", {}),
    "open": ("buzz-open", {}),
    "first": ("buzz-begin", {}),
    "tied": ("buzz-too-close", {}),
    "turn": ("question-running", {"state": "turn"}),
    "nobody": ("buzz-nobody", {}),
}


@pytest.mark.parametrize("state", BESIDE_A_BOX)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_beside_a_box_the_page_is_a_screen(screen: Page, state: str, language: str) -> None:
    picture, own = BESIDE_A_BOX[state]
    view = desk_view(picture, None, web_buzzers=False, lang=language)
    view["seats"][2].update(own)
    if state == "first":
        view["buzz"]["first"]["seat"] = 3
    if state == "tied":
        view["buzz"]["order"][0]["seat"] = 3
        view["buzz"]["order"][0]["status"] = "tied"
    show(screen, view)
    assert screen.locator(f'main[data-state="{state}"] [data-role="state"]').inner_text().strip()
    assert screen.locator('[data-role="seat"]').inner_text() == "3"
    assert screen.locator('[data-role="clock"]').count() == (1 if state in ("first", "turn") else 0)
    assert screen.locator("button[data-role=buzz]").count() == 0, "nothing to press on a screen"
    assert screen.evaluate(OUTSIDE) == []


def test_a_screen_says_what_its_score_gained_and_when_the_line_is_lost(screen: Page) -> None:
    view = desk_view("ruled-wrong", None, web_buzzers=False)
    view["seats"][2].update(score=-20, delta={"points": -20, "cause": "foul"})
    show(screen, view)
    assert screen.locator('[data-role="delta"]').inner_text() == "犯规 −20"
    screen.evaluate("() => window.lose()")
    assert "抢答器不受影响" in screen.locator('main[data-state="lost"]').inner_text()


def test_before_the_clock_is_known_the_page_says_so(phone: Page) -> None:
    fresh(phone, desk_view("buzz-idle", 3))
    phone.evaluate("() => window.hear('taken', {seq: 0, uncertainty_us: null})")
    phone.locator('[data-state="syncing"]').wait_for()


def test_a_press_is_told_until_it_is_taken(phone: Page) -> None:
    fresh(phone, desk_view("buzz-open", 3))
    phone.locator('[data-role="buzz"]').click()
    phone.locator('[data-state="pressed"]').wait_for()
    assert said(phone) == [["pressed"]]
    before_us = phone.evaluate("() => performance.now() * 1000")
    for _ in range(2):
        phone.evaluate("() => window.hear('probe', 7)")
    answers = [answer for _, answer in said(phone)]
    assert [one["token"] for one in answers] == [7, 7]
    ((number, ticks),) = answers[0]["presses"]
    assert number == 1 and answers[1]["presses"] == [[number, ticks]]
    assert before_us - 5_000_000 < ticks <= before_us <= answers[0]["ticks"]
    phone.evaluate("() => window.hear('taken', {seq: 1, uncertainty_us: 9000})")
    phone.evaluate("() => window.hear('probe', 8)")
    assert said(phone)[0][1]["presses"] == []


def test_a_held_or_bouncing_key_counts_once(phone: Page) -> None:
    fresh(phone, desk_view("buzz-idle", 3))
    phone.keyboard.down("Space")
    phone.keyboard.down("Space")  # the keyboard repeats it
    phone.keyboard.down("Enter")
    phone.keyboard.up("Enter")
    phone.keyboard.up("Space")
    phone.keyboard.press("Space")  # within 50 ms
    assert said(phone) == [["pressed"]]
    phone.wait_for_timeout(80)
    phone.keyboard.press("Enter")
    assert said(phone) == [["pressed"]]


def test_a_page_that_was_replaced_says_so_and_tells_nothing(phone: Page) -> None:
    fresh(phone, desk_view("buzz-open", 3))
    phone.evaluate("() => window.hear('replaced')")
    assert "别的页面" in phone.locator('[data-state="replaced"]').inner_text()
    phone.keyboard.press("Space")
    assert said(phone) == []


def test_a_lost_line_is_said_and_a_press_is_kept(phone: Page) -> None:
    fresh(phone, desk_view("buzz-open", 3))
    phone.evaluate("() => window.lose()")
    assert "连接中断" in phone.locator('[data-state="lost"]').inner_text()
    phone.locator('[data-role="buzz"]').click()
    show(phone, desk_view("buzz-open", 3))
    phone.evaluate("() => window.hear('probe', 1)")
    assert len(said(phone)[-1][1]["presses"]) == 1


VALUES = {"values": [10, 20, 30, 40, 0], "mine": None}


@pytest.fixture(scope="module")
def tablet(browser: Browser) -> Page:
    return open_role(browser.new_context(viewport={"width": 820, "height": 1180}).new_page(), "desk")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("mine", [None, 20, 0])
def test_the_secret_choice_fits_a_phone_and_a_tablet(
    phone: Page, tablet: Page, language: str, mine: int | None
) -> None:
    for page, largest in ((phone, 60), (tablet, 100)):
        show(page, desk_view("stake", 3, lang=language, stake={**VALUES, "mine": mine}))
        assert page.evaluate(OUTSIDE) == []
        assert page.locator('[data-role="buzz"]').count() == 0
        for button in page.locator("[data-value]").all():
            box = button.bounding_box()
            assert box is not None and box["height"] >= largest and box["width"] >= largest
        pressed = page.locator('[data-value][aria-pressed="true"]')
        assert [one.get_attribute("data-value") for one in pressed.all()] == (
            [] if mine is None else [str(mine)]
        )


def test_a_choice_is_sent_and_can_be_changed(phone: Page) -> None:
    fresh(phone, desk_view("stake", 3, stake=VALUES))
    phone.locator('[data-value="30"]').click()
    show(phone, desk_view("stake", 3, stake={**VALUES, "mine": 30}))
    phone.locator('[data-value="30"]').click()  # chosen already: nothing to say
    phone.locator('[data-value="0"]').click()
    told = phone.evaluate("() => window.asked.splice(0)")
    assert told == [{"type": "choose_stake", "points": 30}, {"type": "choose_stake", "points": 0}], (
        "no seat in it: that comes from the sign-in"
    )
    phone.keyboard.press("Space")
    assert said(phone) == [], "no press while somebody chooses"


def test_a_refused_choice_is_said_and_a_lost_line_takes_none(phone: Page) -> None:
    fresh(phone, desk_view("stake", 3, stake=VALUES))
    phone.evaluate("() => { window.answer = {accepted: false, reason: {zh: '已经公布', en: 'Revealed'}}; }")
    phone.locator('[data-value="10"]').click()
    assert "已经公布" in phone.locator('[data-role="stake"]').inner_text()
    phone.evaluate("() => { delete window.answer; window.lose(); }")
    assert phone.locator('[data-value="10"]').is_disabled()
    assert "连接中断" in phone.locator('[data-role="stake"]').inner_text()


def test_a_seat_without_a_choice_has_its_button(phone: Page) -> None:
    fresh(phone, desk_view("stake", 4, stake=None))
    assert phone.locator('[data-role="stake"]').count() == 0
    assert phone.locator('[data-role="buzz"]').count() == 1


def test_a_foul_that_costs_the_press_alone_leaves_the_button(phone: Page) -> None:
    view = desk_view("buzz-open-foul", 5)
    fouled = view["buzz"]["fouls"][0]["seat"]
    view["seat"] = fouled
    fresh(phone, view)
    assert phone.locator('main[data-state="foul"]').count() == 1
    view["buzz"]["fouls"][0]["then"] = "press"
    view["buzz"]["eligible"] = [1, 2, 3, 4, 5]
    fresh(phone, view)
    assert phone.locator('main[data-state="open"]').count() == 1


def test_a_draw_is_not_called_a_first_press(phone: Page) -> None:
    view = desk_view("settled-draw", 1)
    fresh(phone, view)
    assert phone.locator('[data-role="state"]').inner_text() == "由您作答"
    assert "抽签决定" in phone.locator('[data-role="buzz"]').inner_text()
