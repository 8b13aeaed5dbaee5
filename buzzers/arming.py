"""One arming as the arbiter knows it: which of its presses count, and which of them may have been first. No IO."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from buzzers.press import Press, lag, surely_before
from buzzers.verdict import Armed, Verdict

KEPT_PRESSES = 256  # of one arming that cannot count anyway; a stuck contact must not fill the log


def may_have_been_first(presses: Iterable[Press]) -> list[Press]:
    """The presses that no other is surely before, in order of time. One of them: the winner."""
    known = list(presses)
    candidates = [press for press in known if not any(surely_before(other, press) for other in known)]
    # Hard bounds cannot contradict each other in a circle; if a broken clock makes them, nobody is ahead.
    return sorted(candidates or known, key=lambda press: (press.time_ns, press.clock_ns, press.seat))


@dataclass(slots=True)
class Arming:
    """What is known of one arming: its orders, its presses and what they came to."""

    name: str
    seats: frozenset[int]
    arm_ns: int
    fouls_lock: bool = True  # False: a foul voids that press alone
    open_ns: int | None = None
    close_ns: int | None = None
    cancelled_ns: int | None = None
    superseded: bool = False
    verdict: Verdict | None = None
    first: Press | None = None
    known_ns: int | None = None  # when a press that counts first became known
    expected: set[str] = field(default_factory=set)  # boxes that were live since arm
    lost: dict[str, int] = field(
        default_factory=dict
    )  # box -> last watermark before it lost what it had not sent
    resumed_ns: int = 0  # when this process last went on after it had stood still
    stalls: int = 0  # how often it did so while a verdict was due
    unjudged: list[tuple[int, Press]] = field(default_factory=list)  # (foul at the latest when, press)
    presses: list[Press] = field(default_factory=list)
    fouls: dict[int, Press] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        return self.verdict is None and self.cancelled_ns is None and not self.superseded

    def as_judged(self) -> Armed:
        """What a verdict tells of it."""
        assert self.open_ns is not None, "there is no verdict before open"
        return Armed(
            self.arm_ns,
            self.open_ns,
            self.close_ns,
            tuple(sorted(self.seats)),
            dict(self.lost),
            self.fouls_lock,
        )

    def is_early(self, press: Press) -> bool:
        """Whether the press was surely before open, as far as is known."""
        return self.open_ns is None or press.latest_ns < self.open_ns

    def is_foul(self, press: Press) -> bool:
        """Whether the press is a foul to be reported: one a seat is."""
        return press.seat in self.seats and press.seat not in self.fouls and self.is_early(press)

    def is_locked_out(self, seat: int) -> bool:
        return self.fouls_lock and seat in self.fouls

    def is_surplus(self, press: Press) -> bool:
        """Whether the press cannot count whatever comes, and enough of that kind have been kept already."""
        if len(self.presses) < KEPT_PRESSES:
            return False
        if press.seat not in self.seats or self.is_locked_out(press.seat) or self.is_early(press):
            return True
        return any(press.seat == known.seat for known in self.counted())

    def counted(self) -> list[Press]:
        """The presses that count: at most one a seat, the seat's earliest."""
        first_of: dict[int, Press] = {}
        for press in self.presses:
            known = first_of.get(press.seat)
            # Seats that fouls do not lock out have presses from before open here: their first one after it counts.
            if self.is_early(press):
                continue
            if known is None or lag(press, known)[0] < 0:
                first_of[press.seat] = press
        return [
            press
            for press in first_of.values()
            if press.seat in self.seats
            and not self.is_locked_out(press.seat)
            and not (self.close_ns is not None and press.earliest_ns > self.close_ns)
        ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a verdict waits for."""

    lagging: list[str]  # boxes whose watermark is not later than the horizon
    horizon_ns: int
    since_ns: int  # no verdict before
    until_ns: int  # nor any waiting after

    def over(self, now_ns: int) -> bool:
        return now_ns >= (self.until_ns if self.lagging else self.since_ns)
