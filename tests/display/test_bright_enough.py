"""Nothing on the projector is too dim: contrast measured on the pixels that are painted, not on what styles say."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

# WCAG 2.1, 1.4.3: 3:1 is the least for large text, and all text of the projector is large. What the hall came for
# has far more.
LEAST, MAIN = 3.0, 7.0
PICTURES = (
    "opening", "lineup", "round-title-risk", "turn-call", "question-running", "question-long-revealed",
    "buzz-armed", "buzz-open-last-ten", "buzz-locked", "buzz-too-close", "buzz-nobody-revealed", "stake",
    "scenario-running", "marks", "scoreboard", "final-complete", "cue", "stakes", "tie-title-points", "correction",
    "correction-question", "count-3", "risk-outlook", "settled-draw", "attempts-idle", "final-certified", "turn-call-numbers",
)  # fmt: skip
BOXES = """() => [...(document.querySelector(".stage")?.querySelectorAll("*") ?? [])].flatMap((element) => {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none") return [];
  const text = [...element.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (!text) return [];
  const range = document.createRange();
  range.selectNodeContents(text);
  const box = range.getBoundingClientRect();
  return [{ kind: element.className, text: text.textContent.slice(0, 16), x: box.x, y: box.y, w: box.width, h: box.height }];
})"""
# The ground is the commonest colour of a text's box; the ink is the colour furthest from it that fills a hundredth.
MEASURE = """async ({ picture, boxes }) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const linear = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  return boxes.map(({ kind, text, x, y, w, h }) => {
    const { data } = context.getImageData(Math.max(0, x), Math.max(0, y), Math.max(1, w), Math.max(1, h));
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const bright = 0.2126 * linear(data[at]) + 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2]);
      const key = Math.round(bright * 2000) / 2000;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const ground = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
    const ratio = (one) => (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05);
    let filled = 0;
    for (const [bright, count] of [...counts].sort((one, other) => ratio(other[0]) - ratio(one[0]))) {
      filled += count;
      if (filled >= data.length / 400) return [kind, text, Math.round(100 * ratio(bright)) / 100];
    }
  });
}"""


@pytest.fixture(scope="module")
def projector(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "projector", complaints), "projector")


@pytest.fixture(scope="module")
def meter(browser: Browser) -> Page:
    """A page of nobody's, whose policy lets it read a picture."""
    return browser.new_context().new_page()


def measured(projector: Page, meter: Page, stem: str) -> list[tuple[str, str, float]]:
    """(class, text, contrast) of every text of a picture."""
    view = load(next(path for path in fixtures("projector") if path.stem == stem))
    show(projector, view)
    picture = base64.b64encode(projector.screenshot()).decode()
    found = meter.evaluate(MEASURE, {"picture": picture, "boxes": projector.evaluate(BOXES)})
    return [(kind, text, ratio) for kind, text, ratio in found]


@pytest.mark.parametrize("stem", PICTURES)
def test_no_text_is_too_dim(projector: Page, meter: Page, stem: str) -> None:
    texts = measured(projector, meter, stem)
    assert texts
    assert [one for one in texts if one[2] < LEAST] == []


def test_scores_and_the_running_question_are_bright(projector: Page, meter: Page) -> None:
    for stem, kind in (("scoreboard", "score"), ("question-running", "prompt")):
        found = [one for one in measured(projector, meter, stem) if kind in one[0].split()]
        assert found and min(one[2] for one in found) >= MAIN, (stem, found)


def test_the_meter_finds_a_dim_text(projector: Page, meter: Page) -> None:
    projector.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(".prompt { color: rgb(60 60 60) !important; }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    dim = [one for one in measured(projector, meter, "question-running") if "prompt" in one[0].split()]
    projector.evaluate("() => { document.adoptedStyleSheets = []; }")
    assert dim and max(one[2] for one in dim) < LEAST
