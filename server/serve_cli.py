"""`run.py serve`: its options, and the show they make."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from . import supervisor
from .audience import command as audience_command
from .contest.file import contest_path
from .tls.trust_port import trust_option


def serve(arguments: argparse.Namespace) -> int:
    return supervisor.run(
        supervisor.Show(
            data=arguments.data.resolve(),
            address=arguments.host,
            port=arguments.port,
            audience_port=arguments.audience_port,
            redis=arguments.redis or os.environ.get("FIRSTPRESS_REDIS"),
            redis_channel=arguments.redis_channel,
            tls=arguments.tls,
            allow_hosts=tuple(arguments.allow_host),
            trust_port=arguments.trust_port,
            boxes=arguments.boxes,
            contest_file=arguments.contest,
            new=arguments.new,
            rehearsal=arguments.rehearsal,
            browser=not arguments.no_browser,
            passphrase_file=arguments.paper_passphrase_file,
            words=" ".join(arguments.words.split()),
        )
    )


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    show = command("serve", serve, "run a show (the default)")
    show.add_argument("--data", type=Path, default=Path("data"), help="data folder (default: data)")
    show.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")
    show.add_argument("--port", type=int, default=8000)
    show.add_argument(
        "--audience-port",
        type=int,
        metavar="N",
        help="port of the phones' pages (default: the next one that is free; 0: none)",
    )
    audience_command.redis_options(show)
    show.add_argument(
        "--tls", action="store_true", help="serve HTTPS with the certificates that run.py tls has made"
    )
    trust_option(show)
    show.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which browsers may call this machine besides its own (repeatable)",
    )
    show.add_argument(
        "--contest",
        type=contest_path,
        help="contest.toml for a new contest, or preset:NAME (default: preset:default)",
    )
    show.add_argument(
        "--new", action="store_true", help="put the contest in the data folder aside and begin a new one"
    )
    show.add_argument(
        "--rehearsal",
        action="store_true",
        help="rehearse: goes on with DATA/rehearsal.db (--new: begins it anew); never touches the show's log",
    )
    show.add_argument(
        "--boxes", default="auto", help="auto | sim | none | serial:PORT[,PORT...] | gpio: | replay:LOG"
    )
    show.add_argument(
        "--paper-passphrase-file",
        type=Path,
        metavar="FILE",
        help="for a sealed paper: its first line is the passphrase; else FIRSTPRESS_PAPER_PASSPHRASE, else the terminal asks",
    )
    show.add_argument(
        "--words",
        default="",
        help="for the draw of a sealed paper: words said in public after its hashes were published",
    )
    show.add_argument("--no-browser", action="store_true", help="do not open the console in a browser")
