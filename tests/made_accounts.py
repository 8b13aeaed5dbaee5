"""Passphrases made once and put into each test's fresh data folder: hashing them anew for every show takes seconds."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from pathlib import Path

from server.sign_in.auth import SCRYPT, Auth
from server.sign_in.store import FILE

JUDGES = 5  # of the preset that a show has by default; for more, and for seats, the show makes its own


def put_into(data: Path) -> dict[str, str]:
    """Give a data folder without accounts those of host, operator and five judges.

    Returns account → passphrase; {} where there are accounts already.
    """
    if (data / FILE).exists():
        return {}
    kept = Path(tempfile.gettempdir()) / f"firstpress-tests-{os.getuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    cost = hashlib.sha256(json.dumps([SCRYPT, JUDGES]).encode()).hexdigest()[:12]
    made, passphrases = kept / f"auth-{cost}.json", kept / f"passphrases-{cost}.json"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not passphrases.exists():
            with tempfile.TemporaryDirectory() as folder:
                printed = Auth.fresh(Path(folder)).make_missing(JUDGES)
                made.write_bytes((Path(folder) / FILE).read_bytes())
            passphrases.write_text(json.dumps(printed))
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = data / FILE
    target.touch(mode=0o600)
    target.write_bytes(made.read_bytes())
    found: dict[str, str] = json.loads(passphrases.read_text())
    return found
