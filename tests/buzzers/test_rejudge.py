"""A recorded verdict follows from its recorded evidence, whatever happened; one that was changed does not."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzers.arbiter import HOLD_NS, Arbiter
from buzzers.arming import KEPT_PRESSES
from buzzers.press import Press
from buzzers.rejudge import NoEvidence, answer, difference, rejudge
from buzzers.verdict import Finding, Foul, Verdict
from tests.buzzers.helpers import ROOT
from tests.buzzers.test_arbiter import ARM, CLOSE, MS, OPEN, SEATS, make_press, only_verdict, opened

BOXES = ("hub", "left", "right")


def through_json(verdict: Verdict) -> Verdict:
    return Verdict.from_json(json.loads(json.dumps(verdict.to_json())))


def line(verdict: dict[str, Any], fouls: list[dict[str, Any]] | None = None) -> str:
    return json.dumps({"verdict": verdict, "fouls": fouls or []})


@st.composite
def news(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """What may come to an arbiter in an arming, in any order: presses of any kind, watermarks, losses, the open."""
    found: list[tuple[str, Any]] = []
    for sequence in range(draw(st.integers(0, 9))):
        box, seat = draw(st.sampled_from(BOXES)), draw(st.integers(1, 6))
        around = draw(st.sampled_from((ARM + 3 * MS, OPEN, OPEN + MS, CLOSE)))
        at_ns = around + 1_000 * draw(st.integers(-2_000, 2_000))
        # No two at one instant: of one button that cannot be, and elsewhere it would only hide what is compared.
        at_ns += sequence
        found.append(("press", make_press(seat, at_ns, draw(st.integers(0, 400_000)), box, sequence)))
    for _ in range(draw(st.integers(0, 6))):
        when_ns = draw(st.sampled_from((OPEN, CLOSE))) + 1_000 * draw(st.integers(-3_000, 3_000))
        found.append(("watermark", (draw(st.sampled_from(BOXES)), when_ns)))
    found += [("lost", draw(st.sampled_from(BOXES))) for _ in range(draw(st.integers(0, 1)))]
    found += [("tick", None) for _ in range(draw(st.integers(0, 2)))]
    return draw(st.permutations([*found, ("open", None)]))


def play(
    told: list[tuple[str, Any]], live: tuple[str, ...], seats: tuple[int, ...], fouls_lock: bool
) -> list[Finding]:
    """Hands everything in; then each box says that nothing is left, or is waited for in vain."""
    arbiter = Arbiter()
    for box in live:
        arbiter.box_live(box)
    findings = arbiter.arm("a1", seats, ARM, ARM, fouls_lock)
    now_ns = CLOSE + 5 * MS
    for kind, what in told:
        now_ns += HOLD_NS // 3
        if kind == "press":
            findings += arbiter.press(what, now_ns)
        elif kind == "watermark":
            findings += arbiter.watermark(what[0], what[1], now_ns)
        elif kind == "lost":
            arbiter.box_lost(what, now_ns)
        elif kind == "open":
            findings += arbiter.open("a1", OPEN, CLOSE, now_ns)
        findings += arbiter.tick(now_ns)
    return findings + arbiter.tick(now_ns + 10 * HOLD_NS)


@given(news(), st.sets(st.sampled_from(BOXES)), st.sets(st.sampled_from(SEATS), min_size=1), st.booleans())
def test_every_verdict_follows_from_its_evidence(
    told: list[tuple[str, Any]], live: set[str], seats: set[int], fouls_lock: bool
) -> None:
    findings = play(told, tuple(sorted(live)), tuple(seats), fouls_lock)
    fouls = [finding for finding in findings if isinstance(finding, Foul)]
    recorded = through_json(only_verdict(findings))
    assert difference(recorded, fouls) is None
    anew = rejudge(recorded, fouls)
    assert anew is not None and set(anew.presses) == set(recorded.presses) and anew.armed == recorded.armed


def clear_race() -> Verdict:
    """Seat 1 fouled and pressed again, 2 won by 5 ms over 4; 3 may not press."""
    arbiter = opened(("hub", "left"), (1, 2, 4))
    findings: list[Finding] = []
    for sequence, (seat, at_ns) in enumerate(
        [(1, OPEN - MS), (1, OPEN + MS), (4, OPEN + 45 * MS), (3, OPEN + 39 * MS), (2, OPEN + 40 * MS)]
    ):
        findings += arbiter.press(make_press(seat, at_ns, 20_000, "hub", sequence), OPEN + 50 * MS)
    for box in ("hub", "left"):
        findings += arbiter.watermark(box, OPEN + 60 * MS, OPEN + 61 * MS)
    return only_verdict(findings)


def test_the_race_to_tamper_with_is_sound() -> None:
    verdict = clear_race()
    assert [(one.press.seat, one.status) for one in verdict.presses] == [
        (1, "foul"),
        (1, "locked_out"),
        (3, "not_counted"),
        (2, "first"),
        (4, "after"),
    ]
    assert difference(verdict, []) is None


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("shift_ns", [-10 * MS, -1_000, 1_000, 10 * MS])
def test_a_changed_stamp_is_found(number: int, shift_ns: int) -> None:
    data = clear_race().to_json()
    for name in ("clock_ns", "time_ns"):
        data["presses"][number][name] += shift_ns
    assert difference(Verdict.from_json(data), []) is not None


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("outcome", {"outcome": "too_close"}),
    ("seats", {"seats": [4]}),
    ("lead_ns", {"lead_ns": 4 * MS}),
    ("final", {"final": {"why": "waited", "missing": ["left"]}}),
    ("final", {"watermarks": {"hub": OPEN + 60 * MS, "left": OPEN}}),
    ("final", {"watermarks": {"hub": OPEN + 60 * MS, "left": None}}),
]


@pytest.mark.parametrize(("named", "change"), CHANGES)
def test_a_changed_verdict_is_found_and_says_what_is_wrong(named: str, change: dict[str, Any]) -> None:
    problem = difference(Verdict.from_json({**clear_race().to_json(), **change}), [])
    assert problem is not None and problem.startswith(named)


@pytest.mark.parametrize(
    "change",
    [{"open_ns": OPEN + 41 * MS}, {"close_ns": OPEN + 30 * MS}, {"seats": [1, 4]}, {"arm_ns": CLOSE}],
)
def test_changed_instants_and_seats_of_the_arming_are_found(change: dict[str, Any]) -> None:
    data = clear_race().to_json()
    data["armed"] = {**data["armed"], **change}
    assert difference(Verdict.from_json(data), []) is not None


def test_a_loss_is_part_of_the_evidence() -> None:
    arbiter = opened(("hub", "left"))
    arbiter.watermark("left", OPEN + MS, OPEN + MS)
    arbiter.box_lost("left", OPEN + 2 * MS)
    arbiter.press(make_press(2, OPEN + 40 * MS, 0, "hub"), OPEN + 41 * MS)
    for box in ("hub", "left"):
        arbiter.watermark(box, OPEN + 60 * MS, OPEN + 61 * MS)
    verdict = only_verdict(arbiter.tick(CLOSE))
    assert verdict.missing == ("left",) and verdict.armed is not None
    assert verdict.armed.lost == {"left": OPEN + MS}
    assert difference(verdict, []) is None
    kept = replace(verdict, armed=replace(verdict.armed, lost={}))
    assert str(difference(kept, [])).startswith("final")


def test_a_foul_that_was_called_before_the_open_was_known_stands() -> None:
    arbiter = Arbiter()
    arbiter.box_live("hub")
    arbiter.arm("a1", SEATS, ARM, ARM)
    findings = arbiter.press(make_press(1, OPEN + 40 * MS, 0, "hub"), OPEN + 50 * MS)
    findings += arbiter.tick(OPEN + 50 * MS + HOLD_NS)
    findings += arbiter.open("a1", OPEN, CLOSE, OPEN + 300 * MS)  # the message had been held up
    findings += arbiter.watermark("hub", CLOSE + MS, CLOSE + MS)
    (foul,) = [finding for finding in findings if isinstance(finding, Foul)]
    verdict = only_verdict(findings)
    assert verdict.outcome == "nobody" and foul.early_ns is None
    assert difference(verdict, [foul]) is None
    assert difference(verdict, []) is not None, "a foul after open needs the report that explains it"


def test_a_stuck_contact_does_not_push_the_winner_out_of_the_evidence() -> None:
    arbiter = opened(("hub",))
    for sequence in range(KEPT_PRESSES + 40):
        arbiter.press(make_press(1, OPEN + MS + sequence * 1_000, 0, "hub", sequence), CLOSE)
    arbiter.press(make_press(2, OPEN + MS // 2, 0, "hub", 999), CLOSE)
    verdict = only_verdict(arbiter.watermark("hub", CLOSE, CLOSE))
    assert verdict.seats == (2,) and len(verdict.presses) == KEPT_PRESSES + 1
    assert difference(verdict, []) is None


def test_a_verdict_of_a_former_version_is_told_from_a_false_one() -> None:
    data = clear_race().to_json()
    del data["armed"]
    with pytest.raises(NoEvidence):
        difference(Verdict.from_json(data), [])
    assert answer(line(data)) == {
        "problem": None,
        "without_evidence": "it was recorded without the instants of its arming",
    }


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", line({}), line({**clear_race().to_json(), "armed": {"arm_ns": 1}}), line([])],  # type: ignore[arg-type]
)
def test_what_cannot_be_read_is_answered(text: str) -> None:
    assert "not readable" in str(answer(text)["problem"])


def test_the_module_answers_a_line_for_a_line() -> None:
    good = clear_race().to_json()
    lines = [line(good), line({**good, "seats": [4]}), "nonsense"]
    ended = subprocess.run(
        [sys.executable, "-m", "buzzers.rejudge"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    problems = [json.loads(text)["problem"] for text in io.StringIO(ended.stdout)]
    assert problems[0] is None and "seats" in problems[1] and "not readable" in problems[2]


def test_presses_keep_all_their_members() -> None:
    pressed = make_press(2, OPEN + MS, 0, "hub")
    assert Press.from_json(json.loads(json.dumps(pressed.to_json()))) == pressed
