"""Builds the layer that makes a disk fail, and gives a program to it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "layer" / "fault_layer.c"


def built() -> Path:
    """The layer as a shared object, made once for each state of its source."""
    name = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"firstpress-layer-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    made = folder / f"{name}.so"
    with (folder / "lock").open("w") as lock:  # several workers may want it at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half = made.with_suffix(".half")
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", half, SOURCE, "-ldl"],
                check=True,
            )
            half.rename(made)
    return made


@dataclass(frozen=True)
class BadDisk:
    """The disk under `root`. `beside`: another folder, for the control file and the record of the run."""

    root: Path
    beside: Path

    @property
    def control(self) -> Path:
        return self.beside / "control"

    @property
    def trace(self) -> Path:
        return self.beside / "trace"

    def environment(self, recorded: bool = False) -> dict[str, str]:
        """What a program must be started with."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.beside.mkdir(parents=True, exist_ok=True)
        found = {"LD_PRELOAD": str(built()), "FAULT_ROOT": str(self.root), "FAULT_CONTROL": str(self.control)}
        return found | ({"FAULT_TRACE": str(self.trace)} if recorded else {})

    def now(self, mode: str) -> None:
        """Fail so from now on; "" to be well again. Whoever reads the file finds the old text or the new."""
        half = self.beside / "control.half"
        half.write_text(mode)
        half.rename(self.control)
