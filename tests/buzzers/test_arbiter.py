"""The arbiter: who was first, whatever the order in which the news came in."""

from collections.abc import Callable

import pytest

from buzzers.arbiter import HOLD_NS, Arbiter, OrderError
from buzzers.arming import KEPT_PRESSES
from buzzers.press import Press
from buzzers.verdict import Finding, Foul, LatePress, StrayPress, Verdict

MS = 1_000_000
ARM, OPEN, CLOSE = 1_000 * MS, 2_000 * MS, 12_000 * MS
SEATS = (1, 2, 3, 4, 5)


def make_press(seat: int, at_ns: int, around_ns: int = 0, box: str | None = None, sequence: int = 1) -> Press:
    """A press at at_ns that is known to around_ns; each seat has a box of its own unless one is given."""
    box = box or f"box{seat}"
    return Press(seat, box, f"{box}/1", at_ns, 8_000, at_ns, around_ns, sequence, "hardware")


def opened(boxes: tuple[str, ...] = (), seats: tuple[int, ...] = SEATS) -> Arbiter:
    arbiter = Arbiter()
    for box in boxes:
        arbiter.box_live(box)
    assert arbiter.arm("a1", seats, ARM, ARM) == []
    assert arbiter.open("a1", OPEN, CLOSE, ARM) == []
    return arbiter


def only_verdict(findings: list[Finding]) -> Verdict:
    (verdict,) = [finding for finding in findings if isinstance(finding, Verdict)]
    return verdict


def test_a_press_after_open_wins_at_once_if_no_box_is_waited_for() -> None:
    verdict = only_verdict(opened().press(make_press(3, OPEN + MS), OPEN + 2 * MS))
    assert (verdict.outcome, verdict.seats, verdict.lead_ns) == ("winner", (3,), None)
    assert (verdict.why_final, verdict.missing) == ("watermarks", ())


def test_the_verdict_waits_for_watermarks_later_than_the_latest_instant_of_the_press() -> None:
    arbiter = opened(("box1", "box2"))
    at_ns = OPEN + 50 * MS
    assert arbiter.press(make_press(1, at_ns, MS), at_ns + 2 * MS) == []
    assert arbiter.horizon_ns() == at_ns + MS
    assert arbiter.watermark("box1", at_ns + 2 * MS, at_ns + 3 * MS) == []
    assert arbiter.watermark("box2", at_ns + MS, at_ns + 3 * MS) == [], "not later than the horizon"
    verdict = only_verdict(arbiter.watermark("box2", at_ns + MS + 1, at_ns + 4 * MS))
    assert verdict.seats == (1,)
    assert verdict.watermarks == {"box1": at_ns + 2 * MS, "box2": at_ns + MS + 1}


def test_an_earlier_press_that_arrives_later_wins() -> None:
    arbiter = opened(("box1", "box2"))
    arbiter.press(make_press(1, OPEN + 50 * MS), OPEN + 51 * MS)
    arbiter.watermark("box1", OPEN + 60 * MS, OPEN + 60 * MS)
    arbiter.press(make_press(2, OPEN + 49 * MS), OPEN + 61 * MS)
    verdict = only_verdict(arbiter.watermark("box2", OPEN + 60 * MS, OPEN + 62 * MS))
    assert (verdict.seats, verdict.lead_ns) == ((2,), MS)
    assert [(judged.press.seat, judged.status, judged.lag_ns) for judged in verdict.presses] == [
        (2, "first", 0),
        (1, "after", MS),
    ]


