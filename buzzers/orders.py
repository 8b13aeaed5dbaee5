"""Reads one line of the stream from the server: JSON, one object, every member checked. No IO."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

PROTOCOL = 1
MAX_LINE_BYTES = 65_536
MAX_AHEAD_NS = 3_600_000_000_000
"""No instant is scheduled further ahead: a slip of the unit must not bar every arming to come."""
MAX_TICKS = 2**53  # whole numbers that a browser can count to
MAX_PRESSES = 32

Check = Callable[[Any], bool]


class BadLine(ValueError):
    """The line is no order of the stream; the text says why."""


def read_order(line: bytes, seats: int, now_ns: int) -> dict[str, Any]:
    """The order in a line, with every member present and of its type. Raises BadLine.

    seats: how many there are. now_ns: instants later than this by more than an hour are refused.
    """
    try:
        order = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(order, dict):
        raise BadLine("not an object")
    kind = order.get("type")
    members = _MEMBERS.get(kind) if isinstance(kind, str) else None
    if members is None:
        raise BadLine(f"unknown type {kind!r}")
    checked: dict[str, Any] = {"type": kind}
    for name, (check, wanted) in members.items():
        value = order.get(name, _ABSENT.get(name))
        if not check(value):
            raise BadLine(f"{kind}: {name} must be {wanted}")
        checked[name] = value
    for name in ("arm_ns", "open_ns", "close_ns"):
        if (checked.get(name) or 0) > now_ns + MAX_AHEAD_NS:
            raise BadLine(f"{kind}: {name} is more than an hour ahead")
    if kind == "web" and not checked["sent_ns"] <= checked["received_ns"] <= now_ns:
        raise BadLine("web: an answer comes after its probe, and not from the future")
    one = [checked["seat"]] if "seat" in checked else []
    for seat in [*checked.get("seats", ()), *checked.get("lit", ()), *one]:
        if not 1 <= seat <= seats:
            raise BadLine(f"{kind}: there is no seat {seat}")
    return checked


def _is_integer(value: Any) -> bool:
    return type(value) is int


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_name(value: Any) -> bool:
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        return False
    # JSON can spell half of a surrogate pair, which no encoding can write down again.
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _are_seats(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 64 and all(type(seat) is int for seat in value)


def _is_place(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, dict) and isinstance(value.get("core"), str) and _is_count(value.get("seq"))


def _are_presses(value: Any) -> bool:
    if not isinstance(value, list) or len(value) > MAX_PRESSES:
        return False
    if not all(isinstance(one, list) and len(one) == 2 and all(map(_is_tick, one)) for one in value):
        return False
    return all(earlier < later for earlier, later in pairwise([0, *(one[0] for one in value)]))


def _is_tick(value: Any) -> bool:
    return _is_count(value) and value <= MAX_TICKS


_NAME = (_is_name, "a text of 1 to 64 characters, no surrogates")
_TIME = (_is_count, "ns, an integer")
_SEATS = (_are_seats, "a list of seats")
_SEAT = (_is_integer, "a seat")
_MEMBERS: dict[str, dict[str, tuple[Check, str]]] = {
    "hello": {
        "protocol": (_is_integer, "an integer"),
        "after": (_is_place, 'null or {"core": text, "seq": integer}'),
    },
    "ack": {"seq": (_is_count, "an integer from 0")},
    "arm": {
        "arming": _NAME,
        "seats": _SEATS,
        "arm_ns": _TIME,
        "fouls_lock": (lambda value: type(value) is bool, "true or false"),
    },
    "open": {
        "arming": _NAME,
        "open_ns": _TIME,
        "close_ns": (lambda value: value is None or _is_count(value), "ns, an integer, or null"),
    },
    "cancel": {"arming": _NAME},
    "simulate": {"seat": _SEAT},
    "web": {
        "seat": _SEAT,
        "page": _NAME,
        "sent_ns": _TIME,
        "ticks": (_is_tick, "microseconds, an integer"),
        "received_ns": _TIME,
        "presses": (_are_presses, "a list of [sequence from 1, microseconds], in order"),
    },
    "web_gone": {"seat": _SEAT, "page": _NAME},
    "lamps": {"lit": _SEATS},
    "lamp_test": {},
}
_ABSENT: dict[str, Any] = {"fouls_lock": True}  # what a member means that older servers do not send
