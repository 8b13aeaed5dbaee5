"""From the server's message to the picture: `run.py bench paint`.

A whole show: `run.py serve`, a host who goes through a round by the HTTP interface, the projector page in Debian's Chromium at
1920 x 1080. The page marks the instant at which its browser hands it a snapshot; a trace says when the first frame after it was
handed to the compositor, and when the screen had it (`benchmarks.trace`). As a laptop has it, and with the processor throttled
to a quarter.

- `to_frame_ms`: all that the page does: read the message, build and measure the picture, style, layout, paint. The goal: at the
  median within one frame of 60 Hz, unthrottled.
- `to_screen_ms`: that, the wait for the screen's next turn, and drawing, which Chromium does in software here, on the same cores.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from benchmarks.frames import THROTTLING, percentile, throttle
from benchmarks.trace import CATEGORIES, Trace
from tests.browser import chromium, open_page
from tests.live import ROOT, Show, until

CONTEST = ROOT / "docs" / "screenshots.toml"
GOAL_MS = 16.7
RUNS = 3
SETTLE_MS = 700  # longer than a transition
TURN: list[dict[str, Any]] = [
    {"kind": "call_turn"},
    {"kind": "present"},
    {"kind": "start_clock"},
    {"kind": "rule", "result": "right"},
    {"kind": "reveal_answer"},
]
# Every snapshot that arrives is marked before the page's own code sees it.
MARK = """
window.snapshots = 0;
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", ({ data }) => {
      if (typeof data !== "string" || !data.includes('"snapshot"')) return;
      window.snapshots += 1;
      performance.mark(`message ${window.snapshots}`);
    });
  }
};
"""

Say = Callable[[str], None]


def run(runs: int, say: Say) -> dict[str, Any]:
    """Measure `runs` shows. Returns the object that `run.py bench paint --json` prints."""
    found: dict[int, list[tuple[float, float]]] = {1: [], THROTTLING: []}
    for number in range(runs):
        say(f"show {number + 1} of {runs}")
        with tempfile.TemporaryDirectory() as data, Show(Path(data), "--contest", str(CONTEST)) as show:
            for times, measured in _show(show).items():
                found[times] += measured
    return {
        "window": [1920, 1080],
        "runs": runs,
        "as_it_is": _told(found[1]),
        f"throttled_{THROTTLING}_times": _told(found[THROTTLING]),
        "goal": {"to_frame_ms": GOAL_MS},
    }


def passed(result: dict[str, Any]) -> bool:
    """Whether a message is on the page within a frame."""
    return bool(result["as_it_is"]["to_frame_ms"]["median"] < GOAL_MS)


def _show(show: Show) -> dict[int, list[tuple[float, float]]]:
    """One show: the first turn loads faces and code, two are measured as they are, two throttled."""
    complaints: list[str] = []
    token = show.token()
    with chromium() as browser:
        page = open_page(browser, "projector", complaints)
        page.add_init_script(MARK)
        page.goto(f"{show.base}/projector")
        page.wait_for_selector('[data-link="live"]')
        _do(show, page, token, kind="show", scene="lineup")
        _do(show, page, token, kind="start_round")
        _turn(show, page, token)
        session = page.context.new_cdp_session(page)
        found = {}
        for times in (1, THROTTLING):
            throttle(session, times)
            browser.start_tracing(page=page, categories=CATEGORIES)
            _turn(show, page, token)
            _turn(show, page, token)
            trace = Trace(browser.stop_tracing())
            found[times] = [trace.after(mark) for mark in trace.marks("message ")]
    if complaints:
        raise RuntimeError(f"the page complained: {complaints[:3]}")
    return found


def _turn(show: Show, page: Page, token: str) -> None:
    for command in TURN:
        _do(show, page, token, **command)


def _do(show: Show, page: Page, token: str, kind: str, **fields: Any) -> None:
    """A command of the host, and the picture that follows from it, until it stands."""
    before = page.evaluate("() => window.snapshots")
    status, answer = show.command(token, kind, **fields)
    if status != 200:
        raise RuntimeError(f"{kind}: {answer}")
    until(lambda: page.evaluate("() => window.snapshots") > before, f"a snapshot after {kind}")
    page.wait_for_timeout(SETTLE_MS)


def _told(measured: list[tuple[float, float]]) -> dict[str, Any]:
    frames = [frame for frame, _ in measured]
    screens = [screen for _, screen in measured]
    return {
        "messages": len(measured),
        "to_frame_ms": {"median": percentile(frames, 50), "p95": percentile(frames, 95)},
        "to_screen_ms": {"median": percentile(screens, 50), "p95": percentile(screens, 95)},
    }
