"""Plays a short show and takes the pictures of the README: `.venv-test/bin/python -m docs.make_screenshots`.

The presses come from the shipped firmware in the simulator; the pictures are what the pages show, nothing is staged.
`--all DIR` puts every state of every page there, for whoever changes a page and has to look at it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from firmware.sim.harness import SimulatedBox
from question_bank import samples
from question_bank.bank import Bank
from server.authors.accounts import Accounts
from tests.bank_pages.house import House, served
from tests.browser import SIZES, chromium, open_page, sign_in
from tests.live import Show, until

HERE = Path(__file__).parent / "screenshots"
CONTEST = Path(__file__).parent / "screenshots.toml"
FOR_THE_README = {
    "projector-photo-finish",
    "projector-question",
    "projector-marks",
    "projector-final",
    "console-buzz",
    "judge-open",
    "hall-photo-finish",
    "overlay-photo-finish",
    "stage-question",
    "audience-photo-finish",
}
# Pages that anybody may open: name of the picture → address, window.
WATCHING = {
    "projector": ("projector", "projector"),
    "hall": ("projector?theme=hall&sound=off", "projector"),
    "overlay": ("projector?overlay=1", "projector"),
    "stage": ("stage", "console"),
    "audience": ("audience", "phone"),
    "desk": ("desk?seat=3", "tablet"),
}
SETTLE_MS = 1600  # longer than any transition
# What moves for ever (the breath of the line) or with a clock along the line does not count.
AT_REST = """() => document.getAnimations().every((one) =>
  one.playState !== 'running' || one.effect.getTiming().iterations > 1 || one.effect.target.classList.contains('wave-cut'))"""
AUTHOR = "林晓雯"


class Studio:
    """The pages of a show, and a camera."""

    def __init__(
        self, show: Show, box: SimulatedBox, pages: dict[str, Page], folder: Path, everything: bool
    ) -> None:
        self.show = show
        self.box = box
        self.pages = pages
        self.folder = folder
        self.everything = everything
        self.token = show.token()
        self.judges = {number: show.token("judge", number) for number in range(1, 6)}

    def do(self, kind: str, **fields: Any) -> None:
        """One command of the host, through the HTTP interface."""
        status, answer = self.show.command(self.token, kind, **fields)
        assert status == 200, (kind, answer)

    def shoot(self, state: str, *names: str, settle_ms: int = SETTLE_MS) -> None:
        """Pictures of the named pages (all of them without names) in this state."""
        wanted = [
            name for name in names or self.pages if self.everything or f"{name}-{state}" in FOR_THE_README
        ]
        if not wanted:
            return
        self.pages[wanted[0]].wait_for_timeout(settle_ms)
        for name in wanted:
            self.pages[name].wait_for_function(AT_REST)
        for name in wanted:
            picture = self.folder / f"{name}-{state}.png"
            self.pages[name].screenshot(path=picture, omit_background=name == "overlay")


def play(studio: Studio) -> None:
    """The show: each state that a page knows, once."""
    do, shoot = studio.do, studio.shoot
    shoot("opening")
    do("show", scene="lineup")
    shoot("lineup", "projector", "console")
    do("start_round")
    shoot("round-title", "projector", "console")
    for seat in range(1, 6):
        do("call_turn")
        if seat == 1:
            shoot("turn-call", "projector", "console")
        do("present")
        if seat == 1:
            do("start_clock")
            shoot("question", "projector", "console", "stage", "audience", "desk")
            do("hold_clock")
            shoot("held", "projector", "console")
        do("rule", result="wrong" if seat in (2, 4) else "right")
        if seat < 3:
            shoot("ruled-wrong" if seat == 2 else "ruled-right", "projector", "console")
        do("reveal_answer")
        if seat < 3:
            shoot(f"answer-{seat}", "projector", "console")
    do("show", scene="scoreboard")
    shoot("scoreboard", "projector", "console")
    scenario(studio)
    buzz_in(studio)
    risk(studio)
    do("show", scene="final")
    shoot("final-start", "projector", "console")
    final = studio.show.get("/api/v1/views/projector")["scene"]
    for number in range(1, final["of"] + 1):
        do("reveal_place")
        shoot(f"place-{number}", "projector")
    do("show", scene="standings")
    shoot("final", "projector", "console")


def scenario(studio: Studio) -> None:
    do, shoot = studio.do, studio.shoot
    do("start_round")
    shoot("round-title-scenario", "projector")
    for seat in range(1, 6):
        do("call_turn")
        do("present")
        if seat == 1:
            do("start_clock")
            shoot("open", "judge", "phone")
            shoot("scenario", "projector", "console")
        items = studio.show.get("/api/v1/views/judge", studio.judges[1])["sheet"]["items"]
        for number, token in studio.judges.items():
            marks = [
                max(0, item["max"] - (number * 3 + seat + place) % 4 * 0.5)
                for place, item in enumerate(items)
            ]
            assert studio.show.command(token, "submit_marks", marks=marks)[0] == 200
            if seat == 1 and number == 2:
                shoot("marking", "projector", "console", "judge", "phone")
        do("close_marking")
        if seat == 1:
            shoot("closed", "projector", "console", "judge")
        do("reveal_marks")
        if seat == 1:
            shoot("marks", "projector", "console", "judge")
    do("show", scene="scoreboard")


def buzz_in(studio: Studio) -> None:
    do, shoot = studio.do, studio.shoot
    do("start_round")
    shoot("round-title-buzz", "projector")
    do("present")
    shoot("buzz-shown", "projector", "console")
    do("arm")
    shoot("armed", "projector", "console")
    studio.box.press({3: 0}, bounce=True)
    until(lambda: buzz(studio)["fouls"], "the foul")
    shoot("foul", "projector", "console")
    do("open")
    studio.pages["projector"].wait_for_timeout(600)  # past the instant of opening
    shoot("buzz-open", "projector", "console")
    studio.box.press({1: 0, 4: 8120, 0: 31_400, 2: 54_000}, bounce=True)
    until(lambda: len(buzz(studio)["order"]) >= 4, "four presses")
    shoot("photo-finish", *WATCHING)
    shoot("buzz", "console")
    do("begin")
    shoot("finish-clock", "projector", "console")
    do("rule", result="right")
    shoot("buzz-ruled", "projector", "console")
    do("reveal_answer")
    do("present")
    do("arm")
    do("open")
    until(lambda: buzz(studio)["phase"] == "nobody", "nobody", 20)
    shoot("nobody", "projector", "console")
    do("rule", result="unanswered")
    do("show", scene="scoreboard")


def buzz(studio: Studio) -> dict[str, Any]:
    found: dict[str, Any] = studio.show.get("/api/v1/views/projector")["scene"]["buzz"]
    return found


def risk(studio: Studio) -> None:
    do, shoot = studio.do, studio.shoot
    do("start_round")
    for turn in range(5):
        do("call_turn")
        if turn == 0:
            shoot("stake", "projector", "console")
        if turn == 2:
            do("rule", result="declined")
            shoot("declined", "projector", "console")
            continue
        do("present", points=(30, 20, 0, 10, 30)[turn])
        if turn == 0:
            shoot("risk-question", "projector", "console")
        do("start_clock")
        do("rule", result="wrong" if turn in (0, 4) else "right")
        do("reveal_answer")
    do("show", scene="scoreboard")
    shoot("scoreboard-last", "projector", "console")


def bank(folder: Path, browser: Browser, complaints: list[str]) -> None:
    """The authors' pages over the sample bank: the list, and a question beside the projector's picture of it."""
    with tempfile.TemporaryDirectory() as data:
        with Bank(Path(data) / "bank.db") as kept:
            samples.load(kept)
        house = House(Path(data), {AUTHOR: Accounts(Path(data)).add(AUTHOR)})
        with served(house) as running:
            page = open_page(browser, "console", complaints)
            page.goto(f"{running.base}/login")
            page.fill('[name="name"]', AUTHOR)
            page.fill('[name="passphrase"]', running.passphrases[AUTHOR])
            page.keyboard.press("Enter")
            page.wait_for_selector(".row")
            page.fill("#search", "投诉")
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=folder / "bank-list.png")
            page.goto(f"{running.base}/questions/sample-L003")
            page.wait_for_selector(".edit")
            page.get_by_role("button", name="揭晓后").click()
            page.wait_for_timeout(3 * SETTLE_MS)
            page.screenshot(path=folder / "bank-edit.png")
            page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--all", type=Path, metavar="DIR", help="every state into DIR instead of the README's pictures"
    )
    folder: Path = parser.parse_args().all or HERE
    everything = folder is not HERE
    folder.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with (
        tempfile.TemporaryDirectory() as data,
        SimulatedBox(seed=7, usb_frame_us=1000) as box,
        Show(Path(data), "--contest", str(CONTEST), boxes=f"serial:{box.port}") as show,
        chromium() as browser,
    ):
        pages = {
            **{name: open_page(browser, size, complaints) for name, (_, size) in WATCHING.items()},
            "console": open_page(browser, "console", complaints),
            "judge": open_page(browser, "tablet", complaints),
            "phone": open_page(browser, "phone", complaints),
        }
        for name, (address, _) in WATCHING.items():
            pages[name].goto(f"{show.base}/{address}")
            pages[name].mouse.click(5, 5)  # else it may not sound, and the console says so
        sign_in(pages["console"], show.base, "host", show.passphrases["host"])
        for name, number in (("judge", 3), ("phone", 4)):
            sign_in(pages[name], show.base, "judge", show.passphrases[f"judge-{number}"], number)
        if everything:
            for size in SIZES:
                page = open_page(browser, size, complaints)
                for path in ("", "login/host", "login/judge"):
                    page.goto(f"{show.base}/{path}")
                    page.screenshot(path=folder / f"{path.replace('/', '-') or 'index'}-{size}.png")
        play(Studio(show, box, pages, folder, everything))
        bank(folder, browser, complaints)
    assert complaints == [], complaints
    print(f"pictures in {folder}")


if __name__ == "__main__":
    main()
