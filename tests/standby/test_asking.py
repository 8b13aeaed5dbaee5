"""A machine that was away asks before it rules; who took over tells until it is kept; strangers make nobody work."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.door.guard import Guard
from server.standby.ask import Asking, NoAnswer, ask
from server.standby.fence import Fence
from server.standby.primary import KEEP_EVERY_S, LOST_AFTER_S
from server.standby.stage import MOST_CLAIMS, Standby, _tell, post_claim
from server.standby.waiting import Waiting
from server.views.host_view import Rim
from tests.live import free_port, until

HERE = "http://127.0.0.1:8000"


def fences(tmp_path: Path, there: str) -> tuple[Fence, Fence]:
    """Of a show, and of the standby at `there` that follows it."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    old, new = Fence.at(tmp_path / "a", "contest"), Fence.at(tmp_path / "b", "contest")
    old.followed_by(there)
    new.follow(old.epoch, old.key, HERE)
    return old, new


@contextmanager
def waiting(fence: Fence | None, port: int) -> Iterator[None]:
    made = Waiting("127.0.0.1", port, lambda: {"revision": 5, "origins": ()}, lambda: fence)
    with closing(made):
        yield


@contextmanager
def serving(port: int, answer: Callable[[str, bytes], Any]) -> Iterator[None]:
    """A machine that answers as a test says; answer(path, body): what is sent as JSON, None for status 503."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = answer(self.path, body)
            sent = json.dumps(said).encode()
            self.send_response(503 if said is None else 200)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = _any

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def question_in(path: str) -> str:
    return path.partition("question=")[2]


def test_a_machine_that_was_away_is_fenced_before_it_begins(tmp_path: Path) -> None:
    port = free_port()
    there = f"http://127.0.0.1:{port}"
    old, new = fences(tmp_path, there)
    with waiting(new, port):
        assert ask(old, there) is None  # it stands by, as it should
        asking = Asking(old, None)
        asking.first()
        assert not asking.open and not old.fenced
        new.take_over(there, HERE, ())
        again = Fence.at(tmp_path / "a", "contest")
        asking = Asking(again, None)
        asking.first()
        assert not asking.open and again.fenced and again.successor == there
    assert Fence.at(tmp_path / "a", "contest").fenced
    # Nobody has to be asked any more, and a show that never had a standby asks nobody.
    assert not Asking(Fence.at(tmp_path / "a", "contest"), None).open
    assert not Asking(Fence.at(tmp_path / "b", "another"), None).open


def test_where_the_standby_was_taken_over_from_it_says_who_rules(tmp_path: Path) -> None:
    port, third = free_port(), "http://10.0.0.3:8000"
    there = f"http://127.0.0.1:{port}"
    old, new = fences(tmp_path, there)
    new.take_over(there, HERE, ())
    (tmp_path / "c").mkdir()
    last = Fence.at(tmp_path / "c", "contest")
    last.follow(new.epoch, new.key, there)
    last.take_over(third, there, ())
    new.hear(last.claim())
    with waiting(new, port):
        Asking(old, None).first()
    assert old.fenced and old.successor == third
    # And one that follows a machine which took over knows that, too.
    new.follow(last.epoch, last.key, third)
    (tmp_path / "d").mkdir()
    other = Fence.at(tmp_path / "d", "contest")
    other.follow(0, new.key, there)
    other._kept.standby_of = ""
    with waiting(new, port):
        claim = ask(other, there)
    assert claim is not None and (claim.epoch, claim.address) == (2, third)


def test_an_answer_without_its_seal_is_none(tmp_path: Path) -> None:
    port = free_port()
    there = f"http://127.0.0.1:{port}"
    old, new = fences(tmp_path, there)
    stranger = Fence(tmp_path / "fence.json", "contest")
    stranger.take_over(there, HERE, ())
    before = new.about("0" * 32)
    new.take_over(there, HERE, ())

    def spoilt(path: str) -> dict[str, Any]:
        return {**new.about(question_in(path)), "epoch": 0, "claim": None}

    answers: dict[str, Callable[[str, bytes], Any]] = {
        "another one": lambda path, _: stranger.about(question_in(path)),
        "of another time": lambda *_: before,
        "changed on its way": lambda path, _: spoilt(path),
        "without a seal": lambda *_: new.about(),
        "our own": lambda path, _: old.about(question_in(path)),
        "an error": lambda *_: None,
        "no object": lambda *_: [1],
        "other kinds": lambda *_: {"epoch": "1", "rules": 1, "seal": 3},
        "no seal for it": lambda *_: {"epoch": 1, "rules": True, "seal": ["x"]},
        "too deep": lambda *_: json.loads("[" * 400 + "]" * 400),
    }
    for what, answer in answers.items():
        with serving(port, answer), pytest.raises(NoAnswer):
            pytest.fail(f"{what}: {ask(old, there)}")
    assert not old.fenced
    with waiting(None, port), pytest.raises(NoAnswer):
        ask(old, there)  # a standby that does not know yet which contest it is


def test_nobody_there_costs_two_seconds_at_most_and_is_asked_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    there = f"http://127.0.0.1:{port}"
    old, new = fences(tmp_path, there)
    # One that takes the question and answers a letter at a time.
    with socket.create_server(("127.0.0.1", port)) as listener:

        def drip() -> None:
            line, _ = listener.accept()
            with line:
                for letter in b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b" " * 400:
                    time.sleep(0.05)
                    try:
                        line.sendall(bytes([letter]))
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(old, there, 0.3)
        assert time.monotonic() - began < 1.5
        thread.join(5)

    def never_answers(*_: Any, **__: Any) -> tuple[int, Any]:
        time.sleep(1)
        return 503, {}

    # A name that is looked up for ever.
    monkeypatch.setattr("server.standby.ask.exchange", never_answers)
    asking = Asking(old, None)
    began = time.monotonic()
    asking.first(0.2)
    assert time.monotonic() - began < 1.5 and asking.open and not old.fenced
    monkeypatch.undo()
    asking = Asking(old, None)
    asking.first()
    assert asking.open
    said = capfd.readouterr().err
    assert there in said and "could not be asked" in said and "switch this one off" in said
    monkeypatch.setattr("server.standby.ask.EVERY_S", 0.05)
    asking.go_on()
    new.take_over(there, HERE, ())
    with waiting(new, port):
        claim = asking.claims.get(timeout=5)
    assert (claim.epoch, claim.address) == (1, there) and not asking.open


class Hall:
    """A show without rules, as the interface needs it."""

    def __init__(self, data: Path) -> None:
        self.log_path = data / "contest.db"
        self.state = SimpleNamespace(seq=5, contest="contest", rehearsal=False)
        self.turn = threading.Lock()
        self.rim = Rim()
        self.may_rule: Any = None

    def set_rim(self, **changes: Any) -> None:
        self.rim = replace(self.rim, **changes)


class Interface:
    """A show's interface for its standby. `jobs`: what the thread pool had to do; the clock is in the test's hand."""

    def __init__(self, tmp_path: Path) -> None:
        self.old, self.new = fences(tmp_path, "http://127.0.0.1:8001")
        self.jobs: list[str] = []
        self.hall = Hall(tmp_path / "a")

        def run(function: Any, *given: Any) -> Any:
            self.jobs.append(function.__name__)
            return function(*given)

        tickets: Any = SimpleNamespace(make_many=lambda wanted: [])
        asking = Asking(self.old, None)
        hall: Any = self.hall
        self.standby = Standby(hall, self.old, asking, tickets, Guard(), run, lambda _: None)
        self.now_s = 100.0
        self.standby.primary._now_s = lambda: self.now_s
        app = Flask("test")
        self.standby.add_to(app, lambda: None)
        self.client: FlaskClient = app.test_client()

    def post(self, message: Any) -> tuple[int, Any]:
        answer = self.client.post("/api/v1/replication/fence", json=message)
        return answer.status_code, answer.get_json(silent=True)


def test_strangers_make_nobody_work(tmp_path: Path) -> None:
    show = Interface(tmp_path)
    show.new.take_over("http://127.0.0.1:8001", HERE, ())
    right = asdict(show.new.claim())
    wrong: Any
    for wrong in (
        [],
        "x",
        {**right, "epoch": 999},
        {**right, "proof": "0" * 64},
        {**right, "address": "http://10.6.6.6:8000"},
    ):
        assert show.post(wrong)[0] == 403
    assert show.post({**right, "more": "x" * 2000})[0] == 413
    assert show.client.post("/api/v1/replication/fence", data=b"[" * 900).status_code == 403
    for path in ("hello", "poll", "file", "drain"):
        assert show.client.post(f"/api/v1/replication/{path}", json={}).status_code == 401
    assert show.jobs == [] and not show.old.fenced
    answer = {"fenced": True, "kept": True, "epoch": 0, "revision": 5, "seal": None}
    assert show.post(right) == (200, answer)
    question = "5" * 32
    sealed = {**answer, "seal": show.new.seal(question, True, True, 5)}
    assert show.post({**right, "question": question})[1] == sealed and sealed["seal"]
    assert show.post({**right, "question": ["x"]})[1] == answer
    assert show.jobs == ["store"]
    for _ in range(3):
        assert show.post(right)[1]["fenced"]
    assert show.jobs == ["store"]  # who says it again makes no more work
    show.standby._hearing = MOST_CLAIMS
    assert show.post(right)[0] == 409


def test_a_fence_that_cannot_be_kept_says_so_and_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = Interface(tmp_path)
    show.new.take_over("http://127.0.0.1:8001", HERE, ())
    right = asdict(show.new.claim())

    def full() -> None:
        raise OSError("no space left")

    monkeypatch.setattr(show.old, "_store", full)
    answer = {"fenced": True, "kept": False, "epoch": 0, "revision": 5, "seal": None}
    assert show.post(right) == (200, answer)
    assert show.standby.primary.may_rule() is not None  # in memory it holds at once
    assert not Fence.at(tmp_path / "a", "contest").fenced
    for _ in range(3):
        assert show.post(right)[1]["kept"] is False
    assert len(show.jobs) == 1  # not at everybody's word, but once a second
    show.now_s += KEEP_EVERY_S
    show.standby.primary.tick()
    assert len(show.jobs) == 2 and show.post(right)[1]["kept"] is False
    monkeypatch.undo()
    show.now_s += KEEP_EVERY_S
    show.standby.primary.tick()
    assert show.post(right)[1]["kept"] is True
    assert Fence.at(tmp_path / "a", "contest").fenced
    show.now_s += KEEP_EVERY_S
    show.standby.primary.tick()
    assert len(show.jobs) == 3


def test_a_standby_can_follow_a_show_whose_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is wanted then more than ever; where it is is kept as soon as there is room."""
    show = Interface(tmp_path)
    primary = show.standby.primary
    monkeypatch.setattr(primary, "_read", lambda *_: ([], [], None))
    monkeypatch.setattr(primary, "_listed", lambda: ((), ""))

    def full() -> None:
        raise OSError("no space left")

    asked = {"seq": 5, "head": "0" * 64, "paper": "", "files": ""}
    with monkeypatch.context() as patch:
        patch.setattr(show.old, "_store", full)
        assert primary.give("a" * 32, "http://127.0.0.1:8009", asked)["revision"] == 5
        assert Fence.at(tmp_path / "a", "contest").follower == "http://127.0.0.1:8001"
    show.now_s += KEEP_EVERY_S
    primary.tick()
    assert Fence.at(tmp_path / "a", "contest").follower == "http://127.0.0.1:8009"


