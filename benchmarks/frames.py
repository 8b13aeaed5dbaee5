"""How long a frame of the projector takes while one picture gives way to the next: `run.py bench frames`.

The shipped page at 1920 x 1080 in Debian's Chromium, its processor throttled to a quarter by Chromium itself, motion allowed,
shown the views of a final in their natural order; contest time runs. After a lap that is not counted (faces and code are
loaded) each transition is recorded: all of 420 ms, or of the 1,350 ms of a score that travels, and a little more.

- `p95_ms`: 95th percentile of what a frame took of the page's own thread, by its processor time, the throttling included
  (`benchmarks.trace`); the goal holds for each transition by itself. A transition has as many frames as the screen has within its
  time, 60 a second; what moves is moved by the compositor, so that most take nothing of the page's thread: these count as 0.
- `worked`: how many frames the page's thread drew, in all laps; `slow`: how many of these took longer than the goal.
- `change_ms`: of these the first frame, which builds the new picture and measures its text (median of the laps).
- `screen`: when pictures really came onto the screen. Chromium draws them in software here, on the same cores, which no
  show does: this says something of this machine, and is not judged.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Page

from benchmarks.trace import CATEGORIES, Trace, Window
from tests.browser import SIZES, chromium, open_page
from tests.display.pages import fixtures, load, open_role

GOAL_MS = 16.7
THROTTLING = 4
LAPS = 3
WINDOW_MS = 650
TRAVEL_MS = 1_500
SETTLE_MS = 500
# The views of a final, as they follow each other.
# fmt: off
SHOW = [
    "opening", "hold", "lineup",
    "round-title-compulsory", "rules-1", "turn-call", "question-shown", "question-running",
    "question-last-ten", "ruled-right", "revealed-right", "scoreboard-delta",
    "media-image", "media-video-playing", "media-audio-playing",
    "round-title-scenario", "scenario-preparing", "scenario-running", "scenario-marking", "marks",
    "cue", "round-title-buzz_in", "buzz-idle", "buzz-armed", "count-3", "buzz-open", "buzz-locked",
    "buzz-answering", "buzz-ruled-wrong",
    "buzz-too-close", "settled-draw", "buzz-ruled-right", "correction",
    "round-title-risk", "stakes", "stake", "risk-outlook", "ruled-declined", "scoreboard",
    "tie-title", "tie-question", "tie-locked",
    "final-0", "final-5", "final-4", "final-3", "final-2", "final-1", "final-complete",
    "blackout", "scoreboard-start",
]
# fmt: on
TRAVELS = {"revealed-right → scoreboard-delta"}

SHOW_AND_WAIT = """([name, view, ms]) => new Promise((done) => {
  performance.mark(`${name} begins`);
  window.show(view);
  setTimeout(() => { performance.mark(`${name} ends`); done(null); }, ms);
})"""

Say = Callable[[str], None]


def run(laps: int, say: Say) -> dict[str, Any]:
    """Show the final `laps` times and one more. Returns the object that `run.py bench frames --json` prints."""
    views = {path.stem: load(path) for path in fixtures("projector")}
    names = [name for name in SHOW if name in views]
    windows: dict[str, list[Window]] = defaultdict(list)
    complaints: list[str] = []
    with chromium() as browser:
        page = open_role(open_page(browser, "projector", complaints), "projector")
        page.emulate_media(reduced_motion="no-preference")
        page.evaluate("() => { window.timeRuns = true; }")
        say("one lap to load faces and code")
        for name in names:
            page.evaluate(SHOW_AND_WAIT, [name, views[name], SETTLE_MS])
            page.evaluate("() => document.fonts.ready.then(() => null)")
        throttle(page.context.new_cdp_session(page), THROTTLING)
        for lap in range(laps):
            say(
                f"lap {lap + 1} of {laps}, {len(names) - 1} transitions, processor throttled {THROTTLING} times"
            )
            for name, trace in _lap(page, names, views):
                windows[name].append(trace.window(f"{name} begins", f"{name} ends"))
    if complaints:
        raise RuntimeError(f"the page complained: {complaints[:3]}")
    rows = [row_of(name, found) for name, found in windows.items()]
    everything = [window for found in windows.values() for window in found]
    intervals = [ms for window in everything for ms in window.intervals_ms]
    dropped = sum(window.dropped for window in everything)
    shown = sum(len(window.presented_us) for window in everything)
    return {
        "window": list(SIZES["projector"]),
        "throttling": THROTTLING,
        "laps": laps,
        "frames": sum(row["frames"] for row in rows),
        "worked": sum(row["worked"] for row in rows),
        "worked_p95_ms": percentile([one.own_ms for window in everything for one in window.frames], 95),
        "transitions_held": sum(row["p95_ms"] < GOAL_MS for row in rows),
        "worst_transition_p95_ms": max(row["p95_ms"] for row in rows),
        "change_ms": {
            "median": median(row["change_ms"] for row in rows),
            "worst": max(row["change_ms"] for row in rows),
        },
        "screen": {
            "interval_median_ms": percentile(intervals, 50),
            "interval_p95_ms": percentile(intervals, 95),
            "late_percent": round(100 * dropped / max(1, dropped + shown), 1),
        },
        "transitions": rows,
        "goal": {"p95_ms": GOAL_MS},
    }


def passed(result: dict[str, Any]) -> bool:
    """True when the 95th percentile of each transition is under its goal."""
    return bool(result["worst_transition_p95_ms"] < GOAL_MS)


def throttle(session: CDPSession, times: float) -> None:
    """Slow the page's own thread down as the developer tools do."""
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})


