"""The sign-in form and the codes without a network: who waits, who does not, what is said; time and addresses are handed in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.house import House
from server.sign_in.auth import Auth
from server.sign_in.budgets import OF_MACHINE
from server.sign_in.pages import Busy, Places
from server.stage import Stage
from server.web import Commands, make_app
from tests.server.bare_stage import bare_stage, straight

RIGHT = "right-word-here"
TABLET, STRANGER, LAPTOP = "192.0.2.7", "192.0.2.66", "127.0.0.1"
S = 1_000_000_000


class QuickAuth(Auth):
    """One passphrase for all, and no scrypt: how long that takes is measured elsewhere."""

    def check(self, account: str, passphrase: str) -> bool:
        return passphrase == RIGHT


@dataclass
class Hall:
    """An application whose clock and whose callers a test chooses."""

    stage: Stage
    auth: QuickAuth
    now_ns: int = 0
    busy: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        def place(name: str) -> Any:
            def run(function: Any, *arguments: Any) -> Any:
                if name in self.busy:
                    raise Busy
                return function(*arguments)

            return run

        commands = Commands(self.stage, House(self.stage, straight), lambda _: False, lambda: False)
        places = Places(place("others"), place("here"), place("tickets"), lambda: self.now_ns)
        self.app = make_app(self.stage, self.auth, commands, straight, places)

    def browser(self, address: str) -> FlaskClient:
        made = self.app.test_client()
        made.environ_base["REMOTE_ADDR"] = address
        return made

    def sign_in(self, who: FlaskClient, phrase: str, role: str = "host", **more: str) -> TestResponse:
        found = re.search(r'name="csrf"\s+value="([^"]+)"', who.get(f"/login/{role}").text)
        assert found is not None
        return who.post(f"/login/{role}", data={"csrf": found[1], "passphrase": phrase, **more})

    def redeem(self, who: FlaskClient, ticket: str) -> TestResponse:
        return who.post("/login/ticket", data=json.dumps({"ticket": ticket}))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with bare_stage(tmp_path_factory.mktemp("hall")) as made:
        yield made


@pytest.fixture
def hall(stage: Stage, tmp_path: Path) -> Hall:
    auth = QuickAuth(tmp_path / "auth.json")
    auth.store.change(lambda content: content.update(cookie_key="ab" * 32))
    return Hall(stage, auth)


def test_too_many_wrong_ones_have_to_wait_and_are_told_how_long(hall: Hall) -> None:
    stranger = hall.browser(STRANGER)
    for _ in range(int(OF_MACHINE[1])):
        assert hall.sign_in(stranger, "wrong").status_code == 403
    waits = hall.sign_in(stranger, RIGHT)
    assert waits.status_code == 429 and waits.headers["Retry-After"] == "6"
    assert "请 6 秒后再试" in waits.text and "wait 6 s" in waits.text
    assert hall.sign_in(hall.browser(TABLET), RIGHT).status_code == 303
    hall.now_ns += 6 * S
    assert hall.sign_in(stranger, RIGHT).status_code == 303


def test_right_ones_are_not_counted(hall: Hall) -> None:
    for _ in range(3 * int(OF_MACHINE[1])):
        assert hall.sign_in(hall.browser(TABLET), RIGHT).status_code == 303


def test_a_crowd_of_strangers_keeps_out_neither_the_console_nor_a_code_nor_who_was_in(hall: Hall) -> None:
    assert hall.sign_in(hall.browser(TABLET), RIGHT, "judge", judge="1").status_code == 303
    ticket = hall.auth.tickets.make("judge", 2)
    for number in range(80):
        hall.sign_in(hall.browser(f"10.0.{number}.1"), "wrong")
    assert hall.sign_in(hall.browser("10.9.9.9"), RIGHT).status_code == 429
    assert hall.sign_in(hall.browser(LAPTOP), RIGHT).status_code == 303
    assert hall.sign_in(hall.browser(TABLET), RIGHT, "judge", judge="1").status_code == 303
    assert hall.redeem(hall.browser("10.9.9.9"), ticket).status_code == 200


def test_busy_places_of_others_keep_nobody_here_waiting_and_cost_nothing(hall: Hall) -> None:
    hall.busy = ("others",)
    tablet = hall.browser(TABLET)
    for _ in range(2 * int(OF_MACHINE[1])):
        full = hall.sign_in(tablet, RIGHT)
        assert full.status_code == 503 and full.headers["Retry-After"] == "1"
    assert hall.sign_in(hall.browser(LAPTOP), RIGHT).status_code == 303
    assert hall.redeem(tablet, hall.auth.tickets.make("host")).status_code == 200
    hall.busy = ("tickets",)
    assert hall.redeem(tablet, hall.auth.tickets.make("host")).json["reason"] == "busy"  # type: ignore[index]
    hall.busy = ()
    assert hall.sign_in(tablet, RIGHT).status_code == 303


def test_guessed_codes_have_to_wait_as_well(hall: Hall) -> None:
    stranger = hall.browser(STRANGER)
    found = [hall.redeem(stranger, "A" * 32).status_code for _ in range(int(OF_MACHINE[1]) + 1)]
    assert found == [403] * int(OF_MACHINE[1]) + [429]
    waits = hall.redeem(stranger, hall.auth.tickets.make("host"))
    assert waits.status_code == 429 and waits.headers["Retry-After"] == "6"
    assert waits.json is not None and waits.json["reason"] == "busy"


@pytest.mark.parametrize("number", ["", "0", "99", "x", "１", "²", "-1", "1.0", "9" * 50])
def test_a_number_that_is_none_signs_nobody_in(hall: Hall, number: str) -> None:
    assert hall.sign_in(hall.browser(LAPTOP), RIGHT, "judge", judge=number).status_code == 403
    assert hall.auth.sessions.listing() == []


def test_a_code_for_a_judge_of_another_roster_signs_nobody_in(hall: Hall) -> None:
    answer = hall.redeem(hall.browser(TABLET), hall.auth.tickets.make("judge", 77))
    assert answer.status_code == 403 and answer.json is not None and answer.json["reason"] == "number"
    assert hall.auth.sessions.listing() == []


def test_the_cookie_is_for_https_alone_where_the_page_came_by_it(hall: Hall) -> None:
    for scheme in ("http", "https"):
        answer = hall.browser(TABLET).get("/login/host", base_url=f"{scheme}://localhost")
        (line,) = answer.headers.getlist("Set-Cookie")
        assert ("Secure" in line) is (scheme == "https")
        assert "HttpOnly" in line and "SameSite=Strict" in line and "Max-Age" not in line


def test_a_display_signs_in_by_its_code_and_not_by_a_form(hall: Hall) -> None:
    assert hall.sign_in(hall.browser(LAPTOP), RIGHT, "display").status_code in (400, 403)
    display = hall.browser(TABLET)
    assert hall.redeem(display, hall.auth.tickets.make("display")).json["to"] == "/projector"  # type: ignore[index]
    assert display.get("/display").headers["Location"] == "/projector"
    for path in ("/host", "/judge", "/host/result.json"):
        assert display.get(path).status_code in (302, 404)
