"""The projector, picture by picture: nothing overflows, overlaps, is too small, or leaves the title-safe area.

The plain run shows each picture in the one language or the other by turns, and every third in another shape;
`run.py test display` shows all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

HERE = Path(__file__).parent
MEASURE = (HERE / "layout.js").read_text(encoding="utf-8").strip()
EVERY = (HERE / "every.js").read_text(encoding="utf-8").replace("= MEASURE;", f"= {MEASURE};")
VIEWS = fixtures("projector")
LANGUAGES = ("zh-CN", "en")
FULL = os.environ.get("FIRSTPRESS_FULL") == "1"


@pytest.fixture(scope="module")
def projector(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "projector", complaints), "projector")


def test_there_are_pictures_to_look_at() -> None:
    assert len(VIEWS) > 70


def complaints_of(page: Page, language: str, paths: list[Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(EVERY, [{path.stem: load(path) for path in paths}, language])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_holds_together(projector: Page, complaints: list[str], language: str) -> None:
    complaints.clear()
    some = VIEWS if FULL else VIEWS[LANGUAGES.index(language) :: len(LANGUAGES)]
    assert complaints_of(projector, language, some) == {}
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


def named(stem: str) -> dict[str, Any]:
    return load(next(path for path in VIEWS if path.stem == stem))


@pytest.mark.parametrize(("width", "height", "ratio", "language"), [(1024, 768, "4:3", "zh-CN")])
def test_every_picture_holds_together_in_another_shape(
    browser: Browser, width: int, height: int, ratio: str, language: str
) -> None:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    some = VIEWS if FULL else VIEWS[::3]
    assert complaints_of(open_role(page, "projector", f"?ratio={ratio}"), language, some) == {}
    page.context.close()


def test_a_count_runs_by_contest_time_and_ends_when_the_boxes_open(projector: Page) -> None:
    view = named("count-3")
    opens = view["scene"]["buzz"]["open_at_ns"]
    for before_ms, shown in ((2900, "3"), (2000, "2"), (1100, "2"), (900, "1"), (120, "1")):
        show(projector, {**view, "contest_ns": opens - before_ms * 1_000_000})
        assert projector.locator('[data-role="count"]').get_attribute("data-count") == shown, before_ms
    show(projector, {**view, "contest_ns": opens})
    assert projector.locator('[data-role="count"]').count() == 0
    assert projector.locator('[data-buzz-phase="open"]').count() == 1


def test_an_opening_without_a_count_shows_no_figure(projector: Page) -> None:
    view = named("count-3")
    buzz = {**view["scene"]["buzz"], "arming": "another"}
    opens = buzz["open_at_ns"]
    show(
        projector, {**view, "scene": {**view["scene"], "buzz": buzz}, "contest_ns": opens - 200_000_000}
    )  # as far ahead as every opening is announced
    assert projector.locator('[data-role="count"]').count() == 0
    assert projector.locator('[data-buzz-phase="armed"]').count() == 1


def test_a_settled_tie_is_never_shown_as_a_lead(projector: Page) -> None:
    for how, word in (("draw", "抽签决定"), ("chief", "裁判长裁决"), ("estimate", "最佳估计")):
        show(projector, named(f"settled-{how}"))
        assert word in projector.locator('[data-role="settled"]').inner_text()
        assert projector.locator('[data-role="lead"]').count() == 0


def test_a_correction_takes_the_picture_but_not_a_question_in_hand(projector: Page) -> None:
    show(projector, named("correction"))
    said = projector.locator('[data-role="correction"]').inner_text()
    assert "比分更正" in said and "+10" in said and "欧阳震华" in said
    show(projector, named("correction-question"))
    assert projector.locator('[data-role="question"]').is_visible()
    bar = projector.locator('header[data-role="correction"]').inner_text()
    assert "比分更正" in bar and "2 号 −10" in bar


def test_choices_stand_above_their_seats_all_at_once(projector: Page) -> None:
    show(projector, named("stakes"))
    for seat, points in ((1, "30"), (3, "0"), (5, "30")):
        choice = projector.locator(f'[data-role="choice"][data-seat="{seat}"]')
        assert choice.get_attribute("data-points") == points
        column = projector.locator(f'.seat[data-seat="{seat}"]').bounding_box()
        above = choice.bounding_box()
        assert above is not None and column is not None and abs(above["x"] - column["x"]) < 4
    assert "放弃" in projector.locator('[data-role="choice"][data-seat="3"]').inner_text()


def test_a_rehearsal_is_striped_and_a_certified_result_says_so(projector: Page) -> None:
    show(projector, named("rehearsal-scoreboard"))
    assert projector.locator('[data-rehearsal="yes"]').count() == 1
    show(projector, named("final-certified"))
    assert "裁判长 欧阳震华" in projector.locator('[data-role="certified"]').inner_text()
    signed = named("final-certified")
    show(projector, {**signed, "certified": signed["certified"][:1]})
    assert projector.locator('[data-role="certified"]').count() == 0, "one signature is not two"