def _lap(page: Page, names: Sequence[str], views: dict[str, Any]) -> list[tuple[str, Trace]]:
    """One time through the show, recorded: name of the transition and the recording that holds it."""
    browser = page.context.browser
    assert browser is not None
    found = []
    page.evaluate(SHOW_AND_WAIT, [names[0], views[names[0]], SETTLE_MS])
    browser.start_tracing(page=page, categories=CATEGORIES)
    for before, after in pairwise(names):
        name = f"{before} → {after}"
        page.evaluate(SHOW_AND_WAIT, [name, views[after], TRAVEL_MS if name in TRAVELS else WINDOW_MS])
        found.append(name)
    trace = Trace(browser.stop_tracing())
    return [(name, trace) for name in found]


def row_of(name: str, windows: Sequence[Window]) -> dict[str, Any]:
    """The figures of one transition from all its laps."""
    own = [frame.own_ms for window in windows for frame in window.frames]
    wall = [frame.wall_ms for window in windows for frame in window.frames]
    if not own:
        raise RuntimeError(f"{name}: the page drew nothing")
    of_all = len(windows) * frames_in(TRAVEL_MS if name in TRAVELS else WINDOW_MS)
    return {
        "transition": name,
        "frames": of_all,
        "worked": sum(frame.drew for window in windows for frame in window.frames),
        "slow": sum(ms > GOAL_MS for ms in own),
        "p95_ms": percentile(_slowest(own, of_all), 95),
        "wall_p95_ms": percentile(_slowest(wall, of_all), 95),
        "change_ms": round(median(window.frames[0].own_ms for window in windows if window.frames), 1),
    }


def _slowest(values: Sequence[float], count: int) -> list[float]:
    """As many as there are frames: small work beside them does not thin the slow ones out."""
    return sorted([*values, *([0.0] * count)], reverse=True)[:count]


def frames_in(ms: float) -> int:
    """How many frames a screen of 60 a second shows in that time."""
    return int(ms * 60 / 1000)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed; 0 without values."""
    return round(sorted(values)[math.ceil(percent / 100 * len(values)) - 1], 1) if values else 0.0
