"""The disk under a running show fails: a red alarm, no false acknowledgement, screens alive, and well again by itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from server.event_log import EventLog
from tests.faults.bad_disk import BadDisk
from tests.faults.power_cut import Disk, records
from tests.faults.test_log_copies import scribbled
from tests.live import Show, until

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
RED_WITHIN_S = 1.0 if FULL else 2.5  # the short form shares two cores with other tests
KINDS = {
    "enospc": "full",
    "enospc 0 -wal": "full",
    "enospc 0 journal": "full",
    "erofs": "readonly",
    "eio-write": "io",
    "eio-fsync": "io",
    "eio-fsync 0 journal": "io",
    "eio-fsync 0 -wal": "io",
    "eio-read": "io",
}
UNSEEN = {mode for mode in KINDS if mode.count(" ")}  # of a part of the log alone: found by the next command


class OnBadDisk:
    """A show whose data lies on a disk that fails as told."""

    def __init__(self, folder: Path) -> None:
        self.disk = BadDisk(folder / "data", folder / "beside")
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(os, "environ", {**os.environ, **self.disk.environment()})
        self.acknowledged: list[int] = []

    @contextlib.contextmanager
    def running(self) -> Iterator[Show]:
        """The show, from here to its end."""
        with Show(self.disk.root, "--audience-port", "0") as show:
            self.show = show
            self.token = show.token()
            yield show

    def alarm(self) -> Any:
        return self.show.get("/api/v1/views/host", self.token)["log"]["alarm"]

    def is_red(self) -> Any:
        alarm = self.alarm()
        return alarm if alarm and alarm["blocks"] else None

    def acknowledge(self) -> None:
        """A command that must be taken."""
        status, answer = self.show.command(self.token, "show", scene="lineup")
        assert status == 200, answer
        self.acknowledged.append(answer["revision"])

    def is_blocked(self) -> None:
        """A command is refused as not stored, and the screens are there."""
        before = self.show.get("/api/v1/views/projector")["revision"]
        status, answer = self.show.command(self.token, "show", scene="lineup")
        assert status == 409 and "磁盘" in answer["reason"]["zh"], answer
        assert self.show.get("/api/v1/views/projector")["revision"] == before
        assert self.show.get("/healthz")["status"] == "blocked"

    def is_well(self) -> None:
        until(lambda: self.is_red() is None, "the alarm ends by itself")
        assert self.show.get("/healthz")["log"]["state"] == "ok"
        self.acknowledge()

    def check(self) -> None:
        """All that was acknowledged is in the log, which holds together."""
        with contextlib.closing(EventLog(self.disk.root / "contest.db", readonly=True)) as log:
            rows = list(log.checked_rows())
        assert {row.seq for row in rows if row.type == "scene_shown"} == set(self.acknowledged)
        with contextlib.closing(EventLog(self.disk.root / "contest.db")) as log:
            assert log.mended == [], "both copies are alike at the end"

    def close(self) -> None:
        self._patch.undo()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[OnBadDisk]:
    there = OnBadDisk(tmp_path)
    yield there
    there.close()


def test_a_disk_that_fails_is_red_at_once_and_well_again_by_itself(there: OnBadDisk) -> None:
    with there.running() as show:
        there.acknowledge()
        stage = show.children()["server.stage_process"]
        for mode, kind in KINDS.items():
            there.disk.now(mode)
            began = time.monotonic()
            if mode in UNSEEN:
                assert show.command(there.token, "show", scene="lineup")[0] == 409, mode
            alarm = until(there.is_red, f"a red alarm: {mode}", RED_WITHIN_S)
            assert alarm["kind"] == kind and time.monotonic() - began < RED_WITHIN_S
            assert alarm["where"] == str(there.disk.root)
            if mode not in UNSEEN:
                there.is_blocked()
            there.disk.now("")
            there.is_well()
        assert show.children()["server.stage_process"] == stage, "nothing was restarted"
    there.check()


def test_files_that_are_damaged_under_the_show_are_written_anew(there: OnBadDisk) -> None:
    path = there.disk.root / "contest.db"
    journal = there.disk.root / "contest.journal"

    def scribble() -> None:
        # What lies in the write-ahead log would hide the damage.
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        scribbled(path, path.stat().st_size - 4096, 4096)

    def remove(*files: Path) -> None:
        for file in files:
            file.unlink()

    harms: dict[str, Callable[[], None]] = {
        "the last page of the database": scribble,
        "the journal's last line": lambda: scribbled(journal, journal.stat().st_size - 100, 50),
        "the journal is gone": lambda: remove(journal),
        "the database is gone": lambda: remove(path),
        "the folder is emptied": lambda: remove(*there.disk.root.glob("contest.*")),
    }
    with there.running() as show:
        there.acknowledge()
        stage = show.children()["server.stage_process"]
        for name, harm in harms.items():
            harm()
            began = time.monotonic()
            alarm = until(there.is_red, f"a red alarm: {name}", RED_WITHIN_S)
            assert alarm["kind"] in ("damaged", "gone", "io"), (name, alarm)
            assert time.monotonic() - began < RED_WITHIN_S, name
            there.is_well()
        assert show.children()["server.stage_process"] == stage
        alarm = there.alarm()
        assert alarm["kind"] == "mended" and "contest.db.damaged" in alarm["detail"]
        assert show.get("/healthz")["status"] == "ok"
    there.check()


@pytest.mark.parametrize("mode", ["erofs", "enospc"] if FULL else ["erofs"])
def test_a_show_comes_up_on_a_disk_that_takes_nothing(there: OnBadDisk, mode: str) -> None:
    with there.running():
        there.acknowledge()
    there.disk.now(mode)
    with there.running() as show:
        assert show.get("/api/v1/views/projector")["scene"] == {"name": "lineup"}, "the last good state"
        alarm = until(there.is_red, "a red alarm")
        assert alarm["kind"] == KINDS[mode]
        there.is_blocked()
        there.disk.now("")
        there.is_well()
    there.check()


def test_a_disk_that_takes_nothing_and_holds_no_contest_is_one_clear_line(there: OnBadDisk) -> None:
    there.disk.now("erofs")
    with pytest.raises(AssertionError, match="ended with 2") as ended, there.running():
        pass
    assert "Read-only file system" in str(ended.value) and "Traceback" not in str(ended.value)


@pytest.mark.skipif(not FULL, reason="the short form has it in test_log_copies.py, without a show")
def test_a_log_that_needs_hands_shows_its_last_good_state(there: OnBadDisk) -> None:
    with there.running():
        for _ in range(5):
            there.acknowledge()
    path = there.disk.root / "contest.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET body = '{}' WHERE seq = 7")
        connection.commit()
    (there.disk.root / "contest.journal").unlink()
    before = path.read_bytes()
    with there.running() as show:
        assert show.get("/api/v1/views/projector")["scene"] == {"name": "lineup"}
        assert until(there.is_red, "a red alarm")["kind"] == "damaged"
        there.is_blocked()
        assert any("row 7 (scene_shown) was changed" in line for line in show.printed)
    assert path.read_bytes() == before, "nothing was touched"


@pytest.mark.skipif(not FULL, reason="the short form has it in test_power_cut.py, without a show")
def test_the_whole_show_loses_nothing_when_the_power_fails(there: OnBadDisk, tmp_path: Path) -> None:
    chance = Random(5)
    os.environ["FAULT_TRACE"] = str(there.disk.trace)
    for turn in range(6):
        there.acknowledged.clear()
        with contextlib.suppress(FileNotFoundError):
            there.disk.trace.unlink()
        start = {one.name: one.read_bytes() for one in there.disk.root.glob("contest.*")}
        with there.running() as show:
            for _ in range(chance.randint(1, 12)):
                there.acknowledge()
            gone = list(show.children().values())
            show.process.kill()
            show.process.wait()
        until(partial(nobody, gone), "the end of all")
        disk = Disk(start)
        for record in records(there.disk.trace):
            disk.feed(record)
        found = {name: data for name, data in disk.cut(chance).items() if name.startswith("contest.")}
        for one in there.disk.root.glob("contest.*"):
            one.unlink()
        for name, data in found.items():
            (there.disk.root / name).write_bytes(data)
        shutil.copytree(there.disk.root, tmp_path / f"cut-{turn}")
        with there.running():
            there.acknowledge()
        with contextlib.closing(EventLog(there.disk.root / "contest.db", readonly=True)) as log:
            shown = {row.seq for row in log.checked_rows() if row.type == "scene_shown"}
        assert set(there.acknowledged) <= shown


def nobody(children: list[int]) -> bool:
    """Whether these processes have ended."""
    return not any(Path(f"/proc/{child}").exists() for child in children)
