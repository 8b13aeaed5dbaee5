"""The limits and the lines about refusals by themselves: pure, with time handed in."""

from __future__ import annotations

import json
import warnings
from time import monotonic_ns

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from server.audience.pages import send_phones_to
from server.door import limits
from server.door.http_rates import LONGEST_WAIT_S, OF_MACHINE, OF_NETWORK, Asks
from server.door.limits import BadMessage, Bucket, Doors, Flow, Rates, Slots, loads, page_message
from server.door.machines import here, machine, network
from server.door.refusals import LINES_IN_ALL, LINES_OF_ONE, WINDOW_NS, Refusals, escaped, without_secrets

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet is deprecated upstream
    from server.audience.process import doors_for_phones
    from server.door.front_door import unhurried

S = 1_000_000_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20).filter(str.isprintable)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=8).filter(str.isprintable), parts, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_what_is_well_is_read_as_json_reads_it(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert loads(text) == json.loads(text) == loads(text.encode())


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        loads(text)
    except BadMessage as error:
        assert len(str(error)) < 400


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        loads(content)
    except BadMessage:
        return
    assert json.loads(content) is None or True


@pytest.mark.parametrize(
    "text",
    ["[" * 17 + "]" * 17, "[" * 60_000, '{"a":' * 17 + "1" + "}" * 17, "NaN", "[Infinity]", "-Infinity", "1e999",
     "9" * 19, "-" + "9" * 19, '{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '"\\ud800"', '{"\\udc00":1}', "[1,]", "", "nul",
     "[" + "1," * 4000 + "1]", '{"' + "k" * 201 + '":1}', "x" * 70_000, '"' + "\\" * 65_000],
)  # fmt: skip
def test_what_only_troublemakers_send_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        loads(text)


def test_brackets_within_a_text_are_no_depth() -> None:
    assert loads(json.dumps(["[" * 500, '"[{' * 100])) == ["[" * 500, '"[{' * 100]
    assert loads('"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize(
    "text", ["3", "40/host,{}", "41/projector,", '42/desk,["clock"]', '43/host,12[{"a":1}]', "40"]
)
def test_what_pages_send_passes(text: str) -> None:
    page_message(text)


def test_a_bucket_gives_its_rate_and_no_more() -> None:
    bucket = Bucket(10, 20)
    taken = sum(bucket.take(at * S // 100) for at in range(1000))  # a hundred a second for ten seconds
    assert 119 <= taken <= 121
    assert bucket.take(100 * S) and not Bucket(1, 1).take(0, 2)


def test_time_that_stands_or_goes_back_gives_nothing() -> None:
    bucket = Bucket(10, 1)
    assert bucket.take(5 * S) and not bucket.take(5 * S) and not bucket.take(4 * S)


def test_a_flood_waits_and_what_a_page_sends_does_not() -> None:
    quiet = Flow()
    assert all(quiet.wait_s(200, at * S // 20) == 0 for at in range(2000))
    flood = Flow()
    assert max(flood.wait_s(10, 0) for _ in range(2000)) == limits.LONGEST_WAIT_S
    heavy = Flow()
    assert sum(heavy.wait_s(60_000, 0) for _ in range(20)) > 10


def test_each_kind_of_event_has_a_rate_of_its_own() -> None:
    rates = Rates()
    assert sum(rates.allow("state", 0) for _ in range(1000)) == limits.RATES["state"][1]
    assert rates.allow("command", 0)
    assert sum(rates.allow(f"made-up-{n}", 0) for n in range(1000)) == limits.OTHER[1]


@pytest.mark.parametrize(
    ("address", "one", "many"),
    [("192.168.8.20", "192.168.8.20", "192.168.8.20"), ("::ffff:192.168.8.20", "192.168.8.20", "192.168.8.20"),
     ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
     ("2001:DB8:1:2:ffff::1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"), ("::1", "::1", "::1"),
     ("fe80::1%eth0", "fe80::1", "fe80::/64"), ("", "", ""), ("no address", "no address", "no address")],
)  # fmt: skip
def test_what_is_one_machine_and_what_one_network(address: str, one: str, many: str) -> None:
    assert (machine(address), network(address)) == (one, many)
    assert here(address) == (one == "::1")


HALL = "2001:db8:1:2"
"""The /64 of a hall's Wi-Fi: every phone and every tablet has an address in it, and whoever means harm has all of them."""


def test_an_attacker_with_a_whole_network_takes_no_more_than_its_share() -> None:
    doors = Doors(10_000)
    taken = sum(doors.come(f"{HALL}::{n:x}") is None for n in range(1, 5_000))
    assert taken == limits.MOST_RAW_OF_NETWORK
    assert doors.come("2001:db8:1:3::1") is None and doors.come("192.168.8.20") is None
    assert doors.come("127.0.0.1") is None and doors.come("::1") is None
    small = Doors(600)
    taken = sum(small.come(f"{HALL}::{n:x}") is None for n in range(1, 5_000))
    assert taken == 450 and small.come("2001:db8:1:3::1") is None, (
        "where there is little room, three quarters"
    )


def test_a_greedy_neighbour_in_the_same_network_keeps_no_tablet_out() -> None:
    doors = Doors(10_000)
    refused = [doors.come(f"{HALL}::bad") for _ in range(600)]
    assert refused.count(None) == limits.MOST_RAW_OF_ADDRESS, "one device has what one device may have"
    assert doors.come(f"{HALL}::a") is None, "its neighbour, whom nobody knows yet, comes in beside it"
    doors.know(f"{HALL}::b")
    for n in range(1, 3_000):
        doors.come(f"{HALL}:1::{n:x}")
    assert doors.come(f"{HALL}:1::ffff") is not None, "all addresses of the network: full for strangers"
    assert doors.come(f"{HALL}::b") is None, "and not for one that somebody has signed in from"
    assert doors.knows(f"{HALL}::b") and not doors.knows(f"{HALL}::bad"), (
        "what a tablet is granted is not its neighbours'"
    )


def test_a_hall_in_one_network_asks_as_many_machines_and_an_attacker_as_one_network() -> None:
    asks = Asks(Doors(1000))
    for tablet in range(20):
        waits = [asks.wait_s(f"{HALL}::{tablet + 1:x}", 0) for _ in range(60)]
        assert waits == [0.0] * 60, (
            "eleven judges and nine screens load their pages at once, and nobody waits"
        )
    asks = Asks(Doors(1000))
    answers = [asks.wait_s(f"{HALL}:1::{n:x}", 0) for n in range(1, 6_000)]
    assert answers.count(0.0) == OF_NETWORK[1] and answers[-1] is None, (
        "an address for each request gains nothing"
    )
    assert asks.wait_s("2001:db8:1:3::1", 0) == 0.0


def test_pages_nobody_signed_in_for_are_shared_out_among_networks() -> None:
    slots = Slots()
    got = [slots.take(f"one device {n}", "projector", None, f"{HALL}::bad") for n in range(100)]
    assert got.count(None) == limits.MOST_LOOKERS_OF_ADDRESS
    screens = [slots.take(f"screen {n}", "projector", None, f"{HALL}::{n + 1:x}") for n in range(100)]
    assert screens == [None] * 100, "a hall's screens beside it, all in one network"
    got = [slots.take(f"many {n}", "projector", None, f"{HALL}:1::{n + 1:x}") for n in range(200)]
    assert got.count(None) == limits.MOST_LOOKERS_OF_NETWORK - limits.MOST_LOOKERS_OF_ADDRESS - 100
    assert slots.take("elsewhere", "projector", None, "2001:db8:1:3::1") is None
    slots.leave("one device 0")
    assert slots.take("many again", "projector", None, f"{HALL}:1::ffff") is None


@pytest.mark.parametrize("address", ["203.0.113.7", HALL + "::{n:x}", HALL + "::1"])
@pytest.mark.parametrize("room", [960, 10_000])
def test_a_hall_of_phones_behind_one_address_or_in_one_network_is_let_in(address: str, room: int) -> None:
    doors = doors_for_phones(room)
    phones = 700 if room < 1_000 else 2_500
    assert [doors.come(address.format(n=n + 1)) for n in range(phones)] == [None] * phones
    while doors.come(address.format(n=1)) is None:
        pass
    assert doors.come("198.51.100.1") is None, "whoever takes all that one may take leaves room for others"


def test_a_machine_has_so_many_connections_and_this_one_any() -> None:
    doors = Doors(10_000)
    got = [doors.come("192.168.8.20") for _ in range(300)]
    assert got.count(None) == limits.MOST_RAW_OF_ADDRESS and "one machine" in str(got[-1])
    assert all(doors.come("127.0.0.1") is None for _ in range(2000))
    doors.go("192.168.8.20")
    assert doors.come("192.168.8.20") is None


def test_the_last_places_are_for_who_runs_the_show() -> None:
    doors = Doors(1000)
    let_in = sum(doors.come(f"10.0.{n // 250}.{n % 250}") is None for n in range(2000))
    assert let_in == 1000 - limits.RAW_RESERVE
    assert doors.come("192.168.8.20") is not None and doors.come("127.0.0.1") is None
    doors.know("192.168.8.20")
    assert doors.come("192.168.8.20") is None


def test_a_stranger_asks_over_http_no_faster_than_a_page_does() -> None:
    doors = Doors(1000)
    asks = Asks(doors)
    assert all(asks.wait_s("10.0.0.1", 0) == 0 for _ in range(int(OF_MACHINE[1])))
    waits = [asks.wait_s("10.0.0.1", 0) for _ in range(200)]
    assert None in waits and max(one or 0 for one in waits) <= LONGEST_WAIT_S
    assert sorted(waits[: waits.index(None)]) == waits[: waits.index(None)], "one after the other"  # type: ignore[type-var]
    assert asks.wait_s("10.0.0.2", 0) == 0 and asks.wait_s("127.0.0.1", 0) == 0
    doors.know("10.0.0.1")
    assert asks.wait_s("10.0.0.1", 0) == 0, "who runs the show is held up by nobody, and never waits"


def test_a_flood_over_http_is_refused_and_a_token_is_not() -> None:
    passed: list[str] = []
    said: list[str] = []
    asks = Asks(Doors(1000))
    # The clock stands still: what is spent does not come back while a busy machine lets this test wait.
    now_ns = monotonic_ns()

    def app(environ: dict[str, str], _: object) -> list[bytes]:
        passed.append(environ["HTTP_AUTHORIZATION"])
        return [b""]

    flood = unhurried(app, asks, lambda token: token == "right", lambda: now_ns)
    while asks.wait_s("10.0.0.1", now_ns) is not None:
        pass
    environ = {"REMOTE_ADDR": "10.0.0.1"}
    flood(environ, lambda status, _: said.append(status))
    flood({**environ, "HTTP_AUTHORIZATION": "Bearer wrong"}, lambda status, _: said.append(status))
    assert said == ["429 Too Many Requests"] * 2 and not passed
    flood({**environ, "HTTP_AUTHORIZATION": "Bearer right"}, lambda status, _: said.append(status))
    assert passed == ["Bearer right"]


def test_a_thousand_phones_behind_one_address_are_sent_on_to_their_port() -> None:
    """Whoever scanned the stage's own address; before any of them is counted as too many requests."""

    class Spent(Asks):
        def wait_s(self, address: str, now_ns: int) -> float | None:
            return None

    app = send_phones_to(8001, unhurried(lambda *_: [], Spent(Doors(1000)), lambda _: False))
    said: list[tuple[str, dict[str, str]]] = []
    for path, query in [("/audience", "name=x")] * 1000 + [("/audience", "preview=1"), ("/host", "")]:
        environ = {
            **EnvironBuilder(path, "http://show.local:8000", query).get_environ(),
            "REMOTE_ADDR": "10.0.0.1",
        }
        list(app(environ, lambda status, headers: said.append((status, dict(headers)))))
    assert {status for status, _ in said[:1000]} == {"302 FOUND"}
    assert said[0][1]["Location"] == "http://show.local:8001/audience?name=x"
    assert said[0][1]["Connection"] == "close", "nor does one of them keep a connection"
    assert [status for status, _ in said[1000:]] == ["429 Too Many Requests"] * 2


def test_lookers_share_their_places_and_the_signed_in_have_their_own() -> None:
    slots = Slots()
    for machine_number in range(10):
        for number in range(100):
            slots.take(f"{machine_number}-{number}", "projector", None, f"10.0.0.{machine_number}")
    assert slots.take("one more", "stage", None, "10.0.1.1") is not None
    assert slots.take("the projector here", "projector", None, "127.0.0.1") is None
    for account in ("host", "operator", "judge-1", "desk-2", "display"):
        assert slots.take(f"of {account}", "projector", account, "10.0.0.1") is None
    for number in range(limits.MOST_OF_ACCOUNT - 1):
        assert slots.take(f"judge {number}", "judge", "judge-1", "10.0.0.1") is None
    assert slots.take("judge again", "judge", "judge-1", "10.0.0.1") is not None
    assert slots.take("judge 2", "judge", "judge-2", "10.0.0.1") is None
    got = [slots.take(f"phone {number}", "audience", None, "127.0.0.1") for number in range(20)]
    assert got.count(None) == limits.MOST_AUDIENCE
    slots.leave("phone 0")
    slots.leave("phone 0")
    slots.leave("never here")
    assert slots.take("phone 20", "audience", None, "127.0.0.1") is None
    assert slots.take("phone 21", "audience", None, "127.0.0.1") is not None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30), st.integers(0, 3)), max_size=300))
def test_places_are_counted_right_whatever_comes_and_goes(moves: list[tuple[bool, int, int]]) -> None:
    slots, held = Slots(), set()
    for come, number, address in moves:
        name = f"c{number}"
        if come:
            if slots.take(name, "projector", None, f"2001:db8::{address}:{address}") is None:
                held.add(name)
        else:
            slots.leave(name)
            held.discard(name)
    for name in list(held):
        slots.leave(name)
    assert slots._of.total() == 0 and not slots._holders and not slots._lookers_of and not slots._lookers_in


def told() -> tuple[Refusals, list[str]]:
    lines: list[str] = []
    return Refusals(lines.append), lines


def test_a_refusal_is_one_line() -> None:
    refusals, lines = told()
    refusals.refused(
        "origin", "10.0.0.1", "http://evil\r\nrefused (x) from y: \x1b[31m\u202e\ud800" + "x" * 900, 0
    )
    assert len(lines) == 1 and lines[0].startswith("refused (origin) from 10.0.0.1: http://evil\\r\\n")
    assert lines[0].isprintable() and len(lines[0]) < 400


def test_a_flood_of_refusals_is_counted() -> None:
    refusals, lines = told()
    for at in range(1000):
        refusals.refused("rate", "10.0.0.1", "clock", at)
    assert len(lines) == LINES_OF_ONE
    refusals.refused("host", "10.0.0.2", "evil.example", 1001)
    assert len(lines) == LINES_OF_ONE + 1
    refusals.settle(WINDOW_NS + 1)
    assert lines[-1] == f"refused (rate) from 10.0.0.1: … and {1000 - LINES_OF_ONE} more"
    refusals.settle(3 * WINDOW_NS)
    assert len(lines) == LINES_OF_ONE + 2


def test_a_flood_from_everywhere_is_counted_too() -> None:
    refusals, lines = told()
    for number in range(5000):
        refusals.refused("host", f"10.{number % 250}.{number // 250}.1", "x", 0)
    assert len(lines) == LINES_IN_ALL
    refusals.settle(2 * WINDOW_NS)
    assert sum(int(line.split("and ")[1].split()[0]) for line in lines[LINES_IN_ALL:]) == 5000 - LINES_IN_ALL
    assert len(lines) < 400


SECRETS = (
    "kTq7mW2eYx9bVn4cRs8dLp1f",
    "9f3ac1d29f3ac1d29f3ac1d29f3ac1d2",
    "fabf-dubq-5jbr",
    "eyJyb2xlIjoiaG9zdCJ9.Zx91.aBcD_efGh-1234567890",
)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_gets_into_a_line(secret: str) -> None:
    for text in (
        secret,
        f"token={secret}",
        f"/login#ticket={secret}",
        f"'firstpress={secret}; x=1'",
        f"Bearer {secret}",
    ):
        assert secret not in without_secrets(text)


def test_what_is_no_secret_stays_readable() -> None:
    for text in ("http://evil.example:8000", "/api/v1/views/projector", "192.168.8.20", "评委 3: 'set_score'",
                 "2001:db8:1:2::/64", "a message of 70000 bytes; at most 65536"):  # fmt: skip
        assert without_secrets(text) == text
    assert escaped("甲乙\t") == "甲乙\\t"
