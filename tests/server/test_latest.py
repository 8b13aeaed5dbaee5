"""What was reckoned last is kept exactly for as long as all that it hangs on is the very same."""

from __future__ import annotations

from typing import Any

import pytest

from server.door.limits import dumps, loads
from server.views.latest import Latest


def test_it_is_reckoned_again_for_another_object_only() -> None:
    asked: list[Any] = []

    def make(pair: tuple[Any, Any]) -> int:
        asked.append(pair)
        return len(asked)

    latest = Latest(make, lambda pair: pair)
    one, equal = ["a"], ["a"]
    assert [latest((one, 1)), latest((one, 1)), latest((equal, 1)), latest((equal, 1)), latest((one, 1))] == [
        1,
        1,
        2,
        2,
        3,
    ]


def test_what_failed_is_tried_again() -> None:
    tries: list[str] = []

    def make(value: str) -> int:
        tries.append(value)
        if len(tries) == 1:
            raise ValueError("once")
        return 7

    latest = Latest(make, lambda value: (value,))
    with pytest.raises(ValueError, match="once"):
        latest("x")
    assert latest("x") == 7


def test_pages_are_told_in_letters_and_even_half_a_letter_is_told() -> None:
    told = {"text": "移动“先声”", "number": 1.5, "none": None, "list": (1, True)}
    assert (
        dumps(told, separators=(", ", ": "))
        == '{"text":"移动“先声”","number":1.5,"none":null,"list":[1,true]}'
    )
    assert loads(dumps(told)) == {**told, "list": [1, True]}
    assert dumps(["\ud800"]) == '["\\ud800"]'
