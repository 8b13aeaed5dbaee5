"""A set and a list that only grow, in copies that share nearly all they hold.

A state of the past is kept for each step that can be taken back, and each has its own questions used by then, its own score
entries and rulings: as plain sets and tuples, those of a long show would hold more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar, overload

MOST_NEWER = 64
PAGE = 32

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Equal to any other that holds the same names, however they came in."""

    older: frozenset[str] = frozenset()  # the very same object in the copies of many steps
    newer: frozenset[str] = frozenset()

    def with_one(self, name: str) -> Gathered:
        """A copy with one name more."""
        if len(self.newer) < MOST_NEWER:
            return Gathered(self.older, self.newer | {name})
        return Gathered(self.older | self.newer, frozenset((name,)))

    def __contains__(self, name: object) -> bool:
        return name in self.newer or name in self.older

    def __iter__(self) -> Iterator[str]:
        return iter(self.older | self.newer)

    def __len__(self) -> int:
        return len(self.older | self.newer)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Gathered):
            return NotImplemented
        return self.older | self.newer == other.older | other.newer

    def __hash__(self) -> int:
        return hash(self.older | self.newer)


NOTHING_YET = Gathered()


@dataclass(frozen=True, slots=True)
class Listed(Sequence[T]):
    """Made from an empty one by `with_more`, so that equal ones have equal pages. A slice of it is a tuple."""

    pages: tuple[tuple[T, ...], ...] = ()  # full ones: the very same objects in the copies of many steps
    newer: tuple[T, ...] = ()

    def with_more(self, *items: T) -> Listed[T]:
        """A copy with these at its end."""
        pages, newer = self.pages, (*self.newer, *items)
        while len(newer) >= PAGE:
            pages, newer = (*pages, newer[:PAGE]), newer[PAGE:]
        return Listed(pages, newer)

    def __len__(self) -> int:
        return len(self.pages) * PAGE + len(self.newer)

    def __iter__(self) -> Iterator[T]:
        return chain(chain.from_iterable(self.pages), self.newer)

    def __reversed__(self) -> Iterator[T]:
        yield from reversed(self.newer)
        for page in reversed(self.pages):
            yield from reversed(page)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            if step != 1:
                return tuple(self)[at]
            first = start // PAGE  # mostly the last few are asked for: what lies before is not looked at
            there = chain(chain.from_iterable(self.pages[first:]), self.newer)
            return tuple(islice(there, start - first * PAGE, max(start, stop) - first * PAGE))
        index = range(len(self))[at]  # raises as a tuple would
        page, place = divmod(index, PAGE)
        return (self.pages[page] if page < len(self.pages) else self.newer)[place]
