"""What runs on other machines in a show must not take this one's processors from what is measured."""

from __future__ import annotations

from pathlib import Path

STEP_BACK = ("nice", "-n", "10")  # before the command


def stepping_back(program: str, folder: Path) -> str:
    """A program in `folder` that is `program`, but gives way to everything else."""
    path = folder / f"nice-{Path(program).name}"
    path.write_text(f'#!/bin/sh\nexec {" ".join(STEP_BACK)} {program} "$@"\n')
    path.chmod(0o755)
    return str(path)
