"""Sounds as a page plays them: at their instant, once, none while muted; a browser that wants a click first is reported."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import CHROMIUM, OPTIONS, open_page
from tests.display.pages import HERE, ORIGIN, load, open_role
from tests.display.test_sounds import FOUL, RULING, changed, fixture, in_phase, scored

# What is started and stopped of the audio clock, written down where the browser does it.
RECORD = """
  window.started = [];
  const { start, stop } = AudioBufferSourceNode.prototype;
  const { connect } = AudioNode.prototype;
  let volume = null; // of the one gain that leads out
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) volume = this.gain;
    return connect.call(this, to, ...rest);
  };
  AudioBufferSourceNode.prototype.start = function (when) {
    const now = this.context.currentTime;
    const { contextTime, performanceTime } = this.context.getOutputTimestamp();
    const { length, sampleRate: rate } = this.buffer;
    const out = performanceTime - contextTime * 1000; // the audio clock on the page's clock, as it is heard
    this.entry = { length, rate, at: Math.max(when, now), now, out, ends: null, gain: volume.value };
    window.started.push(this.entry);
    window.audioNow = () => this.context.currentTime;
    return start.call(this, when);
  };
  AudioBufferSourceNode.prototype.stop = function (when) {
    this.entry.ends = when;
    return stop.call(this, when);
  };
"""
SECONDS = """async () => {
  const { SOUNDS } = await import("/display/shared/synth.js");
  return Object.fromEntries(Object.entries(SOUNDS).map(([name, sound]) => [name, sound.seconds]));
}"""


@pytest.fixture(scope="module")
def free(browser: Browser) -> Iterator[Browser]:
    """A browser that lets pages sound, as the projector's is started."""
    options = [*OPTIONS, "--autoplay-policy=no-user-gesture-required"]
    running = browser.browser_type.launch(executable_path=CHROMIUM, args=options)
    yield running
    running.close()


def sounding(page: Page) -> Page:
    """With its sounds computed: the last one is heard when it is asked for."""
    page.evaluate("() => { window.timeRuns = true; window.started.length = 0; }")
    page.wait_for_function(
        """() => {
          window.hear("do", { do: "identify" });
          document.querySelector(".flash-board")?.remove();
          return window.started.length > 0;
        }""",
        polling=50,
    )
    page.wait_for_function("() => window.states.at(-1).sound === 'on'")
    return page


class Stage:
    """A sounding projector page that has just been shown a question of a contest nobody has seen before."""

    contests = 0

    def __init__(self, page: Page) -> None:
        Stage.contests += 1
        self.page = page
        self.epoch = f"contest-{Stage.contests}"
        page.evaluate("() => window.lose()")
        self.put(in_phase("idle"))
        self.forget()

    def put(self, *views: dict[str, Any], then: str = "") -> None:
        """Show the views one after the other, and do `then`, without a pause between them."""
        script = f"views => {{ for (const view of views) window.show(view); {then} }}"
        self.page.evaluate(script, [view | {"epoch": self.epoch} for view in views])

    def hear(self, settings: str) -> None:
        self.page.evaluate(f"() => window.hear('display', {settings})")

    def forget(self) -> None:
        self.page.evaluate("() => { window.started.length = 0; }")

    def started(self) -> list[tuple[str, dict[str, float]]]:
        seconds: dict[str, float] = self.page.evaluate(SECONDS)
        entries: list[dict[str, float]] = self.page.evaluate("() => window.started")
        names = {round(length, 3): name for name, length in seconds.items()}
        return [(names[round(entry["length"] / entry["rate"], 3)], entry) for entry in entries]

    def heard(self) -> list[str]:
        """What was started and was not taken back before its instant."""
        return [
            name for name, entry in self.started() if entry["ends"] is None or entry["ends"] > entry["at"]
        ]

    def left(self) -> list[str]:
        """What still sounds, or is to sound, and nobody has stopped."""
        now = self.page.evaluate("() => window.audioNow()")
        return [
            name
            for name, entry in self.started()
            if entry["ends"] is None and entry["at"] + entry["length"] / entry["rate"] > now
        ]


@pytest.fixture(scope="module")
def projector(free: Browser, complaints: list[str]) -> Page:
    page = open_page(free, "projector", complaints)
    page.add_init_script(RECORD)
    open_role(page, "projector")
    page.evaluate("view => window.show(view)", in_phase("idle"))
    return sounding(page)


@pytest.fixture
def stage(projector: Page) -> Stage:
    return Stage(projector)


