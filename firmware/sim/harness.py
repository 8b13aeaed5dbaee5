"""Runs the firmware in the simulator, for tests and demonstrations: press buttons, and know when it truly was.

    with SimulatedBox() as box:
        serial_port = box.port
        truth = box.press({2: 0, 4: 800}, hold_ms=150, bounce=True)
        truth[4].cycle - truth[2].cycle        # 12800 (within the length of one instruction)

    with SimulatedBoxes(3, links="ftdi:1", ppm=(-2000, 0, 150), wire=True) as boxes:
        serial_ports = boxes.ports
        truth = boxes.press({(0, 2): 0, (1, 5): 3.5})
        truth[1, 5].time_ns - truth[0, 2].time_ns      # 3500

Inputs are numbered 0..5, as in the protocol, boxes from 0. Builds what is missing with make.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from firmware.sim.process import (
    CHIP_HZ,
    CYCLES_PER_TICK,
    Edge,
    Line,
    Simulator,
    SimulatorError,
    build,
    edge_of,
    press_item,
)

__all__ = [
    "CHIP_HZ",
    "CYCLES_PER_TICK",
    "Edge",
    "Line",
    "SimulatedBox",
    "SimulatedBoxes",
    "SimulatorError",
    "build",
]


class SimulatedBox(Simulator):
    """One box in a process of its own, from ``with`` to its end.

    ``eeprom``: file that keeps the box's id over runs (default: a new id each time). ``ppm``: how much faster than
    nominal its crystal is. ``transport``: what lies between it and the host: "direct", "usb", "ch340" or
    "ftdi:MS" with its latency timer. ``usb_frame_us``: the same as "usb" with frames of that length (1000).
    ``seed``: makes a new id repeatable. ``elf``: another firmware. ``worn_eeprom``: its EEPROM keeps nothing.
    """

    def __init__(
        self,
        *,
        eeprom: Path | None = None,
        link: Path | None = None,
        ppm: float = 0.0,
        usb_frame_us: int = 0,
        transport: str | None = None,
        seed: int | None = None,
        elf: Path | None = None,
        worn_eeprom: bool = False,
    ) -> None:
        options = ["--ppm", repr(ppm), "--usb-frame-us", str(usb_frame_us)]
        for name, value in (
            ("--eeprom", eeprom),
            ("--link", link),
            ("--transport", transport),
            ("--seed", seed),
        ):
            if value is not None:
                options += [name, str(value)]
        if worn_eeprom:
            options.append("--worn-eeprom")
        super().__init__(1, options, elf)

    @property
    def port(self) -> str:
        """The serial port, "" before the start."""
        return self.ports[0] if self.ports else ""

    def lamps(self) -> list[tuple[int, int]]:
        """(mask, cycle) of every change of the lamps so far."""
        return [(line["mask"], line["cycle"]) for line in self.truth if line["type"] == "lamps"]

    def lamps_now(self) -> int:
        """The mask that the lamps show."""
        return next((mask for mask, _ in reversed(self.lamps())), 0)

    def ticks(self, cycle: int) -> float:
        """Box time at ``cycle`` in ticks with fractions, by the last start of its clock before."""
        return self._ticks(0, cycle)

    def press(
        self,
        offsets_us: Mapping[int, float],
        *,
        hold_ms: float = 120,
        bounce: bool | int = False,
        bounce_ms: float | None = None,
    ) -> dict[int, Edge]:
        """Press each input at its offset (µs) from one moment some 2 ms ahead, hold it, release it.

        ``bounce``: a seed, or True, lets the contacts chatter, for ``bounce_ms`` or a random few ms. Returns, once
        all have happened, the first edge of each; the releases follow on their own.
        """
        return self.press_soon(offsets_us, hold_ms=hold_ms, bounce=bounce, bounce_ms=bounce_ms)()

    def press_soon(
        self,
        offsets_us: Mapping[int, float],
        *,
        hold_ms: float = 120,
        bounce: bool | int = False,
        bounce_ms: float | None = None,
    ) -> Callable[[], dict[int, Edge]]:
        """Like `press`, but at once back: what it returns waits for the edges and hands them out."""
        batch = self._play(
            [
                press_item(
                    button, offset_us, hold_ms, (int(bounce) * 1009 + number) if bounce else 0, bounce_ms
                )
                for number, (button, offset_us) in enumerate(offsets_us.items())
            ]
        )
        return lambda: {button: self._first_edge(batch, 0, button) for button in offsets_us}

    def edges(self, steps: Sequence[tuple[int, bool, float]]) -> list[Edge]:
        """Play edges (input, down, offset in µs) relative to one moment; returns them when all have happened."""
        batch = self._play([f"edge {button} {int(down)} +{us:.4f}" for button, down, us in steps])
        span_us = max((us for _, _, us in steps), default=0)
        return [edge_of(line) for line in self._played_edges(batch, {0} if steps else set(), span_us)]

    def reset(self, cause: str = "external") -> Line:
        """Reset the chip: "external", "power" or "watchdog". Returns the report when its clock runs again."""
        seen = len(self.truth)
        self._play([f"reset {cause}"])
        return self.wait_for(lambda line: line["type"] == "timer", since=seen)


class SimulatedBoxes(Simulator):
    """Several boxes in one process; with ``wire`` they share a sync wire, exact to an instruction.

    ``links``, ``ppm``: one for all, or one for each box; see `SimulatedBox`. ``eeprom``: one file for each.
    ``wander``: ppm and seconds of a swing of all the crystals. ``seed``: makes ids and phases of the USB frames
    repeatable. ``realtime``: ask for real-time priority; the report "ready" says whether it was given.
    """

    def __init__(
        self,
        count: int,
        *,
        links: str | Sequence[str] = "direct",
        ppm: float | Sequence[float] = 0.0,
        wire: bool = False,
        eeprom: Sequence[Path] | None = None,
        wander: tuple[float, float] | None = None,
        seed: int | None = None,
        realtime: bool = False,
    ) -> None:
        self.ppm = tuple(ppm) if isinstance(ppm, Sequence) else (ppm,) * count
        transports = (links,) * count if isinstance(links, str) else tuple(links)
        for name, values in (("ppm", self.ppm), ("links", transports), ("eeprom", eeprom)):
            if values is not None and len(values) != count:
                raise ValueError(f"{name}: {len(values)} values for {count} boxes")
        self._wander = wander
        options = ["--ppm", ",".join(map(repr, self.ppm)), "--transport", ",".join(transports)]
        if eeprom is not None:
            options += ["--eeprom", ",".join(map(str, eeprom))]
        if wander is not None:
            options += ["--ppm-wander", f"{wander[0]!r}:{wander[1]!r}"]
        if seed is not None:
            options += ["--seed", str(seed)]
        options += [flag for flag, wanted in (("--wire", wire), ("--realtime", realtime)) if wanted]
        super().__init__(count, options)

    def ticks(self, box: int, cycle: int) -> float:
        """Time of this box at a cycle of its chip in ticks with fractions, by the last start of its clock before."""
        return self._ticks(box, cycle)

    def ticks_at(self, box: int, time_ns: int) -> float:
        """Time of this box at a host time, in ticks: what a perfect stamp would say."""
        passed_ns = time_ns - self._of_box(box, "ready")["ns"]
        if self._wander is not None:
            ppm, period_s = self._wander
            turns = passed_ns / (period_s * 1e9)
            passed_ns += ppm * 1e-6 * period_s * 1e9 / math.tau * (1 - math.cos(math.tau * turns))
        cycle = passed_ns * CHIP_HZ * 1e-9 * (1 + self.ppm[box] * 1e-6)
        return self._ticks(box, cycle)

    def press(
        self,
        offsets_us: Mapping[tuple[int, int], float],
        *,
        hold_ms: float = 120,
        bounce: bool | int = False,
        bounce_ms: float | None = None,
    ) -> dict[tuple[int, int], Edge]:
        """Press each (box, input) at its offset (µs) from one instant, the same for all boxes, some 2 ms ahead.

        Otherwise as `SimulatedBox.press`.
        """
        items = []
        for number, ((box, button), offset_us) in enumerate(offsets_us.items()):
            seed = (int(bounce) * 1009 + number) if bounce else 0
            items += [f"box {box}", press_item(button, offset_us, hold_ms, seed, bounce_ms)]
        batch = self._play(items)
        return {(box, button): self._first_edge(batch, box, button) for box, button in offsets_us}

    def edges(self, steps: Sequence[tuple[int, int, bool, float]]) -> dict[int, list[Edge]]:
        """Play edges (box, input, down, offset in µs); returns those of each box when all have happened."""
        batch = self._play(
            [
                item
                for box, button, down, us in steps
                for item in (f"box {box}", f"edge {button} {int(down)} +{us:.4f}")
            ]
        )
        boxes = {box for box, _, _, _ in steps}
        lines = self._played_edges(batch, boxes, max((us for *_, us in steps), default=0))
        return {box: [edge_of(line) for line in lines if line["box"] == box] for box in boxes}
