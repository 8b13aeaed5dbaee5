"""Web buzzers through a running show: sign-in to a seat, probes and answers, a press that wins; and who is kept out."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from server.web_buzzers import LATE_NS, PROBES, SILENT_NS, WebBuzzers
from tests.live import Show, until

CONTEST = """
title = "排练"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[contestant]]
name = "丙"
[[round]]
kind = "buzz_in"
questions = 3
[buzzers]
web = true
"""


class Phone:
    """What the page /desk does, without a browser: answers probes with its own clock, tells presses until taken."""

    def __init__(self, show: Show, cookie: str = "", page: str = "ab" * 16) -> None:
        self.view: dict[str, Any] = {}
        self.known: dict[str, Any] = {"seq": 0, "uncertainty_us": None}
        self.replaced = threading.Event()
        self._unsaid: list[list[int]] = []
        self._pressed = 0
        self.client = socketio.Client(reconnection=False)
        for event, take in (("snapshot", self._keep), ("probe", self._answer), ("taken", self._taken)):
            self.client.on(event, take, namespace="/desk")
        self.client.on("replaced", self.replaced.set, namespace="/desk")
        self.client.eio.websocket_extra_options = {"origin": show.base}
        headers = {"Cookie": cookie} if cookie else {}
        self.client.connect(
            show.base, headers, auth={"clock": page}, transports=["websocket"], namespaces=["/desk"]
        )

    def _keep(self, view: dict[str, Any]) -> None:
        self.view = view

    def _answer(self, token: int) -> None:
        answer = {"token": token, "ticks": time.monotonic_ns() // 1000, "presses": self._unsaid}
        with contextlib.suppress(socketio.exceptions.BadNamespaceError):  # the page is being left
            self.client.emit("answer", answer, namespace="/desk")

    def _taken(self, known: dict[str, Any]) -> None:
        self.known = known
        self._unsaid = [one for one in self._unsaid if one[0] > known["seq"]]

    def press(self) -> None:
        self._pressed += 1
        self._unsaid.append([self._pressed, time.monotonic_ns() // 1000])
        self.client.emit("pressed", namespace="/desk")

    def contest_ns(self) -> int:
        return int(self.client.call("clock", namespace="/desk", timeout=5)["contest_ns"])

    def __enter__(self) -> Phone:
        until(lambda: self.view, "a first snapshot")
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "contest.toml").write_text(CONTEST, encoding="utf-8")
    with Show(folder / "data", "--contest", str(folder / "contest.toml")) as running:
        yield running


@pytest.fixture(scope="module")
def token(show: Show) -> str:
    return show.token()


def signed_in(show: Show, seat: int) -> str:
    status, cookie = show.sign_in("desk", show.passphrases[f"seat-{seat}"], seat=seat)
    assert status == 303
    return cookie


def do(show: Show, token: str, kind: str, **fields: Any) -> None:
    status, answer = show.command(token, kind, **fields)
    assert status == 200, (kind, answer)


def test_a_press_on_a_page_wins_and_its_evidence_says_what_it_was(show: Show, token: str) -> None:
    with (
        Phone(show, signed_in(show, 2), "2" * 32) as two,
        Phone(show, signed_in(show, 3), "3" * 32) as three,
    ):
        assert two.view["seat"] == 2 and two.view["web_buzzers"] and "secret" not in two.view
        until(lambda: two.known["uncertainty_us"] and three.known["uncertainty_us"], "clocks that are known")
        boxes = {box["id"]: box for box in show.get("/healthz")["boxes"]}
        assert {"web-2", "web-3"} <= set(boxes) and boxes["web-2"]["kind"] == "web"
        for kind in ("start_round", "present", "arm"):
            do(show, token, kind)
        until(lambda: three.view["buzz"] and three.view["buzz"]["phase"] == "armed", "armed")
        # So much later that the press was after it for certain: by less than its uncertainty, it may not have been.
        until(lambda: three.contest_ns() > three.view["contest_ns"] + 50_000_000, "a moment later")
        three.press()
        until(lambda: two.view["buzz"]["fouls"], "the foul of seat 3")
        do(show, token, "open")
        until(lambda: two.view["buzz"]["open_at_ns"], "the instant of opening")
        until(lambda: two.contest_ns() > two.view["buzz"]["open_at_ns"], "that instant")
        two.press()
        until(lambda: two.view["buzz"]["phase"] == "locked", "a verdict")
        buzz = two.view["buzz"]
        assert buzz["first"]["seat"] == 2 and [one["seat"] for one in buzz["fouls"]] == [3]
        assert [(one["seat"], one["source"]) for one in buzz["order"] if one["status"] == "first"] == [
            (2, "web")
        ]
        assert two.known["seq"] == 1
        verdict = show.get("/api/v1/views/host", token)["verdict"]
        assert verdict["final"]["missing"] == []
    until(
        lambda: all(b["state"] == "down" for b in show.get("/healthz")["boxes"] if b["kind"] == "web"),
        "both pages gone",
    )


def test_the_newest_page_holds_the_seat(show: Show) -> None:
    cookie = signed_in(show, 1)
    with Phone(show, cookie, "a1" * 16) as old:
        until(lambda: old.known["uncertainty_us"], "a clock that is known")
        with Phone(show, cookie, "b2" * 16) as new:
            assert old.replaced.wait(5)
            until(lambda: new.known["uncertainty_us"], "the new page's clock")
            with Phone(show, cookie, "a1" * 16) as again:
                assert again.replaced.wait(5), (
                    "a page that was replaced does not take the seat back by itself"
                )
            assert not new.replaced.is_set()


def test_who_may_sit_at_a_desk(show: Show) -> None:
    assert show.sign_in("desk", show.passphrases["seat-1"], seat=2)[0] == 403
    assert show.sign_in("desk", show.passphrases["host"], seat=1)[0] == 403
    assert show.sign_in("judge", show.passphrases["seat-1"], judge=1)[0] == 403
    for cookie in ("", show.sign_in("host", show.passphrases["host"])[1]):
        with pytest.raises(socketio.exceptions.ConnectionError):
            Phone(show, cookie)
    with show.open("/desk") as answer:
        assert answer.url.endswith("/login/desk")


def test_the_view_of_a_desk_over_http(show: Show, token: str) -> None:
    own = show.token("desk", seat=2)
    assert show.get("/api/v1/views/desk", own)["seat"] == 2
    assert show.command(own, "undo")[0] == 403
    for bearer, status in ((token, 403), (show.token("desk", seat=9), 404)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            show.get("/api/v1/views/desk", bearer)
        assert refused.value.code == status
        refused.value.close()


def test_without_the_rulebooks_word_nobody_has_a_buzzer(tmp_path: Path) -> None:
    with Show(tmp_path / "data") as plain:
        assert not any(account.startswith("seat") for account in plain.passphrases)
        with plain.open("/login/desk") as answer:
            assert answer.url.endswith("/desk"), "the page itself says that there are none"
        with Phone(plain) as phone:
            assert phone.view["web_buzzers"] is False and phone.view["seat"] is None
            phone.press()
            for token in range(20):
                phone._answer(token)
            assert phone.contest_ns() > 0, "all that was said before has been heard"
        assert [box["kind"] for box in plain.get("/healthz")["boxes"]] == ["simulated"]


# -- the book-keeping of seats, without a server ----------------------------------------------------------


class Desk:
    """WebBuzzers with a clock that the test moves; keeps what pages and core are told."""

    def __init__(self) -> None:
        self.now_ns = 10**12
        self.told: list[tuple[Any, ...]] = []
        self.orders: list[dict[str, Any]] = []
        self.buzzers = WebBuzzers(self._tell, self._forward, lambda: self.now_ns)

    def _tell(self, *what: Any) -> None:
        self.told.append(what)

    def _forward(self, order: dict[str, Any]) -> bool:
        self.orders.append(order)
        return True

    def answer(self, connection: str = "c1", **changes: Any) -> None:
        """To the newest probe, 4 ms after it."""
        token = [one[2] for one in self.told if one[:2] == (connection, "probe")][-1]
        self.now_ns += 4_000_000
        self.buzzers.answer(connection, {"token": token, "ticks": 5, "presses": [[1, 4]], **changes})


def test_an_answer_goes_on_with_the_times_of_its_probe() -> None:
    desk = Desk()
    desk.buzzers.join(3, "ab" * 16, "c1")
    desk.buzzers.probe()
    sent_ns = desk.now_ns
    desk.answer()
    assert desk.orders == [
        {
            "type": "web",
            "seat": 3,
            "page": "ab" * 16,
            "sent_ns": sent_ns,
            "ticks": 5,
            "received_ns": sent_ns + 4_000_000,
            "presses": [[1, 4]],
        }
    ]
    desk.answer()
    assert len(desk.orders) == 1, "a probe is answered once"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticks": -1},
        {"ticks": True},
        {"ticks": 2**54},
        {"ticks": None},
        {"presses": None},
        {"presses": [[1, 2, 3]]},
        {"presses": [[2, 1], [1, 1]]},
        {"presses": [[n, 1] for n in range(1, 40)]},
        {"presses": [["x" * 60_000, 1]]},
        {"token": "7"},
        {"token": 99},
    ],
)
def test_an_answer_that_is_not_of_its_form_is_dropped(wrong: dict[str, Any]) -> None:
    desk = Desk()
    desk.buzzers.join(3, "ab" * 16, "c1")
    desk.buzzers.probe()
    desk.answer(**wrong)
    desk.buzzers.answer("c1", [1])
    desk.buzzers.answer("nobody", {"token": 1, "ticks": 1, "presses": []})
    assert desk.orders == []


def test_a_silent_page_is_given_up_and_comes_back() -> None:
    desk = Desk()
    desk.buzzers.join(3, "ab" * 16, "c1")
    desk.buzzers.probe()
    desk.answer()
    for _ in range(100):
        desk.now_ns += SILENT_NS // 50
        desk.buzzers.probe()
    assert [order["type"] for order in desk.orders] == ["web", "web_gone"]
    probes = sum(1 for one in desk.told if one[1] == "probe")
    assert probes <= 2 + PROBES * (2 * SILENT_NS // LATE_NS + 1), (
        "no heap of probes for a page that does not answer"
    )
    desk.answer()
    desk.buzzers.leave("c1")
    desk.buzzers.leave("c1")
    assert [order["type"] for order in desk.orders[2:]] == ["web", "web_gone"]


def test_a_page_without_a_name_holds_no_seat() -> None:
    desk = Desk()
    for name in (None, "", "AB" * 16, "a" * 65, 7):
        desk.buzzers.join(3, name, "c1")
    desk.buzzers.probe()
    assert desk.told == []
