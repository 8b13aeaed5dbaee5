"""The authors' pages as a process of its own: sign-in, who may ask from where, and the pages themselves."""

from __future__ import annotations

import hmac
import ipaddress
import socketserver
import threading
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, request
from werkzeug.security import safe_join
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response as AnyResponse

from question_bank.bank import Bank
from question_bank.blueprint import Plan

from ..game.rulebook import Rulebook
from .accounts import SESSION_S, Accounts, BadAccount, Session, Sessions, Tries
from .api import BANK_FILE, add_api

DISPLAY = Path(__file__).resolve().parent.parent.parent / "display"
COOKIE = "firstpress-bank"
TOKEN_HEADER = "X-Bank-Token"
LARGEST_BODY = 256 * 1024
MOST_CHECKS = 2  # passphrases at once: each takes 32 MB and a tenth of a second
MOST_CONNECTIONS = 64
IDLE_S = 30
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
OPEN = ("/login", "/display/", "/favicon.ico")  # what anybody may ask for


def make_bank_app(
    data: Path,
    *,
    names: tuple[str, ...] = (),
    beyond_this_machine: bool = False,
    contest: Callable[[], tuple[Rulebook, Plan] | None] = lambda: None,
    now_s: Callable[[], float] = time.monotonic,
) -> Flask:
    """The WSGI application of the authors' pages.

    Args:
        data: the data folder with bank.db, media and authors.json.
        names: host names under which it may be asked for, besides localhost.
        beyond_this_machine: whether it may be asked for by an address of the network too.
        contest: rules and [paper] of the contest that the figures are held against; None for none.
        now_s: seconds that only grow, for sessions and tries.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PROPAGATE_EXCEPTIONS=False)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    accounts, sessions, tries = Accounts(data), Sessions(now_s), Tries(now_s)
    checking = threading.BoundedSemaphore(MOST_CHECKS)

    def session_here() -> Session | None:
        return sessions.get(request.cookies.get(COOKIE), accounts.stamp)

    @app.before_request
    def guard() -> AnyResponse | tuple[dict[str, object], int] | None:
        if not host_allowed(request.host, names, beyond_this_machine):
            abort(421)  # a page elsewhere that had this address put behind its own name
        changing = request.method not in ("GET", "HEAD", "OPTIONS")
        if changing and not from_our_page():
            abort(403)
        if request.path.startswith(OPEN):
            return None
        session = session_here()
        if session is None:
            if request.path.startswith(("/api/", "/media/")):
                return {
                    "error": {"zh": "登录已失效，请重新登录", "en": "Signed out: please sign in again"}
                }, 401
            return redirect("/login", 303 if changing else 302)
        if changing and not _same(
            request.headers.get(TOKEN_HEADER) or request.form.get("token", ""), session.token
        ):
            abort(403)
        g.author, g.token = session.author, session.token
        return None

    @app.after_request
    def secure(response: Response) -> Response:
        if response.status_code == 304 or request.method == "HEAD":
            response.close()  # nothing of a media file is sent, so nobody else closes it
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(BadAccount)
    def damaged(error: BadAccount) -> tuple[dict[str, object], int]:
        return {"error": {"zh": error.zh, "en": error.en}}, 503

    @app.get("/login")
    def login() -> AnyResponse:
        return redirect("/questions") if session_here() else _sign_in_page()

    @app.post("/login")
    def sign_in() -> AnyResponse:
        name, passphrase = request.form.get("name", "")[:80].strip(), request.form.get("passphrase", "")
        if wait_s := tries.wait_s(name.casefold()):
            minutes = -(-wait_s // 60)
            said = f"试得太多，请 {minutes} 分钟后再试 · Too many tries: wait {minutes} min"
            refused = _sign_in_page(said, name, 429)
            refused.headers["Retry-After"] = str(wait_s)
            return refused
        with checking:
            author = accounts.check(name, passphrase)
        with Bank(data / BANK_FILE) as bank:
            # What was typed for a name may be a passphrase: only a name that there is goes into the log.
            known = author or next((one for one in accounts.names() if one == name), "?")
            bank.log_access(known, "author_signed_in" if author else "author_refused", "")
        stamp = accounts.stamp(author) if author else None
        if author is None or stamp is None:
            return _sign_in_page("姓名或口令不对 · Wrong name or passphrase", name, 403)
        tries.was_right(name.casefold())
        response = redirect("/questions", 303)
        response.set_cookie(
            COOKIE,
            sessions.begin(author, stamp),
            max_age=SESSION_S,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
        return response

    @app.post("/logout")
    def sign_out() -> AnyResponse:
        sessions.end(request.cookies.get(COOKIE))
        response = redirect("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
        return response

    add_api(app, data, contest)
    _add_pages(app)
    return app


def _add_pages(app: Flask) -> None:
    @app.get("/")
    def index() -> AnyResponse:
        return redirect("/questions")

    @app.get("/questions")
    @app.get("/questions/<question_id>")
    @app.get("/new")
    @app.get("/review")
    @app.get("/statistics")
    def page(question_id: str = "") -> Response:
        return _file("bank/index.html")

    @app.get("/projector")
    def projector() -> Response:
        return _file("projector/index.html")

    @app.get("/display/<path:name>")
    def static_file(name: str) -> Response:
        response = _file(name)
        forever = name.startswith(("fonts/", "vendor/"))
        response.headers["Cache-Control"] = "max-age=86400" if forever else "no-cache"
        return response

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return _file("shared/icon.svg")


def _file(name: str) -> Response:
    """A file of the pages, read whole: they are small, and no file stays open where a browser turns away halfway."""
    found = safe_join(str(DISPLAY), name)
    if found is None or not Path(found).is_file():
        abort(404)
    path = Path(found)
    response = Response(path.read_bytes(), mimetype=TYPES.get(path.suffix, "application/octet-stream"))
    response.add_etag()
    response.make_conditional(request)
    return response


def _sign_in_page(error: str = "", name: str = "", status: int = 200) -> Response:
    page = (DISPLAY / "bank" / "sign-in.html").read_text(encoding="utf-8")
    for marker, text in {"{{ERROR}}": error, "{{NAME}}": name}.items():
        page = page.replace(marker, escape(text))
    return Response(page, status=status, mimetype="text/html")


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def host_allowed(host: str, names: tuple[str, ...], beyond_this_machine: bool) -> bool:
    """Whether this may be asked for under that Host header.

    A page elsewhere can have its own name lead to this machine, and then reads what it is answered; it cannot do
    that with an address, nor with a name that is not its own.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name in names:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or beyond_this_machine


def from_our_page() -> bool:
    """Whether a request that changes something comes from a page of this very origin, as the browser says."""
    origin = request.headers.get("Origin", "")
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == request.host


class _Handler(WSGIRequestHandler):
    """Says nothing of who asks for what: an address holds ids of questions, and a log is kept longer than it is needed."""

    timeout = IDLE_S

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return None

    def version_string(self) -> str:
        return "FirstPress"


class BankServer(socketserver.ThreadingMixIn, BaseWSGIServer):
    """A thread a connection, a bounded number of them, each given up when it says nothing for half a minute."""

    multithread = True
    daemon_threads = True

    def __init__(self, host: str, port: int, app: Flask) -> None:
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(host, port, app, _Handler)

    def process_request(self, request: object, client_address: object) -> None:
        """Take a connection, or close it where all places are taken."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Answer one connection, then give its place back."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()
