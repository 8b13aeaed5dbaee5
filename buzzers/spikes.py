"""Spikes on the lines of a box's buttons: too short to be a press, and worth a word when they keep coming."""

from collections import deque

CHATTER_NS = 10_000_000_000
CHATTER = 10  # so many within CHATTER_NS


class Spikes:
    """Follows a box's count of spikes."""

    def __init__(self) -> None:
        self.total: int | None = None  # as last counted; None: never
        self._noticed: deque[int] = deque(maxlen=CHATTER)  # when the last ones were

    def count(self, total: int, now_ns: int) -> None:
        """The box has counted so many since it started. Those before the first word from it are no news."""
        if self.total is not None:
            new = total - self.total if total >= self.total else total  # it restarted
            self._noticed.extend([now_ns] * min(new, CHATTER))
        self.total = total

    def chatter(self, now_ns: int) -> bool:
        """Whether they come again and again."""
        return len(self._noticed) == CHATTER and now_ns - self._noticed[0] < CHATTER_NS
