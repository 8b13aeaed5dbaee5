"""Boxes on one sync wire, the firmware in the simulator: ordered to ten microseconds, whatever their USB does."""

import random
import time
from pathlib import Path
from statistics import median

from firmware.sim.harness import SimulatedBoxes
from tests.buzzers.helpers import StreamClient, running_service

LAG_MS = 60  # the simulator may lag behind
PRESSES = 8


def test_boxes_on_a_sync_wire_are_ordered_to_ten_microseconds(tmp_path: Path) -> None:
    draw = random.Random(7)
    with (
        SimulatedBoxes(3, links="usb", ppm=(-2_000, 0, 150), wire=True, seed=5) as boxes,
        running_service(
            tmp_path / "s",
            "--boxes",
            "serial:" + ",".join(f"{port}={seat}" for seat, port in enumerate(boxes.ports, 1)),
        ) as service,
    ):
        client = StreamClient(service.path)
        client.expect_boxes(lambda all_: all(box["sync_us"] is not None for box in all_))
        doubts_ns: list[int] = []
        for n in range(PRESSES):
            open_ns = client.arm_and_open(f"w{n}", close_after_ms=1_000)
            time.sleep(max(0, open_ns - time.monotonic_ns()) / 1e9 + LAG_MS / 1000)
            order = draw.sample(range(3), 3)
            truth = boxes.press({(box, 0): 30.0 * place for place, box in enumerate(order)}, hold_ms=30)
            verdict = client.expect("verdict")
            assert (verdict["outcome"], verdict["seats"]) == ("winner", [order[0] + 1])
            for judged in verdict["presses"]:
                edge = truth[judged["seat"] - 1, 0]
                true_lag_ns = edge.time_ns - truth[order[0], 0].time_ns
                assert abs(judged["lag_ns"] - true_lag_ns) <= judged["lag_uncertainty_ns"]
                doubts_ns.append(judged["lag_uncertainty_ns"])
            client.send("ack", seq=10**9)
            time.sleep(0.08)  # until the buttons are at rest again
        client.close()
        assert median(doubts_ns) <= 10_000  # more only when the machine held the pulses up
