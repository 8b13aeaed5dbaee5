"""A page of a running show without a browser: its socket, what it was told, and what it asks."""

from __future__ import annotations

import uuid
from typing import Any

import socketio

from tests.live import Show, until


class SocketPage:
    """What a page's socket does: keeps the last snapshot and what else it hears, sends commands.

    `said`: what the page says of itself when it connects. Raises ConnectionError when it is not let in.
    """

    def __init__(
        self, show: Show, role: str, cookie: str = "", origin: str | None = None, **said: Any
    ) -> None:
        self.namespace = f"/{role}"
        self.view: dict[str, Any] = {}
        self.told: list[tuple[str, Any]] = []
        self.client = socketio.Client(reconnection=False)
        self.client.on("snapshot", self._keep, namespace=self.namespace)
        for event in ("display", "do"):
            self.client.on(event, self._hear(event), namespace=self.namespace)
        self.client.eio.websocket_extra_options = {"origin": origin or show.base}
        headers = {"Cookie": cookie} if cookie else {}
        self.client.connect(
            show.base,
            headers,
            auth=said or None,
            transports=["websocket"],
            namespaces=[self.namespace],
            wait_timeout=10,  # its own patience is a second: too little on a machine that does much else
        )

    def _keep(self, view: dict[str, Any]) -> None:
        self.view = view

    def _hear(self, event: str) -> Any:
        def keep(content: Any) -> None:
            self.told.append((event, content))

        return keep

    def hears(self, event: str) -> Any:
        """The last it was told of that name."""
        return until(lambda: [one for name, one in self.told if name == event], event)[-1]

    def call(self, event: str, *content: Any) -> Any:
        """What the server acknowledges an event with."""
        return self.client.call(event, *content, namespace=self.namespace, timeout=5)

    def ask(self, kind: str, **fields: Any) -> Any:
        return self.call("command", {"id": uuid.uuid4().hex, "type": kind, **fields})

    def __enter__(self) -> SocketPage:
        # The client hands each event to a thread of its own: in which order they arrive here says nothing.
        until(lambda: self.view, "the snapshot")
        self.hears("display")
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
