"""What an audience process takes from the Redis channel, looked at before anything is done with it. No IO.

Whoever may write to that Redis server is trusted with what the phones show (docs/scale.md); but a mistake, another program on
the same channel, or rubbish must not reach a phone, nor end a process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..door.guard import origin_of
from ..door.limits import LONGEST_KEY, RESERVED, BadMessage, loads
from ..media_names import is_picture, of_a_question
from .hall import Message

EVENT = "feed"
NAMESPACE = "/audience"
LARGEST = 256 * 1024  # bytes of a message; a view of ours has some thousand
MOST_PARTS = 20_000
LARGEST_NUMBER = 1 << 62
MOST_MEDIA = 10_000
LONGEST_TEXT = 4_000  # of a single one in what is looked at one by one
OURS = frozenset(
    {"snapshot", "patch", "stale", "beat", "display", "do", "standby", "again", "state", "clock", *RESERVED}
)
"""Events that our pages act on: they come from the process that serves a page, and from nobody else."""


def understood(raw: bytes | str) -> Message | None:
    """One message of the channel; None for one that is not for our phones. Raises BadMessage for what is malformed.

    What is given back is an emit on our namespace: of the event `feed` with `data` as `Hall.share` makes it, or of a name
    that no page of ours acts on by itself.
    """
    message = loads(raw, LARGEST, MOST_PARTS)
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        raise BadMessage("no message of python-socketio's")
    if message["method"] != "emit" or message.get("namespace") != NAMESPACE:
        return None
    event, room = message.get("event"), message.get("room")
    if not isinstance(event, str) or not 0 < len(event) <= LONGEST_KEY:
        raise BadMessage("an event without a name")
    if event in OURS:
        raise BadMessage(f"an event called {event!r}, as ours are")
    if not (room is None or isinstance(room, str)) or not _names(message.get("skip_sid")):
        raise BadMessage(f"an emit of {event!r} to a room, or past a page, that is none")
    if "data" not in message or message.get("binary"):
        raise BadMessage(f"an emit of {event!r} without data, or with bytes in it")
    if event == EVENT:
        data = message["data"]
        if not isinstance(data, list) or len(data) != 1:
            raise BadMessage("a feed that is not one message")
        check_share(data[0])
    return message


def check_share(content: Any) -> None:
    """Raises BadMessage unless it is everything at once, as `Hall.share` makes it."""
    if not isinstance(content, dict):
        raise BadMessage("a feed that is no object")
    if set(content) != set(_SHARED) | {"type"} or content["type"] != "share":
        raise BadMessage(f"a feed of other fields than ours: {', '.join(sorted(map(str, content)))[:200]!r}")
    for name, right in _SHARED.items():
        if not right(content[name]):
            raise BadMessage(f"a feed whose {name!r} is none")


def _names(value: Any) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, list) and all(map(_text, value)))


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _whole(value: Any) -> bool:
    return type(value) is int and abs(value) < LARGEST_NUMBER


def _origin(value: Any) -> bool:
    return isinstance(value, str) and origin_of(value.rstrip("/")) is not None


def _view(value: Any) -> bool:
    """What the page reads of any view before it looks further."""
    if value is None:
        return True
    return (
        isinstance(value, dict)
        and value.get("role") == "audience"
        and _text(value.get("epoch"))
        and _whole(value.get("revision"))
        and _whole(value.get("contest_ns"))
        and isinstance(value.get("scene"), dict)
        and _text(value["scene"].get("name"))
        and isinstance(value.get("seats"), list)
        and all(
            isinstance(one, dict) and _whole(one.get("seat")) and _text(one.get("name"))
            for one in value["seats"]
        )
        and (value.get("clock") is None or isinstance(value["clock"], dict))
    )


def _media(value: Any) -> bool:
    if not isinstance(value, list) or len(value) > MOST_MEDIA:
        return False
    return all(isinstance(one, str) and (is_picture(one) or of_a_question(one)) for one in value)


def _standby(value: Any) -> bool:
    """Where the other machine is: addresses are origins, and all else is a word or a number."""
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    addresses = [value[key] for key in ("address", "audience") if value.get(key) is not None]
    rest = [one for key, one in value.items() if key not in ("address", "audience")]
    return all(map(_origin, addresses)) and all(
        one is None or isinstance(one, bool) or _text(one) or _whole(one) for one in rest
    )


_SHARED: dict[str, Callable[[Any], bool]] = {
    "from": _text,
    "view": _view,
    "contest_ns": _whole,
    "stale": lambda value: isinstance(value, bool),
    "muted": lambda value: isinstance(value, bool),
    "media": _media,
    "source": lambda value: value is None or _origin(value),
    "standby": _standby,
}
"""Field of a feed → whether a value may stand there."""
