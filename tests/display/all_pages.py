"""Every page with every state it is looked at in, at every size: what the gallery shows and the layout tests measure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from tests.display import test_desk, test_other_pages
from tests.display.pages import fixtures, load, open_role

View = dict[str, Any]
LANGUAGES = ("zh-CN", "en")
PLAIN: dict[str, Any] = {"theme": "stage", "ground": None, "accent": None, "logo": None, "sponsors": []}
# A theme and what a contest's file would say of it; the customer's brings a logo and as many sponsors as there may be.
THEMES: dict[str, dict[str, Any]] = {
    "stage": PLAIN,
    "hall": {**PLAIN, "theme": "hall"},
    "customer": {
        "theme": "customer",
        "ground": "#0a1f44",
        "accent": "#d4a73a",
        "logo": "/media/logo.png",
        "sponsors": [f"/media/sponsor-{number}.png" for number in range(1, 9)],
    },
}
# Where the picture has another shape, what is longest or fullest of each kind of scene.
HARDEST = (
    *("opening", "hold-sponsors", "lineup-9", "round-title-buzz_in", "turn-call-long", "question-extreme"),
    *("question-long-revealed", "buzz-open-foul", "buzz-locked-9", "buzz-too-close", "media-image-9"),
    *("scenario-masked", "marks-9", "stakes-9", "scoreboard-9", "correction-9", "tie-title-9", "final-3"),
    *("final-1", "final-certified-9"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """A window in CSS pixels, what the address says there, and which states are looked at (None: all)."""

    width: int
    height: int
    query: str = ""
    states: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind of page. `ready` is run on it when it is loaded; `measured` are the limits of `page_layout.js`, None where
    tests of its own measure it; `overlay`: what is not drawn is transparent.
    """

    name: str
    address: str
    views: Callable[[], Mapping[str, View]]
    sizes: tuple[Size, ...]
    themes: tuple[str, ...] = ("stage",)
    ready: str = "() => null"
    overlay: bool = False
    measured: dict[str, Any] | None = field(default=None)

    def open(self, browser: Browser, size: Size, complaints: list[str]) -> Page:
        """The page in a window of that size; what its console says is added to `complaints`."""
        window = {"width": size.width, "height": size.height}
        page = browser.new_context(viewport={"width": window["width"], "height": window["height"]}).new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(f"{self.name}: {error}"))
        page.on(
            "console",
            lambda said: (
                complaints.append(f"{self.name}: {said.text}")
                if said.type == "error" and "frame-ancestors" not in said.text
                else None
            ),
        )
        query = "&".join(part for part in (self.address.partition("?")[2], size.query) if part)
        open_role(page, self.address.partition("?")[0], f"?{query}" if query else "")
        page.evaluate(self.ready)
        return page

    def states(self, size: Size) -> dict[str, View]:
        """Name of a state → its view, for a window of that size."""
        views = self.views()
        return {name: views[name] for name in views if size.states is None or name in size.states}


def dressed(view: View, language: str, theme: str) -> View:
    """The same view in a language and a theme; what it says of a logo and sponsors by itself stays."""
    own = view.get("look") or PLAIN
    look = THEMES[theme] if theme == "customer" or not own["sponsors"] else {**own, "theme": theme}
    return {**view, "lang": language, "look": look}


def _of(role: str) -> Callable[[], dict[str, View]]:
    return lambda: {path.stem: load(path) for path in fixtures(role)}


def _like_the_hall(role: str) -> Callable[[], dict[str, View]]:
    return lambda: {stem: test_other_pages.view_of(role, stem) for stem in test_other_pages.STATES}


def _desk() -> dict[str, View]:
    views = {name: test_desk.desk_view(*shown) for name, shown in test_desk.STATES.items()}
    for mine in (None, 20, 0):
        stake = {**test_desk.VALUES, "mine": mine}
        views[f"stake-{'open' if mine is None else mine}"] = test_desk.desk_view("stake", 3, stake=stake)
    return {**views, "barred": test_desk.desk_view("buzz-open", None, web_buzzers=False)}


def _beside_a_box() -> dict[str, View]:
    views = {}
    for name, (picture, own) in test_desk.BESIDE_A_BOX.items():
        views[name] = test_desk.desk_view(picture, None, web_buzzers=False)
        views[name]["seats"][2].update(own)
    return views


def _test_card() -> dict[str, View]:
    return {"test-card": load(next(path for path in fixtures("projector") if path.stem == "opening"))}


ALL_THEMES = tuple(THEMES)
PHONE = Size(390, 844)
HALL = Size(1920, 1080)
WALLS = (Size(1024, 768, "ratio=4:3", HARDEST), Size(3840, 1080, "ratio=32:9", HARDEST))
# The console is the same picture on every screen: on a large one, whatever is fullest.
CONSOLES = (
    Size(1366, 768),
    Size(
        1920,
        1080,
        "",
        (
            *(
                "asks-partial",
                "boxes-mixed",
                "buzz-too-close",
                "cue",
                "final-complete",
                "opening",
                "scenario-closed",
            ),
            *(
                "question-revealed",
                "risk-outlook",
                "seats-9",
                "sealed-choices",
                "trouble-all",
                "turn-call-board",
            ),
        ),
    ),
)
KNOWN_CLOCK = f"() => window.hear('taken', {json.dumps(test_desk.KNOWN)})"
PAGES = (
    Shown("projector", "projector", _of("projector"), (HALL, *WALLS), ALL_THEMES),
    Shown(
        "test-card",
        "projector?test=1",
        _test_card,
        (HALL, *(Size(w.width, w.height, w.query) for w in WALLS)),
    ),
    Shown("overlay", "projector?overlay=1", _like_the_hall("overlay"), (HALL,), ALL_THEMES, overlay=True),
    Shown("stage", "stage", _like_the_hall("stage"), (HALL, Size(1024, 768)), ALL_THEMES),
    Shown("audience", "audience", _like_the_hall("audience"), (PHONE,), ALL_THEMES),
    Shown("desk", "desk", _desk, (PHONE,), ready=KNOWN_CLOCK, measured={"smallest": 13}),
    Shown("desk-screen", "desk?seat=3", _beside_a_box, (Size(1024, 768),), measured={"smallest": 14}),
    Shown("console", "host", _of("host"), CONSOLES, measured={"smallest": 11}),
    Shown(
        "judge", "judge", _of("judge"), (Size(1024, 768), PHONE), measured={"smallest": 11.5, "scrolls": True}
    ),
)
