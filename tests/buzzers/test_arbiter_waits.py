"""What the arbiter waits for: late opens, boxes that lost presses, drumming seats, and its own standing still."""

import pytest

from buzzers.arbiter import HOLD_NS, HURRY_NS, PATIENCE_NS, SILENCE_NS, STALLS, Arbiter
from buzzers.arming import KEPT_PRESSES
from buzzers.verdict import Finding, Foul, LatePress, StrayPress, Verdict
from tests.buzzers.test_arbiter import ARM, CLOSE, MS, OPEN, SEATS, make_press, only_verdict, opened

# -- a foul that comes in after a later press of its seat -----------------------------------------------------


def test_a_press_that_a_foul_takes_back_leaves_no_wait_behind() -> None:
    arbiter = opened(("box1", "box2", "box3"))
    arbiter.press(make_press(1, OPEN + 20 * MS, sequence=2), OPEN + 23 * MS)
    assert arbiter.deciding(OPEN + 24 * MS)
    assert not arbiter.deciding(OPEN + 23 * MS + HURRY_NS), "asking more often does not help any more"
    (foul,) = arbiter.press(make_press(1, OPEN - 5 * MS, sequence=1), OPEN + 48 * MS)
    assert isinstance(foul, Foul)
    assert not arbiter.deciding(OPEN + 49 * MS)
    later_ns = OPEN + 5_000 * MS
    for box in ("box1", "box2", "box3"):
        arbiter.watermark(box, later_ns - MS, later_ns)
    arbiter.press(make_press(2, later_ns + 3 * MS), later_ns + 6 * MS)
    assert arbiter.tick(later_ns + 6 * MS) == [], "seat 3 was earlier, and its press is under way"
    arbiter.press(make_press(3, later_ns), later_ns + 7 * MS)
    for box in ("box1", "box2", "box3"):
        found = arbiter.watermark(box, later_ns + 20 * MS, later_ns + 21 * MS)
    assert only_verdict(found).seats == (3,)


# -- a seat that drums ----------------------------------------------------------------------------------------


def test_a_locked_out_seat_that_drums_shuts_nobody_else_out() -> None:
    arbiter = opened(("box1", "box2"))
    for n in range(KEPT_PRESSES + 10):
        at_ns = OPEN - 50 * MS + n * 23 * MS
        arbiter.press(make_press(1, at_ns, sequence=n), at_ns + 3 * MS)
    at_ns = OPEN + 7_000 * MS
    arbiter.press(make_press(2, at_ns), at_ns + 3 * MS)
    arbiter.watermark("box1", at_ns + 50 * MS, at_ns + 53 * MS)
    found = arbiter.watermark("box2", at_ns + 50 * MS, at_ns + 53 * MS)
    assert only_verdict(found).seats == (2,)
    strays = [one for one in arbiter.tick(CLOSE) if isinstance(one, StrayPress)]
    assert {(one.press.seat, one.why) for one in strays} == {(1, "too_many")}


# -- an open that comes late ----------------------------------------------------------------------------------


def armed(boxes: tuple[str, ...] = ("box1",)) -> Arbiter:
    arbiter = Arbiter()
    for box in boxes:
        arbiter.box_live(box)
    arbiter.arm("a1", SEATS, ARM, ARM)
    return arbiter


def test_a_press_after_an_open_that_was_told_late_is_no_foul() -> None:
    arbiter = armed()
    assert arbiter.press(make_press(1, OPEN + 30 * MS), OPEN + 33 * MS) == []
    assert arbiter.open("a1", OPEN, CLOSE, OPEN + 130 * MS) == []
    found = arbiter.watermark("box1", OPEN + 140 * MS, OPEN + 143 * MS)
    assert only_verdict(found).seats == (1,)


def test_a_press_before_an_open_that_was_told_late_is_a_foul_with_its_lead() -> None:
    arbiter = armed()
    arbiter.press(make_press(1, OPEN + 40 * MS, sequence=2), OPEN + 43 * MS)
    arbiter.press(make_press(1, OPEN - 30 * MS, sequence=1), OPEN + 44 * MS)
    assert arbiter.open("a1", OPEN, CLOSE, OPEN + 130 * MS) == [
        Foul("a1", make_press(1, OPEN - 30 * MS), 30 * MS)
    ]
    assert not arbiter.deciding(OPEN + 131 * MS), "the seat is locked out"


def test_without_an_open_the_foul_is_told_in_time_and_stands() -> None:
    arbiter = armed()
    press = make_press(1, OPEN + 30 * MS)
    arbiter.press(press, OPEN + 33 * MS)
    assert arbiter.tick(OPEN + 32 * MS + HOLD_NS) == []
    assert arbiter.tick(OPEN + 33 * MS + HOLD_NS) == [Foul("a1", press, None)]
    assert arbiter.open("a1", OPEN, CLOSE, OPEN + 300 * MS) == []
    assert not arbiter.deciding(OPEN + 301 * MS)


def test_an_arming_that_ends_without_an_open_tells_its_fouls() -> None:
    arbiter = armed()
    press = make_press(1, ARM + 30 * MS)
    arbiter.press(press, ARM + 33 * MS)
    assert arbiter.cancel("a1", ARM + 40 * MS) == [Foul("a1", press, None)]
    arbiter.arm("a2", SEATS, ARM + 50 * MS, ARM + 50 * MS)
    mine, next_one = make_press(1, ARM + 60 * MS), make_press(2, ARM + 80 * MS)
    arbiter.press(mine, ARM + 63 * MS)
    arbiter.press(next_one, ARM + 83 * MS)
    assert arbiter.arm("a3", SEATS, ARM + 70 * MS, ARM + 84 * MS) == [Foul("a2", mine, None)]
    assert arbiter.tick(ARM + 84 * MS + HOLD_NS) == [Foul("a3", next_one, None)]


