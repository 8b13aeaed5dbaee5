"""The register of displays: what a page may say of itself, what an operator may set, and that no crowd floods it."""

from __future__ import annotations

from typing import Any

import pytest

from server.displays import (
    MOST_AWAY,
    MOST_CONNECTIONS,
    MOST_OF_A_MACHINE,
    MOST_ONLINE,
    BadSetting,
    Displays,
    hello,
    proper_name,
    proper_settings,
)
from server.game.rulebook import Text


def page(number: int) -> str:
    return f"{number:032x}"


def auth(number: int, **more: Any) -> dict[str, Any]:
    return {"page": page(number), "view": "projector", "name": None, "size": [1920, 1080], **more}


def join(
    register: Displays,
    connection: str,
    said: dict[str, Any],
    namespace: str = "projector",
    who: Text | None = None,
    address: str = "192.168.1.20",
) -> bool:
    return register.join(connection, hello(namespace, said), address, who)


def row(register: Displays, number: int) -> dict[str, Any]:
    return next(one for one in register.rows() if one["page"] == page(number))


def test_a_page_is_listed_and_stays_listed_when_it_is_away() -> None:
    register = Displays()
    assert join(register, "a", auth(1))
    assert register.rows() == [
        {
            "page": page(1),
            "number": 1,
            "name": "1",
            "view": "projector",
            "who": None,
            "address": "192.168.1.20",
            "size": [1920, 1080],
            "online": True,
            "connections": 1,
            "sound": "none",
            "settings": {},
        }
    ]
    assert register.leave("a")
    assert not row(register, 1)["online"] and row(register, 1)["size"] == [1920, 1080]
    register.forget(page(1))
    assert register.rows() == []


def test_a_duplicated_tab_does_not_break_the_first() -> None:
    register = Displays()
    join(register, "a", auth(1))
    join(register, "b", auth(1, view="overlay", size=[800, 600]))
    assert row(register, 1)["connections"] == 2 and row(register, 1)["view"] == "overlay"
    register.describe("a", {"sound": "on"})
    register.leave("b")
    found = row(register, 1)
    assert (found["connections"], found["view"], found["sound"]) == (1, "projector", "on")
    register.leave("a")
    assert not row(register, 1)["online"]


def test_one_page_cannot_hold_connections_without_end() -> None:
    register = Displays()
    assert all(join(register, f"c{number}", auth(1)) for number in range(MOST_CONNECTIONS))
    assert not join(register, "one more", auth(1))
    assert not register.leave("one more"), "it has no row that could change"


def test_a_name_of_an_operator_goes_before_one_of_the_address_and_that_before_the_number() -> None:
    register = Displays()
    join(register, "a", auth(1))
    join(register, "b", auth(2, name="左侧屏"))
    register.set(page(2), "Wall", {})
    assert [one["name"] for one in register.rows()] == ["1", "Wall"]
    register.set(page(2), "", {})
    assert row(register, 2)["name"] == "左侧屏"
    register.leave("b")
    join(register, "b", auth(2))
    assert row(register, 2)["name"] == "左侧屏", "sent to another address it keeps the name of the first"


def test_settings_are_merged_and_taken_away() -> None:
    register = Displays()
    join(register, "a", auth(1))
    register.set(page(1), None, {"lang": "en", "volume": 40, "mirror": True})
    register.set(page(1), None, {"lang": None, "ratio": "4:3"})
    assert register.told(page(1)) == {"name": "1", "settings": {"volume": 40, "mirror": True, "ratio": "4:3"}}


@pytest.mark.parametrize(
    "settings",
    [
        [],
        {"lang": "fr"},
        {"lang": ["en"]},
        {"volume": 101},
        {"volume": 1.5},
        {"volume": True},
        {"sound": 1},
        {"mirror": "1"},
        {"ratio": "21:9"},
        {"theme": "<b>"},
        {"colour": "red"},
        {"x" * 5000: 1},
    ],
)
def test_settings_that_cannot_be_are_refused_and_the_text_stays_short(settings: Any) -> None:
    with pytest.raises(BadSetting) as error:
        proper_settings(settings)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("name", ["x" * 25, "a\nb", "a\x00", "\u202eabc", "a\u2066b", "\ud800", 5, None])
def test_names_that_cannot_be(name: Any) -> None:
    with pytest.raises(BadSetting):
        proper_name(name)


def test_names_that_can_be() -> None:
    for name in ("", "主屏（左）", "阿依古丽·买买提明 的平板", "LED wall #2", "x" * 24):
        assert proper_name(f" {name} ") == name


@pytest.mark.parametrize(
    "said",
    [
        None,
        "text",
        [],
        {"page": 5},
        {"page": "A" * 32},
        {"page": "0" * 31},
        {"page": page(1) + "\n"},
        {"page": {"$ne": 1}},
    ],
)
def test_a_page_that_does_not_say_who_it_is_has_no_row(said: Any) -> None:
    register = Displays()
    assert not register.join("a", hello("projector", said), "::1")
    assert register.rows() == [] and not register.leave("a")


