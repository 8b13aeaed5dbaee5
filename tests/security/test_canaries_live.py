"""Every byte that a running show sends to pages, phones and scripts while a final is played: none holds a secret too early."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from question_bank import media_files, samples
from question_bank.bank import Bank
from question_bank.question import Question
from tests.live import Show, free_port, until
from tests.security.salted_final import CONTEST, salted
from tests.security.wire import CLOSE, RawSocket, ask

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
CANARY = re.compile(r"CAN!(\w+)!([\w-]+)!")
MARKS = {1: 13.37, 2: 17.11, 3: 11.73}  # findable, and no judge's mark is like another's
MOST_STEPS = 120
BEFORE_REVEAL = ("answer", "key", "why")
NEVER = ("source", "variant", "brief", "transcript")
FOR_THE_HOST_ALONE = (
    '"staged":{',
    '"stakes_in":[1',
    '"stakes_in":[2',
    "ruling_staged",
    "stake_chosen",
    '"sessions":[{',
)
"""How a ruling that waits, who has chosen a stake, and who is signed in would look in a message; without its blanks."""


class Listener:
    """One page's socket, read by a thread of its own; each message is judged by what the hall knows when it comes."""

    def __init__(self, name: str, role: str, line: RawSocket, final: Final) -> None:
        self.name, self.role, self.socket, self.final = name, role, line, final
        self.bytes = 0
        line.connection.settimeout(30)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            while (got := self.socket.receive()) is not None and got[0] != CLOSE:
                self.bytes += len(got[1])
                self.final.judge(self.name, self.role, got[1].decode(errors="replace"))

    def end(self) -> None:
        """Hang up, and wait until all that came has been looked at."""
        with contextlib.suppress(OSError):  # it may be cut already
            self.socket.connection.shutdown(socket.SHUT_RDWR)  # closed alone it would go on waiting
        self.thread.join(5)
        self.socket.close()


