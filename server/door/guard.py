"""Who may talk to us at all: Host and Origin of every request and every WebSocket handshake, and the headers of every answer.

The one place that decides it, for the stage and for the audience processes. A browser names in `Host` where it thinks it
is, and in `Origin` which page asks; nothing a page can do changes either. So a name that is none of ours (DNS rebinding)
and a page that is none of ours are turned away before anything else is looked at.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..addresses import own_names
from ..sign_in.identity import WITH_PASSPHRASE
from .refusals import refused

HOST_FORM = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?")
ORIGIN_FORM = re.compile(r"(?P<scheme>https?)://(?P<host>[^/@?#\\\s]{1,262})")
DEFAULT_PORTS = {"http": 80, "https": 443}
SOCKET_PATH = "/socket.io/"
FORMS = frozenset({*(f"/login/{role}" for role in WITH_PASSPHRASE), "/logout"})
"""A script may fill these in as a person does: a sign-in is held to the form's own cookie and its csrf field."""
BY_TOKEN = "/api/"
"""What asks for a token and looks at no cookie: without one the answer is 401 there, as scripts expect it."""
OPEN_PATHS = frozenset({"/api/v1/epoch"})
"""What any page of the world may ask: answers nothing but a number that is public."""
ASKING = ("POST", "PUT", "PATCH", "DELETE")
CLOSE = "firstpress.close"
"""In a WSGI environment: call it before the answer begins, and the connection is closed after it."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Why a request goes no further. `kind`: "host" or "origin"; `status` as HTTP has it."""

    kind: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What counts of a request: `host` and `origin` as sent ("" for none), `bearer`: it brings a token."""

    method: str
    path: str
    scheme: str
    host: str
    origin: str
    bearer: bool = False


class Guard:
    """What may pass.

    Args:
        names: hosts by which we may be called besides our own (`--allow-host`); without a port.
        partners: origins of the other machine of this show (the standby, the primary): their pages may talk to us too.
    """

    def __init__(self, names: Iterable[str] = (), partners: Iterable[str] = ()) -> None:
        given = (bare(name) for name in names)
        self._names = frozenset(own_names()) | {"localhost"} | {name for name in given if name}
        self.partners = frozenset(filter(None, map(origin_of, partners)))

    def add_partner(self, origin: str) -> None:
        """Let the pages of another machine of this show in: "http://192.0.2.7:8000"."""
        self.partners |= {found for found in [origin_of(origin)] if found}

    def is_ours(self, host: str) -> bool:
        """True for a `Host` that may be us: an address in digits, a name of this machine, or one that was allowed.

        Any address in digits: a browser that was lured here by a name says the name, and what is behind a router's
        port forwarding is called by the router's address.
        """
        found = HOST_FORM.fullmatch(host)
        if found is None or not _is_port(found["port"]):
            return False
        name = found["name"].lower().rstrip(".")
        return _is_address(name) or name in self._names

    def denies(self, asked: Asked) -> Denied | None:
        """Why this must not go further, None where it may."""
        if not asked.host:
            return Denied("host", "400 Bad Request", "no Host header")
        if not self.is_ours(asked.host):
            return Denied(
                "host",
                "403 Forbidden",
                "this server is not called that; use its address, or start it with --allow-host NAME",
            )
        if asked.path in OPEN_PATHS and asked.method in ("GET", "HEAD", "OPTIONS"):
            return None
        if asked.origin:
            origin = origin_of(asked.origin)
            if origin is None or origin not in {origin_of(f"{asked.scheme}://{asked.host}"), *self.partners}:
                return Denied("origin", "403 Forbidden", "a page of another origin")
            return None
        if asked.bearer:
            return None  # a script: no page can put that header on a request to us
        if asked.path.startswith(SOCKET_PATH):
            return Denied("origin", "403 Forbidden", "no Origin header; a script gives a token instead")
        if asked.method in ASKING and asked.path not in FORMS and not asked.path.startswith(BY_TOKEN):
            return Denied("origin", "403 Forbidden", "no Origin header; a script gives a token instead")
        return None


def bare(name: str) -> str:
    """A host in small letters, without port, brackets and the dot at its end."""
    found = HOST_FORM.fullmatch(name.strip())
    return found["name"].lower().strip("[]").rstrip(".") if found else ""


def origin_of(text: str) -> str | None:
    """An origin in one form: "scheme://host:port", in small letters. None for anything that is none, "null" included."""
    found = ORIGIN_FORM.fullmatch(text.strip().lower())
    host = HOST_FORM.fullmatch(found["host"]) if found else None
    if found is None or host is None or not _is_port(host["port"]):
        return None
    port = int(host["port"]) if host["port"] else DEFAULT_PORTS[found["scheme"]]
    return f"{found['scheme']}://{host['name'].rstrip('.')}:{port}"


def _is_port(text: str | None) -> bool:
    return text is None or 0 < int(text) < 65_536


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    # 127.1 and 0x7f000001 are no addresses here, and an IPv6 one stands in brackets.
    return (":" in name) == name.startswith("[")


def asked_of(environ: Mapping[str, Any]) -> Asked:
    """What counts of a WSGI request."""
    return Asked(
        method=str(environ.get("REQUEST_METHOD", "GET")).upper(),
        path=str(environ.get("PATH_INFO", "/")),
        scheme=str(environ.get("wsgi.url_scheme", "http")),
        host=str(environ.get("HTTP_HOST", "")),
        origin=str(environ.get("HTTP_ORIGIN", "")),
        bearer=str(environ.get("HTTP_AUTHORIZATION", "")).lower().startswith("bearer "),
    )


# The headers of every answer

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
NOT_USED = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
FOR_OUR_PAGES = ("autoplay", "fullscreen", "screen-wake-lock", "picture-in-picture")


def headers(partners: Iterable[str] = ()) -> dict[str, str]:
    """The headers that every answer has; pages may talk to us and to the other machine of this show."""
    more = sorted(partners)
    sockets = [re.sub("^http", "ws", one) for one in more]
    policy = {**POLICY, "connect-src": " ".join([POLICY["connect-src"], *more, *sockets])}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",  # the console shows the projector's page in a frame
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(
            [*(f"{name}=()" for name in NOT_USED), *(f"{name}=(self)" for name in FOR_OUR_PAGES)]
        ),
    }


def guarded(app: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    """A WSGI application that `guard` stands before: outermost, so before sockets and pages alike."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        ours = headers(guard.partners)

        def start(status: str, given: list[tuple[str, str]], *more: Any) -> Any:
            there = {name.lower() for name, _ in given}
            added = [(name, value) for name, value in ours.items() if name.lower() not in there]
            if CLOSE in environ and ("Connection", "close") in given:
                environ[CLOSE]()
                given = [one for one in given if one[0] != "Connection"]  # the server says it itself
            return start_response(status, [*given, *added], *more)

        asked = asked_of(environ)
        denied = guard.denies(asked)
        if denied is None:
            return app(environ, start)
        what = asked.host if denied.kind == "host" else asked.origin
        refused(
            denied.kind,
            str(environ.get("REMOTE_ADDR", "")),
            f"{asked.method} {asked.path}: {what!r}: {denied.text}",
        )
        body = f"{denied.text}\n".encode()
        start(
            denied.status,
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                ("Connection", "close"),
            ],
        )
        return [body]

    return wrapped