def test_what_makes_no_sense_in_a_greeting_is_left_out() -> None:
    said = hello("projector", auth(1, view="host", name="a\u202e\x07" + "b" * 99, size=[0, 10**9]))
    assert (said.view, said.name, said.size) == ("projector", "a" + "b" * 23, None)
    sizes: list[Any] = [[1, 2, 3], [True, 5], ["1", "2"], [1.5, 2], "12", {}, [10, -1]]
    for size in sizes:
        assert hello("stage", auth(1, size=size)).size is None
    assert hello("judge", auth(1, view="projector")).view == "judge", "a page has a view of its namespace"
    assert hello("projector", auth(1, view=["test"])).view == "projector"


def test_a_preview_has_no_row_and_is_no_phone() -> None:
    register = Displays()
    assert not join(register, "a", {"preview": True})
    assert not join(register, "b", {"preview": True}, "audience")
    assert register.rows() == [] and register.phones == 0


def test_phones_are_counted_and_not_listed() -> None:
    register = Displays()
    for number in range(1000):
        assert not join(register, f"phone {number}", auth(number, view="audience"), "audience")
    assert register.rows() == [] and register.phones == 1000
    assert register.leave("phone 3") and register.phones == 999


def test_a_screen_of_the_audience_with_a_name_is_listed_and_so_is_one_that_was_sent_there() -> None:
    register = Displays()
    assert join(register, "foyer", auth(1, name="Foyer"), "audience")
    join(register, "a", auth(2))
    assert join(register, "b", auth(2), "audience"), "it was a listed display a moment ago"
    register.leave("a")
    assert [one["view"] for one in register.rows()] == ["audience", "audience"] and register.phones == 0


def test_the_register_is_bounded_and_keeps_what_is_named() -> None:
    register = Displays()
    for number in range(MOST_AWAY):
        join(register, "c", auth(number))
        register.set(page(number), f"n{number}", {})
        register.leave("c")
    for number in range(1000, 1300):
        join(register, "c", auth(number))
        register.leave("c")
    assert {one["name"] for one in register.rows()} == {f"n{number}" for number in range(MOST_AWAY)}
    for number in range(2000, 2300):
        join(register, f"c{number}", auth(number), address=f"10.0.0.{number % 50}")
    online = [one for one in register.rows() if one["online"]]
    assert len(online) == MOST_ONLINE
    assert join(register, "back", auth(5)), "a display that is known always comes in"


def test_one_machine_does_not_take_all_the_rows() -> None:
    register = Displays()
    join(register, "wall", auth(0))
    for number in range(1000, 1100):
        join(register, f"c{number}", auth(number), address="10.0.0.66")
    of_it = [one for one in register.rows() if one["address"] == "10.0.0.66"]
    assert len(of_it) == MOST_OF_A_MACHINE
    assert join(register, "left", auth(1)), "another machine has its own"
    tablet = Text("评委 3", "Judge 3")
    assert join(register, "judge", auth(2, view="judge"), "judge", tablet, "10.0.0.66"), "it has signed in"
    register.leave("c1000")
    assert join(register, "c", auth(3), address="10.0.0.66")


def test_a_page_describes_itself_and_nothing_else() -> None:
    register = Displays()
    join(register, "a", auth(1))
    join(register, "b", auth(2))
    assert register.describe("a", {"sound": "blocked", "size": [1024, 768], "name": "x", "page": page(2)})
    assert not register.describe("a", {"sound": "blocked"}), "no news"
    nonsense: list[Any] = [None, [], {"sound": "loud"}, {"sound": ["on"]}, {"size": "big"}, {"size": [1]}]
    for message in nonsense:
        assert not register.describe("a", message)
    assert not register.describe("nobody", {"sound": "on"})
    assert (row(register, 1)["sound"], row(register, 1)["size"], row(register, 1)["name"]) == (
        "blocked",
        [1024, 768],
        "1",
    )
    assert row(register, 2)["sound"] == "none"


def test_what_is_kept_comes_back() -> None:
    register = Displays()
    for number in (1, 2, 3):
        join(register, f"c{number}", auth(number), who=None)
    register.set(page(2), "Left", {"mirror": True})
    again = Displays(register.kept())
    assert [(one["page"], one["name"], one["online"]) for one in again.rows()] == [(page(2), "Left", False)]
    join(again, "a", auth(2))
    assert again.told(page(2)) == {"name": "Left", "settings": {"mirror": True}}


@pytest.mark.parametrize(
    "row",
    [
        None,
        5,
        {},
        {"page": "x"},
        {"page": page(1), "name": 5, "settings": {}},
        {"page": page(1), "name": "a"},
    ],
)
def test_a_kept_row_that_makes_no_sense_is_left_out(row: Any) -> None:
    good = {"page": page(9), "name": "Good", "settings": {}, "view": "judge"}
    assert [one["name"] for one in Displays([row, good, good]).rows()] == ["Good"]
