"""What the console knows of the house: displays, mute, slides, the next picture, the time, the evidence of the last verdict."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser import open_page
from tests.display.pages import load, open_role
from tests.display.test_several_consoles import FIXTURES, asked, stand

LEFT, BACK = f"{1:032x}", f"{4:032x}"
FORECAST = (
    """([cues, since]) => import("/display/host/show_time.js").then(({forecast}) => forecast(cues, since))"""
)


@pytest.fixture(scope="module")
def console(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "console", complaints), "host")


def test_a_display_in_trouble_is_said_in_words(console: Page) -> None:
    stand(console, "displays-trouble")
    health = console.locator('[data-role="health"]')
    expect(health).to_contain_text("大屏「左」需要点击一次才有声音")
    expect(health).to_contain_text("返送屏「返送」已离线")
    stand(console, "displays-trouble", scene={"name": "opening"})
    expect(health).not_to_contain_text("已离线")  # before the show displays come and go
    expect(health).to_contain_text("需要点击一次")


def test_the_displays_are_listed_and_phones_are_counted(console: Page) -> None:
    view = stand(console, "displays-trouble")
    console.keyboard.press("F2")
    assert console.locator("[data-display]").count() == len(view["displays"])
    row = console.locator(f'[data-display="{LEFT}"]')
    for words in ("左", "大屏", "1920×1080", "在线", "请在那台屏幕上点一下"):
        expect(row).to_contain_text(words)
    expect(console.locator('[data-role="phones"]')).to_contain_text("观众手机 1043 台")
    expect(console.locator(f'[data-display="{7:032x}"]')).to_contain_text("评委 3")


def test_a_display_is_named_sent_elsewhere_set_and_made_to_say_its_name(console: Page) -> None:
    stand(console, "displays-trouble")
    console.keyboard.press("F2")
    panel = console.locator('[data-role="panel"]')
    console.locator("#display-name").fill("左侧大屏")
    console.keyboard.press("Enter")
    panel.locator('[data-setting="view"] [data-value="stage"]').click()
    panel.locator('[data-setting="theme"] [data-value="hall"]').click()
    panel.locator('[data-setting="mirror"] [data-value="true"]').click()
    panel.locator('[data-setting="volume"] [data-value="50"]').click()
    panel.locator('[data-do="identify"]').click()
    panel.locator('[data-do="reload"]').click()
    panel.locator('[data-do="identify-all"]').click()
    assert asked(console) == [
        {"type": "display_set", "page": LEFT, "name": "左侧大屏"},
        {"type": "display_show", "page": LEFT, "view": "stage"},
        {"type": "display_set", "page": LEFT, "settings": {"theme": "hall"}},
        {"type": "display_set", "page": LEFT, "settings": {"mirror": True}},
        {"type": "display_set", "page": LEFT, "settings": {"volume": 50}},
        {"type": "display_do", "page": LEFT, "do": "identify"},
        {"type": "display_do", "page": LEFT, "do": "reload"},
        {"type": "display_do", "page": "*", "do": "identify"},
    ]
    expect(panel.locator('[data-do="forget"]')).to_be_disabled()
    console.locator(f'[data-display="{BACK}"]').click()
    panel.locator('[data-do="forget"]').click()
    assert asked(console) == [{"type": "display_forget", "page": BACK}]


def test_who_only_looks_on_can_set_no_display(console: Page) -> None:
    stand(console, "control-theirs")
    console.keyboard.press("F2")
    panel = console.locator('[data-role="panel"]')
    expect(panel.locator('[data-do="identify-all"]')).to_be_disabled()
    expect(panel.locator('[data-setting="theme"] [data-value="hall"]')).to_be_disabled()
    expect(panel).to_contain_text("这里只能看")


def test_a_refusal_about_a_display_is_said_in_the_panel(console: Page) -> None:
    stand(console, "displays-trouble")
    console.keyboard.press("F2")
    console.evaluate("() => { window.answer = {accepted: false, reason: {zh: '屏幕已离线', en: 'Gone'}}; }")
    console.locator('[data-do="reload"]').click()
    expect(console.locator('[data-role="panel"] .form-refusal')).to_contain_text("屏幕已离线")


def test_m_mutes_and_it_cannot_be_overlooked(console: Page) -> None:
    stand(console, "question-running")
    button = console.locator('[data-tool="mute"]')
    expect(button).to_have_attribute("aria-pressed", "false")
    console.keyboard.press("m")
    assert asked(console) == [{"type": "mute", "on": True}]
    stand(console, "muted")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(console.locator('[data-trouble="muted"]')).to_contain_text("全场静音")
    button.click(delay=450)  # the same control within 0.4 s would be a trembling hand
    assert asked(console) == [{"type": "mute", "on": False}]


def test_under_a_slide_the_host_goes_on_reading_the_question(console: Page) -> None:
    view = stand(console, "covered-hold")
    expect(console.locator(".prompt")).to_contain_text(view["below"]["question"]["prompt"][:8])
    expect(console.locator('[data-trouble="cover"]')).to_contain_text("请稍候")
    expect(console.locator('[data-action="lift"]')).to_have_attribute("aria-disabled", "false")
    console.keyboard.press("Space")
    assert asked(console) == [{"type": "cover", "what": ""}]


def test_a_question_with_sound_says_how_it_stands(console: Page) -> None:
    stand(console, "media-audio")
    expect(console.locator('[data-role="media"]')).to_contain_text("未播放")
    stand(console, "media-playing")
    expect(console.locator('[data-role="media"]')).to_contain_text("播放中 0:12")
    expect(console.locator('[data-tool="stop_media"]')).to_be_visible()


def next_frame(console: Page) -> Frame:
    expect(console.locator('iframe[src="/projector?preview=next"]')).to_have_count(1)
    return next(frame for frame in console.frames if "preview=next" in frame.url)


def test_the_next_picture_is_drawn_by_the_projectors_own_page(console: Page) -> None:
    view = stand(console, "next-picture")
    prompt = view["next_view"]["scene"]["question"]["prompt"][:8]
    expect(next_frame(console).locator('[data-role="question"]').first).to_contain_text(prompt)
    stand(console, "turn-call")
    expect(console.locator('[data-role="next-view"]')).to_contain_text("要等结果")
    expect(console.locator('iframe[src="/projector?preview=next"]')).to_be_hidden()


def cue(state: str, planned: int, used: int, kind: str = "round") -> dict[str, Any]:
    return {"kind": kind, "state": state, "planned_s": planned, "used_s": used}


@pytest.mark.parametrize(
    ("cues", "since", "expected"),
    [
        ([cue("now", 60, 3600, "opening"), cue("todo", 600, 0)], 0, (600, 0, -3540)),
        (
            [
                cue("done", 60, 3600, "opening"),
                cue("done", 600, 700),
                cue("now", 300, 330),
                cue("next", 120, 0),
            ],
            10,
            (120, 140, -40),
        ),
        (
            [cue("done", 600, 500), cue("skipped", 180, 0), cue("now", 300, 100), cue("todo", 90, 0, "tie")],
            0,
            (200, -100, 200),
        ),
        ([cue("now", 0, 55), cue("todo", 120, 0)], 5, (120, 0, None)),
    ],
)
def test_the_end_of_the_show_is_reckoned_from_the_cue_sheet(
    console: Page, cues: list[dict[str, Any]], since: int, expected: tuple[int, int, int | None]
) -> None:
    found = console.evaluate(FORECAST, [cues, since])
    assert (found["leftS"], found["overS"], found["hereLeftS"]) == expected


def test_a_late_show_says_so(console: Page) -> None:
    stand(console, "over-time")
    expect(console.locator('[data-role="show-time"]')).to_contain_text("超时")
    expect(console.locator('[data-role="show-time"]')).to_contain_text("本段超时 2:10")


def test_the_evidence_of_the_last_verdict_stays_at_hand(console: Page) -> None:
    stand(console, "buzz-locked")
    expect(console.locator('[data-role="buzz"]')).to_contain_text("各盒均已回报")
    stand(console, "scoreboard")
    console.keyboard.press("z")
    panel = console.locator('[data-role="panel"]')
    for words in ("3 号抢到", "领先 8.12 ± 0.600 毫秒", "慢 96.4 ± 0.420 毫秒", "不会再有更早的按键", "犯规"):
        expect(panel).to_contain_text(words)
    assert panel.locator("[data-entry]").count() == len(load(FIXTURES["scoreboard"])["ledger"])
    stand(console, "scoreboard", epoch="another contest")
    console.keyboard.press("z")
    expect(panel).to_contain_text("还没有抢答结果")
