"""The interface by which a standby follows this show and takes over from it, and its place in the stage process.

`GET /api/v1/epoch` is for anybody: which epoch this machine has, whether it rules, and the proof of it. Everything
under `/api/v1/replication` needs a token of the role standby, but for the fence, which brings its own proof.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, request, send_file

from .. import __version__
from ..door.guard import Guard, headers, origin_of
from ..door.limits import BadMessage, loads
from ..door.refusals import refused
from ..event_log import EventLog
from ..sign_in.tickets import Tickets
from ..stage import RunBlocking, Stage
from .ask import Asking
from .fence import ADDRESS, Fence, FenceDamaged, claim_from
from .files import Folder
from .line import TROUBLE, authority_of, exchange
from .pages import Moves
from .primary import Primary, Refusal, fenced_text

TICK_S = 0.2
LOOK_S = 0.02
LONGEST_WAIT_S = 2.0
TELL_EVERY_S = 2.0
TELL_WITHIN_S = 3.0
LONGEST_CLAIM = 1024  # bytes of a message
MOST_CLAIMS = 4  # that wait at once for what is being stored
FOLLOWER = re.compile("[0-9a-f]{32}")
DIGEST = re.compile("[0-9a-f]{0,64}")


def fence_of(data: Path, log: EventLog) -> Fence:
    """The fence of the contest in a log. Raises LogDamaged, FenceDamaged, OSError."""
    contest, epoch = "", 0
    for row in log.rows():
        if row.seq == 1:
            contest = str(json.loads(row.body)["contest"])
        elif row.type == "session_started":
            epoch = max(epoch, int(json.loads(row.body).get("epoch", 0)))
    return Fence.at(data, contest, epoch)


def asked_first(data: Path, log: EventLog) -> tuple[Fence, Asking]:
    """As `fence_of`; a standby that took over while we were away has said so by now, if it can be reached."""
    fence = fence_of(data, log)
    asking = Asking(fence, authority_of(data))
    asking.first()
    return fence, asking


class Standby:
    """Everything of a running show that has to do with its standby.

    Args:
        stage: the show; asked from now on whether it may rule.
        fence: of the same contest.
        asking: what the standby was asked before the start.
        tickets: for the pages that will move.
        guard: pages may talk to the standby, too.
        run_blocking: runs what waits on the disk beside the event loop.
        sleep: lets everything else go on.
    """

    def __init__(
        self,
        stage: Stage,
        fence: Fence,
        asking: Asking,
        tickets: Tickets,
        guard: Guard,
        run_blocking: RunBlocking,
        sleep: Callable[[float], None],
    ) -> None:
        self.primary = Primary(stage, Folder(stage.log_path.parent), fence, run_blocking)
        self.moves = Moves(self.primary, lambda wanted: list(run_blocking(tickets.make_many, wanted)))
        self._guard = guard
        self._data = stage.log_path.parent
        self._asking = asking
        self._sleep = sleep
        self._hearing = 0  # claims in hand
        self.primary.unasked = asking.open
        stage.may_rule = self.primary.may_rule
        self.primary.on_change += [self._allow, self._say_fenced]
        self._allow()
        self._say_fenced()

    def _say_fenced(self) -> None:
        fence = self.primary.fence
        if fence.fenced:
            print(
                f"firstpress: {fenced_text(fence.successor).en}. Its pages go there. To make this machine the standby: end this "
                f"show (Ctrl-C) and run: run.py standby {fence.successor} --token-file FILE --data {self._data}",
                file=sys.stderr,
                flush=True,
            )

    def _allow(self) -> None:
        if self.primary.address:
            self._guard.add_partner(self.primary.address)

    def for_phones(self, tell: Callable[[dict[str, Any]], None], port: int, tls: bool) -> None:
        """Phones have pages of their own on `port`; they are told by `tell`."""
        self.moves.tell_phones = tell
        self.primary.phones_port, self.primary.phones_tls = port, tls

    def keep(self) -> None:
        """Show how it stands, and tell the pages. A green thread of its own, for ever."""
        while True:
            try:
                self.primary.unasked = self._asking.open
                while not self._asking.claims.empty():
                    self.primary.hear(self._asking.claims.get())
                self.primary.tick()
                self.moves.tick()
            except Exception:  # one page that cannot be told must not silence the others
                traceback.print_exc(file=sys.stderr)
            self._sleep(TICK_S)

    def tell_old(self) -> None:
        """Until it has confirmed it, tell the machine that we took over from; and ask on whether we were taken over from.

        Starts a native thread for each, if there is one to tell or ask.
        """
        if self.primary.fence.to_tell:
            threading.Thread(
                target=_tell,
                args=(self.primary.fence, authority_of(self._data)),
                daemon=True,
                name="standby fence",
            ).start()
        self._asking.go_on()

    def hear(self, message: Any) -> dict[str, Any] | None:
        """A claim over HTTP: how it stands here now, None for a message without a proof. Raises Refusal when too many wait."""
        claim, primary = claim_from(message), self.primary
        if claim is None or not primary.fence.proves(claim):
            return None
        if self._hearing >= MOST_CLAIMS:
            raise Refusal("busy", "other claims are being stored; say it again")
        self._hearing += 1
        try:
            fenced = primary.hear(claim)
            if fenced:
                with primary.stage.turn:  # what was being stored is stored now, and is the last
                    pass
        finally:
            self._hearing -= 1
        kept, revision = primary.fence.kept, primary.stage.state.seq
        seal = primary.fence.seal(str(message.get("question", "")), fenced, kept, revision)
        return {
            "fenced": fenced,
            "kept": kept,
            "epoch": primary.fence.epoch,
            "revision": revision,
            "seal": seal,
        }

    def wait(self, seq: int, files: str, seconds: float) -> None:
        """Until there is something to give, or the time is over."""
        end = time.monotonic() + min(seconds, LONGEST_WAIT_S)
        while time.monotonic() < end and not self.primary.is_new_for(seq, files):
            self._sleep(LOOK_S)

    def add_to(self, app: Flask, role_of_token: Callable[[], str | None]) -> None:
        """Put the interface on the application. role_of_token: the role of the token in the request, None for none."""
        primary = self.primary

        def asked() -> dict[str, Any]:
            """The message of a standby, its token checked first."""
            role = role_of_token()
            if role is None:
                abort(401)
            if role != "standby":
                abort(403, f"this token is for the role {role}; make one with: run.py token --role standby")
            message = request.get_json(force=True, silent=True)
            if not isinstance(message, dict) or not FOLLOWER.fullmatch(str(message.get("standby", ""))):
                abort(400, "'standby' is the id of a standby: 32 hex digits")
            if message.get("version") != __version__:
                abort(
                    409,
                    f"this machine runs FirstPress {__version__}, the standby {message.get('version')!s:.20}; "
                    "put the same version on both",
                )
            return message

        @app.after_request
        def may_ask_there(response: Response) -> Response:
            """Pages may ask the standby whether it rules; the application's own policy, set after this, knows of none."""
            if self._guard.partners:
                policy = headers(self._guard.partners)["Content-Security-Policy"]
                response.headers.setdefault("Content-Security-Policy", policy)
            return response

        @app.errorhandler(Refusal)
        def refusal(error: Refusal) -> tuple[dict[str, Any], int]:
            return {"error": str(error), "code": error.code}, 409

        @app.post("/api/v1/replication/hello")
        def hello() -> dict[str, Any]:
            return primary.hello(str(asked()["standby"]))

        @app.post("/api/v1/replication/poll")
        def poll() -> dict[str, Any]:
            message = asked()
            seq, head, wait_s = message.get("seq"), message.get("head"), message.get("wait_s", 0)
            digests = {name: str(message.get(name, "")) for name in ("paper", "files")}
            address = origin_of(str(message.get("address") or _address_of(message))) or ""
            if (
                isinstance(seq, bool)
                or not isinstance(seq, int)
                or not 0 <= seq < 10**12
                or not isinstance(head, str)
                or not all(map(DIGEST.fullmatch, digests.values()))
                or not isinstance(wait_s, int | float)
                or not ADDRESS.fullmatch(address)
            ):
                abort(400, "poll takes seq, head, paper, files, wait_s and port")
            primary.asked(message["standby"], seq)
            self.wait(seq, digests["files"], float(wait_s))
            return primary.give(message["standby"], address, {"seq": seq, "head": head, **digests})

        @app.post("/api/v1/replication/file")
        def file() -> Response:
            try:
                found = primary.file(str(asked().get("name", "")))
            except FileNotFoundError:
                abort(404, "there is no such file of this show")
            return (
                Response(found, mimetype="application/octet-stream")
                if isinstance(found, bytes)
                else send_file(found, mimetype="application/octet-stream")
            )

        @app.post("/api/v1/replication/drain")
        def drain() -> dict[str, Any]:
            return primary.drain(str(asked()["standby"]))

        @app.post("/api/v1/replication/fence")
        def fence() -> dict[str, Any]:
            if not 0 < (request.content_length or 0) <= LONGEST_CLAIM:
                abort(413, f"a claim has {LONGEST_CLAIM} bytes at most")
            try:
                told = self.hear(loads(request.get_data()))
            except BadMessage:
                told = None
            if told is None:
                refused("claim", request.remote_addr or "", "no proof that another machine rules")
                abort(403, "no proof that another machine rules")
            return told

        @app.get("/api/v1/epoch")
        def epoch() -> Response:
            fence = primary.fence
            answer = jsonify(fence.about(request.args.get("question", "")))
            origin = request.headers.get("Origin", "")
            if origin_of(origin) in {origin_of(one) for one in (*fence.origins, *primary.origins)}:
                answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Vary"] = "Origin"
            answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return answer


