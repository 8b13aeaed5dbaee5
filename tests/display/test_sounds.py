"""The sounds themselves, by their samples and spectra, and which of them two views of the stage ask for."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.display.pages import HERE, load, open_role

MEASURE = """async () => {
  const { render, SOUNDS } = await import("/display/shared/synth.js");
  const rate = 48000;
  const rows = {};
  for (const [name, { seconds, group, peak }] of Object.entries(SOUNDS)) {
    const context = new OfflineAudioContext(1, Math.round((seconds + 0.1) * rate), rate);
    const samples = render(name, rate);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: rate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(0);
    const heard = (await context.startRendering()).getChannelData(0);
    const energy = (from, to) => heard.slice(from * rate, to * rate).reduce((sum, x) => sum + x * x, 0);
    const level = (from, to) => Math.sqrt(energy(from, to) / ((to - from) * rate));
    const largest = heard.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    let crossings = 0;
    for (let i = 1; i < samples.length / 2; i += 1) crossings += heard[i - 1] < 0 !== heard[i] < 0;
    const reaches = (part) => heard.findIndex((x) => Math.abs(x) >= part * largest) / rate;
    rows[name] = {
      seconds, group, peak, largest, length: samples.length,
      mean: heard.reduce((sum, x) => sum + x, 0) / heard.length,
      first: level(0, 0.08), tail: level(seconds - 0.01, seconds), after: level(seconds, seconds + 0.1),
      attack: reaches(0.7) - reaches(0.05), hz: crossings / (samples.length / 2 / rate) / 2,
    };
  }
  return rows;
}"""
NAMES = [
    *("armed", "count", "open", "first", "close", "right", "wrong", "foul", "tick", "timeout"),
    *("gain", "loss", "reveal", "champion", "check"),
]


@pytest.fixture(scope="module")
def page(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "projector", complaints), "projector")


@pytest.fixture(scope="module")
def sounds(page: Page) -> dict[str, Any]:
    measured: dict[str, Any] = page.evaluate(MEASURE)
    return measured


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_is_heard_from_its_first_instant_does_not_clip_and_ends_when_it_says(
    sounds: dict[str, Any], name: str
) -> None:
    sound = sounds[name]
    assert abs(sound["largest"] - sound["peak"]) < 1e-3 and sound["peak"] <= 0.8, "headroom"
    assert abs(sound["mean"]) < 1e-4, "no direct current"
    quiet = 0.004 if sound["group"] == "score" else 0.02
    assert sound["first"] > quiet, "audible within 80 ms"
    assert sound["tail"] < sound["peak"] / 300, "it has died away, it is not cut off"
    assert sound["after"] == 0
    assert 0.05 <= sound["seconds"] <= 4


def test_there_is_no_sound_that_nobody_listened_to(sounds: dict[str, Any]) -> None:
    assert sorted(sounds) == sorted(NAMES)
    assert len({sound["length"] for sound in sounds.values()}) == len(NAMES), (
        "test_sound.py tells them apart by it"
    )


def test_sounds_are_told_apart_by_what_they_mean(sounds: dict[str, Any]) -> None:
    assert sounds["first"]["attack"] < 0.005 and sounds["open"]["attack"] < 0.01, "sharp"
    assert sounds["first"]["seconds"] <= 0.25, "dry: nothing rings into the words that follow"
    assert sounds["armed"]["largest"] < sounds["open"]["largest"], "a held breath, and then"
    assert sounds["wrong"]["hz"] < sounds["right"]["hz"] / 2, "no is lower than yes"
    assert sounds["wrong"]["largest"] < sounds["right"]["largest"], "and never louder"
    assert max(sounds[name]["largest"] for name in ("gain", "loss")) < 0.1, "under everything else"
    assert sounds["champion"]["largest"] > sounds["reveal"]["largest"]
    assert sounds["champion"]["seconds"] > 2 * sounds["reveal"]["seconds"]


def test_whatever_falls_together_does_not_clip(sounds: dict[str, Any]) -> None:
    most: dict[str, float] = {}
    for sound in sounds.values():
        most[sound["group"]] = max(most.get(sound["group"], 0), sound["peak"])
    assert sum(peak for group, peak in most.items() if group != "reveal") < 1
    assert most["reveal"] + most["score"] < 1, "a place silences all but what begins with it"


def fixture(name: str) -> dict[str, Any]:
    return load(HERE / "fixtures" / "projector" / f"{name}.json")


def heard(page: Page, before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """What is heard at once when `after` takes the place of `before`."""
    cues = both(page, before, after)
    return [cue["name"] for cue in cues if cue["atNs"] is None]


def both(page: Page, before: dict[str, Any] | None, after: dict[str, Any]) -> list[dict[str, Any]]:
    script = (
        """async ([before, after]) => (await import("/display/shared/sounds.js")).soundsFor(before, after)"""
    )
    cues: list[dict[str, Any]] = page.evaluate(script, [before, after])
    return cues


def changed(view: dict[str, Any], **scene: Any) -> dict[str, Any]:
    """The view one event later, its scene changed."""
    after = copy.deepcopy(view)
    after["revision"] += 1
    after["scene"].update(scene)
    return after


def in_phase(phase: str, **buzz: Any) -> dict[str, Any]:
    view = fixture("buzz-locked")
    view["clock"] = None
    view["scene"] |= {"ruling": None, "attempts": [], "answer": None, "phase": "shown"}
    view["scene"]["buzz"] |= {"phase": phase, "fouls": [], **buzz}
    if phase != "locked":
        view["scene"]["buzz"] |= {"first": None, "order": []}
    view["correction"] = None
    for seat in view["seats"]:
        seat["delta"] = None
    return view


def scored(view: dict[str, Any], seat: int, points: int, cause: str) -> dict[str, Any]:
    after = copy.deepcopy(view)
    for one in after["seats"]:
        if one["seat"] == seat:
            one["score"] += points
            one["delta"] = {"points": points, "cause": cause}
    return after


RULING = {"seat": 2, "result": "right", "points": 10}
FOUL = {"seat": 3, "points": -10, "early_us": 120000, "then": "again"}


def test_the_moments_of_a_buzz_in_question(page: Page) -> None:
    idle, armed, opened = in_phase("idle"), in_phase("armed"), in_phase("open")
    locked, close = in_phase("locked"), in_phase("too_close")
    assert heard(page, idle, armed) == ["armed"]
    assert heard(page, armed, opened) == [], "the boxes open at their instant, not with the message"
    assert heard(page, opened, locked) == heard(page, armed, locked) == ["first"]
    assert heard(page, opened, close) == ["close"]
    assert heard(page, close, locked) == ["first"], "the lot has decided"
    foul = scored(in_phase("armed", fouls=[FOUL]), 3, -10, "foul")
    assert heard(page, armed, foul) == ["foul", "loss"]
    right = scored(changed(locked, ruling=RULING, phase="ruled"), 2, 10, "ruling")
    assert heard(page, locked, right) == ["right", "gain"]
    wrong = changed(locked, ruling=RULING | {"result": "wrong"}, phase="ruled")
    assert heard(page, locked, wrong) == ["wrong"]


def test_boxes_open_and_clocks_run_out_at_instants_that_are_known_ahead(page: Page) -> None:
    view = in_phase("open", open_at_ns=5_000_000_000)
    view["clock"] = {
        "purpose": "open",
        "state": "running",
        "deadline_ns": 25_000_000_000,
        "remaining_ms": 20_000,
        "total_ms": 20_000,
    }
    cues = [(cue["name"], cue["atNs"] / 1e9) for cue in both(page, None, view)]
    assert ("open", 5.0) in cues and ("count", 4.0) in cues and ("count", 2.0) in cues
    ticks = [("tick", second) for second in (20.0, 21.0, 22.0, 23.0, 24.0)]
    assert cues[-6:] == [*ticks, ("timeout", 25.0)]
    short = copy.deepcopy(view)
    short["clock"] |= {"total_ms": 5_000, "deadline_ns": 10_000_000_000}
    assert [cue["atNs"] / 1e9 for cue in both(page, None, short) if cue["name"] == "tick"] == [8.0, 9.0]
    held = copy.deepcopy(view)
    held["clock"] |= {"state": "held", "deadline_ns": None}
    assert [cue["name"] for cue in both(page, view, held) if cue["name"] in ("tick", "timeout")] == []


def test_a_clock_that_ran_out_sounds_even_if_the_message_is_first(page: Page) -> None:
    view = in_phase("open", open_at_ns=5_000_000_000)
    clock = {"purpose": "open", "deadline_ns": 25_000_000_000, "remaining_ms": 10, "total_ms": 20_000}
    view["clock"] = {**clock, "state": "running"}
    over = copy.deepcopy(view)
    over |= {"clock": {**clock, "state": "expired", "deadline_ns": None}, "contest_ns": 25_000_000_000}
    assert {"name": "timeout", "atNs": 25_000_000_000} in both(page, view, over)
    nobody = in_phase("nobody") | {"contest_ns": 25_000_000_000}
    assert {"name": "timeout", "atNs": 25_000_000_000} in both(page, view, nobody)
    closed = in_phase("nobody") | {"contest_ns": 15_000_000_000}
    assert both(page, view, closed) == [], "the host closed the boxes: no time has run out"


def test_old_news_and_undone_steps_are_not_heard(page: Page) -> None:
    locked = in_phase("locked")
    ruled = scored(changed(locked, ruling=RULING, phase="ruled"), 2, 10, "ruling")
    assert heard(page, None, ruled) == heard(page, None, locked) == [], "after a reload"
    assert heard(page, ruled, locked) == [], "undone"
    assert heard(page, locked, in_phase("open")) == heard(page, in_phase("armed"), in_phase("idle")) == []
    assert heard(page, ruled, ruled) == [], "the same picture again"
    following = changed(in_phase("idle"))
    following["turn"]["position"] += 1
    assert heard(page, following, ruled) == [], "back to the question before"
    attempt = changed(in_phase("idle"), attempts=[RULING])
    assert heard(page, ruled, attempt) == heard(page, attempt, ruled) == [], "it moves among the attempts"
    other = copy.deepcopy(ruled) | {"epoch": "another"}
    assert heard(page, locked, other) == [], "another contest"
    assert heard(page, ruled | {"blackout": True}, ruled) == [], "what happened in the dark"


def test_nothing_is_heard_of_what_the_hall_does_not_see(page: Page) -> None:
    opened = in_phase("open", open_at_ns=5_000_000_000)
    for hidden in ({"blackout": True}, {"cover": "hold"}):
        assert both(page, in_phase("armed"), opened | hidden) == []


def test_marks_places_and_corrections(page: Page) -> None:
    final = [fixture(f"final-{count}") for count in (3, 4, 5)]
    assert heard(page, final[0], final[1]) == ["reveal"]
    assert heard(page, final[1], final[2]) == ["champion"]
    assert heard(page, final[2], final[1]) == [], "undone"
    assert heard(page, fixture("scoreboard"), final[0]) == [], "a step back from what came after"
    assert heard(page, final[2], fixture("final-complete")) == []
    marks = fixture("marks")
    before = fixture("scenario-marking") | {"round": marks["round"], "turn": marks["turn"]}
    assert heard(page, before, marks)[0] == "reveal"
    corrected = scored(fixture("scoreboard"), 1, 10, "correction")
    corrected["correction"] = {"what": "ruling", "reason": "", "by": "", "changes": []}
    assert heard(page, fixture("scoreboard"), corrected) == ["gain"]


def test_every_kept_picture_follows_every_other_without_a_mistake(page: Page) -> None:
    views = [load(path) for path in sorted((HERE / "fixtures" / "projector").glob("*.json"))]
    names: list[str] = page.evaluate(
        """async (views) => {
          const { soundsFor } = await import("/display/shared/sounds.js");
          const found = new Set();
          for (const before of views) for (const after of views) for (const { name } of soundsFor(before, after)) found.add(name);
          return [...found];
        }""",
        views,
    )
    assert set(names) <= set(NAMES)


def test_nothing_complained(page: Page, complaints: list[str]) -> None:
    assert complaints == []
