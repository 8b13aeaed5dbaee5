"""A frozen value with some of its members changed: as `dataclasses.replace`, in a third less time for a wide value.

A fold makes two copies an event, and `replace` looks at every field of the class anew each time: that was most of
what a fold cost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")
Put = Callable[[Any, Any], None]


@cache
def _members(kind: type) -> tuple[Callable[[Any], Any], tuple[Put, ...], dict[str, Put]]:
    """(reads all members at once, what writes each, the same by name) of a dataclass with two slots or more."""
    names: tuple[str, ...] = kind.__slots__  # type: ignore[attr-defined]
    puts = {name: kind.__dict__[name].__set__ for name in names}
    return attrgetter(*names), tuple(puts.values()), puts


def changed(value: T, **changes: Any) -> T:
    """A copy of `value`, a frozen dataclass with slots, with other members. Raises KeyError for one it has not."""
    kind: Any = type(value)
    read, puts, by_name = _members(kind)
    new: T = object.__new__(kind)
    for put, member in zip(puts, read(value), strict=True):
        put(new, member)
    for name, member in changes.items():
        by_name[name](new, member)
    return new
