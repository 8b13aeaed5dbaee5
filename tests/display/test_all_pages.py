"""Every page of the gallery, in every state, language and size: nothing overflows, overlaps or is cut off, and all can be read.

The projector, the stage monitor, the audience's page and the overlay have limits of their own, and tests of their own for them
(test_projector.py, test_other_pages.py); contrast is counted here for every page that no other test counts it for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.display.all_pages import LANGUAGES, PAGES, THEMES, Shown, dressed
from tests.display.test_bright_enough import EACH, OTHERS

FULL = (
    os.environ.get("FIRSTPRESS_FULL") == "1"
)  # else the states are in the one language and the other by turns
MEASURE = (Path(__file__).parent / "page_layout.js").read_text(encoding="utf-8")
# Without a wait for a frame: to paint one takes far longer than to measure it.
EVERY = f"""async ([views, limits]) => {{
  const measure = {MEASURE.rstrip()};
  const turn = () => new Promise((done) => setTimeout(done));
  const found = {{}};
  for (const [name, view] of Object.entries(views)) {{
    window.show(view);
    await turn();
    while (document.fonts.status === "loading") await turn();
    await turn();
    for (const animation of document.getAnimations()) animation.cancel();
    const complaints = measure(limits);
    if (complaints.length) found[name] = complaints;
  }}
  return found;
}}"""
MEASURED = [
    pytest.param(shown, size, id=f"{shown.name}-{size}")
    for shown in PAGES
    if shown.measured is not None
    for size in shown.sizes
]
READ = [shown for shown in PAGES if shown.name in ("overlay", "stage", "audience", "desk", "desk-screen")]


@pytest.mark.parametrize(("shown", "size"), MEASURED)
def test_a_page_holds_together_in_every_state_and_language(browser: Browser, shown: Shown, size: Any) -> None:
    complaints: list[str] = []
    page = shown.open(browser, size, complaints)
    for language in LANGUAGES:
        all_of_them = list(shown.states(size).items())
        some = all_of_them if FULL else all_of_them[LANGUAGES.index(language) :: len(LANGUAGES)]
        views = {name: dressed(view, language, "stage") for name, view in some}
        assert page.evaluate(EVERY, [views, shown.measured]) == {}, language
    page.context.close()
    assert complaints == []


@pytest.mark.parametrize("shown", READ, ids=lambda shown: shown.name)
def test_every_text_can_be_read_in_every_theme(browser: Browser, shown: Shown) -> None:
    size = shown.sizes[0]
    page = shown.open(browser, size, [])
    looks = {theme: THEMES[theme] for theme in shown.themes}
    found = page.evaluate(EACH, {"views": shown.states(size), "looks": looks, "least": OTHERS})
    if shown.overlay:  # it has nothing to say where the hall itself is shown
        found = [one for one in found if not one.endswith("no text at all")]
    assert found == []
    page.context.close()
