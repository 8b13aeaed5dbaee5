"""What is noted of damaged files that were put aside: by whoever mends, until it was acknowledged, and never in the way."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from server.event_log import EventLog
from server.log.disk_watch import DiskWatch
from server.log.file import put_aside
from server.log.journal import journal_path
from server.log.notes import forget, note, noted, notes_path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "contest.db"
    with contextlib.closing(EventLog(path)) as made:
        for number in range(40):
            made.append([(number, "wall", "event", '{"text": "抢答"}')], f"id-{number}")
    return path


def damage(path: Path, at: int = 60) -> None:
    with journal_path(path).open("r+b") as file:
        file.seek(at)
        file.write(b"#" * 9)


def mended(path: Path) -> str:
    """The detail of the notice of a show that is started now, "" for none."""
    with contextlib.closing(EventLog(path, come_up=True)) as opened:
        alarm = DiskWatch(opened).alarm()
    return alarm["detail"] if alarm else ""


def test_it_is_told_at_every_start_until_it_was_read(log: Path) -> None:
    assert mended(log) == "" and not notes_path(log).exists()
    damage(log)
    first = mended(log)
    assert first.startswith("contest.journal.damaged") and mended(log) == first
    with contextlib.closing(EventLog(log)) as opened:
        watch = DiskWatch(opened)
        watch.acknowledge()
        assert watch.alarm() is None
        assert noted(log) == [first], "the event loop that asks waits for no disk"
        watch.once()
        assert not notes_path(log).exists()
    assert mended(log) == ""


def test_what_comes_after_the_acknowledgement_is_told_again(log: Path) -> None:
    damage(log)
    first = mended(log)
    damage(log, 200)
    both = mended(log)
    assert both.startswith(f"{first}, contest.journal.")
    with contextlib.closing(EventLog(log)) as opened:
        watch = DiskWatch(opened)
        watch.acknowledge()
        note(log, ["contest.db.damaged-later"])
        watch.once()
    assert noted(log) == ["contest.db.damaged-later"] and mended(log) == "contest.db.damaged-later"


def test_a_line_torn_by_a_power_cut_is_no_damage(log: Path) -> None:
    """The journal is synced first: what the database lacks was never acknowledged, and half a line of it is no news."""
    whole = journal_path(log).read_bytes()
    with journal_path(log).open("ab") as file:
        file.write(whole.splitlines(keepends=True)[-1][:40])
    assert mended(log) == ""
    assert any("torn" in one.name for one in log.parent.iterdir())


def test_lines_amid_the_journal_are_damage(log: Path) -> None:
    damage(log, journal_path(log).stat().st_size // 2)
    assert mended(log).startswith("contest.journal.torn")


def test_a_new_contest_begins_without_notes(log: Path) -> None:
    damage(log)
    assert mended(log)
    put_aside(log)
    assert mended(log) == ""


def test_notes_that_cannot_be_kept_do_not_stop_the_mending(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes_path(log).mkdir()
    damage(log)
    assert mended(log).startswith("contest.journal.damaged"), "told at least while this process runs"
    assert "console cannot be told" in capsys.readouterr().err
    assert mended(log) == ""


def test_one_name_is_noted_once_and_others_stay(log: Path) -> None:
    note(log, ["a", "b"])
    note(log, ["b", "c"])
    note(log, [])
    assert noted(log) == ["a", "b", "c"]
    forget(log, {"b", "never"})
    assert noted(log) == ["a", "c"]
    forget(log, {"a", "c"})
    forget(log, {"a"})
    assert noted(log) == [] and list(log.parent.glob("*.mended*")) == []
