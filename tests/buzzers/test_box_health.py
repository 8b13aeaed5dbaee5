"""What a box's health says: every count that the box keeps, how long it has said nothing, and what that means."""

import time
from collections.abc import Iterator

import pytest

from buzzers.driver import PROBLEMS, health
from buzzers.spikes import CHATTER
from tests.buzzers.helpers import Desk, FakeBox, fake_boxes, wait_for


@pytest.fixture
def box() -> Iterator[FakeBox]:
    one = FakeBox()
    with fake_boxes(one):
        yield one


@pytest.fixture
def desk(box: FakeBox) -> Iterator[Desk]:
    one = Desk(box.port)
    yield one
    one.driver.stop()
    one.driver.join(2)


def test_the_counts_of_the_box_are_passed_on(box: FakeBox, desk: Desk) -> None:
    box.counts = [2, 0, 3, 4, 0, 5]
    desk.wait_state("up")
    wait_for(lambda: desk.health()["spikes"] == 5, "the counts")
    found = desk.health()
    assert (found["overflows"], found["crc_errors"], found["resent"]) == (2, 3, 4)
    assert found["clock_resets"] == found["resets"] == 0
    assert found["problem_en"] == PROBLEMS["overflow"][1]


def test_spikes_again_and_again_are_a_problem(box: FakeBox, desk: Desk) -> None:
    box.counts[5] = 40_000  # of yesterday: no news
    desk.wait_state("up")
    wait_for(lambda: desk.health()["spikes"] == 40_000, "the count")
    assert desk.health()["problem"] is None
    box.counts[5] += CHATTER
    wait_for(lambda: desk.health()["problem_en"] == PROBLEMS["chatter"][1], "the problem")


def test_silence_is_counted_from_the_last_word(box: FakeBox, desk: Desk) -> None:
    desk.wait_state("up")
    assert desk.health()["silent_ms"] < 1_000
    box.answers = False
    silent_since_s = time.monotonic()
    wait_for(lambda: desk.health()["silent_ms"] > 300, "silence")
    assert time.monotonic() - silent_since_s > 0.2
    desk.wait_state("down")
    assert desk.health()["problem_en"] == PROBLEMS["silent"][1] and desk.health()["silent_ms"] >= 1_000


def test_a_box_that_has_said_nothing_yet_has_no_silence() -> None:
    found = health(box_id="", port="/dev/x", kind="serial", state="down")
    assert found["silent_ms"] is None and found["spikes"] == 0
