"""The tables of debouncing, which the core passes on the host, played to the chip in the simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from buzzers.frames import KIND_PRESS, KIND_RELEASE, Event
from firmware.sim.harness import SimulatedBox
from tests.firmware.host import Host

LATEST_US = 7
TICK_US = 0.5
KINDS = {KIND_PRESS: "press", KIND_RELEASE: "release"}
TABLES: list[dict[str, Any]] = [
    table
    for table in json.loads(
        (Path(__file__).resolve().parent.parent / "vectors" / "debounce.json").read_text("utf-8")
    )["tables"]
    if not table.get("to_the_tick")
]


@pytest.fixture(scope="module")
def chip(built: str) -> Iterator[tuple[SimulatedBox, Host]]:
    """One box for all the tables: each leaves its buttons at rest."""
    with SimulatedBox() as box, Host(box.port) as host:
        host.identify()
        yield box, host


def edges_of(table: dict[str, Any]) -> list[tuple[int, bool, float]]:
    """The table's masks as edges of single inputs."""
    steps: list[tuple[int, bool, float]] = []
    before = 0
    for at_us, mask in [*table["steps"], (table["until_us"], 0)]:
        changed = mask ^ before
        steps += [(button, bool(mask >> button & 1), at_us) for button in range(6) if changed >> button & 1]
        before = mask
    return steps


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["name"])
def test_debounce_tables_on_the_chip(chip: tuple[SimulatedBox, Host], table: dict[str, Any]) -> None:
    box, host = chip
    seen, spikes = len(host.events), host.pong().spikes
    edges = box.edges(edges_of(table))
    zero_us = box.ticks(edges[0].cycle) * TICK_US - table["steps"][0][0]
    end_ticks = (zero_us + table["until_us"]) / TICK_US + 60_000
    host.until(lambda: (host.link.safe_tick or 0) > end_ticks)

    def order(event: Event) -> tuple[int, int]:
        return (event.tick, event.input) if table.get("order") == "any" else (event.seq, 0)

    wanted = table["events"]
    events = sorted(host.events[seen:], key=order)
    # What is still down at the table's end is released then, which the table does not tell of.
    assert all(event.kind == KIND_RELEASE for event in events[len(wanted) :])
    assert len(events) >= len(wanted)
    for event, (kind, button, first_us, confirm_us, *rest) in zip(events, wanted, strict=False):
        assert (KINDS[event.kind], event.input) == (kind, button)
        assert -TICK_US <= event.tick * TICK_US - zero_us - first_us <= LATEST_US
        assert abs(event.confirm_ticks * TICK_US - confirm_us) <= 4 * LATEST_US
        if rest:
            assert event.same_mask == rest[0]["same_mask"]
    assert host.pong().spikes - spikes == table.get("spikes", 0)
