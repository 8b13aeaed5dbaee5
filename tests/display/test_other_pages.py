"""Stage monitor, audience's page, livestream overlay, index: they hold together and say nothing before its time."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from server.web import DISPLAY
from tests.display.pages import fixtures, load, open_role, show

MEASURE = (Path(__file__).parent / "other_layout.js").read_text(encoding="utf-8")
AT_ONCE = f"""([view, limits]) => new Promise((done) => {{
  window.show(view);
  document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(({MEASURE})(limits)))));
}})"""
VIEWS = {path.stem: path for path in fixtures("projector")}
# One of each kind of moment, and whatever is the longest of its kind.
STATES = (
    *(
        "opening",
        "hold",
        "rules-6",
        "lineup-9",
        "round-title-buzz_in",
        "turn-call-long",
        "turn-call-numbers-60",
    ),
    *("stake-outlook", "stakes-9", "question-running", "question-held", "question-extreme", "question-oral"),
    *(
        "question-9",
        "revealed-wrong",
        "revealed-oral",
        "question-long-revealed",
        "ruled-right",
        "ruled-wrong",
    ),
    *(
        "buzz-armed-fouls-two",
        "count-10",
        "buzz-open-last-ten",
        "buzz-locked-9",
        "settled-draw",
        "buzz-too-close",
    ),
    *(
        "buzz-nobody",
        "buzz-interrupted",
        "scenario-preparing",
        "scenario-masked",
        "marks-9",
        "scoreboard-extreme",
    ),
    *(
        "scoreboard-9",
        "correction-9",
        "tie-title-9",
        "final-3",
        "final-shared",
        "final-certified-9",
        "blackout",
    ),
    *("media-audio-playing", "cue-long"),
)
HARDEST = (
    "question-extreme",
    "buzz-locked-9",
    "scoreboard-9",
    "marks-9",
    "correction-9",
    "final-certified-9",
)
NEXT = {
    "part": {"zh": "抢答题", "en": "Buzz-in"},
    "seat": 3,
    "question": {"position": 5, "of": 10},
}
PLAN = {"planned_s": 3600, "used_s": 2530, "over_s": 200}


def view_of(role: str, stem: str, **other: Any) -> dict[str, Any]:
    """The hall's view as another page gets it."""
    own: dict[str, Any] = {"next": NEXT, "plan": PLAN} if role == "stage" else {}
    return {**load(VIEWS[stem]), "role": "projector" if role == "overlay" else role, **own, **other}


def opened(browser: Browser, role: str, size: tuple[int, int], complaints: list[str]) -> Page:
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    overlay = role == "overlay"
    return open_role(page, "projector" if overlay else role, "?overlay=1" if overlay else "")


def limits(role: str, page: Page) -> dict[str, Any]:
    if role == "audience":
        return {"root": ".audience", "safe": [10, 0], "smallest": 13.9, "scrolls": True}
    size = page.viewport_size
    assert size is not None
    u = min(size["height"] / 100, size["width"] / 177.78)
    if role == "overlay":
        return {"root": ".ov", "safe": [8.89, 5], "smallest": 2.2, "u": u}
    return {"root": ".monitor", "safe": [3, 2.4], "smallest": 3.2, "u": u}


def wrong(page: Page, role: str, stems: tuple[str, ...], **other: Any) -> dict[str, list[str]]:
    """What the measure complains of, by view."""
    found = {
        stem: page.evaluate(AT_ONCE, [view_of(role, stem, **other), limits(role, page)]) for stem in stems
    }
    return {stem: what for stem, what in found.items() if what}


@pytest.fixture(scope="module")
def stage(browser: Browser, complaints: list[str]) -> Page:
    return opened(browser, "stage", (1366, 768), complaints)


@pytest.fixture(scope="module")
def phone(browser: Browser, complaints: list[str]) -> Page:
    return opened(browser, "audience", (390, 844), complaints)


@pytest.fixture(scope="module")
def overlay(browser: Browser, complaints: list[str]) -> Page:
    return opened(browser, "overlay", (1280, 720), complaints)


def test_every_moment_holds_together_on_the_stage_monitor(stage: Page, complaints: list[str]) -> None:
    assert wrong(stage, "stage", STATES) == {}
    assert wrong(stage, "stage", HARDEST, lang="en") == {}
    stage.set_viewport_size({"width": 1024, "height": 768})
    assert wrong(stage, "stage", HARDEST) == {}
    stage.set_viewport_size({"width": 1366, "height": 768})
    assert complaints == []


