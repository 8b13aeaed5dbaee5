"""A client of the timing core's stream that keeps everything it is told, sorted by arming."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.buzzers.helpers import StreamClient

ANSWER_S = 10.0
Message = dict[str, Any]


class Collector:
    """Reads on a thread of its own, from `with` to its end. Times are CLOCK_MONOTONIC in ns."""

    def __init__(self, path: Path) -> None:
        self._client = StreamClient(path)
        self._news = threading.Condition()
        self._boxes: list[Message] = []
        self._verdicts: dict[str, Message] = {}
        self._presses: dict[str, list[Message]] = defaultdict(list)
        self._seq = 0
        self._thread = threading.Thread(target=self._read, name="collector", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._thread.join(ANSWER_S)

    def arm_and_open(self, arming: str, seats: tuple[int, ...], open_in_ms: int) -> int:
        """Arms now and opens soon; the instant of opening. What was told so far is acknowledged."""
        self._client.send("ack", seq=self._seq)
        return self._client.arm_and_open(arming, open_in_ms, seats=seats)

    def verdict(self, arming: str) -> Message:
        """The verdict of an arming, as soon as it is there. Raises TimeoutError."""
        self._wait(lambda: arming in self._verdicts, f"the verdict of {arming}")
        return self._verdicts[arming]

    def presses(self, arming: str) -> list[Message]:
        """Every press that was told of an arming so far, fouls left aside."""
        with self._news:
            return list(self._presses[arming])

    def all_up(self, count: int) -> None:
        """Returns when `count` boxes are up, their clocks trusted. Raises TimeoutError."""

        def up() -> bool:
            return len(self._boxes) == count and all(box["state"] == "up" for box in self._boxes)

        self._wait(up, f"{count} boxes that are up")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        limit_s = time.monotonic() + ANSWER_S
        with self._news:
            while not condition():
                if not self._news.wait(limit_s - time.monotonic()) and time.monotonic() > limit_s:
                    raise TimeoutError(f"waited in vain for {what}: {self._boxes}")

    def _read(self) -> None:
        while (message := self._client.read()) is not None:
            self._client.messages.clear()
            with self._news:
                self._keep(message)
                self._news.notify_all()

    def _keep(self, message: Message) -> None:
        self._seq = message.get("seq", self._seq)
        if message["type"] == "boxes":
            self._boxes = message["boxes"]
        elif message["type"] == "verdict":
            self._verdicts[message["arming"]] = message
            self._presses[message["arming"]] += [
                press for press in message["presses"] if press["status"] != "foul"
            ]
        elif message["type"] == "late_press":
            self._presses[message["arming"]].append(message["press"])
