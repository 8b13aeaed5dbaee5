"""Plays a contest through the HTTP interface by what the console is offered, and remembers what was acknowledged."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from server.event_log import EventLog, Row
from tests.live import Show

RARELY = ("certify", "end_show", "lamp_test")
LOST = (OSError, http.client.HTTPException, json.JSONDecodeError)
"""What a request ends with when the server dies meanwhile."""
ANSWER_WITHIN_S = 30.0
TRY_AGAIN = (429, 503)


@dataclass
class Driver:
    """One console's worth of commands. `accepted`: id → (revision, types of its events); `refused`: ids."""

    show: Show
    token: str
    chance: Random
    accepted: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    start_again: Callable[[], Show] | None = None  # what its operator does when the whole show is dead
    away_s: list[float] = field(default_factory=list)
    """How long the projector's view could not be had, each time."""

    def command(self) -> dict[str, Any]:
        """Something that may be done now; mostly what leads on."""
        view = self.show.get("/api/v1/views/host", self.token)
        buzz = (view["scene"] or {}).get("buzz") or {}
        if buzz.get("phase") == "open" and self.chance.random() < 0.7:
            return {"type": "simulate_press", "seat": self.chance.randint(1, 5)}
        leading = [one for one in view["actions"] if one["id"] not in RARELY]
        others = [one for one in view["tools"] if one["id"] not in RARELY]
        offers = leading if leading and self.chance.random() < 0.8 else others or leading
        offer = self.chance.choice(offers)
        message = dict(offer["command"])
        for ask in offer["asks"]:
            message[ask["field"]] = self._filled(ask)
        return message

    def _filled(self, ask: dict[str, Any]) -> Any:
        values = [one["value"] for one in ask["choices"]]
        if ask["kind"] == "choice":
            return self.chance.choice(values)
        if ask["kind"] == "order":
            return self.chance.sample(values, len(values))
        return "a text" if ask["kind"] == "text" else int(ask["low"] * 100)

    def step(self) -> None:
        """One command, asked again with the same id until it is answered."""
        message: dict[str, Any] | None = None
        command_id, began = uuid.UUID(int=self.chance.getrandbits(128)).hex, time.monotonic()
        while True:
            try:
                message = message or self.command()
                fields = {key: value for key, value in message.items() if key not in ("type", "id")}
                status, answer = self.show.command(self.token, message["type"], command_id, **fields)
                if status not in TRY_AGAIN:
                    break
                time.sleep(0.1)
            except LOST:
                self.wait_for_the_screen(began)
        if status == 200:
            self.accepted[command_id] = (answer["revision"], tuple(answer.get("events", ())))
            if answer.get("repeated"):
                assert not answer["events"], "a repeated command does nothing"
        elif status in (400, 409):
            self.refused.add(command_id)
        else:
            raise AssertionError(f"{message} was answered {status}: {answer}")

    def wait_for_the_screen(self, since: float) -> None:
        """Until the projector's page is served again."""
        gone = time.monotonic()
        while True:
            if self.start_again is not None and self.show.process.poll() is not None:
                self.show = self.start_again()
            try:
                self.show.get("/api/v1/views/projector")
            except LOST:
                assert time.monotonic() - since < ANSWER_WITHIN_S, f"no answer: {self.show.printed[-20:]}"
                time.sleep(0.02)
            else:
                break
        self.away_s.append(time.monotonic() - gone)

    def check(self, log: EventLog) -> list[Row]:
        """The log has each accepted command once and where it was said to be, no refused one, and its chain holds."""
        rows = list(log.checked_rows())
        stored = {
            command_id: log.revision_of(f"host:{command_id}")
            for command_id in self.accepted | dict.fromkeys(self.refused)
        }
        for command_id, (revision, types) in self.accepted.items():
            assert revision <= len(rows), f"row {revision} of {len(rows)} is lost"
            if types:
                assert stored[command_id] == revision, f"{command_id} was acknowledged at {revision}"
                assert tuple(row.type for row in rows[revision - len(types) : revision]) == types
        assert not [one for one in self.refused if stored[one] is not None], "a refused command is in the log"
        assert log.last_seq == len(rows)
        return rows