@pytest.mark.parametrize(
    ("lag_ns", "around_ns", "outcome", "seats"),
    [
        (201, 100, "winner", (1,)),
        (200, 100, "too_close", (1, 2)),
        (0, 0, "too_close", (1, 2)),
        (1, 0, "winner", (1,)),
    ],
)
def test_a_lead_must_exceed_both_uncertainties(
    lag_ns: int, around_ns: int, outcome: str, seats: tuple[int, ...]
) -> None:
    arbiter = opened(("box1", "box2"))
    at_ns = OPEN + 50 * MS
    arbiter.press(make_press(1, at_ns, around_ns), at_ns + MS)
    arbiter.press(make_press(2, at_ns + lag_ns, around_ns), at_ns + MS)
    arbiter.watermark("box1", at_ns + 2 * MS, at_ns + 2 * MS)
    verdict = only_verdict(arbiter.watermark("box2", at_ns + 2 * MS, at_ns + 2 * MS))
    assert (verdict.outcome, verdict.seats) == (outcome, seats)
    if outcome == "winner":
        assert (verdict.lead_ns, verdict.lead_uncertainty_ns) == (lag_ns, 2 * around_ns)


@pytest.mark.parametrize(("lag_ns", "outcome"), [(8_000, "too_close"), (8_500, "winner")])
def test_one_clock_decides_by_its_resolution_alone(lag_ns: int, outcome: str) -> None:
    arbiter = opened(("box",))
    at_ns = OPEN + 50 * MS
    arbiter.press(make_press(2, at_ns + lag_ns, 5 * MS, "box", 1), at_ns + MS)
    arbiter.press(make_press(1, at_ns, 5 * MS, "box", 2), at_ns + MS)
    verdict = only_verdict(arbiter.watermark("box", at_ns + 20 * MS, at_ns + 20 * MS))
    assert verdict.outcome == outcome
    assert verdict.lead_uncertainty_ns == (8_000 if outcome == "winner" else None)


def test_tied_are_all_who_may_have_been_first_and_nobody_else() -> None:
    # 3 overlaps 2 but not 1: since 1 was surely before 3, only 1 and 2 may have been first.
    arbiter = opened(("box1", "box2", "box3"))
    at_ns = OPEN + 50 * MS
    for seat, lag_us in ((3, 180), (2, 90), (1, 0)):
        arbiter.press(make_press(seat, at_ns + lag_us * 1000, 60_000), at_ns + MS)
    for box in ("box1", "box2"):
        arbiter.watermark(box, at_ns + MS, at_ns + MS)
    verdict = only_verdict(arbiter.watermark("box3", at_ns + MS, at_ns + MS))
    assert (verdict.outcome, verdict.seats) == ("too_close", (1, 2))
    assert [judged.status for judged in verdict.presses] == ["tied", "tied", "after"]


def test_certainty_is_passed_on_through_a_press_between() -> None:
    # On one clock 1 was before 2; 2 was surely before 3. So 3 was not first, though its interval meets that of 1.
    arbiter = opened(("box", "box3"))
    at_ns = OPEN + 50 * MS
    arbiter.press(make_press(1, at_ns, 400_000, "box"), at_ns + MS)
    arbiter.press(make_press(2, at_ns + 100_000, 50_000, "box", 2), at_ns + MS)
    arbiter.press(make_press(3, at_ns + 300_000, 50_000, "box3"), at_ns + MS)
    arbiter.watermark("box", at_ns + MS, at_ns + MS)
    verdict = only_verdict(arbiter.watermark("box3", at_ns + MS, at_ns + MS))
    assert (verdict.outcome, verdict.seats) == ("winner", (1,))
    assert (verdict.lead_ns, verdict.lead_uncertainty_ns) == (100_000, 8_000)


def test_a_press_before_open_is_a_foul_once_and_locks_the_seat_out() -> None:
    arbiter = opened(("box1", "box2"))
    findings = arbiter.press(make_press(1, OPEN - 100 * MS, MS), OPEN - 90 * MS)
    assert findings == [Foul("a1", make_press(1, OPEN - 100 * MS, MS), 100 * MS)]
    assert arbiter.press(make_press(1, OPEN - 50 * MS, sequence=2), OPEN - 40 * MS) == []
    assert arbiter.press(make_press(1, OPEN + 50 * MS, sequence=3), OPEN + 60 * MS) == []
    assert arbiter.press(make_press(2, OPEN + 80 * MS), OPEN + 90 * MS) == []
    arbiter.watermark("box1", OPEN + 100 * MS, OPEN + 100 * MS)
    verdict = only_verdict(arbiter.watermark("box2", OPEN + 100 * MS, OPEN + 100 * MS))
    assert (verdict.outcome, verdict.seats, verdict.lead_ns) == ("winner", (2,), None)
    assert [(judged.press.sequence, judged.status) for judged in verdict.presses] == [
        (1, "foul"),
        (2, "locked_out"),
        (3, "locked_out"),
        (1, "first"),
    ]


