"""An operator's page, from the sign-in to what it does on the hall's screens; and what is not an operator's is not on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser import open_page, sign_in
from tests.live import Show, until

MINE = {"lamp_test", "panel-displays", "hold", "mute", "blackout"}  # while a question stands
HOSTS_KEYS = ("Space", "Enter", "u", "y", "k", "o", "z", "F3", "F4", "i", "s", "v", "w", "e", "t", "1", "5")


@dataclass
class Listening:
    """A page, and all that its line has said and heard."""

    page: Page
    heard: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("websocket", self._listen)

    def _listen(self, line: WebSocket) -> None:
        line.on("framereceived", lambda frame: self.heard.append(str(frame)))
        line.on("framesent", lambda frame: self.sent.append(str(frame)))

    def commands(self) -> list[str]:
        """What was asked since the last time."""
        found = [one for one in self.sent if '"command"' in one]
        self.sent.clear()
        return found


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with Show(tmp_path_factory.mktemp("operator") / "data") as running:
        yield running


@pytest.fixture
def operator(show: Show, browser: Browser) -> Listening:
    """Signed in by the passphrase, as somebody who goes to /operator."""
    found = Listening(open_page(browser, "console", []))
    page = found.page
    page.goto(f"{show.base}/operator")
    assert page.url == f"{show.base}/login/operator"
    expect(page.locator("h1:visible")).to_contain_text("操作员登录")
    page.fill("[name=passphrase]", show.passphrases["operator"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{show.base}/host")
    expect(page.locator('[data-link="live"]')).to_be_visible()
    return found


def host(show: Show) -> dict[str, Any]:
    view: dict[str, Any] = show.get("/api/v1/views/host", show.token())
    return view


def on_to_a_question(show: Show) -> dict[str, Any]:
    """The host goes on until a question stands there. Returns the host's view of it."""
    for _ in range(12):
        view = host(show)
        if view["scene"]["name"] == "question":
            return view
        command = dict(next(one for one in view["actions"] if not one["asks"])["command"])
        assert show.command(show.token(), command.pop("type"), **command)[0] == 200
    raise AssertionError("no question came")


def offered(page: Page) -> set[str]:
    """Everything there is to press: actions and tools by name."""
    found: list[str] = page.locator("[data-action], [data-tool], [data-sim], [data-control]").evaluate_all(
        "all => all.map((one) => one.dataset.action ?? one.dataset.tool ?? one.dataset.sim ?? one.dataset.control)"
    )
    return set(found)


def test_the_page_says_whose_it_is(operator: Listening) -> None:
    expect(operator.page.locator('[data-role="operator-tag"]')).to_have_text("操作员")
    expect(operator.page).to_have_title("先声 · 操作员控制台")


def test_it_brings_the_line_up_on_and_then_it_is_the_hosts_turn(operator: Listening, show: Show) -> None:
    page = operator.page
    assert host(show)["scene"]["name"] == "opening"
    page.locator('[data-action="lineup"]').click()
    until(lambda: host(show)["scene"]["name"] == "lineup", "the line-up on the screens")
    expect(page.locator(".next-none")).to_have_text("现在由主持人操作")
    assert [one["id"] for one in host(show)["actions"]], "the host has something to press"


def test_what_is_the_hosts_alone_is_neither_on_the_page_nor_on_its_line(
    operator: Listening, show: Show
) -> None:
    view = on_to_a_question(show)
    page, secret = operator.page, view["secret"]
    expect(page.locator(".zone-now")).to_contain_text(view["scene"]["question"]["prompt"][:12])
    page.wait_for_timeout(300)
    assert offered(page) == MINE
    for gone in ("answer", "undo", "next-action"):
        expect(page.locator(f'[data-role="{gone}"], [data-tool="{gone}"]')).to_have_count(0)
    expect(page.locator(".next-none")).to_have_text("现在由主持人操作")
    expect(page.locator(".session, .preview-next, .ledger li")).to_have_count(0)
    everything = "".join(operator.heard) + page.content()
    assert view["scene"]["question"]["prompt"] in everything
    for words in (secret["explanation"], secret["source"], (view["preview"] or {}).get("prompt")):
        assert not words or words not in everything, words
    for field_of_the_host in ("explanation", "sessions", "tickets"):
        assert f'"{field_of_the_host}"' not in everything


