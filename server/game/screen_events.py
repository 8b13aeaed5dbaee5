"""What happens to the screen beside the course of the show: no steps, an undo leaves them as they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlackoutSet:
    """The projector went black, or came back."""

    on: bool


@dataclass(frozen=True, slots=True)
class CoverSet:
    """A slide lies over the show ("hold" | "rules"), or was lifted (""). What it hides goes on where it was."""

    what: str


@dataclass(frozen=True, slots=True)
class MediaPlayed:
    """The sound or the film of the question in hand runs from now, from its beginning."""


@dataclass(frozen=True, slots=True)
class MediaStopped:
    """The sound or the film of the question in hand was stopped."""