def test_a_press_before_any_open_is_known_is_a_foul_without_a_lead() -> None:
    arbiter = Arbiter()
    arbiter.arm("a1", SEATS, ARM, ARM)
    assert arbiter.press(make_press(4, ARM), ARM + MS) == [], "the open may be under way"
    assert arbiter.deadline_ns() == ARM + MS + HOLD_NS
    assert arbiter.tick(ARM + MS + HOLD_NS) == [Foul("a1", make_press(4, ARM), None)]


def test_a_press_that_may_have_been_after_open_is_no_foul() -> None:
    arbiter = opened()
    verdict = only_verdict(arbiter.press(make_press(1, OPEN - MS, MS), OPEN + MS))
    assert verdict.seats == (1,)


def test_a_seat_that_may_not_take_part_neither_wins_nor_fouls() -> None:
    arbiter = opened(("box1", "box2"), seats=(2,))
    assert arbiter.press(make_press(1, OPEN - 100 * MS), OPEN) == []
    arbiter.press(make_press(1, OPEN + 10 * MS, sequence=2), OPEN + 12 * MS)
    arbiter.press(make_press(2, OPEN + 20 * MS), OPEN + 22 * MS)
    arbiter.press(make_press(2, OPEN + 21 * MS, sequence=2), OPEN + 22 * MS)
    arbiter.watermark("box1", OPEN + 30 * MS, OPEN + 30 * MS)
    verdict = only_verdict(arbiter.watermark("box2", OPEN + 30 * MS, OPEN + 30 * MS))
    assert verdict.seats == (2,)
    assert [judged.status for judged in verdict.presses] == [
        "not_counted",
        "not_counted",
        "first",
        "not_counted",
    ]


def test_nobody_when_every_watermark_is_past_close() -> None:
    arbiter = opened(("box1", "box2"))
    assert arbiter.watermark("box1", CLOSE + 1, CLOSE + 1) == []
    assert arbiter.watermark("box2", CLOSE, CLOSE + 1) == []
    assert arbiter.press(make_press(2, CLOSE + 1), CLOSE + 3 * MS) == []
    verdict = only_verdict(arbiter.watermark("box2", CLOSE + 1, CLOSE + 4 * MS))
    assert (verdict.outcome, verdict.seats, verdict.lead_ns) == ("nobody", (), None)
    assert [(judged.status, judged.lag_ns) for judged in verdict.presses] == [("not_counted", None)]


def test_nobody_without_any_box_comes_by_time_alone() -> None:
    arbiter = opened()
    assert arbiter.deadline_ns() == CLOSE
    assert arbiter.tick(CLOSE - 1) == []
    assert only_verdict(arbiter.tick(CLOSE)).outcome == "nobody"


def test_a_silent_box_is_waited_for_and_then_named() -> None:
    arbiter = opened(("box1", "box2"))
    arbiter.watermark("box2", OPEN, OPEN)
    known_ns = OPEN + 60 * MS
    arbiter.press(make_press(1, OPEN + 50 * MS), known_ns)
    arbiter.watermark("box1", known_ns, known_ns)
    assert arbiter.deadline_ns() == known_ns + 250 * MS
    assert arbiter.tick(known_ns + 250 * MS - 1) == []
    verdict = only_verdict(arbiter.tick(known_ns + 250 * MS))
    assert (verdict.outcome, verdict.why_final, verdict.missing) == ("winner", "waited", ("box2",))
    assert verdict.watermarks["box2"] == OPEN


