"""The power fails at any point of a recorded run: whatever was acknowledged is in the log, in both copies, and once."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from server.event_log import EventLog
from server.log.journal import journal_path, reading_of
from tests.faults.bad_disk import BadDisk
from tests.faults.power_cut import Disk, Record, records
from tests.live import ROOT

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
RUNS = 12 if FULL else 2
CUTS = 150 if FULL else 30
APPENDS = 60


def recorded(tmp_path: Path, seed: int) -> list[Record]:
    """What a writer of the log asked of its disk."""
    disk = BadDisk(tmp_path / "data", tmp_path / "beside")
    environment = {**os.environ, **disk.environment(recorded=True), "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-m", "tests.faults.log_writer"]
    call += [str(disk.root), str(disk.control), str(seed), str(APPENDS)]
    subprocess.run(call, env=environment, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return list(records(disk.trace))


def laid_out(folder: Path, image: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in image.items():
        (folder / name).write_bytes(data)
    return folder / "contest.db"


def holds(path: Path, acks: list[list[str]]) -> None:
    """The log at `path` has each acknowledged row once, in the database and in its journal."""
    with contextlib.closing(EventLog(path)) as log:
        rows = list(log.checked_rows())
        for seq, head, command in acks:
            assert len(rows) >= int(seq) and rows[int(seq) - 1].hash == head, (
                f"row {seq} of {len(rows)} is lost"
            )
            assert command == "-" or log.revision_of(command) == int(seq)
        assert acks == [] or len(log.paper()) == 20
        commands = log.commands.between(0, len(rows))
        revisions = list(commands.values())
        assert len(set(revisions)) == len(revisions)
    journal = reading_of(journal_path(path).read_bytes())
    assert journal.content.rows == rows and journal.content.commands == commands
    assert not journal.lines or journal.lines[-1][1] == journal.size, "no line is torn"


@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_acknowledged_is_lost_when_the_power_fails(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    run = recorded(tmp_path, seed)
    assert sum(record.kind == "S" for record in run) > APPENDS, "every append waits for the disk"
    points = sorted(chance.sample(range(len(run)), min(CUTS, len(run))))
    disk, acks_seen, lost_anything = Disk({}), 0, 0
    for index, record in enumerate(run):
        disk.feed(record)
        if index not in points:
            continue
        acks = [line.split() for line in disk.written("acks").decode().splitlines()]
        acks_seen = len(acks)
        image = disk.cut(chance)
        image.pop("acks", None)
        lost_anything += image.get("contest.db-wal", b"") != disk.written("contest.db-wal")
        holds(laid_out(tmp_path / f"cut-{index}", image), acks)
    assert acks_seen > APPENDS // 2, "most appends are acknowledged, for all the trouble"
    assert lost_anything > CUTS // 5, "the cuts do take something away"
