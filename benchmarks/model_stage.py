"""One modelled stage: five seats, their boxes plugged in and synchronised, then races in moments of its life.

In a moment many races are run beside each other on the same state of the clocks: they share the pings and the
answers, but each has its own presses, its own arbiter and its own verdict. Every press is dated by the session of its
box, and every verdict follows from those presses and the watermarks of the boxes.
"""

from dataclasses import dataclass, field
from math import exp, log
from random import Random

from benchmarks.model_box import Agenda, ModelBox, Seats, TruePress
from benchmarks.model_clocks import KINDS as CLOCKS
from benchmarks.model_clocks import LOST_OVERFLOW_NS, make_clock
from benchmarks.transports import Host, make_link
from buzzers.arbiter import Arbiter
from buzzers.box_session import Loss, Mark
from buzzers.driver import Pace
from buzzers.press import Press
from buzzers.verdict import Finding, Verdict

MS = 1_000_000
S = 1_000_000_000
START_NS = 20_000 * S  # of the stage, on the host's clock
SEATS = (1, 2, 3, 4, 5)
SHORTEST_NS, LONGEST_NS = 1_000, 20 * MS  # gap between the first two presses
SETTLED_NS = 20 * MS  # between open and the first press: more than any uncertainty that is trusted
SPREAD_NS = 15 * MS  # within which the races of a moment begin
LOOK_NS = 20 * MS  # how often the core calls `tick` while an arming runs
PATIENCE_NS = 1_500 * MS  # after the last press of a moment; by then every verdict has been given
QUIET_S = 10.3  # a box that was plugged in may have been up to 0.3 s late
MOMENTS = 3  # of one arming


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands on a stage. links: one a box; a single one is a hub with all the buttons."""

    name: str
    links: tuple[str, ...]
    loaded: bool = False
    asymmetric: bool = False  # in each box one way takes 0.4 ms more
    steps: bool = False  # the host is suspended, or the clock of a box misses an overflow

    @property
    def hub(self) -> bool:
        return len(self.links) == 1


@dataclass(slots=True, eq=False)
class Race:
    """One race: the presses as they were, and the arbiter that hears of them."""

    presses: list[TruePress]
    arbiter: Arbiter
    verdict: Verdict | None = None
    horizon_ns: int | None = None  # what every watermark must pass
    passed: set[str] = field(default_factory=set)  # boxes whose watermark has done so
    refused: bool = False  # no box may take part

    @property
    def order(self) -> list[TruePress]:
        """The presses as they truly followed one another."""
        return sorted(self.presses, key=lambda press: press.true_ns)

    @property
    def decided(self) -> bool:
        return self.verdict is not None and all(press.dated for press in self.presses)


@dataclass(slots=True)
class Played:
    """What a stage has shown."""

    setting: Setting
    races: list[Race]
    settled_ns: list[int | None]  # uncertainty of each box 10 s after plugging in; None: not trusted


class Stage:
    """A setting in virtual time."""

    def __init__(self, setting: Setting, random: Random, seconds: float) -> None:
        self.setting = setting
        self.agenda = Agenda()
        self.agenda.now_ns = START_NS
        self._random = random
        self._end_ns = START_NS + int(seconds * S)
        self._host = Host(random, setting.loaded, START_NS, self._end_ns)
        self._races: dict[int, Race] = {}  # of the present moment, by number
        self._open: list[Race] = []  # those of them without a verdict
        self._number = 0
        self._marks: dict[str, int] = {}
        self.boxes = [self._box(number, link) for number, link in enumerate(setting.links)]

    def _box(self, number: int, kind: str) -> ModelBox:
        random = self._random
        slower = random.choice(("up", "down")) if self.setting.asymmetric else ""
        clock = make_clock(random.choice(CLOCKS), random, START_NS, self._end_ns)
        return ModelBox(
            uid=0x5E0001 + number,
            seats=Seats(1, len(SEATS)) if self.setting.hub else Seats(number + 1, 1),
            link=make_link(kind, random, clock.base_ppm, slower),
            clock=clock,
            host=self._host,
            agenda=self.agenda,
            random=random,
            told=self._told,
        )

    def play(self, races: int, at_once: int, quiet: bool = False) -> Played:
        """So many races, in moments of `at_once` or fewer; quiet: the stage is left alone for 10 s at first.

        at_once: a session keeps 64 presses that wait for an exchange, so more of one box would be lost.
        """
        played = Played(self.setting, [], [])
        for box in self.boxes:
            box.plug_in(START_NS + int(self._random.random() * 0.3 * S))
        if quiet:
            self.agenda.run_until(START_NS + int(QUIET_S * S))
            played.settled_ns = [box.uncertainty_ns() for box in self.boxes]
        armings = -(-races // (at_once * MOMENTS))
        pause_ns = (self._end_ns - 2 * S - self.agenda.now_ns) / armings
        while len(played.races) < races:
            left = races - len(played.races)
            if self.agenda.now_ns < self._end_ns - 2 * S:
                self.agenda.run_until(self.agenda.now_ns + int(self._random.random() * pause_ns))
            played.races += self._arming(left, at_once)
        return played

    def _arming(self, left: int, at_once: int) -> list[Race]:
        arm_ns = self.agenda.now_ns
        self._set_pace(Pace.ARMED)
        self.agenda.run_until(arm_ns + int(_log_uniform(self._random, 0.03, 1.0) * S))
        if self.setting.steps:
            self._step(self.agenda.now_ns + int(self._random.random() * 200 * MS))
        played: list[Race] = []
        while len(played) < min(left, MOMENTS * at_once):
            played += self._moment(min(left - len(played), at_once), arm_ns)
            self._set_pace(Pace.ARMED)
            self.agenda.run_until(self.agenda.now_ns + int(self._random.random() * 60 * MS))
        self._set_pace(Pace.IDLE)
        return played

    def _step(self, at_ns: int) -> None:
        """The host sleeps, while the boxes count on; or the timer of one box loses an overflow."""
        if self._random.random() < 0.5:
            slept_ns = int(self._random.uniform(0.5, 10) * S)
            for box in self.boxes:
                box.clock.jump(at_ns, slept_ns)
        else:
            self._random.choice(self.boxes).clock.jump(at_ns, -LOST_OVERFLOW_NS)

    def _moment(self, count: int, arm_ns: int) -> list[Race]:
        open_ns = self.agenda.now_ns
        self._races = dict(self._draw(open_ns, arm_ns) for _ in range(count))
        races = list(self._races.values())
        self._open = list(races)
        last_ns = max(press.true_ns for race in races for press in race.presses)
        while self.agenda.now_ns < last_ns + PATIENCE_NS:
            self.agenda.run_until(self.agenda.now_ns + LOOK_NS)
            now_ns = self.agenda.now_ns
            for race in list(self._open):
                self._note(race, race.arbiter.tick(now_ns))
            if now_ns > last_ns and all(race.decided for race in races):
                break
            if now_ns > last_ns and all(box.refused for box in self.boxes):
                for race in self._open:
                    race.refused = True
                break
        self._races, self._open = {}, []
        return races

    def _draw(self, open_ns: int, arm_ns: int) -> tuple[int, Race]:
        """A race of two to five seats: each press after the second comes at some time later."""
        random = self._random
        self._number += 1
        seats = random.sample(SEATS, random.randint(2, len(SEATS)))
        first_ns = open_ns + SETTLED_NS + int(random.random() * SPREAD_NS)
        second_ns = first_ns + int(_log_uniform(random, SHORTEST_NS, LONGEST_NS))
        times_ns = [first_ns, second_ns]
        times_ns += [second_ns + int(_log_uniform(random, SHORTEST_NS, LONGEST_NS)) for _ in seats[2:]]
        presses = [TruePress(self._number, seat, at_ns) for seat, at_ns in zip(seats, times_ns, strict=True)]
        arbiter = Arbiter()
        for box in self.boxes:
            if box.session.greeted:
                arbiter.box_live(box.box_id)
        now_ns = self.agenda.now_ns
        arbiter.arm("race", SEATS, arm_ns, now_ns)
        arbiter.open("race", open_ns, None, now_ns)
        for press in presses:
            box = self.boxes[0 if self.setting.hub else press.seat - 1]
            self.agenda.at(press.true_ns, box.press, press)
        return self._number, Race(presses, arbiter)

    def _set_pace(self, pace: Pace) -> None:
        for box in self.boxes:
            box.set_pace(pace)

    # -- what the core does with the messages of the drivers ------------------------------------------------

    def _told(self, box: ModelBox, found: Press | Mark | Loss) -> None:
        now_ns = self.agenda.now_ns
        if isinstance(found, Press):
            truth = box.presses.pop(found.sequence)
            truth.dated = found
            if truth.race in self._races:  # else its moment has passed
                self._tell_press(self._races[truth.race], found, now_ns)
        elif isinstance(found, Mark):
            mark_ns = min(found.watermark_ns, now_ns)
            if mark_ns > self._marks.get(box.box_id, -1):
                self._marks[box.box_id] = mark_ns
                for race in list(self._open):
                    self._tell_mark(race, box.box_id, mark_ns, now_ns)
        else:
            for race in list(self._open):
                if box.box_id in self._marks:  # it was kept back, and counts now
                    self._note(race, race.arbiter.watermark(box.box_id, self._marks[box.box_id], now_ns))
                race.arbiter.box_lost(box.box_id, now_ns)

    def _tell_press(self, race: Race, press: Press, now_ns: int) -> None:
        self._note(race, race.arbiter.press(press, now_ns))
        race.horizon_ns = race.arbiter.horizon_ns()
        if race.horizon_ns is not None:
            self._set_pace(Pace.DECIDING)
            for box_id, mark_ns in self._marks.items():
                self._tell_mark(race, box_id, mark_ns, now_ns)

    def _tell_mark(self, race: Race, box_id: str, mark_ns: int, now_ns: int) -> None:
        """Only the first watermark beyond the horizon can change anything, so only that is handed on."""
        if race.horizon_ns is not None and mark_ns > race.horizon_ns and box_id not in race.passed:
            race.passed.add(box_id)
            self._note(race, race.arbiter.watermark(box_id, mark_ns, now_ns))

    def _note(self, race: Race, findings: list[Finding]) -> None:
        for finding in findings:
            if isinstance(finding, Verdict):
                race.verdict, race.horizon_ns = finding, None
                self._open.remove(race)
                if not self._open:
                    self._set_pace(Pace.ARMED)


def _log_uniform(random: Random, low: float, high: float) -> float:
    return exp(random.uniform(log(low), log(high)))
