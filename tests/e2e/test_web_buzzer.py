"""A phone in Chromium signs in to a seat, presses by touch, and wins; the evidence says what kind of press it was."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, open_page, sign_in
from tests.live import Show, until

CONTEST = Path(__file__).parent / "final.toml"


def phone(browser: Browser) -> Page:
    width, height = SIZES["phone"]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def test_a_touch_on_a_phone_wins(tmp_path: Path, browser: Browser) -> None:
    contest = tmp_path / "contest.toml"
    rounds = CONTEST.read_text(encoding="utf-8").replace('kind = "compulsory"\nturns = 1\n[[round]]\n', "")
    rounds = rounds.replace('kind = "scenario"\n[[round]]\n', "")
    contest.write_text(f"{rounds}\n[buzzers]\nweb = true\n", encoding="utf-8")
    with Show(tmp_path / "data", "--contest", str(contest)) as show:
        complaints: list[str] = []
        token = show.token()
        desk = sign_in(phone(browser), show.base, "desk", show.passphrases["seat-3"], seat=3)
        projector = open_page(browser, "projector", complaints)
        projector.goto(f"{show.base}/projector")
        expect(desk.locator('[data-state="idle"]')).to_be_visible()
        assert "3" in desk.locator('[data-role="seat"]').inner_text()
        desk.locator('[data-role="buzz"]').tap()
        expect(desk.locator('[data-state="idle"]')).to_contain_text("按键已收到")

        for kind in ("start_round", "present", "arm"):
            assert show.command(token, kind)[0] == 200
        expect(desk.locator('[data-state="armed"]')).to_be_visible()
        assert show.command(token, "open")[0] == 200
        expect(desk.locator('[data-state="open"]')).to_be_visible()
        desk.locator('[data-role="buzz"]').tap()
        expect(desk.locator('[data-state="first"]')).to_be_visible()

        expect(projector.locator('[data-role="first-name"]')).to_contain_text("林晓雯")
        host = show.get("/api/v1/views/host", token)
        assert [(one["seat"], one["source"]) for one in host["verdict"]["order"]] == [(3, "web")]
        assert host["verdict"]["final"]["why"] == "watermarks"
        until(
            lambda: [box["kind"] for box in show.get("/healthz")["boxes"]] == ["web", "simulated"],
            "its health",
        )
        assert complaints == []
        desk.context.close()
        projector.context.close()
