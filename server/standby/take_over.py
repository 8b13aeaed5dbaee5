"""Take-over: the old stage is stopped and emptied where it can be reached; then this machine's epoch is the highest.

Each step has its time; all of them together leave room for the show to start within ten seconds.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..event_log import LogDamaged
from .copy import NotAContinuation
from .fence import Fence
from .files import FileSpoilt
from .follow import Follower
from .line import TROUBLE, Line, LinkDown, TurnedAway
from .stage import post_claim

DRAIN_S = 3.0  # for the old stage's last rows and small files
SMALL_FILE = 1024 * 1024
CLAIMS = 2  # how often the old stage is told before we begin; afterwards it is told until it hears


class NothingToTakeOver(Exception):
    """There is no copy yet; the text says so."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What was taken over. `complete`: the old stage itself said that nothing is missing, and has stopped."""

    epoch: int
    revision: int
    complete: bool
    old_stopped: bool
    address: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"ok": True, **asdict(self)}


def take_over(
    follower: Follower, line: Callable[[], Line], address: str, authority: Path | None = None
) -> TakenOver:
    """Make this machine the one that rules. Nothing serves yet when this returns: the caller starts the show.

    address: our origin, where pages will find us; authority: who vouches for the old stage's certificate.
    Raises NothingToTakeOver, OSError when fence.json cannot be written.
    """
    follower.stop()
    copy, fence = follower.copy, follower.fence
    if copy is None or copy.seq == 0 or fence is None:
        raise NothingToTakeOver(
            "there is nothing to take over yet: this machine has not had a word of the show. Check the address and the network"
        )
    last = follower.status()
    drained = _drain(follower, line())
    # Kept here before it is told there: a disk that takes nothing must not leave a hall that nobody rules.
    epoch = fence.take_over(address, last.primary, follower.origins)
    stopped_at = _tell(last.primary, fence, authority)
    if stopped_at is not None and stopped_at > copy.seq:
        _drain(follower, line(), stopped_at)  # its breath was out before it was told: it went on
    end = drained if stopped_at is None else stopped_at
    complete = end is not None and copy.seq >= end
    text = _text(follower, last.there, end, stopped_at is not None)
    revision = copy.seq
    copy.close()
    return TakenOver(epoch, revision, complete, stopped_at is not None, address, text)


def _drain(follower: Follower, line: Line, upto: int | None = None) -> int | None:
    """Stop the old stage and fetch its last rows. Its last revision, None where it did not answer.

    upto: the last row of a stage that has stopped already.
    """
    end = time.monotonic() + DRAIN_S
    revision = upto
    try:
        if revision is None:
            revision = int(line.ask("drain")["revision"])
        while follower.copy is not None and time.monotonic() < end:
            follower.poll(line, 0, last=True)
            if follower.copy.seq >= revision:
                break
        for file in follower.missing():
            if file.size <= SMALL_FILE and time.monotonic() < end:
                follower.fetch(line, file)
    except (LinkDown, TurnedAway, FileSpoilt) as error:
        print(f"firstpress: the old stage: {error}", file=sys.stderr)
    except (OSError, sqlite3.Error, ValueError, LookupError, NotAContinuation, LogDamaged) as error:
        print(f"firstpress: the rest of the old stage cannot be kept: {error}", file=sys.stderr)
    finally:
        line.close()
    return revision


def _tell(old: str, fence: Fence, authority: Path | None) -> int | None:
    """Tell the old stage that it no longer rules; the revision at which it says that it has stopped, None for no such word."""
    for _ in range(CLAIMS):
        try:
            told = post_claim(old, fence, authority)
            return told.revision if told else None  # whether it could keep it is asked once the show runs
        except (*TROUBLE, ValueError) as error:
            reason = error
            if isinstance(error, OSError):
                break  # nobody there: it is told again and again once the show runs
    print(f"firstpress: {old} could not be told: {reason}", file=sys.stderr)
    return None


def _text(follower: Follower, there: int | None, drained: int | None, stopped: bool) -> str:
    """What was taken over and what may be missing, in words for the operator."""
    copy = follower.copy
    assert copy is not None
    here = f"revision {copy.seq} ({copy.wall_time})"
    old = follower.status().primary
    if drained is not None and copy.seq >= drained:
        tail = (
            "and has stopped" if stopped else "but did not confirm that it stays stopped: look at its console"
        )
        return f"took over at {here}: nothing is missing, {old} confirmed it {tail}"
    heard = follower.heard_wall_s
    since = time.strftime("%H:%M:%S", time.localtime(heard)) if heard else "this machine was started"
    if drained is not None:
        lacking = f"rows {copy.seq + 1} to {drained} are on {old} alone"
    elif there is not None and there > copy.seq:
        lacking = f"rows {copy.seq + 1} to {there} are on {old} alone, and what it accepted after {since}"
    else:
        lacking = f"what {old} accepted after {since}, if anything, is on it alone"
    still = (
        ""
        if stopped
        else " It has not been told yet and may rule on until it is: switch it off or cut it from the boxes."
    )
    return f"took over at {here}. {lacking}.{still}"
