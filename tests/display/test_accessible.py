"""axe over every page in both languages: WCAG 2.2 AA without a finding, whatever its impact.

The plain run shows the states in the one language and the other by turns, and of pages with the projector's pictures every
second; `run.py test display` shows each in both.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show
from tests.display.test_desk import STATES as DESK_STATES
from tests.display.test_desk import desk_view
from tests.display.test_other_pages import view_of

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LANGUAGES = ("zh-CN", "en")
FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
# Page → its address and the size of its window.
PAGES = {
    "projector": (("projector",), "projector"),
    "host": (("host",), "console"),
    "judge": (("judge",), "tablet"),
    "desk": (("desk",), "phone"),
    "stage": (("stage",), "projector"),
    "audience": (("audience",), "phone"),
    "overlay": (("projector", "?overlay=1"), "projector"),
}
ON_AIR = ("question-running", "buzz-open", "buzz-locked", "marks", "final-5")  # else the overlay draws little
# A text that is fading in is dim for a moment: everything stands where its motion ends.
RUN = """tags => {
  for (const animation of document.getAnimations()) animation.cancel();
  return axe.run(document, {runOnly: tags, resultTypes: ["violations"], elementRef: false}).then((found) =>
  found.violations.map((one) => {
    const where = one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
    return `${one.impact} ${one.id}: ${where.join(" | ")}`;
  }));
}"""
# One state of each kind is enough for what axe looks at; the layout checks go through all of them.
STATES = {
    "projector": (
        *("opening", "lineup", "round-title-buzz_in", "turn-call", "question-running", "revealed-wrong"),
        *("buzz-armed", "buzz-open", "buzz-locked", "buzz-too-close", "buzz-open-foul", "stake", "marks"),
        *("scoreboard-delta", "correction", "tie-title", "final-5", "final-complete", "blackout"),
    ),
    "host": (
        *("opening", "lineup", "question-running", "question-ruled", "buzz-open", "buzz-locked", "staged"),
        *(
            "scenario-marking",
            "marks",
            "risk-stake",
            "sealed-choices",
            "trouble-all",
            "boxes-mixed",
            "seats-9",
        ),
        *("rehearsal", "certified"),
    ),
}


def findings(page: Page) -> list[str]:
    """What axe says of the page as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, TAGS)
    return found


def states(role: str) -> dict[str, dict[str, Any]]:
    """The views of a page that are looked at, by name."""
    if role in ("stage", "audience", "overlay"):
        stems = ON_AIR if role == "overlay" else STATES["projector"] if FULL else STATES["projector"][::2]
        return {stem: view_of(role, stem) for stem in stems}
    if role == "desk":
        found = {state: desk_view(*picture) for state, picture in DESK_STATES.items()}
        return {**found, "choose": desk_view("buzz-open", None, web_buzzers=False)}
    return {path.stem: load(path) for path in fixtures(role) if path.stem in STATES.get(role, path.stem)}


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing(browser: Browser, complaints: list[str], role: str) -> None:
    path, size = PAGES[role]
    page, wrong, seen = open_role(open_page(browser, size, complaints), *path), {}, list[str]()
    for name, view in states(role).items():
        for language in LANGUAGES if FULL else LANGUAGES[len(seen) % 2 :][:1]:
            seen.append(name)
            show(page, {**view, "lang": language})
            assert page.evaluate("() => document.documentElement.lang") == language
            if found := findings(page):
                wrong[f"{name} {language}"] = found
    page.context.close()
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)
