"""Runs inside the guest: makes edges on simulated lines, and writes what the driver made of them, in JSON lines.

The truth about an edge are two readings of the monotonic clock around the write that makes it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from buzzers.driver import Marked, Posted, Pressed
from buzzers.gpio_box import GpioBox
from buzzers.gpio_pins import KernelFactory
from buzzers.gpio_spec import DEFAULT_PINS, GpioSpec, parse_gpio
from buzzers.press import Press
from tests.buzzers.helpers import StreamClient, running_service, wait_for

LABEL = "pinctrl-bcm2711"
MS = 1_000_000
REST_S = 0.035
SPEC = parse_gpio("", 5)
PINS = [int(button) for button, _ in DEFAULT_PINS]


class Chip:
    """A simulated chip, and the far side of its lines."""

    def __init__(self) -> None:
        config = Path("/sys/kernel/config/gpio-sim/stage")
        (config / "bank0").mkdir(parents=True)
        (config / "bank0" / "num_lines").write_text("28")
        (config / "bank0" / "label").write_text(LABEL)
        (config / "live").write_text("1")
        device = (config / "dev_name").read_text().strip()
        chip = (config / "bank0" / "chip_name").read_text().strip()
        self._lines = Path("/sys/devices/platform") / device / chip
        self._pulls = {line: os.open(self._lines / f"sim_gpio{line}" / "pull", os.O_WRONLY) for line in PINS}

    def set(self, line: int, down: bool) -> tuple[int, int]:
        """Moves the contact of a line; when, at the earliest and at the latest."""
        pull, level = self._pulls[line], b"pull-down" if down else b"pull-up"
        before_ns = time.monotonic_ns()
        os.pwrite(pull, level, 0)
        return before_ns, time.monotonic_ns()

    def lamp(self, line: int) -> bool:
        return (self._lines / f"sim_gpio{line}" / "value").read_text().strip() == "1"


class Desk:
    """The driver with everything it posted."""

    def __init__(self, spec: GpioSpec = SPEC, start: bool = True) -> None:
        self.posted: list[Posted] = []
        self.box = GpioBox(spec, KernelFactory(spec.chip, spec.buttons, spec.lamps), self.posted.append)
        if start:
            self.box.start()

    def presses(self) -> list[Press]:
        return [posted.press for posted in self.posted if isinstance(posted, Pressed)]

    def wait_presses(self, count: int) -> list[Press]:
        wait_for(lambda: len(self.presses()) >= count, f"{count} presses")
        return self.presses()

    def broken_promises(self) -> list[Any]:
        """Presses that came after a watermark which said that nothing so early would come."""
        promised_ns, broken = 0, []
        for posted in list(self.posted):
            if isinstance(posted, Marked):
                promised_ns = max(promised_ns, posted.watermark_ns)
            elif isinstance(posted, Pressed) and posted.press.earliest_ns < promised_ns:
                broken.append([posted.press.to_json(), promised_ns])
        return broken

    def health(self) -> dict[str, Any]:
        return self.box.health(time.monotonic_ns())


@contextmanager
def desk() -> Iterator[Desk]:
    running = Desk()
    try:
        yield running
    finally:
        running.box.stop()
        running.box.join(5)


def tell(name: str, **found: Any) -> None:
    print(json.dumps({name: found}), flush=True)


def stamps(chip: Chip) -> None:
    """Clean presses: where is each stamp between the two readings?"""
    rows = []
    with desk() as running:
        for turn in range(60):
            seat = turn % 5 + 1
            before_ns, after_ns = chip.set(PINS[seat - 1], True)
            press = running.wait_presses(turn + 1)[-1]
            held = running.health()["held"]
            chip.set(PINS[seat - 1], False)
            time.sleep(REST_S)
            rows.append([seat, before_ns, after_ns, press.to_json(), held])
        health, broken = running.health(), running.broken_promises()
    tell("stamps", rows=rows, health=health, broken=broken)


def order(chip: Chip) -> None:
    """Two lines, one right after the other, by turns."""
    rows = []
    with desk() as running:
        for turn in range(30):
            first, second = (1, 2) if turn % 2 else (2, 1)
            one = chip.set(PINS[first - 1], True)
            other = chip.set(PINS[second - 1], True)
            presses = running.wait_presses(2 * turn + 2)[-2:]
            for seat in (first, second):
                chip.set(PINS[seat - 1], False)
            time.sleep(REST_S)
            by_time = [press.seat for press in sorted(presses, key=lambda press: press.clock_ns)]
            rows.append([[first, second], by_time, one, other])
    tell("order", rows=rows)


def burst(chip: Chip) -> None:
    """300 edges on one line, and in the middle of them one on another: fetched by the driver, and fetched late."""
    with desk() as running:
        edges, single = _burst(chip, 300)
        running.wait_presses(2)
        time.sleep(REST_S)
        rows = [press.to_json() for press in running.presses()]
        health, broken = running.health(), running.broken_promises()
        for line in PINS[:3]:
            chip.set(line, False)
        time.sleep(REST_S)
        more = len(running.presses()) - len(rows)
    tell("burst", edges=edges, single=single, presses=rows, health=health, broken=broken, more=more)

    late: dict[str, Any] = {}
    for size in (300, 1100):
        lines = KernelFactory(None, SPEC.buttons, SPEC.lamps)
        edges, single = _burst(chip, size)
        fetched = lines.fetch()
        first = next((edge.time_ns for edge in fetched if edge.line == PINS[0]), None)
        other = [edge.time_ns for edge in fetched if edge.line == PINS[1]]
        found = {"fetched": len(fetched), "overflows": lines.overflows, "first": first, "other": other}
        late[str(size)] = {"edges": edges, "single": single, **found}
        lines.close()
        for line in PINS[:2]:
            chip.set(line, False)
    tell("late", **late)


def _burst(chip: Chip, size: int) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    edges, single = [], (0, 0)
    for number in range(size):
        edges.append(chip.set(PINS[0], True))
        if number == size // 2:
            single = chip.set(PINS[1], True)
        if number < size - 1:
            chip.set(PINS[0], False)
    return edges, single


def dropped(chip: Chip) -> None:
    """One press, then more edges on another line than the kernel keeps, and only then somebody fetches them."""
    running = Desk(start=False)
    single = chip.set(PINS[1], True)
    for _ in range(1100):
        chip.set(PINS[0], True)
        chip.set(PINS[0], False)
    running.box.start()
    presses = [press.to_json() for press in running.wait_presses(1)]
    health, broken = running.health(), running.broken_promises()
    running.box.stop()
    running.box.join(5)
    chip.set(PINS[1], False)
    tell("dropped", single=single, presses=presses, health=health, broken=broken)


def replaced(chip: Chip) -> None:
    """Three edges on one line and one on another, all before the kernel's own threads can run."""
    lines = KernelFactory(None, SPEC.buttons, SPEC.lamps)
    ordinary = os.sched_getscheduler(0)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))  # theirs is 50, and there is one processor
    try:
        edges = []
        for number in range(3):
            edges.append(chip.set(PINS[0], True))
            if number == 1:
                single = chip.set(PINS[1], True)
            if number < 2:
                chip.set(PINS[0], False)
    finally:
        os.sched_setscheduler(0, ordinary, os.sched_param(0))
    lines.wait(1.0)
    fetched = [[edge.line, edge.time_ns, edge.earliest_ns] for edge in map(lines.settle, lines.fetch())]
    overflows = lines.overflows
    lines.close()
    for line in PINS[:2]:
        chip.set(line, False)
    tell("replaced", edges=edges, single=single, fetched=fetched, overflows=overflows)


