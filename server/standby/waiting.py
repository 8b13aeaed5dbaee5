"""What a standby answers on its port before it has taken over: that it is one. Pages and the first laptop ask."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .. import __version__
from ..door.guard import origin_of
from .fence import Fence

WITHIN_S = 5
MOST_AT_ONCE = 64  # connections; each has a thread
UNKNOWN = {"contest": "", "epoch": 0, "rules": False, "claim": None, "seal": None}


class Waiting:
    """Listens until it is closed; its port is free again then.

    Args:
        address, port: where to listen.
        about: {"revision", "origins"}, asked at each request.
        fence: of the show that is followed, None before its first word.
        encryption: to serve HTTPS, as the show will after the take-over.
    Raises OSError when the port cannot be had.
    """

    def __init__(
        self,
        address: str,
        port: int,
        about: Callable[[], dict[str, Any]],
        fence: Callable[[], Fence | None],
        encryption: ssl.SSLContext | None = None,
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = WITHIN_S
            server_version = f"FirstPress/{__version__}"

            def do_GET(self) -> None:
                known, asked = about(), urlsplit(self.path)
                origin = self.headers.get("Origin", "")
                more = {"Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}
                if asked.path == "/api/v1/epoch":
                    question = parse_qs(asked.query).get("question", [""])[0]
                    kept = fence()
                    if origin_of(origin) in {origin_of(one) for one in known["origins"]}:
                        more["Access-Control-Allow-Origin"] = origin
                    self._answer(200, kept.about(question, serves=False) if kept else UNKNOWN, more)
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
        self._server.encryption = encryption
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="waiting").start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    encryption: ssl.SSLContext | None = None

    def __init__(self, *arguments: Any) -> None:
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self.encryption is not None:
            # Shaken hands in its own thread, at the first read: a slow one holds up nobody.
            connection = self.encryption.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, *_: Any) -> None:
        """A page that went away in the middle of an answer is no news."""
