"""Who holds the control of the console: the first, through a reload, handed over, asked for, taken, left behind."""

from __future__ import annotations

import pytest

from server.game.refusal import Refused
from server.operators import GRACE_NS, REMEMBERED, RESTART_NS, Operators

S = 1_000_000_000


def two() -> Operators:
    consoles = Operators()
    consoles.join("a1", "a", "10.0.0.1", "", 0)
    consoles.join("b1", "b", "10.0.0.2", "Bob", 0)
    return consoles


def asking(consoles: Operators) -> list[str]:
    return [one["page"] for one in consoles.view()["operators"] if one["asking"]]


def test_the_first_console_holds_the_control_and_the_others_are_told_who_does() -> None:
    consoles = two()
    assert consoles.view() == {
        "holder": "a",
        "operators": [
            {"page": "a", "name": "1", "asking": False, "address": "10.0.0.1", "online": True},
            {"page": "b", "name": "Bob", "asking": False, "address": "10.0.0.2", "online": True},
        ],
    }
    consoles.must_hold("a")
    consoles.rename("a", "导播")
    with pytest.raises(Refused) as refused:
        consoles.must_hold("b")
    assert "导播" in refused.value.reason.zh and "导播" in refused.value.reason.en


def test_a_reload_keeps_the_control() -> None:
    consoles = two()
    consoles.leave("a1", 5 * S)
    assert not consoles.tick(5 * S + GRACE_NS - 1)
    consoles.join("a2", "a", "10.0.0.1", "", 5 * S + GRACE_NS - 1)
    assert not consoles.tick(100 * S) and consoles.holder == "a"


def test_after_the_grace_the_control_is_free_for_who_asks_takes_or_connects() -> None:
    for get in ("ask", "take", "join", "same"):
        consoles = two()
        consoles.leave("a1", 0)
        assert consoles.tick(GRACE_NS) and consoles.holder is None
        with pytest.raises(Refused, match="Nobody holds"):
            consoles.must_hold("b")
        assert [one["page"] for one in consoles.view()["operators"]] == ["b"]
        if get == "ask":
            consoles.ask("b", GRACE_NS)
        elif get == "take":
            consoles.take("b")
        else:
            consoles.join("c1", "c" if get == "join" else "a", "", "", GRACE_NS)
        assert consoles.holder == {"join": "c", "same": "a"}.get(get, "b")


def test_who_asked_first_has_it_when_it_falls_free() -> None:
    consoles = two()
    consoles.join("c1", "c", "", "", 0)
    consoles.ask("c", 1)
    consoles.ask("b", 2)
    consoles.ask("c", 3)
    assert asking(consoles) == ["b", "c"]
    consoles.leave("a1", 4)
    consoles.tick(4 + GRACE_NS)
    assert consoles.holder == "c" and asking(consoles) == ["b"]


def test_a_console_alone_need_not_wait_for_one_that_is_gone() -> None:
    consoles = Operators()
    consoles.join("a1", "a", "", "", 0)
    consoles.leave("a1", 1)
    consoles.join("b1", "b", "", "", 2)
    assert consoles.holder == "b"
    consoles.join("a2", "a", "", "", 3)
    assert consoles.holder == "b", "it came back too late"


def test_a_console_does_not_take_it_by_connecting_while_another_is_there() -> None:
    consoles = two()
    consoles.leave("a1", 1)
    consoles.join("c1", "c", "", "", 2)
    assert consoles.holder == "a"


def test_a_duplicated_tab_is_the_same_console() -> None:
    consoles = two()
    consoles.join("a2", "a", "", "", 1)
    consoles.leave("a1", 2)
    assert not consoles.tick(100 * S) and consoles.holder == "a"


def test_it_is_asked_for_withdrawn_given_and_taken() -> None:
    consoles = two()
    consoles.ask("b", 0)
    assert consoles.holder == "a" and asking(consoles) == ["b"]
    consoles.withdraw("b")
    assert asking(consoles) == []
    consoles.ask("b", 0)
    consoles.give("b")
    assert consoles.holder == "b" and asking(consoles) == []
    consoles.take("a")
    assert consoles.holder == "a"
    consoles.ask("a", 0)
    assert asking(consoles) == [], "it has it already"


def test_nobody_who_is_not_there_gets_it() -> None:
    consoles = two()
    consoles.leave("b1", 0)
    for do in (consoles.give, consoles.take, consoles.withdraw, lambda page: consoles.ask(page, 0)):
        for page in ("b", "nobody"):
            with pytest.raises(Refused):
                do(page)
    assert consoles.holder == "a"


def test_an_ask_ends_with_the_connection_and_a_name_does_not() -> None:
    consoles = two()
    consoles.ask("b", 0)
    consoles.leave("b1", 0)
    consoles.join("b2", "b", "", "", 0)
    assert asking(consoles) == [] and consoles.called("b") == "Bob"


def test_only_names_are_remembered_and_not_without_end() -> None:
    consoles = Operators()
    consoles.join("a1", "a", "", "", 0)
    for number in range(500):
        consoles.join("x", f"page {number}", "", f"n{number}" if number % 2 else "", 0)
        consoles.leave("x", 0)
    assert len(consoles._consoles) == 1 + REMEMBERED
    assert consoles.view()["operators"][0]["page"] == "a"


def test_after_a_restart_the_last_holder_has_a_moment_to_come_back() -> None:
    consoles = Operators("a", 0)
    consoles.join("b1", "b", "", "", 1)
    assert consoles.holder == "a" and asking(consoles) == ["b"]
    consoles.join("a1", "a", "", "", 2)
    assert consoles.holder == "a" and asking(consoles) == []
    assert not consoles.tick(100 * S)

    late = Operators("a", 0)
    late.join("b1", "b", "", "", 1)
    late.join("c1", "c", "", "", 2)
    assert not late.tick(RESTART_NS - 1) and late.tick(RESTART_NS)
    assert late.holder == "b" and asking(late) == ["c"]
