"""Pages without a server: Chromium gets the shipped files, views come from fixtures."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from server.door.guard import headers
from server.web import DISPLAY

HERE = Path(__file__).parent
MEDIA = HERE / "fixtures" / "media"  # what a view names as /media/NAME
ORIGIN = "http://stage.test"
POLICY = headers()["Content-Security-Policy"]
STAND_INS = {"/display/shared/connection.js": HERE / "connection.js"}
# What is cut off, unless it scrolls on purpose, ends in an ellipsis, or is the ledger, which shows as many rows as fit.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.overflow === "visible" || style.textOverflow === "ellipsis") return false;
  if (style.clipPath !== "none" || ["auto", "scroll"].includes(style.overflowY) || element.closest(".ledger")) return false;
  return element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 2;
}).map((element) => `${element.className}: ${element.textContent.slice(0, 20)}`)"""
PAGE_SCROLLS = """() => document.documentElement.scrollHeight > innerHeight + 1
  || document.documentElement.scrollWidth > innerWidth + 1"""


def fixtures(role: str) -> list[Path]:
    """Every view of a role that is kept for looking at and measuring."""
    return sorted((HERE / "fixtures" / role).glob("*.json"))


def open_role(page: Page, role: str, query: str = "") -> Page:
    """The shipped page of `role`, served from the working tree under the product's own policy."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if path.startswith("/display/"):
            file = STAND_INS.get(path, DISPLAY / path.removeprefix("/display/"))
        elif path.startswith("/media/"):
            file = MEDIA / path.removeprefix("/media/")
        else:
            file = DISPLAY / path[1:] / "index.html"
        if not route.request.url.startswith(ORIGIN) or not file.is_file():
            route.fulfill(status=404, body=f"not there: {route.request.url}")
            return
        kind = "text/javascript" if file.suffix in (".js", ".mjs") else mimetypes.guess_type(file.name)[0]
        headers = {"Content-Type": kind or "application/octet-stream", "Content-Security-Policy": POLICY}
        answer(route, file.read_bytes(), {**headers, "Accept-Ranges": "bytes"})

    page.route("**/*", serve)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{ORIGIN}/{role}{query}")
    page.wait_for_function("() => window.show !== undefined")
    return page


def answer(route: Route, body: bytes, headers: dict[str, str]) -> None:
    """The file, or the part of it that is asked for: a film can be sought only where parts are given."""
    asked = route.request.headers.get("range")
    if asked is None:
        route.fulfill(body=body, headers=headers)
        return
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(body) - 1), len(body) - 1)
    part = f"bytes {start}-{end}/{len(body)}"
    route.fulfill(status=206, body=body[start : end + 1], headers={**headers, "Content-Range": part})


def show(page: Page, view: dict[str, Any]) -> None:
    """Put a view on the page and wait until it stands, its faces loaded."""
    page.evaluate("view => window.show(view)", view)
    page.evaluate("() => document.fonts.ready.then(() => null)")
    page.wait_for_timeout(120)


def load(path: Path) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return view
