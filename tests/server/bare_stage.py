"""A stage of the default contest without processes, sockets or an event loop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.event_log import EventLog
from server.show_start import Show, prepare
from server.stage import Stage
from tests import made_bank


def straight(function: Any, *arguments: Any) -> Any:
    """Runs what blocks at once."""
    return function(*arguments)


@contextmanager
def bare_stage(folder: Path) -> Iterator[Stage]:
    """The stage of a contest made in that folder."""
    made_bank.put_into(folder)
    prepare(Show(folder))
    log = EventLog(folder / "contest.db")
    try:
        yield Stage(log, straight, threading.Lock(), boot="boot")
    finally:
        log.close()
