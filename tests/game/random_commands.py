"""Commands at random for a contest as it stands: most near what could be asked now, some far from it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from server.game import commands as c
from server.game.events import PressSeen
from server.game.rulebook import Risk, Scenario
from server.game.state import State
from tests.game.random_book import Contest

Maker = Callable[[State, Contest, Random], c.Command]

S = 1_000_000_000
REASONS = ("口误", "题目有误", "评委复议", "", " ")
RESULTS = (
    "right",
    "right",
    "partial",
    "wrong",
    "wrong",
    "timeout",
    "declined",
    "void",
    "unanswered",
    "audience",
)


def _seat(state: State, rng: Random) -> int:
    if rng.random() < 0.03:
        return rng.choice((0, 9, -1))
    near = [*state.rulebook.seats]
    if state.turn is not None and state.turn.seat is not None and rng.random() < 0.2:
        near = [state.turn.seat]
    return rng.choice(near)


def _reason(rng: Random) -> str:
    return rng.choice(REASONS[:3]) if rng.random() < 0.9 else rng.choice((*REASONS, "长" * 201))


def _present(state: State, contest: Contest, rng: Random) -> c.Command:
    points = number = None
    rules = state.round
    if isinstance(rules, Risk) and (not rules.sealed or rng.random() < 0.1):
        points = rng.choice((*(value // 100 for value in rules.values_cp), 7))
    board = [
        slot.number for slot in state.free_slots(None, state.turn.seat if state.turn else None) if slot.number
    ]
    if board and rng.random() < 0.95:
        number = rng.choice(board)
    elif rng.random() < 0.02:
        number = rng.choice((0, 3, 99))
    return c.Present(points, number)


def _rule(state: State, contest: Contest, rng: Random) -> c.Command:
    result = rng.choice(RESULTS)
    stake = state.turn.stake_cp if state.turn else 1000
    part = rng.choice((stake // 2, stake // 3, 1, stake, 0, -1, None)) if result == "partial" else None
    if rng.random() < 0.02:
        part = 500
    return c.Rule(result, part)


def _marks(state: State, contest: Contest, rng: Random) -> c.Command:
    judge = rng.choice([*(one.number for one in state.rulebook.judges), 1, 99 if rng.random() < 0.1 else 2])
    rules, turn = state.round, state.turn
    if not isinstance(rules, Scenario) or turn is None or turn.question is None:
        return c.SubmitMarks(judge, (100,))
    items = contest.paper[turn.question.id].items
    lines = (
        [(line.kind, line.max_cp) for line in rules.sheet.lines]
        if rules.sheet
        else [("mark", item.max_cp) for item in items]
    )
    marks = []
    for kind, most in lines:
        if kind == "hit":
            marks.append(rng.choice((0, 100)))
        elif kind == "faults":
            marks.append(100 * rng.choice((0, 1, 2, 3, 9)))
        else:
            marks.append(min(most, rng.randrange(most // rules.step_cp + 2) * rules.step_cp))
    if rng.random() < 0.04:
        marks[0] = rng.choice((-100, 33, 99_999))
    if rng.random() < 0.02:
        marks.append(0)
    return c.SubmitMarks(judge, tuple(marks))


def _arming(state: State, rng: Random) -> str:
    """The arming in hand; sometimes one that is over, or none of ours."""
    if state.buzz.arming is not None and rng.random() < 0.9:
        return state.buzz.arming
    return rng.choice((f"{state.contest}-{max(1, state.armings - rng.randrange(3))}", "another-1"))


def _press(seat: int, lag_ns: int | None, status: str, rng: Random) -> PressSeen:
    return PressSeen(seat, lag_ns, rng.choice((1_000, 50_000)), status, rng.choice(("hardware", "web")))


def _verdict(state: State, contest: Contest, rng: Random) -> c.Command:
    able = list(state.buzz.eligible or state.rulebook.seats)
    if rng.random() < 0.03:
        able = [_seat(state, rng), _seat(state, rng)]
    rng.shuffle(able)
    outcome = rng.choice(("winner", "winner", "winner", "too_close", "nobody"))
    if outcome == "too_close" and len(able) < 2:
        outcome = "winner"
    if outcome == "nobody":
        return c.ReportVerdict(_arming(state, rng), outcome, (), None, None, (), {"final": {"why": "end"}})
    count = 1 if outcome == "winner" else rng.randrange(2, len(able) + 1)
    status = "first" if outcome == "winner" else "tied"
    lags = [rng.choice((0, 0, 10_000, 20_000)) if index else 0 for index in range(len(able))]
    presses = tuple(
        _press(seat, lag, status if index < count else "after", rng)
        for index, (seat, lag) in enumerate(zip(able, lags, strict=True))
    )
    lead = rng.choice((None, 5_000_000))
    evidence = {"final": {"why": "watermarks"}}
    seats = tuple(able[:count])
    return c.ReportVerdict(_arming(state, rng), outcome, seats, lead, lead and 100_000, presses, evidence)


def _foul(state: State, contest: Contest, rng: Random) -> c.Command:
    return c.ReportFoul(_arming(state, rng), _seat(state, rng), rng.choice((None, 120_000_000)), {"tick": 1})


def _late(state: State, contest: Contest, rng: Random) -> c.Command:
    return c.ReportLatePress(_arming(state, rng), _press(_seat(state, rng), 9_000_000, "after", rng))


def _settle_tie(state: State, contest: Contest, rng: Random) -> c.Command:
    how = rng.choice(("draw", "chief", "chief", "estimate", "press_again"))
    near = state.buzz.tied or state.rulebook.seats
    return c.SettleTie(how, rng.choice((*near, 9)) if how == "chief" else None)


def _settle_places(state: State, contest: Contest, rng: Random) -> c.Command:
    seats = list(state.tie.seats if state.tie and rng.random() < 0.9 else state.rulebook.seats)
    rng.shuffle(seats)
    how = rng.choice(("draw", "chief"))
    return c.SettlePlaces(how, tuple(seats) if how == "chief" else ())


def _record(state: State, rng: Random) -> int:
    seqs = [one.seq for one in state.records]
    return rng.choice(seqs) if seqs and rng.random() < 0.95 else rng.randrange(1, state.seq + 3)


def _change_ruling(state: State, contest: Contest, rng: Random) -> c.Command:
    result = rng.choice(RESULTS)
    part = rng.choice((100, 250)) if result == "partial" or rng.random() < 0.05 else None
    return c.ChangeRuling(_record(state, rng), result, _reason(rng), "裁判长", part)


def _set_score(state: State, contest: Contest, rng: Random) -> c.Command:
    score = rng.choice((10_000, 11_000, 9_999, -500, 2_000_000))
    return c.SetScore(_seat(state, rng), score, _reason(rng), "裁判长")


def _index(state: State, rng: Random) -> int | None:
    near: tuple[int | None, ...] = (None, None, None, *range(-1, len(state.rulebook.rounds) + 1))
    return rng.choice(near)


# Type of the command → how often it is tried, and one of it. What takes the show on comes often enough to go far.
MAKERS: dict[type, tuple[float, Maker]] = {
    c.Show: (
        3,
        lambda state, contest, rng: c.Show(
            rng.choice(
                ("opening", "lineup", "scoreboard", "final", "final", "final", "standings", "standings", "x")
            )
        ),
    ),
    c.ShowCue: (1, lambda state, contest, rng: c.ShowCue(rng.randrange(-1, 3))),
    c.StartRound: (8, lambda state, contest, rng: c.StartRound(_index(state, rng))),
    c.EndRound: (0.5, lambda state, contest, rng: c.EndRound(_reason(rng), _index(state, rng))),
    c.StartTieBreak: (9, lambda state, contest, rng: c.StartTieBreak()),
    c.CallTurn: (10, lambda state, contest, rng: c.CallTurn()),
    c.Present: (10, _present),
    c.ReplaceQuestion: (0.6, lambda state, contest, rng: c.ReplaceQuestion(_reason(rng))),
    c.Assign: (1.5, lambda state, contest, rng: c.Assign(_seat(state, rng))),
    c.ChooseStake: (
        6,
        lambda state, contest, rng: c.ChooseStake(_seat(state, rng), rng.choice((0, 10, 20, 30, 40, 7))),
    ),
    c.RevealStakes: (9, lambda state, contest, rng: c.RevealStakes()),
    c.UseHelp: (1.5, lambda state, contest, rng: c.UseHelp()),
    c.StartClock: (2, lambda state, contest, rng: c.StartClock()),
    c.HoldClock: (1, lambda state, contest, rng: c.HoldClock()),
    c.ResumeClock: (1, lambda state, contest, rng: c.ResumeClock()),
    c.Arm: (8, lambda state, contest, rng: c.Arm()),
    c.Open: (7, lambda state, contest, rng: c.Open()),
    c.CancelArming: (0.3, lambda state, contest, rng: c.CancelArming()),
    c.Begin: (2, lambda state, contest, rng: c.Begin()),
    c.Rule: (9, _rule),
    c.RevealRuling: (7, lambda state, contest, rng: c.RevealRuling()),
    c.PassToAudience: (2, lambda state, contest, rng: c.PassToAudience()),
    c.SettleTie: (4, _settle_tie),
    c.SettlePlaces: (4, _settle_places),
    c.RevealAnswer: (1.5, lambda state, contest, rng: c.RevealAnswer()),
    c.SubmitMarks: (8, _marks),
    c.ExcuseJudge: (
        1,
        lambda state, contest, rng: c.ExcuseJudge(
            rng.randrange(0, len(state.rulebook.judges) + 2), _reason(rng)
        ),
    ),
    c.CloseMarking: (3, lambda state, contest, rng: c.CloseMarking()),
    c.RevealMarks: (7, lambda state, contest, rng: c.RevealMarks()),
    c.RevealPlace: (9, lambda state, contest, rng: c.RevealPlace()),
    c.ChangeRuling: (0.8, _change_ruling),
    c.CreditContestant: (
        0.5,
        lambda state, contest, rng: c.CreditContestant(_record(state, rng), _seat(state, rng), _reason(rng)),
    ),
    c.VoidQuestion: (
        0.4,
        lambda state, contest, rng: c.VoidQuestion(_record(state, rng), _reason(rng), "裁判长"),
    ),
    c.SetScore: (0.5, _set_score),
    c.Certify: (
        5,
        lambda state, contest, rng: c.Certify(
            rng.choice(("host", "chief_judge", "host", "chief_judge", "operator")),
            rng.choice(("李雷", "韩梅", "韩梅", "")),
        ),
    ),
    c.SetBlackout: (0.3, lambda state, contest, rng: c.SetBlackout(rng.random() < 0.5)),
    c.Cover: (
        1,
        lambda state, contest, rng: c.Cover("" if state.cover else rng.choice(("hold", "rules", "", "x"))),
    ),
    c.PlayMedia: (2, lambda state, contest, rng: c.PlayMedia()),
    c.StopMedia: (1, lambda state, contest, rng: c.StopMedia()),
    c.Undo: (
        1.5,
        lambda state, contest, rng: c.Undo(
            rng.choice((None, state.before_seq, state.before_seq, state.seq + 1))
        ),
    ),
    c.Redo: (2, lambda state, contest, rng: c.Redo()),
    c.LampTest: (0.1, lambda state, contest, rng: c.LampTest()),
    c.Tick: (1, lambda state, contest, rng: c.Tick()),
    c.StartSession: (
        0.2,
        lambda state, contest, rng: c.StartSession(
            rng.choice(("b1", "b2")), rng.randrange(9), rng.random() < 0.5
        ),
    ),
    c.ReportFoul: (2.5, _foul),
    c.ReportVerdict: (9, _verdict),
    c.ReportLatePress: (1, _late),
    c.ReportCore: (0.3, lambda state, contest, rng: c.ReportCore(rng.choice(("core-1", "core-2")))),
    c.ReportRefusal: (0.2, lambda state, contest, rng: c.ReportRefusal(_arming(state, rng))),
}
REPORTS = (
    c.Tick,
    c.StartSession,
    c.ReportFoul,
    c.ReportVerdict,
    c.ReportLatePress,
    c.ReportCore,
    c.ReportRefusal,
)
"""What the machine says and nobody asks for."""
TYPES = tuple(MAKERS)
WEIGHTS = tuple(weight for weight, _ in MAKERS.values())


PHASES: dict[str, tuple[type, ...]] = {
    "idle": (c.Arm,),
    "armed": (c.Open, c.Open, c.Open, c.ReportFoul, c.ReportVerdict),
    "open": (c.ReportVerdict, c.ReportVerdict, c.ReportVerdict, c.ReportFoul),
    "locked": (c.Rule, c.Rule, c.Rule, c.Begin, c.ReportLatePress),
    "too_close": (c.SettleTie, c.SettleTie, c.Arm),
    "nobody": (c.Rule, c.PassToAudience, c.PassToAudience, c.Arm),
    "interrupted": (c.Arm,),
    "audience": (c.Rule,),
}
"""What takes the question of a buzz-in round on, by how its newest arming stands."""
NEXT = (
    c.CallTurn,
    c.Present,
    c.StartRound,
    c.ChooseStake,
    c.ChooseStake,
    c.RevealStakes,
    c.SettlePlaces,
    c.Show,
)
NEXT_SETTLED = (*NEXT, c.RevealAnswer, c.StartTieBreak)


def _types(state: State) -> tuple[type, ...]:
    """The types of command that could take the show on from here."""
    if state.cover:
        return (c.Cover, c.Cover, c.Cover, c.ChangeRuling, c.Undo)
    turn = state.turn
    if state.scene in ("final", "standings"):
        return (c.RevealPlace, c.RevealPlace, c.Show, c.Certify)
    if turn is None or turn.done:
        return NEXT_SETTLED
    if turn.staged is not None:
        return (c.RevealRuling,)
    if turn.question is None:
        return (c.Present, c.Present, c.Rule)
    if state.buzz_rules is not None:
        return PHASES[turn.buzz.phase]
    if isinstance(state.round, Scenario):
        if turn.marking == "closed":
            return (c.RevealMarks,)
        return (c.SubmitMarks, c.SubmitMarks, c.SubmitMarks, c.CloseMarking, c.StartClock, c.ExcuseJudge)
    return (c.Rule, c.Rule, c.StartClock, c.HoldClock, c.ResumeClock, c.UseHelp, c.Assign)


def forward(state: State, contest: Contest, rng: Random) -> c.Command:
    """A command that fits where the show stands."""
    return MAKERS[rng.choice(_types(state))][1](state, contest, rng)


def anything(state: State, contest: Contest, rng: Random) -> c.Command:
    """Any command at all, each type as likely as another."""
    return MAKERS[rng.choice(TYPES)][1](state, contest, rng)


def likely(state: State, contest: Contest, rng: Random) -> c.Command:
    """Any command, those that take the show on more often."""
    return MAKERS[rng.choices(TYPES, WEIGHTS)[0]][1](state, contest, rng)
