"""A host for tests: a serial port, a decoder and a link, driven step by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

import serial

from buzzers.frames import Decoder, Event, Hello, Identify, Message, Ping, Pong, encode
from buzzers.link import BoxLink


class Host:
    """Sends what it is told and waits for what is to come; acknowledges events unless told not to."""

    def __init__(self, port: str) -> None:
        self.serial = serial.Serial(port, 500_000, timeout=0.02, exclusive=True)
        self.decoder = Decoder()
        self.link = BoxLink()
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.acknowledge = True
        self._token = 0

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.serial.close()

    def send(self, *messages: Message) -> None:
        """Send these messages, one frame each."""
        self.send_bytes(b"".join(encode(message) for message in messages))

    def send_bytes(self, data: bytes) -> None:
        """Send these bytes as they are."""
        self.serial.write(data)

    def poll(self) -> list[Message]:
        """Take what has come within some 20 ms."""
        news = self.decoder.feed(self.serial.read(max(1, self.serial.in_waiting)))
        for message in news:
            self.messages.append(message)
            self.events += self.link.receive(message)
        ack = self.link.next_ack()
        if ack is not None and self.acknowledge:
            self.send(ack)
        return news

    def until(self, done: Callable[[], bool], timeout_s: float = 20.0, *, pings: bool = True) -> None:
        """Poll until ``done``, keeping the link open by pings; AssertionError in vain."""
        limit = time.monotonic() + timeout_s
        next_ping = 0.0
        while not done():
            now = time.monotonic()
            assert now < limit, f"waited {timeout_s} s in vain; got {self.messages[-5:]}"
            if pings and now > next_ping:
                self.ping()
                next_ping = now + 0.2
            self.poll()

    def listen(self, seconds: float) -> list[Message]:
        """Take all that comes in this time, without a word."""
        limit = time.monotonic() + seconds
        news: list[Message] = []
        while time.monotonic() < limit:
            news += self.poll()
        return news

    def identify(self) -> Hello:
        """Ask who is there; the answer."""
        seen = len(self.messages)
        self.send_bytes(b"\0" + encode(Identify()))
        self.until(lambda: any(isinstance(message, Hello) for message in self.messages[seen:]))
        return next(message for message in self.messages[seen:] if isinstance(message, Hello))

    def ping(self, hold_ticks: int = 0) -> int:
        """Send a ping; its token."""
        self._token += 1
        self.send(Ping(self._token, hold_ticks))
        return self._token

    def pong(self) -> Pong:
        """The answer to a ping that is sent now."""
        return self.answer(self.ping())

    def answer(self, token: int) -> Pong:
        """The answer to this ping. No other ping meanwhile: it would take this one's place."""

        def answers() -> list[Pong]:
            return [
                message for message in self.messages if isinstance(message, Pong) and message.token == token
            ]

        self.until(lambda: bool(answers()), pings=False)
        return answers()[0]

    def presses(self) -> list[Event]:
        """Presses that came so far."""
        return [event for event in self.events if event.kind == 1]

    def releases(self) -> list[Event]:
        """Releases that came so far."""
        return [event for event in self.events if event.kind == 2]
