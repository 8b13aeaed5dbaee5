"""Events and commands to and from JSON: the one place where types get names on the wire and in the log."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import msgspec

from question_bank.model import first_refused

from .game import commands, events
from .game.paper import Slot
from .game.rulebook import Contestant, FreeCue, Judge, Look, RoundRules, Rulebook, Text, TieBreak


def _name(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


EVENTS: dict[str, type] = {_name(kind): kind for kind in get_args(events.Event)}
_DECODERS: dict[str, msgspec.json.Decoder[events.Event]] = {
    name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items() if name != "contest_created"
}
HOST_COMMANDS: dict[str, type] = {_name(kind): kind for kind in get_args(commands.HostCommand)}
NAMES: dict[type, str] = {kind: name for name, kind in (EVENTS | HOST_COMMANDS).items()}
ROUNDS: dict[str, type] = {_name(kind): kind for kind in get_args(RoundRules)}

LONGEST_TEXT, LARGEST_NUMBER, MOST_PARTS = 500, 10**12, 100
BROKEN_LETTER = re.compile("[\ud800-\udfff]")  # half of a letter: no file can hold it


class BadCommand(ValueError):
    """A command that is not of its form; the text says what and how to mend it."""


def event_type(event: object) -> str:
    """The name an event has in the log, e.g. "question_presented"."""
    return NAMES[type(event)]


def event_to_json(event: object) -> str:
    """Canonical JSON (sorted keys, no blanks): what is stored is what is hashed."""
    return json.dumps(
        msgspec.to_builtins(event), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def event_from_json(name: str, body: str) -> events.Event:
    """The event of a log row. Raises ValueError when the row is not one of ours."""
    if name not in EVENTS:
        raise ValueError(f"unknown event type '{name}'")
    if name == "contest_created":
        return _contest_created(json.loads(body))
    try:
        event: events.Event = _DECODERS[name].decode(body)
    except msgspec.MsgspecError as error:
        raise ValueError(f"'{name}': {error}") from None
    return event


def _contest_created(content: dict[str, Any]) -> events.ContestCreated:
    """The one event that holds a choice of types: each round's rules are of the kind they name."""
    book = content["rulebook"]
    tie_break = book.get("tie_break")
    return events.ContestCreated(
        contest=content["contest"],
        rulebook=Rulebook(
            title=msgspec.convert(book["title"], Text),
            subtitle=msgspec.convert(book["subtitle"], Text),
            language=book["language"],
            base_cp=book["base_cp"],
            contestants=msgspec.convert(book["contestants"], tuple[Contestant, ...]),
            judges=msgspec.convert(book["judges"], tuple[Judge, ...]),
            rounds=tuple(_round(rules) for rules in book["rounds"]),
            web_buzzers=book.get("web_buzzers", False),
            theme=book.get("theme", "stage"),
            staged=book.get("staged", False),
            tie_break=msgspec.convert(tie_break, TieBreak) if tie_break else None,
            cues=msgspec.convert(book.get("cues", []), tuple[FreeCue, ...]),
            look=msgspec.convert(book.get("look", {}), Look),
        ),
        slots=msgspec.convert(content["slots"], tuple[Slot, ...]),
        draw_seed=content["draw_seed"],
        rehearsal=content.get("rehearsal", False),
    )


def _round(rules: dict[str, Any]) -> Any:
    """One round's rules; an older log knew one figure for all fouls, and no judge who may not mark."""
    if "foul_cp" in rules:
        rules = {**rules, "fouls_cp": [rules["foul_cp"]]}
    if rules["kind"] == "scenario":
        rules = {"mask_own_unit": False, **rules}
    return msgspec.convert(rules, ROUNDS[rules["kind"]])


def host_command(message: dict[str, Any]) -> commands.HostCommand:
    """The command in a page's message; "id" is the caller's. Raises BadCommand."""
    name = message.get("type")
    if not isinstance(name, str) or name not in HOST_COMMANDS:
        raise BadCommand(f"unknown command type {name!r}; known: {', '.join(sorted(HOST_COMMANDS))}")
    kind = HOST_COMMANDS[name]
    body = {key: value for key, value in message.items() if key not in ("id", "type")}
    unknown = set(body) - set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    if unknown:
        raise BadCommand(f"'{name}' takes no field {', '.join(sorted(unknown))}")
    for field, value in body.items():
        _check_size(name, field, value)
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise BadCommand(f"'{name}': {error}") from None


def _check_size(name: str, field: str, value: Any) -> None:
    """No command needs more than this; what is longer must reach neither the log nor a refusal that repeats it."""
    if isinstance(value, list):
        if len(value) > MOST_PARTS:
            raise BadCommand(f"'{name}': {field} has {len(value)} parts; at most {MOST_PARTS}")
        for part in value:
            _check_size(name, field, part)
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise BadCommand(f"'{name}': {field} is no number of ours: at most {LARGEST_NUMBER}")
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT or BROKEN_LETTER.search(value):
            raise BadCommand(f"'{name}': {field} is a text of at most {LONGEST_TEXT} whole letters")
        if "\n" in value or first_refused(value) is not None:
            raise BadCommand(f"'{name}': {field} is one line without invisible characters")


def command_message(command: commands.HostCommand) -> dict[str, Any]:
    """The message that asks for `command`, without an id; fields at their default are left out."""
    given = {key: value for key, value in msgspec.to_builtins(command).items() if value is not None}
    return {"type": NAMES[type(command)], **given}


def marks_cp(message: dict[str, Any]) -> tuple[int, ...]:
    """A judge's marks in points → centipoints. Raises BadCommand."""
    marks = message.get("marks")
    if not isinstance(marks, list) or not 0 < len(marks) <= 50:
        raise BadCommand("'submit_marks' takes marks: a list of numbers, one an item")
    found = []
    for mark in marks:
        if isinstance(mark, bool) or not isinstance(mark, int | float) or not 0 <= mark <= 1000:
            raise BadCommand(f"a mark is a number of points from 0 to 1000, not {mark!r}")
        hundredths = round(mark * 100)
        if abs(mark * 100 - hundredths) > 1e-6:
            raise BadCommand(f"a mark has at most two decimals, not {mark!r}")
        found.append(hundredths)
    return tuple(found)
