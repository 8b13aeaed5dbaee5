#!/usr/bin/env python3
"""The one way in: prepares its own .venv from requirements.txt, then hands over to server/cli.py.

Standard library only, and no syntax newer than Python 3.8, so that an old Python can say that it is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
# Commands that need more than a show does.
MEASURING = {"test": "tests.run", "bench": "benchmarks.cli", "gallery": "tests.display.gallery"}


def fail(message):
    """One clear line, exit status 2."""
    print("firstpress: " + message, file=sys.stderr)
    sys.exit(2)


def say(message):
    print("firstpress: " + message, file=sys.stderr, flush=True)


def prepared(name, requirements):
    """The Python of the environment in folder `name`, made or brought up to date when `requirements` changed."""
    folder = ROOT / name
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    content = b"".join((ROOT / file).read_bytes() for file in requirements)
    wanted = hashlib.sha256(content + sys.version.encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    say("preparing " + name + " (once; needs the network)")
    try:
        if folder.exists() and not stamp.exists():
            shutil.rmtree(folder)  # left half-made by an interrupted run
        make_environment(folder)
        stamp.unlink(missing_ok=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "-r", str(ROOT / requirements[-1])], check=True, stdout=sys.stderr)
    except subprocess.CalledProcessError as error:
        fail(
            "could not prepare "
            + name
            + " (status "
            + str(error.returncode)
            + "; see above). Is there a network?"
        )
    except OSError as error:
        fail("could not prepare " + name + ": " + str(error))
    stamp.write_text(wanted)
    return python


def make_environment(folder):
    """A virtual environment in `folder`; installs python3-venv where Debian left it out."""
    command = [sys.executable, "-m", "venv", str(folder)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return
    shutil.rmtree(folder, ignore_errors=True)
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv" if shutil.which("apt-get") else None
    if package is None:
        subprocess.run(command, check=True)
        return
    if os.geteuid() != 0:
        fail("python3 -m venv does not work here; run: sudo apt-get install -y " + package)
    say("installing " + package)
    subprocess.run(["apt-get", "update", "-qq"], check=False, stdout=sys.stderr)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
        check=True,
        stdout=sys.stderr,
        env=environment,
    )
    subprocess.run(command, check=True)


def hand_over(python, module, arguments):
    """Become the real program; the folder we were called from stays the working folder."""
    environment = dict(os.environ)
    paths = [str(ROOT)] + ([environment["PYTHONPATH"]] if environment.get("PYTHONPATH") else [])
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    # The folder we were called from must not lend its modules.
    environment["PYTHONSAFEPATH"] = "1"
    os.execve(str(python), [str(python), "-m", module, *arguments], environment)


def main():
    if sys.version_info < OLDEST:
        fail(f"needs Python 3.11 or newer, this is {sys.version.split()[0]}")
    arguments = sys.argv[1:]
    module = MEASURING.get(arguments[0]) if arguments else None
    if module:
        python = prepared(".venv-test", ["requirements.txt", "requirements-dev.txt"])
        hand_over(python, module, arguments[1:])
    hand_over(prepared(".venv", ["requirements.txt"]), "server.cli", arguments)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
