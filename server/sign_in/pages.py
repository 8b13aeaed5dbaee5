"""Signing in and out in a browser: by passphrase, by ticket. The cookie is a random name for what the server keeps."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Request, Response, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ..door import limits
from ..door.machines import here
from ..door.refusals import refused
from ..game.rulebook import Text
from ..stage import RunBlocking, Stage
from .auth import Auth, account_of
from .budgets import Budgets
from .identity import NUMBERED, Identity, home
from .sessions import COOKIE, COOKIE_FORM, Session, key_of, new_secret
from .tickets import TicketRefused

R = TypeVar("R", bound=AnyResponse)
DISPLAY = Path(__file__).resolve().parent.parent.parent / "display"
EXTENSION = "firstpress_auth"
WRONG = Text("口令不对", "That is not the passphrase")
EXPIRED = Text("页面已过期，请再试一次", "The page had expired, please try again")
BUSY = Text("登录的人太多，请稍后再试", "Too many sign-ins, try again")
NO_NUMBER = Text("本场比赛没有这个号", "There is no such number in this contest")
MALFORMED = Text("请求格式不对", "Malformed request")
TICKET_ONLY = Text("这个页面只能用二维码登录", "This page is signed in by a code only")


class Busy(Exception):
    """Too many callers wait for slow work already; the stage's own work goes first."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where sign-ins wait, each with threads of its own: nobody's passphrase keeps this machine's, or a QR code, waiting."""

    others: RunBlocking
    here: RunBlocking
    tickets: RunBlocking
    now_ns: Callable[[], int] = time.monotonic_ns

    @classmethod
    def all_by(cls, run: RunBlocking) -> Places:
        """All of them the same."""
        return cls(run, run, run)

    def for_passphrases(self, address: str) -> RunBlocking:
        """Where a passphrase from that address is checked."""
        return self.here if here(address) else self.others


def serve_auth(app: Flask, auth: Auth) -> None:
    """Have `signed_in` and `session_of` ask `auth` wherever `app` serves."""
    app.extensions[EXTENSION] = auth


def session_of(asked: Request) -> Session | None:
    """The session of the browser that asks; also for a socket, by what its handshake brought along."""
    auth: Auth = current_app.extensions[EXTENSION]
    return auth.sessions.of(asked.cookies.get(COOKIE), asked.remote_addr or "")


def signed_in(role: str) -> Identity | None:
    """Who this browser signed in as, if it is that role."""
    session = session_of(request)
    return session.identity if session is not None and session.identity.role == role else None


