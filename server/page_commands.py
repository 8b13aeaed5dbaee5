"""What a page or a script may ask: held to the table of roles, checked, and handed to the stage; one form of answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import codec
from .door.refusals import refused
from .game.commands import CloseMarking, LampTest, SubmitMarks
from .game.refusal import Refused
from .house import COMMANDS as OF_THE_HOUSE
from .house import House
from .sign_in.desk import COMMANDS as OF_THE_DESK
from .sign_in.desk import SignInDesk
from .sign_in.identity import Identity
from .sign_in.roles import MAY, OWN, may
from .stage import Stage

COMMAND_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
NOT_YOURS = "这个操作不属于您的角色", "This command is not for your role"


class Commands:
    """What a page or a script may ask, checked and handed to the stage; one answer form for all of them."""

    def __init__(
        self, stage: Stage, house: House, simulate: Callable[[int], bool], lamp_test: Callable[[], bool]
    ) -> None:
        self._stage = stage
        self._house = house
        self._simulate = simulate
        self._lamp_test = lamp_test
        self.desk: SignInDesk | None = None
        self.reach: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    def run(
        self, identity: Identity, message: Any, console: str | None = None, address: str = ""
    ) -> tuple[dict[str, Any], int]:
        """(answer, HTTP status): 200 done, 409 the rules refuse, 400 malformed, 403 not this role's.

        console: the connection of a console, which has to hold the control; None for a script, which need not.
        address: whose it is, for the line about a refusal.
        """
        try:
            if not isinstance(message, dict):
                raise codec.BadCommand("a command is a JSON object")
            command_id = message.get("id")
            if not isinstance(command_id, str) or not COMMAND_ID.fullmatch(command_id):
                raise codec.BadCommand(
                    "'id' is missing: 8 to 64 letters, digits, '-' or '_', new for each command"
                )
            return self._run(identity, message, command_id, console, address)
        except Refused as refusal:
            return _refusal(refusal.reason.zh, refusal.reason.en), 409
        except codec.BadCommand as error:
            refused("command", address, f"{account(identity)}: {error}")
            return _refusal(f"命令格式不对：{error}", f"Malformed command: {error}"), 400

    def _run(
        self, who: Identity, message: dict[str, Any], command_id: str, console: str | None, address: str
    ) -> tuple[dict[str, Any], int]:
        kind, chief = message.get("type"), self._stage.state.rulebook.chief
        if who.role == "host" and (not isinstance(kind, str) or kind not in MAY):
            codec.host_command(message)  # says which there are
        if not may(who, kind, message, chief.number if chief else None):
            refused("role", address, f"{account(who)}: {str(kind)[:40]!r}")
            return _refusal(*NOT_YOURS), 403
        assert isinstance(kind, str)
        if kind in OF_THE_DESK:
            return self._done() if self.desk is None else self._done(**self.desk.run(message, console))
        if kind == "address_code" and self.reach is not None:
            return self._done(**self.reach(message))
        if kind in OF_THE_HOUSE:
            self._house.run(message, console)
            return self._done()
        if console is not None:
            self._house.may_command(console)
        if kind == "simulate_press":
            return self._press(message)
        return self._answer(_command(who, kind, message), f"{account(who)}:{command_id}")

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

    def _done(self, **more: Any) -> tuple[dict[str, Any], int]:
        done: dict[str, Any] = {
            "accepted": True,
            "revision": self._stage.state.seq,
            "reason": None,
            "events": [],
        }
        return {**done, **more}, 200


def _refusal(zh: str, en: str) -> dict[str, Any]:
    return {"accepted": False, "revision": None, "reason": {"zh": zh, "en": en}}


def _command(who: Identity, kind: str, message: dict[str, Any]) -> Any:
    """The rules' command; the number of a judge or a seat is that of the sign-in. Raises BadCommand."""
    if kind == "submit_marks":
        assert who.judge is not None
        return SubmitMarks(who.judge, codec.marks_cp(message))
    if kind == "close_marking" and who.role == "judge":
        return CloseMarking()
    if OWN.get(kind) == who.role:
        message = {**message, "seat": who.seat}
    return codec.host_command(message)


def account(who: Identity) -> str:
    """Whose command it is, as it stands before its id: ids of one do not answer for another."""
    return who.role if who.number is None else f"{who.role} {who.number}"
