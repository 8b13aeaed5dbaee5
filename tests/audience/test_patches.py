"""Patches: what is put together again is what was taken apart; in Python and in the pages' own JavaScript."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from server.delivery.patches import apply, diff, diff_of, encoded, is_news
from server.delivery.view_stream import MOST_CHANGES, ViewStream

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = st.sampled_from(["a", "b", "seats", "0", "", "contest_ns"])
PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(0, 1) | st.text(max_size=3)
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(JSON, JSON)
def test_a_patch_makes_the_new_view_of_the_old(old: Any, new: Any) -> None:
    before = json.dumps(old)
    made = apply(diff(old, new), old)
    assert json.dumps(made, sort_keys=True) == json.dumps(new, sort_keys=True)  # True is not 1 here
    assert json.dumps(old) == before


@given(st.lists(JSON, min_size=2, max_size=6))
def test_patches_follow_on_each_other(views: list[Any]) -> None:
    shown = views[0]
    for old, new in pairwise(views):
        shown = apply(diff(old, new), shown)
    assert json.dumps(shown, sort_keys=True) == json.dumps(views[-1], sort_keys=True)


@given(JSON)
def test_what_is_equal_needs_no_patch(view: Any) -> None:
    assert diff(view, json.loads(json.dumps(view))) == {"set": [], "unset": []}


@given(st.dictionaries(KEYS, JSON, max_size=4), st.dictionaries(KEYS, JSON, max_size=4), st.booleans())
def test_parts_that_are_known_to_be_equal_are_passed_over(
    old: dict[str, Any], new: dict[str, Any], known: bool
) -> None:
    new = {**new, **({"seats": old["seats"]} if "seats" in old else {})}  # as views share what did not change
    parts = encoded(old, {}, {}) if known else {}
    made = apply(diff_of(old, parts, new, encoded(new, old, parts)), old)
    assert json.dumps(made, sort_keys=True) == json.dumps(new, sort_keys=True)


def test_only_what_is_another_object_is_encoded_again() -> None:
    old, same = {"seats": [1, 2], "n": 1}, [1, 2]
    stamped = {"seats": b"as it was", "n": b"1"}
    assert encoded({"seats": old["seats"], "n": 2}, old, stamped) == {"seats": b"as it was", "n": b"2"}
    assert encoded({"seats": same, "n": True}, old, stamped) == {"seats": b"[1,2]", "n": b"true"}


def test_a_key_that_became_none_is_not_one_that_is_gone() -> None:
    assert diff({"clock": 1}, {"clock": None}) == {"set": [[["clock"], None]], "unset": []}
    assert diff({"clock": None}, {}) == {"set": [], "unset": [["clock"]]}
    assert diff({}, {"clock": None}) == {"set": [[["clock"], None]], "unset": []}


def test_one_score_is_one_path() -> None:
    seats = [{"seat": number, "score": 100.0} for number in range(1, 6)]
    after = [{**one, "score": 90.0} if one["seat"] == 3 else one for one in seats]
    patch = diff({"seats": seats, "revision": 1}, {"seats": after, "revision": 2})
    assert patch == {"set": [[["seats", 2, "score"], 90.0], [["revision"], 2]], "unset": []}


def test_a_patch_that_does_not_fit_says_so() -> None:
    for path in (["gone", "deeper"], ["list", 7], ["text", "x"], ["list", "x"]):
        with pytest.raises(LookupError):
            apply({"set": [[path, 1]], "unset": []}, {"list": [1], "text": "t"})


def test_the_clock_alone_is_no_news() -> None:
    old = {"contest_ns": 1, "clock": {"remaining_ms": 30_000, "state": "running"}}
    assert not is_news(diff(old, {"contest_ns": 2, "clock": {"remaining_ms": 29_000, "state": "running"}}))
    assert is_news(diff(old, {"contest_ns": 2, "clock": {"remaining_ms": 29_000, "state": "held"}}))
    assert is_news(diff(old, {"contest_ns": 2}))


class Pages:
    """Two pages of one stream: what each was sent."""

    def __init__(self) -> None:
        self.rooms: dict[str, set[str]] = {}
        self.sent: dict[str, list[tuple[str, Any]]] = {"new": [], "plain": []}
        self.stream = ViewStream(self._send, "view", lambda: 77, self._enter)
        self.view: dict[str, Any] = {"epoch": "e", "revision": 0, "contest_ns": 1, "n": 0}

    def _send(self, event: str, content: Any, to: str) -> None:
        for one in self.rooms.get(to, {to} if to in self.sent else set()):
            self.sent[one].append((event, content))

    def _enter(self, connection: str, room: str) -> None:
        self.rooms.setdefault(room, set()).add(connection)

    def come(self) -> None:
        self.stream.join("new", {"patches": True}, lambda: self.view)
        self.stream.join("plain", None, lambda: self.view)

    def publish(self, **changes: Any) -> None:
        self.view = {**self.view, **changes}
        self.stream.publish(self.view)


def test_only_who_asks_for_patches_gets_them() -> None:
    pages = Pages()
    pages.come()
    first = pages.view
    pages.publish(revision=1, contest_ns=2, n=5)
    assert pages.sent["plain"] == [("snapshot", first), ("snapshot", pages.view)]
    assert pages.sent["new"][0] == ("snapshot", (first, {"serial": 0, "contest_ns": 77}))
    event, patch = pages.sent["new"][1]
    assert event == "patch" and (patch["epoch"], patch["from"], patch["to"]) == ("e", 0, 1)
    assert apply(patch, first) == pages.view


def test_who_comes_later_gets_what_the_next_patch_is_for() -> None:
    pages = Pages()
    pages.publish(revision=1)
    published = pages.view
    pages.view = {
        **pages.view,
        "contest_ns": 99,
    }  # time went on, and nothing else: the stage makes another view
    pages.come()
    shown, about = pages.sent["new"][0][1]
    assert shown == published and about == {"serial": 1, "contest_ns": 77}
    pages.publish(revision=2, n=3)
    patch = pages.sent["new"][1][1]
    assert patch["from"] == about["serial"] and apply(patch, shown) == pages.view


def test_who_came_before_any_view_gets_the_first_though_another_was_given_it_already() -> None:
    """A process that has just started: one phone before the stage's first word, another between that and its publication."""
    pages = Pages()
    pages.sent["late"] = []
    pages.stream.join("new", {"patches": True}, lambda: None)
    assert pages.sent["new"] == []
    pages.stream.join("late", {"patches": True}, lambda: pages.view)
    pages.stream.publish(pages.view)
    assert pages.sent["new"] == [("snapshot", (pages.view, {"serial": 1, "contest_ns": 77}))]
    assert pages.sent["late"][-1] == pages.sent["new"][0], "both go on from the same"
    pages.publish(revision=1)
    assert pages.sent["new"][-1] == pages.sent["late"][-1] and pages.sent["new"][-1][0] == "patch"


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["publish", "come", "go"]), JSON), max_size=12))
def test_a_page_shows_what_was_published_last_whoever_came_and_went(steps: list[tuple[str, Any]]) -> None:
    pages = Pages()
    for number, (what, value) in enumerate(steps):
        if what == "come":
            pages.sent["new"].clear()
            pages.come()
        elif what == "go":
            pages.stream.leave("new")
            pages.sent["new"].clear()
        else:
            pages.publish(revision=number, seats=value)
    if pages.sent["new"]:
        (shown, _), *patches = [content for _, content in pages.sent["new"]]
        for content in patches:
            shown = apply(content, shown) if isinstance(content, dict) else content[0]
        assert {**shown, "contest_ns": 0} == {**pages.view, "contest_ns": 0}


