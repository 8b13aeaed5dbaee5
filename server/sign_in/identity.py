"""Who asks: a role, and the number of a judge or a seat. The one form that all doors agree on."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("host", "operator", "judge", "desk", "author", "display", "audience", "standby")
NUMBERED = {"judge": "judge", "desk": "seat"}
"""Role → what its number is called."""
WITH_PASSPHRASE = ("host", "operator", "judge", "desk")
BY_TICKET = (*WITH_PASSPHRASE, "display")
"""Roles that a page may sign in as; an author signs in to the question bank, the audience not at all, a standby has a token."""
HOME = {"operator": "/host", "display": "/projector"}
"""Role → the page it signs in for, where that is not named as the role is."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: "host", "judge" with a number, "desk" with a seat, ..."""

    role: str
    judge: int | None = None
    seat: int | None = None

    @property
    def number(self) -> int | None:
        """Which judge or seat; None for a role without numbers."""
        return self.judge if self.role == "judge" else self.seat if self.role == "desk" else None


def identity(role: str, number: int | None = None) -> Identity:
    """The identity of a role and its number. Raises ValueError for a role that is none, or a number amiss."""
    if role not in ROLES:
        raise ValueError(f"no role {role!r}; there are {', '.join(ROLES)}")
    if role in NUMBERED and (type(number) is not int or not 0 < number < 1_000):
        raise ValueError(f"the role {role} needs the number of the {NUMBERED[role]}")
    if role not in NUMBERED and number is not None:
        raise ValueError(f"the role {role} has no number")
    return Identity(role, number if role == "judge" else None, number if role == "desk" else None)


def home(role: str) -> str:
    """The address of the page that a role signs in for."""
    return HOME.get(role, f"/{role}")
