"""The usual way, for comparison: `python -m benchmarks.load_stock PORT`, Flask-SocketIO 5 on eventlet with plain `socketio.emit`.

One process, one namespace, default settings; but `max_size`, without which client 1,025 would hang. A page gets a snapshot
when it joins; `POST /view` sets what is sent, a snapshot or a patch, and `POST /change` sends it to all with the next
revision and the time.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

from flask import Flask, request

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet says that it is deprecated; it is what is compared with
    from flask_socketio import Namespace, SocketIO, emit

CONNECTIONS = 20_000
SPACE = "/audience"


class Hall:
    """What the server has to tell: one event with one object, and its revision."""

    def __init__(self) -> None:
        self.event = "snapshot"
        self.content: dict[str, Any] = {}
        self.revision = 1

    def first(self) -> dict[str, Any]:
        """What a page gets when it joins."""
        return {**self._now(), "serial": self.revision, **self.content}

    def change(self) -> dict[str, Any]:
        """What all pages get, with the next revision."""
        self.revision += 1
        now = self._now()
        if self.event == "snapshot":
            return {**now, **self.content}
        return {
            "from": self.revision - 1,
            "to": self.revision,
            "contest_ns": now["contest_ns"],
            **self.content,
            "set": [[["revision"], self.revision], *self.content["set"]],
        }

    def _now(self) -> dict[str, int]:
        return {"revision": self.revision, "contest_ns": time.monotonic_ns()}


def make() -> tuple[Flask, SocketIO]:
    """The application and its sockets."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="eventlet")
    hall = Hall()

    class Audience(Namespace):  # type: ignore[misc]
        def on_connect(self, _: Any = None) -> None:
            emit("snapshot", hall.first())

        def on_clock(self) -> dict[str, int]:
            return {"contest_ns": time.monotonic_ns()}

    socketio.on_namespace(Audience(SPACE))

    @app.post("/view")
    def view() -> dict[str, Any]:
        message = request.get_json()
        hall.event, hall.content = message["event"], message["content"]
        return {"revision": hall.revision}

    @app.post("/change")
    def change() -> dict[str, Any]:
        message = hall.change()
        revision = hall.revision
        socketio.emit(hall.event, message, namespace=SPACE)
        return {"revision": revision}

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        return {"status": "ok"}

    return app, socketio


def main() -> None:
    app, socketio = make()
    socketio.run(app, host="127.0.0.1", port=int(sys.argv[1]), max_size=CONNECTIONS, log_output=False)


if __name__ == "__main__":
    main()
