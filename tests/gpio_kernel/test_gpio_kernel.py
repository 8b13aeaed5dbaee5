"""What the driver made of edges in a guest whose kernel really stamped them; `guest` has the scenes."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

import pytest

from tests.gpio_kernel.kernel import prepare
from tests.gpio_kernel.machine import boot

Found = dict[str, Any]
Span = list[int]  # not before, not after
MS = 1_000_000


@pytest.fixture(scope="module")
def found() -> Found:
    """The guest is booted once; every test looks at one of its scenes."""
    found = boot(prepare())
    for name, scene in found.items():
        if isinstance(scene, dict) and "error" in scene:
            pytest.fail(f"{name} in the guest: {scene['error']}", pytrace=False)
    return found


def between(span: Span, time_ns: int) -> bool:
    return span[0] <= time_ns <= span[1]


def test_the_guest_ended_well_and_the_driver_left_nothing_behind(found: Found) -> None:
    assert found["exit"] == 0
    assert found["threads"]["left"] == ["MainThread"]


def test_every_stamp_lies_between_the_times_around_the_write(found: Found) -> None:
    rows = found["stamps"]["rows"]
    assert len(rows) == 60
    for number, (seat, before_ns, after_ns, press, held) in enumerate(rows, 1):
        assert between([before_ns, after_ns], press["clock_ns"]), (before_ns, after_ns, press)
        assert press["time_ns"] - press["uncertainty_ns"] <= after_ns
        assert press["time_ns"] + press["uncertainty_ns"] >= before_ns
        assert (press["seat"], press["sequence"], press["source"]) == (seat, number, "hardware")
        assert press["resolution_ns"] == 100_000 and press["uncertainty_ns"] == 50_000
        assert held == [seat]
    early_us = [(press["clock_ns"] - before_ns) / 1e3 for _, before_ns, _, press, _ in rows]
    late_us = [(after_ns - press["clock_ns"]) / 1e3 for _, _, after_ns, press, _ in rows]
    figures = {"after_the_reading_before": early_us, "before_the_reading_after": late_us}
    print({name: f"{min(us):.0f} / {median(us):.0f} / {max(us):.0f} µs" for name, us in figures.items()})


def test_no_press_came_after_a_watermark_that_excluded_it(found: Found) -> None:
    assert found["stamps"]["broken"] == []
    assert found["burst"]["broken"] == []


def test_the_box_is_well(found: Found) -> None:
    health = found["stamps"]["health"]
    assert (health["id"], health["kind"], health["state"]) == ("gpio", "gpio", "up")
    assert (health["seats"], health["inputs"]) == ([1, 2, 3, 4, 5], 5)
    assert (health["overflows"], health["held"], health["problem"]) == (0, [], None)


def test_two_presses_on_two_lines_keep_their_order(found: Found) -> None:
    rows = found["order"]["rows"]
    assert len(rows) == 30
    for pressed, by_time, _, _ in rows:
        assert by_time == pressed


def test_a_burst_makes_one_press_and_costs_no_other_line_its_edge(found: Found) -> None:
    scene = found["burst"]
    assert len(scene["edges"]) == 300
    by_seat = {press["seat"]: press for press in scene["presses"]}
    assert len(scene["presses"]) == 2 and set(by_seat) == {1, 2}
    assert between(scene["single"], by_seat[2]["clock_ns"])
    assert any(between(edge, by_seat[1]["clock_ns"]) for edge in scene["edges"])
    assert scene["health"]["overflows"] == 0
    assert scene["more"] == 0


def test_a_burst_that_is_fetched_late_is_all_there(found: Found) -> None:
    late = found["late"]["300"]
    assert (late["fetched"], late["overflows"]) == (301, 0)
    assert between(late["edges"][0], late["first"])
    assert len(late["other"]) == 1 and between(late["single"], late["other"][0])


def test_what_the_kernel_drops_is_counted(found: Found) -> None:
    late = found["late"]["1100"]
    assert len(late["edges"]) + 1 - late["fetched"] == late["overflows"] == 77


def test_a_press_whose_edge_the_kernel_dropped_is_not_lost(found: Found) -> None:
    scene = found["dropped"]
    (press,) = scene["presses"]
    assert press["seat"] == 2
    assert press["time_ns"] - press["uncertainty_ns"] <= scene["single"][1]
    assert press["time_ns"] + press["uncertainty_ns"] >= scene["single"][0]
    assert scene["health"]["overflows"] > 0 and "queue was full" in scene["health"]["problem_en"]
    assert scene["broken"] == []


def test_a_replaced_stamp_is_noticed(found: Found) -> None:
    """The kernel itself loses the first stamp here; the edge must not claim to be better known than it is."""
    scene = found["replaced"]
    by_line = {line: (time_ns, earliest_ns) for line, time_ns, earliest_ns in scene["fetched"]}
    assert len(scene["fetched"]) == 2 and scene["overflows"] == 0
    time_ns, earliest_ns = by_line[17]
    assert between(scene["edges"][2], time_ns)
    assert earliest_ns <= scene["edges"][0][1]
    assert between(scene["single"], by_line[27][0])


def test_spikes_make_no_press_and_are_reported(found: Found) -> None:
    scene = found["spikes"]
    assert len(scene["lengths"]) == 20 and max(scene["lengths"]) < MS
    assert scene["presses"] == 0
    assert "spikes" in scene["health"]["problem_en"]


def test_a_bouncing_press_is_one_press_stamped_at_its_first_edge(found: Found) -> None:
    first, second, presses = found["spikes"]["bounced"]
    assert len(presses) == 2
    assert between(first, presses[0]["clock_ns"])
    assert between(second, presses[1]["clock_ns"])


def test_arm_open_press_verdict_through_the_timing_core(found: Found) -> None:
    scene = found["service"]
    assert scene["ready"].endswith("boxes=gpio\n")
    assert [box["id"] for box in scene["boxes"]] == ["gpio"]
    assert scene["foul"]["press"]["seat"] == 5 and scene["foul"]["early_ns"] > 0
    verdict = scene["verdict"]
    presses = {press["status"]: press for press in verdict["presses"]}
    assert (verdict["outcome"], verdict["seats"]) == ("winner", [4])
    assert verdict["final"] == {"why": "watermarks", "missing": []}
    assert between(scene["truth"][0], presses["first"]["clock_ns"])
    after = scene["late"] or presses["after"]
    assert between(scene["truth"][1], after["clock_ns"])
    assert (after["seat"], after["status"], presses["foul"]["seat"]) == (2, "after", 5)
    if scene["late"] is None:
        assert verdict["lead_ns"] == after["clock_ns"] - presses["first"]["clock_ns"]
        assert verdict["lead_uncertainty_ns"] == 100_000


def test_lamps_reach_the_lines(found: Found) -> None:
    winner, asked = found["service"]["lamps"]
    assert winner == [False, False, False, True, False]
    assert asked == [False, True, False, False, True]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("taken", "GPIO17 is in use by firstpress: end that program"),
        ("label", "there are: pinctrl-bcm2711"),
        ("path", "cannot be used"),
        ("pin", "BOARD1 is no GPIO pin"),
    ],
)
def test_what_cannot_be_had_is_one_line_and_status_2(found: Found, case: str, reason: str) -> None:
    status, lines = found["service"]["refused"][case]
    assert status == 2
    assert len(lines) == 1 and reason in lines[0], json.dumps(lines)
