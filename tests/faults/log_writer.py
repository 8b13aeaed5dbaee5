"""Writes a log on a disk that goes wrong now and then, and notes in FOLDER/acks what was acknowledged: for test_power_cut.

Run as: python -m tests.faults.log_writer FOLDER CONTROL SEED APPENDS
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

from server.event_log import EventLog, LogFailed

TROUBLES = (
    "enospc",
    "enospc 0 journal",
    "enospc 0 -wal",
    "eio-write 0 journal",
    "eio-write 0 -wal",
    "eio-fsync",
    "eio-fsync 0 journal",
    "eio-fsync 0 -wal",
    "erofs",
    "short-write 0 contest",
)


def main(folder: Path, control: Path, seed: int, appends: int) -> None:
    chance = Random(seed)
    acks = os.open(folder / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    log = EventLog(folder / "contest.db")
    paper = [(f"q{number}", "x" * 300) for number in range(20)]
    for number in range(appends):
        if trouble := chance.random() < 0.15 and chance.choice(TROUBLES):
            control.write_text(trouble)
        events = [
            (number, "wall", "event", "{" + "ä" * chance.choice((5, 90, 4000)) + f"{number}-{part}" + "}")
            for part in range(chance.choice((1, 1, 1, 3)))
        ]
        command = f"command-{number}" if chance.random() < 0.8 else None
        try:
            log.append(events, command, paper if not log.last_seq else ())
            # One write, so that the record of the run has it whole or not at all.
            os.write(acks, f"{log.last_seq} {log.head} {command or '-'}\n".encode())
        except LogFailed:
            if chance.random() < 0.3:
                log.recover()  # in vain, mostly
        if trouble:
            control.write_text("")
        if chance.random() < 0.05:
            log.close()
            log = EventLog(folder / "contest.db")
    log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
