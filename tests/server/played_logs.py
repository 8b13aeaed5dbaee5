"""Whole contests played by chance from a seed and written to a log, for whatever reads logs."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from buzzers.arbiter import Arbiter
from buzzers.press import Press
from buzzers.verdict import Finding
from server import codec
from server.contest.file import PRESET, read_contest
from server.event_log import EventLog
from server.game import commands as c
from server.game.decide import Refused
from server.game.events import ContestCreated
from server.game.rulebook import Contestant, Rulebook
from server.game.state import Entry
from server.offers.offers import offers
from server.offers.tools import tools
from tests.game.play import Play, rules

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet is deprecated upstream
    from server.buzzer_link import report

MS = 1_000_000
BEGAN = datetime.fromisoformat("2026-11-22T14:00:00.000+08:00")
RIGHT = ("right", "wrong", "right", "timeout")


def short_book(**settings: Any) -> Rulebook:
    """Five contestants, every kind of round, a tie-break for every place."""
    rounds = (
        rules("compulsory", turns=1),
        rules("scenario"),
        rules("buzz_in", questions=6),
        rules("risk"),
    )
    return replace(read_contest(PRESET), **{"rounds": rounds, **settings})


def with_names(book: Rulebook, people: Sequence[tuple[str, str]]) -> Rulebook:
    """The same contest with these (name, unit) at its seats."""
    contestants = tuple(
        Contestant(seat, f"A{seat:02d}", name, unit) for seat, (name, unit) in enumerate(people, 1)
    )
    return replace(book, contestants=contestants)


def played(book: Rulebook, seed: int, corrections: int = 3, signatures: int = 2) -> Play:
    """A contest to its end: fouls, ties, undone steps, corrections and signatures as the dice fall."""
    play, dice, boxes = Play(book), Random(seed), Boxes()
    for _ in range(6000):
        if play.state.scene == "standings":
            break
        _around(play, dice, boxes)
        play.after(dice.random() * 3)
        _attempt(play, _next(play, dice))
        if dice.random() < 0.05:
            for _ in range(dice.choice((1, 1, 3))):
                _attempt(play, c.Undo())
            if dice.random() < 0.3:
                _attempt(play, c.Redo())
        if corrections and len(play.state.entries) > 8 and dice.random() < 0.15:
            corrections -= _corrected(play, dice)
    assert play.state.scene == "standings", "the dice never came to the end"
    signers = (("host", "李想"), ("chief_judge", "周敏"))
    play.do(*(c.Certify(role, name) for role, name in signers[:signatures]))
    return play


class Boxes:
    """A box at every seat and the arbiter that judges them: every verdict has true evidence."""

    def __init__(self) -> None:
        self._arming = ""
        self._arbiter = Arbiter()
        self._presses = 0

    def follow(self, play: Play, dice: Random) -> None:
        """What an arming that is live brings: perhaps a foul while armed, a verdict once open."""
        buzz, now_ns = play.state.buzz, play.now_ns
        assert buzz.arming is not None and buzz.armed_ns is not None
        if buzz.arming != self._arming:
            self._arming, self._arbiter = buzz.arming, Arbiter()
            for seat in play.state.rulebook.seats:
                self._arbiter.box_live(f"box-{seat}")
            self._arbiter.arm(buzz.arming, buzz.eligible, buzz.armed_ns, now_ns)
        if buzz.phase == "armed":
            if dice.random() < 0.3:
                self._tell(play, self._arbiter.press(self._press(dice.choice(buzz.eligible), now_ns), now_ns))
            return
        assert buzz.open_ns is not None and buzz.close_ns is not None
        self._tell(play, self._arbiter.open(buzz.arming, buzz.open_ns, buzz.close_ns, now_ns))
        if play.state.buzz.phase != "open":
            return  # a foul came to light at the opening and ended it
        seats, at_ns = list(play.state.buzz.eligible), buzz.open_ns + 90 * MS
        dice.shuffle(seats)
        if dice.random() < 0.9:
            for number, seat in enumerate(seats):
                self._tell(play, self._arbiter.press(self._press(seat, at_ns), buzz.close_ns))
                close = number == 0 and dice.random() < 0.3
                at_ns += dice.randrange(5, 30) * 1000 if close else dice.randrange(300, 200_000) * 1000
        for seat in play.state.rulebook.seats:
            self._tell(play, self._arbiter.watermark(f"box-{seat}", buzz.close_ns + MS, buzz.close_ns + MS))

    def _press(self, seat: int, at_ns: int) -> Press:
        self._presses += 1
        box = f"box-{seat}"
        return Press(seat, box, f"{box}/1", at_ns, 8_000, at_ns, 30_000, self._presses, "hardware")

    def _tell(self, play: Play, findings: Sequence[Finding]) -> None:
        for finding in findings:
            told = report(json.loads(json.dumps(finding.to_json())))
            if told is not None and play.state.buzz.arming == self._arming:
                play.do(told)


def _next(play: Play, dice: Random) -> c.Command:
    ready = offers(play.state)
    chosen = ready[0].command if ready and dice.random() < 0.7 else None
    return chosen or dice.choice([*ready, *(one for one in tools(play.state) if one.id == "void")]).command


def _attempt(play: Play, command: c.Command) -> bool:
    """True when the rules took it."""
    try:
        play.do(command)
    except Refused:
        return False
    return True


def _around(play: Play, dice: Random, boxes: Boxes) -> None:
    """What happens without the host: judges mark, people press."""
    state, turn = play.state, play.state.turn
    scenario = turn and turn.question and turn.question.form == "scenario"
    if scenario and turn and turn.marking == "open" and not turn.done:
        for judge in state.rulebook.judges:
            if dice.random() < 0.9:
                _attempt(play, c.SubmitMarks(judge.number, _marks(dice)))
    elif state.buzz.live and state.buzz.eligible:
        boxes.follow(play, dice)


def _marks(dice: Random) -> tuple[int, int, int]:
    return (dice.randrange(4, 9) * 50, dice.randrange(6, 13) * 50, dice.randrange(8, 21) * 50)


def _corrected(play: Play, dice: Random) -> bool:
    record = dice.choice(play.state.records)
    seat = dice.choice(play.state.rulebook.seats)
    reason = dice.choice(("回看录像后更正", "答案要点理解有误，经裁判长复核", "=1+1 记错了选手"))
    return _attempt(
        play,
        dice.choice(
            (
                c.ChangeRuling(record.seq, dice.choice(RIGHT), reason, "周敏"),
                c.CreditContestant(record.seq, seat, reason, "周敏"),
                c.VoidQuestion(record.seq, reason, "周敏"),
                c.SetScore(seat, dice.randrange(-200, 300) * 100, reason, "周敏"),
            )
        ),
    )


def store(entries: Sequence[Entry], path: Path, *, rehearsal: bool = False) -> Path:
    """Write a played contest to a log at `path`, a wall time for each row."""
    rows = []
    for entry in entries:
        event = entry.event
        if isinstance(event, ContestCreated) and rehearsal:
            event = replace(event, rehearsal=True)
        time = (BEGAN + timedelta(microseconds=entry.contest_ns // 1000)).isoformat(timespec="milliseconds")
        rows.append((entry.contest_ns, time, codec.event_type(event), codec.event_to_json(event)))
    log = EventLog(path)
    log.append(rows)
    log.close()
    return path
