"""What has to be right before a show is served with --tls: the certificates, and a port for the page that tablets trust us by."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace

from ..addresses import reachable_hosts
from ..show_start import CannotStart, Show
from .context import FOLDER, BadTls, context
from .trust_port import trust_port

TRUST_PAGE = "trust page"  # its process, as the supervisor calls it


def encrypted(show: Show) -> Show:
    """The show with the port of its trust page settled; as it is where it is served without --tls.

    Says on standard error what an operator should know of the certificate. Raises CannotStart.
    """
    if not show.tls:
        return replace(show, trust_port=None)
    from . import authority as tls  # here and below: it takes long to load, and most shows have no use for it

    folder = show.data / FOLDER
    try:
        for line in tls.warnings_of(tls.read(folder), _asked_under(show.address)):
            print(f"firstpress: {line}", file=sys.stderr)
        context(folder)
    except BadTls as error:
        raise CannotStart(str(error)) from error
    return replace(show, trust_port=_trust_port(show))


def calls(show: Show) -> dict[str, list[str]]:
    """The trust page as a process beside the stage: its name → module and arguments."""
    if not show.tls or not show.trust_port:
        return {}
    from . import authority as tls

    certificate = show.data / FOLDER / tls.AUTHORITY
    where = ["--certificate", str(certificate), "--host", show.address, "--port", str(show.trust_port)]
    return {TRUST_PAGE: ["server.tls.trust_page", *where, "--lifeline"]}


def arguments(show: Show) -> list[str]:
    """What every process that serves pages is told: where the certificates are, and that we are called what they say."""
    if not show.tls:
        return []
    from . import authority as tls

    folder = show.data / FOLDER
    called = [word for host in tls.read(folder).hosts for word in ("--allow-host", host)]
    return ["--tls", str(folder), *called]


def stage_arguments(show: Show) -> list[str]:
    """And the stage besides: it shows the trust page's address to the host."""
    return ["--trust-port", str(show.trust_port)] if show.tls and show.trust_port else []


def _asked_under(listens_on: str) -> list[str]:
    """Under what other machines, and this one, will ask."""
    return [*reachable_hosts(listens_on), *(["localhost"] if listens_on in ("0.0.0.0", "::") else [])]


def _trust_port(show: Show) -> int | None:
    """As asked for, else the usual one, else any that is free: nobody has typed it yet. Raises CannotStart."""
    wanted = trust_port(show.port, show.trust_port)
    if wanted is None or (wanted not in (show.port, show.audience_port) and _usable(show.address, wanted)):
        return wanted
    if show.trust_port is not None:
        raise CannotStart(
            f"port {wanted} on {show.address} cannot be used for the page that tablets trust us by; "
            "choose another with --trust-port (0: none)"
        )
    with socket.socket() as probe:
        probe.bind((show.address, 0))
        return int(probe.getsockname()[1])


def _usable(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError):
            return False
    return True


def scheme(show: Show) -> str:
    return "https" if show.tls else "http"


def trust_lines(show: Show) -> list[str]:
    """For what is printed at the start: where a tablet learns to trust this show, and what it has to compare."""
    if not show.tls:
        return []
    from . import authority as tls

    found = tls.read(show.data / FOLDER)
    lines = [f"  证书指纹 fingerprint    SHA-256 {found.fingerprint[:47]}…", ""]
    if show.trust_port:
        host = reachable_hosts(show.address)[0]
        lines.insert(0, f"  平板信任证书 trust      http://{host}:{show.trust_port}/trust")
    return lines
