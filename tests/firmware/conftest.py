"""Builds the firmware once a session and hands out boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from firmware.sim.harness import SimulatedBox, build
from tests.firmware.core import load
from tests.firmware.host import Host


@pytest.fixture(scope="session")
def core() -> ctypes.CDLL:
    """The firmware's core, compiled for this machine."""
    return load()


@pytest.fixture(scope="session")
def built() -> str:
    """Folder with the firmware and the simulator."""
    return str(build())


@pytest.fixture
def box(built: str) -> Iterator[SimulatedBox]:
    """A simulated box of its own."""
    with SimulatedBox() as simulated:
        yield simulated


@pytest.fixture
def host(box: SimulatedBox) -> Iterator[Host]:
    """A host on the box's line that has identified it."""
    with Host(box.port) as connected:
        connected.identify()
        yield connected
