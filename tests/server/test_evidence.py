"""`run.py verify` judges every recorded verdict again: one that was changed is found, even by a forger who rehashes."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from buzzers.arbiter import Arbiter
from buzzers.press import Press
from server import cli, codec
from server.event_log import EventLog
from server.game import commands as c
from server.game.events import Armed, VerdictGiven
from server.game.state import Entry
from server.log.evidence import recorded_verdicts
from tests.game.play import Play, book, rules

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet is deprecated upstream
    from server.buzzer_link import report

MS = 1_000_000
ARM, OPEN, CLOSE = 1_000 * MS, 2_000 * MS, 12_000 * MS


Stamps = dict[int, int]  # seat -> ms after open
RACES: tuple[Stamps, Stamps] = ({1: -5, 2: 40, 4: 45}, {})


def press(seat: int, at_ns: int, sequence: int) -> Press:
    return Press(seat, "hub", "hub/1", at_ns, 8_000, at_ns, 20_000, sequence, "hardware")


def played(foul_then: str = "others", again: Stamps | None = None) -> list[Entry]:
    """Two questions with real verdicts: on the first seat 1 fouls and 2 wins before 4; on the second nobody presses.

    again: further presses on the first question.
    """
    play = Play(book(rules("buzz_in", questions=2, foul_then=foul_then)))
    play.do(c.StartRound())
    arbiter = Arbiter()
    arbiter.box_live("hub")
    for number, stamps in enumerate(RACES):
        base_ns = number * CLOSE
        play.do(c.Present(), c.Arm())
        arming = play.state.buzz.arming or ""
        findings = arbiter.arm(
            arming, play.state.buzz.eligible, base_ns + ARM, base_ns + ARM, play.state.buzz.fouls_lock
        )
        play.do(c.Open())
        findings += arbiter.open(arming, base_ns + OPEN, base_ns + CLOSE, base_ns + ARM)
        pressed = [*stamps.items(), *((again or {}).items() if stamps else ())]
        for sequence, (seat, after_ms) in enumerate(pressed):
            at_ns = base_ns + OPEN + after_ms * MS
            findings += arbiter.press(press(seat, at_ns, sequence), base_ns + OPEN + 50 * MS)
        findings += arbiter.watermark("hub", base_ns + CLOSE + 1, base_ns + CLOSE + MS)
        for finding in findings:
            told = report(json.loads(json.dumps(finding.to_json())))
            assert told is not None
            play.do(told)
        play.do(c.Rule("void"))
    return play.log


def write(path: Path, entries: list[Entry]) -> Path:
    """A log with a sound chain, whatever it says."""
    log = EventLog(path)
    log.append(
        [
            (one.contest_ns, "-", codec.event_type(one.event), codec.event_to_json(one.event))
            for one in entries
        ]
    )
    log.close()
    return path


def first_won(entries: list[Entry]) -> tuple[int, VerdictGiven]:
    """Row and content of the verdict that names a winner."""
    for one in entries:
        if isinstance(one.event, VerdictGiven) and one.event.outcome == "winner":
            return one.seq, one.event
    raise AssertionError("nobody has won")


def changed(entries: list[Entry], **changes: Any) -> list[Entry]:
    """The log with another verdict where the first winner is named."""
    seq, verdict = first_won(entries)
    return [replace(one, event=replace(verdict, **changes)) if one.seq == seq else one for one in entries]


def verify(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    status = cli.main(["verify", str(path), *options])
    return status, capsys.readouterr().out


def test_a_sound_log_says_how_many_verdicts_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "contest.db", played())
    status, said = verify(path, capsys)
    assert status == 0 and "2 verdicts" in said
    status, said = verify(path, capsys, "--json")
    assert status == 0 and json.loads(said)["verdicts"] == {"follow": 2, "without_evidence": 0}


def test_fouls_go_with_the_verdict_of_their_arming() -> None:
    asked = [question for _, question in recorded_verdicts(played())]
    assert [[foul["press"]["seat"] for foul in question["fouls"]] for question in asked] == [[1], []]


def test_the_first_verdict_that_does_not_follow_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = played()
    seq, verdict = first_won(entries)
    presses = [dict(one) for one in verdict.evidence["presses"]]
    presses[-1]["clock_ns"] -= 6 * MS  # seat 4, made earlier than the winner
    path = write(tmp_path / "contest.db", changed(entries, evidence={**verdict.evidence, "presses": presses}))
    status, said = verify(path, capsys)
    assert status == 1 and f"row {seq} (verdict_given" in said and "does not follow" in said
    status, said = verify(path, capsys, "--json")
    assert status == 1 and f"row {seq} " in json.loads(said)["problem"]


def test_another_winner_than_the_evidence_has_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = verify(write(tmp_path / "contest.db", changed(played(), seats=(4,))), capsys)
    assert status == 1 and "seats" in said


def test_a_log_of_a_former_version_is_intact_and_says_what_was_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = played()
    evidence = {key: value for key, value in first_won(entries)[1].evidence.items() if key != "armed"}
    path = write(tmp_path / "contest.db", changed(entries, evidence=evidence))
    status, said = verify(path, capsys)
    assert status == 0 and "1 verdicts" in said and "not judged again: 1" in said


def test_verdicts_are_judged_by_the_rule_on_fouls_that_the_arming_had(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seat 1 fouls and presses first after the open: that counts where fouls do not lock, and evidence may not say otherwise."""
    entries = played(foul_then="press", again={1: 30})
    assert first_won(entries)[1].seats == (1,)
    status, said = verify(write(tmp_path / "contest.db", entries), capsys)
    assert status == 0 and "2 verdicts" in said
    evidence = first_won(entries)[1].evidence
    lies = {**evidence, "armed": {**evidence["armed"], "fouls_lock": True}}
    status, _ = verify(write(tmp_path / "lies.db", changed(entries, evidence=lies)), capsys)
    assert status == 0, "the log's own event says how it was"
    locked = [
        replace(one, event=replace(one.event, fouls_lock=True)) if isinstance(one.event, Armed) else one
        for one in entries
    ]
    status, said = verify(write(tmp_path / "locked.db", locked), capsys)
    assert status == 1 and "does not follow" in said
