"""Debian's kernel with gpio-sim: fetches the packages, builds the module they lack, packs an initramfs to boot into.

Nothing is installed: the packages are unpacked into build/gpio-kernel, which may be deleted at any time.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "gpio-kernel"
SOURCES = ("drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c")
# What the guest needs to see the host's files and to make chips; what these depend on is read from them.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "configfs")
SIM = "gpio_sim_here"


class CannotPrepare(Exception):
    """What is missing: one line."""


@dataclass(frozen=True, slots=True)
class Kernel:
    image: Path
    initramfs: Path


def prepare() -> Kernel:
    """The kernel to boot, made if it is not there. Raises CannotPrepare."""
    kernel = Kernel(BUILD / "vmlinuz", BUILD / "initramfs.gz")
    modules = BUILD / "modules"
    complete = BUILD / "complete"
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if not complete.exists() or complete.read_text(encoding="ascii") != recipe:
        if platform.machine() != "x86_64" or shutil.which("apt-get") is None:
            raise CannotPrepare(
                "gpio-kernel: the guest runs this machine's programs: it needs Debian on x86-64"
            )
        shutil.rmtree(BUILD, ignore_errors=True)
        BUILD.mkdir(parents=True)
        _make(kernel.image, modules)
        complete.write_text(recipe, encoding="ascii")
    _pack(modules, kernel.initramfs)
    return kernel


def _make(image: Path, modules: Path) -> None:
    packages = BUILD / "packages"
    version = _kernel_version()
    names = _download(packages, version)
    tree = BUILD / "headers"
    for name in names["headers"]:
        _unpack(name, tree, lambda path: True)
    _unpack(names["busybox"][0], BUILD / "busybox", lambda path: path.endswith("/bin/busybox"))
    _unpack(names["image"][0], BUILD / "image", lambda path: path.endswith((f"vmlinuz-{version}", ".ko")))
    shutil.move(BUILD / "image" / "boot" / f"vmlinuz-{version}", image)
    _unpack_sources(names["source"][0], BUILD / "sim")
    modules.mkdir()
    _build_sim(tree / "usr" / "src" / f"linux-headers-{version}", BUILD / "sim")
    shutil.copy(BUILD / "sim" / f"{SIM}.ko", modules)
    _copy_modules(BUILD / "image" / "lib" / "modules" / version, modules)
    for folder in (packages, tree, BUILD / "image"):
        shutil.rmtree(folder)


def _run(command: list[str], folder: Path, what: str) -> str:
    """Its output. Raises CannotPrepare, with the last line that it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise CannotPrepare(
            f"gpio-kernel: {what} (status {done.returncode}: {said[-1] if said else 'silent'})"
        )
    return done.stdout


def _kernel_version() -> str:
    """The version of Debian's present kernel, such as 6.1.0-56-amd64, without suffixes."""
    if os.geteuid() == 0:
        _run(["apt-get", "update", "-qq"], BUILD, "the package lists cannot be fetched: is there a network?")
    shown = _run(["apt-cache", "depends", "linux-image-amd64"], BUILD, "apt knows no linux-image-amd64")
    found = re.search(r"Depends: linux-image-(\d\S+-amd64)\b", shown)
    if found is None:
        raise CannotPrepare("gpio-kernel: linux-image-amd64 names no kernel; run: sudo apt-get update")
    return found[1]


def _download(folder: Path, version: str) -> dict[str, list[Path]]:
    """The packages by what they are for."""
    folder.mkdir()
    series = ".".join(version.split(".")[:2])
    common = version.removesuffix("-amd64") + "-common"
    wanted = {
        "image": [f"linux-image-{version}"],
        "headers": [f"linux-headers-{version}", f"linux-headers-{common}", f"linux-kbuild-{series}"],
        "source": [f"linux-source-{series}"],
        "busybox": ["busybox-static"],
    }
    names = [name for group in wanted.values() for name in group]
    print(f"firstpress: fetching {', '.join(names)} (250 MB, once)", file=sys.stderr, flush=True)
    _run(["apt-get", "download", "-qq", *names], folder, f"apt-get cannot download {' '.join(names)}")
    return {use: [next(folder.glob(f"{name}_*.deb")) for name in group] for use, group in wanted.items()}


@contextmanager
def _content(package: Path) -> Iterator[IO[bytes]]:
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout
        process.kill()  # the rest of it is not needed


def _unpack(package: Path, target: Path, wanted: Callable[[str], bool]) -> None:
    with _content(package) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            if wanted(member.name):
                archive.extract(member, target, filter="tar")