def test_the_console_says_that_the_standby_could_not_be_asked(tmp_path: Path) -> None:
    show = Interface(tmp_path)
    primary = show.standby.primary
    primary.tick()
    assert show.hall.rim.standby == {"address": "http://127.0.0.1:8001", "state": "unasked", "behind": None}
    primary.asked("a" * 32, 5)
    primary.tick()
    assert show.hall.rim.standby["state"] == "live"
    show.now_s += LOST_AFTER_S
    primary.tick()
    assert show.hall.rim.standby["state"] == "lost"


def test_who_took_over_tells_until_the_other_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    old = f"http://127.0.0.1:{port}"
    (tmp_path / "b").mkdir()
    fence = Fence.at(tmp_path / "b", "contest")
    fence.take_over("http://127.0.0.1:8001", old, ())
    heard: list[Any] = []
    yes = {"fenced": True, "kept": True, "revision": 7}
    answers: list[Any] = [
        None,  # it is just starting
        {"fenced": False, "epoch": 0},
        {**yes, "revision": [], "seal": "x"},
        {**yes, "seal": None},  # another machine, which has its address now
        {**yes, "seal": fence.seal("0" * 32, True, True, 7)},
        {**yes, "kept": False},
        {**yes, "kept": False},
        yes,
        yes,
    ]

    def answer(path: str, body: bytes) -> Any:
        assert path == "/api/v1/replication/fence"
        heard.append(json.loads(body))
        said = answers[len(heard) - 1]
        if said is None or not said["fenced"]:
            return said
        return {"seal": fence.seal(heard[-1]["question"], True, said["kept"], 7), **said}

    monkeypatch.setattr("server.standby.stage.TELL_EVERY_S", 0.05)
    thread = threading.Thread(target=_tell, args=(fence, None))
    thread.start()
    time.sleep(0.3)  # switched off: nobody there
    assert fence.to_tell == old
    with serving(port, answer):
        until(lambda: fence.to_tell == "", "a machine that confirms it")
        thread.join(5)
        time.sleep(0.2)
        assert len(heard) == 8 and heard[0] == {**asdict(fence.claim()), "question": heard[0]["question"]}
        assert Fence.at(tmp_path / "b", "contest").to_tell == ""
        told = post_claim(old, fence)
        assert told is not None and told.kept and told.revision == 7