# -- a box that lost presses ----------------------------------------------------------------------------------


def test_a_box_that_restarts_in_an_arming_is_waited_for_and_named() -> None:
    arbiter = opened(("box1", "box2"))
    arbiter.watermark("box1", OPEN + 90 * MS, OPEN + 93 * MS)
    arbiter.box_lost("box1", OPEN + 300 * MS)
    at_ns = OPEN + 1_000 * MS
    arbiter.press(make_press(2, at_ns), at_ns + 3 * MS)
    for box in ("box1", "box2"):
        assert arbiter.watermark(box, at_ns + 10 * MS, at_ns + 12 * MS) == []
    due_ns = at_ns + 3 * MS + SILENCE_NS
    assert arbiter.deadline_ns() == due_ns
    assert arbiter.tick(due_ns - 1) == []
    verdict = only_verdict(arbiter.tick(due_ns))
    assert (verdict.seats, verdict.why_final, verdict.missing) == ((2,), "waited", ("box1",))
    arbiter.arm("a2", SEATS, due_ns + MS, due_ns + MS)
    arbiter.open("a2", due_ns + 2 * MS, CLOSE, due_ns + 2 * MS)
    arbiter.press(make_press(2, due_ns + 9 * MS, sequence=2), due_ns + 12 * MS)
    arbiter.watermark("box1", due_ns + 20 * MS, due_ns + 20 * MS)
    found = arbiter.watermark("box2", due_ns + 20 * MS, due_ns + 20 * MS)
    assert only_verdict(found).missing == (), "in the next arming it has lost nothing"


def test_a_loss_that_is_told_before_the_order_to_arm_counts_if_it_may_be_in_the_arming() -> None:
    arbiter = Arbiter()
    for box in ("box1", "box2"):
        arbiter.box_live(box)
        arbiter.watermark(box, ARM - MS, ARM)
    arbiter.box_lost("box1", ARM + 2 * MS)
    arbiter.arm("a1", SEATS, ARM, ARM + 3 * MS)
    arbiter.open("a1", OPEN, CLOSE, ARM + 3 * MS)
    arbiter.press(make_press(2, OPEN + MS), OPEN + 4 * MS)
    for box in ("box1", "box2"):
        assert arbiter.watermark(box, OPEN + 9 * MS, OPEN + 9 * MS) == []
    assert only_verdict(arbiter.tick(OPEN + 4 * MS + SILENCE_NS)).missing == ("box1",)


def test_what_a_box_lost_after_the_winning_press_changes_nothing() -> None:
    arbiter = opened(("box1", "box2"))
    arbiter.press(make_press(1, OPEN + 10 * MS), OPEN + 13 * MS)
    arbiter.watermark("box1", OPEN + 20 * MS, OPEN + 22 * MS)
    arbiter.box_lost("box1", OPEN + 30 * MS)
    found = arbiter.watermark("box2", OPEN + 20 * MS, OPEN + 31 * MS)
    assert only_verdict(found).why_final == "watermarks"


# -- standing still -------------------------------------------------------------------------------------------


def test_news_alone_never_ends_a_wait() -> None:
    arbiter = opened(("box1", "box2"))
    arbiter.press(make_press(1, OPEN + 10 * MS), OPEN + 13 * MS)
    resumed_ns = OPEN + 13 * MS + PATIENCE_NS + SILENCE_NS
    assert arbiter.watermark("box1", OPEN + 20 * MS, resumed_ns) == []
    assert arbiter.press(make_press(2, OPEN + 9 * MS), resumed_ns) == []
    assert arbiter.press(make_press(3, OPEN + 500 * MS), resumed_ns) == []
    verdict = only_verdict(arbiter.watermark("box2", OPEN + 20 * MS, resumed_ns))
    assert (verdict.seats, verdict.why_final) == ((2,), "watermarks")


@pytest.mark.parametrize("pressed", [False, True])
def test_after_a_stall_every_wait_begins_anew(pressed: bool) -> None:
    arbiter = opened(("box1", "box2"))
    if pressed:
        arbiter.press(make_press(1, CLOSE - 10 * MS), CLOSE - 7 * MS)
    resumed_ns = CLOSE + 5_000 * MS
    arbiter.stalled(resumed_ns)
    assert arbiter.tick(resumed_ns) == []
    assert arbiter.press(make_press(2, CLOSE - 20 * MS), resumed_ns + MS) == []
    arbiter.watermark("box1", CLOSE + 1, resumed_ns + 2 * MS)
    found = arbiter.watermark("box2", CLOSE + 1, resumed_ns + 2 * MS)
    assert only_verdict(found).seats == (2,)


def test_a_host_that_stalls_again_and_again_gets_its_verdict() -> None:
    arbiter = opened(("box1", "box2"))
    known_ns = OPEN + 13 * MS
    arbiter.press(make_press(1, OPEN + 10 * MS), known_ns)
    found: list[Finding] = []
    for n in range(1, STALLS + 20):
        arbiter.stalled(known_ns + n * 60 * MS)
        found += arbiter.tick(known_ns + n * 60 * MS)
    verdict = only_verdict(found)
    assert (verdict.why_final, verdict.missing) == ("waited", ("box1", "box2"))
    assert not [one for one in found if isinstance(one, LatePress)]
    assert isinstance(found[0], Verdict)
