"""The verdicts of a log, judged again by the timing core's own arbiter: the first that does not follow is named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..game.events import Armed, FoulCalled, VerdictGiven
from ..game.state import Entry

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Rejudged:
    """`problem` names the first verdict that does not follow from its evidence; None: all do."""

    follow: int
    without_evidence: int  # recorded by a former version, which kept too little
    problem: str | None = None


def recorded_verdicts(entries: Sequence[Entry]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row, {"verdict", "fouls"}) for each verdict of the log, as the timing core reported them."""
    fouls: dict[str, list[dict[str, Any]]] = {}
    fouls_lock: dict[str, bool] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Armed):
            fouls_lock[event.arming] = event.fouls_lock
        elif isinstance(event, FoulCalled):
            report = {"arming": event.arming, "press": event.evidence, "early_ns": event.early_ns}
            fouls.setdefault(event.arming, []).append(report)
        elif isinstance(event, VerdictGiven):
            # What the rules acted on counts, not what the evidence says of it.
            verdict = {
                **event.evidence,
                "arming": event.arming,
                "outcome": event.outcome,
                "seats": list(event.seats),
                "lead_ns": event.lead_ns,
                "lead_uncertainty_ns": event.lead_uncertainty_ns,
            }
            armed = verdict.get("armed")
            if isinstance(armed, dict) and event.arming in fouls_lock:
                verdict["armed"] = {**armed, "fouls_lock": fouls_lock[event.arming]}
            yield entry.seq, {"verdict": verdict, "fouls": fouls.get(event.arming, [])}


def rejudge(entries: Sequence[Entry]) -> Rejudged:
    """Has every verdict judged again, in a process of the timing core: the stage shares no code with it."""
    asked = list(recorded_verdicts(entries))
    if not asked:
        return Rejudged(0, 0)
    ended = subprocess.run(
        [sys.executable, "-m", "buzzers.rejudge"],
        input="\n".join(json.dumps(question) for _, question in asked),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
    )
    follow = without_evidence = 0
    for (seq, question), line in zip(asked, ended.stdout.splitlines(), strict=True):
        answer = json.loads(line)
        if answer["problem"]:
            arming = question["verdict"]["arming"]
            problem = (
                f"row {seq} (verdict_given {arming}) does not follow from its evidence: {answer['problem']}"
            )
            return Rejudged(follow, without_evidence, problem)
        without_evidence += "without_evidence" in answer
        follow += "without_evidence" not in answer
    return Rejudged(follow, without_evidence)