def test_a_slow_box_is_waited_for_longer_but_not_for_ever() -> None:
    arbiter = opened(("box1",))
    known_ns = OPEN + 60 * MS
    arbiter.press(make_press(2, OPEN + 50 * MS), known_ns)
    now_ns = known_ns
    for step in range(1, 10):
        now_ns = known_ns + step * 100 * MS
        assert arbiter.watermark("box1", OPEN + step, now_ns) == []
    assert arbiter.deadline_ns() == known_ns + 1_000 * MS
    assert only_verdict(arbiter.tick(known_ns + 1_000 * MS)).missing == ("box1",)


def test_a_box_that_goes_in_the_middle_of_an_arming_is_named_and_not_waited_for_in_the_next() -> None:
    arbiter = opened(("box1", "box2"))
    arbiter.box_gone("box2")
    arbiter.press(make_press(1, OPEN + MS), OPEN + 2 * MS)
    arbiter.watermark("box1", OPEN + 3 * MS, OPEN + 3 * MS)
    assert only_verdict(arbiter.tick(OPEN + 252 * MS)).missing == ("box2",)
    arbiter.arm("a2", SEATS, OPEN + 300 * MS, OPEN + 300 * MS)
    arbiter.open("a2", OPEN + 400 * MS, None, OPEN + 300 * MS)
    arbiter.press(make_press(1, OPEN + 500 * MS), OPEN + 501 * MS)
    verdict = only_verdict(arbiter.watermark("box1", OPEN + 502 * MS, OPEN + 502 * MS))
    assert verdict.why_final == "watermarks"


def test_a_watermark_of_the_future_is_not_believed() -> None:
    arbiter = opened(("box1",))
    arbiter.watermark("box1", OPEN + 500 * MS, OPEN)
    assert arbiter.press(make_press(2, OPEN + MS), OPEN + 2 * MS) == []


def test_presses_after_the_verdict_are_late() -> None:
    arbiter = opened()
    only_verdict(arbiter.press(make_press(1, OPEN + MS, 10), OPEN + 2 * MS))
    assert arbiter.press(make_press(2, OPEN + 5 * MS, 20), OPEN + 6 * MS) == []
    assert arbiter.press(make_press(1, OPEN + 6 * MS, 10), OPEN + 7 * MS) == []
    late = arbiter.tick(OPEN + 7 * MS + HOLD_NS)
    assert [
        (one.judged.press.seat, one.judged.status, one.judged.lag_ns, one.judged.lag_uncertainty_ns)
        for one in late
        if isinstance(one, LatePress)
    ] == [(2, "after", 4 * MS, 30), (1, "not_counted", 5 * MS, 8_000)]


def test_a_press_that_came_too_late_to_be_first_changes_nothing() -> None:
    arbiter = opened(("box2",))
    arbiter.press(make_press(1, OPEN + 5 * MS), OPEN + 6 * MS)
    assert only_verdict(arbiter.tick(OPEN + 256 * MS)).seats == (1,)
    arbiter.press(make_press(2, OPEN + MS), OPEN + 300 * MS)
    (late,) = arbiter.tick(OPEN + 300 * MS + HOLD_NS)
    assert isinstance(late, LatePress)
    assert (late.judged.status, late.judged.lag_ns) == ("not_counted", -4 * MS)


def test_a_press_belongs_to_the_arming_it_was_stamped_in_not_to_the_one_it_arrives_in() -> None:
    arbiter = opened()
    only_verdict(arbiter.press(make_press(1, OPEN + MS), OPEN + 2 * MS))
    next_ns = OPEN + 100 * MS
    arbiter.arm("a2", SEATS, next_ns, next_ns)
    arbiter.press(make_press(2, next_ns - 1), next_ns + 50 * MS)
    arbiter.press(make_press(3, next_ns), next_ns + 50 * MS)
    foul, late = arbiter.tick(next_ns + 50 * MS + HOLD_NS)
    assert isinstance(foul, Foul)
    assert (foul.arming, foul.press.seat) == ("a2", 3)
    assert isinstance(late, LatePress)
    assert (late.arming, late.judged.press.seat) == ("a1", 2)


