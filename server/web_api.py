"""The HTTP interface for scripts: health, commands, views, the public feed."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException

from . import __version__
from .door import limits
from .door.refusals import refused
from .feed import public_events
from .page_commands import Commands
from .sign_in.auth import Auth
from .sign_in.identity import Identity
from .sign_in.pages import Busy, bearer_of
from .stage import RunBlocking, Stage

PUBLIC = ("projector", "stage", "audience")  # views that anybody may have
OWN = ("host", "operator", "judge", "desk")  # views for the role they are named after


def _bearer(auth: Auth) -> Identity:
    identity = bearer_of(auth)
    if identity is None:
        refused("token", request.remote_addr or "", f"{request.path} without a token that counts")
        abort(401)
    return identity


def add_interface(app: Flask, stage: Stage, auth: Auth, commands: Commands, run_slowly: RunBlocking) -> None:
    """Serve /healthz and /api/v1."""

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
        fenced = rim.fence is not None and rim.fence["state"] == "fenced"
        status = (
            "blocked"
            if rim.log_failed or fenced
            else "degraded"
            if rim.timing != "ok" or broken or full
            else "ok"
        )
        return {
            "status": status,
            "version": __version__,
            "revision": stage.state.seq,
            "boxes": list(rim.boxes),
            "log": {"state": "failed" if rim.log_failed else "ok", "events": stage.state.seq},
            "timing": {"state": rim.timing, "simulated": rim.simulated, "scheduling": rim.scheduling},
            "disk": rim.disk,
            "fence": rim.fence,
            "standby": rim.standby,
        }

    @app.post("/api/v1/commands")
    def command() -> tuple[dict[str, Any], int]:
        identity = _bearer(auth)
        try:
            message = limits.loads(request.get_data())
        except limits.BadMessage as error:
            refused("message", request.remote_addr or "", error)
            message = None  # answered as malformed
        return commands.run(identity, message, address=request.remote_addr or "")

    @app.get("/api/v1/views/<role>")
    def view(role: str) -> dict[str, Any]:
        if role in PUBLIC:
            return stage.view(role)
        if role not in OWN:
            abort(404, f"there is no view '{role[:40]}'; there are {', '.join((*PUBLIC, *OWN))}")
        identity = _bearer(auth)
        if identity.role != role:
            refused("role", request.remote_addr or "", f"{identity.role}: the view of {role}")
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
