"""A complete final in Chromium, by the keyboard alone: a host, two judges, every page watching, presses from the firmware."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from firmware.sim.harness import SimulatedBox
from tests.browser import open_page, sign_in
from tests.live import ROOT, Show, until

CONTEST = Path(__file__).parent / "final.toml"
NAMES = {1: "欧阳慧敏", 2: "陈思远", 3: "林晓雯", 4: "古丽娜尔·买买提", 5: "赵一鸣"}
KEY_CAPS = {"空格": "Space", "回车": "Enter"}  # what is printed → the key
# Pages that only watch; each may complain of nothing and ask nothing of another machine.
WATCHING = {
    "projector": "projector",
    "stage": "stage",
    "audience": "audience",
    "overlay": "projector?overlay=1",
    "desk": "desk?seat=2",
}
SIZES = {"stage": "console", "audience": "phone", "desk": "tablet"}
MARKS = {1: (4, 3), 2: (2, 2), 3: (3, 4), 4: (1, 2), 5: (4, 4)}  # steps up from full: see `mark`


class Final:
    """The people of the final and what they look at."""

    def __init__(
        self, show: Show, box: SimulatedBox, host: Page, judges: list[Page], projector: Page
    ) -> None:
        self.show = show
        self.box = box
        self.host = host
        self.judges = judges
        self.projector = projector
        self.last = ""
        self.expected = dict.fromkeys(NAMES, 100.0)  # the test's own book-keeping

    def action(self, name: str) -> None:
        """The host does what is offered under that name: by the key that is printed on its button."""
        button = self.host.locator(
            f'[data-action="{name}"][aria-disabled="false"], [data-tool="{name}"]:not([disabled])'
        ).first
        cap = button.locator("kbd").inner_text()
        self.last = name
        self.host.keyboard.press(KEY_CAPS.get(cap, cap.lower()))

    def next(self, name: str) -> None:
        """The one next action must be this one; the host takes it by the space bar."""
        button = self.host.locator(f'[data-role="next-action"][data-action="{name}"]')
        sound = self.host.locator('[data-role="next-action"][data-action="play_media"]')
        expect(button.or_(sound)).to_be_enabled()
        if name != "play_media" and sound.is_visible():
            # The draw has brought a question with a recording: it is played first.
            self.next("play_media")
            expect(button).to_be_enabled()
        if name == self.last:
            # The console takes the same action twice within 0.4 s for one press that bounced.
            self.host.wait_for_timeout(500)
        self.last = name
        self.host.keyboard.press("Space")

    def seen(self, selector: str) -> str:
        """What the hall reads at that place of the projector."""
        place = self.projector.locator(selector).first
        expect(place).to_be_visible()
        return place.inner_text()

    def reads(self, selector: str, text: str) -> None:
        """The hall comes to read that there: what stood there before may stand for a moment yet."""
        expect(self.projector.locator(selector).first).to_contain_text(text)

    def scene(self, name: str) -> None:
        expect(self.projector.locator(f'[data-scene="{name}"]').first).to_be_visible()

    def scored(self, seat: int, change: float) -> None:
        """The hall sees the new score at its seat."""
        self.expected[seat] = round(self.expected[seat] + change, 2)
        self.score_is(seat)

    def score_is(self, seat: int) -> None:
        value = self.expected[seat]
        text = f"{value:.0f}" if value == int(value) else f"{value:.2f}"
        score = self.projector.locator(f'.seat[data-seat="{seat}"] .seat-score').first
        expect(score).to_have_text(re.compile(rf"^\s*{re.escape(text.replace('-', '−'))}\s*$"))

    def ruled(self, seat: int, result: str, change: float) -> None:
        self.action(result)
        expect(self.projector.locator('[data-role="ruling"]').first).to_be_visible()
        self.scored(seat, change)

    def opened(self) -> None:
        """Arm and open; returns when the hall sees 开放抢答."""
        self.next("arm")
        expect(self.projector.locator('[data-buzz-phase="armed"]').first).to_be_visible()
        self.next("open")
        expect(self.projector.locator('[data-buzz-phase="open"]').first).to_be_visible()

    def first_is(self, seat: int) -> None:
        expect(self.projector.locator('[data-buzz-phase="locked"]').first).to_be_visible()
        self.reads('[data-role="first-name"]', NAMES[seat])


@pytest.fixture
def final(tmp_path: Path, browser: Browser) -> Iterator[tuple[Final, list[str]]]:
    complaints: list[str] = []
    with (
        SimulatedBox(seed=1) as box,
        Show(tmp_path / "data", "--contest", str(CONTEST), boxes=f"serial:{box.port}") as show,
    ):

        def page_of(size: str) -> Page:
            page = open_page(browser, size, complaints)
            page.on(
                "request",
                lambda request: (
                    None
                    if request.url.startswith((show.base, "data:", "blob:"))
                    else complaints.append(f"left the machine: {request.url}")
                ),
            )
            return page

        watching = {name: page_of(SIZES.get(name, "projector")) for name in WATCHING}
        for name, page in watching.items():
            page.goto(f"{show.base}/{WATCHING[name]}")
        host = page_of("console")
        sign_in(host, show.base, "host", show.passphrases["host"])
        judges = []
        for number in (1, 2):
            judge = page_of("tablet")
            judges.append(sign_in(judge, show.base, "judge", show.passphrases[f"judge-{number}"], number))
        yield Final(show, box, host, judges, watching["projector"]), complaints
        for page in (host, *judges, *watching.values()):
            page.context.close()


def test_a_complete_final_from_sign_in_to_standings(final: tuple[Final, list[str]], tmp_path: Path) -> None:
    play, complaints = final
    until(lambda: play.show.get("/healthz")["boxes"][0]["state"] == "up", "the box is up")
    play.scene("opening")
    play.next("lineup")
    play.scene("lineup")
    assert all(name in play.seen("body") for name in NAMES.values())
    compulsory(play)
    scenario(play)
    buzz_in(play)
    risk(play)
    places(play)
    proof(play, tmp_path)
    # The killed server is the one thing a page may complain of: its socket was cut, and what it fetched just then did not come.
    cut = re.compile(
        r"WebSocket|net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)"
    )
    assert [line for line in complaints if not cut.search(line)] == []


def compulsory(play: Final) -> None:
    play.next("start_round")
    play.scene("round_title")
    for seat in NAMES:
        play.next("call_turn")
        play.reads('[data-scene="turn_call"]', NAMES[seat])
        play.next("present")
        assert len(play.seen('[data-role="question"]')) > 5
        secret = play.host.locator('[data-role="answer"]').inner_text()
        assert secret
        assert play.projector.locator('[data-role="answer"]').count() == 0, "no answer before its reveal"
        play.next("start_clock")
        assert 0 < int(re.sub(r"\D", "", play.seen('[data-role="clock"]'))) <= 30
        play.next("hold_clock")
        if seat == 4:  # the host slips and takes it back
            play.ruled(4, "right", 10)
            play.action("undo")
            play.scored(4, -10)
            expect(play.projector.locator('[data-phase="held"]').first).to_be_visible()
        result, change = ("wrong", 0) if seat in (2, 4) else ("right", 10)
        play.ruled(seat, result, change)
        play.next("reveal_answer")
        assert play.seen('[data-role="answer"]').strip()
    play.next("scoreboard")
    play.scene("scoreboard")


def tab_to(page: Page, selector: str) -> None:
    """Tab until the focus is there."""
    for _ in range(30):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}")


def mark(judge: Page, missed_steps: int) -> float:
    """Give full marks but for some steps down on the first item; returns the judge's total."""
    expect(judge.locator('[data-sheet-state="open"]')).to_be_visible()
    tab_to(judge, '[data-item="0"] [data-entry]')
    for item in range(judge.locator("[data-item]").count()):
        assert judge.evaluate("() => document.activeElement.closest('[data-item]')?.dataset.item") == str(
            item
        )
        judge.keyboard.press("End")
        for _ in range(missed_steps if item == 0 else 0):
            judge.keyboard.press("ArrowDown")
        judge.keyboard.press("Tab")
    total = float(judge.locator('[data-role="total"]').inner_text().split()[0].split("/")[0])
    assert total == 20 - missed_steps * 0.5
    assert judge.evaluate("() => document.activeElement.dataset.role") == "submit"
    judge.keyboard.press("Enter")
    expect(judge.locator('[data-role="confirm"]')).to_be_visible()
    tab_to(judge, '[data-role="confirm"]')
    judge.keyboard.press("Enter")
    expect(judge.locator('[data-sheet-state="submitted"]')).to_be_visible()
    return total


