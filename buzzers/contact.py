"""When is a GPIO contact a press: pressing edges and sampled levels in, presses out. Pure: no IO, no clock.

The kernel reports the edges at which a contact closes, and nothing else; that it opens shows in the level, which is
read now and then. Both together say more than either: closed at two readings without an edge between them means
closed all the time, and open at two readings without an edge means open all the time.
"""

from dataclasses import dataclass, replace
from enum import Enum

MS = 1_000_000
PRESS_NS = 2 * MS  # net down time that makes a press
DROP_NS = 5 * MS  # up on end: it was a spike
WINDOW_NS = 25 * MS  # a first edge older than this is given up
RELEASE_NS = 20 * MS  # net up time that makes a release
# The kernel stamps an edge in the hard interrupt and queues it in a thread of real-time priority 50, ahead of every
# ordinary program. What it has not handed over after this long does not exist.
HANDOVER_NS = 5 * MS
REMEMBERED_NS = 1_000 * MS


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact closed at time_ns (CLOCK_MONOTONIC), as the kernel stamped it, and not before earliest_ns.

    sequence counts the edges of all lines in the order of their interrupts; previous is the line's former one;
    0 for an edge that no event told of.
    """

    line: int
    time_ns: int
    earliest_ns: int
    sequence: int = 0
    previous: int = 0


class EdgeLedger:
    """Tells from the kernel's two counts which edges are missing, and what that does to those that came.

    A gap in a line's own count: events were dropped because nobody fetched them (`overflows`). A gap in the common
    count alone: a line closed twice before the kernel's thread got to it, so that the second stamp has replaced the
    first one. Whose stamp that was is not told; an edge that may have lost its stamp that way says so
    by an earliest_ns before its time_ns.
    """

    def __init__(self) -> None:
        self.overflows = 0
        self._lines: dict[int, tuple[int, int]] = {}  # line -> last (sequence, count of the line)
        self._next = 1
        self._latest_ns = 0
        self._missing: dict[int, tuple[int, int]] = {}  # sequence -> (not before, known to be missing since)

    @property
    def missing(self) -> int:
        """How many of the latest edges were dropped or replaced."""
        return len(self._missing)

    def take(self, line: int, time_ns: int, sequence: int, count: int) -> Edge:
        """An event has been fetched; `count` is the line's own."""
        previous, counted = self._lines.get(line, (0, 0))
        self._lines[line] = (sequence, count)
        self.overflows += max(0, count - counted - 1)
        for number in range(max(self._next, sequence - 1024), sequence):
            self._missing[number] = (self._latest_ns, time_ns)
        self._missing.pop(sequence, None)  # two threads may have queued their events the other way round
        if sequence >= self._next:
            self._next, self._latest_ns = sequence + 1, time_ns
        for number in [n for n, (_, since_ns) in self._missing.items() if time_ns - since_ns > REMEMBERED_NS]:
            del self._missing[number]
        return self.settle(Edge(line, time_ns, time_ns, sequence, previous))

    def settle(self, edge: Edge) -> Edge:
        """The edge by what is known now: what was missing may have turned up since."""
        if not edge.sequence:
            return edge
        lost = [
            after_ns
            for number, (after_ns, _) in self._missing.items()
            if edge.previous < number < edge.sequence
        ]
        earliest_ns = max(min(lost, default=edge.time_ns), edge.time_ns - HANDOVER_NS)
        return replace(edge, earliest_ns=min(earliest_ns, edge.time_ns))


class State(Enum):
    REST = "rest"
    UNDECIDED = "undecided"
    HELD = "held"