def _address_of(message: dict[str, Any]) -> str:
    """Where the standby that asks will be: its port at the address it asks from."""
    host = request.remote_addr or ""
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if message.get("tls") is True else "http"
    return f"{scheme}://{shown}:{message.get('port')}"


def _tell(fence: Fence, authority: Path | None) -> None:
    """In a thread: say it again and again until it is heard, and kept."""
    said = False
    while address := fence.to_tell:
        try:
            told = post_claim(address, fence, authority)
        except (*TROUBLE, ValueError):
            told = None  # not reachable, which is what a take-over is for; it is tried again
        if told and not said:
            said = True
            kept = "" if told.kept else ", but cannot keep it over a restart yet: look at its disk"
            print(
                f"firstpress: the machine at {address} knows that the show is here now{kept}", file=sys.stderr
            )
        if told and told.kept:
            try:
                fence.told()
            except (OSError, FenceDamaged) as error:
                print(f"firstpress: that cannot be kept: {error}", file=sys.stderr)
                return
        else:
            time.sleep(TELL_EVERY_S)


@dataclass(frozen=True, slots=True)
class Told:
    """The word of a machine that it rules no more: its last revision, and whether it will know that after a restart."""

    revision: int
    kept: bool


def post_claim(address: str, fence: Fence, authority: Path | None = None) -> Told | None:
    """Tell the machine at `address` that we rule; None where it does not say, sealed, that it is fenced.

    authority: who vouches for its certificate. Raises OSError, http.client.HTTPException, ValueError.
    """
    path, question = "/api/v1/replication/fence", secrets.token_hex(16)
    message = {**asdict(fence.claim()), "question": question}
    status, told = exchange(address, "POST", path, message, TELL_WITHIN_S, authority)
    if status != 200 or not isinstance(told, dict):
        return None
    kept, revision = told.get("kept") is True, told.get("revision")
    if told.get("fenced") is not True or not isinstance(revision, int):
        return None
    if told.get("seal") != fence.seal(question, True, kept, revision):
        return None  # whoever else has that address now must not end the telling
    return Told(revision, kept)