class FeedListener:
    """What the stage hands to a process of the audience, read as another such process."""

    def __init__(self, path: str, final: Final) -> None:
        self.bytes = 0
        self.final = final
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(path)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError), self.connection.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                self.bytes += len(line)
                self.final.judge("feed", "audience", line)

    def close(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.connection.close()


def feed_of(show: Show) -> str:
    """The address of the stream from the stage to the audience's process."""
    stage = Path(f"/proc/{show.children()['server.stage_process']}/cmdline").read_bytes().decode().split("\0")
    return stage[stage.index("--feed") + 1]


class Final:
    """A final under way, and what everybody may know of its questions by now. phones: the port of the audience's process."""

    def __init__(self, show: Show, phones: int) -> None:
        self.show, self.phones = show, phones
        self.token = show.token()
        self.judges = {number: show.token("judge", judge=number) for number in MARKS}
        self.tokens = {role: show.token(role) for role in ("operator", "display", "audience")}
        self.tokens |= {f"judge {number}": token for number, token in self.judges.items()}
        self.tokens |= {f"desk {seat}": show.token("desk", seat=seat) for seat in (1, 2)}
        self.presented: set[str] = set()
        self.revealed: set[str] = set()
        self.marks_revealed = False
        self.scenario_over = False
        self.leaks: list[str] = []
        self.held_back: set[str] = set()
        self.staged = 0
        self.answered: Counter[str] = Counter()

    def judge(self, name: str, role: str, text: str) -> None:
        """Note what `text` says too early."""
        for place, question in set(CANARY.findall(text)):
            if place.startswith(("prompt", "option", "alt")):
                right = question in self.presented
            elif place in BEFORE_REVEAL:
                right = question in self.revealed
            elif place == "item":
                right = role == "judge" and question in self.presented
            else:
                assert place in NEVER
                right = False
            if not right:
                self.leaks.append(f"{name}: {place} of {question}")
        self.leaks += [f"{name}: {word}" for word in FOR_THE_HOST_ALONE if word in text.replace(" ", "")]
        if not self.marks_revealed:
            own = int(name[-1]) if role == "judge" else 0
            for judge, mark in MARKS.items():
                if judge != own and str(mark) in text:
                    self.leaks.append(f"{name}: the mark of judge {judge}")

    def will_show(self, command: dict[str, Any], view: dict[str, Any]) -> None:
        """What the hall learns by a command, noted before it is given: pages hear of it before the host's answer."""
        kind = command["type"]
        if kind in ("present", "start_tie_break", "replace_question", "call_turn", "start_round"):
            told = view.get("preview") or {}
            self.presented |= {question for _, question in CANARY.findall(json.dumps(told))}
        if kind in ("reveal_answer", "undo", "redo"):
            now = view.get("secret") or {}
            self.revealed |= {question for _, question in CANARY.findall(json.dumps(now))}
        if kind == "reveal_marks":
            self.marks_revealed = True


QUESTIONS = {"compulsory": 4, "scenario": 3, "buzz_in": 2, "risk": 9}


@pytest.fixture
def final(tmp_path: Path) -> Iterator[Final]:
    contest, data = tmp_path / "contest.toml", tmp_path / "data"
    contest.write_text(CONTEST, encoding="utf-8")
    (data / media_files.FOLDER).mkdir(parents=True)
    with Bank(tmp_path / "samples.db") as shipped, Bank(data / "bank.db") as bank:
        samples.load(shipped)
        chosen: list[Question] = []
        for kind in QUESTIONS:
            of_kind = [one for one in shipped.all() if one.round == kind and not one.media]
            chosen += of_kind
        bank.add_all([salted(one) for one in chosen])
    port = free_port()
    with Show(data, "--contest", str(contest), audience_port=port) as show:
        yield Final(show, port)


def listeners(final: Final) -> list[Listener]:
    show = final.show
    made = [
        Listener(role, role, RawSocket(show, f"/{role}", '{"patches":true}' if patches else "{}"), final)
        for role in ("projector", "stage", "audience")
        for patches in (False, True)
    ]
    if final.phones:
        hall: Any = SimpleNamespace(port=final.phones, base=f"http://127.0.0.1:{final.phones}")
        made += [
            Listener("phone", "audience", RawSocket(hall, "/audience", said), final)
            for said in ("{}", '{"patches":true}')
        ]
    for number in MARKS:
        _, cookie = show.sign_in("judge", show.passphrases[f"judge-{number}"], judge=number)
        headers = {"Cookie": cookie}
        made.append(
            Listener(f"judge {number}", "judge", RawSocket(show, "/judge", "{}", headers=headers), final)
        )
    for seat in (1, 2):
        _, cookie = show.sign_in("desk", show.passphrases[f"seat-{seat}"], seat=seat)
        headers = {"Cookie": cookie}
        page = RawSocket(show, "/desk", '{"patches":true}', headers=headers)
        made.append(Listener(f"desk {seat}", "desk", page, final))
    _, cookie = show.sign_in("operator", show.passphrases["operator"])
    for said in ("{}", '{"patches":true}', json.dumps({"page": "cf" * 16, "patches": True})):
        page = RawSocket(show, "/operator", said, headers={"Cookie": cookie})
        made.append(Listener("operator", "operator", page, final))
    bearer = {"Authorization": f"Bearer {final.tokens['display']}"}
    page = RawSocket(show, "/projector", json.dumps({"page": "cd" * 16}), headers=bearer)
    return [*made, Listener("display", "display", page, final)]


def say_everything(pages: list[Listener]) -> None:
    """What every page may say or not: the answers are looked at like all that comes."""
    for page in pages:
        namespace = {"display": "/projector", "phone": "/audience"}.get(page.name, f"/{page.role}")
        command = {"id": uuid.uuid4().hex, "type": "reveal_answer"}
        for number, (event, content) in enumerate(
            (("clock", {}), ("again", {}), ("command", command), ("state", {}))
        ):
            page.socket.event(namespace, event, content, number=number)


PUBLIC = (
    "/healthz",
    "/api/v1/views/projector",
    "/api/v1/views/stage",
    "/api/v1/views/audience",
    "/api/v1/events?after=0",
    "/api/v1/events?after=x",
    "/api/v1/views/host",
    "/api/v1/views/nobody",
    "/login/host",
    "/login/judge",
    "/media/q-000000000000.png",
    "/",
)


OF_ROLES = (
    *(f"/api/v1/views/{role}" for role in ("host", "operator", "judge", "desk", "projector")),
    "/host",
    "/result",
)


def ask_everywhere(final: Final) -> None:
    """All that can be asked for over HTTP, by strangers and by every role but the host's."""
    for name, token in final.tokens.items():
        role, headers = name.split(" ")[0], {"Authorization": f"Bearer {token}"}
        for path in OF_ROLES:
            answer = ask(final.show, path, headers=headers)[1].decode(errors="replace")
            final.judge(f"GET {path} as {name}", role, answer)
            final.answered[role] += answer.startswith("HTTP/1.1 200") and path == f"/api/v1/views/{role}"
        for kind in ("reveal_answer", "undo", "nothing"):
            body = json.dumps({"id": uuid.uuid4().hex, "type": kind}).encode()
            answer = ask(final.show, "/api/v1/commands", "POST", headers, body)[1].decode(errors="replace")
            final.judge(f"POST {kind} as {name}", role, answer)
            assert not answer.startswith("HTTP/1.1 200"), f"{name} may {kind}"
    for path in PUBLIC:
        final.judge(f"GET {path}", "projector", ask(final.show, path)[1].decode(errors="replace"))
    command = b'{"id":"12345678","type":"reveal_answer"}'
    for headers in ({"Origin": final.show.base}, {"Authorization": "Bearer nobody"}):
        answer = ask(final.show, "/api/v1/commands", "POST", headers, command)[1].decode(errors="replace")
        final.judge("POST command", "projector", answer)


def step(final: Final) -> bool:
    """The next thing that the console offers, judges' marks and presses included; False at the end."""
    show, token = final.show, final.token
    view = show.get("/api/v1/views/host", token)
    final.held_back |= {place for place, _ in CANARY.findall(json.dumps(view))}
    if view["staged"]:
        final.staged += 1
        ask_everywhere(final)  # while it waits
    scene = view["scene"]
    if (scene.get("buzz") or {}).get("phase") == "open":
        show.command(token, "simulate_press", seat=2)
        until(lambda: show.get("/api/v1/views/projector")["scene"]["buzz"]["phase"] != "open", "a verdict")
        return True
    if scene["name"] == "scenario" and scene["phase"] == "marking":
        for number, mark in MARKS.items():
            own = final.judges[number]
            sheet = show.get("/api/v1/views/judge", own)["sheet"]
            if sheet["state"] == "open":
                parts = [0.0] * (len(sheet["items"]) - 1)
                first = min(mark, sheet["items"][0]["max"])
                rest = [first, *parts]
                left = round(mark - first, 2)
                for index in range(1, len(rest)):
                    rest[index] = min(left, sheet["items"][index]["max"])
                    left = round(left - rest[index], 2)
                status, answer = show.command(own, "submit_marks", marks=[round(one, 2) for one in rest])
                assert status == 200, answer
                final.judge(f"answer to judge {number}", "judge", json.dumps(answer, ensure_ascii=False))
        view = show.get("/api/v1/views/host", token)
    if scene["name"] == "stakes" and not scene["stakes"]:
        for seat in (1, 2):
            show.command(token, "choose_stake", seat=seat, points=10 * seat)
    for action in view["actions"]:
        command = dict(action["command"])
        if command["type"] == "certify":
            return False
        final.will_show(command, view)
        if show.command(token, command.pop("type"), **command)[0] == 200:
            return True
    return False


def play(final: Final, pages: list[Listener]) -> int:
    """The whole final; how many steps it had."""
    steps = 0
    while steps < MOST_STEPS and step(final):
        steps += 1
        if steps % 5 == 0:
            say_everything(pages)
        if FULL or steps % 6 == 0:
            ask_everywhere(final)
        if steps % 7 == 0 and final.show.command(final.token, "undo")[0] == 200:
            final.show.command(final.token, "redo")
    return steps


def test_no_byte_too_early(final: Final) -> None:
    pages = listeners(final)
    feed = FeedListener(feed_of(final.show), final)
    try:
        steps = play(final, pages)
    finally:
        feed.close()
        for page in pages:
            page.end()
    ask_everywhere(final)
    assert final.leaks == [], sorted(set(final.leaks))[:10]
    assert steps > 25 and len(final.presented) > 5 and final.marks_revealed, (steps, final.presented)
    assert final.staged >= 2, "hardly a ruling waited"
    assert all(final.answered[role] > 5 for role in ("operator", "judge", "desk")), final.answered
    assert {"prompt", "why", "source"} <= final.held_back, "the host saw no secrets: there were none to leak"
    sent = [*((page.name, page.bytes) for page in pages), ("feed", feed.bytes)]
    assert all(count > 5_000 for _, count in sent), f"somebody was sent next to nothing: {sent}"
    kept = (
        (final.show.data / "displays.json").read_text()
        if (final.show.data / "displays.json").exists()
        else ""
    )
    log = "".join(final.show.printed)
    assert not CANARY.search(kept + log), (
        "a question's text lies in displays.json or the log of the processes"
    )
