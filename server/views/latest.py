"""What was reckoned last, for as long as all that it hangs on is the very same: states share most of their parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


class Latest(Generic[Given, Made]):
    """`make`, called anew only when something that it hangs on is another object.

    Args:
        make: a pure function of one value; nobody changes what it gave.
        hangs_on: all parts of the value that `make` reads; compared with `is`, so an equal copy is reckoned again.
    """

    def __init__(
        self, make: Callable[[Given], Made], hangs_on: Callable[[Given], tuple[object, ...]]
    ) -> None:
        self._make = make
        self._hangs_on = hangs_on
        self._last: tuple[tuple[object, ...], Made] | None = None

    def __call__(self, value: Given) -> Made:
        parts, last = self._hangs_on(value), self._last
        if last is not None and all(one is other for one, other in zip(parts, last[0], strict=True)):
            return last[1]
        made = self._make(value)
        self._last = (parts, made)
        return made
