"""Compiled sources for the processes under test, where Python is told to keep none beside them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep_apart() -> None:
    """For this process's children: with PYTHONDONTWRITEBYTECODE each of several hundred would compile all of its modules anew.

    The sources' folders stay as clean as was asked for; without that variable nothing is changed.
    """
    if not os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        return
    apart = Path(tempfile.gettempdir()) / f"firstpress-tests-{os.getuid()}"
    apart.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(apart / "bytecode"))
