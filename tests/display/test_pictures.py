"""Photos in the line-up, recordings and films in a question: shown where there are some, silent when they have gone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

VIEWS = {path.stem: path for path in fixtures("projector")}
COLLECT = """() => {
  window.played = new Set();
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () { window.played.add(this); return play.call(this); };
}"""
AT_S = """seconds => {
  const element = document.querySelector("audio, video");
  return element !== null && !element.paused && Math.abs(element.currentTime - seconds) < 1.2;
}"""


def named(stem: str) -> dict[str, Any]:
    return load(VIEWS[stem])


@pytest.fixture(scope="module")
def projector(browser: Browser, complaints: list[str]) -> Page:
    page = open_role(open_page(browser, "projector", complaints), "projector")
    page.evaluate(COLLECT)
    show(page, named("opening"))
    page.mouse.click(5, 5)  # a browser lets nothing be heard before
    return page


def portraits(page: Page) -> list[str]:
    found: list[str] = page.locator(".portrait").evaluate_all("all => all.map((one) => one.dataset.photo)")
    return found


def test_the_line_up_shows_photos_and_numbers_where_there_is_none(projector: Page) -> None:
    show(projector, named("lineup-photos-mixed"))
    projector.wait_for_function("() => document.querySelectorAll('.portrait-photo').length === 2")
    assert portraits(projector) == ["yes", "no", "no", "yes", "no"], (
        "2 and 3 have none, the one of 5 is broken"
    )
    numbers = projector.locator(".portrait-number").all_inner_texts()
    assert numbers == ["1", "2", "3", "4", "5"]
    show(projector, named("lineup"))
    assert portraits(projector) == []


def test_the_call_and_the_champion_have_their_photo(projector: Page) -> None:
    show(projector, named("turn-call-photo"))
    projector.wait_for_function("() => document.querySelector('.person .portrait-photo') !== null")
    show(projector, named("final-photo-champion"))
    projector.wait_for_function("() => document.querySelector('.champion .portrait-photo') !== null")
    show(projector, named("turn-call-photo-none"))
    assert portraits(projector) == []
    assert projector.locator(".person-number").inner_text() == "1"


@pytest.mark.parametrize(("stem", "seconds"), [("media-audio-playing", 2.4), ("media-video-playing", 2.0)])
def test_what_plays_stands_where_contest_time_says_and_stops_with_its_state(
    projector: Page, stem: str, seconds: float
) -> None:
    show(projector, named("opening"))
    playing = named(stem)
    show(projector, playing)
    projector.wait_for_function(AT_S, arg=seconds)
    question = {
        **playing["scene"]["question"],
        "media": {**playing["scene"]["question"]["media"], "state": "stopped"},
    }
    show(projector, {**playing, "scene": {**playing["scene"], "question": question}})
    assert projector.evaluate("() => document.querySelector('audio, video').paused")


def test_a_film_takes_the_picture_and_gives_it_back(projector: Page) -> None:
    show(projector, named("media-video-playing"))
    assert projector.locator('[data-cinema="yes"]').count() == 1
    assert projector.locator(".seats").count() == 0
    assert projector.locator('[data-role="question"]').is_visible()
    show(projector, named("media-video-open"))
    assert projector.locator(".seats").count() == 1, "while boxes are open the seats matter"
    show(projector, named("media-video-stopped"))
    assert projector.locator(".seats").count() == 1
    assert projector.locator('[data-role="option"]').first.is_visible()


def test_mute_is_followed_while_it_plays(projector: Page) -> None:
    show(projector, named("media-audio-playing"))
    projector.wait_for_function("() => document.querySelector('audio').muted === false")
    for muted in (True, False):
        projector.evaluate("muted => window.hear('display', { name: '1', settings: {}, muted })", muted)
        projector.wait_for_function("muted => document.querySelector('audio').muted === muted", arg=muted)


def test_nothing_plays_on_after_its_scene(projector: Page, complaints: list[str]) -> None:
    complaints.clear()
    views = [
        named("media-audio-playing"),
        named("scoreboard"),
        named("media-video-playing"),
        named("blackout"),
    ]
    projector.evaluate(
        """async (views) => {
      for (let cut = 0; cut < 60; cut += 1) {
        window.show(views[cut % views.length]);
        if (cut % 8 < 4) await new Promise((done) => setTimeout(done, 5));
      }
      window.show(views[1]);
    }""",
        views,
    )
    projector.wait_for_function(
        "() => [...window.played].every((one) => one.paused && !one.hasAttribute('src'))"
    )
    assert projector.locator("audio, video").count() == 0
    assert projector.evaluate("() => window.played.size") > 0
    assert complaints == []


def test_a_picture_that_does_not_come_says_what_it_shows(projector: Page) -> None:
    show(projector, named("media-image-missing"))
    projector.wait_for_selector('[data-state="missing"]')
    assert "每小时的来电量" in projector.locator('[data-role="media"]').inner_text().replace("\n", "")
    show(projector, named("media-image-missing-silent"))
    projector.wait_for_function("() => document.querySelector('[data-role=media]') === null")


def test_a_pause_shows_nothing_of_the_contest(projector: Page) -> None:
    show(projector, named("hold-within-round"))
    said = projector.locator("main").inner_text()
    assert "请稍候" in said
    assert projector.locator(".seats").count() == 0
    assert "题" not in said.replace(named("hold")["title"]["zh"], "")
