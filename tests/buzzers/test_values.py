"""The values that leave the timing core survive JSON; orders that come in are checked; the outbox forgets in order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzers.orders import MAX_AHEAD_NS, BadLine, read_order
from buzzers.press import Press
from buzzers.seating import Seating
from buzzers.stream import Outbox
from buzzers.verdict import Armed, Foul, JudgedPress, LatePress, StrayPress, Verdict

PRESS = Press(3, "a1b2c3d4", "a1b2c3d4/0001", 900, 8_000, 1_000, 50, 7, "hardware")
JUDGED = JudgedPress(PRESS, "first", 0, 8_000)


def through_json(value: Foul | Verdict | LatePress | StrayPress) -> dict[str, object]:
    read: dict[str, object] = json.loads(json.dumps(value.to_json()))
    return read


def test_values_come_back_from_json_as_they_went() -> None:
    verdict = Verdict(
        "a7",
        "winner",
        (3,),
        5,
        10,
        (JUDGED, JudgedPress(PRESS, "foul", None, None)),
        "waited",
        ("b",),
        {"b": None},
        9,
    )
    assert Press.from_json(json.loads(json.dumps(PRESS.to_json()))) == PRESS
    assert Foul.from_json(through_json(Foul("a7", PRESS, None))) == Foul("a7", PRESS, None)
    assert Verdict.from_json(through_json(verdict)) == verdict
    assert LatePress.from_json(through_json(LatePress("a7", JUDGED))) == LatePress("a7", JUDGED)
    assert through_json(StrayPress(None, PRESS, "outside"))["press"] == PRESS.to_json()


def test_a_verdict_has_the_members_that_the_server_reads() -> None:
    data = Verdict("a7", "nobody", (), None, None, (JUDGED,), "watermarks", (), {"b": 4}, 9).to_json()
    assert data["type"] == "verdict"
    assert data["final"] == {"why": "watermarks", "missing": []}
    assert data["presses"][0] == {
        **PRESS.to_json(),
        "status": "first",
        "lag_ns": 0,
        "lag_uncertainty_ns": 8_000,
    }


@pytest.mark.parametrize("name", ["seat", "box", "time_ns", "source"])
@pytest.mark.parametrize("wrong", [None, 1.5, True, []])
def test_a_damaged_press_is_refused(name: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=name):
        Press.from_json({**PRESS.to_json(), name: wrong})


def test_damaged_findings_are_refused() -> None:
    verdict = Verdict("a7", "nobody", (), None, None, (), "watermarks", (), {}, 9).to_json()
    for wrong in (
        {**verdict, "outcome": "draw"},
        {**verdict, "final": {"why": "luck", "missing": []}},
        {**verdict, "arming": 7},
        {**verdict, "lead_ns": "5"},
    ):
        with pytest.raises(ValueError):
            Verdict.from_json(wrong)
    with pytest.raises(ValueError, match="status"):
        JudgedPress.from_json({**JUDGED.to_json(), "status": "won"})


GOOD = [
    {"type": "hello", "protocol": 1, "after": None},
    {"type": "hello", "protocol": 1, "after": {"core": "x", "seq": 4}},
    {"type": "ack", "seq": 4},
    {"type": "arm", "arming": "a1", "seats": [1, 5], "arm_ns": 5, "fouls_lock": False},
    {"type": "open", "arming": "a1", "open_ns": 6, "close_ns": 7},
    {"type": "open", "arming": "a1", "open_ns": 6, "close_ns": None},
    {"type": "cancel", "arming": "a1"},
    {"type": "simulate", "seat": 5},
    {"type": "lamps", "lit": []},
    {"type": "lamp_test"},
]


@pytest.mark.parametrize("order", GOOD, ids=lambda order: str(order["type"]))
def test_every_order_is_read(order: dict[str, object]) -> None:
    assert read_order(json.dumps(order).encode(), 5, 10) == order
    assert read_order(json.dumps({**order, "extra": 1}).encode(), 5, 10) == order


def test_fouls_lock_in_an_order_of_an_older_server() -> None:
    order = {"type": "arm", "arming": "a1", "seats": [1, 5], "arm_ns": 5}
    assert read_order(json.dumps(order).encode(), 5, 10) == {**order, "fouls_lock": True}


def test_fouls_locked_in_evidence_that_does_not_tell() -> None:
    armed = Armed(1, 2, None, (1, 2), {"hub": -1}, fouls_lock=False)
    assert Armed.from_json(json.loads(json.dumps(armed.to_json()))) == armed
    former = {key: value for key, value in armed.to_json().items() if key != "fouls_lock"}
    assert Armed.from_json(former).fouls_lock
    with pytest.raises(ValueError, match="fouls_lock"):
        Armed.from_json({**former, "fouls_lock": None})


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"nonsense",
        b"[" * 60_000,
        b"7",
        b"{}",
        b'{"type": []}',
        b'{"type": "reboot"}',
        b'{"type": "ack"}',
        b'{"type": "ack", "seq": true}',
        b'{"type": "hello", "protocol": 1, "after": {"core": 1, "seq": 2}}',
        b'{"type": "arm", "arming": "", "seats": [1], "arm_ns": 5}',
        b'{"type": "arm", "arming": "a", "seats": [6], "arm_ns": 5}',
        b'{"type": "arm", "arming": "a", "seats": ["1"], "arm_ns": 5}',
        b'{"type": "arm", "arming": "a", "seats": [1], "arm_ns": -5}',
        b'{"type": "arm", "arming": "a", "seats": [1], "arm_ns": 5.5}',
        b'{"type": "arm", "arming": "a", "seats": [1], "arm_ns": 5, "fouls_lock": null}',
        b'{"type": "arm", "arming": "a", "seats": [1], "arm_ns": 5, "fouls_lock": 1}',
        b'{"type": "simulate", "seat": 0}',
        b'{"type": "lamps", "lit": [0]}',
        json.dumps({"type": "open", "arming": "a", "open_ns": 11 + MAX_AHEAD_NS, "close_ns": None}).encode(),
    ],
)
def test_a_bad_order_is_refused_with_a_reason(line: bytes) -> None:
    with pytest.raises(BadLine, match=r"\w"):
        read_order(line, 5, 10)


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_line_raises_anything_else(line: bytes) -> None:
    try:
        read_order(line, 5, 10)
    except BadLine as refusal:
        assert str(refusal)


def test_the_outbox_keeps_until_acknowledged_and_counts_what_it_must_drop() -> None:
    outbox = Outbox(capacity=3)
    for n in range(3):
        assert outbox.put({"type": "foul", "n": n}) == {"seq": n + 1, "type": "foul", "n": n}
    assert [message["seq"] for message in outbox.after(1)] == [2, 3]
    outbox.acknowledge(1)
    outbox.acknowledge(0)
    assert [message["seq"] for message in outbox.after(0)] == [2, 3]
    outbox.put({})
    outbox.put({})
    assert ([message["seq"] for message in outbox.after(0)], outbox.lost, outbox.last_seq) == (
        [3, 4, 5],
        1,
        5,
    )
    outbox.acknowledge(10)
    assert len(outbox) == 0


def test_one_box_has_a_seat_for_every_input_and_no_more_than_there_are() -> None:
    seating = Seating(5, ("/a",))
    assert seating.seats("/a") == ()
    assert seating.claim("/a", "box", 6)
    assert seating.seats("/a") == (1, 2, 3, 4, 5)


def test_boxes_with_one_button_have_the_seats_of_the_given_order() -> None:
    ports = ("/c", "/a", "/b")
    seating = Seating(5, ports)
    for port in ("/b", "/c", "/a"):
        seating.claim(port, f"box{port}", 1)
    assert [seating.seats(port) for port in ports] == [(1,), (2,), (3,)]


def test_seats_can_be_given_outright() -> None:
    seating = Seating(5, ("/a", "/b"), {"/a": (4,), "/b": (2, 1)})
    seating.claim("/a", "a", 6)
    seating.claim("/b", "b", 6)
    assert (seating.seats("/a"), seating.seats("/b")) == ((4,), (2, 1))


def test_found_boxes_are_numbered_by_port_and_keep_their_number_on_another() -> None:
    seating = Seating(5)
    for port in ("/b", "/a"):
        seating.claim(port, f"box{port}", 1)
    seating.number_by_port()
    assert (seating.seats("/a"), seating.seats("/b")) == ((1,), (2,))
    assert not seating.claim("/c", "box/a", 1), "another port has it"
    seating.release("/a")
    assert seating.claim("/c", "box/a", 1)
    assert seating.claim("/d", "new", 1)
    assert (seating.seats("/c"), seating.seats("/d")) == ((1,), (3,))


def test_a_box_for_which_no_seat_is_left_has_none() -> None:
    seating = Seating(5, ("/a", "/b"))
    for port in ("/a", "/b"):
        seating.claim(port, f"box{port}", 6)
    assert seating.seats("/b") == ()


def test_a_spare_takes_the_seat_of_a_box_that_is_gone_when_no_other_is_left() -> None:
    seating = Seating(2)
    for number in (1, 2):
        assert seating.claim(f"/{number}", f"box{number}", 1)
    seating.release("/1")
    assert seating.claim("/3", "spare", 1)
    assert seating.seats("/3") == (1,) and seating.seats("/2") == (2,)
    seating.release("/3")
    assert seating.claim("/1", "box1", 1)  # the first one, mended, in place of the spare
    assert seating.seats("/1") == (1,)


def test_a_spare_takes_no_seat_of_a_box_that_is_there() -> None:
    seating = Seating(2)
    for number in (1, 2):
        assert seating.claim(f"/{number}", f"box{number}", 1)
    assert seating.claim("/3", "spare", 1)
    assert seating.seats("/3") == ()
    seating.release("/2")
    assert seating.claim("/2", "box2", 1)
    assert seating.seats("/2") == (2,)