def test_another_contest_and_too_many_changes_come_whole() -> None:
    pages = Pages()
    pages.come()
    pages.publish(epoch="f", revision=1)
    pages.publish(revision=2, many={str(number): number for number in range(MOST_CHANGES + 1)})
    pages.publish(revision=3, many={str(number): number + 1 for number in range(MOST_CHANGES + 1)})
    assert [event for event, _ in pages.sent["new"]] == ["snapshot", "snapshot", "patch", "snapshot"]
    assert pages.sent["new"][-1][1][1]["serial"] == 3


def test_the_console_is_not_told_twice_of_the_same() -> None:
    pages = Pages()
    pages.come()
    pages.publish(revision=1)
    pages.publish(contest_ns=5)  # the rim was set to what it was
    pages.publish(revision=2)
    patches = [content for event, content in pages.sent["new"] if event == "patch"]
    assert [(patch["from"], patch["to"]) for patch in patches] == [(0, 1), (1, 2)]


def test_who_publishes_while_another_does_leaves_no_page_with_a_wrong_view() -> None:
    pages = Pages()
    pages.come()
    send, held = pages.stream._send, [{"revision": 1, "n": 7}]

    def lets_others_in(event: str, content: Any, to: str) -> None:
        send(event, content, to)
        if held:
            pages.publish(**held.pop())

    pages.stream._send = lets_others_in
    pages.publish(contest_ns=5)  # no news; while it is told there is some
    pages.publish(revision=2, other=3)
    (shown, about), *patches = [content for _, content in pages.sent["new"]]
    for patch in patches:
        if patch["from"] == about["serial"]:
            shown, about = apply(patch, shown), {"serial": patch["to"]}
    assert about["serial"] == pages.stream.serial and {**shown, "contest_ns": 0} == {
        **pages.view,
        "contest_ns": 0,
    }


def test_the_pages_put_patches_in_as_we_do(browser: Browser) -> None:
    cases: list[dict[str, Any]] = []

    @settings(max_examples=300, deadline=None, database=None)
    @given(JSON, JSON)
    def collect(old: Any, new: Any) -> None:
        cases.append({"patch": diff(old, new), "old": old, "new": new})

    collect()
    source = (ROOT / "display/shared/patch.js").read_text(encoding="utf-8")
    page = browser.new_page()
    try:
        wrong = page.evaluate(
            """async ([source, cases]) => {
              const { applied } = await import("data:text/javascript," + encodeURIComponent(source));
              const sorted = (part) =>
                part === null || typeof part !== "object" ? part
                : Array.isArray(part) ? part.map(sorted)
                : Object.fromEntries(Object.keys(part).sort().map((key) => [key, sorted(part[key])]));
              const text = (part) => JSON.stringify(sorted(part));
              return JSON.parse(cases).filter((one) => text(applied(one.patch, one.old)) !== text(one.new));
            }""",
            [source, json.dumps(cases)],
        )
    finally:
        page.close()
    assert len(cases) >= 100 and wrong == []
