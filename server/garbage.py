"""When the garbage of this process is collected: between questions, never while somebody may press or a clock runs."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from time import monotonic

QUIET_S = 2.0  # without an arming, a clock or a change: now nobody waits for anything
RARELY_S = 20.0  # between two collections of everything
MOST_NEW = 20_000  # objects made since the last collection: memory must not run away in a question that takes an hour
# So many are worth a collection of the young ones alone, between questions. Freeing is what takes long (2 µs an object: half a
# second once 250,000 lie there), and memory that garbage once took Python hardly ever gives back: little and often.
SOME_NEW = 5_000
YOUNGEST_AT_A_TIME = 10  # collections of the youngest between two that look at what survived those
EVERY_S = 0.5  # how often `tick` wants to be called


M_ARENA_MAX = -8  # of <malloc.h>
HEAPS = 2


def few_heaps() -> None:
    """Let all threads take memory from the same two places. Call it before there are threads.

    Left to itself the C library opens one after the other, sixteen on two processors, and each keeps what a thread once needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc alone
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Return free memory to the system. The C library keeps what lies below something that lives: in a long show that adds up."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)


class Garbage:
    """Holds the collector of this process. With 1,000 pages a collection of everything takes 0.1 to 0.24 s.

    Args:
        now_s: any clock that only goes forward, in seconds.
        give_back: called after a collection of everything.
    """

    def __init__(
        self, now_s: Callable[[], float] = monotonic, give_back: Callable[[], None] = give_back
    ) -> None:
        self._now_s = now_s
        self._give_back = give_back
        self._busy = False
        self._last_change_s = now_s()
        self._collected_s = now_s()
        self.collections = {"all": 0, "young": 0}
        gc.disable()
        gc.collect()
        gc.freeze()

    def stir(self, busy: bool) -> None:
        """Something has happened; busy: an arming is live or a clock runs from now on."""
        self._busy = busy
        self._last_change_s = self._now_s()

    def tick(self) -> None:
        """Collect if this is the moment for it."""
        now_s = self._now_s()
        quiet = not self._busy and now_s - self._last_change_s >= QUIET_S
        if quiet and now_s - self._collected_s >= RARELY_S:
            # What lived through the last collection has been put aside, out of sight of the young ones: it is looked at, too.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._give_back()
            self._collected_s = now_s
            self.collections["all"] += 1
            return
        new, collected, _ = gc.get_count()
        if new >= (MOST_NEW if self._busy else SOME_NEW):
            gc.collect(0 if self._busy or collected < YOUNGEST_AT_A_TIME else 1)
            self.collections["young"] += 1
