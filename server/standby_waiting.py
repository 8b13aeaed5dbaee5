"""What a standby answers on its port before it has taken over: that it is one. Pages ask it whether it rules yet."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import __version__
from .guard import origin_of

WITHIN_S = 5


class Waiting:
    """Listens until it is closed; its port is free again then.

    Args:
        address, port: where to listen.
        about: {"contest", "epoch", "revision", "primary", "origins"}, asked at each request.
    Raises OSError when the port cannot be had.
    """

    def __init__(self, address: str, port: int, about: Callable[[], dict[str, Any]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = WITHIN_S
            server_version = f"FirstPress/{__version__}"

            def do_GET(self) -> None:
                known = about()
                origin = self.headers.get("Origin", "")
                more = {"Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}
                if self.path == "/api/v1/epoch":
                    said = {
                        "contest": known["contest"],
                        "epoch": known["epoch"],
                        "rules": False,
                        "claim": None,
                    }
                    if origin_of(origin) in {origin_of(one) for one in known["origins"]}:
                        more["Access-Control-Allow-Origin"] = origin
                    self._answer(200, said, more)
                elif self.path == "/healthz":
                    self._answer(
                        200, {"status": "standby", "version": __version__, "revision": known["revision"]}, {}
                    )
                else:
                    self._answer(503, {"error": "this is a standby; it has not taken over"}, {})

            def _answer(self, status: int, content: dict[str, Any], headers: dict[str, str]) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(body)),
                    "Cache-Control": "no-store",
                    "X-Content-Type-Options": "nosniff",
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Pages ask every few seconds; that is nothing to print."""

        self._server = _Server((address, port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="waiting").start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """A page that went away in the middle of an answer is no news."""