def scenario(play: Final) -> None:
    play.next("start_round")
    for seat in NAMES:
        play.next("call_turn")
        play.next("present")
        play.next("start_clock")
        play.scene("scenario")
        totals = [mark(judge, missed) for judge, missed in zip(play.judges, MARKS[seat], strict=True)]
        play.next("hold_clock")
        play.next("close_marking")
        expect(play.judges[0].locator('[data-sheet-state="closed"]')).to_be_visible()
        assert play.projector.locator('[data-role="mark"]').count() == 0, "no mark before the reveal"
        play.next("reveal_marks")
        play.scene("marks")
        assert play.projector.locator('[data-role="mark"]').count() >= 2
        play.scored(seat, sum(totals) / 2)
    play.next("scoreboard")


def buzz_in(play: Final) -> None:
    play.next("start_round")

    # Question 1: seat 5 cannot wait; then seat 2 is 2.5 ms ahead of seat 4.
    play.next("present")
    play.next("arm")
    expect(play.projector.locator('[data-buzz-phase="armed"]').first).to_be_visible()
    play.box.press({4: 0}, bounce=True)
    assert "犯规" in play.seen('[data-role="foul"]')
    play.scored(5, -10)
    play.next("open")
    expect(play.projector.locator('[data-buzz-phase="open"]').first).to_be_visible()
    truth = play.box.press({1: 0, 3: 2500}, bounce=True)
    play.first_is(2)
    true_ms = (truth[3].cycle - truth[1].cycle) / 16_000
    # The verdict may be final before the second press is known; the margin follows it.
    lead = play.projector.locator('[data-role="lead"]').first
    expect(lead).to_have_text(re.compile(r"\d+\.\d+"))
    shown = re.search(r"\d+\.\d+", lead.inner_text())
    assert shown is not None and abs(float(shown[0]) - true_ms) < 0.02
    play.next("begin")
    play.ruled(2, "right", 10)
    play.next("reveal_answer")

    # Question 2: the server is killed while the boxes are open, and the press comes while nobody listens.
    play.next("present")
    play.opened()
    play.show.kill("server.stage_process")
    play.box.press({2: 0}, bounce=True)
    play.first_is(3)
    expect(play.host.locator('[data-role="next-action"][data-action="begin"]')).to_be_enabled()
    play.ruled(3, "wrong", -10)
    play.action("undo")
    play.scored(3, 10)
    play.ruled(3, "right", 10)
    play.next("reveal_answer")

    # Question 3: nobody presses.
    play.next("present")
    play.opened()
    expect(play.projector.locator('[data-buzz-phase="nobody"]').first).to_be_visible()
    play.next("unanswered")
    play.next("reveal_answer")
    play.next("scoreboard")


