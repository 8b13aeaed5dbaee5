"""The look: three themes with enough contrast, a customer's colours, logos and sponsors, ratios, the test card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from server.web import DISPLAY
from tests.browser import open_page
from tests.display.pages import fixtures, load, open_role, show

TEXT, SHAPE = 7.0, 3.0
# What is drawn on what, at least: by the roles of display/shared/colours.css.
PAIRS = [
    *(("--text", ground, TEXT) for ground in ("--ground", "--raised")),
    *(("--text-dim", ground, TEXT) for ground in ("--ground", "--raised")),
    *(("--open-text", ground, TEXT) for ground in ("--ground", "--raised")),
    ("--right-text", "--ground", TEXT), ("--on-open", "--open", TEXT), ("--open", "--on-open", TEXT),
    ("--on-right", "--right", TEXT), ("--on-champion", "--champion", TEXT), ("--on-plate", "--plate", TEXT),
    ("--on-bar", "--bar", TEXT), ("--bar", "--ground", SHAPE), ("--right", "--ground", SHAPE),
    *((shape, "--ground", SHAPE) for shape in ("--line", "--shape", "--strike", "--open-shape", "--champion-shape")),
    ("--foul", "--ground", SHAPE), ("--mark", "--ground", SHAPE),
]  # fmt: skip
CUSTOMERS = [
    ("#0a1f44", "#d4a73a"), ("#ffffff", "#d6001c"), ("#0b3d2e", "#c6ff3d"), ("#b3001b", "#ffd24a"), ("#ffcc00", "#003366"),
    ("#000000", "#ffffff"), ("#777777", "#888888"), ("#2e7d32", "#81c784"), ("#1e88e5", "#ff7043"), ("#f4f1ea", "#0c1220"),
]  # fmt: skip
ROLES = """(names) => {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name).trim()]));
}"""


def luminance(colour: str) -> float:
    """Of WCAG 2, written down here once more: what the page counts with is under test."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def too_near(colours: dict[str, str]) -> list[str]:
    return [
        f"{one} on {other}: {contrast(colours[one], colours[other]):.2f}"
        for one, other, least in PAIRS
        if contrast(colours[one], colours[other]) < least
    ]


