"""A box without hardware: gives the presses of a recorded contest again, at the instants they had. No IO, no threads.

In the n-th arming of the running show it gives what was recorded of the n-th arming of the log:

- What counted, and what came after it, is as long after open as it was.
- A foul from before the open was scheduled is as long after arm as it was, later ones as long before open. If the
  host opens sooner than that day, a foul that is still to come is moved: it stays surely before open.
- A press keeps its uncertainty, its clock (two that were stamped by one clock are again) and its time on a sync wire.
- The box says "nothing earlier is to come" as late as the boxes did then, so the verdict is as soon, and on the same
  presses; what came too late for it comes too late again.

So winner, lead and fouls follow anew, through the ordinary arbiter. After the last recorded arming the box is silent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from buzzers.driver import Live, Marked, Pace, Post, Pressed, health
from buzzers.press import Press
from buzzers.recording import Part, RecordedArming, Recording

LONGEST_LAG_NS = 900_000_000  # the arbiter waits for a box that makes progress for a second
AFTER_VERDICT_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Planned:
    """A press to be given: not before `due_ns`. vouched: the watermark does not pass it before it is given."""

    recorded: Press
    press: Press
    due_ns: int
    vouched: bool = True


class ReplayedBox:
    """One box with the buttons of every seat that pressed in the recording.

    say: told once when the recording is over. Tell it of every arming (`armed`, `opened`, `ended`), and call
    `advance` by `due_ns`; it posts from there.
    """

    kind = "replay"
    box_id = "replay"

    def __init__(self, recording: Recording, post: Post, say: Callable[[str], None]) -> None:
        self.port = recording.path.name
        self._recording = recording
        self._post = post
        self._say = say
        presses = recording.presses()
        self._seats = tuple(sorted({press.seat for press in presses}))
        self._uncertainty_us = max((press.uncertainty_ns for press in presses), default=0) // 1000
        self._number = 0
        self._name: str | None = None
        self._arming: RecordedArming | None = None
        self._arm_ns = 0
        self._opened = False
        self._lag_ns = 0
        self._mark_ns = 0
        self._planned: list[_Planned] = []
        self._sequence = 0
        self._last: tuple[int, int] | None = None  # (seat, time_ns)
        self._over = False

    # -- what the core tells it ---------------------------------------------------------------------------

    def armed(self, name: str, arm_ns: int) -> None:
        """Another arming has begun. What is left of the one before is not given any more."""
        # The number in the name is known to a core that was started in the middle of a show as well.
        numbered = re.search(r"-(\d+)$", name)
        self._number = int(numbered[1]) if numbered else self._number + 1
        self._name, self._arm_ns, self._opened, self._planned, self._lag_ns = name, arm_ns, False, [], 0
        armings = self._recording.armings
        self._arming = armings[self._number - 1] if 0 < self._number <= len(armings) else None
        if self._arming is None:
            if not self._over:
                self._say(
                    f"{self.port} has {len(armings)} recorded armings: from arming {self._number} on nobody presses"
                )
            self._over = True
            return
        self._over = False
        if self._arming.decided_ns is not None and self._arming.horizon_ns is not None:
            lag_ns = self._arming.decided_ns - self._arming.horizon_ns
            self._lag_ns = max(0, min(LONGEST_LAG_NS, lag_ns))
        for press, part in self._arming.presses.items():
            if part == "early" and _is_by_arm(press, self._arming):
                shift_ns = arm_ns - self._arming.arm_ns
                self._planned.append(_Planned(press, _moved(press, shift_ns), press.latest_ns + shift_ns))

    def opened(self, name: str, open_ns: int, close_ns: int | None, now_ns: int) -> None:
        """The running arming opens at open_ns."""
        arming = self._arming
        if name != self._name or arming is None or self._opened:
            return
        self._opened = True
        given, self._planned = self._planned, []
        waiting = {one.recorded for one in given}
        decided_ns = late_ns = self._decided_ns(arming, open_ns, close_ns)
        for press, part in arming.presses.items():
            if part == "early":
                if press in waiting or not _is_by_arm(press, arming):
                    self._planned.append(self._early(press, arming, open_ns, now_ns))
            else:
                planned = _counted(press, part, open_ns - (arming.open_ns or 0), decided_ns)
                if (
                    not planned.vouched
                ):  # in the order in which they were told: the first of a seat is "after"
                    late_ns = max(late_ns, planned.due_ns)
                    planned = replace(planned, due_ns=late_ns)
                self._planned.append(planned)

    def ended(self, name: str) -> None:
        """The arming was cancelled."""
        if name == self._name:
            self._planned, self._lag_ns = [], 0

    def advance(self, now_ns: int) -> None:
        """Gives the presses that are due, then the watermark."""
        due = sorted((one for one in self._planned if one.due_ns <= now_ns), key=lambda one: one.due_ns)
        self._planned = [one for one in self._planned if one.due_ns > now_ns]
        for one in due:
            self._sequence += 1
            self._last = (one.press.seat, one.press.time_ns)
            self._post(Pressed(self, replace(one.press, sequence=self._sequence)))
        promised = [one.press.earliest_ns for one in self._planned if one.vouched]
        mark_ns = min([now_ns - self._lag_ns, *promised])
        if mark_ns > self._mark_ns:
            self._mark_ns = mark_ns
            self._post(Marked(self.box_id, mark_ns))

    def due_ns(self, horizon_ns: int | None) -> int | None:
        """When `advance` must be called next; horizon_ns: the verdict waits for a watermark later than this."""
        times = [one.due_ns for one in self._planned]
        promised = [one.press.earliest_ns for one in self._planned if one.vouched]
        # What holds the watermark back is due itself: there is nothing to be done before.
        if horizon_ns is not None and self._mark_ns <= horizon_ns < min(promised, default=horizon_ns + 1):
            times.append(horizon_ns + self._lag_ns + 1)
        return min(times, default=None)

    # -- where a press goes -------------------------------------------------------------------------------

    def _early(self, press: Press, arming: RecordedArming, open_ns: int, now_ns: int) -> _Planned:
        """A press from before open that has not been given when the open becomes known."""
        latest_ns = open_ns - press.uncertainty_ns - 1
        wanted_ns = latest_ns
        if arming.open_ns is not None:
            wanted_ns = max(now_ns, open_ns - (arming.open_ns - press.time_ns))
        if _is_by_arm(press, arming):
            wanted_ns = min(wanted_ns, self._arm_ns + press.time_ns - arming.arm_ns)
        time_ns = max(self._arm_ns, min(wanted_ns, latest_ns))
        moved = _moved(press, time_ns - press.time_ns)
        return _Planned(press, moved, moved.latest_ns)

    def _decided_ns(self, arming: RecordedArming, open_ns: int, close_ns: int | None) -> int:
        """When the verdict is to be given."""
        if arming.decided_ns is None or arming.open_ns is None:
            return open_ns
        shift_ns = open_ns - arming.open_ns
        if arming.horizon_ns is None:
            return max(arming.decided_ns + shift_ns, close_ns or 0)
        return arming.horizon_ns + self._lag_ns + shift_ns

    # -- a driver like any other --------------------------------------------------------------------------

    def start(self) -> None:
        self._post(Live(self, self.box_id))

    def stop(self) -> None:
        """Nothing to close."""

    def set_pace(self, pace: Pace) -> None:
        """Nothing is asked of it."""

    def accepted(self, posted: Pressed) -> None:
        """Nothing is kept."""

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        """No lamps."""

    def test_lamps(self) -> None:
        """No lamps."""

    def health(self, now_ns: int) -> dict[str, Any]:
        last = self._last
        return health(
            box_id=self.box_id,
            port=self.port,
            kind=self.kind,
            state="up",
            seats=self._seats,
            inputs=len(self._seats),
            uncertainty_us=self._uncertainty_us,
            rtt_us=0,
            last_press=None
            if last is None
            else {"seat": last[0], "ago_ms": max(0, now_ns - last[1]) // 1_000_000},
            problem="replay_over" if self._over else None,
        )


def _is_by_arm(press: Press, arming: RecordedArming) -> bool:
    """Whether an early press came before anybody knew when the boxes would open."""
    return arming.ordered_ns is None or press.time_ns < arming.ordered_ns


def _moved(press: Press, shift_ns: int) -> Press:
    """The press at another time; box and clock say that it is a replay."""
    return replace(
        press,
        box=ReplayedBox.box_id,
        clock=f"{ReplayedBox.box_id}/{press.clock}",
        clock_ns=press.clock_ns + shift_ns,
        time_ns=press.time_ns + shift_ns,
        wire_ns=press.wire_ns + shift_ns if press.wire else 0,
    )


def _counted(press: Press, part: Part, shift_ns: int, decided_ns: int) -> _Planned:
    """A press that was not surely before open; decided_ns: of the verdict to come."""
    moved = _moved(press, shift_ns)
    if part == "judged" and moved.earliest_ns <= decided_ns:
        return _Planned(press, moved, min(moved.latest_ns, decided_ns))
    return _Planned(press, moved, max(moved.latest_ns, decided_ns + AFTER_VERDICT_NS), vouched=False)
