"""The pages, and the application made of them, the sign-in and the HTTP interface. What they know they ask the stage."""

from __future__ import annotations

from flask import Flask, Response, abort, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from .door import guard
from .door.limits import LARGEST_MESSAGE
from .media import TYPES, may_be_seen, media_file, of_a_question
from .page_commands import Commands as Commands
from .sign_in.auth import Auth
from .sign_in.identity import Identity, home
from .sign_in.pages import DISPLAY as DISPLAY
from .sign_in.pages import Busy as Busy
from .sign_in.pages import Places, add_sign_in, bearer_of, needs_sign_in, serve_auth, session_of
from .sign_in.pages import signed_in as signed_in
from .stage import RunBlocking, Stage
from .web_api import add_interface


def make_app(
    stage: Stage, auth: Auth, commands: Commands, run_slowly: RunBlocking, places: Places | None = None
) -> Flask:
    """The WSGI application without its sockets, and without the guard before it (see door/guard.py).

    `run_slowly` runs what is slow beside the event loop, a few at a time; it raises Busy when too many wait.
    `places`: where sign-ins are checked; without it by `run_slowly`.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_MESSAGE)
    serve_auth(app, auth)
    auth.contest = lambda: stage.state.contest

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in guard.headers().items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    _add_pages(app, stage, auth)
    add_sign_in(app, stage, auth, places or Places.all_by(run_slowly))
    add_interface(app, stage, auth, commands, run_slowly)
    return app


def _add_pages(app: Flask, stage: Stage, auth: Auth) -> None:
    @app.get("/")
    def index() -> Response:
        return send_from_directory(DISPLAY / "index", "index.html")

    @app.get("/<any(projector, stage, audience):role>")
    def public_page(role: str) -> Response:
        return send_from_directory(DISPLAY / role, "index.html")

    @app.get("/<any(judge, desk):role>")
    def page(role: str) -> AnyResponse:
        if needs_sign_in(stage, role) and signed_in(role) is None:
            return redirect(f"/login/{role}")
        return send_from_directory(DISPLAY / role, "index.html")

    @app.get("/host")
    def console() -> AnyResponse:
        if signed_in("host") is not None:
            return send_from_directory(DISPLAY / "host", "index.html")
        if signed_in("operator") is None:
            return redirect("/login/host")
        # The same page, told by the server whose it is; the socket it asks for is another one, with another view.
        text = (DISPLAY / "host" / "index.html").read_text(encoding="utf-8")
        return Response(text.replace("<body>", '<body data-role="operator">', 1), mimetype="text/html")

    @app.get("/<any(operator, display):role>")
    def elsewhere(role: str) -> AnyResponse:
        return redirect(home(role) if signed_in(role) is not None else f"/login/{role}")

    @app.get("/display/<path:name>")
    def static_file(name: str) -> Response:
        response = send_from_directory(DISPLAY, name)
        forever = name.startswith(("fonts/", "vendor/"))
        response.headers["Cache-Control"] = "max-age=86400" if forever else "no-cache"
        return response

    @app.get("/media/<name>")
    def media(name: str) -> Response:
        path = media_file(stage.log_path.parent, name)
        # The console shows the host what comes next, with its picture; to everybody else that does not exist yet.
        if path is None or not (may_be_seen(stage.state, name) or _is_host(auth)):
            abort(404)
        response = send_from_directory(path.parent, path.name, mimetype=TYPES[path.suffix[1:]])
        # A name is made of what is in the file, so it may be kept; a question's file belongs on no other disk.
        kept = "private, no-store" if of_a_question(name) else "max-age=86400"
        response.headers["Cache-Control"] = kept
        return response

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return send_from_directory(DISPLAY / "shared", "icon.svg", mimetype="image/svg+xml")


def _is_host(auth: Auth) -> bool:
    return "host" in {who.role for who in (signed_in("host"), bearer_of(auth)) if who is not None}


def visitor(auth: Auth) -> Identity | None:
    """Who asks, by session or by token; for a page that anybody may have and that has its own place when it is known."""
    session = session_of(request)
    return session.identity if session is not None else bearer_of(auth)
