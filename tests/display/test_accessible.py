"""axe over every page in both languages: WCAG 2.2 AA without a finding, whatever its impact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LANGUAGES = ("zh-CN", "en")
SIZES = {"projector": "projector", "host": "console", "judge": "tablet"}
RUN = """tags => axe.run(document, {runOnly: tags, resultTypes: ["violations"], elementRef: false}).then((found) =>
  found.violations.map((one) => {
    const where = one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
    return `${one.impact} ${one.id}: ${where.join(" | ")}`;
  }))"""
# One state of each kind is enough for what axe looks at; the layout checks go through all of them.
STATES = {
    "projector": (
        *("opening", "lineup", "round-title-buzz_in", "turn-call", "question-running", "revealed-wrong"),
        *("buzz-armed", "buzz-open", "buzz-locked", "buzz-too-close", "buzz-open-foul", "stake", "marks"),
        *("scoreboard-delta", "correction", "tie-title", "final-5", "final-complete", "blackout"),
    ),
    "host": (
        *("opening", "lineup", "question-running", "question-ruled", "buzz-open", "buzz-locked", "staged"),
        *("scenario-marking", "marks", "risk-stake", "sealed-choices", "trouble-all", "boxes-mixed", "seats-9"),
        *("rehearsal", "certified"),
    ),
}


def findings(page: Page) -> list[str]:
    """What axe says of the page as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, TAGS)
    return found


@pytest.fixture(scope="module")
def pages(browser: Browser, complaints: list[str]) -> Iterator[dict[str, Page]]:
    yield {role: open_role(open_page(browser, size, complaints), role) for role, size in SIZES.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", SIZES)
def test_axe_finds_nothing(pages: dict[str, Page], role: str, language: str) -> None:
    page, wrong = pages[role], {}
    for path in fixtures(role):
        if role in STATES and path.stem not in STATES[role]:
            continue
        view: dict[str, Any] = {**load(path), "lang": language}
        show(page, view)
        assert page.evaluate("() => document.documentElement.lang") == language
        if found := findings(page):
            wrong[path.stem] = found
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)
