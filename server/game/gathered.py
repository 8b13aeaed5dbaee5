"""A set of names that only grows, in copies that share nearly all they hold.

A state of the past is kept for each step that can be taken back, and each has its own set of the questions used by then: as plain
sets, those of a long show would hold more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_NEWER = 64


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
