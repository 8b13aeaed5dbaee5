"""A page and a file without encryption, in a process of its own: how a tablet gets the authority's certificate.

It is given that certificate and nothing else of the show: no log, no secret, no key, no way into the stage.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ..door.refusals import refused
from .authority import fingerprint

DISPLAY = Path(__file__).resolve().parent.parent.parent / "display"
PAGE, CERTIFICATE = "/trust", "/trust/firstpress.crt"
AT_ONCE = 32  # connections; more are closed, the page is asked for a few times in a show
WITHIN_S = 5.0  # for each part of a request
CSS = {"/trust/trust.css": "trust/trust.css", "/trust/colours.css": "shared/colours.css"}
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
WRONG_CALL = 2


def answers(certificate: x509.Certificate) -> dict[str, tuple[str, bytes]]:
    """Path → its type and content: everything that there is here."""
    page = (DISPLAY / "trust" / "index.html").read_text(encoding="utf-8")
    parts = fingerprint(certificate).split(":")
    # Zero-width spaces would be copied along; a group of four bytes is what a phone's width takes.
    groups = " ".join(":".join(parts[start : start + 4]) for start in range(0, len(parts), 4))
    page = page.replace("{{FINGERPRINT}}", groups)
    page = page.replace("{{UNTIL}}", f"{certificate.not_valid_after_utc:%Y-%m-%d}")
    der = certificate.public_bytes(serialization.Encoding.DER)
    return {
        PAGE: ("text/html; charset=utf-8", page.encode()),
        # Without a Content-Disposition: with one, an iPad stores the file instead of offering to trust it.
        CERTIFICATE: ("application/x-x509-ca-cert", der),
        **{path: ("text/css; charset=utf-8", (DISPLAY / file).read_bytes()) for path, file in CSS.items()},
    }


class TrustServer(ThreadingHTTPServer):
    """Serves `content` (path → type, bytes) to a few at a time."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, where: tuple[str, int], content: dict[str, tuple[str, bytes]]) -> None:
        super().__init__(where, Handler)
        self.content = content
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            refused("trust page", str(client_address[0]), f"more than {AT_ONCE} connections at once")
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        refused("trust page", str(client_address[0]), sys.exc_info()[1])


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of what there is; everything else is 404, 405 or the standard library's own refusal."""

    server: TrustServer
    server_version = "FirstPress"
    sys_version = ""
    timeout = WITHIN_S

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in ("/", f"{PAGE}/"):
            self._head(302, {"Location": PAGE, "Content-Length": "0"})
            return
        kind, content = self.server.content.get(path, ("", b""))
        if not kind:
            self._head(404, {"Content-Length": "0"})
            return
        self._head(200, {"Content-Type": kind, "Content-Length": str(len(content))})
        if self.command == "GET":
            self.wfile.write(content)

    do_HEAD = do_GET

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        common = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in {**common, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads a line for each tablet."""


def end_with_parent() -> None:
    """End this process when the supervisor's end of our standard input closes, however it died."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.tls.trust_page", description=__doc__)
    parser.add_argument("--certificate", type=Path, required=True, help="the authority's, PEM")
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lifeline", action="store_true", help="end when standard input closes")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if options.lifeline:
        end_with_parent()
    certificate = x509.load_pem_x509_certificate(options.certificate.read_bytes())
    try:
        server = TrustServer((options.host, options.port), answers(certificate))
    except (OSError, OverflowError) as error:
        taken = getattr(error, "errno", None) == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be used ({error})"
        print(
            f"firstpress: port {options.port} {reason}; the page for tablets needs one: choose another with "
            "--trust-port (0: none)",
            file=sys.stderr,
        )
        return WRONG_CALL
    server.serve_forever(poll_interval=1.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
