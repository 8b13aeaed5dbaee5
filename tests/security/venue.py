"""A show under attack: who is signed in, a console that must stay answered, and what was refused in the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.live import Show, until
from tests.server.socket_page import SocketPage

CONTEST = """
title = "安全演练"
tie_break = "none"
[[contestant]]
name = "甲"
unit = "东区"
[[contestant]]
name = "乙"
unit = "西区"
[[contestant]]
name = "丙"
unit = "南区"
[[judge]]
name = "评委一"
unit = "北区"
chief = true
[[judge]]
name = "评委二"
unit = "北区"
[[round]]
kind = "buzz_in"
questions = 3
[buzzers]
web = true
"""
ANSWERED_WITHIN_S = 3.0  # a host's command under attack, on a machine that runs other tests beside; alone it takes a hundredth
BETWEEN_S = 0.15


class Venue:
    """A running show with everybody signed in. `cookies`: account → Cookie header."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.token = show.token()
        self.cookies = {"host": show.cookie(), "operator": show.cookie("operator")}
        self.cookies |= {f"judge-{number}": show.cookie("judge", judge=number) for number in (1, 2)}
        self.cookies |= {f"seat-{seat}": show.cookie("desk", seat=seat) for seat in (1, 2, 3)}

    def revision(self) -> int:
        """How many events the log holds: unchanged means that nothing happened."""
        return int(self.show.get("/healthz")["revision"])

    def refusals(self, word: str) -> list[str]:
        """The lines of the log that say something was refused, with `word` in them."""
        return [line for line in self.show.printed if line.startswith("refused (") and word in line]

    def refused(self, word: str, before: int = 0, seconds: float = 15.0) -> list[str]:
        """The lines of refusals with `word`, once there are more than `before`; each is one line of its own."""
        until(lambda: len(self.refusals(word)) > before, f"a line 'refused … {word}'", seconds)
        return self.refusals(word)

    @contextmanager
    def under_attack(self, changes: int = 0) -> Iterator[None]:
        """What is done inside changes nothing, leaves a console of the host answered, and kills no process.

        changes: events that it may add to the log.
        """
        children, revision = self.show.children(), self.revision()
        waits: list[float] = []
        done = threading.Event()
        with SocketPage(self.show, "host", self.cookies["host"], page="ab" * 16) as console:
            console.ask("control", do="take")

            def probe() -> None:
                muted = False
                while not done.is_set():
                    muted = not muted
                    began = time.monotonic()
                    answer = console.ask("mute", on=muted)
                    assert answer["accepted"], answer
                    waits.append(time.monotonic() - began)
                    done.wait(BETWEEN_S)

            failed: list[BaseException] = []

            def guarded() -> None:
                try:
                    probe()
                except BaseException as error:
                    failed.append(error)

            thread = threading.Thread(target=guarded)
            thread.start()
            try:
                yield
            finally:
                done.set()
                thread.join(20)
            assert not failed, f"the console was not answered: {failed}"
            console.ask("mute", on=False)
        assert waits and max(waits) < ANSWERED_WITHIN_S, f"the console waited {max(waits):.1f} s"
        assert self.show.children() == children, "a process died"
        assert self.revision() == revision + changes, "the contest changed"

    def complaints(self) -> list[str]:
        """Lines of the log that no refusal may cause: tracebacks, and errors of libraries."""
        words = ("Traceback", "Exception", "handler error", 'File "')
        return [line for line in self.show.printed if any(word in line for word in words)]


@contextmanager
def opened(folder: Path, *arguments: str, contest: str = CONTEST) -> Iterator[Venue]:
    """A venue of its own in `folder`."""
    file = folder / "contest.toml"
    file.write_text(contest, encoding="utf-8")
    with Show(folder / "data", "--contest", str(file), *arguments) as show:
        yield Venue(show)


def everybody() -> list[tuple[str, str, dict[str, Any]]]:
    """(namespace, account in `cookies` or "", what the page says) of each page that is not the host's."""
    return [
        ("projector", "", {"page": "cd" * 16}),
        ("stage", "", {"page": "ce" * 16}),
        ("audience", "", {}),
        ("desk", "seat-1", {"clock": "ef" * 16}),
        ("judge", "judge-1", {}),
        ("judge", "judge-2", {}),
        ("operator", "operator", {"page": "cf" * 16}),
    ]
