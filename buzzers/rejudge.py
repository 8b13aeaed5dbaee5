"""Recorded evidence → the verdict anew: does it follow from the presses, watermarks and instants it names?

The evidence goes through the arbiter itself, not through a second set of rules. What it cannot tell is how long a
silent box was waited for. `python -m buzzers.rejudge` answers a JSON line on standard output for each on standard
input, {"verdict": {...}, "fouls": [...]} as they were reported: {"problem": null, or what does not follow}.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from buzzers.arbiter import HOLD_NS, PATIENCE_NS, SILENCE_NS, Arbiter, OrderError
from buzzers.verdict import Finding, Foul, JudgedPress, Verdict

RECORD = "the record"  # waited for like a box, until all of the evidence has been handed in
AS_EVIDENCE = {
    "type",
    "arming",
    "watermarks",
    "decided_ns",
    "armed",
}  # members that are handed in, not decided


class NoEvidence(ValueError):
    """The verdict was recorded without what it follows from, by a former version."""


def rejudge(recorded: Verdict, fouls: Sequence[Foul]) -> Verdict | None:
    """The verdict that the arbiter gives on the evidence in `recorded`; None if it gives none.

    fouls: those that were reported of the arming. Raises NoEvidence, and OrderError if its instants contradict
    each other.
    """
    armed = recorded.armed
    if armed is None:
        raise NoEvidence("it was recorded without the instants of its arming")
    # Whatever is handed in has happened by then: no instant of the evidence may seem to lie ahead.
    judged_ns = [judged.press.latest_ns for judged in recorded.presses]
    now_ns = max(recorded.decided_ns, armed.open_ns, armed.close_ns or 0, *judged_ns, armed.arm_ns) + 1
    arbiter = Arbiter()
    for box in [*recorded.watermarks, RECORD]:
        arbiter.box_live(box)
    arbiter.arm(recorded.arming, armed.seats, armed.arm_ns, now_ns, armed.fouls_lock)
    for box, watermark_ns in armed.lost.items():
        if watermark_ns >= 0:
            arbiter.watermark(box, watermark_ns, now_ns)
        arbiter.box_lost(box, now_ns)
    unopened = [foul.press for foul in fouls if foul.early_ns is None]
    called = [judged.press for judged in recorded.presses if judged.status == "foul"]
    for press in called:
        if press in unopened:
            arbiter.press(press, now_ns)
    arbiter.tick(now_ns + HOLD_NS)
    arbiter.open(recorded.arming, armed.open_ns, armed.close_ns, now_ns)
    opened = [judged for judged in recorded.presses if judged.press not in unopened]
    for judged in _in_order(opened, armed.open_ns):
        arbiter.press(judged.press, now_ns)
    findings: list[Finding] = []
    for box, last_ns in [*recorded.watermarks.items(), (RECORD, now_ns)]:
        if last_ns is not None:
            findings += arbiter.watermark(box, last_ns, now_ns)
    findings += arbiter.tick(now_ns + HOLD_NS + SILENCE_NS + PATIENCE_NS)
    return next((finding for finding in findings if isinstance(finding, Verdict)), None)


def _in_order(presses: list[JudgedPress], open_ns: int) -> list[JudgedPress]:
    """Fouls first. Of what cannot count the arbiter keeps only so much: a seat's only press has come after it."""
    known = Counter(
        judged.press.seat
        for judged in presses
        if judged.status != "foul" and judged.press.latest_ns >= open_ns
    )

    def rank(judged: JudgedPress) -> tuple[bool, bool, bool]:
        counted = judged.status in ("first", "tied", "after")
        return judged.status != "foul", counted and known[judged.press.seat] == 1, not counted

    return sorted(presses, key=rank)


def difference(recorded: Verdict, fouls: Sequence[Foul]) -> str | None:
    """What of a recorded verdict does not follow from its evidence, in words; None if all does. Raises NoEvidence."""
    try:
        anew = rejudge(recorded, fouls)
    except OrderError as error:
        return f"its instants contradict each other: {error}"
    if anew is None:
        return "no verdict follows from its evidence"
    was, now = _decided(recorded), _decided(anew)
    for name in was:
        if was[name] != now[name]:
            return f"{name} was recorded as {json.dumps(was[name])}, but {json.dumps(now[name])} follows"
    return None


def _decided(verdict: Verdict) -> dict[str, Any]:
    """What the arbiter decided, by name; each press under its seat and sequence."""
    found = {name: value for name, value in verdict.to_json().items() if name not in AS_EVIDENCE}
    for judged in found.pop("presses"):
        name = f"seat {judged['seat']}, press {judged['box']}/{judged['sequence']}"
        found[name] = {key: judged[key] for key in ("status", "lag_ns", "lag_uncertainty_ns")}
    return found


def answer(line: str) -> dict[str, Any]:
    """What to say to one line of input."""
    try:
        asked = json.loads(line)
        fouls = [Foul.from_json(foul) for foul in asked["fouls"]]
        return {"problem": difference(Verdict.from_json(asked["verdict"]), fouls)}
    except NoEvidence as error:
        return {"problem": None, "without_evidence": str(error)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return {"problem": f"it is not readable: {error!r}"}


if __name__ == "__main__":
    for asked in sys.stdin:
        print(json.dumps(answer(asked)), flush=True)
