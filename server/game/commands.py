"""What can be asked of a contest. `decide` answers each with events or with a refusal that says why."""

from __future__ import annotations

from dataclasses import dataclass

from .reports import ReportCore as ReportCore
from .reports import ReportFoul as ReportFoul
from .reports import ReportLatePress as ReportLatePress
from .reports import ReportRefusal as ReportRefusal
from .reports import ReportVerdict as ReportVerdict
from .reports import StartSession as StartSession
from .reports import Tick as Tick


@dataclass(frozen=True, slots=True)
class Show:
    """Bring a scene: opening, lineup, scoreboard, final (places one by one) or standings (all of them)."""

    scene: str


@dataclass(frozen=True, slots=True)
class ShowCue:
    """Bring a free cue of the cue sheet; `cue` is its index."""

    cue: int


@dataclass(frozen=True, slots=True)
class StartRound:
    """Begin the next round of the rulebook, or jump to the one with that index."""

    round_index: int | None = None


@dataclass(frozen=True, slots=True)
class EndRound:
    """End the round in hand before its last go; with an index, skip one that has not begun."""

    reason: str
    round_index: int | None = None


@dataclass(frozen=True, slots=True)
class StartTieBreak:
    """Begin the tie-break for the lowest place that is tied and matters: only the tied take part."""


@dataclass(frozen=True, slots=True)
class CallTurn:
    """Call the next contestant of the round."""


@dataclass(frozen=True, slots=True)
class Present:
    """Show the next question.

    `points`: the value chosen in a risk round, in whole points. `number`: the number chosen where there is a board.
    """

    points: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ReplaceQuestion:
    """Withdraw the question in hand, which turned out bad; the go gets another."""

    reason: str


@dataclass(frozen=True, slots=True)
class Assign:
    """Hand the risk question in hand to a rival."""

    seat: int


@dataclass(frozen=True, slots=True)
class ChooseStake:
    """A contestant's secret choice, in whole points; 0 declines. From a desk `seat` comes from the sign-in."""

    seat: int
    points: int


@dataclass(frozen=True, slots=True)
class RevealStakes:
    """Reveal every secret choice at once."""


@dataclass(frozen=True, slots=True)
class UseHelp:
    """A team-mate helps the contestant in hand."""


@dataclass(frozen=True, slots=True)
class StartClock:
    """The answering clock, or the scenario's, runs from now."""


@dataclass(frozen=True, slots=True)
class HoldClock:
    """回答完毕: the clock stands still."""


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """A held clock goes on with what was left."""


@dataclass(frozen=True, slots=True)
class Arm:
    """From now on a press is a foul, until the boxes open."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the boxes."""


@dataclass(frozen=True, slots=True)
class CancelArming:
    """End the arming in hand without a verdict; its presses count for nothing."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The winner of the buzz has begun to answer: the finishing clock runs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The host's or chief judge's ruling: right, partial, wrong, timeout, declined, void, unanswered, audience.

    `points_cp`: what a partial answer is worth, in hundredths.
    """

    result: str
    points_cp: int | None = None


@dataclass(frozen=True, slots=True)
class RevealRuling:
    """Make the ruling that waits public."""


@dataclass(frozen=True, slots=True)
class PassToAudience:
    """Nobody pressed: the hall may answer."""


@dataclass(frozen=True, slots=True)
class SettleTie:
    """Settle presses that are too close to call: "draw", "chief" (who names the seat) or "estimate"."""

    how: str
    seat: int | None = None


@dataclass(frozen=True, slots=True)
class SettlePlaces:
    """Decide a tie for places that no tie-break could: "draw", or "chief" with the seats from best to last."""

    how: str
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RevealAnswer:
    """Show the answer to everybody; possible after the ruling."""


@dataclass(frozen=True, slots=True)
class SubmitMarks:
    """A judge's sheet, one mark an item, in centipoints; `judge` comes from the sign-in, never from the page."""

    judge: int
    marks_cp: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ExcuseJudge:
    """A judge will not mark the scenario in hand."""

    judge: int
    reason: str


@dataclass(frozen=True, slots=True)
class CloseMarking:
    """No judge's sheet changes any more."""


@dataclass(frozen=True, slots=True)
class RevealMarks:
    """亮分: all marks at once; the mean becomes a score entry."""


@dataclass(frozen=True, slots=True)
class RevealPlace:
    """Reveal the next place, from the last to the first."""


@dataclass(frozen=True, slots=True)
class ChangeRuling:
    """Put a ruling right. `record`: the sequence of the ruling; `by`: who decided; `points_cp`: for a partial answer."""

    record: int
    result: str
    reason: str
    by: str = ""
    points_cp: int | None = None


@dataclass(frozen=True, slots=True)
class CreditContestant:
    """The ruling stands, but it was another contestant's."""

    record: int
    seat: int
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class VoidQuestion:
    """A settled question counts for nothing after all: every entry of it is taken back."""

    record: int
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class SetScore:
    """Set a contestant's score, in hundredths, with the reason."""

    seat: int
    score_cp: int
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Certify:
    """Sign the result: "host" or "chief_judge", with the name of who signs."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class SetBlackout:
    """Black the projector out, or bring its picture back."""

    on: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """Lay a slide over the show, "hold" (请稍候) or "rules", or lift it with ""."""

    what: str


@dataclass(frozen=True, slots=True)
class PlayMedia:
    """Play the sound or the film of the question in hand, from its beginning."""


@dataclass(frozen=True, slots=True)
class StopMedia:
    """The sound or the film of the question in hand falls silent."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last step back. `step`: refuse unless the last step is the one with this sequence."""

    step: int | None = None


@dataclass(frozen=True, slots=True)
class Redo:
    """Bring the step back that was undone last."""


@dataclass(frozen=True, slots=True)
class LampTest:
    """Light every lamp of every box for a moment. Nothing of the contest changes; refused while boxes are armed."""


HostCommand = (
    Show
    | ShowCue
    | StartRound
    | EndRound
    | StartTieBreak
    | CallTurn
    | Present
    | ReplaceQuestion
    | Assign
    | ChooseStake
    | RevealStakes
    | UseHelp
    | StartClock
    | HoldClock
    | ResumeClock
    | Arm
    | Open
    | CancelArming
    | Begin
    | Rule
    | RevealRuling
    | PassToAudience
    | SettleTie
    | SettlePlaces
    | RevealAnswer
    | ExcuseJudge
    | CloseMarking
    | RevealMarks
    | RevealPlace
    | ChangeRuling
    | CreditContestant
    | VoidQuestion
    | SetScore
    | Certify
    | SetBlackout
    | Cover
    | PlayMedia
    | StopMedia
    | Undo
    | Redo
    | LampTest
)
MachineCommand = (
    Tick | StartSession | ReportFoul | ReportVerdict | ReportLatePress | ReportCore | ReportRefusal
)
Command = HostCommand | SubmitMarks | MachineCommand
