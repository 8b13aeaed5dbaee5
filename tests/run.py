"""Runs the tests, or the named suites: prepares what they need, Debian packages included, and says so."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import bytecode

ROOT = Path(__file__).resolve().parent.parent

# Program or file that shows a package is there → the Debian package that brings it.
DEBIAN = {
    "/usr/bin/chromium": "chromium",
    "/usr/bin/avr-gcc": "gcc-avr",
    "/usr/lib/avr/include/avr/io.h": "avr-libc",
    "/usr/include/simavr/sim_avr.h": "libsimavr-dev",
    "/usr/include/libelf.h": "libelf-dev",
    "/usr/bin/make": "make",
    "/usr/bin/cc": "gcc",
    "/usr/bin/espeak-ng": "espeak-ng",
    "/usr/bin/opusdec": "opus-tools",
    "/usr/bin/strace": "strace",
    "/usr/bin/ps": "procps",
    "/usr/bin/redis-server": "redis-server",
    "/usr/sbin/ip": "iproute2",
}
DEBIAN_OF_GUEST = {
    "/usr/bin/qemu-system-x86_64": "qemu-system-x86",
    "/usr/bin/make": "make",
    "/usr/bin/gcc": "gcc",
    "/usr/include/libelf.h": "libelf-dev",
}
# What takes longest stands first: a long file that begins last keeps one worker busy and the others waiting. (Left to itself
# xdist begins with the files that have most tests; ours that take longest have one.)
IN_THIS_ORDER = ["--dist", "loadfile", "--no-loadscope-reorder"]
SUITES = {
    "security": ["tests/security"],
    "audience": ["tests/audience"],
    "display": ["tests/display"],
    "bank_pages": ["tests/bank_pages"],
    "e2e": ["tests/e2e"],
    "faults": ["tests/faults"],
    "standby": ["tests/standby"],
    "benchmarks": ["tests/benchmarks"],
    "firmware": ["tests/firmware"],
    "unit": [
        "tests/server",
        "tests/game",
        "tests/question_bank",
        "tests/buzzers",
        "tests/test_architecture.py",
        "tests/test_run.py",
    ],
}
# Only by name: one boots a virtual machine, and fetches a kernel for it; the other plays ten thousand contests.
GPIO_KERNEL = "gpio-kernel"
RULES_SOAK = "rules-soak"
BY_NAME = {GPIO_KERNEL: ["tests/gpio_kernel"], RULES_SOAK: ["tests/soak"]}
NEED_NO_PACKAGES = {RULES_SOAK, "lint"}
# What measures no time and shares nothing has four workers; boxes, timing and whole shows have a core each.
SIDE_BY_SIDE = {
    "tests/game",
    "tests/question_bank",
    "tests/display",
    "tests/bank_pages",
    "tests/server",
    "tests/security",
    "tests/audience",
}
WORKERS = 4  # on two cores: half of the time a page is waited for
TIMED = 2  # at once, and never more than there are cores: they mostly sleep
SOME_FAILED, NOTHING_RUN = 1, 5  # pytest's statuses: tests failed; no test matched
# So many failed tests are run once more, alone: a shared machine may keep a process waiting for seconds. More are no accident.
MOST_AGAIN = 3
FULL = "FIRSTPRESS_FULL"  # set for suites asked for by name: what has a short form then runs in full
LINTS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
)


def prepare_debian(needed: dict[str, str]) -> None:
    """Install the missing Debian packages as root, or say the one command that does and end with status 2."""
    missing = [package for path, package in needed.items() if not Path(path).exists()]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if shutil.which("apt-get") is None:
        sys.exit(_fail(f"these are missing and there is no apt-get to install them: {', '.join(missing)}"))
    if os.geteuid() != 0:
        sys.exit(_fail(f"Debian packages are missing; run: sudo {' '.join(command)}"))
    print(f"firstpress: installing Debian packages: {', '.join(missing)}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL, env=environment)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=environment)
    if done.returncode:
        sys.exit(
            _fail(f"apt-get could not install {', '.join(missing)} (status {done.returncode}; see above)")
        )


def prepare_guest() -> None:
    """Make the kernel that the guest boots, or say what is missing and end with status 2."""
    from tests.gpio_kernel.kernel import CannotPrepare, prepare

    try:
        prepare()
    except CannotPrepare as error:
        sys.exit(_fail(str(error)))


def _fail(message: str) -> int:
    print(f"firstpress: {message}", file=sys.stderr)
    return 2


def lint() -> bool:
    """Run the linters of this environment; True when all are clean."""
    clean = True
    for tool, *arguments in LINTS:
        command = [sys.executable, "-m", tool, *arguments]
        print(f"firstpress: {tool} {' '.join(arguments)}", file=sys.stderr, flush=True)
        clean = subprocess.run(command, cwd=ROOT).returncode == 0 and clean
    return clean


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py test", description=__doc__)
    parser.add_argument(
        "suites",
        nargs="*",
        metavar="NAME",
        help=f"of: lint, {', '.join(SUITES)} (default: all of these), {', '.join(BY_NAME)}",
    )
    parser.add_argument("-k", dest="expression", help="only tests that match, as pytest's -k")
    arguments = parser.parse_args(argv)
    suites = SUITES | BY_NAME
    unknown = [name for name in arguments.suites if name not in suites and name != "lint"]
    if unknown:
        return _fail(f"no suite named {', '.join(unknown)}; there are: lint, {', '.join(suites)}")
    names = arguments.suites or ["lint", *SUITES]
    if set(names) - {GPIO_KERNEL} - NEED_NO_PACKAGES:
        prepare_debian(DEBIAN)
    if GPIO_KERNEL in names:
        prepare_debian(DEBIAN_OF_GUEST)
        prepare_guest()
    os.chdir(ROOT)
    bytecode.keep_apart()
    clean = lint() if "lint" in names else True
    folders = [folder for name in names if name in suites for folder in suites[name] if Path(folder).exists()]
    if arguments.suites:
        os.environ[FULL] = "1"
    if not folders:
        return 0 if clean else 1
    options = ["-k", arguments.expression] if arguments.expression else []
    if RULES_SOAK in names:
        options.append("-s")  # it prints what was covered
    runs = [
        watched([*part, *options, *extra])
        for part, extra in (
            (
                [folder for folder in folders if folder in SIDE_BY_SIDE],
                ["-n", str(WORKERS), *IN_THIS_ORDER],
            ),
            ([folder for folder in folders if folder not in SIDE_BY_SIDE], _timed(names)),
        )
        if part
    ]
    statuses = [status for status, _ in runs]
    once = [name for _, names in runs for name in names]
    if once:
        print(f"firstpress: failed beside the others, passed alone: {', '.join(once)}", file=sys.stderr)
    if arguments.expression and set(statuses) != {NOTHING_RUN}:
        statuses = [status for status in statuses if status != NOTHING_RUN]  # what matches is elsewhere
    failed = next((status for status in statuses if status), 0)
    return failed if failed else 0 if clean else 1


def _timed(names: list[str]) -> list[str]:
    """Options for what measures time: as many at once as have a core of their own; what is asked for by name has all."""
    together = 1 if set(names) & set(BY_NAME) else min(TIMED, os.cpu_count() or 1)
    return ["-n", str(together), *IN_THIS_ORDER] if together > 1 else []


def watched(arguments: list[str], folder: Path = ROOT) -> tuple[int, list[str]]:
    """Run pytest; the few tests that failed run again, alone. Returns its status, and what passed only then."""
    status = _pytest([*arguments, "--cache-clear"], folder)
    failed = _failed(folder) if status == SOME_FAILED else []
    if not 0 < len(failed) <= MOST_AGAIN:
        return status, []
    print(f"firstpress: once more, alone: {', '.join(failed)}", file=sys.stderr, flush=True)
    status = _pytest(failed, folder)
    still = _failed(folder)
    return status, [name for name in failed if name not in still]


def _failed(folder: Path) -> list[str]:
    """The tests that failed in the last run, as pytest keeps them."""
    kept = folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return list(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else []


def _pytest(arguments: list[str], folder: Path) -> int:
    """One run of pytest, in a process of its own."""
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
