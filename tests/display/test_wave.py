"""The line: moved by the compositor alone, cut where the clock stands, and nothing of it runs on once it is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import HERE, load, open_role

KEEP_ANIMATIONS = """() => {
  window.kept = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...given) {
    const animation = animate.apply(this, given);
    window.kept.push(animation);
    return animation;
  };
}"""
RUNNING = "() => window.kept.filter((one) => one.playState === 'running').length"
LINES = """() => [...document.querySelectorAll('.wave-line')].filter((line) => {
  const drawn = line.querySelector('svg').getBoundingClientRect();
  return drawn.height > 0.5;
}).length"""


@pytest.fixture
def moving(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """The projector with motion allowed, contest time running."""
    page = open_role(open_page(browser, "projector", complaints), "projector")
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("() => { window.timeRuns = true; }")
    page.evaluate(KEEP_ANIMATIONS)
    yield page
    page.context.close()


def go(page: Page, name: str) -> None:
    page.evaluate("view => window.show(view)", load(HERE / "fixtures" / "projector" / f"{name}.json"))


@pytest.mark.parametrize("before", ["question-running", "buzz-open", "media-audio-playing"])
@pytest.mark.parametrize("after", ["hold", "blackout"])
def test_a_line_that_is_gone_asks_for_no_frame(moving: Page, before: str, after: str) -> None:
    go(moving, before)
    moving.wait_for_function("() => document.querySelector('.wave-line') !== null")
    moving.wait_for_timeout(600)
    if before != "media-audio-playing":  # its length is not known yet: nothing of it moves
        assert moving.evaluate(RUNNING) > 0
    go(moving, after)
    moving.wait_for_function(f"() => ({RUNNING})() === 0")


def test_one_line_is_seen_and_never_two(moving: Page) -> None:
    go(moving, "scoreboard")
    moving.wait_for_function("() => document.querySelector('.wave-line') !== null")
    go(moving, "opening")
    moving.wait_for_function("() => document.querySelectorAll('.wave-line').length === 2")
    for at in range(0, 420, 20):
        moving.evaluate("at => window.kept.forEach((one) => { one.pause(); one.currentTime = at; })", at)
        assert moving.evaluate(LINES) <= 1, at


@pytest.mark.parametrize(("name", "tolerance"), [("question-running", 0.02), ("question-held", 0.001)])
def test_the_bright_part_ends_where_the_clock_stands(moving: Page, name: str, tolerance: float) -> None:
    go(moving, name)
    moving.wait_for_function("() => document.querySelector('.wave-cut') !== null")
    clock = load(HERE / "fixtures" / "projector" / f"{name}.json")["clock"]
    now = "() => document.querySelector('.wave-cut').getBoundingClientRect().right / innerWidth"
    if clock["state"] == "held":
        assert abs(moving.evaluate(now) - clock["remaining_ms"] / clock["total_ms"]) < tolerance
        return
    first = moving.evaluate(now)
    moving.wait_for_timeout(1_000)
    assert abs(first - moving.evaluate(now) - 1_000 / clock["total_ms"]) < tolerance


def test_reduced_motion_has_no_way_between_two_lines(browser: Browser, complaints: list[str]) -> None:
    page = open_role(open_page(browser, "projector", complaints), "projector")
    page.evaluate(KEEP_ANIMATIONS)
    go(page, "scoreboard")
    go(page, "opening")
    page.wait_for_function("() => document.querySelectorAll('.wave-line').length === 1")
    assert page.evaluate("() => window.kept.length") == 0
    page.context.close()
