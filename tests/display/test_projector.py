"""The projector, picture by picture: nothing overflows, overlaps, is too small, or leaves the title-safe area."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

MEASURE = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8")
VIEWS = fixtures("projector")


@pytest.fixture(scope="module")
def projector(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "projector", complaints), "projector")


def test_there_are_pictures_to_look_at() -> None:
    assert len(VIEWS) > 70


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_a_picture_holds_together(projector: Page, complaints: list[str], path: Path) -> None:
    complaints.clear()
    view = load(path)
    show(projector, view)
    name = "blackout" if view["blackout"] else view["scene"]["name"]
    assert projector.locator(f'[data-scene="{name}"]').count() >= 1
    assert projector.evaluate(MEASURE) == []
    assert complaints == []


def test_a_blackout_is_black(projector: Page) -> None:
    view = load(VIEWS[0])
    show(projector, {**view, "blackout": True})
    assert projector.locator("body").inner_text().strip() == ""


def test_a_lost_connection_is_said_and_the_picture_stays(projector: Page) -> None:
    view = load(next(path for path in VIEWS if path.stem == "question-running"))
    show(projector, view)
    projector.evaluate("() => window.lose()")
    assert "连接中断" in projector.locator('[data-role="link"]').inner_text()
    assert projector.locator('[data-role="question"]').inner_text().strip()


def test_the_boxes_show_open_only_from_the_instant_of_opening(projector: Page) -> None:
    view = load(next(path for path in VIEWS if path.stem == "buzz-open"))
    opens = view["scene"]["buzz"]["open_at_ns"]
    show(projector, {**view, "contest_ns": opens - 1_000_000})
    assert projector.locator('[data-buzz-phase="armed"]').count() == 1
    show(projector, {**view, "contest_ns": opens})
    assert projector.locator('[data-buzz-phase="open"]').count() == 1


def test_a_press_on_a_page_is_marked(projector: Page) -> None:
    view = load(next(path for path in VIEWS if path.stem == "buzz-locked-web"))
    show(projector, view)
    marked = projector.locator('[data-role="press"]:has([data-role="source"])')
    seats = {one["seat"] for one in view["scene"]["buzz"]["order"] if one["source"] == "web"}
    assert {int(one.get_attribute("data-seat") or 0) for one in marked.all()} == seats
    assert marked.first.locator('[data-role="source"]').inner_text() == "网页"
