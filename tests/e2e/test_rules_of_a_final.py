"""Staged rulings, help, parts of points, a second try, a tie-break, a correction, signatures; to the certificate."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from firmware.sim.harness import SimulatedBox
from tests.browser import open_page, sign_in
from tests.live import ROOT, Show, until

from .test_complete_final import Final

CONTEST = Path(__file__).parent / "rules.toml"
NAMES = {1: "欧阳慧敏", 2: "陈思远", 3: "古丽娜尔·买买提"}


@pytest.fixture
def final(tmp_path: Path, browser: Browser) -> Iterator[tuple[Final, list[str]]]:
    complaints: list[str] = []
    with (
        SimulatedBox(seed=2) as box,
        Show(tmp_path / "data", "--contest", str(CONTEST), boxes=f"serial:{box.port}") as show,
    ):
        projector = open_page(browser, "projector", complaints)
        projector.goto(f"{show.base}/projector")
        host = open_page(browser, "console", complaints)
        sign_in(host, show.base, "host", show.passphrases["host"])
        play = Final(show, box, host, [], projector)
        play.expected = dict.fromkeys(NAMES, 100.0)
        yield play, complaints
        for page in (projector, host):
            page.context.close()


def test_a_final_by_other_rules_than_the_default(final: tuple[Final, list[str]], tmp_path: Path) -> None:
    play, complaints = final
    until(lambda: play.show.get("/healthz")["boxes"][0]["state"] == "up", "the box is up")
    play.next("lineup")
    play.next("show_cue")
    assert "领导致辞" in play.seen('[data-scene="cue"]')
    compulsory(play)
    buzz_in(play)
    tie_break(play)
    correction(play)
    result(play)
    certificate(play, tmp_path / "data" / "contest.db")
    assert complaints == []


KEYS = {"right": "r", "wrong": "w", "partial": "e", "use_help": "h"}


def key(play: Final, action: str) -> None:
    """The key of a button, once the console takes it: it lets no press through while the last is on its way."""
    expect(play.host.locator(f'[data-action="{action}"][aria-disabled="false"]')).to_be_visible()
    play.host.keyboard.press(KEYS[action])


def staged(play: Final, seat: int, result: str, change: float) -> None:
    """A ruling by its key: the hall sees nothing of it until the host reveals it."""
    key(play, result)
    revealed(play, seat, change)


def revealed(play: Final, seat: int, change: float) -> None:
    expect(play.host.locator('[data-role="staged"]').first).to_be_visible()
    assert play.projector.locator('[data-role="ruling"]').count() == 0, "no ruling before its reveal"
    play.score_is(seat)
    play.next("reveal_ruling")
    play.scored(seat, change)


def compulsory(play: Final) -> None:
    play.next("start_round")
    for seat in NAMES:
        play.next("call_turn")
        play.next("present")
        play.next("start_clock")
        if seat == 2:  # a team-mate helps, and the answer is worth a part
            key(play, "use_help")
            play.scored(2, -5)
            key(play, "partial")
            expect(play.host.locator('[data-field="points_cp"] input')).to_be_focused()
            play.host.keyboard.type("5")
            play.host.keyboard.press("Enter")
            revealed(play, 2, 5)
        else:
            staged(play, seat, "right" if seat == 1 else "wrong", 10 if seat == 1 else 0)
        play.next("reveal_answer")
    play.next("scoreboard")


def buzz_in(play: Final) -> None:
    play.next("start_round")
    play.next("present")
    counted_open(play)
    play.box.press({1: 0}, bounce=True)
    assert NAMES[2] in first(play)
    staged(play, 2, "wrong", -10)
    assert "2" in play.seen('[data-role="attempts"]'), "the hall sees who has tried"
    counted_open(play)
    play.box.press({1: 0, 2: 4000}, bounce=True)
    assert NAMES[3] in first(play), "who answered wrong does not win again, however early the press"
    staged(play, 3, "right", 10)
    play.next("reveal_answer")
    play.next("scoreboard")


def counted_open(play: Final) -> None:
    play.next("arm")
    expect(play.projector.locator('[data-buzz-phase="armed"]').first).to_be_visible()
    play.next("open")
    expect(play.projector.locator('[data-role="count"]').first).to_be_visible()
    expect(play.projector.locator('[data-buzz-phase="open"]').first).to_be_visible()
    expect(play.projector.locator('[data-role="count"]')).to_have_count(0)


def first(play: Final) -> str:
    expect(play.projector.locator('[data-buzz-phase="locked"]').first).to_be_visible()
    return play.seen('[data-role="first-name"]')


def tie_break(play: Final) -> None:
    """Seats 1 and 3 share the first place."""
    play.next("start_tie_break")
    title = play.seen(".scene")
    assert NAMES[1] in title and NAMES[3] in title and NAMES[2] not in title
    play.next("present")
    play.next("arm")
    expect(play.projector.locator('[data-buzz-phase="armed"]').first).to_be_visible()
    play.next("open")
    expect(play.projector.locator('[data-buzz-phase="open"]').first).to_be_visible()
    play.box.press({0: 3000, 1: 0, 2: 6000}, bounce=True)
    assert NAMES[1] in first(play), "seat 2 is not among the tied"
    staged(play, 1, "right", 0)
    play.next("reveal_answer")
    play.next("scoreboard")


def correction(play: Final) -> None:
    play.host.keyboard.press("k")
    play.host.locator('[data-role="panel"] [data-offer="set_score"]').click()
    play.host.locator('[data-field="seat"] [data-choice="2"]').click()
    play.host.locator('[data-field="score_cp"] input').fill("92.5")
    play.host.locator('[data-field="reason"] input').fill("第 2 题计分有误")
    play.host.keyboard.press("Enter")
    shown = play.seen('[data-role="correction"]')
    assert "比分更正" in shown and "第 2 题计分有误" in shown
    play.expected[2] = 92.5


def result(play: Final) -> None:
    play.next("final")
    for place, seat in ((3, 2), (2, 3), (1, 1)):
        play.next("reveal_place")
        assert NAMES[seat] in play.seen(f'[data-role="final-place"][data-place="{place}"]')
    play.next("standings")
    for offer, name in (("certify_host", "李静"), ("certify_chief", "周敏")):
        play.next(offer)
        expect(play.host.locator('[data-field="name"] input')).to_be_focused()
        play.host.locator('[data-field="name"] input').fill(name)
        play.host.keyboard.press("Enter")
        expect(play.host.locator('[data-role="form"]')).to_have_count(0)
    until(lambda: len(play.show.get("/api/v1/views/projector")["certified"]) == 2, "both signatures")
    play.host.keyboard.press("u")  # nothing is left to undo
    assert play.show.get("/api/v1/views/projector")["scene"]["name"] == "final"


def certificate(play: Final, log: Path) -> None:
    """The product's own commands say what the hall saw."""
    made = log.parent / "certificate.json"
    call = [sys.executable, "-m", "server.cli"]
    subprocess.run(
        [*call, "export", str(log), "--format", "json", "-o", str(made)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    found = json.loads(made.read_text(encoding="utf-8-sig"))
    assert {row["seat"]: row["score"] for row in found["places"]} == play.expected
    assert {row["seat"]: row["place"] for row in found["places"]} == {1: 1, 3: 2, 2: 3}
    checked = subprocess.run(
        [*call, "verify", str(log), "--certificate", str(made)], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
