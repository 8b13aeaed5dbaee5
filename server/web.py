"""The pages, sign-in and the HTTP interface: thin, everything they know they ask the stage."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect, request, send_from_directory, session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from . import __version__, codec
from .auth import Auth, Identity
from .feed import public_events
from .game.commands import CloseMarking, LampTest, SubmitMarks
from .game.refusal import Refused
from .house import COMMANDS, House
from .media import TYPES, may_be_seen, media_file, of_a_question
from .stage import RunBlocking, Stage

DISPLAY = Path(__file__).resolve().parent.parent / "display"
LARGEST_BODY = 64 * 1024
PUBLIC = ("projector", "stage", "audience")  # views that anybody may have
NUMBERED = {"judge": "judge", "desk": "seat"}  # role → what its number is called
COMMAND_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def signed_in(role: str) -> Identity | None:
    """Who this browser signed in as, if it is that role."""
    if session.get("role") != role:
        return None
    return Identity(role, session.get("judge"), session.get("seat"))


class Busy(Exception):
    """Too many callers wait for slow work already; the stage's own work goes first."""


class Commands:
    """What a page or a script may ask, checked and handed to the stage; one answer form for all of them."""

    def __init__(
        self, stage: Stage, house: House, simulate: Callable[[int], bool], lamp_test: Callable[[], bool]
    ) -> None:
        self._stage = stage
        self._house = house
        self._simulate = simulate
        self._lamp_test = lamp_test

    def run(self, identity: Identity, message: Any, console: str | None = None) -> tuple[dict[str, Any], int]:
        """(answer, HTTP status): 200 done, 409 the rules refuse, 400 malformed, 403 not this role's.

        console: the connection of a console, which has to hold the control; None for a script, which need not.
        """
        try:
            if not isinstance(message, dict):
                raise codec.BadCommand("a command is a JSON object")
            command_id = message.get("id")
            if not isinstance(command_id, str) or not COMMAND_ID.fullmatch(command_id):
                raise codec.BadCommand(
                    "'id' is missing: 8 to 64 letters, digits, '-' or '_', new for each command"
                )
            kind = message.get("type")
            if kind == "submit_marks" and identity.role == "judge" and identity.judge is not None:
                marks = SubmitMarks(identity.judge, codec.marks_cp(message))
                return self._answer(marks, f"judge {identity.judge}:{command_id}")
            if kind == "close_marking" and self._is_chief(identity):
                return self._answer(CloseMarking(), f"judge {identity.judge}:{command_id}")
            if kind == "choose_stake" and identity.role == "desk" and identity.seat is not None:
                chosen = codec.host_command({**message, "seat": identity.seat})
                return self._answer(chosen, f"desk {identity.seat}:{command_id}")
            if identity.role != "host" or kind == "submit_marks":
                return _refusal("这个操作不属于您的角色", "This command is not for your role"), 403
            if isinstance(kind, str) and kind in COMMANDS:
                self._house.run(message, console)
                return self._done()
            if console is not None:
                self._house.may_command(console)
            if kind == "simulate_press":
                return self._press(message)
            return self._answer(codec.host_command(message), f"host:{command_id}")
        except Refused as refused:
            return _refusal(refused.reason.zh, refused.reason.en), 409
        except codec.BadCommand as error:
            return _refusal(f"命令格式不对：{error}", f"Malformed command: {error}"), 400

    def _is_chief(self, identity: Identity) -> bool:
        chief = self._stage.state.rulebook.chief
        return identity.role == "judge" and chief is not None and chief.number == identity.judge

    def _answer(self, command: Any, command_id: str) -> tuple[dict[str, Any], int]:
        answer = self._stage.submit(command, command_id)
        if isinstance(command, LampTest) and answer.accepted and not self._lamp_test():
            return _refusal("计时核心未连接，灯没有亮", "The timing core is not connected: no lamp test"), 409
        reason = {"zh": answer.reason.zh, "en": answer.reason.en} if answer.reason else None
        body = {
            "accepted": answer.accepted,
            "revision": answer.revision,
            "reason": reason,
            "events": list(answer.events),
            "repeated": answer.repeated,
        }
        return body, 200 if answer.accepted else 409

    def _press(self, message: dict[str, Any]) -> tuple[dict[str, Any], int]:
        seat = message.get("seat")
        if (
            isinstance(seat, bool)
            or not isinstance(seat, int)
            or seat not in self._stage.state.rulebook.seats
        ):
            raise codec.BadCommand(f"'simulate_press' takes a seat of this contest, not {seat!r}")
        if not self._simulate(seat):
            return _refusal(
                "没有模拟抢答盒（已接真实抢答盒，或计时核心未连接）", "There are no simulated boxes now"
            ), 409
        return self._done()

    def _done(self) -> tuple[dict[str, Any], int]:
        return {"accepted": True, "revision": self._stage.state.seq, "reason": None, "events": []}, 200


