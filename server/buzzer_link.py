"""The server's end of the stream from the timing core: reports in, armings out, resumed after any break.

The state says what the core should be doing; this end makes it so, again after each reconnection. A report is
acknowledged to the core only when it is in the log, so a server killed in between hears it again.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import eventlet
from eventlet.green import socket
from eventlet.semaphore import Semaphore

from .game import commands as c
from .game.events import PressSeen
from .game.state import State
from .stage import Stage

PROTOCOL = 1
RETRY_S = 0.2
LOG_RETRY_S = 0.5
LONGEST_LINE = 1_000_000


def _press(message: dict[str, Any]) -> PressSeen:
    lag_ns, lag_uncertainty_ns = message.get("lag_ns"), message.get("lag_uncertainty_ns")
    return PressSeen(
        int(message["seat"]),
        None if lag_ns is None else int(lag_ns),
        int(message["uncertainty_ns"] if lag_uncertainty_ns is None else lag_uncertainty_ns),
        str(message["status"]),
        str(message.get("source", "hardware")),
    )


def report(message: dict[str, Any]) -> c.Command | None:
    """The command a durable message of the core stands for; None for one that this server does not know.

    Raises KeyError, TypeError, ValueError for a message that is not of its form.
    """
    arming = str(message.get("arming", ""))
    match message["type"]:
        case "foul":
            press = message["press"]
            return c.ReportFoul(arming, int(press["seat"]), message.get("early_ns"), press)
        case "verdict":
            evidence = {key: value for key, value in message.items() if key not in ("seq", "type", "arming")}
            return c.ReportVerdict(
                arming,
                str(message["outcome"]),
                tuple(int(seat) for seat in message["seats"]),
                message.get("lead_ns"),
                message.get("lead_uncertainty_ns"),
                tuple(_press(press) for press in message["presses"]),
                evidence,
            )
        case "late_press":
            return c.ReportLatePress(arming, _press(message["press"]), message["press"])
    return None


class BuzzerLink:
    """One connection to the core at `path`, made again whenever it breaks."""

    def __init__(self, path: Path, stage: Stage) -> None:
        self._path = path
        self._stage = stage
        self._socket: Any = None
        self._core: str | None = None
        self._seq = 0
        self._told: tuple[Any, ...] = ()
        self._sending = Semaphore(1)
        self.on_web_ack: Callable[[dict[str, Any]], None] | None = None
        stage.on_change.append(self._follow)

    def run(self) -> None:
        """Serve for ever; meant for a green thread of its own."""
        while True:
            try:
                self._serve_once()
            except Exception:  # whatever it was, the link is made anew
                traceback.print_exc(file=sys.stderr)
            self._socket = None
            if self._stage.rim.timing != "down":
                self._stage.set_rim(timing="down")
            eventlet.sleep(RETRY_S)

    def simulate(self, seat: int) -> bool:
        """Press a simulated box; False when the core cannot be reached or runs on real boxes only."""
        return self._stage.rim.simulated and self._send({"type": "simulate", "seat": seat})

    def lamp_test(self) -> bool:
        return self._send({"type": "lamp_test"})

    def forward(self, order: dict[str, Any]) -> bool:
        """Hand on what a web buzzer says; False when the core cannot be reached."""
        return self._send(order)

    def _serve_once(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            return
        try:
            self._socket = connection
            known = {"core": self._core, "seq": self._seq} if self._core else None
            self._send({"type": "hello", "protocol": PROTOCOL, "after": known})
            buffered = b""
            while chunk := connection.recv(65536):
                *lines, buffered = (buffered + chunk).split(b"\n")
                for line in lines:
                    self._hear(json.loads(line))
                if len(buffered) > LONGEST_LINE:
                    raise ValueError("the timing core sent a line without end")
        finally:
            connection.close()

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "welcome":
            if self._core != str(message["core"]):
                self._core, self._seq = str(message["core"]), 0
            self._told = ()
            self._stage.set_rim(
                timing="ok",
                boxes=tuple(message["boxes"]),
                simulated=bool(message["simulated"]),
                scheduling=message.get("scheduling"),
            )
            self._store(c.ReportCore(self._core), None)
            self._follow(self._stage.state)
        elif message["type"] == "boxes":
            self._stage.set_rim(boxes=tuple(message["boxes"]), simulated=bool(message["simulated"]))
        elif message["type"] == "web_ack":
            if self.on_web_ack is not None:
                self.on_web_ack(message)
        elif "seq" in message:
            command = report(message)
            if command is not None:
                self._store(command, f"core:{self._core}-{message['seq']}")
            self._seq = int(message["seq"])
            self._send({"type": "ack", "seq": self._seq})
        else:
            print(f"timing core says: {message}", file=sys.stderr)
            arming = self._stage.state.buzz.arming
            if message["type"] == "error" and arming and arming in str(message.get("line")):
                self._store(c.ReportRefusal(arming), None)

    def _store(self, command: c.Command, command_id: str | None) -> None:
        """Until it is in the log: a disk that is full for a moment must not cost a verdict."""
        while not self._stage.submit(command, command_id).accepted:
            eventlet.sleep(LOG_RETRY_S)

    def _follow(self, state: State) -> None:
        """Tell the core what the state asks of it, once for each change."""
        if self._socket is None:
            return
        buzz, offset_ns = state.buzz, self._stage.offset_ns
        wanted: tuple[Any, ...]
        if buzz.live and buzz.arming and buzz.armed_ns is not None:
            wanted = (buzz.arming, buzz.phase)
            if wanted == self._told:
                return
            seats = sorted({*buzz.eligible, *(one.seat for one in buzz.fouls if one.arming == buzz.arming)})
            self._send(
                {
                    "type": "arm",
                    "arming": buzz.arming,
                    "seats": seats,
                    "arm_ns": buzz.armed_ns - offset_ns,
                    "fouls_lock": buzz.fouls_lock,
                }
            )
            if buzz.phase == "open" and buzz.open_ns is not None and buzz.close_ns is not None:
                self._send(
                    {
                        "type": "open",
                        "arming": buzz.arming,
                        "open_ns": buzz.open_ns - offset_ns,
                        "close_ns": buzz.close_ns - offset_ns,
                    }
                )
        else:
            lit = (
                [seat for seat in (state.turn.seat, buzz.winner) if seat]
                if state.turn and not state.turn.done
                else []
            )
            ended = self._told[0] if self._told and isinstance(self._told[0], str) else None
            wanted = (None, lit)
            if wanted == self._told:
                return
            if ended and buzz.phase not in ("locked", "too_close", "nobody"):
                self._send({"type": "cancel", "arming": ended})
            self._send({"type": "lamps", "lit": lit})
        self._told = wanted

    def _send(self, message: dict[str, Any]) -> bool:
        if self._socket is None:
            return False
        try:
            with self._sending:
                self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            return False
        return True