def _unpack_sources(package: Path, target: Path) -> None:
    """The few files out of the archive inside the package, which is 1.3 GB unpacked."""
    target.mkdir()
    left = set(SOURCES)
    with _content(package) as stream, tarfile.open(fileobj=stream, mode="r|") as outer:
        inner = next(member for member in outer if member.name.endswith(".tar.xz"))
        with tarfile.open(fileobj=outer.extractfile(inner), mode="r|xz") as archive:
            for member in archive:
                path = member.name.partition("/")[2]
                content = archive.extractfile(member) if path in left else None
                if content is not None:
                    (target / Path(path).name).write_bytes(content.read())
                    left.remove(path)
                if not left:
                    return
    raise CannotPrepare(f"gpio-kernel: {package.name} has no {', '.join(sorted(left))}")


def _build_sim(headers: Path, folder: Path) -> None:
    """gpio-sim and the simulated interrupts it needs, neither of which Debian builds, as one module."""
    source = folder / "irq_sim.c"
    text = source.read_text(encoding="utf-8")
    inside, outside = "handle_simple_irq(irq_to_desc(irqnum))", "generic_handle_irq_safe(irqnum)"
    if inside not in text and outside not in text:
        raise CannotPrepare("gpio-kernel: irq_sim.c is not the one that is known here")
    source.write_text(text.replace(inside, outside), encoding="utf-8")  # irq_to_desc is not for modules
    (folder / "Kbuild").write_text(f"obj-m := {SIM}.o\n{SIM}-y := gpio-sim.o irq_sim.o\n", encoding="utf-8")
    # The package's own Makefile names the place where it would be installed.
    common = headers.parent / (headers.name.removesuffix("-amd64") + "-common")
    (headers / "Makefile").write_text(f"include {common}/Makefile\n", encoding="utf-8")
    _run(["make", "-C", str(headers), f"M={folder}", "CC=gcc", "modules"], folder, "gpio-sim does not build")


def _copy_modules(tree: Path, target: Path) -> None:
    """Copies `MODULES` and all they depend on."""
    there = {path.stem.replace("-", "_"): path for path in tree.rglob("*.ko")}
    left = [*MODULES, *_depends(target / f"{SIM}.ko")]
    while left:
        name = left.pop()
        if name not in there:
            raise CannotPrepare(f"gpio-kernel: this kernel has no module {name}")
        if not (target / f"{name}.ko").exists():
            shutil.copy(there[name], target / f"{name}.ko")
            left += _depends(there[name])


def _depends(module: Path) -> list[str]:
    found = re.search(rb"\0depends=([^\0]*)\0", module.read_bytes())
    return [name.replace("-", "_") for name in found[1].decode().split(",") if name] if found else []


def _in_order(modules: Path) -> list[str]:
    """Names of the modules, each after those it depends on."""
    ordered: list[str] = []

    def add(name: str) -> None:
        for needed in _depends(modules / f"{name}.ko"):
            add(needed)
        if name not in ordered:
            ordered.append(name)

    for path in sorted(modules.glob("*.ko")):
        add(path.stem)
    return ordered


INIT = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc none /proc; $b mount -t sysfs none /sys; $b mount -t devtmpfs none /dev
for module in {modules}; do $b insmod /modules/$module.ko || echo "no $module"; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host
$b mount -t proc none /host/proc; $b mount -t sysfs none /host/sys; $b mount -t devtmpfs none /host/dev
$b mkdir -p /host/dev/shm; $b mount -t tmpfs none /host/dev/shm
$b mount -t configfs none /host/sys/kernel/config
$b stty -F /dev/ttyS1 raw
$b chroot /host /bin/sh -c 'cd {root} && exec env -i HOME=/dev/shm TMPDIR=/dev/shm PATH=/usr/bin:/bin \\
PYTHONDONTWRITEBYTECODE=1 {python} -m tests.gpio_kernel.guest >/dev/ttyS1'
echo "{{\\"exit\\": $?}}" >/dev/ttyS1
$b sync; $b poweroff -f
"""


def _pack(modules: Path, target: Path) -> None:
    """The initramfs: busybox, the modules, and an init that runs `guest` by this very Python."""
    busybox = next((BUILD / "busybox").rglob("bin/busybox"))
    init = INIT.format(modules=" ".join(_in_order(modules)), root=ROOT, python=sys.executable)
    entries: list[tuple[str, int, bytes]] = [
        (name, 0o040755, b"") for name in ("bin", "proc", "sys", "dev", "host", "modules")
    ]
    entries += [("init", 0o100755, init.encode()), ("bin/busybox", 0o100755, busybox.read_bytes())]
    entries += [(f"modules/{path.name}", 0o100644, path.read_bytes()) for path in modules.glob("*.ko")]
    with gzip.open(target, "wb", compresslevel=1) as archive:
        for number, entry in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
            archive.write(_cpio(number, *entry))


def _cpio(inode: int, name: str, mode: int, content: bytes) -> bytes:
    """One entry of a cpio archive in the "newc" format."""
    path = name.encode() + b"\0"
    numbers = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + path
    return head + b"\0" * (-len(head) % 4) + content + b"\0" * (-len(content) % 4)
