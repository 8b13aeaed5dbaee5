"""Boots the guest and reads back what it found: one JSON object a line on its second serial port."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.gpio_kernel.kernel import BUILD, Kernel

LIMIT_S = 240
# KVM is not asked for: it is not there on every machine that runs this, and the guest must be the same everywhere.
MACHINE = [
    "-accel",
    "tcg",
    "-cpu",
    "max",
    "-smp",
    "1",
    "-m",
    "1024",
    "-nographic",
    "-no-reboot",
    "-nodefaults",
]


def boot(kernel: Kernel) -> dict[str, Any]:
    """What the guest found, by name; "exit": status of its program. Raises RuntimeError if it did not end."""
    console, results = BUILD / "console.txt", BUILD / "results.txt"
    for path in (console, results):
        path.unlink(missing_ok=True)
    share = "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
    command = [
        "qemu-system-x86_64",
        *MACHINE,
        *("-kernel", str(kernel.image), "-initrd", str(kernel.initramfs)),
        *("-append", "console=ttyS0 panic=-1 quiet"),
        *("-serial", f"file:{console}", "-serial", f"file:{results}", "-virtfs", share),
    ]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        trouble = ended.stderr.strip()
    except subprocess.TimeoutExpired:
        trouble = f"not done within {LIMIT_S} s"
    found: dict[str, Any] = {}
    for line in _text(results).splitlines():
        if line.startswith("{"):
            found |= json.loads(line)
    if "exit" not in found:
        last = _text(console)[-2000:]
        raise RuntimeError(
            f"the guest did not end as it should: {trouble}\nconsole: {last}\n{_text(results)}"
        )
    found["said"] = _text(console)
    return found


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
