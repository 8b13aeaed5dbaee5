"""What the arbiter says of an arming: fouls, the verdict with its evidence, presses that came too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from buzzers.press import Press

Outcome = Literal["winner", "too_close", "nobody"]
Status = Literal["first", "tied", "after", "foul", "locked_out", "not_counted"]
Why = Literal["watermarks", "waited"]


@dataclass(frozen=True, slots=True)
class JudgedPress:
    """A press and what became of it. Both lags are None where there is no first press to compare with."""

    press: Press
    status: Status
    lag_ns: int | None  # behind the first press; negative for a foul or a press that came in too late
    lag_uncertainty_ns: int | None

    def to_json(self) -> dict[str, Any]:
        return {
            **self.press.to_json(),
            "status": self.status,
            "lag_ns": self.lag_ns,
            "lag_uncertainty_ns": self.lag_uncertainty_ns,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "JudgedPress":
        """Raises ValueError if the object is not a judged press."""
        if data.get("status") not in get_args(Status):
            raise ValueError(f"judged press: unknown status {data.get('status')!r}")
        return cls(
            Press.from_json(data),
            data["status"],
            _integer_or_none(data, "lag_ns"),
            _integer_or_none(data, "lag_uncertainty_ns"),
        )


@dataclass(frozen=True, slots=True)
class Foul:
    """A press after arm and surely before open; the seat is locked out of the arming, unless fouls do not lock."""

    arming: str
    press: Press
    early_ns: int | None  # how long before open; None while no open is scheduled

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "foul",
            "arming": self.arming,
            "press": self.press.to_json(),
            "early_ns": self.early_ns,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Foul":
        """Raises ValueError if the object is not a foul."""
        return cls(_text(data, "arming"), Press.from_json(data["press"]), _integer_or_none(data, "early_ns"))


@dataclass(frozen=True, slots=True)
class Armed:
    """What the arming was when it was judged. With the presses and the watermarks, all that its verdict follows from."""

    arm_ns: int
    open_ns: int
    close_ns: int | None
    seats: tuple[int, ...]
    lost: Mapping[str, int]  # box -> its watermark before it lost presses; -1: it had none
    fouls_lock: bool = True  # so it was in logs that do not tell

    def to_json(self) -> dict[str, Any]:
        return {
            "arm_ns": self.arm_ns,
            "open_ns": self.open_ns,
            "close_ns": self.close_ns,
            "seats": list(self.seats),
            "lost": dict(self.lost),
            "fouls_lock": self.fouls_lock,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Armed":
        """Raises ValueError or KeyError if the object does not say what an arming was."""
        fouls_lock = data.get("fouls_lock", True)
        if type(fouls_lock) is not bool:
            raise ValueError(f"fouls_lock must be true or false, got {fouls_lock!r}")
        return cls(
            int(data["arm_ns"]),
            int(data["open_ns"]),
            _integer_or_none(data, "close_ns"),
            tuple(data["seats"]),
            dict(data["lost"]),
            fouls_lock,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who was first in an arming, by what margin, and why nothing can change it any more."""

    arming: str
    outcome: Outcome
    seats: tuple[int, ...]  # the winner; or all who may have been first; or nobody
    lead_ns: int | None  # margin to the next press; None without a winner or a second press
    lead_uncertainty_ns: int | None
    presses: tuple[JudgedPress, ...]  # in order of time
    why_final: Why
    missing: tuple[str, ...]  # boxes that were waited for in vain
    watermarks: Mapping[
        str, int | None
    ]  # box -> nothing earlier than this is still to come; None: never said
    decided_ns: int
    armed: Armed | None = None  # None: from a log that does not tell

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "verdict",
            "arming": self.arming,
            "outcome": self.outcome,
            "seats": list(self.seats),
            "lead_ns": self.lead_ns,
            "lead_uncertainty_ns": self.lead_uncertainty_ns,
            "presses": [judged.to_json() for judged in self.presses],
            "final": {"why": self.why_final, "missing": list(self.missing)},
            "watermarks": dict(self.watermarks),
            "decided_ns": self.decided_ns,
            "armed": self.armed and self.armed.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """Raises ValueError or KeyError if the object is not a verdict."""
        if data.get("outcome") not in get_args(Outcome):
            raise ValueError(f"verdict: unknown outcome {data.get('outcome')!r}")
        if data["final"].get("why") not in get_args(Why):
            raise ValueError(f"verdict: unknown reason {data['final'].get('why')!r}")
        return cls(
            arming=_text(data, "arming"),
            outcome=data["outcome"],
            seats=tuple(data["seats"]),
            lead_ns=_integer_or_none(data, "lead_ns"),
            lead_uncertainty_ns=_integer_or_none(data, "lead_uncertainty_ns"),
            presses=tuple(JudgedPress.from_json(judged) for judged in data["presses"]),
            why_final=data["final"]["why"],
            missing=tuple(data["final"]["missing"]),
            watermarks=dict(data["watermarks"]),
            decided_ns=int(data["decided_ns"]),
            armed=Armed.from_json(data["armed"]) if data.get("armed") else None,
        )


@dataclass(frozen=True, slots=True)
class LatePress:
    """A press of an arming that became known after its verdict. It changes nothing, and is recorded."""

    arming: str
    judged: JudgedPress

    def to_json(self) -> dict[str, Any]:
        return {"type": "late_press", "arming": self.arming, "press": self.judged.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "LatePress":
        """Raises ValueError if the object is not a late press."""
        return cls(_text(data, "arming"), JudgedPress.from_json(data["press"]))


@dataclass(frozen=True, slots=True)
class StrayPress:
    """A press that no verdict is about: outside any arming, or in one that was cancelled or superseded."""

    arming: str | None
    press: Press
    why: Literal["outside", "cancelled", "superseded", "too_many"]

    def to_json(self) -> dict[str, Any]:
        return {"type": "stray_press", "arming": self.arming, "press": self.press.to_json(), "why": self.why}


Finding = Foul | Verdict | LatePress | StrayPress


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, got {value!r}")
    return value


def _integer_or_none(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is not None and type(value) is not int:
        raise ValueError(f"{name} must be an integer or null, got {value!r}")
    return value