def spikes(chip: Chip) -> None:
    """Short ones, never longer than 1 ms; then a bouncing press, a bouncing release and another press."""
    lengths = []
    with desk() as running:
        for _ in range(200):
            before_ns, _ = chip.set(PINS[2], True)
            while time.monotonic_ns() < before_ns + 0.5 * MS:
                continue
            _, after_ns = chip.set(PINS[2], False)
            time.sleep(REST_S)
            if after_ns - before_ns < MS:
                lengths.append(after_ns - before_ns)
            elif running.presses():
                running.posted.clear()  # the guest was held up: that was no spike
            if len(lengths) == 20:
                break
        of_spikes = len(running.presses())
        health = running.health()
        first = chip.set(PINS[3], True)
        _chatter(chip, PINS[3], 15 * MS)
        time.sleep(0.05)
        chip.set(PINS[3], False)
        _chatter(chip, PINS[3], 8 * MS)
        chip.set(PINS[3], False)
        time.sleep(0.05)
        second = chip.set(PINS[3], True)
        time.sleep(0.05)
        chip.set(PINS[3], False)
        bounced = [press.to_json() for press in running.presses()][of_spikes:]
    tell("spikes", lengths=lengths, presses=of_spikes, health=health, bounced=[first, second, bounced])


def _chatter(chip: Chip, line: int, length_ns: int) -> None:
    """Opens and closes the contact about every 0.4 ms; it is closed afterwards."""
    end_ns = time.monotonic_ns() + length_ns
    down = True
    while time.monotonic_ns() < end_ns or not down:
        pause_ns = time.monotonic_ns() + 400_000
        while time.monotonic_ns() < pause_ns:
            continue
        down = not down
        chip.set(line, down)


