"""Measures the timing core against the real firmware in the simulator: `python -m tests.buzzers.measure`.

Edge to verdict: from the true instant of a button's first edge to the verdict as a client of the stream reads it.
Uncertainty: what the core states after a while; error: how far its estimate was from the truth, which must be less.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from firmware.sim.harness import SimulatedBox
from tests.buzzers.helpers import MS, StreamClient, running_service


def measure(presses: int, seconds: float, usb_frame_us: int, ppm: float, bounce: bool) -> dict[str, object]:
    """One JSON object: all times in µs unless the name says ms."""
    latencies_ns: list[int] = []
    uncertainties_ns: list[int] = []
    errors_ns: list[int] = []
    decided_ns: list[int] = []
    held = lagged = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatedBox(usb_frame_us=usb_frame_us, ppm=ppm) as box,
        running_service(
            Path(folder) / "core.sock", "--boxes", f"serial:{box.port}", "--seats", "6"
        ) as service,
    ):
        client = StreamClient(service.path)
        begin_s = time.monotonic()
        settling: list[int] = []
        while time.monotonic() < begin_s + seconds:
            (report,) = client.expect("boxes")["boxes"]
            if report["uncertainty_us"] is not None:
                settling.append(report["uncertainty_us"])
        for n in range(presses):
            open_ns = client.arm_and_open(f"m{n}", open_in_ms=20, seats=(1, 2, 3, 4, 5, 6))
            time.sleep(max(0, open_ns - time.monotonic_ns()) / 1e9 + 0.06)  # the simulator may lag
            edge = box.press({n % 6: 0}, hold_ms=30, bounce=n + 1 if bounce else False)[n % 6]
            verdict = client.expect("verdict")
            read_ns = time.monotonic_ns()
            decided_ns.append(verdict["decided_ns"] - edge.time_ns)
            if verdict["outcome"] == "nobody" and edge.time_ns < open_ns:
                lagged += 1  # the simulator was so late that the edge lies before open
                continue
            assert verdict["seats"] == [n % 6 + 1], verdict
            press = verdict["presses"][0]
            latencies_ns.append(read_ns - edge.time_ns)
            uncertainties_ns.append(press["uncertainty_ns"])
            errors_ns.append(abs(press["time_ns"] - edge.time_ns))
            held += errors_ns[-1] <= uncertainties_ns[-1]
            client.send("ack", seq=verdict["seq"])
            time.sleep(0.06)  # until the button is at rest again
        client.close()
    return {
        "presses": len(latencies_ns),
        "simulator_too_late": lagged,
        "usb_frame_us": usb_frame_us,
        "uncertainty_idle_us": {
            "last": settling[-1],
            "median": statistics.median(settling),
            "max": max(settling),
        },
        "uncertainty_of_presses_us": spread(uncertainties_ns),
        "error_of_presses_us": spread(errors_ns),
        "bound_held": held,
        "edge_to_decision_us": spread(decided_ns),
        "edge_to_verdict_us": spread(latencies_ns),
        "edge_to_verdict_ms_p99": round(sorted(latencies_ns)[int(len(latencies_ns) * 0.99)] / MS, 2),
    }


def spread(values_ns: list[int]) -> dict[str, int]:
    ordered = sorted(values_ns)
    return {
        "median": ordered[len(ordered) // 2] // 1000,
        "p99": ordered[int(len(ordered) * 0.99)] // 1000,
        "max": ordered[-1] // 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10, help="how long the clock may settle first")
    parser.add_argument(
        "--usb-frame-us", type=int, default=0, help="1000 for a USB converter, 0 for a direct line"
    )
    parser.add_argument("--ppm", type=float, default=0.0)
    parser.add_argument("--bounce", action="store_true", help="contacts that chatter for a few ms")
    options = parser.parse_args()
    print(
        json.dumps(
            measure(options.presses, options.seconds, options.usb_frame_us, options.ppm, options.bounce),
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
