"""Pages on a network that fails: silence is said, who comes back is like a fresh page, and no cut leaves anything behind."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page, sign_in
from tests.live import Show, until
from tests.proxy import Network

CUTS, SETTLED = 200, 20
# What a page holds on to: counted where the browser hands it out.
COUNT = """
  window.kept = { sockets: new Set(), timers: new Set(), beats: new Set(), made: 0 };
  const { WebSocket: Plain, setTimeout: later, clearTimeout: never, setInterval: often, clearInterval: no } = window;
  window.WebSocket = class extends Plain {
    constructor(...how) {
      super(...how);
      window.kept.made += 1;
      window.kept.sockets.add(this);
      this.addEventListener("close", () => window.kept.sockets.delete(this));
    }
  };
  window.setTimeout = (run, ms, ...rest) => {
    const timer = later(() => { window.kept.timers.delete(timer); run(...rest); }, ms);
    window.kept.timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => { window.kept.timers.delete(timer); never(timer); };
  window.setInterval = (...how) => { const timer = often(...how); window.kept.beats.add(timer); return timer; };
  window.clearInterval = (timer) => { window.kept.beats.delete(timer); no(timer); };
"""
WATCH = """(lost) => {
  window.lostAt = null;
  const look = () => { if (window.lostAt === null && document.querySelector(lost)) window.lostAt = Date.now(); };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributes: true });
}"""
# The browser says so when a network is back; the page does not wait for its own next attempt then.
PLUGGED_IN = """(lost) => new MutationObserver(() => {
  if (document.querySelector(lost)) window.dispatchEvent(new Event("online"));
}).observe(document.documentElement, { subtree: true, attributeFilter: ["data-link"] })"""
LIVE, LOST = '[data-link="live"]', '[data-link="lost"]'


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(Path(tmp_path_factory.mktemp("line")) / "data") as running:
        yield running


@pytest.fixture(scope="module")
def network(show: Show) -> Iterator[Network]:
    with Network(show.port) as between:
        yield between


@pytest.fixture(scope="module")
def token(show: Show) -> str:
    return show.token()


def visited(browser: Browser, network: Network, show: Show, role: str) -> Page:
    """A page of a role through the network, live; what it asks of any other machine fails the test that closes it."""
    page = open_page(browser, "console" if role == "host" else "tablet", [])
    page.add_init_script(COUNT)
    if role in ("host", "judge"):
        name = "host" if role == "host" else "judge-1"
        sign_in(page, network.base, role, show.passphrases[name], judge=1 if role == "judge" else None)
    else:
        page.goto(f"{network.base}/{role}")
    page.locator(LIVE).first.wait_for(state="attached")
    return page


@pytest.fixture(scope="module")
def pages(browser: Browser, network: Network, show: Show) -> Iterator[dict[str, Page]]:
    roles = ("projector", "stage", "audience", "desk", "judge", "host")
    asked: list[str] = []
    opened = {}
    for role in roles:
        opened[role] = visited(browser, network, show, role)
        opened[role].on("request", lambda request: asked.append(request.url))
    yield opened
    for page in opened.values():
        page.context.close()
    assert all(url.startswith(network.base) for url in asked), "no request leaves the machine"


def scene(show: Show, token: str, name: str) -> None:
    assert show.command(token, "show", scene=name)[0] == 200


def kept(page: Page) -> dict[str, Any]:
    """What a page holds, after the browser has swept."""
    reader = page.context.new_cdp_session(page)
    reader.send("HeapProfiler.collectGarbage")
    reader.send("Performance.enable")
    answer = reader.send("Performance.getMetrics")["metrics"]
    metrics = {one["name"]: one["value"] for one in answer}
    reader.detach()
    counted: dict[str, Any] = page.evaluate(
        "() => ({ sockets: kept.sockets.size, timers: kept.timers.size, beats: kept.beats.size, made: kept.made })"
    )
    names = {"JSEventListeners": "listeners", "Nodes": "nodes", "JSHeapUsedSize": "bytes"}
    return counted | {name: metrics[metric] for metric, name in names.items()}


def cut(network: Network, page: Page, times: int) -> None:
    for _ in range(times):
        made = page.evaluate("() => kept.made")
        network.cut()
        page.wait_for_function(
            "([made, live]) => kept.made > made && document.querySelector(live)", arg=[made, LIVE]
        )


def test_two_hundred_cuts_leave_nothing_behind(
    browser: Browser, show: Show, token: str, tmp_path: Path
) -> None:
    scene(show, token, "lineup")
    with Network(show.port) as network:
        page = visited(browser, network, show, "projector?sound=off&name=ghost")
        page.evaluate(PLUGGED_IN, LOST)
        cut(network, page, SETTLED)
        until(lambda: kept(page)["timers"] <= 4, "the timers of the last connection have gone")
        before = kept(page)
        cut(network, page, CUTS - SETTLED)
        until(lambda: kept(page)["timers"] <= before["timers"] + 1, "no timer stays behind")
        after = kept(page)
        assert after["made"] >= CUTS, "it did connect anew each time"
        assert after["sockets"] == 1 and after["beats"] == before["beats"]
        assert after["listeners"] <= before["listeners"] + 2, (before, after)
        assert after["nodes"] <= before["nodes"] + 20, (before, after)
        assert after["bytes"] <= before["bytes"] + 1_000_000, (before, after)

        def rows() -> list[dict[str, Any]]:
            displays = show.get("/api/v1/views/host", token)["displays"]
            return [one for one in displays if one["name"] == "ghost"]

        until(lambda: [one["connections"] for one in rows()] == [1], f"one display, connected once: {rows()}")
        scene(show, token, "opening")
        page.locator('[data-scene="opening"]').wait_for()
        page.context.close()


def pictured(page: Page) -> str:
    """What the page says, as somebody reads it; but for figures, which run on."""
    return re.sub(r"[\d\s:]+", " ", page.locator("body").inner_text())


def test_silence_is_said_on_every_page_and_ends_with_the_picture_of_a_fresh_one(
    browser: Browser, network: Network, show: Show, token: str, pages: dict[str, Page]
) -> None:
    """The server takes connections and answers nothing: to a page that is the same as no server."""
    for page in pages.values():
        page.evaluate(WATCH, LOST)
    network.freeze()
    frozen = time.time()
    try:
        for role, page in pages.items():
            page.locator(LOST).first.wait_for(state="attached", timeout=8_000)
            after = page.evaluate("() => window.lostAt") / 1000 - frozen
            # The last word before it may be a second old, and two where the machine is busy.
            assert 1 < after < 4, f"{role}: said after {after:.1f} s"
        scene(show, token, "lineup")
    finally:
        network.thaw()
    thawed = time.monotonic()
    with Network(show.port) as other:
        for role, page in pages.items():
            page.locator(LIVE).first.wait_for(state="attached", timeout=5_000)
            back = time.monotonic() - thawed
            if role == "projector":
                assert back < 2, f"back after {back:.1f} s"
                fresh = visited(browser, other, show, role)
                expected = pictured(fresh)
                assert pictured(page) == expected, f"{role}: like a fresh one"
                fresh.context.close()


def test_a_server_that_starts_anew_finds_its_pages_again(
    browser: Browser, network: Network, show: Show, token: str, pages: dict[str, Page]
) -> None:
    scene(show, token, "lineup")
    show.kill("server.stage_process")
    page = pages["projector"]
    page.locator(LOST).first.wait_for(state="attached")
    page.locator(LIVE).first.wait_for(state="attached", timeout=15_000)
    until(lambda: show.ready(), "the server again", 15)
    scene(show, token, "opening")
    page.locator('[data-scene="opening"]').wait_for()


def test_what_the_console_asks_of_a_display_reaches_it(
    browser: Browser, network: Network, show: Show, token: str
) -> None:
    page = visited(browser, network, show, "projector?name=left&sound=off")

    known = page.evaluate("() => sessionStorage.getItem('firstpress.page')")

    def row() -> dict[str, Any]:
        displays = show.get("/api/v1/views/host", token)["displays"]
        return next((one for one in displays if one["page"] == known), {})

    until(lambda: row().get("sound") == "off", "the page has said that it is silent")
    settings = {"lang": "en"}
    assert show.command(token, "display_set", page=known, name="右侧", settings=settings)[0] == 200
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert show.command(token, "display_do", page=known, do="identify")[0] == 200
    expect(page.locator('[data-role="flash"]')).to_have_text("右侧")
    assert show.command(token, "display_show", page=known, view="stage")[0] == 200
    page.wait_for_url(f"{network.base}/stage?name=left&sound=off")
    until(
        lambda: (row().get("view"), row().get("name")) == ("stage", "右侧"),
        "the same display, with another view",
    )
    page.context.close()