def service(chip: Chip) -> None:
    """The whole timing core: foul, verdict, lamps, and what it says when the pins are taken."""
    lamps = [int(lamp) for _, lamp in DEFAULT_PINS[:5]]
    folder = Path(tempfile.mkdtemp())
    with running_service(folder / "s", "--boxes", "gpio:") as running:
        client = StreamClient(running.path)
        boxes = client.expect_boxes(lambda boxes: boxes[0]["state"] == "up")
        open_ns = client.arm_and_open("a1", open_in_ms=300, seats=(1, 2, 3, 4, 5))
        chip.set(PINS[4], True)
        foul = client.expect("foul")
        chip.set(PINS[4], False)
        while time.monotonic_ns() < open_ns:
            time.sleep(0.001)
        truth = [chip.set(PINS[3], True), chip.set(PINS[1], True)]
        verdict = client.expect("verdict")
        # On a slow machine the verdict is final before the second press is known; that one follows by itself.
        known = any(press["status"] == "after" for press in verdict["presses"])
        late = None if known else client.expect("late_press")["press"]
        chip.set(PINS[3], False)
        chip.set(PINS[1], False)
        wait_for(lambda: chip.lamp(lamps[3]), "the winner's lamp")
        winner_lamps = [chip.lamp(line) for line in lamps]
        client.send("lamps", lit=[2, 5])
        wait_for(lambda: chip.lamp(lamps[1]), "a lamp that was asked for")
        asked_lamps = [chip.lamp(line) for line in lamps]
        client.send("lamp_test")
        wait_for(lambda: all(chip.lamp(line) for line in lamps), "lamp test")
        second = _refused(folder, "gpio:")
        client.close()
    wait_for(lambda: not any(chip.lamp(line) for line in lamps), "lamps off at the end")
    tell(
        "service",
        ready=running.ready,
        boxes=boxes,
        foul=foul,
        verdict=verdict,
        late=late,
        truth=truth,
        lamps=[winner_lamps, asked_lamps],
        refused={
            "taken": second,
            "label": _refused(folder, "gpio:chip=pinctrl-rp1"),
            "path": _refused(folder, f"gpio:chip={folder}"),
            "pin": _refused(folder, "gpio:buttons=BOARD1"),
        },
    )


def _refused(folder: Path, boxes: str) -> list[Any]:
    command = [sys.executable, "-m", "buzzers.service", "--socket", str(folder / "other"), "--boxes", boxes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return [done.returncode, done.stderr.splitlines()]


def main() -> int:
    sys.setswitchinterval(1e-4)  # as the service does
    chip = Chip()
    scenes: list[Callable[[Chip], None]] = [stamps, order, burst, dropped, replaced, spikes, service]
    status = 0
    for scene in scenes:
        try:
            scene(chip)
        except Exception:  # told to the host, which fails; the other scenes are worth knowing all the same
            status = 1
            tell(scene.__name__, error=traceback.format_exc())
    tell("threads", left=[thread.name for thread in threading.enumerate()])
    return status


if __name__ == "__main__":
    sys.exit(main())