class Contact:
    """One button. Hand it edges and samples in the order of their times.

    A press carries the first edge, and is confirmed once the contact was down 2 ms more than it was up; where it
    cannot be known which it was, it counts as up. Only 20 ms of net up time make the button ready for another press.
    """

    def __init__(self, line: int, down: bool, now_ns: int) -> None:
        self.line = line
        self.state = State.HELD if down else State.REST  # down from the start is no press
        self.since_ns = now_ns  # when the state began
        self.spikes = 0
        self._mark = Edge(line, now_ns, now_ns)
        self._down = down
        self._reckoned_ns = now_ns
        self._balance_ns = 0
        self._up_run_ns = 0
        self._up_ns = now_ns  # last seen up, at rest
        self._unseen_ns: int | None = None  # seen down at rest, though no edge has come

    @property
    def pending(self) -> Edge | None:
        """The first edge of what may still become a press."""
        if self.state is State.UNDECIDED:
            return self._mark
        if self.state is State.REST and self._unseen_ns is not None:
            return Edge(self.line, self._unseen_ns, self._up_ns)
        return None

    def edge(self, edge: Edge) -> None:
        """The contact has closed."""
        if not self._down:
            self._pass_up(edge.time_ns)  # it was up until now
        elif self.state is State.UNDECIDED:
            self._balance_ns = max(0, self._balance_ns - max(0, edge.time_ns - self._reckoned_ns))
        given_up = self.state is State.UNDECIDED and edge.time_ns - self._mark.time_ns > WINDOW_NS
        if given_up:
            self.spikes += 1
        if self.state is State.REST or given_up:
            self._begin(edge)
        self._down = True
        self._up_run_ns = 0
        self._reckoned_ns = max(self._reckoned_ns, edge.time_ns)

    def sample(self, at_ns: int, down: bool) -> Edge | None:
        """The level at at_ns. Returns the first edge of the press that this confirms."""
        if self.state is State.REST:
            return self._sample_at_rest(at_ns, down)
        passed_ns = at_ns - self._reckoned_ns
        if passed_ns <= 0:
            return None
        if self._down and down:
            self._reckoned_ns = at_ns
            return self._pass_down(passed_ns, at_ns)
        if not self._down and not down:
            self._pass_up(at_ns)
        elif self.state is State.UNDECIDED:
            self._balance_ns = max(0, self._balance_ns - passed_ns)
        self._reckoned_ns = at_ns
        self._down = down
        return None

    def _begin(self, edge: Edge) -> None:
        self._enter(State.UNDECIDED, edge.time_ns)
        self._mark = edge
        self._reckoned_ns = edge.time_ns

    def _enter(self, state: State, at_ns: int) -> None:
        self.state = state
        self.since_ns = at_ns
        self._balance_ns = self._up_run_ns = 0
        self._unseen_ns = None
        if state is State.REST:
            self._up_ns = at_ns
            self._down = False

    def _sample_at_rest(self, at_ns: int, down: bool) -> Edge | None:
        if not down:
            self._up_ns = at_ns
            self._unseen_ns = None
        elif self._unseen_ns is None:
            self._unseen_ns = at_ns
        elif at_ns - self._unseen_ns >= HANDOVER_NS:
            # Its edge is lost. It closed between two readings: a press all the same, only less well known when.
            self._begin(Edge(self.line, self._unseen_ns, self._up_ns))
            self._down = True
            return self.sample(at_ns, True)
        return None

    def _pass_down(self, passed_ns: int, at_ns: int) -> Edge | None:
        if self.state is State.HELD:
            self._balance_ns = max(0, self._balance_ns - passed_ns)
            return None
        self._balance_ns += passed_ns
        if self._balance_ns < PRESS_NS:
            return None
        self._enter(State.HELD, at_ns)
        return self._mark

    def _pass_up(self, at_ns: int) -> None:
        passed_ns = at_ns - self._reckoned_ns
        if passed_ns <= 0:
            return
        self._reckoned_ns = at_ns
        if self.state is State.HELD:
            self._balance_ns += passed_ns
            if self._balance_ns >= RELEASE_NS:
                self._enter(State.REST, at_ns)
        elif self.state is State.UNDECIDED:
            self._balance_ns = max(0, self._balance_ns - passed_ns)
            self._up_run_ns += passed_ns
            if self._up_run_ns >= DROP_NS:
                self._enter(State.REST, at_ns)
                self.spikes += 1
