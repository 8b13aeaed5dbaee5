"""A stub of the stage and an audience process that it feeds: one pair for the tests of a file, which begins anew for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import until

from .phones import Process, Stub


@pytest.fixture(scope="module")
def shared_stub() -> Iterator[Stub]:
    with tempfile.TemporaryDirectory(prefix="fp-") as folder:  # a Unix socket's path is short
        stub = Stub(Path(folder) / "feed.sock")
        yield stub
        stub.close()


@pytest.fixture(scope="module")
def shared_process(shared_stub: Stub) -> Iterator[Process]:
    with Process("--feed", str(shared_stub.path)) as process:
        yield process


@pytest.fixture
def process(shared_stub: Stub, shared_process: Process) -> Process:
    until(lambda: shared_process.health()["connections"] == 0, "the phones of the test before have gone")
    shared_stub.begin_anew()
    return shared_process


@pytest.fixture
def stub(shared_stub: Stub, process: Process) -> Stub:
    return shared_stub


@pytest.fixture
def own_stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stub]:
    """One for a process that a test starts for itself."""
    with tempfile.TemporaryDirectory(prefix="fp-") as folder:
        stub = Stub(Path(folder) / "feed.sock")
        yield stub
        stub.close()