def test_the_hosts_keys_do_nothing_here(operator: Listening, show: Show) -> None:
    on_to_a_question(show)
    page, before = operator.page, show.get("/healthz")["revision"]
    page.locator(".zone-now").click()
    page.wait_for_timeout(600)
    operator.commands()
    for key in HOSTS_KEYS:
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert operator.commands() == []
    expect(page.locator('[data-role="panel"], [data-role="form"]')).to_have_count(0)
    assert show.get("/healthz")["revision"] == before


def test_it_darkens_mutes_and_holds_the_screens_and_finds_them_by_their_names(
    operator: Listening, show: Show, browser: Browser
) -> None:
    page = operator.page
    on_to_a_question(show)
    hall = open_page(browser, "projector", [])
    hall.goto(f"{show.base}/projector?name=左侧大屏")
    expect(hall.locator("main")).to_have_attribute("data-scene", "question")

    page.keyboard.press("Escape")
    expect(hall.locator("main")).to_have_attribute("data-scene", "blackout")
    expect(page.locator('[data-tool="blackout"]')).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    expect(hall.locator("main")).to_have_attribute("data-scene", "question")
    page.locator('[data-tool="hold"]').click()
    expect(hall.locator("main")).to_have_attribute("data-scene", "hold")
    page.wait_for_timeout(500)
    page.locator('[data-tool="uncover"], [data-tool="hold"], [data-action="uncover"]').first.click()
    expect(hall.locator("main")).to_have_attribute("data-scene", "question")
    page.keyboard.press("m")
    until(lambda: host(show)["sound"]["muted"], "the mute")

    page.keyboard.press("F2")
    expect(page.locator('[data-panel-name="displays"]')).to_be_visible()
    page.locator("[data-display]", has_text="左侧大屏").click()
    page.locator('[data-do="identify"]').click()
    expect(hall.locator('[data-role="flash"]')).to_have_text("左侧大屏")
    assert page.locator("[data-panel-tab]").count() == 0, "no other panel is an operator's"


def test_what_it_may_not_is_refused_by_the_server_as_well(operator: Listening, show: Show) -> None:
    on_to_a_question(show)
    before = show.get("/healthz")["revision"]
    for kind in ("undo", "reveal_answer", "start_clock", "log_seen", "control"):
        assert show.command(show.token("operator"), kind)[0] == 403, kind
    assert show.get("/healthz")["revision"] == before


def test_the_host_sees_who_it_is_and_ends_it_at_once(
    operator: Listening, show: Show, browser: Browser
) -> None:
    console = sign_in(open_page(browser, "console", []), show.base, "host", show.passphrases["host"])
    expect(console.locator('[data-role="operator-tag"]')).to_have_count(0)
    expect(console.locator('[data-link="live"]')).to_be_visible()
    console.keyboard.press("F3")
    rows = console.locator("[data-session]", has_text="操作员")
    expect(rows.first).to_be_visible()
    for _ in range(rows.count()):  # those of the tests before as well
        rows.first.locator('[data-do="revoke"]').click()
        known = rows.count()
        rows.first.locator('[data-do="revoke-sure"]').click()
        expect(rows).to_have_count(known - 1)
    out = operator.page.locator('[data-role="signed-out"]')
    expect(out).to_be_visible()
    out.locator("a").click()
    operator.page.wait_for_url(f"{show.base}/login/operator")
    operator.page.goto(f"{show.base}/host")
    assert operator.page.url == f"{show.base}/login/host", "the console is nobody's without a sign-in"
