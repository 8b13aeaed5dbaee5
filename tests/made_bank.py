"""The sample bank, taken in once and put into each test's fresh data folder: importing it anew for every show takes a second."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from question_bank import samples
from question_bank.bank import Bank

CODE = samples.FOLDER.parent


def put_into(data: Path) -> None:
    """Give a data folder without a bank the sample bank, as its first start would."""
    if (data / "bank.db").exists():
        return
    kept = Path(tempfile.gettempdir()) / f"firstpress-tests-{os.getuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    made = kept / f"bank-{_version()}"
    with (kept / "lock-bank").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half = Path(tempfile.mkdtemp(dir=kept))
            with Bank(half / "bank.db") as bank:
                samples.load(bank)
            half.rename(made)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(made, data, dirs_exist_ok=True)


def _version() -> str:
    """Of the samples and of all that takes them in."""
    found = hashlib.sha256()
    for path in sorted([*CODE.rglob("*.py"), *samples.paths()]):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]