def begun(view: dict[str, Any], left_ms: int, total_ms: int = 30_000) -> dict[str, Any]:
    """With an answer's clock that has so much left."""
    after = copy.deepcopy(view)
    deadline_ns = after["contest_ns"] + left_ms * 1_000_000
    after["clock"] = {
        "purpose": "answer",
        "state": "running",
        "deadline_ns": deadline_ns,
        "remaining_ms": left_ms,
        "total_ms": total_ms,
    }
    return after


def held(view: dict[str, Any]) -> dict[str, Any]:
    after = copy.deepcopy(view)
    after["clock"] |= {"state": "held", "deadline_ns": None}
    return after


START_NS = in_phase("idle")["contest_ns"]
LOCKED, OPENS = in_phase("locked"), {"open_at_ns": START_NS + 600_000_000}
RULED = scored(changed(LOCKED, ruling=RULING, phase="ruled"), 2, 10, "ruling")
MUTED = "{ name: 'x', settings: {}, muted: true }"
HEARD_AGAIN = "{ name: 'x', settings: {}, muted: false }"


def test_boxes_open_at_the_instant_of_the_audio_clock(stage: Stage) -> None:
    stage.put(in_phase("open", **OPENS), then=f"window.due = window.instant({OPENS['open_at_ns']})")
    (name, entry) = stage.started()[0]
    assert name == "open"
    assert entry["at"] > entry["now"] + 0.2, "planned ahead, not started by a timer"
    leaves_ms = entry["at"] * 1000 + entry["out"]
    late_ms = leaves_ms - stage.page.evaluate("() => window.due")
    assert -5 < late_ms < 5, f"{late_ms} ms from the instant at which the picture changes"


def test_a_press_is_heard_at_once_and_takes_the_place_of_what_was_to_come(stage: Stage) -> None:
    stage.put(in_phase("armed"), in_phase("open", **OPENS), in_phase("locked", **OPENS))
    assert stage.heard() == ["armed", "first"]
    (_, first) = stage.started()[-1]
    assert first["at"] == first["now"]


def test_the_last_seconds_tick_and_time_runs_out_once(stage: Stage) -> None:
    view = begun(LOCKED, 1_400)
    stage.put(view)
    stage.page.wait_for_function("() => window.started.length === 2")
    stage.page.wait_for_timeout(1_400)
    over = held(view) | {"contest_ns": view["clock"]["deadline_ns"] + 20_000_000}
    over["clock"]["state"] = "expired"
    stage.put(over, changed(over))
    assert stage.heard() == ["tick", "timeout"]
    (_, tick), (_, timeout) = stage.started()
    assert abs(timeout["at"] - tick["at"] - 1) < 0.02


def test_a_clock_that_is_held_is_silent(stage: Stage) -> None:
    stage.put(begun(LOCKED, 1_700), held(begun(LOCKED, 1_700)))
    assert [name for name, _ in stage.started()] == ["tick"] and stage.heard() == []


def test_a_burst_of_changes_is_not_heard_as_a_burst(stage: Stage) -> None:
    stage.put(LOCKED, *[RULED, LOCKED] * 20)
    at = [entry["at"] for name, entry in stage.started() if name == "right"]
    assert at and all(after - before > 0.25 for before, after in pairwise(at))


def test_one_group_never_sounds_twice_at_a_time(stage: Stage) -> None:
    stage.put(in_phase("armed"), in_phase("armed", fouls=[FOUL]), LOCKED, RULED)
    entries = dict(stage.started())
    for before, after in (("armed", "first"), ("foul", "right")):
        assert entries[after]["ends"] is None
        over = (
            entries[before]["ends"]
            or entries[before]["at"] + entries[before]["length"] / entries[before]["rate"]
        )
        assert over <= entries[after]["at"] + 0.02, f"{before} makes room for {after}"


def test_mute_stops_what_sounds_and_what_is_to_come(stage: Stage) -> None:
    stage.put(in_phase("armed"), LOCKED, begun(LOCKED, 1_700), then=f"window.hear('display', {MUTED})")
    assert [name for name, _ in stage.started()] == ["armed", "first", "tick"]
    assert stage.left() == []
    stage.forget()
    stage.put(in_phase("armed"), LOCKED)
    assert stage.started() == []
    stage.hear(HEARD_AGAIN)
    assert stage.started() == [], "nothing is made up for"
    stage.put(RULED)
    assert stage.heard() == ["right", "gain"]


