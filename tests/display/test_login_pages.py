"""The sign-in page of every role, and its one-time codes: taken out of the address, posted once, refused with what to do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from playwright.sync_api import Browser, Page, Route, expect

from server.tls import authority as tls
from server.tls.trust_page import TrustServer, answers
from server.web import DISPLAY
from tests.browser import SIZES, open_page
from tests.display.gallery import FILLED
from tests.display.pages import CUT_OFF, ORIGIN
from tests.display.test_accessible import findings

ROLES = ("host", "operator", "judge", "desk", "display")
TICKET = "Ab3_" * 8
Answer = Callable[[Route], None]


class Tablet:
    """A page in front of the shipped sign-in page; `posted`: what it sent to /login/ticket, which `answer` answers."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.posted: list[str] = []
        self.answer: Answer = lambda route: route.fulfill(json={"role": "judge", "to": "/judge"})
        page.set_default_timeout(10_000)
        page.route("**/*", self._serve)

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0].partition("#")[0]
        if path == "/login/ticket":
            self.posted.append(json.loads(route.request.post_data or "{}").get("ticket", ""))
            self.answer(route)
        elif path.startswith("/display/"):
            route.fulfill(path=DISPLAY / path.removeprefix("/display/"))
        elif path.startswith("/login/"):
            role = path.removeprefix("/login/")
            text = (DISPLAY / "login" / "index.html").read_text(encoding="utf-8")
            for word, value in {**FILLED, "ROLE": role}.items():
                text = text.replace("{{" + word + "}}", value)
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(body="<!doctype html><title>there</title>", content_type="text/html")

    def refuse(self, status: int, reason: str = "", **headers: str) -> None:
        self.answer = lambda route: route.fulfill(
            status=status, body=json.dumps({"reason": reason}), headers=headers
        )


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Tablet]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield Tablet(context.new_page())
    context.close()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_its_own_page_and_nobody_is_kept_out(tablet: Tablet, role: str) -> None:
    page = tablet.page
    page.goto(f"{ORIGIN}/login/{role}")
    assert page.locator("h1:visible").count() == 1
    assert page.locator("form:visible").count() == (0 if role == "display" else 1)
    assert page.locator("select:visible").count() == (1 if role in ("judge", "desk") else 0)
    assert page.locator("#ticket").is_hidden() and tablet.posted == []
    for width, height in (SIZES["phone"], SIZES["tablet"]):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(CUT_OFF) == []
        assert not page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    assert findings(page) == []
    least = page.evaluate(
        "() => Math.min(...[...document.querySelectorAll('input:not([type=hidden]), select, button')]"
        ".filter((one) => one.offsetHeight).map((one) => one.offsetHeight), 99)"
    )
    assert least >= 48, "fingers on a tablet"


def test_the_form_is_filled_by_keyboard_alone(tablet: Tablet) -> None:
    page = tablet.page
    page.goto(f"{ORIGIN}/login/judge")
    expect(page.locator("#who")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("abcd-efgh-jkmn")
    page.keyboard.press("Tab")
    expect(page.locator("#reveal")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="登录")).to_be_focused()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.press("Enter")
    assert sent.value.url == f"{ORIGIN}/login/judge" and "passphrase=abcd-efgh-jkmn" in (
        sent.value.post_data or ""
    )


def test_a_passphrase_can_be_read_while_it_is_typed_and_is_sent_as_one(tablet: Tablet) -> None:
    page = tablet.page
    page.goto(f"{ORIGIN}/login/host")
    field, reveal = page.locator("#passphrase"), page.locator("#reveal")
    expect(field).to_have_attribute("type", "password")
    expect(reveal).to_contain_text("显示口令")
    page.fill("#passphrase", "abcd-efgh-jkmn")
    reveal.click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    expect(reveal).to_contain_text("隐藏口令")
    assert findings(page) == [] and page.evaluate(CUT_OFF) == []
    kinds = page.evaluate(
        """() => new Promise((done) => document.querySelector("form").addEventListener("submit", (event) => {
          event.preventDefault();
          setTimeout(() => done(document.getElementById("passphrase").type));
        }) ?? document.querySelector("button[type=submit]").click())"""
    )
    assert kinds == "password"