def bearer_of(auth: Auth) -> Identity | None:
    """Whose token the request brings, None for none that counts."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return auth.identity_of(token.strip()) if scheme.lower() == "bearer" else None


def needs_sign_in(stage: Stage, role: str) -> bool:
    """Without web buzzers nobody has a passphrase for a desk: its page says so to anybody."""
    return role != "desk" or stage.state.rulebook.web_buzzers


def add_sign_in(app: Flask, stage: Stage, auth: Auth, places: Places) -> None:
    """Serve /login/ROLE, /login/ticket and /logout."""
    budgets = Budgets()

    def known(address: str) -> bool:
        return any(one.address == address for one in auth.sessions.listing())

    def begin(who: Identity, address: str, label: str, how: str, before: str | None) -> str:
        if before is not None:
            auth.sessions.end(before)  # a browser is one person at a time
        return auth.sessions.begin(who, address, label, how)

    @app.get("/login/<any(host, operator, judge, desk, display):role>")
    def login(role: str) -> AnyResponse:
        return _login_page(stage, auth, role) if needs_sign_in(stage, role) else redirect(f"/{role}")

    @app.post("/login/<any(host, operator, judge, desk, display):role>")
    def sign_in(role: str) -> AnyResponse:
        address, cookie = request.remote_addr or "", request.cookies.get(COOKIE, "")
        given = request.form.get("csrf", "").encode()
        if not COOKIE_FORM.fullmatch(cookie) or not hmac.compare_digest(
            given, auth.form_key(cookie).encode()
        ):
            refused("sign-in", address, f"a form for {role} without its csrf field")
            return _login_page(stage, auth, role, EXPIRED, 400)
        if role == "display":
            return _login_page(stage, auth, role, TICKET_ONLY, 403)
        friend = known(address)
        if wait_s := budgets.take(address, places.now_ns(), friend):
            refused("sign-in", address, f"{role}: too many tries")
            return _later(_login_page(stage, auth, role, _wait(wait_s), 429), wait_s)
        number = request.form.get(NUMBERED.get(role, ""), "")
        who = _identity(role, number)
        there = who is not None and _is_there(stage, who)
        passphrase, label = request.form.get("passphrase", ""), request.headers.get("User-Agent", "")
        session = session_of(request)
        before = session.key if session else None

        def check() -> str | None:
            right = auth.check(account_of(role, number), passphrase)
            return begin(who, address, label, "passphrase", before) if right and there and who else None

        try:
            made = places.for_passphrases(address)(check)
        except Busy:
            budgets.give_back(address, places.now_ns(), friend)
            return _later(_login_page(stage, auth, role, BUSY, 503), 1)
        if made is None:
            refused("sign-in", address, f"{role}: a wrong passphrase")
            return _login_page(stage, auth, role, WRONG, 403)
        budgets.give_back(address, places.now_ns(), friend)
        return _with_cookie(redirect(home(role), code=303), made)

    @app.post("/login/ticket")
    def by_ticket() -> AnyResponse:
        address, label = request.remote_addr or "", request.headers.get("User-Agent", "")
        try:
            message = limits.loads(request.get_data())
        except limits.BadMessage:
            message = None
        if not isinstance(message, dict) or not isinstance(message.get("ticket"), str):
            return _refusal("malformed", MALFORMED, 400)
        if wait_s := budgets.take(address, places.now_ns(), ticket=True):
            refused("sign-in", address, "too many tickets")
            return _later(_refusal("busy", _wait(wait_s), 429), wait_s)
        session = session_of(request)
        before = session.key if session else None

        def redeem() -> tuple[Identity, str | None]:
            who, purpose = auth.tickets.redeem(message["ticket"])
            how = "move" if purpose == "move" else "ticket"
            return who, begin(who, address, label, how, before) if _is_there(stage, who) else None

        try:
            who, made = places.tickets(redeem)
        except Busy:
            budgets.give_back(address, places.now_ns(), ticket=True)
            return _later(_refusal("busy", BUSY, 503), 1)
        except TicketRefused as refusal:
            refused("sign-in", address, f"a ticket: {refusal.kind}")
            return _refusal(refusal.kind, refusal.reason, 403)
        budgets.give_back(address, places.now_ns(), ticket=True)
        if made is None:
            return _refusal("number", NO_NUMBER, 403)
        return _with_cookie(_json({"role": who.role, "number": who.number, "to": home(who.role)}), made)

    @app.post("/logout")
    def logout() -> AnyResponse:
        key = key_of(request.cookies.get(COOKIE))
        if key is not None and key in auth.store.content["sessions"]:
            places.tickets(auth.sessions.end, key)
        response = redirect("/", code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
        return response


def _identity(role: str, number: str) -> Identity | None:
    """Who signs in with a form that names a number; None where it names none."""
    if role not in NUMBERED:
        return Identity(role)
    if not (number.isascii() and number.isdigit() and len(number) < 4):
        return None
    return Identity(role, int(number) if role == "judge" else None, int(number) if role == "desk" else None)


def _is_there(stage: Stage, who: Identity) -> bool:
    """False for a judge or a seat that the contest in hand has not."""
    book = stage.state.rulebook
    if who.role == "judge":
        return who.judge in {judge.number for judge in book.judges}
    return who.role != "desk" or who.seat in book.web_seats


def _wait(wait_s: int) -> Text:
    return Text(f"尝试次数过多，请 {wait_s} 秒后再试", f"Too many tries, please wait {wait_s} s")


def _later(response: Response, wait_s: int) -> Response:
    response.headers["Retry-After"] = str(wait_s)
    return response


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, mimetype="application/json")


def _refusal(reason: str, said: Text, status: int) -> Response:
    return _json({"reason": reason, "error": {"zh": said.zh, "en": said.en}}, status)


def _with_cookie(response: R, cookie: str) -> R:
    # Strict: no other page's link, form or picture ever brings it along.
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", secure=request.is_secure)
    return response


def _login_page(
    stage: Stage, auth: Auth, role: str, error: Text | None = None, status: int = 200
) -> Response:
    book = stage.state.rulebook
    people = [(judge.number, judge.name) for judge in book.judges]
    if role == "desk":
        people = [(one.seat, one.name) for one in book.contestants]
    chosen = request.form.get(NUMBERED.get(role, ""), "")  # kept, whatever was wrong with the passphrase
    choices = '<option value="" disabled selected>请选择 · choose</option>' + "".join(
        f'<option value="{number}"{" selected" if str(number) == chosen else ""}>{number} 号 · {escape(name)}</option>'
        for number, name in people
    )
    cookie = request.cookies.get(COOKIE, "")
    fresh = not COOKIE_FORM.fullmatch(cookie)
    if fresh:
        cookie = new_secret()  # nobody is signed in by it: it only ties the form to this browser
    page = (DISPLAY / "login" / "index.html").read_text(encoding="utf-8")
    texts = {
        "ROLE": role,
        "ERROR": escape(f"{error.zh} · {error.en}" if error else ""),
        "NUMBERED": NUMBERED.get(role, ""),
        "CHOICES": choices if role in NUMBERED else "",
        # A browser sends no form with a required field that nobody can see.
        "WHO": "" if role not in NUMBERED else "required" if chosen else "required autofocus",
        "CSRF": auth.form_key(cookie),
    }
    # In one go: a judge may be called {{CSRF}}, and no text that was put in is looked at again.
    page = re.sub("{{([A-Z]+)}}", lambda marker: texts[marker[1]], page)
    response = Response(page, status=status, mimetype="text/html")
    return _with_cookie(response, cookie) if fresh else response
