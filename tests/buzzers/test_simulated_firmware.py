"""The timing core with the real firmware in the simulator: from the edge at a pin to the verdict on the socket."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firmware.sim.harness import Edge, SimulatedBox
from tests.buzzers.helpers import MS, Service, StreamClient, running_service

LAG_MS = 120  # the simulator lags behind real time when the host is loaded: edges are placed well after open


@dataclass
class Stage:
    """One box with six buttons, seats 1 to 6; the service; a client."""

    box: SimulatedBox
    service: Service
    client: StreamClient
    armings: int = 0

    def open(self, seats: tuple[int, ...] = (1, 2, 3, 4, 5, 6), **wanted: Any) -> str:
        """Arms and opens, and returns when presses surely count."""
        self.armings += 1
        name = f"a{self.armings}"
        open_ns = self.client.arm_and_open(name, seats=seats, **wanted)
        time.sleep(max(0, open_ns - time.monotonic_ns()) / 1e9 + LAG_MS / 1000)
        return name

    def rest(self) -> None:
        """All buttons are up again and everything about them has been told."""
        self.client.expect_boxes(
            lambda boxes: boxes[0]["held"] == [] and boxes[0]["last_press"]["ago_ms"] > 400
        )
        self.client.acknowledge_all()


@pytest.fixture(scope="module")
def whole_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    path = tmp_path_factory.mktemp("stage") / "core.sock"
    with (
        SimulatedBox(seed=11, ppm=-1_700) as box,
        running_service(path, "--boxes", f"serial:{box.port}", "--seats", "6") as service,
    ):
        client = StreamClient(path)
        client.expect_boxes(lambda boxes: boxes[0]["state"] == "up")
        stage = Stage(box, service, client)
        yield stage
        stage.client.close()


@pytest.fixture
def stage(whole_stage: Stage) -> Iterator[Stage]:
    yield whole_stage
    whole_stage.rest()


def dated_well(press: dict[str, Any], edge: Edge) -> bool:
    return bool(abs(press["time_ns"] - edge.time_ns) <= press["uncertainty_ns"])


def test_a_press_becomes_a_verdict_and_its_lamp(stage: Stage) -> None:
    stage.open()
    edge = stage.box.press({2: 0}, hold_ms=40)[2]
    verdict = stage.client.expect("verdict")
    assert (verdict["outcome"], verdict["seats"], verdict["lead_ns"]) == ("winner", [3], None)
    assert verdict["final"] == {"why": "watermarks", "missing": []}
    (press,) = verdict["presses"]
    assert dated_well(press, edge)
    assert press["uncertainty_ns"] < 5 * MS
    assert all(watermark_ns > edge.time_ns for watermark_ns in verdict["watermarks"].values())
    stage.box.wait_for(lambda line: line["type"] == "lamps" and line["mask"] == 0b100)
    seen = len(stage.box.truth)
    stage.client.send("cancel", arming=verdict["arming"])
    stage.box.wait_for(lambda line: line["type"] == "lamps" and line["mask"] == 0, since=seen)


@pytest.mark.parametrize(("first", "second"), [(0, 5), (5, 0)])
@pytest.mark.parametrize("bounce", [False, 3])
def test_two_presses_200_us_apart_are_told_apart(
    stage: Stage, first: int, second: int, bounce: bool | int
) -> None:
    stage.open()
    edges = stage.box.press({second: 200, first: 0}, hold_ms=40, bounce=bounce)
    verdict = stage.client.expect("verdict")
    assert (verdict["outcome"], verdict["seats"]) == ("winner", [first + 1])
    presses = {press["seat"]: press for press in verdict["presses"]}
    if second + 1 not in presses:
        late = stage.client.expect("late_press")["press"]
        assert late["status"] == "after"
        presses[late["seat"]] = late
    lag_us = (edges[second].cycle - edges[first].cycle) / 16
    assert presses[second + 1]["lag_ns"] == pytest.approx(
        lag_us * 1000, abs=verdict_resolution_ns(verdict) + 500
    )
    assert all(dated_well(presses[number + 1], edges[number]) for number in (first, second))


def verdict_resolution_ns(verdict: dict[str, Any]) -> int:
    resolution_ns: int = verdict["presses"][0]["resolution_ns"]
    return resolution_ns


def test_a_press_before_open_is_a_foul_and_the_seat_is_locked_out(stage: Stage) -> None:
    open_ns = stage.client.arm_and_open("early", open_in_ms=600, seats=(1, 2, 3, 4, 5, 6))
    edge = stage.box.press({1: 0}, hold_ms=30)[1]
    foul = stage.client.expect("foul")
    assert foul["press"]["seat"] == 2
    assert dated_well(foul["press"], edge)
    assert foul["early_ns"] == open_ns - foul["press"]["time_ns"]
    time.sleep(max(0, open_ns - time.monotonic_ns()) / 1e9 + LAG_MS / 1000)
    stage.box.press({1: 0, 4: 20_000}, hold_ms=30)
    verdict = stage.client.expect("verdict")
    assert verdict["seats"] == [5]
    assert [(press["seat"], press["status"]) for press in verdict["presses"]] == [
        (2, "foul"),
        (2, "locked_out"),
        (5, "first"),
    ]


def test_the_lamps_say_go_when_the_stage_opens(stage: Stage) -> None:
    seen = len(stage.box.truth)
    open_ns = stage.client.arm_and_open("go", open_in_ms=300, close_after_ms=400, seats=(1, 2, 3, 5))
    go = stage.box.wait_for(lambda line: line["type"] == "lamps" and line["mask"] != 0, since=seen)
    assert go["mask"] == 0b10111
    assert (
        abs(go["ns"] - open_ns) < 2 * MS
    )  # what the clock is known to, and the length of a round of its main loop
    stage.client.expect("verdict")


def test_nobody_presses(stage: Stage) -> None:
    stage.client.arm_and_open("nobody", close_after_ms=60)
    verdict = stage.client.expect("verdict")
    assert (verdict["outcome"], verdict["final"]) == ("nobody", {"why": "watermarks", "missing": []})


def test_a_verdict_given_while_the_server_was_away_waits_for_it(stage: Stage) -> None:
    name = stage.open()
    core = stage.client.welcome["core"]
    stage.client.close()
    stage.box.press({3: 0}, hold_ms=40)
    stage.client = StreamClient(stage.service.path, {"core": core, "seq": 0})
    verdict = stage.client.expect("verdict")
    assert (verdict["arming"], verdict["seats"]) == (name, [4])


def test_a_box_that_is_reset_in_the_middle_of_an_arming_goes_on(stage: Stage) -> None:
    stage.open(close_after_ms=20_000)
    stage.box.reset("watchdog")
    stage.client.expect_boxes(lambda boxes: boxes[0]["resets"] > 0 and boxes[0]["state"] == "up")
    edge = stage.box.press({0: 0}, hold_ms=40)[0]
    verdict = stage.client.expect("verdict")
    assert verdict["seats"] == [1]
    assert dated_well(verdict["presses"][0], edge)


def test_two_boxes_are_compared_on_the_clock_of_the_host(tmp_path: Path) -> None:
    with (
        SimulatedBox(seed=1, ppm=900) as left,
        SimulatedBox(seed=2, ppm=-2_000, usb_frame_us=1_000) as right,
        running_service(tmp_path / "s", "--boxes", f"serial:{left.port}=1,{right.port}=2") as service,
    ):
        client = StreamClient(service.path)
        boxes = client.expect_boxes(lambda boxes: all(box["state"] == "up" for box in boxes))
        assert [box["seats"] for box in boxes] == [[1], [2]]
        for n, (early, late) in enumerate([(left, right), (right, left)] * 2):
            open_ns = client.arm_and_open(f"b{n}", seats=(1, 2))
            time.sleep(max(0, open_ns - time.monotonic_ns()) / 1e9 + LAG_MS / 1000)
            truth = {early: early.press({0: 0}, hold_ms=30)[0], late: late.press({0: 0}, hold_ms=30)[0]}
            verdict = client.expect("verdict")
            first = min(truth, key=lambda box: truth[box].time_ns)
            seat = 1 if first is left else 2
            assert seat in verdict["seats"], "the true first is never ruled out"
            if verdict["outcome"] == "winner":
                assert verdict["seats"] == [seat]
            for press in verdict["presses"]:
                assert dated_well(press, truth[left if press["seat"] == 1 else right])
            client.expect_boxes(lambda boxes: all(box["held"] == [] for box in boxes))
            client.acknowledge_all()
        client.close()