def test_without_scripts_the_passphrase_works(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tablet = Tablet(context.new_page())
    tablet.page.goto(f"{ORIGIN}/login/judge#ticket={TICKET}")
    expect(tablet.page.locator("#passphrase")).to_be_visible()
    expect(tablet.page.locator("#ticket")).to_be_hidden()
    expect(tablet.page.locator("#reveal")).to_be_hidden()
    context.close()


def test_a_code_signs_in_and_leaves_no_trace(tablet: Tablet) -> None:
    page = tablet.page
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url + str(request.headers)))
    page.goto(f"{ORIGIN}/login/judge#ticket={TICKET}&page={'0' * 32}")
    page.wait_for_url(f"{ORIGIN}/judge#page={'0' * 32}")
    assert tablet.posted == [TICKET]
    assert not any(TICKET in one for one in seen), "in no address that a server sees, and in no Referer"
    page.go_back()
    assert TICKET not in page.url and tablet.posted == [TICKET]


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/api/v1/commands", None])
def test_it_goes_to_pages_of_ours_alone(tablet: Tablet, to: str | None) -> None:
    tablet.answer = lambda route: route.fulfill(json={"role": "display", "to": to})
    tablet.page.goto(f"{ORIGIN}/login/display#ticket={TICKET}")
    tablet.page.wait_for_url(f"{ORIGIN}/projector")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("used", "已经用过"),
        ("expired", "已经过期"),
        ("unknown", "无效"),
        ("number", "没有"),
        ("new one", "无效"),
    ],
)
def test_a_refused_code_says_what_to_do_in_both_languages(tablet: Tablet, reason: str, words: str) -> None:
    page = tablet.page
    tablet.refuse(403, reason)
    page.goto(f"{ORIGIN}/login/judge#ticket={TICKET}")
    expect(page.locator("#ticket-zh")).to_contain_text(words)
    expect(page.locator("#ticket-zh")).to_contain_text(
        "请主持人换一个新码" if reason != "used" else "换一个新码"
    )
    expect(page.locator("#ticket-en")).to_contain_text("Ask the host for another one")
    expect(page.locator("#passphrase")).to_be_visible()
    assert page.url == f"{ORIGIN}/login/judge"
    assert findings(page) == []


def test_too_many_attempts_and_no_server_can_be_tried_again(tablet: Tablet) -> None:
    page = tablet.page
    tablet.refuse(429, "busy", **{"Retry-After": "17"})
    page.goto(f"{ORIGIN}/login/judge#ticket={TICKET}")
    expect(page.locator("#ticket-zh")).to_contain_text("请等 17 秒")
    tablet.answer = lambda route: route.abort()
    page.locator("#ticket-again").click()
    expect(page.locator("#ticket-zh")).to_contain_text("连不上服务器")
    tablet.answer = lambda route: route.fulfill(json={"role": "judge", "to": "/judge"})
    page.locator("#ticket-again").click()
    page.wait_for_url(f"{ORIGIN}/judge")
    assert tablet.posted == [TICKET] * 3


def test_a_second_code_on_a_page_that_stands_is_taken(tablet: Tablet) -> None:
    page = tablet.page
    tablet.refuse(403, "expired")
    page.goto(f"{ORIGIN}/login/judge#ticket={TICKET}")
    expect(page.locator("#ticket-zh")).to_contain_text("已经过期")
    tablet.answer = lambda route: route.fulfill(json={"role": "judge", "to": "/judge"})
    page.goto(f"{ORIGIN}/login/judge#ticket={'Z' * 32}")  # the same page to a browser: nothing is loaded anew
    page.wait_for_url(f"{ORIGIN}/judge")
    assert tablet.posted == [TICKET, "Z" * 32]


def test_the_trust_page_is_read_on_any_device(browser: Browser, tmp_path: Path) -> None:
    made = tls.make(tmp_path / "tls", own=("localhost",))
    certificate = x509.load_pem_x509_certificate((made.folder / tls.AUTHORITY).read_bytes())
    complaints: list[str] = []
    with TrustServer(("127.0.0.1", 0), answers(certificate)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = open_page(browser, "phone", complaints)
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/trust")
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for width, height in (SIZES["phone"], SIZES["tablet"]):
            page.set_viewport_size({"width": width, "height": height})
            assert not page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
        assert findings(page) == [] and complaints == []
        with page.expect_download() as loading:
            page.locator(".download").click()
        assert loading.value.path().read_bytes() == tls.authority_der(made.folder)
        page.context.close()
        server.shutdown()
