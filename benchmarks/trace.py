"""What a page cost its browser, read from a trace of Chromium: the work of the page's own thread, frame by frame.

A frame of the page ends with the task that hands a new picture to the compositor ("Commit"). What it cost is all that the page's
thread did since the last one: scripts, style, layout, paint; or since the thread last had nothing to do, for a quarter of a frame
at least: what was done before such a pause delayed no picture, since one could have been made in it, and counts as a frame of its
own. Two clocks are read: the wall's, and the thread's own processor time, which a neighbour on the machine cannot make longer.
While a page is throttled, Chromium lets the thread spin, so both include the throttling.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CATEGORIES = [
    "blink.user_timing",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
]
DROPPED = "STATE_DROPPED"
PAUSE_US = 1e6 / 60 / 4
PRESENTED = ("STATE_PRESENTED_ALL", "STATE_PRESENTED_PARTIAL")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of the page: when it was done, on the trace's clock, what it took of the page's thread in ms, whether it drew."""

    done_us: float
    wall_ms: float
    own_ms: float
    drew: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """What happened between two marks: the page's frames, when pictures came onto the screen, how many did not in time."""

    frames: list[Frame]
    presented_us: list[float]
    dropped: int

    @property
    def intervals_ms(self) -> list[float]:
        """From one presented picture to the next."""
        return [
            (after - before) / 1000
            for before, after in zip(self.presented_us, self.presented_us[1:], strict=False)
        ]


class Trace:
    """A recording of one page that set marks in it with `performance.mark`."""

    def __init__(self, recorded: bytes) -> None:
        events = [event for event in json.loads(recorded)["traceEvents"] if event["ph"] in "XIRibe"]
        self._marks = {event["name"]: event for event in events if event.get("cat") == "blink.user_timing"}
        if not self._marks:
            raise RuntimeError("the trace holds no mark of the page")
        page = next(iter(self._marks.values()))
        events.sort(key=lambda event: float(event["ts"]))
        mine = [event for event in events if event["pid"] == page["pid"]]
        self._frames = _frames([event for event in mine if event["tid"] == page["tid"]])
        self._pipeline = _pipeline(mine)

    def window(self, start: str, end: str) -> Window:
        """What lies between two marks. Raises KeyError for a mark that was not set."""
        begins, ends = (float(self._marks[name]["ts"]) for name in (start, end))
        done = [frame.done_us for frame in self._frames]
        pipeline = [one for one in self._pipeline if begins <= one[0] < ends]
        return Window(
            self._frames[bisect_left(done, begins) : bisect_right(done, ends)],
            [at for at, state in pipeline if state in PRESENTED],
            sum(state == DROPPED for _, state in pipeline),
        )

    def marks(self, beginning: str) -> list[str]:
        """The names of all marks that begin so, in order of time."""
        return [name for name in self._marks if name.startswith(beginning)]

    def after(self, mark: str) -> tuple[float, float]:
        """Milliseconds from a mark until the page handed over its next frame, and until the screen had it."""
        begins = float(self._marks[mark]["ts"])
        done = next((frame.done_us for frame in self._frames if frame.done_us >= begins), math.inf)
        shown = next((at for at, state in self._pipeline if at >= done and state in PRESENTED), math.inf)
        return (done - begins) / 1000, (shown - begins) / 1000


def _frames(events: Sequence[dict[str, Any]]) -> list[Frame]:
    """The frames of a thread, from its events in order of time."""
    commits = [float(event["ts"]) for event in events if event["name"] == "Commit"]
    frames = []
    wall = own = last = 0.0
    for task in (event for event in events if event["name"] == "RunTask" and event["ph"] == "X"):
        begins, ends = float(task["ts"]), float(task["ts"]) + float(task["dur"])
        if wall and begins - last > PAUSE_US:
            frames.append(Frame(last, wall / 1000, own / 1000, drew=False))
            wall = own = 0.0
        last = ends
        wall += float(task["dur"])
        own += float(task.get("tdur", task["dur"]))
        if bisect_left(commits, begins) < bisect_right(commits, ends):
            frames.append(Frame(ends, wall / 1000, own / 1000))
            wall = own = 0.0
    return frames


def _pipeline(events: Sequence[dict[str, Any]]) -> list[tuple[float, str]]:
    """When each frame of the compositor came to its end, and in which state, in order of time."""
    states: dict[str, str] = {}
    ended = []
    for event in events:
        if event["name"] != "PipelineReporter":
            continue
        key = str(event.get("id2", event.get("id")))
        if event["ph"] == "b":
            states[key] = event["args"].get("frame_reporter", {}).get("state", "")
        elif event["ph"] == "e" and key in states:
            ended.append((float(event["ts"]), states.pop(key)))
    return ended