def risk(play: Final) -> None:
    play.next("start_round")
    order = sorted(NAMES, key=lambda seat: (play.expected[seat], seat))
    for turn, seat in enumerate(order):
        play.next("call_turn")
        play.reads('[data-scene="stake"]', NAMES[seat])
        if turn == 1:
            play.action("declined")
            continue
        stake = (30, 0, 20, 10, 30)[turn]
        play.action(f"stake_{stake}")
        play.next("start_clock")
        result = "wrong" if turn == 0 else "right"
        play.ruled(seat, result, -stake if result == "wrong" else stake)
        play.next("reveal_answer")
    play.next("scoreboard")


def standing_of(play: Final) -> dict[int, int]:
    """Seat → place, by the test's own book."""
    return {
        seat: 1 + sum(other > mine for other in play.expected.values())
        for seat, mine in play.expected.items()
    }


def places(play: Final) -> None:
    play.next("final")
    play.scene("final")
    groups: dict[int, list[int]] = {}
    for seat, place in standing_of(play).items():
        groups.setdefault(place, []).append(seat)
    for place in sorted(groups, reverse=True):
        assert play.projector.locator(f'[data-role="final-place"][data-place="{place}"]').count() == 0
        play.next("reveal_place")
        shown = play.seen(f'[data-role="final-place"][data-place="{place}"]')
        assert all(NAMES[seat] in shown for seat in groups[place])
    play.next("standings")
    for seat, place in standing_of(play).items():
        assert NAMES[seat] in play.seen(
            f'[data-role="final-place"][data-place="{place}"][data-seat="{seat}"]'
        )


def proof(play: Final, tmp_path: Path) -> None:
    """The log, read by the product's own commands, says what the hall saw."""
    log = str(tmp_path / "data" / "contest.db")
    call = [sys.executable, "-m", "server.cli"]
    verified = subprocess.run([*call, "verify", log], capture_output=True, text=True, cwd=ROOT)
    assert verified.returncode == 0, verified.stdout
    replayed = subprocess.run(
        [*call, "replay", log, "--json"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    rows = json.loads(replayed.stdout)["standings"]
    assert {row["seat"]: row["score"] for row in rows} == play.expected
    assert {row["seat"]: row["place"] for row in rows} == standing_of(play)
