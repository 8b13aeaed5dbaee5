"""Frames and messages that no page sends: too large, broken, endless. Each closes its own connection and no other."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import Any

import pytest

from server.door.limits import LARGEST_MESSAGE, MOST_AUDIENCE, MOST_FRAMES
from tests.security.venue import Venue
from tests.security.wire import BINARY, CLOSE, PING, TEXT, RawSocket

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
PROJECTOR = "/projector"
FLOOD_S = 20.0 if FULL else 1.5


def joined(venue: Venue) -> RawSocket:
    page = RawSocket(venue.show, PROJECTOR)
    page.hears("40/projector")
    return page


BAD_FRAMES: dict[str, dict[str, Any]] = {
    "unmasked": {"opcode": TEXT, "payload": b"2", "masked": False},
    "first reserved bit": {"opcode": TEXT, "payload": b"2", "reserved": 4},
    "second reserved bit": {"opcode": TEXT, "payload": b"2", "reserved": 2},
    "third reserved bit": {"opcode": TEXT, "payload": b"2", "reserved": 1},
    "unknown opcode": {"opcode": 3, "payload": b"2"},
    "unknown control opcode": {"opcode": 11, "payload": b""},
    "control frame of 126": {"opcode": PING, "payload": b"p" * 126},
    "control frame in parts": {"opcode": PING, "payload": b"p", "final": False},
    "continuation of nothing": {"opcode": 0, "payload": b"2"},
    "close with a status of one byte": {"opcode": CLOSE, "payload": b"\x03"},
    "close with a forbidden status": {"opcode": CLOSE, "payload": b"\x03\xed"},
    "no UTF-8": {"opcode": TEXT, "payload": b'42/projector,["\xff\xfe"]'},
    "claims 2**62 bytes": {"opcode": TEXT, "payload": b"4", "length": 2**62},
    "claims 2**63 bytes": {"opcode": TEXT, "payload": b"4", "length": 2**63},
    "one byte above the largest": {"opcode": TEXT, "payload": b"4", "length": LARGEST_MESSAGE + 1},
}


def test_bad_frames_close_their_connection(venue: Venue) -> None:
    with venue.under_attack():
        for name, frame in BAD_FRAMES.items():
            with joined(venue) as page:
                page.frame(**frame)
                assert page.closed_within(4), f"{name}: the connection lives on"


NESTED = "[" * 5000 + "]" * 5000
BAD_MESSAGES = {
    "empty": "",
    "no packet": "hello",
    "an open packet of the engine": "0{}",
    "an upgrade": "5",
    "a superscript for a digit": "²",
    "a digit of another script": '٤٢/projector,["clock"]',
    "no JSON": '42/projector,["clock"',
    "a binary event": '451-/projector,["state",{"_placeholder":true,"num":0}]',
    "a binary acknowledgement": '461-/projector,1[{"_placeholder":true,"num":0}]',
    "an error of ours": "44/projector,{}",
    "a hundred digits of acknowledgement": "42/projector," + "9" * 100 + '["clock"]',
    "deep JSON": f'42/projector,["state",{NESTED}]',
    "deep auth": f'40/stage,{{"page":{NESTED}}}',
    "NaN": '42/projector,["state",{"size":[NaN,1]}]',
    "Infinity": '42/projector,["state",{"size":[-Infinity,1]}]',
    "a number too large": '42/projector,["state",{"size":[1e999,1]}]',
    "a huge whole number": '42/projector,["state",{"size":[' + "9" * 4000 + ",1]}]",
    "one key twice": '42/projector,["state",{"sound":"on","sound":"off"}]',
    "half a letter": '42/projector,["state",{"sound":"\\ud800"}]',
    "a namespace with a query": "40/host?role=host,{}",
    "five thousand commas": '42/projector,["state",' + "1," * 5000 + "1]",
}


def test_bad_messages_close_their_connection(venue: Venue) -> None:
    before = len(venue.refusals("(message)"))
    with venue.under_attack():
        for name, message in BAD_MESSAGES.items():
            with joined(venue) as page:
                page.text(message)
                assert page.closed_within(4), f"{name}: the connection lives on"
    assert all(len(line) < 400 for line in venue.refused("(message)", before))


PASSED_OVER = (
    '42/projector,{"a":1}',
    "42/projector,[]",
    "42/projector,[42]",
    '42/projector,["connect",{"page":"x"}]',
    '42/projector,["disconnect"]',
    '42/projector,["connect_error"]',
)


def test_events_called_as_the_librarys_own_are_passed_over(venue: Venue) -> None:
    before = len(venue.refusals("(message)"))
    with venue.under_attack(), joined(venue) as page:
        for number, message in enumerate(PASSED_OVER):
            page.text(message)
            page.event(PROJECTOR, "clock", number=number)
            assert "contest_ns" in page.hears(f"43/projector,{number}"), message
    venue.refused("(message)", before)


def test_binary_messages_close_their_connection(venue: Venue) -> None:
    with venue.under_attack(), joined(venue) as page:
        page.frame(BINARY, b"\x04\x02")
        assert page.closed_within(4)


@pytest.mark.parametrize(
    "name",
    [
        "join",
        "leave",
        "message",
        "snapshot",
        "patch",
        "display",
        "do",
        "emit",
        "__init__",
        "on_command",
        "identity",
    ],
)
def test_events_named_like_our_own_parts_do_nothing(venue: Venue, name: str) -> None:
    with joined(venue) as page:
        revision = venue.revision()
        page.event(PROJECTOR, name, "host", {"room": "judge-1"}, number=7)
        page.event(PROJECTOR, "clock", number=8)
        while True:
            answer = page.hears("43/projector,")
            if answer.startswith("43/projector,8"):
                break
            assert answer == "43/projector,7[]", answer
        assert "contest_ns" in answer and venue.revision() == revision


def test_a_message_as_large_as_may_be_is_read_and_one_larger_is_not(venue: Venue) -> None:
    fits = json.dumps(["state", {"sound": "x" * (LARGEST_MESSAGE - 200)}])
    before = len(venue.refusals("too large"))
    with venue.under_attack():
        with joined(venue) as page:
            page.text(f"42/projector,{fits}")
            page.event(PROJECTOR, "clock", number=1)
            page.hears("43/projector,1")
        with joined(venue) as page:
            half = b"x" * (LARGEST_MESSAGE // 2 + 100)
            page.frame(TEXT, b'42/projector,["state",{"sound":"' + half, final=False)
            page.frame(0, half + b'"}]')
            assert page.closed_within(4), "two frames of 33 KB made one message"
    venue.refused("too large", before)


def test_a_message_in_too_many_parts_is_refused(venue: Venue) -> None:
    with venue.under_attack(), joined(venue) as page:
        page.frame(TEXT, b"4", final=False)
        try:
            for _ in range(MOST_FRAMES + 10):
                page.frame(0, b"", final=False)
        except (BrokenPipeError, ConnectionResetError):
            return  # closed while it was still being said
        assert page.closed_within(4)


@pytest.mark.parametrize("flood", ["events", "pings", "fragments", "large"])
def test_a_flood_slows_itself_alone(venue: Venue, flood: str) -> None:
    event = json.dumps(["clock"])
    large = json.dumps(["state", {"sound": "x" * 60_000}])
    with venue.under_attack():
        pages = [joined(venue) for _ in range(4)]
        for page in pages:
            page.connection.settimeout(0.05)
        end = time.monotonic() + FLOOD_S
        alive = list(pages)
        while alive and time.monotonic() < end:
            for page in list(alive):
                try:
                    for _ in range(20):
                        if flood == "events":
                            page.text(f"42/projector,{event}")
                        elif flood == "pings":
                            page.frame(PING, b"p" * 100)
                        elif flood == "large":
                            page.text(f"42/projector,{large}")
                        else:
                            page.frame(TEXT, b"3", final=False)
                            page.frame(0, b"")
                except TimeoutError:
                    alive.remove(page)  # the server reads no faster than it wants to; half a frame is out
                except OSError:
                    alive.remove(page)
        for page in pages:
            page.close()


def test_the_audience_has_so_many_places_on_the_stages_port_and_others_theirs(venue: Venue) -> None:
    before = len(venue.refusals("(full)"))
    with venue.under_attack(), contextlib.ExitStack() as crowd:
        answers = []
        for _ in range(MOST_AUDIENCE + 3):
            phone = crowd.enter_context(RawSocket(venue.show, "/audience"))
            while not (answer := phone.hears("4")).startswith(("40", "44")):
                pass
            answers.append(answer)
        assert sum(answer.startswith("40") for answer in answers) <= MOST_AUDIENCE
        assert "full" in answers[-1]
        with joined(venue) as page:
            page.event(PROJECTOR, "clock", number=1)
            page.hears("43/projector,1")
    venue.refused("(full)", before)


def test_a_flood_of_events_is_told_in_few_lines(venue: Venue) -> None:
    before = len(venue.refusals("(rate)"))
    with venue.under_attack(), joined(venue) as page:
        for number in range(300):
            page.event(PROJECTOR, "state", {"sound": "on", "size": [100 + number, 100]})
        page.event(PROJECTOR, "clock", number=1)
        page.hears("43/projector,1", 10)
    lines = venue.refused("(rate)", before)
    assert len(lines) - before <= 7, "a line for each of a flood is a flood of its own"
