"""Finals in which a foul voids that press alone: the seat may press again after the open, and counts like anybody."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzers.arbiter import HOLD_NS, Arbiter
from buzzers.arming import KEPT_PRESSES
from buzzers.press import Press
from buzzers.rejudge import difference
from buzzers.verdict import Finding, Foul, LatePress, StrayPress, Verdict
from tests.buzzers.test_arbiter import ARM, CLOSE, MS, OPEN, SEATS, make_press, only_verdict
from tests.buzzers.test_core import START, Bench


def armed(*boxes: str, opened: bool = True) -> Arbiter:
    """An arming whose fouls do not lock."""
    arbiter = Arbiter()
    for box in boxes:
        arbiter.box_live(box)
    arbiter.arm("a1", SEATS, ARM, ARM, fouls_lock=False)
    if opened:
        arbiter.open("a1", OPEN, CLOSE, ARM)
    return arbiter


def fouls(findings: list[Finding]) -> list[Foul]:
    return [finding for finding in findings if isinstance(finding, Foul)]


def statuses(verdict: Verdict) -> list[tuple[int, str]]:
    return [(judged.press.sequence, judged.status) for judged in verdict.presses]


def test_a_seat_that_fouled_may_win_after_the_open() -> None:
    arbiter = armed("box1", "box2")
    found = arbiter.press(make_press(1, OPEN - 100 * MS), OPEN - 90 * MS)
    assert found == [Foul("a1", make_press(1, OPEN - 100 * MS), 100 * MS)]
    arbiter.press(make_press(1, OPEN + 50 * MS, sequence=2), OPEN + 60 * MS)
    arbiter.press(make_press(2, OPEN + 80 * MS, sequence=3), OPEN + 90 * MS)
    arbiter.watermark("box1", OPEN + 100 * MS, OPEN + 100 * MS)
    verdict = only_verdict(arbiter.watermark("box2", OPEN + 100 * MS, OPEN + 100 * MS))
    assert (verdict.outcome, verdict.seats, verdict.lead_ns) == ("winner", (1,), 30 * MS)
    assert statuses(verdict) == [(1, "foul"), (2, "first"), (3, "after")]
    assert verdict.armed is not None and not verdict.armed.fouls_lock
    assert difference(verdict, fouls(found)) is None


def test_the_same_presses_where_fouls_lock() -> None:
    """What the setting changes, and nothing else."""
    arbiter = Arbiter()
    arbiter.arm("a1", SEATS, ARM, ARM)
    arbiter.open("a1", OPEN, CLOSE, ARM)
    assert len(fouls(arbiter.press(make_press(1, OPEN - 100 * MS), OPEN - 90 * MS))) == 1
    assert arbiter.press(make_press(1, OPEN + 50 * MS, sequence=2), OPEN + 60 * MS) == []
    verdict = only_verdict(arbiter.press(make_press(2, OPEN + 80 * MS, sequence=3), OPEN + 90 * MS))
    assert verdict.seats == (2,)
    assert statuses(verdict) == [(1, "foul"), (2, "locked_out"), (3, "first")]


def test_a_seat_is_reported_once_and_none_of_its_presses_before_open_counts() -> None:
    arbiter = armed("box1")
    found: list[Finding] = []
    for number in range(1, 4):
        found += arbiter.press(make_press(1, OPEN - (5 - number) * MS, sequence=number), OPEN - MS)
    found += arbiter.press(make_press(1, OPEN + 5 * MS, sequence=4), OPEN + 6 * MS)
    found += arbiter.press(make_press(1, OPEN + 7 * MS, sequence=5), OPEN + 8 * MS)
    verdict = only_verdict(found + arbiter.watermark("box1", OPEN + 9 * MS, OPEN + 9 * MS))
    assert [foul.press.sequence for foul in fouls(found)] == [1]
    assert verdict.seats == (1,)
    assert statuses(verdict) == [
        (1, "foul"),
        (2, "not_counted"),
        (3, "not_counted"),
        (4, "first"),
        (5, "not_counted"),
    ]


def test_a_press_that_straddles_the_open_is_judged_as_ever() -> None:
    arbiter = armed("box1")
    assert len(fouls(arbiter.press(make_press(1, OPEN - 10 * MS, MS), OPEN))) == 1
    assert arbiter.press(make_press(1, OPEN - MS, MS, sequence=2), OPEN + MS) == [], (
        "it may have been at open"
    )
    verdict = only_verdict(arbiter.watermark("box1", OPEN + 2 * MS, OPEN + 2 * MS))
    assert (verdict.outcome, verdict.seats) == ("winner", (1,))


def test_presses_before_the_open_is_known_wait_for_it() -> None:
    arbiter = armed("box1", opened=False)
    found = arbiter.press(make_press(1, OPEN - 50 * MS), OPEN)
    found += arbiter.press(make_press(1, OPEN + 50 * MS, sequence=2), OPEN + 60 * MS)
    assert found == []
    found = arbiter.open("a1", OPEN, CLOSE, OPEN + 70 * MS)  # its message had been held up
    assert [foul.early_ns for foul in fouls(found)] == [50 * MS]
    verdict = only_verdict(arbiter.watermark("box1", OPEN + 60 * MS, OPEN + 80 * MS))
    assert statuses(verdict) == [(1, "foul"), (2, "first")]


def test_a_press_after_an_open_that_became_known_too_late_still_counts() -> None:
    """The first of them was called a foul meanwhile, and stays one; the evidence tells it all."""
    arbiter = armed("box1", opened=False)
    found = arbiter.press(make_press(1, OPEN + 10 * MS), OPEN + 11 * MS)
    found += arbiter.press(make_press(1, OPEN + 50 * MS, sequence=2), OPEN + 51 * MS)
    found += arbiter.tick(OPEN + 51 * MS + HOLD_NS)
    assert [foul.early_ns for foul in fouls(found)] == [None]
    late_ns = OPEN + 300 * MS
    found += arbiter.open("a1", OPEN, CLOSE, late_ns)
    assert arbiter.deadline_ns() == late_ns + 250 * MS, "the box has its time from now on"
    found += arbiter.watermark("box1", OPEN + 60 * MS, late_ns)
    verdict = only_verdict(found)
    assert (verdict.seats, statuses(verdict)) == ((1,), [(1, "foul"), (2, "first")])
    assert difference(verdict, fouls(found)) is None


def test_early_presses_alone_leave_nobody() -> None:
    arbiter = armed("box1", opened=False)
    for number in range(3):
        arbiter.press(make_press(2, OPEN - 900 * MS + number * MS, sequence=number), OPEN - 890 * MS)
    assert len(fouls(arbiter.tick(OPEN - 890 * MS + HOLD_NS))) == 1
    arbiter.open("a1", OPEN, CLOSE, OPEN - 500 * MS)
    assert arbiter.horizon_ns() == CLOSE, "nobody is being waited for"
    assert only_verdict(arbiter.watermark("box1", CLOSE + 1, CLOSE + MS)).outcome == "nobody"


def test_the_first_press_after_open_is_late_if_the_verdict_was_final() -> None:
    arbiter = armed()
    arbiter.press(make_press(1, OPEN - 10 * MS), OPEN)
    only_verdict(arbiter.press(make_press(2, OPEN + MS), OPEN + 2 * MS))
    arbiter.press(make_press(1, OPEN + 5 * MS, sequence=2), OPEN + 6 * MS)
    arbiter.press(make_press(1, OPEN - 5 * MS, sequence=3), OPEN + 7 * MS)
    late = [one for one in arbiter.tick(OPEN + 7 * MS + HOLD_NS) if isinstance(one, LatePress)]
    assert [(one.judged.press.sequence, one.judged.status) for one in late] == [
        (2, "after"),
        (3, "not_counted"),
    ]


@pytest.mark.parametrize("also_after", [0, 2])
def test_a_contact_that_never_rests_before_open_does_not_cost_its_seat_the_press_after(
    also_after: int,
) -> None:
    arbiter = armed("box1")
    found: list[Finding] = []
    for number in range(KEPT_PRESSES + 20):
        found += arbiter.press(make_press(1, ARM + number * MS, sequence=number), ARM + number * MS)
    for number in range(1 + also_after):
        at_ns = OPEN + (number + 1) * MS
        found += arbiter.press(make_press(1, at_ns, sequence=1_000 + number), at_ns)
    found += arbiter.watermark("box1", OPEN + 9 * MS, OPEN + 9 * MS)
    found += arbiter.tick(OPEN + 9 * MS + HOLD_NS)
    verdict = only_verdict(found)
    assert verdict.seats == (1,) and len(fouls(found)) == 1
    assert len(verdict.presses) == 1 + KEPT_PRESSES + 1, "the foul, what was kept, and the press that counts"
    assert sum(isinstance(one, StrayPress) and one.why == "too_many" for one in found) == 19 + also_after
    assert difference(verdict, fouls(found)) is None


@st.composite
def races(draw: st.DrawFn) -> list[Press]:
    """Presses around the open, no two of them at one instant."""
    found = []
    for number in range(draw(st.integers(0, 10))):
        seat, around_ns = draw(st.integers(1, 5)), draw(st.integers(0, 400_000))
        at_ns = OPEN + 1_000 * draw(st.integers(-3_000, 3_000)) + number
        found.append(make_press(seat, at_ns, around_ns, draw(st.sampled_from(("hub", "left"))), number))
    return found


def played(presses: list[Press]) -> list[Finding]:
    arbiter = armed("hub", "left")
    findings: list[Finding] = []
    for press in presses:
        findings += arbiter.press(press, CLOSE)
    for box in ("hub", "left"):
        findings += arbiter.watermark(box, CLOSE + 1, CLOSE + MS)
    return findings


@given(races())
def test_presses_before_open_change_nothing_but_that_each_seat_of_them_fouls_once(
    presses: list[Press],
) -> None:
    early = [press for press in presses if press.latest_ns < OPEN]
    found = played(presses)
    assert sorted(foul.press.seat for foul in fouls(found)) == sorted({press.seat for press in early})
    anew = only_verdict(played([press for press in presses if press not in early]))
    verdict = only_verdict(found)
    assert (verdict.outcome, verdict.seats, verdict.lead_ns) == (anew.outcome, anew.seats, anew.lead_ns)
    assert difference(verdict, fouls(found)) is None


@given(races(), st.randoms())
def test_the_order_of_arrival_changes_nothing(presses: list[Press], chance: Random) -> None:
    mixed = list(presses)
    chance.shuffle(mixed)
    one, other = only_verdict(played(presses)), only_verdict(played(mixed))
    assert (one.outcome, one.seats) == (other.outcome, other.seats)


def test_evidence_that_hides_the_setting_is_found() -> None:
    found = played([make_press(1, OPEN - MS, 0, "hub", 1), make_press(1, OPEN + MS, 0, "hub", 2)])
    data = only_verdict(found).to_json()
    del data["armed"]["fouls_lock"]
    assert "outcome" in str(difference(Verdict.from_json(data), fouls(found)))


def test_the_lamp_of_a_seat_that_may_still_press_stays_lit() -> None:
    bench = Bench()
    bench.order(b'{"type":"arm","arming":"a1","seats":[1,2],"arm_ns":%d,"fouls_lock":false}' % START)
    bench.order(
        b'{"type":"open","arming":"a1","open_ns":%d,"close_ns":%d}' % (START + MS, START + 5_000 * MS)
    )
    bench.press(1, "one", START + MS // 2)
    assert [foul["press"]["seat"] for foul in bench.client.of_type("foul")] == [1]
    assert bench.driver.lamps[-1] == ({1, 2}, START + MS)
    # An order that cannot be obeyed changes nothing for the arming that runs.
    bench.order(b'{"type":"arm","arming":"a0","seats":[1,2],"arm_ns":1}')
    bench.press(2, "two", START + MS // 2)
    assert bench.driver.lamps[-1] == ({1, 2}, START + MS)