@pytest.fixture(scope="module")
def projector(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    page = open_role(open_page(browser, "projector", complaints), "projector")
    yield page
    page.context.close()


def look(**given: Any) -> dict[str, Any]:
    return {"theme": "stage", "ground": None, "accent": None, "logo": None, "sponsors": [], **given}


def customer(ground: str = "#0a1f44", accent: str = "#d4a73a", **given: Any) -> dict[str, Any]:
    return look(theme="customer", ground=ground, accent=accent, **given)


def named(stem: str, **given: Any) -> dict[str, Any]:
    view = load(next(path for path in fixtures("projector") if path.stem == stem))
    return {**view, "look": look(**given)}


def roles(page: Page) -> dict[str, str]:
    names = sorted({name for pair in PAIRS for name in pair[:2]} | {"--blackout"})
    found: dict[str, str] = page.evaluate(ROLES, names)
    return found


def test_no_colour_of_the_projector_stands_outside_the_tokens() -> None:
    raw = re.compile(
        r"#[0-9a-f]{3,8}\b|\b(?:rgb|rgba|hsl|oklch)\(|:\s*(?:white|black|red|gold)\b", re.IGNORECASE
    )
    fixed = re.compile(
        r"--(?:ink|paper|amber|jade|ash|vermilion|slate)\b"
    )  # the console's: they know no theme
    for path in sorted((DISPLAY / "projector").rglob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert raw.findall(text) == [] and fixed.findall(text) == [], path.name


@pytest.mark.parametrize("theme", ["stage", "hall"])
def test_a_theme_has_contrast_in_every_role(projector: Page, theme: str) -> None:
    show(projector, named("opening", theme=theme))
    assert too_near(roles(projector)) == []


def test_a_customers_colours_get_contrast_whatever_they_are(projector: Page) -> None:
    for ground, accent in CUSTOMERS:
        show(projector, {**named("opening"), "look": customer(ground, accent)})
        colours = roles(projector)
        assert too_near(colours) == [], (ground, accent)
        if contrast(ground, "#ffffff") > 9 or contrast(ground, "#000000") > 12:
            assert colours["--ground"] == ground, "a ground that text can be read on stays as it is"


def test_the_same_look_changes_nothing_and_another_leaves_nothing_behind(projector: Page) -> None:
    show(projector, {**named("opening"), "look": customer()})
    projector.evaluate(
        "() => { window.looks = 0; window.addEventListener('look', () => { window.looks += 1; }); }"
    )
    show(projector, {**named("lineup"), "look": customer()})
    assert projector.evaluate("() => window.looks") == 0
    show(projector, named("lineup", theme="hall"))
    assert projector.evaluate("() => [window.looks, document.documentElement.dataset.theme]") == [1, "hall"]
    assert "--ground" not in (projector.locator("html").get_attribute("style") or "")
    show(projector, {**named("lineup"), "look": look(theme="customer")})
    assert projector.locator("html").get_attribute("data-theme") == "stage", (
        "without colours there is no customer"
    )
    view = named("lineup")
    del view["look"]
    show(projector, view)
    assert projector.locator("html").get_attribute("data-theme") == "stage"


def test_the_line_takes_the_colours_of_the_theme_at_once(projector: Page) -> None:
    stroke = "() => getComputedStyle(document.querySelector('.wave polyline')).stroke"
    show(projector, named("lineup"))
    assert projector.evaluate(stroke) == "rgb(244, 241, 234)"
    show(projector, named("lineup", theme="hall"))
    projector.wait_for_function(f"() => ({stroke})() === 'rgb(12, 18, 32)'")


def test_a_theme_may_be_asked_for_in_the_address(browser: Browser, complaints: list[str]) -> None:
    page = open_role(open_page(browser, "console", complaints), "projector", "?theme=hall&mirror=1")
    show(page, named("opening"))
    assert page.locator("html").get_attribute("data-theme") == "hall"
    assert page.evaluate("() => getComputedStyle(document.body).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    page.context.close()


@pytest.mark.parametrize("given", [look(theme="hall"), customer("#ffffff", "#d6001c"), look()])
def test_a_blackout_is_black_in_every_theme(projector: Page, given: dict[str, Any]) -> None:
    show(projector, {**named("opening"), "blackout": True, "look": given})
    assert (
        projector.evaluate("() => getComputedStyle(document.querySelector('main')).backgroundColor")
        == "rgb(0, 0, 0)"
    )
    assert projector.locator("main > *:visible").count() == 0


def test_sponsors_stand_between_questions_only_and_inside_the_safe_area(projector: Page) -> None:
    sources = [f"/media/sponsor-{number}.png" for number in range(1, 9)]
    for count in (1, 8):
        for stem, there in (("opening", True), ("lineup-9", True), ("cue", True), ("final-complete", True),
                            ("final-5", False), ("question-running", False), ("scoreboard", False)):  # fmt: skip
            show(projector, named(stem, sponsors=sources[:count]))
            strip = projector.locator(".sponsor")
            assert strip.count() == (count if there else 0), stem
        show(projector, named("opening", sponsors=sources[:count]))
        projector.wait_for_function(
            "() => [...document.querySelectorAll('.sponsor')].every((one) => one.clientWidth > 40)"
        )
        boxes = [one.bounding_box() for one in projector.locator(".sponsor").all()]
        assert all(
            box and box["x"] >= 95 and box["x"] + box["width"] <= 1825 and box["y"] + box["height"] <= 1027
            for box in boxes
        )
    show(projector, named("opening", sponsors=[]))
    assert projector.locator(".sponsors").count() == 0


def test_a_logo_gets_a_plate_where_it_could_not_be_seen(projector: Page) -> None:
    found = projector.evaluate(
        """async () => {
          const { lostOn, plateFor } = await import("/display/projector/plate.js");
          const { fitted } = await import("/display/projector/sponsors.js");
          const logo = (red, green, blue) => new Uint8ClampedArray([red, green, blue, 255, red, green, blue, 255, 0, 0, 0, 0]);
          const grounds = { ground: "#0c1220", paper: "#f4f1ea", ink: "#0c1220" };
          const opaque = new Uint8ClampedArray([10, 10, 30, 255, 12, 12, 30, 255]);
          return {
            navy: plateFor([logo(10, 20, 60)], grounds),
            white: plateFor([logo(255, 255, 255)], grounds),
            together: plateFor([logo(255, 255, 255), logo(10, 20, 60), logo(200, 30, 30)], grounds),
            whiteOnPaper: plateFor([logo(255, 255, 255)], { ...grounds, ground: "#ffffff" }),
            itsOwn: lostOn(opaque, "#0c1220"),
            widths: fitted([6, 1, 3, 0.5, 8, 2, 4, 1], 160).reduce((sum, one) => sum + one.width, 0),
            heights: fitted([1, 3], 160).map((one) => one.height),
          };
        }"""
    )
    assert [found[key] for key in ("navy", "white", "whiteOnPaper", "itsOwn")] == ["paper", "no", "ink", 0]
    assert found["together"] != "no" and found["widths"] <= 160
    assert found["heights"][0] > found["heights"][1], "equal to the eye: the wide one is less high"


def test_a_logo_that_is_missing_leaves_no_gap(projector: Page, complaints: list[str]) -> None:
    show(projector, named("question-running", logo="/media/logo.png"))
    assert projector.locator(".band-logo").is_visible()
    show(projector, named("question-running", logo="/media/no-such.png", sponsors=["/media/no-such.png"]))
    projector.wait_for_function("() => document.querySelector('.band-logo') === null")
    complaints.clear()  # the browser says that the picture is not there


SHAPES = [
    # ratio asked for, window, stage in u
    (None, (1920, 1080), (177.78, 100)), ("16:9", (1024, 768), (177.78, 100)), ("4:3", (1920, 1080), (177.78, 133.33)),
    ("32:9", (3840, 1080), (240, 100)), ("full", (1600, 1200), (177.78, 133.33)), ("full", (2000, 1000), (200, 100)),
    ("full", (600, 1200), (177.78, 148.15)), ("5:4", (1280, 1024), (177.78, 100)),
]  # fmt: skip


def test_the_stage_has_the_shape_that_is_asked_for(projector: Page) -> None:
    for ratio, window, stage in SHAPES:
        found = projector.evaluate(
            """async ([ratio, window]) => {
              const { sizeFor } = await import("/display/projector/frame.js");
              const { width, height } = sizeFor(ratio, ...window);
              return [width, height];
            }""",
            [ratio, window],
        )
        assert found == pytest.approx(stage, abs=0.01), (ratio, window)


@pytest.mark.parametrize(
    ("ratio", "window", "stage"),
    [("4:3", (1024, 768), (0, 0, 1024, 768)), ("32:9", (3840, 1080), (624, 0, 2592, 1080))],
)
def test_the_stage_fills_its_window_and_is_not_stretched(
    browser: Browser, ratio: str, window: tuple[int, int], stage: tuple[int, ...]
) -> None:
    page = browser.new_context(viewport={"width": window[0], "height": window[1]}).new_page()
    open_role(page, "projector", f"?ratio={ratio}")
    show(page, named("opening"))
    box = page.locator(".stage").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == pytest.approx(stage, abs=1)
    page.context.close()


def test_rare_characters_of_names_have_a_face_of_their_own(projector: Page) -> None:
    view = named("turn-call")
    view["seats"][0]["name"] = "龑㛃𬭎䶮"
    show(projector, view)
    faces = """() => document.fonts.load("40px 'Noto Sans SC Rare'", "龑㛃𬭎䶮").then((all) => all.map((face) => face.status))"""
    loaded = projector.evaluate(faces)
    assert loaded and set(loaded) == {"loaded"}
    assert projector.evaluate("""() => document.fonts.check("40px 'Noto Sans SC Rare'", "龑㛃𬭎䶮")""")


def test_scripts_and_styles_move_for_the_same_time(projector: Page) -> None:
    scripts = projector.evaluate(
        "async () => { const m = await import('/display/projector/motion.js'); return [m.CALM_MS, m.TRAVEL_MS]; }"
    )
    styles = projector.evaluate(ROLES, ["--calm", "--travel"])
    assert [f"{time}ms" for time in scripts] == [styles["--calm"], styles["--travel"]]


def test_the_test_card_says_what_the_picture_is(browser: Browser, complaints: list[str]) -> None:
    page = open_role(
        open_page(browser, "projector", complaints), "projector", "?test=1&name=左屏&mirror=1&ratio=4:3"
    )
    facts = page.locator('[data-role="facts"]')
    assert page.locator('[data-role="page-name"]').inner_text() == "左屏", "without a word from the server"
    for word in ("1920 × 1080", "4:3", "镜像", "未连接"):
        assert word in facts.inner_text()
    page.wait_for_function("() => /帧.秒/.test(document.querySelector('[data-role=\"facts\"]').innerText)")
    assert (
        page.locator(".card-swatch").count() == 8
        and "龑" in page.locator('[data-role="smallest"]').inner_text()
    )
    page.context.close()
    assert complaints == []
