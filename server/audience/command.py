"""`run.py audience`: one more process for phones, on any machine, fed over a Redis server; and what `serve` takes for it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ..addresses import WITHOUT_RESOLVER, reachable_hosts
from ..tls.context import BadTls

ROOT = Path(__file__).resolve().parent.parent.parent
REDIS = "FIRSTPRESS_REDIS"
CHANNEL = "flask-socketio"  # Flask-SocketIO's own default; python-socketio's is another, and a mismatch loses all in silence


def redis_options(parser: argparse.ArgumentParser) -> None:
    """The options that `serve` and `audience` share."""
    parser.add_argument(
        "--redis",
        metavar="URL",
        help=f"redis://[:PASSWORD@]HOST[:PORT]: further audience processes share the show there (or {REDIS})",
    )
    parser.add_argument(
        "--redis-channel",
        metavar="NAME",
        help=f"for several shows on one Redis server: the same name on both sides (default: {CHANNEL})",
    )


def register(
    command: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser],
) -> None:
    """Add the command to the command line."""
    parser = command("audience", _run, "serve phones on this machine with what a show publishes over Redis")
    redis_options(parser)
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument(
        "--source",
        metavar="URL",
        help="the show's audience pages, e.g. http://192.168.1.10:8001: pictures come from there (default: as the show says)",
    )
    parser.add_argument(
        "--tls",
        type=Path,
        metavar="DIR",
        help="serve HTTPS with the certificates in DIR: DATA/tls of the show, made with --host THIS_MACHINE's address",
    )


def _encrypted(folder: Path, listens_on: str) -> list[str]:
    """What the process is told: where the certificates are, and that we are called what they say. Raises BadTls.

    Says on standard error what an operator should know of the certificate.
    """
    from ..tls import authority as tls  # here: it takes long to load, and most shows have no use for it

    found = tls.read(folder)
    for line in tls.warnings_of(found, reachable_hosts(listens_on)):
        print(f"firstpress: {line}", file=sys.stderr)
    return ["--tls", str(folder), *(word for host in found.hosts for word in ("--allow-host", host))]


def _run(arguments: argparse.Namespace) -> int:
    url = arguments.redis or os.environ.get(REDIS)
    if not url:
        print(f"firstpress: name the Redis server: --redis redis://HOST:6379 (or {REDIS})", file=sys.stderr)
        return 2
    call = [sys.executable, "-m", "server.audience.process"]
    call += ["--host", arguments.host, "--port", str(arguments.port)]
    call += ["--redis-channel", arguments.redis_channel] if arguments.redis_channel else []
    call += ["--source", arguments.source] if arguments.source else []
    if arguments.tls is not None:
        try:
            call += _encrypted(arguments.tls.resolve(), arguments.host)
        except BadTls as error:
            print(f"firstpress: {error}", file=sys.stderr)
            return 2
    # A process of its own that ends with us, as under the supervisor; its address may hold a password.
    environment = {**os.environ, REDIS: url, **WITHOUT_RESOLVER}
    with subprocess.Popen(call, stdin=subprocess.PIPE, cwd=ROOT, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return 130
