"""What random contests have covered: commands, events, settings, checks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

from server.game.rulebook import Rulebook


@dataclass(slots=True)
class Coverage:
    """What happened in all runs together."""

    runs: int = 0
    steps: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    settings: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)

    def add(self, other: Coverage) -> None:
        self.runs += other.runs
        self.steps += other.steps
        for name in ("accepted", "refused", "events", "settings", "checks"):
            getattr(self, name).update(getattr(other, name))


def settings_of(book: Rulebook) -> Counter[str]:
    """Which settings a rulebook has, as "kind.setting=value", for the count of what was covered."""
    found: Counter[str] = Counter()
    for rules in (*book.rounds, *((book.tie_break,) if book.tie_break else ())):
        for one in fields(rules):
            value = getattr(rules, one.name)
            if isinstance(value, str | int | None) and one.name not in ("kind", "planned_seconds"):
                found[f"{rules.kind}.{one.name}={value}"] += 1
    return found