def _refusal(zh: str, en: str) -> dict[str, Any]:
    return {"accepted": False, "revision": None, "reason": {"zh": zh, "en": en}}


def make_app(stage: Stage, auth: Auth, commands: Commands, run_slowly: RunBlocking) -> Flask:
    """The WSGI application without its sockets.

    `run_slowly` runs what is slow beside the event loop, a few at a time; it raises Busy when too many wait.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=auth.cookie_key,
        SESSION_COOKIE_NAME="firstpress",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=LARGEST_BODY,
    )

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    _add_pages(app, stage, auth, run_slowly)
    _add_interface(app, stage, auth, commands, run_slowly)
    return app


def _add_pages(app: Flask, stage: Stage, auth: Auth, run_slowly: RunBlocking) -> None:
    @app.get("/")
    def index() -> Response:
        return send_from_directory(DISPLAY / "index", "index.html")

    @app.get("/<any(projector, stage, audience):role>")
    def public_page(role: str) -> Response:
        return send_from_directory(DISPLAY / role, "index.html")

    def needs_sign_in(role: str) -> bool:
        # Without web buzzers nobody has a passphrase for a desk: its page says so to anybody.
        return role != "desk" or stage.state.rulebook.web_buzzers

    @app.get("/<any(host, judge, desk):role>")
    def page(role: str) -> AnyResponse:
        if needs_sign_in(role) and signed_in(role) is None:
            return redirect(f"/login/{role}")
        return send_from_directory(DISPLAY / role, "index.html")

    @app.get("/login/<any(host, judge, desk):role>")
    def login(role: str) -> AnyResponse:
        return _login_page(stage, role) if needs_sign_in(role) else redirect(f"/{role}")

    @app.post("/login/<any(host, judge, desk):role>")
    def sign_in(role: str) -> AnyResponse:
        known = session.get("csrf")
        if not known or not hmac.compare_digest(request.form.get("csrf", "").encode(), known.encode()):
            return _login_page(
                stage, role, "页面已过期，请再试一次 · The page had expired, please try again", 400
            )
        number = request.form.get(NUMBERED.get(role, ""), "")
        account = f"{NUMBERED[role]}-{number}" if role in NUMBERED else role
        try:
            right = run_slowly(auth.check, account, request.form.get("passphrase", ""))
        except Busy:
            return _login_page(stage, role, "登录的人太多，请稍后再试 · Too many sign-ins, try again", 503)
        if not right:
            return _login_page(stage, role, "口令不对 · That is not the passphrase", 403)
        session.clear()
        session["role"] = role
        if role in NUMBERED:
            session[NUMBERED[role]] = int(number)
        return redirect(f"/{role}", code=303)

    @app.post("/logout")
    def logout() -> AnyResponse:
        session.clear()
        return redirect("/", code=303)

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


def _login_page(stage: Stage, role: str, error: str = "", status: int = 200) -> Response:
    session["csrf"] = secrets.token_urlsafe(16)
    book = stage.state.rulebook
    people = [(judge.number, judge.name) for judge in book.judges]
    if role == "desk":
        people = [(one.seat, one.name) for one in book.contestants]
    choices = '<option value="" disabled selected>请选择 · choose</option>' + "".join(
        f'<option value="{number}">{number} 号 · {escape(name)}</option>' for number, name in people
    )
    page = (DISPLAY / "login" / "index.html").read_text(encoding="utf-8")
    for marker, text in {
        "{{ROLE}}": role,
        "{{ERROR}}": escape(error),
        "{{NUMBERED}}": NUMBERED.get(role, ""),
        "{{CHOICES}}": choices if role in NUMBERED else "",
        "{{CSRF}}": session["csrf"],
    }.items():
        page = page.replace(marker, text)
    return Response(page, status=status, mimetype="text/html")


def _token_identity(auth: Auth) -> Identity | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return auth.identity_of(token.strip()) if scheme.lower() == "bearer" else None


def _bearer(auth: Auth) -> Identity:
    identity = _token_identity(auth)
    if identity is None:
        abort(401)
    return identity


def _is_host(auth: Auth) -> bool:
    identity = signed_in("host") or _token_identity(auth)
    return identity is not None and identity.role == "host"


def _add_interface(app: Flask, stage: Stage, auth: Auth, commands: Commands, run_slowly: RunBlocking) -> None:
    @app.errorhandler(HTTPException)
    def plain_error(error: HTTPException) -> tuple[dict[str, Any], int] | HTTPException:
        if request.path.startswith("/api/"):
            return {"error": error.description}, error.code or 500
        return error

    @app.errorhandler(Busy)
    def busy(_: Busy) -> tuple[dict[str, Any], int]:
        return {"error": "too many requests of this kind at once; try again in a moment"}, 503

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        rim = stage.rim
        broken = [box for box in rim.boxes if box.get("problem")]
        full = rim.disk is not None and rim.disk["state"] != "ok"
        status = "blocked" if rim.log_failed else "degraded" if rim.timing != "ok" or broken or full else "ok"
        return {
            "status": status,
            "version": __version__,
            "revision": stage.state.seq,
            "boxes": list(rim.boxes),
            "log": {"state": "failed" if rim.log_failed else "ok", "events": stage.state.seq},
            "timing": {"state": rim.timing, "simulated": rim.simulated, "scheduling": rim.scheduling},
            "disk": rim.disk,
        }

    @app.post("/api/v1/commands")
    def command() -> tuple[dict[str, Any], int]:
        identity = _bearer(auth)
        try:
            message = request.get_json(force=True, silent=True)
        except RecursionError:
            message = None  # nested deeper than any command; answered as malformed
        return commands.run(identity, message)

    @app.get("/api/v1/views/<role>")
    def view(role: str) -> dict[str, Any]:
        if role in PUBLIC:
            return stage.view(role)
        if role not in ("host", "judge", "desk"):
            abort(404, f"there is no view '{role}'; there are {', '.join(PUBLIC)}, desk, judge and host")
        identity = _bearer(auth)
        if identity.role != role:
            abort(403, f"this token is for the role {identity.role}")
        if role == "judge" and identity.judge not in {judge.number for judge in stage.state.rulebook.judges}:
            abort(404, f"there is no judge {identity.judge} in this contest")
        if role == "desk" and identity.seat not in stage.state.rulebook.seats:
            abort(404, f"there is no seat {identity.seat} in this contest")
        return stage.view(role, identity.judge, identity.seat)

    @app.get("/api/v1/events")
    def events() -> dict[str, Any]:
        after = request.args.get("after", "0")
        if not re.fullmatch("[0-9]{1,18}", after):
            abort(400, "after: the sequence of the last event you have, a whole number")
        return {
            "revision": stage.state.seq,
            "events": run_slowly(public_events, stage.log_path, int(after)),
        }
