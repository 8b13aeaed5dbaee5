"""What an audience process serves over HTTP: its one page, that page's files, pictures that were shown. No sign-in, no cookie."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, abort, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from .. import __version__
from ..media_names import TYPES, is_picture, of_a_question
from .hall import Hall

DISPLAY = Path(__file__).resolve().parent.parent.parent / "display"
PARTS = ("audience", "shared", "fonts", "vendor", "projector")  # of display/, as far as the page needs them
FOREVER = ("fonts/", "vendor/")
PRESSED = (".js", ".mjs", ".css", ".html", ".svg", ".json")
STAGE_PAGES = "host, projector, judge, desk, stage, login"

FindMedia = Callable[[str], Path | None]
"""Name of a file that may be seen → where it lies here; may wait for it to be fetched."""
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def make_pages(hall: Hall, find_media: FindMedia, health: Callable[[], dict[str, Any]]) -> Flask:
    """The WSGI application without its sockets. `health`: more for /healthz."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=1024)

    @app.after_request
    def fresh(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.get("/")
    def index() -> AnyResponse:
        return redirect("/audience")

    @app.get("/audience")
    def page() -> Response:
        return send_from_directory(DISPLAY / "audience", "index.html")

    @app.get(f"/<any({STAGE_PAGES}):role>")
    @app.get(f"/<any({STAGE_PAGES}):role>/<path:rest>")
    def elsewhere(role: str, rest: str = "") -> AnyResponse:
        if hall.stage_port is None:
            abort(404)
        return redirect(address_on(hall.stage_port, request))

    @app.get("/media/<name>")
    def media(name: str) -> Response:
        # What may be seen the stage has said; a name that it has not said is not even looked for.
        path = find_media(name) if is_picture(name) or name in hall.media else None
        if path is None:
            abort(404)
        response = send_from_directory(path.parent, path.name, mimetype=TYPES[path.suffix[1:]])
        response.headers["Cache-Control"] = "private, no-store" if of_a_question(name) else "max-age=86400"
        return response

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        view = hall.view or {}
        return {
            "status": "stale" if hall.stale else "ok",
            "version": __version__,
            "role": "audience",
            "phones": hall.phones,
            "named": hall.named,
            "epoch": view.get("epoch"),
            "revision": view.get("revision"),
            **health(),
        }

    return app


def address_on(port: int, asked: Request) -> str:
    """The address that was asked for, on another port of this machine: same scheme, host, path and query."""
    host = asked.host.rpartition(":")[0] if ":" in asked.host.rpartition("]")[2] else asked.host
    query = asked.query_string.decode("latin-1")
    return f"{asked.scheme}://{host}:{port}{asked.path}{'?' if query else ''}{query}"


def send_phones_to(port: int, app: App) -> App:
    """A WSGI wrapper for the stage: who asks for the audience's page is sent to the audience's port. A console's preview stays.

    It stands before what counts requests, and closes the connection: a hall behind one router's address, a thousand phones
    that scanned the stage's address, is sent on to the last of them.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/audience" or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return app(environ, start_response)
        asked = Request(environ)
        if "preview" in asked.args:
            return app(environ, start_response)
        answer = redirect(address_on(port, asked))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Connection"] = "close"
        return answer(environ, start_response)

    return wrapped


class Files:
    """The page's own files out of memory, pressed once: a thousand phones ask for thirty of them in a minute.

    They are read when they are first asked for, and stay as they were then: a new version is a new process.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._files: dict[str, tuple[bytes, bytes | None, str, str] | None] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith("/display/") or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        name = path.removeprefix("/display/")
        if name not in self._files and self._is_there(name):
            self._files[name] = _read(DISPLAY / name)
        found = self._files.get(name)
        if found is None:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        plain, pressed, kind, tag = found
        kept = "max-age=86400" if name.startswith(FOREVER) else "no-cache"
        headers = [("ETag", tag), ("Cache-Control", kept), ("Vary", "Accept-Encoding")]
        if environ.get("HTTP_IF_NONE_MATCH") == tag:
            start_response("304 Not Modified", headers)
            return []
        body = plain
        if pressed is not None and "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", "")):
            body = pressed
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", [*headers, ("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _is_there(self, name: str) -> bool:
        if "\0" in name:
            return False  # no file is called that
        path = (DISPLAY / name).resolve()
        inside = path.relative_to(DISPLAY).parts[:1] if path.is_relative_to(DISPLAY) else ()
        return bool(inside) and inside[0] in PARTS and path.is_file()


def _read(path: Path) -> tuple[bytes, bytes | None, str, str]:
    """(content, pressed or None, type, tag) of a file."""
    content = path.read_bytes()
    kind = {".js": "text/javascript", ".mjs": "text/javascript"}.get(path.suffix) or (
        mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    text = kind.startswith("text/")
    tag = f'"{sha256(content).hexdigest()[:20]}"'
    pressed = gzip.compress(content, 6, mtime=0) if path.suffix in PRESSED else None
    return content, pressed, f"{kind}; charset=utf-8" if text else kind, tag