def test_the_register_switches_sound_off_and_on_and_sets_its_volume(stage: Stage) -> None:
    page = stage.page
    stage.hear("{ name: 'x', settings: { sound: false }, muted: false }")
    assert page.evaluate("() => window.states.at(-1).sound") == "off"
    stage.put(in_phase("armed"), LOCKED)
    assert stage.started() == []
    stage.hear("{ name: 'x', settings: { sound: true, volume: 50 }, muted: false }")
    page.wait_for_function("() => window.states.at(-1).sound === 'on'")
    stage.put(RULED)
    assert stage.heard() == ["right", "gain"]
    assert stage.started()[0][1]["gain"] == 0.25, "half way on the scale is a quarter of the strength"
    stage.hear(HEARD_AGAIN)


def test_what_is_old_news_is_not_heard_after_a_lost_line(stage: Stage) -> None:
    stage.put(in_phase("open"), then="window.lose()")
    stage.put(LOCKED)
    assert stage.heard() == []


def test_a_reload_is_silent(stage: Stage) -> None:
    page = stage.page
    page.reload()
    page.wait_for_function("() => window.show !== undefined")
    stage.put(LOCKED)
    sounding(page)
    assert set(stage.heard()) == {"check"}


def test_nothing_is_heard_of_a_stage_that_nobody_can_see_any_more(stage: Stage) -> None:
    stage.put(begun(LOCKED, 1_700), then="window.lose()")
    assert [name for name, _ in stage.started()] == ["tick"] and stage.heard() == []


def test_another_contest_is_silent_and_takes_the_sounds_of_the_last_one_away(stage: Stage) -> None:
    stage.put(fixture("final-4"), fixture("final-5"))
    assert stage.left() == ["champion"]
    stage.page.evaluate("view => window.show(view)", fixture("final-5") | {"epoch": "quite another"})
    assert stage.heard() == ["champion"] and stage.left() == []


def test_a_blackout_is_silent_at_once(stage: Stage) -> None:
    final = [fixture(f"final-{count}") for count in (4, 5)]
    stage.put(*final, final[1] | {"blackout": True})
    assert stage.heard() == ["champion"] and stage.left() == []


def test_identify_is_the_sound_check(stage: Stage) -> None:
    stage.page.evaluate("() => window.hear('do', { do: 'identify' })")
    assert stage.heard() == ["check"]


@pytest.mark.parametrize(
    ("role", "query", "state"),
    [
        ("stage", "", "off"),
        ("stage", "?sound=on", "on"),
        ("desk", "", "off"),
        ("judge", "", "off"),
        ("audience", "?sound=on", "none"),
        ("projector", "?sound=off", "off"),
        ("projector", "?test=1", "on"),
        ("projector", "?overlay=1", "off"),
        ("projector", "?preview=1", None),
    ],
)
def test_only_the_projector_sounds_by_itself(
    projector: Page, role: str, query: str, state: str | None
) -> None:
    projector.goto(f"{ORIGIN}/{role}{query}")
    projector.wait_for_function("() => window.show !== undefined")
    view = load(HERE / "fixtures" / "judge" / "waiting.json") if role == "judge" else fixture("opening")
    projector.evaluate("view => window.show(view)", view)
    if state is None:
        projector.wait_for_timeout(200)
        assert projector.evaluate("() => window.states") == []
    else:
        projector.wait_for_function("state => window.states.at(-1)?.sound === state", arg=state)


def told(page: Page, expression: str) -> Any:
    """Read from a page without what Playwright's own reading brings: the browser takes that for somebody's click."""
    reader = page.context.new_cdp_session(page)
    answer = reader.send(
        "Runtime.evaluate", {"expression": expression, "returnByValue": True, "userGesture": False}
    )
    reader.detach()
    return answer["result"].get("value")


@pytest.mark.parametrize("way", ["key", "click"])
def test_a_browser_that_wants_a_click_first_is_reported_until_it_gets_one(
    browser: Browser, complaints: list[str], way: str
) -> None:
    page = open_page(browser, "projector", complaints)
    page.add_init_script(RECORD)
    page.wait_for_function = lambda *_: None  # type: ignore[assignment,method-assign]  # it would be a click
    open_role(page, "projector")
    state = "window.states?.at(-1)?.sound"
    wait(page, f"{state} === 'blocked'")
    if way == "key":
        page.keyboard.press("a")
    else:
        page.mouse.click(400, 300)
    wait(page, f"{state} === 'on'")
    assert complaints == [], "not even a warning on the console"
    page.context.close()


def wait(page: Page, expression: str) -> None:
    for _ in range(100):
        if told(page, expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression}: {told(page, 'JSON.stringify(window.states)')}")


def test_nothing_complained(complaints: list[str]) -> None:
    assert complaints == []
