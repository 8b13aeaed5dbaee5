"""The host's commands about displays, sound and control, on a running stage without sockets; what outlives a restart."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.contest.file import PRESET, read_contest
from server.event_log import EventLog
from server.game.rulebook import Text
from server.house import AGAIN_NS, FILE, PLAIN, House
from server.operators import GRACE_NS, RESTART_NS
from server.referee import create_contest
from server.sign_in.auth import Auth, Identity
from server.stage import Stage, wall_time
from server.web import Commands, make_app

HOST = Identity("host")


def page(number: int) -> str:
    return f"{number:032x}"


def straight(function: Any, *arguments: Any) -> Any:
    return function(*arguments)


@dataclass
class Venue:
    """A house whose pages only remember what they were told."""

    folder: Path
    log: EventLog
    now_ns: int = 0
    told: list[tuple[str, str, str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage = Stage(self.log, straight, threading.Lock(), boot="boot")
        self.house = House(self.stage, straight, lambda: self.now_ns)
        self.house.tell = lambda *what: self.told.append(what)
        self.commands = Commands(self.stage, self.house, lambda _: False, lambda: False)

    def display(self, connection: str, number: int, namespace: str = "projector", **more: Any) -> None:
        who = Text("评委 3", "Judge 3") if namespace == "judge" else None
        self.house.page_joined(connection, namespace, {"page": page(number), **more}, "10.0.0.9", who)
        self.house.tick()

    def web(self) -> FlaskClient:
        return make_app(self.stage, Auth.at(self.folder), self.commands, straight).test_client()

    def console(self, connection: str, number: int) -> None:
        self.house.console_joined(connection, {"page": page(number)}, "10.0.0.1")

    def ask(self, kind: str, console: str | None = None, **fields: Any) -> tuple[int, Any]:
        """(status, reason in English or None)."""
        message = {"id": uuid.uuid4().hex, "type": kind, **fields}
        answer, status = self.commands.run(HOST, message, console)
        return status, answer["reason"] and answer["reason"]["en"]

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.stage.view("host")["displays"]
        return rows

    def heard(self, event: str) -> list[tuple[str, Any]]:
        found = [(connection, content) for _, connection, name, content in self.told if name == event]
        self.told.clear()
        return found


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Venue]:
    log = EventLog(tmp_path / "contest.db")
    create_contest(log, "test", read_contest(PRESET), (), {}, "seed", wall_time())
    yield Venue(tmp_path, log)
    log.close()


def test_the_host_sees_the_house(venue: Venue) -> None:
    view = venue.stage.view("host")
    assert view["control"] == {"holder": None, "operators": []} and view["displays"] == []
    assert view["sound"] == {"muted": False} and view["phones"] == 0 and view["disk"] is None
    venue.console("c1", 1)
    venue.display("d1", 2, name="Left", size=[800, 600])
    venue.display("j1", 3, "judge")
    venue.display("p1", 4, "audience")
    view = venue.stage.view("host")
    assert view["control"]["holder"] == page(1)
    assert [(one["name"], one["view"], one["who"]) for one in view["displays"]] == [
        ("Left", "projector", None),
        ("2", "judge", {"zh": "评委 3", "en": "Judge 3"}),
    ]
    assert view["phones"] == 1
    for connection in ("d1", "p1", "c1"):
        venue.house.left(connection)
    venue.house.tick()
    view = venue.stage.view("host")
    assert view["phones"] == 0 and not view["displays"][0]["online"]


def test_a_crowd_is_told_to_the_host_in_one_message(venue: Venue) -> None:
    told: list[None] = []
    venue.stage.on_rim.append(lambda: told.append(None))
    for number in range(300):
        venue.house.page_joined(f"p{number}", "audience", {"page": page(number)}, "10.0.0.9")
    assert told == []
    venue.house.tick()
    venue.house.tick()
    assert len(told) == 1 and venue.stage.rim.phones == 300


def test_a_display_is_named_and_set_and_told_so(venue: Venue) -> None:
    venue.display("d1", 1)
    venue.display("d2", 1)
    assert venue.house.content_for("d1") == {"name": "1", "settings": {}, "muted": False}
    settings = {"lang": "en", "volume": 30, "theme": None}
    assert venue.ask("display_set", page=page(1), name="Left wall", settings=settings) == (200, None)
    content = {"name": "Left wall", "settings": {"lang": "en", "volume": 30}, "muted": False}
    assert venue.heard("display") == [("d1", content), ("d2", content)]
    assert venue.rows()[0]["name"] == "Left wall"


def test_displays_are_identified_reloaded_and_sent_elsewhere(venue: Venue) -> None:
    venue.display("d1", 1)
    venue.display("d2", 2, "stage")
    venue.display("j1", 3, "judge")
    assert venue.ask("display_do", page=page(2), do="identify")[0] == 200
    assert venue.heard("do") == [("d2", {"do": "identify"})]
    assert venue.ask("display_do", page="*", do="identify")[0] == 200
    assert [connection for connection, _ in venue.heard("do")] == ["d1", "d2", "j1"]
    assert venue.ask("display_do", page="*", do="reload")[0] == 200
    assert [connection for connection, _ in venue.heard("do")] == ["d1", "d2"], (
        "no judge in the middle of a mark"
    )
    assert venue.ask("display_show", page=page(2), view="overlay")[0] == 200
    assert venue.told == [("/stage", "d2", "do", {"do": "view", "to": "/projector?overlay=1"})]
    venue.told.clear()
    assert venue.ask("display_show", page=page(3), view="projector")[0] == 409
    venue.house.left("d1")
    for kind, fields in (("display_do", {"do": "reload"}), ("display_show", {"view": "test"})):
        status, reason = venue.ask(kind, page=page(1), **fields)
        assert status == 409 and "not connected" in str(reason)
    assert venue.told == []


def test_only_a_display_that_is_away_is_forgotten(venue: Venue) -> None:
    venue.display("d1", 1)
    assert venue.ask("display_forget", page=page(1))[0] == 409
    venue.house.left("d1")
    assert venue.ask("display_forget", page=page(1)) == (200, None)
    assert venue.rows() == []
    assert venue.ask("display_forget", page=page(1)) == (409, "There is no such display")


def test_the_mute_reaches_every_page(venue: Venue) -> None:
    venue.console("c1", 1)
    venue.display("d1", 2)
    venue.display("p1", 3, "audience")
    assert venue.ask("mute", on=True)[0] == 200
    heard = venue.heard("display")
    assert {connection for connection, _ in heard} == {"d1", "c1", PLAIN}
    assert all(content["muted"] for _, content in heard)
    assert venue.stage.view("host")["sound"] == {"muted": True}
    assert venue.house.content_for("whoever comes")["muted"]


MALFORMED: list[dict[str, Any]] = [
    {"type": "display_set"},
    {"type": "display_set", "page": "x"},
    {"type": "display_set", "page": page(1), "name": "x" * 25},
    {"type": "display_set", "page": page(1), "name": 5},
    {"type": "display_set", "page": page(1), "settings": {"volume": 200}},
    {"type": "display_set", "page": page(1), "settings": [1]},
    {"type": "display_set", "page": page(1), "colour": "red"},
    {"type": "display_set", "page": "*", "name": "all"},
    {"type": "display_do", "page": page(1)},
    {"type": "display_do", "page": page(1), "do": "explode"},
    {"type": "display_do", "page": page(1), "do": ["reload"]},
    {"type": "display_show", "page": page(1), "view": "http://evil.example"},
    {"type": "display_show", "page": page(1), "view": "judge"},
    {"type": "display_show", "page": page(1), "view": {}},
    {"type": "display_forget", "page": 7},
    {"type": "mute", "on": "yes"},
    {"type": "mute"},
    {"type": "control"},
    {"type": "control", "do": "steal"},
    {"type": "control", "do": {}},
    {"type": "control", "do": "take"},
    {"type": "control", "do": "give", "page": "*"},
    {"type": "control", "do": "name", "page": page(8), "name": "a\nb"},
]


def test_a_malformed_command_changes_nothing_and_says_why(venue: Venue) -> None:
    venue.display("d1", 1)
    venue.console("c1", 8)
    before = venue.stage.rim
    for message in MALFORMED:
        answer, status = venue.commands.run(HOST, {"id": "12345678", **message})
        assert status == 400 and answer["reason"]["en"].startswith("Malformed"), (message, answer)
        assert venue.stage.rim == before and venue.told == [], message


def test_no_other_role_has_these_commands(venue: Venue) -> None:
    for identity in (Identity("judge", judge=1), Identity("desk", seat=1)):
        for message in ({"type": "mute", "on": True}, {"type": "control", "do": "take", "page": page(1)}):
            assert venue.commands.run(identity, {"id": "12345678", **message})[1] == 403
    assert not venue.house.muted


def test_only_the_console_that_holds_the_control_commands(venue: Venue) -> None:
    venue.console("c1", 1)
    venue.console("c2", 2)
    venue.display("d1", 3)
    before = venue.stage.state.seq
    for kind, fields in (
        ("show", {"scene": "lineup"}),
        ("simulate_press", {"seat": 1}),
        ("mute", {"on": True}),
        ("display_do", {"page": "*", "do": "identify"}),
    ):
        status, reason = venue.ask(kind, "c2", **fields)
        assert status == 409 and "console “1” holds the control" in str(reason)
    assert venue.stage.state.seq == before and venue.told == [] and not venue.house.muted
    assert venue.ask("show", "c1", scene="lineup")[0] == 200
    assert venue.ask("set_blackout", None, on=True)[0] == 200, "a script with a token is not bound by it"
    assert venue.ask("set_blackout", "gone", on=False)[0] == 409, (
        "a connection that is not a console any more"
    )


def test_the_control_is_handed_over(venue: Venue) -> None:
    venue.console("c1", 1)
    venue.console("c2", 2)
    assert venue.ask("control", "c2", do="give", page=page(2))[0] == 409, "only the holder gives"
    assert venue.ask("control", "c2", do="ask")[0] == 200
    assert [one["asking"] for one in venue.stage.view("host")["control"]["operators"]] == [False, True]
    assert venue.ask("control", "c1", do="give", page=page(2))[0] == 200
    assert venue.ask("control", "c2", do="give", page=page(2))[0] == 200, "said again, as after a lost answer"
    assert venue.ask("show", "c2", scene="lineup")[0] == 200
    assert venue.ask("show", "c1", scene="scoreboard")[0] == 409
    assert venue.ask("control", "c1", do="take")[0] == 200
    assert venue.ask("show", "c1", scene="scoreboard")[0] == 200
    assert venue.ask("control", "c1", do="give", page=page(99)) == (409, "That console is not connected")
    assert venue.ask("control", "c2", do="take", page=page(1))[0] == 400, "for itself alone"
    assert venue.ask("control", None, do="give", page=page(2))[0] == 200
    assert venue.stage.rim.control["holder"] == page(2)


def test_a_console_is_named(venue: Venue) -> None:
    venue.console("c1", 1)
    venue.console("c2", 2)
    assert venue.ask("control", "c2", do="name", name="导播台")[0] == 200
    assert venue.heard("display") == [("c2", {"name": "导播台", "settings": {}, "muted": False})]
    assert venue.stage.rim.control["operators"][1]["name"] == "导播台"
    assert venue.ask("control", "c2", do="name", name="")[0] == 200
    assert venue.stage.rim.control["operators"][1]["name"] == "2"


def test_the_control_falls_free_by_itself(venue: Venue) -> None:
    venue.console("c1", 1)
    venue.console("c2", 2)
    venue.house.left("c1")
    venue.house.tick()
    assert venue.stage.rim.control["holder"] == page(1)
    venue.now_ns += GRACE_NS
    venue.house.tick()
    assert venue.stage.rim.control["holder"] is None
    assert venue.ask("show", "c2", scene="lineup")[0] == 409
    assert venue.ask("control", "c2", do="take")[0] == 200
    assert venue.ask("show", "c2", scene="lineup")[0] == 200


def test_names_settings_mute_and_control_outlive_a_restart(venue: Venue) -> None:
    venue.console("c1", 1)
    venue.display("d1", 2)
    venue.display("d2", 3)
    venue.ask("display_set", page=page(2), name="主屏", settings={"mirror": True})
    venue.ask("mute", on=True)
    venue.house.tick()
    kept = json.loads((venue.folder / FILE).read_text(encoding="utf-8"))
    assert [one["name"] for one in kept["displays"]] == ["主屏"]
    assert sorted(path.name for path in venue.folder.glob("*display*")) == [FILE], "no half of a file is left"
    again = Venue(venue.folder, venue.log)
    assert again.house.muted and [one["name"] for one in again.rows()] == ["主屏"]
    again.console("c2", 9)
    assert again.stage.rim.control["holder"] == page(1), "it may still be on its way back"
    again.now_ns += RESTART_NS
    again.house.tick()
    assert again.stage.rim.control["holder"] == page(9)


def test_a_file_that_is_damaged_costs_names_and_nothing_else(venue: Venue) -> None:
    for text in ("", "{", "[]", '{"displays": 5}', "[" * 100_000, '{"displays": [5], "holder": 7}'):
        (venue.folder / FILE).write_text(text)
        again = Venue(venue.folder, venue.log)
        again.display("d1", 1)
        assert again.ask("display_set", page=page(1), name="A")[0] == 200
        again.house.tick()
        assert json.loads((venue.folder / FILE).read_text())["displays"][0]["name"] == "A", text[:20]


def test_a_disk_that_is_full_costs_no_command(venue: Venue, capsys: pytest.CaptureFixture[str]) -> None:
    venue.display("d1", 1)
    (venue.folder / FILE).mkdir()  # cannot be replaced by a file
    assert venue.ask("display_set", page=page(1), name="A")[0] == 200
    venue.house.tick()
    assert sorted(path.name for path in venue.folder.glob("*display*")) == [FILE]
    assert FILE in capsys.readouterr().err and venue.rows()[0]["name"] == "A"
    venue.now_ns += AGAIN_NS
    venue.house.tick()
    assert capsys.readouterr().err == "", "said once"
    (venue.folder / FILE).rmdir()
    venue.house.tick()
    assert not (venue.folder / FILE).exists(), "a disk that is in trouble is not tried five times a second"
    venue.now_ns += AGAIN_NS
    venue.house.tick()
    assert json.loads((venue.folder / FILE).read_text(encoding="utf-8"))["displays"][0]["name"] == "A"


def test_health_says_that_the_disk_is_nearly_full(venue: Venue) -> None:
    client = venue.web()
    venue.stage.set_rim(timing="ok", disk={"free_mb": 80_000, "state": "ok"})
    assert client.get("/healthz").get_json()["status"] == "ok"
    venue.stage.set_rim(disk={"free_mb": 80, "state": "low"})
    health = client.get("/healthz").get_json()
    assert (health["status"], health["disk"]) == ("degraded", {"free_mb": 80, "state": "low"})


def test_a_questions_file_is_there_for_all_once_it_has_been_presented(venue: Venue) -> None:
    name = f"q-{'5' * 32}.mp3"
    (venue.folder / "media").mkdir()
    (venue.folder / "media" / name).write_bytes(bytes(1000))
    client = venue.web()
    assert client.get(f"/media/{name}").status_code == 404
    venue.stage.referee.state = replace(venue.stage.state, media_shown=frozenset({name}))
    with client.get(f"/media/{name}", headers={"Range": "bytes=0-99"}) as answer:
        assert (answer.status_code, answer.content_type, len(answer.data)) == (206, "audio/mpeg", 100)
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/media/q-{'6' * 32}.mp3").status_code == 404
