"""Every text can be read: 7:1 on the projector in each theme, 4.5:1 on all other pages; counted from what the styles come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
MEASURE = (HERE / "contrast.js").read_text(encoding="utf-8")
PROJECTOR, OTHERS = 7.0, 4.5
LOOKS = {
    "stage": {"theme": "stage"},
    "hall": {"theme": "hall"},
    "navy and gold": {"theme": "customer", "ground": "#0a1f44", "accent": "#d4a73a"},
    "white and red": {"theme": "customer", "ground": "#ffffff", "accent": "#d6001c"},
    "green and lime": {"theme": "customer", "ground": "#0b3d2e", "accent": "#c6ff3d"},
    "festive red": {"theme": "customer", "ground": "#b3001b", "accent": "#ffd24a"},
}
THEMED = {"stage", "audience"}  # besides the projector; the console and the judge page have one look each
# Without a wait: only where a text stands depends on a face that has arrived, not its colour.
EACH = """async ({ views, looks, least }) => {
  const { applyLook } = await import("/display/shared/look.js");
  const { texts, kindOf, below } = (MEASURE)();
  const [first, second, ...others] = Object.entries(looks);
  const seen = new Set();
  const found = [];
  for (const [name, view] of Object.entries(views)) {
    window.show(view);
    await new Promise((resolve) => setTimeout(resolve));
    for (const animation of document.getAnimations()) animation.cancel(); // all of them end at what the styles say
    const all = texts();
    if (all.length === 0 && !view.blackout) found.push(`${name}: no text at all`);
    const measure = ([theme, look], some) => {
      applyLook(look);
      found.push(...below(some, least).map((complaint) => `${name}, ${theme}: ${complaint}`));
    };
    measure(first, all);
    if (!second) continue;
    const kinds = all.map(kindOf);
    measure(second, all);
    // The same text in the same colours in two themes has the same rules: a third one needs to be asked once.
    const news = all.filter((text, i) => {
      const kind = `${kinds[i]} ${kindOf(text)}`;
      return !seen.has(kind) && seen.add(kind);
    });
    if (news.length > 0) for (const look of others) measure(look, news);
    applyLook(view.look);
  }
  return found;
}""".replace("MEASURE", MEASURE[MEASURE.index("() =>") :])


def opened(browser: Browser, complaints: list[str], role: str) -> Page:
    size = {"projector": "projector", "host": "console", "judge": "tablet"}.get(role, "phone")
    return open_role(open_page(browser, size, complaints), role)


def dim(page: Page, role: str, least: float, looks: dict[str, Any], stems: tuple[str, ...] = ()) -> list[str]:
    """Every text below `least`, over all views of a role and all looks."""
    views = {path.stem: load(path) for path in fixtures(role) if not stems or path.stem in stems}
    assert views
    return list(page.evaluate(EACH, {"views": views, "looks": looks, "least": least}))


@pytest.fixture(scope="module")
def projector(browser: Browser, complaints: list[str]) -> Page:
    return opened(browser, complaints, "projector")


def test_every_text_of_the_projector_holds_seven_to_one_in_every_theme(projector: Page) -> None:
    assert dim(projector, "projector", PROJECTOR, LOOKS) == []


@pytest.mark.parametrize(
    "role", sorted({"host", "judge", "stage", "audience"} & {path.name for path in FIXTURES.iterdir()})
)
def test_every_text_of_the_other_pages_can_be_read(
    browser: Browser, complaints: list[str], role: str
) -> None:
    page = opened(browser, complaints, role)
    assert dim(page, role, OTHERS, LOOKS if role in THEMED else {"its own": {"theme": "stage"}}) == []
    page.close()


def test_a_dim_text_is_found(projector: Page) -> None:
    projector.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(".prompt { color: rgb(110 110 110) !important; } .worth { opacity: 0.5; }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    found = dim(projector, "projector", PROJECTOR, {"stage": LOOKS["stage"]}, ("question-running",))
    assert any(".prompt" in one for one in found) and any("worth" in one for one in found)