def test_a_press_that_arrives_before_the_order_to_arm_is_claimed_by_it() -> None:
    arbiter = Arbiter()
    assert arbiter.press(make_press(1, ARM + MS), ARM + 2 * MS) == []
    assert arbiter.arm("a1", SEATS, ARM, ARM + 3 * MS) == []
    assert arbiter.tick(ARM + 10 * HOLD_NS) == [Foul("a1", make_press(1, ARM + MS), None)]


def test_a_later_arm_claims_the_presses_of_the_running_arming_that_are_its_own() -> None:
    arbiter = opened(("box1",))
    arbiter.press(make_press(1, OPEN + 5 * MS), OPEN + 6 * MS)
    arbiter.press(make_press(2, OPEN + 15 * MS), OPEN + 16 * MS)
    assert arbiter.arm("a2", SEATS, OPEN + 10 * MS, OPEN + 17 * MS) == []
    foul, stray = arbiter.tick(OPEN + 17 * MS + HOLD_NS)
    assert isinstance(foul, Foul)
    assert (foul.arming, foul.press.seat) == ("a2", 2)
    assert stray == StrayPress("a1", make_press(1, OPEN + 5 * MS), "superseded")


def test_presses_outside_any_arming_and_of_a_cancelled_one_are_strays() -> None:
    arbiter = opened(("box1",))
    arbiter.press(make_press(1, OPEN + MS), OPEN + 2 * MS)
    arbiter.cancel("a1", OPEN + 3 * MS)
    arbiter.press(make_press(2, OPEN + 2 * MS), OPEN + 4 * MS)
    arbiter.press(make_press(3, OPEN + 3 * MS), OPEN + 4 * MS)
    arbiter.press(make_press(4, ARM - 1), OPEN + 4 * MS)
    strays = arbiter.tick(OPEN + 4 * MS + HOLD_NS)
    assert [(one.press.seat, one.arming, one.why) for one in strays if isinstance(one, StrayPress)] == [
        (1, "a1", "cancelled"),
        (2, "a1", "cancelled"),
        (3, None, "outside"),
        (4, None, "outside"),
    ]
    assert arbiter.deadline_ns() is None


def test_repeated_orders_change_nothing_and_contradictory_ones_are_refused() -> None:
    arbiter = opened()
    assert arbiter.arm("a1", (), ARM + MS, ARM + MS) == []
    assert arbiter.open("a1", OPEN, CLOSE, ARM + MS) == []
    refused: list[Callable[[], object]] = [
        lambda: arbiter.open("a1", OPEN + 1, CLOSE, ARM),
        lambda: arbiter.arm("a2", SEATS, ARM, ARM),
        lambda: arbiter.open("b", OPEN, CLOSE, ARM),
        lambda: arbiter.cancel("b", ARM),
    ]
    for wrong in refused:
        with pytest.raises(OrderError):
            wrong()
    arbiter.arm("a2", SEATS, ARM + MS, ARM + MS)
    for open_ns, close_ns in ((ARM, None), (OPEN, OPEN)):
        with pytest.raises(OrderError):
            arbiter.open("a2", open_ns, close_ns, ARM)
    assert only_verdict(arbiter.open("a2", OPEN, CLOSE, CLOSE)).arming == "a2"
    assert arbiter.arm("a1", SEATS, ARM, CLOSE) == [], "known, though closed"


def test_a_contact_that_never_rests_does_not_fill_the_log() -> None:
    arbiter = opened()
    found: list[Finding] = []
    for n in range(KEPT_PRESSES + 50):
        found += arbiter.press(make_press(1, OPEN + (n + 1) * MS, sequence=n + 1), OPEN + (n + 1) * MS)
    found += arbiter.tick(CLOSE)
    assert sum(isinstance(one, Verdict | LatePress) for one in found) == KEPT_PRESSES
    assert sum(isinstance(one, StrayPress) and one.why == "too_many" for one in found) == 50
