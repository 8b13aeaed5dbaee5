"""The time of day, for people to read. Nothing is decided by it."""

from __future__ import annotations

from datetime import datetime


def wall_time() -> str:
    """With the zone."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