def test_every_moment_holds_together_on_a_phone(phone: Page, complaints: list[str]) -> None:
    assert wrong(phone, "audience", STATES) == {}
    assert wrong(phone, "audience", HARDEST, lang="en") == {}
    phone.set_viewport_size({"width": 844, "height": 390})
    assert wrong(phone, "audience", HARDEST) == {}
    phone.set_viewport_size({"width": 390, "height": 844})
    assert complaints == []


def test_text_twice_as_large_has_room_on_a_phone(phone: Page) -> None:
    phone.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert wrong(phone, "audience", (*HARDEST, "buzz-locked", "stake-outlook")) == {}
    phone.evaluate("() => { document.documentElement.style.fontSize = ''; }")


def test_every_moment_holds_together_over_a_livestream(overlay: Page, complaints: list[str]) -> None:
    assert wrong(overlay, "overlay", STATES) == {}
    assert wrong(overlay, "overlay", HARDEST, lang="en") == {}
    assert complaints == []


def alphas(page: Page) -> Image.Image:
    shot = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
    return shot.convert("RGBA").getchannel("A")


@pytest.mark.parametrize("theme", ["stage", "hall"])
def test_the_overlay_is_transparent_but_for_its_plates(overlay: Page, theme: str) -> None:
    look: dict[str, Any] = {"theme": theme, "ground": None, "accent": None, "logo": None, "sponsors": []}
    show(overlay, view_of("overlay", "buzz-locked", look=look))
    for element in ("html", "body", "#projector", ".ov", ".ov-frame"):
        colour = overlay.locator(element).evaluate("one => getComputedStyle(one).backgroundColor")
        assert colour == "rgba(0, 0, 0, 0)", element
    alpha = alphas(overlay)
    width, height = alpha.size
    assert alpha.getpixel((width // 2, height // 2)) == 0
    for plate in (".ov-bug", ".ov-said", ".ov-question"):
        box = overlay.locator(plate).bounding_box()
        assert box is not None
        middle = (int(box["x"] + box["width"] / 2), int(box["y"] + 4))
        assert alpha.getpixel(middle) == 255, f"{plate} is solid"


def test_text_over_a_livestream_stands_on_a_solid_plate(overlay: Page) -> None:
    bare = """() => [...document.querySelectorAll(".ov *")].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim())
    ).filter((element) => {
      for (let at = element; at; at = at.parentElement) if (/^rgb\\(/.test(getComputedStyle(at).backgroundColor)) return false;
      return true;
    }).map((element) => element.textContent)"""
    for stem in ("buzz-locked", "question-held", "final-certified-9", "scoreboard-9", "rehearsal-scoreboard"):
        show(overlay, view_of("overlay", stem))
        assert overlay.evaluate(bare) == [], stem


@pytest.mark.parametrize("stem", ["blackout", "opening", "hold", "cue"])
def test_nothing_is_drawn_over_a_livestream_that_shows_the_stage(overlay: Page, stem: str) -> None:
    show(overlay, view_of("overlay", stem))
    assert alphas(overlay).getextrema() == (0, 0)


def test_a_lost_line_is_said_on_each_page(stage: Page, phone: Page, overlay: Page) -> None:
    for page, role, words in (
        (stage, "stage", "连接中断"),
        (phone, "audience", "重连"),
        (overlay, "overlay", "信号"),
    ):
        show(page, view_of(role, "question-running"))
        assert page.locator('[data-role="link"]').count() == 0
        page.evaluate("() => window.lose()")
        assert words in page.locator('[data-role="link"]').inner_text()
        assert page.locator('[data-role="question"]').inner_text().strip(), "the last picture stays"


def test_a_blackout_hides_what_it_was_made_to_hide(stage: Page, phone: Page) -> None:
    show(stage, view_of("stage", "question-running", blackout=True))
    assert stage.locator('[data-role="question"], [data-role="option"], [data-role="clock"]').count() == 0
    assert "黑屏" in stage.locator('[data-role="now"]').inner_text()
    show(phone, view_of("audience", "question-running", blackout=True))
    assert phone.locator('[data-role="question"], [data-score]').count() == 0
    assert "现场决赛" in phone.locator('[data-role="hold"]').inner_text().replace("\n", "")


def test_nothing_is_said_before_its_time(stage: Page, phone: Page, overlay: Page) -> None:
    """The order of the result is not given away by scores that stand beside the reveal; no option is marked before the answer."""
    for page, role in ((stage, "stage"), (phone, "audience"), (overlay, "overlay")):
        show(page, view_of(role, "final-3"))
        assert page.locator("[data-score]").count() == 0, role
        said = page.locator('main [data-role="standings"], main .body, main .ov-third').all_inner_texts()
        for place in (1, 2):
            first = next(one for one in view_of(role, "final-5")["scene"]["places"] if one["place"] == place)
            for seat in first["seats"]:
                name = next(one["name"] for one in view_of(role, "final-3")["seats"] if one["seat"] == seat)
                assert said and name not in "".join(said), role
        show(page, view_of(role, "buzz-ruled-wrong"))
        assert page.locator('[data-right="yes"], [data-role="answer"]').count() == 0, role


def test_old_views_without_the_newer_fields_still_stand(
    stage: Page, phone: Page, overlay: Page, complaints: list[str]
) -> None:
    for page, role in ((stage, "stage"), (phone, "audience"), (overlay, "overlay")):
        view = view_of(role, "question-running")
        for field in ("look", "cover", "next", "plan"):
            view.pop(field, None)
        view["scene"]["question"].pop("media", None)
        show(page, view)
        assert page.locator('[data-role="question"]').inner_text().strip()
    assert complaints == []


def test_the_language_changes_without_a_reload(stage: Page, phone: Page, overlay: Page) -> None:
    for page, role in ((stage, "stage"), (phone, "audience"), (overlay, "overlay")):
        for lang, word in (("zh-CN", "请听口令"), ("en", "Wait for it"), ("zh-CN", "请听口令")):
            show(page, view_of(role, "buzz-armed", lang=lang))
            assert word in page.locator('[data-role="word"]').inner_text()
            assert page.locator("html").get_attribute("lang") == lang


def test_a_reader_of_the_phone_chooses_the_language(phone: Page) -> None:
    show(phone, view_of("audience", "buzz-armed"))
    phone.get_by_role("button", name="EN").click()
    assert "Wait for it" in phone.locator('[data-role="word"]').inner_text()
    phone.get_by_role("button", name="中文").click()
    assert "请听口令" in phone.locator('[data-role="word"]').inner_text()


def test_a_screen_reader_is_told_what_matters_and_not_the_clock(phone: Page) -> None:
    show(phone, view_of("audience", "buzz-answering"))
    said = phone.locator('[role="status"][data-role="now"]').inner_text()
    assert "王丹" in said and "毫秒" in said
    assert phone.locator('[role="timer"]').count() == 1
    assert phone.locator('[role="status"] [role="timer"], [aria-live] [role="timer"]').count() == 0


def test_a_phone_fetches_no_chinese_face(browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    show(open_role(page, "audience"), view_of("audience", "question-running"))
    assert not [url for url in asked if "noto" in url]


def test_the_stage_monitor_says_what_comes_and_how_late_it_is(stage: Page) -> None:
    show(stage, view_of("stage", "turn-call"))
    assert "第 5 题" in stage.locator('[data-role="next"]').inner_text()
    for over_s, look in ((200, "over"), (-65, "under"), (5, "on")):
        show(stage, view_of("stage", "turn-call", plan={**PLAN, "over_s": over_s}))
        assert stage.locator('[data-role="plan"]').get_attribute("data-over") == look
    show(stage, view_of("stage", "turn-call", plan={**PLAN, "over_s": -65}))
    assert "1:05" in stage.locator('[data-role="plan"]').inner_text()


def test_the_boxes_are_open_only_from_their_instant(stage: Page, phone: Page, overlay: Page) -> None:
    for page, role in ((stage, "stage"), (phone, "audience"), (overlay, "overlay")):
        view = view_of(role, "buzz-open")
        opens = view["scene"]["buzz"]["open_at_ns"]
        show(page, {**view, "contest_ns": opens - 1_000_000})
        assert page.locator('main[data-look="armed"]').count() == 1, role
        show(page, {**view, "contest_ns": opens})
        assert page.locator('main[data-look="open"]').count() == 1, role


def test_the_index_names_every_page() -> None:
    index = (DISPLAY / "index" / "index.html").read_text(encoding="utf-8")
    for address in (
        "/projector",
        "/projector?test=1",
        "/projector?overlay=1",
        "/audience",
        "/stage",
        "/host",
        "/judge",
        "/desk",
    ):
        assert f'href="{address}"' in index, address


@pytest.mark.parametrize("size", [(390, 844), (360, 640), (844, 390)])
@pytest.mark.parametrize("stem", ["opening", "hold", "blackout", "question-extreme", "scoreboard-extreme"])
def test_a_phone_that_lost_its_server_says_so_at_the_top_of_whatever_stands_there(
    browser: Browser, size: tuple[int, int], stem: str
) -> None:
    page = opened(browser, "audience", size, [])
    show(page, view_of("audience", stem))
    for state in ("old", "lost"):
        page.evaluate("state => window.lose(state)", state)
        bar = page.locator('[data-role="link"]')
        bar.wait_for()
        box = bar.bounding_box()
        assert box is not None and (box["x"], box["y"], box["width"]) == (0, 0, size[0])
